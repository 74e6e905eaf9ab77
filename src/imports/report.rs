//! What an import did.

use std::collections::HashMap;
use std::fmt;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::slug::Slug;
use crate::formats::note::{Note, Severity};

/// How many notes a report holds. Those after it are counted.
const MOST_NOTES: usize = 1_000;

/// How many topics, and how many ids, a report holds.
const MOST_RECORDS: usize = 10_000;

/// What happened to the records of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Tally {
    /// Made.
    pub created: u64,
    /// There, and now different.
    pub changed: u64,
    /// There, and equal.
    pub left: u64,
    /// There, not named by the document, and deleted (`prune=true`).
    pub removed: u64,
    /// Not taken; the notes say why.
    pub failed: u64,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.created += other.created;
        self.changed += other.changed;
        self.left += other.left;
        self.removed += other.removed;
        self.failed += other.failed;
    }

    /// How many records are not what they were.
    pub fn writes(&self) -> u64 {
        self.created + self.changed + self.removed
    }
}

/// What happened, kind by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Counts {
    /// The sources.
    pub sources: Tally,
    /// The topics.
    pub topics: Tally,
    /// The positions.
    pub positions: Tally,
    /// The arguments.
    pub arguments: Tally,
    /// The relations.
    pub relations: Tally,
    /// The citations.
    pub citations: Tally,
}

impl Counts {
    fn kinds(&self) -> [(&'static str, Tally); 6] {
        [
            ("source", self.sources),
            ("topic", self.topics),
            ("position", self.positions),
            ("argument", self.arguments),
            ("relation", self.relations),
            ("citation", self.citations),
        ]
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.sources.add(other.sources);
        self.topics.add(other.topics);
        self.positions.add(other.positions);
        self.arguments.add(other.arguments);
        self.relations.add(other.relations);
        self.citations.add(other.citations);
    }

    /// How many records are not what they were.
    pub fn writes(&self) -> u64 {
        self.kinds().iter().map(|(_, tally)| tally.writes()).sum()
    }

    /// How many records were not taken.
    pub fn failed(&self) -> u64 {
        self.kinds().iter().map(|(_, tally)| tally.failed).sum()
    }
}

/// How many notes there are of each severity, told or not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct NotesTotal {
    /// Nothing is lost.
    pub info: u64,
    /// Something is lost or was guessed.
    pub warning: u64,
    /// Something was not taken.
    pub error: u64,
}

/// What became of a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It was made.
    Created,
    /// It, or something in it, was changed.
    Changed,
    /// It was there as the document has it.
    Left,
    /// It was not taken.
    Failed,
}

/// A topic, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TopicOutcome {
    /// Its slug.
    pub slug: Slug,
    /// What became of it.
    pub outcome: Outcome,
}

/// Which record here something in the file became.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Mapped {
    /// The kind of record: `source`, `topic`, `position`, `argument`, `relation`, `citation`.
    pub kind: &'static str,
    /// The id that it has in the file.
    pub from: String,
    /// The slug of the topic that it is in, if it is in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub topic: Option<Slug>,
    /// Its slug here.
    pub slug: Slug,
    /// Its id here.
    pub id: Uuid,
}

/// What an import did, and what it could not hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Report {
    /// The format that the file was read as.
    pub format: &'static str,
    /// Whether it was only to be told what would be done.
    pub dry_run: bool,
    /// Whether what is told here was done. In the mode `atomic` nothing is done if anything is
    /// refused.
    pub applied: bool,
    /// What happened, or would have happened, kind by kind.
    pub counts: Counts,
    /// The topics, in the order of the file; the first 10,000.
    #[schema(max_items = 10000)]
    pub topics: Vec<TopicOutcome>,
    /// Which records the ids of the file became; the first 10,000.
    #[schema(max_items = 10000)]
    pub mapping: Vec<Mapped>,
    /// Whether there are more of these than are told.
    pub mapping_is_cut: bool,
    /// What could not be held, where it stands, and what was done instead; the first 1,000, and
    /// graver ones after them in the place of what matters least.
    #[schema(max_items = 1000)]
    pub notes: Vec<Note>,
    /// How many notes there are.
    pub notes_total: NotesTotal,
    /// Which of the topics has which slug.
    #[serde(skip)]
    pub(super) topic_at: HashMap<Slug, usize>,
}

impl Report {
    /// Takes a note.
    pub(super) fn note(&mut self, note: Note) {
        let total = &mut self.notes_total;
        match note.severity {
            Severity::Info => total.info += 1,
            Severity::Warning => total.warning += 1,
            Severity::Error => total.error += 1,
        }
        if self.notes.len() < MOST_NOTES {
            self.notes.push(note);
            return;
        }
        // Of those that matter least the last, which is the first from behind.
        let least = self.notes.iter().enumerate().rev().min_by_key(|(_, it)| it.severity);
        if let Some((at, _)) = least.filter(|(_, it)| it.severity < note.severity) {
            self.notes.remove(at);
            self.notes.push(note);
        }
    }

    /// Takes what a part of the file became.
    pub(super) fn add(&mut self, done: Done) {
        self.counts.add(&done.counts);
        let room = MOST_RECORDS.saturating_sub(self.mapping.len());
        self.mapping_is_cut |= done.mapping.len() > room;
        self.mapping.extend(done.mapping.into_iter().take(room));
        for topic in done.topics {
            // Of a topic that comes in several parts the strongest is told.
            let told = self.topic_at.get(&topic.slug).and_then(|at| self.topics.get_mut(*at));
            if let Some(told) = told {
                if told.outcome == Outcome::Left {
                    told.outcome = topic.outcome;
                }
            } else if self.topics.len() < MOST_RECORDS {
                self.topic_at.insert(topic.slug.clone(), self.topics.len());
                self.topics.push(topic);
            }
        }
        done.notes.into_iter().for_each(|note| self.note(note));
    }

    /// Whether anything was refused.
    pub fn is_refused(&self) -> bool {
        self.notes_total.error > 0 || self.counts.failed() > 0
    }
}

/// What a part of a file became. It counts when its transaction does.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub counts: Counts,
    pub topics: Vec<TopicOutcome>,
    pub mapping: Vec<Mapped>,
    pub notes: Vec<Note>,
}

impl fmt::Display for Report {
    /// As in `created 5 topics, 11 positions; changed 1 source; left 30 arguments`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |verb: &str, count: fn(&Tally) -> u64| {
            let kinds = self.counts.kinds();
            let named = kinds.iter().filter(|(_, tally)| count(tally) > 0);
            let named: Vec<String> = named
                .map(|(kind, tally)| match count(tally) {
                    1 => format!("1 {kind}"),
                    many => format!("{many} {kind}s"),
                })
                .collect();
            (!named.is_empty()).then(|| format!("{verb} {}", named.join(", ")))
        };
        let parts: Vec<String> = [
            part("created", |tally| tally.created),
            part("changed", |tally| tally.changed),
            part("removed", |tally| tally.removed),
            part("left as it was", |tally| tally.left),
            part("refused", |tally| tally.failed),
        ]
        .into_iter()
        .flatten()
        .collect();
        if parts.is_empty() { f.write_str("nothing to do") } else { f.write_str(&parts.join("; ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::note::NoteCode;
    use crate::formats::place::Place;

    #[test]
    fn a_report_names_what_was_done_to_what() {
        let counts = Counts {
            topics: Tally { created: 1, left: 2, ..Tally::default() },
            arguments: Tally { created: 3, changed: 1, removed: 1, ..Tally::default() },
            ..Counts::default()
        };
        let report = Report { counts, ..Report::default() };

        assert_eq!(
            report.to_string(),
            "created 1 topic, 3 arguments; changed 1 argument; removed 1 argument; \
             left as it was 2 topics"
        );
        assert_eq!(report.counts.writes(), 6);
    }

    #[test]
    fn a_topic_that_comes_in_pieces_is_told_once_however_far_apart_they_are() {
        let mut report = Report::default();
        let slugs = (0..1_000).chain(0..1_000).map(|it| Slug::parse(&format!("t{it}")).unwrap());
        for (at, slug) in slugs.enumerate() {
            let outcome = if at < 1_000 { Outcome::Left } else { Outcome::Changed };
            let topics = vec![TopicOutcome { slug, outcome }];
            report.add(Done { topics, ..Done::default() });
        }

        assert_eq!(report.topics.len(), 1_000);
        assert!(report.topics.iter().all(|it| it.outcome == Outcome::Changed));
    }

    #[test]
    fn what_matters_more_is_told_before_what_matters_less() {
        let mut report = Report::default();
        for _ in 0..2 * MOST_NOTES {
            report.note(Note::info(NoteCode::Guessed, Place::default(), "a", "b"));
        }
        for _ in 0..MOST_NOTES {
            report.note(Note::warning(NoteCode::TooMuch, Place::default(), "e", "f"));
        }
        report.note(Note::error(NoteCode::Invalid, Place::default(), "c", "d"));

        assert_eq!(report.notes.len(), MOST_NOTES);
        assert!(report.notes.iter().all(|it| it.severity > Severity::Info));
        assert_eq!(report.notes.last().unwrap().severity, Severity::Error);
        assert_eq!(report.notes_total, NotesTotal { info: 2_000, warning: 1_000, error: 1 });
    }
}
