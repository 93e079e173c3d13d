//! Where a person lives, in words.

use maille_domain::call::Home;
use maille_territory::{PlaceKind, france};

use crate::parameters::place_label;

/// `Bagneux (92)`; the code of a commune that is no more.
pub fn words(home: &Home) -> String {
    match home {
        Home::Homeless => "Sans domicile".to_owned(),
        Home::Unknown => "Lieu inconnu".to_owned(),
        Home::Commune(code) => {
            france().place(PlaceKind::Commune, code).map_or_else(|| code.clone(), |place| place_label(&place))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_is_said_with_its_departement() {
        let said = ["92007", "75114", "99999", "sans-domicile", "inconnu"];
        let said = said.map(|code| words(&Home::kept(code.to_owned())));
        assert_eq!(said[0], "Bagneux (92)");
        assert!(said[1].starts_with("Paris 14e"), "{}", said[1]);
        assert_eq!(said[2..], ["99999", "Sans domicile", "Lieu inconnu"]);
    }
}
