//! Which communes touch which, and those that others wholly surround.

use std::collections::{HashMap, HashSet};

use crate::commune::{Commune, CommuneKind};
use crate::contours::{CONTOURS, Neighbours};
use crate::france::France;

impl France {
    /// The communes that touch some of these, without being any of them, by code. Arrondissements touch those of their city.
    pub fn touching<'a>(&self, codes: impl IntoIterator<Item = &'a str>) -> Vec<&Commune> {
        let Neighbours { touching, .. } = CONTOURS.neighbours();
        let own: HashSet<usize> = codes.into_iter().filter_map(|code| CONTOURS.shape(code)).collect();
        let around: HashSet<usize> = own.iter().flat_map(|shape| &touching[*shape]).copied().collect();
        let mut found: Vec<&Commune> =
            around.difference(&own).filter_map(|shape| self.commune(CONTOURS.code(*shape))).collect();
        found.sort_by_key(|commune| &commune.code);
        found
    }

    /// The communes that are none of these, and that these wholly surround: those from which nobody reaches the sea or another
    /// country without crossing one of them. Together where they touch, by code.
    ///
    /// A city of which some arrondissements are given is crossed by nobody, and is not missing itself; an arrondissement that
    /// others of its city surround is.
    pub fn surrounded<'a>(&self, codes: impl IntoIterator<Item = &'a str>) -> Vec<Vec<&Commune>> {
        let Neighbours { touching, open } = CONTOURS.neighbours();
        let mut held = vec![false; touching.len()];
        for code in codes {
            let city = self.commune(code).and_then(|commune| commune.parent.as_deref());
            for shape in [Some(code), city].into_iter().flatten().filter_map(|code| CONTOURS.shape(code)) {
                held[shape] = true;
            }
        }
        // From outside, over all that is not held.
        let mut reached = vec![false; touching.len()];
        let mut next: Vec<usize> =
            (0..touching.len()).filter(|shape| open[*shape] && !held[*shape]).collect();
        while let Some(shape) = next.pop() {
            if !std::mem::replace(&mut reached[shape], true) {
                next.extend(touching[shape].iter().filter(|other| !held[**other] && !reached[**other]));
            }
        }
        let mut groups = Vec::new();
        for first in 0..touching.len() {
            let (mut group, mut next) = (Vec::new(), vec![first]);
            while let Some(shape) = next.pop() {
                if !held[shape] && !std::mem::replace(&mut reached[shape], true) {
                    group.extend(self.commune(CONTOURS.code(shape)));
                    next.extend(&touching[shape]);
                }
            }
            if !group.is_empty() {
                group.sort_by_key(|commune: &&Commune| &commune.code);
                groups.push(group);
            }
        }
        groups.sort_by_key(|group| &group[0].code);
        groups
    }

    /// The arrondissements of a city, by code; none of the others.
    pub fn arrondissements_of(&self, city: &str) -> Vec<&Commune> {
        // Three cities have some: their numbers follow each other.
        let all = self.communes().iter().filter(|commune| commune.kind == CommuneKind::Arrondissement);
        if is_city(city) {
            all.filter(|commune| commune.parent.as_deref() == Some(city)).collect()
        } else {
            Vec::new()
        }
    }
}

/// Whether a commune is one of the three that have arrondissements.
fn is_city(code: &str) -> bool {
    matches!(code, "75056" | "69123" | "13055")
}

impl Neighbours {
    /// Of shapes, each walking arcs that at most one other walks.
    pub(crate) fn of(shapes: &[Vec<usize>]) -> Neighbours {
        let mut walkers: HashMap<usize, Vec<usize>> = HashMap::new();
        for (shape, arcs) in shapes.iter().enumerate() {
            for arc in arcs {
                walkers.entry(*arc).or_default().push(shape);
            }
        }
        let mut touching = vec![Vec::new(); shapes.len()];
        let mut open = vec![false; shapes.len()];
        for walkers in walkers.into_values() {
            match walkers[..] {
                [alone] => open[alone] = true,
                [one, other] if one != other => {
                    touching[one].push(other);
                    touching[other].push(one);
                }
                _ => {}
            }
        }
        for others in &mut touching {
            others.sort_unstable();
            others.dedup();
        }
        Neighbours { touching, open }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::{PlaceKind, france};

    fn codes<'a>(communes: &[&'a Commune]) -> Vec<&'a str> {
        communes.iter().map(|commune| &*commune.code).collect()
    }

    fn of_departement(code: &str) -> Vec<&'static str> {
        codes(&france().communes_of(PlaceKind::Departement, code))
    }

    #[test]
    fn the_three_cities_are_those_that_have_arrondissements() {
        let parents: BTreeSet<&str> =
            france().communes().iter().filter_map(|commune| commune.parent.as_deref()).collect();
        assert!(parents.iter().all(|city| is_city(city)) && parents.len() == 3);
        assert_eq!(france().arrondissements_of("75056").len(), 20);
        assert_eq!(france().arrondissements_of("92007").len(), 0);
    }

    #[test]
    fn neighbours_share_a_border() {
        let around = codes(&france().touching(["92007"]));
        assert_eq!(around, ["92014", "92020", "92032", "92049", "92071", "94003", "94016"]);
    }

    #[test]
    fn what_is_missing_in_the_middle_is_surrounded_and_what_is_at_the_edge_is_not() {
        let all = of_departement("92");
        let without = |missing: &[&str]| -> Vec<Vec<&str>> {
            let held = all.iter().copied().filter(|code| !missing.contains(code));
            france().surrounded(held).iter().map(|group| codes(group)).collect()
        };
        // Fontenay-aux-Roses and Sceaux touch each other; Antony is at the edge of the département.
        assert_eq!(without(&["92032", "92071"]), [["92032", "92071"]]);
        assert_eq!(without(&["92002"]), Vec::<Vec<&str>>::new());
        assert_eq!(without(&[]), Vec::<Vec<&str>>::new());
        // Paris is in the middle of those that touch it.
        let crown = ["92", "93", "94"].map(of_departement).concat();
        assert_eq!(
            france().surrounded(crown).iter().map(|group| codes(group)).collect::<Vec<_>>(),
            [["75056"]]
        );
    }

    #[test]
    fn the_coast_surrounds_nobody_and_an_arrondissement_may_be_missing() {
        let nice: Vec<&str> = of_departement("06").into_iter().filter(|code| *code != "06088").collect();
        assert!(france().surrounded(nice).iter().flatten().all(|commune| &*commune.code != "06088"));
        let paris = codes(&france().arrondissements_of("75056"));
        let missing = |code: &str| france().surrounded(paris.iter().copied().filter(|known| *known != code));
        assert_eq!(missing("75101").len(), 1, "the first is in the middle");
        assert_eq!(missing("75116").len(), 0, "the sixteenth is at the edge");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn whoever_is_surrounded_touches_nobody_else(seed in proptest::collection::vec(0..586usize, 0..60)) {
            let all = of_departement("31");
            let missing: BTreeSet<&str> = seed.iter().map(|position| all[position % all.len()]).collect();
            let held: Vec<&str> = all.iter().copied().filter(|code| !missing.contains(code)).collect();
            let groups = france().surrounded(held.iter().copied());
            for group in &groups {
                let group = codes(group);
                prop_assert!(group.iter().all(|code| missing.contains(code)));
                let around = codes(&france().touching(group.iter().copied()));
                prop_assert!(around.iter().all(|code| held.contains(code)), "{group:?} touches {around:?}");
            }
            let filled = groups.iter().flat_map(|group| codes(group)).chain(held.iter().copied());
            prop_assert!(france().surrounded(filled).is_empty(), "once filled, there is no hole any more");
        }
    }
}
