//! Imports: documents into the database.
//!
//! Records are upserted by slug: what is not there is made, what differs is changed, what is
//! equal is left alone, version and all. What the document does not name stays, unless it is to be
//! pruned.
//!
//! A file of any length passes through in bounded memory: a thread reads it (`reading`) and waits
//! while the `engine` writes a `batch`. In a batch every kind of record is compared (`topic`) and
//! written (`writing`) at once. **Invariants:** in the mode `atomic` the whole file is one
//! transaction, in `each` no topic is ever half written; a file that does not come to its end is
//! not taken for one that does.
//!
//! Each batch locks its sources by slug before its topics, as all writers do. A file of several
//! batches in one transaction cannot keep to that, so such files take turns, and one that meets
//! another writer in the wrong order is refused with a 503, with nothing changed: send it again.

mod batch;
mod engine;
mod handlers;
pub mod queries;
pub mod reading;
mod report;
pub mod seeds;
mod topic;
mod types;
mod upload;
mod writing;

pub use engine::run;
pub use report::{Counts, NotesTotal, Outcome, Report, Tally, TopicOutcome};
pub use seeds::Loaded;
pub use types::{ImportParameters, Readable, names};
pub use upload::Slots;
use utoipa_actix_web::service_config::ServiceConfig;

use tokio::sync::mpsc;

use crate::db::{BoxError, Db};
use crate::formats::document::Document;
use crate::formats::note::Note;
use crate::http::problem::Result;

/// How an import goes.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The name of the format, for the report.
    pub format: &'static str,
    /// What becomes of the rest when a part cannot be taken.
    pub mode: Mode,
    /// Whether it is only to be told what would be done.
    pub dry_run: bool,
    /// Whether a topic is made equal to the document: what it has beyond it is deleted.
    pub prune: bool,
    /// Whether a topic may come in several pieces, far from one another.
    pub scattered: bool,
}

crate::domain::kinds::kinds! {
    /// What becomes of the rest when a part cannot be taken.
    Mode {
        /// Nothing is written.
        Atomic = "atomic",
        /// It is written, topic by topic.
        Each = "each",
    }
}

#[expect(clippy::derivable_impls, reason = "the macro of all lists derives what all of them have")]
impl Default for Mode {
    fn default() -> Self {
        Self::Atomic
    }
}

/// What a reader found, in the order of the file.
#[derive(Debug)]
pub enum Event {
    /// Records that belong together.
    Piece(Document),
    /// What could not be held.
    Note(Note),
    /// The file ended. Without it, whoever sends it went away half-way.
    End,
}

/// Writes a document, all of it or nothing, and says what it did.
pub async fn apply(db: &Db, loaded: &Loaded) -> std::result::Result<Report, BoxError> {
    let settings = Settings {
        format: "yaml",
        mode: Mode::Atomic,
        dry_run: false,
        prune: false,
        scattered: false,
    };
    let (sender, mut events) = mpsc::channel(2);
    let piece = Event::Piece(loaded.document().clone());
    for event in [piece, Event::End] {
        // There is room for both.
        _ = sender.try_send(event);
    }
    let ran = run(db, &settings, &mut events).await;
    let report = ran.map_err(|problem| loaded.explain(&problem))?;
    if report.applied { Ok(report) } else { Err(loaded.refused(&report.notes)) }
}

/// Whether the database has no topic yet.
pub async fn is_empty(db: &Db) -> Result<bool> {
    queries::is_empty(&*db.read().await?).await
}

/// The route of imports.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(handlers::create_import);
}
