//! Quotes in texts, small and hostile ones.

use std::ops::Range;

use proptest::prelude::*;

use super::search::occurrences;
use super::*;

fn draft(exact: &str) -> QuoteDraft {
    QuoteDraft {
        exact: Exact(exact.to_owned()),
        prefix: None,
        suffix: None,
        start: None,
        end: None,
    }
}

#[test]
fn words_that_stand_once_are_found() {
    let quote = QuotableText::new("🦙 Open source is a means, not an end.")
        .anchor(&draft("a means"))
        .unwrap();

    assert_eq!((quote.start, quote.end), (17, 24));
    assert_eq!(quote.prefix, "🦙 Open source is ");
    assert_eq!(quote.suffix, ", not an end.");
}

#[test]
fn a_right_place_decides_between_equal_words() {
    let text = QuotableText::new("open, open, open");

    let quote =
        text.anchor(&QuoteDraft { start: Some(6), end: Some(10), ..draft("open") }).unwrap();

    assert_eq!(quote.start, 6);
}

#[test]
fn a_wrong_place_is_mended_when_the_words_stand_once() {
    let quote = QuotableText::new("is this open?")
        .anchor(&QuoteDraft { start: Some(2), ..draft("open") })
        .unwrap();

    assert_eq!(quote.start, 8);
}

#[test]
fn context_decides_between_equal_words() {
    let text = QuotableText::new("open models, open code");

    let quote = text
        .anchor(&QuoteDraft { suffix: Some(Context(" code".to_owned())), ..draft("open") })
        .unwrap();

    assert_eq!(quote.start, 13);
}

#[test]
fn ambiguous_words_are_refused_with_their_places() {
    let error = QuotableText::new("open models, open code").anchor(&draft("open")).unwrap_err();

    assert!(
        matches!(&error, Unanchored::Ambiguous { count: 2, places } if places[1].start == 13),
        "{error:?}"
    );
}

#[test]
fn words_without_the_context_given_are_refused_with_their_place() {
    let draft = QuoteDraft { prefix: Some(Context("shut ".to_owned())), ..draft("open") };

    let error = QuotableText::new("half open").anchor(&draft).unwrap_err();

    assert!(matches!(&error, Unanchored::OtherContext { count: 1, .. }), "{error:?}");
    assert_eq!(
        error.detail(),
        "these words stand once in the source's text, but not with this `prefix` and `suffix`: \
         5–9 “half open”"
    );
}

#[test]
fn one_place_is_found_among_thousands() {
    let text = QuotableText::new(format!("X q. {}X q. unique q!", "q. ".repeat(3000)));
    let suffix =
        |suffix: &str| QuoteDraft { suffix: Some(Context(suffix.to_owned())), ..draft("q") };

    assert_eq!(text.anchor(&suffix("!")).unwrap().start, 9017);
    let error = text.anchor(&suffix(".")).unwrap_err();
    assert!(error.detail().starts_with("these words stand at least 1000 times"), "{error:?}");
}

fn again(old: &str, exact: &str, prefix: &str, new: &str) -> Option<i32> {
    let draft = QuoteDraft { prefix: Some(Context(prefix.to_owned())), ..draft(exact) };
    let quote = QuotableText::new(old).anchor(&draft).unwrap();
    QuotableText::new(new).anchor_again(&quote).map(|quote| quote.start)
}

#[test]
fn a_quote_is_found_again_by_what_stands_around_it_and_not_by_its_old_place() {
    let old = "Alpha beta gamma. Delta beta epsilon. Zeta beta eta.";
    assert_eq!(again(old, "beta", "Zeta ", old), Some(43));
    // Other equal words now stand at the old place.
    let new = format!("Nineteen characters{old}");
    assert_eq!(again(old, "beta", "Zeta ", &new), Some(62));
    // One side of what stood around it is enough, and so are words that stand once.
    assert_eq!(again(old, "beta", "Zeta ", "beta. Zeta beta eta. beta"), Some(11));
    assert_eq!(again(old, "beta", "Zeta ", "Only beta."), Some(5));
    assert_eq!(again(old, "beta", "Zeta ", "beta or beta"), None);
}

#[test]
fn unknown_words_are_refused_with_the_nearest_passage() {
    let text =
        "None of this is sinister. Open source is a means, not an end. The question is another.";

    let error =
        QuotableText::new(text).anchor(&draft("open source is a mean, not the end")).unwrap_err();

    let Unanchored::NotFound { nearest } = error else { panic!("{error:?}") };
    assert_eq!(nearest[0].text, "Open source is a means, not an end");
}

#[test]
fn coverage_counts_each_point_once_and_lists_the_rest() {
    let coverage = QuotableText::new("Aa. Bb. Cc.").coverage([0..3, 1..3]);

    assert_eq!((coverage.quoted, coverage.total), (3, 11));
    assert_eq!(coverage.unquoted, [Passage { start: 4, end: 11, text: "Bb. Cc.".to_owned() }]);
}

fn span(quote: &Quote) -> Range<usize> {
    usize::try_from(quote.start).unwrap()..usize::try_from(quote.end).unwrap()
}

/// Text with what makes counting hard: emoji of several code points, combining marks, CRLF, astral
/// letters.
fn hard_text() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "🦙",
        "👩\u{200D}👩\u{200D}👧",
        "🏳\u{FE0F}\u{200D}🌈",
        "🇩🇪",
        "👍🏽",
        "e\u{301}",
        "\u{e9}",
        "ก็",
        "\r\n",
        "\n",
        "a",
        "𝒳",
        " ",
        "\u{202E}",
        "\u{FEFF}",
    ]);
    prop::collection::vec(pieces, 1..600).prop_map(|parts| parts.concat())
}

/// A text in UTF-32: four bytes for each code point. It is put together from UTF-16, so that
/// nothing is counted in the way of the code under test.
fn utf32(text: &str) -> Vec<u8> {
    let mut high = 0;
    let mut bytes = Vec::new();
    for unit in text.encode_utf16().map(u32::from) {
        match unit {
            0xD800..0xDC00 => high = unit,
            0xDC00..0xE000 => {
                let point = 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00);
                bytes.extend(point.to_le_bytes());
            }
            _ => bytes.extend(unit.to_le_bytes()),
        }
    }
    bytes
}

/// The text of some UTF-32.
fn text_of(bytes: &[u8]) -> String {
    let point = |unit: &[u8]| u32::from_le_bytes(unit.try_into().unwrap());
    bytes.chunks(4).map(|unit| char::from_u32(point(unit)).unwrap()).collect()
}

#[test]
fn places_are_those_of_code_points_and_not_of_other_units() {
    let text = "👩\u{200D}👧 e\u{301}\r\n𝒳: here";

    let quote = QuotableText::new(text).anchor(&draft("here")).unwrap();

    assert_eq!((quote.start, quote.end), (11, 15));
    let (before, _) = text.split_once("here").unwrap();
    assert_eq!(utf32(before).len() / 4, 11);
    assert_eq!(before.encode_utf16().count(), 14);
    assert_eq!(before.len(), 23);
}

proptest! {
    #[test]
    fn a_quote_taken_at_its_place_stays_there(text in hard_text(), a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>()) {
        let points = utf32(&text);
        let length = points.len() / 4;
        let (a, b) = (a.index(length), b.index(length));
        let (start, end) = (a.min(b), a.max(b) + 1);
        let slice = |from: usize, to: usize| text_of(&points[4 * from..4 * to]);
        let words = slice(start, end);

        let quotable = QuotableText::new(&text);
        let quote = quotable
            .anchor(&QuoteDraft { start: i32::try_from(start).ok(), end: i32::try_from(end).ok(), ..draft(&words) })
            .unwrap();

        prop_assert_eq!(quotable.len(), length);
        prop_assert_eq!(span(&quote), start..end);
        prop_assert_eq!(&quote.prefix, &slice(start.saturating_sub(32), start));
        prop_assert_eq!(&quote.suffix, &slice(end, length.min(end + 32)));
        // With something put before the text, the same words are where they are found again.
        let longer = format!("👩\u{200D}👧\r\n{text}");
        if let Some(moved) = QuotableText::new(&longer).anchor_again(&quote) {
            let there = 4 * span(&moved).start..4 * span(&moved).end;
            prop_assert_eq!(text_of(&utf32(&longer)[there]), words);
        }
    }

    #[test]
    fn what_is_found_is_what_was_sought(text in hard_text(), a in any::<prop::sample::Index>(), n in 1usize..40) {
        let points: Vec<char> = text.chars().collect();
        let start = a.index(points.len());
        let words: String = points[start..points.len().min(start + n)].iter().collect();

        match QuotableText::new(&text).anchor(&draft(&words)) {
            Ok(quote) => {
                let there: String = points[span(&quote)].iter().collect();
                prop_assert_eq!(there, words);
            }
            Err(Unanchored::Ambiguous { count, .. }) => prop_assert!(count > 1),
            Err(error) => prop_assert!(false, "{:?}", error),
        }
    }

    #[test]
    fn every_place_is_found(text in "[ab]{0,40}", words in "[ab]{1,4}") {
        let places: Vec<usize> =
            (0..text.len()).filter(|at| text.as_bytes()[*at..].starts_with(words.as_bytes())).collect();
        prop_assert_eq!(occurrences(&text, &words).collect::<Vec<_>>(), places);
    }

    #[test]
    fn coverage_adds_up(text in hard_text(), spans in proptest::collection::vec((0usize..600, 1usize..60), 0..8)) {
        let points: Vec<char> = text.chars().collect();
        let mut covered = vec![false; points.len()];
        let spans: Vec<_> = spans
            .into_iter()
            .map(|(start, length)| start.min(points.len())..(start + length).min(points.len()))
            .collect();
        for span in &spans {
            covered[span.clone()].fill(true);
        }

        let coverage = QuotableText::new(&text).coverage(spans);

        prop_assert_eq!(coverage.quoted, covered.iter().filter(|c| **c).count());
        for (index, point) in points.iter().enumerate().filter(|(i, _)| !covered[*i]) {
            let listed = coverage.unquoted.iter().any(|p| (p.start..p.end).contains(&index));
            prop_assert!(listed || point.is_whitespace());
        }
    }
}
