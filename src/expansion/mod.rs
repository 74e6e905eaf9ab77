//! Expansions: with the records of an answer, those that they hang together with directly.
//!
//! They are read level by level, with a few queries for each name of each level, however many
//! records there are. **Invariants:** what is given stands in the topic of the record that it was
//! asked for with, which the caller was found to see; and an answer has at most [`MOST`] records
//! beside its own: what lacks some says so.

mod queries;
mod reading;

pub use reading::of;

#[cfg(doc)]
use crate::http::expand::MOST;
