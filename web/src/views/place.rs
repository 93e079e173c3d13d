//! A place to choose among several.

use maille_territory::{Place, PlaceKind, france};

use super::Choice;
use crate::french;
use crate::parameters::place_label;

/// A place, with what tells it from those of the same name.
pub fn choice(place: &Place, href: String) -> Choice {
    let (kind, is_commune) = match place.kind {
        PlaceKind::Commune | PlaceKind::Arrondissement => (None, true),
        PlaceKind::Departement => (Some("département"), false),
        PlaceKind::Region => (Some("région"), false),
        PlaceKind::Epci => (Some("intercommunalité"), false),
        PlaceKind::Territory => (Some("territoire de coordination"), false),
    };
    let departement = place.departement.as_deref().filter(|_| is_commune);
    let departement = departement.and_then(|code| france().departement(code));
    let people =
        (place.population > 0).then(|| french::counted(u64::from(place.population), "habitant", "habitants"));
    let matched = place.matched.as_ref().map(|matched| format!("répond à «\u{202f}{matched}\u{202f}»"));
    let detail: Vec<String> = [
        matched,
        kind.map(str::to_owned),
        departement.map(|departement| departement.name.to_string()),
        people,
    ]
    .into_iter()
    .flatten()
    .collect();
    Choice { href, label: place_label(place), detail: (!detail.is_empty()).then(|| detail.join(", ")) }
}
