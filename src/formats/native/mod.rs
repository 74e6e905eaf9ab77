//! The native format: a debate as a YAML file that a curator enjoys writing.
//!
//! `yaml` makes a JSON value of the text and remembers where each part stands; `sources`, `topics`
//! and `items` read that value into drafts; `resolve` gives the drafts their slugs, looks up the
//! names they use, and makes the [`Document`]. Every fault of a file is named, with line and
//! column. [`SCHEMA`] says the same of the format to an editor.

mod draft;
mod fields;
mod items;
mod locations;
mod resolve;
mod sources;
mod topics;
mod yaml;

#[cfg(test)]
mod tests;

use std::fmt;

use serde_json::Value;

use super::document::{Document, SourceRecord};
use super::note::{Note, NoteCode};
use super::place::Place;
use super::reading::{self, Files, Input, Sink, Stopped};
use super::recognising::Beginning;
use super::{Format, Reader};
use crate::domain::input::{At, Fault, FaultCode, Faults};
pub use locations::{Location, Locations};

/// The version of the format that is read here: the value of the field `debatebase`.
pub const VERSION: u64 = 1;

/// The JSON Schema (draft 2020-12) of the format, for editors and validators.
pub const SCHEMA: &str = include_str!("schema.json");

/// The most authors that a source may have.
pub const MAX_AUTHORS: usize = 100;
/// The most tags that a topic may have.
pub const MAX_TAGS: usize = 50;
/// The most arguments that may be linked into one relation.
pub const MAX_LINKED: usize = 50;
/// The most levels on which items may stand under one another.
pub const MAX_LEVELS: usize = 100;
/// The longest name of a text's file, in characters.
pub const MAX_FILE_NAME: usize = 300;

/// A document that was read, and where each part of it stands.
#[derive(Debug)]
pub struct Parsed {
    /// What the file holds.
    pub document: Document,
    /// Where it stands.
    pub locations: Locations,
}

impl Parsed {
    /// Shows a fault that was found later, such as a quote that does not stand in its text.
    pub fn locate(&self, fault: Fault) -> FileFault {
        FileFault::new(fault, &self.locations)
    }
}

/// What is wrong with one place of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFault {
    /// Where it stands.
    pub location: Location,
    /// The same as a JSON Pointer; the empty string is the whole file.
    pub pointer: String,
    /// What is wrong, for programs.
    pub code: FaultCode,
    /// What is wrong and how to mend it, for people.
    pub detail: String,
}

impl FileFault {
    fn new(fault: Fault, locations: &Locations) -> Self {
        // Of an unknown field the name is at fault, of any other its value.
        let location = if fault.code == FaultCode::Unknown {
            locations.of_name(&fault.pointer)
        } else {
            locations.of_value(&fault.pointer)
        };
        let detail = if fault.code == FaultCode::WrongType {
            in_words_of_yaml(&fault.detail)
        } else {
            fault.detail
        };
        Self { location, pointer: fault.pointer, code: fault.code, detail }
    }
}

/// What the domain says of a JSON type, as a curator says it.
fn in_words_of_yaml(detail: &str) -> String {
    let detail = detail.replace("an array", "a list").replace("an object", "a mapping");
    let is_bare = detail.ends_with("a number") || detail.ends_with("a boolean");
    if is_bare && detail.starts_with("must be a string") {
        return format!("{detail}; put it in quotes to make it text");
    }
    detail
}

impl fmt::Display for FileFault {
    /// As in `line 12, column 5: claim: is needed`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_name = |segment: &&str| segment.parse::<usize>().is_err();
        match self.pointer.split('/').skip(1).filter(is_name).last() {
            Some(name) => write!(f, "{}: {name}: {}", self.location, self.detail),
            None => write!(f, "{}: {}", self.location, self.detail),
        }
    }
}

/// Reads a document. Its faults come in the order of the file.
pub fn read(text: &str, files: Files<'_>) -> Result<Parsed, Vec<FileFault>> {
    // Some editors begin a file with a byte order mark, which is no part of its first column.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (value, locations) = yaml::parse(text).map_err(|fault| {
        let (location, detail) = (fault.location, fault.detail);
        vec![FileFault { location, pointer: String::new(), code: FaultCode::BadFormat, detail }]
    })?;
    let mut faults = Faults::default();
    let document = document(value, files, &mut faults);
    let mut found: Vec<FileFault> =
        faults.into_vec().into_iter().map(|fault| FileFault::new(fault, &locations)).collect();
    locations.push_repeated(&At::Root, &mut found);
    match document {
        Some(document) if found.is_empty() => Ok(Parsed { document, locations }),
        _ => {
            found.sort_by_key(|fault| fault.location);
            Err(found)
        }
    }
}

fn document(value: Value, files: Files<'_>, faults: &mut Faults) -> Option<Document> {
    let root = At::Root;
    if value.is_null() {
        faults.push(&root, FaultCode::Missing, "is empty; a document begins with `debatebase: 1`");
        return None;
    }
    let known = &["debatebase", "sources", "topics"];
    if !is_version_known(&value, faults) {
        return None;
    }
    let mut fields = fields::open(value, &root, known, faults)?;
    let version: Option<fields::Raw> = fields.take("debatebase", faults);
    let sources_at = root.field("sources");
    let mut sources = Vec::new();
    for (index, source) in fields::list(&mut fields, "sources", faults).into_iter().enumerate() {
        if faults.len() < fields::MANY_FAULTS {
            sources.push(sources::read(source, &sources_at.item(index), files, faults));
        }
    }
    let given =
        sources.iter().flatten().map(|source: &SourceRecord| (Some(&source.slug), &source.at));
    resolve::claim("source of this document", "slug", given, faults);
    let topics_at = root.field("topics");
    let mut topics = Vec::new();
    for (index, topic) in fields::list(&mut fields, "topics", faults).into_iter().enumerate() {
        if faults.len() < fields::MANY_FAULTS {
            topics.extend(topics::read(topic, &topics_at.item(index), faults));
        }
    }
    let topics = resolve::topics(topics, faults);
    version?;
    let sources: Vec<SourceRecord> = sources.into_iter().collect::<Option<_>>()?;
    Some(Document { sources, topics: topics? })
}

/// Whether the document does not say that it is of another version. Of one that is, nothing more
/// can be said.
fn is_version_known(value: &Value, faults: &mut Faults) -> bool {
    let version = value.get("debatebase").filter(|version| !version.is_null());
    if version.is_none_or(|version| version.as_u64() == Some(VERSION)) {
        return true;
    }
    let detail = format!("must be {VERSION}: no other version of the format is known here");
    faults.push(&At::Root.field("debatebase"), FaultCode::NotAllowed, detail);
    false
}

/// The native format as YAML.
#[derive(Debug)]
pub struct Yaml;

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
}

impl Reader for Yaml {
    fn read(&self, input: &mut Input<'_>, sink: &mut dyn Sink) -> Result<(), Stopped> {
        let Some(text) = reading::whole_text(input, sink)? else { return Ok(()) };
        match read(&text, input.files) {
            Ok(parsed) => sink.piece(parsed.document),
            Err(faults) => faults.into_iter().try_for_each(|fault| {
                let place = Place {
                    pointer: fault.pointer,
                    line: Some(fault.location.line),
                    column: Some(fault.location.column),
                    id: None,
                };
                sink.note(Note::error(NoteCode::Invalid, place, fault.detail, ""))
            }),
        }
    }
}
