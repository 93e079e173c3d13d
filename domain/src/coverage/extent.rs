//! The communes that a coverage holds, what it leaves out in their middle, and what it says twice.

use std::collections::BTreeSet;
use std::sync::Arc;

use maille_territory::{Commune, CommuneKind, PlaceKind, Point, france};

use super::Coverage;
use crate::Territory;

/// What a coverage is read with: the site of its listing, around which a radius is, and the territories of the directory.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ground<'a> {
    /// The site.
    pub site: Option<Point>,
    /// The territories.
    pub territories: &'a [Arc<Territory>],
}

impl<'a> Ground<'a> {
    /// The territory of a code.
    pub fn territory(&self, code: &str) -> Option<&'a Territory> {
        self.territories.iter().find(|territory| territory.code == code).map(AsRef::as_ref)
    }
}

/// The communes that a coverage holds: a city is held when all its arrondissements are, and they when it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extent(BTreeSet<&'static str>);

impl Extent {
    /// Of a coverage.
    pub fn of(parts: &[Coverage], ground: &Ground<'_>) -> Extent {
        let mut codes: BTreeSet<&'static str> = BTreeSet::new();
        for part in parts {
            codes.extend(communes_of(part, ground).iter().map(|commune| &*commune.code));
        }
        let cities: BTreeSet<&'static str> = codes.iter().filter_map(|code| city_of(code)).collect();
        for city in cities {
            if france().arrondissements_of(city).iter().all(|found| codes.contains(&*found.code)) {
                codes.insert(city);
            }
        }
        Extent(codes)
    }

    /// Whether it holds a commune or an arrondissement, whole.
    pub fn holds(&self, code: &str) -> bool {
        self.0.contains(code)
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether all that it holds, another one holds.
    pub fn is_within(&self, other: &Extent) -> bool {
        self.0.is_subset(&other.0)
    }

    /// Its communes, by code; arrondissements only of a city that it does not hold whole.
    pub fn communes(&self) -> Vec<&'static Commune> {
        let whole = |code: &&&'static str| city_of(code).is_none_or(|city| !self.0.contains(city));
        self.0.iter().filter(whole).filter_map(|code| france().commune(code)).collect()
    }

    /// The communes that it wholly surrounds and does not hold, together where they touch.
    pub fn holes(&self) -> Vec<Vec<&'static Commune>> {
        france().surrounded(self.0.iter().copied())
    }
}

/// A part of a coverage that another one holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overlap {
    /// The position of the part that adds nothing.
    pub part: usize,
    /// The position of the one that holds it.
    pub within: usize,
}

/// The parts that another one holds, by position: without them all, a coverage holds the same communes. A radius moves with its
/// site: nothing is given up for it.
pub fn overlaps(parts: &[Coverage], ground: &Ground<'_>) -> Vec<Overlap> {
    let extents: Vec<Extent> =
        parts.iter().map(|part| Extent::of(std::slice::from_ref(part), ground)).collect();
    // Of two that hold the same, the wider level stays, then the first.
    let rank =
        |position: usize| (extents[position].0.len(), parts[position].level(), std::cmp::Reverse(position));
    let mut holders: Vec<usize> =
        (0..parts.len()).filter(|position| !matches!(parts[*position], Coverage::Radius(_))).collect();
    holders.sort_by_key(|position| std::cmp::Reverse(rank(*position)));
    let within = |part: usize| {
        let mut wider = holders.iter().copied().take_while(|holder| rank(*holder).0 >= extents[part].0.len());
        wider.find(|holder| {
            *holder != part && rank(*holder) > rank(part) && extents[part].is_within(&extents[*holder])
        })
    };
    let known = (0..parts.len()).filter(|part| !extents[*part].is_empty());
    known.filter_map(|part| Some(Overlap { part, within: within(part)? })).collect()
}

/// The communes of a part, arrondissements included.
fn communes_of(part: &Coverage, ground: &Ground<'_>) -> Vec<&'static Commune> {
    let france = france();
    let with_arrondissements = |communes: Vec<&'static Commune>| -> Vec<&'static Commune> {
        let inside: Vec<_> = communes.iter().flat_map(|city| france.arrondissements_of(&city.code)).collect();
        communes.into_iter().chain(inside).collect()
    };
    match part {
        Coverage::Commune(code) => with_arrondissements(france.current_commune(code).into_iter().collect()),
        Coverage::Epci(code) => with_arrondissements(france.communes_of(PlaceKind::Epci, code)),
        Coverage::Departement(code) => with_arrondissements(france.communes_of(PlaceKind::Departement, code)),
        Coverage::Region(code) => with_arrondissements(france.communes_of(PlaceKind::Region, code)),
        Coverage::National => france.communes().iter().collect(),
        Coverage::Radius(km) => {
            let Some(site) = ground.site else { return Vec::new() };
            let own = france.commune_at(site.lat, site.lon);
            let around = france.communes().iter().filter(|commune| commune.point.distance_km(site) <= *km);
            own.into_iter().chain(around).collect()
        }
        Coverage::Territory(code) => {
            let codes = ground.territory(code).map(|territory| &territory.communes);
            let communes = codes.into_iter().flatten().filter_map(|code| france.current_commune(code));
            with_arrondissements(communes.collect())
        }
    }
}

/// The same parts, without a commune that some hold: these are cut into what is left of them, no finer than need be. A radius
/// cannot be cut.
pub(super) fn without(parts: Vec<Coverage>, commune: &'static Commune, ground: &Ground<'_>) -> Vec<Coverage> {
    let mut left = Vec::with_capacity(parts.len());
    for part in parts {
        for piece in cut(part, commune, ground) {
            if !left.contains(&piece) {
                left.push(piece);
            }
        }
    }
    left
}

fn cut(part: Coverage, commune: &'static Commune, ground: &Ground<'_>) -> Vec<Coverage> {
    if !meets(&part, commune, ground) {
        return vec![part];
    }
    let france = france();
    let pieces: Vec<Coverage> = match &part {
        Coverage::Radius(_) => return vec![part],
        Coverage::National => {
            france.regions().iter().map(|region| Coverage::Region(region.code.to_string())).collect()
        }
        Coverage::Region(code) => {
            let departements = france.departements().iter().filter(|found| *found.region == **code);
            departements.map(|found| Coverage::Departement(found.code.to_string())).collect()
        }
        // Of a city, or of an arrondissement of what is left out, what is left is other arrondissements.
        Coverage::Commune(code) if *commune.code == **code || commune.parent.is_none() => return Vec::new(),
        Coverage::Commune(code) => {
            let inside = france.arrondissements_of(code).into_iter();
            inside.map(|found| Coverage::Commune(found.code.to_string())).collect()
        }
        Coverage::Epci(_) | Coverage::Departement(_) | Coverage::Territory(_) => {
            let inside = Extent::of(std::slice::from_ref(&part), ground).communes().into_iter();
            inside.map(|found| Coverage::Commune(found.code.to_string())).collect()
        }
    };
    pieces.into_iter().flat_map(|piece| cut(piece, commune, ground)).collect()
}

/// Whether a part holds something of a commune.
fn meets(part: &Coverage, commune: &'static Commune, ground: &Ground<'_>) -> bool {
    let same = |code: &str| {
        *commune.code == *code
            || commune.parent.as_deref() == Some(code)
            || france().commune(code).is_some_and(|found| found.parent.as_deref() == Some(&commune.code))
    };
    let city = commune.parent.as_deref().and_then(|city| france().commune(city)).unwrap_or(commune);
    match part {
        Coverage::National => true,
        Coverage::Region(code) => *city.region == **code,
        Coverage::Departement(code) => *city.departement == **code,
        Coverage::Epci(code) => [&city.epci, &city.ept].into_iter().flatten().any(|epci| **epci == **code),
        Coverage::Commune(code) => same(code),
        Coverage::Territory(code) => {
            let current =
                |code: &String| france().current_commune(code).is_some_and(|found| same(&found.code));
            ground.territory(code).is_some_and(|territory| territory.communes.iter().any(current))
        }
        Coverage::Radius(_) => Extent::of(std::slice::from_ref(part), ground).holds(&commune.code),
    }
}

/// The city of an arrondissement.
fn city_of(code: &str) -> Option<&'static str> {
    let commune = france().commune(code).filter(|commune| commune.kind == CommuneKind::Arrondissement)?;
    commune.parent.as_deref()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::coverage::tests::{any_part, parts, territories};

    #[test]
    fn a_part_that_another_holds_adds_nothing() {
        let territories = territories();
        let ground = Ground { site: None, territories: &territories };
        let parts =
            parts("commune:31555 epci:243100518 territory:dac-sud commune:92007 commune:75101 commune:75056");
        let said: Vec<(usize, usize)> =
            overlaps(&parts, &ground).iter().map(|overlap| (overlap.part, overlap.within)).collect();
        assert_eq!(said, [(0, 1), (3, 2), (4, 5)]);
    }

    #[test]
    fn of_two_that_hold_the_same_the_wider_level_stays() {
        let parts = parts("departement:75 commune:75056");
        assert_eq!(overlaps(&parts, &Ground::default()), [Overlap { part: 1, within: 0 }]);
    }

    #[test]
    fn a_radius_holds_what_is_around_the_site_and_nothing_is_given_up_for_it() {
        let site = france().commune("92007").map(|bagneux| bagneux.point);
        let ground = Ground { site, territories: &[] };
        let held = parts("radius:3 commune:92007");
        assert!(Extent::of(&held[..1], &ground).holds("92032"));
        assert!(Extent::of(&held[..1], &Ground::default()).is_empty(), "around nowhere is nowhere");
        assert_eq!(overlaps(&held, &ground), []);
        assert_eq!(overlaps(&parts("radius:3 region:11"), &ground), [Overlap { part: 0, within: 1 }]);
    }

    #[test]
    fn a_city_and_its_arrondissements_are_one_place() {
        let all: Vec<Coverage> = france()
            .arrondissements_of("75056")
            .iter()
            .map(|found| Coverage::Commune(found.code.to_string()))
            .collect();
        let codes = |parts: &[Coverage]| -> Vec<&str> {
            Extent::of(parts, &Ground::default()).communes().iter().map(|found| &*found.code).collect()
        };
        assert_eq!(codes(&all), ["75056"]);
        assert_eq!(codes(&all[..2]), ["75101", "75102"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn without_its_overlaps_a_coverage_holds_the_same(parts in proptest::collection::vec(any_part(), 0..8)) {
            let territories = territories();
            let ground = Ground { site: france().commune("92007").map(|bagneux| bagneux.point), territories: &territories };
            let found = overlaps(&parts, &ground);
            let kept: Vec<Coverage> = (0..parts.len())
                .filter(|part| found.iter().all(|overlap| overlap.part != *part))
                .map(|part| parts[part].clone())
                .collect();
            prop_assert_eq!(Extent::of(&kept, &ground), Extent::of(&parts, &ground));
            prop_assert_eq!(overlaps(&kept, &ground), []);
        }
    }
}
