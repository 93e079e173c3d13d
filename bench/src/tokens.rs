//! Coverage as the others are given it: one token a part, at the level it was given; a radius as the communes it reaches.

use std::collections::HashMap;

use maille_domain::{Coverage, Listing, Territory};
use maille_territory::{Commune, Point, france};

/// Kilometres of a degree of latitude, less than any.
const KM_PER_DEGREE: f64 = 110.0;

/// The territories of each commune.
#[derive(Debug, Default)]
pub struct Tokens {
    territories: HashMap<String, Vec<String>>,
}

impl Tokens {
    /// Learns a territory.
    pub fn territory(&mut self, territory: &Territory) {
        for commune in &territory.communes {
            self.territories.entry(commune.clone()).or_default().push(format!("t{}", territory.code));
        }
    }

    /// The tokens that a listing carries.
    pub fn of_listing(listing: &Listing) -> Vec<String> {
        let mut tokens = Vec::new();
        for part in &listing.fields.coverage {
            match part {
                Coverage::Commune(code) => tokens.push(format!("c{code}")),
                Coverage::Epci(code) => tokens.push(format!("e{code}")),
                Coverage::Departement(code) => tokens.push(format!("d{code}")),
                Coverage::Region(code) => tokens.push(format!("r{code}")),
                Coverage::Territory(code) => tokens.push(format!("t{code}")),
                Coverage::National => tokens.push("national".to_owned()),
                Coverage::Radius(km) => {
                    let reached = listing.fields.location.map(|site| reached(site.point(), *km));
                    tokens.extend(reached.into_iter().flatten().map(|commune| format!("c{}", commune.code)));
                }
            }
        }
        if tokens.is_empty() {
            tokens.push("unknown".to_owned());
        }
        tokens
    }

    /// The tokens that serve a commune, unknown coverage included.
    pub fn of_commune(&self, commune: &Commune) -> Vec<String> {
        let mut tokens = vec![
            format!("c{}", commune.code),
            format!("d{}", commune.departement),
            format!("r{}", commune.region),
            "national".to_owned(),
            "unknown".to_owned(),
        ];
        tokens.extend(commune.parent.iter().map(|city| format!("c{city}")));
        tokens.extend([&commune.epci, &commune.ept].into_iter().flatten().map(|code| format!("e{code}")));
        tokens.extend(self.territories.get(&*commune.code).into_iter().flatten().cloned());
        tokens
    }
}

fn reached(site: Point, km: f64) -> impl Iterator<Item = &'static Commune> {
    france().communes().iter().filter(move |commune| {
        (commune.point.lat - site.lat).abs() * KM_PER_DEGREE <= km && commune.point.distance_km(site) <= km
    })
}
