//! The vocabulary: what a debate is made of, as values that are right by construction.
//!
//! **No I/O.** Nothing here knows HTTP, YAML or SQL statements. A value of one of
//! these types is the proof that its rule holds: parse, don't validate.

pub mod ids;
pub mod input;
pub mod kinds;
pub mod language;
pub mod likeness;
pub mod origin;
pub mod quote;
pub mod slug;
pub mod text;
pub mod web_url;

pub(crate) mod sql;
