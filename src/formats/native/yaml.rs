//! YAML (1.2, core schema) as a JSON value, with the line and column of every part of it.
//!
//! What a curator types stays text unless it is plainly a number, `true`, `false` or `null`: `no`,
//! `007` and `2024-07-23` are text. Anchors, aliases and tags are refused: a document needs none,
//! and without aliases no small file becomes a large value.

use std::{fmt, thread};

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy};
use serde_saphyr::{Error, MessageFormatter, Options, Spanned, UserMessageFormatter};

use super::locations::{Field, Inside, Location, Locations};

/// The most levels that mappings and lists may stand inside one another.
pub(super) const MAX_DEPTH: usize = 256;
/// The most values that a file may have, names of fields included: a debate of 60,000 arguments has
/// fewer. Each takes some hundred bytes of memory.
const MAX_NODES: usize = 1_000_000;
/// The longest name of a field, in bytes. Faults name the whole path to their place.
pub(super) const MAX_NAME: usize = 200;
/// The most bytes of text that a file may have in all its values.
const MAX_TEXT: usize = 64 * 1024 * 1024;
/// The parser recurses, and in a build without optimisation a level takes 40 KB of stack.
const STACK: usize = 64 * 1024 * MAX_DEPTH;

/// Why a text is not the YAML that is read here.
#[derive(Debug)]
pub(super) struct YamlFault {
    pub(super) location: Location,
    pub(super) detail: String,
}

/// Reads a text that holds one YAML document.
pub(super) fn parse(text: &str) -> Result<(Value, Locations), YamlFault> {
    // Threads of servers and tests have stacks of 2 MB, which is not enough for what is allowed.
    thread::scope(|scope| {
        let thread = thread::Builder::new().name("yaml".to_owned()).stack_size(STACK);
        let parsed = thread.spawn_scoped(scope, || {
            serde_saphyr::from_str_with_options::<Spanned<Node>>(text, options())
                .map_err(|error| fault(&error))
        });
        match parsed.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(parsed)) => parsed,
            Ok(Err(_)) | Err(_) => Err(YamlFault {
                location: Location { line: 1, column: 1 },
                detail: "could not be parsed: the parser failed, or the machine had no room for it"
                    .to_owned(),
            }),
        }
    })
    .map(|root| {
        (root.value.value, Locations { here: root.referenced.into(), inside: root.value.inside })
    })
}

fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: MAX_DEPTH,
            // Above what the scanner may look ahead, so that it is the line above that speaks.
            flow_nesting_limit: 2_000,
            max_nodes: MAX_NODES,
            // Each value is one event, and each list and mapping one more.
            max_events: 2 * MAX_NODES + 10,
            max_total_scalar_bytes: MAX_TEXT,
            max_documents: 1,
            max_anchors: 0,
            max_aliases: 0,
        },
        // Repeated fields are found below, all of them.
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::AsOrdinary,
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        reject_unsupported_tags: true,
        with_snippet: false,
    }
}

fn fault(error: &Error) -> YamlFault {
    let location = error.location().unwrap_or(serde_saphyr::Location::UNKNOWN).into();
    let detail = if let Error::Budget { breach, .. } = error {
        beyond(breach)
    } else if matches!(error, Error::UnknownAnchor { .. }) {
        format!("{NO_ALIASES}; put text that begins with * in quotes")
    } else {
        UserMessageFormatter.format_message(error).into_owned()
    };
    YamlFault { location, detail }
}

const NO_ALIASES: &str = "anchors (&) and aliases (*) are not used here";

/// What is too much of a document that goes beyond its bounds.
fn beyond(breach: &BudgetBreach) -> String {
    use BudgetBreach::{Aliases, Anchors, Depth, Documents, Events, Nodes};
    if matches!(breach, Anchors { .. } | Aliases { .. }) {
        format!("{NO_ALIASES}; name an argument by its slug")
    } else if matches!(breach, Documents { .. }) {
        "a second YAML document begins here; a file has one".to_owned()
    } else if matches!(breach, Depth { .. }) {
        format!("nests more than {MAX_DEPTH} levels deep")
    } else if matches!(breach, Nodes { .. } | Events { .. }) {
        format!("has more than {MAX_NODES} values; divide it into several files")
    } else {
        "is too large; divide it into several files".to_owned()
    }
}

/// A value, and the places of what is inside it.
#[derive(Debug)]
struct Node {
    value: Value,
    inside: Inside,
}

impl Node {
    fn scalar(value: impl Into<Value>) -> Self {
        Self { value: value.into(), inside: Inside::Nothing }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number, true, false, null, a list or a mapping")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::scalar(Value::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::scalar(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::scalar(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::scalar(value))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Node, E> {
        Number::from_f64(value).map(Node::scalar).ok_or_else(|| E::custom("is no finite number"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::scalar(text))
    }

    fn visit_string<E>(self, text: String) -> Result<Node, E> {
        Ok(Node::scalar(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let (mut values, mut places) = (Vec::new(), Vec::new());
        while let Some(item) = list.next_element::<Spanned<Node>>()? {
            values.push(item.value.value);
            places.push(Locations { here: item.referenced.into(), inside: item.value.inside });
        }
        Ok(Node { value: Value::Array(values), inside: Inside::Items(places) })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut mapping: A) -> Result<Node, A::Error> {
        let (mut values, mut places) = (Map::new(), Vec::new());
        while let Some(name) = mapping.next_key::<Spanned<String>>()? {
            if name.value.len() > MAX_NAME {
                let detail = format!("a field's name has at most {MAX_NAME} bytes");
                return Err(A::Error::custom(detail));
            }
            let item = mapping.next_value::<Spanned<Node>>()?;
            let is_repeated = values.contains_key(&name.value);
            places.push(Field {
                name: name.value.clone(),
                key: name.referenced.into(),
                value: Locations { here: item.referenced.into(), inside: item.value.inside },
                is_repeated,
            });
            if !is_repeated {
                values.insert(name.value, item.value.value);
            }
        }
        Ok(Node { value: Value::Object(values), inside: Inside::Fields(places) })
    }
}
