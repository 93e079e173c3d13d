//! Coverages inside French sentences, and numbers.

use maille_domain::Coverage;
use maille_territory::{PlaceKind, france};

use crate::territories::Territories;

/// The name of a part of a coverage: plain (`Hauts-de-Seine`), and as it follows "Couvre" (`les Hauts-de-Seine`).
pub fn coverage(part: &Coverage, territories: &Territories) -> (String, String) {
    let place = |kind: PlaceKind, code: &str| match france().place(kind, code) {
        Some(place) => {
            let said = place.with_article();
            (place.name, said)
        }
        None => (code.to_owned(), code.to_owned()),
    };
    match part {
        Coverage::Commune(code) => place(PlaceKind::Commune, code),
        Coverage::Epci(code) => place(PlaceKind::Epci, code),
        Coverage::Departement(code) => place(PlaceKind::Departement, code),
        Coverage::Region(code) => place(PlaceKind::Region, code),
        Coverage::National => ("France entière".to_owned(), "toute la France".to_owned()),
        Coverage::Radius(km) => {
            let km = number(*km);
            (format!("{km} km autour du site"), format!("{km} km autour de son site"))
        }
        Coverage::Territory(code) => {
            let name = territories.get(code).map_or(code.as_str(), |territory| territory.name.as_str());
            (name.to_owned(), format!("le territoire « {name} »"))
        }
    }
}

/// One decimal, with a comma, when it is not whole.
pub fn number(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0;
    if rounded.fract() == 0.0 { format!("{rounded:.0}") } else { format!("{rounded:.1}").replace('.', ",") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_commas() {
        assert_eq!(number(4.23), "4,2");
        assert_eq!(number(15.0), "15");
    }
}
