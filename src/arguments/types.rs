//! What clients send and get.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::citations::NewQuote;
use crate::db::schema::arguments;
use crate::domain::ids::{ArgumentId, ArgumentRef, PositionRef, TopicId, TopicRef};
use crate::domain::input::{Listed, input, patch};
use crate::domain::kinds::RelationKind;
use crate::domain::language::Language;
use crate::domain::origin::{Origin, OriginPatch};
use crate::domain::slug::Slug;
use crate::domain::text::{Body, Claim};
use crate::http::expand::{Expand, expandable};
use crate::http::extract::Flag;
use crate::http::page::Sort;
use crate::http::parameters::parameters;
use crate::http::sparse::Fields;
use crate::links::EndRef;

/// A reason: one claim.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema, Queryable, QueryableByName, Selectable)]
#[diesel(table_name = arguments)]
pub struct Argument {
    /// Its id.
    pub id: ArgumentId,
    /// The topic it stands in.
    pub topic_id: TopicId,
    /// Its readable name, unique among the arguments of the topic.
    pub slug: Slug,
    /// What it claims.
    pub claim: Claim,
    /// Its longer form.
    pub body: Body,
    /// The language it is written in.
    pub language: Language,
    /// Where it was imported from.
    #[schema(required)]
    pub origin: Option<Origin>,
    /// Counts its changes; the `ETag`.
    #[schema(minimum = 1)]
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// An argument, in short.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema, Queryable, Selectable)]
#[diesel(table_name = arguments)]
pub struct ArgumentBrief {
    /// Its id.
    pub id: ArgumentId,
    /// Its slug.
    pub slug: Slug,
    /// What it claims.
    pub claim: Claim,
}

/// What an argument bears on: at most 50 different records.
pub type Targets = Listed<EndRef, 0, 50>;

/// The quotes given with an argument: at most 50.
pub type Quotes = Listed<NewQuote, 0, 50>;

input! {
    /// An argument to be made, or put in the place of another, with what it bears on and rests on.
    pub struct NewArgument {
        /// Its readable name; derived from the claim when left out.
        pub slug: Option<Slug>,
        /// What it claims.
        pub claim: Claim,
        /// Its longer form; by default empty.
        pub body: Option<Body>,
        /// The language it is written in; by default that of the topic.
        pub language: Option<Language>,
        /// Where it was imported from.
        pub origin: Option<Origin>,
        /// What it supports; makes a relation for each.
        pub supports: Option<Targets>,
        /// What it attacks; makes a relation for each.
        pub attacks: Option<Targets>,
        /// What it says again in other words; makes a relation for each.
        pub rephrases: Option<Targets>,
        /// The quotes it rests on; makes a citation of each.
        pub citations: Option<Quotes>,
    }
}

impl NewArgument {
    /// Everything it bears on, each with the kind of the relation and the place in the body.
    pub fn targets(&self) -> impl Iterator<Item = (RelationKind, String, &EndRef)> {
        let lists = [
            (RelationKind::Supports, &self.supports),
            (RelationKind::Attacks, &self.attacks),
            (RelationKind::Rephrases, &self.rephrases),
        ];
        lists.into_iter().flat_map(|(kind, list)| {
            let targets = list.iter().flat_map(Listed::as_slice).enumerate();
            targets.map(move |(index, target)| (kind, format!("/{kind}/{index}"), target))
        })
    }

    /// The quotes it rests on, each with its place in the body.
    pub fn quotes(&self) -> impl Iterator<Item = (String, &NewQuote)> {
        let quotes = self.citations.iter().flat_map(Listed::as_slice).enumerate();
        quotes.map(|(index, quote)| (format!("/citations/{index}"), quote))
    }
}

patch! {
    /// Changes to an argument (JSON Merge Patch): what is left out stays as it is.
    pub struct ArgumentPatch {
        /// What it claims.
        pub claim: Claim,
        /// Its longer form.
        pub body: Body,
        /// The language it is written in.
        pub language: Language,
        /// Where it was imported from; its members are patched, too.
        pub origin: Option<OriginPatch>,
    }
}

/// Some of the fields of an argument.
pub type ArgumentFields = Fields<Argument>;

/// What can be asked for with an argument.
pub type ArgumentExpand = Expand<Argument>;

expandable!(Argument: Argument, |it| Some(it.topic_id));

parameters! {
    /// Which arguments.
    pub struct ArgumentFilter with page, fields ArgumentFields, expand ArgumentExpand {
        /// Only those that are a premise of a relation of this kind.
        #[param(inline)]
        pub relation: Option<RelationKind>,
        /// Only those that bear on this position: its id or slug.
        #[param(inline)]
        pub position: Option<PositionRef>,
        /// Only those that bear on this argument: its id or slug.
        #[param(inline)]
        pub argument: Option<ArgumentRef>,
        /// In which order; by default oldest first.
        #[param(inline)]
        pub sort: Option<Sort>,
    }
}

parameters! {
    /// How to make an argument.
    pub struct ArgumentCreation {
        /// `true` refuses an argument that claims nearly the same as one of the topic, with a 409 that
        /// names those in `candidates`. By default, whoever adds an argument insists.
        #[param(inline)]
        pub check_duplicates: Option<Flag>,
    }
}

impl ArgumentCreation {
    /// Whether an argument that is nearly there already is refused.
    pub fn checks_duplicates(&self) -> bool {
        self.check_duplicates.is_some_and(|flag| flag.0)
    }
}

parameters! {
    /// How much of a record.
    pub struct ArgumentParts with fields ArgumentFields, expand ArgumentExpand {}
}

/// The path of an argument.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ArgumentPath {
    /// The id or slug of the topic.
    pub topic: TopicRef,
    /// The id or slug of the argument.
    pub argument: ArgumentRef,
}
