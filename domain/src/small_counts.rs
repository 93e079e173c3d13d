//! Small counts: what may be shown of a table to those who did not make it. A count of one to four may tell who a person is: it
//! is hidden, with as many others as it takes for what is shown to give none of them away.
//!
//! The threshold is the one that the ARS and the CNIL ask of health statistics, fewer than five persons in a cell (MR-005; INSEE,
//! Guide du secret statistique: primary and secondary secrecy).
//!
//! **The rule.** When a table has a count of one to four, all its counts up to some bound are hidden, zeros too: four, or the next
//! count of the table, and so on, until what is hidden is at least five calls in all and not the same count everywhere.
//!
//! **Why it holds**, for whoever knows the rule, the total and all that is shown. The bound depends on which counts there are, not
//! on where they are: exchange two hidden counts, and the table shows the same. So every hidden count may be any of the hidden
//! ones, which are at least two. They are all the same in one case only, `k` times `v` and nothing else, all hidden; then
//! `v - 1, v + 1, v…`, for a `v` of four `1, …, 1, 3k + 1`, would be all hidden as well.
//!
//! **Several tables of the same calls** tell no more than each alone with the total: any tables of one total are those of some
//! calls. That is so of lists that do not depend on one another, counted over the same calls: what is published holds no count of
//! two things at once (unmet needs by commune), of which a difference would tell more; no row that the rules of the desk keep at
//! zero; and nothing that is not a count (a median).
//!
//! **Homes depend on answers**: of whoever lives where another desk answers, the answer is that they were led there. Homes outside
//! the territory are therefore told among the others ([`shown_beside`]), which also hold those that are hidden. That leaves one
//! thing that the two tables say together: there are no more calls led elsewhere than calls of other homes. When the count of those
//! led elsewhere is shown, it takes them away, and what is left is a table like any other, of the calls that stay. When it is
//! hidden, it says nothing as long as the others are five calls more than all the hidden answers: then any of these answers may be
//! the one of those led elsewhere, and the rest are at least five homes inside. What a search only suggests (a parcours, by an age)
//! ties nothing: the words of the same call may suggest otherwise.
//!
//! **Several publications** are of calls that none of them shares: a quarter ([`Period`](crate::period::Period)) of one territory,
//! never a month, a year, or all the territories, which would be told by subtraction.

/// Fewest persons that a count may tell of.
pub const FEWEST: u64 = 5;

/// The counts of a table as they may be shown beside its total: none where hidden.
pub fn shown(counts: &[u64]) -> Vec<Option<u64>> {
    shown_beside(counts, 0, 0)
}

/// The same, of a table with one more count, `others`, which is never shown; all that is hidden, with it, is `least` calls at
/// least.
pub fn shown_beside(counts: &[u64], others: u64, least: u64) -> Vec<Option<u64>> {
    let is_enough = |bound: u64| {
        let hidden = counts.iter().copied().filter(|count| *count <= bound);
        is_safe(hidden.clone()) && others + hidden.sum::<u64>() >= least
    };
    if others >= least && !counts.iter().any(|count| (1..FEWEST).contains(count)) {
        return counts.iter().copied().map(Some).collect();
    }
    let mut bound = FEWEST - 1;
    while !is_enough(bound) {
        let Some(next) = counts.iter().copied().filter(|count| *count > bound).min() else { break };
        bound = next;
    }
    counts.iter().map(|count| (*count > bound).then_some(*count)).collect()
}

/// Whether counts that are hidden together hide one another.
fn is_safe(hidden: impl Iterator<Item = u64> + Clone) -> bool {
    hidden.clone().sum::<u64>() >= FEWEST && hidden.clone().min() != hidden.max()
}

/// A total as it may be shown: none when it is small; then no count of it is shown either.
pub fn shown_total(total: u64) -> Option<u64> {
    (total == 0 || total >= FEWEST).then_some(total)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashMap};

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn small_counts_are_hidden_with_what_would_tell_them() {
        assert_eq!(shown(&[12, 30, 0]), [Some(12), Some(30), Some(0)], "nobody is told by a zero alone");
        assert_eq!(shown(&[3, 12, 30]), [None, None, Some(30)], "45 less 42 would tell the 3");
        assert_eq!(shown(&[1, 2, 8, 20, 0]), [None, None, None, Some(20), None], "1 and 2 are fewer than 5");
        assert_eq!(shown(&[3, 4, 20, 30]), [None, None, Some(20), Some(30)]);
        assert_eq!(
            shown(&[2, 2, 2, 20, 30]),
            [None, None, None, None, Some(30)],
            "6 for three would be 2 each"
        );
        assert_eq!(shown(&[2, 2, 2, 0, 20]), [None, None, None, None, Some(20)]);
        assert_eq!(shown(&[3, 0]), [None, None]);
        assert_eq!([0, 1, 4, 5].map(shown_total), [Some(0), None, None, Some(5)]);
    }

    /// All that is published of calls, from the tables of them.
    type Published = (Option<u64>, Vec<Vec<Option<u64>>>);

    fn published(tables: &[Vec<u64>]) -> Published {
        (shown_total(tables[0].iter().sum()), tables.iter().map(|counts| shown(counts)).collect())
    }

    /// For each publication that some of these worlds make, what each count may be for whoever sees it: more than one thing,
    /// unless it is shown.
    fn nothing_is_known(worlds: impl Iterator<Item = Vec<Vec<u64>>>) {
        let mut believed: HashMap<Published, Vec<BTreeSet<u64>>> = HashMap::new();
        for world in worlds {
            let values = believed.entry(published(&world)).or_default();
            values.resize(world.concat().len(), BTreeSet::new());
            for (known, count) in values.iter_mut().zip(world.concat()) {
                known.insert(count);
            }
        }
        for (seen, values) in believed {
            for (shown, values) in seen.1.concat().iter().zip(values) {
                match shown {
                    Some(count) => {
                        assert!(values == BTreeSet::from([*count]) && !(1..FEWEST).contains(count));
                    }
                    None => assert!(values.len() > 1, "{seen:?} tells {values:?}"),
                }
            }
        }
    }

    /// Every way in which these many things fall into so many cells.
    fn tables(cells: usize, total: u64) -> Vec<Vec<u64>> {
        if cells == 1 {
            return vec![vec![total]];
        }
        let split = |first| {
            tables(cells - 1, total - first).into_iter().map(move |rest| [vec![first], rest].concat())
        };
        (0..=total).flat_map(split).collect()
    }

    #[test]
    fn no_hidden_count_of_a_table_can_be_deduced() {
        for (cells, greatest) in [(2, 100), (3, 40), (4, 24), (5, 18), (6, 13)] {
            nothing_is_known((0..=greatest).flat_map(|total| tables(cells, total)).map(|table| vec![table]));
        }
    }

    /// All that is published of these answers, of which the last is that of whoever lives elsewhere, and of these homes inside.
    fn published_with_homes(answers: &[u64], homes: &[u64]) -> (Option<u64>, Vec<Option<u64>>) {
        let (total, seen) = (answers.iter().sum(), shown(answers));
        let outside = *answers.last().unwrap();
        let hidden = answers.iter().zip(&seen).filter(|(_, seen)| seen.is_none()).map(|(count, _)| count);
        let least = if seen.last().unwrap().is_none() { hidden.sum::<u64>() + FEWEST } else { 0 };
        let homes = shown_beside(homes, outside, least);
        (shown_total(total), if total < FEWEST { Vec::new() } else { [seen, homes].concat() })
    }

    #[test]
    fn no_hidden_answer_can_be_deduced_from_where_people_live() {
        let mut believed: HashMap<_, Vec<BTreeSet<u64>>> = HashMap::new();
        for total in FEWEST..=16 {
            for answers in tables(3, total) {
                for homes in tables(5, total - answers[2]) {
                    let values = believed.entry(published_with_homes(&answers, &homes)).or_default();
                    values.resize(answers.len() + homes.len(), BTreeSet::new());
                    for (known, count) in values.iter_mut().zip(answers.iter().chain(&homes)) {
                        known.insert(*count);
                    }
                }
            }
        }
        for ((_, seen), values) in believed {
            for (shown, values) in seen.iter().zip(&values) {
                assert!(shown.is_some() || values.len() > 1, "{seen:?} tells {values:?}");
            }
        }
    }

    #[test]
    fn no_hidden_count_can_be_deduced_from_all_the_tables_of_the_same_calls() {
        // How many calls there are of each combination of codes, of lists of so many codes; and of each code of each list.
        let counted = |calls: &[u64], lists: &[usize]| -> Vec<Vec<u64>> {
            let mut tables: Vec<Vec<u64>> = lists.iter().map(|codes| vec![0; *codes]).collect();
            for (combination, count) in calls.iter().enumerate() {
                let mut rest = combination;
                for (table, codes) in tables.iter_mut().zip(lists) {
                    table[rest % codes] += count;
                    rest /= codes;
                }
            }
            tables
        };
        for (lists, most) in [(&[2, 3][..], 14), (&[2, 2, 2], 10), (&[2, 2, 3], 7)] {
            let worlds = (0..=most).flat_map(|total| tables(lists.iter().product(), total));
            nothing_is_known(worlds.map(|calls| counted(&calls, lists)));
        }
    }

    proptest! {
        #[test]
        fn hidden_counts_exchanged_show_the_same(
            counts in proptest::collection::vec(prop_oneof![0_u64..8, 0_u64..60], 2..14),
            (one, other) in (0_usize..14, 0_usize..14),
        ) {
            let seen = shown(&counts);
            let hidden: Vec<usize> = (0..counts.len()).filter(|at| seen[*at].is_none()).collect();
            prop_assert!((0..counts.len()).all(|at| !(1..FEWEST).contains(&counts[at]) || seen[at].is_none()));
            if !hidden.is_empty() {
                let mut exchanged = counts.clone();
                exchanged.swap(hidden[one % hidden.len()], hidden[other % hidden.len()]);
                prop_assert_eq!(shown(&exchanged), seen);
                let values: BTreeSet<u64> = hidden.iter().map(|at| counts[*at]).collect();
                prop_assert!(values.len() > 1 || hidden.len() == counts.len());
            }
        }
    }
}
