//! The coordination territories of the directory, as one commit has them.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};

use maille_domain::Territory;
use maille_territory::{Commune, Place, PlaceKind, Point, fold, france};

use crate::answer::TerritoryName;

/// Every territory, by code and by commune.
#[derive(Debug, Default)]
pub struct Territories {
    by_code: BTreeMap<String, Arc<Territory>>,
    by_commune: HashMap<String, Vec<Arc<Territory>>>,
}

impl Territories {
    /// These territories. Communes are followed to the codes they have now; a city stands for its arrondissements too.
    pub fn new(territories: impl IntoIterator<Item = Arc<Territory>>) -> Territories {
        let by_code: BTreeMap<String, Arc<Territory>> =
            territories.into_iter().map(|territory| (territory.code.clone(), territory)).collect();
        let mut by_commune: HashMap<String, Vec<Arc<Territory>>> = HashMap::new();
        for territory in by_code.values() {
            for commune in communes(territory) {
                let here = by_commune.entry(commune.code.to_string()).or_default();
                if here.last().is_none_or(|last| last.code != territory.code) {
                    here.push(Arc::clone(territory));
                }
            }
        }
        Territories { by_code, by_commune }
    }

    /// The territory of a code.
    pub fn get(&self, code: &str) -> Option<&Arc<Territory>> {
        self.by_code.get(code)
    }

    /// The territories that hold a commune, or its city; part of them, for a city cut between several.
    pub fn of_commune(&self, commune: &Commune) -> Vec<&Arc<Territory>> {
        let mut found: Vec<&Arc<Territory>> = Vec::new();
        let codes = [Some(&commune.code), commune.parent.as_ref()].into_iter().flatten();
        for code in codes.chain(arrondissements(commune).iter().map(|arrondissement| &arrondissement.code)) {
            for territory in self.by_commune.get(&**code).into_iter().flatten() {
                if found.iter().all(|known| known.code != territory.code) {
                    found.push(territory);
                }
            }
        }
        found
    }

    /// Every territory, by code.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Territory>> {
        self.by_code.values()
    }

    /// A territory as a place.
    pub fn place(&self, code: &str) -> Option<Place> {
        let territory = self.get(code)?;
        let communes = communes(territory);
        let departement = match &communes[..] {
            [first, rest @ ..] if rest.iter().all(|commune| commune.departement == first.departement) => {
                Some(first.departement.to_string())
            }
            _ => None,
        };
        let count = communes.len() as f64;
        let point = (!communes.is_empty()).then(|| Point {
            lat: communes.iter().map(|commune| commune.point.lat).sum::<f64>() / count,
            lon: communes.iter().map(|commune| commune.point.lon).sum::<f64>() / count,
        });
        Some(Place {
            kind: PlaceKind::Territory,
            code: territory.code.clone(),
            name: territory.name.clone(),
            departement,
            population: communes.iter().map(|commune| commune.population).sum(),
            point,
            matched: None,
        })
    }

    /// The territories that a text names: its code, or words that each start a word of its name.
    pub fn find(&self, text: &str, limit: usize) -> Vec<Place> {
        let asked = fold(text);
        if asked.is_empty() {
            return Vec::new();
        }
        let named = |territory: &&Arc<Territory>| {
            let name = fold(&territory.name);
            territory.code == text.trim()
                || asked.split(' ').all(|word| name.split(' ').any(|known| known.starts_with(word)))
        };
        self.iter().filter(named).filter_map(|territory| self.place(&territory.code)).take(limit).collect()
    }
}

/// The arrondissements of a city; none of the others.
pub fn arrondissements(city: &Commune) -> &'static [&'static Commune] {
    static BY_CITY: LazyLock<HashMap<&str, Vec<&Commune>>> = LazyLock::new(|| {
        let mut by_city: HashMap<&str, Vec<&Commune>> = HashMap::new();
        for commune in france().communes() {
            if let Some(city) = &commune.parent {
                by_city.entry(city).or_default().push(commune);
            }
        }
        by_city
    });
    BY_CITY.get(&*city.code).map(Vec::as_slice).unwrap_or_default()
}

/// The communes of a territory that are known, by their present codes.
pub fn communes(territory: &Territory) -> Vec<&'static Commune> {
    territory.communes.iter().filter_map(|code| france().current_commune(code)).collect()
}

/// A territory by name.
pub fn named(territory: &Territory) -> TerritoryName {
    TerritoryName { code: territory.code.clone(), kind: territory.kind.clone(), name: territory.name.clone() }
}
