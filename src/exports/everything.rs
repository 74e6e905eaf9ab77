//! Everything as one stream: sources, then topics, each in the byte order of slugs, and a last line
//! by which whoever reads it knows that it came whole.

use std::collections::HashMap;
use std::time::Duration;

use actix_web::web::Bytes;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::queries;
use crate::access::Sight;
use crate::db::{self, Conn, Db};
use crate::domain::ids::SourceId;
use crate::domain::slug::Slug;
use crate::formats::document::SourceRecord;
use crate::formats::native::ndjson;
use crate::http::problem::{Problem, Result};

/// How many parts wait to be sent.
pub const PARTS: usize = 4;

/// About how many bytes a part has.
const PART: usize = 64 * 1024;

/// How many characters of sources' texts are read at once.
const READ_AT_ONCE: usize = 1_000_000;

/// How many sources are read at once.
const MOST_SOURCES: usize = 500;

/// How long a client may take over one part, which keeps a connection and a state of the database.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the file of everything is called.
pub const NAME: &str = "debatebase.ndjson";

/// A part of the stream, or why there are no more.
pub type Part = Result<Bytes>;

/// Begins to read everything that the caller may see. What is received ends early, without a
/// trailer, if it cannot be read to its end.
pub(super) fn begin(db: &Db, sight: Sight) -> mpsc::Receiver<Part> {
    let (sender, parts) = mpsc::channel(PARTS);
    let db = db.clone();
    actix_web::rt::spawn(async move { write(&db, &sight, sender).await });
    parts
}

/// Reads everything that the caller may see, and sends it, part by part, as long as somebody takes it.
pub async fn write(db: &Db, sight: &Sight, sender: mpsc::Sender<Part>) {
    let failed = sender.clone();
    let read = async {
        db::snapshot!(db, async |conn| {
            let mut out = Out { sender, line: Vec::new(), digest: Sha256::new() };
            out.write_all(conn, sight).await
        })
    };
    tokio::select! {
        // A client that went away needs no more of it.
        () = failed.closed() => {}
        done = read => if let Err(problem) = done {
            _ = failed.send(Err(problem)).await;
        },
    }
}

struct Out {
    sender: mpsc::Sender<Part>,
    line: Vec<u8>,
    digest: Sha256,
}

impl Out {
    async fn write_all(&mut self, conn: &Conn, sight: &Sight) -> Result<()> {
        let mut sources = queries::all_sources(conn).await?;
        sources.sort_unstable();
        let mut rest = sources.as_slice();
        while !rest.is_empty() {
            let (now, later) = rest.split_at(at_once(rest));
            let ids: Vec<SourceId> = now.iter().map(|(_, id, _)| *id).collect();
            let read = queries::sources(conn, &ids).await?;
            let mut read: HashMap<Slug, SourceRecord> =
                read.into_iter().map(|source| (source.slug.clone(), source)).collect();
            for source in now.iter().filter_map(|(slug, ..)| read.remove(slug)) {
                self.write(&ndjson::source_line(&source)).await?;
            }
            rest = later;
        }
        let mut topics = queries::all_topics(conn, sight).await?;
        topics.sort_unstable();
        for (_, id) in &topics {
            let topic = queries::topic_of(conn, *id).await?;
            self.write(&ndjson::topic_line(&topic)).await?;
        }
        let digest: String =
            self.digest.finalize_reset().iter().map(|it| format!("{it:02x}")).collect();
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        self.line
            .extend(ndjson::trailer(count(sources.len()), count(topics.len()), &digest).bytes());
        self.send().await
    }

    async fn write(&mut self, line: &str) -> Result<()> {
        self.digest.update(line.as_bytes());
        self.line.extend(line.bytes());
        if self.line.len() < PART {
            return Ok(());
        }
        self.send().await
    }

    async fn send(&mut self) -> Result<()> {
        let part = Bytes::from(std::mem::take(&mut self.line));
        let sent = timeout(PATIENCE, self.sender.send(Ok(part))).await;
        let sent = sent.map_err(|late| Problem::not_now("The client stopped reading.", &late))?;
        sent.map_err(|gone| Problem::not_now("The client went away.", &gone))
    }
}

/// How many of the next sources are read together.
fn at_once(rest: &[(Slug, SourceId, Option<i32>)]) -> usize {
    let mut characters = 0;
    let length = |it: &Option<i32>| it.and_then(|it| usize::try_from(it).ok()).unwrap_or_default();
    let fit = rest.iter().take(MOST_SOURCES).take_while(|(_, _, text)| {
        let fits = characters <= READ_AT_ONCE;
        characters += length(text);
        fits
    });
    fit.count().max(1)
}
