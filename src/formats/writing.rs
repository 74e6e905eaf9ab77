//! What a format writes: one topic as it is stored.

use std::collections::HashMap;

use super::document::{
    ArgumentRecord, Document, PositionRecord, RelationRecord, SourceRecord, TopicRecord,
};
use super::place::Place;
use crate::domain::slug::Slug;

/// One topic with what is in it, and the sources that it quotes.
///
/// Positions come by rank, all other records in the order in which they were made. Quotes are
/// verified: each has its place and its context.
#[derive(Debug, Clone, Copy)]
pub struct Debate<'a> {
    /// The topic.
    pub topic: &'a TopicRecord,
    /// The sources that its citations name, by slug.
    pub sources: &'a [SourceRecord],
}

impl<'a> Debate<'a> {
    /// The first topic of a document, with all its sources.
    pub fn first_of(document: &'a Document) -> Option<Self> {
        document.topics.first().map(|topic| Self { topic, sources: &document.sources })
    }

    /// The records of the topic, by slug.
    pub fn by_slug(&self) -> BySlug<'a> {
        let topic = self.topic;
        BySlug {
            positions: topic.positions.iter().map(|it| (&it.slug, it)).collect(),
            arguments: topic.arguments.iter().map(|it| (&it.slug, it)).collect(),
            relations: topic.relations.iter().map(|it| (&it.slug, it)).collect(),
        }
    }
}

/// The records of a topic, by slug.
#[derive(Debug, Clone)]
pub struct BySlug<'a> {
    /// The positions.
    pub positions: HashMap<&'a Slug, &'a PositionRecord>,
    /// The arguments.
    pub arguments: HashMap<&'a Slug, &'a ArgumentRecord>,
    /// The relations.
    pub relations: HashMap<&'a Slug, &'a RelationRecord>,
}

/// The place of a record in a report on what a format could not hold: its kind and its slug.
pub fn of_record(kind: &str, slug: &Slug) -> Place {
    Place::of_id(format!("{kind} {slug}"))
}
