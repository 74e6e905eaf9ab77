//! Between formats: a debate that goes from one to another and back says what it said.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::document::{Document, RelationRecord, TargetName, TopicRecord};
use super::reading::{Collected, Input, no_files};
use super::writing::Debate;
use super::{generating, named};

fn read(format: &str, text: &str) -> Collected {
    let mut bytes = text.as_bytes();
    let mut input = Input { bytes: &mut bytes, name: Some("file"), files: &no_files };
    let mut sink = Collected::default();
    named(format).unwrap().reader().unwrap().read(&mut input, &mut sink).unwrap();
    sink
}

fn written(format: &str, document: &Document) -> String {
    let debate = Debate::first_of(document).unwrap();
    named(format).unwrap().writer().unwrap().write(&debate, &mut Vec::new())
}

/// The document after a way through these formats.
fn through(formats: &[&str], document: Document) -> Document {
    formats
        .iter()
        .fold(document, |document, format| read(format, &written(format, &document)).document)
}

/// What a debate says and what bears on what, whatever its records are called: each as often as it is
/// there, in an order that only what is said decides.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    claims: Vec<String>,
    bearings: Vec<String>,
}

impl Said {
    fn by(topic: &TopicRecord) -> Self {
        let statements = topic.positions.iter().map(|it| it.statement.to_string());
        let claims = topic.arguments.iter().map(|it| it.claim.to_string());
        let mut claims: Vec<String> = statements.chain(claims).collect();
        claims.sort();
        let texts = Texts::of(topic);
        let mut bearings: Vec<String> =
            topic.relations.iter().map(|it| texts.bearing(it)).collect();
        bearings.sort();
        Self { claims, bearings }
    }

    /// Fails with only what differs.
    fn assert_is(&self, again: &Self, what: &str) {
        let without = |these: &[String], those: &[String]| {
            let mut left = these.to_vec();
            for it in those {
                if let Some(at) = left.iter().position(|other| other == it) {
                    left.swap_remove(at);
                }
            }
            left
        };
        assert!(
            self == again,
            "{what}\nlost: {:#?} {:#?}\nnew: {:#?} {:#?}",
            without(&self.claims, &again.claims),
            without(&self.bearings, &again.bearings),
            without(&again.claims, &self.claims),
            without(&again.bearings, &self.bearings),
        );
    }
}

/// The texts of a topic, by slug.
struct Texts<'t> {
    claims: HashMap<&'t str, &'t str>,
    statements: HashMap<&'t str, &'t str>,
    relations: HashMap<&'t str, &'t RelationRecord>,
}

impl<'t> Texts<'t> {
    fn of(topic: &'t TopicRecord) -> Self {
        Self {
            claims: topic
                .arguments
                .iter()
                .map(|it| (it.slug.as_str(), it.claim.as_str()))
                .collect(),
            statements: topic
                .positions
                .iter()
                .map(|it| (it.slug.as_str(), it.statement.as_str()))
                .collect(),
            relations: topic.relations.iter().map(|it| (it.slug.as_str(), it)).collect(),
        }
    }

    /// The premises, how they bear, and on what; of an undercut, on which step.
    fn bearing(&self, relation: &RelationRecord) -> String {
        let mut text = String::new();
        let mut next = Some(relation);
        // Relations may bear on one another in a circle.
        for _ in 0..20 {
            let Some(relation) = next.take() else { break };
            let mut premises: Vec<&str> =
                relation.premises.iter().map(|it| self.claims[it.as_str()]).collect();
            premises.sort_unstable();
            text += &format!("{premises:?} {} ", relation.kind);
            match &relation.target {
                TargetName::Argument(slug) => text += &format!("{:?}", self.claims[slug.as_str()]),
                TargetName::Position(slug) => {
                    text += &format!("{:?}", self.statements[slug.as_str()]);
                }
                TargetName::Relation(slug) => next = self.relations.get(slug.as_str()).copied(),
            }
        }
        text
    }
}

fn nodesets() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/aif");
    let paths = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    let mut paths: Vec<PathBuf> =
        paths.filter(|it| it.extension().is_some_and(|it| it == "json")).collect();
    paths.sort();
    paths
}

#[test]
fn a_nodeset_keeps_every_claim_support_attack_and_undercut_in_argdown() {
    let paths = nodesets();
    assert!(paths.len() >= 7, "{paths:?}");
    for path in paths {
        let document = read("aif", &fs::read_to_string(&path).unwrap()).document;
        let said = Said::by(&document.topics[0]);

        let again = through(&["json", "argdown", "json"], document);

        said.assert_is(&Said::by(&again.topics[0]), &path.display().to_string());
    }
}

#[test]
fn a_claim_that_supports_and_rephrases_the_same_does_both_in_argdown() {
    let text = "debatebase: 1\ntopics:\n- title: T\n  positions:\n  - statement: P\n    supported_by:\n    \
                - claim: A\n      supported_by: [{slug: b, claim: B}]\n      rephrased_by: [{argument: b}]\n";
    let document = read("yaml", text).document;
    let said = Said::by(&document.topics[0]);
    assert_eq!(said.bearings.len(), 3);

    let again = through(&["argdown", "json"], document);

    said.assert_is(&Said::by(&again.topics[0]), "both");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_debate_keeps_what_aif_says_of_it_in_argdown(document in generating::document()) {
        let document = through(&["aif", "yaml"], document);
        // A text without an answer is given one.
        if !document.topics[0].positions.is_empty() {
            let said = Said::by(&document.topics[0]);
            let argdown = written("argdown", &document);

            let again = through(&["json"], read("argdown", &argdown).document);

            said.assert_is(&Said::by(&again.topics[0]), &argdown);
        }
    }
}
