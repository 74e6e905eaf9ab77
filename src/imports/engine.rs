//! Takes what a reader finds and writes it batch by batch, in one transaction or in one for each.

use std::collections::HashMap;

use tokio::sync::mpsc::Receiver;

use super::batch::Batch;
use super::report::{Done, Report};
use super::writing::{self, Earlier, Kept};
use super::{Event, Mode, Settings, queries};
use crate::db::{self, Attempts, Conn, Db};
use crate::domain::ids::TopicId;
use crate::formats::document::Document;
use crate::formats::note::{Note, NoteCode};
use crate::formats::place::Place;
use crate::http::problem::{Problem, Result};

/// Writes what comes, as it comes. Only a batch of it is in memory at a time.
///
/// An error means that nothing is told because nothing could be done, or that the one who sends went
/// away: then whatever is written is whole topics.
pub async fn run(db: &Db, settings: &Settings, events: &mut Receiver<Event>) -> Result<Report> {
    let mut engine = Engine {
        settings,
        report: Report { format: settings.format, dry_run: settings.dry_run, ..Report::default() },
        waiting: None,
        has_ended: false,
        earlier: Earlier::default(),
        kept: HashMap::new(),
    };
    match settings.mode {
        Mode::Atomic => engine.all_or_nothing(db, events).await?,
        Mode::Each => engine.one_by_one(db, events).await?,
    }
    Ok(engine.report)
}

/// Why a transaction was not committed.
#[derive(Debug)]
enum Undone {
    /// It was not to be: the report says why.
    OnPurpose,
    /// It could not be.
    By(Problem),
}

impl From<Problem> for Undone {
    fn from(problem: Problem) -> Self {
        Self::By(problem)
    }
}

impl From<diesel::result::Error> for Undone {
    fn from(error: diesel::result::Error) -> Self {
        Self::By(error.into())
    }
}

/// An import under way.
struct Engine<'s> {
    settings: &'s Settings,
    report: Report,
    /// A piece that did not fit the batch before it.
    waiting: Option<Document>,
    has_ended: bool,
    /// What was done already, of records that come in several pieces.
    earlier: Earlier,
    /// What the document has of each topic, where topics come in several pieces and are to be made
    /// equal to it.
    kept: HashMap<TopicId, Kept>,
}

impl Engine<'_> {
    /// The next batch; it may be the last, and may be empty.
    async fn next(&mut self, events: &mut Receiver<Event>) -> Result<Batch> {
        let mut batch = Batch::default();
        if let Some(piece) = self.waiting.take() {
            self.waiting = batch.take(piece, self.settings.scattered);
        }
        while !batch.is_full() && self.waiting.is_none() && !self.has_ended {
            match events.recv().await {
                Some(Event::Piece(piece)) => {
                    self.waiting = batch.take(piece, self.settings.scattered);
                }
                Some(Event::Note(note)) => self.report.note(note),
                Some(Event::End) => self.has_ended = true,
                None => return Err(gone()),
            }
        }
        Ok(batch)
    }

    fn is_at_end(&self) -> bool {
        self.has_ended && self.waiting.is_none()
    }

    async fn all_or_nothing(&mut self, db: &Db, events: &mut Receiver<Event>) -> Result<()> {
        let first = self.next(events).await?;
        let mut attempts = Attempts::default();
        let is_whole = self.is_at_end();
        loop {
            let before = self.report.clone();
            let done = db::once!(db, async |conn| {
                queries::begin(conn).await?;
                if !is_whole {
                    queries::take_turn(conn).await?;
                }
                self.write_all(conn, &first, events).await
            });
            let done = match done {
                Ok(()) => Ok(true),
                Err(Undone::OnPurpose) => Ok(false),
                Err(Undone::By(problem)) => Err(problem),
            };
            // What came in a stream cannot be asked for again.
            if is_whole && attempts.go_on_after(&done).await {
                self.report = before;
                self.earlier = Earlier::default();
                self.kept.clear();
                continue;
            }
            self.report.applied = done?;
            return Ok(());
        }
    }

    async fn write_all(
        &mut self,
        conn: &mut Conn,
        first: &Batch,
        events: &mut Receiver<Event>,
    ) -> std::result::Result<(), Undone> {
        let mut is_broken = self.write_or_tell(conn, first).await?;
        if !is_broken && !self.is_at_end() {
            queries::analyze(conn).await?;
        }
        while !self.is_at_end() {
            let batch = self.next(events).await?;
            // After a refusal the rest is read for what else there is to mend.
            if !is_broken {
                is_broken = self.write_or_tell(conn, &batch).await?;
            }
        }
        if !is_broken {
            let done = writing::prune(conn, &self.kept, &self.earlier).await?;
            self.report.add(done);
        }
        if self.settings.dry_run || self.report.is_refused() {
            return Err(Undone::OnPurpose);
        }
        Ok(())
    }

    /// Writes a batch, or notes why it is refused. Gives whether the transaction can take no more.
    async fn write_or_tell(&mut self, conn: &mut Conn, batch: &Batch) -> Result<bool> {
        match self.write(conn, batch).await {
            Ok(done) => {
                self.accept(done);
                Ok(false)
            }
            Err(problem) if is_of_the_document(&problem) => {
                self.refuse(batch, &problem);
                Ok(true)
            }
            Err(problem) => Err(problem),
        }
    }

    async fn write(&mut self, conn: &mut Conn, batch: &Batch) -> Result<(Done, writing::Seen)> {
        if batch.is_empty() {
            return Ok(Default::default());
        }
        let done = writing::write(conn, batch, self.settings, &self.earlier).await?;
        queries::check_constraints(conn).await?;
        Ok(done)
    }

    /// Counts what was written.
    fn accept(&mut self, (done, seen): (Done, writing::Seen)) {
        self.report.add(done);
        self.earlier.touched.extend(seen.touched);
        if self.settings.mode == Mode::Atomic {
            self.earlier.advanced.extend(seen.advanced);
        }
        for (topic, kept) in seen.kept {
            self.kept.entry(topic).or_default().extend(kept);
        }
    }

    fn refuse(&mut self, batch: &Batch, problem: &Problem) {
        for note in writing::notes_of(problem, place_of(batch)) {
            self.report.note(note);
        }
        self.report.add(writing::refused(batch));
    }

    async fn one_by_one(&mut self, db: &Db, events: &mut Receiver<Event>) -> Result<()> {
        while !self.is_at_end() {
            let batch = self.next(events).await?;
            if batch.is_empty() {
                continue;
            }
            let Err(problem) = self.write_alone(db, &batch).await else { continue };
            if !is_of_the_document(&problem) {
                return Err(problem);
            }
            for part in batch.split() {
                match self.write_alone(db, &part).await {
                    Ok(()) => {}
                    Err(problem) if is_of_the_document(&problem) => self.refuse(&part, &problem),
                    Err(problem) => return Err(problem),
                }
            }
        }
        if !self.kept.is_empty() {
            let is_dry = self.settings.dry_run;
            let mut told = None;
            let done = db::once!(db, async |conn| {
                queries::begin(conn).await?;
                told = Some(writing::prune(conn, &self.kept, &self.earlier).await?);
                if is_dry { Err(Undone::OnPurpose) } else { Ok(()) }
            });
            if let Err(Undone::By(problem)) = done {
                return Err(problem);
            }
            told.into_iter().for_each(|done| self.report.add(done));
        }
        self.report.applied = !self.settings.dry_run;
        Ok(())
    }

    /// Writes a batch in a transaction of its own.
    async fn write_alone(&mut self, db: &Db, batch: &Batch) -> Result<()> {
        let mut attempts = Attempts::default();
        loop {
            let is_dry = self.settings.dry_run;
            let mut told = None;
            let done = db::once!(db, async |conn| {
                queries::begin(conn).await?;
                told = Some(self.write(conn, batch).await?);
                if is_dry { Err(Undone::OnPurpose) } else { Ok(()) }
            });
            let done = match done {
                Ok(()) | Err(Undone::OnPurpose) => Ok(()),
                Err(Undone::By(problem)) => Err(problem),
            };
            if attempts.go_on_after(&done).await {
                continue;
            }
            done?;
            told.into_iter().for_each(|told| self.accept(told));
            return Ok(());
        }
    }
}

/// Whether it is the document that is to be mended, and not the server that is to be asked again.
fn is_of_the_document(problem: &Problem) -> bool {
    problem.code().status().is_client_error()
}

fn place_of(batch: &Batch) -> Place {
    let topic = batch.topics.first().map(|it| it.at.clone());
    topic.or_else(|| batch.sources.first().map(|it| it.at.clone())).unwrap_or_default()
}

/// Nobody hears it: the one who would is the one who went away.
fn gone() -> Problem {
    let gone = Note::error(NoteCode::Incomplete, Place::default(), "the file did not end", "");
    Problem::internal(&std::io::Error::other(gone.to_string()))
}
