//! What clients send and get.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{IntoParams, ToSchema};

use crate::domain::ids::{
    ArgumentRef, CitationId, CitationRef, PositionRef, RelationRef, SourceRef, TopicId, TopicRef,
};
use crate::domain::input::{At, Faults, FromJson, Object, input, patch};
use crate::domain::origin::{Origin, OriginPatch};
use crate::domain::quote::{Context, Exact, Offset, QuoteDraft};
use crate::domain::slug::Slug;
use crate::http::expand::{Expand, expandable};
use crate::http::page::Sort;
use crate::http::parameters::parameters;
use crate::http::sparse::Fields;
use crate::links::{By, EndName, EndRef, only};

/// A verified quote of a source, and what it backs.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Citation {
    /// Its id.
    pub id: CitationId,
    /// The topic it stands in.
    pub topic_id: TopicId,
    /// Its readable name, unique among the citations of the topic.
    pub slug: Slug,
    /// The slug of the source it quotes.
    pub source: Slug,
    /// What it backs.
    pub backs: BackedName,
    /// The quoted words, exactly as they stand in the source's text.
    pub exact: Exact,
    /// Up to 32 characters that stand before them.
    pub prefix: String,
    /// Up to 32 characters that stand after them.
    pub suffix: String,
    /// Where they begin in the source's text, in Unicode code points from 0.
    #[schema(minimum = 0)]
    pub start: i32,
    /// The code point after the last one.
    #[schema(minimum = 1)]
    pub end: i32,
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

/// What a citation backs, by slug: exactly one of the four.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum BackedName {
    /// The topic itself.
    Topic(Slug),
    /// The slug of a position.
    Position(Slug),
    /// The slug of an argument.
    Argument(Slug),
    /// The slug of a relation.
    Relation(Slug),
}

impl BackedName {
    /// The end of the topic that is named, or the topic itself.
    pub fn of(end: Option<EndName>, topic: Slug) -> Self {
        match end {
            None => Self::Topic(topic),
            Some(EndName::Position(slug)) => Self::Position(slug),
            Some(EndName::Argument(slug)) => Self::Argument(slug),
            Some(EndName::Relation(slug)) => Self::Relation(slug),
        }
    }
}

/// What a citation is to back, by id or slug: exactly one of the four.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum BacksRef {
    /// The topic itself.
    Topic(TopicRef),
    /// The id or slug of a position.
    Position(PositionRef),
    /// The id or slug of an argument.
    Argument(ArgumentRef),
    /// The id or slug of a relation.
    Relation(RelationRef),
}

impl FromJson for BacksRef {
    fn from_json(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        let known = ["topic", "position", "argument", "relation"];
        let mut object = Object::open(value, at, &known, faults)?;
        let topic: Option<Option<TopicRef>> = object.take("topic", faults);
        let position = object.take("position", faults);
        let argument = object.take("argument", faults);
        let relation = object.take("relation", faults);
        let ends = EndRef::given(position?, argument?, relation?).into_iter().map(Self::from);
        let given = topic?.map(Self::Topic).into_iter().chain(ends).collect();
        only(
            given,
            "what is backed: one of `topic`, `position`, `argument` and `relation`",
            at,
            faults,
        )
    }
}

impl From<EndRef> for BacksRef {
    fn from(end: EndRef) -> Self {
        match end {
            EndRef::Position(name) => Self::Position(name),
            EndRef::Argument(name) => Self::Argument(name),
            EndRef::Relation(name) => Self::Relation(name),
        }
    }
}

/// The kinds of record that can be backed.
const KINDS: [&str; 4] = ["topic", "position", "argument", "relation"];

impl utoipa::PartialSchema for BacksRef {
    fn schema() -> RefOr<Schema> {
        let what = "What a citation is to back, by id or slug: exactly one of the four.";
        By::IdOrSlug.one_of(what, &KINDS)
    }
}

impl ToSchema for BacksRef {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((TopicRef::name().into(), <TopicRef as utoipa::PartialSchema>::schema()));
        schemas.extend(By::IdOrSlug.schemas_of(&KINDS));
    }
}

impl utoipa::PartialSchema for BackedName {
    fn schema() -> RefOr<Schema> {
        By::Slug.one_of("What a citation backs, by slug: exactly one of the four.", &KINDS)
    }
}

impl ToSchema for BackedName {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.extend(By::Slug.schemas_of(&KINDS));
    }
}

input! {
    /// A citation to be made, or put in the place of another.
    ///
    /// `exact` alone is enough where the words stand once in the source's text.
    pub struct NewCitation {
        /// Its readable name; derived from the words and what they back when left out.
        pub slug: Option<Slug>,
        /// The id or slug of the source.
        pub source: SourceRef,
        /// What the quote backs.
        pub backs: BacksRef,
        /// The words, exactly as they stand in the source's text.
        pub exact: Exact,
        /// Words that stand just before them, to tell equal words apart.
        pub prefix: Option<Context>,
        /// Words that stand just after them, to tell equal words apart.
        pub suffix: Option<Context>,
        /// Where they begin, in Unicode code points; a wrong place is mended if the words are found once.
        pub start: Option<Offset>,
        /// The code point after the last one.
        pub end: Option<Offset>,
        /// Where it was imported from.
        pub origin: Option<Origin>,
    }
}

input! {
    /// A quote given with the argument that it backs.
    pub struct NewQuote {
        /// Its readable name; derived when left out.
        pub slug: Option<Slug>,
        /// The id or slug of the source.
        pub source: SourceRef,
        /// The words, exactly as they stand in the source's text.
        pub exact: Exact,
        /// Words that stand just before them, to tell equal words apart.
        pub prefix: Option<Context>,
        /// Words that stand just after them, to tell equal words apart.
        pub suffix: Option<Context>,
        /// Where they begin, in Unicode code points.
        pub start: Option<Offset>,
        /// The code point after the last one.
        pub end: Option<Offset>,
        /// Where it was imported from.
        pub origin: Option<Origin>,
    }
}

// Two quotes in one list are the same when they are the same words of the same source at the same place.
impl PartialEq for NewQuote {
    fn eq(&self, other: &Self) -> bool {
        (&self.slug, &self.source, self.draft()) == (&other.slug, &other.source, other.draft())
    }
}

impl NewQuote {
    /// The words and what is known of their place.
    pub fn draft(&self) -> QuoteDraft {
        QuoteDraft {
            exact: self.exact.clone(),
            prefix: self.prefix.clone(),
            suffix: self.suffix.clone(),
            start: self.start.map(|offset| offset.0),
            end: self.end.map(|offset| offset.0),
        }
    }
}

impl NewCitation {
    /// The words and what is known of their place.
    pub fn draft(&self) -> QuoteDraft {
        QuoteDraft {
            exact: self.exact.clone(),
            prefix: self.prefix.clone(),
            suffix: self.suffix.clone(),
            start: self.start.map(|offset| offset.0),
            end: self.end.map(|offset| offset.0),
        }
    }
}

patch! {
    /// Changes to a citation (JSON Merge Patch). The quote is checked anew.
    pub struct CitationPatch {
        /// The id or slug of the source.
        pub source: SourceRef,
        /// What the quote backs.
        pub backs: BacksRef,
        /// The words, exactly as they stand in the source's text.
        pub exact: Exact,
        /// Words that stand just before them.
        pub prefix: Context,
        /// Words that stand just after them.
        pub suffix: Context,
        /// Where they begin, in Unicode code points.
        pub start: Offset,
        /// The code point after the last one.
        pub end: Offset,
        /// Where it was imported from; its members are patched, too.
        pub origin: Option<OriginPatch>,
    }
}

/// Some of the fields of a citation.
pub type CitationFields = Fields<Citation>;

/// What can be asked for with a citation.
pub type CitationExpand = Expand<Citation>;

expandable!(Citation: Citation, |it| Some(it.topic_id));

parameters! {
    /// Which citations.
    pub struct CitationFilter with page, fields CitationFields, expand CitationExpand {
        /// Only those of this source: its id or slug.
        #[param(inline)]
        pub source: Option<SourceRef>,
        /// Only those that back this position: its id or slug.
        #[param(inline)]
        pub position: Option<PositionRef>,
        /// Only those that back this argument: its id or slug.
        #[param(inline)]
        pub argument: Option<ArgumentRef>,
        /// Only those that back this relation: its id or slug.
        #[param(inline)]
        pub relation: Option<RelationRef>,
        /// In which order; by default oldest first.
        #[param(inline)]
        pub sort: Option<Sort>,
    }
}

parameters! {
    /// How much of a record.
    pub struct CitationParts with fields CitationFields, expand CitationExpand {}
}

/// The path of a citation.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct CitationPath {
    /// The id or slug of the topic.
    pub topic: TopicRef,
    /// The id or slug of the citation.
    pub citation: CitationRef,
}
