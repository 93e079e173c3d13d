//! Where a place is, and where a mobile one stops.

use maille_domain::field::Field;
use maille_territory::{Commune, france};
use serde_json::Value;

use super::opening;
use crate::commune::is_name_of;
use crate::draft::{Draft, Said};
use crate::json::{each, text};

/// A position in texts, whichever of their two names its keys have.
struct Position<'a> {
    street: String,
    more: String,
    postal_code: std::borrow::Cow<'a, str>,
    town: std::borrow::Cow<'a, str>,
}

impl<'a> Position<'a> {
    fn of(position: &'a Value) -> Position<'a> {
        let either = |one: &str, other: &str| {
            let text = text(&position[one]);
            if text.is_empty() { crate::json::text(&position[other]) } else { text }
        };
        let (postal_code, town) = (either("postalCode", "codePostal"), either("city", "ville"));
        let street = street(&either("address", "adresse"), &postal_code, &town);
        let more = either("additionalInformation", "complementAdresse").into_owned();
        Position { street, more, postal_code, town }
    }

    fn line(&self) -> String {
        let parts = [&self.street, &self.more].into_iter().filter(|part| !part.is_empty());
        parts.cloned().collect::<Vec<_>>().join(", ")
    }
}

/// Sets the address, the commune and the point; and the stops of a mobile place.
pub(super) fn place(draft: &mut Draft, place: &Value) {
    let said = &place["position"];
    let position = Position::of(said);
    draft.keep(Field::Address, "position.address", &position.line());
    let point = &said["location"]["coordinates"];
    let code = commune_code(&text(&said["cityCode"]), &position.postal_code, &position.town);
    draft.place(Said {
        code: ("position.cityCode", &code),
        town: ("position.city", &position.town),
        postal_code: ("position.postalCode", &position.postal_code),
        lat: ("position.location.coordinates", &text(&point[1])),
        lon: ("position.location.coordinates", &text(&point[0])),
        // What has no street was placed by its town.
        sure: !position.street.is_empty(),
    });
    for stop in each(&place["parcours"]) {
        let position = Position::of(&stop["position"]);
        let town = format!("{} {}", position.postal_code, position.town);
        let hours = opening::in_words(&stop["hours"]);
        let note = text(&stop["description"]);
        let parts = [position.line(), town.trim().to_owned(), hours, note.into_owned()];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        draft.extra("arrêts", &parts.join(", "));
    }
}

/// The code of the commune. In most places the postal code stands in its stead, and says no more than it does beside it:
/// then it is the commune that has this postal code and this name, or the one arrondissement of the city.
fn commune_code(said: &str, postal_code: &str, town: &str) -> String {
    if said != postal_code && france().current_commune(said).is_some() {
        return said.to_owned();
    }
    let served = france().communes_of_postal_code(postal_code);
    let only = |is: &dyn Fn(&Commune) -> bool| {
        let mut found = served.iter().filter(|commune| is(commune));
        found.next().filter(|_| found.next().is_none()).map(|commune| commune.code.to_string())
    };
    let city = |commune: &Commune| commune.parent.as_deref().and_then(|city| france().commune(city));
    only(&|commune| city(commune).is_some_and(|city| is_name_of(city, town)))
        .or_else(|| only(&|commune| is_name_of(commune, town)))
        .unwrap_or_default()
}

/// The street of an address that repeats its town: `7 place de la Victoire, 33000 Bordeaux`.
fn street(address: &str, postal_code: &str, town: &str) -> String {
    let end = if postal_code.is_empty() { town.to_owned() } else { format!("{postal_code} {town}") };
    let country = address.strip_suffix(", France").unwrap_or(address);
    let street = country.strip_suffix(end.trim()).unwrap_or(country);
    street.trim_end_matches([',', ' ']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commune_is_found_by_its_postal_code_and_its_name() {
        for (said, postal_code, town, expected) in [
            ("33063", "33000", "Bordeaux", "33063"),
            ("33000", "33000", "Bordeaux", "33063"),
            ("42170", "42170", "Saint-Just-Saint-Rambert", "42279"),
            ("75003", "75003", "Paris", "75103"),
            ("69002", "69002", "Lyon", "69382"),
            ("", "33000", "Nulle-Part", ""),
            ("33000", "", "Bordeaux", ""),
        ] {
            assert_eq!(commune_code(said, postal_code, town), expected, "{said} {postal_code} {town}");
        }
    }

    #[test]
    fn a_street_has_no_town() {
        for (address, expected) in [
            ("7 place de l’Exemple, 33000 Bordeaux", "7 place de l’Exemple"),
            ("7 place de l’Exemple, 33000 Bordeaux, France", "7 place de l’Exemple"),
            ("33000 Bordeaux", ""),
            ("1399 chemin du Rossignol", "1399 chemin du Rossignol"),
            ("", ""),
        ] {
            assert_eq!(street(address, "33000", "Bordeaux"), expected);
        }
    }
}
