//! A topic as it is written: before what has no slug is given one, and before names are looked up.
//!
//! Records name one another by their place in the lists here. A required text that is `None` was
//! faulty; the draft is kept, so that all that names it is not called faulty too.

use crate::domain::kinds::{RelationKind, Status};
use crate::domain::language::Language;
use crate::domain::origin::Origin;
use crate::domain::quote::QuoteDraft;
use crate::domain::slug::Slug;
use crate::domain::text::{Body, Claim, Scheme, Statement, Summary, Tag, Title};
use crate::formats::document::TargetName;
use crate::formats::place::Place;

#[derive(Debug)]
pub(super) struct TopicDraft {
    pub(super) at: Place,
    pub(super) slug: Option<Slug>,
    pub(super) title: Option<Title>,
    pub(super) summary: Summary,
    pub(super) tags: Vec<Tag>,
    pub(super) language: Language,
    pub(super) status: Status,
    pub(super) origin: Option<Origin>,
    pub(super) positions: Vec<PositionDraft>,
    pub(super) arguments: Vec<ArgumentDraft>,
    pub(super) relations: Vec<RelationDraft>,
    pub(super) citations: Vec<CitationDraft>,
}

#[derive(Debug)]
pub(super) struct PositionDraft {
    pub(super) at: Place,
    pub(super) slug: Option<Slug>,
    pub(super) statement: Option<Statement>,
    pub(super) summary: Summary,
    pub(super) rank: i32,
    pub(super) origin: Option<Origin>,
}

#[derive(Debug)]
pub(super) struct ArgumentDraft {
    pub(super) at: Place,
    pub(super) slug: Option<Slug>,
    pub(super) claim: Option<Claim>,
    pub(super) body: Body,
    pub(super) language: Option<Language>,
    pub(super) origin: Option<Origin>,
}

#[derive(Debug)]
pub(super) struct RelationDraft {
    pub(super) at: Place,
    pub(super) slug: Option<Slug>,
    /// What leads from its place to its slug.
    pub(super) slug_field: &'static str,
    pub(super) kind: RelationKind,
    pub(super) premises: Vec<Premise>,
    /// `None` where it was faulty.
    pub(super) target: Option<Target>,
    pub(super) scheme: Option<Scheme>,
    pub(super) symmetric: bool,
    pub(super) origin: Option<Origin>,
}

/// An argument of a relation.
#[derive(Debug)]
pub(super) enum Premise {
    /// Written in place: its index among the arguments.
    Written(usize),
    /// Written elsewhere in the topic.
    Named(Place, Slug),
}

/// What a relation bears on or a quote backs.
#[derive(Debug)]
pub(super) enum Target {
    /// What it stands under.
    Here(End),
    /// Anything in the topic, by its slug.
    Named(Place, TargetName),
}

/// What something stands under, by its index in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum End {
    Position(usize),
    Argument(usize),
    Relation(usize),
}

#[derive(Debug)]
pub(super) struct CitationDraft {
    pub(super) at: Place,
    pub(super) slug: Option<Slug>,
    pub(super) source: Option<Slug>,
    /// `None` is the topic itself.
    pub(super) backs: Option<Target>,
    pub(super) quote: Option<QuoteDraft>,
    pub(super) origin: Option<Origin>,
}
