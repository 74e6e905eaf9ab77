//! Texts in made-up words that are as frequent, as long and as varied as those of English.
//!
//! The commonest are English's own function words, which make nearly half of a text and which no
//! search looks for. The rest follows Zipf's law as Mandelbrot put it; rare ones are longer, and
//! many have English endings, which a dictionary takes off.

use std::collections::HashSet;

use crate::random::{Random, Zipf};

/// How many words there are, and with them the rare ones that an index has to hold.
const COUNT: usize = 30_000;

/// The commonest words of English, the commonest first.
const FUNCTION: &str = "the of and to in a is that for it as was with be by on not he his but at \
    are this have from or had an they which one you were all her she there would their we him been \
    has when who will no more if out so up said what its about than into them can only other time \
    new some could these two may first then do any like my now over such our even most me after also";

const OPENINGS: [&str; 28] = [
    "b", "c", "d", "f", "g", "h", "j", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "st",
    "tr", "pl", "gr", "ch", "sh", "br", "cl", "fr", "pr", "sp",
];
const VOWELS: [&str; 9] = ["a", "e", "i", "o", "u", "ai", "ea", "ou", "io"];
const CLOSINGS: [&str; 12] = ["", "", "n", "r", "s", "t", "l", "m", "nd", "rt", "ck", "ct"];
const ENDINGS: [&str; 12] = ["", "", "", "", "", "s", "ed", "ing", "ly", "ation", "ness", "er"];

pub struct Words {
    words: Vec<String>,
    law: Zipf,
}

impl Words {
    pub fn new() -> Self {
        let mut words: Vec<String> = FUNCTION.split_whitespace().map(str::to_owned).collect();
        let mut known: HashSet<String> = words.iter().cloned().collect();
        let mut random = Random::new(7);
        while words.len() < COUNT {
            // The rarer, the longer.
            let syllables = 1 + random.below(2) + words.len().ilog2() as usize / 12;
            let mut word = String::new();
            for _ in 0..syllables.min(4) {
                word += OPENINGS[random.below(OPENINGS.len())];
                word += VOWELS[random.below(VOWELS.len())];
            }
            word += CLOSINGS[random.below(CLOSINGS.len())];
            word += ENDINGS[random.below(ENDINGS.len())];
            if word.len() > 2 && known.insert(word.clone()) {
                words.push(word);
            }
        }
        Self { words, law: Zipf::new(COUNT, 2.7, 1.0) }
    }

    /// A sentence of so many words.
    pub fn sentence(&self, random: &mut Random, count: usize, end: &str) -> String {
        let words: Vec<&str> =
            (0..count).map(|_| self.words[self.law.pick(random)].as_str()).collect();
        let mut sentence = words.join(" ");
        sentence[..1].make_ascii_uppercase();
        sentence + end
    }

    /// Sentences of 8 to 20 words, so many words in all.
    pub fn text(&self, random: &mut Random, count: usize) -> String {
        let (mut sentences, mut left) = (Vec::new(), count);
        while left > 0 {
            let length = random.between(8, 20).min(left);
            sentences.push(self.sentence(random, length, "."));
            left -= length;
        }
        sentences.join(" ")
    }

    /// What somebody looks for: a word or two, neither the commonest nor rare. Two are together in
    /// about one argument of a thousand.
    pub fn query(&self, random: &mut Random) -> String {
        let count = [1, 2, 2][random.below(3)];
        let words: Vec<&str> =
            (0..count).map(|_| self.words[random.between(100, 600)].as_str()).collect();
        words.join(" ")
    }

    /// One of so many tags.
    pub fn tag(&self, number: usize) -> &str {
        &self.words[300 + number]
    }
}
