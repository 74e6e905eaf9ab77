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
    let fault = Fault {
        pointer: second.to_owned(),
        code: FaultCode::NotAllowed,
        detail: "cannot be given together with another end".to_owned(),
    };
    Problem::faults(Part::Query, vec![fault])
}

/// A filter names a record that is not there.
pub fn unknown_filter(name: &str) -> Problem {
    let detail = format!("there is no such {name}");
    Problem::faults(
        Part::Query,
        vec![Fault { pointer: name.to_owned(), code: FaultCode::NotFound, detail }],
    )
}
