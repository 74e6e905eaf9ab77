//! What is faulty does not cost what is not.

use super::*;
use crate::formats::Reader;
use crate::formats::document::Document;
use crate::formats::note::{Note, NoteCode, Severity};
use crate::formats::reading::{Collected, Input, no_files};

fn collected(format: &dyn Format, text: &[u8]) -> Collected {
    let mut bytes = text;
    let mut input = Input { bytes: &mut bytes, name: None, files: &no_files };
    let mut sink = Collected::default();
    format.reader().unwrap().read(&mut input, &mut sink).unwrap();
    sink
}

fn slugs(document: &Document) -> Vec<&str> {
    let sources = document.sources.iter().map(|it| it.slug.as_str());
    sources.chain(document.topics.iter().map(|it| it.slug.as_str())).collect()
}

fn told(notes: &[Note]) -> Vec<String> {
    notes.iter().map(ToString::to_string).collect()
}

#[test]
fn a_fault_costs_the_topic_that_it_stands_in() {
    let yaml = "debatebase: 1
topics:
  - {slug: good, title: T}
  - {slug: bad, title: T, positions: [{statement: P, suported_by: []}, {statement: 1}]}
  - {slug: good, title: again}
  - {slug: twice, title: T, title: U}
  - {title: Also good}
";
    let read = collected(&Yaml, yaml.as_bytes());

    assert_eq!(slugs(&read.document), ["good", "also-good"]);
    assert_eq!(
        told(&read.notes),
        [
            "error: line 4, column 54, /topics/1/positions/0/suported_by: is not known here; did you \
             mean `supported_by`?; the topic is left out",
            "error: line 4, column 84, /topics/1/positions/1/statement: must be a string, not a number; \
             put it in quotes to make it text; the topic is left out",
            "error: line 5, column 12, /topics/2/slug: is the slug of an earlier topic of this document; \
             the topic is left out",
            "error: line 6, column 29, /topics/3/title: is given twice; the topic is left out",
        ]
    );
    assert!(read_all(yaml).is_err(), "a seed must have no fault");
}

#[test]
fn a_faulty_source_costs_the_topics_that_quote_it() {
    let json = r#"{"debatebase": 1,
"sources": [
  {"slug": "s", "title": ""},
  {"slug": "t", "title": "T"}],
"topics": [
  {"slug": "a", "title": "A", "quotes": [{"source": "t", "exact": "x"}]},
  {"slug": "b", "title": "B", "quotes": [{"source": "s", "exact": "x"}]},
  {"slug": "c", "title": "C", "quotes": [{"source": "elsewhere", "exact": "x"}]}]}"#;

    let read = collected(&Json, json.as_bytes());

    assert_eq!(slugs(&read.document), ["t", "a", "c"]);
    assert_eq!(
        told(&read.notes),
        [
            "error: line 3, column 26, /sources/0/title: must not be empty; the source is left out",
            "error: line 7, column 42, /topics/1/quotes/0: quotes the source `s`, which cannot be \
             read; so the topic `b` is left out",
        ]
    );
}

#[test]
fn a_text_that_is_no_json_is_told_where_it_breaks() {
    let read = collected(&Json, b"{\"debatebase\": 1,\n \"topics\": [}");

    assert_eq!(read.document, Document::default());
    assert_eq!(told(&read.notes), ["error: line 2, column 13: a value or `]` must stand here"]);
}

#[test]
fn after_a_thousand_faults_the_rest_is_not_read() {
    let topics = "{\"slug\": 1, \"title\": 2, \"summary\": 3},".repeat(2_000);
    let json = format!("{{\"debatebase\": 1, \"topics\": [{topics} {{\"title\": \"T\"}}]}}");

    let read = collected(&Json, json.as_bytes());

    assert_eq!(read.document, Document::default());
    assert_eq!(read.notes.len(), 1_003);
    assert!(read.notes.iter().any(|it| it.code == NoteCode::LeftOut));
}

/// Lines of a stream, and the trailer that they should have.
fn stream(lines: &[&str]) -> String {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let count = |kind: &str| {
        let begins = format!("{{\"debatebase\":1,\"{kind}\"");
        u64::try_from(lines.iter().filter(|it| it.starts_with(&begins)).count()).unwrap()
    };
    let sum = crate::domain::text::sha256_hex(text.as_bytes());
    let trailer = ndjson::trailer(count("source"), count("topic"), &sum);
    text + &trailer
}

const TOPIC: &str = r#"{"debatebase":1,"topic":{"slug":"t","title":"T"}}"#;
const SOURCE: &str = r#"{"debatebase":1,"source":{"slug":"s","title":"S"}}"#;

#[test]
fn a_broken_line_is_told_and_the_next_one_read() {
    let lines = [
        SOURCE,
        "{\"debatebase\":1,\"topic\":",
        "",
        r#"{"debatebase":1,"topic":{"title":"No slug"}}"#,
        r#"{"debatebase":1,"topic":{"slug":"u","title":"T","title":"T"}}"#,
        r#"{"debatebase":2,"topic":{"slug":"u","title":"T"}}"#,
        r#"{"debatebase":1}"#,
        "[]",
        TOPIC,
    ];
    let text: String = lines.iter().map(|line| format!("{line}\r\n")).collect();

    let read = collected(&Ndjson, text.as_bytes());

    assert_eq!(slugs(&read.document), ["s", "t"]);
    assert_eq!(
        told(&read.notes),
        [
            "error: line 2, column 25: ends where a value must stand; the line is left out",
            "error: line 4, column 25, /topic/slug: is needed in a stream; the topic is left out",
            "error: line 5, column 49, /topic/title: is given twice; the topic is left out",
            "error: line 6, column 15, /debatebase: must be 1: no other version of the format is \
             known here",
            "error: line 7, column 1: must have one of `source`, `topic` and `checksum`",
            "error: line 8, column 1: must be a mapping, not an array",
            "warning: the last line is no checksum; what is there was read; the file may be cut short",
        ]
    );
}

#[test]
fn a_stream_with_its_checksum_is_read_without_a_word() {
    let one = stream(&[SOURCE, TOPIC]);
    let several = one.clone() + "\n" + &one;

    assert_eq!(collected(&Ndjson, one.as_bytes()).notes, []);
    assert_eq!(collected(&Ndjson, b"").notes, []);
    assert_eq!(collected(&Ndjson, one.trim_end().as_bytes()).notes, []);
    let read = collected(&Ndjson, (one.clone() + &one).as_bytes());
    assert_eq!((read.notes.len(), read.document.topics.len()), (0, 2));
    let read = collected(&Ndjson, several.as_bytes());
    assert_eq!((read.notes.len(), read.document.topics.len()), (0, 2), "{several}");
}

#[test]
fn a_stream_that_was_changed_or_cut_is_told() {
    let whole = stream(&[SOURCE, TOPIC]);
    let changed = whole.replace("\"T\"", "\"U\"");
    let cut = whole.lines().take(2).collect::<Vec<_>>().join("\n");
    let shortened = whole.lines().skip(1).collect::<Vec<_>>().join("\n");

    for (text, severity) in [
        (changed, Severity::Error),
        (whole.replace("\"topics\":1", "\"topics\":2"), Severity::Error),
        (shortened, Severity::Error),
        (cut, Severity::Warning),
    ] {
        let notes = collected(&Ndjson, text.as_bytes()).notes;
        assert_eq!(notes.iter().map(|it| it.severity).collect::<Vec<_>>(), [severity], "{text}");
    }
}

#[test]
fn a_faulty_source_of_a_stream_costs_the_topics_that_quote_it() {
    let text = stream(&[
        r#"{"debatebase":1,"source":{"slug":"s","title":""}}"#,
        r#"{"debatebase":1,"topic":{"slug":"a","title":"A","quotes":[{"source":"s","exact":"x"}]}}"#,
        TOPIC,
    ]);

    let read = collected(&Ndjson, text.as_bytes());

    assert_eq!(slugs(&read.document), ["t"]);
    assert_eq!(
        told(&read.notes),
        [
            "error: line 1, column 46, /source/title: must not be empty; the source is left out",
            "error: line 2, column 59, /topic/quotes/0: quotes the source `s`, which cannot be read; \
             so the topic `a` is left out",
        ]
    );
}

#[test]
fn a_stream_is_read_a_line_at_a_time() {
    /// Lines without end, and a sink that has enough.
    struct Endless(u64);
    impl std::io::Read for Endless {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            self.0 += 1;
            let line = format!(
                "{{\"debatebase\":1,\"topic\":{{\"slug\":\"t{}\",\"title\":\"T\"}}}}\n",
                self.0
            );
            into[..line.len()].copy_from_slice(line.as_bytes());
            Ok(line.len())
        }
    }
    struct Few(usize);
    impl crate::formats::reading::Sink for Few {
        fn piece(&mut self, _: Document) -> Result<(), crate::formats::reading::Stopped> {
            self.0 = self.0.checked_sub(1).ok_or(crate::formats::reading::Stopped::BySink)?;
            Ok(())
        }
        fn note(&mut self, _: Note) -> Result<(), crate::formats::reading::Stopped> {
            Ok(())
        }
    }
    let mut bytes = std::io::BufReader::new(Endless(0));
    let mut input = Input { bytes: &mut bytes, name: None, files: &no_files };

    let stopped = Ndjson.read(&mut input, &mut Few(1_000));

    assert!(matches!(stopped, Err(crate::formats::reading::Stopped::BySink)));
}
