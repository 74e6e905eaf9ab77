//! Writes a batch: every kind of record at once, in the one order of locks that all writers keep.
//!
//! Sources are locked by slug, then topics. What is in a topic is compared with the record of its
//! slug: what is not there is made, what differs is changed, what is equal is left alone, version
//! and all; and the topic's revision advances once.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use uuid::Uuid;

use super::Settings;
use super::batch::Batch;
use super::queries::{self, Names};
use super::report::{Done, Mapped, Outcome, TopicOutcome};
use super::topic::TopicDiff;
use crate::citations::queries::QuotedSources;
use crate::db::Conn;
use crate::domain::ids::{Ref, SourceId, SourceRef, TopicId};
use crate::domain::input::FaultCode;
use crate::domain::kinds::Status;
use crate::domain::origin::Origin;
use crate::domain::quote::Quote;
use crate::domain::slug::Slug;
use crate::formats::document::{SourceRecord, TargetName, TopicRecord};
use crate::formats::note::{Note, NoteCode};
use crate::formats::place::Place;
use crate::http::problem::{Problem, Result};
use crate::sources::Source;
use crate::topics::Topic;
use crate::{citations, sources, topics};

/// What earlier batches of the same file did.
#[derive(Debug, Default)]
pub(super) struct Earlier {
    /// Records of which was told, by a digest of their names.
    pub touched: HashSet<u64>,
    /// The topics that count a change already, in the same transaction.
    pub advanced: HashSet<TopicId>,
}

/// The records of a topic that are to stay.
pub(super) type Kept = HashSet<Uuid>;

/// Verified quotes, each with its source.
type Quotes = Vec<(SourceId, Quote)>;

/// What a batch showed, beside what became of it.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub touched: HashSet<u64>,
    pub advanced: Vec<TopicId>,
    pub kept: HashMap<TopicId, Kept>,
}

/// Writes a batch. What is refused in it is told, and the rest written.
pub(super) async fn write(
    conn: &mut Conn,
    batch: &Batch,
    settings: &Settings,
    earlier: &Earlier,
) -> Result<(Done, Seen)> {
    let mut writing = Writing { settings, earlier, done: Done::default(), seen: Seen::default() };
    let quoted = writing.write_sources(conn, batch).await?;
    let verified = |topic| Some((topic, writing.verified(topic, &quoted)?));
    let records = batch.topics.iter().filter_map(verified).collect();
    writing.write_topics(conn, records).await?;
    // They are written in the order of their slugs, and told in that of the file.
    let places: HashMap<&Slug, usize> =
        batch.topics.iter().enumerate().map(|(at, topic)| (&topic.slug, at)).collect();
    writing.done.topics.sort_by_key(|topic| places.get(&topic.slug).copied());
    Ok((writing.done, writing.seen))
}

/// What a refused batch is counted as.
pub(super) fn refused(batch: &Batch) -> Done {
    let mut done = Done::default();
    done.counts.topics.failed = count(batch.topics.len());
    if batch.topics.is_empty() {
        done.counts.sources.failed = count(batch.sources.len());
    }
    let outcome = |slug: &Slug| TopicOutcome { slug: slug.clone(), outcome: Outcome::Failed };
    done.topics = batch.topics.iter().map(|topic| outcome(&topic.slug)).collect();
    done
}

/// What a problem says of a document, fault by fault.
pub(super) fn notes_of(problem: &Problem, place: Place) -> Vec<Note> {
    let detail = problem.detail().to_owned();
    let faults = problem.clone().into_faults();
    if faults.is_empty() {
        return vec![Note::error(NoteCode::DoesNotFit, place, detail, "")];
    }
    let note = |fault: crate::domain::input::Fault| {
        let is_quote = fault.code == FaultCode::QuoteNotFound;
        let code = if is_quote { NoteCode::QuoteUnverified } else { NoteCode::DoesNotFit };
        let place = Place { pointer: fault.pointer, ..place.clone() };
        Note::error(code, place, fault.detail, "")
    };
    faults.into_iter().map(note).collect()
}

/// Deletes what these topics have beyond what is to stay.
pub(super) async fn prune(
    conn: &mut Conn,
    kept: &HashMap<TopicId, Kept>,
    earlier: &Earlier,
) -> Result<Done> {
    let mut done = Done::default();
    let mut changed = Vec::new();
    for (topic, kept) in kept {
        let gone = beyond(queries::names(conn, *topic).await?, kept);
        if count_removed(&mut done, &gone) {
            queries::delete(conn, &gone).await?;
            if !earlier.advanced.contains(topic) {
                changed.push(*topic);
            }
        }
    }
    queries::advance(conn, &changed).await?;
    Ok(done)
}

/// The names that are not to stay.
fn beyond(mut names: Names, kept: &Kept) -> Names {
    names.positions.retain(|(id, _)| !kept.contains(&(*id).into()));
    names.arguments.retain(|(id, _)| !kept.contains(&(*id).into()));
    names.relations.retain(|(id, _)| !kept.contains(&(*id).into()));
    names.citations.retain(|(id, _)| !kept.contains(&(*id).into()));
    names
}

fn count_removed(done: &mut Done, gone: &Names) -> bool {
    let counts = &mut done.counts;
    counts.positions.removed += count(gone.positions.len());
    counts.arguments.removed += count(gone.arguments.len());
    counts.relations.removed += count(gone.relations.len());
    counts.citations.removed += count(gone.citations.len());
    !(gone.positions.is_empty()
        && gone.arguments.is_empty()
        && gone.relations.is_empty()
        && gone.citations.is_empty())
}

pub(super) fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

/// A batch being written.
pub(super) struct Writing<'s> {
    pub(super) settings: &'s Settings,
    earlier: &'s Earlier,
    pub(super) done: Done,
    pub(super) seen: Seen,
}

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Became {
    Created,
    Changed,
    Left,
}

impl Writing<'_> {
    /// Counts a record that may have come before. Of one that is as it was then, nothing is told.
    pub(super) fn meet(
        &mut self,
        kind: &'static str,
        topic: Option<&Slug>,
        slug: &Slug,
        became: Became,
    ) {
        let mut hasher = DefaultHasher::new();
        (kind, topic, slug).hash(&mut hasher);
        let name = hasher.finish();
        let is_new = self.seen.touched.insert(name) && !self.earlier.touched.contains(&name);
        let counts = &mut self.done.counts;
        let tally = match kind {
            "source" => &mut counts.sources,
            "topic" => &mut counts.topics,
            _ => &mut counts.positions,
        };
        match became {
            _ if !is_new => {}
            Became::Created => tally.created += 1,
            Became::Changed => tally.changed += 1,
            Became::Left => tally.left += 1,
        }
    }

    /// Tells which record an id of the file became.
    pub(super) fn map(
        &mut self,
        kind: &'static str,
        origin: Option<&Origin>,
        topic: Option<&Slug>,
        slug: &Slug,
        id: Uuid,
    ) {
        if let Some(from) = origin.and_then(|origin| origin.id.as_ref()) {
            let (from, topic, slug) = (from.to_string(), topic.cloned(), slug.clone());
            self.done.mapping.push(Mapped { kind, from, topic, slug, id });
        }
    }

    /// Refuses a topic, and says why.
    pub(super) fn refuse(&mut self, topic: &TopicRecord, notes: Vec<Note>) {
        self.done.notes.extend(notes);
        self.done.counts.topics.failed += 1;
        let (slug, outcome) = (topic.slug.clone(), Outcome::Failed);
        self.done.topics.push(TopicOutcome { slug, outcome });
    }

    /// Writes the sources, and locks those that are only quoted. Gives all that topics quote.
    async fn write_sources(&mut self, conn: &mut Conn, batch: &Batch) -> Result<QuotedSources> {
        let records: HashMap<&Slug, &SourceRecord> =
            batch.sources.iter().map(|it| (&it.slug, it)).collect();
        let citations = batch.topics.iter().flat_map(|topic| &topic.citations);
        let cited: BTreeSet<&Slug> = citations.map(|citation| &citation.source).collect();
        let all: BTreeSet<&Slug> = records.keys().chain(&cited).copied().collect();
        let all: Vec<&Slug> = all.into_iter().collect();
        if all.is_empty() {
            return Ok(QuotedSources::default());
        }
        let mut there: HashMap<Slug, Source> = HashMap::new();
        if records.is_empty() {
            let names: Vec<SourceRef> = all.iter().map(|slug| Ref::Slug((*slug).clone())).collect();
            return citations::queries::lock_sources(conn, &names.iter().collect::<Vec<_>>()).await;
        }
        let mut made: HashMap<&Slug, SourceId> = HashMap::new();
        loop {
            let found = queries::lock_sources(conn, &all).await?;
            there.extend(found.into_iter().map(|source| (source.slug.clone(), source)));
            let missing: Vec<_> = all
                .iter()
                .filter_map(|slug| records.get(slug))
                .filter(|it| !there.contains_key(&it.slug))
                .map(|it| (SourceId::now(), &it.slug, source_fields(it), it.text.clone().into()))
                .collect();
            let ids: HashSet<SourceId> =
                queries::insert_sources(conn, &missing).await?.into_iter().collect();
            let of = missing.iter().filter(|(id, ..)| ids.contains(id));
            made.extend(of.map(|(id, slug, ..)| (*slug, *id)));
            // Another may have made one since: then it is met as one that was there.
            if ids.len() == missing.len() {
                break;
            }
        }
        there.retain(|slug, _| !made.contains_key(slug));
        let new_texts = there.values().filter(|current| {
            let record = records.get(&current.slug);
            record.is_some_and(|it| sources::queries::is_new_text(current, it.text.as_ref()))
        });
        let new_texts: Vec<SourceId> = new_texts.map(|source| source.id).collect();
        let slugs: Vec<&Slug> = batch.topics.iter().map(|topic| &topic.slug).collect();
        citations::queries::lock_topics(conn, &slugs, &new_texts).await?;
        let mut quoted = QuotedSources::default();
        for record in &batch.sources {
            let (id, became) = match (made.get(&record.slug), there.remove(&record.slug)) {
                (Some(id), _) => (*id, Became::Created),
                (None, Some(current)) => {
                    let (id, version) = (current.id, current.version);
                    let (fields, text) = (source_fields(record), record.text.clone());
                    let now = sources::queries::update(conn, current, fields, Some(text)).await?;
                    let is_changed = now.version != version;
                    (id, if is_changed { Became::Changed } else { Became::Left })
                }
                (None, None) => continue,
            };
            self.meet("source", None, &record.slug, became);
            self.map("source", record.origin.as_ref(), None, &record.slug, id.into());
            if cited.contains(&record.slug) {
                quoted.insert(id, &record.slug, record.text.as_ref());
            }
        }
        let others = cited.iter().filter(|slug| !records.contains_key(**slug));
        let others: Vec<SourceRef> = others.map(|slug| Ref::Slug((*slug).clone())).collect();
        let others: Vec<&SourceRef> = others.iter().collect();
        quoted.extend(citations::queries::lock_sources(conn, &others).await?);
        Ok(quoted)
    }

    /// The quotes of a topic, each in its place, if the topic can be written; if not, all that is
    /// wrong with it is told.
    fn verified(&mut self, topic: &TopicRecord, quoted: &QuotedSources) -> Option<Quotes> {
        let (mut notes, mut quotes) = (Vec::new(), Vec::with_capacity(topic.citations.len()));
        for relation in &topic.relations {
            if i16::try_from(relation.premises.len()).is_err() {
                let detail = format!("has {} premises", relation.premises.len());
                let instead = "a relation has at most 32,767";
                notes.push(Note::error(NoteCode::TooMuch, relation.at.clone(), detail, instead));
            }
            if relation.target == TargetName::Relation(relation.slug.clone()) {
                let detail = "a relation cannot be its own target";
                notes.push(Note::error(NoteCode::Invalid, relation.at.clone(), detail, ""));
            }
        }
        for citation in &topic.citations {
            let name = Ref::Slug(citation.source.clone());
            match quoted.anchor(&name, &citation.quote, citation.at.as_str()) {
                Ok(quote) => quotes.push(quote),
                Err(problem) => notes.extend(notes_of(&problem, citation.at.clone())),
            }
        }
        if notes.is_empty() {
            return Some(quotes);
        }
        self.refuse(topic, notes);
        None
    }

    async fn write_topics(
        &mut self,
        conn: &mut Conn,
        mut records: Vec<(&TopicRecord, Quotes)>,
    ) -> Result<()> {
        records.sort_by_key(|(topic, _)| &topic.slug);
        let slugs: Vec<&Slug> = records.iter().map(|(topic, _)| &topic.slug).collect();
        let mut there: HashMap<Slug, Topic> = HashMap::new();
        let mut made: HashMap<&Slug, TopicId> = HashMap::new();
        loop {
            let found = queries::lock_topics(conn, &slugs).await?;
            there.extend(found.into_iter().map(|topic| (topic.slug.clone(), topic)));
            let missing: Vec<_> = records
                .iter()
                .filter(|(it, _)| !there.contains_key(&it.slug))
                .map(|(it, _)| (TopicId::now(), &it.slug, topic_fields(it)))
                .collect();
            let ids: HashSet<TopicId> =
                queries::insert_topics(conn, &missing).await?.into_iter().collect();
            let of = missing.iter().filter(|(id, ..)| ids.contains(id));
            made.extend(of.map(|(id, slug, _)| (*slug, *id)));
            if ids.len() == missing.len() {
                break;
            }
        }
        there.retain(|slug, _| !made.contains_key(slug));
        let id_of = |record: &TopicRecord| {
            made.get(&record.slug).copied().or_else(|| there.get(&record.slug).map(|it| it.id))
        };
        let known: Vec<(TopicId, &TopicRecord)> =
            records.iter().filter_map(|(it, _)| Some((id_of(it)?, *it))).collect();
        let mut stored = super::topic::Stored::load(conn, &known, &made).await?;
        let mut changes = super::topic::Changes::default();
        for ((id, record), (_, quotes)) in known.into_iter().zip(records) {
            let is_made = made.contains_key(&record.slug);
            let diff = TopicDiff::of(id, record, quotes, stored.take(id))?;
            let gone = match (self.settings.prune, is_made) {
                (true, false) if !self.settings.scattered => {
                    beyond(queries::names(conn, id).await?, &diff.kept())
                }
                _ => Names::default(),
            };
            let mut counted = Done::default();
            let loses = count_removed(&mut counted, &gone);
            let current = there.remove(&record.slug);
            let fields = topic_fields(record);
            let own_change =
                current.as_ref().is_some_and(|it| fields != topics::queries::Fields::from(it));
            let is_changed = own_change || diff.is_change() || loses;
            let stays_archived = record.status == Status::Archived
                && current.as_ref().is_some_and(|it| it.status == Status::Archived);
            if stays_archived && is_changed {
                let problem = topics::queries::archived(&record.slug);
                self.refuse(record, notes_of(&problem, record.at.clone()));
                continue;
            }
            let became = match (is_made, is_changed) {
                (true, _) => Became::Created,
                (false, true) => Became::Changed,
                (false, false) => Became::Left,
            };
            let own = match (is_made, own_change) {
                (true, _) => Became::Created,
                (false, true) => Became::Changed,
                (false, false) => Became::Left,
            };
            self.meet("topic", None, &record.slug, own);
            self.map("topic", record.origin.as_ref(), None, &record.slug, id.into());
            if let Some(current) = current {
                // It counts the change to the topic as well.
                topics::queries::update(conn, current, fields).await?;
            }
            if self.settings.prune && self.settings.scattered {
                self.seen.kept.entry(id).or_default().extend(diff.kept());
            }
            let counts_already = is_made || own_change || self.earlier.advanced.contains(&id);
            if is_changed && !counts_already {
                changes.advanced.push(id);
            }
            if is_made || is_changed {
                self.seen.advanced.push(id);
            }
            self.done.counts.add(&counted.counts);
            self.count(record, &diff);
            let outcome = match became {
                Became::Created => Outcome::Created,
                Became::Changed => Outcome::Changed,
                Became::Left => Outcome::Left,
            };
            self.done.topics.push(TopicOutcome { slug: record.slug.clone(), outcome });
            changes.add(diff, gone);
        }
        changes.write(conn).await
    }

    fn count(&mut self, topic: &TopicRecord, diff: &TopicDiff<'_>) {
        for (record, (id, became)) in topic.positions.iter().zip(&diff.positions) {
            self.meet("position", Some(&topic.slug), &record.slug, *became);
            let id = Uuid::from(*id);
            self.map("position", record.origin.as_ref(), Some(&topic.slug), &record.slug, id);
        }
        macro_rules! each {
            ($kind:literal, $records:ident) => {
                for (record, (id, became)) in topic.$records.iter().zip(&diff.$records) {
                    let tally = &mut self.done.counts.$records;
                    match became {
                        Became::Created => tally.created += 1,
                        Became::Changed => tally.changed += 1,
                        Became::Left => tally.left += 1,
                    }
                    let id = Uuid::from(*id);
                    self.map($kind, record.origin.as_ref(), Some(&topic.slug), &record.slug, id);
                }
            };
        }
        each!("argument", arguments);
        each!("relation", relations);
        each!("citation", citations);
    }
}

fn source_fields(record: &SourceRecord) -> sources::queries::Fields {
    sources::queries::Fields {
        title: record.title.clone(),
        authors: record.authors.clone(),
        publisher: record.publisher.clone(),
        published_on: record.published_on,
        url: record.url.clone(),
        licence: record.licence.clone(),
        origin: record.origin.clone(),
    }
}

fn topic_fields(record: &TopicRecord) -> topics::queries::Fields {
    topics::queries::Fields {
        title: record.title.clone(),
        summary: record.summary.clone(),
        tags: record.tags.clone(),
        language: record.language.clone(),
        status: record.status,
        origin: record.origin.clone(),
    }
}
