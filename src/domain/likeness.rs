//! How alike claims are: by the words that they share, the rare ones more, and by their letters.
//!
//! Case and accents make no difference. Words tell which claims are about the same, trigrams of
//! letters how alike they are put; the likeness is the mean of the two, 1 for the same words. What
//! they mean is not looked at, nor in which order the words stand: a claim is nearly the same as what
//! denies it with one word, or turns it round. The cost is linear in the length of all claims:
//! letters are compared only of those with most words in common.

use std::collections::{HashMap, HashSet};

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Of how many claims the letters are compared.
const CANDIDATES: usize = 500;

/// Below this, claims share words without being alike.
pub const LEAST: f64 = 0.2;

/// From here on, claims are nearly the same: a slip of the pen in a sentence, a word more, the words
/// in another order.
pub const NEARLY_SAME: f64 = 0.8;

/// So many claims without a word are taken to be there, so that among a few a word that only the
/// claim has does not count for more than all others together.
const BESIDE: f64 = 50.0;

/// How alike a claim is to another one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Likeness {
    /// The place of the other one.
    pub index: usize,
    /// From 0 to 1.
    pub likeness: f64,
}

/// The claims that share a word with a claim, the most alike first.
pub fn alike(claim: &str, others: &[&str]) -> Vec<Likeness> {
    let own: HashMap<String, usize> =
        words(claim).into_iter().enumerate().map(|(at, word)| (word, at)).collect();
    let mut used_by = vec![0_usize; own.len()];
    let mut sharing: Vec<(usize, Vec<usize>)> = Vec::new();
    for (index, other) in others.iter().enumerate() {
        let shared: Vec<usize> =
            words(other).iter().filter_map(|word| own.get(word).copied()).collect();
        for word in &shared {
            if let Some(count) = used_by.get_mut(*word) {
                *count += 1;
            }
        }
        if !shared.is_empty() {
            sharing.push((index, shared));
        }
    }
    let weights: Vec<f64> = used_by.iter().map(|count| weight(*count, others.len())).collect();
    let total: f64 = weights.iter().sum();
    let share = |shared: &[usize]| {
        let weight = |word: &usize| weights.get(*word).copied().unwrap_or_default();
        shared.iter().map(weight).sum::<f64>() / total
    };
    let mut candidates: Vec<(usize, f64)> =
        sharing.iter().map(|(index, shared)| (*index, share(shared))).collect();
    candidates.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
    candidates.truncate(CANDIDATES);
    let letters = trigrams(claim);
    let mut found: Vec<Likeness> = candidates
        .into_iter()
        .filter_map(|(index, share)| {
            let others = trigrams(others.get(index)?);
            Some(Likeness { index, likeness: f64::midpoint(share, overlap(&letters, &others)) })
        })
        .collect();
    found.sort_by(|one, other| {
        other.likeness.total_cmp(&one.likeness).then(one.index.cmp(&other.index))
    });
    found
}

/// How much it counts to have what so many of all others have. What all have still counts a little.
pub fn weight(having: usize, others: usize) -> f64 {
    0.1 + ((size(others) + BESIDE) / (size(having) + 1.0)).ln()
}

fn size(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// The words of a text, each once, in lower case and without accents, in their order.
fn words(text: &str) -> Vec<String> {
    let plain: String =
        text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect();
    let mut known = HashSet::new();
    let all = plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    all.filter(|word| known.insert(*word)).map(str::to_owned).collect()
}

/// The runs of three letters of the words of a text, with two spaces before each and one after it.
fn trigrams(text: &str) -> HashSet<[char; 3]> {
    let mut found = HashSet::new();
    for word in words(text) {
        let mut run = [' ', ' ', ' '];
        for letter in word.chars().chain([' ']) {
            run = [run[1], run[2], letter];
            found.insert(run);
        }
    }
    found
}

/// How much of two sets is in both.
fn overlap(one: &HashSet<[char; 3]>, other: &HashSet<[char; 3]>) -> f64 {
    let shared = one.intersection(other).count();
    let either = one.len() + other.len() - shared;
    if either == 0 { 0.0 } else { size(shared) / size(either) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_same_words_are_alike_whatever_their_case_accents_and_signs() {
        let found = alike("The café costs little.", &["Something else.", "the cafe: COSTS little"]);

        assert_eq!(found.len(), 1);
        assert_eq!(found[0].index, 1);
        assert!((found[0].likeness - 1.0).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn a_rare_word_in_common_counts_more_than_a_frequent_one() {
        let others =
            ["The tax is high.", "The rain is cold.", "The carbon price.", "The sun is up."];

        let found = alike("The carbon is heavy.", &others);

        assert_eq!(found[0].index, 2);
    }

    #[test]
    fn claims_without_a_word_in_common_are_not_alike() {
        assert_eq!(alike("It is cheap.", &["Nobody knows", ""]), []);
        assert_eq!(alike("?!", &["?!", "It is cheap."]), []);
    }

    #[test]
    fn what_is_nearly_the_same_is_told_from_what_is_only_about_the_same() {
        let claim = "Open models are cheap to run for small companies";
        let likeness = |new: &str| {
            let others = [claim, "Nobody knows who trains open models.", "It is cold."];
            let found = alike(new, &others).into_iter().find(|it| it.index == 0);
            found.map_or(0.0, |it| it.likeness)
        };

        for same in [
            "Open models are cheap to run, for small companies!",
            "For small companies, open models are cheap to run.",
            "Open models are cheap to run for smal companies",
            "Open models are cheap to run for many small companies",
            // Letters do not tell what is denied.
            "Open models are not cheap to run for small companies",
        ] {
            assert!(likeness(same) >= NEARLY_SAME, "{same}: {}", likeness(same));
        }
        for other in [
            "Open models are safe to use for large companies",
            "Small companies cannot run open models",
            "Open models are cheap",
            "Closed models are expensive to run",
        ] {
            assert!(likeness(other) < NEARLY_SAME, "{other}: {}", likeness(other));
        }
    }

    #[test]
    fn a_slip_of_the_pen_is_nearly_the_same_where_there_is_but_one_other_claim() {
        let found = alike(
            "Openness makes models safer for evrybody",
            &["Openness makes models safer for everybody."],
        );

        assert!(found[0].likeness >= NEARLY_SAME, "{found:?}");
    }

    proptest! {
        #[test]
        fn a_likeness_is_between_nothing_and_all(
            claim in "[a-c ]{0,12}", others in prop::collection::vec("[a-c ]{0,12}", 0..8),
        ) {
            let others: Vec<&str> = others.iter().map(String::as_str).collect();
            for found in alike(&claim, &others) {
                prop_assert!(found.likeness > 0.0 && found.likeness <= 1.0 + 1e-9, "{found:?}");
            }
        }
    }
}
