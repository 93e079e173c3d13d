//! Counts of what choosing each value of a criterion would give: a criterion's own filter does not weigh on its counts.

use std::collections::BTreeSet;

use maille_domain::vocabulary::{Audience, Mode, Theme};

use crate::answer::Facets;
use crate::criteria::{Criterion, Verdict, is_for, is_in};
use crate::traits::{Traits, kind_at, kinds, mask};

/// Counts being made.
pub struct Counts {
    category: Vec<u64>,
    /// By the very set of audiences: many listings, few sets.
    audience: SetCounts,
    mode: SetCounts,
    theme: SetCounts,
}

/// How many listings have each set of values, by the set as a number: a table is counted in faster than a map.
struct SetCounts(Vec<u32>);

impl SetCounts {
    fn of_sets_of(values: usize) -> SetCounts {
        SetCounts(vec![0; 1 << values])
    }

    fn add(&mut self, set: u16) {
        if let Some(count) = self.0.get_mut(usize::from(set)) {
            *count += 1;
        }
    }

    /// Of each value that some listing has, how many listings choosing it gives; most first, then the vocabulary's order.
    fn counts<T: Copy + PartialEq>(&self, all: &[T], gives: impl Fn(u16, u16) -> bool) -> Vec<(T, u64)> {
        let all_sets = (0..).zip(self.0.iter().map(|count| u64::from(*count)));
        let sets: Vec<(u16, u64)> = all_sets.filter(|(_, count)| *count > 0).collect();
        let mut counts: Vec<(T, u64)> = all
            .iter()
            .map(|code| (*code, mask(all, &[*code])))
            .filter(|(_, bit)| sets.iter().any(|(set, _)| set & bit != 0))
            .map(|(code, bit)| {
                let given = sets.iter().filter(|(set, _)| gives(*set, bit));
                (code, given.map(|(_, count)| count).sum())
            })
            .collect();
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        counts
    }
}

impl Counts {
    /// None yet.
    pub fn new() -> Counts {
        Counts {
            category: vec![0; kinds()],
            audience: SetCounts::of_sets_of(Audience::ALL.len()),
            mode: SetCounts::of_sets_of(Mode::ALL.len()),
            theme: SetCounts::of_sets_of(Theme::ALL.len()),
        }
    }

    /// Counts a listing where it belongs.
    pub fn add(&mut self, verdict: Verdict, traits: &Traits) {
        let counts =
            |criterion: Criterion| verdict == Verdict::Fits || verdict == Verdict::FailsOnly(criterion);
        if counts(Criterion::Category)
            && let Some(count) = self.category.get_mut(traits.category)
        {
            *count += 1;
        }
        if counts(Criterion::Audience) {
            self.audience.add(traits.audiences);
        }
        if counts(Criterion::Mode) {
            self.mode.add(traits.modes);
        }
        if counts(Criterion::Theme) {
            self.theme.add(traits.themes);
        }
    }

    /// Counts listings that may be one thing where any of them belongs, once.
    pub fn add_one_of(&mut self, twins: &[(Verdict, Traits)]) {
        let counting = |criterion: Criterion| {
            let counts = move |verdict: &Verdict| {
                *verdict == Verdict::Fits || *verdict == Verdict::FailsOnly(criterion)
            };
            twins.iter().filter(move |(verdict, _)| counts(verdict)).map(|(_, traits)| traits)
        };
        let kinds: BTreeSet<usize> = counting(Criterion::Category).map(|traits| traits.category).collect();
        for kind in kinds {
            if let Some(count) = self.category.get_mut(kind) {
                *count += 1;
            }
        }
        let all = |criterion: Criterion, set: fn(&Traits) -> u16, unsaid_is_all: bool| {
            let sets: Vec<u16> = counting(criterion).map(set).collect();
            let said = sets.iter().fold(0, |all, set| all | set);
            let union = if unsaid_is_all && sets.contains(&0) { 0 } else { said };
            (!sets.is_empty()).then_some(union)
        };
        if let Some(set) = all(Criterion::Audience, |traits| traits.audiences, true) {
            self.audience.add(set);
        }
        if let Some(set) = all(Criterion::Mode, |traits| traits.modes, false) {
            self.mode.add(set);
        }
        if let Some(set) = all(Criterion::Theme, |traits| traits.themes, false) {
            self.theme.add(set);
        }
    }

    /// The facets.
    pub fn facets(&self) -> Facets {
        let counted = self.category.iter().enumerate().filter(|(_, count)| **count > 0);
        let mut category: Vec<_> =
            counted.filter_map(|(position, count)| Some((kind_at(position)?, *count))).collect();
        category.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        Facets {
            category,
            audience: self.audience.counts(Audience::ALL, is_for),
            mode: self.mode.counts(Mode::ALL, |set, bit| set & bit != 0),
            theme: self.theme.counts(Theme::ALL, is_in),
        }
    }
}
