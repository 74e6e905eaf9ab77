//! The arguments of a file one after the other, whatever its form.

use std::io::{Cursor, Read};

use super::argument;
use super::elements::{Element, Elements, Found, LARGEST};
use super::records::Making;
use crate::formats::json;
use crate::formats::note::{Note, NoteCode};
use crate::formats::place::Place;
use crate::formats::reading::{Input, Lines, Sink, Stopped};
use crate::formats::recognising::Beginning;

/// The most values in one argument. One of the corpus has a few hundred.
const MOST_VALUES: usize = 500_000;

/// The fields that tell an argument.
const FIELDS: [&str; 4] = ["id", "conclusion", "premises", "context"];

/// Whether a text that begins like this is surely of arguments.
pub(super) fn fits(beginning: &Beginning<'_>) -> bool {
    let fields = beginning.json_fields();
    if fields.contains(&"arguments") {
        let others = ["debatebase", "nodes", "AIF"];
        return !fields.iter().any(|it| others.contains(it))
            && (fields == ["arguments"] || beginning.text().contains("\"premises\""));
    }
    let text = beginning.text().trim_start();
    let first = text.strip_prefix('[').unwrap_or(text);
    let fields = Beginning::new(first.as_bytes(), None).json_fields();
    fields.contains(&"premises") && fields.contains(&"conclusion")
}

/// Whether a text that begins like this has an argument on each line.
fn has_lines(beginning: &Beginning<'_>) -> bool {
    let line = beginning.first_line().trim();
    let fields = Beginning::new(line.as_bytes(), None).json_fields();
    if fields.contains(&"arguments") {
        return false;
    }
    let is_argument = fields.iter().any(|it| FIELDS.contains(it));
    is_argument || !line.starts_with(['{', '[']) || line.starts_with('{') && line.ends_with('}')
}

/// Reads a file.
pub(super) fn read(input: &mut Input<'_>, sink: &mut dyn Sink) -> Result<(), Stopped> {
    let mut first = Vec::new();
    let most = u64::try_from(Beginning::LENGTH).unwrap_or(u64::MAX);
    input.bytes.take(most).read_to_end(&mut first)?;
    let beginning = Beginning::new(&first, None);
    let blank = first.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&first);
    if blank.iter().all(u8::is_ascii_whitespace) && first.len() < Beginning::LENGTH {
        let detail = "there are no arguments in it";
        return sink.note(Note::warning(NoteCode::Incomplete, Place::default(), detail, ""));
    }
    let has_lines = has_lines(&beginning);
    let mut bytes = Cursor::new(&first).chain(&mut *input.bytes);
    let mut making = Making::new(sink);
    if has_lines {
        read_lines(Lines::new(&mut bytes, LARGEST), &mut making)?;
    } else {
        read_list(Elements::new(&mut bytes), &mut making)?;
    }
    making.end()
}

fn read_lines(mut lines: Lines<'_>, making: &mut Making<'_>) -> Result<(), Stopped> {
    while let Some(line) = lines.next_line()? {
        match line.text {
            Ok(text) if text.trim().is_empty() => {}
            Ok(text) => read_argument(&text, &Place::line(line.number), making)?,
            Err(note) => making.note(*note)?,
        }
    }
    Ok(())
}

fn read_list(mut elements: Elements<'_>, making: &mut Making<'_>) -> Result<(), Stopped> {
    loop {
        match elements.next()? {
            Found::Element(element) => read_element(&element, making)?,
            Found::Beside(name) => {
                let place = Place { pointer: format!("/{name}"), ..Place::default() };
                let detail = format!("there is `{name}` beside the arguments");
                let instead = "it was left out";
                making.note(Note::warning(NoteCode::LeftOut, place, detail, instead))?;
            }
            Found::Broken(line, detail, instead) => {
                let place = Place::line(line);
                making.note(Note::error(NoteCode::Malformed, place, detail, instead))?;
            }
            Found::End => return Ok(()),
        }
    }
}

fn read_element(element: &Element<'_>, making: &mut Making<'_>) -> Result<(), Stopped> {
    let pointer = element.pointer.clone();
    let place = Place { pointer, ..Place::line(element.line) };
    let Some(bytes) = element.text else {
        let detail = format!("the argument has more than {LARGEST} bytes");
        let note = Note::error(NoteCode::TooMuch, place, detail, "it was left out");
        return making.note(note);
    };
    match std::str::from_utf8(bytes) {
        Ok(text) => read_argument(text, &place, making),
        Err(_) => {
            let detail = "the argument is not UTF-8";
            making.note(Note::error(NoteCode::Malformed, place, detail, "it was left out"))
        }
    }
}

fn read_argument(text: &str, place: &Place, making: &mut Making<'_>) -> Result<(), Stopped> {
    let mut notes = Vec::new();
    let mended;
    let mut parsed = json::parse(text, MOST_VALUES);
    if parsed.is_err()
        && let Some(paired) = paired(text)
    {
        mended = paired;
        parsed = json::parse(&mended, MOST_VALUES);
        let detail = "there is half of a pair of surrogates, which is no character";
        let instead = "U+FFFD stands for it";
        notes.push(Note::warning(NoteCode::TextChanged, place.clone(), detail, instead));
    }
    let (value, repeated) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return making.note(unreadable(text, &error, place)),
    };
    for pointer in repeated {
        let place = Place { pointer: format!("{}{pointer}", place.pointer), ..place.clone() };
        let detail = "the object has this name twice";
        notes.push(Note::warning(NoteCode::Repeated, place, detail, "the last value was taken"));
    }
    match argument::read(value, place, &mut notes) {
        Some(argument) => making.take(&argument, notes),
        None => making.notes(notes),
    }
}

/// Says where an argument is no JSON.
fn unreadable(text: &str, error: &serde_json::Error, place: &Place) -> Note {
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    let detail = format!("the argument is no JSON that can be read: {message}");
    let line = text.split('\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
    let before = line.as_bytes().get(..error.column()).unwrap_or(line.as_bytes());
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let column = count(String::from_utf8_lossy(before).chars().count());
    let further = count(error.line().saturating_sub(1));
    let is_from_line_start = further > 0 || place.pointer.is_empty();
    let place = Place {
        line: place.line.map(|line| line + further),
        column: is_from_line_start.then_some(column.max(1)),
        ..place.clone()
    };
    Note::error(NoteCode::Malformed, place, detail, "it was left out")
}

/// The text with U+FFFD in the place of each escaped surrogate that is no half of a pair; none if
/// there is no such.
fn paired(text: &str) -> Option<String> {
    let mut mended = String::with_capacity(text.len());
    let (mut rest, mut is_changed) = (text, false);
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        mended.push_str(before);
        let length = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xD800..0xDC00), Some(0xDC00..0xE000)) => 12,
            (Some(0xD800..0xE000), _) => {
                mended.push_str("\\ufffd");
                is_changed = true;
                rest = escape.get(6..).unwrap_or_default();
                continue;
            }
            (Some(_), _) => 6,
            // What is escaped may be a character of several bytes, if the text is no JSON at all.
            (None, _) => 1 + escape.chars().nth(1).map_or(0, char::len_utf8),
        };
        let (escape, after) = escape.split_at(length.min(escape.len()));
        mended.push_str(escape);
        rest = after;
    }
    mended.push_str(rest);
    is_changed.then_some(mended)
}

/// The unit of UTF-16 that an escape at the beginning of a text stands for.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_halves_of_pairs_are_mended() {
        for whole in [r"\ud83d\ude00 \\ud800 \n", r"\u00e4", r"\ü \", r"\u12", ""] {
            assert_eq!(paired(whole), None, "{whole}");
        }
        assert_eq!(paired(r"a\ud800b\udc00\ud800\ud83d\ude00").unwrap(), {
            r"a\ufffdb\ufffd\ufffd\ud83d\ude00"
        });
    }

    #[test]
    fn the_form_is_told_by_the_first_line() {
        let lines = |text: &str| has_lines(&Beginning::new(text.as_bytes(), None));
        assert!(lines("\u{feff}\r\n{\"id\": 1}\r\n"));
        assert!(lines("{\"id\": \"a\", \"premises\": [ broken\n"));
        assert!(lines("{}\n{}"));
        assert!(!lines("{\"arguments\":[{\"id\""));
        assert!(!lines("{\n \"arguments\": ["));
        assert!(!lines("[{\"id\": 1}]"));
        assert!(!lines("{\"version\": 1,\n"));
    }
}
