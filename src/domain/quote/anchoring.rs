//! Where words stand in a text; and if they do not, what is near.

use std::collections::HashMap;
use std::ops::Range;

use super::search::{Places, occurrences, words};
use super::{Context, Exact, Passage, QuotableText};
use crate::domain::input::FaultCode;

/// How many code points of what stands around a quote are kept with it.
const CONTEXT: usize = 32;

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

impl From<Quote> for QuoteDraft {
    /// The quote with all that is known of its place.
    fn from(quote: Quote) -> Self {
        let context = |text: String| (!text.is_empty()).then_some(Context(text));
        Self {
            exact: quote.exact,
            prefix: context(quote.prefix),
            suffix: context(quote.suffix),
            start: Some(quote.start),
            end: Some(quote.end),
        }
    }
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

impl QuotableText {
    /// Anchors a quote: at its place if that is right, else where its words and context are found
    /// once (the order that the Web Annotation model suggests for combined selectors).
    pub fn anchor(&self, draft: &QuoteDraft) -> Result<Quote, Unanchored> {
        let exact = draft.exact.as_str();
        if let Some(start) = draft.start.and_then(|start| usize::try_from(start).ok()) {
            let byte = self.byte_of(start);
            let end_agrees = draft.end.is_none_or(|end| {
                usize::try_from(end).is_ok_and(|end| end == start + exact.chars().count())
            });
            if start < self.len()
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
}
