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

use self::line::Line;
use self::words::{Change, Found, Recent};
use super::Conn;
use crate::domain::ids::{SourceId, TopicId};
use crate::http::expand::Expand;

mod line;
mod log;
mod words;

pub(super) use log::follow;
pub use words::{Concerned, Lexeme, Words};

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
    /// The fields of every topic itself.
    TopicRecords,
    /// What a topic is listed by: its slug, title, tags, language and status, and that it is there.
    TopicHead(TopicId),
    /// What every topic is listed by, and which there are.
    Topics,
    /// How the arguments of a topic bear on its positions, and what these are called.
    Links(TopicId),
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
    recent: Recent,
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

/// A transaction that changes more entries of search than this may as well have changed any.
const MOST_ENTRIES: usize = 100;

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
            recent: Recent::default(),
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
    found: Option<Found>,
}

impl Changes {
    /// The moment now, to be asked before something is read.
    pub fn now(&self) -> Moment {
        Moment(self.0.clock.load(Ordering::SeqCst))
    }

    /// What was read from this moment on and depends on these subjects, and on what else it was found
    /// by; `None` if it holds no more.
    pub fn hold(
        &self,
        read_at: Moment,
        subjects: &[Subject],
        found_by: Option<Arc<dyn Concerned>>,
    ) -> Option<Held> {
        let mut marks = self.0.marks.write().unwrap_or_else(PoisonError::into_inner);
        if read_at.0 < marks.forgotten {
            return None;
        }
        let marks = subjects.iter().map(|subject| marks.mark(*subject)).collect();
        let found = found_by.map(|by| Found::new(by, read_at.0));
        let held = Held { read_at, marks, found };
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
            && held.found.as_ref().is_none_or(|found| self.0.recent.leave(found, self.now().0))
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
        let subjects: HashSet<Subject> = lines.iter().flat_map(Line::subjects).collect();
        let mut marks = self.0.marks.write().unwrap_or_else(PoisonError::into_inner);
        let marks: Vec<_> = subjects.into_iter().map(|subject| marks.mark(subject)).collect();
        for mark in &marks {
            mark.writers.fetch_add(1, Ordering::SeqCst);
        }
        let entries = self.begin(lines.iter());
        Ok(Writing { changes: self.clone(), transaction, marks, entries })
    }

    /// Remembers which entries of search are going to be changed.
    fn begin<'l>(&self, lines: impl Iterator<Item = &'l Line>) -> Vec<Arc<Change>> {
        let mut words: Vec<_> = lines.filter_map(Line::words).collect();
        if words.len() > MOST_ENTRIES || words.iter().any(Option::is_none) {
            words = vec![None];
        }
        words.into_iter().map(|words| self.0.recent.begin(words)).collect()
    }

    fn over(&self, entries: &[Arc<Change>]) {
        for entry in entries {
            self.0.recent.over(entry, self.0.clock.fetch_add(1, Ordering::SeqCst) + 1);
        }
    }

    /// What others' transactions changed.
    fn heard(&self, lines: &[Line]) {
        self.over(&self.begin(lines.iter()));
        let subjects: HashSet<Subject> = lines.iter().flat_map(Line::subjects).collect();
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
    entries: Vec<Arc<Change>>,
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
        self.changes.over(&self.entries);
        if !self.marks.is_empty() {
            self.changes.0.to_tell.notify_one();
        }
    }
}

impl Subject {
    /// What is shown of a topic, with what hangs together with it, if that is asked for.
    pub fn in_topic<T>(id: TopicId, expand: Option<&Expand<T>>) -> Vec<Self> {
        match expand {
            None => vec![Self::Topic(id)],
            Some(expand) if expand.leaves_topic() => vec![Self::Everything],
            Some(_) => vec![Self::Topic(id), Self::Sources],
        }
    }

    /// The subject, or everything where what hangs together with it is shown, too, which may be in
    /// any topic.
    pub fn or_everything(self, is_expanded: bool) -> Self {
        if is_expanded { Self::Everything } else { self }
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
