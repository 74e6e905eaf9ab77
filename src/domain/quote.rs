//! Quotes: anchoring words in a text, and seeing what of a text is quoted.
//!
//! Selectors are those of the W3C Web Annotation Data Model (section 4.2.4 and 4.2.5):
//! `exact`, `prefix` and `suffix` name the words, `start` and `end` their place. Places are
//! counted in **Unicode code points** of the text as stored, from 0, the end exclusive.

use std::collections::HashMap;
use std::ops::Range;

use super::input::{At, FaultCode, Faults, FromJson};
use super::text::{TextError, check_verbatim, sha256_hex};

/// Words taken from a text, kept exactly as given: 1 to 50,000 characters.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    Hash,
    serde::Serialize,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[serde(transparent)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct Exact(String);

/// Words that stand just before or after a quote: at most 1,000 characters.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Context(String);

/// The text of a source, kept to the byte: at most 5,000,000 bytes of UTF-8.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    serde::Serialize,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[serde(transparent)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct SourceText(String);

impl Exact {
    /// The most code points that a quote may have.
    pub const MAX: usize = 50_000;

    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl SourceText {
    /// The most bytes that a source's text may have.
    pub const MAX: usize = 5_000_000;

    /// Takes a text as it is, unless it is too long or holds what cannot be stored.
    pub fn parse(text: String) -> Result<Self, TextError> {
        if text.len() > Self::MAX {
            return Err(TextError::TooLong { length: text.len(), most: Self::MAX });
        }
        check_verbatim(&text)?;
        Ok(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The SHA-256 of the text's bytes, in hexadecimal.
    pub fn sha256(&self) -> String {
        sha256_hex(self.0.as_bytes())
    }
}

fn verbatim(
    value: serde_json::Value,
    least: usize,
    most: usize,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<String> {
    let text = String::from_json(value, at, faults)?;
    let length = text.chars().count();
    if length < least {
        faults.push(at, FaultCode::TooShort, "must not be empty");
        return None;
    }
    if length > most {
        let error = TextError::TooLong { length, most };
        faults.push(at, FaultCode::TooLong, error.to_string());
        return None;
    }
    if let Err(error) = check_verbatim(&text) {
        faults.push(at, FaultCode::BadCharacter, error.to_string());
        return None;
    }
    Some(text)
}

impl FromJson for Exact {
    fn from_json(value: serde_json::Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        verbatim(value, 1, Self::MAX, at, faults).map(Self)
    }
}

impl FromJson for Context {
    fn from_json(value: serde_json::Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        verbatim(value, 0, 1000, at, faults).map(Self)
    }
}

impl FromJson for SourceText {
    fn from_json(value: serde_json::Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        let text = String::from_json(value, at, faults)?;
        match Self::parse(text) {
            Ok(text) => Some(text),
            Err(error @ TextError::TooLong { .. }) => {
                let detail = format!("a source's text has at most {} bytes of UTF-8", Self::MAX);
                faults.push(at, FaultCode::TooLong, format!("{detail}: it {error}"));
                None
            }
            Err(error) => {
                faults.push(at, FaultCode::BadCharacter, error.to_string());
                None
            }
        }
    }
}

/// A place in a text: a code point counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Offset(pub i32);

impl FromJson for Offset {
    fn from_json(value: serde_json::Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        let point = i32::from_json(value, at, faults)?;
        if point < 0 {
            faults.push(at, FaultCode::OutOfRange, "must be 0 or more");
            return None;
        }
        Some(Self(point))
    }
}

impl utoipa::PartialSchema for Offset {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Integer)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(
                utoipa::openapi::KnownFormat::Int32,
            )))
            .minimum(Some(0))
            .description(Some("A place in a text: a Unicode code point, counted from 0."))
            .build()
            .into()
    }
}

impl utoipa::ToSchema for Offset {}

macro_rules! string_schema {
    ($name:ident, $least:expr, $most:expr, $text:literal) => {
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .min_length($least)
                    .max_length(Some($most))
                    .description(Some($text))
                    .build()
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}

string_schema!(
    Exact,
    Some(1),
    50_000,
    "The quoted words, exactly as they stand in the source's text."
);
string_schema!(Context, None, 1000, "Words that stand just before or after the quote.");
string_schema!(
    SourceText,
    None,
    5_000_000,
    "The text of a source, kept to the byte: at most 5,000,000 bytes of UTF-8."
);

super::sql::stored_as!(Exact, diesel::sql_types::Text, String, |text| Ok(Self(text)), |this| this
    .0
    .as_str());
super::sql::stored_as!(
    SourceText,
    diesel::sql_types::Text,
    String,
    |text| Ok(Self(text)),
    |this| { this.0.as_str() }
);

/// A quote as somebody gives it: the words, and as much of their place as is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuoteDraft {
    /// The words.
    pub exact: Exact,
    /// What stands before them.
    pub prefix: Option<Context>,
    /// What stands after them.
    pub suffix: Option<Context>,
    /// Where they begin, in code points.
    pub start: Option<i32>,
    /// Where they end, in code points.
    pub end: Option<i32>,
}

impl QuoteDraft {
    /// A quote that was verified once, to be found again in another text.
    pub fn again(exact: Exact, prefix: String, suffix: String, start: i32) -> Self {
        Self {
            exact,
            prefix: Some(Context(prefix)),
            suffix: Some(Context(suffix)),
            start: Some(start),
            end: None,
        }
    }

    /// The same words, wherever they stand.
    #[must_use]
    pub fn without_place(&self) -> Self {
        Self { exact: self.exact.clone(), prefix: None, suffix: None, start: None, end: None }
    }
}

/// A verified quote: these words stand at this place of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// The words.
    pub exact: Exact,
    /// Up to 32 code points that stand before them.
    pub prefix: String,
    /// Up to 32 code points that stand after them.
    pub suffix: String,
    /// Where they begin, in code points from 0.
    pub start: i32,
    /// The code point after the last one.
    pub end: i32,
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Passage {
    /// Where it begins, in code points from 0.
    #[schema(minimum = 0)]
    pub start: usize,
    /// The code point after its last one.
    #[schema(minimum = 0)]
    pub end: usize,
    /// Its words; of a long passage, the first 500 characters.
    #[schema(max_length = 500)]
    pub text: String,
}

/// Why words could not be anchored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unanchored {
    /// They do not stand in the text. With the passages most like them, best first.
    NotFound {
        /// At most three passages.
        nearest: Vec<Passage>,
    },
    /// They stand more than once, and the context given does not tell which is meant.
    Ambiguous {
        /// The first places, each with a little of what stands around it.
        places: Vec<Passage>,
        /// How many there are.
        count: usize,
    },
}

impl Unanchored {
    /// The code of the fault.
    pub fn code(&self) -> FaultCode {
        match self {
            Self::NotFound { .. } => FaultCode::QuoteNotFound,
            Self::Ambiguous { .. } => FaultCode::QuoteAmbiguous,
        }
    }

    /// What is wrong and how to mend it.
    pub fn detail(&self) -> String {
        let list = |passages: &[Passage]| {
            let lines: Vec<String> =
                passages.iter().map(|p| format!("{}–{} “{}”", p.start, p.end, p.text)).collect();
            lines.join("; ")
        };
        match self {
            Self::NotFound { nearest } if nearest.is_empty() => {
                "these words do not stand in the source's text, nor anything like them".to_owned()
            }
            Self::NotFound { nearest } => format!(
                "these words do not stand in the source's text; the nearest passages are: {}",
                list(nearest)
            ),
            Self::Ambiguous { places, count } => format!(
                "these words stand {count} times in the source's text; give `prefix` or `suffix`, or \
                 `start`, to say which is meant: {}",
                list(places)
            ),
        }
    }
}

/// A text made ready for anchoring: places can be counted without reading it anew.
#[derive(Debug)]
pub struct QuotableText<'t> {
    text: &'t str,
    /// The byte at which every `STEP`th code point begins.
    marks: Vec<usize>,
    length: usize,
}

const STEP: usize = 256;
const CONTEXT: usize = 32;

impl<'t> QuotableText<'t> {
    /// Reads a text once.
    pub fn new(text: &'t str) -> Self {
        let mut marks = Vec::with_capacity(text.len() / STEP + 1);
        let mut length = 0;
        for (byte, _) in text.char_indices() {
            if length % STEP == 0 {
                marks.push(byte);
            }
            length += 1;
        }
        Self { text, marks, length }
    }

    /// The length in code points.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The byte at which a code point begins; the end of the text for any beyond it.
    fn byte_of(&self, point: usize) -> usize {
        let mark = self.marks.get(point / STEP).copied().unwrap_or(self.text.len());
        let rest = self.text.get(mark..).unwrap_or_default();
        rest.char_indices().nth(point % STEP).map_or(self.text.len(), |(byte, _)| mark + byte)
    }

    /// The code point that begins at a byte.
    fn point_of(&self, byte: usize) -> usize {
        let before = self.marks.partition_point(|mark| *mark <= byte).saturating_sub(1);
        let mark = self.marks.get(before).copied().unwrap_or_default();
        before * STEP + self.text.get(mark..byte).unwrap_or_default().chars().count()
    }

    /// The words from one code point to another.
    pub fn slice(&self, span: Range<usize>) -> &'t str {
        let (start, end) = (self.byte_of(span.start), self.byte_of(span.end));
        self.text.get(start..end).unwrap_or_default()
    }

    /// Anchors a quote: at its place if that is right, else where its words and context are found
    /// once (the order that the Web Annotation model suggests for combined selectors).
    pub fn anchor(&self, draft: &QuoteDraft) -> Result<Quote, Unanchored> {
        let exact = draft.exact.as_str();
        if let Some(start) = draft.start.and_then(|start| usize::try_from(start).ok()) {
            let byte = self.byte_of(start);
            let end_agrees = draft.end.is_none_or(|end| {
                usize::try_from(end).is_ok_and(|end| end == start + exact.chars().count())
            });
            if start < self.length
                && end_agrees
                && self.text.get(byte..).is_some_and(|rest| rest.starts_with(exact))
            {
                return Ok(self.quote_at(byte, draft.exact.clone()));
            }
        }
        let found = occurrences(self.text, exact);
        let fitting: Vec<usize> = found
            .iter()
            .copied()
            .filter(|byte| {
                let before = self.text.get(..*byte).unwrap_or_default();
                let after = self.text.get(byte + exact.len()..).unwrap_or_default();
                draft.prefix.as_ref().is_none_or(|prefix| before.ends_with(&prefix.0))
                    && draft.suffix.as_ref().is_none_or(|suffix| after.starts_with(&suffix.0))
            })
            .collect();
        match (fitting.as_slice(), found.as_slice()) {
            ([byte], _) => Ok(self.quote_at(*byte, draft.exact.clone())),
            ([], []) => Err(Unanchored::NotFound { nearest: self.nearest(exact) }),
            // The words are there, but the context given is not: say where they are.
            ([], places) | (places, _) => Err(Unanchored::Ambiguous {
                places: places.iter().take(3).map(|byte| self.around(*byte, exact)).collect(),
                count: places.len(),
            }),
        }
    }

    fn quote_at(&self, byte: usize, exact: Exact) -> Quote {
        let start = self.point_of(byte);
        let end = start + exact.as_str().chars().count();
        // A text has at most five million bytes, so its places fit.
        let place = |point: usize| i32::try_from(point).unwrap_or(i32::MAX);
        Quote {
            prefix: self.slice(start.saturating_sub(CONTEXT)..start).to_owned(),
            suffix: self.slice(end..end + CONTEXT).to_owned(),
            start: place(start),
            end: place(end),
            exact,
        }
    }

    fn around(&self, byte: usize, exact: &str) -> Passage {
        let start = self.point_of(byte);
        let end = start + exact.chars().count();
        Passage {
            start,
            end,
            text: self
                .slice(start.saturating_sub(CONTEXT)..end.min(start + 100) + CONTEXT)
                .to_owned(),
        }
    }

    /// At most three passages of the text that share most words with the words sought, best first.
    fn nearest(&self, sought: &str) -> Vec<Passage> {
        let mut wanted: HashMap<String, usize> = HashMap::new();
        let mut size = 0;
        for (_, word) in words(sought).take(500) {
            *wanted.entry(word).or_default() += 1;
            size += 1;
        }
        if size == 0 {
            return Vec::new();
        }
        // Slide a window of as many words over the text, counting the words shared.
        let text: Vec<(Range<usize>, String)> = words(self.text).collect();
        let mut shared = 0;
        let mut have: HashMap<&str, usize> = HashMap::new();
        let mut best: Vec<(usize, usize)> = Vec::new();
        for (index, (_, word)) in text.iter().enumerate() {
            if let Some(limit) = wanted.get(word.as_str()) {
                let count = have.entry(word).or_default();
                *count += 1;
                shared += usize::from(*count <= *limit);
            }
            if let Some((_, left)) = index.checked_sub(size).and_then(|left| text.get(left))
                && let Some(limit) = wanted.get(left.as_str())
            {
                let count = have.entry(left).or_default();
                shared -= usize::from(*count <= *limit);
                *count = count.saturating_sub(1);
            }
            if 5 * shared >= 2 * size {
                let first = (index + 1).saturating_sub(size);
                match best.last_mut() {
                    // Windows that overlap are one passage: the better of them.
                    Some((other, score)) if first < *other + size => {
                        if shared > *score {
                            (*other, *score) = (first, shared);
                        }
                    }
                    _ => best.push((first, shared)),
                }
            }
        }
        best.sort_by_key(|(_, score)| std::cmp::Reverse(*score));
        best.iter()
            .take(3)
            .filter_map(|(first, _)| {
                let last = (first + size - 1).min(text.len() - 1);
                let (from, to) = (&text.get(*first)?.0, &text.get(last)?.0);
                let span = self.point_of(from.start)..self.point_of(to.end);
                Some(self.passage(span))
            })
            .collect()
    }

    fn passage(&self, span: Range<usize>) -> Passage {
        Passage {
            start: span.start,
            end: span.end,
            text: self.slice(span.start..span.end.min(span.start + 500)).to_owned(),
        }
    }

    /// What of the text the given spans cover, in code points.
    pub fn coverage(&self, spans: impl IntoIterator<Item = Range<usize>>) -> Coverage {
        let mut spans: Vec<Range<usize>> = spans.into_iter().collect();
        spans.sort_by_key(|span| span.start);
        let mut quoted = 0;
        let mut unquoted = Vec::new();
        let mut reached = 0;
        for span in spans.into_iter().chain(std::iter::once(self.length..self.length)) {
            if span.start > reached {
                unquoted.extend(self.trimmed(reached..span.start));
            }
            quoted += span.end.saturating_sub(span.start.max(reached));
            reached = reached.max(span.end);
        }
        Coverage { quoted, total: self.length, unquoted }
    }

    /// The passage without the white space around it; none if it is nothing else.
    fn trimmed(&self, span: Range<usize>) -> Option<Passage> {
        let words = self.slice(span.clone());
        let leading = words.chars().take_while(|c| c.is_whitespace()).count();
        let trailing = words.chars().rev().take_while(|c| c.is_whitespace()).count();
        let (start, end) = (span.start + leading, span.end.saturating_sub(trailing));
        (start < end).then(|| self.passage(start..end))
    }
}

/// How much of a text is quoted.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Coverage {
    /// Code points that stand in at least one quote.
    #[schema(minimum = 0)]
    pub quoted: usize,
    /// Code points of the whole text.
    #[schema(minimum = 0)]
    pub total: usize,
    /// The passages that no quote covers, in text order, without the white space around them.
    pub unquoted: Vec<Passage>,
}

/// The bytes at which some words begin, overlapping places included.
fn occurrences(text: &str, words: &str) -> Vec<usize> {
    // More places than this tell nothing more, and a text of one repeated letter has millions.
    const MOST: usize = 1000;
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(place) = text.get(from..).and_then(|rest| rest.find(words)) {
        let byte = from + place;
        found.push(byte);
        if found.len() == MOST {
            break;
        }
        from =
            byte + text.get(byte..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
    }
    found
}

/// The words of a text in lower case, with the bytes they stand in.
fn words(text: &str) -> impl Iterator<Item = (Range<usize>, String)> {
    let mut rest = text.char_indices().peekable();
    std::iter::from_fn(move || {
        while rest.next_if(|(_, c)| !c.is_alphanumeric()).is_some() {}
        let (start, _) = *rest.peek()?;
        let mut end = start;
        let mut word = String::new();
        while let Some((byte, c)) = rest.next_if(|(_, c)| c.is_alphanumeric()) {
            end = byte + c.len_utf8();
            word.extend(c.to_lowercase());
        }
        Some((start..end, word))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
    fn unknown_words_are_refused_with_the_nearest_passage() {
        let text = "None of this is sinister. Open source is a means, not an end. The question is another.";

        let error = QuotableText::new(text)
            .anchor(&draft("open source is a mean, not the end"))
            .unwrap_err();

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

    /// Text with what makes counting hard: astral letters, combining marks, CRLF.
    fn hard_text() -> impl Strategy<Value = String> {
        proptest::collection::vec(
            prop_oneof![
                Just("🦙"),
                Just("e\u{301}"),
                Just("\r\n"),
                Just("a"),
                Just("𝒳"),
                Just(" "),
                Just("\u{202E}")
            ],
            1..600,
        )
        .prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn a_quote_taken_at_its_place_stays_there(text in hard_text(), a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>()) {
            // An independent count: the text as a plain list of code points.
            let points: Vec<char> = text.chars().collect();
            let (a, b) = (a.index(points.len()), b.index(points.len()));
            let (start, end) = (a.min(b), a.max(b) + 1);
            let words: String = points[start..end].iter().collect();

            let quote = QuotableText::new(&text)
                .anchor(&QuoteDraft { start: i32::try_from(start).ok(), end: i32::try_from(end).ok(), ..draft(&words) })
                .unwrap();

            prop_assert_eq!(span(&quote), start..end);
            let before: String = points[start.saturating_sub(32)..start].iter().collect();
            prop_assert_eq!(quote.prefix, before);
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
}
