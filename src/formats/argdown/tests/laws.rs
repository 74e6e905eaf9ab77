//! What is written is read as the same debate.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::formats::document::Document;
use crate::formats::generating;
use crate::formats::writing::Debate;
use std::collections::HashMap;

pub(super) fn written(document: &Document) -> String {
    let debate = Debate::first_of(document).unwrap();
    Argdown.write(&debate, &mut Vec::new())
}

/// What a debate says, whatever its records are called.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said {
    title: String,
    positions: Vec<(String, String)>,
    arguments: Vec<(String, String, String)>,
    relations: BTreeSet<String>,
    schemes: BTreeSet<String>,
}

pub(super) fn said(topic: &TopicRecord) -> Said {
    let mut positions: Vec<_> =
        topic.positions.iter().map(|it| (it.statement.to_string(), it.summary.to_string())).collect();
    let mut arguments: Vec<_> = topic.arguments.iter()
        .map(|it| (it.claim.to_string(), it.body.to_string(), it.language.to_string())).collect();
    positions.sort();
    arguments.sort();
    let claims: HashMap<_, _> = topic.arguments.iter().map(|it| (&it.slug, it.claim.to_string())).collect();
    let answers: HashMap<_, _> = topic.positions.iter().map(|it| (&it.slug, it.statement.to_string())).collect();
    let relations: HashMap<_, _> = topic.relations.iter().map(|it| (&it.slug, it)).collect();
    let mut all = BTreeSet::new();
    let mut schemes = BTreeSet::new();
    for relation in &topic.relations {
        let mut text = String::new();
        let mut next = Some(relation);
        // Circles of relations there are none.
        while let Some(it) = next.take() {
            let premises: BTreeSet<&str> = it.premises.iter().map(|it| claims[it].as_str()).collect();
            let kind = if it.symmetric { "contradicts" } else { it.kind.as_str() };
            text += &format!("{premises:?} {kind} ");
            match &it.target {
                TargetName::Argument(slug) => text += &format!("argument {:?}", claims[slug]),
                TargetName::Position(slug) => text += &format!("position {:?}", answers[slug]),
                TargetName::Relation(slug) => next = Some(relations[slug]),
            }
        }
        if let Some(scheme) = &relation.scheme {
            schemes.insert(format!("{scheme}: {text}"));
        }
        all.insert(text);
    }
    Said { title: topic.title.to_string(), positions, arguments, relations: all, schemes }
}

fn survives(document: &Document) {
    let text = written(document);
    let again = read(&text);
    let (was, is) = (said(&document.topics[0]), said(&again.document.topics[0]));
    pretty(&was, &is, &text);
}

/// Shows only what differs.
fn pretty(was: &Said, is: &Said, text: &str) {
    let lines = |said: &Said| -> BTreeSet<String> { format!("{said:#?}").lines().map(str::to_owned).collect() };
    let (before, after) = (lines(was), lines(is));
    let lost: Vec<_> = before.difference(&after).collect();
    let new: Vec<_> = after.difference(&before).collect();
    assert!(was == is, "lost: {lost:#?}\nnew: {new:#?}\n{text}");
}

#[test]
fn the_samples_are_written_as_the_same_debates() {
    for (_, text, _) in oracle::DOCUMENTS {
        survives(&read(text).document);
    }
    for text in SYNTAX {
        survives(&read(text).document);
    }
}

macro_rules! syntax {
    ($($name:literal),*) => {
        [$(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/argdown/syntax/", $name, ".argdown"))),*]
    };
}

const SYNTAX: [&str; 8] = syntax!(
    "intro", "lexer-comment", "lexer-definitions-references", "lexer-escaped-chars", "lexer-indentation",
    "lexer-relations", "lexer-windows-line-endings", "parser-arguments"
);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    #[test]
    fn a_generated_debate_is_read_as_it_was_written(document in generating::document()) {
        if !document.topics[0].positions.is_empty() {
            survives(&document);
        }
    }
}
