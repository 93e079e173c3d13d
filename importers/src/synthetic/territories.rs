//! Invented coordination territories over real communes: a DAC for each département, a CPTS for each large EPCI.

use maille_domain::Territory;
use maille_territory::{Commune, Departement, Epci, PlaceKind, france};

/// Inhabitants of an EPCI that has a CPTS.
const OF_A_CPTS: u32 = 60_000;

/// Every territory, by code.
pub fn territories() -> Vec<Territory> {
    let dac = |departement: &Departement| Territory {
        code: dac(&departement.code),
        kind: "dac".to_owned(),
        name: format!("DAC {} (synthétique)", departement.name),
        communes: codes(&france().communes_of(PlaceKind::Departement, &departement.code)),
    };
    let cpts = |epci: &Epci| Territory {
        code: cpts(&epci.code),
        kind: "cpts".to_owned(),
        name: format!("CPTS {} (synthétique)", epci.name),
        communes: codes(&france().communes_of(PlaceKind::Epci, &epci.code)),
    };
    let mut territories: Vec<Territory> = france()
        .departements()
        .iter()
        .map(dac)
        .chain(france().epcis().iter().filter(|epci| has_cpts(epci)).map(cpts))
        .filter(|territory| !territory.communes.is_empty())
        .collect();
    territories.sort_unstable_by(|a, b| a.code.cmp(&b.code));
    territories
}

/// The codes of the territories of a commune: its DAC, then its CPTS if it has one.
pub fn of_commune(commune: &Commune) -> Vec<String> {
    let epci = commune.ept.as_deref().or(commune.epci.as_deref()).and_then(|code| france().epci(code));
    let cpts = epci.filter(|epci| has_cpts(epci)).map(|epci| cpts(&epci.code));
    [dac(&commune.departement)].into_iter().chain(cpts).collect()
}

fn has_cpts(epci: &Epci) -> bool {
    epci.population >= OF_A_CPTS
}

fn dac(departement: &str) -> String {
    format!("synthetique-dac-{}", departement.to_lowercase())
}

fn cpts(epci: &str) -> String {
    format!("synthetique-cpts-{epci}")
}

fn codes(communes: &[&Commune]) -> Vec<String> {
    let mut codes: Vec<String> = communes.iter().map(|commune| commune.code.to_string()).collect();
    codes.sort_unstable();
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_hundred_territories_hold_every_commune() {
        let territories = territories();
        assert!((200..600).contains(&territories.len()), "{}", territories.len());
        for code in ["92007", "31555", "2A004", "97411"] {
            let commune = france().commune(code).unwrap();
            for territory in of_commune(commune) {
                let found = territories.iter().find(|known| known.code == territory).unwrap();
                assert!(found.communes.iter().any(|held| held == code), "{territory}");
            }
        }
    }
}
