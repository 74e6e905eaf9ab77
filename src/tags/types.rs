//! What clients send and get.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::input::patch;
use crate::domain::text::Tag;
use crate::http::extract::Flag;
use crate::http::page::sorts;
use crate::http::parameters::parameters;
use crate::http::sparse::Fields;

/// A tag, and how often it is used.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema, Queryable)]
pub struct TagUse {
    /// The tag itself.
    pub name: Tag,
    /// How many of the topics that are visible to you have it.
    #[schema(minimum = 0)]
    pub topics: i64,
}

/// Some of the fields of a tag.
pub type TagFields = Fields<TagUse>;

patch! {
    /// Changes to a tag (JSON Merge Patch).
    pub struct TagPatch {
        /// Its new name.
        pub name: Tag,
    }
}

parameters! {
    /// How to rename a tag.
    pub struct Merging {
        /// Whether the topics that have the tag are to have another instead that is there already. By
        /// default, a name that another tag has is refused.
        #[param(inline)]
        pub merge: Option<Flag>,
    }
}

sorts! {
    /// The orders of the list of tags.
    pub enum TagSort {
        /// By name.
        Name = "name",
        /// By name, backwards.
        NameDown = "-name",
        /// The most used first; of those used alike, by name backwards.
        TopicsDown = "-topics",
        /// The least used first; of those used alike, by name.
        Topics = "topics",
    }
}

parameters! {
    /// Which tags.
    pub struct TagFilter with page, fields TagFields {
        /// Only those that begin so, in upper or lower case.
        #[param(inline)]
        pub q: Option<Tag>,
        /// In which order; by default by name.
        #[param(inline)]
        pub sort: Option<TagSort>,
    }
}

parameters! {
    /// How much of a tag.
    pub struct TagParts with fields TagFields {}
}

/// The path of a tag.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct TagPath {
    /// The tag, percent-encoded where it has other characters than a path.
    #[param(inline)]
    pub tag: Tag,
}
