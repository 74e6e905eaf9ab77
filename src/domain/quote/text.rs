//! A text in which places are counted in code points.

use std::ops::Range;

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

/// A text made ready for anchoring: places can be counted without reading it anew.
#[derive(Debug, Clone)]
pub struct QuotableText {
    pub(super) text: String,
    /// The byte at which every `STEP`th code point begins.
    marks: Vec<usize>,
    length: usize,
}

const STEP: usize = 256;

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
    pub(super) fn byte_of(&self, point: usize) -> usize {
        let mark = self.marks.get(point / STEP).copied().unwrap_or(self.text.len());
        let rest = self.text.get(mark..).unwrap_or_default();
        rest.char_indices().nth(point % STEP).map_or(self.text.len(), |(byte, _)| mark + byte)
    }

    /// The code point that begins at a byte.
    pub(super) fn point_of(&self, byte: usize) -> usize {
        let before = self.marks.partition_point(|mark| *mark <= byte).saturating_sub(1);
        let mark = self.marks.get(before).copied().unwrap_or_default();
        before * STEP + self.text.get(mark..byte).unwrap_or_default().chars().count()
    }

    /// The words from one code point to another.
    pub fn slice(&self, span: Range<usize>) -> &str {
        let (start, end) = (self.byte_of(span.start), self.byte_of(span.end));
        self.text.get(start..end).unwrap_or_default()
    }

    pub(super) fn passage(&self, span: Range<usize>) -> Passage {
        Passage {
            start: span.start,
            end: span.end,
            text: self.slice(span.start..span.end.min(span.start + 500)).to_owned(),
        }
    }
}
