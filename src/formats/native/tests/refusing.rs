use super::*;
use FaultCode::*;

/// A bad document: its text, and the line, column, pointer and code of its faults.
type Case = (String, Vec<(u64, u64, &'static str, FaultCode)>);

/// What a schema can see is wrong too.
pub(super) fn seen_by_a_schema() -> Vec<Case> {
    let root = |text: &str| format!("debatebase: 1\n{text}");
    let source = |text: &str| root(&format!("sources:\n  - {{slug: s, title: S, {text}}}"));
    let one_topic = |text: &str| root(&format!("topics:\n  - title: T?\n    {text}"));
    let item = "/topics/0/positions/0/supported_by/0";
    vec![
        ("topics: []".to_owned(), vec![(1, 1, "/debatebase", Missing)]),
        ("debatebase: 2\ntopics: 7".to_owned(), vec![(1, 13, "/debatebase", NotAllowed)]),
        ("debatebase: '1'".to_owned(), vec![(1, 13, "/debatebase", NotAllowed)]),
        ("- debatebase: 1".to_owned(), vec![(1, 1, "", WrongType)]),
        (String::new(), vec![(1, 1, "", Missing)]),
        (root("topic: []"), vec![(2, 1, "/topic", Unknown)]),
        (root("topics: {}"), vec![(2, 9, "/topics", WrongType)]),
        (root("topics:\n  - T"), vec![(3, 5, "/topics/0", WrongType)]),
        (
            root("topics:\n  - titel: T"),
            vec![(3, 5, "/topics/0/titel", Unknown), (3, 5, "/topics/0/title", Missing)],
        ),
        (root("topics:\n  - title: 1984"), vec![(3, 12, "/topics/0/title", WrongType)]),
        (root("topics:\n  - title: '  '"), vec![(3, 12, "/topics/0/title", TooShort)]),
        (
            root(&format!("topics:\n  - title: {}", "x".repeat(1001))),
            vec![(3, 12, "/topics/0/title", TooLong)],
        ),
        (one_topic("slug: Not one"), vec![(4, 11, "/topics/0/slug", BadFormat)]),
        (
            one_topic("slug: 0192c0de-0000-7000-8000-000000000000"),
            vec![(4, 11, "/topics/0/slug", BadFormat)],
        ),
        (one_topic("language: english"), vec![(4, 15, "/topics/0/language", BadFormat)]),
        (one_topic("status: open"), vec![(4, 13, "/topics/0/status", NotAllowed)]),
        (one_topic("tags: [a, b, a]"), vec![(4, 18, "/topics/0/tags/2", Duplicate)]),
        (
            one_topic(&format!("tags: {:?}", (0..51).map(|n| n.to_string()).collect::<Vec<_>>())),
            vec![(4, 11, "/topics/0/tags", TooMany)],
        ),
        (one_topic("quotes: words"), vec![(4, 13, "/topics/0/quotes", WrongType)]),
        (
            one_topic("source: s\n    quotes: [{exat: x}]"),
            vec![
                (5, 14, "/topics/0/quotes/0/exact", Missing),
                (5, 15, "/topics/0/quotes/0/exat", Unknown),
            ],
        ),
        (one_topic("source: s\n    quotes: ['']"), vec![(5, 14, "/topics/0/quotes/0", TooShort)]),
        (one_topic("source: s\n    quotes: [7]"), vec![(5, 14, "/topics/0/quotes/0", WrongType)]),
        (
            one_topic("source: s\n    quotes: [{exact: x, start: -1}]"),
            vec![(5, 32, "/topics/0/quotes/0/start", OutOfRange)],
        ),
        (
            one_topic("source: s\n    quotes: [{exact: x, source: A B}]"),
            vec![(5, 33, "/topics/0/quotes/0/source", BadFormat)],
        ),
        (
            one_topic("positions: [{statement: P, rank: 3000000000}]"),
            vec![(4, 38, "/topics/0/positions/0/rank", OutOfRange)],
        ),
        (
            one_topic("positions:\n      - summary: x"),
            vec![(5, 9, "/topics/0/positions/0/statement", Missing)],
        ),
        (one_topic("arguments: [slug]"), vec![(4, 17, "/topics/0/arguments/0", WrongType)]),
        (
            one_topic("arguments: [{claim: A, via: {slug: x}}]"),
            vec![(4, 33, "/topics/0/arguments/0/via", NotAllowed)],
        ),
        (one_topic("origin: {id: x}"), vec![(4, 13, "/topics/0/origin/format", Missing)]),
        (
            one_topic(
                "relations: [{premises: [a], target: {argument: a}}]\n    arguments: [{slug: a, claim: A}]",
            ),
            vec![(4, 17, "/topics/0/relations/0/kind", Missing)],
        ),
        (
            one_topic(
                "relations: [{kind: supports, premises: [], target: {position: p}}]\n    positions: [{slug: p, statement: P}]",
            ),
            vec![(4, 44, "/topics/0/relations/0/premises", TooFew)],
        ),
        (
            one_topic(
                "relations: [{kind: attacks, premises: [a], target: {}}]\n    arguments: [{slug: a, claim: A}]",
            ),
            vec![(4, 56, "/topics/0/relations/0/target", NotAllowed)],
        ),
        (
            one_topic(
                "relations: [{kind: attacks, premises: [a], target: {argument: a, position: p}}]\n    arguments: [{slug: a, claim: A}]",
            ),
            vec![(4, 56, "/topics/0/relations/0/target", NotAllowed)],
        ),
        (
            one_topic(
                "source: s\n    positions: [{statement: P, quotes: [{exact: x, backs: {argument: a}}]}]",
            ),
            vec![(5, 52, "/topics/0/positions/0/quotes/0/backs", Unknown)],
        ),
        (root("sources:\n  - title: S"), vec![(3, 5, "/sources/0/slug", Missing)]),
        (
            source("text: a, text_file: essay.txt"),
            vec![(3, 45, "/sources/0/text_file", NotAllowed)],
        ),
        (source("text_file: ../x"), vec![(3, 36, "/sources/0/text_file", BadFormat)]),
        (source("text_file: /etc/x"), vec![(3, 36, "/sources/0/text_file", BadFormat)]),
        (source("url: 'javascript:x'"), vec![(3, 30, "/sources/0/url", BadFormat)]),
        (source("published_on: July"), vec![(3, 39, "/sources/0/published_on", BadFormat)]),
        (source("authors: [A, 2]"), vec![(3, 38, "/sources/0/authors/1", WrongType)]),
        (
            supported("- {}"),
            vec![(9, 13, "", Missing)]
                .into_iter()
                .map(|(line, column, _, code)| {
                    (line, column, "/topics/0/positions/0/supported_by/0/claim", code)
                })
                .collect(),
        ),
        (supported("-"), vec![(9, 12, item, WrongType)]),
        (supported("- [a]"), vec![(9, 13, item, WrongType)]),
        (supported("- No slug"), vec![(9, 13, item, BadFormat)]),
        (supported("- {claim: A, argument: a}"), vec![(9, 13, item, NotAllowed)]),
        (
            supported("- {argument: A b}"),
            vec![(9, 24, "/topics/0/positions/0/supported_by/0/argument", BadFormat)],
        ),
        (
            supported("- {linked: [{claim: A}]}"),
            vec![(9, 22, "/topics/0/positions/0/supported_by/0/linked", TooFew)],
        ),
        (
            supported("- {linked: [{claim: A}, {claim: B, via: {slug: x}}]}"),
            vec![(9, 51, "/topics/0/positions/0/supported_by/0/linked/1/via", NotAllowed)],
        ),
        (
            supported("- {claim: A, via: {shceme: X}}"),
            vec![(9, 30, "/topics/0/positions/0/supported_by/0/via/shceme", Unknown)],
        ),
        (
            supported("- {claim: A, via: {symmetric: yes}}"),
            vec![(9, 41, "/topics/0/positions/0/supported_by/0/via/symmetric", WrongType)],
        ),
        (
            supported("- {claim: A, via: {attacked_by: [{claim: B}]}}"),
            vec![(9, 30, "/topics/0/positions/0/supported_by/0/via/attacked_by", Unknown)],
        ),
    ]
}

/// What only the reader knows.
fn seen_by_the_reader() -> Vec<Case> {
    let root = |text: &str| format!("debatebase: 1\n{text}");
    let source = |text: &str| root(&format!("sources:\n  - {{slug: s, title: S, {text}}}"));
    let one_topic = |text: &str| root(&format!("topics:\n  - title: T?\n    {text}"));
    vec![
        (root("topics: []\nsources: []\ntopics: []"), vec![(4, 1, "/topics", Duplicate)]),
        (
            root("topics:\n  - title: T\n    a/b: 1\n    title: U"),
            vec![(4, 5, "/topics/0/a~1b", Unknown), (5, 5, "/topics/0/title", Duplicate)],
        ),
        (one_topic("quotes: [words]"), vec![(4, 14, "/topics/0/quotes/0", Missing)]),
        (one_topic("summary: \"a\\0b\""), vec![(4, 14, "/topics/0/summary", BadCharacter)]),
        (
            root("topics:\n  - title: |\n      T\n      U"),
            vec![(4, 7, "/topics/0/title", BadCharacter)],
        ),
        (source("text_file: none.txt"), vec![(3, 36, "/sources/0/text_file", NotFound)]),
        (source("text_file: nul.txt"), vec![(3, 36, "/sources/0/text_file", BadCharacter)]),
        (source("published_on: 2024-02-30"), vec![(3, 39, "/sources/0/published_on", BadFormat)]),
        (
            root("sources:\n  - {slug: s, title: S}\n  - {slug: s, title: S}"),
            vec![(4, 12, "/sources/1/slug", Duplicate)],
        ),
        (
            root("topics:\n  - {slug: t, title: S}\n  - {slug: t, title: S}"),
            vec![(4, 12, "/topics/1/slug", Duplicate)],
        ),
        (
            one_topic("positions: [{slug: p, statement: P}, {slug: p, statement: Q}]"),
            vec![(4, 49, "/topics/0/positions/1/slug", Duplicate)],
        ),
        (
            one_topic("source: s\n    quotes: [{slug: q, exact: x}, {slug: q, exact: y}]"),
            vec![(5, 42, "/topics/0/quotes/1/slug", Duplicate)],
        ),
        (
            supported("- {slug: a, claim: A}\n- {slug: a, claim: B}"),
            vec![
                (10, 13, "/topics/0/positions/0/supported_by/1", Duplicate),
                (10, 20, "/topics/0/positions/0/supported_by/1/slug", Duplicate),
            ],
        ),
        (
            supported("- {claim: A, via: {slug: x}}\n- {claim: B, via: {slug: x}}"),
            vec![(10, 36, "/topics/0/positions/0/supported_by/1/via/slug", Duplicate)],
        ),
        (
            supported("- opennes\n- {slug: openness, claim: A}\n- {argument: nothing, via: {}}"),
            vec![
                (9, 13, "/topics/0/positions/0/supported_by/0", NotFound),
                (11, 24, "/topics/0/positions/0/supported_by/2/argument", NotFound),
            ],
        ),
        (
            supported("- {slug: a, claim: A}\n- a"),
            vec![(10, 13, "/topics/0/positions/0/supported_by/1", Duplicate)],
        ),
        (
            supported(
                "- {linked: [a, b]}\n- {linked: [b, a]}\n- {slug: a, claim: A}\n- {slug: b, claim: B}",
            ),
            vec![(10, 13, "/topics/0/positions/0/supported_by/1", Duplicate)],
        ),
        (
            supported("- {linked: [a, a]}\n- {slug: a, claim: A}"),
            vec![(9, 26, "/topics/0/positions/0/supported_by/0/linked/1", Duplicate)],
        ),
        (
            one_topic(
                "relations: [{kind: supports, premises: [b], target: {argument: openes}}]\n    arguments: [{slug: openness, claim: A}]",
            ),
            vec![
                (4, 45, "/topics/0/relations/0/premises/0", NotFound),
                (4, 68, "/topics/0/relations/0/target/argument", NotFound),
            ],
        ),
        (
            one_topic(
                "relations: [{slug: r, kind: attacks, premises: [a], target: {relation: r}}]\n    arguments: [{slug: a, claim: A}]",
            ),
            vec![(4, 76, "/topics/0/relations/0/target/relation", NotAllowed)],
        ),
        (
            one_topic(
                "relations: [{kind: supports, symmetric: true, premises: [a], target: {argument: a}}]\n    arguments: [{slug: a, claim: A}]",
            ),
            vec![(4, 45, "/topics/0/relations/0/symmetric", NotAllowed)],
        ),
        (
            one_topic("source: s\n    quotes: [{exact: x, backs: {relation: r}}]"),
            vec![(5, 43, "/topics/0/quotes/0/backs/relation", NotFound)],
        ),
        (
            one_topic("origin: {format: f, fields: '[1]'}"),
            vec![(4, 33, "/topics/0/origin/fields", BadFormat)],
        ),
        (
            one_topic("origin: {format: f, fields: '{\"a\": }'}"),
            vec![(4, 33, "/topics/0/origin/fields", BadFormat)],
        ),
        (
            supported("- {claim: A, via: {symmetric: true}}"),
            vec![(9, 41, "/topics/0/positions/0/supported_by/0/via/symmetric", NotAllowed)],
        ),
    ]
}

#[test]
fn bad_documents_are_refused_where_they_are_wrong() {
    for (text, expected) in seen_by_a_schema().into_iter().chain(seen_by_the_reader()) {
        let found = faults(&text);
        let found: Vec<_> = found
            .iter()
            .map(|fault| {
                (fault.location.line, fault.location.column, fault.pointer.as_str(), fault.code)
            })
            .collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn text_that_is_no_yaml_is_refused_where_it_breaks() {
    for (text, line, column) in [
        ("debatebase: 1\ntopics:\n\t- title: T", 3, 2),
        ("debatebase: 1\ntopics: [", 2, 9),
        ("debatebase: \"1", 1, 13),
        ("debatebase: 1\n---\ndebatebase: 1", 2, 1),
        ("debatebase: 1\n0\0: 1", 2, 2),
        ("debatebase: 1\ntopics: *a", 2, 9),
        ("debatebase: &a 1", 1, 16),
        ("debatebase: !x 1", 1, 16),
        ("debatebase: 1\ntopics: [{title: a: b}]", 2, 19),
        ("debatebase: 1\n? [a]\n: b", 2, 3),
        ("debatebase: 1e999", 1, 13),
    ] {
        let found = faults(text);
        assert_eq!((found.len(), found[0].code), (1, BadFormat), "{text}\n{found:?}");
        assert_eq!(found[0].location, Location { line, column }, "{text}\n{}", found[0]);
    }
}

#[test]
fn a_fault_reads_as_a_sentence() {
    let say =
        |text: &str| faults(text).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");

    assert_eq!(
        say(&supported("- opennes\n- {slug: openness, claim: A}\n- body: B")),
        "line 9, column 13: supported_by: no argument of this topic has the slug `opennes`; did you mean `openness`?\n\
         line 11, column 13: claim: is needed"
    );
    assert_eq!(
        say("debatebase: 1\ntopics:\n  - title: 1984"),
        "line 3, column 12: title: must be a string, not a number; put it in quotes to make it text"
    );
    assert_eq!(say(""), "line 1, column 1: is empty; a document begins with `debatebase: 1`");
    assert_eq!(
        say("debatebase: 1\ntopics: *a"),
        "line 2, column 9: anchors (&) and aliases (*) are not used here; put text that begins with * in quotes"
    );
}

#[test]
fn one_fault_is_not_told_as_many() {
    // The argument is there, though its claim is faulty and its slug is given.
    let text = supported("- {slug: a, claim: 1}\n- {claim: B, supported_by: [a]}");

    assert_eq!(faults(&text).len(), 1);
}
