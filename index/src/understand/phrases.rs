//! Expressions known by the stems of their words, each saying something.

use std::collections::HashMap;
use std::ops::Range;

use crate::analysis::Word;

/// Expressions, and what each says.
#[derive(Debug)]
pub struct Phrases<T> {
    by_first: HashMap<String, Vec<(Vec<String>, T)>>,
}

/// An expression found: its words, by position, and what it says.
#[derive(Debug)]
pub struct Found<'a, T> {
    pub words: Range<usize>,
    pub says: &'a T,
}

impl<T> Default for Phrases<T> {
    fn default() -> Self {
        Phrases { by_first: HashMap::new() }
    }
}

impl<T> Phrases<T> {
    /// Adds an expression by its words.
    pub fn insert(&mut self, words: &[Word], says: T) {
        let mut stems = words.iter().map(|word| word.stem.clone());
        if let Some(first) = stems.next() {
            self.by_first.entry(first).or_default().push((stems.collect(), says));
        }
    }

    /// Every expression that stands in the words, overlapping ones included; those of one start longest first.
    pub fn all<'a>(&'a self, words: &[Word]) -> Vec<Found<'a, T>> {
        let mut found = Vec::new();
        for (start, word) in words.iter().enumerate() {
            let known = self.by_first.get(&word.stem).into_iter().flatten();
            let rest = &words[start + 1..];
            let mut here: Vec<Found<'a, T>> = known
                .filter(|(stems, _)| {
                    stems.len() <= rest.len() && stems.iter().zip(rest).all(|(stem, word)| *stem == word.stem)
                })
                .map(|(stems, says)| Found { words: start..start + 1 + stems.len(), says })
                .collect();
            here.sort_by_key(|found| std::cmp::Reverse(found.words.len()));
            found.extend(here);
        }
        found
    }

    /// The longest ones that do not overlap, from left to right.
    pub fn longest<'a>(&'a self, words: &[Word]) -> Vec<Found<'a, T>> {
        let mut free = 0;
        let mut kept: Vec<Found<'a, T>> = Vec::new();
        for found in self.all(words) {
            if found.words.start >= free {
                free = found.words.end;
                kept.push(found);
            }
        }
        kept
    }
}
