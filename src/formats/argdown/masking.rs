//! Comments and braces: what is found before a line can be looked at.
//!
//! Comments become marks that mean nothing, of the same length, so that places stay what they were.
//! **All in one pass**: an unclosed comment or brace is looked for once, not from each that opens.

use std::collections::HashMap;
use std::ops::Range;

use crate::formats::place::Place;

/// Stands for each byte of a comment.
pub(super) const NOTHING: char = '\u{1}';
/// Stands for a character of the text that we use as a mark.
const REFUSED: u8 = 2;
/// Stands for a space that was escaped.
pub(super) const SPACE: char = '\u{3}';
/// Stands for a tab that was escaped.
pub(super) const TAB: char = '\u{4}';

/// A text with its comments masked.
#[derive(Debug)]
pub(super) struct Masked<'a> {
    pub original: &'a str,
    /// The same text, byte for byte in length, with comments masked.
    pub text: String,
    pub comments: Vec<Range<usize>>,
    /// Outermost braces: where they close, by where they open.
    pub braces: HashMap<usize, usize>,
    /// Where comments begin that do not end.
    pub unclosed: Vec<usize>,
    line_starts: Vec<usize>,
}

/// Finds a text further on; once it is not found, it is not looked for again.
#[derive(Debug)]
struct Ahead {
    what: &'static str,
    is_gone: bool,
}

impl Ahead {
    fn of(what: &'static str) -> Self {
        Self { what, is_gone: false }
    }

    /// Where it ends, at or after a place.
    fn end(&mut self, text: &str, from: usize) -> Option<usize> {
        if self.is_gone {
            return None;
        }
        let found = text.get(from..).and_then(|rest| rest.find(self.what));
        self.is_gone = found.is_none();
        found.map(|at| from + at + self.what.len())
    }
}

#[derive(Debug)]
struct Comments {
    html: Ahead,
    block: Ahead,
    line: Ahead,
    unclosed: Vec<usize>,
}

impl Comments {
    fn new() -> Self {
        Self {
            html: Ahead::of("-->"),
            block: Ahead::of("*/"),
            line: Ahead::of("\n"),
            unclosed: Vec::new(),
        }
    }

    /// Where the comment that begins here ends. The `//` of an address is none.
    fn end(&mut self, text: &str, at: usize) -> Option<usize> {
        let bytes = text.as_bytes();
        let end = match (bytes.get(at)?, bytes.get(at + 1)?) {
            (b'/', b'/') => {
                if at > 0 && bytes.get(at - 1) == Some(&b':') {
                    return None;
                }
                let end = self.line.end(text, at).map_or(text.len(), |end| end - 1);
                let has_return = bytes.get(end.saturating_sub(1)) == Some(&b'\r');
                return Some(if has_return { end - 1 } else { end });
            }
            (b'/', b'*') => self.block.end(text, at + 2),
            (b'<', b'!') if text.get(at..at + 4) == Some("<!--") => self.html.end(text, at + 4),
            _ => return None,
        };
        if end.is_none() {
            self.unclosed.push(at);
        }
        end
    }
}

impl<'a> Masked<'a> {
    /// Masks a text; what is before `from` is left out as if it were a comment.
    pub(super) fn new(original: &'a str, from: usize) -> Self {
        let braces = outermost(matched(original, from));
        let mut bytes: Vec<u8> = Vec::with_capacity(original.len());
        let (mut comments, mut unclosed) = (Vec::new(), Vec::new());
        let mut finder = Comments::new();
        let source = original.as_bytes();
        let mut at = from;
        bytes.resize(from.min(source.len()), 1);
        while let Some(byte) = source.get(at).copied() {
            if let Some(close) = braces.get(&at) {
                let inside = source.get(at..=*close).unwrap_or_default();
                bytes.extend(inside.iter().map(|byte| unmarked(*byte)));
                at = close + 1;
                continue;
            }
            if byte == b'\\' {
                bytes.push(byte);
                bytes.extend(source.get(at + 1).map(|byte| unmarked(*byte)));
                at += 2;
                continue;
            }
            let end = if matches!(byte, b'/' | b'<') { finder.end(original, at) } else { None };
            match end {
                Some(end) if end > at => {
                    comments.push(at..end);
                    bytes.resize(end, 1);
                    at = end;
                }
                Some(_) | None => {
                    bytes.push(unmarked(byte));
                    at += 1;
                }
            }
        }
        unclosed.append(&mut finder.unclosed);
        let text = String::from_utf8(bytes).unwrap_or_default();
        let breaks = original.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let line_starts = std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect();
        Self { original, text, comments, braces, unclosed, line_starts }
    }

    /// A part of the masked text.
    pub(super) fn slice(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }

    /// A part of the text as it was given.
    pub(super) fn exactly(&self, range: Range<usize>) -> &'a str {
        self.original.get(range).unwrap_or_default()
    }

    /// The place of a byte. Counting the columns of one endless line again and again would take
    /// too long, so that beyond a bound the column is left out.
    pub(super) fn place(&self, at: usize) -> Place {
        const FURTHEST: usize = 10_000;
        let line = self.line_starts.partition_point(|start| *start <= at);
        let start = self.line_starts.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let number = u64::try_from(line).unwrap_or(u64::MAX);
        if at.saturating_sub(start) > FURTHEST {
            return Place::line(number);
        }
        let before = self.original.get(start..at).unwrap_or_default().chars().count();
        Place::text(number, u64::try_from(before).unwrap_or(u64::MAX).saturating_add(1))
    }

    /// The lines of the masked text without their ends. Within a comment or data there is none.
    pub(super) fn lines(&self) -> Vec<Range<usize>> {
        let mut lines = Vec::new();
        let (mut start, mut at) = (0, 0);
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(at) {
            if let Some(close) = self.braces.get(&at) {
                at = close + 1;
                continue;
            }
            if *byte == b'\\' && bytes.get(at + 1) != Some(&b'\n') {
                at += 2;
                continue;
            }
            if *byte == b'\n' {
                lines.push(start..at);
                start = at + 1;
            }
            at += 1;
        }
        lines.push(start..bytes.len());
        lines
    }
}

fn unmarked(byte: u8) -> u8 {
    if matches!(byte, 1 | 3 | 4) { REFUSED } else { byte }
}

/// Braces that belong together, apart from those in quoted text.
fn matched(text: &str, from: usize) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut comments = Comments::new();
    let (mut open, mut pairs): (Vec<usize>, Vec<(usize, usize)>) = (Vec::new(), Vec::new());
    let mut quote: Option<u8> = None;
    let (mut is_line_blank, mut before) = (true, b' ');
    let mut at = from;
    while let Some(byte) = bytes.get(at).copied() {
        if byte == b'\n' {
            // A quoted text ends at an empty line at the latest: a stray quote must not hide all.
            if is_line_blank {
                quote = None;
            }
            is_line_blank = true;
        } else if !matches!(byte, b' ' | b'\t' | b'\r') {
            is_line_blank = false;
        }
        if let Some(mark) = quote {
            if byte == b'\\' && mark == b'"' {
                at += 1;
            } else if byte == mark {
                quote = None;
            }
        } else {
            match byte {
                b'\\' => at += 1,
                b'{' => open.push(at),
                b'}' => pairs.extend(open.pop().map(|start| (start, at))),
                b'"' | b'\''
                    if !open.is_empty()
                        && matches!(before, b' ' | b'\n' | b'\t' | b'{' | b'[' | b',' | b':') =>
                {
                    quote = Some(byte);
                }
                b'/' | b'<' if open.is_empty() => {
                    if let Some(end) = comments.end(text, at).filter(|end| *end > at) {
                        at = end;
                        before = b' ';
                        continue;
                    }
                }
                _ => {}
            }
        }
        before = byte;
        at += 1;
    }
    pairs
}

fn outermost(mut pairs: Vec<(usize, usize)>) -> HashMap<usize, usize> {
    pairs.sort_unstable();
    let mut found = HashMap::new();
    let mut covered = None;
    for (open, close) in pairs {
        if covered.is_none_or(|until| open > until) {
            found.insert(open, close);
            covered = Some(close);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        Masked::new(text, 0).text.replace(NOTHING, "~")
    }

    #[test]
    fn comments_of_all_three_kinds_are_masked() {
        assert_eq!(masked("a <!-- b\n --> c"), "a ~~~~~~~~~~~ c");
        assert_eq!(masked("a /* b */ c // d\ne"), "a ~~~~~~~ c ~~~~\ne");
        assert_eq!(masked("a // b\r\nc"), "a ~~~~\r\nc");
    }

    #[test]
    fn what_only_looks_like_a_comment_is_none() {
        for text in [
            "see https://example.org now",
            r"a \// b".trim_end_matches("/ b"),
            "{a: \"// b\"}",
            "a /* b",
            "a <!-- b",
        ] {
            assert_eq!(masked(text), text);
        }
    }

    #[test]
    fn outermost_braces_are_matched_around_quoted_ones() {
        let text = "{ [S] {a: \"}\", b: {c: 1}} {";

        let masked = Masked::new(text, 0);

        assert_eq!(masked.braces, HashMap::from([(6, 24)]));
    }
}
