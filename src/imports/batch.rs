//! What is written at once: so many records that PostgreSQL takes them at its own speed, and so few
//! that they need little memory.

use std::collections::{HashMap, HashSet};

use crate::domain::slug::Slug;
use crate::formats::document::{Document, SourceRecord, TopicRecord};

/// How many records make a batch full.
const FULL: usize = 4_000;

/// How many bytes of text make a batch full.
const FULL_BYTES: usize = 8_000_000;

/// Sources and topics to be written at once, no two with one slug.
#[derive(Debug, Clone, Default)]
pub(super) struct Batch {
    pub sources: Vec<SourceRecord>,
    pub topics: Vec<TopicRecord>,
    source_at: HashMap<Slug, usize>,
    topic_at: HashMap<Slug, usize>,
    records: usize,
    bytes: usize,
}

impl Batch {
    pub(super) fn is_empty(&self) -> bool {
        self.sources.is_empty() && self.topics.is_empty()
    }

    pub(super) fn is_full(&self) -> bool {
        self.records >= FULL || self.bytes >= FULL_BYTES
    }

    /// Takes a piece in. It is given back where something in it has the slug of something here, and
    /// may say another thing of it: then it is written after this batch.
    pub(super) fn take(&mut self, piece: Document, is_scattered: bool) -> Option<Document> {
        let comes_again = piece.topics.iter().any(|it| self.topic_at.contains_key(&it.slug));
        let own = |it: &SourceRecord| self.sources.get(*self.source_at.get(&it.slug)?);
        let differs = |it: &SourceRecord| own(it).is_some_and(|own| !is_same_source(own, it));
        if piece.sources.iter().any(differs) || comes_again && !is_scattered {
            return Some(piece);
        }
        for source in piece.sources {
            if !self.source_at.contains_key(&source.slug) {
                self.records += 1;
                self.bytes += source.text.as_ref().map_or(0, |text| text.as_str().len());
                self.source_at.insert(source.slug.clone(), self.sources.len());
                self.sources.push(source);
            }
        }
        for topic in piece.topics {
            self.count(&topic);
            let next = self.topics.len();
            let at = *self.topic_at.entry(topic.slug.clone()).or_insert(next);
            match self.topics.get_mut(at) {
                Some(own) => merge(own, topic),
                None => self.topics.push(topic),
            }
        }
        None
    }

    fn count(&mut self, topic: &TopicRecord) {
        let premises: usize = topic.relations.iter().map(|it| it.premises.len()).sum();
        self.records += 1 + topic.positions.len() + topic.arguments.len();
        self.records += topic.relations.len() + premises + topic.citations.len();
        self.bytes += topic.arguments.iter().map(|it| it.body.as_str().len()).sum::<usize>();
    }

    /// The smallest parts that can be taken or refused on their own: each topic with the sources that
    /// it quotes, and each source that no topic quotes.
    pub(super) fn split(self) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut cited: HashSet<Slug> = HashSet::new();
        for topic in self.topics {
            let names: HashSet<&Slug> = topic.citations.iter().map(|it| &it.source).collect();
            let sources = self.sources.iter().filter(|it| names.contains(&it.slug)).cloned();
            let sources = sources.collect();
            cited.extend(names.into_iter().cloned());
            parts.push(Self { sources, topics: vec![topic], ..Self::default() });
        }
        let alone = self.sources.into_iter().filter(|it| !cited.contains(&it.slug));
        parts.extend(alone.map(|it| Self { sources: vec![it], ..Self::default() }));
        parts
    }
}

/// Whether two records say the same of a source, wherever they are written.
fn is_same_source(one: &SourceRecord, other: &SourceRecord) -> bool {
    one == &SourceRecord { at: one.at.clone(), ..other.clone() }
}

/// Adds a part of a topic to what is there of it. What comes again takes the place of the first.
fn merge(own: &mut TopicRecord, part: TopicRecord) {
    fn add<T>(own: &mut Vec<T>, part: Vec<T>, slug: impl Fn(&T) -> &Slug) {
        let again: HashSet<Slug> = part.iter().map(|it| slug(it).clone()).collect();
        own.retain(|it| !again.contains(slug(it)));
        own.extend(part);
    }
    add(&mut own.positions, part.positions, |it| &it.slug);
    add(&mut own.arguments, part.arguments, |it| &it.slug);
    add(&mut own.relations, part.relations, |it| &it.slug);
    add(&mut own.citations, part.citations, |it| &it.slug);
}
