//! A document: sources and whole debates as flat lists of records, tied to one another by slug.
//!
//! Every format becomes this value and is made of it. Within a topic every argument, position and
//! relation that a record names is there; a source that a citation names need not be, for it may
//! be stored already.

use chrono::NaiveDate;

use super::place::Place;
use crate::domain::kinds::{RelationKind, Status};
use crate::domain::language::Language;
use crate::domain::origin::Origin;
use crate::domain::quote::{QuoteDraft, SourceText};
use crate::domain::slug::Slug;
use crate::domain::text::{Body, Claim, Licence, Name, Scheme, Statement, Summary, Tag, Title};
use crate::domain::web_url::WebUrl;

/// What one file holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document {
    /// The sources, no two with one slug.
    pub sources: Vec<SourceRecord>,
    /// The topics, no two with one slug.
    pub topics: Vec<TopicRecord>,
}

impl Document {
    /// The same without the places of its records, which are no part of what it says.
    pub fn without_places(mut self) -> Self {
        self.sources.iter_mut().for_each(|it| it.at = Place::default());
        for topic in &mut self.topics {
            topic.at = Place::default();
            topic.positions.iter_mut().for_each(|it| it.at = Place::default());
            topic.arguments.iter_mut().for_each(|it| it.at = Place::default());
            topic.relations.iter_mut().for_each(|it| it.at = Place::default());
            topic.citations.iter_mut().for_each(|it| it.at = Place::default());
        }
        self
    }
}

/// A text that somebody wrote.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceRecord {
    /// Where it is written.
    pub at: Place,
    /// Its readable name.
    pub slug: Slug,
    /// Its title.
    pub title: Title,
    /// Who wrote it; empty where that is unknown.
    pub authors: Vec<Name>,
    /// Who published it.
    pub publisher: Option<Name>,
    /// When it was published.
    pub published_on: Option<NaiveDate>,
    /// Where it can be read.
    pub url: Option<WebUrl>,
    /// The terms under which it may be used.
    pub licence: Option<Licence>,
    /// The text itself.
    pub text: Option<SourceText>,
    /// Where the record was imported from.
    pub origin: Option<Origin>,
}

/// A question under debate, with all that is said about it.
///
/// Its lists are in the order of the file, the outer before the inner.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicRecord {
    /// Where it is written.
    pub at: Place,
    /// Its readable name.
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
    /// Where the record was imported from.
    pub origin: Option<Origin>,
    /// The answers, no two with one slug.
    pub positions: Vec<PositionRecord>,
    /// The reasons, no two with one slug.
    pub arguments: Vec<ArgumentRecord>,
    /// What bears on what, no two with one slug and no two the same.
    pub relations: Vec<RelationRecord>,
    /// The quotes, no two with one slug.
    pub citations: Vec<CitationRecord>,
}

/// An answer to the question.
#[derive(Debug, Clone, PartialEq)]
pub struct PositionRecord {
    /// Where it is written.
    pub at: Place,
    /// Its readable name.
    pub slug: Slug,
    /// What it answers.
    pub statement: Statement,
    /// A short explanation.
    pub summary: Summary,
    /// Its place among the positions.
    pub rank: i32,
    /// Where the record was imported from.
    pub origin: Option<Origin>,
}

/// A reason.
#[derive(Debug, Clone, PartialEq)]
pub struct ArgumentRecord {
    /// Where it is written.
    pub at: Place,
    /// Its readable name.
    pub slug: Slug,
    /// What it claims.
    pub claim: Claim,
    /// Its longer form.
    pub body: Body,
    /// The language it is written in.
    pub language: Language,
    /// Where the record was imported from.
    pub origin: Option<Origin>,
}

/// One or more arguments that bear on a target.
#[derive(Debug, Clone, PartialEq)]
pub struct RelationRecord {
    /// Where it is written: the item that bears on what it is listed under.
    pub at: Place,
    /// Its readable name.
    pub slug: Slug,
    /// Which way the premises bear on the target.
    pub kind: RelationKind,
    /// The arguments; several hold only together. Never empty, never one twice.
    pub premises: Vec<Slug>,
    /// What they bear on.
    pub target: TargetName,
    /// The argumentation scheme.
    pub scheme: Option<Scheme>,
    /// Whether each end attacks the other.
    pub symmetric: bool,
    /// Where the record was imported from.
    pub origin: Option<Origin>,
}

/// What a relation bears on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TargetName {
    /// A position.
    Position(Slug),
    /// An argument.
    Argument(Slug),
    /// Another relation: an attack on it is an undercut.
    Relation(Slug),
}

impl TargetName {
    /// The slug of what is named.
    pub fn slug(&self) -> &Slug {
        match self {
            Self::Position(slug) | Self::Argument(slug) | Self::Relation(slug) => slug,
        }
    }
}

/// Words of a source, and what they back.
#[derive(Debug, Clone, PartialEq)]
pub struct CitationRecord {
    /// Where it is written.
    pub at: Place,
    /// Its readable name.
    pub slug: Slug,
    /// The source it quotes.
    pub source: Slug,
    /// What it backs.
    pub backs: BacksName,
    /// The words, not yet looked for in the source's text.
    pub quote: QuoteDraft,
    /// Where the record was imported from.
    pub origin: Option<Origin>,
}

/// What a citation backs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum BacksName {
    /// The topic itself.
    Topic,
    /// A position.
    Position(Slug),
    /// An argument.
    Argument(Slug),
    /// A relation.
    Relation(Slug),
}

impl From<TargetName> for BacksName {
    fn from(target: TargetName) -> Self {
        match target {
            TargetName::Position(slug) => Self::Position(slug),
            TargetName::Argument(slug) => Self::Argument(slug),
            TargetName::Relation(slug) => Self::Relation(slug),
        }
    }
}
