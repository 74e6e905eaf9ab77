//! Quotes: anchoring words in a text, and seeing what of a text is quoted.
//!
//! Selectors are those of the W3C Web Annotation Data Model (section 4.2.4 and 4.2.5):
//! `exact`, `prefix` and `suffix` name the words, `start` and `end` their place. Places are
//! counted in **Unicode code points** of the text as stored, from 0, the end exclusive.

use std::collections::HashMap;
use std::ops::Range;

use super::input::{At, FaultCode, Faults, FromJson, whole};
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
            Err(TextError::TooLong { length, most }) => {
                let detail = format!("has {length} bytes of UTF-8; at most {most} are allowed");
                faults.push(at, FaultCode::TooLong, detail);
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
        let point = whole(&value, at, faults)?;
        let point = i32::try_from(point).ok().filter(|point| *point >= 0);
        if point.is_none() {
            let detail = format!("must be a whole number from 0 to {}", i32::MAX);
            faults.push(at, FaultCode::OutOfRange, detail);
        }
        point.map(Self)
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
    /// They stand in the text, but nowhere between the words given before and after them.
    OtherContext {
        /// The first places, each with a little of what stands around it.
        places: Vec<Passage>,
        /// How many there are.
        count: usize,
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
            Self::NotFound { .. } | Self::OtherContext { .. } => FaultCode::QuoteNotFound,
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
            Self::OtherContext { places, count } => format!(
                "these words stand {} in the source's text, but not with this `prefix` and `suffix`: {}",
                times(*count),
                list(places)
            ),
            Self::Ambiguous { places, count } => format!(
                "these words stand {} in the source's text; give `prefix` or `suffix`, or `start`, to \
                 say which is meant: {}",
                times(*count),
                list(places)
            ),
        }
    }
}

fn times(count: usize) -> String {
    match count {
        1 => "once".to_owned(),
        ..Places::MOST => format!("{count} times"),
        _ => format!("at least {count} times"),
    }
}

/// A text made ready for anchoring: places can be counted without reading it anew.
#[derive(Debug, Clone)]
pub struct QuotableText {
    text: String,
    /// The byte at which every `STEP`th code point begins.
    marks: Vec<usize>,
    length: usize,
}

const STEP: usize = 256;
const CONTEXT: usize = 32;

impl QuotableText {
    /// Reads a text once.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
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
    pub fn slice(&self, span: Range<usize>) -> &str {
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
        let prefix = draft.prefix.as_ref().map_or("", |prefix| &prefix.0);
        let suffix = draft.suffix.as_ref().map_or("", |suffix| &suffix.0);
        let (mut found, mut fitting) = (Places::default(), Places::default());
        for byte in occurrences(&self.text, exact) {
            found.add(byte);
            if self.stands_between(prefix, byte, exact.len(), suffix) {
                fitting.add(byte);
            }
            // More places than this tell nothing more.
            if fitting.count == Places::MOST {
                break;
            }
        }
        let around = |places: &Places| -> Vec<Passage> {
            places.first.iter().map(|byte| self.around(*byte, exact)).collect()
        };
        let only = fitting.only().map(|byte| self.quote_at(byte, draft.exact.clone()));
        only.ok_or_else(|| match (fitting.count, found.count) {
            (_, 0) => Unanchored::NotFound { nearest: self.nearest(exact) },
            (0, count) => Unanchored::OtherContext { places: around(&found), count },
            (count, _) => Unanchored::Ambiguous { places: around(&fitting), count },
        })
    }

    /// Finds a quote of another text again in this one: at its old place if what stands around it
    /// is there too, else where all of that, one side of it, or the words alone are found once.
    pub fn anchor_again(&self, quote: &Quote) -> Option<Quote> {
        let words = quote.exact.as_str();
        let (prefix, suffix) = (quote.prefix.as_str(), quote.suffix.as_str());
        let old = usize::try_from(quote.start).ok().map(|start| self.byte_of(start));
        let [mut around, mut after, mut before, mut anywhere] = [(); 4].map(|()| Places::default());
        for byte in occurrences(&self.text, words) {
            anywhere.add(byte);
            let is_after = self.stands_between(prefix, byte, words.len(), "");
            let is_before = self.stands_between("", byte, words.len(), suffix);
            if is_after {
                after.add(byte);
            }
            if is_before {
                before.add(byte);
            }
            if is_after && is_before {
                if old == Some(byte) {
                    return Some(self.quote_at(byte, quote.exact.clone()));
                }
                around.add(byte);
            }
        }
        let byte = around.only().or(after.only()).or(before.only()).or(anywhere.only());
        byte.map(|byte| self.quote_at(byte, quote.exact.clone()))
    }

    /// Whether so many bytes from one on stand between these words.
    fn stands_between(&self, prefix: &str, byte: usize, length: usize, suffix: &str) -> bool {
        let before = self.text.get(..byte).unwrap_or_default();
        let after = self.text.get(byte + length..).unwrap_or_default();
        before.ends_with(prefix) && after.starts_with(suffix)
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
        let text: Vec<(Range<usize>, String)> = words(&self.text).collect();
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

/// Places in a text: how many, and the first of them.
#[derive(Debug, Default)]
struct Places {
    count: usize,
    first: Vec<usize>,
}

impl Places {
    /// So many are enough to say that there are many.
    const MOST: usize = 1000;

    fn add(&mut self, byte: usize) {
        self.count += 1;
        if self.first.len() < 3 {
            self.first.push(byte);
        }
    }

    fn only(&self) -> Option<usize> {
        self.first.first().copied().filter(|_| self.count == 1)
    }
}

/// The bytes at which some words begin, overlapping places included, in time linear in both
/// (Knuth, Morris and Pratt, "Fast pattern matching in strings", 1977).
fn occurrences(text: &str, words: &str) -> impl Iterator<Item = usize> {
    let words = words.as_bytes();
    // For each beginning of the words, the longest one that it also ends with.
    let mut borders: Vec<usize> = Vec::with_capacity(words.len());
    for byte in words {
        let matched = borders.last().map_or(0, |last| advance(words, &borders, *last, *byte));
        borders.push(matched);
    }
    let mut matched = 0;
    text.bytes().enumerate().filter_map(move |(at, byte)| {
        matched = advance(words, &borders, matched, byte);
        if matched < words.len() {
            return None;
        }
        matched = borders.last().copied().unwrap_or_default();
        Some(at + 1 - words.len())
    })
}

/// How much of the words is matched with one byte more.
fn advance(words: &[u8], borders: &[usize], mut matched: usize, byte: u8) -> usize {
    while words.get(matched) != Some(&byte) {
        let Some(shorter) = matched.checked_sub(1).and_then(|last| borders.get(last)) else {
            return 0;
        };
        matched = *shorter;
    }
    matched + 1
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
}
