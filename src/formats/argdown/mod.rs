//! Argdown, the language of argument maps, as its reference parser reads it.
//!
//! `masking` finds comments and braces, `blocks` takes the lines apart with `inline` for what each
//! says, and `model` makes of that what Argdown's own tools make of it; `records` makes the topic.
//!
//! **Nothing recurses on how deep a text nests, and no text takes more than linear time.**

mod blocks;
mod data;
mod front;
mod inline;
mod masking;
mod model;
mod records;
mod relating;
mod shortcodes;
mod syntax;
mod writing;

#[cfg(test)]
mod tests;

use super::note::{Note, NoteCode};
use super::reading::{self, Input, Sink, Stopped};
use super::recognising::Beginning;
use super::writing::Debate;
use super::{Format, Reader, Writer};

/// Argdown.
#[derive(Debug)]
pub struct Argdown;

impl Format for Argdown {
    fn name(&self) -> &'static str {
        "argdown"
    }

    fn title(&self) -> &'static str {
        "Argdown"
    }

    fn media_type(&self) -> &'static str {
        "text/argdown"
    }

    fn media_types(&self) -> &'static [&'static str] {
        &["text/argdown", "text/vnd.argdown", "text/x-argdown"]
    }

    fn endings(&self) -> &'static [&'static str] {
        &["argdown", "ad", "argdown.md"]
    }

    /// A structure or an equivalence class with what bears on it is Argdown and nothing else.
    fn fits(&self, beginning: &Beginning<'_>) -> bool {
        let text = beginning.text();
        if beginning.first_line().starts_with("===") {
            return true;
        }
        let lines = || text.lines().map(str::trim_end);
        let defines =
            |line: &str| matches!(inline::head(line), Some((syntax::Form::Defines(_), ..)));
        let is_structured = lines().any(|it| it.len() >= 2 && it.bytes().all(|byte| byte == b'-'))
            && lines().any(|it| it.starts_with("(1)"));
        !text.trim_start().starts_with('{') && (is_structured || lines().any(defines))
    }

    fn reader(&self) -> Option<&dyn Reader> {
        Some(self)
    }

    fn writer(&self) -> Option<&dyn Writer> {
        Some(self)
    }
}

impl Writer for Argdown {
    fn write(&self, debate: &Debate<'_>, losses: &mut Vec<Note>) -> String {
        writing::write(debate, losses)
    }
}

impl Reader for Argdown {
    fn read(&self, input: &mut Input<'_>, sink: &mut dyn Sink) -> Result<(), Stopped> {
        let Some(text) = reading::whole_text(input, sink)? else { return Ok(()) };
        let mut notes = Vec::new();
        let parsed = Parsed::of(&text, &mut notes);
        let document = records::document(&parsed, input.name, &mut notes);
        sink.notes(notes)?;
        sink.piece(document)
    }
}

/// What a text says, with what stands before it.
#[derive(Debug)]
struct Parsed<'a> {
    masked: masking::Masked<'a>,
    front: Option<front::Front>,
    syntax: syntax::Syntax,
    model: model::Model,
}

impl<'a> Parsed<'a> {
    fn of(text: &'a str, notes: &mut Vec<Note>) -> Self {
        let (front, begin) = front::split(text, notes);
        let masked = masking::Masked::new(text, begin);
        for at in &masked.unclosed {
            let detail = "a comment begins here that does not end";
            let place = masked.place(*at);
            notes.push(Note::warning(NoteCode::Malformed, place, detail, "it is read as text"));
        }
        let removes_tags = front.as_ref().is_some_and(front::Front::removes_tags);
        let is_strict = front.as_ref().is_some_and(front::Front::is_strict);
        let mut syntax = blocks::read(&masked, removes_tags, notes);
        let model = model::model(&mut syntax, is_strict, notes);
        Self { masked, front, syntax, model }
    }
}
