//! What clients send and get.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::ids::{ArgumentRef, PositionRef, RelationId, RelationRef, TopicId, TopicRef};
use crate::domain::input::{Listed, input, patch};
use crate::domain::kinds::RelationKind;
use crate::domain::origin::{Origin, OriginPatch};
use crate::domain::slug::Slug;
use crate::domain::text::Scheme;
use crate::http::expand::{Expand, expandable};
use crate::http::page::Sort;
use crate::http::parameters::parameters;
use crate::http::sparse::Fields;
use crate::links::{EndName, EndRef};

/// The premises of a relation: 1 to 50 different arguments, by id or slug.
pub type Premises = Listed<ArgumentRef, 1, 50>;

/// Premises that support, attack or rephrase a target.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Relation {
    /// Its id.
    pub id: RelationId,
    /// The topic it stands in.
    pub topic_id: TopicId,
    /// Its readable name, unique among the relations of the topic.
    pub slug: Slug,
    /// Which way the premises bear on the target.
    pub kind: RelationKind,
    /// The slugs of the arguments; several are linked: they hold only together.
    #[schema(min_items = 1)]
    pub premises: Vec<Slug>,
    /// What they bear on; a relation that attacks a relation is an undercut.
    pub target: EndName,
    /// The argumentation scheme.
    #[schema(required)]
    pub scheme: Option<Scheme>,
    /// Whether premise and target contradict each other.
    pub symmetric: bool,
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

input! {
    /// A relation to be made, or put in the place of another.
    pub struct NewRelation {
        /// Its readable name; derived from its ends when left out.
        pub slug: Option<Slug>,
        /// Which way the premises bear on the target.
        pub kind: RelationKind,
        /// The ids or slugs of the arguments; several are linked: they hold only together.
        pub premises: Premises,
        /// What they bear on.
        pub target: EndRef,
        /// The argumentation scheme.
        pub scheme: Option<Scheme>,
        /// Whether premise and target contradict each other; only for `attacks`. By default false.
        pub symmetric: Option<bool>,
        /// Where it was imported from.
        pub origin: Option<Origin>,
    }
}

patch! {
    /// Changes to a relation (JSON Merge Patch): what is left out stays as it is.
    pub struct RelationPatch {
        /// Which way the premises bear on the target.
        pub kind: RelationKind,
        /// The ids or slugs of the arguments, all of them.
        pub premises: Premises,
        /// What they bear on.
        pub target: EndRef,
        /// The argumentation scheme.
        pub scheme: Option<Scheme>,
        /// Whether premise and target contradict each other; only for `attacks`.
        pub symmetric: bool,
        /// Where it was imported from; its members are patched, too.
        pub origin: Option<OriginPatch>,
    }
}

/// Some of the fields of a relation.
pub type RelationFields = Fields<Relation>;

/// What can be asked for with a relation.
pub type RelationExpand = Expand<Relation>;

expandable!(Relation: Relation, |it| Some(it.topic_id));

parameters! {
    /// Which relations.
    pub struct RelationFilter with page, fields RelationFields, expand RelationExpand {
        /// Only those of this kind.
        #[param(inline)]
        pub relation: Option<RelationKind>,
        /// Only those whose target is this position: its id or slug.
        #[param(inline)]
        pub position: Option<PositionRef>,
        /// Only those whose target is this argument: its id or slug.
        #[param(inline)]
        pub argument: Option<ArgumentRef>,
        /// Only those that have this argument as a premise: its id or slug.
        #[param(inline)]
        pub premise: Option<ArgumentRef>,
        /// In which order; by default oldest first.
        #[param(inline)]
        pub sort: Option<Sort>,
    }
}

parameters! {
    /// How much of a record.
    pub struct RelationParts with fields RelationFields, expand RelationExpand {}
}

/// The path of a relation.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct RelationPath {
    /// The id or slug of the topic.
    pub topic: TopicRef,
    /// The id or slug of the relation.
    pub relation: RelationRef,
}
