//! What clients ask and get.

use diesel::prelude::*;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use uuid::Uuid;

use crate::db::schema::topics;
use crate::domain::ids::{SourceRef, TopicId, TopicRef};
use crate::domain::input::{At, FaultCode, Faults, FromJson};
use crate::domain::kinds::{RelationKind, Status, kinds};
use crate::domain::language::Language;
use crate::domain::slug::Slug;
use crate::domain::text::{Tag, Title};
use crate::http::expand::{self, Expand, Expandable};
use crate::http::extract::Flag;
use crate::http::in_body;
use crate::http::page::{NextCursor, PageInfo};
use crate::http::parameters::parameters;
use crate::http::sparse::Fields;

kinds! {
    /// What can be found: the kinds of records that have words.
    Kind {
        /// A topic, by its title, tags and summary.
        Topic = "topic",
        /// A position, by its statement and summary.
        Position = "position",
        /// An argument, by its claim and body.
        Argument = "argument",
        /// A source, by its title, authors and publisher, or a passage of its text.
        Source = "source",
        /// A citation, by the words that it quotes.
        Citation = "citation",
    }

    /// By what all hits are counted.
    Facet {
        /// By kind.
        Kind = "kind",
        /// By each tag of the topic.
        Tag = "tag",
        /// By language.
        Language = "language",
        /// By topic.
        Topic = "topic",
    }

    /// In which of its texts a hit has the words.
    Field {
        /// The title of a topic or a source.
        Title = "title",
        /// The summary of a topic or a position.
        Summary = "summary",
        /// The statement of a position.
        Statement = "statement",
        /// The claim of an argument.
        Claim = "claim",
        /// The body of an argument.
        Body = "body",
        /// The text of a source.
        Text = "text",
        /// The words that a citation quotes.
        Exact = "exact",
    }

    /// Which way an argument bears on a position.
    Bearing {
        /// It is a reason for the position, or against what speaks against it.
        Supports = "supports",
        /// It is a reason against the position, or against what speaks for it.
        Attacks = "attacks",
    }
}

/// What to look for: any text.
#[derive(Debug, Clone)]
pub struct Wanted(pub String);

impl Wanted {
    const MAX: usize = 10_000;
}

impl FromJson for Wanted {
    fn from_json(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        let text = String::from_json(value, at, faults)?;
        if text.contains('\0') {
            faults.push(at, FaultCode::BadCharacter, "has the control character U+0000");
            return None;
        }
        let length = text.chars().count();
        if length > Self::MAX {
            let detail = format!("has {length} characters; at most {} are allowed", Self::MAX);
            faults.push(at, FaultCode::TooLong, detail);
            return None;
        }
        Some(Self(text))
    }
}

impl utoipa::PartialSchema for Wanted {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .max_length(Some(Self::MAX))
            .pattern(Some("^[^\\u0000]*$"))
            .build()
            .into()
    }
}

impl ToSchema for Wanted {}

/// Words of a closed list, with commas between them; what is said twice counts once.
macro_rules! several {
    ($(#[$doc:meta])* $name:ident of $kind:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name(pub Vec<$kind>);

        impl FromJson for $name {
            fn from_json(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
                let text = String::from_json(value, at, faults)?;
                let mut several = Vec::new();
                for word in text.split(',') {
                    let one = $kind::from_json(Value::from(word), at, faults)?;
                    if !several.contains(&one) {
                        several.push(one);
                    }
                }
                Some(Self(several))
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let words: Vec<&str> = $kind::ALL.iter().map(|one| one.as_str()).collect();
                let one = words.join("|");
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .pattern(Some(format!("^({one})(,({one}))*$")))
                    .build()
                    .into()
            }
        }

        impl ToSchema for $name {}
    };
}

several!(/** Some kinds, with commas between them. */ Kinds of Kind);
several!(/** Some facets, with commas between them. */ Facetted of Facet);

parameters! {
    /// What to look for, and where.
    pub struct SearchFilter with page, fields HitFields, expand HitExpand {
        /// The words to look for: `"in quotes"` as they stand, `or` between those of which one is
        /// enough, `-` before one that must not be there. All else is taken as it is, and nothing
        /// is refused. Of a longer text, the first 64 words are looked for.
        #[param(inline)]
        pub q: Wanted,
        /// Only records of these kinds, with commas between them.
        #[param(inline)]
        pub kind: Option<Kinds>,
        /// Only what is in the topic with this id or slug, and the topic itself.
        pub topic: Option<TopicRef>,
        /// Only what is in a topic that has this tag.
        #[param(inline)]
        pub tag: Option<Tag>,
        /// Only what is written in this language. Sources do not say theirs.
        #[param(inline)]
        pub language: Option<Language>,
        /// Only what is in a topic with this status.
        #[param(inline)]
        pub status: Option<Status>,
        /// Only arguments that bear on something in this way.
        #[param(inline)]
        pub relation: Option<RelationKind>,
        /// Only the source with this id or slug, the quotes of it, and what these back.
        pub source: Option<SourceRef>,
        /// `true` finds what begins with the last word, too: for searching while somebody types.
        #[param(inline)]
        pub prefix: Option<Flag>,
        /// Counts all hits in these ways, with commas between them.
        #[param(inline)]
        pub facets: Option<Facetted>,
    }
}

impl utoipa::PartialSchema for SearchFilter {
    fn schema() -> RefOr<Schema> {
        in_body::schema::<Self>()
    }
}

impl ToSchema for SearchFilter {}

/// Some of the fields of a hit.
pub type HitFields = Fields<Hit>;

/// What may be asked for with the record of a hit.
pub type HitExpand = Expand<Hit>;

impl Expandable for Hit {
    const KINDS: &'static [expand::Kind] = &[
        expand::Kind::Topic,
        expand::Kind::Position,
        expand::Kind::Argument,
        expand::Kind::Source,
        expand::Kind::Citation,
    ];

    fn kind(&self) -> expand::Kind {
        match self.kind {
            Kind::Topic => expand::Kind::Topic,
            Kind::Position => expand::Kind::Position,
            Kind::Argument => expand::Kind::Argument,
            Kind::Source => expand::Kind::Source,
            Kind::Citation => expand::Kind::Citation,
        }
    }

    fn id(&self) -> Uuid {
        self.id
    }

    fn topic_id(&self) -> Option<TopicId> {
        self.topic.as_ref().map(|topic| topic.id)
    }
}

/// A page of what was found, the best first.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchResults {
    /// The hits, the best first.
    pub data: Vec<Hit>,
    /// How to go on.
    pub page: PageInfo,
    /// The words that were taken for others, because they find nothing as they are written.
    pub taken: Vec<Taken>,
    /// All hits, counted; only those asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub facets: Option<Facets>,
}

impl NextCursor for SearchResults {
    fn next_cursor(&self) -> Option<&str> {
        self.page.next_cursor.as_deref()
    }
}

/// A word that was taken for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Taken {
    /// The word as it was asked for.
    pub word: String,
    /// What it was taken for.
    #[serde(rename = "for")]
    pub instead: String,
}

/// Something that was found.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Hit {
    /// What it is.
    pub kind: Kind,
    /// Its id.
    pub id: Uuid,
    /// Its slug.
    pub slug: Slug,
    /// Its address on this server.
    pub url: String,
    /// The topic that it is in, or that it is; null for sources.
    #[schema(required)]
    pub topic: Option<HitTopic>,
    /// What it is called: a title, statement or claim, or the title of what is quoted.
    pub title: String,
    /// Where it has the words.
    pub place: HitPlace,
    /// How good it is, from 0 to 1: for comparing hits of one search.
    #[schema(minimum = 0, maximum = 1)]
    pub rank: f64,
    /// Of an argument, the position that it bears on with the fewest steps, and which way; null if
    /// there is none.
    #[schema(required)]
    pub bears_on: Option<BearsOn>,
}

/// The topic of a hit.
#[derive(Debug, Clone, Serialize, ToSchema, Queryable, Selectable)]
#[diesel(table_name = topics)]
pub struct HitTopic {
    /// Its id.
    pub id: TopicId,
    /// Its slug.
    pub slug: Slug,
    /// The question.
    pub title: Title,
}

/// The place where a hit has the words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HitPlace {
    /// In which of its texts.
    pub field: Field,
    /// Where in that text the shown part begins, in code points from 0.
    pub start: usize,
    /// The shown part, as it is written.
    pub text: String,
    /// Where in the shown part the words are.
    pub highlights: Vec<Highlight>,
    /// The shown part as HTML, with the words in `<mark>`. All else is escaped.
    pub html: String,
}

/// A word in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Highlight {
    /// Its first code point, from 0.
    pub start: usize,
    /// The code point after its last.
    pub end: usize,
}

/// The position that an argument bears on.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BearsOn {
    /// The id of the position.
    pub position_id: Uuid,
    /// The slug of the position.
    pub position: Slug,
    /// What the position says.
    pub statement: String,
    /// Whether the argument is for it or against it.
    pub how: Bearing,
}

/// All hits, counted: the values with the most first, at most 100 of each.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Facets {
    /// By kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub kind: Option<Vec<FacetCount>>,
    /// By each tag of the topic.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub tag: Option<Vec<FacetCount>>,
    /// By language; without sources.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub language: Option<Vec<FacetCount>>,
    /// By the slug of the topic; without sources.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub topic: Option<Vec<FacetCount>>,
}

/// How many hits have a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FacetCount {
    /// The value, as a filter takes it.
    pub value: String,
    /// How many hits have it.
    #[schema(minimum = 1)]
    pub count: i64,
}
