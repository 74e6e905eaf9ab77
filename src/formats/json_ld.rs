//! JSON-LD with the terms of schema.org: a `Question` with its suggested `Answer`s, and `Claim`s.
//!
//! A claim is `about` what it bears on; schema.org has no word for which way. Quotes are `Quotation`s
//! that are part of their source, and a claim has its `appearance` in that source, whose authors are
//! those of the claim. Ids are relative to the address of the document. The text can stand in a page:
//! nothing in it ends a script.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::document::{
    ArgumentRecord, BacksName, CitationRecord, PositionRecord, RelationRecord, SourceRecord,
    TargetName,
};
use super::exporting::{Export, Holds};
use super::note::{Note, NoteCode};
use super::writing::{Debate, of_record};
use crate::domain::slug::Slug;
use crate::domain::text::Name;
use crate::domain::web_url::WebUrl;

/// JSON-LD.
pub const JSON_LD: Export = Export {
    name: "json-ld",
    title: "JSON-LD (schema.org)",
    media_type: "application/ld+json",
    media_types: &["application/ld+json"],
    endings: &["jsonld"],
    holds: Holds { schemes: false, symmetry: false, ..Holds::ALL },
    write,
};

struct Out<'a> {
    sources: HashMap<&'a Slug, &'a SourceRecord>,
    relations: HashMap<&'a Slug, &'a RelationRecord>,
    citations: HashMap<&'a BacksName, Vec<&'a CitationRecord>>,
    bearing: HashMap<&'a Slug, Vec<&'a RelationRecord>>,
}

fn write(debate: &Debate<'_>, losses: &mut Vec<Note>) -> String {
    let topic = debate.topic;
    let mut out = Out {
        sources: debate.sources.iter().map(|it| (&it.slug, it)).collect(),
        relations: debate.by_slug().relations,
        citations: HashMap::new(),
        bearing: HashMap::new(),
    };
    for citation in &topic.citations {
        out.citations.entry(&citation.backs).or_default().push(citation);
    }
    for relation in &topic.relations {
        for premise in &relation.premises {
            out.bearing.entry(premise).or_default().push(relation);
        }
    }
    note_losses(debate, losses);
    let mut question = node("Question", &format!("topic-{}", topic.slug));
    question.shift_insert(0, "@context".to_owned(), json!("https://schema.org"));
    put(&mut question, "name", json!(topic.title));
    put(&mut question, "description", json!(topic.summary));
    put(&mut question, "inLanguage", json!(topic.language));
    put(&mut question, "keywords", json!(topic.tags));
    put(&mut question, "creativeWorkStatus", json!(topic.status));
    put(&mut question, "answerCount", json!(topic.positions.len()));
    put(&mut question, "citation", out.quotations(&BacksName::Topic));
    let answers = topic.positions.iter().map(|it| out.answer(it));
    put(&mut question, "suggestedAnswer", answers.collect());
    put(&mut question, "hasPart", topic.arguments.iter().map(|it| out.claim(it)).collect());
    put(&mut question, "isBasedOn", debate.sources.iter().map(work).collect());
    let mut text = serde_json::to_string_pretty(&question).unwrap_or_default();
    text.push('\n');
    // These stand within strings only, and there an escape says the same.
    text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

fn note_losses(debate: &Debate<'_>, losses: &mut Vec<Note>) {
    let topic = debate.topic;
    for relation in &topic.relations {
        let mut note = |detail: &str, instead: &str| {
            let at = of_record("relation", &relation.slug);
            losses.push(Note::warning(NoteCode::Approximated, at, detail, instead));
        };
        note("schema.org has no relations among claims", "its premises are `about` its target");
        if relation.premises.len() > 1 {
            note("schema.org has no premises that hold only together", "each stands alone");
        }
        if matches!(relation.target, TargetName::Relation(_)) {
            note("schema.org has no claims about a step", "they are `about` its first premise");
        }
    }
    for citation in &topic.citations {
        if matches!(citation.backs, BacksName::Relation(_)) {
            let at = of_record("citation", &citation.slug);
            let detail = "schema.org has no relations, and the quote backs one";
            losses.push(Note::warning(NoteCode::LeftOut, at, detail, "it is left out"));
        }
    }
}

fn node(kind: &str, id: &str) -> Map<String, Value> {
    let mut node = Map::new();
    node.insert("@type".to_owned(), json!(kind));
    node.insert("@id".to_owned(), json!(format!("#{id}")));
    node
}

fn reference(id: &str) -> Value {
    json!({ "@id": format!("#{id}") })
}

/// Adds what says something.
fn put(node: &mut Map<String, Value>, name: &str, value: Value) {
    let is_empty = value.is_null()
        || value.as_str().is_some_and(str::is_empty)
        || value.as_array().is_some_and(Vec::is_empty);
    if !is_empty {
        node.insert(name.to_owned(), value);
    }
}

impl Out<'_> {
    fn answer(&self, position: &PositionRecord) -> Value {
        let mut answer = node("Answer", &format!("position-{}", position.slug));
        put(&mut answer, "text", json!(position.statement));
        put(&mut answer, "description", json!(position.summary));
        put(&mut answer, "position", json!(i64::from(position.rank) + 1));
        let backs = BacksName::Position(position.slug.clone());
        put(&mut answer, "citation", self.quotations(&backs));
        Value::Object(answer)
    }

    fn claim(&self, argument: &ArgumentRecord) -> Value {
        let mut claim = node("Claim", &format!("argument-{}", argument.slug));
        put(&mut claim, "text", json!(argument.claim));
        put(&mut claim, "description", json!(argument.body));
        put(&mut claim, "inLanguage", json!(argument.language));
        let bearing = self.bearing.get(&argument.slug).into_iter().flatten();
        let mut about: Vec<Value> = Vec::new();
        about.extend(bearing.filter_map(|it| self.target(&it.target)));
        put(&mut claim, "about", Value::Array(about));
        let backs = BacksName::Argument(argument.slug.clone());
        let mut works: Vec<&SourceRecord> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for citation in self.citations.get(&backs).into_iter().flatten() {
            let source = self.sources.get(&citation.source).copied();
            works.extend(source.filter(|it| seen.insert(&it.slug)));
        }
        let mut named = std::collections::HashSet::new();
        let authors = works.iter().flat_map(|it| &it.authors).filter(|it| named.insert(*it));
        put(&mut claim, "author", authors.map(person).collect());
        let appearance = works.iter().map(|it| {
            let mut work = node("CreativeWork", &format!("source-{}", it.slug));
            put(&mut work, "name", json!(it.title));
            put(&mut work, "url", json!(it.url));
            Value::Object(work)
        });
        put(&mut claim, "appearance", appearance.collect());
        put(&mut claim, "citation", self.quotations(&backs));
        Value::Object(claim)
    }

    /// What a claim is about. For a step stands its first premise.
    fn target(&self, target: &TargetName) -> Option<Value> {
        Some(reference(&match target {
            TargetName::Position(slug) => format!("position-{slug}"),
            TargetName::Argument(slug) => format!("argument-{slug}"),
            TargetName::Relation(slug) => {
                format!("argument-{}", self.relations.get(slug)?.premises.first()?)
            }
        }))
    }

    fn quotations(&self, backs: &BacksName) -> Value {
        let citations = self.citations.get(backs).into_iter().flatten();
        let quotations = citations.map(|it| {
            json!({
                "@type": "Quotation",
                "@id": format!("#citation-{}", it.slug),
                "text": it.quote.exact,
                "isPartOf": reference(&format!("source-{}", it.source)),
            })
        });
        quotations.collect()
    }
}

fn person(name: &Name) -> Value {
    json!({ "@type": "Person", "name": name })
}

/// A source in full.
fn work(source: &SourceRecord) -> Value {
    let mut work = node("CreativeWork", &format!("source-{}", source.slug));
    put(&mut work, "name", json!(source.title));
    put(&mut work, "author", source.authors.iter().map(person).collect());
    let publisher = source.publisher.as_ref();
    let publisher = publisher.map(|it| json!({ "@type": "Organization", "name": it }));
    put(&mut work, "publisher", json!(publisher));
    put(&mut work, "datePublished", json!(source.published_on.map(|it| it.to_string())));
    put(&mut work, "url", json!(source.url));
    // A licence is an address or a work of its own there.
    let licence = source.licence.as_ref().map(|it| match WebUrl::parse(it.as_str()) {
        Some(url) => json!(url),
        None => json!({ "@type": "CreativeWork", "name": it }),
    });
    put(&mut work, "license", json!(licence));
    Value::Object(work)
}
