//! `GraphML`: the topic, its positions, arguments, sources and what ties them, with all they say.
//!
//! Positions answer the topic, and sources are cited by what they back; the words stand on that edge.
//! Relations are drawn as in `drawing`.

use std::collections::HashMap;
use std::fmt::Display;

use super::document::{BacksName, CitationRecord, SourceRecord, TargetName};
use super::drawing::{Arrow, Drawing, Key, Node};
use super::exporting::{Export, Holds};
use super::note::{Note, NoteCode};
use super::writing::{Debate, of_record};
use crate::domain::quote::{Context, SourceText};
use crate::domain::text::{Name, Tag};

/// `GraphML`.
pub const GRAPHML: Export = Export {
    name: "graphml",
    title: "GraphML",
    media_type: "application/graphml+xml",
    media_types: &["application/graphml+xml"],
    endings: &["graphml"],
    holds: Holds::ALL,
    write,
};

/// What nodes and edges say. A name has one meaning for both.
const KEYS: [(&str, &str); 23] = [
    ("kind", "string"),
    ("slug", "string"),
    ("text", "string"),
    ("body", "string"),
    ("language", "string"),
    ("tags", "string"),
    ("status", "string"),
    ("rank", "int"),
    ("scheme", "string"),
    ("symmetric", "boolean"),
    ("relation", "string"),
    ("authors", "string"),
    ("publisher", "string"),
    ("published_on", "string"),
    ("url", "string"),
    ("licence", "string"),
    ("exact", "string"),
    ("prefix", "string"),
    ("suffix", "string"),
    ("start", "int"),
    ("end", "int"),
    ("sha256", "string"),
    ("citation", "string"),
];

struct Out {
    text: String,
    is_changed: bool,
}

fn write(debate: &Debate<'_>, losses: &mut Vec<Note>) -> String {
    let mut out = Out { text: String::new(), is_changed: false };
    out.text.push_str(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xsi:schemaLocation=\"http://graphml.graphdrawing.org/xmlns \
         http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd\">\n",
    );
    for (key, kind) in KEYS {
        out.text.push_str(&format!(
            "  <key id=\"{key}\" for=\"all\" attr.name=\"{key}\" attr.type=\"{kind}\"/>\n"
        ));
    }
    out.text.push_str("  <graph id=\"debate\" edgedefault=\"directed\">\n");
    let drawing = Drawing::of(debate, true);
    out.put_topic(debate);
    for (key, node) in &drawing.nodes {
        out.put_node(*key, node);
    }
    for (source, number) in debate.sources.iter().zip(1_usize..) {
        out.put_source(&format!("s{number}"), source);
    }
    for number in 1..=debate.topic.positions.len() {
        out.open_edge(&Key::Position(number), &"topic");
        out.put("kind", "answers");
        out.close("edge");
    }
    for arrow in &drawing.arrows {
        out.put_arrow(arrow);
    }
    let sources: HashMap<_, _> =
        debate.sources.iter().zip(1_usize..).map(|(it, number)| (&it.slug, number)).collect();
    for citation in &debate.topic.citations {
        let before = std::mem::replace(&mut out.is_changed, false);
        if let Some(number) = sources.get(&citation.source) {
            out.put_citation(&drawing, *number, citation);
        } else {
            let at = of_record("citation", &citation.slug);
            let detail = "the source of the quote is not here";
            losses.push(Note::warning(NoteCode::LeftOut, at, detail, "it is left out"));
        }
        if out.is_changed {
            let at = of_record("citation", &citation.slug);
            let detail = "the words have characters that no XML may have";
            let instead = "U+FFFD stands for each of them";
            losses.push(Note::warning(NoteCode::TextChanged, at, detail, instead));
        }
        out.is_changed |= before;
    }
    out.text.push_str("  </graph>\n</graphml>\n");
    out.text
}

impl Out {
    fn put_topic(&mut self, debate: &Debate<'_>) {
        let topic = debate.topic;
        self.open_node(&"topic");
        self.put("kind", "topic");
        self.put("slug", &topic.slug);
        self.put("text", &topic.title);
        self.put_some("body", Some(&topic.summary).filter(|it| !it.as_str().is_empty()));
        self.put("language", topic.language.as_str());
        let tags: Vec<&str> = topic.tags.iter().map(Tag::as_str).collect();
        self.put_some("tags", Some(tags.join(", ")).filter(|it| !it.is_empty()));
        self.put("status", topic.status);
        self.close("node");
    }

    fn put_node(&mut self, key: Key, node: &Node<'_>) {
        self.open_node(&key);
        match node {
            Node::Position(it) => {
                self.put("kind", "position");
                self.put("slug", &it.slug);
                self.put("text", &it.statement);
                self.put_some("body", Some(&it.summary).filter(|it| !it.as_str().is_empty()));
                self.put("rank", it.rank);
            }
            Node::Argument(it) => {
                self.put("kind", "argument");
                self.put("slug", &it.slug);
                self.put("text", &it.claim);
                self.put_some("body", Some(&it.body).filter(|it| !it.as_str().is_empty()));
                self.put("language", it.language.as_str());
            }
            Node::Step(it) => {
                self.put("kind", "relation");
                self.put("slug", &it.slug);
                self.put("relation", it.kind);
                self.put_some("scheme", it.scheme.as_ref());
                self.put_some("symmetric", it.symmetric.then_some("true"));
            }
        }
        self.close("node");
    }

    fn put_source(&mut self, id: &str, source: &SourceRecord) {
        self.open_node(&id);
        self.put("kind", "source");
        self.put("slug", &source.slug);
        self.put("text", &source.title);
        let authors: Vec<&str> = source.authors.iter().map(Name::as_str).collect();
        self.put_some("authors", Some(authors.join(", ")).filter(|it| !it.is_empty()));
        self.put_some("publisher", source.publisher.as_ref());
        self.put_some("published_on", source.published_on);
        self.put_some("url", source.url.as_ref());
        self.put_some("licence", source.licence.as_ref());
        self.put_some("sha256", source.text.as_ref().map(SourceText::sha256));
        self.close("node");
    }

    fn put_arrow(&mut self, arrow: &Arrow<'_>) {
        self.open_edge(&arrow.from, &arrow.to);
        let relation = arrow.relation;
        if arrow.is_premise {
            self.put("kind", "premise");
        } else {
            self.put("kind", relation.kind);
            if !matches!(arrow.from, Key::Step(_)) {
                self.put("slug", &relation.slug);
                self.put_some("scheme", relation.scheme.as_ref());
                self.put_some("symmetric", relation.symmetric.then_some("true"));
            }
        }
        self.close("edge");
    }

    fn put_citation(&mut self, drawing: &Drawing<'_>, source: usize, citation: &CitationRecord) {
        let key = |name: TargetName| drawing.key(&name).map(|it| it.to_string());
        let backed = match citation.backs.clone() {
            BacksName::Topic => Some("topic".to_owned()),
            BacksName::Position(slug) => key(TargetName::Position(slug)),
            BacksName::Argument(slug) => key(TargetName::Argument(slug)),
            BacksName::Relation(slug) => key(TargetName::Relation(slug)),
        };
        let Some(backed) = backed else { return };
        self.open_edge(&format!("s{source}"), &backed);
        self.put("kind", "backs");
        self.put("citation", &citation.slug);
        let quote = &citation.quote;
        self.put("exact", quote.exact.as_str());
        self.put_some("prefix", quote.prefix.as_ref().map(Context::as_str));
        self.put_some("suffix", quote.suffix.as_ref().map(Context::as_str));
        self.put_some("start", quote.start);
        self.put_some("end", quote.end);
        self.close("edge");
    }

    fn open_node(&mut self, id: &impl Display) {
        self.text.push_str(&format!("    <node id=\"{id}\">\n"));
    }

    fn open_edge(&mut self, from: &impl Display, to: &impl Display) {
        self.text.push_str(&format!("    <edge source=\"{from}\" target=\"{to}\">\n"));
    }

    fn close(&mut self, element: &str) {
        self.text.push_str(&format!("    </{element}>\n"));
    }

    fn put_some(&mut self, key: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.put(key, value);
        }
    }

    fn put(&mut self, key: &str, value: impl Display) {
        self.text.push_str(&format!("      <data key=\"{key}\">"));
        self.put_escaped(&value.to_string());
        self.text.push_str("</data>\n");
    }

    /// A text as XML 1.0 has it. What it cannot have, not even by number, is replaced.
    fn put_escaped(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                // As it is, a parser would make it a line feed.
                '\r' => self.text.push_str("&#13;"),
                '\0'..='\u{8}'
                | '\u{B}'
                | '\u{C}'
                | '\u{E}'..='\u{1F}'
                | '\u{FFFE}'
                | '\u{FFFF}' => {
                    self.is_changed = true;
                    self.text.push('\u{FFFD}');
                }
                _ => self.text.push(c),
            }
        }
    }
}
