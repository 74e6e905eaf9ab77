use std::collections::BTreeSet;
use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::domain::kinds::RelationKind;
use crate::domain::slug::Slug;
use crate::domain::text::{Claim, Scheme};
use crate::formats::document::{Document, TargetName, TopicRecord};
use crate::formats::generating;
use crate::formats::note::{NoteCode, Severity};
use crate::formats::reading::{Collected, no_files};

const SAMPLES: [(&str, &str); 3] = [
    ("single", include_str!("../../../tests/data/kialo/single.txt")),
    ("theses", include_str!("../../../tests/data/kialo/theses.txt")),
    ("deep", include_str!("../../../tests/data/kialo/deep.txt")),
];

fn read(text: &str) -> Collected {
    let mut bytes = text.as_bytes();
    let mut input = Input { bytes: &mut bytes, name: Some("file"), files: &no_files };
    let mut sink = Collected::default();
    Kialo.read(&mut input, &mut sink).unwrap();
    sink
}

fn written(document: &Document) -> (String, Vec<Note>) {
    let mut losses = Vec::new();
    let text = Kialo.write(&Debate::first_of(document).unwrap(), &mut losses);
    (text, losses)
}

/// Reads a text and holds it to the text that is written of it.
fn goes_back(text: &str) -> Collected {
    let read = read(text);
    let (again, _) = written(&read.document);
    assert_eq!(again, text, "{:#?}", read.notes);
    read
}

/// What bears on what, by what they say.
fn tree(topic: &TopicRecord) -> BTreeSet<(String, RelationKind, String)> {
    let claim =
        |slug: &Slug| topic.arguments.iter().find(|it| it.slug == *slug).unwrap().claim.to_string();
    let said = |target: &TargetName| match target {
        TargetName::Position(slug) => {
            topic.positions.iter().find(|it| it.slug == *slug).unwrap().statement.to_string()
        }
        TargetName::Argument(slug) => claim(slug),
        TargetName::Relation(slug) => {
            let relation = topic.relations.iter().find(|it| it.slug == *slug).unwrap();
            claim(&relation.premises[0])
        }
    };
    let kind = |kind| if kind == RelationKind::Rephrases { RelationKind::Supports } else { kind };
    let relations = topic.relations.iter();
    relations
        .flat_map(|it| {
            let premises = it.premises.iter();
            premises.map(|premise| (claim(premise), kind(it.kind), said(&it.target)))
        })
        .collect()
}

fn told(read: &Collected) -> Vec<(u64, NoteCode)> {
    read.notes.iter().map(|it| (it.place.line.unwrap_or_default(), it.code)).collect()
}

#[test]
fn exports_go_back_byte_for_byte() {
    for (name, text) in SAMPLES {
        let read = goes_back(text);
        assert!(read.notes.iter().all(|it| it.severity < Severity::Error), "{name}");
        let (_, losses) = written(&read.document);
        assert!(
            losses.iter().all(|it| it
                .place
                .id
                .as_deref()
                .is_some_and(|id| id.starts_with("topic")))
        );
    }
}

#[test]
fn one_thesis_is_a_position_and_links_are_relations_of_the_same_argument() {
    let read = goes_back(SAMPLES[0].1);
    let topic = &read.document.topics[0];

    assert_eq!(topic.title.as_str(), "Should the town library open on Sundays?");
    assert_eq!(topic.slug.as_str(), "should-the-town-library-open-on-sundays");
    assert_eq!(topic.positions.len(), 1);
    assert_eq!(topic.arguments.len(), 9);
    assert_eq!(topic.relations.len(), 13);
    let first = &topic.arguments[0];
    assert_eq!(
        first.claim.as_str(),
        "People who work on weekdays could use it (many of them cannot come at any other time)."
    );
    assert_eq!(first.origin.as_ref().unwrap().id.as_ref().unwrap().as_str(), "1.1.");
    let linked = &topic.arguments[1];
    assert_eq!(
        linked.claim.as_str(),
        "A count of visitors shows that Saturdays are the fullest days."
    );
    assert!(linked.body.as_str().contains("(https://example.org/visitors_(2023)?day=sat)"));
    let lines =
        topic.arguments.iter().find(|it| it.claim.as_str() == "Staff are paid more on Sundays.");
    assert!(lines.unwrap().body.as_str().ends_with("- and a guard at the door."));
    let circle = tree(topic);
    let round =
        (first.claim.to_string(), RelationKind::Attacks, topic.arguments[4].claim.to_string());
    assert!(circle.contains(&round), "{circle:#?}");
}

#[test]
fn several_theses_are_positions_and_the_first_claim_is_the_question() {
    let read = goes_back(SAMPLES[1].1);
    let topic = &read.document.topics[0];

    let statements: Vec<&str> = topic.positions.iter().map(|it| it.statement.as_str()).collect();
    assert_eq!(
        statements,
        [
            "It should be a path for bicycles.",
            "Trains should run on it again.",
            "Nothing should be done with it.",
        ]
    );
    assert_eq!(topic.summary.as_str(), "");
    // A thesis that is linked is an argument as well.
    assert_eq!(topic.arguments.last().unwrap().claim.as_str(), "Trains should run on it again.");
    assert_eq!(told(&read), [(9, NoteCode::TextMoved), (7, NoteCode::Approximated)]);
}

#[test]
fn what_no_export_has_is_told_with_its_line_and_goes_back_all_the_same() {
    let text = "Discussion Title: T\n\n1. Root\n1.1. Pro: A\n1.1. Con: B\n1.2. Con: -> See 7.7.\n\
        1.3. Con: -> See 1.4.\n1.4. Con: -> See 1.3.\n1.5.1. Pro: C\n1.6. Pro: -> See 1.6.\n1.7. Con: ";
    let read = read(text);

    assert_eq!(
        told(&read),
        [
            (5, NoteCode::Repeated),
            (11, NoteCode::Guessed),
            (6, NoteCode::Guessed),
            (7, NoteCode::Guessed),
            (8, NoteCode::Guessed),
            (9, NoteCode::Guessed),
            (10, NoteCode::Guessed),
        ]
    );
    let topic = &read.document.topics[0];
    assert_eq!((topic.arguments.len(), topic.relations.len()), (8, 8));
    assert_eq!(topic.arguments[2].claim.as_str(), "-> See 7.7.");
    let (again, _) = written(&read.document);
    // Two had one number, and one stood under a claim that is not there.
    assert_eq!(
        again,
        text.replace("1.1. Con: B", "1.8. Con: B").replace("1.5.1. Pro: C", "1.9. Pro: C")
    );
}

#[test]
fn a_text_without_a_title_or_without_claims_is_told() {
    let untitled = goes_back("1. Root\n1.1. Pro: A\n");
    assert_eq!(untitled.document.topics[0].title.as_str(), "file");
    assert_eq!(told(&untitled), [(1, NoteCode::Guessed)]);

    let empty = goes_back("Discussion Title: T\n\n");
    assert_eq!(told(&empty), [(1, NoteCode::Incomplete)]);

    for bad in ["", "no", "{}", "1.\n1.1.\n"] {
        let read = read(bad);
        assert_eq!(told(&read), [(0, NoteCode::Malformed)], "{bad}");
        assert!(read.document.topics.is_empty());
    }
}

#[test]
fn a_line_that_is_no_text_leaves_the_topic_out() {
    let mut bytes: &[u8] = b"1. Root\n1.1. Pro: \xff\n";
    let mut input = Input { bytes: &mut bytes, name: None, files: &no_files };
    let mut sink = Collected::default();
    Kialo.read(&mut input, &mut sink).unwrap();

    assert!(sink.document.topics.is_empty());
    assert_eq!(told(&sink), [(2, NoteCode::Malformed)]);
}

#[test]
fn a_list_within_a_claim_is_no_claim() {
    let read = goes_back("Discussion Title: T\n\n1. Root:\n1. one\n1.1. Pro: A\n1. two\n");

    assert_eq!(read.document.topics[0].arguments.len(), 1);
    assert_eq!(read.document.topics[0].arguments[0].body.as_str(), "A\n1. two");
    assert!(read.notes.iter().any(|it| it.code == NoteCode::Guessed && it.place.line == Some(6)));
}

#[test]
fn what_has_changed_is_written_anew_and_the_rest_keeps_its_numbers() {
    let mut document = read(SAMPLES[0].1).document;
    let topic = &mut document.topics[0];
    topic.arguments[0].claim = Claim::parse("People (all) [who] work.").unwrap();
    let is_gone = |claim: &str| claim.contains("olunteers");
    let gone: Vec<Slug> = topic
        .arguments
        .iter()
        .filter(|it| is_gone(it.claim.as_str()))
        .map(|it| it.slug.clone())
        .collect();
    topic.relations.retain(|it| !gone.contains(&it.premises[0]));
    topic.arguments.retain(|it| !gone.contains(&it.slug));

    let (text, _) = written(&document);

    let lines: Vec<&str> =
        SAMPLES[0].1.lines().filter(|it| !is_gone(it) && !it.starts_with("1.2.3.2.1.")).collect();
    let expected = lines.join("\n").replace(
        "People who work on weekdays could use it \\(many of them cannot come at any other time\\).",
        "People \\(all\\) \\[who\\] work.",
    );
    let expected = expected.replace("\n1.2.3.1. Con: -> See 1.2.3.2.", "");
    assert_eq!(text, expected);
}

#[test]
fn what_kialo_lacks_is_noted_item_by_item() {
    let mut document =
        read("Discussion Title: T\n\n1. R\n1.1. Pro: A\n1.2. Con: B\n1.3. Con: C\n").document;
    let topic = &mut document.topics[0];
    let slug = |at: usize| topic.arguments[at].slug.clone();
    let (a, b, c) = (slug(0), slug(1), slug(2));
    let first = topic.relations[0].slug.clone();
    topic.relations[1].target = TargetName::Relation(first);
    topic.relations[1].symmetric = true;
    topic.relations[2].premises = vec![c, a, b];
    topic.relations[2].kind = RelationKind::Rephrases;
    topic.relations[2].scheme = Some(Scheme::parse("Sign").unwrap());

    let (text, losses) = written(&document);

    assert_eq!(
        text,
        "Discussion Title: T\n\n1. R\n1.1. Pro: A\n1.1.2. Con: B\n1.3. Pro: C\n1.4. Pro: -> See 1.1.\n\
         1.5. Pro: -> See 1.1.2.\n"
    );
    let of_relations: Vec<String> = losses
        .iter()
        .filter(|it| it.place.id.as_deref().is_some_and(|id| id.starts_with("relation")))
        .map(|it| it.detail.clone())
        .collect();
    assert_eq!(
        of_relations,
        [
            "Kialo (text) has no attacks that go both ways",
            "Kialo (text) has no schemes",
            "Kialo (text) has no claims that bear on a step",
            "Kialo (text) has no premises that hold only together",
            "Kialo (text) has no rephrasing",
        ]
    );
}

#[test]
fn a_discussion_thousands_of_levels_deep_is_read_and_written() {
    let mut text = String::from("Discussion Title: T\n\n1. Root\n");
    let mut id = String::from("1.");
    for level in 0..3_000 {
        id.push_str("1.");
        writeln!(text, "{id} Con: Level {level}").unwrap();
    }
    let read = goes_back(&text);
    assert_eq!(read.document.topics[0].relations.len(), 3_000);
}

#[test]
fn a_hundred_thousand_reasons_for_one_claim_take_no_longer_than_they_must() {
    let mut text = String::from("Discussion Title: T\n\n1. Root\n");
    for at in 1..=50_000 {
        writeln!(text, "1.{at}. Con: Reason {at}").unwrap();
    }
    for at in 1..50_000 {
        writeln!(text, "1.50000.{at}. Pro: -> See 1.{at}.").unwrap();
    }
    let read = read(&text);
    let (again, _) = written(&read.document);

    assert!(again == text);
    assert_eq!(read.document.topics[0].arguments.len(), 50_000);
}

#[test]
fn the_format_is_recognised() {
    let fits = |text: &str| Kialo.fits(&Beginning::new(text.as_bytes(), None));
    assert!(fits("Discussion Title: T\n\n1. A"));
    assert!(fits("\u{feff}\r\n1. A\r\n1.1. Pro: B\r\n"));
    assert!(!fits("1. A\n2. B\n"));
    assert!(!fits("# A\n1.1. Pro: B\n"));
}

fn any_line() -> impl Strategy<Value = String> {
    let id = prop::collection::vec(1..4_u8, 1..4)
        .prop_map(|parts| parts.iter().map(|it| format!("{it}.")).collect::<String>());
    let link = prop::collection::vec(1..4_u8, 1..4).prop_map(|parts| {
        format!("-> See {}", parts.iter().map(|it| format!("{it}.")).collect::<String>())
    });
    let text =
        prop_oneof![3 => link, 2 => "[A-C]", 1 => "[\\[\\]()\\\\ a:/]{0,9}", 1 => "\\PC{0,9}"];
    prop_oneof![
        8 => (id, prop::sample::select(&["", "Pro: ", "Con: ", "Pro: "]), text)
            .prop_map(|(id, stance, text)| format!("{id} {stance}{text}")),
        1 => "\\PC{0,9}",
        1 => Just(String::new()),
    ]
}

proptest! {
    #[test]
    fn any_text_is_taken_and_what_is_written_of_it_reads_the_same(
        lines in prop::collection::vec(any_line(), 0..14),
        end in prop::sample::select(&["\n", "\r\n"]),
    ) {
        let text = format!("Discussion Title: T{end}{end}1. Root{end}{}", lines.join(end));
        let first = read(&text);
        let topic = &first.document.topics[0];
        let (again, _) = written(&first.document);
        let second = read(&again);
        // What bore on nothing stands at the top now, where nothing else can be said of it.
        if first.notes.iter().all(|it| it.severity == Severity::Info) {
            prop_assert_eq!(tree(&second.document.topics[0]), tree(topic), "{}", again);
        }
        let names = |slug: &Slug| topic.arguments.iter().any(|it| it.slug == *slug);
        for relation in &topic.relations {
            prop_assert!(relation.premises.iter().all(names));
        }
    }

    #[test]
    fn any_debate_keeps_its_tree(document in generating::document()) {
        for topic in &document.topics {
            let debate = Debate { topic, sources: &document.sources };
            let text = Kialo.write(&debate, &mut Vec::new());
            let read = read(&text);
            if topic.positions.is_empty() && topic.arguments.is_empty() {
                continue;
            }
            let again = &read.document.topics[0];
            prop_assert_eq!(tree(again), tree(topic), "{}\n{:#?}", text, read.notes);
            prop_assert_eq!(again.title.as_str(), topic.title.as_str());
            let statements = |topic: &TopicRecord| -> BTreeSet<String> {
                topic.positions.iter().map(|it| it.statement.to_string()).collect()
            };
            prop_assert!(statements(again).is_superset(&statements(topic)), "{}", text);
            let claims = |topic: &TopicRecord| -> BTreeSet<String> {
                topic.arguments.iter().map(|it| it.claim.to_string()).collect()
            };
            let said: BTreeSet<String> = claims(again).union(&statements(again)).cloned().collect();
            prop_assert!(said.is_superset(&claims(topic)), "{}", text);
        }
    }

    #[test]
    fn any_bytes_are_taken(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut bytes: &[u8] = &bytes;
        let mut input = Input { bytes: &mut bytes, name: None, files: &no_files };
        let mut sink = Collected::default();
        prop_assert!(Kialo.read(&mut input, &mut sink).is_ok());
        prop_assert!(!sink.notes.is_empty() || !sink.document.topics.is_empty());
    }
}
