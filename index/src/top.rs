//! The best of many, without keeping the rest.

/// Keeps the `keep` items of least key.
pub struct Top<T> {
    keep: usize,
    items: Vec<((u64, u64), T)>,
    /// Nothing at or above this can be kept any more.
    bar: Option<(u64, u64)>,
}

impl<T> Top<T> {
    /// Keeps nothing yet, `keep` items at most.
    pub fn new(keep: usize) -> Top<T> {
        Top { keep, items: Vec::new(), bar: None }
    }

    /// Whether an item whose key begins so may be among the best so far.
    pub fn may_keep(&self, first: u64) -> bool {
        self.keep > 0 && self.bar.is_none_or(|bar| first <= bar.0)
    }

    /// Keeps an item if it is among the best so far.
    pub fn push(&mut self, key: (u64, u64), item: T) {
        if self.keep == 0 || self.bar.is_some_and(|bar| key >= bar) {
            return;
        }
        self.items.push((key, item));
        // Twice as many as needed, then cut: each item is moved a constant number of times.
        if self.items.len() >= self.keep * 2 + 64 {
            self.cut();
        }
    }

    fn cut(&mut self) {
        if self.items.len() > self.keep {
            let (_, bar, _) = self.items.select_nth_unstable_by_key(self.keep, |(key, _)| *key);
            self.bar = Some(bar.0);
            self.items.truncate(self.keep);
        }
    }

    /// The best, in order.
    pub fn into_best(mut self) -> Vec<((u64, u64), T)> {
        self.cut();
        self.items.sort_unstable_by_key(|(key, _)| *key);
        self.items
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_best_are_those_that_sorting_puts_first(keys in prop::collection::vec(0..50_u64, 0..400), keep in 0..60_usize) {
            let mut top = Top::new(keep);
            for (position, key) in (0..).zip(&keys) {
                top.push((*key, position), ());
            }
            let best: Vec<(u64, u64)> = top.into_best().into_iter().map(|(key, ())| key).collect();
            let mut sorted: Vec<(u64, u64)> = keys.iter().copied().zip(0..).collect();
            sorted.sort_unstable();
            sorted.truncate(keep);
            prop_assert_eq!(best, sorted);
        }
    }
}
