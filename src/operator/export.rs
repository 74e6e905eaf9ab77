//! Exports topics, from the database or from a server.
//!
//! Files are written on a thread of their own: one that waits for whoever reads standard output
//! must not keep the program from ending.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process::ExitCode;

use tokio::sync::mpsc;

use super::import::on_a_thread;
use super::outcome::Failure;
use super::outlet::Outlet;
use super::remote::Server;
use super::{WRONG_LINE, fetching, migrate_at};
use crate::access::Sight;
use crate::config::{CommonConfig, ExportCommand};
use crate::db::home::Home;
use crate::db::{self, BoxError, Db};
use crate::domain::ids::TopicRef;
use crate::exports::everything::{self, NAME, PARTS, Part};
use crate::exports::{self, Stored, TopicFile, Writable};
use crate::formats::note::{Note, Severity};
use crate::http::problem::Problem;
use crate::server::StopSignal;

/// Exports topics, or everything.
pub async fn export(config: &CommonConfig, command: &ExportCommand) -> Result<ExitCode, BoxError> {
    let plan = match Plan::of(command) {
        Ok(plan) => plan,
        Err(wrong) => {
            complain(&format!("error: {wrong}"));
            return Ok(ExitCode::from(WRONG_LINE));
        }
    };
    let mut stop = StopSignal::listen()?;
    let done = if let Some(server) = &plan.server {
        stop.unless_given(plan.out_of_server(server)).await?
    } else {
        let home = Home::open_or_join(config).await?;
        let work = async {
            migrate_at(&home).await?;
            let db = Db::new(home.url(), 2)?;
            let done = plan.out_of_database(&db).await;
            db.close();
            done
        };
        let done = stop.unless_given(work).await;
        home.close().await?;
        done?
    };
    Ok(match done {
        Done::All => ExitCode::SUCCESS,
        Done::NotAll => ExitCode::FAILURE,
    })
}

/// What the command is to do.
struct Plan {
    /// The topics; none stands for everything.
    topics: Vec<TopicRef>,
    format: Writable,
    outlet: Outlet,
    /// Whether files are written, and not only told of.
    is_written: bool,
    is_told: bool,
    server: Option<Server>,
}

/// Whether everything that was asked for was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Done {
    All,
    NotAll,
}

impl Plan {
    /// Reads the command. An error says what is wrong with it.
    fn of(command: &ExportCommand) -> Result<Self, String> {
        let format = format_of(command)?;
        let mut outlet = command.output.as_deref().map_or(Outlet::Stdout, Outlet::at);
        let is_written = !command.report || command.output.is_some();
        if command.topics.len() > 1 && !format.can_be_joined() {
            outlet = match outlet {
                Outlet::Stdout if is_written => {
                    return Err(format!(
                        "several topics in the format {format:?} cannot stand in one file: name a \
                         directory with --output, or take --format ndjson"
                    ));
                }
                Outlet::File(path) if path.exists() => {
                    return Err(format!(
                        "`{}` is no directory, and several topics in the format {format:?} cannot \
                         stand in one file",
                        path.display()
                    ));
                }
                Outlet::File(path) => Outlet::Directory(path),
                outlet @ (Outlet::Stdout | Outlet::Directory(_)) => outlet,
            };
        }
        let name = |name: &String| {
            name.parse().map_err(|_no_name| format!("`{name}` is no slug and no id of a topic"))
        };
        let topics = command.topics.iter().map(name).collect::<Result<_, String>>()?;
        let server = command.url.as_deref().map(|url| Server::new(url, command.key.clone()));
        let server = server.transpose()?;
        Ok(Self { topics, format, outlet, is_written, is_told: command.report, server })
    }

    async fn out_of_database(&self, db: &Db) -> Result<Done, BoxError> {
        // Who runs the program on its database sees everything.
        let sight = Sight::everything();
        if self.topics.is_empty() {
            let (sender, parts) = mpsc::channel(PARTS);
            let outlet = self.outlet.clone();
            let writing = on_a_thread(move || write_parts(&outlet, parts));
            let ((), written) = tokio::join!(everything::write(db, &sight, sender), writing);
            return Ok(ended(written));
        }
        let found = db::snapshot!(db, async |conn| {
            let mut found = Vec::with_capacity(self.topics.len());
            for topic in &self.topics {
                match Stored::find(conn, topic, &sight).await {
                    Err(problem) if !is_absent(&problem) => return Err(problem),
                    stored => found.push(stored),
                }
            }
            Ok(found)
        })?;
        let format = self.format;
        let files = found.into_iter().map(move |stored| match stored {
            Ok(stored) => Ok(stored.write(format)),
            Err(absent) => Err(Failure::CannotRun(absent.detail().to_owned())),
        });
        self.deliver(files).await
    }

    async fn out_of_server(&self, server: &Server) -> Result<Done, BoxError> {
        let server = server.clone();
        if self.topics.is_empty() {
            let outlet = self.outlet.clone();
            let written = on_a_thread(move || {
                let mut file = outlet.open(NAME)?;
                fetching::everything(&server, &mut file)?;
                file.finish()
            });
            return Ok(ended(written.await));
        }
        let (topics, format) = (self.topics.clone(), self.format);
        let files = topics.into_iter().map(move |it| fetching::topic(&server, &it, format));
        self.deliver(files).await
    }

    /// Writes the files, and tells what was lost and what was not found.
    async fn deliver(
        &self,
        files: impl Iterator<Item = Result<TopicFile, Failure>> + Send + 'static,
    ) -> Result<Done, BoxError> {
        let (is_written, is_told) = (self.is_written, self.is_told);
        let outlet = self.outlet.clone();
        let delivered = on_a_thread(move || {
            let mut done = Done::All;
            // What all go to is opened once, and only if there is something.
            let mut one = None;
            for file in files {
                let file = match file {
                    Ok(file) => file,
                    Err(failure) => {
                        complain(&format!("error: {}", failure.into_reason()));
                        done = Done::NotAll;
                        continue;
                    }
                };
                if is_written {
                    let mut out = match one.take() {
                        Some(out) => out,
                        None => outlet.open(&file.name())?,
                    };
                    out.write_all(file.text.as_bytes())?;
                    match outlet {
                        Outlet::Directory(_) => out.finish()?,
                        Outlet::File(_) | Outlet::Stdout => one = Some(out),
                    }
                }
                if is_told {
                    let mut line = serde_json::to_vec(&file.into_report())?;
                    line.push(b'\n');
                    io::stdout().write_all(&line)?;
                } else if let Some(losses) = summary(&file.notes) {
                    complain(&format!("{}: {losses}; --report lists them", file.name()));
                }
            }
            one.map_or(Ok(()), super::outlet::Open::finish)?;
            Ok(done)
        });
        match delivered.await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => Ok(ended(Ok(Err(error)))),
            Err(failure) => Ok(ended(Err(failure))),
        }
    }
}

/// The format that the command names, or that its output tells.
fn format_of(command: &ExportCommand) -> Result<Writable, String> {
    let named = match command.format.as_deref() {
        Some(name) => Some(Writable::named(name).ok_or_else(|| {
            let known = exports::names().join(", ");
            format!("`{name}` is no format that can be written. There are: {known}.")
        })?),
        None => None,
    };
    if command.all {
        return match named {
            Some(format) if !format.can_be_joined() => {
                Err("--all writes the native format as a stream, ndjson, and no other".to_owned())
            }
            _ => Writable::named("ndjson").ok_or_else(|| "there is no ndjson".to_owned()),
        };
    }
    let told = || command.output.as_deref()?.file_name()?.to_str().and_then(Writable::of_file_name);
    let format = named.or_else(told).or_else(|| Writable::named("yaml"));
    format.ok_or_else(|| "there is no yaml".to_owned())
}

fn is_absent(problem: &Problem) -> bool {
    problem.code().status().as_u16() == 404
}

/// Writes a stream to its end.
fn write_parts(outlet: &Outlet, mut parts: mpsc::Receiver<Part>) -> io::Result<()> {
    let mut file = outlet.open(NAME)?;
    while let Some(part) = parts.blocking_recv() {
        let part = part.map_err(|problem| io::Error::other(problem.to_string()))?;
        file.write_all(&part)?;
    }
    file.finish()
}

/// Says why something was not written. A pipe that was closed needs no more, as its reader knows.
fn ended(written: Result<io::Result<()>, Failure>) -> Done {
    let why = match written {
        Ok(Ok(())) => return Done::All,
        Ok(Err(error)) if error.kind() == io::ErrorKind::BrokenPipe => return Done::NotAll,
        Ok(Err(error)) => error.to_string(),
        Err(failure) => failure.into_reason(),
    };
    complain(&format!("error: {why}"));
    Done::NotAll
}

/// As in `3 warnings, 1 note (left-out 3, kept-aside 1)`; nothing where nothing is lost.
fn summary(notes: &[Note]) -> Option<String> {
    let with = |severity| notes.iter().filter(|note| note.severity == severity).count();
    let told =
        [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "note")];
    let told = told.into_iter().filter_map(|(severity, word)| match with(severity) {
        0 => None,
        1 => Some(format!("1 {word}")),
        many => Some(format!("{many} {word}s")),
    });
    let told: Vec<String> = told.collect();
    let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
    for note in notes {
        *codes.entry(note.code.as_str()).or_default() += 1;
    }
    let codes: Vec<String> = codes.iter().map(|(code, count)| format!("{code} {count}")).collect();
    (!told.is_empty()).then(|| format!("{} ({})", told.join(", "), codes.join(", ")))
}

/// Says something on standard error, if anybody listens.
fn complain(text: &str) {
    _ = writeln!(io::stderr(), "{text}");
}
