//! An outline in Markdown, for people: positions as headings, what bears on them as nested lists.
//!
//! Each argument has a number, such as `A3`, and stands in full where it is met first; elsewhere its
//! number refers to it. What lies deeper than lists can be read goes on in a section of its own. Texts
//! are shown as they are: nothing in them is markup, neither Markdown nor HTML.

use std::collections::{HashMap, HashSet, VecDeque};

use super::document::{ArgumentRecord, BacksName, CitationRecord, RelationRecord, TargetName};
use super::exporting::{Export, Holds, attribution};
use super::note::{Note, NoteCode};
use super::writing::{Debate, of_record};
use crate::domain::kinds::{RelationKind, Status};
use crate::domain::slug::Slug;

/// Markdown.
pub const MARKDOWN: Export = Export {
    name: "markdown",
    title: "Markdown (outline)",
    media_type: "text/markdown",
    media_types: &["text/markdown"],
    endings: &["md", "markdown"],
    holds: Holds { symmetry: true, ..Holds::ALL },
    write,
};

/// The most levels of a list.
const MOST_LEVELS: usize = 6;

/// A line of a list that is to be written.
#[derive(Debug, Clone, Copy)]
enum Item<'a> {
    /// A relation with its premises.
    Step(&'a RelationRecord),
    /// One of several premises.
    Premise(&'a ArgumentRecord),
}

/// What goes on in a section of its own.
#[derive(Debug, Clone, Copy)]
enum Later<'a> {
    Argument(&'a ArgumentRecord),
    Step(&'a RelationRecord),
}

struct Out<'a, 'l> {
    text: String,
    losses: &'l mut Vec<Note>,
    language: &'a crate::domain::language::Language,
    arguments: HashMap<&'a Slug, (usize, &'a ArgumentRecord)>,
    sources: HashMap<&'a Slug, usize>,
    onto: HashMap<&'a TargetName, Vec<&'a RelationRecord>>,
    citations: HashMap<&'a BacksName, Vec<&'a CitationRecord>>,
    /// The arguments that stand in full already.
    told: HashSet<&'a Slug>,
    /// The relations that stand somewhere already.
    drawn: HashSet<&'a Slug>,
    later: VecDeque<Later<'a>>,
}

fn write(debate: &Debate<'_>, losses: &mut Vec<Note>) -> String {
    let topic = debate.topic;
    let mut out = Out {
        text: format!("# {}\n", inline(topic.title.as_str())),
        losses,
        language: &topic.language,
        arguments: topic.arguments.iter().zip(1..).map(|(it, at)| (&it.slug, (at, it))).collect(),
        sources: debate.sources.iter().zip(1..).map(|(it, at)| (&it.slug, at)).collect(),
        onto: HashMap::new(),
        citations: HashMap::new(),
        told: HashSet::new(),
        drawn: HashSet::new(),
        later: VecDeque::new(),
    };
    for relation in &topic.relations {
        out.onto.entry(&relation.target).or_default().push(relation);
    }
    for citation in &topic.citations {
        out.citations.entry(&citation.backs).or_default().push(citation);
    }
    out.put_text(topic.summary.as_str(), 0, "topic", &topic.slug);
    out.put_quotes(&BacksName::Topic, 0);
    out.put_facts(debate);
    for position in &topic.positions {
        out.text.push_str(&format!("\n## {}\n", inline(position.statement.as_str())));
        out.put_text(position.summary.as_str(), 0, "position", &position.slug);
        out.put_quotes(&BacksName::Position(position.slug.clone()), 0);
        let items = out.onto(&TargetName::Position(position.slug.clone()));
        out.put_list(items);
    }
    out.put_the_rest(debate);
    if !debate.sources.is_empty() {
        out.text.push_str("\n## Sources\n\n");
        for (source, number) in debate.sources.iter().zip(1_usize..) {
            out.text.push_str(&format!("- S{number}: {}\n", inline(&attribution(source))));
        }
    }
    out.text
}

impl<'a> Out<'a, '_> {
    /// What the topic is filed under.
    fn put_facts(&mut self, debate: &Debate<'a>) {
        let topic = debate.topic;
        let mut facts = vec![format!("Language: {}", inline(topic.language.as_str()))];
        if !topic.tags.is_empty() {
            let tags: Vec<String> = topic.tags.iter().map(|it| inline(it.as_str())).collect();
            facts.push(format!("Tags: {}", tags.join(", ")));
        }
        if topic.status != Status::Published {
            facts.push(format!("Status: {}", topic.status));
        }
        self.text.push_str(&format!("\n{}\n", facts.join(" · ")));
    }

    /// The items of what bears on something. None of them comes twice.
    fn onto(&mut self, target: &TargetName) -> Vec<Item<'a>> {
        let onto = self.onto.get(target).map_or(&[][..], Vec::as_slice);
        onto.iter().filter(|it| self.drawn.insert(&it.slug)).map(|it| Item::Step(it)).collect()
    }

    /// What no position leads to.
    fn put_the_rest(&mut self, debate: &Debate<'a>) {
        let topic = debate.topic;
        let bearing: HashSet<&Slug> = topic.relations.iter().flat_map(|it| &it.premises).collect();
        let mut has_heading = false;
        // First what bears on nothing, then circles.
        for is_bearing in [false, true] {
            for argument in &topic.arguments {
                let is_left = !self.told.contains(&argument.slug);
                if is_left && bearing.contains(&argument.slug) == is_bearing {
                    if !std::mem::replace(&mut has_heading, true) {
                        self.text.push_str("\n## Further arguments\n");
                    }
                    self.put_list(vec![Item::Premise(argument)]);
                }
            }
        }
        for relation in &topic.relations {
            if self.drawn.insert(&relation.slug) {
                if !std::mem::replace(&mut has_heading, true) {
                    self.text.push_str("\n## Further arguments\n");
                }
                self.put_list(vec![Item::Step(relation)]);
            }
        }
    }

    /// Writes a list with all that stands under its items, and the sections in which it goes on.
    fn put_list(&mut self, items: Vec<Item<'a>>) {
        self.put_items(items);
        while let Some(later) = self.later.pop_front() {
            let target = match later {
                Later::Argument(argument) => {
                    let number = self.number(&argument.slug);
                    let claim = inline(argument.claim.as_str());
                    self.text.push_str(&format!("\n### {number} goes on: {claim}\n"));
                    self.put_text(argument.body.as_str(), 0, "argument", &argument.slug);
                    self.put_quotes(&BacksName::Argument(argument.slug.clone()), 0);
                    TargetName::Argument(argument.slug.clone())
                }
                Later::Step(relation) => {
                    let premises: Vec<String> =
                        relation.premises.iter().map(|it| self.number(it)).collect();
                    let step = step_name(&self.number_of_target(&relation.target), relation);
                    self.text.push_str(&format!("\n### From {} {step}\n", premises.join(" and ")));
                    self.put_quotes(&BacksName::Relation(relation.slug.clone()), 0);
                    TargetName::Relation(relation.slug.clone())
                }
            };
            let items = self.onto(&target);
            self.put_items(items);
        }
    }

    fn put_items(&mut self, items: Vec<Item<'a>>) {
        if !items.is_empty() {
            self.text.push('\n');
        }
        let mut way: Vec<(Item<'a>, usize)> = items.into_iter().rev().map(|it| (it, 0)).collect();
        while let Some((item, level)) = way.pop() {
            let below = match item {
                Item::Premise(argument) => {
                    self.text.push_str(&format!("{}- ", indent(level)));
                    let is_new = self.put_claim(argument);
                    self.text.push('\n');
                    self.below_argument(argument, is_new, level)
                }
                Item::Step(relation) => self.put_step(relation, level),
            };
            way.extend(below.into_iter().rev().map(|it| (it, level + 1)));
        }
    }

    /// Writes the line of a relation, and says what stands under it.
    fn put_step(&mut self, relation: &'a RelationRecord, level: usize) -> Vec<Item<'a>> {
        let mut kind = kind_name(relation).to_owned();
        if relation.symmetric {
            kind.push_str(" (both ways)");
        }
        if let Some(scheme) = &relation.scheme {
            kind.push_str(&format!(" ({})", inline(scheme.as_str())));
        }
        let premises: Vec<&ArgumentRecord> =
            relation.premises.iter().filter_map(|it| Some(self.arguments.get(it)?.1)).collect();
        self.text.push_str(&format!("{}- **{kind}:** ", indent(level)));
        let slug = TargetName::Relation(relation.slug.clone());
        let has_more = self.onto.contains_key(&slug)
            || self.citations.contains_key(&BacksName::Relation(relation.slug.clone()));
        let is_too_deep = level + 1 >= MOST_LEVELS;
        let mut below = Vec::new();
        match premises.as_slice() {
            [argument] => {
                let is_new = self.put_claim(argument);
                self.text.push('\n');
                below = self.below_argument(argument, is_new, level);
            }
            _ if is_too_deep => {
                for (at, argument) in premises.iter().enumerate() {
                    self.text.push_str(if at > 0 { " — and " } else { "" });
                    if self.put_claim(argument) && self.has_more(argument) {
                        self.later.push_back(Later::Argument(argument));
                    }
                }
                self.text.push('\n');
            }
            _ => {
                self.text.push_str("taken together\n");
                below.extend(premises.into_iter().map(Item::Premise));
            }
        }
        if has_more && is_too_deep {
            self.later.push_back(Later::Step(relation));
        } else if has_more {
            self.put_quotes(&BacksName::Relation(relation.slug.clone()), level + 1);
            // What bears on the step stands before what bears on its reason.
            let onto = self.onto(&slug);
            below.splice(0..0, onto);
        }
        below
    }

    /// Writes what an argument says, or refers to where it stands.
    fn put_claim(&mut self, argument: &'a ArgumentRecord) -> bool {
        let number = self.number(&argument.slug);
        let is_new = self.told.insert(&argument.slug);
        if !is_new {
            self.text.push_str(&format!("see {number}"));
            return false;
        }
        self.text.push_str(&format!("{number}: {}", inline(argument.claim.as_str())));
        if argument.language != *self.language {
            self.text.push_str(&format!(" ({})", inline(argument.language.as_str())));
        }
        true
    }

    fn has_more(&self, argument: &ArgumentRecord) -> bool {
        !argument.body.as_str().is_empty()
            || self.onto.contains_key(&TargetName::Argument(argument.slug.clone()))
            || self.citations.contains_key(&BacksName::Argument(argument.slug.clone()))
    }

    /// What stands under an argument that has just been written for the first time.
    fn below_argument(
        &mut self,
        argument: &'a ArgumentRecord,
        is_new: bool,
        level: usize,
    ) -> Vec<Item<'a>> {
        if !is_new || !self.has_more(argument) {
            return Vec::new();
        }
        if level + 1 >= MOST_LEVELS {
            self.later.push_back(Later::Argument(argument));
            return Vec::new();
        }
        self.put_text(argument.body.as_str(), level + 1, "argument", &argument.slug);
        self.put_quotes(&BacksName::Argument(argument.slug.clone()), level + 1);
        self.onto(&TargetName::Argument(argument.slug.clone()))
    }

    fn number(&self, argument: &Slug) -> String {
        self.arguments.get(argument).map_or_else(String::new, |(number, _)| format!("A{number}"))
    }

    fn number_of_target(&self, target: &TargetName) -> String {
        match target {
            TargetName::Position(_) => "the position".to_owned(),
            TargetName::Argument(slug) => self.number(slug),
            TargetName::Relation(_) => "another step".to_owned(),
        }
    }

    /// Writes a longer text as a quote block. It is Markdown, and is shown as it is written.
    fn put_text(&mut self, text: &str, level: usize, kind: &str, slug: &Slug) {
        if text.is_empty() {
            return;
        }
        let (shown, is_marked) = block(text, level);
        if is_marked {
            let detail = "the longer text is Markdown, which could break the outline";
            let instead = "its marks are shown as they are written";
            let at = of_record(kind, slug);
            self.losses.push(Note::warning(NoteCode::Approximated, at, detail, instead));
        }
        self.text.push_str(&shown);
    }

    /// Writes the quotes that back something.
    fn put_quotes(&mut self, backs: &BacksName, level: usize) {
        let citations = self.citations.get(backs).map_or(&[][..], Vec::as_slice);
        for citation in citations {
            let exact = citation.quote.exact.as_str();
            self.text.push_str(&block(&format!("“{exact}”"), level).0);
            let source = self.sources.get(&citation.source);
            let source =
                source.map_or_else(|| inline(citation.source.as_str()), |it| format!("S{it}"));
            let of_step = matches!(backs, BacksName::Relation(_));
            let end = if of_step { ", on this step" } else { "" };
            self.text.push_str(&format!("{}> — {source}{end}\n", indent(level)));
        }
    }
}

fn kind_name(relation: &RelationRecord) -> &'static str {
    match (relation.kind, &relation.target) {
        (RelationKind::Supports, TargetName::Relation(_)) => "For this step",
        (RelationKind::Attacks, TargetName::Relation(_)) => "Against this step",
        (RelationKind::Rephrases, TargetName::Relation(_)) => "This step in other words",
        (RelationKind::Supports, _) => "Pro",
        (RelationKind::Attacks, _) => "Con",
        (RelationKind::Rephrases, _) => "In other words",
    }
}

fn step_name(target: &str, relation: &RelationRecord) -> String {
    match relation.kind {
        RelationKind::Supports => format!("to {target}"),
        RelationKind::Attacks => format!("against {target}"),
        RelationKind::Rephrases => format!("for {target} in other words"),
    }
}

fn indent(level: usize) -> String {
    "  ".repeat(level)
}

/// Lines as a quote block under an item, and whether a mark in them had to be escaped.
fn block(text: &str, level: usize) -> (String, bool) {
    let indent = indent(level);
    let mut shown = String::from("\n");
    let mut is_marked = false;
    let is_break = |c: char| matches!(c, '\n'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let unified = text.replace("\r\n", "\n");
    let lines: Vec<&str> = unified.split(is_break).collect();
    for (at, line) in lines.iter().enumerate() {
        let line = line.trim();
        let escaped = inline(line);
        let (guarded, is_guarded) = guarded(&escaped);
        is_marked |= escaped != line || is_guarded;
        // A line break that is kept as one.
        let goes_on = lines.get(at + 1).is_some_and(|next| !next.trim().is_empty());
        let end = if goes_on && !line.is_empty() { "\\" } else { "" };
        shown.push_str(format!("{indent}> {guarded}{end}").trim_end());
        shown.push('\n');
    }
    (shown, is_marked)
}

/// A line whose beginning is no mark of a block.
fn guarded(line: &str) -> (String, bool) {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = line.split_at(digits);
    let is_list =
        digits > 0 && rest.starts_with(['.', ')']) || line.starts_with(['-', '+', '=', ':']);
    if is_list { (format!("{number}\\{rest}"), true) } else { (line.to_owned(), false) }
}

/// A text in which nothing is markup.
fn inline(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 16);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let is_mark = match c {
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '&' | '#' | '|' | '~'
            | '$' | '^' | '@' => true,
            // GitHub makes links of addresses that nothing marks.
            ':' => rest.starts_with("://"),
            '.' => {
                let before = escaped.len().checked_sub(3).and_then(|at| escaped.get(at..));
                before.is_some_and(|it| it.eq_ignore_ascii_case("www"))
            }
            _ => false,
        };
        if is_mark {
            escaped.push('\\');
        }
        escaped.push(if c == '\n' || c == '\r' { ' ' } else { c });
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markup() {
        assert_eq!(inline("<b>*a* [x](y)</b> &amp; #1"), r"\<b\>\*a\* \[x\](y)\</b\> \&amp; \#1");
        assert_eq!(inline("https://a.b WWW.c a@b"), r"https\://a.b WWW\.c a\@b");
        assert_eq!(
            block("1. a\n- b\n\n=== c", 1).0,
            "\n  > 1\\. a\\\n  > \\- b\n  >\n  > \\=== c\n"
        );
    }
}
