//! What clients send and get.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::db::schema::positions;
use crate::domain::ids::{PositionId, PositionRef, TopicId, TopicRef};
use crate::domain::input::{input, patch};
use crate::domain::origin::{Origin, OriginPatch};
use crate::domain::slug::Slug;
use crate::domain::text::{Statement, Summary};
use crate::http::expand::{Expand, expandable};
use crate::http::page::sorts;
use crate::http::parameters::parameters;
use crate::http::sparse::Fields;

/// An answer to a topic.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema, Queryable, QueryableByName, Selectable)]
#[diesel(table_name = positions)]
pub struct Position {
    /// Its id.
    pub id: PositionId,
    /// The topic it answers.
    pub topic_id: TopicId,
    /// Its readable name, unique among the positions of the topic.
    pub slug: Slug,
    /// What it answers.
    pub statement: Statement,
    /// A short explanation.
    pub summary: Summary,
    /// Its place among the positions, lowest first.
    pub rank: i32,
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
    /// A position to be made, or put in the place of another.
    pub struct NewPosition {
        /// Its readable name; derived from the statement when left out.
        pub slug: Option<Slug>,
        /// What it answers.
        pub statement: Statement,
        /// A short explanation; by default empty.
        pub summary: Option<Summary>,
        /// Its place among the positions; by default after all that are there.
        #[schema(minimum = -2_147_483_648, maximum = 2_147_483_647)]
        pub rank: Option<i32>,
        /// Where it was imported from.
        pub origin: Option<Origin>,
    }
}

patch! {
    /// Changes to a position (JSON Merge Patch): what is left out stays as it is.
    pub struct PositionPatch {
        /// What it answers.
        pub statement: Statement,
        /// A short explanation.
        pub summary: Summary,
        /// Its place among the positions.
        #[schema(minimum = -2_147_483_648, maximum = 2_147_483_647)]
        pub rank: i32,
        /// Where it was imported from; its members are patched, too.
        pub origin: Option<OriginPatch>,
    }
}

sorts! {
    /// The orders of the list of positions. A leading hyphen turns one round.
    pub enum PositionSort {
        /// By rank.
        Rank = "rank",
        /// By rank, backwards.
        RankDown = "-rank",
        /// Oldest first.
        Created = "created",
        /// Newest first.
        CreatedDown = "-created",
        /// Longest unchanged first.
        Updated = "updated",
        /// Last changed first.
        UpdatedDown = "-updated",
        /// By slug.
        Slug = "slug",
        /// By slug, backwards.
        SlugDown = "-slug",
    }
}

/// Some of the fields of a position.
pub type PositionFields = Fields<Position>;

/// What can be asked for with a position.
pub type PositionExpand = Expand<Position>;

expandable!(Position: Position, |it| Some(it.topic_id));

parameters! {
    /// Which positions.
    pub struct PositionFilter with page, fields PositionFields, expand PositionExpand {
        /// In which order; by default by rank.
        #[param(inline)]
        pub sort: Option<PositionSort>,
    }
}

parameters! {
    /// How much of a record.
    pub struct PositionParts with fields PositionFields, expand PositionExpand {}
}

/// The path of a position.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct PositionPath {
    /// The id or slug of the topic.
    pub topic: TopicRef,
    /// The id or slug of the position.
    pub position: PositionRef,
}
