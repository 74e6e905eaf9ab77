//! Imports files, into the database or into a server.
//!
//! A file is read on a thread of its own: one that waits for standard input must not keep the
//! program from ending.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::sync::{mpsc, oneshot};

use super::outcome::{Failure, Outcome};
use super::sending::Destination;
use super::{WRONG_LINE, migrate_at};
use crate::config::{CommonConfig, ImportCommand, ImportMode};
use crate::db::home::Home;
use crate::db::{BoxError, Db};
use crate::formats::reading::{Stopped, no_files};
use crate::imports::reading::{EVENTS, Opened};
use crate::imports::{self, Event, Mode, Readable, Settings, seeds};
use crate::server::StopSignal;

/// Imports files, one after the other.
pub async fn import(config: &CommonConfig, command: &ImportCommand) -> Result<ExitCode, BoxError> {
    let format = match command.format.as_deref().map(|name| (name, Readable::named(name))) {
        Some((name, None)) => {
            let known = imports::names().join(", ");
            eprintln!("error: `{name}` is no format that can be read. There are: {known}.");
            return Ok(ExitCode::from(WRONG_LINE));
        }
        Some((_, format)) => format,
        None => None,
    };
    let mut stop = StopSignal::listen()?;
    if let Some(url) = &command.url {
        let destination = match Destination::new(url, command, format) {
            Ok(destination) => destination,
            Err(wrong) => {
                eprintln!("error: {wrong}");
                return Ok(ExitCode::from(WRONG_LINE));
            }
        };
        return stop.unless_given(into_server(&destination, command)).await;
    }
    let home = Home::open_or_join(config).await?;
    let work = async {
        migrate_at(&home).await?;
        let db = Db::new(home.url(), 2)?;
        let done = into_database(&db, command, format).await;
        db.close();
        done
    };
    let done = stop.unless_given(work).await;
    home.close().await?;
    done
}

async fn into_server(
    destination: &Destination,
    command: &ImportCommand,
) -> Result<ExitCode, BoxError> {
    let mut outcome = Outcome::new(command.strict);
    for path in &command.files {
        let file = Incoming::open(path);
        let bar = file.as_ref().map_or_else(|_| ProgressBar::hidden(), |file| file.bar.clone());
        let told = match file {
            Ok(file) => on_a_thread({
                let destination = destination.clone();
                move || destination.send(file)
            })
            .await
            .and_then(|sent| sent),
            Err(failure) => Err(failure),
        };
        bar.finish_and_clear();
        outcome.add(path, told)?;
    }
    Ok(outcome.code())
}

async fn into_database(
    db: &Db,
    command: &ImportCommand,
    format: Option<Readable>,
) -> Result<ExitCode, BoxError> {
    let mut outcome = Outcome::new(command.strict);
    for path in &command.files {
        let told = match Incoming::open(path) {
            Ok(file) => {
                let bar = file.bar.clone();
                let told = write(db, command, format, file).await;
                bar.finish_and_clear();
                told
            }
            Err(failure) => Err(failure),
        };
        outcome.add(path, told)?;
    }
    Ok(outcome.code())
}

/// Reads one file on a thread, and writes it meanwhile.
async fn write(
    db: &Db,
    command: &ImportCommand,
    format: Option<Readable>,
    file: Incoming,
) -> Result<serde_json::Value, Failure> {
    let (events, mut found) = mpsc::channel(EVENTS);
    let (told, known) = oneshot::channel();
    let reading = on_a_thread(move || read(file, format, told, &events));
    let writing = async {
        // Without a format nothing is written, and the reader says why.
        let Ok(format) = known.await else { return Ok(None) };
        let settings = settings(command, format);
        imports::run(db, &settings, &mut found).await.map(Some)
    };
    let (read, written) = tokio::join!(reading, writing);
    read??;
    let report = written.map_err(|problem| Failure::CannotRun(problem.to_string()))?;
    serde_json::to_value(&report).map_err(|error| Failure::CannotRun(error.to_string()))
}

fn settings(command: &ImportCommand, format: Readable) -> Settings {
    let mode = match command.mode {
        ImportMode::Atomic => Mode::Atomic,
        ImportMode::Each => Mode::Each,
    };
    Settings {
        format: format.format().name(),
        mode,
        dry_run: command.dry_run,
        prune: command.prune,
        scattered: format.scatters_topics(),
    }
}

/// Reads a file. The end of it is told only if it came whole.
fn read(
    file: Incoming,
    format: Option<Readable>,
    told: oneshot::Sender<Readable>,
    events: &mpsc::Sender<Event>,
) -> Result<(), Failure> {
    let name = file.name.clone();
    let folder = file.folder.clone();
    let mut opened = Opened::new(file.bytes);
    opened.look().map_err(unreadable)?;
    let format = format
        .or_else(|| opened.recognised(name.as_deref()))
        .ok_or_else(|| Failure::Refused(unrecognised()))?;
    if told.send(format).is_err() {
        return Ok(());
    }
    let beside = |file: &str| match &folder {
        Some(folder) => seeds::beside(folder, file),
        None => no_files(file),
    };
    match opened.read(format, name.as_deref(), &beside, events) {
        // Who takes no more says why.
        Err(Stopped::BySink) => Ok(()),
        read => {
            read.map_err(unreadable)?;
            _ = events.blocking_send(Event::End);
            Ok(())
        }
    }
}

fn unrecognised() -> String {
    format!("the format is not recognised; `--format` is one of {}", imports::names().join(", "))
}

fn unreadable(stopped: Stopped) -> Failure {
    Failure::CannotRun(match stopped {
        Stopped::ByInput(error) => error.to_string(),
        stopped @ Stopped::BySink => stopped.to_string(),
    })
}

/// A file on its way, with a bar that shows how far it has come.
pub(super) struct Incoming {
    pub(super) bytes: BufReader<Box<dyn Read + Send>>,
    /// What it is called, with its ending; standard input has no name.
    pub(super) name: Option<String>,
    /// Its length in bytes, where that is known.
    pub(super) length: Option<u64>,
    /// Where it is.
    folder: Option<PathBuf>,
    bar: ProgressBar,
}

/// How many bytes are read at once.
const BUFFER: usize = 64 * 1024;

impl Incoming {
    fn open(path: &Path) -> Result<Self, Failure> {
        if path == Path::new("-") {
            return Ok(Self::of(io::stdin(), None, None, None));
        }
        let cannot = |error: io::Error| Failure::CannotRun(error.to_string());
        let file = File::open(path).map_err(cannot)?;
        let about = file.metadata().map_err(cannot)?;
        if about.is_dir() {
            return Err(Failure::CannotRun("is a directory".to_owned()));
        }
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let folder = path.parent().map(Path::to_path_buf);
        Ok(Self::of(file, name, about.is_file().then_some(about.len()), folder))
    }

    fn of(
        bytes: impl Read + Send + 'static,
        name: Option<String>,
        length: Option<u64>,
        folder: Option<PathBuf>,
    ) -> Self {
        let bar = bar(name.as_deref().unwrap_or("-"), length);
        let bytes: Box<dyn Read + Send> = Box::new(bar.wrap_read(bytes));
        Self { bytes: BufReader::with_capacity(BUFFER, bytes), name, length, folder, bar }
    }
}

/// Draws nothing where nobody looks.
fn bar(name: &str, length: Option<u64>) -> ProgressBar {
    let form = match length {
        Some(_) => "{prefix} {wide_bar} {bytes} of {total_bytes}, {bytes_per_sec}, {eta}",
        None => "{prefix} {spinner} {bytes}, {bytes_per_sec}",
    };
    let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template(form) {
        bar.set_style(style);
    }
    bar.with_prefix(name.to_owned())
}

/// Does some work on a thread that nobody waits for when the program ends.
pub(super) async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    let (done, result) = oneshot::channel();
    thread::spawn(move || done.send(work()));
    result.await.map_err(|_panicked| Failure::CannotRun("reading it broke down".to_owned()))
}
