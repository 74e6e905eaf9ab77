//! Which words to look for, so that few records are found.

use super::queries::Counted;
use crate::search::Term;

/// So many words at most: more tell nothing new.
const MOST_WORDS: usize = 12;

/// So many are asked for together where each alone has too many hits.
const TOGETHER: usize = 3;

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// Any of these.
    Any(Vec<String>),
    /// All of these.
    All(Vec<String>),
}

impl Wanted {
    /// The rarest words, given rarest first: any of them as long as they have not more than `most` hits
    /// together; or several at once, if each has more. `None` if there is no word.
    pub fn of(words: &[Counted], most: f64) -> Option<Self> {
        let mut hits = 0.0;
        let few = words.iter().take(MOST_WORDS).take_while(|word| {
            hits += word.hits;
            hits <= most
        });
        let few: Vec<String> = few.map(|word| word.word.clone()).collect();
        if !few.is_empty() {
            return Some(Self::Any(few));
        }
        let together: Vec<String> =
            words.iter().take(TOGETHER).map(|word| word.word.clone()).collect();
        (!together.is_empty()).then_some(Self::All(together))
    }

    /// The same as a `tsquery`: of entries that have the words in a heading of one of these classes.
    pub fn in_headings(&self, classes: &[u8]) -> Option<String> {
        let terms = |words: &[String]| -> Vec<Term> {
            words.iter().map(|word| Term::word(word, false)).collect()
        };
        let term = match self {
            Self::Any(words) => Term::any(terms(words)),
            Self::All(words) => Term::all(terms(words)),
        };
        term?.marked(classes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[(&str, f64)]) -> Vec<Counted> {
        let counted =
            |(word, hits): &(&str, f64)| Counted { word: (*word).to_owned(), hits: *hits };
        words.iter().map(counted).collect()
    }

    fn owned(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn rare_words_are_looked_for_as_long_as_they_have_few_hits() {
        let words = words(&[("tariff", 0.0), ("carbon", 700.0), ("tax", 900.0), ("good", 9e5)]);

        let wanted = Wanted::of(&words, 2_000.0);

        assert_eq!(wanted, Some(Wanted::Any(owned(&["tariff", "carbon", "tax"]))));
    }

    #[test]
    fn common_words_are_looked_for_together() {
        let words = words(&[("tax", 3e3), ("model", 4e3), ("open", 5e3), ("good", 9e5)]);

        let wanted = Wanted::of(&words, 2_000.0);

        assert_eq!(wanted, Some(Wanted::All(owned(&["tax", "model", "open"]))));
    }

    #[test]
    fn where_there_is_no_word_nothing_is_looked_for() {
        assert_eq!(Wanted::of(&[], 2_000.0), None);
    }

    #[test]
    fn words_are_looked_for_in_headings_of_one_class() {
        let any = Wanted::Any(owned(&["a", "b"])).in_headings(&[3, 4]).unwrap();
        let all = Wanted::All(owned(&["a", "it's"])).in_headings(&[3]).unwrap();

        assert_eq!(any, "(('!3a' | '!3b') | ('!4a' | '!4b'))");
        assert_eq!(all, "('!3a' & '!3it''s')");
    }
}
