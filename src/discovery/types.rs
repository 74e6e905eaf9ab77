//! What clients ask and get.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::ids::{ArgumentId, TopicId};
use crate::domain::language::Language;
use crate::domain::slug::Slug;
use crate::domain::text::{Claim, Tag, Title};
use crate::http::expand::{Expand, expandable};
use crate::http::extract::{Flag, Number};
use crate::http::parameters::parameters;
use crate::http::sparse::Fields;
use crate::search::HitTopic;

/// How many an answer gives at most.
pub type DiscoveryLimit = Number<1, 50>;

/// How many there are by default.
const USUAL: usize = 10;

fn most(given: Option<DiscoveryLimit>) -> usize {
    given.and_then(|limit| usize::try_from(limit.0).ok()).unwrap_or(USUAL)
}

fn is_set(flag: Option<Flag>) -> bool {
    flag.is_some_and(|flag| flag.0)
}

/// Some of the fields of a similar argument.
pub type SimilarFields = Fields<SimilarArgument>;

/// What may be asked for with a similar argument.
pub type SimilarExpand = Expand<SimilarArgument>;

expandable!(SimilarArgument: Argument, |it| Some(it.topic_id));

/// Some of the fields of a related topic.
pub type RelatedFields = Fields<RelatedTopic>;

parameters! {
    /// Which similar arguments.
    pub struct SimilarParameters with fields SimilarFields, expand SimilarExpand {
        /// `true` looks in all topics, and names the topic of each argument; by default only in this one.
        #[param(inline)]
        pub across: Option<Flag>,
        /// How many at most; by default 10.
        #[param(inline)]
        pub limit: Option<DiscoveryLimit>,
    }
}

parameters! {
    /// Which claim, and which similar arguments.
    pub struct ClaimParameters with fields SimilarFields, expand SimilarExpand {
        /// The claim that is not made yet, or as much of it as is written.
        #[param(inline)]
        pub claim: Claim,
        /// The language it is written in; by default that of the topic. Other topics are searched for
        /// words of this language.
        #[param(inline)]
        pub language: Option<Language>,
        /// `true` looks in all topics, and names the topic of each argument; by default only in this one.
        #[param(inline)]
        pub across: Option<Flag>,
        /// How many at most; by default 10.
        #[param(inline)]
        pub limit: Option<DiscoveryLimit>,
    }
}

/// How similar arguments are looked for, and how much of them is given.
#[derive(Debug)]
pub struct Looking {
    /// Whether other topics are looked at.
    pub is_across: bool,
    /// How many at most.
    pub most: usize,
    /// Which fields of each are given, if not all.
    pub fields: Option<SimilarFields>,
    /// What is given with each.
    pub expand: Option<SimilarExpand>,
}

impl From<SimilarParameters> for Looking {
    fn from(given: SimilarParameters) -> Self {
        let SimilarParameters { across, limit, fields, expand } = given;
        Self { is_across: is_set(across), most: most(limit), fields, expand }
    }
}

impl ClaimParameters {
    /// The claim, the language it is said to have, and how others are looked for.
    pub fn split(self) -> (Claim, Option<Language>, Looking) {
        let Self { claim, language, across, limit, fields, expand } = self;
        let looking = Looking { is_across: is_set(across), most: most(limit), fields, expand };
        (claim, language, looking)
    }
}

/// An argument whose claim is like that of another.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SimilarArgument {
    /// Its id.
    pub id: ArgumentId,
    /// The topic that it stands in, which the client has named, or is told as `topic`.
    #[serde(skip)]
    pub topic_id: TopicId,
    /// Its slug.
    pub slug: Slug,
    /// What it claims.
    pub claim: Claim,
    /// How alike the claims are: 1 if they have the same words.
    #[schema(minimum = 0, maximum = 1)]
    pub likeness: f64,
    /// The topic that it stands in; only with `across=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub topic: Option<HitTopic>,
}

/// The arguments whose claims are most like a claim.
#[derive(Debug, Serialize, ToSchema)]
pub struct SimilarArguments {
    /// Counts every change in the topic; the `ETag` of the answer, unless it is about all topics.
    #[schema(minimum = 1)]
    pub revision: i64,
    /// The arguments, the most alike first.
    pub data: Vec<SimilarArgument>,
}

parameters! {
    /// How many related topics.
    pub struct RelatedParameters with fields RelatedFields {
        /// How many at most; by default 10.
        #[param(inline)]
        pub limit: Option<DiscoveryLimit>,
    }
}

impl RelatedParameters {
    /// How many at most.
    pub fn most(&self) -> usize {
        most(self.limit)
    }
}

/// A topic that goes with another, and why.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RelatedTopic {
    /// Its id.
    pub id: TopicId,
    /// Its slug.
    pub slug: Slug,
    /// The question.
    pub title: Title,
    /// How much goes with the other topic, of its tags, of its sources and of its title: the mean of
    /// the three, in which what few topics have counts for more.
    #[schema(minimum = 0, maximum = 1)]
    pub score: f64,
    /// The tags that both have, those that few have first.
    pub shared_tags: Vec<Tag>,
    /// The slugs of the sources that both quote, those that few quote first.
    pub shared_sources: Vec<Slug>,
    /// How alike the titles are: 1 if they have the same words.
    #[schema(minimum = 0, maximum = 1)]
    pub likeness: f64,
}

/// The topics that go with one.
#[derive(Debug, Serialize, ToSchema)]
pub struct RelatedTopics {
    /// The topics, those with the most in common first.
    pub data: Vec<RelatedTopic>,
}
