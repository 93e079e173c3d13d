//! Which records make one listing.

use std::collections::{BTreeSet, HashSet};

use super::{LINKED, PROPOSED};
use crate::ListingId;

/// Whether a record is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    /// Its source shows it.
    Speaks,
    /// Its source was dropped, and may be brought back: its seat in a listing is kept.
    Dropped,
    /// Its source no longer shows it: another record of that source may take its seat.
    Withdrawn,
}

/// A record to be grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member<'a> {
    /// Name of its source.
    pub source: &'a str,
    /// Whether it is heard.
    pub voice: Voice,
    /// The listing that it founds, which is that of no other.
    pub record: ListingId,
}

/// What a person decided of two records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// The positions of the two records.
    pub pair: (usize, usize),
    /// Whether they are the same thing.
    pub same: bool,
}

/// Two records that are alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alike {
    /// The positions of the two records.
    pub pair: (usize, usize),
    /// How much.
    pub score: f32,
}

/// What becomes of the records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clusters {
    /// For each record, the first record of its listing.
    pub listing: Vec<usize>,
    /// For each record, the first record of the listings that are shown as one with its own, if there is another: each of them
    /// may be the same as each other one.
    pub twin: Vec<Option<usize>>,
    /// The pairs of records that speak which nobody has decided, are alike enough to be shown, and are not of one listing; the
    /// most alike first.
    pub proposed: Vec<(usize, usize)>,
}

/// Groups records, ordered so that the first of a listing names it; pairs are of lower then higher positions; the latest
/// decision comes first.
///
/// What people decided holds, the latest first. Then the most alike are joined, those that their sources show before those
/// that are withdrawn, as long as nobody said otherwise of any two of them and no source has two records in one listing that it
/// shows: what one source keeps apart, only a person puts together. A withdrawn record holds no seat: the one that its source
/// shows in its stead, under another number, comes to the same listing by what both are alike. Of pairs that are as much alike,
/// the ids of the records tell which comes first: the order of records, which is that of imports, names the listings and does
/// not make them.
pub fn clusters(members: &[Member<'_>], decisions: &[Decision], alike: &[Alike]) -> Clusters {
    let mut groups = Groups::new(members);
    for decision in decisions {
        if !decision.same {
            groups.keep_apart(decision.pair);
        } else if groups.may_join(decision.pair) {
            groups.join(decision.pair);
        }
    }
    let mut alike = alike.to_vec();
    let ids = |Alike { pair: (a, b), .. }: &Alike| {
        let (a, b) = (members[*a].record, members[*b].record);
        (a.min(b), a.max(b))
    };
    alike.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| ids(a).cmp(&ids(b))));
    let both = |Alike { pair: (a, b), .. }: &Alike, is: fn(Voice) -> bool| {
        is(members[*a].voice) && is(members[*b].voice)
    };
    let of_one_source = |Alike { pair: (a, b), .. }: &Alike| members[*a].source == members[*b].source;
    let (shown, left): (Vec<&Alike>, Vec<&Alike>) = alike
        .iter()
        .filter(|alike| alike.score >= LINKED && !of_one_source(alike))
        .partition(|alike| both(alike, |voice| voice != Voice::Withdrawn));
    for &Alike { pair, .. } in shown.into_iter().chain(left) {
        if groups.may_join(pair) && groups.share_no_source(pair) {
            groups.join(pair);
        }
    }
    let listing: Vec<usize> = (0..members.len()).map(|record| groups.first(record)).collect();

    let proposed: Vec<Alike> = alike
        .into_iter()
        .filter(|alike| alike.score >= PROPOSED && both(alike, |voice| voice == Voice::Speaks))
        .filter(|&Alike { pair: (a, b), .. }| listing[a] != listing[b] && groups.may_join((a, b)))
        .collect();
    // What one source lists twice is shown twice, unless it is nearly word for word the same.
    let kin = proposed.iter().filter(|alike| alike.score >= LINKED || !of_one_source(alike));
    let twin = fold(&listing, kin.map(|&Alike { pair: (a, b), .. }| (listing[a], listing[b])));
    Clusters { listing, twin, proposed: proposed.into_iter().map(|alike| alike.pair).collect() }
}

/// Which listings are shown as one, of pairs of them, the most alike first: those each of which is in a pair with each other
/// one. For each record, the first of the listings, if there is another than its own.
fn fold(listing: &[usize], kin: impl Iterator<Item = (usize, usize)>) -> Vec<Option<usize>> {
    let mut known = HashSet::new();
    let pairs: Vec<(usize, usize)> =
        kin.map(|(a, b)| (a.min(b), a.max(b))).filter(|pair| known.insert(*pair)).collect();
    let mut group: Vec<usize> = (0..listing.len()).collect();
    let mut listings: Vec<Vec<usize>> = (0..listing.len()).map(|alone| vec![alone]).collect();
    for (a, b) in pairs {
        let (one, other) = (group[a], group[b]);
        let kin = |&a: &usize| listings[other].iter().all(|&b| known.contains(&(a.min(b), a.max(b))));
        if one != other && listings[one].iter().all(kin) {
            let moved = std::mem::take(&mut listings[other]);
            for &listing in &moved {
                group[listing] = one;
            }
            listings[one].extend(moved);
        }
    }
    let folded = |&own: &usize| {
        let folded = &listings[group[own]];
        folded.iter().min().copied().filter(|_| folded.len() > 1)
    };
    listing.iter().map(folded).collect()
}

/// Records on their way to be grouped.
struct Groups<'a> {
    records: &'a [Member<'a>],
    /// The group of each record.
    group: Vec<usize>,
    /// The members of each group; none of one that was joined to another.
    members: Vec<Vec<usize>>,
    /// The first record of each group.
    first: Vec<usize>,
    /// For each record, those that are not the same thing.
    apart: Vec<Vec<usize>>,
}

impl<'a> Groups<'a> {
    fn new(records: &'a [Member<'a>]) -> Groups<'a> {
        let alone = 0..records.len();
        Groups {
            records,
            group: alone.clone().collect(),
            members: alone.clone().map(|record| vec![record]).collect(),
            first: alone.collect(),
            apart: vec![Vec::new(); records.len()],
        }
    }

    fn first(&self, record: usize) -> usize {
        self.first[self.group[record]]
    }

    /// The groups of two records, the one of more members first.
    fn large_and_small(&self, (a, b): (usize, usize)) -> (usize, usize) {
        let (a, b) = (self.group[a], self.group[b]);
        if self.members[a].len() >= self.members[b].len() { (a, b) } else { (b, a) }
    }

    /// Whether nobody said of any two records that would come together that they are not the same.
    fn may_join(&self, pair: (usize, usize)) -> bool {
        let (large, small) = self.large_and_small(pair);
        let mut refused = self.members[small].iter().flat_map(|&member| &self.apart[member]);
        large == small || !refused.any(|&refused| self.group[refused] == large)
    }

    fn keep_apart(&mut self, (a, b): (usize, usize)) {
        self.apart[a].push(b);
        self.apart[b].push(a);
    }

    /// Whether no source has a seat in both groups.
    fn share_no_source(&self, pair: (usize, usize)) -> bool {
        let (large, small) = self.large_and_small(pair);
        let of = |group: usize| {
            let seated = self.members[group].iter().map(|&member| self.records[member]);
            let seated = seated.filter(|member| member.voice != Voice::Withdrawn);
            seated.map(|member| member.source).collect::<BTreeSet<_>>()
        };
        large == small || of(large).is_disjoint(&of(small))
    }

    fn join(&mut self, pair: (usize, usize)) {
        let (large, small) = self.large_and_small(pair);
        if large == small {
            return;
        }
        let moved = std::mem::take(&mut self.members[small]);
        for &record in &moved {
            self.group[record] = large;
        }
        self.members[large].extend(moved);
        self.first[large] = self.first[large].min(self.first[small]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SURE: f32 = 0.95;
    const DOUBTFUL: f32 = 0.7;

    /// Records of these sources, the first of which has the lowest id.
    fn of<'a>(sources: &[&'a str]) -> Vec<Member<'a>> {
        let member = |(number, source): (u128, &&'a str)| Member {
            source,
            voice: Voice::Speaks,
            record: ListingId(uuid::Uuid::from_u128(number)),
        };
        (0..).zip(sources).map(member).collect()
    }

    /// The same, some of which are not heard.
    fn but_for<'a>(mut members: Vec<Member<'a>>, silent: &[(usize, Voice)]) -> Vec<Member<'a>> {
        for &(at, voice) in silent {
            members[at].voice = voice;
        }
        members
    }

    fn alike(pairs: &[(usize, usize, f32)]) -> Vec<Alike> {
        pairs.iter().map(|&(a, b, score)| Alike { pair: (a, b), score }).collect()
    }

    #[test]
    fn what_is_surely_the_same_is_one_listing_and_what_may_be_is_proposed() {
        let found = clusters(&of(&["finess", "ror", "csv"]), &[], &alike(&[(0, 1, SURE), (1, 2, DOUBTFUL)]));
        assert_eq!(found.listing, [0, 0, 2]);
        assert_eq!(found.proposed, [(1, 2)]);
        assert_eq!(found.twin, [Some(0), Some(0), Some(0)]);
    }

    #[test]
    fn two_records_of_one_source_are_never_put_together_but_by_a_person() {
        let pairs = alike(&[(0, 1, 0.99), (0, 2, SURE)]);
        let found = clusters(&of(&["ror", "csv", "csv"]), &[], &pairs);
        assert_eq!(
            (found.listing, found.proposed),
            (vec![0, 0, 2], vec![(0, 2)]),
            "the more alike is the one"
        );
        let found = clusters(&of(&["csv", "csv"]), &[], &alike(&[(0, 1, 1.0)]));
        assert_eq!((found.listing, found.proposed), (vec![0, 1], vec![(0, 1)]));
        let found = clusters(&of(&["csv", "csv"]), &[Decision { pair: (0, 1), same: true }], &[]);
        assert_eq!(found.listing, [0, 0]);
    }

    #[test]
    fn a_refusal_holds_whatever_way_leads_around_it() {
        let apart = [Decision { pair: (0, 2), same: false }];
        let found =
            clusters(&of(&["a", "b", "c"]), &apart, &alike(&[(0, 1, SURE), (1, 2, 0.99), (0, 2, 1.0)]));
        assert_eq!(found.listing, [0, 1, 1]);
        assert_eq!(found.proposed, []);
    }

    #[test]
    fn what_was_refused_is_not_taken_for_the_same_through_a_third() {
        let apart = [Decision { pair: (0, 2), same: false }];
        let found = clusters(&of(&["a", "b", "c"]), &apart, &alike(&[(0, 1, 0.8), (1, 2, DOUBTFUL)]));
        assert_eq!(found.proposed, [(0, 1), (1, 2)]);
        assert_eq!(found.twin, [Some(0), Some(0), None]);
    }

    #[test]
    fn a_withdrawn_record_gives_its_seat_to_the_one_shown_in_its_stead() {
        let (old, other, new) = (0, 1, 2);
        let pairs = alike(&[(old, other, 1.0), (other, new, SURE), (old, new, 1.0)]);
        let members = of(&["csv", "ror", "csv"]);
        assert_eq!(clusters(&members, &[], &pairs).listing, [0, 0, 2]);
        let gone = clusters(&but_for(members.clone(), &[(old, Voice::Withdrawn)]), &[], &pairs);
        assert_eq!(gone.listing, [0, 0, 0]);
        let back = clusters(&but_for(members.clone(), &[(new, Voice::Withdrawn)]), &[], &pairs);
        assert_eq!(back.listing, [0, 0, 0]);
        let dropped = clusters(&but_for(members, &[(old, Voice::Dropped)]), &[], &pairs);
        assert_eq!(dropped.listing, [0, 0, 2], "a source that is dropped comes back to its seat");
        let alone = but_for(of(&["csv", "csv"]), &[(0, Voice::Withdrawn)]);
        assert_eq!(clusters(&alone, &[], &alike(&[(0, 1, 1.0)])).listing, [0, 1], "never by their own pair");
    }

    #[test]
    fn what_is_shown_is_joined_before_what_is_withdrawn() {
        // What is gone is more alike the first, and would bring with it what the first is not.
        let pairs = alike(&[(0, 2, 0.99), (1, 2, 0.99), (0, 1, SURE)]);
        let members = but_for(of(&["csv", "ror", "finess"]), &[(2, Voice::Withdrawn)]);
        let apart = [Decision { pair: (1, 2), same: false }];
        assert_eq!(clusters(&members, &apart, &pairs).listing, [0, 0, 2]);
    }

    #[test]
    fn what_is_not_heard_is_neither_proposed_nor_shown_with_others() {
        for voice in [Voice::Dropped, Voice::Withdrawn] {
            let members = but_for(of(&["a", "b", "c"]), &[(1, voice)]);
            let found = clusters(&members, &[], &alike(&[(0, 1, 0.8), (1, 2, 0.8), (0, 2, DOUBTFUL)]));
            assert_eq!(found.proposed, [(0, 2)]);
            assert_eq!(found.twin, [Some(0), None, Some(0)]);
        }
    }

    #[test]
    fn what_is_shown_as_one_may_be_the_same_each_with_each() {
        let chain = [(0, 1, 0.8), (1, 2, DOUBTFUL)];
        let found = clusters(&of(&["a", "b", "c"]), &[], &alike(&chain));
        assert_eq!(found.proposed, [(0, 1), (1, 2)]);
        assert_eq!(found.twin, [Some(0), Some(0), None]);
        let all = [&chain[..], &[(0, 2, 0.65)]].concat();
        assert_eq!(clusters(&of(&["a", "b", "c"]), &[], &alike(&all)).twin, [Some(0); 3]);
    }

    #[test]
    fn what_one_source_lists_twice_is_shown_as_one_when_it_is_surely_alike() {
        let found = |score| clusters(&of(&["csv", "csv"]), &[], &alike(&[(0, 1, score)]));
        assert_eq!((found(0.89).proposed, found(0.89).twin), (vec![(0, 1)], vec![None, None]));
        assert_eq!((found(0.9).proposed, found(0.9).twin), (vec![(0, 1)], vec![Some(0), Some(0)]));
    }

    #[test]
    fn the_latest_decision_wins() {
        let (same, apart) = (Decision { pair: (0, 1), same: true }, Decision { pair: (0, 1), same: false });
        assert_eq!(clusters(&of(&["a", "b"]), &[apart, same], &[]).listing, [0, 1]);
        assert_eq!(clusters(&of(&["a", "b"]), &[same, apart], &[]).listing, [0, 0]);
    }

    fn silent() -> impl Strategy<Value = Vec<(usize, Voice)>> {
        let voice = prop_oneof![Just(Voice::Dropped), Just(Voice::Withdrawn)];
        proptest::collection::vec((0..6usize, voice), 0..4)
    }

    proptest! {
        /// The order in which pairs were found says nothing.
        #[test]
        fn the_order_of_pairs_never_matters(
            pairs in proptest::collection::btree_map((0..6usize, 0..6usize), 0.5..1.0f32, 0..15),
            decided in proptest::collection::vec((0..6usize, 0..6usize, any::<bool>()), 0..4),
            silent in silent(),
            rotation in 0..15usize,
        ) {
            let sources = but_for(of(&["a", "b", "c", "a", "b", "d"]), &silent);
            let decisions: Vec<Decision> = decided.into_iter().filter(|(a, b, _)| a < b)
                .map(|(a, b, same)| Decision { pair: (a, b), same }).collect();
            let mut pairs: Vec<Alike> = pairs.into_iter().filter(|((a, b), _)| a < b)
                .map(|(pair, score)| Alike { pair, score }).collect();
            let found = clusters(&sources, &decisions, &pairs);
            if !pairs.is_empty() {
                let by = rotation % pairs.len();
                pairs.rotate_left(by);
            }
            prop_assert_eq!(&clusters(&sources, &decisions, &pairs), &found);
            for (record, &first) in found.listing.iter().enumerate() {
                prop_assert!(first <= record && found.listing[first] == first);
            }
            for (a, b) in (0..6).flat_map(|a| (0..a).map(move |b| (b, a))) {
                if found.listing[a] != found.listing[b] && found.twin[a].is_some() && found.twin[a] == found.twin[b] {
                    let one = BTreeSet::from([found.listing[a], found.listing[b]]);
                    let pair = |&(a, b): &(usize, usize)| one == BTreeSet::from([found.listing[a], found.listing[b]]);
                    prop_assert!(found.proposed.iter().any(pair), "shown as one, and nobody asks whether they are");
                }
            }
        }

        /// Nor does the order of records, but for which of a listing comes first.
        #[test]
        fn the_order_of_records_never_matters(
            pairs in proptest::collection::btree_map((0..6usize, 0..6usize), 0..3u8, 0..15),
            decided in proptest::collection::vec((0..6usize, 0..6usize, any::<bool>()), 0..4),
            silent in silent(),
            order in Just(vec![0, 1, 2, 3, 4, 5]).prop_shuffle(),
        ) {
            let sources = but_for(of(&["a", "b", "c", "a", "b", "d"]), &silent);
            let scores = [0.7, SURE, 0.99];
            let sorted = |(a, b): (usize, usize)| (a.min(b), a.max(b));
            let found = |place: &dyn Fn(usize) -> usize| {
                let mut members = sources.clone();
                for (record, member) in sources.iter().enumerate() {
                    members[place(record)] = *member;
                }
                let decisions: Vec<Decision> = decided.iter().filter(|(a, b, _)| a != b)
                    .map(|&(a, b, same)| Decision { pair: sorted((place(a), place(b))), same }).collect();
                let pairs: Vec<Alike> = pairs.iter().filter(|((a, b), _)| a < b)
                    .map(|(&(a, b), &score)| Alike { pair: sorted((place(a), place(b))), score: scores[score as usize] })
                    .collect();
                let found = clusters(&members, &decisions, &pairs);
                let together = |of: &dyn Fn(usize) -> Option<usize>| -> Vec<bool> {
                    (0..36).map(|both| of(place(both / 6)) == of(place(both % 6))).collect()
                };
                (together(&|at| Some(found.listing[at])), together(&|at| found.twin[at]), found.proposed.len())
            };
            prop_assert_eq!(found(&|record| order[record]), found(&|record| record));
        }
    }

    /// However long the chain, and whatever end it is joined from.
    #[test]
    fn a_long_chain_is_grouped_at_once() {
        const LONG: usize = 50_000;
        let names: Vec<String> = (0..LONG).map(|source| source.to_string()).collect();
        let members = of(&names.iter().map(String::as_str).collect::<Vec<_>>());
        let chain: Vec<Alike> = (1..LONG)
            .rev()
            .map(|end| Alike { pair: (end - 1, end), score: 0.7 + (end as f32) * 1e-6 })
            .collect();
        let found = clusters(&members, &[], &chain);
        assert_eq!(found.proposed.len(), LONG - 1);
        let in_pairs = |(record, twin): (usize, &Option<usize>)| *twin == Some(record - record % 2);
        assert!(found.twin.iter().enumerate().all(in_pairs), "the most alike first");
    }
}
