//! The corpus of args.me, a search engine for arguments.
//!
//! One file has hundreds of thousands of arguments, each a conclusion with premises for or against
//! it, and the context in which it was found.
//!
//! `elements` cuts the file into arguments, so that one of any length is read in little memory;
//! `reading` reads them one by one, whatever the form of the file; `argument` checks one;
//! `records` and `piece` make it a part of its topic, `naming` gives what is made its texts and slugs,
//! `sources` and `quoting` find what it quotes; `keeping` keeps what the model has no place for, and
//! `writing` and `context` make arguments again.
//!
//! A topic is what the context names, a position is a conclusion, and each premise is an argument
//! that supports or attacks it. Slugs are made of texts and ids alone, so that a topic is the same
//! wherever in the file its arguments lie, and importing a file again changes nothing.
//!
//! **Law:** the export of a topic has the arguments of the file with all their fields, as long as
//! nobody has changed the debate since.

mod argument;
mod context;
mod elements;
mod keeping;
mod naming;
mod piece;
mod quoting;
mod reading;
mod records;
mod sources;
mod writing;

#[cfg(test)]
mod tests;

use super::note::Note;
use super::reading::{Input, Sink, Stopped};
use super::recognising::Beginning;
use super::writing::Debate;
use super::{Format, Reader, Writer};

/// What the format is called.
const FORMAT: &str = "args-me";

/// What a conclusion or a premise without a text says.
const WORDLESS: &str = "(no text)";

/// The corpus of args.me.
#[derive(Debug)]
pub struct ArgsMe;

impl Format for ArgsMe {
    fn name(&self) -> &'static str {
        FORMAT
    }

    fn title(&self) -> &'static str {
        "args.me"
    }

    fn media_type(&self) -> &'static str {
        "application/json"
    }

    fn media_types(&self) -> &'static [&'static str] {
        &["application/vnd.args-me+json"]
    }

    fn endings(&self) -> &'static [&'static str] {
        &["args-me.json", "args-me.jsonl", "args-me.ndjson"]
    }

    fn fits(&self, beginning: &Beginning<'_>) -> bool {
        reading::fits(beginning)
    }

    fn reader(&self) -> Option<&dyn Reader> {
        Some(self)
    }

    fn writer(&self) -> Option<&dyn Writer> {
        Some(self)
    }
}

impl Reader for ArgsMe {
    fn read(&self, input: &mut Input<'_>, sink: &mut dyn Sink) -> Result<(), Stopped> {
        reading::read(input, sink)
    }

    fn scatters_topics(&self) -> bool {
        true
    }
}

impl Writer for ArgsMe {
    fn write(&self, debate: &Debate<'_>, losses: &mut Vec<Note>) -> String {
        writing::write(debate, losses)
    }
}
