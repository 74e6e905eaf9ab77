//! Reading sources.

use serde_json::Value;

use super::Files;
use super::fields::{self, open, optional};
use crate::domain::input::{At, FaultCode, Faults, FromJson, Listed, Object};
use crate::domain::quote::SourceText;
use crate::domain::text::Name;
use crate::formats::document::SourceRecord;
use crate::formats::place::Place;

pub(super) const FIELDS: &[&str] = &[
    "slug",
    "title",
    "authors",
    "publisher",
    "published_on",
    "url",
    "licence",
    "text_file",
    "text",
    "origin",
];

/// The authors of a source, none of them twice.
type Authors = Listed<Name, 0, { super::MAX_AUTHORS }>;

/// Reads a source. `None` means that a fault was recorded.
pub(super) fn read(
    value: Value,
    at: &At<'_>,
    files: Files<'_>,
    faults: &mut Faults,
) -> Option<SourceRecord> {
    let mut fields = open(value, at, FIELDS, faults)?;
    // Every field is read before the first missing one ends the reading.
    let slug = fields.take("slug", faults);
    let title = fields.take("title", faults);
    let authors: Option<Authors> = optional(&mut fields, "authors", faults);
    let publisher = fields.take("publisher", faults);
    let published_on = fields.take("published_on", faults);
    let url = fields.take("url", faults);
    let licence = fields.take("licence", faults);
    let text = text(&mut fields, at, files, faults);
    let origin = fields::origin(&mut fields, at, faults);
    Some(SourceRecord {
        at: Place::from(at),
        slug: slug?,
        title: title?,
        authors: authors.map_or_else(Vec::new, Listed::into_vec),
        publisher: publisher?,
        published_on: published_on?,
        url: url?,
        licence: licence?,
        text,
        origin,
    })
}

/// The text: in the document or in a file beside it.
fn text(
    fields: &mut Object<'_>,
    at: &At<'_>,
    files: Files<'_>,
    faults: &mut Faults,
) -> Option<SourceText> {
    let text: Option<SourceText> = optional(fields, "text", faults);
    let Some(name) = optional::<String>(fields, "text_file", faults) else { return text };
    let at = at.field("text_file");
    if text.is_some() {
        faults.push(&at, FaultCode::NotAllowed, "is one text too many: `text` is given as well");
        return None;
    }
    if !is_beside(&name) {
        let detail = "must be the name of a file beside the document, such as essay.txt";
        faults.push(&at, FaultCode::BadFormat, detail);
        return None;
    }
    match files(&name) {
        Ok(text) => SourceText::from_json(Value::String(text), &at, faults),
        Err(error) => {
            faults.push(&at, FaultCode::NotFound, error);
            None
        }
    }
}

/// Whether a name leads to the document's own folder or below it, on every system.
fn is_beside(name: &str) -> bool {
    let is_step = |step: &str| !matches!(step, "" | "." | "..");
    name.chars().count() <= super::MAX_FILE_NAME
        && name.split('/').all(is_step)
        && !name.contains(['\\', ':'])
        && !name.contains(char::is_control)
}
