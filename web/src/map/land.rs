//! A piece of the country, as maps draw it.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use maille_domain::Territory;
use maille_index::Node;
use maille_territory::{CommuneKind, Mesh, Place, PlaceKind, france};

/// A piece of the country: communes, or whole départements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Land {
    /// Communes and municipal arrondissements; no city beside its own arrondissements.
    Communes(Vec<&'static str>),
    /// Départements.
    Departements(Vec<&'static str>),
}

impl Land {
    /// Of a place of any kind, coordination territories of the directory included.
    pub fn of_place(node: &Node, place: &Place) -> Land {
        match place.kind {
            PlaceKind::Departement => Land::departement(&place.code),
            PlaceKind::Region => Land::region(&place.code),
            PlaceKind::Epci => {
                let communes = france().communes_of(PlaceKind::Epci, &place.code);
                Land::communes(communes.into_iter().map(|commune| &*commune.code))
            }
            PlaceKind::Commune | PlaceKind::Arrondissement => Land::communes([&*place.code]),
            PlaceKind::Territory => {
                let territory = node.territories().into_iter().find(|found| found.code == place.code);
                territory.map_or(Land::Communes(Vec::new()), |territory| Land::of_territory(&territory))
            }
        }
    }

    /// Of a coordination territory.
    pub fn of_territory(territory: &Territory) -> Land {
        Land::communes(territory.communes.iter().map(String::as_str))
    }

    /// Of one département; of none, when no département has this code.
    pub fn departement(code: &str) -> Land {
        Land::Departements(france().departement(code).map(|found| &*found.code).into_iter().collect())
    }

    /// Of a region.
    pub fn region(code: &str) -> Land {
        let departements = france().departements().iter().filter(|departement| *departement.region == *code);
        Land::Departements(departements.map(|departement| &*departement.code).collect())
    }

    /// Metropolitan France and the five overseas départements.
    pub fn france() -> Land {
        let departements = france().departements().iter().map(|departement| &*departement.code);
        Land::Departements(departements.filter(|code| !is_collectivity(code)).collect())
    }

    /// Of communes by their codes, current or former.
    pub fn communes<'a>(codes: impl IntoIterator<Item = &'a str>) -> Land {
        let france = france();
        let mut codes: Vec<&'static str> = codes
            .into_iter()
            .filter_map(|code| france.current_commune(code))
            .map(|found| &*found.code)
            .collect();
        codes.sort_unstable();
        codes.dedup();
        // A city and its arrondissements are drawn apart: all of them are the city, and the city is all of them.
        let mut by_city: HashMap<&'static str, usize> = HashMap::new();
        for city in codes.iter().filter_map(|code| france.commune(code)?.parent.as_deref()) {
            *by_city.entry(city).or_default() += 1;
        }
        let whole: HashSet<&'static str> = by_city
            .into_iter()
            .filter(|(city, count)| {
                codes.contains(city) || france.communes_of(PlaceKind::Commune, city).len() == *count
            })
            .map(|(city, _)| city)
            .collect();
        codes.retain(|code| {
            let city = france.commune(code).and_then(|found| found.parent.as_deref());
            !whole.contains(code) && city.is_none_or(|city| !whole.contains(city))
        });
        codes.extend(whole);
        codes.sort_unstable();
        Land::Communes(codes)
    }

    /// Several as one.
    pub fn together(lands: impl IntoIterator<Item = Land>) -> Land {
        let mut communes = Vec::new();
        let mut departements = Vec::new();
        for land in lands {
            match land {
                Land::Communes(codes) => communes.extend(codes),
                Land::Departements(codes) => departements.extend(codes),
            }
        }
        departements.sort_unstable();
        departements.dedup();
        if communes.is_empty() {
            return Land::Departements(departements);
        }
        let inside = departements.iter().flat_map(|code| communes_of_departement(code));
        communes.extend(inside);
        Land::communes(communes)
    }

    /// Whether there is nothing of it.
    pub fn is_empty(&self) -> bool {
        match self {
            Land::Communes(codes) | Land::Departements(codes) => codes.is_empty(),
        }
    }

    /// Whether a commune, or an arrondissement, is in it.
    pub fn holds(&self, code: &str) -> bool {
        let Some(commune) = france().commune(code) else { return false };
        match self {
            Land::Departements(codes) => codes.contains(&&*commune.departement),
            Land::Communes(codes) => {
                let known = |code: &str| codes.binary_search(&code).is_ok();
                known(&commune.code) || commune.parent.as_deref().is_some_and(known)
            }
        }
    }

    /// Its borders, and the areas of them that are it.
    pub(super) fn mesh(&self, detail: Detail) -> (Mesh, Vec<usize>) {
        match self {
            Land::Departements(codes) if detail != Detail::Communes => {
                let all = france().departements();
                let position = |code: &&str| all.binary_search_by(|found| (*found.code).cmp(code)).ok();
                let areas: Vec<usize> = codes.iter().filter_map(position).collect();
                (departement_mesh(detail).only(|area| areas.contains(&area)), areas)
            }
            Land::Departements(codes) => {
                let communes = codes.iter().flat_map(|code| communes_of_departement(code));
                (france().mesh([communes.collect::<Vec<_>>()]), vec![0])
            }
            Land::Communes(codes) => (france().mesh([codes.iter().copied()]), vec![0]),
        }
    }

    /// The pieces it is made of, each with the département that places it.
    pub(super) fn parts(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let (codes, whole) = match self {
            Land::Communes(codes) => (codes, false),
            Land::Departements(codes) => (codes, true),
        };
        codes.iter().filter_map(move |code| {
            let departement = if whole { code } else { &*france().commune(code)?.departement };
            Some((departement, *code))
        })
    }
}

/// How fine the borders of départements must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// To half a kilometre: a country is seen.
    Country,
    /// To 150 m: a few of them are.
    Departements,
    /// As fine as those of the communes.
    Communes,
}

/// The borders of the départements, to 150 m at best.
pub(super) fn departement_mesh(detail: Detail) -> &'static Mesh {
    static COUNTRY: LazyLock<Mesh> = LazyLock::new(|| france().departement_mesh().simplified(0.006));
    if detail == Detail::Country { &COUNTRY } else { france().departement_mesh() }
}

/// The overseas collectivities that are no département: they have no contour.
pub(super) fn is_collectivity(departement: &str) -> bool {
    matches!(departement, "975" | "977" | "978") || departement.starts_with("98")
}

/// Without the arrondissements of its city.
pub(super) fn communes_of_departement(code: &str) -> Vec<&'static str> {
    let communes = france().communes_of(PlaceKind::Departement, code).into_iter();
    communes.filter(|commune| commune.kind == CommuneKind::Commune).map(|commune| &*commune.code).collect()
}
