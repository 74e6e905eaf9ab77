//! Names: which are taken, which are free, and which one was meant.

use std::collections::{HashMap, HashSet};

use crate::domain::slug::Slug;

/// How many pairs of letters are compared for one document to say which name was meant. A document
/// of ten thousand arguments with a few wrong names stays well below it.
const COMPARISONS: usize = 50_000_000;

/// The slugs of the records of one kind.
#[derive(Debug, Default)]
pub struct Names {
    taken: HashSet<Slug>,
    /// The number from which to look for a free name, by the first numbered name of a slug:
    /// a thousand records of one wording must not try a million names.
    next: HashMap<Slug, usize>,
}

impl Names {
    /// Takes a name as it is given. `false` means that another record has it.
    pub fn claim(&mut self, slug: &Slug) -> bool {
        self.taken.insert(slug.clone())
    }

    /// Takes the first free name that a slug leads to.
    pub fn take_free(&mut self, wanted: &Slug) -> Slug {
        if self.claim(wanted) {
            return wanted.clone();
        }
        let number = self.next.entry(wanted.numbered(2)).or_insert(2);
        loop {
            let candidate = wanted.numbered(*number);
            *number += 1;
            if self.taken.insert(candidate.clone()) {
                return candidate;
            }
        }
    }

    pub fn has(&self, slug: &Slug) -> bool {
        self.taken.contains(slug)
    }
}

/// Finds the name that a wrong one is most likely a slip of, as long as that is not too much work.
#[derive(Debug)]
pub struct Guesses {
    comparisons_left: usize,
}

impl Default for Guesses {
    fn default() -> Self {
        Self { comparisons_left: COMPARISONS }
    }
}

impl Guesses {
    pub fn nearest<'n>(&mut self, wrong: &Slug, names: &'n Names) -> Option<&'n Slug> {
        let wrong = wrong.as_str();
        let furthest = 1 + wrong.len() / 4;
        let alike: Vec<&Slug> = names
            .taken
            .iter()
            .filter(|slug| slug.as_str().len().abs_diff(wrong.len()) <= furthest)
            .collect();
        let work = alike.iter().map(|slug| slug.as_str().len() * wrong.len()).sum();
        self.comparisons_left = self.comparisons_left.checked_sub(work)?;
        alike
            .into_iter()
            .map(|slug| (strsim::damerau_levenshtein(wrong, slug.as_str()), slug))
            .filter(|(distance, _)| *distance <= furthest)
            .min()
            .map(|(_, slug)| slug)
    }
}
