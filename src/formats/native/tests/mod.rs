//! The format, read and refused.

mod apart;
mod hostile;
mod laws;
mod reading;
mod refusing;
mod schema;
mod written;

use super::*;
use crate::formats::Format;
use crate::formats::document::TopicRecord;

const YAML: &dyn Format = &Yaml;
const JSON: &dyn Format = &Json;
const NDJSON: &dyn Format = &Ndjson;
const ALL: [&dyn Format; 3] = [YAML, JSON, NDJSON];

const SEED: &str = include_str!("../../../../seeds/open-source-llama.yaml");
const ESSAY: &str = include_str!("../../../../seeds/essay.txt");

/// The files beside every document of these tests.
fn files(name: &str) -> Result<String, String> {
    match name {
        "essay.txt" => Ok(ESSAY.to_owned()),
        "nul.txt" => Ok("a\0b".to_owned()),
        _ => Err(format!("there is no file {name} beside the document")),
    }
}

fn read_all(text: &str) -> Result<Parsed, Vec<FileFault>> {
    read(text, &files)
}

/// The only topic of a document that has nothing wrong with it.
fn topic(text: &str) -> TopicRecord {
    let mut parsed = read_all(text).unwrap_or_else(|faults| panic!("{faults:#?}\n{text}"));
    parsed.document.topics.remove(0)
}

fn faults(text: &str) -> Vec<FileFault> {
    read_all(text).map(|parsed| panic!("{:?}\n{text}", parsed.document)).unwrap_err()
}

/// A document of one position; `items` are the lines of what supports it, from line 9.
fn supported(items: &str) -> String {
    let lines: Vec<String> = items.lines().map(|line| format!("          {line}\n")).collect();
    "debatebase: 1\n\
     topics:\n  - slug: t\n    title: T?\n    source: s\n    positions:\n      - statement: P\n        supported_by:\n"
        .to_owned()
        + &lines.concat()
}

/// The seed document with a slip: at some place some letters are gone and others put in.
fn slipped(at: proptest::sample::Index, length: usize, put: &str) -> String {
    let letters: Vec<char> = SEED.chars().collect();
    let from = at.index(letters.len());
    let before = letters.iter().take(from);
    let after = letters.iter().skip(from + length);
    before.copied().chain(put.chars()).chain(after.copied()).collect()
}
