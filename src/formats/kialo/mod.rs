//! The text that Kialo exports: a numbered claim a line, depth first.
//!
//! `lines` takes the text apart, `texts` turns what a claim says into plain text and back, `linking`
//! finds what links lead to, `records` makes the topic, `placing` gives each argument its one place
//! in full, and `writing` writes the text again.
//!
//! **Law:** an export goes back as it was, as long as nobody has changed the debate since. What
//! has been changed, added or deleted keeps the numbers around it where they are free.
//!
//! A claim is Markdown. Ours is plain text, without the escapes; where it has links, the Markdown
//! stands whole in the body. A discussion with several theses has a question as its first claim;
//! that is the topic, and its summary where it says more than the title. A position that is linked
//! as a reason elsewhere is an argument as well, which says the same.

mod lines;
mod linking;
mod placing;
mod records;
mod texts;
mod writing;

#[cfg(test)]
mod tests;

use super::note::Note;
use super::reading::{Input, Sink, Stopped};
use super::recognising::Beginning;
use super::writing::Debate;
use super::{Format, Reader, Writer};

/// The text that Kialo exports.
#[derive(Debug)]
pub struct Kialo;

impl Format for Kialo {
    fn name(&self) -> &'static str {
        "kialo"
    }

    fn title(&self) -> &'static str {
        "Kialo (text)"
    }

    fn media_type(&self) -> &'static str {
        "text/plain"
    }

    fn media_types(&self) -> &'static [&'static str] {
        &["text/vnd.kialo"]
    }

    fn endings(&self) -> &'static [&'static str] {
        &["txt"]
    }

    fn fits(&self, beginning: &Beginning<'_>) -> bool {
        let first = beginning.first_line();
        let has_stance = |line: &str| lines::claim(line).is_some_and(|it| it.stance.is_some());
        first.starts_with(lines::TITLE)
            || lines::claim(first).is_some() && beginning.text().lines().any(has_stance)
    }

    fn reader(&self) -> Option<&dyn Reader> {
        Some(self)
    }

    fn writer(&self) -> Option<&dyn Writer> {
        Some(self)
    }
}

impl Reader for Kialo {
    fn read(&self, input: &mut Input<'_>, sink: &mut dyn Sink) -> Result<(), Stopped> {
        let mut notes = Vec::new();
        let text = lines::read(input.bytes, &mut notes)?;
        let document = text.and_then(|text| records::document(&text, input.name, &mut notes));
        sink.notes(notes)?;
        document.map_or(Ok(()), |document| sink.piece(document))
    }
}

impl Writer for Kialo {
    fn write(&self, debate: &Debate<'_>, losses: &mut Vec<Note>) -> String {
        writing::write(debate, losses)
    }
}
