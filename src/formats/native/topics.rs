//! Reading a topic: its own fields and its positions. What stands under them is in `items`.

use serde_json::Value;

use super::draft::{End, PositionDraft, TopicDraft};
use super::fields::{MANY_FAULTS, list, open, optional, origin};
use crate::domain::input::{At, Faults, Listed};
use crate::domain::kinds::Status;
use crate::domain::slug::Slug;
use crate::domain::text::Tag;
use crate::formats::place::Place;

pub(super) const TOPIC: &[&str] = &[
    "slug",
    "title",
    "summary",
    "tags",
    "language",
    "status",
    "source",
    "quotes",
    "positions",
    "arguments",
    "relations",
    "origin",
];

pub(super) const POSITION: &[&str] = &[
    "slug",
    "statement",
    "summary",
    "rank",
    "quotes",
    "supported_by",
    "attacked_by",
    "rephrased_by",
    "origin",
];

/// The tags of a topic, none of them twice.
type Tags = Listed<Tag, 0, { super::MAX_TAGS }>;

/// A topic that is being read.
pub(super) struct TopicReader<'f> {
    pub(super) draft: TopicDraft,
    /// The source of the quotes that name none.
    pub(super) source: Option<Slug>,
    pub(super) faults: &'f mut Faults,
}

/// Reads a topic. `None` means that it is no mapping; other faults are recorded beside the draft.
pub(super) fn read(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<TopicDraft> {
    let mut fields = open(value, at, TOPIC, faults)?;
    let draft = TopicDraft {
        at: Place::from(at),
        slug: optional(&mut fields, "slug", faults),
        title: fields.take("title", faults),
        summary: optional(&mut fields, "summary", faults).unwrap_or_default(),
        tags: optional(&mut fields, "tags", faults).map_or_else(Vec::new, Tags::into_vec),
        language: optional(&mut fields, "language", faults).unwrap_or_default(),
        status: optional(&mut fields, "status", faults).unwrap_or(Status::Published),
        origin: origin(&mut fields, at, faults),
        positions: Vec::new(),
        arguments: Vec::new(),
        relations: Vec::new(),
        citations: Vec::new(),
    };
    let source = optional(&mut fields, "source", faults);
    let mut reader = TopicReader { draft, source, faults };
    reader.quotes(&mut fields, at, None);
    let positions_at = at.field("positions");
    for (index, position) in list(&mut fields, "positions", reader.faults).into_iter().enumerate() {
        reader.position(position, &positions_at.item(index), index);
    }
    let arguments_at = at.field("arguments");
    for (index, argument) in list(&mut fields, "arguments", reader.faults).into_iter().enumerate() {
        reader.lone_argument(
            argument,
            &arguments_at.item(index),
            "stands under nothing here, so that there is no relation to speak of",
            1,
        );
    }
    let relations_at = at.field("relations");
    for (index, relation) in list(&mut fields, "relations", reader.faults).into_iter().enumerate() {
        reader.lone_relation(relation, &relations_at.item(index));
    }
    Some(reader.draft)
}

impl TopicReader<'_> {
    /// Whether so much is wrong already that nobody would be told of more.
    pub(super) fn has_many_faults(&self) -> bool {
        self.faults.len() >= MANY_FAULTS
    }

    fn position(&mut self, value: Value, at: &At<'_>, index: usize) {
        if self.has_many_faults() {
            return;
        }
        let Some(mut fields) = open(value, at, POSITION, self.faults) else { return };
        let rank = optional(&mut fields, "rank", self.faults).or_else(|| i32::try_from(index).ok());
        let position = self.draft.positions.len();
        self.draft.positions.push(PositionDraft {
            at: Place::from(at),
            slug: optional(&mut fields, "slug", self.faults),
            statement: fields.take("statement", self.faults),
            summary: optional(&mut fields, "summary", self.faults).unwrap_or_default(),
            rank: rank.unwrap_or(i32::MAX),
            origin: origin(&mut fields, at, self.faults),
        });
        let end = End::Position(position);
        self.quotes(&mut fields, at, Some(end));
        self.what_bears_on(end, &mut fields, at, 0);
    }
}
