//! What is written is read as the same debate.

use std::collections::{BTreeSet, HashMap, HashSet};

use proptest::prelude::*;

use super::*;
use crate::formats::document::{Document, RelationRecord};
use crate::formats::generating;
use crate::formats::writing::Debate;

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
    let mut positions: Vec<_> = topic
        .positions
        .iter()
        .map(|it| (it.statement.to_string(), it.summary.to_string()))
        .collect();
    let mut arguments: Vec<_> = topic
        .arguments
        .iter()
        .map(|it| (it.claim.to_string(), it.body.to_string(), it.language.to_string()))
        .collect();
    positions.sort();
    arguments.sort();
    let claims: HashMap<_, _> =
        topic.arguments.iter().map(|it| (&it.slug, it.claim.to_string())).collect();
    let answers: HashMap<_, _> =
        topic.positions.iter().map(|it| (&it.slug, it.statement.to_string())).collect();
    let relations: HashMap<_, _> = topic.relations.iter().map(|it| (&it.slug, it)).collect();
    let mut all = BTreeSet::new();
    let (mut schemes, mut counts) = (Vec::new(), HashMap::new());
    for relation in &topic.relations {
        let mut text = String::new();
        let mut next = Some(relation);
        // Relations may bear on one another in a circle.
        for _ in 0..20 {
            let Some(it) = next.take() else { break };
            let premises: BTreeSet<&str> =
                it.premises.iter().map(|it| claims[it].as_str()).collect();
            let kind = if it.symmetric { "contradicts" } else { it.kind.as_str() };
            text += &format!("{premises:?} {kind} ");
            match &it.target {
                TargetName::Argument(slug) => text += &format!("argument {:?}", claims[slug]),
                TargetName::Position(slug) => text += &format!("position {:?}", answers[slug]),
                TargetName::Relation(slug) => next = Some(relations[slug]),
            }
        }
        *counts.entry(text.clone()).or_insert(0) += 1;
        if let Some(scheme) = &relation.scheme {
            schemes.push((format!("{scheme}: {text}"), text.clone()));
        }
        all.insert(text);
    }
    // Of a relation that is there twice, one stays.
    let schemes =
        schemes.into_iter().filter(|(_, text)| counts[text] == 1).map(|(it, _)| it).collect();
    Said { title: topic.title.to_string(), positions, arguments, relations: all, schemes }
}

fn survives(document: &Document) {
    let text = written(document);
    let again = read(&text);
    let (was, is) = (said(&document.topics[0]), said(&again.document.topics[0]));
    assert!(
        was.schemes.is_subset(&is.schemes),
        "{:#?}\n{text}",
        was.schemes.difference(&is.schemes)
    );
    pretty(
        &Said { schemes: BTreeSet::new(), ..was },
        &Said { schemes: BTreeSet::new(), ..is },
        &text,
    );
}

/// Shows only what differs.
fn pretty(was: &Said, is: &Said, text: &str) {
    let lines = |said: &Said| -> BTreeSet<String> {
        format!("{said:#?}").lines().map(str::to_owned).collect()
    };
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
    "intro",
    "lexer-comment",
    "lexer-definitions-references",
    "lexer-escaped-chars",
    "lexer-indentation",
    "lexer-relations",
    "lexer-windows-line-endings",
    "parser-arguments"
);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    #[test]
    fn a_generated_debate_is_read_as_it_was_written(document in generating::document()) {
        let topic = &document.topics[0];
        let mut seen = HashSet::new();
        let is_new = |it: &RelationRecord| {
            let premises: BTreeSet<_> = it.premises.iter().cloned().collect();
            seen.insert((it.kind, premises, it.target.clone()))
        };
        // Of relations that say the same one is read; a text without an answer is given one.
        if !topic.positions.is_empty() && topic.relations.iter().all(is_new) {
            survives(&document);
        }
    }
}
