//! Texts of the world made to fit the model, with nothing lost in silence.
//!
//! A text too long for one line, or of several lines, goes whole into the longer field beside it
//! with its opening sentence in the short one; a character that the model refuses becomes U+FFFD,
//! CR LF becomes LF. Each such change is a note, and [`kept`] holds the exact text for the way back
//! to the same format. **Law:** a text that fits is taken as it is, without a note.

use serde_json::{Value, json};

use super::note::{Note, NoteCode};
use super::place::Place;
use crate::domain::text::{
    Body, Claim, Licence, Name, Scheme, Statement, Summary, Tag, TextError, Title,
};

/// A text made to fit one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tamed<T> {
    /// The text.
    pub text: T,
    /// Whether it is not what was given.
    pub is_changed: bool,
}

/// A text made to fit a short field and a longer one beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TamedPair<Short, Long> {
    /// The one line.
    pub short: Short,
    /// The whole text where it does not fit one line; else empty.
    pub long: Long,
    /// Whether the two together are not exactly what was given, so that [`kept`] is needed.
    pub is_changed: bool,
}

/// A text of one line, such as a title.
pub trait OneLine: Sized {
    /// The most code points.
    const MOST: usize;
    /// What the text is called in a note.
    const CALLED: &'static str;
    /// The text, if it fits.
    fn check(text: &str) -> Result<Self, TextError>;
}

/// A text of many lines, such as a body.
pub trait ManyLines: Sized + Default {
    /// The most code points.
    const MOST: usize;
    /// What the text is called in a note.
    const CALLED: &'static str;
    /// The text, if it fits.
    fn check(text: &str) -> Result<Self, TextError>;
}

macro_rules! tamed {
    ($form:ident: $($name:ident $called:literal),*) => {$(
        impl $form for $name {
            const MOST: usize = Self::MAX;
            const CALLED: &'static str = $called;
            fn check(text: &str) -> Result<Self, TextError> {
                Self::parse(text)
            }
        }
    )*};
}

tamed!(OneLine: Title "title", Statement "statement", Claim "claim", Tag "tag", Scheme "scheme",
    Name "name", Licence "licence");
tamed!(ManyLines: Summary "summary", Body "body");

/// Makes a text fit one line, cut at a word if it is too long. `None` if there is nothing to see in
/// it. For what has no longer field beside it.
pub fn line<T: OneLine>(text: &str, place: &Place, notes: &mut Vec<Note>) -> Option<Tamed<T>> {
    if let Ok(fits) = T::check(text) {
        return Some(Tamed { text: fits, is_changed: false });
    }
    let clean = cleaned(text);
    let flat = flattened(&clean);
    if clean != text {
        notes.push(characters_changed(T::CALLED, place));
    }
    let cut = cut_at_word(&flat, T::MOST);
    if cut.len() < flat.len() {
        let detail = format!("the {} has {} characters", T::CALLED, flat.chars().count());
        let instead = format!("it ends after {}", cut.chars().count());
        notes.push(Note::warning(NoteCode::TextMoved, place.clone(), detail, instead));
    }
    T::check(&cut).ok().map(|text| Tamed { text, is_changed: true })
}

/// Makes a text fit many lines, cut at a word if it is too long.
pub fn lines<T: ManyLines>(text: &str, place: &Place, notes: &mut Vec<Note>) -> Tamed<T> {
    if let Ok(fits) = T::check(text) {
        return Tamed { text: fits, is_changed: false };
    }
    let clean = cleaned(text);
    if clean != unified_ends(text) {
        notes.push(characters_changed(T::CALLED, place));
    }
    let cut = cut_at_word(&clean, T::MOST);
    if cut.len() < clean.len() {
        let detail = format!("the {} has {} characters", T::CALLED, clean.chars().count());
        let instead = format!("it ends after {}", cut.chars().count());
        notes.push(Note::warning(NoteCode::TextMoved, place.clone(), detail, instead));
    }
    Tamed { text: T::check(&cut).unwrap_or_default(), is_changed: true }
}

/// Makes a text fit a short field and the longer one beside it. `None` if there is nothing to see in
/// it.
pub fn pair<Short: OneLine, Long: ManyLines>(
    text: &str,
    place: &Place,
    notes: &mut Vec<Note>,
) -> Option<TamedPair<Short, Long>> {
    if let Ok(short) = Short::check(text) {
        // Around a line, white space is no part of it.
        let is_changed = text.trim() != text;
        return Some(TamedPair { short, long: Long::default(), is_changed });
    }
    let clean = cleaned(text);
    let trimmed = clean.trim();
    if let Ok(short) = Short::check(trimmed) {
        notes.push(characters_changed(Short::CALLED, place));
        return Some(TamedPair { short, long: Long::default(), is_changed: true });
    }
    let opening = opening(trimmed, Short::MOST);
    let short = Short::check(&opening).ok()?;
    let detail = if trimmed.contains('\n') {
        format!("the {} has several lines", Short::CALLED)
    } else {
        format!("the {} has {} characters", Short::CALLED, trimmed.chars().count())
    };
    let instead = format!("it stands whole in the {}, under its opening", Long::CALLED);
    notes.push(Note::info(NoteCode::TextMoved, place.clone(), detail, instead));
    let long = lines::<Long>(trimmed, place, notes);
    Some(TamedPair { short, long: long.text, is_changed: true })
}

/// A text exactly as it was given, for an `origin`. U+0000, which cannot be stored, is written as in
/// JSON.
pub fn kept(text: &str) -> Value {
    if text.contains('\0') { json!({ "json": json!(text).to_string() }) } else { json!(text) }
}

/// The text that [`kept`] kept.
pub fn exactly(kept: &Value) -> Option<String> {
    match kept {
        Value::String(text) => Some(text.clone()),
        Value::Object(fields) => serde_json::from_str(fields.get("json")?.as_str()?).ok(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
    }
}

/// Whether a record still says what it was made to say of a kept text: otherwise somebody has
/// changed it since, and the kept text is old.
pub fn is_still<Short, Long>(kept: &str, short: &Short, long: &Long) -> bool
where
    Short: OneLine + PartialEq,
    Long: ManyLines + PartialEq,
{
    pair::<Short, Long>(kept, &Place::default(), &mut Vec::new())
        .is_some_and(|tamed| tamed.short == *short && tamed.long == *long)
}

fn characters_changed(called: &str, place: &Place) -> Note {
    let detail = format!("the {called} has characters that no text here may have");
    Note::info(NoteCode::TextChanged, place.clone(), detail, "U+FFFD stands for each of them")
}

fn unified_ends(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// Without the characters that no text may hold, and with LF at the end of lines.
fn cleaned(text: &str) -> String {
    let mut marks = 0;
    let is_mark = unicode_normalization::char::is_combining_mark;
    let one_way = unified_ends(text);
    // No text may pile up marks; what is beyond a stack of them is dropped.
    one_way
        .chars()
        .filter_map(|c| {
            marks = if is_mark(c) { marks + 1 } else { 0 };
            if marks > MOST_MARKS {
                return None;
            }
            let fits = c == '\n' || is_printable(c) || Body::parse(&format!("a{c}b")).is_ok();
            Some(if fits { c } else { '\u{FFFD}' })
        })
        .collect()
}

/// Whether any text may hold a character, as is soon seen of the most usual ones.
fn is_printable(c: char) -> bool {
    matches!(c, ' '..='~')
}

/// The most marks in a row that a text keeps.
const MOST_MARKS: usize = 20;

/// On one line: what cannot stand within a line becomes a space.
fn flattened(text: &str) -> String {
    let fits = |c: char| is_printable(c) || Claim::parse(&format!("a{c}b")).is_ok();
    let spaced: String = text.chars().map(|c| if fits(c) { c } else { ' ' }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The beginning of a text, at most so many code points, on one line: the first sentence, if it is
/// not too short to say something.
fn opening(text: &str, most: usize) -> String {
    const TOO_SHORT: usize = 12;
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let flat = flattened(first);
    let mut end = None;
    let mut before = ' ';
    for (count, (at, c)) in flat.char_indices().enumerate() {
        if count > TOO_SHORT && c == ' ' && matches!(before, '.' | '!' | '?' | '…') {
            end = Some(at);
            break;
        }
        before = c;
    }
    let sentence = end.and_then(|end| flat.get(..end)).unwrap_or(&flat);
    cut_at_word(sentence, most)
}

/// The longest beginning of at most `most` code points that ends between two words, with `…`.
/// Composed characters count as they are kept.
fn cut_at_word(text: &str, most: usize) -> String {
    use unicode_normalization::UnicodeNormalization;
    let composed: String = text.nfc().collect();
    // A text is bounded as it is given and as it is kept.
    if composed.chars().count().max(text.chars().count()) <= most {
        return text.to_owned();
    }
    let room: String = composed.chars().take(most.saturating_sub(1)).collect();
    let at = room.rfind(char::is_whitespace).filter(|at| *at > room.len() / 2);
    let whole = at.and_then(|at| room.get(..at)).unwrap_or(&room);
    format!("{}…", whole.trim_end())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn claimed(text: &str) -> (Option<TamedPair<Claim, Body>>, Vec<Note>) {
        let mut notes = Vec::new();
        (pair(text, &Place::default(), &mut notes), notes)
    }

    #[test]
    fn what_fits_is_taken_as_it_is() {
        let (tamed, notes) = claimed("Openness is a means.");

        let tamed = tamed.unwrap();
        assert_eq!(tamed.short.as_str(), "Openness is a means.");
        assert_eq!(tamed.long.as_str(), "");
        assert!(!tamed.is_changed && notes.is_empty());
    }

    #[test]
    fn a_long_text_stands_whole_in_the_body_under_its_opening_sentence() {
        let text = format!("Openness is a means. {}", "It is no end. ".repeat(100));

        let (tamed, notes) = claimed(&text);

        let tamed = tamed.unwrap();
        assert_eq!(tamed.short.as_str(), "Openness is a means.");
        assert_eq!(tamed.long.as_str(), text.trim());
        assert_eq!(notes.len(), 1);
        assert!(is_still(&text, &tamed.short, &tamed.long));
        assert!(!is_still(&text, &Claim::parse("Another.").unwrap(), &tamed.long));
    }

    #[test]
    fn refused_characters_are_replaced_and_told() {
        let (tamed, notes) = claimed("a\u{1}b\0c");

        assert_eq!(tamed.unwrap().short.as_str(), "a\u{FFFD}b\u{FFFD}c");
        assert_eq!(notes[0].code, NoteCode::TextChanged);
        assert_eq!(exactly(&kept("a\0b")).unwrap(), "a\0b");
    }

    proptest! {
        #[test]
        fn any_text_is_tamed_or_has_nothing_to_see(text in any::<String>(), times in 1usize..400) {
            let text = text.repeat(times);
            let (tamed, notes) = claimed(&text);
            if let Some(tamed) = tamed {
                prop_assert!(is_still(&text, &tamed.short, &tamed.long));
                if !tamed.is_changed {
                    prop_assert!(notes.is_empty());
                }
            }
            prop_assert_eq!(exactly(&kept(&text)), Some(text));
        }
    }
}
