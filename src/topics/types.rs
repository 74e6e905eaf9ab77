//! What clients send and get.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::db::schema::topics;
use crate::domain::ids::{TopicId, TopicRef};
use crate::domain::input::{Listed, input, patch};
use crate::domain::kinds::Status;
use crate::domain::language::Language;
use crate::domain::origin::{Origin, OriginPatch};
use crate::domain::slug::Slug;
use crate::domain::text::{Summary, Tag, Title};
use crate::http::expand::{Expand, expandable};
use crate::http::page::NewestFirst;
use crate::http::parameters::parameters;
use crate::http::sparse::Fields;

/// The tags of a topic: at most 50 different ones.
pub type Tags = Listed<Tag, 0, 50>;

/// A question under debate.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema, Queryable, QueryableByName, Selectable)]
#[diesel(table_name = topics)]
pub struct Topic {
    /// Its id.
    pub id: TopicId,
    /// Its readable name, unique among topics.
    pub slug: Slug,
    /// The question.
    pub title: Title,
    /// What the question is about.
    pub summary: Summary,
    /// Words to find it by.
    pub tags: Vec<Tag>,
    /// The language it is written in.
    pub language: Language,
    /// Where it is in its life.
    pub status: Status,
    /// Where it was imported from.
    #[schema(required)]
    pub origin: Option<Origin>,
    /// Counts the changes of the topic's own fields; the `ETag`.
    #[schema(minimum = 1)]
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When its own fields last changed.
    pub updated_at: DateTime<Utc>,
}

input! {
    /// A topic to be made, or put in the place of another.
    pub struct NewTopic {
        /// Its readable name; derived from the title when left out.
        pub slug: Option<Slug>,
        /// The question.
        pub title: Title,
        /// What the question is about; by default empty.
        pub summary: Option<Summary>,
        /// Words to find it by; by default none.
        pub tags: Option<Tags>,
        /// The language it is written in; by default `en`.
        pub language: Option<Language>,
        /// Where it is in its life; by default `published`, or what it is already.
        pub status: Option<Status>,
        /// Where it was imported from.
        pub origin: Option<Origin>,
    }
}

patch! {
    /// Changes to a topic (JSON Merge Patch): what is left out stays as it is.
    pub struct TopicPatch {
        /// The question.
        pub title: Title,
        /// What the question is about.
        pub summary: Summary,
        /// Words to find it by, all of them.
        pub tags: Tags,
        /// The language it is written in.
        pub language: Language,
        /// Where it is in its life.
        pub status: Status,
        /// Where it was imported from; its members are patched, too.
        pub origin: Option<OriginPatch>,
    }
}

/// Some of the fields of a topic.
pub type TopicFields = Fields<Topic>;

/// What can be asked for with a topic.
pub type TopicExpand = Expand<Topic>;

expandable!(Topic: Topic, |it| Some(it.id));

parameters! {
    /// Which topics.
    pub struct TopicFilter with page, fields TopicFields, expand TopicExpand {
        /// Only those that have this tag.
        #[param(inline)]
        pub tag: Option<Tag>,
        /// Only those with this status.
        #[param(inline)]
        pub status: Option<Status>,
        /// Only those written in this language.
        #[param(inline)]
        pub language: Option<Language>,
        /// Only those whose title begins so, in upper or lower case.
        #[param(inline)]
        pub q: Option<Tag>,
        /// In which order; by default newest first.
        #[param(inline)]
        pub sort: Option<NewestFirst>,
    }
}

parameters! {
    /// How much of a record.
    pub struct TopicParts with fields TopicFields, expand TopicExpand {}
}

/// The path of a topic.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct TopicPath {
    /// The id or slug of the topic.
    pub topic: TopicRef,
}
