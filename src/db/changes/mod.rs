//! What has changed, and when: whether something that was read may be shown again.
//!
//! Time is counted in changes ([`Moment`]). Who reads notes the moment before; what was read holds
//! for as long as none of its [`Subject`]s has changed after that moment, and while none is being
//! written ([`Changes::hold`]). So what a commit made untrue is never shown after it, however long
//! ago the read began, and a read that began before a commit is never kept after it.
//!
//! What this program's own transactions change is marked before they are committed and unmarked
//! after it. Others' commits are read from the log of changes in the database (`log`), never later
//! than [`BOUND`] after they were made: without news of the database for so long, nothing holds.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

use diesel::QueryResult;
use tokio::sync::Notify;
use uuid::Uuid;

use self::line::Line;
use super::Conn;
use crate::domain::ids::{SourceId, TopicId};

mod line;
mod log;

pub(super) use log::follow;

/// The longest time after a commit by another program for which what it made untrue can still be
/// shown here, whatever breaks. Most of the time it is some milliseconds.
pub const BOUND: Duration = Duration::from_secs(1);

/// Something that what was read depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A topic and everything in it.
    Topic(TopicId),
    /// The fields of a topic itself.
    TopicRecord(TopicId),
    /// Which topics there are, and the fields of each itself.
    Topics,
    /// A source.
    Source(SourceId),
    /// All sources.
    Sources,
    /// Everything there is.
    Everything,
}

/// A moment, as the number of changes before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(u64);

/// What has changed, and when. All who use one database share it.
#[derive(Debug, Clone, Default)]
pub struct Changes(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// The moment now.
    clock: AtomicU64,
    /// Nothing that was read before this moment holds.
    since: AtomicU64,
    marks: RwLock<Marks>,
    started: Instant,
    /// Until when what is here may be trusted, in nanoseconds after the start.
    trusted_until: AtomicU64,
    /// The transactions of this program that were committed lately, whose lines in the log say
    /// nothing new.
    own: Mutex<HashSet<i64>>,
    /// Rung when others are to be told of a commit.
    to_tell: Notify,
}

/// When each subject changed last, of those that something depends on or that changed lately.
#[derive(Debug)]
struct Marks {
    of: HashMap<Subject, Arc<Mark>>,
    /// At how many those are forgotten that nothing depends on.
    most: usize,
    /// A subject without a mark has not changed after this moment.
    forgotten: u64,
}

#[derive(Debug, Default)]
struct Mark {
    /// The moment of the last change.
    changed: AtomicU64,
    /// How many transactions are being committed that changed it.
    writers: AtomicU64,
}

/// How many marks are kept at least before those are forgotten that nothing depends on.
const LEAST: usize = 50_000;

impl Default for Marks {
    fn default() -> Self {
        Self { of: HashMap::new(), most: LEAST, forgotten: 0 }
    }
}

impl Default for Inner {
    fn default() -> Self {
        Self {
            clock: AtomicU64::new(0),
            since: AtomicU64::new(0),
            marks: RwLock::default(),
            started: Instant::now(),
            trusted_until: AtomicU64::new(0),
            own: Mutex::default(),
            to_tell: Notify::new(),
        }
    }
}

/// What was read at some moment, for as long as it holds.
#[derive(Debug)]
pub struct Held {
    read_at: Moment,
    marks: Box<[Arc<Mark>]>,
}

impl Changes {
    /// The moment now, to be asked before something is read.
    pub fn now(&self) -> Moment {
        Moment(self.0.clock.load(Ordering::SeqCst))
    }

    /// What was read from this moment on and depends on these subjects; `None` if it holds no more.
    pub fn hold(&self, read_at: Moment, subjects: &[Subject]) -> Option<Held> {
        let mut marks = self.0.marks.write().unwrap_or_else(PoisonError::into_inner);
        if read_at.0 < marks.forgotten {
            return None;
        }
        let marks = subjects.iter().map(|subject| marks.mark(*subject)).collect();
        let held = Held { read_at, marks };
        self.holds(&held, Instant::now()).then_some(held)
    }

    /// Whether it may be shown now.
    pub fn holds(&self, held: &Held, now: Instant) -> bool {
        let since = |moment: &AtomicU64| moment.load(Ordering::SeqCst) > held.read_at.0;
        self.are_known(now)
            && !since(&self.0.since)
            && held
                .marks
                .iter()
                .all(|mark| mark.writers.load(Ordering::SeqCst) == 0 && !since(&mark.changed))
    }

    /// Whether all commits are known that were made more than [`BOUND`] ago.
    pub fn are_known(&self, now: Instant) -> bool {
        let now = nanoseconds(now.saturating_duration_since(self.0.started));
        now < self.0.trusted_until.load(Ordering::SeqCst)
    }

    /// Marks what a transaction of this program changed, before it is committed.
    pub(crate) async fn announce(&self, conn: &mut Conn) -> QueryResult<Writing> {
        let lines = line::of_this_transaction(conn).await?;
        let transaction = lines.first().and_then(|line| line.transaction);
        let mut subjects: Vec<Subject> = lines.iter().flat_map(Line::subjects).collect();
        subjects.sort_unstable_by_key(Subject::in_order);
        subjects.dedup();
        let mut marks = self.0.marks.write().unwrap_or_else(PoisonError::into_inner);
        let marks: Vec<_> = subjects.into_iter().map(|subject| marks.mark(subject)).collect();
        for mark in &marks {
            mark.writers.fetch_add(1, Ordering::SeqCst);
        }
        Ok(Writing { changes: self.clone(), transaction, marks })
    }

    /// Others' transactions changed these subjects.
    fn heard(&self, subjects: impl IntoIterator<Item = Subject>) {
        let mut marks = self.0.marks.write().unwrap_or_else(PoisonError::into_inner);
        for subject in subjects {
            self.change(&marks.mark(subject));
        }
    }

    /// Anything may have changed.
    fn forget_all(&self) {
        let now = self.0.clock.fetch_add(1, Ordering::SeqCst) + 1;
        self.0.since.store(now, Ordering::SeqCst);
    }

    /// All commits are known that were made before `asked`.
    fn trust_since(&self, asked: Instant) {
        let until = (asked + BOUND).saturating_duration_since(self.0.started);
        self.0.trusted_until.store(nanoseconds(until), Ordering::SeqCst);
    }

    /// Commits may be unknown.
    fn distrust(&self) {
        self.0.trusted_until.store(0, Ordering::SeqCst);
    }

    fn own(&self) -> MutexGuard<'_, HashSet<i64>> {
        self.0.own.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, mark: &Mark) {
        let now = self.0.clock.fetch_add(1, Ordering::SeqCst) + 1;
        mark.changed.fetch_max(now, Ordering::SeqCst);
    }
}

impl Marks {
    fn mark(&mut self, subject: Subject) -> Arc<Mark> {
        if self.of.len() >= self.most && !self.of.contains_key(&subject) {
            self.forget_unused();
        }
        let mark = self.of.entry(subject).or_insert_with(|| {
            let changed = AtomicU64::new(self.forgotten);
            Arc::new(Mark { changed, writers: AtomicU64::new(0) })
        });
        Arc::clone(mark)
    }

    /// Forgets the marks that nothing depends on; what is being read may have depended on them.
    fn forget_unused(&mut self) {
        let forgotten = &mut self.forgotten;
        self.of.retain(|_, mark| {
            let is_used = Arc::strong_count(mark) > 1;
            if !is_used {
                *forgotten = (*forgotten).max(mark.changed.load(Ordering::SeqCst));
            }
            is_used
        });
        // Looked through again only when there are twice as many.
        self.most = LEAST.max(self.of.len() * 2);
    }
}

/// A transaction that is being committed. Dropped when that is over, whatever came of it.
#[derive(Debug)]
pub struct Writing {
    changes: Changes,
    transaction: Option<i64>,
    marks: Vec<Arc<Mark>>,
}

impl Writing {
    /// PostgreSQL has said that the transaction is committed. One of which it said nothing may be
    /// committed later; then the log will tell.
    pub(crate) fn committed(self) {
        if self.changes.are_known(Instant::now()) {
            self.changes.own().extend(self.transaction);
        }
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        for mark in &self.marks {
            self.changes.change(mark);
            mark.writers.fetch_sub(1, Ordering::SeqCst);
        }
        if !self.marks.is_empty() {
            self.changes.0.to_tell.notify_one();
        }
    }
}

impl Subject {
    /// The subject, or everything where what hangs together with it is shown, too, which may be in
    /// any topic.
    pub fn or_everything(self, is_expanded: bool) -> Self {
        if is_expanded { Self::Everything } else { self }
    }

    /// Something to sort by, so that the same stand together.
    fn in_order(&self) -> (u8, Option<Uuid>) {
        match self {
            Self::Topic(id) => (0, Some((*id).into())),
            Self::TopicRecord(id) => (1, Some((*id).into())),
            Self::Topics => (2, None),
            Self::Source(id) => (3, Some((*id).into())),
            Self::Sources => (4, None),
            Self::Everything => (5, None),
        }
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
