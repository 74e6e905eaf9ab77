//! Changed entries of search, and what was found by words.
//!
//! What was found depends on the entries that are there and on those that are not. So a change is
//! remembered for a while with the words that its entry has or had, and whoever shows what was found
//! asks of each change since whether its words concern it ([`Concerned`]).

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// A lexeme as a number: of two that differ it may be the same, which is rare and does no harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lexeme(u64);

impl Lexeme {
    /// The number of a lexeme.
    pub fn of(text: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        Self(hasher.finish())
    }
}

/// The words that an entry has or had.
#[derive(Debug)]
pub struct Words {
    /// Their dictionary.
    pub dictionary: String,
    lexemes: Box<[Lexeme]>,
}

impl Words {
    pub(super) fn new<'t>(dictionary: &str, lexemes: impl Iterator<Item = &'t str>) -> Self {
        let mut lexemes: Vec<Lexeme> = lexemes.map(Lexeme::of).collect();
        lexemes.sort_unstable();
        Self { dictionary: dictionary.to_owned(), lexemes: lexemes.into() }
    }

    /// Whether a lexeme is among them.
    pub fn has(&self, lexeme: Lexeme) -> bool {
        self.lexemes.binary_search(&lexeme).is_ok()
    }
}

/// Something that was found by words.
pub trait Concerned: std::fmt::Debug + Send + Sync {
    /// Whether it may be another where an entry with these words is new, gone, or changed.
    fn by(&self, words: &Words) -> bool;

    /// How many bytes of memory it takes, roughly.
    fn bytes(&self) -> usize;
}

/// What was found at some moment.
#[derive(Debug)]
pub(super) struct Found {
    by: Arc<dyn Concerned>,
    /// No change before this moment concerns it.
    checked: AtomicU64,
}

impl Found {
    pub(super) fn new(by: Arc<dyn Concerned>, read_at: u64) -> Self {
        Self { by, checked: AtomicU64::new(read_at) }
    }
}

/// A change of an entry; or of any, if it has no words.
#[derive(Debug)]
pub(super) struct Change {
    words: Option<Words>,
    /// The moment before which it may not have been seen; [`PENDING`] while it is being committed.
    until: AtomicU64,
}

const PENDING: u64 = u64::MAX;

/// How many changes are remembered.
const MOST: usize = 2_000;

/// The changes that were made lately.
#[derive(Debug, Default)]
pub(super) struct Recent {
    changes: RwLock<VecDeque<Arc<Change>>>,
    /// The moment of the last that is forgotten.
    forgotten: AtomicU64,
    /// The moment of the last that is over.
    last: AtomicU64,
    /// How many are not over.
    pending: AtomicU64,
}

impl Recent {
    /// A change that is going to be committed; it is over when [`Self::over`] says so.
    pub(super) fn begin(&self, words: Option<Words>) -> Arc<Change> {
        let change = Arc::new(Change { words, until: AtomicU64::new(PENDING) });
        self.pending.fetch_add(1, Ordering::SeqCst);
        let mut changes = self.changes.write().unwrap_or_else(PoisonError::into_inner);
        changes.push_back(Arc::clone(&change));
        while changes.len() > MOST
            && let Some(oldest) = changes.front()
            && let until = oldest.until.load(Ordering::SeqCst)
            && until != PENDING
        {
            self.forgotten.fetch_max(until, Ordering::SeqCst);
            changes.pop_front();
        }
        change
    }

    /// A change is over, whatever came of it.
    pub(super) fn over(&self, change: &Change, moment: u64) {
        change.until.store(moment, Ordering::SeqCst);
        self.last.fetch_max(moment, Ordering::SeqCst);
        self.pending.fetch_sub(1, Ordering::SeqCst);
    }

    /// Whether no change concerns what was found. `now` was the moment before this was asked.
    pub(super) fn leave(&self, found: &Found, now: u64) -> bool {
        let checked = found.checked.load(Ordering::SeqCst);
        let is_pending = self.pending.load(Ordering::SeqCst) > 0;
        if !is_pending && self.last.load(Ordering::SeqCst) <= checked {
            return true;
        }
        let changes = self.changes.read().unwrap_or_else(PoisonError::into_inner);
        if self.forgotten.load(Ordering::SeqCst) > checked {
            return false;
        }
        let mut later = changes.iter().filter(|it| it.until.load(Ordering::SeqCst) > checked);
        let concerns =
            |change: &Arc<Change>| change.words.as_ref().is_none_or(|words| found.by.by(words));
        if later.any(concerns) {
            return false;
        }
        // What has begun by then was looked at, and what begins later is over later.
        found.checked.fetch_max(now, Ordering::SeqCst);
        true
    }
}
