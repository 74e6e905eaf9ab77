//! The formats in which debates are written, and the one value they all become.
//!
//! A format reads its text into a [`document::Document`]: flat lists of records that name one
//! another by slug. What stores debates knows that value and no format.
//!
//! **No I/O.** A format is given text, and a function for the files that the text names.

pub mod document;
pub mod native;
