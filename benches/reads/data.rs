//! Debates of any number, the same in each run: words as often as in real texts, so that a search
//! has work to do.

use std::fmt::Write as _;

use serde_json::{Value, json};

/// How many positions a topic has, and how many arguments each of them.
pub const POSITIONS: usize = 3;
pub const ARGUMENTS: usize = 25;

/// How many different words there are.
const WORDS: usize = 20_000;

/// Numbers that look random and are the same in each run (`SplitMix64`, Steele et al., 2014).
#[derive(Debug, Clone)]
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below a bound.
    pub fn below(&mut self, bound: usize) -> usize {
        let wide = u128::from(self.next()) * u128::try_from(bound).unwrap();
        usize::try_from(wide >> 64).unwrap()
    }

    /// A number below a bound, the small ones more often: each about as often as one divided by it
    /// (Zipf's law).
    pub fn ranked(&mut self, bound: usize) -> usize {
        let unit = f64::from(u32::try_from(self.next() >> 32).unwrap()) / f64::from(u32::MAX);
        let bound = f64::from(u32::try_from(bound).unwrap());
        // The inverse of the logarithm, which the harmonic numbers grow as.
        let rank = (bound + 1.0).powf(unit) - 1.0;
        format!("{rank:.0}")
            .parse::<usize>()
            .unwrap()
            .min(format!("{bound:.0}").parse::<usize>().unwrap() - 1)
    }
}

/// The word of a rank: syllables, so that no two are alike.
pub fn word(rank: usize) -> String {
    const SYLLABLES: [&str; 20] = [
        "ba", "do", "fi", "gu", "ke", "la", "mo", "ni", "pu", "re", "sa", "to", "vi", "zu", "cha",
        "dre", "flo", "gri", "plu", "ste",
    ];
    let mut rest = rank + 20;
    let mut word = String::new();
    while rest > 0 {
        word.push_str(SYLLABLES[rest % 20]);
        rest /= 20;
    }
    word.push('n');
    word
}

fn text(numbers: &mut Numbers, words: usize) -> String {
    let words: Vec<String> = (0..words).map(|_| word(numbers.ranked(WORDS))).collect();
    words.join(" ")
}

/// A stream of topics (NDJSON), each with its positions, and below each of them a tree of arguments
/// to the depth of six.
pub fn debates(topics: usize) -> String {
    let mut numbers = Numbers(7);
    let mut stream = String::new();
    for topic in 0..topics {
        writeln!(stream, "{}", json!({"debatebase": 1, "topic": debate(&mut numbers, topic)}))
            .unwrap();
    }
    stream
}

fn debate(numbers: &mut Numbers, topic: usize) -> Value {
    let (mut positions, mut arguments, mut relations) = (Vec::new(), Vec::new(), Vec::new());
    for position in 0..POSITIONS {
        let slug = format!("position-{position}");
        positions.push(json!({"slug": slug, "statement": text(numbers, 9)}));
        for at in 0..ARGUMENTS {
            let own = format!("argument-{position}-{at}");
            arguments.push(json!({
                "slug": own, "claim": text(numbers, 16), "body": text(numbers, 45),
            }));
            // Two below each: 25 arguments are four levels; a third begin a chain of six.
            let above = if at % 3 == 2 { at - 1 } else { at / 3 };
            let target = match at {
                0..4 => json!({"position": slug}),
                _ => json!({"argument": format!("argument-{position}-{above}")}),
            };
            relations.push(json!({
                "slug": format!("relation-{position}-{at}"), "premises": [own], "target": target,
                "kind": if numbers.below(5) < 2 { "attacks" } else { "supports" },
            }));
        }
    }
    json!({
        "slug": format!("topic-{topic}"), "title": text(numbers, 8), "summary": text(numbers, 30),
        "tags": [word(numbers.ranked(200))],
        "positions": positions, "arguments": arguments, "relations": relations,
    })
}
