//! The order of the hits, in parts that can be looked through one after the other.
//!
//! A hit's place is decided by where it has the words (in a title, in a claim, or in all that it
//! says), then by whether they stand there as the phrase that was asked for, then by how short the
//! heading is, and only then by how near and how often they stand. All but the last can be asked of
//! the index. So a search for words that many have begins with the best part, and stops when its
//! page is full; a search that finds few ranks them all at once. Where thousands share all of it,
//! what is left says little: they are not ranked, and cost what is shown.

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

    /// The least score of a hit with the phrase or without it, and a heading of this class.
    fn score(self, phrase: bool, class: Option<u8>) -> i64 {
        let class = class.map_or(0, i64::from);
        ((self.number() * 2 + i64::from(phrase)) * CLASSES + class) * STEPS
    }

    /// The highest score of such a hit. Outside of its heading its class says nothing.
    pub fn most(self, phrase: bool, class: u8) -> i64 {
        let class = match self {
            Self::Title | Self::Claim => Some(class),
            Self::Text => None,
        };
        self.score(phrase, class) + STEPS - 1
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

/// Whether a score is that of a hit whose place within its part was not looked at.
pub const fn is_unranked(score: i64) -> bool {
    score % STEPS == 0
}

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

    /// The least that a hit of this part can have. One that was not ranked has just that.
    pub fn least_score(self) -> i64 {
        let Some(tier) = self.tier else { return 0 };
        let class = self.class.or(tier.classes().last().copied());
        tier.score(self.phrase.unwrap_or(false), class)
    }

    /// Whether there can be a hit with this score in this part.
    pub fn may_have(self, score: i64) -> bool {
        let most = self.tier.map_or(MOST, |tier| {
            let class = self.class.or(tier.classes().first().copied());
            tier.score(self.phrase.unwrap_or(true), class) + STEPS - 1
        });
        (self.least_score()..=most).contains(&score)
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
            for leaf in leaves(Part::ALL, has_phrase) {
                let (least, has) = (leaf.least_score(), |score| leaf.may_have(score));
                assert!(is_unranked(least) && !is_unranked(least + 1));
                assert!(has(least) && has(least + STEPS - 1) && !has(least - 1));
                assert!(Part::ALL.may_have(least));
            }
        }
    }
}
