//! An argument as the corpus has it, checked.

use serde_json::{Map, Value};

use super::keeping;
use crate::domain::input::{At, FaultCode, Faults};
use crate::domain::kinds::RelationKind;
use crate::formats::note::{Note, NoteCode};
use crate::formats::place::Place;

/// An argument: a conclusion and what is said for or against it.
#[derive(Debug, Clone)]
pub(super) struct Argument {
    /// Where it is written.
    pub place: Place,
    /// Its id; empty where it has none.
    pub id: String,
    /// What the premises bear on.
    pub conclusion: String,
    /// What bears on it.
    pub premises: Vec<Premise>,
    /// Where it was found.
    pub context: Map<String, Value>,
    /// Whether it says anything of where it was found.
    pub has_context: bool,
    /// Its other fields.
    pub rest: Map<String, Value>,
}

/// A premise.
#[derive(Debug, Clone)]
pub(super) struct Premise {
    /// Where it is written.
    pub place: Place,
    /// What it says.
    pub text: String,
    /// Which way it bears on the conclusion.
    pub kind: RelationKind,
    /// Its other fields.
    pub rest: Map<String, Value>,
}

/// The stance of a premise that bears so on the conclusion.
pub(super) fn stance(kind: RelationKind) -> &'static str {
    match kind {
        RelationKind::Attacks => "CON",
        RelationKind::Supports | RelationKind::Rephrases => "PRO",
    }
}

/// Reads an argument. One that is not as the format demands is left out, and every fault told.
pub(super) fn read(value: Value, place: &Place, notes: &mut Vec<Note>) -> Option<Argument> {
    let mut faults = Faults::default();
    let read = checked(value, place, &mut faults);
    let id = read.as_ref().map(|it| it.id.clone()).filter(|it| !it.is_empty());
    for fault in faults.into_vec() {
        let place = Place { pointer: fault.pointer, id: id.clone(), ..place.clone() };
        let instead = "the argument was left out";
        notes.push(Note::error(NoteCode::Malformed, place, fault.detail, instead));
    }
    read
}

fn checked(value: Value, place: &Place, faults: &mut Faults) -> Option<Argument> {
    let at = place.at();
    let Value::Object(mut rest) = value else { return faults.wrong_type(&at, "an object", &value) };
    // Removing a field must not change the order of those that stay.
    let mut take = |name: &str| rest.shift_remove(name);
    let id = take("id").map_or(Some(String::new()), |it| text(it, &at.field("id"), faults));
    let conclusion = needed(take("conclusion"), &at.field("conclusion"), faults);
    let conclusion = conclusion.and_then(|it| text(it, &at.field("conclusion"), faults));
    let premises = needed(take("premises"), &at.field("premises"), faults);
    let context = take("context").filter(|it| !it.is_null());
    let id_told = id.as_deref().filter(|it| !it.is_empty()).map(str::to_owned);
    let place = Place { id: id_told, ..place.clone() };
    let premises = premises.and_then(|it| list(it, &at.field("premises"), &place, faults));
    let has_context = context.is_some();
    let context = match context {
        None => Some(Map::new()),
        Some(Value::Object(fields)) => Some(fields),
        Some(other) => faults.wrong_type(&at.field("context"), "an object", &other),
    };
    Some(Argument {
        id: id?,
        conclusion: conclusion?,
        premises: premises?,
        context: context?,
        has_context,
        rest,
        place,
    })
}

fn needed(value: Option<Value>, at: &At<'_>, faults: &mut Faults) -> Option<Value> {
    if value.is_none() {
        faults.push(at, FaultCode::Missing, "is needed");
    }
    value
}

fn text(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<String> {
    let Value::String(text) = value else { return faults.wrong_type(at, "a string", &value) };
    Some(text)
}

fn list(value: Value, at: &At<'_>, place: &Place, faults: &mut Faults) -> Option<Vec<Premise>> {
    let Value::Array(items) = value else { return faults.wrong_type(at, "an array", &value) };
    let many = items.len();
    let items = items.into_iter().enumerate();
    let premises: Vec<Premise> =
        items.filter_map(|(index, it)| premise(it, &at.item(index), place, faults)).collect();
    (premises.len() == many).then_some(premises)
}

fn premise(value: Value, at: &At<'_>, place: &Place, faults: &mut Faults) -> Option<Premise> {
    let Value::Object(mut rest) = value else { return faults.wrong_type(at, "an object", &value) };
    let mut take = |name: &str| rest.shift_remove(name);
    let says = needed(take("text"), &at.field("text"), faults);
    let says = says.and_then(|it| text(it, &at.field("text"), faults));
    let stance = needed(take("stance"), &at.field("stance"), faults);
    let kind = stance.and_then(|it| kind(it, &at.field("stance"), faults));
    let place = Place { pointer: at.to_string(), ..place.clone() };
    Some(Premise { place, text: says?, kind: kind?, rest })
}

fn kind(stance: Value, at: &At<'_>, faults: &mut Faults) -> Option<RelationKind> {
    match text(stance, at, faults)?.as_str() {
        "PRO" => Some(RelationKind::Supports),
        "CON" => Some(RelationKind::Attacks),
        other => {
            let shown: String = other.chars().take(40).collect();
            let detail = format!("must be `PRO` or `CON`, not `{shown}`");
            faults.push(at, FaultCode::BadFormat, detail);
            None
        }
    }
}

/// The field of a context that names the topic, if one does.
pub(super) fn topic_field(context: &Map<String, Value>) -> Option<&'static str> {
    let says =
        |name: &&str| keeping::text_of(context, name).is_some_and(|it| !it.trim().is_empty());
    ["discussionTitle", "topic"].into_iter().find(says)
}

/// What the topic of an argument is called; the bool tells whether that had to be guessed.
pub(super) fn topic_title<'a>(
    context: &'a Map<String, Value>,
    conclusion: &'a str,
) -> (&'a str, bool) {
    if let Some(title) = topic_field(context).and_then(|it| keeping::text_of(context, it)) {
        return (title, false);
    }
    let title = keeping::text_of(context, "sourceTitle").filter(|it| !it.trim().is_empty());
    (title.unwrap_or(conclusion), true)
}
