//! How long things took, to 1.6 %, in a fixed space.

/// Parts that each power of two is divided into.
const PARTS: u64 = 64;

#[derive(Clone)]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
    longest: u64,
}

impl Histogram {
    pub fn new() -> Self {
        Self { counts: vec![0; slot(u64::MAX) + 1], total: 0, longest: 0 }
    }

    pub fn add(&mut self, nanoseconds: u64) {
        self.counts[slot(nanoseconds)] += 1;
        self.total += 1;
        self.longest = self.longest.max(nanoseconds);
    }

    pub fn merge(&mut self, other: &Self) {
        for (mine, more) in self.counts.iter_mut().zip(&other.counts) {
            *mine += more;
        }
        self.total += other.total;
        self.longest = self.longest.max(other.longest);
    }

    /// What that share of all did not exceed.
    pub fn quantile(&self, share: f64) -> u64 {
        let wanted = (self.total as f64 * share).ceil().max(1.0) as u64;
        let mut met = 0;
        for (slot, count) in self.counts.iter().enumerate() {
            met += count;
            if met >= wanted {
                return end(slot).min(self.longest);
            }
        }
        self.longest
    }

    pub fn longest(&self) -> u64 {
        self.longest
    }
}

fn slot(value: u64) -> usize {
    if value < PARTS {
        return value as usize;
    }
    let power = u64::from(value.ilog2() - PARTS.ilog2());
    (PARTS + power * PARTS + (value >> power) - PARTS) as usize
}

/// The largest value of a slot.
fn end(slot: usize) -> u64 {
    let slot = slot as u64;
    if slot < PARTS {
        return slot;
    }
    let power = (slot - PARTS) / PARTS;
    let part = (slot - PARTS) % PARTS + PARTS;
    (((u128::from(part) + 1) << power) - 1).try_into().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_in_the_slot_that_ends_at_or_little_after_it() {
        for power in 0..63 {
            for value in [1_u64 << power, (1 << power) + 1, (3 << power) / 2, (2 << power) - 1] {
                let end = end(slot(value));
                assert!(end >= value && end - value <= value / PARTS, "{value}: {end}");
            }
        }
    }

    #[test]
    fn quantiles_are_those_of_the_values() {
        let mut histogram = Histogram::new();
        (1..=1000).for_each(|value| histogram.add(value * 1000));
        assert!((500_000..=508_000).contains(&histogram.quantile(0.5)));
        assert!((999_000..=1_000_000).contains(&histogram.quantile(0.999)));
    }
}
