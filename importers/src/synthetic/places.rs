//! Where invented listings are: real communes, as often as they have inhabitants.

use std::collections::HashMap;

use maille_territory::{Commune, Departement, Point, france};

use super::dice::{Dice, Shares};

/// Kilometres of a degree of latitude.
const KM_PER_DEGREE: f64 = 111.2;

/// The communes that people live in, a city of arrondissements as its arrondissements.
pub struct Places {
    communes: Vec<&'static Commune>,
    shares: Shares,
    of_departement: HashMap<&'static str, Vec<&'static Commune>>,
}

impl Places {
    pub fn new() -> Places {
        let all = france().communes();
        let cities: Vec<&str> = all.iter().filter_map(|commune| commune.parent.as_deref()).collect();
        let communes: Vec<&Commune> = all
            .iter()
            .filter(|commune| commune.population > 0 && !cities.contains(&&*commune.code))
            .collect();
        let mut of_departement: HashMap<&str, Vec<&Commune>> = HashMap::new();
        for commune in &communes {
            of_departement.entry(&commune.departement).or_default().push(commune);
        }
        let shares = Shares::of(communes.iter().map(|commune| u64::from(commune.population)));
        Places { communes, shares, of_departement }
    }

    /// A commune.
    pub fn draw(&self, dice: &mut Dice) -> &'static Commune {
        self.communes[self.shares.draw(dice)]
    }

    /// A commune and those nearest to it in its département, `count` in all where there are so many.
    pub fn around(&self, commune: &Commune, count: usize) -> Vec<&'static Commune> {
        let mut near: Vec<(f64, &Commune)> = self.of_departement[&*commune.departement]
            .iter()
            .map(|other| (square_km(commune.point, other.point), *other))
            .collect();
        let count = count.min(near.len());
        near.select_nth_unstable_by(count - 1, |a, b| {
            a.0.total_cmp(&b.0).then_with(|| a.1.code.cmp(&b.1.code))
        });
        near.truncate(count);
        near.sort_unstable_by(|a, b| a.1.code.cmp(&b.1.code));
        near.into_iter().map(|(_, commune)| commune).collect()
    }
}

/// A point at most three kilometres from that of a commune, nearer where the commune is small.
pub fn scattered(commune: &Commune, dice: &mut Dice) -> Point {
    let radius_km = (f64::from(commune.surface_km2) / std::f64::consts::PI).sqrt().clamp(0.3, 3.0);
    let mut share = || (dice.below(2_001) as f64 - 1_000.0) / 1_000.0;
    let (mut north, mut east) = (share(), share());
    while north * north + east * east > 1.0 {
        (north, east) = (share(), share());
    }
    let Point { lat, lon } = commune.point;
    let (north, east) = (north * radius_km / KM_PER_DEGREE, east * radius_km / KM_PER_DEGREE);
    Point { lat: rounded(lat + north), lon: rounded(lon + east / cosine(lat)) }
}

/// To about a metre.
fn rounded(degrees: f64) -> f64 {
    (degrees * 100_000.0).round() / 100_000.0
}

fn square_km(a: Point, b: Point) -> f64 {
    let (north, east) = (a.lat - b.lat, (a.lon - b.lon) * cosine(a.lat));
    (north * north + east * east) * KM_PER_DEGREE * KM_PER_DEGREE
}

/// The cosine of a latitude, near enough to scatter points, and the same on every machine, as that of a system's library
/// is not.
fn cosine(degrees: f64) -> f64 {
    let square = (degrees * std::f64::consts::PI / 180.0) * (degrees * std::f64::consts::PI / 180.0);
    1.0 - square / 2.0 + square * square / 24.0 - square * square * square / 720.0
}

/// `de Bagneux`, `du Havre`, `d’Antony`, `des Ulis`, `de Paris 15e`.
pub fn of_commune(commune: &Commune) -> String {
    let name = commune.name.trim_end_matches(" Arrondissement");
    match (name.strip_prefix("Le "), name.strip_prefix("Les ")) {
        (Some(rest), _) => format!("du {rest}"),
        (_, Some(rest)) => format!("des {rest}"),
        _ => of_name(name),
    }
}

/// `des Hauts-de-Seine`, `de l’Ain`, `de La Réunion`.
pub fn of_departement(departement: &Departement) -> String {
    match departement.article {
        Some("les") => format!("des {}", departement.name),
        Some("la") => format!("de la {}", departement.name),
        Some("le") => format!("du {}", departement.name),
        Some(_) => format!("de l’{}", departement.name),
        None => of_name(&departement.name),
    }
}

fn of_name(name: &str) -> String {
    let vowel = maille_territory::fold(name).starts_with(['a', 'e', 'i', 'o', 'u', 'y', 'h']);
    if vowel { format!("d’{name}") } else { format!("de {name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_places_take_their_article() {
        for (code, said) in [
            ("92007", "de Bagneux"),
            ("76351", "du Havre"),
            ("92002", "d’Antony"),
            ("91692", "des Ulis"),
            ("75115", "de Paris 15e"),
        ] {
            assert_eq!(of_commune(france().commune(code).unwrap()), said);
        }
        for (code, said) in [("92", "des Hauts-de-Seine"), ("01", "de l’Ain"), ("31", "de la Haute-Garonne")]
        {
            assert_eq!(of_departement(france().departement(code).unwrap()), said);
        }
    }

    #[test]
    fn sites_stay_near_their_commune() {
        let bagneux = france().commune("92007").unwrap();
        for number in 0..100 {
            let km = scattered(bagneux, &mut Dice::of(1, number)).distance_km(bagneux.point);
            assert!(km < 3.1, "{km}");
        }
    }

    #[test]
    fn neighbours_are_the_nearest() {
        let places = Places::new();
        let around = places.around(france().commune("92007").unwrap(), 4);
        let names: Vec<&str> = around.iter().map(|commune| &*commune.name).collect();
        assert!(names.contains(&"Bagneux") && names.len() == 4, "{names:?}");
    }
}
