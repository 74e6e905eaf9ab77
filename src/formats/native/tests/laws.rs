use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::domain::kinds::RelationKind;
use crate::domain::quote::{QuotableText, QuoteDraft};
use crate::domain::slug::Slug;
use crate::formats::document::{Document, TargetName};
use crate::formats::generating::document;
use crate::formats::reading::{Collected, Input, no_files};
use crate::formats::writing::Debate;

/// A document, as a format that loses nothing writes it: one text for each topic, with the sources
/// that it quotes.
fn written(format: &dyn Format, document: &Document) -> Vec<String> {
    let write = |topic: &TopicRecord| {
        let mut losses = Vec::new();
        let debate = Debate { topic, sources: &document.sources };
        let text = format.writer().unwrap().write(&debate, &mut losses);
        assert_eq!(losses, [], "nothing is lost");
        text
    };
    document.topics.iter().map(write).collect()
}

fn collected(format: &dyn Format, text: &str) -> Collected {
    let mut bytes = text.as_bytes();
    let mut input = Input { bytes: &mut bytes, name: None, files: &no_files };
    let mut sink = Collected::default();
    format.reader().unwrap().read(&mut input, &mut sink).unwrap();
    sink
}

fn read_again(format: &dyn Format, text: &str) -> Document {
    let read = collected(format, text);
    assert_eq!(read.notes, [], "{text}");
    read.document
}

fn only(document: &Document, topic: &TopicRecord) -> Document {
    Document { sources: document.sources.clone(), topics: vec![topic.clone()] }
}

/// What is read is what was written, field by field and in the same order, and is written again to
/// the byte.
fn goes_and_comes_back(format: &dyn Format, document: &Document) {
    for (text, topic) in written(format, document).iter().zip(&document.topics) {
        let read = read_again(format, text).without_places();
        assert_eq!(read, only(document, topic), "{text}");
        assert_eq!(written(format, &read), std::slice::from_ref(text));
    }
}

/// A document as the nested form has it: its lists have the order in which a tree is walked, and a
/// quote that stands once in its text is told by its words alone.
fn as_nested(mut document: Document) -> Document {
    let texts: HashMap<Slug, QuotableText> = document
        .sources
        .iter()
        .filter_map(|it| Some((it.slug.clone(), QuotableText::new(it.text.as_ref()?.as_str()))))
        .collect();
    for topic in &mut document.topics {
        topic.arguments.sort_by_key(|it| it.slug.clone());
        topic.relations.sort_by_key(|it| it.slug.clone());
        topic.citations.sort_by_key(|it| it.slug.clone());
        for citation in &mut topic.citations {
            let text = texts.get(&citation.source).unwrap();
            let found = text.anchor(&citation.quote).unwrap();
            let bare = QuoteDraft {
                prefix: None,
                suffix: None,
                start: None,
                end: None,
                ..citation.quote.clone()
            };
            if text.anchor(&bare) == Ok(found) {
                citation.quote = bare;
            }
        }
    }
    document
}

/// The relations that bear on each thing in each way, in their order.
fn siblings(topic: &TopicRecord) -> HashMap<(TargetName, RelationKind), Vec<Slug>> {
    let mut siblings: HashMap<_, Vec<Slug>> = HashMap::new();
    for relation in &topic.relations {
        let list = siblings.entry((relation.target.clone(), relation.kind)).or_default();
        list.push(relation.slug.clone());
    }
    siblings
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn json_goes_and_comes_back(document in document()) {
        goes_and_comes_back(&Json, &document);
    }

    #[test]
    fn a_stream_goes_and_comes_back(document in document()) {
        goes_and_comes_back(&Ndjson, &document);
    }

    #[test]
    fn yaml_goes_and_comes_back(document in document()) {
        for (text, topic) in written(&Yaml, &document).iter().zip(&document.topics) {
            let read = read_again(&Yaml, text).without_places();
            prop_assert_eq!(siblings(&read.topics[0]), siblings(topic), "{}", text);
            prop_assert_eq!(written(&Yaml, &read), std::slice::from_ref(text));
            prop_assert_eq!(as_nested(read), as_nested(only(&document, topic)), "{}", text);
        }
    }

    #[test]
    fn yaml_is_what_the_schema_takes(document in document()) {
        for text in written(&Yaml, &document) {
            let (value, _) = yaml::parse(&text).unwrap();
            prop_assert!(schema::VALIDATOR.is_valid(&value), "{}", text);
        }
        for text in written(&Json, &document) {
            let value = json::parse(&text, 1_000_000).unwrap().value;
            prop_assert!(schema::VALIDATOR.is_valid(&value), "{}", text);
        }
    }

    #[test]
    fn what_is_written_fits_its_format_and_no_other(document in document()) {
        use crate::formats::recognised;
        use crate::formats::recognising::Beginning;
        for format in ALL {
            for text in written(format, &document) {
                let found = recognised(&Beginning::new(text.as_bytes(), None));
                prop_assert_eq!(found.map(Format::name), Some(format.name()), "{}", text);
            }
        }
    }
}

/// A debate of one position and arguments `0` to `many`, with relations as `(premise, kind, target)`.
fn debate(many: usize, relations: &[(usize, RelationKind, Option<usize>)]) -> Document {
    let relation = |(premise, kind, target): &(usize, RelationKind, Option<usize>)| {
        let target = target.map_or_else(
            || "{position: p}".to_owned(),
            |target| format!("{{argument: a{target}}}"),
        );
        format!("      - {{kind: {kind}, premises: [a{premise}], target: {target}}}\n")
    };
    let arguments: String =
        (0..many).map(|at| format!("      - {{slug: a{at}, claim: A{at}}}\n")).collect();
    let text = format!(
        "debatebase: 1\ntopics:\n  - title: T?\n    positions: [{{slug: p, statement: P}}]\n    \
         arguments:\n{arguments}    relations:\n{}",
        relations.iter().map(relation).collect::<String>()
    );
    read_all(&text).unwrap_or_else(|it| panic!("{it:?}\n{text}")).document.without_places()
}

#[test]
fn a_chain_of_any_length_goes_and_comes_back() {
    use RelationKind::Attacks;
    let mut relations = vec![(0, Attacks, None)];
    relations.extend((1..10_000).map(|at| (at, Attacks, Some(at - 1))));
    let chain = debate(10_000, &relations);

    goes_and_comes_back(&Json, &chain);
    let text = &written(&Yaml, &chain)[0];
    let read = read_again(&Yaml, text).without_places();

    assert_eq!(written(&Yaml, &read), std::slice::from_ref(text));
    assert_eq!(as_nested(read), as_nested(chain));
    let deepest = text.lines().map(|line| line.len() - line.trim_start().len()).max();
    assert!(deepest < Some(70), "{deepest:?}");
}

#[test]
fn what_is_a_tree_is_written_as_one_and_what_is_a_circle_beside_it() {
    use RelationKind::{Attacks, Supports};
    let debate = debate(
        4,
        &[
            (1, Supports, Some(0)),
            (0, Attacks, None),
            (2, Attacks, Some(3)),
            (3, Supports, Some(2)),
        ],
    );

    let text = written(&Yaml, &debate).concat();

    let topic = text.split("topics:\n").nth(1).unwrap();
    assert_eq!(
        topic,
        "  - slug: t
    title: \"T?\"
    positions:
      - slug: p
        statement: \"P\"
        attacked_by:
          - slug: a0
            claim: \"A0\"
            supported_by:
              - slug: a1
                claim: \"A1\"

    arguments:
      - slug: a2
        claim: \"A2\"
        supported_by:
          - slug: a3
            claim: \"A3\"
            attacked_by:
              - a2
"
    );
}

#[test]
fn the_seed_document_is_written_as_its_curator_wrote_it() {
    let document = read_all(SEED).unwrap().document.without_places();
    let text = &written(&Yaml, &document)[3];

    let topic = text.split("topics:\n").nth(1).unwrap();
    let begins = SEED.find("  - slug: openness-or-diverse-competition\n").unwrap();
    assert!(SEED.split_at(begins).1.starts_with(topic), "{topic}");
}

#[test]
fn json_is_a_list_of_records() {
    let debate = debate(1, &[(0, RelationKind::Supports, None)]);

    assert_eq!(
        written(&Json, &debate)[0],
        r#"{
  "debatebase": 1,
  "topics": [
    {
      "slug": "t",
      "title": "T?",
      "language": "en",
      "status": "published",
      "positions": [
        {
          "slug": "p",
          "statement": "P",
          "rank": 0
        }
      ],
      "arguments": [
        {
          "slug": "a0",
          "claim": "A0"
        }
      ],
      "relations": [
        {
          "slug": "a0-supports-p",
          "kind": "supports",
          "premises": [
            "a0"
          ],
          "target": {
            "position": "p"
          }
        }
      ]
    }
  ]
}
"#
    );
}

#[test]
fn origins_that_no_document_can_hold_as_they_are_go_and_come_back() {
    let deep = (0..200).fold(serde_json::json!({}), |inside, _| serde_json::json!({"a": inside}));
    for fields in [
        deep,
        serde_json::json!({"x".repeat(5_000): 1}),
        serde_json::json!({"a": [f64::MIN, f64::MAX, 5e-324, 1e16, -0.0, u64::MAX, i64::MIN]}),
        serde_json::json!({"a": "x".repeat(900_000), "b": vec!["\u{85}: # "; 10_000]}),
    ] {
        let origin = serde_json::json!({"format": "f", "fields": fields});
        let mut document = debate(1, &[(0, RelationKind::Attacks, None)]);
        let topic = &mut document.topics[0];
        topic.origin = crate::domain::input::read(origin).unwrap();
        topic.arguments[0].origin.clone_from(&topic.origin);
        topic.relations[0].origin.clone_from(&topic.origin);

        for format in ALL {
            goes_and_comes_back(format, &document);
        }
    }
}
