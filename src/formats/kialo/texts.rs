//! What a claim says: Markdown with links and escapes there, plain text here.

use std::fmt::Display;

use super::lines::{self, Stance};
use crate::domain::text::{Body, Claim};
use crate::formats::note::Note;
use crate::formats::place::Place;
use crate::formats::taming::{self, ManyLines, OneLine};

/// What a claim without a text says.
pub(super) const WORDLESS: &str = "(no text)";

/// What stands before the number of the claim that a link leads to.
pub(super) const LINK: &str = "-> See ";

/// The texts of a record.
pub(super) struct Worded<Short, Long> {
    pub(super) short: Short,
    pub(super) long: Long,
}

/// The texts of the record that says what a claim says: plain text, and the whole Markdown where
/// that says more.
pub(super) fn worded<Short: OneLine, Long: ManyLines + PartialEq>(
    markdown: &str,
    place: &Place,
    notes: &mut Vec<Note>,
) -> Option<Worded<Short, Long>> {
    let (text, has_links) = plain(markdown);
    let Some(tamed) = taming::pair::<Short, Long>(&text, place, notes) else {
        let short = Short::check(WORDLESS).ok()?;
        return Some(Worded { short, long: Long::default() });
    };
    if !has_links && tamed.long == Long::default() {
        return Some(Worded { short: tamed.short, long: tamed.long });
    }
    let mut more = Vec::new();
    let long = taming::lines::<Long>(markdown.trim(), place, &mut more).text;
    more.retain(|note| !notes.contains(note));
    notes.append(&mut more);
    Some(Worded { short: tamed.short, long })
}

/// A claim without escapes, and with the words of its links alone.
pub(super) fn plain_of(markdown: &str) -> String {
    plain(markdown).0
}

/// Whether a claim says nothing that could be seen.
pub(super) fn is_wordless(markdown: &str) -> bool {
    let text = plain(markdown).0;
    taming::pair::<Claim, Body>(&text, &Place::default(), &mut Vec::new()).is_none()
}

/// The Markdown of a record that has none of its own, and whether its longer text is left out.
pub(super) fn written<Short, Long>(
    short: &Short,
    long: &Long,
    stance: Option<Stance>,
) -> (String, bool)
where
    Short: OneLine + PartialEq + Display,
    Long: ManyLines + PartialEq + Display,
{
    let whole = guarded(&long.to_string(), stance);
    // A text that was too long for one line stands whole in the longer field.
    let says = worded::<Short, Long>(&whole, &Place::default(), &mut Vec::new());
    if says.is_some_and(|it| it.short == *short && it.long != Long::default()) {
        return (whole, false);
    }
    (guarded(&escaped(&short.to_string()), stance), *long != Long::default())
}

/// Whether a record still says what it was made to say of a claim.
pub(super) fn is_still<Short, Long>(markdown: &str, short: &Short, long: &Long) -> bool
where
    Short: OneLine + PartialEq,
    Long: ManyLines + PartialEq,
{
    worded::<Short, Long>(markdown, &Place::default(), &mut Vec::new())
        .is_some_and(|it| it.short == *short && it.long == *long)
}

/// A claim without escapes, and with the words of its links alone; and whether it has links.
fn plain(markdown: &str) -> (String, bool) {
    let mut text = String::with_capacity(markdown.len());
    let (mut rest, mut has_links) = (markdown, false);
    // Where the words of a link may have begun.
    let mut open = None;
    while let Some(c) = rest.chars().next() {
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        match (c, rest.chars().next()) {
            ('\\', Some(escaped)) if escaped.is_ascii_punctuation() => {
                text.push(escaped);
                rest = rest.get(1..).unwrap_or_default();
            }
            ('[', _) => {
                open = Some(text.len());
                text.push(c);
            }
            (']', Some('(')) => match (open.take(), after_address(rest)) {
                (Some(at), Some(after)) if at + 1 < text.len() => {
                    text.remove(at);
                    (rest, has_links) = (after, true);
                }
                _ => text.push(c),
            },
            _ => text.push(c),
        }
    }
    (text, has_links)
}

/// What follows the address in parentheses that a text begins with, if it does.
fn after_address(text: &str) -> Option<&str> {
    let address = text.strip_prefix('(')?;
    if !["http://", "https://"].iter().any(|scheme| address.starts_with(scheme)) {
        return None;
    }
    let (mut depth, mut is_escaped) = (0_u32, false);
    for (at, c) in address.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            // No address has these, and looking beyond them again and again would take long.
            '[' | ']' => return None,
            _ if c.is_whitespace() => return None,
            '(' => depth += 1,
            ')' if depth > 0 => depth -= 1,
            ')' => return address.get(at + 1..),
            _ => {}
        }
    }
    None
}

/// A plain text as a claim: what would be read as a link or an escape is escaped, and parentheses
/// as Kialo does.
fn escaped(text: &str) -> String {
    let mut markdown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if matches!(c, '\\' | '[' | ']' | '(' | ')') {
            markdown.push('\\');
        }
        markdown.push(c);
    }
    markdown
}

/// A claim of which no line is read as something else: as another claim, a link or a stance.
fn guarded(markdown: &str, stance: Option<Stance>) -> String {
    let mut guarded = String::with_capacity(markdown.len() + 8);
    for (at, line) in markdown.split('\n').enumerate() {
        if at > 0 {
            guarded.push('\n');
        }
        let number = lines::claim(line).filter(|_| at > 0).and(line.split_once('.'));
        let stance = if at == 0 && stance.is_none() { lines::stance(line) } else { None };
        if let Some((number, rest)) = number {
            guarded.extend([number, "\\.", rest]);
        } else if let Some((stance, rest)) = stance {
            guarded.extend([stance.word(), "\\: ", rest]);
        } else if at == 0 && line.starts_with(LINK) {
            guarded.extend(["\\", line]);
        } else {
            guarded.push_str(line);
        }
    }
    guarded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn escapes_go_and_links_leave_their_words() {
        assert_eq!(plain(r"A \(b\) \[c\] \\ d\e"), (r"A (b) [c] \ d\e".to_owned(), false));
        assert_eq!(
            plain("See [the report](https://example.org/a_(b)?c=\\)) and [this](no)."),
            ("See the report and [this](no).".to_owned(), true)
        );
        assert!(!plain("[](https://a.b) [x](https://a b)").1);
        assert_eq!(plain("[[a](https://a.b)]"), ("[a]".to_owned(), true));
    }

    #[test]
    fn a_text_full_of_beginnings_is_read_in_one_go() {
        for hostile in ["[", "[a](https://", "[a](https://b\\", "](", "\\"] {
            let text = hostile.repeat(200_000);
            assert!(!plain(&text).1);
        }
    }

    proptest! {
        #[test]
        fn an_escaped_text_is_the_same_plain(text in "\\PC*|[\\\\\\[\\]()a:/.]*|(-> See 1\\.|Pro: x|Con: )\\PC*") {
            for stance in [None, Some(Stance::Pro)] {
                let markdown = guarded(&escaped(&text), stance);
                prop_assert_eq!(plain(&markdown), (text.clone(), false));
                prop_assert!(!markdown.starts_with(LINK));
            }
        }
    }
}
