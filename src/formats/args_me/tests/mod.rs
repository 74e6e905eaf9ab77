mod hostile;
mod laws;
mod samples;

use serde_json::Value;

use super::*;
use crate::formats::document::{ArgumentRecord, Document, TopicRecord};
use crate::formats::note::{Note, NoteCode, Severity};
use crate::formats::reading::{Collected, no_files};

const REAL: &str = include_str!("../../../../tests/data/args-me/two-real-records.json");
const QUOTED: &str = include_str!("../../../../tests/data/args-me/quoted.json");

fn read_bytes(bytes: &[u8]) -> Collected {
    let mut bytes = bytes;
    let mut input = Input { bytes: &mut bytes, name: Some("file"), files: &no_files };
    let mut sink = Collected::default();
    ArgsMe.read(&mut input, &mut sink).unwrap();
    sink
}

fn read(text: &str) -> Collected {
    read_bytes(text.as_bytes())
}

/// The document with the pieces of each topic put together, as an import does.
fn gathered(document: Document) -> Document {
    let mut whole = Document::default();
    for source in document.sources {
        if !whole.sources.iter().any(|it| it.slug == source.slug) {
            whole.sources.push(source);
        }
    }
    for piece in document.topics {
        let own = whole.topics.iter_mut().find(|it| it.slug == piece.slug);
        let Some(own) = own else {
            whole.topics.push(piece);
            continue;
        };
        assert_eq!((&own.title, &own.origin), (&piece.title, &piece.origin));
        for position in piece.positions {
            if !own.positions.iter().any(|it| it.slug == position.slug) {
                own.positions.push(position);
            }
        }
        own.arguments.extend(piece.arguments);
        own.relations.extend(piece.relations);
        own.citations.extend(piece.citations);
    }
    whole
}

/// What is written of all topics, argument by argument, and what is lost on the way.
fn written(document: &Document) -> (Vec<Value>, Vec<Note>) {
    let (mut arguments, mut losses) = (Vec::new(), Vec::new());
    for topic in &document.topics {
        let cited = |slug| topic.citations.iter().any(|it| it.source == slug);
        let sources = document.sources.iter().filter(|it| cited(it.slug.clone()));
        let sources: Vec<_> = sources.cloned().collect();
        let text = ArgsMe.write(&Debate { topic, sources: &sources }, &mut losses);
        let Value::Object(mut whole) = serde_json::from_str(&text).unwrap() else { panic!() };
        let Some(Value::Array(list)) = whole.remove("arguments") else { panic!() };
        arguments.extend(list);
    }
    (arguments, losses)
}

fn arguments_of(text: &str) -> Vec<Value> {
    let Value::Object(mut whole) = serde_json::from_str(text).unwrap() else { panic!() };
    let Some(Value::Array(list)) = whole.remove("arguments") else { panic!() };
    list
}

fn sorted(mut arguments: Vec<Value>) -> Vec<Value> {
    arguments.sort_by_key(|it| it["id"].to_string());
    arguments
}

fn argument<'d>(document: &'d Document, slug: &str) -> (&'d TopicRecord, &'d ArgumentRecord) {
    let found = document.topics.iter().find_map(|topic| {
        Some((topic, topic.arguments.iter().find(|it| it.slug.as_str() == slug)?))
    });
    found.unwrap_or_else(|| panic!("there is no {slug}: {document:#?}"))
}

/// An argument of a topic of its own, as JSON.
fn json_of(id: &str, text: &str) -> String {
    format!(
        r#"{{"id":"{id}","conclusion":"c","premises":[{{"text":"{text}","stance":"PRO"}}],"context":{{"topic":"t"}}}}"#
    )
}

fn told(notes: &[Note]) -> Vec<(NoteCode, Option<u64>, &str)> {
    notes.iter().map(|it| (it.code, it.place.line, it.place.as_str())).collect()
}

fn claims(read: &Collected) -> Vec<&str> {
    let arguments = read.document.topics.iter().flat_map(|it| &it.arguments);
    arguments.map(|it| it.claim.as_str()).collect()
}

fn errors(read: &Collected) -> Vec<String> {
    let errors = read.notes.iter().filter(|it| it.severity == Severity::Error);
    errors.map(ToString::to_string).collect()
}
