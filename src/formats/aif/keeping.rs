//! What of an AIF text the model has no place for, kept in `origin`, and found there again.
//!
//! The text is taken apart: a **frame** (the object with its lists emptied) stands in the topic's
//! origin; a node that became a record stands in that record's; every other element of a list is an
//! [`Item`] and stands in the topic's origin, or, where the 1,000,000 bytes of that are full, in
//! those of the records after it. Each has its place in its list, so that the lists come back in
//! their order.

use serde_json::{Map, Value, json};

use crate::domain::origin::{Fields, Origin};
use crate::domain::text::Name;
use crate::formats::origins::{Filling, restored, storable};

/// When an element goes back into an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bond {
    /// While the nodes that it names are there.
    Fits,
    /// Always: it named a node that was not there from the beginning.
    Loose,
    /// While a relation needs this edge.
    Relation,
}

/// An element of a list.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Item {
    /// The list: `nodes`, `edges`, `locutions`, or another one; `/` and the name for one outside of
    /// the field `AIF`.
    pub list: String,
    /// Its place there.
    pub index: usize,
    /// When it goes back.
    pub bond: Bond,
    /// The element.
    pub value: Value,
}

impl Item {
    fn to_json(&self) -> Value {
        let bond = match self.bond {
            Bond::Fits => "fits",
            Bond::Loose => "loose",
            Bond::Relation => "relation",
        };
        json!([self.list, self.index, bond, storable(self.value.clone())])
    }

    fn from_json(value: &Value) -> Option<Self> {
        let [list, index, bond, value] = value.as_array()?.as_slice() else { return None };
        Some(Self {
            list: list.as_str()?.to_owned(),
            index: usize::try_from(index.as_u64()?).ok()?,
            bond: match bond.as_str()? {
                "loose" => Bond::Loose,
                "relation" => Bond::Relation,
                _ => Bond::Fits,
            },
            value: restored(value),
        })
    }
}

/// What an origin holds, while it is put together.
#[derive(Debug, Default)]
pub(super) struct Kept {
    id: Option<String>,
    filling: Filling,
    items: Vec<Value>,
}

impl Kept {
    /// Of a record that was this in the file.
    pub(super) fn of_id(id: &str) -> Self {
        Self { id: Some(id.to_owned()), ..Self::default() }
    }

    /// Adds a field, if there is room.
    pub(super) fn put(&mut self, name: &str, value: &Value) -> bool {
        self.filling.put(name, storable(value.clone()))
    }

    /// Adds an item, if there is room.
    pub(super) fn put_item(&mut self, item: &Item) -> bool {
        let value = item.to_json();
        let has_room = self.filling.take_room(value.to_string().len() + 1);
        if has_room {
            self.items.push(value);
        }
        has_room
    }

    /// The origin.
    pub(super) fn into_origin(self, format: &str) -> Option<Origin> {
        let mut fields = self.filling.fields;
        if !self.items.is_empty() {
            fields.insert("items".to_owned(), Value::Array(self.items));
        }
        Some(Origin {
            format: Name::parse(format).ok()?,
            id: self.id.and_then(|id| Name::parse(&id).ok()),
            fields: Fields::of(fields),
        })
    }
}

/// What the origin of a record says, if it is of AIF.
#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    fields: Map<String, Value>,
    id: Option<String>,
}

impl Found {
    pub(super) fn of(origin: Option<&Origin>) -> Self {
        let Some(origin) = origin.filter(|it| matches!(it.format.as_str(), "aif" | "xaif")) else {
            return Self::default();
        };
        Self { fields: origin.members(), id: origin.id.as_ref().map(ToString::to_string) }
    }

    pub(super) fn field(&self, name: &str) -> Option<Value> {
        self.fields.get(name).map(restored)
    }

    pub(super) fn node(&self) -> Option<Map<String, Value>> {
        match self.field("node")? {
            Value::Object(node) => Some(node),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => None,
        }
    }

    /// The id of its node.
    pub(super) fn id(&self) -> Option<String> {
        let of_node = self.node().and_then(|node| super::nodeset::id(node.get("nodeID")));
        of_node.or_else(|| self.id.clone())
    }

    /// Its place among the nodes.
    pub(super) fn index(&self) -> Option<usize> {
        self.fields.get("at").and_then(Value::as_u64).and_then(|at| usize::try_from(at).ok())
    }

    pub(super) fn is_made(&self) -> bool {
        self.fields.contains_key("made")
    }

    pub(super) fn items(&self) -> Vec<Item> {
        let items = self.fields.get("items").and_then(Value::as_array);
        items.into_iter().flatten().filter_map(Item::from_json).collect()
    }
}
