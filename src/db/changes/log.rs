//! Following the log of changes, on a connection of its own.
//!
//! Each transaction writes what it changed into the table `changes`, by triggers, so a commit and
//! its lines in the log are one: none is lost, whatever dies when. A program that has committed
//! then tells the others by NOTIFY, which only wakes them: many commits in one, and in no
//! transaction of theirs, where it would make them wait for each other. Who hears nothing looks at
//! the log by itself every [`PAUSE`].

use std::collections::HashSet;
use std::future::poll_fn;
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel_async::SimpleAsyncConnection;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};
use tokio_postgres::AsyncMessage;

use super::Changes;
use super::line::{self, Seen};
use crate::db::connect::{Connector, Speaker};
use crate::db::task::OwnTask;
use crate::db::{BoxError, Conn};
use crate::http::problem::chain;

/// How long the log is not looked at, if nobody tells of a commit.
const PAUSE: Duration = Duration::from_millis(250);

/// How long an answer is waited for before the connection is taken for broken. Nothing is trusted
/// for so long; but where the machine was only busy, nothing has to be forgotten either.
const SILENCE: Duration = Duration::from_secs(5);

/// After how long without a look at the log its lines may have been deleted.
const FORGOTTEN: Duration = Duration::from_secs(60);

/// How often lines are deleted that every program has read, or will not ask for any more.
const TIDYING: Duration = Duration::from_secs(120);

/// The channel of the notifications.
const CHANNEL: &str = "debatebase_changes";

/// Follows the log for as long as the program runs; whenever the connection breaks, nothing is
/// trusted until there is another.
pub(in crate::db) async fn follow(connector: Connector, changes: Changes) {
    loop {
        let broken = listen(&connector, &changes).await;
        changes.distrust();
        if let Err(error) = broken {
            ::log::warn!("changes by others are not heard of for now: {}", chain(&*error));
        }
        sleep(PAUSE).await;
    }
}

async fn listen(connector: &Connector, changes: &Changes) -> Result<(), BoxError> {
    let (client, speaker) = connector.open().await?;
    let heard = Arc::new(Notify::new());
    let own = OwnTask::new(tokio::spawn(speak(speaker, Arc::clone(&heard))));
    let mut conn = Conn::try_from(client).await?;
    // A notification is nothing that must be on the disk.
    conn.batch_execute(&format!("set synchronous_commit = off; listen {CHANNEL}")).await?;
    let mut log = Log::new(conn);
    log.read(changes).await?;
    loop {
        let must_tell = tokio::select! {
            () = changes.0.to_tell.notified() => true,
            () = heard.notified() => false,
            () = sleep(PAUSE) => false,
        };
        if own.is_finished() {
            return Err("the connection was closed".into());
        }
        if must_tell {
            timeout(SILENCE, log.conn.batch_execute(&format!("notify {CHANNEL}"))).await??;
        }
        log.read(changes).await?;
        log.tidy().await?;
    }
}

/// Drives a connection, and rings when a notification comes.
async fn speak(mut speaker: Speaker, heard: Arc<Notify>) {
    while let Some(Ok(message)) = poll_fn(|cx| speaker.poll_message(cx)).await {
        if let AsyncMessage::Notification(_) = message {
            heard.notify_one();
        }
    }
    heard.notify_one();
}

/// What is known of the log.
struct Log {
    conn: Conn,
    /// All transactions before this one had ended when the log was last read.
    ended: i64,
    /// The later ones whose lines were read.
    read: HashSet<i64>,
    /// When that was; `None` before the first time.
    at: Option<Instant>,
    /// When old lines were last deleted, and which transactions had ended then.
    tidied: (Instant, i64),
}

impl Log {
    fn new(conn: Conn) -> Self {
        let (read, tidied) = (HashSet::new(), (Instant::now(), 0));
        // No transaction has this number, so the first look finds no line.
        Self { conn, ended: i64::MAX, read, at: None, tidied }
    }

    /// Reads what was written since the last time.
    async fn read(&mut self, changes: &Changes) -> Result<(), BoxError> {
        let asked = Instant::now();
        if self.at.is_some_and(|at| asked - at > FORGOTTEN) {
            return Err("the log was not looked at for too long".into());
        }
        let own = changes.own().iter().copied().collect();
        let seen = timeout(SILENCE, line::since(&self.conn, self.ended, own)).await??;
        let ended = seen.first().map(|seen| seen.ended).ok_or("the log has no end")?;
        let mut read = HashSet::new();
        let mut news = Vec::new();
        let mut own = changes.own();
        for Seen { line, .. } in seen {
            let Some(transaction) = line.transaction else { continue };
            if transaction >= ended {
                read.insert(transaction);
            }
            if !self.read.contains(&transaction) && !own.contains(&transaction) {
                news.push(line);
            }
        }
        own.retain(|transaction| *transaction >= ended);
        drop(own);
        if self.at.is_none() {
            // What was committed before anybody listened is not known.
            changes.forget_all();
            self.tidied = (asked, ended);
        }
        changes.heard(&news);
        (self.ended, self.read, self.at) = (ended, read, Some(asked));
        changes.trust_since(asked);
        Ok(())
    }

    /// Deletes, from time to time, what was read long ago: by all, for who has not looked since has
    /// to begin anew.
    async fn tidy(&mut self) -> Result<(), BoxError> {
        let (at, ended) = self.tidied;
        if at.elapsed() > TIDYING {
            line::delete(&self.conn, ended).await?;
            self.tidied = (Instant::now(), self.ended);
        }
        Ok(())
    }
}
