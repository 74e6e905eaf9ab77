//! Links: what points at what inside a topic.
//!
//! Relations and citations name their ends by id or slug; this resolves the names. The other way
//! round, it finds what still points at a record that is to be deleted, and deletes it too when
//! that is asked for. **Invariant:** the caller has locked the topic.

pub mod queries;
mod reference;
mod types;

pub use reference::By;
pub use types::{EndName, EndRef, PlaceRef, Removal, only};

use crate::domain::input::{Fault, FaultCode};
use crate::http::problem::{Part, Problem};

/// A filter names a record that is not there.
pub fn unknown_filter(name: &str) -> Problem {
    let detail = format!("there is no such {name}");
    let fault = Fault { pointer: name.to_owned(), code: FaultCode::NotFound, detail };
    Problem::misfits(Part::Query, vec![fault])
}
