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

use std::sync::Arc;

use actix_web::HttpResponse;

pub use answers::Answers;
pub use middleware::Caching;

use crate::db::changes::{Concerned, Subject};

/// What an answer shows: the reasons for which it may not be true any more.
#[derive(Debug, Clone)]
struct Shown {
    subjects: Vec<Subject>,
    found_by: Option<Arc<dyn Concerned>>,
}

/// An answer that says what it shows, so that it can be kept.
pub trait Shows {
    /// The answer, which shows nothing but these subjects.
    fn showing(self, subjects: impl IntoIterator<Item = Subject>) -> Self;

    /// The answer, which shows these subjects and what was found by words.
    fn showing_found(self, subjects: Vec<Subject>, found_by: Arc<dyn Concerned>) -> Self;
}

impl Shows for HttpResponse {
    fn showing(mut self, subjects: impl IntoIterator<Item = Subject>) -> Self {
        let subjects = subjects.into_iter().collect();
        self.extensions_mut().insert(Shown { subjects, found_by: None });
        self
    }

    fn showing_found(mut self, subjects: Vec<Subject>, found_by: Arc<dyn Concerned>) -> Self {
        self.extensions_mut().insert(Shown { subjects, found_by: Some(found_by) });
        self
    }
}
