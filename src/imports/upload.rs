//! A file that comes over HTTP: read on a thread of its own while it arrives, written meanwhile.

use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_TYPE, HeaderMap};
use actix_web::rt::task::spawn_blocking;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::timeout;

use super::reading::{EVENTS, Opened};
use super::types::{ImportParameters, Readable, names};
use super::{Event, Report, run};
use crate::db::Db;
use crate::formats::reading::{Stopped, no_files};
use crate::http::problem::{Code, Problem, Result};
use crate::http::unpacking::Coding;
use crate::http::upload::{Bounds, Upload, channel};

/// How many imports may run at once: each keeps a connection to the database, and others have to
/// get at it, too.
#[derive(Debug, Clone)]
pub struct Slots(Arc<Semaphore>);

/// How long an import waits for others to end.
const QUEUE: Duration = Duration::from_secs(20);

impl Slots {
    /// A third of the connections of a database.
    pub fn of(db: &Db) -> Self {
        Self(Arc::new(Semaphore::new((db.pool_state().max / 3).max(1))))
    }

    async fn take(&self) -> Result<OwnedSemaphorePermit> {
        let detail = "As many imports are running as may at once. Nothing was changed.";
        let taken = timeout(QUEUE, Arc::clone(&self.0).acquire_owned()).await;
        let taken = taken.map_err(|late| Problem::not_now(detail, &late))?;
        taken.map_err(|closed| Problem::not_now(detail, &closed))
    }
}

/// What a media type says of a file.
#[derive(Debug, Clone, Copy)]
enum Announced {
    /// It is of this format.
    As(Readable),
    /// It may be of several. If none is recognised, it is of this one, if of any.
    Vaguely(Option<Readable>),
}

/// Media types that say little or nothing, the one that curl sends unasked included.
const VAGUE: [&str; 5] = [
    "",
    "application/octet-stream",
    "application/json",
    "application/x-www-form-urlencoded",
    "text/plain",
];

impl Announced {
    fn of(headers: &HeaderMap) -> Result<Self> {
        let given = headers.get(CONTENT_TYPE).map_or("", |value| value.to_str().unwrap_or("?"));
        let lower = given.to_ascii_lowercase();
        let mut parts = lower.split(';').map(str::trim);
        let essence = parts.next().unwrap_or_default();
        let mut charsets = parts.filter_map(|part| part.strip_prefix("charset="));
        let is_utf8 =
            |charset: &str| ["utf-8", "utf8", "us-ascii"].contains(&charset.trim_matches('"'));
        if !charsets.all(is_utf8) {
            let detail = format!("`{given}` is not taken here: a file is to be UTF-8.");
            return Err(Problem::new(Code::UnsupportedMediaType, detail));
        }
        let format = Readable::of_media_type(essence);
        if VAGUE.contains(&essence) {
            return Ok(Self::Vaguely(format));
        }
        format
            .map(Self::As)
            .ok_or_else(|| unknown(&format!("`{given}` is no format that is read here")))
    }
}

/// Says which formats there are.
fn unknown(why: &str) -> Problem {
    let media_types = Readable::all().filter_map(|it| it.format().media_types().first().copied());
    let detail = format!(
        "{why}. Send one of {}; or name the format in the query, as in `?format={}`: {}.",
        media_types.collect::<Vec<_>>().join(", "),
        names().first().unwrap_or(&"…"),
        names().join(", ")
    );
    Problem::new(Code::UnsupportedMediaType, detail)
}

/// Imports a file while it comes.
pub async fn receive(
    db: &Db,
    bounds: Bounds,
    slots: &Slots,
    parameters: ImportParameters,
    headers: &HeaderMap,
    payload: Payload,
) -> Result<Report> {
    bounds.check_head(headers)?;
    let announced = match parameters.format {
        Some(format) => Announced::As(format),
        None => Announced::of(headers)?,
    };
    let (feeder, upload) = channel(Coding::of(headers)?, bounds);
    let slot = slots.take().await?;
    let (events, mut found) = mpsc::channel(EVENTS);
    let (told, format) = oneshot::channel();
    let name = parameters.name.as_ref().map(ToString::to_string);
    let reading = spawn_blocking(move || read(upload, announced, name.as_deref(), told, &events));
    let (db, own) = (db.clone(), db.clone());
    let writing = async move {
        // Without a format nothing is written, and the reader says why.
        let Ok(format) = format.await else { return Ok(None) };
        let settings = parameters.settings(format);
        // To its end, also if nobody waits for it any more.
        let write = async move {
            let _slot = slot;
            run(&own, &settings, &mut found).await.map(Some)
        };
        db.finish(write).await
    };
    let (fed, read, written) = tokio::join!(feeder.feed(payload), reading, writing);
    // What went wrong first tells most.
    fed?;
    read.map_err(|panicked| Problem::internal(&panicked))??;
    written?.ok_or_else(|| unknown("The format of the file is not recognised"))
}

/// Reads a file. The end of it is told to the one who writes only if the file came whole.
fn read(
    upload: Upload,
    announced: Announced,
    name: Option<&str>,
    told: oneshot::Sender<Readable>,
    events: &mpsc::Sender<Event>,
) -> Result<()> {
    let mut opened = Opened::new(upload);
    let looked = opened.look();
    check(opened.get_ref(), looked)?;
    if opened.is_empty() {
        let detail = "There is no file: the body is empty. Send the file as the body.";
        return Err(Problem::new(Code::BadRequest, detail));
    }
    let format = match announced {
        Announced::As(format) => Some(format),
        Announced::Vaguely(format) => opened.recognised(name).or(format),
    };
    let Some(format) = format else { return Ok(()) };
    if told.send(format).is_err() {
        return Ok(());
    }
    let read = opened.read(format, name, &no_files, events);
    check(opened.get_ref(), read)?;
    // Who does not listen any more has said why.
    _ = events.blocking_send(Event::End);
    Ok(())
}

/// Whether a file could be read, whatever its reader made of what stood in its way.
fn check(upload: &Upload, read: std::result::Result<(), Stopped>) -> Result<()> {
    match (upload.broken(), read) {
        (Some(problem), _) => Err(problem.clone()),
        (None, Err(Stopped::ByInput(error))) => Err(Problem::internal(&error)),
        (None, Ok(()) | Err(Stopped::BySink)) => Ok(()),
    }
}
