//! How a format is read: bytes in, pieces of debates and notes out, in bounded memory.

use std::io::{self, BufRead, Read};

use super::document::Document;
use super::note::{Note, NoteCode};
use super::place::Place;

/// Gives the text of a file that stands beside the document, or says why it cannot.
pub type Files<'a> = &'a dyn Fn(&str) -> Result<String, String>;

/// What is read.
pub struct Input<'a> {
    /// The bytes.
    pub bytes: &'a mut dyn BufRead,
    /// What the file is called, without folder and ending: the title of what has no other.
    pub name: Option<&'a str>,
    /// The files beside it.
    pub files: Files<'a>,
}

impl std::fmt::Debug for Input<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A document sent alone has no files beside it.
pub fn no_files(name: &str) -> Result<String, String> {
    Err(format!("`{name}` cannot be read: the document was sent alone; write its text inside it"))
}

/// Why a reading ended early.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// Nobody takes any more.
    #[error("nobody takes any more")]
    BySink,
    /// The bytes cannot be read.
    #[error("the input cannot be read: {0}")]
    ByInput(#[from] io::Error),
}

/// Takes what a format reads.
///
/// What is wrong with a record is a note of severity error; a reader says it, leaves the record's
/// topic out, and goes on where it can.
pub trait Sink {
    /// Takes whole records that belong together, in the order of the file: sources, topics, or a topic
    /// with its sources. A topic that comes again, in a format that scatters its debates, adds to
    /// the one that came before. A slow sink makes its reader wait.
    fn piece(&mut self, piece: Document) -> Result<(), Stopped>;

    /// Takes a note.
    fn note(&mut self, note: Note) -> Result<(), Stopped>;

    /// Takes many notes.
    fn notes(&mut self, notes: Vec<Note>) -> Result<(), Stopped> {
        notes.into_iter().try_for_each(|note| self.note(note))
    }
}

/// What was read, kept as it comes. For short documents and tests.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Collected {
    /// All records of all pieces.
    pub document: Document,
    /// All notes.
    pub notes: Vec<Note>,
}

impl Sink for Collected {
    fn piece(&mut self, piece: Document) -> Result<(), Stopped> {
        self.document.sources.extend(piece.sources);
        self.document.topics.extend(piece.topics);
        Ok(())
    }

    fn note(&mut self, note: Note) -> Result<(), Stopped> {
        self.notes.push(note);
        Ok(())
    }
}

/// The largest document that is read as a whole, in bytes.
pub const LARGEST_WHOLE: usize = 64 * 1024 * 1024;

/// The whole text of a document, for formats that cannot be read piece by piece. `None` where it is
/// too large or is no UTF-8, which the sink is told.
pub fn whole_text(input: &mut Input<'_>, sink: &mut dyn Sink) -> Result<Option<String>, Stopped> {
    let mut bytes = Vec::new();
    let most = u64::try_from(LARGEST_WHOLE).unwrap_or(u64::MAX).saturating_add(1);
    input.bytes.take(most).read_to_end(&mut bytes)?;
    if bytes.len() > LARGEST_WHOLE {
        let detail = format!("has more than {LARGEST_WHOLE} bytes");
        let instead =
            "nothing was read; divide it, or send it as NDJSON, which is read line by line";
        sink.note(Note::error(NoteCode::TooMuch, Place::default(), detail, instead))?;
        return Ok(None);
    }
    match String::from_utf8(bytes) {
        // Some editors begin a file with a byte order mark, which is no part of its text.
        Ok(text) => Ok(Some(match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        })),
        Err(error) => {
            let (valid, _) = error.as_bytes().split_at(error.utf8_error().valid_up_to());
            sink.note(not_utf8(1, valid))?;
            Ok(None)
        }
    }
}

/// Says that a text is no UTF-8 after these bytes, which are, and which begin on this line.
fn not_utf8(first_line: u64, valid: &[u8]) -> Note {
    let before = String::from_utf8_lossy(valid);
    let line = before.rsplit('\n').next().unwrap_or_default();
    let breaks = before.matches('\n').count();
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let place = Place::text(first_line + count(breaks), count(line.chars().count()) + 1);
    Note::error(NoteCode::Malformed, place, "is not UTF-8 from here on", "save it as UTF-8")
}

/// A line of a text that is read line by line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub number: u64,
    /// Its text, without its end. An error says why it cannot be read; the next one still can.
    pub text: Result<String, Box<Note>>,
}

/// The lines of a text of any length, one at a time. A line longer than `longest` bytes is skipped
/// without being held. Lines end with LF or CRLF.
pub struct Lines<'a> {
    bytes: &'a mut dyn BufRead,
    longest: usize,
    number: u64,
}

impl std::fmt::Debug for Lines<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lines").field("number", &self.number).finish_non_exhaustive()
    }
}

impl<'a> Lines<'a> {
    /// The lines of a text.
    pub fn new(bytes: &'a mut dyn BufRead, longest: usize) -> Self {
        Self { bytes, longest, number: 0 }
    }

    /// The next line; none at the end of the text.
    pub fn next_line(&mut self) -> Result<Option<Line>, Stopped> {
        let (mut line, mut is_there, mut is_too_long) = (Vec::new(), false, false);
        loop {
            let chunk = self.bytes.fill_buf()?;
            if chunk.is_empty() {
                break;
            }
            is_there = true;
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let (part, _) = chunk.split_at(end.unwrap_or(chunk.len()));
            if line.len() + part.len() > self.longest {
                is_too_long = true;
                line = Vec::new();
            } else if !is_too_long {
                line.extend_from_slice(part);
            }
            let used = end.map_or(chunk.len(), |end| end + 1);
            self.bytes.consume(used);
            if end.is_some() {
                break;
            }
        }
        if !is_there {
            return Ok(None);
        }
        self.number += 1;
        Ok(Some(Line { number: self.number, text: self.text(line, is_too_long) }))
    }

    fn text(&self, mut line: Vec<u8>, is_too_long: bool) -> Result<String, Box<Note>> {
        if is_too_long {
            let detail = format!("the line has more than {} bytes", self.longest);
            let place = Place::line(self.number);
            let note = Note::error(NoteCode::TooMuch, place, detail, "the line was left out");
            return Err(Box::new(note));
        }
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        // Some editors begin a file with a byte order mark, which is no part of its text.
        if self.number == 1 && line.starts_with("\u{feff}".as_bytes()) {
            line.drain(.."\u{feff}".len());
        }
        String::from_utf8(line).map_err(|error| {
            let (valid, _) = error.as_bytes().split_at(error.utf8_error().valid_up_to());
            Box::new(not_utf8(self.number, valid))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8], longest: usize, chunk: usize) -> Vec<Line> {
        let mut reader = io::BufReader::with_capacity(chunk, bytes);
        let mut lines = Lines::new(&mut reader, longest);
        std::iter::from_fn(|| lines.next_line().unwrap()).collect()
    }

    fn texts(bytes: &[u8], longest: usize, chunk: usize) -> Vec<Option<String>> {
        lines(bytes, longest, chunk).into_iter().map(|line| line.text.ok()).collect()
    }

    #[test]
    fn lines_are_the_same_however_their_bytes_come() {
        let text = "\u{feff}a\r\n\nbä\nlast".as_bytes();
        for chunk in 1..20 {
            let given = texts(text, 10, chunk);
            assert_eq!(given, ["a", "", "bä", "last"].map(|it| Some(it.to_owned())), "{chunk}");
        }
    }

    #[test]
    fn a_line_that_is_too_long_or_no_text_is_told_and_the_next_one_read() {
        let given = lines(b"0123456789x\nok\na\xff\n", 10, 4);

        let notes: Vec<String> = given
            .iter()
            .map(|line| line.text.as_ref().map_or_else(ToString::to_string, Clone::clone))
            .collect();
        assert_eq!(
            notes,
            [
                "error: line 1: the line has more than 10 bytes; the line was left out",
                "ok",
                "error: line 3, column 2: is not UTF-8 from here on; save it as UTF-8",
            ]
        );
    }

    #[test]
    fn a_text_that_is_no_utf8_is_told_with_its_place() {
        let mut bytes: &[u8] = b"one\ntw\xffo";
        let mut input = Input { bytes: &mut bytes, name: None, files: &no_files };
        let mut sink = Collected::default();

        assert_eq!(whole_text(&mut input, &mut sink).unwrap(), None);

        let told: Vec<String> = sink.notes.iter().map(ToString::to_string).collect();
        assert_eq!(told, ["error: line 2, column 3: is not UTF-8 from here on; save it as UTF-8"]);
    }
}
