//! Numbers that look random and are the same in every run.

/// SplitMix64.
#[derive(Clone)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 0 to just below 1.
    pub fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// From 0 to just below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.fraction() * end as f64) as usize
    }

    pub fn between(&mut self, first: usize, last: usize) -> usize {
        first + self.below(last - first + 1)
    }
}

/// Zipf's law, as Mandelbrot put it: the nth of all is chosen as often as 1 / (n + shift)^exponent.
pub struct Zipf {
    reached: Vec<f64>,
}

impl Zipf {
    pub fn new(count: usize, shift: f64, exponent: f64) -> Self {
        let mut sum = 0.0;
        let reached = (1..=count).map(|n| {
            sum += (n as f64 + shift).powf(-exponent);
            sum
        });
        Self { reached: reached.collect() }
    }

    /// From 0, the commonest, to just below the count.
    pub fn pick(&self, random: &mut Random) -> usize {
        let at = random.fraction() * self.reached.last().copied().unwrap_or_default();
        self.reached.partition_point(|&sum| sum <= at).min(self.reached.len() - 1)
    }
}
