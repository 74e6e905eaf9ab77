//! A query in the words of one dictionary, in all the forms that the ranking needs.

use super::parts::{Part, Tier};
use super::terms::Term;
use super::words_queries::Reading;

/// What is asked for, in the words of one dictionary.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The dictionary.
    pub dictionary: String,
    /// The query.
    pub term: Term,
    /// The query, as PostgreSQL reads it.
    pub whole: String,
    /// The query, where all words are in the heading.
    pub heading: String,
    /// The words as a phrase, anywhere and in the heading, if there are several.
    pub phrase: Option<(String, String)>,
}

impl Asked {
    /// A query in one dictionary; `None` if nothing is looked for.
    pub fn of(reading: &Reading) -> Option<Self> {
        let written = Term::read(&reading.written).and_then(bounded);
        let phrase = Term::read(&reading.phrase);
        let is_plain = written.as_ref().is_none_or(|term| term.is_plain() || is_word(term));
        let (term, phrase) = match ending(reading) {
            None => (written?, phrase),
            Some(ending) => {
                let phrase = phrase.map(|begun| followed(begun, ending.clone()));
                (Term::all(written.into_iter().chain([ending]))?, phrase)
            }
        };
        let phrase = phrase.filter(|phrase| is_plain && matches!(phrase, Term::Phrase(_)));
        Some(Self::new(reading.dictionary.clone(), term, phrase))
    }

    /// Either of two queries of the same dictionary. The first says which phrase is meant.
    pub fn or(self, other: Self) -> Self {
        let Self { dictionary, term, .. } = other;
        let term = Term::Any(vec![self.term, term]);
        let (whole, heading) = (term.as_asked(), term.in_heading());
        Self { dictionary, term, whole, heading, phrase: other.phrase }
    }

    fn new(dictionary: String, term: Term, phrase: Option<Term>) -> Self {
        let phrase = phrase.map(|phrase| (phrase.as_asked(), phrase.in_heading()));
        Self { dictionary, whole: term.as_asked(), heading: term.in_heading(), phrase, term }
    }

    /// What the index has of the headings in a part; `None` where that cannot be said.
    pub fn marked(&self, part: Part) -> Option<String> {
        let tier = part.tier.filter(|tier| *tier != Tier::Text)?;
        match part.class {
            Some(class) => self.term.marked(&[class]),
            None => self.term.marked(tier.classes()),
        }
    }
}

fn is_word(term: &Term) -> bool {
    matches!(term, Term::Word { .. })
}

/// What is meant by the beginning of a word.
fn ending(reading: &Reading) -> Option<Term> {
    if reading.begun.is_empty() {
        return None;
    }
    // What begins with one or two letters is nearly everything; and a word has its own stem.
    let itself = Term::word(&reading.begun, reading.begun.chars().count() > 2);
    let mut meant = vec![itself];
    for term in reading.ends.iter().filter_map(|end| Term::read(end)) {
        if !meant.contains(&term) {
            meant.push(term);
        }
    }
    Term::any(meant)
}

/// A phrase, or a word, and what stands right behind it.
fn followed(begun: Term, ending: Term) -> Term {
    let mut terms = match begun {
        Term::Phrase(terms) => terms,
        Term::Word { .. } | Term::Not(_) | Term::All(_) | Term::Any(_) => vec![(0, begun)],
    };
    terms.push((1, ending));
    Term::Phrase(terms)
}

/// The query without what would be nearly everything: alternatives in which nothing is wanted.
fn bounded(term: Term) -> Option<Term> {
    if let Term::Any(terms) = term {
        return Term::any(terms.into_iter().filter_map(bounded));
    }
    (!term.wanted().is_empty()).then_some(term)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(written: &str, phrase: &str, begun: &str, ends: &[&str]) -> Option<Asked> {
        Asked::of(&Reading {
            dictionary: "english".to_owned(),
            written: written.to_owned(),
            phrase: phrase.to_owned(),
            begun: begun.to_owned(),
            ends: ends.iter().map(|end| (*end).to_owned()).collect(),
        })
    }

    #[test]
    fn several_words_are_looked_for_as_a_phrase_too() {
        let asked = asked("'open' & 'model'", "'open' <-> 'model'", "", &[]).unwrap();

        assert_eq!(asked.whole, "('open' & 'model')");
        assert_eq!(asked.phrase.unwrap().1, "('open':A <1> 'model':A)");
    }

    #[test]
    fn what_is_no_list_of_words_is_no_phrase() {
        assert_eq!(asked("'a' | 'b'", "'a' <-> 'b'", "", &[]).unwrap().phrase, None);
        assert_eq!(asked("'a' & !'b'", "'a' <-> 'b'", "", &[]).unwrap().phrase, None);
    }

    #[test]
    fn nothing_but_what_is_not_wanted_finds_nothing() {
        assert!(asked("!'a'", "", "", &[]).is_none());
        assert_eq!(asked("'a' | !'b'", "", "", &[]).unwrap().whole, "'a'");
    }

    #[test]
    fn the_beginning_of_a_word_is_any_of_the_words_that_begin_so() {
        let asked = asked("'open'", "'open'", "gover", &["'govern'"]).unwrap();

        assert_eq!(asked.whole, "('open' & ('gover':* | 'govern'))");
        assert_eq!(asked.phrase.unwrap().0, "('open' <1> ('gover':* | 'govern'))");
    }
}
