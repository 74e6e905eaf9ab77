//! The native format as a stream: a line a source or a topic, for any number of them.
//!
//! The last line tells the SHA-256 of all bytes before it, and how many lines of each kind they
//! were, so that a stream that was cut short or damaged is told from a whole one. Streams may follow
//! one another in one file: each trailer speaks of what came after the one before.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::io::{self, BufRead, Read};

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::documents::{FaultySources, given_slug, is_version_known};
use super::json::{self, Wanted};
use super::whole::{MOST_VALUES, left_out, note_of, repeated, unreadable, wanted};
use super::{Files, VERSION, fields, flat, resolve, sources, topics};
use crate::domain::input::{At, Fault, FaultCode, Faults};
use crate::domain::text::sha256_hex;
use crate::formats::document::{Document, SourceRecord, TopicRecord};
use crate::formats::names::Guesses;
use crate::formats::note::{Note, NoteCode};
use crate::formats::place::Place;
use crate::formats::reading::{Input, LARGEST_WHOLE, Line, Lines, Sink, Stopped};
use crate::formats::recognising::Beginning;
use crate::formats::writing::Debate;
use crate::formats::{Format, Reader, Writer};

/// The longest line, in bytes: as large as a document that is read as a whole.
pub const LONGEST_LINE: usize = LARGEST_WHOLE;

/// The fields that tell what a line holds.
pub(super) const LINES: &[&str] = &["source", "topic", "checksum"];

/// The native format as a stream of lines.
#[derive(Debug)]
pub struct Ndjson;

impl Format for Ndjson {
    fn name(&self) -> &'static str {
        "ndjson"
    }

    fn title(&self) -> &'static str {
        "Debatebase (NDJSON)"
    }

    fn media_type(&self) -> &'static str {
        "application/x-ndjson"
    }

    fn media_types(&self) -> &'static [&'static str] {
        &["application/x-ndjson"]
    }

    fn endings(&self) -> &'static [&'static str] {
        &["ndjson", "jsonl"]
    }

    fn fits(&self, beginning: &Beginning<'_>) -> bool {
        let fields = beginning.json_fields();
        fields.contains(&"debatebase") && fields.iter().any(|it| LINES.contains(it))
    }

    fn reader(&self) -> Option<&dyn Reader> {
        Some(self)
    }

    fn writer(&self) -> Option<&dyn Writer> {
        Some(self)
    }
}

/// A source as a line, with its end.
pub fn source_line(source: &SourceRecord) -> String {
    line("source", flat::source(source))
}

/// A topic with all that is in it as a line, with its end.
pub fn topic_line(topic: &TopicRecord) -> String {
    line("topic", flat::topic(topic))
}

/// The last line, with its end: how many sources and topics came before, and the SHA-256 of all
/// their bytes in hexadecimal.
pub fn trailer(sources: u64, topics: u64, sha256: &str) -> String {
    line("checksum", json!({ "sha256": sha256, "sources": sources, "topics": topics }))
}

fn line(kind: &str, value: Value) -> String {
    let mut fields = Map::new();
    fields.insert("debatebase".to_owned(), json!(VERSION));
    fields.insert(kind.to_owned(), value);
    let mut line = Value::Object(fields).to_string();
    line.push('\n');
    line
}

impl Writer for Ndjson {
    fn write(&self, debate: &Debate<'_>, _: &mut Vec<Note>) -> String {
        let mut text: String = debate.sources.iter().map(source_line).collect();
        text.push_str(&topic_line(debate.topic));
        let sources = u64::try_from(debate.sources.len()).unwrap_or(u64::MAX);
        let trailer = trailer(sources, 1, &sha256_hex(text.as_bytes()));
        text + &trailer
    }
}

/// Bytes that are summed up as they are read.
struct Summed<'a> {
    bytes: &'a mut dyn BufRead,
    sum: &'a RefCell<Sha256>,
}

impl Read for Summed<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.bytes.read(into)?;
        self.sum.borrow_mut().update(into.get(..length).unwrap_or_default());
        Ok(length)
    }
}

impl BufRead for Summed<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.bytes.fill_buf()
    }

    fn consume(&mut self, length: usize) {
        // What is consumed was given by `fill_buf`, so that it is there without reading.
        if let Ok(buffer) = self.bytes.fill_buf() {
            self.sum.borrow_mut().update(buffer.get(..length).unwrap_or_default());
        }
        self.bytes.consume(length);
    }
}

impl Reader for Ndjson {
    fn read(&self, input: &mut Input<'_>, sink: &mut dyn Sink) -> Result<(), Stopped> {
        let sum = RefCell::new(Sha256::new());
        let mut bytes = Summed { bytes: &mut *input.bytes, sum: &sum };
        let mut lines = Lines::new(&mut bytes, LONGEST_LINE);
        let mut stream = Stream {
            files: input.files,
            faulty: FaultySources::default(),
            sources: 0,
            topics: 0,
            is_open: false,
            has_unknown: false,
            has_ended: false,
            guesses: Guesses::default(),
        };
        loop {
            let before = sum.borrow().clone();
            let Some(line) = lines.next_line()? else { break };
            if stream.line(line, before, sink)? {
                sum.borrow_mut().reset();
            }
        }
        stream.end(sink)
    }
}

/// What is known of the lines so far.
struct Stream<'a> {
    files: Files<'a>,
    faulty: FaultySources,
    sources: u64,
    topics: u64,
    /// Whether there are lines that no trailer has spoken of.
    is_open: bool,
    /// Whether one of them could not be told to be a source or a topic.
    has_unknown: bool,
    /// Whether there was a trailer.
    has_ended: bool,
    guesses: Guesses,
}

impl Stream<'_> {
    /// Reads a line. `true` means that the next trailer does not speak of it.
    fn line(&mut self, line: Line, before: Sha256, sink: &mut dyn Sink) -> Result<bool, Stopped> {
        let text = match line.text {
            Ok(text) => text,
            Err(note) => {
                (self.is_open, self.has_unknown) = (true, true);
                return sink.note(*note).map(|()| false);
            }
        };
        if text.trim().is_empty() {
            return Ok(self.has_ended && !self.is_open);
        }
        let read = match json::parse(&text, MOST_VALUES) {
            Ok(read) => read,
            Err(fault) => {
                (self.is_open, self.has_unknown) = (true, true);
                let column = column(&text, fault.offset);
                let place = Place::text(line.number, column);
                let note = Note { instead: LEFT_OUT.to_owned(), ..unreadable(fault, place) };
                return sink.note(note).map(|()| false);
            }
        };
        if read.value.get("checksum").is_some() {
            self.trailer(&read.value, line.number, before, sink)?;
            return Ok(true);
        }
        self.is_open = true;
        let mut found: Vec<Fault> = read.repeated.into_iter().map(repeated).collect();
        let (piece, faults) = self.record(read.value, found.is_empty());
        found.extend(faults.into_vec());
        let mut piece = piece.filter(|_| found.is_empty());
        let topic = piece.as_ref().and_then(|it| it.topics.first());
        if let Some(fault) = topic.and_then(|topic| self.faulty.fault_of(topic)) {
            piece = None;
            sink.note(placed(fault, line.number, &text, left_out))?;
        }
        for fault in found {
            sink.note(placed(fault, line.number, &text, note_of))?;
        }
        piece.map_or(Ok(()), |piece| sink.piece(piece)).map(|()| false)
    }

    /// Reads the source or the topic of a line.
    fn record(&mut self, value: Value, is_clean: bool) -> (Option<Document>, Faults) {
        let (root, mut faults) = (At::Root, Faults::default());
        match LINES.iter().find(|kind| value.get(**kind).is_some()) {
            Some(&"source") => self.sources += 1,
            Some(&"topic") => self.topics += 1,
            _ => self.has_unknown = true,
        }
        if !is_version_known(&value, &mut faults) {
            return (None, faults);
        }
        let known = &["debatebase", "source", "topic", "checksum"];
        let Some(mut line) = fields::open(value, &root, known, &mut faults) else {
            return (None, faults);
        };
        let _: Option<fields::Raw> = line.take("debatebase", &mut faults);
        let source: Option<fields::Raw> = fields::optional(&mut line, "source", &mut faults);
        let topic: Option<fields::Raw> = fields::optional(&mut line, "topic", &mut faults);
        let piece = match (source, topic) {
            (Some(source), None) => {
                let slug = given_slug(&source.0);
                let at = root.field("source");
                let record = sources::read(source.0, &at, self.files, &mut faults);
                let record = record.filter(|_| faults.is_empty() && is_clean);
                if record.is_none() {
                    self.faulty.add(slug);
                }
                record.map(|it| Document { sources: vec![it], topics: Vec::new() })
            }
            (None, Some(topic)) => {
                let topic = self.topic(topic.0, &root.field("topic"), &mut faults);
                topic.map(|it| Document { sources: Vec::new(), topics: vec![it] })
            }
            _ => {
                let detail = "must have one of `source`, `topic` and `checksum`";
                faults.push(&root, FaultCode::NotAllowed, detail);
                None
            }
        };
        (piece, faults)
    }

    fn topic(&mut self, value: Value, at: &At<'_>, faults: &mut Faults) -> Option<TopicRecord> {
        let draft = topics::read(value, at, faults)?;
        if draft.slug.is_none() && faults.is_empty() {
            // Nobody remembers the names of all lines, to find a free one.
            faults.push(&at.field("slug"), FaultCode::Missing, "is needed in a stream");
        }
        let slug = draft.slug.clone();
        resolve::topic(draft, slug, &mut self.guesses, faults).filter(|_| faults.is_empty())
    }

    /// Compares what the trailer says with what was read, and begins anew.
    fn trailer(
        &mut self,
        value: &Value,
        line: u64,
        before: Sha256,
        sink: &mut dyn Sink,
    ) -> Result<(), Stopped> {
        let said = |name: &str| value.get("checksum").and_then(|checksum| checksum.get(name));
        let mut sha256 = String::with_capacity(64);
        for byte in before.finalize() {
            // Writing to a String cannot fail.
            _ = write!(sha256, "{byte:02x}");
        }
        let is_so_many = |name: &str, count: u64| {
            self.has_unknown || said(name).is_none_or(|it| it.as_u64() == Some(count))
        };
        let is_same = said("sha256").and_then(Value::as_str) == Some(&sha256)
            && is_so_many("sources", self.sources)
            && is_so_many("topics", self.topics);
        if !is_same {
            let detail = format!(
                "is not the checksum of the lines before: these are {} sources and {} topics, \
                 sha256 {sha256}",
                self.sources, self.topics
            );
            let instead = "the file was cut, damaged or changed by hand: fetch it again, or, if it is \
                           as it should be, take this line out";
            let place = Place { pointer: "/checksum".to_owned(), ..Place::line(line) };
            sink.note(Note::error(NoteCode::Invalid, place, detail, instead))?;
        }
        (self.sources, self.topics) = (0, 0);
        (self.is_open, self.has_unknown, self.has_ended) = (false, false, true);
        Ok(())
    }

    fn end(&self, sink: &mut dyn Sink) -> Result<(), Stopped> {
        if !self.is_open {
            return Ok(());
        }
        let detail = "the last line is no checksum";
        let instead = "what is there was read; the file may be cut short";
        sink.note(Note::warning(NoteCode::Incomplete, Place::default(), detail, instead))
    }
}

const LEFT_OUT: &str = "the line is left out";

/// The column of a byte of a line.
fn column(text: &str, offset: usize) -> u64 {
    let before = text.get(..offset).unwrap_or(text).chars().count();
    u64::try_from(before).unwrap_or(u64::MAX).saturating_add(1)
}

/// A note on a place of a line.
fn placed(
    fault: Fault,
    line: u64,
    text: &str,
    note: impl Fn(Fault, super::Location) -> Note,
) -> Note {
    let wanted: [Wanted; 1] = [wanted(&fault)];
    let offset = json::locate(text, &wanted).into_iter().next().unwrap_or_default();
    let column = column(text, offset);
    note(fault, super::Location { line, column })
}
