//! Where in the text of its source a premise stands.

use crate::domain::input;
use crate::domain::quote::{Exact, QuotableText, QuoteDraft};

/// A premise found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Quoted {
    /// The words of the text, with their place.
    pub draft: QuoteDraft,
    /// Whether the offsets led to them.
    pub is_as_told: bool,
}

/// Finds the premise: at the offsets, which may be those of code points or, from a program in Java,
/// those of UTF-16; else in the nearest place that has the same words, however they are spaced.
pub(super) fn find(text: &str, told: Option<(u64, u64)>, premise: &str) -> Option<Quoted> {
    if premise.trim().is_empty() {
        return None;
    }
    let quotable = QuotableText::new(text);
    let told = told
        .and_then(|(start, end)| Some((usize::try_from(start).ok()?, usize::try_from(end).ok()?)));
    if let Some((start, end)) = told {
        if says(quotable.slice(start..end.max(start)), premise) {
            return quoted(&quotable, start, end, true);
        }
        if let Some((start, end)) = points_of_utf16(text, start, end)
            && says(quotable.slice(start..end), premise)
        {
            return quoted(&quotable, start, end, true);
        }
    }
    let near = told.map_or(0, |(start, _)| start);
    let (start, end) = nearest(text, premise, near)?;
    quoted(&quotable, start, end, false)
}

/// Whether two texts have the same words.
pub(super) fn says(words: &str, premise: &str) -> bool {
    words.split_whitespace().eq(premise.split_whitespace())
}

/// The words between two code points, without the white space around them.
fn quoted(text: &QuotableText, start: usize, end: usize, is_as_told: bool) -> Option<Quoted> {
    let words = text.slice(start..end.min(text.len()));
    let begun = words.trim_start();
    let start = start + words.chars().count() - begun.chars().count();
    let exact: Exact = input::read(begun.trim_end().into()).ok()?;
    let end = start + exact.as_str().chars().count();
    let place = |point: usize| i32::try_from(point).ok();
    let (start, end) = (Some(place(start)?), Some(place(end)?));
    let draft = QuoteDraft { exact, prefix: None, suffix: None, start, end };
    Some(Quoted { draft, is_as_told })
}

/// The code points at two offsets of UTF-16; none where both count alike, or one is in the midst of
/// a character.
fn points_of_utf16(text: &str, start: usize, end: usize) -> Option<(usize, usize)> {
    let (mut units, mut from) = (0, None);
    for (point, c) in text.chars().enumerate() {
        if units == start {
            from = Some(point);
        }
        if units >= end {
            return (units == end).then_some((from?, point)).filter(|it| *it != (start, end));
        }
        units += c.len_utf16();
    }
    (units == end).then_some((from?, text.chars().count())).filter(|it| *it != (start, end))
}

/// The code points between which the words of a premise stand nearest to one of them.
fn nearest(text: &str, premise: &str, near: usize) -> Option<(usize, usize)> {
    // Both with one space between words; and for each byte of the text, the code point it is of.
    let wanted = premise.split_whitespace().collect::<Vec<_>>().join(" ");
    let (mut spaced, mut points) = (String::with_capacity(text.len()), Vec::new());
    for (point, c) in text.chars().enumerate() {
        let c = if c.is_whitespace() { ' ' } else { c };
        if c == ' ' && spaced.ends_with(' ') {
            continue;
        }
        spaced.push(c);
        let point = u32::try_from(point).ok()?;
        points.extend(std::iter::repeat_n(point, c.len_utf8()));
    }
    let point_at = |byte: usize| points.get(byte).and_then(|it| usize::try_from(*it).ok());
    let places = spaced.match_indices(&wanted).filter_map(|(byte, _)| {
        let last = byte + wanted.len() - 1;
        Some((point_at(byte)?, point_at(last)? + 1))
    });
    places.take(MOST_PLACES).min_by_key(|(start, _)| start.abs_diff(near))
}

/// In so many places a premise is looked for.
const MOST_PLACES: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, told: Option<(u64, u64)>, premise: &str) -> Option<(i32, i32, bool)> {
        let quoted = find(text, told, premise)?;
        let draft = &quoted.draft;
        let anchored = QuotableText::new(text).anchor(draft).unwrap();
        assert_eq!((Some(anchored.start), Some(anchored.end)), (draft.start, draft.end));
        assert!(says(draft.exact.as_str(), premise));
        Some((anchored.start, anchored.end, quoted.is_as_told))
    }

    #[test]
    fn offsets_of_code_points_and_of_utf16_lead_to_the_premise() {
        let text = "\u{1f600} It rains. Done. \u{1f600}";
        assert_eq!(found(text, Some((12, 18)), "Done."), Some((12, 17, true)));
        assert_eq!(found(text, Some((13, 18)), "Done."), Some((12, 17, true)));
        assert_eq!(found(text, Some((0, 0)), "Done."), Some((12, 17, false)));
        assert_eq!(found(text, Some((9, 2)), "Done."), Some((12, 17, false)));
    }

    #[test]
    fn a_premise_is_found_however_it_is_spaced_and_nearest_to_where_it_was_said_to_be() {
        let text = "One  and\ntwo.\n\nOne and two. ä\u{a0}ö";
        assert_eq!(found(text, None, "One and two."), Some((0, 13, false)));
        assert_eq!(found(text, Some((14, 19)), "One and  two."), Some((15, 27, false)));
        assert_eq!(found(text, None, " ä ö "), Some((28, 31, false)));
        assert_eq!(found(text, Some((u64::MAX, 3)), "ä ö"), Some((28, 31, false)));
    }

    #[test]
    fn what_does_not_stand_in_the_text_is_not_found() {
        for premise in ["three", "", " ", "One and two. One"] {
            assert_eq!(found("One and two.", Some((0, 3)), premise), None, "{premise:?}");
        }
    }
}
