//! What an answer to a search depends on: the entries that it shows, and those that would be shown
//! if they had the words.

use std::collections::HashSet;
use std::sync::Arc;

use super::asked::Asked;
use super::parts::{CLASSES, Tier};
use super::queries::{Scored, Search};
use super::terms::Term;
use super::types::{Hit, Kind, SearchFilter};
use super::words_queries::Reading;
use crate::db::changes::{Concerned, Lexeme, Subject, Words};

/// What an answer depends on.
#[derive(Debug)]
pub enum Basis {
    /// Whatever there is.
    Anything,
    /// What is shown of its hits, and the words that they were found by.
    Words(Vec<Subject>, Arc<dyn Concerned>),
}

/// Whether more is asked of hits than can be told from the words of an entry.
fn is_beyond_words(filter: &SearchFilter) -> bool {
    let SearchFilter { tag, status, relation, source, expand, facets, prefix, .. } = filter;
    let is_of_others = tag.is_some() || status.is_some() || relation.is_some() || source.is_some();
    let shows_more = expand.is_some() || facets.is_some();
    // What the beginning of a word may mean depends on all words.
    is_of_others || shows_more || prefix.is_some_and(|prefix| prefix.0)
}

/// The basis of a page with these hits. `last` is the last that was looked at, if there may be more
/// behind it.
pub fn of(search: Search<'_>, readings: &[Reading], last: Option<Scored>, hits: &[Hit]) -> Basis {
    if is_beyond_words(search.filter) {
        return Basis::Anything;
    }
    let mut subjects: HashSet<Subject> = search.topic.map(Subject::TopicHead).into_iter().collect();
    for hit in hits {
        let topic = hit.topic.as_ref().map(|topic| topic.id);
        subjects.extend(topic.map(Subject::TopicHead));
        match hit.kind {
            Kind::Argument => subjects.extend(topic.map(Subject::Links)),
            // It is called what its source is called, which may be another then.
            Kind::Citation => {
                subjects.extend(topic.map(Subject::Topic));
                subjects.insert(Subject::Sources);
            }
            Kind::Topic | Kind::Position | Kind::Source => {}
        }
    }
    let dictionaries = readings
        .iter()
        .map(|reading| {
            let asked = search.asked.iter().find(|asked| asked.dictionary == reading.dictionary);
            (reading.dictionary.clone(), asked.map(WantedWords::of))
        })
        .collect();
    let least = last.map_or(0, |(_, score)| score);
    Basis::Words(subjects.into_iter().collect(), Arc::new(FoundBy { dictionaries, least }))
}

/// The words by which a page was found.
#[derive(Debug)]
struct FoundBy {
    /// What is wanted in each dictionary that there was.
    dictionaries: Vec<(String, Option<WantedWords>)>,
    /// What has a lower score is on a later page.
    least: i64,
}

impl Concerned for FoundBy {
    fn by(&self, words: &Words) -> bool {
        let known = self.dictionaries.iter().find(|(name, _)| *name == words.dictionary);
        let Some((_, wanted)) = known else { return true };
        let highest = wanted.as_ref().and_then(|wanted| wanted.highest_score(words));
        highest.is_some_and(|highest| highest >= self.least)
    }

    fn bytes(&self) -> usize {
        let wanted = self.dictionaries.iter().filter_map(|(_, wanted)| wanted.as_ref());
        let words = wanted.flat_map(|wanted| wanted.clauses.iter().flatten());
        words.map(|word| size_of_val(word) + size_of_val(&*word.in_heading)).sum()
    }
}

/// What is wanted in one dictionary.
#[derive(Debug)]
struct WantedWords {
    /// An entry has a word of each.
    clauses: Vec<Vec<Word>>,
    has_phrase: bool,
}

/// A lexeme anywhere, and in a heading of each class, as the index has it.
#[derive(Debug)]
struct Word {
    anywhere: Lexeme,
    in_heading: Box<[Lexeme]>,
}

impl WantedWords {
    fn of(asked: &Asked) -> Self {
        // What the beginning of a word may mean cannot be said.
        let words = |terms: Vec<&Term>| terms.into_iter().map(Word::of).collect::<Option<_>>();
        let clauses = asked.term.clauses().into_iter().filter_map(words).collect();
        Self { clauses, has_phrase: asked.phrase.is_some() }
    }

    /// The highest score that an entry with these words may have; `None` if it does not match.
    fn highest_score(&self, words: &Words) -> Option<i64> {
        let all = |has: &dyn Fn(&Word) -> bool| self.clauses.iter().all(|any| any.iter().any(has));
        if !all(&|word| words.has(word.anywhere)) {
            return None;
        }
        let in_heading = |class: &u8| {
            let at = usize::from(*class);
            all(&|word| word.in_heading.get(at).is_some_and(|marked| words.has(*marked)))
        };
        let tiers = [Tier::Title, Tier::Claim];
        let headings =
            tiers.iter().flat_map(|tier| tier.classes().iter().map(|class| (*tier, *class)));
        let (tier, class) =
            headings.clone().find(|(_, class)| in_heading(class)).unwrap_or((Tier::Text, 0));
        Some(tier.most(self.has_phrase, class))
    }
}

impl Word {
    fn of(term: &Term) -> Option<Self> {
        let Term::Word { lexeme, begins: false } = term else { return None };
        let marked = |class| Lexeme::of(&Term::marked_word(lexeme, class));
        let classes = 0..u8::try_from(CLASSES).unwrap_or_default();
        Some(Self { anywhere: Lexeme::of(lexeme), in_heading: classes.map(marked).collect() })
    }
}
