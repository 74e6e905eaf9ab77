//! Writes the debates that the tests of the API import into a real database.

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::domain::slug::Slug;
use crate::formats::generating::document;
use crate::formats::native::ndjson::{source_line, topic_line};

/// How many documents.
const DOCUMENTS: usize = 25;

/// `cargo test --lib debates_are_written -- --ignored`, after the generator has changed.
#[test]
#[ignore = "writes tests/api/generated.ndjson anew"]
fn debates_are_written() {
    let mut runner = TestRunner::deterministic();
    let mut stream = String::new();
    for number in 0..DOCUMENTS {
        let mut document = document().new_tree(&mut runner).unwrap().current();
        // Documents know nothing of one another's slugs.
        let renamed =
            |kind: &str, at: usize| Slug::parse(&format!("{kind}-{number}-{at}")).unwrap();
        for (at, source) in document.sources.iter_mut().enumerate() {
            let new = renamed("source", at);
            let citations = document.topics.iter_mut().flat_map(|topic| &mut topic.citations);
            citations.filter(|it| it.source == source.slug).for_each(|it| it.source = new.clone());
            source.slug = new;
        }
        for (at, topic) in document.topics.iter_mut().enumerate() {
            topic.slug = renamed("topic", at);
        }
        document.sources.iter().for_each(|it| stream.push_str(&source_line(it)));
        document.topics.iter().for_each(|it| stream.push_str(&topic_line(it)));
    }
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/api/generated.ndjson"), stream)
        .unwrap();
}
