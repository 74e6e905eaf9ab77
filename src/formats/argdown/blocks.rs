//! A text taken apart, line by line.
//!
//! Only how a line begins says what it is: a relation, a heading, a line of a structure, a list
//! item; every other line goes on with what the line before says. An empty line ends a block. What
//! stands where the grammar does not allow it is read as what it most likely means, and told.

use std::ops::Range;

use super::inline::{self, collapsed};
use super::masking::{Masked, NOTHING};
use super::syntax::{
    Bearing, Form, Inference, Item, Line, Parent, Role, Section, Sort, Structure, Syntax, Tie,
};
use crate::formats::note::{Note, NoteCode};

/// What a relation line begins with, the longer before those that they begin with.
const BEARINGS: &[(&str, Bearing, bool)] = &[
    ("+>", Bearing::Support, false),
    ("->", Bearing::Attack, false),
    ("<+", Bearing::Support, true),
    ("+", Bearing::Support, true),
    ("<-", Bearing::Attack, true),
    ("-", Bearing::Attack, true),
    ("><", Bearing::Contradictory, false),
    ("_>", Bearing::Undercut, false),
    ("<_", Bearing::Undercut, true),
];

/// The relation that a line begins with, whether it is from the child, and the length of its sign.
fn bearing(line: &str) -> Option<(Bearing, bool, usize)> {
    if let Some(rest) = line.strip_prefix('_')
        && rest.chars().next().is_none_or(char::is_whitespace)
    {
        return Some((Bearing::Undercut, true, 1));
    }
    let (sign, bearing, is_from_child) =
        BEARINGS.iter().find(|(sign, ..)| line.starts_with(sign))?;
    Some((*bearing, *is_from_child, sign.len()))
}

/// The length of `(1)` at the beginning of a line, and the number.
fn numbered(line: &str) -> Option<(usize, usize)> {
    let (number, _) = line.strip_prefix('(')?.split_once(')')?;
    let is_number =
        !number.is_empty() && number.len() < 9 && number.bytes().all(|it| it.is_ascii_digit());
    Some((number.len() + 2, number.parse().ok()?)).filter(|_| is_number)
}

/// The length of `*` or `1.` at the beginning of a line.
fn listed(line: &str) -> Option<usize> {
    let is_alone = |rest: &str| rest.chars().next().is_none_or(char::is_whitespace);
    if let Some(rest) = line.strip_prefix('*') {
        return Some(1).filter(|_| is_alone(rest));
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = line.get(digits..)?.strip_prefix('.')?;
    Some(digits + 1).filter(|_| digits > 0 && digits < 9 && is_alone(rest))
}

/// What is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Block {
    None,
    Heading { level: usize },
    Single,
    List,
    Structure,
    Inference,
}

/// The item that goes on until another one begins.
#[derive(Debug)]
struct Open {
    range: Range<usize>,
    role: Role,
    tie: Option<(Bearing, bool, Parent)>,
    indent: Option<usize>,
    is_bare: bool,
}

pub(super) struct Reading<'a, 'm> {
    masked: &'m Masked<'a>,
    removes_tags: bool,
    notes: &'m mut Vec<Note>,
    found: Syntax,
    block: Block,
    open: Option<Open>,
    /// What relations may hang under: the outermost first, with its indentation; the first has none.
    above: Vec<(Option<usize>, Parent)>,
    untitled: usize,
    /// Whether the last block was a description of an argument, whose structure may follow.
    argument_before: Option<usize>,
    /// Whether the last block was a structure.
    structure_before: bool,
    /// Where the inference stands that is being read.
    inference: Range<usize>,
}

/// Takes a text apart.
pub(super) fn read(masked: &Masked<'_>, removes_tags: bool, notes: &mut Vec<Note>) -> Syntax {
    let mut reading = Reading {
        masked,
        removes_tags,
        notes,
        found: Syntax::default(),
        block: Block::None,
        open: None,
        above: Vec::new(),
        untitled: 0,
        argument_before: None,
        structure_before: false,
        inference: 0..0,
    };
    for line in masked.lines() {
        reading.line(line);
    }
    reading.end_block();
    reading.found
}

impl Reading<'_, '_> {
    fn tell(&mut self, at: usize, code: NoteCode, detail: impl Into<String>, instead: &str) {
        self.notes.push(Note::warning(code, self.masked.place(at), detail, instead));
    }

    fn line(&mut self, line: Range<usize>) {
        let text = self.masked.slice(line.clone());
        let trimmed = text.trim_start_matches([' ', '\t', NOTHING]);
        if trimmed.trim_end_matches(['\r', ' ', '\t', NOTHING]).is_empty() {
            // A line with nothing but a comment is no empty one.
            if !text.contains(NOTHING) {
                self.empty_line(line.start);
            }
            return;
        }
        let start = line.end - trimmed.len();
        let trimmed = trimmed.to_owned();
        if self.block == Block::Inference {
            return self.in_inference(start..line.end, &trimmed);
        }
        let indent = text.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let is_first = self.block == Block::None;
        if trimmed.starts_with("--")
            && (self.block == Block::Structure || is_first && self.structure_before)
        {
            if is_first {
                self.go_on_with_structure(start);
            }
            return self.begin_inference(start..line.end, &trimmed);
        }
        if let Some((bearing, is_from_child, length)) = bearing(&trimmed)
            && !matches!(self.block, Block::Heading { .. })
            && !trimmed.starts_with("--")
        {
            return self.begin_relation(start, length, line.end, indent, (bearing, is_from_child));
        }
        if let Some((length, number)) = numbered(&trimmed)
            && self.begins_structure_line(is_first, number, start)
        {
            return self.begin_structure_line(start + length..line.end);
        }
        if is_first && let Some(level) = heading(&trimmed) {
            self.argument_before = None;
            self.block = Block::Heading { level };
            self.open = Some(self.opened(start + level..line.end, Role::TopLevel));
            return;
        }
        if let Some(length) = listed(&trimmed).filter(|_| is_first || self.block == Block::List) {
            self.close();
            self.block = Block::List;
            self.argument_before = None;
            self.above.clear();
            self.open = Some(self.opened(start + length..line.end, Role::Listed));
            return;
        }
        if trimmed.starts_with("--") || !is_first && numbered(&trimmed).is_some() {
            let detail = "a line of a premise–conclusion structure stands outside of one";
            self.tell(start, NoteCode::Malformed, detail, "it is read as text");
        }
        if is_first {
            self.block = Block::Single;
            self.above.clear();
            self.open = Some(self.opened(start..line.end, Role::TopLevel));
            return;
        }
        self.go_on(start..line.end, &trimmed);
    }

    fn opened(&self, range: Range<usize>, role: Role) -> Open {
        let text = self.masked.slice(range.clone());
        let is_bare = is_bare(text);
        Open { range, role, tie: None, indent: None, is_bare }
    }

    /// A line that begins with nothing special goes on with the one before.
    fn go_on(&mut self, range: Range<usize>, trimmed: &str) {
        let defines = matches!(inline::head(trimmed), Some((Form::Defines(_), ..)));
        let is_bare_too = self.open.as_ref().is_some_and(|it| it.is_bare) && is_bare(trimmed);
        let is_block = matches!(self.block, Block::Single | Block::Heading { .. });
        if is_block && (defines || is_bare_too) {
            let detail = "what begins here has no empty line before it";
            self.tell(range.start, NoteCode::Malformed, detail, "it is read as if it had");
            self.end_block();
            self.block = Block::Single;
            self.open = Some(self.opened(range, Role::TopLevel));
            return;
        }
        match &mut self.open {
            Some(open) => {
                open.range.end = range.end;
                open.is_bare = false;
            }
            None => {
                let detail = "nothing is here that this line could go on with";
                self.tell(range.start, NoteCode::Malformed, detail, "it is read as a statement");
                self.end_block();
                self.block = Block::Single;
                self.open = Some(self.opened(range, Role::TopLevel));
            }
        }
    }

    fn empty_line(&mut self, at: usize) {
        if self.block == Block::Inference {
            let detail = "an inference has no end: `--` is missing";
            self.tell(at, NoteCode::Malformed, detail, "it ends at the empty line");
            self.end_inference();
        }
        self.end_block();
    }

    fn end_block(&mut self) {
        if self.block == Block::Inference {
            self.end_inference();
        }
        if let Block::Heading { level } = self.block {
            self.close_heading(level);
        }
        self.close();
        if self.block != Block::None {
            self.structure_before = self.block == Block::Structure;
        }
        self.block = Block::None;
    }

    fn close_heading(&mut self, level: usize) {
        let Some(open) = self.open.take() else { return };
        let read =
            inline::read(self.masked, open.range.clone(), false, self.removes_tags, self.notes);
        self.found.sections.push(Section { level, title: read.text, raw: open.range });
    }

    /// Takes the item that was being read.
    fn close(&mut self) -> Option<usize> {
        let open = self.open.take()?;
        let place = self.masked.place(open.range.start);
        let read =
            inline::read(self.masked, open.range.clone(), true, self.removes_tags, self.notes);
        let form = read.form.unwrap_or(Form::Plain);
        let is_untitled = form == Form::Plain;
        let title = if is_untitled { self.untitled_title() } else { read.title };
        let is_reference = matches!(form, Form::Refers(_));
        let leftover = if self.removes_tags {
            read.text.clone()
        } else {
            without_tags(&read.text, &read.tags)
        };
        if is_reference && !leftover.is_empty() {
            let detail = "text follows a title without a colon between them";
            self.tell(
                open.range.start,
                NoteCode::Malformed,
                detail,
                "it is read as if there were one",
            );
        }
        if is_untitled && read.text.is_empty() {
            let detail = "nothing is said here";
            self.tell(
                open.range.start,
                NoteCode::Incomplete,
                detail,
                "an empty statement stands for it",
            );
        }
        let text = if is_reference && leftover.is_empty() { String::new() } else { read.text };
        let item = self.found.items.len();
        self.found.items.push(Item {
            form: if is_reference && !leftover.is_empty() {
                Form::Defines(form.sort())
            } else {
                form
            },
            role: open.role,
            title,
            is_untitled,
            text,
            tags: read.tags,
            data: read.data,
            raw: read.after_title..open.range.end,
            section: self.found.sections.len().checked_sub(1),
            place: place.clone(),
        });
        match open.tie {
            Some((bearing, is_from_child, parent)) => {
                self.found.ties.push(Tie { bearing, parent, child: item, is_from_child, place });
                self.above.push((open.indent, Parent::Item(item)));
            }
            None => self.above = vec![(None, Parent::Item(item))],
        }
        if open.role == Role::TopLevel && form.sort() == Sort::Argument {
            self.argument_before = Some(item);
        } else if matches!(open.role, Role::TopLevel | Role::Listed) {
            self.argument_before = None;
        }
        if matches!(open.role, Role::Premise | Role::Conclusion)
            && let Some(structure) = self.found.structures.last_mut()
        {
            structure.lines.push(Line::Statement(item));
        }
        Some(item)
    }

    fn untitled_title(&mut self) -> String {
        self.untitled += 1;
        format!("Untitled {}", self.untitled)
    }

    fn begin_relation(
        &mut self,
        start: usize,
        length: usize,
        end: usize,
        indent: usize,
        (bearing, is_from_child): (Bearing, bool),
    ) {
        let is_first = self.block == Block::None;
        self.close();
        if is_first || self.above.is_empty() {
            let detail = "a relation stands under nothing: an empty line ends what is above it";
            self.tell(
                start,
                NoteCode::Malformed,
                detail,
                "it is read as a statement or argument of its own",
            );
            self.block = Block::Single;
            self.above.clear();
            self.open = Some(self.opened(start + length..end, Role::TopLevel));
            return;
        }
        if indent == 0 {
            let detail = "a relation is not indented";
            self.tell(
                start,
                NoteCode::Guessed,
                detail,
                "it is read as if it were, under the block's first line",
            );
        }
        while self.above.len() > 1
            && self
                .above
                .last()
                .is_some_and(|(above, _)| above.is_some_and(|above| above >= indent))
        {
            self.above.pop();
        }
        let Some((_, parent)) = self.above.last().copied() else { return };
        let mut open = self.opened(start + length..end, Role::Related);
        open.tie = Some((bearing, is_from_child, parent));
        open.indent = Some(indent);
        self.open = Some(open);
    }

    fn go_on_with_structure(&mut self, at: usize) {
        let detail = "an empty line stands within a premise–conclusion structure";
        self.tell(at, NoteCode::Malformed, detail, "the structure goes on after it");
        self.block = Block::Structure;
    }

    fn begins_structure_line(&mut self, is_first: bool, number: usize, at: usize) -> bool {
        match self.block {
            Block::Structure => true,
            Block::None => {
                if number > 1 && self.structure_before {
                    self.go_on_with_structure(at);
                } else {
                    self.begin_structure(at);
                }
                is_first
            }
            Block::Single
                if number == 1 && self.open.as_ref().is_some_and(|it| it.tie.is_none()) =>
            {
                let starts = self.open.as_ref().map(|it| it.range.clone()).unwrap_or_default();
                let is_argument = matches!(
                    inline::head(self.masked.slice(starts).trim_start()),
                    Some((form, ..)) if form.sort() == Sort::Argument
                );
                if is_argument {
                    self.end_block();
                    self.begin_structure(at);
                }
                is_argument
            }
            Block::Single | Block::List | Block::Heading { .. } | Block::Inference => false,
        }
    }

    fn begin_structure(&mut self, at: usize) {
        let argument = self.argument_before.take();
        let title = match argument.and_then(|item| self.found.items.get(item)) {
            Some(item) => item.title.clone(),
            None => self.untitled_title(),
        };
        let section = self.found.sections.len().checked_sub(1);
        let place = self.masked.place(at);
        self.found.structures.push(Structure { title, lines: Vec::new(), section, place });
        self.block = Block::Structure;
    }

    fn begin_structure_line(&mut self, range: Range<usize>) {
        self.close();
        let lines = self.found.structures.last().map(|it| it.lines.as_slice()).unwrap_or_default();
        let is_conclusion = matches!(lines.last(), Some(Line::Inference(_)));
        let role = if is_conclusion { Role::Conclusion } else { Role::Premise };
        self.above.clear();
        self.open = Some(self.opened(range, role));
    }

    fn begin_inference(&mut self, range: Range<usize>, trimmed: &str) {
        self.close();
        let line = trimmed.trim_end_matches(['\r', ' ', '\t', NOTHING]);
        let inside = line.trim_start_matches('-');
        let dashes = line.len() - inside.len();
        if dashes == 3 && inside.is_empty() {
            let detail = "an inference of three hyphens";
            self.tell(range.start, NoteCode::Malformed, detail, "it is read as one of four");
        }
        // `----` is the beginning and the end of an inference without rules.
        if dashes >= 3 && inside.is_empty() {
            self.inference = range.start..range.start;
            self.end_inference();
            return;
        }
        self.block = Block::Inference;
        let from = range.start + 2;
        self.inference = from..from;
        let rest = trimmed.get(2..).unwrap_or_default().to_owned();
        if !rest.trim_end_matches(['\r', ' ', '\t', NOTHING]).is_empty() {
            self.in_inference(from..range.end, &rest);
        } else {
            self.inference.end = range.end;
        }
    }

    fn in_inference(&mut self, range: Range<usize>, text: &str) {
        let Some(end) = outside_braces(self.masked, &range, text) else {
            self.inference.end = range.end;
            return;
        };
        self.inference.end = range.start + end;
        self.end_inference();
        let after = text.get(end..).unwrap_or_default().trim_start_matches('-');
        if !after.trim_matches(['\r', ' ', '\t', NOTHING]).is_empty() {
            let detail = "text follows the end of an inference on its line";
            let at = range.end - after.len();
            self.tell(at, NoteCode::Malformed, detail, "it was left out");
        }
    }

    fn end_inference(&mut self) {
        self.block = Block::Structure;
        let range = self.inference.clone();
        let place = self.masked.place(range.start);
        let read = if range.is_empty() {
            inline::Content::default()
        } else {
            inline::read(self.masked, range, false, false, self.notes)
        };
        let rules = read.text.split(',').map(str::trim).filter(|it| !it.is_empty());
        let rules = rules.map(str::to_owned).collect();
        let at = self.found.structures.len().saturating_sub(1);
        let Some(structure) = self.found.structures.last_mut() else { return };
        let line = structure.lines.len();
        structure.lines.push(Line::Inference(Inference { rules, data: read.data, place }));
        self.above = vec![(None, Parent::Inference { structure: at, line })];
    }
}

/// How deep a heading is.
fn heading(line: &str) -> Option<usize> {
    let level = line.bytes().take_while(|byte| *byte == b'#').count();
    Some(level).filter(|it| *it > 0 && line.as_bytes().get(*it) == Some(&b' '))
}

/// Whether a text is a title alone.
fn is_bare(text: &str) -> bool {
    let text = text.trim_matches([' ', '\t', '\r', NOTHING]);
    matches!(inline::head(text), Some((Form::Refers(_), _, end)) if end == text.len())
}

/// A text without its tags.
fn without_tags(text: &str, tags: &[String]) -> String {
    let mut left = text.to_owned();
    for tag in tags.iter().take(20) {
        left = left.replace(&format!("#({tag})"), "").replace(&format!("#{tag}"), "");
    }
    collapsed(&left)
}

/// Where two hyphens stand in a line, apart from those in data.
fn outside_braces(masked: &Masked<'_>, range: &Range<usize>, text: &str) -> Option<usize> {
    let mut at = 0;
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        if let Some(close) = masked.braces.get(&(range.start + at)) {
            at = close + 1 - range.start;
            continue;
        }
        if *byte == b'-' && bytes.get(at + 1) == Some(&b'-') {
            return Some(at);
        }
        at += 1;
    }
    None
}
