//! What a map counts by: départements of the country, intercommunalités of a large territory, communes of a small one.

use std::collections::{BTreeMap, HashSet};

use maille_index::{Node, Spot};
use maille_territory::{Commune, Place, PlaceKind, Point, fold, france};

use super::to_map;
use crate::map::directory::Part;
use crate::parameters::SearchLink;

/// More communes than this are counted by intercommunalité.
const MOST_COMMUNES: usize = 60;

/// Which communes a place is, and how its resources stand to them.
#[derive(Debug)]
pub struct Whereabouts {
    /// COG codes, arrondissements and their city included; `None`: everywhere.
    communes: Option<HashSet<&'static str>>,
    level: PlaceKind,
    /// Resources that are in one of them.
    pub inside: usize,
    /// Resources that are in another commune.
    pub elsewhere: usize,
}

/// What the parts of a place are called, above their list.
pub fn label(units: &[Part]) -> &'static str {
    match units.first().map(|unit| unit.kind) {
        Some(PlaceKind::Departement) => "Par département",
        Some(PlaceKind::Epci) => "Par intercommunalité",
        _ => "Par commune",
    }
}

impl Whereabouts {
    /// Those of the resources of a place.
    pub fn of(node: &Node, place: Option<&Place>, spots: &[Spot]) -> Whereabouts {
        let communes: Option<Vec<&'static Commune>> = place.map(|place| match place.kind {
            PlaceKind::Territory => {
                let territory = node.territories().into_iter().find(|known| known.code == place.code);
                let codes = territory.map(|territory| territory.communes.clone()).unwrap_or_default();
                codes.iter().filter_map(|code| france().current_commune(code)).collect()
            }
            kind => france().communes_of(kind, &place.code),
        });
        let level = match (place.map(|place| place.kind), &communes) {
            (None | Some(PlaceKind::Region), _) => PlaceKind::Departement,
            (_, Some(communes)) if communes.len() > MOST_COMMUNES => PlaceKind::Epci,
            _ => PlaceKind::Commune,
        };
        let communes = communes.map(|communes| {
            let mut codes: HashSet<&str> = communes.iter().map(|commune| &*commune.code).collect();
            codes.extend(communes.iter().filter_map(|commune| commune.parent.as_deref()));
            let cities: HashSet<&str> = communes.iter().map(|commune| &*commune.code).collect();
            let arrondissements = france()
                .communes()
                .iter()
                .filter(|commune| commune.parent.as_deref().is_some_and(|city| cities.contains(city)));
            codes.extend(arrondissements.map(|commune| &*commune.code));
            codes
        });
        let mut whereabouts = Whereabouts { communes, level, inside: 0, elsewhere: 0 };
        for commune in spots.iter().filter_map(|spot| spot.commune) {
            if whereabouts.is_inside(commune) {
                whereabouts.inside += 1;
            } else {
                whereabouts.elsewhere += 1;
            }
        }
        whereabouts
    }

    /// Whether a commune is of the place.
    pub fn is_inside(&self, commune: &Commune) -> bool {
        self.communes.as_ref().is_none_or(|codes| codes.contains(&*commune.code))
    }
}

/// The parts of a place that have resources, by name; one alone is no part.
pub fn units(
    whereabouts: &Whereabouts,
    place: Option<&Place>,
    spots: &[Spot],
    link: &SearchLink,
) -> Vec<Part> {
    #[derive(Default)]
    struct Sum {
        count: u64,
        points: u32,
        lat: f64,
        lon: f64,
    }
    let mut sums: BTreeMap<(PlaceKind, &'static str), Sum> = BTreeMap::new();
    for spot in spots {
        let Some(commune) = spot.commune.filter(|commune| whereabouts.is_inside(commune)) else { continue };
        let epci = commune.ept.as_deref().or(commune.epci.as_deref());
        let key = match (whereabouts.level, epci) {
            (PlaceKind::Departement, _) => (PlaceKind::Departement, &*commune.departement),
            (PlaceKind::Epci, Some(epci)) => (PlaceKind::Epci, epci),
            _ => (PlaceKind::Commune, &*commune.code),
        };
        let sum = sums.entry(key).or_default();
        sum.count += 1;
        if let Some(point) = spot.point {
            sum.points += 1;
            sum.lat += point.lat;
            sum.lon += point.lon;
        }
    }
    if let [((_, code), _)] = sums.iter().collect::<Vec<_>>()[..]
        && place.is_some_and(|place| place.code == *code)
    {
        return Vec::new();
    }
    let mut units: Vec<Part> = sums
        .into_iter()
        .filter_map(|((kind, code), sum)| {
            let part = france().place(kind, code)?;
            let points = f64::from(sum.points);
            Some(Part {
                href: to_map(&link.clone().about(&part)),
                name: part.name,
                count: sum.count,
                point: (sum.points > 0).then(|| Point { lat: sum.lat / points, lon: sum.lon / points }),
                kind: part.kind,
                code: part.code,
            })
        })
        .collect();
    units.sort_by_cached_key(|unit| fold(&unit.name));
    units
}
