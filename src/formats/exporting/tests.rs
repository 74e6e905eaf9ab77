//! What holds for every format that is only written, whatever the texts say.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::formats::document::{ArgumentRecord, Document, RelationRecord, TargetName, TopicRecord};
use crate::formats::reading::{Collected, Input, no_files};
use crate::formats::{ALL, generating, named};

/// Texts that are something else to a careless writer.
const HOSTILE: &[&str] = &[
    "=1+1",
    "+SUM(A1)",
    "-2",
    "@cmd",
    "＝1",
    "'=x",
    "a \"b\" 'c' `d`",
    "]]> --> <!-- a",
    "<script>alert(1)</script>",
    "&amp; &#38; #quot; #38;",
    "\\ \\n \\\" \\N",
    "a\tb, c; d|e",
    "%%{init: {\"theme\": \"x\"}}%%",
    "*/ // /* # %",
    "end",
    "--- x",
    "1. a",
    "- [ ] b",
    "![x](https://a.b) [[c]]",
    "https://evil.example www.evil.example a@b.c",
    "𝓐 👩‍💻 ‏שלום",
    "style a:#b;",
    "${x} {{y}} $z$",
    "_a_ *b* ~~c~~ ^d^",
];

fn exports() -> impl Iterator<Item = &'static dyn Format> {
    let only_written = |it: &&dyn Format| it.reader().is_none() && it.writer().is_some();
    ALL.iter().copied().filter(only_written)
}

fn written(format: &str, document: &Document) -> (String, Vec<Note>) {
    let mut losses = Vec::new();
    let debate = Debate::first_of(document).unwrap();
    let text = named(format).unwrap().writer().unwrap().write(&debate, &mut losses);
    (text, losses)
}

fn read(yaml: &str) -> Document {
    let mut bytes = yaml.as_bytes();
    let mut input = Input { bytes: &mut bytes, name: None, files: &no_files };
    let mut sink = Collected::default();
    named("yaml").unwrap().reader().unwrap().read(&mut input, &mut sink).unwrap();
    assert_eq!(sink.notes, []);
    sink.document
}

/// A debate in which every text is hostile.
fn hostile() -> Document {
    let said = |text: &str| Value::from(text).to_string();
    let mut yaml = String::from("debatebase: 1\nsources:\n");
    for (at, text) in HOSTILE.iter().enumerate() {
        let text = said(text);
        yaml.push_str(&format!(
            "  - {{slug: s{at}, title: {text}, authors: [{text}], publisher: {text}, licence: {text}, \
             url: 'https://example.org/({at})', text: {}}}\n",
            said(&format!("{}\r\nline\u{c}two", HOSTILE[at]))
        ));
    }
    yaml.push_str(&format!(
        "topics:\n  - slug: t\n    title: {}\n    summary: {}\n    positions:\n",
        said("a \"b\" <c> %%{d}%% \\"),
        said("# heading\n<script>\n- list\n\n---\n```")
    ));
    for (at, text) in HOSTILE.iter().enumerate() {
        let other = said(HOSTILE[(at + 5) % HOSTILE.len()]);
        let text = said(text);
        let quote = said(&format!("{}\r\nline\u{c}two", HOSTILE[at]));
        yaml.push_str(&format!(
            "      - slug: p{at}\n        statement: {text}\n        supported_by:\n          \
             - {{slug: a{at}, claim: {text}, body: {text}, quotes: [{{source: s{at}, exact: {quote}}}], \
             via: {{slug: r{at}, scheme: {text}, undercut_by: [{{slug: b{at}, claim: {other}, \
             via: {{slug: u{at}}}}}]}}}}\n        attacked_by:\n          \
             - {{linked: [a{at}, {{slug: c{at}, claim: {text}}}], via: {{slug: l{at}}}}}\n"
        ));
    }
    read(&yaml)
}

/// The cells of a CSV text, by RFC 4180.
fn rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => loop {
                match chars.next().expect("a quote is closed") {
                    '"' if chars.next_if_eq(&'"').is_some() => cell.push('"'),
                    '"' => break,
                    c => cell.push(c),
                }
            },
            ',' => row.push(std::mem::take(&mut cell)),
            '\r' => {
                assert_eq!(chars.next(), Some('\n'));
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            '\n' => panic!("a bare line feed"),
            c => cell.push(c),
        }
    }
    assert!(row.is_empty() && cell.is_empty());
    rows
}

fn holds_to_csv(text: &str, topic: &TopicRecord) {
    let rows = rows(text);
    assert_eq!(rows.len(), topic.arguments.len() + 1);
    for (row, argument) in rows.iter().skip(1).zip(&topic.arguments) {
        assert_eq!(row.len(), 12);
        assert_eq!(row[3].strip_prefix('\'').unwrap_or(&row[3]), {
            let claim = argument.claim.as_str();
            if row[3].starts_with('\'') { claim.strip_prefix('\'').unwrap_or(claim) } else { claim }
        });
        for cell in row {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝']), "{cell}");
        }
    }
}

/// The elements of an XML text that opens and closes all of them, with their texts.
fn holds_to_xml(text: &str, topic: &TopicRecord) {
    let mut open: Vec<String> = Vec::new();
    let mut said: BTreeSet<String> = BTreeSet::new();
    let mut ids: HashSet<String> = HashSet::new();
    let mut ends: Vec<String> = Vec::new();
    let attribute = |tag: &str, name: &str| {
        let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
        Some(rest.split_once('"')?.0.to_owned())
    };
    for part in text.split('<').skip(1) {
        let (tag, content) = part.split_once('>').expect("a tag ends");
        if tag.starts_with('?') {
            continue;
        }
        let name = tag.split_whitespace().next().unwrap().to_owned();
        if let Some(name) = name.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(name.clone());
        }
        if name == "node" {
            assert!(ids.insert(attribute(tag, "id").unwrap()));
        }
        ends.extend(attribute(tag, "source").into_iter().chain(attribute(tag, "target")));
        let mut plain = content.to_owned();
        for (entity, c) in [("&lt;", "<"), ("&gt;", ">"), ("&#13;", "\r")] {
            plain = plain.replace(entity, c);
        }
        assert_eq!(plain.matches('&').count(), plain.matches("&amp;").count(), "{content}");
        assert!(!content.contains('\r'));
        assert!(
            content
                .chars()
                .all(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\u{7f}'..='\u{9f}'))
        );
        said.insert(plain.replace("&amp;", "&"));
    }
    assert!(open.is_empty());
    assert!(ends.iter().all(|it| ids.contains(it)));
    assert!(topic.arguments.iter().all(|it| said.contains(it.claim.as_str())));
    assert!(topic.positions.iter().all(|it| said.contains(it.statement.as_str())));
}

/// Takes the quoted strings out of a DOT text, and says what they show.
fn holds_to_dot(text: &str, topic: &TopicRecord) {
    let (mut bare, mut said, mut chars) = (String::new(), BTreeSet::new(), text.chars().peekable());
    while let Some(c) = chars.next() {
        if c == '/' && chars.peek() == Some(&'/') {
            chars.by_ref().find(|c| *c == '\n');
        } else if c == '"' {
            let mut label = String::new();
            loop {
                match chars.next().expect("a string is closed") {
                    '"' => break,
                    '\\' => match chars.next().unwrap() {
                        'n' => label.push(' '),
                        c @ ('"' | '\\') => label.push(c),
                        c => panic!("\\{c}"),
                    },
                    c => label.push(c),
                }
            }
            said.insert(label.replace("&amp;", "&"));
        } else {
            bare.push(c);
        }
    }
    let is_syntax = |c: char| c.is_ascii_alphanumeric() || " \n{}[]=,;->_".contains(c);
    assert!(bare.chars().all(is_syntax), "{bare}");
    assert_eq!((bare.matches('{').count(), bare.matches('}').count()), (1, 1));
    for argument in &topic.arguments {
        let words: Vec<&str> = argument.claim.as_str().split_whitespace().collect();
        assert!(said.contains(&words.join(" ")), "{}", argument.claim);
    }
}

fn holds_to_mermaid(text: &str, topic: &TopicRecord) {
    let mut lines = text.split('\n');
    assert_eq!(lines.next(), Some("---"));
    let title = lines.next().unwrap().strip_prefix("title: ").unwrap();
    assert_eq!(serde_json::from_str::<String>(title).unwrap(), topic.title.as_str());
    assert_eq!([lines.next(), lines.next()], [Some("---"), Some("flowchart BT")]);
    assert!(!text.contains("%%{"));
    for line in lines.filter(|line| !line.starts_with("  %% ")) {
        let (before, label) = line.split_once('"').unwrap_or((line, ""));
        let (label, after) = label.split_once('"').unwrap_or(("", ""));
        let is_syntax = |c: char| c.is_ascii_alphanumeric() || " -.>|[]()".contains(c);
        assert!(before.chars().chain(after.chars()).all(is_syntax), "{line}");
        let is_label =
            |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || " ,'!?.-#;".contains(c);
        assert!(label.chars().all(is_label), "{line}");
        // Every `#` begins an entity and every `;` ends one.
        for entity in label.split('#').skip(1) {
            let (name, rest) = entity.split_once(';').unwrap();
            assert!(name == "quot" || name.parse::<u32>().is_ok(), "{line}");
            assert!(!rest.contains(';'), "{line}");
        }
    }
}

/// The attacks of a framework, of which both ends are there.
fn attacks(apx: &str) -> (BTreeSet<String>, BTreeSet<(String, String)>) {
    let (mut arguments, mut attacks) = (BTreeSet::new(), BTreeSet::new());
    let is_name = |it: &str| {
        it.starts_with(|c: char| c.is_ascii_lowercase())
            && it.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    for line in apx.lines() {
        let line = line.strip_suffix(").").unwrap();
        if let Some(name) = line.strip_prefix("arg(") {
            assert!(is_name(name) && arguments.insert(name.to_owned()), "{name}");
        } else {
            let (from, to) = line.strip_prefix("att(").unwrap().split_once(',').unwrap();
            assert!(arguments.contains(from) && arguments.contains(to), "{line}");
            assert!(attacks.insert((from.to_owned(), to.to_owned())), "{line}");
        }
    }
    (arguments, attacks)
}

/// The arguments of the grounded extension.
fn grounded(apx: &str) -> BTreeSet<String> {
    let (arguments, attacks) = attacks(apx);
    let (mut is_in, mut is_out) = (BTreeSet::new(), BTreeSet::<String>::new());
    loop {
        let attackers = |of: &String| {
            attacks
                .iter()
                .filter(|(_, to)| to == of)
                .map(|(from, _)| from.clone())
                .collect::<Vec<_>>()
        };
        let new: Vec<String> = arguments
            .iter()
            .filter(|it| !is_in.contains(*it) && attackers(it).iter().all(|by| is_out.contains(by)))
            .cloned()
            .collect();
        if new.is_empty() {
            return is_in;
        }
        is_out.extend(
            attacks.iter().filter(|(from, _)| new.contains(from)).map(|(_, to)| to.clone()),
        );
        is_in.extend(new);
    }
}

fn holds_to_frameworks(apx: &str, tgf: &str) {
    let (arguments, attacks) = attacks(apx);
    let (names, pairs) = tgf.split_once("#\n").unwrap();
    assert_eq!(names.lines().map(str::to_owned).collect::<BTreeSet<_>>(), arguments);
    let pairs = pairs.lines().map(|it| it.split_once(' ').unwrap());
    assert_eq!(
        pairs.map(|(from, to)| (from.to_owned(), to.to_owned())).collect::<BTreeSet<_>>(),
        attacks
    );
}

fn holds_to_json_ld(text: &str, topic: &TopicRecord) {
    assert!(!text.contains(['<', '>', '&']));
    let value: Value = serde_json::from_str(text).unwrap();
    assert_eq!(value["@context"], "https://schema.org");
    assert_eq!(value["@type"], "Question");
    assert_eq!(value["name"], topic.title.as_str());
    let texts = |list: &str| -> Vec<String> {
        let list = value[list].as_array().cloned().unwrap_or_default();
        list.iter().map(|it| it["text"].as_str().unwrap().to_owned()).collect()
    };
    let claims: Vec<&str> = topic.arguments.iter().map(|it| it.claim.as_str()).collect();
    assert_eq!(texts("hasPart"), claims);
    let statements: Vec<&str> = topic.positions.iter().map(|it| it.statement.as_str()).collect();
    assert_eq!(texts("suggestedAnswer"), statements);
}

/// No mark of Markdown or HTML stands in a text without a backslash before it.
fn holds_to_markdown(text: &str, topic: &TopicRecord) {
    for line in text.lines() {
        let line = line.trim_start();
        let line = line.trim_start_matches("## ").trim_start_matches('#').trim_start_matches("- ");
        let line = line.trim_start_matches("> ").trim_start_matches('>').replace("**", "");
        let mut is_escaped = false;
        for c in line.trim_end_matches('\\').chars() {
            assert!(is_escaped || !"`*_[]<>&#|~".contains(c), "{line}");
            is_escaped = !is_escaped && c == '\\';
        }
    }
    for at in 1..=topic.arguments.len() {
        assert!(text.contains(&format!("A{at}: ")), "{at} of {text}");
    }
}

fn holds(document: &Document) {
    let topic = &document.topics[0];
    holds_to_csv(&written("csv", document).0, topic);
    holds_to_xml(&written("graphml", document).0, topic);
    holds_to_dot(&written("dot", document).0, topic);
    holds_to_mermaid(&written("mermaid", document).0, topic);
    holds_to_frameworks(&written("apx", document).0, &written("tgf", document).0);
    holds_to_json_ld(&written("json-ld", document).0, topic);
    holds_to_markdown(&written("markdown", document).0, topic);
}

#[test]
fn hostile_texts_stay_texts_in_every_format() {
    holds(&hostile());
}

#[test]
fn names_media_types_and_endings_are_of_one_format_each() {
    let mut seen = BTreeMap::new();
    for format in ALL {
        assert_eq!(named(format.name()).unwrap().title(), format.title());
        for word in format.media_types().iter().chain(format.endings()).chain([&format.name()]) {
            let other = seen.insert(*word, format.name());
            assert!(other.is_none_or(|it| it == format.name()), "{word}");
        }
    }
    assert_eq!(exports().count(), 8);
}

#[test]
fn licence_and_authors_travel_wherever_there_is_room() {
    let document = read(
        "debatebase: 1\nsources: [{slug: s, title: The report, authors: [A. Writer], licence: CC-BY-4.0, \
         url: 'https://example.org/r', text: Words.}]\ntopics:\n  - title: T\n    positions:\n      \
         - statement: P\n        supported_by: [{claim: C, quotes: [{source: s, exact: Words.}]}]\n",
    );
    for format in ["csv", "graphml", "dot", "mermaid", "json-ld", "markdown"] {
        let (text, losses) = written(format, &document);
        for word in ["The report", "A. Writer", "CC-BY-4.0", "example.org/r"] {
            assert!(text.contains(word), "{format}: {word} in {text}");
        }
        assert!(losses.iter().all(|it| it.detail.contains("texts of sources")
            || it.place.id.as_deref() != Some("source s")));
    }
    for format in ["apx", "tgf"] {
        let (_, losses) = written(format, &document);
        assert!(losses.iter().any(|it| it.place.id.as_deref() == Some("source s")), "{format}");
    }
}

#[test]
fn frameworks_with_undercuts_and_linked_premises_have_the_extensions_that_they_should() {
    let debate = |more: &str| {
        read(&format!(
            "debatebase: 1\ntopics:\n  - title: T\n    positions:\n      - slug: p\n        statement: P\n        \
             attacked_by:\n          - {more}\n"
        ))
    };
    let is_in =
        |document: &Document, name: &str| grounded(&written("apx", document).0).contains(name);

    assert!(!is_in(&debate("{slug: a, claim: A}"), "p_p"));
    let undercut =
        debate("{slug: a, claim: A, via: {slug: r, undercut_by: [{slug: b, claim: B}]}}");
    assert!(is_in(&undercut, "p_p") && is_in(&undercut, "a_a"));
    let twice = debate(
        "{slug: a, claim: A, via: {slug: r, undercut_by: [{slug: b, claim: B, via: {slug: u, \
         undercut_by: [{slug: c, claim: C}]}}]}}",
    );
    assert!(!is_in(&twice, "p_p"));
    assert!(!is_in(&debate("{linked: [{slug: a, claim: A}, {slug: b, claim: B}]}"), "p_p"));
    let one_falls = debate(
        "{linked: [{slug: a, claim: A}, {slug: b, claim: B, attacked_by: [{slug: c, claim: C}]}]}",
    );
    assert!(is_in(&one_falls, "p_p"));
}

#[test]
fn what_a_framework_leaves_out_is_noted_item_by_item() {
    let document = read(
        "debatebase: 1\ntopics:\n  - title: T\n    positions:\n      - slug: p\n        statement: P\n        \
         supported_by:\n          - {slug: a, claim: A, via: {slug: r, undercut_by: [{slug: b, claim: B, \
         via: {slug: u}}]}}\n",
    );

    let (text, losses) = written("apx", &document);

    assert_eq!(text, "arg(p_p).\narg(a_a).\narg(a_b).\n");
    let told = |id: &str| losses.iter().filter(|it| it.place.id.as_deref() == Some(id)).count();
    assert_eq!(["relation r", "relation u", "argument a", "position p"].map(told), [1, 1, 1, 1]);
}

#[test]
fn an_argument_that_is_named_twice_stands_once_in_an_outline() {
    let document = read(
        "debatebase: 1\ntopics:\n  - title: T\n    positions:\n      - statement: P\n        supported_by:\n          \
         - {slug: a, claim: A, attacked_by: [{claim: B, supported_by: [{argument: a}]}]}\n      \
         - statement: Q\n        attacked_by: [{argument: a}]\n",
    );

    let (text, _) = written("markdown", &document);

    assert_eq!(
        text,
        "# T\n\nLanguage: en\n\n## P\n\n- **Pro:** A1: A\n  - **Con:** A2: B\n    - **Pro:** see A1\n\n\
         ## Q\n\n- **Con:** see A1\n"
    );
}

/// A debate of so many arguments, in a chain or all of them under one position.
fn large(count: usize, is_chain: bool) -> Document {
    let mut document = read(
        "debatebase: 1\ntopics:\n  - title: T\n    positions:\n      - {slug: p, statement: P, attacked_by: [{slug: a, claim: A}]}\n",
    );
    let topic = &mut document.topics[0];
    let argument = topic.arguments.pop().unwrap();
    let relation = topic.relations.pop().unwrap();
    let slug = |at: usize| argument.slug.numbered(at + 2);
    for at in 0..count {
        topic.arguments.push(ArgumentRecord { slug: slug(at), ..argument.clone() });
        let target = match at.checked_sub(1) {
            Some(before) if is_chain => TargetName::Argument(slug(before)),
            _ => relation.target.clone(),
        };
        let premises = vec![slug(at)];
        let relation = RelationRecord { slug: slug(at), premises, target, ..relation.clone() };
        topic.relations.push(relation);
    }
    document
}

#[test]
fn a_hundred_thousand_arguments_and_a_chain_of_ten_thousand_are_written_in_linear_space() {
    for format in exports() {
        for (count, is_chain) in [(100_000, false), (10_000, true)] {
            let (text, _) = written(format.name(), &large(count, is_chain));
            assert!(text.len() < 600 * count, "{}: {}", format.name(), text.len());
        }
    }
}

#[test]
fn premises_by_the_thousand_take_linear_space() {
    let mut document = large(20_000, false);
    let topic = &mut document.topics[0];
    let all: Vec<_> = topic.arguments.iter().map(|it| it.slug.clone()).collect();
    topic.relations.truncate(1);
    topic.relations[0].premises = all;
    for format in exports() {
        let (text, _) = written(format.name(), &document);
        assert!(text.len() < 20_000 * 600, "{}: {}", format.name(), text.len());
    }
}

proptest! {
    #[test]
    fn any_debate_is_written_well_in_every_format(document in generating::document()) {
        for topic in &document.topics {
            let one = Document { sources: document.sources.clone(), topics: vec![topic.clone()] };
            holds(&one);
        }
    }
}
