//! The HTTP floor: what every slice says in the same way.
//!
//! **Invariant:** every answer of 400 and above is a [`problem::Problem`] from the code table.

pub mod answer;
pub mod beside;
pub mod body;
pub mod compress;
pub mod conditions;
pub mod cors;
pub mod deadline;
pub mod draining;
pub mod expand;
pub mod extract;
pub mod idempotency;
pub mod in_body;
pub mod middleware;
pub mod page;
pub mod parameters;
pub mod parts;
pub mod patch;
pub mod problem;
pub mod sparse;
pub mod unpacking;
pub mod upload;
