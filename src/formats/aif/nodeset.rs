//! A nodeset as the file has it: its frame, and the elements of its lists.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::keeping::{Bond, Item};
use crate::domain::input::At;
use crate::formats::note::{Note, NoteCode};
use crate::formats::place::Place;

/// The field of an export that holds what AIF cannot. AIF tools leave it alone.
pub(super) const EXTRA: &str = "debatebase";

/// A nodeset, taken apart.
#[derive(Debug, Default)]
pub(super) struct Nodeset {
    /// The whole object, its lists emptied.
    pub frame: Value,
    /// What the field `AIF` is: absent, an object, null, or a text.
    pub wrapping: Option<&'static str>,
    /// What an export of this program said that AIF cannot.
    pub extra: Map<String, Value>,
    /// The nodes that can be told apart, in the order of the file.
    pub nodes: Vec<Node>,
    /// The edges between them, no two with the same ends.
    pub edges: Vec<Edge>,
    /// Everything else.
    pub items: Vec<Item>,
    /// Where the lists stand.
    base: &'static str,
}

/// A node.
#[derive(Debug)]
pub(super) struct Node {
    pub index: usize,
    pub id: String,
    pub kind: Kind,
    pub value: Value,
}

/// An edge between two nodes, which are named by their places in [`Nodeset::nodes`].
#[derive(Debug)]
pub(super) struct Edge {
    pub index: usize,
    pub from: usize,
    pub to: usize,
    pub value: Value,
}

/// What kind of node it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Information,
    Inference,
    Conflict,
    Rephrase,
    Locution,
    Transition,
    Illocution,
    Preference,
    Unknown,
}

impl Kind {
    fn of(word: &str) -> Self {
        match word {
            "I" => Self::Information,
            "RA" => Self::Inference,
            "CA" => Self::Conflict,
            "MA" => Self::Rephrase,
            "L" => Self::Locution,
            "TA" => Self::Transition,
            "YA" => Self::Illocution,
            "PA" => Self::Preference,
            _ => Self::Unknown,
        }
    }

    /// Whether it can become a relation.
    pub(super) fn relates(self) -> bool {
        matches!(self, Self::Inference | Self::Conflict | Self::Rephrase)
    }

    /// Whether it is of the dialogue.
    pub(super) fn is_speech(self) -> bool {
        matches!(self, Self::Locution | Self::Transition | Self::Illocution)
    }
}

/// An id, however it is written.
pub(super) fn id(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

impl Node {
    /// The text of a field; empty where there is none.
    pub(super) fn text(&self, name: &str) -> String {
        text(&self.value, name)
    }
}

pub(super) fn text(value: &Value, name: &str) -> String {
    match value.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

impl Nodeset {
    /// Takes an object apart.
    pub(super) fn open(value: Value, notes: &mut Vec<Note>) -> Option<Self> {
        let Value::Object(mut top) = value else {
            let detail = "is no JSON object with `nodes` and `edges`, nor one with `AIF`";
            notes.push(Note::error(NoteCode::Malformed, Place::default(), detail, ""));
            return None;
        };
        let mut this = Self::default();
        if let Some(Value::Object(extra)) = top.shift_remove(EXTRA) {
            this.extra = extra;
        }
        let mut lists = Lists::default();
        if let Some(inner) = top.get_mut("AIF") {
            this.base = "/AIF";
            this.wrapping = Some(match inner {
                Value::String(_) => "text",
                Value::Null => "null",
                Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => "object",
            });
            if let Value::String(text) = inner {
                *inner = match crate::formats::json::parse(text, super::MOST_VALUES) {
                    Ok((value, _)) => value,
                    Err(error) => {
                        let detail = format!("the text of `AIF` is no JSON: {error}");
                        let place = pointed("/AIF".to_owned());
                        notes.push(Note::error(NoteCode::Malformed, place, detail, ""));
                        return None;
                    }
                };
            }
            match inner {
                Value::Object(inner) => lists.take(inner, ""),
                Value::Null => *inner = Value::Object(Map::new()),
                Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                    let place = pointed("/AIF".to_owned());
                    notes.push(Note::error(NoteCode::Malformed, place, "is no JSON object", ""));
                    return None;
                }
            }
            let inner = top.get("AIF").cloned();
            lists.take(&mut top, "/");
            top.extend(inner.map(|inner| ("AIF".to_owned(), inner)));
        } else if top.contains_key("nodes") || top.contains_key("edges") {
            lists.take(&mut top, "");
        } else {
            let detail = "has neither `nodes` and `edges` nor `AIF`";
            notes.push(Note::error(NoteCode::Malformed, Place::default(), detail, ""));
            return None;
        }
        this.frame = Value::Object(top);
        for name in ["nodes", "edges"] {
            let body = this.frame.pointer(this.base).and_then(|it| it.get(name));
            if body.is_some_and(|list| !list.is_array() && !list.is_null()) {
                let place = pointed(format!("{}/{name}", this.base));
                let detail = format!("`{name}` is no list");
                let instead = "it was kept aside, as if it were empty";
                notes.push(Note::warning(NoteCode::Malformed, place, detail, instead));
            }
        }
        let by_id = this.read_nodes(lists.nodes, notes);
        this.read_edges(lists.edges, &by_id, notes);
        for item in lists.others {
            let named = id(item.value.get("nodeID"));
            let is_loose = named.is_some_and(|id| !by_id.contains_key(&id));
            let bond = if is_loose { Bond::Loose } else { Bond::Fits };
            this.items.push(Item { bond, ..item });
        }
        Some(this)
    }

    /// Where an element of a list stands.
    pub(super) fn place(&self, list: &str, index: usize) -> Place {
        pointed(At::Pointer(&format!("{}/{list}", self.base)).item(index).to_string())
    }

    /// Where a node stands.
    pub(super) fn place_of(&self, node: &Node) -> Place {
        self.place("nodes", node.index).with_id(&node.id)
    }

    fn read_nodes(&mut self, list: Vec<Value>, notes: &mut Vec<Note>) -> HashMap<String, usize> {
        let mut by_id: HashMap<String, usize> = HashMap::new();
        for (index, value) in list.into_iter().enumerate() {
            let place = self.place("nodes", index);
            let detail = match id(value.get("nodeID")) {
                None => "is a node without an id".to_owned(),
                Some(id) if by_id.contains_key(&id) => {
                    let place = place.with_id(&id);
                    let detail = "another node before it has the same id";
                    let instead = "the first one counts; this one was kept aside";
                    notes.push(Note::warning(NoteCode::Repeated, place, detail, instead));
                    self.aside("nodes", index, value, Bond::Loose);
                    continue;
                }
                Some(id) => {
                    by_id.insert(id.clone(), self.nodes.len());
                    let kind = Kind::of(&text(&value, "type"));
                    if matches!(kind, Kind::Preference | Kind::Unknown) {
                        let place = place.with_id(&id);
                        let detail =
                            format!("a node of type `{}` has no place here", text(&value, "type"));
                        let instead = "it was kept aside with its edges";
                        notes.push(Note::warning(NoteCode::KeptAside, place, detail, instead));
                    }
                    self.nodes.push(Node { index, id, kind, value });
                    continue;
                }
            };
            notes.push(Note::warning(NoteCode::Malformed, place, detail, "it was kept aside"));
            self.aside("nodes", index, value, Bond::Loose);
        }
        by_id
    }

    fn read_edges(
        &mut self,
        list: Vec<Value>,
        by_id: &HashMap<String, usize>,
        notes: &mut Vec<Note>,
    ) {
        let mut ends = HashSet::new();
        for (index, value) in list.into_iter().enumerate() {
            let end = |name: &str| id(value.get(name));
            let (from, to) = (end("fromID"), end("toID"));
            let known = |id: &Option<String>| id.as_ref().and_then(|id| by_id.get(id)).copied();
            let (code, detail, bond) = match (known(&from), known(&to)) {
                (Some(from), Some(to)) if from == to => {
                    let detail = "is an edge from a node to itself".to_owned();
                    (NoteCode::KeptAside, detail, Bond::Fits)
                }
                (Some(from), Some(to)) if !ends.insert((from, to)) => {
                    let detail = "another edge before it has the same ends".to_owned();
                    (NoteCode::Repeated, detail, Bond::Fits)
                }
                (Some(from), Some(to)) => {
                    self.edges.push(Edge { index, from, to, value });
                    continue;
                }
                _ => {
                    let name = |id: Option<String>| id.unwrap_or_else(|| "nothing".to_owned());
                    let detail = format!(
                        "the edge from {} to {} has an end that is no node of the file",
                        name(from),
                        name(to)
                    );
                    (NoteCode::Incomplete, detail, Bond::Loose)
                }
            };
            let mut place = self.place("edges", index);
            place.id = id(value.get("edgeID"));
            notes.push(Note::warning(code, place, detail, "it was kept aside"));
            self.aside("edges", index, value, bond);
        }
    }

    /// Keeps an element that takes no part in the debate.
    pub(super) fn aside(&mut self, list: &str, index: usize, value: Value, bond: Bond) {
        self.items.push(Item { list: list.to_owned(), index, bond, value });
    }
}

/// The lists of a nodeset.
#[derive(Debug, Default)]
struct Lists {
    nodes: Vec<Value>,
    edges: Vec<Value>,
    others: Vec<Item>,
}

impl Lists {
    /// Empties the lists of an object.
    fn take(&mut self, object: &mut Map<String, Value>, prefix: &str) {
        for (name, value) in object {
            let Value::Array(list) = value else { continue };
            let elements = std::mem::take(list);
            match name.as_str() {
                "nodes" if prefix.is_empty() => self.nodes = elements,
                "edges" if prefix.is_empty() => self.edges = elements,
                _ => {
                    let list = format!("{prefix}{name}");
                    let items = elements.into_iter().enumerate().map(|(index, value)| Item {
                        list: list.clone(),
                        index,
                        bond: Bond::Fits,
                        value,
                    });
                    self.others.extend(items);
                }
            }
        }
    }
}

fn pointed(pointer: String) -> Place {
    Place { pointer, ..Place::default() }
}
