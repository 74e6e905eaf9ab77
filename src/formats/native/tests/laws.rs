use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::domain::kinds::RelationKind;
use crate::domain::quote::{QuotableText, QuoteDraft};
use crate::domain::slug::Slug;
use crate::formats::document::{Document, TargetName};
use crate::formats::generating::{document, without_places};
use crate::formats::reading::{Collected, Input, no_files};
use crate::formats::writing::Debate;
use crate::formats::Format;

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
        let read = without_places(read_again(format, text));
        assert_eq!(read, only(document, topic), "{text}");
        assert_eq!(written(format, &read), [text.clone()]);
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
            let read = without_places(read_again(&Yaml, text));
            prop_assert_eq!(siblings(&read.topics[0]), siblings(topic), "{}", text);
            prop_assert_eq!(written(&Yaml, &read), [text.clone()]);
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
        for format in [&Yaml as &dyn Format, &Json, &Ndjson] {
            for text in written(format, &document) {
                let found = recognised(&Beginning::new(text.as_bytes(), None));
                prop_assert_eq!(found.map(Format::name), Some(format.name()), "{}", text);
            }
        }
    }
}
