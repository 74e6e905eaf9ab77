//! What became of imported files: told file by file, and as the code that the command ends with.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::db::BoxError;
use crate::formats::note::Note;
use crate::server::say;

/// Why a file was not imported.
#[derive(Debug)]
pub(super) enum Failure {
    /// The file cannot be read, or there is nobody who takes it.
    CannotRun(String),
    /// The file is not taken as it is.
    Refused(String),
}

impl Failure {
    /// Why, in words.
    pub(super) fn into_reason(self) -> String {
        match self {
            Self::CannotRun(why) | Self::Refused(why) => why,
        }
    }
}

/// What the command ends with if something was refused.
const REFUSED: u8 = 3;

/// What became of the files so far.
#[derive(Debug)]
pub(super) struct Outcome {
    is_strict: bool,
    could_not_run: bool,
    was_refused: bool,
}

/// A report, as far as it is told here. That of a server is read from what it sent.
#[derive(Debug, Deserialize)]
struct Report {
    dry_run: bool,
    applied: bool,
    counts: Map<String, Value>,
    notes: Vec<Note>,
    notes_total: BTreeMap<String, u64>,
}

impl Outcome {
    pub(super) fn new(is_strict: bool) -> Self {
        Self { is_strict, could_not_run: false, was_refused: false }
    }

    /// Tells what became of a file: a line of standard output, and its notes on standard error.
    pub(super) fn add(
        &mut self,
        file: &Path,
        told: Result<Value, Failure>,
    ) -> Result<(), BoxError> {
        let file = file.display();
        let report = told.and_then(|report| {
            serde_json::from_value::<Report>(report).map_err(|error| {
                Failure::CannotRun(format!("the report cannot be understood: {error}"))
            })
        });
        match report {
            Ok(report) => {
                for note in &report.notes {
                    eprintln!("{file}: {note}");
                }
                let untold = report.untold();
                if untold > 0 {
                    eprintln!("{file}: and {untold} more notes");
                }
                self.was_refused |= report.is_refused(self.is_strict);
                say(&format!("{file}: {}", report.summary()))
            }
            Err(Failure::CannotRun(why)) => {
                self.could_not_run = true;
                eprintln!("{file}: error: {why}");
                Ok(())
            }
            Err(Failure::Refused(why)) => {
                self.was_refused = true;
                eprintln!("{file}: error: {why}");
                Ok(())
            }
        }
    }

    /// What the command ends with.
    pub(super) fn code(&self) -> ExitCode {
        match (self.could_not_run, self.was_refused) {
            (true, _) => ExitCode::FAILURE,
            (false, true) => ExitCode::from(REFUSED),
            (false, false) => ExitCode::SUCCESS,
        }
    }
}

impl Report {
    fn total(&self, severity: &str) -> u64 {
        self.notes_total.get(severity).copied().unwrap_or_default()
    }

    fn untold(&self) -> u64 {
        let told = u64::try_from(self.notes.len()).unwrap_or(u64::MAX);
        self.notes_total.values().sum::<u64>().saturating_sub(told)
    }

    fn is_refused(&self, is_strict: bool) -> bool {
        !(self.applied || self.dry_run)
            || self.total("error") > 0
            || self.counted("failed") > 0
            || is_strict && self.total("warning") > 0
    }

    fn counted(&self, what: &str) -> u64 {
        self.counts.values().map(|tally| count(tally, what)).sum()
    }

    /// As in `created 5 topics, 11 positions; changed 1 source; 2 warnings`.
    fn summary(&self) -> String {
        let part = |what: &str| {
            let counts = self.counts.iter().map(|(kind, tally)| (kind, count(tally, what)));
            let named: Vec<String> = counts
                .filter(|(_, count)| *count > 0)
                .map(|(kind, count)| match count {
                    1 => format!("1 {}", kind.trim_end_matches('s')),
                    many => format!("{many} {kind}"),
                })
                .collect();
            (!named.is_empty()).then(|| named.join(", "))
        };
        let verbs = [
            ("created", "created"),
            ("changed", "changed"),
            ("removed", "removed"),
            ("left", "left as it was"),
            ("failed", "refused"),
        ];
        let was_done = self.applied || self.dry_run;
        // What would have been done is beside the point where something is to be mended first.
        let told = verbs.iter().filter(|(what, _)| was_done || *what == "failed");
        let mut parts: Vec<String> = told
            .filter_map(|(what, verb)| part(what).map(|named| format!("{verb} {named}")))
            .collect();
        match (was_done, parts.first_mut()) {
            (false, _) => parts.insert(0, "nothing was changed".to_owned()),
            (true, None) => parts.push("nothing to do".to_owned()),
            (true, Some(first)) if self.dry_run => first.insert_str(0, "would have "),
            (true, Some(_)) => {}
        }
        for (severity, plural) in [("error", "errors"), ("warning", "warnings")] {
            match self.total(severity) {
                0 => {}
                1 => parts.push(format!("1 {severity}")),
                many => parts.push(format!("{many} {plural}")),
            }
        }
        parts.join("; ")
    }
}

fn count(tally: &Value, what: &str) -> u64 {
    tally.get(what).and_then(Value::as_u64).unwrap_or_default()
}
