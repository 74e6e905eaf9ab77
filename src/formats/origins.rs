//! What a format keeps in the `origin` of a record, and finds there again.

use serde_json::{Map, Value, json};

/// The most bytes of what is kept in one origin. The rest of what fits is for the frame around it.
pub const ROOM: usize = 950_000;

/// Fields for an origin, as long as there is room.
#[derive(Debug, Default)]
pub struct Filling {
    /// What it has so far.
    pub fields: Map<String, Value>,
    bytes: usize,
}

impl Filling {
    /// Adds a field, if there is room.
    pub fn put(&mut self, name: &str, value: Value) -> bool {
        let has_room = self.take_room(value.to_string().len() + name.len() + 4);
        if has_room {
            self.fields.insert(name.to_owned(), value);
        }
        has_room
    }

    /// Takes room for so many bytes, if there is as much.
    pub fn take_room(&mut self, bytes: usize) -> bool {
        let has_room = self.bytes + bytes <= ROOM;
        if has_room {
            self.bytes += bytes;
        }
        has_room
    }
}

/// The same value without U+0000, which PostgreSQL cannot hold.
pub fn storable(value: Value) -> Value {
    let is_wrapped_anyway =
        value.as_object().is_some_and(|it| it.len() == 1 && it.contains_key("json"));
    if is_wrapped_anyway || value.to_string().contains("\\u0000") { wrapped(&value) } else { value }
}

/// The same value as the text of its JSON.
pub fn wrapped(value: &Value) -> Value {
    json!({ "json": value.to_string() })
}

/// The value that [`storable`] or [`wrapped`] made of it.
pub fn restored(value: &Value) -> Value {
    let text = value.as_object().filter(|it| it.len() == 1).and_then(|it| it.get("json")?.as_str());
    text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_else(|| value.clone())
}
