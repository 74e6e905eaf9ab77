//! What of an argument the model has no place for, kept in the `origin` of its premise's record, and
//! found there again.
//!
//! | field | what it holds |
//! |---|---|
//! | `argument` | the fields of the argument but its id, conclusion and premises |
//! | `premise` | the fields of the premise but its text and stance |
//! | `conclusion`, `text` | what the records do not say exactly |
//! | `id` | an id that is longer than an origin's may be |
//! | `at` | which of several premises it is |
//! | `quoted` | the text of the source that is quoted is the `sourceText`: whether the offsets led to it |

use serde_json::{Map, Value};

use super::FORMAT;
use crate::domain::origin::{Fields, Origin};
use crate::domain::text::Name;
use crate::formats::note::{Note, NoteCode};
use crate::formats::origins::{Filling, restored, storable, wrapped};
use crate::formats::place::Place;
use crate::formats::taming;

/// The deepest nesting that is kept as it is. What is deeper is kept as text, so that whoever reads
/// the origin meets no bound.
const DEEPEST: usize = 32;

/// A text among fields.
pub(super) fn text_of<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    fields.get(name).and_then(Value::as_str)
}

/// What an origin holds, while it is put together.
#[derive(Debug, Default)]
pub(super) struct Kept {
    id: Option<Name>,
    filling: Filling,
}

impl Kept {
    /// Of what has this id in the file.
    pub(super) fn of_id(id: &str) -> Self {
        let name = Name::parse(id).ok().filter(|it| it.as_str() == id);
        let mut kept = Self { id: name, ..Self::default() };
        if kept.id.is_none() && !id.is_empty() {
            kept.put("id", taming::kept(id));
        }
        kept
    }

    /// Adds a field, if there is room.
    pub(super) fn put(&mut self, name: &str, value: Value) -> bool {
        self.filling.put(name, value)
    }

    /// Adds a text exactly as it is.
    pub(super) fn put_text(&mut self, name: &str, text: &str, at: &Place, notes: &mut Vec<Note>) {
        if !self.put(name, taming::kept(text)) {
            notes.push(too_large(name, at));
        }
    }

    /// Adds fields, if there are any. Where they are too large, the largest are left out.
    pub(super) fn put_fields(
        &mut self,
        name: &str,
        mut fields: Map<String, Value>,
        at: &Place,
        notes: &mut Vec<Note>,
    ) {
        while !fields.is_empty()
            && !self.put(name, storable_and_flat(Value::Object(fields.clone())))
        {
            let Some(gone) = remove_largest(&mut fields) else { return };
            notes.push(too_large(&gone, at));
        }
    }

    /// The origin.
    pub(super) fn into_origin(self) -> Option<Origin> {
        let fields = self.filling.fields;
        let fields = if fields.is_empty() { None } else { Fields::of(fields) };
        Some(Origin { format: Name::parse(FORMAT).ok()?, id: self.id, fields })
    }
}

fn too_large(name: &str, at: &Place) -> Note {
    let detail = format!("`{name}` is larger than what can be kept aside");
    Note::warning(NoteCode::LeftOut, at.clone(), detail, "it is left out")
}

/// Removes the largest field, of the context if that is the largest.
fn remove_largest(fields: &mut Map<String, Value>) -> Option<String> {
    let size = |(name, value): &(&String, &Value)| name.len() + value.to_string().len();
    let largest = fields.iter().max_by_key(size).map(|(name, _)| name.clone())?;
    if let Some(Value::Object(within)) = fields.get_mut(&largest)
        && within.len() > 1
    {
        return remove_largest(within);
    }
    fields.shift_remove(&largest);
    Some(largest)
}

/// The same value as PostgreSQL and every reader can hold it: without U+0000, and not deep.
fn storable_and_flat(value: Value) -> Value {
    if is_deeper(&value, DEEPEST) { wrapped(&value) } else { storable(value) }
}

fn is_deeper(value: &Value, than: usize) -> bool {
    let Some(less) = than.checked_sub(1) else { return true };
    match value {
        Value::Array(items) => items.iter().any(|it| is_deeper(it, less)),
        Value::Object(fields) => fields.values().any(|it| is_deeper(it, less)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// What the origin of a record says, if it is of this format.
#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    fields: Map<String, Value>,
    id: Option<String>,
    /// Whether there is an origin of this format.
    pub is_there: bool,
}

impl Found {
    pub(super) fn of(origin: Option<&Origin>) -> Self {
        let Some(origin) = origin.filter(|it| it.format.as_str() == FORMAT) else {
            return Self::default();
        };
        let fields = origin.members();
        let id = origin.id.as_ref().map(ToString::to_string);
        let id = id.or_else(|| fields.get("id").and_then(taming::exactly));
        Self { fields, id, is_there: true }
    }

    /// The id of the argument.
    pub(super) fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// A text that was kept.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.fields.get(name).and_then(taming::exactly)
    }

    /// Fields that were kept.
    pub(super) fn fields(&self, name: &str) -> Map<String, Value> {
        match self.fields.get(name).map(restored) {
            Some(Value::Object(fields)) => fields,
            _ => Map::new(),
        }
    }

    /// Which of several premises it is.
    pub(super) fn at(&self) -> Option<u64> {
        self.fields.get("at").and_then(Value::as_u64)
    }

    /// Whether the text of the context is that of the source that is quoted, and if so, whether the
    /// offsets led to the premise.
    pub(super) fn quoted(&self) -> Option<bool> {
        self.fields.get("quoted").and_then(Value::as_bool)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::formats::origins::ROOM;

    fn fields(value: Value) -> Map<String, Value> {
        let Value::Object(fields) = value else { panic!("no object") };
        fields
    }

    #[test]
    fn whatever_was_kept_is_found_again() {
        let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
        for value in [json!({"a": "b\0"}), json!({"json": "{}"}), json!({ "deep": deep })] {
            let mut notes = Vec::new();
            let mut kept = Kept::of_id(&"i".repeat(1_000));
            kept.put_fields("argument", fields(value.clone()), &Place::default(), &mut notes);
            kept.put_text("text", "a\0b", &Place::default(), &mut notes);

            let found = Found::of(kept.into_origin().as_ref());

            assert_eq!(Value::Object(found.fields("argument")), value);
            assert_eq!(found.text("text").unwrap(), "a\0b");
            assert_eq!(found.id().unwrap().len(), 1_000);
            assert!(notes.is_empty());
        }
    }

    #[test]
    fn of_too_much_the_largest_is_left_out_and_told() {
        let (mut notes, mut kept) = (Vec::new(), Kept::of_id("a"));
        let context = json!({"topic": "t", "sourceText": "x".repeat(ROOM), "mode": "m"});
        let whole = json!({"context": context, "other": 1});
        kept.put_fields("argument", fields(whole), &Place::default(), &mut notes);

        let found = Found::of(kept.into_origin().as_ref());

        let context = json!({"topic": "t", "mode": "m"});
        assert_eq!(
            Value::Object(found.fields("argument")),
            json!({"context": context, "other": 1})
        );
        assert_eq!(notes.len(), 1);
        assert!(notes[0].detail.contains("sourceText"));
    }
}
