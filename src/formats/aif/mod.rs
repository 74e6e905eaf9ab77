//! AIF (Argument Interchange Format) as the JSON of `AIFdb`, and xAIF, which wraps it.
//!
//! A nodeset is a topic. `nodeset` takes the file apart, `relating` finds which nodes become
//! relations and positions, `records` makes the topic, `aside` keeps what became no record, and
//! `writing` makes the nodeset again.
//!
//! **Law:** the export of an import has the nodes, edges, locutions and all other fields of the
//! file, as long as nobody has changed the debate since. What has been changed, added or deleted is
//! merged into it as far as it fits.
//!
//! Two things are ours. An I-node that becomes a position although it is a premise too (in a graph
//! without roots) is an argument, which has all its relations, and a position that this argument
//! supports; both are one node in an export. And an export has a field `debatebase`, which AIF tools
//! leave alone, with what AIF cannot say of the topic, which record each node is, and the sources that
//! its quotes are from.

mod aside;
mod keeping;
mod nodeset;
mod records;
mod relating;
mod schemes;
mod told;
mod writing;

#[cfg(test)]
mod tests;

use serde_json::Value;

use super::json;
use super::note::{Note, NoteCode};
use super::place::Place;
use super::reading::{self, Input, Sink, Stopped};
use super::recognising::Beginning;
use super::writing::Debate;
use super::{Format, Reader, Writer};
use nodeset::Nodeset;

/// The most values in one text. A text of 64 MB has fewer, unless it is made to fill the memory.
const MOST_VALUES: usize = 5_000_000;

/// The JSON of `AIFdb`.
#[derive(Debug)]
pub struct Aif;

/// AIF in a wrapping, as the tools around OVA exchange it.
#[derive(Debug)]
pub struct Xaif;

impl Format for Aif {
    fn name(&self) -> &'static str {
        "aif"
    }

    fn title(&self) -> &'static str {
        "AIF (JSON of AIFdb)"
    }

    fn media_type(&self) -> &'static str {
        "application/json"
    }

    fn media_types(&self) -> &'static [&'static str] {
        &["application/vnd.aif+json"]
    }

    fn endings(&self) -> &'static [&'static str] {
        &["aif.json"]
    }

    fn fits(&self, beginning: &Beginning<'_>) -> bool {
        let fields = beginning.json_fields();
        let has = |name: &str| fields.contains(&name);
        !has("AIF") && (has("nodes") && !has("graph") || has("edges") && has("locutions"))
    }

    fn reader(&self) -> Option<&dyn Reader> {
        Some(self)
    }

    fn writer(&self) -> Option<&dyn Writer> {
        Some(self)
    }
}

impl Format for Xaif {
    fn name(&self) -> &'static str {
        "xaif"
    }

    fn title(&self) -> &'static str {
        "xAIF"
    }

    fn media_type(&self) -> &'static str {
        "application/vnd.xaif+json"
    }

    fn media_types(&self) -> &'static [&'static str] {
        &["application/vnd.xaif+json"]
    }

    fn endings(&self) -> &'static [&'static str] {
        &["xaif.json"]
    }

    fn fits(&self, beginning: &Beginning<'_>) -> bool {
        beginning.json_fields().contains(&"AIF")
    }

    fn reader(&self) -> Option<&dyn Reader> {
        Some(self)
    }

    fn writer(&self) -> Option<&dyn Writer> {
        Some(self)
    }
}

impl Reader for Aif {
    fn read(&self, input: &mut Input<'_>, sink: &mut dyn Sink) -> Result<(), Stopped> {
        read(input, sink)
    }
}

impl Reader for Xaif {
    fn read(&self, input: &mut Input<'_>, sink: &mut dyn Sink) -> Result<(), Stopped> {
        read(input, sink)
    }
}

impl Writer for Aif {
    fn write(&self, debate: &Debate<'_>, losses: &mut Vec<Note>) -> String {
        writing::write(debate, false, losses)
    }
}

impl Writer for Xaif {
    fn write(&self, debate: &Debate<'_>, losses: &mut Vec<Note>) -> String {
        writing::write(debate, true, losses)
    }
}

/// Reads either, by what it is rather than by what it is called.
fn read(input: &mut Input<'_>, sink: &mut dyn Sink) -> Result<(), Stopped> {
    let Some(text) = reading::whole_text(input, sink)? else { return Ok(()) };
    let (value, repeated) = match json::parse(&text, MOST_VALUES) {
        Ok(read) => read,
        Err(error) => {
            let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
            let place = Place::text(count(error.line()), column(&text, &error));
            let detail = format!("is no JSON that can be read: {error}");
            return sink.note(Note::error(NoteCode::Malformed, place, detail, ""));
        }
    };
    drop(text);
    let mut notes = Vec::new();
    for pointer in repeated {
        let place = Place { pointer, ..Place::default() };
        let detail = "the object has this name twice";
        notes.push(Note::warning(NoteCode::Repeated, place, detail, "the last value was taken"));
    }
    // A file that has no name of its own is named by its content, however it is laid out.
    let digest = sha_of(&value);
    let document = Nodeset::open(value, &mut notes)
        .map(|set| records::document(set, input.name, &digest, &mut notes));
    sink.notes(notes)?;
    document.map_or(Ok(()), |document| sink.piece(document))
}

fn sha_of(value: &Value) -> String {
    let digest = crate::domain::text::sha256_hex(value.to_string().as_bytes());
    digest.chars().take(8).collect()
}

/// The column in code points; `serde_json` counts bytes.
fn column(text: &str, error: &serde_json::Error) -> u64 {
    let line = text.split('\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
    let before = line.as_bytes().get(..error.column()).unwrap_or(line.as_bytes());
    u64::try_from(String::from_utf8_lossy(before).chars().count()).unwrap_or(u64::MAX).max(1)
}
