//! The commands beside serving: the schema, documents, files, and keys. Each ends when it is done.

mod export;
mod fetching;
mod import;
mod outcome;
mod outlet;
mod remote;
mod sending;

use std::path::Path;

pub use export::export;
pub use import::import;
use serde_json::json;

use crate::config::{CommonConfig, KeyCommand};
use crate::db::home::Home;
use crate::db::{self, BoxError, Db, migrations};
use crate::domain::input;
use crate::http::problem::{Part, Problem};
use crate::imports;
use crate::keys::{self, ApiKey};
use crate::server::{StopSignal, say};

/// What a command ends with if its line is wrong, as clap does.
const WRONG_LINE: u8 = 2;

/// Brings the schema up to date.
pub async fn migrate(config: &CommonConfig) -> Result<(), BoxError> {
    let mut stop = StopSignal::listen()?;
    let home = Home::open(config).await?;
    let done = stop.unless_given(migrate_at(&home)).await;
    home.close().await?;
    match done?.as_slice() {
        [] => say("The schema is up to date."),
        run => say(&format!("Ran {} migration(s): {}.", run.len(), run.join(", "))),
    }
}

/// Writes documents, or the essay, into the database.
pub async fn seed(config: &CommonConfig, files: &[impl AsRef<Path>]) -> Result<(), BoxError> {
    let documents = if files.is_empty() {
        vec![imports::seeds::essay()?]
    } else {
        files.iter().map(|file| imports::seeds::read(file.as_ref())).collect::<Result<_, _>>()?
    };
    let mut stop = StopSignal::listen()?;
    let home = Home::open_or_join(config).await?;
    let work = async {
        migrate_at(&home).await?;
        let db = Db::new(home.url(), 2)?;
        for document in &documents {
            let report = imports::apply(&db, document).await?;
            say(&format!("{}: {report}", document.name()))?;
        }
        db.close();
        Ok(())
    };
    let done = stop.unless_given(work).await;
    home.close().await?;
    done
}

/// Makes, lists or revokes keys.
pub async fn key(config: &CommonConfig, command: &KeyCommand) -> Result<(), BoxError> {
    let mut stop = StopSignal::listen()?;
    let home = Home::open_or_join(config).await?;
    let work = async {
        migrate_at(&home).await?;
        let db = Db::new(home.url(), 2)?;
        let done = key_at(&db, command).await;
        db.close();
        done
    };
    let done = stop.unless_given(work).await;
    home.close().await?;
    done
}

async fn key_at(db: &Db, command: &KeyCommand) -> Result<(), BoxError> {
    match command {
        KeyCommand::Create { label, scopes, topics, expires_in_days } => {
            let new = json!({
                "label": label,
                "scopes": scopes,
                "topics": (!topics.is_empty()).then_some(topics),
                "expires_in": expires_in_days.map(|days| days * 86_400),
            });
            let new = input::read(new).map_err(|faults| Problem::faults(Part::Body, faults))?;
            let (made, key) = keys::first::make(db, new).await?;
            eprintln!("Made the key {} ({}). It is shown this once:", made.id, made.label);
            say(&key.reveal())
        }
        KeyCommand::List => {
            for key in keys::queries::all(&*db.read().await?).await? {
                say(&line(&key))?;
            }
            Ok(())
        }
        KeyCommand::Revoke { id } => {
            // What is no id is not shown again: it may be the whole key.
            let id: uuid::Uuid = id.parse().map_err(
                |_no_id| "That is no key's id. `debatebase key list` shows the id of each key.",
            )?;
            let id = id.into();
            let revoked: Result<ApiKey, Problem> =
                db::write!(db, async |conn| keys::queries::revoke(conn, id).await);
            let revoked = revoked?;
            eprintln!("The key {} ({}) works no more.", revoked.id, revoked.label);
            Ok(())
        }
    }
}

/// A key in one line: id, state, scopes, topics, label.
fn line(key: &ApiKey) -> String {
    let day = |at: chrono::DateTime<chrono::Utc>| at.format("%Y-%m-%d %H:%M UTC").to_string();
    let state = match (key.revoked_at, key.expires_at) {
        (Some(at), _) => format!("revoked {}", day(at)),
        (None, Some(at)) if at <= chrono::Utc::now() => format!("expired {}", day(at)),
        (None, Some(at)) => format!("expires {}", day(at)),
        (None, None) => "works".to_owned(),
    };
    let used = key.last_used_at.map_or("never used".to_owned(), |at| format!("used {}", day(at)));
    let scopes: Vec<&str> = key.scopes.iter().map(|scope| scope.as_str()).collect();
    let topics = key.topics.as_ref().map_or("all topics".to_owned(), |topics| {
        topics.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
    });
    format!("{}  {state}  {used}  {}  {topics}  {}", key.id, scopes.join(","), key.label)
}

pub(crate) async fn migrate_at(home: &Home) -> Result<Vec<String>, BoxError> {
    migrations::run(home.url()).await.map_err(|error| {
        let what = format!("The database ({}) cannot be brought up to date: {error}", home.place());
        BoxError::from(what)
    })
}
