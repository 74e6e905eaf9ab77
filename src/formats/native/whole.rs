//! The native format as one text, YAML or JSON, that is read as a whole.

use super::documents::{self, Outcome};
use super::flat;
use super::json::{self, JsonFault, Wanted};
use super::locations::Location;
use super::{FileFault, nested, read_yaml};
use crate::domain::input::{Fault, FaultCode};
use crate::formats::document::Document;
use crate::formats::note::{Note, NoteCode};
use crate::formats::place::Place;
use crate::formats::reading::{self, Input, Sink, Stopped};
use crate::formats::recognising::Beginning;
use crate::formats::writing::Debate;
use crate::formats::{Format, Reader, Writer};

/// The most values that a JSON text may have. Each takes some dozens of bytes of memory.
pub(super) const MOST_VALUES: usize = 3_000_000;

/// The native format as YAML.
#[derive(Debug)]
pub struct Yaml;

/// The native format as JSON.
#[derive(Debug)]
pub struct Json;

impl Format for Yaml {
    fn name(&self) -> &'static str {
        "yaml"
    }

    fn title(&self) -> &'static str {
        "Debatebase (YAML)"
    }

    fn media_type(&self) -> &'static str {
        "application/yaml"
    }

    fn media_types(&self) -> &'static [&'static str] {
        &["application/yaml", "text/yaml", "application/x-yaml", "text/x-yaml"]
    }

    fn endings(&self) -> &'static [&'static str] {
        &["yaml", "yml"]
    }

    fn fits(&self, beginning: &Beginning<'_>) -> bool {
        beginning.text().lines().any(|line| line.starts_with("debatebase:"))
    }

    fn reader(&self) -> Option<&dyn Reader> {
        Some(self)
    }

    fn writer(&self) -> Option<&dyn Writer> {
        Some(self)
    }
}

impl Format for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn title(&self) -> &'static str {
        "Debatebase (JSON)"
    }

    fn media_type(&self) -> &'static str {
        "application/vnd.debatebase+json"
    }

    fn media_types(&self) -> &'static [&'static str] {
        &["application/vnd.debatebase+json", "application/json"]
    }

    fn endings(&self) -> &'static [&'static str] {
        &["json"]
    }

    fn fits(&self, beginning: &Beginning<'_>) -> bool {
        let fields = beginning.json_fields();
        fields.contains(&"debatebase") && !fields.iter().any(|it| super::ndjson::LINES.contains(it))
    }

    fn reader(&self) -> Option<&dyn Reader> {
        Some(self)
    }

    fn writer(&self) -> Option<&dyn Writer> {
        Some(self)
    }
}

impl Reader for Yaml {
    fn read(&self, input: &mut Input<'_>, sink: &mut dyn Sink) -> Result<(), Stopped> {
        let Some(text) = reading::whole_text(input, sink)? else { return Ok(()) };
        let (mut outcome, locations, faults) = match read_yaml(&text, input.files) {
            Ok(read) => read,
            Err(fault) => {
                let place = Place::text(fault.location.line, fault.location.column);
                return sink.note(Note::error(NoteCode::Malformed, place, fault.detail, ""));
            }
        };
        drop(text);
        for FileFault { location, pointer, code, detail } in faults {
            sink.note(note_of(Fault { pointer, code, detail }, location))?;
        }
        for fault in std::mem::take(&mut outcome.consequences) {
            let location = locations.of_value(&fault.pointer);
            sink.note(left_out(fault, location))?;
        }
        give(outcome, sink)
    }
}

impl Reader for Json {
    fn read(&self, input: &mut Input<'_>, sink: &mut dyn Sink) -> Result<(), Stopped> {
        let Some(text) = reading::whole_text(input, sink)? else { return Ok(()) };
        let read = match json::parse(&text, MOST_VALUES) {
            Ok(read) => read,
            Err(fault) => {
                let location = at_offsets(&text, &[fault.offset]).next();
                let place =
                    location.map_or_else(Place::default, |it| Place::text(it.line, it.column));
                return sink.note(unreadable(fault, place));
            }
        };
        let mut outcome = documents::read(read.value, &read.repeated, input.files);
        let mut faults: Vec<(Fault, bool)> =
            read.repeated.into_iter().map(|pointer| (repeated(pointer), false)).collect();
        faults.extend(outcome.faults.drain(..).map(|fault| (fault, false)));
        faults.extend(outcome.consequences.drain(..).map(|fault| (fault, true)));
        let wanted: Vec<Wanted> = faults.iter().map(|(fault, _)| wanted(fault)).collect();
        let locations = at_offsets(&text, &json::locate(&text, &wanted));
        let mut faults: Vec<_> = faults.into_iter().zip(locations).collect();
        faults.sort_by_key(|(_, location)| *location);
        for ((fault, is_consequence), location) in faults {
            sink.note(if is_consequence {
                left_out(fault, location)
            } else {
                note_of(fault, location)
            })?;
        }
        drop(text);
        give(outcome, sink)
    }
}

fn at_offsets(text: &str, offsets: &[usize]) -> impl Iterator<Item = Location> + use<> {
    json::location(text, offsets).into_iter()
}

/// Says of a name that its object has already.
pub(super) fn repeated(pointer: String) -> Fault {
    Fault { pointer, code: FaultCode::Duplicate, detail: "is given twice".to_owned() }
}

/// Where a fault is shown: of an unknown or repeated field its name, of any other its value.
pub(super) fn wanted(fault: &Fault) -> Wanted {
    let is_name = matches!(fault.code, FaultCode::Unknown)
        || fault.code == FaultCode::Duplicate && fault.detail == "is given twice";
    Wanted { pointer: fault.pointer.clone(), is_name }
}

/// Says why a text could not be read at all.
pub(super) fn unreadable(fault: JsonFault, place: Place) -> Note {
    let code = if fault.is_too_much { NoteCode::TooMuch } else { NoteCode::Malformed };
    Note::error(code, place, fault.detail, "")
}

/// Says what is wrong, and what is left out for it.
pub(super) fn note_of(fault: Fault, location: Location) -> Note {
    let instead = match fault.pointer.split('/').nth(1) {
        Some("topics" | "topic") => "the topic is left out",
        Some("sources" | "source") => "the source is left out",
        _ => "",
    };
    let place = Place {
        pointer: fault.pointer,
        line: Some(location.line),
        column: Some(location.column),
        id: None,
    };
    Note::error(NoteCode::Invalid, place, fault.detail, instead)
}

/// Says what is left out because something else is wrong.
pub(super) fn left_out(fault: Fault, location: Location) -> Note {
    Note { code: NoteCode::LeftOut, instead: String::new(), ..note_of(fault, location) }
}

/// Gives the sources, and then each topic.
fn give(outcome: Outcome, sink: &mut dyn Sink) -> Result<(), Stopped> {
    let Document { sources, topics } = outcome.document;
    if !sources.is_empty() {
        sink.piece(Document { sources, topics: Vec::new() })?;
    }
    topics
        .into_iter()
        .try_for_each(|topic| sink.piece(Document { sources: Vec::new(), topics: vec![topic] }))
}

impl Writer for Yaml {
    fn write(&self, debate: &Debate<'_>, _: &mut Vec<Note>) -> String {
        nested::write(debate)
    }
}

impl Writer for Json {
    fn write(&self, debate: &Debate<'_>, _: &mut Vec<Note>) -> String {
        flat::write(debate)
    }
}
