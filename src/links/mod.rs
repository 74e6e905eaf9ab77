//! Links: what points at what inside a topic.
//!
//! Relations and citations name their ends by id or slug; this resolves the names. The other way
//! round, it finds what still points at a record that is to be deleted, and deletes it too when
//! that is asked for. **Invariant:** the caller has locked the topic.

pub mod queries;
mod types;

pub use types::{EndName, EndRef, Removal};

use crate::domain::input::{Fault, FaultCode};
use crate::http::problem::{Part, Problem};

/// A filter names several ends at once: this is the second one.
pub fn several_ends(second: &str) -> Problem {
    let detail = "cannot be given together with another end".to_owned();
    filter_fault(second, FaultCode::NotAllowed, detail)
}

/// A filter names a record that is not there.
pub fn unknown_filter(name: &str) -> Problem {
    filter_fault(name, FaultCode::NotFound, format!("there is no such {name}"))
}

fn filter_fault(name: &str, code: FaultCode, detail: String) -> Problem {
    Problem::faults(Part::Query, vec![Fault { pointer: name.to_owned(), code, detail }])
}
