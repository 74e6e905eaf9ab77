//! The text taken apart: a head, numbered claims of one or more lines, and what follows the last.

use std::collections::HashMap;
use std::io::{self, BufRead, Read};

use super::texts;
use crate::domain::text::Title;
use crate::formats::note::{Note, NoteCode};
use crate::formats::place::Place;
use crate::formats::reading::{LARGEST_WHOLE, Lines, Stopped};

/// What stands before the title.
pub(super) const TITLE: &str = "Discussion Title:";

/// The line of a title.
pub(super) fn title_line(title: &Title) -> String {
    format!("{TITLE} {title}")
}

/// The title in what stands before the first claim.
pub(super) fn title_of(head: &str) -> Option<&str> {
    head.lines().find_map(|line| line.strip_prefix(TITLE)).map(str::trim)
}

/// The longest line, in bytes.
const LONGEST_LINE: usize = 1_000_000;
/// The most claims, and the most numbers that claims without a parent may have above them.
const MOST_CLAIMS: usize = 1_000_000;
/// The longest number that is kept as it is written.
const LONGEST_ID: usize = 300;

/// Which way a claim bears on the one above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stance {
    /// For it.
    Pro,
    /// Against it.
    Con,
}

impl Stance {
    /// The word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Pro => "Pro",
            Self::Con => "Con",
        }
    }
}

/// The beginning of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Beginning<'a> {
    /// Its number, with a dot after each part.
    pub(super) id: &'a str,
    /// Its stance.
    pub(super) stance: Option<Stance>,
    /// The first line of what it says.
    pub(super) text: &'a str,
}

/// The claim that a line begins, if it does.
pub(super) fn claim(line: &str) -> Option<Beginning<'_>> {
    let end = line.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (id, rest) = line.split_at(end);
    let rest = rest.strip_prefix(' ')?;
    let parts = id.strip_suffix('.')?;
    if !parts.split('.').all(|part| !part.is_empty() && part.len() <= 18) {
        return None;
    }
    Some(match stance(rest) {
        Some((stance, text)) => Beginning { id, stance: Some(stance), text },
        None => Beginning { id, stance: None, text: rest },
    })
}

/// The stance that a text begins with, and the rest.
pub(super) fn stance(text: &str) -> Option<(Stance, &str)> {
    [Stance::Pro, Stance::Con]
        .into_iter()
        .find_map(|stance| Some((stance, text.strip_prefix(stance.word())?.strip_prefix(": ")?)))
}

/// A claim as it is written.
#[derive(Debug)]
pub(super) struct Claim {
    /// The line on which it begins.
    pub(super) line: u64,
    /// Its number, if that is not too long to be a name.
    pub(super) id: Option<String>,
    /// Its place among the numbers.
    pub(super) node: usize,
    /// Its stance.
    pub(super) stance: Option<Stance>,
    /// All its lines.
    pub(super) text: String,
}

impl Claim {
    /// Where it stands.
    pub(super) fn place(&self) -> Place {
        let place = Place::line(self.line);
        self.id.as_ref().map_or(place.clone(), |id| place.with_id(id))
    }
}

/// A number: of a claim, or of one that is not there although others stand under it.
#[derive(Debug, Clone, Default)]
struct Numbered {
    above: usize,
    claim: Option<usize>,
}

/// The numbers, each under the one without its last part. The first is above all others.
#[derive(Debug)]
pub(super) struct Numbers {
    all: Vec<Numbered>,
    below: HashMap<(usize, u64), usize>,
    /// The way to the number that was taken last: most numbers begin like the one before.
    way: Vec<(u64, usize)>,
}

impl Default for Numbers {
    fn default() -> Self {
        Self { all: vec![Numbered::default()], below: HashMap::new(), way: Vec::new() }
    }
}

fn parts(id: &str) -> impl Iterator<Item = u64> {
    id.split('.').filter_map(|part| part.parse().ok())
}

impl Numbers {
    /// The place of a number, made if it is not there.
    fn take(&mut self, id: &str) -> usize {
        let (mut at, mut depth) = (0, 0);
        for part in parts(id) {
            if let Some((_, node)) = self.way.get(depth).filter(|(it, _)| *it == part) {
                at = *node;
            } else {
                self.way.truncate(depth);
                let new = self.all.len();
                let node = *self.below.entry((at, part)).or_insert(new);
                if node == new {
                    self.all.push(Numbered { above: at, claim: None });
                }
                self.way.push((part, node));
                at = node;
            }
            depth += 1;
        }
        self.way.truncate(depth);
        at
    }

    /// The claim that has a number.
    pub(super) fn find(&self, id: &str) -> Option<usize> {
        let mut at = 0;
        for part in parts(id) {
            at = *self.below.get(&(at, part))?;
        }
        self.all.get(at)?.claim
    }

    /// Of every number, the nearest claim above it.
    pub(super) fn above(&self) -> Vec<Option<usize>> {
        let mut above: Vec<Option<usize>> = Vec::with_capacity(self.all.len());
        // A number comes after the one above it.
        for number in &self.all {
            let claim = self.all.get(number.above).and_then(|it| it.claim);
            above.push(claim.or_else(|| above.get(number.above).copied().flatten()));
        }
        above
    }

    /// Whether the number just above this one is a claim, or this one is at the top.
    pub(super) fn is_whole(&self, node: usize) -> bool {
        self.all.get(node).is_some_and(|it| {
            it.above == 0 || self.all.get(it.above).is_some_and(|above| above.claim.is_some())
        })
    }

    /// Whether nothing can stand above this number.
    pub(super) fn is_at_top(&self, node: usize) -> bool {
        self.all.get(node).is_some_and(|it| it.above == 0)
    }
}

/// A text taken apart.
#[derive(Debug, Default)]
pub(super) struct Text {
    /// What stands before the first claim, as it is written.
    pub(super) head: String,
    /// The claims, in the order of the file.
    pub(super) claims: Vec<Claim>,
    /// Their numbers.
    pub(super) numbers: Numbers,
    /// What follows the last claim: nothing, or the end of its line and what comes after.
    pub(super) tail: String,
    /// Whether lines end with CR LF.
    pub(super) is_crlf: bool,
}

impl Text {
    /// The title, as it is written.
    pub(super) fn title(&self) -> Option<&str> {
        title_of(&self.head)
    }

    /// Takes a line, and says how many bytes of it are held. It belongs to the claim before it unless
    /// it begins one.
    fn take(&mut self, number: u64, line: &str, notes: &mut Vec<Note>) -> usize {
        let Some(begun) = claim(line) else { return self.go_on(line) };
        let node = self.numbers.take(begun.id);
        let is_repeated = self.numbers.all.get(node).is_some_and(|it| it.claim.is_some());
        let place = || Place::line(number).with_id(begun.id.get(..LONGEST_ID).unwrap_or(begun.id));
        if is_repeated && begun.stance.is_none() {
            let detail = "the line begins like a claim that is there already";
            let instead = "it is a part of the claim before it, such as an item of a list";
            notes.push(Note::warning(NoteCode::Guessed, place(), detail, instead));
            return self.go_on(line);
        }
        if is_repeated {
            let detail = "another claim has this number";
            let instead = "both are taken; links lead to the first";
            notes.push(Note::warning(NoteCode::Repeated, place(), detail, instead));
        } else if let Some(numbered) = self.numbers.all.get_mut(node) {
            numbered.claim = Some(self.claims.len());
        }
        let id = (begun.id.len() <= LONGEST_ID).then(|| begun.id.to_owned());
        let held = begun.text.len() + id.as_ref().map_or(0, String::len);
        self.claims.push(Claim {
            line: number,
            id,
            node,
            stance: begun.stance,
            text: begun.text.to_owned(),
        });
        held
    }

    fn go_on(&mut self, line: &str) -> usize {
        if let Some(claim) = self.claims.last_mut() {
            claim.text.push('\n');
            claim.text.push_str(line);
        } else {
            self.head.push_str(line);
            self.head.push('\n');
        }
        line.len() + 1
    }

    /// Moves the blank lines after the last claim out of it.
    fn end(&mut self, has_last_end: bool) {
        if let Some(claim) = self.claims.last_mut() {
            let lines_end = claim.text.trim_end().len();
            let at = claim.text.get(lines_end..).and_then(|it| it.find('\n'));
            self.tail = at.map(|at| claim.text.split_off(lines_end + at)).unwrap_or_default();
        }
        if has_last_end && !self.claims.is_empty() {
            self.tail.push('\n');
        }
    }
}

/// Takes a text apart. None where it cannot be taken, which the notes say.
pub(super) fn read(
    bytes: &mut dyn BufRead,
    notes: &mut Vec<Note>,
) -> Result<Option<Text>, Stopped> {
    let mut ends = Ends { bytes, crlf: 0, lf: 0, last: 0 };
    let mut text = Text::default();
    let (mut is_whole, mut held) = (true, 0_usize);
    {
        let mut lines = Lines::new(&mut ends, LONGEST_LINE);
        while let Some(line) = lines.next_line()? {
            match line.text {
                Ok(it) => held += text.take(line.number, &it, notes),
                Err(note) => {
                    notes.push(*note);
                    is_whole = false;
                }
            }
            if held > LARGEST_WHOLE || text.numbers.all.len() > MOST_CLAIMS {
                let detail = format!("has more than {LARGEST_WHOLE} bytes or {MOST_CLAIMS} claims");
                let place = Place::line(line.number);
                notes.push(Note::error(NoteCode::TooMuch, place, detail, "nothing was read"));
                return Ok(None);
            }
        }
    }
    text.end(ends.last == b'\n');
    text.is_crlf = ends.crlf > ends.lf / 2;
    if ends.crlf > 0 && ends.crlf < ends.lf {
        let detail = "some lines end with CR LF and others with LF";
        let instead = if text.is_crlf { "all end with CR LF" } else { "all end with LF" };
        notes.push(Note::info(NoteCode::TextChanged, Place::default(), detail, instead));
    }
    if text.claims.is_empty() && text.title().is_none() && is_whole {
        let detail = "is no text of Kialo: it has neither a title nor a line such as `1. A claim`";
        notes.push(Note::error(NoteCode::Malformed, Place::default(), detail, ""));
        return Ok(None);
    }
    if text.claims.iter().any(|it| texts::is_wordless(&it.text)) {
        note_wordless(&text.claims, notes);
    }
    Ok(is_whole.then_some(text))
}

fn note_wordless(claims: &[Claim], notes: &mut Vec<Note>) {
    for claim in claims.iter().filter(|it| texts::is_wordless(&it.text)) {
        let detail = "the claim has no text that could be seen";
        let instead = format!("it says `{}`", texts::WORDLESS);
        notes.push(Note::warning(NoteCode::Guessed, claim.place(), detail, instead));
    }
}

/// Bytes that are read, and how the lines among them end.
struct Ends<'a> {
    bytes: &'a mut dyn BufRead,
    crlf: usize,
    lf: usize,
    last: u8,
}

impl Read for Ends<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let from = self.fill_buf()?;
        let count = from.len().min(into.len());
        into.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Ends<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.bytes.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        // What was filled is there still.
        let seen = self.bytes.fill_buf().unwrap_or_default();
        for byte in seen.iter().take(amount) {
            if *byte == b'\n' {
                self.lf += 1;
                self.crlf += usize::from(self.last == b'\r');
            }
            self.last = *byte;
        }
        self.bytes.consume(amount);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_has_a_number_perhaps_a_stance_and_a_text() {
        let begun = |id, stance, text| Some(Beginning { id, stance, text });
        assert_eq!(claim("1. A claim."), begun("1.", None, "A claim."));
        assert_eq!(claim("1.12.3. Pro: A"), begun("1.12.3.", Some(Stance::Pro), "A"));
        assert_eq!(claim("1.1. Con: "), begun("1.1.", Some(Stance::Con), ""));
        assert_eq!(claim("1. pro: a"), begun("1.", None, "pro: a"));
        for no_claim in
            ["", "1.", "1 a", "1.a", "1..2. a", ".1. a", "1.1 a", " 1. a", "a 1. b", "٣. a"]
        {
            assert_eq!(claim(no_claim), None, "{no_claim}");
        }
    }

    #[test]
    fn numbers_are_found_whatever_the_order_of_the_file() {
        let mut numbers = Numbers::default();
        let ids = ["1.2.1.", "1.", "1.2.2.", "2.1."];
        for (at, id) in ids.iter().enumerate() {
            let node = numbers.take(id);
            numbers.all[node].claim = Some(at);
        }
        assert_eq!(numbers.find("1.2.2."), Some(2));
        assert_eq!(numbers.find("1.2."), None);
        let above = numbers.above();
        let of = |id| above[Numbers::take(&mut Numbers { way: Vec::new(), ..clone(&numbers) }, id)];
        assert_eq!(of("1.2.1."), Some(1));
        assert_eq!(of("2.1."), None);
    }

    fn clone(numbers: &Numbers) -> Numbers {
        Numbers { all: numbers.all.clone(), below: numbers.below.clone(), way: Vec::new() }
    }
}
