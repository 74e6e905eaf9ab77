//! From the value of a text to records: each source and each topic on its own, so that a fault costs
//! nothing but what it stands in.

use std::collections::HashSet;

use serde_json::Value;

use super::draft::TopicDraft;
use super::{Files, VERSION, fields, resolve, sources, topics};
use crate::domain::input::{At, Fault, FaultCode, Faults, FromJson};
use crate::domain::slug::Slug;
use crate::formats::document::{Document, SourceRecord, TopicRecord};
use crate::formats::names::{Guesses, Names};

/// After as many faults the rest of a document is not read.
const MANY_FAULTS: usize = 1_000;

/// What was read of a document.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// The sources and topics that have no fault.
    pub(super) document: Document,
    /// What is wrong.
    pub(super) faults: Vec<Fault>,
    /// What is left out because something else is wrong.
    pub(super) consequences: Vec<Fault>,
}

/// The sources that could not be read, of which the slug is known.
#[derive(Debug, Default)]
pub(super) struct FaultySources(HashSet<Slug>);

impl FaultySources {
    /// As many are remembered of a text that never ends.
    const MOST: usize = 100_000;

    pub(super) fn add(&mut self, source: Option<Slug>) {
        if self.0.len() < Self::MOST {
            self.0.extend(source);
        }
    }

    /// Why a topic cannot be taken that quotes one of them.
    pub(super) fn fault_of(&self, topic: &TopicRecord) -> Option<Fault> {
        let citation = topic.citations.iter().find(|it| self.0.contains(&it.source))?;
        let detail = format!(
            "quotes the source `{}`, which cannot be read; so the topic `{}` is left out",
            citation.source, topic.slug
        );
        Some(Fault { pointer: citation.at.pointer.clone(), code: FaultCode::NotFound, detail })
    }
}

/// The slug that a record is given, however faulty the record is.
pub(super) fn given_slug(record: &Value) -> Option<Slug> {
    Slug::from_json(record.get("slug")?.clone(), &At::Root, &mut Faults::default())
}

/// Reads the value of a document. `repeated` are the pointers to fields that their mapping has
/// already: what they stand in has a fault that is told elsewhere.
pub(super) fn read(value: Value, repeated: &[String], files: Files<'_>) -> Outcome {
    let mut reading = Reading { outcome: Outcome::default(), broken: broken(repeated), files };
    reading.document(value);
    reading.outcome
}

/// The items of the two lists in which something is given twice.
fn broken(repeated: &[String]) -> HashSet<(&str, usize)> {
    repeated
        .iter()
        .filter_map(|pointer| {
            let mut segments = pointer.split('/').skip(1);
            Some((segments.next()?, segments.next()?.parse().ok()?))
        })
        .collect()
}

struct Reading<'a> {
    outcome: Outcome,
    broken: HashSet<(&'a str, usize)>,
    files: Files<'a>,
}

impl Reading<'_> {
    fn document(&mut self, value: Value) {
        let (root, mut faults) = (At::Root, Faults::default());
        let known = &["debatebase", "sources", "topics"];
        let fields = if value.is_null() {
            let detail = "is empty; a document begins with `debatebase: 1`";
            faults.push(&root, FaultCode::Missing, detail);
            None
        } else if is_version_known(&value, &mut faults) {
            fields::open(value, &root, known, &mut faults)
        } else {
            None
        };
        let Some(mut fields) = fields else { return self.tell(faults) };
        let version: Option<fields::Raw> = fields.take("debatebase", &mut faults);
        let sources = fields::list(&mut fields, "sources", &mut faults);
        let topics = fields::list(&mut fields, "topics", &mut faults);
        self.tell(faults);
        let faulty = self.sources(sources);
        self.topics(topics, &faulty);
        if version.is_none() {
            self.outcome.document = Document::default();
        }
    }

    fn tell(&mut self, faults: Faults) {
        self.outcome.faults.extend(faults.into_vec());
    }

    /// Whether so much is wrong that the rest is not read, which is told once.
    fn is_hopeless(&mut self, faults: usize, at: &At<'_>) -> bool {
        let is_hopeless = faults >= MANY_FAULTS;
        if is_hopeless {
            let detail = "comes after so many faults that it and what follows were not read";
            let (pointer, code) = (at.to_string(), FaultCode::TooMany);
            self.outcome.consequences.push(Fault { pointer, code, detail: detail.to_owned() });
        }
        is_hopeless
    }

    fn sources(&mut self, values: Vec<Value>) -> FaultySources {
        let list_at = At::Root.field("sources");
        let (mut names, mut faulty) = (Names::default(), FaultySources::default());
        for (index, value) in values.into_iter().enumerate() {
            let at = list_at.item(index);
            if self.is_hopeless(self.outcome.faults.len(), &at) {
                break;
            }
            let slug = given_slug(&value);
            let mut faults = Faults::default();
            let record: Option<SourceRecord> = sources::read(value, &at, self.files, &mut faults);
            if slug.as_ref().is_some_and(|slug| !names.claim(slug)) {
                let detail = "is the slug of an earlier source of this document";
                faults.push(&at.field("slug"), FaultCode::Duplicate, detail);
            }
            match record {
                Some(record) if faults.is_empty() && !self.broken.contains(&("sources", index)) => {
                    self.outcome.document.sources.push(record);
                }
                _ => faulty.add(slug),
            }
            self.tell(faults);
        }
        faulty
    }

    fn topics(&mut self, values: Vec<Value>, faulty: &FaultySources) {
        let list_at = At::Root.field("topics");
        let mut names = Names::default();
        let mut drafts: Vec<(usize, TopicDraft, Faults)> = Vec::with_capacity(values.len());
        let mut told = self.outcome.faults.len();
        for (index, value) in values.into_iter().enumerate() {
            let at = list_at.item(index);
            if self.is_hopeless(told, &at) {
                break;
            }
            let mut faults = Faults::default();
            let draft = topics::read(value, &at, &mut faults);
            if draft.as_ref().and_then(|it| it.slug.as_ref()).is_some_and(|it| !names.claim(it)) {
                let detail = "is the slug of an earlier topic of this document";
                faults.push(&at.field("slug"), FaultCode::Duplicate, detail);
            }
            told += faults.len();
            match draft {
                Some(draft) => drafts.push((index, draft, faults)),
                None => self.tell(faults),
            }
        }
        let mut guesses = Guesses::default();
        for (index, draft, mut faults) in drafts {
            let slug = draft.slug.clone().or_else(|| {
                let title = draft.title.as_ref()?;
                Some(names.take_free(&Slug::derive(title.as_str(), "topic")))
            });
            let topic = resolve::topic(draft, slug, &mut guesses, &mut faults);
            match topic {
                Some(topic) if faults.is_empty() && !self.broken.contains(&("topics", index)) => {
                    match faulty.fault_of(&topic) {
                        None => self.outcome.document.topics.push(topic),
                        Some(fault) => self.outcome.consequences.push(fault),
                    }
                }
                _ => {}
            }
            self.tell(faults);
        }
    }
}

/// Whether a document does not say that it is of another version. Of one that is, nothing more can
/// be said.
pub(super) fn is_version_known(value: &Value, faults: &mut Faults) -> bool {
    let version = value.get("debatebase").filter(|version| !version.is_null());
    if version.is_none_or(|version| version.as_u64() == Some(VERSION)) {
        return true;
    }
    let detail = format!("must be {VERSION}: no other version of the format is known here");
    faults.push(&At::Root.field("debatebase"), FaultCode::NotAllowed, detail);
    false
}
