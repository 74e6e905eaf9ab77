//! Stand-in for the engine.

use std::sync::Arc;

use tokio::sync::mpsc::Receiver;

use super::{Report, apply};
use crate::db::{self, Db};
use crate::formats::document::Document;
use crate::formats::native::Parsed;
use crate::formats::note::Note;
use crate::http::problem::{Problem, Result};

/// How an import goes.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The format.
    pub format: &'static str,
    /// The mode.
    pub mode: Mode,
    /// Dry.
    pub dry_run: bool,
    /// Prune.
    pub prune: bool,
    /// Scattered.
    pub scattered: bool,
}

crate::domain::kinds::kinds! {
    /// What becomes of the rest when a part cannot be taken.
    Mode {
        /// Nothing.
        Atomic = "atomic",
        /// Each.
        Each = "each",
    }
}

#[expect(clippy::derivable_impls, reason = "stub")]
impl Default for Mode {
    fn default() -> Self {
        Self::Atomic
    }
}

/// What a reader found.
#[derive(Debug)]
pub enum Event {
    /// Piece.
    Piece(Document),
    /// Note.
    Note(Note),
    /// End.
    End,
}

/// Writes what comes.
pub async fn run(db: &Db, _settings: &Settings, events: &mut Receiver<Event>) -> Result<Report> {
    let mut all = Document::default();
    let mut ended = false;
    while let Some(event) = events.recv().await {
        match event {
            Event::Piece(piece) => {
                all.sources.extend(piece.sources);
                all.topics.extend(piece.topics);
            }
            Event::Note(_) => {}
            Event::End => ended = true,
        }
    }
    if !ended {
        return Err(Problem::internal(&std::io::Error::other("gone")));
    }
    let mut parsed =
        crate::formats::native::read("debatebase: 1", &crate::formats::reading::no_files)
            .map_err(|_| Problem::internal(&std::io::Error::other("x")))?;
    parsed.document = all;
    let parsed = Arc::new(parsed);
    db::write!(*db, async |conn| apply::document(conn, &parsed).await)
}
