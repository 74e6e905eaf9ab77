//! Where a hit has the words: found in the text as it is stored, counted in code points.
//!
//! Which words match is for PostgreSQL to say, whose dictionaries know their stems. A text is cut
//! into words here; the answer says which of them are meant.

use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::terms::Term;
use super::types::{Field, Highlight, HitPlace};

/// How many code points of a longer text are shown.
const SHOWN: usize = 280;

/// A text that may have the words, and which of a record's it is.
#[derive(Debug, Clone)]
pub struct Readable<'t> {
    /// Which of the texts.
    pub field: Field,
    /// Where it begins in that text.
    pub start: usize,
    /// The text.
    pub text: &'t str,
}

/// A word of a text: where it is, and the word itself.
fn words(text: &str) -> impl Iterator<Item = (Highlight, &str)> {
    let mut chars = text.char_indices().enumerate().peekable();
    std::iter::from_fn(move || {
        let is_of_word = |c: char| c.is_alphanumeric() || is_combining_mark(c);
        let (start, (from, _)) = chars.find(|(_, (_, c))| is_of_word(*c))?;
        let mut end = start + 1;
        while chars.next_if(|(_, (_, c))| is_of_word(*c)).is_some() {
            end += 1;
        }
        let to = chars.peek().map_or(text.len(), |(_, (offset, _))| *offset);
        Some((Highlight { start, end }, text.get(from..to).unwrap_or_default()))
    })
}

/// The first letter, without accent and case: what a dictionary leaves of every word.
fn initial(word: &str) -> Option<char> {
    let first = word.nfd().next()?.to_lowercase().next()?;
    // Letters that do not fall apart, as `search_folded` has them.
    Some(match first {
        'ø' => 'o',
        'ł' => 'l',
        'đ' => 'd',
        'ı' => 'i',
        'ß' => 's',
        _ => first,
    })
}

/// The different words of some texts that may be meant by a query, for their dictionary to say which
/// are.
///
/// No dictionary changes the first letter of a word but to take an accent from it, so that most
/// words need not be asked about.
pub fn candidates<'t>(texts: impl Iterator<Item = &'t str>, term: &Term) -> HashSet<String> {
    let initials: HashSet<char> = term
        .wanted()
        .iter()
        .filter_map(
            |word| if let Term::Word { lexeme, .. } = word { initial(lexeme) } else { None },
        )
        .collect();
    let mut different = HashSet::new();
    for text in texts {
        for (_, word) in words(text) {
            if initial(word).is_some_and(|first| initials.contains(&first)) {
                different.insert(word.to_lowercase());
            }
        }
    }
    different
}

/// Shows the words that are meant in the first of the texts that has as many of them as any.
pub fn place(texts: &[Readable<'_>], meant: &HashSet<String>) -> Option<HitPlace> {
    let initials: HashSet<char> = meant.iter().filter_map(|word| initial(word)).collect();
    let of_text = |text| -> Vec<(Highlight, String)> {
        words(text)
            .filter(|(_, word)| initial(word).is_some_and(|first| initials.contains(&first)))
            .map(|(place, word)| (place, word.to_lowercase()))
            .filter(|(_, word)| meant.contains(word))
            .collect()
    };
    let found: Vec<(&Readable<'_>, Vec<(Highlight, String)>)> =
        texts.iter().map(|readable| (readable, of_text(readable.text))).collect();
    let different = |words: &[(Highlight, String)]| {
        words.iter().map(|(_, word)| word).collect::<HashSet<_>>().len()
    };
    let most = found.iter().map(|(_, words)| different(words)).max()?;
    let (readable, words) = found.into_iter().find(|(_, words)| different(words) == most)?;
    Some(shown(readable, &words))
}

fn shown(readable: &Readable<'_>, words: &[(Highlight, String)]) -> HitPlace {
    let length = readable.text.chars().count();
    let is_short =
        length <= 1_000 && matches!(readable.field, Field::Title | Field::Statement | Field::Claim);
    let (start, end) = if is_short { (0, length) } else { window(readable.text, length, words) };
    let text: String = readable.text.chars().skip(start).take(end - start).collect();
    let highlights: Vec<Highlight> = words
        .iter()
        .map(|(place, _)| *place)
        .filter(|place| place.start >= start && place.end <= end)
        .map(|place| Highlight { start: place.start - start, end: place.end - start })
        .collect();
    let html = html(&text, &highlights);
    HitPlace { field: readable.field, start: readable.start + start, text, highlights, html }
}

/// The part of a longer text that has the most different words, from one gap between words to
/// another.
fn window(text: &str, length: usize, words: &[(Highlight, String)]) -> (usize, usize) {
    if length <= SHOWN {
        return (0, length);
    }
    // Two marks go through the words, never further apart than what is shown.
    let mut best = (0, 0);
    let mut counts = std::collections::HashMap::<&str, usize>::new();
    let mut first = 0;
    for (last, (place, word)) in words.iter().enumerate() {
        *counts.entry(word).or_default() += 1;
        while let Some((begun, earlier)) = words.get(first)
            && first < last
            && place.end - begun.start > SHOWN * 3 / 4
        {
            if let Some(count) = counts.get_mut(earlier.as_str()) {
                *count -= 1;
                if *count == 0 {
                    counts.remove(earlier.as_str());
                }
            }
            first += 1;
        }
        if counts.len() > best.0 {
            best = (counts.len(), words.get(first).map_or(0, |(begun, _)| begun.start));
        }
    }
    let start = best.1.saturating_sub(SHOWN / 5).min(length - SHOWN);
    let end = (start + SHOWN).min(length);
    (after_gap(text, start, best.1), before_gap(text, end, length))
}

/// The first place from `start` on where a word begins, at most at `first`.
fn after_gap(text: &str, start: usize, first: usize) -> usize {
    if start == 0 {
        return 0;
    }
    let mut before = text.chars().enumerate().skip(start - 1);
    let gap = before.find(|(at, c)| c.is_whitespace() || *at + 1 >= first);
    gap.map_or(start, |(at, _)| (at + 1).min(first.max(start)))
}

/// The last place up to `end` where a word ends, but not far from it.
fn before_gap(text: &str, end: usize, length: usize) -> usize {
    if end == length {
        return length;
    }
    let near = end.saturating_sub(40);
    let spaces = text.chars().enumerate().skip(near).take(end + 1 - near);
    spaces.filter(|(_, c)| c.is_whitespace()).map(|(at, _)| at).last().unwrap_or(end)
}

/// The text as HTML, with the highlights in `<mark>` and all else escaped.
fn html(text: &str, highlights: &[Highlight]) -> String {
    let mut html = String::with_capacity(text.len() + highlights.len() * 13);
    let mut next = highlights.iter().peekable();
    let mut open = None;
    for (at, c) in text.chars().enumerate() {
        if open == Some(at) {
            html.push_str("</mark>");
            open = None;
        }
        if let Some(highlight) = next.next_if(|highlight| highlight.start == at) {
            html.push_str("<mark>");
            open = Some(highlight.end);
        }
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
    if open.is_some() {
        html.push_str("</mark>");
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(words: &[&str]) -> HashSet<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn claim(text: &str) -> Readable<'_> {
        Readable { field: Field::Claim, start: 0, text }
    }

    fn body(text: &str) -> Readable<'_> {
        Readable { field: Field::Body, start: 0, text }
    }

    #[test]
    fn words_are_marked_and_all_else_is_escaped() {
        let place = place(&[claim("Open <b>models</b> & 🦙 open")], &meant(&["open"])).unwrap();

        assert_eq!(
            place.html,
            "<mark>Open</mark> &lt;b&gt;models&lt;/b&gt; &amp; 🦙 <mark>open</mark>"
        );
        assert_eq!(
            place.highlights,
            [Highlight { start: 0, end: 4 }, Highlight { start: 23, end: 27 }]
        );
    }

    #[test]
    fn the_text_with_the_most_of_the_words_is_shown() {
        let texts = [claim("Open."), body("Open models are cheap.")];
        assert_eq!(place(&texts, &meant(&["open", "models"])).unwrap().field, Field::Body);
        assert_eq!(place(&texts, &meant(&["open"])).unwrap().field, Field::Claim);
        assert_eq!(place(&texts, &meant(&["none"])).unwrap().field, Field::Claim);
    }

    #[test]
    fn of_a_long_text_the_part_with_the_words_is_shown() {
        let text = format!("{} open models {}", "word ".repeat(200), "more ".repeat(200));
        let place = place(&[body(&text)], &meant(&["open", "models"])).unwrap();

        assert!(place.text.chars().count() <= SHOWN, "{}", place.text);
        let shown: String =
            text.chars().skip(place.start).take(place.text.chars().count()).collect();
        assert_eq!(shown, place.text);
        assert_eq!(place.highlights.len(), 2);
        assert!(place.text.starts_with("word ") && place.text.ends_with("more"), "{}", place.text);
    }

    #[test]
    fn any_text_has_a_place() {
        for text in ["", "🦙", &"x".repeat(5_000), &"é ".repeat(5_000), &"\u{301}".repeat(600)] {
            for words in [meant(&[]), meant(&["é", "x"]), meant(&[text])] {
                let place = place(&[body(text)], &words).unwrap();
                let length = place.text.chars().count();
                assert!(place.highlights.iter().all(|it| it.start < it.end && it.end <= length));
            }
        }
    }

    #[test]
    fn only_words_with_the_right_letter_are_asked_about() {
        let term = Term::word("elan", false);
        let found = candidates(["Élan of a EVEning"].into_iter(), &term);
        assert_eq!(found, HashSet::from(["evening", "élan"].map(str::to_owned)));
    }
}
