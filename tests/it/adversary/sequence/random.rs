//! Chance that can be repeated.

/// A generator of numbers (SplitMix64): the same seed gives the same ones.
#[derive(Clone)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// Whether something happens that does so in so many of a hundred cases.
    pub fn often(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of these.
    pub fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    /// One of these that fits, if any does.
    pub fn index<T>(&mut self, all: &[T], fits: impl Fn(&T) -> bool) -> Option<usize> {
        let fitting: Vec<_> = (0..all.len()).filter(|&n| fits(&all[n])).collect();
        (!fitting.is_empty()).then(|| self.of(&fitting))
    }
}
