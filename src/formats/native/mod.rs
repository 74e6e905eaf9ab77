//! The native format: a debate as a YAML file that a curator enjoys writing, the same as JSON for
//! programs, and as a stream of lines for any number of debates.
//!
//! `yaml` and `json` make a JSON value of a text and tell where each part stands; `sources`,
//! `topics`, `items` and `relations` read that value into drafts; `resolve` gives the drafts their
//! slugs, looks up the names they use, and makes the records; `documents` keeps what is faulty away
//! from what is not. Every fault of a file is named, with line and column. [`SCHEMA`] says the same
//! of the format to an editor. `flat` and `nested` write.

pub mod ndjson;

mod documents;
mod draft;
mod fields;
mod flat;
mod items;
mod json;
mod locations;
mod nested;
mod relations;
mod resolve;
mod scalars;
mod sources;
mod topics;
mod whole;
mod yaml;

#[cfg(test)]
mod tests;

use std::fmt;

use super::document::Document;
use super::reading::Files;
use crate::domain::input::{At, Fault, FaultCode, Faults};
pub use locations::{Location, Locations};
pub use ndjson::Ndjson;
pub use whole::{Json, Yaml};

/// The version of the format that is read here: the value of the field `debatebase`.
pub const VERSION: u64 = 1;

/// The JSON Schema (draft 2020-12) of the format, for editors and validators.
pub const SCHEMA: &str = include_str!("schema.json");

/// The most authors that a source may have.
pub const MAX_AUTHORS: usize = 100;
/// The most tags that a topic may have.
pub const MAX_TAGS: usize = 50;
/// The most arguments that may be linked into one relation.
pub const MAX_LINKED: usize = 32_000;
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

/// Reads a document that must have no fault. The faults come in the order of the file.
pub fn read(text: &str, files: Files<'_>) -> Result<Parsed, Vec<FileFault>> {
    let (outcome, locations, mut faults) = read_yaml(text, files).map_err(|fault| vec![fault])?;
    if faults.is_empty() && outcome.consequences.is_empty() {
        return Ok(Parsed { document: outcome.document, locations });
    }
    faults.truncate(Faults::MOST);
    Err(faults)
}

/// Reads what of a document can be read. The faults come in the order of the file. An error says
/// why it cannot be read at all.
fn read_yaml(
    text: &str,
    files: Files<'_>,
) -> Result<(documents::Outcome, Locations, Vec<FileFault>), FileFault> {
    // Some editors begin a file with a byte order mark, which is no part of its first column.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (value, locations) = yaml::parse(text).map_err(|fault| {
        let (location, detail) = (fault.location, fault.detail);
        FileFault { location, pointer: String::new(), code: FaultCode::BadFormat, detail }
    })?;
    let mut found = Vec::new();
    locations.push_repeated(&At::Root, &mut found);
    let repeated: Vec<String> = found.iter().map(|fault| fault.pointer.clone()).collect();
    let mut outcome = documents::read(value, &repeated, files);
    if repeated.len() >= json::MANY_REPEATED {
        // There may be more, in topics that look whole.
        outcome.document = Document::default();
    }
    let faults = std::mem::take(&mut outcome.faults).into_iter();
    found.extend(faults.map(|fault| FileFault::new(fault, &locations)));
    found.sort_by_key(|fault| fault.location);
    Ok((outcome, locations, found))
}
