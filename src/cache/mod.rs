//! Finished answers in memory: a read that was answered before costs what sending its bytes costs.
//!
//! What is kept is what was sent, byte for byte, coding and all. **A handler says what its answer
//! shows** ([`Shows`]); what says nothing is never kept, nor is what a key shows. An answer holds
//! for as long as nothing of that changes ([`crate::db::changes`]), and is never shown longer.
//! Memory is bounded in bytes; what is asked for least goes first.

mod answers;
mod flights;
mod middleware;
mod question;

use actix_web::HttpResponse;

pub use answers::Answers;
pub use middleware::Caching;

use crate::db::changes::Subject;

/// What an answer shows: the reasons for which it may not be true any more.
#[derive(Debug, Clone)]
struct Shown(Vec<Subject>);

/// An answer that says what it shows, so that it can be kept.
pub trait Shows {
    /// The answer, which shows nothing but these subjects.
    fn showing(self, subjects: impl IntoIterator<Item = Subject>) -> Self;
}

impl Shows for HttpResponse {
    fn showing(mut self, subjects: impl IntoIterator<Item = Subject>) -> Self {
        self.extensions_mut().insert(Shown(subjects.into_iter().collect()));
        self
    }
}
