use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::formats::note::{NoteCode, Severity};
use crate::formats::reading::{Collected, Input, no_files};
use crate::formats::writing::Debate;

/// Reads a text that must be refused, and soon: a server reads it for somebody it does not know.
fn refused_soon(what: &str, text: &str) -> Vec<FileFault> {
    let begun = Instant::now();
    let faults = read_all(text).map(|_| ()).expect_err(what);
    let taken = begun.elapsed();
    assert!(taken < Duration::from_secs(20), "{what} took {taken:?}");
    assert!(!faults.is_empty(), "{what}");
    faults
}

/// Arguments that stand under one another, `levels` of them.
fn nested(levels: usize) -> String {
    let mut text =
        "debatebase: 1\ntopics:\n- title: T?\n  positions:\n  - statement: P\n".to_owned();
    for level in 0..levels {
        let space = " ".repeat(2 * level + 4);
        text += &format!("{space}supported_by:\n{space}- claim: C{level}\n");
    }
    text
}

#[test]
fn arguments_nest_a_hundred_levels_and_no_further() {
    assert_eq!(topic(&nested(MAX_LEVELS)).arguments.len(), MAX_LEVELS);

    let faults = refused_soon("101 levels", &nested(MAX_LEVELS + 1));

    assert_eq!((faults.len(), faults[0].code), (1, FaultCode::TooMany));
    assert_eq!(faults[0].location.line, 5 + 2 * 100 + 2);
}

#[test]
fn the_deepest_of_every_shape_fits_a_small_stack() {
    let item = |levels: usize, open: &str, close: &str| {
        let (open, close) = (open.repeat(levels), close.repeat(levels));
        topic(&supported(&format!("- {open}{{claim: Z}}{close}"))).arguments.len()
    };

    assert_eq!(item(60, "{linked: [{claim: B}, {claim: A, supported_by: [", "]}]}"), 121);
    assert_eq!(item(80, "{claim: A, via: {undercut_by: [", "]}}"), 81);
    assert_eq!(item(99, "{claim: A, rephrased_by: [", "]}"), 100);
}

#[test]
fn what_is_too_deep_is_refused() {
    let deep = 10_000;
    refused_soon("deep items", &nested(deep));
    refused_soon("deep lists", &format!("debatebase: 1\ntopics: {}", "[".repeat(deep)));
    refused_soon("deep mappings", &format!("debatebase: 1\ntopics: {}", "{a: ".repeat(deep)));
    refused_soon("deep dashes", &format!("debatebase: 1\ntopics:\n  {}", "- ".repeat(deep)));
    refused_soon("deep keys", &format!("debatebase: 1\ntopics:\n  {}", "? ".repeat(deep)));
    let just_allowed = "[".repeat(255) + &"]".repeat(255);
    refused_soon("deep but allowed", &format!("debatebase: 1\ntopics: {just_allowed}"));
}

#[test]
fn what_is_too_large_is_refused() {
    let bomb: String =
        (1..60).map(|n| format!("a{n}: &a{n} [{}]\n", format!("*a{},", n - 1).repeat(9))).collect();
    refused_soon("aliases", &format!("a0: &a0 x\n{bomb}"));
    refused_soon(
        "aliases of a text",
        &format!("a: &a {}\nb: [{}]", "x".repeat(1_000_000), "*a,".repeat(100_000)),
    );
    refused_soon("nodes", &format!("debatebase: 1\ntopics: [{}]", "a,".repeat(250_000)));
    refused_soon("documents", &"---\n".repeat(1_000_000));
    refused_soon(
        "a title",
        &format!("debatebase: 1\ntopics:\n  - title: {}", "x".repeat(1_000_000)),
    );
    refused_soon("a name", &format!("debatebase: 1\n{}: 1", "x".repeat(1_000_000)));
    refused_soon("a quoted name", &format!("debatebase: 1\n? '{}'\n: 1", "x".repeat(8_000_000)));
    refused_soon(
        "a text",
        &format!(
            "debatebase: 1\nsources:\n  - {{slug: s, title: S, text: '{}'}}",
            "x".repeat(8_000_000)
        ),
    );
    refused_soon(
        "an open quote",
        &format!("debatebase: 1\ntopics: \"{}", "x\n ".repeat(2_000_000)),
    );
    refused_soon("tabs", &format!("debatebase: 1\ntopics:{}x: 1", "\t".repeat(4_000_000)));
}

#[test]
fn what_is_wrong_everywhere_is_refused() {
    let unknown: String = (0..10_000).map(|n| format!("unknown-{n}: 1\n")).collect();
    refused_soon("unknown fields", &format!("debatebase: 1\n{unknown}"));
    let unknown = format!("  - {{{}: 1, title: T}}\n", "e".repeat(150)).repeat(20_000);
    refused_soon("unknown fields of many", &format!("debatebase: 1\ntopics:\n{unknown}"));
    let children: String = (0..30_000).map(|n| format!("  a{n}: 1\n")).collect();
    refused_soon("a long name over many", &format!("? {}\n:\n{children}", "x".repeat(1_000_000)));
    let repeated = "topics: 1\n".repeat(20_000);
    assert!(refused_soon("repeated fields", &format!("debatebase: 1\n{repeated}")).len() <= 100);
    let known: String =
        (0..5_000).map(|n| format!("- {{slug: {}{n:05}, claim: A}}\n", "a-".repeat(45))).collect();
    let wrong = format!("- {}b\n", "b-".repeat(47)).repeat(1000);
    refused_soon("wrong names", &supported(&format!("{known}{wrong}")));
}

#[test]
fn a_thousand_equal_wordings_get_a_thousand_names() {
    let begun = Instant::now();

    let topic = topic(&supported(&"- claim: The same\n".repeat(5_000)));

    assert_eq!(topic.arguments[4_999].slug.as_str(), "the-same-5000");
    assert_eq!(topic.relations[4_999].slug.as_str(), "the-same-5000-supports-p");
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

/// In a build without optimisation, on a machine that does other things too.
const SOON: Duration = Duration::from_secs(60);

/// Reads a text with any format, and soon, whatever it is.
fn tamed(format: &dyn Format, what: &str, text: &str) -> Collected {
    let begun = Instant::now();
    let mut bytes = text.as_bytes();
    let mut input = Input { bytes: &mut bytes, name: None, files: &no_files };
    let mut sink = Collected::default();
    format.reader().unwrap().read(&mut input, &mut sink).unwrap();
    let taken = begun.elapsed();
    assert!(taken < SOON, "{what} took {taken:?}");
    sink
}

fn refused_by_all(what: &str, inside: &str) {
    for (format, text) in [
        (JSON, format!("{{\"debatebase\": 1, \"topics\": {inside}}}")),
        (NDJSON, format!("{{\"debatebase\": 1, \"topic\": {inside}}}\n")),
        (YAML, format!("debatebase: 1\ntopics: {inside}\n")),
    ] {
        let read = tamed(format, what, &text);
        assert!(read.document.topics.is_empty(), "{what}");
        assert!(read.notes.iter().any(|it| it.severity == Severity::Error), "{what}");
        assert!(read.notes.len() <= 1_100, "{what}");
    }
}

#[test]
fn what_is_too_deep_or_too_much_is_refused_by_all() {
    refused_by_all("a hundred levels", &("[".repeat(100) + &"]".repeat(100)));
    refused_by_all("a hundred thousand lists", &"[".repeat(100_000));
    refused_by_all("a hundred thousand objects", &"{\"a\":".repeat(100_000));
    refused_by_all("one word of 50 MB", &format!("\"{}\"", "x".repeat(50_000_000)));
    refused_by_all("an open text", &format!("\"{}", "x".repeat(5_000_000)));
    refused_by_all("four million numbers", &format!("[{}0]", "0,".repeat(4_000_000)));
    refused_by_all("one name 100,000 times", &format!("{{{}\"a\":1}}", "\"a\":1,".repeat(100_000)));
    refused_by_all("a control character", "[{\"slug\": \"t\", \"title\": \"a\u{1}b\"}]");
    refused_by_all("escaped control", "[{\"slug\": \"t\", \"title\": \"a\\u0001b\"}]");
    let name = format!("{{\"{}\": [{}1]}}", "x".repeat(1_000_000), "1,".repeat(200_000));
    refused_by_all("a long name around many", &name);
}

#[test]
fn a_line_of_a_stream_that_is_too_long_costs_itself_alone() {
    let line = ndjson::topic_line(&topic("debatebase: 1\ntopics: [{title: T}]"));
    let text = "x".repeat(ndjson::LONGEST_LINE + 1) + "\n" + &line;

    let read = tamed(&Ndjson, "a line of 64 MB", &text);

    assert_eq!(read.document.topics.len(), 1);
    assert_eq!(read.notes[0].code, NoteCode::TooMuch);
}

/// A topic in which many arguments bear on one.
fn crowded(many: usize, relations: impl Fn(&[String]) -> String) -> String {
    let slugs: Vec<String> = (0..many).map(|at| format!("a{at}")).collect();
    let arguments: Vec<String> =
        slugs.iter().map(|slug| format!("{{\"slug\": \"{slug}\", \"claim\": \"C\"}}")).collect();
    format!(
        "{{\"slug\": \"t\", \"title\": \"T\", \"arguments\": [{}], \"relations\": [{}]}}",
        arguments.join(","),
        relations(&slugs)
    )
}

fn linked(slugs: &[String]) -> String {
    let premises: Vec<String> = slugs.iter().map(|slug| format!("\"{slug}\"")).collect();
    let premises = premises.join(",");
    format!(
        "{{\"kind\": \"attacks\", \"premises\": [{premises}], \"target\": {{\"argument\": \"a0\"}}}}"
    )
}

#[test]
fn two_hundred_thousand_premises_on_one_node_are_read_and_written() {
    let each = |slugs: &[String]| {
        slugs.iter().map(|slug| linked(std::slice::from_ref(slug))).collect::<Vec<_>>().join(",")
    };
    let text = format!("{{\"debatebase\": 1, \"topic\": {}}}\n", crowded(200_000, each));

    let read = tamed(&Ndjson, "200,000 premises", &text);

    let topic = &read.document.topics[0];
    assert_eq!((topic.arguments.len(), topic.relations.len()), (200_000, 200_000));
    let debate = Debate { topic, sources: &[] };
    let begun = Instant::now();
    let [yaml, json, stream] =
        ALL.map(|format| format.writer().unwrap().write(&debate, &mut Vec::new()));
    assert!(begun.elapsed() < SOON);
    assert_eq!(yaml.matches("- slug: a").count(), 200_000);
    assert_eq!(json.matches("\"kind\": \"attacks\"").count(), 200_000);
    let topic = stream.split_inclusive('\n').next().map(str::len);
    assert!(topic < Some(ndjson::LONGEST_LINE), "{topic:?}");
}

#[test]
fn so_many_arguments_are_linked_as_can_be_stored() {
    let text =
        |many: usize| format!("{{\"debatebase\": 1, \"topics\": [{}]}}", crowded(many, linked));

    let most = tamed(&Json, "linked", &text(MAX_LINKED));
    let more = tamed(&Json, "linked", &text(MAX_LINKED + 1));
    let many = tamed(&Json, "linked", &text(200_000));

    assert_eq!(most.document.topics[0].relations[0].premises.len(), MAX_LINKED);
    for refused in [more, many] {
        assert_eq!(refused.document.topics.len(), 0);
        assert_eq!(refused.notes.len(), 1);
    }
    let debate = Debate { topic: &most.document.topics[0], sources: &[] };
    let yaml = Yaml.writer().unwrap().write(&debate, &mut Vec::new());
    assert_eq!(
        tamed(&Yaml, "linked", &yaml).document.topics[0].relations[0].premises.len(),
        MAX_LINKED
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_slip_in_json_makes_a_reader_panic(
        document in crate::formats::generating::document(),
        at in any::<prop::sample::Index>(),
        length in 0usize..20,
        put in prop_oneof!["[ -~\n]{0,8}", Just("\0".to_owned()), any::<String>()],
    ) {
        let debate = Debate::first_of(&document).unwrap();
        for format in ALL {
            let written = format.writer().unwrap().write(&debate, &mut Vec::new());
            let letters: Vec<char> = written.chars().collect();
            let from = at.index(letters.len());
            let text: String = letters[..from].iter().copied().chain(put.chars())
                .chain(letters.iter().copied().skip(from + length)).collect();
            tamed(format, "a slip", &text);
        }
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in any::<String>()) {
        _ = read_all(&text);
    }

    #[test]
    fn no_text_of_yaml_marks_makes_the_reader_panic(
        text in "(debatebase: 1\n)?([a-c]|topics|claim|\n|\n  |- |: |\\[|\\]|\\{|\\}|, |\\||>-|\"|'|#|&a|\\*a|!|%|---|\t|\u{feff}|\u{85}){0,60}"
    ) {
        _ = read_all(&text);
    }

    #[test]
    fn no_slip_in_a_real_document_makes_the_reader_panic(
        at in any::<prop::sample::Index>(),
        length in 0usize..40,
        put in prop_oneof!["[ -~\n]{0,8}", Just("\0".to_owned()), Just("\n\n".to_owned()), any::<String>()],
    ) {
        let text = slipped(at, length, &put);
        if let Err(faults) = read_all(&text) {
            let lines = u64::try_from(text.lines().count()).unwrap_or(u64::MAX);
            for fault in faults {
                prop_assert!(fault.location.line <= lines + 1, "{fault}");
            }
        }
    }
}
