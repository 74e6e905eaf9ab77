//! Quotes as a curator writes them: by their words alone, where these say all.

use std::collections::HashMap;

use crate::domain::quote::{QuotableText, Quote, QuoteDraft};
use crate::domain::slug::Slug;
use crate::formats::document::{CitationRecord, SourceRecord};
use crate::formats::writing::Debate;

/// How many bytes of one source's text are looked through for the quotes of one debate.
const MOST_WORK: usize = 200_000_000;

/// The texts in which quotes are looked for.
#[derive(Debug)]
pub(super) struct Texts<'a>(HashMap<&'a Slug, QuotableText>);

impl<'a> Texts<'a> {
    /// The texts of the sources that a debate quotes with their place, unless that is too much work.
    pub(super) fn of(debate: &Debate<'a>) -> Self {
        let mut quoted: HashMap<&Slug, usize> = HashMap::new();
        for citation in &debate.topic.citations {
            if is_placed(&citation.quote) {
                *quoted.entry(&citation.source).or_default() += 1;
            }
        }
        let text = |source: &'a SourceRecord| {
            let text = source.text.as_ref()?.as_str();
            let work = quoted.get(&source.slug)?.saturating_mul(text.len());
            (work <= MOST_WORK).then(|| (&source.slug, QuotableText::new(text)))
        };
        Self(debate.sources.iter().filter_map(text).collect())
    }

    /// A quote without its place and context, if its words stand once in the text, so that the same
    /// place and context are found by them alone.
    pub(super) fn shortened(&self, citation: &CitationRecord) -> QuoteDraft {
        let given = &citation.quote;
        let bare = QuoteDraft {
            exact: given.exact.clone(),
            prefix: None,
            suffix: None,
            start: None,
            end: None,
        };
        let text = self.0.get(&citation.source).filter(|_| is_placed(given));
        let found = text.and_then(|text| text.anchor(&bare).ok());
        match found {
            Some(found) if is_same(given, &found) => bare,
            _ => given.clone(),
        }
    }
}

/// Whether all is given that a verified quote has.
fn is_placed(quote: &QuoteDraft) -> bool {
    quote.start.is_some() && quote.end.is_some() && quote.prefix.is_some() && quote.suffix.is_some()
}

fn is_same(given: &QuoteDraft, found: &Quote) -> bool {
    given.start == Some(found.start)
        && given.end == Some(found.end)
        && given.prefix.as_ref().is_some_and(|it| it.as_str() == found.prefix)
        && given.suffix.as_ref().is_some_and(|it| it.as_str() == found.suffix)
}

/// The source that most quotes of a topic are from; of several, the first by its slug.
pub(super) fn usual_source(citations: &[CitationRecord]) -> Option<&Slug> {
    let mut counts: HashMap<&Slug, usize> = HashMap::new();
    for citation in citations {
        *counts.entry(&citation.source).or_default() += 1;
    }
    let most = |(slug, count): &(&Slug, usize)| (std::cmp::Reverse(*count), (*slug).clone());
    counts.into_iter().min_by_key(most).map(|(slug, _)| slug)
}
