//! Writing records flat: lists of records that name one another by slug, in their order, as programs
//! like them. What is left out has its default.

use serde_json::{Map, Value, json};

use super::VERSION;
use super::relations::word;
use crate::domain::language::Language;
use crate::domain::origin::Origin;
use crate::formats::document::{
    ArgumentRecord, BacksName, CitationRecord, PositionRecord, RelationRecord, SourceRecord,
    TargetName, TopicRecord,
};
use crate::formats::writing::Debate;

/// Writes a topic and its sources as one readable text.
pub(super) fn write(debate: &Debate<'_>) -> String {
    let sources: Vec<Value> = debate.sources.iter().map(source).collect();
    let mut document = Record::default();
    document.put("debatebase", json!(VERSION));
    document.put_list("sources", sources);
    document.put_list("topics", vec![topic(debate.topic)]);
    // Alternate form: with line breaks and two spaces a level. A value cannot fail to be written.
    format!("{:#}\n", document.into_value())
}

/// A source as a value.
pub(super) fn source(source: &SourceRecord) -> Value {
    let mut record = Record::default();
    record.put("slug", json!(source.slug));
    record.put("title", json!(source.title));
    record.put_list("authors", source.authors.iter().map(|it| json!(it)).collect());
    record.put_some("publisher", source.publisher.as_ref().map(|it| json!(it)));
    record.put_some("published_on", source.published_on.as_ref().map(|it| json!(date(it))));
    record.put_some("url", source.url.as_ref().map(|it| json!(it)));
    record.put_some("licence", source.licence.as_ref().map(|it| json!(it)));
    record.put_some("text", source.text.as_ref().map(|it| json!(it.as_str())));
    record.put_origin(source.origin.as_ref());
    record.into_value()
}

/// A date as it is read.
pub(super) fn date(date: &chrono::NaiveDate) -> String {
    date.format("%Y-%m-%d").to_string()
}

/// A topic as a value, with all that is in it.
pub(super) fn topic(topic: &TopicRecord) -> Value {
    let mut record = Record::default();
    record.put("slug", json!(topic.slug));
    record.put("title", json!(topic.title));
    record.put_text("summary", topic.summary.as_str());
    record.put_list("tags", topic.tags.iter().map(|it| json!(it)).collect());
    record.put("language", json!(topic.language));
    record.put("status", json!(topic.status));
    record.put_origin(topic.origin.as_ref());
    record.put_list("positions", topic.positions.iter().map(position).collect());
    let arguments = topic.arguments.iter().map(|it| argument(it, &topic.language));
    record.put_list("arguments", arguments.collect());
    record.put_list("relations", topic.relations.iter().map(relation).collect());
    record.put_list("quotes", topic.citations.iter().map(citation).collect());
    record.into_value()
}

fn position(position: &PositionRecord) -> Value {
    let mut record = Record::default();
    record.put("slug", json!(position.slug));
    record.put("statement", json!(position.statement));
    record.put_text("summary", position.summary.as_str());
    record.put("rank", json!(position.rank));
    record.put_origin(position.origin.as_ref());
    record.into_value()
}

fn argument(argument: &ArgumentRecord, usual: &Language) -> Value {
    let mut record = Record::default();
    record.put("slug", json!(argument.slug));
    record.put("claim", json!(argument.claim));
    record.put_text("body", argument.body.as_str());
    if argument.language != *usual {
        record.put("language", json!(argument.language));
    }
    record.put_origin(argument.origin.as_ref());
    record.into_value()
}

fn relation(relation: &RelationRecord) -> Value {
    let mut record = Record::default();
    record.put("slug", json!(relation.slug));
    record.put("kind", json!(relation.kind));
    record.put("premises", json!(relation.premises));
    record.put("target", end(&relation.target));
    record.put_some("scheme", relation.scheme.as_ref().map(|it| json!(it)));
    record.put_some("symmetric", relation.symmetric.then_some(Value::Bool(true)));
    record.put_origin(relation.origin.as_ref());
    record.into_value()
}

fn end(end: &TargetName) -> Value {
    json!({ word(end): end.slug() })
}

fn citation(citation: &CitationRecord) -> Value {
    let quote = &citation.quote;
    let mut record = Record::default();
    record.put("slug", json!(citation.slug));
    record.put("source", json!(citation.source));
    record.put_some("backs", backs(&citation.backs).as_ref().map(end));
    record.put("exact", json!(quote.exact));
    record.put_some("prefix", quote.prefix.as_ref().map(|it| json!(it)));
    record.put_some("suffix", quote.suffix.as_ref().map(|it| json!(it)));
    record.put_some("start", quote.start.map(Value::from));
    record.put_some("end", quote.end.map(Value::from));
    record.put_origin(citation.origin.as_ref());
    record.into_value()
}

/// What a quote backs, unless that is the topic itself.
pub(super) fn backs(backs: &BacksName) -> Option<TargetName> {
    match backs {
        BacksName::Topic => None,
        BacksName::Position(slug) => Some(TargetName::Position(slug.clone())),
        BacksName::Argument(slug) => Some(TargetName::Argument(slug.clone())),
        BacksName::Relation(slug) => Some(TargetName::Relation(slug.clone())),
    }
}

/// The most levels that the fields of an origin are written within the document: so deep as any
/// reader goes together with what is around them. Deeper ones are written as text.
const MOST_LEVELS: usize = 64;

/// The fields of an origin, as they are or as text.
pub(super) fn origin_fields(
    origin: &Origin,
    is_writable: impl Fn(&Value) -> bool,
) -> Option<Value> {
    let fields = serde_json::to_value(origin.fields.as_ref()?).ok()?;
    if levels(&fields) <= MOST_LEVELS && is_writable(&fields) {
        Some(fields)
    } else {
        Some(Value::String(fields.to_string()))
    }
}

/// How many lists and objects stand in one another.
fn levels(value: &Value) -> usize {
    let (mut deepest, mut open) = (0, vec![(value, 1)]);
    while let Some((value, level)) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items.iter().map(|item| (item, level + 1))),
            Value::Object(fields) => open.extend(fields.values().map(|item| (item, level + 1))),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => continue,
        }
        deepest = deepest.max(level);
    }
    deepest
}

/// The fields of a record, in their order.
#[derive(Debug, Default)]
struct Record(Map<String, Value>);

impl Record {
    fn put(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    fn put_some(&mut self, name: &str, value: Option<Value>) {
        if let Some(value) = value {
            self.put(name, value);
        }
    }

    fn put_text(&mut self, name: &str, text: &str) {
        self.put_some(name, (!text.is_empty()).then(|| json!(text)));
    }

    fn put_list(&mut self, name: &str, items: Vec<Value>) {
        self.put_some(name, (!items.is_empty()).then_some(Value::Array(items)));
    }

    fn put_origin(&mut self, origin: Option<&Origin>) {
        let Some(origin) = origin else { return };
        let mut record = Self::default();
        record.put("format", json!(origin.format));
        record.put_some("id", origin.id.as_ref().map(|it| json!(it)));
        record.put_some("fields", origin_fields(origin, |_| true));
        self.put("origin", record.into_value());
    }

    fn into_value(self) -> Value {
        Value::Object(self.0)
    }
}
