//! Finding words in a text.

use std::ops::Range;

/// Places in a text: how many, and the first of them.
#[derive(Debug, Default)]
pub(super) struct Places {
    pub(super) count: usize,
    pub(super) first: Vec<usize>,
}

impl Places {
    /// So many are enough to say that there are many.
    pub(super) const MOST: usize = 1000;

    pub(super) fn add(&mut self, byte: usize) {
        self.count += 1;
        if self.first.len() < 3 {
            self.first.push(byte);
        }
    }

    pub(super) fn only(&self) -> Option<usize> {
        self.first.first().copied().filter(|_| self.count == 1)
    }
}

/// The bytes at which some words begin, overlapping places included, in time linear in both
/// (Knuth, Morris and Pratt, "Fast pattern matching in strings", 1977).
pub(super) fn occurrences(text: &str, words: &str) -> impl Iterator<Item = usize> {
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
pub(super) fn words(text: &str) -> impl Iterator<Item = (Range<usize>, String)> {
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
