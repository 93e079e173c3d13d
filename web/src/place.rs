//! Which commune a text means, where an address or a link needs exactly one.

use maille_index::Node;
use maille_territory::{Place, PlaceKind, france};

/// The commune that a COG code, a postal code or a name means.
#[derive(Debug, Clone, PartialEq)]
pub enum CommuneMeant {
    /// This one.
    One(Place),
    /// No clear leader.
    Several,
    /// None.
    Unknown,
}

/// The commune that `text` means; of a postal code shared by several, the most populous.
pub fn commune_meant(node: &Node, text: &str) -> CommuneMeant {
    let text = text.trim();
    if let Some(commune) = france().current_commune(text) {
        let place = france().place(PlaceKind::Commune, &commune.code);
        return place.map_or(CommuneMeant::Unknown, CommuneMeant::One);
    }
    let found = node.places(text, 10);
    let postal_code = text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut communes = found
        .places
        .into_iter()
        .filter(|place| matches!(place.kind, PlaceKind::Commune | PlaceKind::Arrondissement));
    match communes.next() {
        None => CommuneMeant::Unknown,
        Some(_) if found.ambiguous && !postal_code => CommuneMeant::Several,
        Some(place) => CommuneMeant::One(place),
    }
}
