//! What an item says: its title, its words without marks, its tags and its data.

use super::data;
use super::masking::{Masked, NOTHING, SPACE, TAB};
use super::shortcodes;
use super::syntax::{Data, Form, Sort};
use crate::formats::note::{Note, NoteCode};

/// What was found in an item.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub form: Option<Form>,
    pub title: String,
    pub text: String,
    pub tags: Vec<String>,
    pub data: Option<Data>,
    /// Where what is after the title begins.
    pub after_title: usize,
}

/// The title that a text begins with, and where what follows it begins.
pub(super) fn head(text: &str) -> Option<(Form, &str, usize)> {
    let (sort, open, close) = match text.as_bytes().first()? {
        b'[' => (Sort::Statement, b'[', b']'),
        b'<' => (Sort::Argument, b'<', b'>'),
        _ => return None,
    };
    let mut depth = 0_usize;
    let end = text.bytes().position(|byte| {
        if byte == open && (sort == Sort::Statement || depth == 0) {
            depth += 1;
        } else if byte == close {
            depth = depth.saturating_sub(1);
        }
        depth == 0
    })?;
    let title = text.get(1..end)?;
    if title.trim().is_empty() || title.contains("\n\n") {
        return None;
    }
    let after = text.get(end + 1..)?;
    if after.starts_with(':') {
        return Some((Form::Defines(sort), title, end + 2));
    }
    // A link begins like a statement.
    if sort == Sort::Statement && after.starts_with('(') && after.contains(')') {
        return None;
    }
    Some((Form::Refers(sort), title, end + 1))
}

/// White space within a line or over its end is one space.
pub(super) fn collapsed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut is_pending = false;
    for c in text.chars() {
        match c {
            NOTHING => {}
            ' ' | '\t' | '\n' | '\r' => is_pending = !out.is_empty(),
            _ => {
                if std::mem::take(&mut is_pending) {
                    out.push(' ');
                }
                out.push(match c {
                    SPACE => ' ',
                    TAB => '\t',
                    c => c,
                });
            }
        }
    }
    out
}

/// A mark of emphasis that may turn out to be none.
const MARKS: [&str; 4] = ["**", "__", "*", "_"];

enum Piece {
    Text(String),
    /// What opens emphasis, if that is closed.
    Opening {
        mark: &'static str,
        is_closed: bool,
    },
}

struct Reading<'a, 'm> {
    masked: &'m Masked<'a>,
    removes_tags: bool,
    /// Where the item begins in the whole text.
    base: usize,
    text: &'m str,
    at: usize,
    pieces: Vec<Piece>,
    open: [Option<usize>; 4],
    content: Content,
    /// Where the next one of a character is, if it has been looked for.
    ahead: [(u8, Option<Option<usize>>); 3],
    is_after_data: bool,
    is_told: bool,
    notes: &'m mut Vec<Note>,
}

/// Reads an item that stands in this range.
pub(super) fn read(
    masked: &Masked<'_>,
    range: std::ops::Range<usize>,
    has_head: bool,
    removes_tags: bool,
    notes: &mut Vec<Note>,
) -> Content {
    let whole = masked.slice(range.clone());
    let text = whole.trim_start_matches([' ', '\t', '\r', '\n', NOTHING]);
    let base = range.start + (whole.len() - text.len());
    let mut content = Content { after_title: base, ..Content::default() };
    let mut from = 0;
    if has_head && let Some((form, title, end)) = head(text) {
        content.form = Some(form);
        content.title = collapsed(title);
        content.after_title = base + end;
        from = end;
    }
    let mut reading = Reading {
        masked,
        removes_tags,
        base,
        text,
        at: from,
        pieces: Vec::new(),
        open: [None; 4],
        content,
        ahead: [(b']', None), (b')', None), (b'>', None)],
        is_after_data: false,
        is_told: false,
        notes,
    };
    reading.run();
    reading.finish()
}

impl Reading<'_, '_> {
    fn run(&mut self) {
        while let Some(byte) = self.text.as_bytes().get(self.at).copied() {
            let is_taken = match byte {
                b'\\' => self.escaped(),
                b'{' => self.data(),
                b'@' => self.mention(),
                b'[' => self.link(),
                b'<' => self.bracket(),
                b'#' => self.tag(),
                b'*' | b'_' => self.emphasis(),
                b'.' | b':' => self.shortcode(),
                _ => false,
            };
            if !is_taken {
                self.plain();
            }
        }
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn before(&self) -> Option<char> {
        self.text.get(..self.at).and_then(|before| before.chars().next_back())
    }

    fn push(&mut self, text: &str) {
        if self.is_after_data && !text.trim_matches([' ', '\t', '\r', '\n', NOTHING]).is_empty() {
            self.is_after_data = false;
            self.tell(
                NoteCode::Malformed,
                "text follows data",
                "it is read as if the data came last",
            );
        }
        match self.pieces.last_mut() {
            Some(Piece::Text(last)) => last.push_str(text),
            Some(Piece::Opening { .. }) | None => self.pieces.push(Piece::Text(text.to_owned())),
        }
    }

    fn tell(&mut self, code: NoteCode, detail: &str, instead: &str) {
        let place = self.masked.place(self.base + self.at);
        self.notes.push(Note::warning(code, place, detail, instead));
    }

    /// Takes what means nothing else.
    fn plain(&mut self) {
        const MEANS: [u8; 9] = *b"\\{@[<#*_.";
        let rest = self.text.get(self.at..).unwrap_or_default();
        let stops = |byte: u8| MEANS.contains(&byte) || byte == b':';
        let length = rest.bytes().skip(1).position(stops).map_or(rest.len(), |at| at + 1);
        let taken = rest.get(..length).unwrap_or(rest);
        self.at += length;
        self.push(taken);
    }

    fn escaped(&mut self) -> bool {
        let Some(next) = self.rest().chars().nth(1) else { return false };
        self.at += 1 + next.len_utf8();
        let next = match next {
            ' ' => SPACE,
            '\t' => TAB,
            '\r' | '\n' => ' ',
            next => next,
        };
        self.push(&next.to_string());
        true
    }

    fn data(&mut self) -> bool {
        let open = self.base + self.at;
        let Some(close) = self.masked.braces.get(&open).copied() else { return false };
        let length = close + 1 - open;
        match data::mapping(self.masked.exactly(open..close + 1)) {
            Ok(fields) => {
                self.content.data.get_or_insert_default().extend(fields);
                self.is_after_data = true;
            }
            Err(error) => {
                let detail = format!("what stands in braces is no data: {error}");
                self.tell(NoteCode::Malformed, &detail, "it is read as text");
                let whole = self.masked.slice(open..close + 1).to_owned();
                self.push(&whole);
            }
        }
        self.at += length;
        true
    }

    /// Where the next one of a character is, found once for all that look for it.
    fn next(&mut self, byte: u8) -> Option<usize> {
        let at = self.at;
        let (_, known) = self.ahead.iter_mut().find(|(it, _)| *it == byte)?;
        match known {
            Some(None) => return None,
            Some(Some(found)) if *found >= at => return Some(*found),
            Some(Some(_)) | None => {}
        }
        let rest = self.text.get(at..).unwrap_or_default();
        let found = rest.bytes().position(|it| it == byte).map(|it| it + at);
        *known = Some(found);
        found
    }

    fn mention(&mut self) -> bool {
        let close = match self.rest().as_bytes().get(1) {
            Some(b'[') => b']',
            Some(b'<') => b'>',
            _ => return false,
        };
        let Some(end) = self.next(close) else { return false };
        if end <= self.at + 2 {
            return false;
        }
        let mention = self.text.get(self.at..=end).unwrap_or_default();
        self.push(mention);
        self.at = end + 1;
        true
    }

    fn link(&mut self) -> bool {
        let Some(end) = self.next(b']').filter(|end| *end > self.at + 1) else { return false };
        let is_link = self.text.as_bytes().get(end + 1) == Some(&b'(');
        let address_end = if is_link { self.next_after(b')', end + 2) } else { None };
        let Some(address_end) = address_end else {
            self.tell_brackets();
            return false;
        };
        let words = self.text.get(self.at + 1..end).unwrap_or_default();
        self.push(words);
        self.at = address_end + 1;
        true
    }

    fn next_after(&mut self, byte: u8, from: usize) -> Option<usize> {
        let at = std::mem::replace(&mut self.at, from);
        let found = self.next(byte);
        self.at = at;
        found.filter(|found| *found > from)
    }

    fn bracket(&mut self) -> bool {
        if self.next(b'>').is_some_and(|end| end > self.at + 1) {
            self.tell_brackets();
        }
        false
    }

    fn tell_brackets(&mut self) {
        if !std::mem::replace(&mut self.is_told, true) {
            let detail = "a title in brackets stands within a text";
            self.tell(NoteCode::Malformed, detail, "it is read as text; a mention begins with @");
        }
    }

    fn tag(&mut self) -> bool {
        let rest = self.text.get(self.at + 1..).unwrap_or_default();
        let (tag, length) = if rest.starts_with('(') {
            let Some(end) = self.next(b')').filter(|end| *end > self.at + 2) else { return false };
            (self.text.get(self.at + 2..end).unwrap_or_default(), end + 1 - self.at)
        } else {
            let is_part = |c: char| {
                c.is_ascii_alphanumeric()
                    || matches!(c, '-' | '_' | '\u{A0}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFEF}')
            };
            let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            if end == 0 {
                return false;
            }
            (rest.get(..end).unwrap_or_default(), end + 1)
        };
        let tag = collapsed(tag);
        if !self.content.tags.contains(&tag) {
            self.content.tags.push(tag);
        }
        let image = self.text.get(self.at..self.at + length).unwrap_or_default();
        if !self.removes_tags {
            let is_after_data = std::mem::take(&mut self.is_after_data);
            self.push(image);
            self.is_after_data = is_after_data;
        }
        self.at += length;
        true
    }

    fn emphasis(&mut self) -> bool {
        let rest = self.rest();
        let Some((slot, mark)) =
            MARKS.iter().enumerate().find(|(_, mark)| rest.starts_with(**mark))
        else {
            return false;
        };
        let after = rest.get(mark.len()..).unwrap_or_default().chars().next();
        let is_space = |c: Option<char>| c.is_none_or(char::is_whitespace);
        let before = self.before().filter(|c| *c != NOTHING);
        let closes = !is_space(before)
            && after.is_none_or(|c| c == NOTHING || " \t\r\n)}_.,!?;:-*\"'”’».".contains(c));
        let opened = self.open.get(slot).copied().flatten();
        if let Some(place) = opened.filter(|_| closes) {
            if let Some(Piece::Opening { is_closed, .. }) = self.pieces.get_mut(place) {
                *is_closed = true;
            }
            // What was opened inside and not closed is no emphasis.
            for open in &mut self.open {
                *open = open.filter(|it| *it < place);
            }
            self.at += mark.len();
            // The text after it is no part of the text before.
            self.pieces.push(Piece::Text(String::new()));
            return true;
        }
        let opens = !is_space(after) && !before.is_some_and(char::is_alphanumeric);
        if opened.is_none() && opens {
            if let Some(open) = self.open.get_mut(slot) {
                *open = Some(self.pieces.len());
            }
            self.pieces.push(Piece::Opening { mark, is_closed: false });
        } else {
            self.push(mark);
        }
        self.at += mark.len();
        true
    }

    fn shortcode(&mut self) -> bool {
        let Some((symbol, length)) = shortcodes::at_start(self.rest(), self.before()) else {
            return false;
        };
        self.push(symbol);
        self.at += length;
        true
    }

    fn finish(mut self) -> Content {
        let mut text = String::with_capacity(self.text.len());
        for piece in &self.pieces {
            match piece {
                Piece::Text(part) => text.push_str(part),
                Piece::Opening { mark, is_closed } => {
                    if !is_closed {
                        text.push_str(mark);
                    }
                }
            }
        }
        self.content.text = collapsed(&text);
        self.content
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(text: &str) -> Content {
        let masked = Masked::new(text, 0);
        read(&masked, 0..text.len(), true, false, &mut Vec::new())
    }

    fn words(text: &str) -> String {
        content(text).text
    }

    #[test]
    fn marks_are_no_words() {
        assert_eq!(words("a **b c** and _d_, __e__."), "a b c and d, e.");
        assert_eq!(words("**pros & cons**   in Argdown"), "pros & cons in Argdown");
        assert_eq!(words("a [link](https://x.org/a_b) here"), "a link here");
        assert_eq!(words("p .->. q :heart:"), "p → q ❤");
    }

    #[test]
    fn what_only_looks_like_a_mark_is_text() {
        for text in [
            "2*3 and 4 * 5",
            "snake_case_name",
            "1 < 2. 2 + 3 = 4.",
            "a { b",
            "x *y z",
            "e.g. a:b",
            "# 5",
            "@ [x",
        ] {
            assert_eq!(words(text), text);
        }
        assert_eq!(words(r"1 \< 3 \> 2 \[a\] \# b\*"), "1 < 3 > 2 [a] # b*");
    }

    #[test]
    fn tags_and_data_are_found() {
        let found = content("[A]: text #one and #(two words). {a: 1}");

        assert_eq!(found.form, Some(Form::Defines(Sort::Statement)));
        assert_eq!(found.title, "A");
        assert_eq!(found.text, "text #one and #(two words).");
        assert_eq!(found.tags, ["one", "two words"]);
        assert_eq!(found.data.unwrap()["a"], 1);
    }

    #[test]
    fn titles_are_told_from_links_and_may_hold_brackets() {
        assert_eq!(content("[a](b) c").form, None);
        assert_eq!(content("[a [b]]: c").title, "a [b]");
        assert_eq!(content("<a\n  b> #t").form, Some(Form::Refers(Sort::Argument)));
        assert_eq!(content("<a\n  b> #t").title, "a b");
        assert_eq!(content("< a").form, None);
    }
}
