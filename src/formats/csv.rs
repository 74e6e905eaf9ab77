//! CSV (RFC 4180): a row for each argument.
//!
//! What an argument bears on stands in three columns, one for each kind of relation: a line in the
//! cell for each relation, as in `position altruism` or `relation r (with other-argument) [Sign]`.
//! `positions` has the statements of the positions among them, and `quotes` and `sources` a line for
//! each quote, in the same order. No text has a line break of its own, so that the lines of a cell can
//! be told apart, but the body, which is alone in its cell.
//!
//! A cell that a spreadsheet would take for a formula begins with an apostrophe.

use std::collections::HashMap;

use super::document::{
    ArgumentRecord, BacksName, CitationRecord, PositionRecord, RelationRecord, SourceRecord,
    TargetName,
};
use super::exporting::{Export, Holds, attribution};
use super::note::{Note, NoteCode};
use super::writing::{Debate, of_record};
use crate::domain::kinds::RelationKind;
use crate::domain::slug::Slug;

/// CSV.
pub const CSV: Export = Export {
    name: "csv",
    title: "CSV",
    media_type: "text/csv",
    media_types: &["text/csv"],
    endings: &["csv"],
    holds: Holds { summaries: false, tags: false, status: false, symmetry: false, ..Holds::ALL },
    write,
};

const COLUMNS: [&str; 12] = [
    "topic",
    "title",
    "argument",
    "claim",
    "body",
    "language",
    "supports",
    "attacks",
    "rephrases",
    "positions",
    "quotes",
    "sources",
];

/// What the rows are made of.
struct Rows<'a> {
    positions: HashMap<&'a Slug, &'a PositionRecord>,
    sources: HashMap<&'a Slug, &'a SourceRecord>,
    relations: HashMap<&'a Slug, Vec<&'a RelationRecord>>,
    citations: HashMap<&'a Slug, Vec<&'a CitationRecord>>,
}

fn write(debate: &Debate<'_>, losses: &mut Vec<Note>) -> String {
    let topic = debate.topic;
    let mut rows = Rows {
        positions: debate.by_slug().positions,
        sources: debate.sources.iter().map(|it| (&it.slug, it)).collect(),
        relations: HashMap::new(),
        citations: HashMap::new(),
    };
    for relation in &topic.relations {
        for premise in &relation.premises {
            rows.relations.entry(premise).or_default().push(relation);
        }
    }
    for citation in &topic.citations {
        if let BacksName::Argument(argument) = &citation.backs {
            rows.citations.entry(argument).or_default().push(citation);
        }
    }
    note_losses(debate, losses);
    let mut text = String::new();
    put_row(&mut text, COLUMNS.iter().map(|it| (*it).to_owned()));
    for argument in &topic.arguments {
        let said = [topic.slug.to_string(), topic.title.to_string(), argument.slug.to_string()];
        put_row(&mut text, said.into_iter().chain(rows.cells(argument)));
    }
    text
}

/// What stands in no row.
fn note_losses(debate: &Debate<'_>, losses: &mut Vec<Note>) {
    let topic = debate.topic;
    let bears: std::collections::HashSet<&TargetName> =
        topic.relations.iter().map(|it| &it.target).collect();
    for position in &topic.positions {
        if !bears.contains(&TargetName::Position(position.slug.clone())) {
            let at = of_record("position", &position.slug);
            let detail = "CSV has no rows for positions, and no argument bears on this one";
            losses.push(Note::warning(NoteCode::LeftOut, at, detail, "it is left out"));
        }
    }
    for citation in &topic.citations {
        let at = || of_record("citation", &citation.slug);
        if !matches!(citation.backs, BacksName::Argument(_)) {
            let detail = "CSV has rows for arguments only, and the quote backs another record";
            losses.push(Note::warning(NoteCode::LeftOut, at(), detail, "it is left out"));
        } else if citation.quote.exact.as_str().contains(is_line_break) {
            let detail = "the words go on over several lines, and several quotes share a cell";
            let instead = "a space stands for each line break";
            losses.push(Note::warning(NoteCode::Approximated, at(), detail, instead));
        }
    }
}

impl Rows<'_> {
    /// The cells of an argument, from its claim on.
    fn cells(&self, argument: &ArgumentRecord) -> [String; 9] {
        let relations = self.relations.get(&argument.slug).map_or(&[][..], Vec::as_slice);
        let of_kind = |kind: RelationKind| {
            let of_kind = relations.iter().filter(|it| it.kind == kind);
            of_kind.map(|it| bearing(it, &argument.slug)).collect::<Vec<_>>().join("\n")
        };
        let positions = relations.iter().filter_map(|it| match &it.target {
            TargetName::Position(slug) => Some(self.positions.get(slug)?.statement.to_string()),
            TargetName::Argument(_) | TargetName::Relation(_) => None,
        });
        let citations = self.citations.get(&argument.slug).map_or(&[][..], Vec::as_slice);
        let quotes = citations.iter().map(|it| it.quote.exact.as_str().replace(is_line_break, " "));
        let sources = citations.iter().map(|it| {
            let source = self.sources.get(&it.source).map(|it| attribution(it));
            source.unwrap_or_else(|| it.source.to_string())
        });
        [
            argument.claim.to_string(),
            argument.body.to_string(),
            argument.language.as_str().to_owned(),
            of_kind(RelationKind::Supports),
            of_kind(RelationKind::Attacks),
            of_kind(RelationKind::Rephrases),
            positions.collect::<Vec<_>>().join("\n"),
            quotes.collect::<Vec<_>>().join("\n"),
            sources.collect::<Vec<_>>().join("\n"),
        ]
    }
}

/// What a premise bears on, with which others, and how.
fn bearing(relation: &RelationRecord, premise: &Slug) -> String {
    let mut line = match &relation.target {
        TargetName::Position(slug) => format!("position {slug}"),
        TargetName::Argument(slug) => format!("argument {slug}"),
        TargetName::Relation(slug) => format!("relation {slug}"),
    };
    let others: Vec<&str> =
        relation.premises.iter().filter(|it| *it != premise).map(Slug::as_str).collect();
    // All of a great many premises in the row of each of them would be too much.
    match others.len() {
        0 => {}
        1..=MOST_OTHERS => line.push_str(&format!(" (with {})", others.join(", "))),
        count => line.push_str(&format!(" (with {count} others in {})", relation.slug)),
    }
    line.extend(relation.scheme.iter().map(|it| format!(" [{it}]")));
    line
}

/// The most other premises that are named.
const MOST_OTHERS: usize = 50;

fn is_line_break(c: char) -> bool {
    matches!(c, '\n'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn put_row(text: &mut String, cells: impl Iterator<Item = String>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            text.push(',');
        }
        // What spreadsheets take for the beginning of a formula, in full width too.
        let tempting =
            ['=', '+', '-', '@', '\t', '\r', '\n', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}'];
        let cell = if cell.starts_with(tempting) { format!("'{cell}") } else { cell };
        if cell.contains([',', '"', '\n', '\r']) {
            text.push('"');
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(&cell);
        }
    }
    text.push_str("\r\n");
}
