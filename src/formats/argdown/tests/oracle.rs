//! What the reference parser makes of four documents, and what this one does.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::*;
use crate::formats::argdown::model::End;
use crate::formats::argdown::syntax::{Line, Sort};

macro_rules! documents {
    ($($name:literal),*) => {
        [$((
            $name,
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/argdown/", $name, ".argdown")),
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/argdown/oracle/", $name, ".json")),
        )),*]
    };
}

pub(in super::super) const DOCUMENTS: [(&str, &str, &str); 4] = documents!(
    "argdown-primer",
    "greenspan-schefczyk_hardwrap",
    "legalisation-softdrugs",
    "state-censorship"
);

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn text_of(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

type Structure = Vec<(String, String, Vec<String>, Value)>;

/// What either parser found, in one shape.
#[derive(Debug, Default, PartialEq)]
struct Found {
    statements: BTreeMap<String, Vec<String>>,
    arguments: BTreeMap<String, Vec<String>>,
    structures: BTreeMap<String, Structure>,
    tags: BTreeMap<String, BTreeSet<String>>,
    relations: BTreeSet<(String, String, String, String, String)>,
    sections: Vec<(u64, String)>,
}

fn texts(value: &Value) -> Vec<String> {
    let members = value["members"].as_array().unwrap().iter();
    members.map(|it| words(&text_of(it, "text"))).collect()
}

fn tags(value: &Value) -> BTreeSet<String> {
    let tags = value["tags"].as_array().into_iter().flatten();
    tags.map(|it| it.as_str().unwrap().to_owned()).collect()
}

fn by_oracle(json: &str) -> Found {
    let value: Value = serde_json::from_str(json).unwrap();
    let mut found = Found::default();
    for (title, it) in value["statements"].as_object().unwrap() {
        found.statements.insert(title.clone(), texts(it));
        found.tags.insert(format!("[{title}]"), tags(it));
    }
    for (title, it) in value["arguments"].as_object().unwrap() {
        found.arguments.insert(title.clone(), texts(it));
        found.tags.insert(format!("<{title}>"), tags(it));
        let lines = it["pcs"].as_array().into_iter().flatten().map(|it| {
            let rules = it["inference"]["inferenceRules"].as_array().into_iter().flatten();
            let rules = rules.map(|it| it.as_str().unwrap().to_owned()).collect();
            let data = it["inference"]["data"].clone();
            (text_of(it, "title"), text_of(it, "role"), rules, data)
        });
        let lines: Structure = lines.collect();
        if !lines.is_empty() {
            found.structures.insert(title.clone(), lines);
        }
    }
    for it in value["relations"].as_array().unwrap() {
        let of = |name: &str| text_of(it, name);
        found.relations.insert((
            of("relationType"),
            of("fromType"),
            of("from"),
            of("toType"),
            of("to"),
        ));
    }
    let mut left: Vec<&Value> = value["sections"].as_array().unwrap().iter().rev().collect();
    while let Some(section) = left.pop() {
        found
            .sections
            .push((section["level"].as_u64().unwrap(), words(&text_of(section, "title"))));
        left.extend(section["children"].as_array().unwrap().iter().rev());
    }
    found
}

fn by_us(text: &str) -> Found {
    let parsed = Parsed::of(text, &mut Vec::new());
    let (model, syntax) = (&parsed.model, &parsed.syntax);
    let mut found = Found::default();
    let kind = |entry: usize| match model.entries[entry].sort {
        Sort::Statement => "equivalence-class",
        Sort::Argument => "argument",
    };
    let title = |entry: usize| model.entries[entry].title.clone();
    for entry in &model.entries {
        let texts = entry.members.iter().map(|it| syntax.items[*it].text.clone()).collect();
        let tags = entry.tags.iter().cloned().collect();
        let marked = match entry.sort {
            Sort::Statement => format!("[{}]", entry.title),
            Sort::Argument => format!("<{}>", entry.title),
        };
        found.tags.insert(marked, tags);
        match entry.sort {
            Sort::Statement => found.statements.insert(entry.title.clone(), texts),
            Sort::Argument => found.arguments.insert(entry.title.clone(), texts),
        };
        let Some(structure) = entry.structure else { continue };
        let lines = &syntax.structures[structure].lines;
        let statements = lines.iter().filter(|it| matches!(it, Line::Statement(_))).count();
        let mut steps = model.structures[structure].steps.iter();
        let mut is_concluding = false;
        let mut found_lines = Structure::new();
        for line in lines {
            match line {
                Line::Inference(_) => is_concluding = true,
                Line::Statement(item) => {
                    let title = syntax.items[*item].title.clone();
                    if !std::mem::take(&mut is_concluding) {
                        found_lines.push((title, "premise".to_owned(), Vec::new(), Value::Null));
                        continue;
                    }
                    let is_last = found_lines.len() + 1 == statements;
                    let role = if is_last { "main-conclusion" } else { "intermediary-conclusion" };
                    let inference = &steps.next().unwrap().inference;
                    let data = inference.data.clone().map_or(Value::Null, Value::Object);
                    found_lines.push((title, role.to_owned(), inference.rules.clone(), data));
                }
            }
        }
        found.structures.insert(entry.title.clone(), found_lines);
    }
    for relation in &model.relations {
        let (to_kind, to) = match relation.to {
            End::Entry(entry) => (kind(entry), title(entry)),
            End::Inference { structure, .. } => {
                ("inference", title(model.structures[structure].argument))
            }
        };
        found.relations.insert((
            relation.bearing.as_str().to_owned(),
            kind(relation.from).to_owned(),
            title(relation.from),
            to_kind.to_owned(),
            to,
        ));
    }
    found.sections = syntax
        .sections
        .iter()
        .map(|it| (u64::try_from(it.level).unwrap(), it.title.clone()))
        .collect();
    found
}

#[test]
fn the_four_documents_say_what_the_reference_parser_says_that_they_do() {
    for (name, text, json) in DOCUMENTS {
        let (oracle, ours) = (by_oracle(json), by_us(text));
        assert_eq!(ours.statements, oracle.statements, "{name}");
        assert_eq!(ours.arguments, oracle.arguments, "{name}");
        assert_eq!(ours.structures, oracle.structures, "{name}");
        assert_eq!(ours.relations, oracle.relations, "{name}");
        assert_eq!(ours.tags, oracle.tags, "{name}");
        // The frontmatter of one document tells the reference parser to show other sections.
        if !text.contains("regroup:") {
            assert_eq!(ours.sections, oracle.sections, "{name}");
        }
    }
}
