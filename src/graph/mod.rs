//! A debate as a value: who bears on whom, and in which order a reader meets it.
//!
//! **No I/O**, and nothing of HTTP, JSON or SQL: nodes are dense indices, and whoever
//! holds the records keeps the way back. **Any graph is welcome**: cycles, also of relations
//! among themselves, chains and stars of any size. Every walk is linear in the size of the
//! debate and keeps its own stack, so that no debate can exhaust that of the thread.

pub mod node;

pub mod debate;

pub mod outline;

pub mod bearing;
pub mod ways;

pub mod descent;

pub mod circles;
pub mod findings;
