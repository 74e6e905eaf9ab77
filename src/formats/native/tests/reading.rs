use super::*;
use crate::domain::kinds::RelationKind;
use crate::domain::quote::{QuotableText, SourceText};
use crate::domain::slug::Slug;
use crate::domain::text::Scheme;
use crate::formats::document::{BacksName, TargetName};
use crate::formats::place::Place;

#[test]
fn the_seed_document_reads_whole() {
    let parsed = read_all(SEED).unwrap();

    let topics = &parsed.document.topics;
    let count = |size: fn(&TopicRecord) -> usize| topics.iter().map(size).sum::<usize>();
    assert_eq!(parsed.document.sources[0].text.as_ref().map(SourceText::as_str), Some(ESSAY));
    assert_eq!(
        (
            topics.len(),
            count(|topic| topic.positions.len()),
            count(|topic| topic.arguments.len()),
            count(|topic| topic.relations.len()),
            count(|topic| topic.citations.len()),
        ),
        (5, 12, 32, 37, 51)
    );
}

#[test]
fn every_quote_of_the_seed_document_stands_in_the_essay() {
    let parsed = read_all(SEED).unwrap();
    let text = QuotableText::new(ESSAY);

    for citation in parsed.document.topics.iter().flat_map(|topic| &topic.citations) {
        let anchored = text.anchor(&citation.quote);
        assert!(anchored.is_ok(), "{}: {anchored:?}", parsed.locations.of(&citation.at));
    }
}

#[test]
fn a_record_keeps_the_place_where_it_is_written() {
    let parsed = read_all(SEED).unwrap();

    let undercut = &parsed.document.topics[0].relations[1];

    assert_eq!(undercut.at.as_str(), "/topics/0/positions/0/supported_by/0/via/undercut_by/0");
    assert_eq!(parsed.locations.of(&undercut.at), Location { line: 43, column: 19 });
}

#[test]
fn a_fault_found_later_is_shown_where_the_record_is_written() {
    let parsed = read_all(SEED).unwrap();
    let at = &parsed.document.topics[0].citations[1].at;

    let fault = parsed.locate(Fault {
        pointer: format!("{at}/exact"),
        code: FaultCode::QuoteNotFound,
        detail: "these words do not stand in the source's text".to_owned(),
    });

    assert_eq!(
        fault.to_string(),
        "line 33, column 13: exact: these words do not stand in the source's text"
    );
}

#[test]
fn a_place_that_is_not_there_is_shown_at_the_nearest_one_around_it() {
    let parsed = read_all("debatebase: 1\ntopics:\n  - title: T?\n    tags: [a]\n").unwrap();

    let of = |pointer: &str| parsed.locations.of(&Place::from(&At::Pointer(pointer)));

    assert_eq!(of("/topics/0/tags/7/x"), Location { line: 4, column: 11 });
    assert_eq!(of("/topics/0/quotes/1"), Location { line: 3, column: 5 });
    assert_eq!(of("/nothing"), Location { line: 1, column: 1 });
}

#[test]
fn records_come_in_the_order_of_the_file_the_outer_before_the_inner() {
    let topic = topic(&supported(
        "- slug: a
  claim: A
  via:
    slug: a-p
    undercut_by:
      - {slug: u, claim: U}
  supported_by:
    - linked:
        - {slug: b, claim: B, attacked_by: [{slug: c, claim: C}]}
        - a
        - {slug: d, claim: D}
- e
- {slug: e, claim: E}"
            .replace("- e\n", "- argument: e\n  via: {slug: early}\n")
            .replace(
                "{slug: e, claim: E}",
                "{slug: f, claim: F, rephrased_by: [{slug: e, claim: E}]}",
            )
            .as_str(),
    ));

    let arguments: Vec<&str> =
        topic.arguments.iter().map(|argument| argument.slug.as_str()).collect();
    let relations: Vec<&str> =
        topic.relations.iter().map(|relation| relation.slug.as_str()).collect();

    assert_eq!(arguments, ["a", "u", "b", "c", "d", "f", "e"]);
    assert_eq!(
        relations,
        [
            "a-p",
            "u-attacks-a-p",
            "b-supports-a",
            "c-attacks-b",
            "early",
            "f-supports-p",
            "e-rephrases-f"
        ]
    );
}

#[test]
fn linked_arguments_are_the_premises_of_one_relation() {
    let topic = topic(&supported(
        "- linked: [a, b]\n  via: {scheme: Sign}\n- {slug: a, claim: A}\n- {slug: b, claim: B}",
    ));

    let linked = &topic.relations[0];

    assert_eq!(linked.premises.iter().map(Slug::as_str).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(linked.scheme.as_ref().map(Scheme::as_str), Some("Sign"));
    assert_eq!(linked.slug.as_str(), "a-supports-p");
}

#[test]
fn what_is_listed_where_says_what_it_does_to_what() {
    let topic = topic(
        "debatebase: 1
topics:
  - title: T?
    arguments:
      - slug: a
        claim: A
        attacked_by:
          - slug: b
            claim: B
            via: {slug: x, symmetric: true, supported_by: [{slug: c, claim: C}], rephrased_by: [a]}
",
    );

    let said: Vec<(RelationKind, &str, TargetName)> = topic
        .relations
        .iter()
        .map(|relation| (relation.kind, relation.premises[0].as_str(), relation.target.clone()))
        .collect();

    let slug = |text: &str| Slug::parse(text).unwrap();
    assert_eq!(
        said,
        [
            (RelationKind::Attacks, "b", TargetName::Argument(slug("a"))),
            (RelationKind::Supports, "c", TargetName::Relation(slug("x"))),
            (RelationKind::Rephrases, "a", TargetName::Relation(slug("x"))),
        ]
    );
    assert!(topic.relations[0].symmetric);
}

#[test]
fn a_slug_that_is_given_wins_over_one_that_is_derived_earlier() {
    let topic = topic(&supported(
        "- claim: The same\n- claim: The same\n- {slug: the-same, claim: Another}",
    ));

    let slugs: Vec<&str> = topic.arguments.iter().map(|argument| argument.slug.as_str()).collect();

    assert_eq!(slugs, ["the-same-2", "the-same-3", "the-same"]);
}

#[test]
fn quotes_back_what_they_stand_under_and_take_its_source() {
    let topic = topic(
        "debatebase: 1
topics:
  - slug: t
    title: T?
    source: essay
    quotes: [First words]
    positions:
      - slug: p
        statement: P
        quotes:
          - {exact: Some words, source: another, prefix: 'just ', start: 3, slug: q}
        supported_by:
          - slug: a
            claim: A
            quotes: [Third]
            via: {quotes: [Third]}
",
    );

    let said: Vec<(&str, &str, &BacksName)> = topic
        .citations
        .iter()
        .map(|citation| (citation.slug.as_str(), citation.source.as_str(), &citation.backs))
        .collect();

    let slug = |text: &str| Slug::parse(text).unwrap();
    assert_eq!(
        said,
        [
            ("t-first-words", "essay", &BacksName::Topic),
            ("q", "another", &BacksName::Position(slug("p"))),
            ("a-third", "essay", &BacksName::Argument(slug("a"))),
            ("a-supports-p-third", "essay", &BacksName::Relation(slug("a-supports-p"))),
        ]
    );
}

#[test]
fn what_is_left_out_has_its_default() {
    let topic = topic(
        "debatebase: 1
topics:
  - title: Is it open?
    summary:
    language: pt-br
    positions:
      - statement: Yes
      - {statement: No, rank: 7}
      - statement: Perhaps
    arguments:
      - claim: A
      - {claim: B, language: en}
",
    );

    assert_eq!(topic.slug.as_str(), "is-it-open");
    assert_eq!(topic.status.as_str(), "published");
    assert_eq!(topic.summary.as_str(), "");
    assert_eq!(topic.positions.iter().map(|position| position.rank).collect::<Vec<_>>(), [0, 7, 2]);
    assert_eq!(topic.arguments[0].language.as_str(), "pt-BR");
    assert_eq!(topic.arguments[1].language.as_str(), "en");
}

#[test]
fn a_source_has_all_that_is_known_of_it() {
    let text = "debatebase: 1
sources:
  - slug: no
    title: '1984'
    authors: [Ann, Ben]
    publisher: 007
    published_on: 2024-07-23
    url: https://example.org/a
    licence: CC-BY-4.0
    text: |
      One line.
      Another.
    origin: {format: aif, id: 'n1', fields: {x: [1, null, {y: 1.5}]}}
";
    let source = read_all(text).unwrap().document.sources.remove(0);

    assert_eq!(source.slug.as_str(), "no");
    assert_eq!(source.publisher.map(|name| name.to_string()), Some("007".to_owned()));
    assert_eq!(source.published_on.map(|date| date.to_string()), Some("2024-07-23".to_owned()));
    assert_eq!(source.text.as_ref().map(SourceText::as_str), Some("One line.\nAnother.\n"));
    assert_eq!(source.origin.map(|origin| origin.format.to_string()), Some("aif".to_owned()));
}

#[test]
fn windows_and_unicode_are_no_trouble() {
    let text =
        "\u{feff}debatebase: 1\r\ntopics:\r\n  - title: Offenheit – wozu? 🦙\r\n    tagz: [a]\r\n";

    assert_eq!(faults(text)[0].location, Location { line: 4, column: 5 });
    assert_eq!(topic(&text.replace("tagz", "tags")).slug.as_str(), "offenheit-wozu-llama");
}

#[test]
fn relations_written_apart_say_what_no_tree_can() {
    let topic = topic(
        "debatebase: 1
topics:
  - title: T?
    source: s
    quotes: [{exact: Words, backs: {relation: r}}]
    arguments: [{slug: a, claim: A}, {slug: b, claim: B}]
    relations:
      - {slug: r, kind: attacks, premises: [a], target: {relation: q}}
      - {slug: q, kind: supports, premises: [a, b], target: {relation: r}, scheme: Sign}
      - kind: attacks
        premises: [a]
        target: {argument: a}
        undercut_by: [b]
      - {slug: again, kind: attacks, premises: [a], target: {argument: a}, symmetric: true}
",
    );

    let slug = |text: &str| Slug::parse(text).unwrap();
    let said: Vec<(&str, TargetName)> =
        topic.relations.iter().map(|it| (it.slug.as_str(), it.target.clone())).collect();
    assert_eq!(
        said,
        [
            ("r", TargetName::Relation(slug("q"))),
            ("q", TargetName::Relation(slug("r"))),
            ("a-attacks-a", TargetName::Argument(slug("a"))),
            ("b-attacks-a-attacks-a", TargetName::Relation(slug("a-attacks-a"))),
            ("again", TargetName::Argument(slug("a"))),
        ]
    );
    assert_eq!(topic.relations[1].premises, [slug("a"), slug("b")]);
    assert_eq!(topic.citations[0].backs, BacksName::Relation(slug("r")));
}
