//! The order of the hits, in parts that can be looked through one after the other.
//!
//! A hit's place is decided by where it has the words (in a title, in a claim, or in all that it
//! says), then by whether they stand there as the phrase that was asked for, then by how short the
//! heading is, and only then by how near and how often they stand. All but the last can be asked of
//! the index. So a search for words that many have begins with the best part, and stops when its
//! page is full; a search that finds few ranks them all at once.

/// Where a hit has the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// In a title.
    Title,
    /// In a claim or a statement.
    Claim,
    /// In some of all that it says.
    Text,
}

impl Tier {
    const fn number(self) -> i64 {
        match self {
            Self::Title => 3,
            Self::Claim => 2,
            Self::Text => 1,
        }
    }

    /// The classes that its headings have, the best first.
    pub const fn classes(self) -> &'static [u8] {
        match self {
            Self::Title => &[7, 6, 5],
            Self::Claim => &[4, 3, 2, 1, 0],
            Self::Text => &[],
        }
    }
}

/// A part of all hits, which is ranked as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Where they have the words; `None` for anywhere.
    pub tier: Option<Tier>,
    /// Whether they have the phrase; `None` for either.
    pub phrase: Option<bool>,
    /// Of which class their headings are; `None` for any.
    pub class: Option<u8>,
}

/// How many steps the rank within a part has.
pub const STEPS: i64 = 1_000_000;

/// The classes that there are.
pub const CLASSES: i64 = 8;

/// More than the highest score.
pub const MOST: i64 = (2 * 3 + 2) * CLASSES * STEPS;

impl Part {
    /// All hits.
    pub const ALL: Self = Self { tier: None, phrase: None, class: None };

    /// The parts that this one falls into, the best first; none if it cannot be divided.
    pub fn divided(self, has_phrase: bool) -> Vec<Self> {
        match self {
            Self { tier: None, .. } => [Tier::Title, Tier::Claim, Tier::Text]
                .map(|tier| Self { tier: Some(tier), ..self })
                .to_vec(),
            Self { phrase: None, .. } if has_phrase => {
                [true, false].map(|phrase| Self { phrase: Some(phrase), ..self }).to_vec()
            }
            Self { tier: Some(tier), class: None, .. } => {
                tier.classes().iter().map(|class| Self { class: Some(*class), ..self }).collect()
            }
            Self { .. } => Vec::new(),
        }
    }

    /// The least that a hit of this part can have.
    pub fn least_score(self) -> i64 {
        let Some(tier) = self.tier else { return 0 };
        let phrase = i64::from(self.phrase.unwrap_or(false));
        let least = tier.classes().last().map_or(0, |class| i64::from(*class));
        let class = self.class.map_or(least, i64::from);
        ((tier.number() * 2 + phrase) * CLASSES + class) * STEPS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(part: Part, has_phrase: bool) -> Vec<Part> {
        let parts = part.divided(has_phrase);
        match parts.is_empty() {
            true => vec![part],
            false => parts.into_iter().flat_map(|part| leaves(part, has_phrase)).collect(),
        }
    }

    #[test]
    fn parts_come_best_first() {
        for (has_phrase, count) in [(false, 9), (true, 18)] {
            let scores: Vec<i64> =
                leaves(Part::ALL, has_phrase).into_iter().map(Part::least_score).collect();
            assert_eq!(scores.len(), count);
            assert!(scores.windows(2).all(|pair| pair[0] > pair[1]), "{scores:?}");
            assert!(scores.iter().all(|score| *score + STEPS <= MOST));
        }
    }
}
