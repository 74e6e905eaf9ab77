//! Files that are meant to break a reader: each is read or refused in bounded time, by every format.
//! What only one format can be given stands with its own tests.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use super::note::{NoteCode, Severity};
use super::reading::{Collected, Input, no_files};
use super::writing::Debate;
use super::{ALL, Format, named};

/// In a build without optimisation, on a machine that does other things too.
const SOON: Duration = Duration::from_secs(240);

fn readable() -> impl Iterator<Item = &'static dyn Format> {
    ALL.iter().copied().filter(|it| it.reader().is_some())
}

/// Reads a text, and soon, whatever it is.
fn soon(format: &dyn Format, what: &str, text: &str) -> Collected {
    let begun = Instant::now();
    let mut bytes = text.as_bytes();
    let mut input = Input { bytes: &mut bytes, name: Some("file"), files: &no_files };
    let mut sink = Collected::default();
    format.reader().unwrap().read(&mut input, &mut sink).unwrap();
    let taken = begun.elapsed();
    assert!(taken < SOON, "{}: {what} took {taken:?}", format.name());
    let is_taken = !sink.document.topics.is_empty() || !sink.document.sources.is_empty();
    assert!(is_taken || !sink.notes.is_empty(), "{}: {what}: nothing is told", format.name());
    sink
}

/// Reads a text that is refused, with few words.
fn refused(format: &dyn Format, what: &str, text: &str) {
    let read = soon(format, what, text);
    assert!(read.document.topics.is_empty(), "{}: {what}", format.name());
    assert!(
        read.notes.iter().any(|it| it.severity == Severity::Error),
        "{}: {what}",
        format.name()
    );
    assert!(read.notes.len() <= 1_100, "{}: {what}", format.name());
}

fn aif(node_text: &str) -> String {
    format!(
        "{{\"nodes\": [{{\"nodeID\": \"1\", \"type\": \"I\", \"text\": {node_text}}}], \"edges\": []}}"
    )
}

#[test]
fn what_nests_is_read_or_refused_by_every_format() {
    for (open, close) in [
        ("[", "]"),
        ("{\"a\":", "}"),
        ("(", ")"),
        ("- ", ""),
        ("> ", ""),
        ("1.", " a"),
        ("<b>", "</b>"),
    ] {
        for levels in [100, 20_000] {
            let text = format!("{}1{}", open.repeat(levels), close.repeat(levels));
            for format in readable() {
                soon(format, &format!("{levels} times {open}"), &text);
            }
        }
    }
    for levels in [100, 1_000, 100_000] {
        let lists = "[".repeat(levels) + &"]".repeat(levels);
        let inner = aif(&lists);
        let (aif, xaif) = (named("aif").unwrap(), named("xaif").unwrap());
        let in_a_text = serde_json::json!({"AIF": inner}).to_string();
        if levels == 100 {
            // What is no text says nothing, and goes back as it was.
            assert_eq!(soon(aif, "lists", &inner).document.topics.len(), 1);
            assert_eq!(soon(xaif, "lists in a text", &in_a_text).document.topics.len(), 1);
        } else {
            refused(aif, "lists", &inner);
            refused(xaif, "lists", &format!("{{\"AIF\": {inner}}}"));
            refused(xaif, "lists in a text", &in_a_text);
        }
    }
}

#[test]
fn one_line_of_50_mb_is_read_or_refused_by_every_format() {
    let line = "x".repeat(50_000_000);
    // Argdown has its own, shorter one: it reads every sign of a line.
    for format in readable().filter(|it| it.name() != "argdown") {
        soon(format, "one word", &line);
    }
    let line = "x".repeat(2_000_000);
    let read = soon(named("aif").unwrap(), "one text", &aif(&format!("\"{line}\"")));
    assert_eq!(read.document.topics.len(), 1);
    assert!(read.notes.iter().any(|it| it.code == NoteCode::TextMoved), "{:?}", read.notes);
    refused(named("kialo").unwrap(), "one claim", &format!("Discussion Title: T\n\n1. {line}\n"));
}

#[test]
fn two_hundred_thousand_reasons_for_one_claim_are_read_and_written_by_aif_and_kialo() {
    let many = 200_000;
    let (mut nodes, mut edges) = (String::new(), String::new());
    let mut claims = String::from("Discussion Title: T\n\n1. Root\n");
    for at in 1..=many {
        write!(nodes, "{{\"nodeID\": {at}, \"type\": \"I\", \"text\": \"Reason {at}\"}},").unwrap();
        write!(nodes, "{{\"nodeID\": \"r{at}\", \"type\": \"RA\"}},").unwrap();
        write!(
            edges,
            "{{\"fromID\": {at}, \"toID\": \"r{at}\"}},{{\"fromID\": \"r{at}\", \"toID\": 0}},"
        )
        .unwrap();
        writeln!(claims, "1.{at}. Pro: Reason {at}").unwrap();
    }
    let edges = edges.trim_end_matches(',');
    let nodeset = format!(
        "{{\"nodes\": [{nodes}{{\"nodeID\": 0, \"type\": \"I\", \"text\": \"So\"}}], \"edges\": [{edges}]}}"
    );
    for (name, text) in [("aif", nodeset), ("kialo", claims)] {
        let format = named(name).unwrap();

        let read = soon(format, "200,000 reasons", &text);

        assert_eq!(read.document.topics[0].relations.len(), many, "{name}");
        let begun = Instant::now();
        let debate = Debate::first_of(&read.document).unwrap();
        let written = format.writer().unwrap().write(&debate, &mut Vec::new());
        assert!(begun.elapsed() < SOON, "{name}: {:?}", begun.elapsed());
        assert_eq!(written.matches("Reason ").count(), many, "{name}");
    }
}

/// Entities of XML and HTML, declared or not: no reader looks inside.
const ENTITIES: &str =
    "&lol9; &amp;lt; &#0; &#x202e; %pe; <!ENTITY a SYSTEM \"file:///etc/passwd\">";

#[test]
fn entities_are_plain_text_to_every_reader() {
    let said = serde_json::json!(ENTITIES).to_string();
    let topic = format!(
        "{{\"title\": \"T\", \"slug\": \"t\", \"arguments\": [{{\"slug\": \"a\", \"claim\": {said}}}]}}"
    );
    let texts = [
        ("yaml", format!("debatebase: 1\ntopics: [{topic}]\n")),
        ("json", format!("{{\"debatebase\": 1, \"topics\": [{topic}]}}")),
        ("ndjson", format!("{{\"debatebase\": 1, \"topic\": {topic}}}\n")),
        ("aif", aif(&said)),
        ("xaif", format!("{{\"AIF\": {}}}", aif(&said))),
        (
            "args-me",
            format!(
                "{{\"arguments\": [{{\"id\": \"1\", \"conclusion\": \"C\", \"premises\": [{{\"text\": {said}, \"stance\": \"PRO\"}}], \"context\": {{\"topic\": \"T\"}}}}]}}"
            ),
        ),
        ("kialo", format!("Discussion Title: T\n\n1. A\n1.1. Con: {ENTITIES}\n")),
        (
            "argdown",
            format!(
                "[A]: A\n  - <B>: {}\n",
                ENTITIES.replace('<', "\\<").replace('#', "\\#").replace("//", "/\\/")
            ),
        ),
    ];
    for (name, text) in texts {
        let read = soon(named(name).unwrap(), "entities", &text);

        let topic = &read.document.topics[0];
        let claims = topic.arguments.iter().map(|it| it.claim.as_str());
        let said: Vec<&str> =
            claims.chain(topic.positions.iter().map(|it| it.statement.as_str())).collect();
        assert!(said.contains(&ENTITIES), "{name}: {said:?}");
    }
}
