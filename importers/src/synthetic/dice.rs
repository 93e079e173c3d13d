//! Chance that falls the same way on every machine: whole numbers only, no library whose next version may differ.

/// Between two states of SplitMix64: 2⁶⁴ over the golden ratio.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// `SplitMix64` (Steele, Lea and Flood, 2014), each thing drawn from dice of its own: what comes before it does not
/// change it.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// The dice of one thing: its number under a seed.
    pub fn of(seed: u64, number: u64) -> Dice {
        Dice(mix(mix(seed) ^ number))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mix(self.0)
    }

    /// A number below `sides`, which is not 0.
    pub fn below(&mut self, sides: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(sides)) >> 64) as u64
    }

    /// Whether something that happens `percent` times in a hundred happens.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of these, which are not none.
    pub fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize].clone()
    }
}

fn mix(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

/// Positions that are drawn as often as their weight says.
#[derive(Debug)]
pub struct Shares(Vec<u64>);

impl Shares {
    /// Of these weights, whose sum is not 0.
    pub fn of(weights: impl IntoIterator<Item = u64>) -> Shares {
        let running = |sum: &mut u64, weight| {
            *sum += weight;
            Some(*sum)
        };
        Shares(weights.into_iter().scan(0, running).collect())
    }

    /// Of `count` ranks by Zipf's law of exponent 1: the second half as often as the first, the third a third.
    pub fn zipf(count: usize) -> Shares {
        Shares::of((1..=count as u64).map(|rank| 1_000_000_000 / rank))
    }

    /// Draws a position.
    pub fn draw(&self, dice: &mut Dice) -> usize {
        let drawn = dice.below(self.0.last().copied().unwrap_or_default());
        self.0.partition_point(|&end| end <= drawn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dice_fall_as_published() {
        // The first numbers of SplitMix64 from the state 1234567, from its authors' reference code.
        let mut dice = Dice(1_234_567);
        assert_eq!([dice.next(), dice.next()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn shares_are_drawn_as_often_as_they_weigh() {
        let shares = Shares::of([0, 3, 1]);
        let mut dice = Dice::of(1, 1);
        let mut drawn = [0; 3];
        for _ in 0..4_000 {
            drawn[shares.draw(&mut dice)] += 1;
        }
        assert_eq!(drawn[0], 0);
        assert!((2_900..3_100).contains(&drawn[1]), "{drawn:?}");
    }
}
