//! Quotes: anchoring words in a text, and seeing what of a text is quoted.
//!
//! Selectors are those of the W3C Web Annotation Data Model (section 4.2.4 and 4.2.5):
//! `exact`, `prefix` and `suffix` name the words, `start` and `end` their place. Places are
//! counted in **Unicode code points** of the text as stored, from 0, the end exclusive.

mod words;

mod text;

mod anchoring;
mod coverage;
mod search;

#[cfg(test)]
mod tests;

pub use anchoring::{Quote, QuoteDraft, Unanchored};
pub use coverage::Coverage;
pub use text::{Passage, QuotableText};
pub use words::{Context, Exact, Offset, SourceText};
