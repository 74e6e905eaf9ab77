//! How much of a text its quotes cover.

use std::ops::Range;

use super::{Passage, QuotableText};

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

impl QuotableText {
    /// What of the text the given spans cover, in code points.
    pub fn coverage(&self, spans: impl IntoIterator<Item = Range<usize>>) -> Coverage {
        let mut spans: Vec<Range<usize>> = spans.into_iter().collect();
        spans.sort_by_key(|span| span.start);
        let mut quoted = 0;
        let mut unquoted = Vec::new();
        let mut reached = 0;
        for span in spans.into_iter().chain(std::iter::once(self.len()..self.len())) {
            if span.start > reached {
                unquoted.extend(self.trimmed(reached..span.start));
            }
            quoted += span.end.saturating_sub(span.start.max(reached));
            reached = reached.max(span.end);
        }
        Coverage { quoted, total: self.len(), unquoted }
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
