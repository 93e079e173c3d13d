//! The communes that a cell names.

use maille_territory::{Commune, france};

use crate::commune::{Hints, Settled, is_name_of, settle};

/// The communes of a cell, apart by `|`, or by `;`, line ends and commas.
pub(super) fn parts(cell: &str) -> Vec<&str> {
    let apart: &[char] = if cell.contains('|') { &['|'] } else { &[',', ';', '\n'] };
    cell.split(apart).map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// The commune of a code or a name; the postal code may stand with the name: `92220 Bagneux`, `Bagneux (92220)`, and so may the
/// code, `92007 Bagneux`, or the département, `Saint-Denis (93)`.
///
/// # Errors
/// What was expected, in French.
pub(super) fn commune(part: &str, postal_code: Option<&str>) -> Result<Settled, String> {
    if let Some((code, name)) = part.split_once([' ', '\u{a0}']) {
        let name = name.trim_start_matches(|c: char| c == '-' || c == '–' || c == ':' || c.is_whitespace());
        if is_code(code) && !name.is_empty() {
            let coded = france().current_commune(&code.to_ascii_uppercase());
            if coded.is_some_and(|commune: &Commune| is_name_of(commune, name)) {
                return settle(code, &Hints::default());
            }
            return settle(name, &hints(Some(code)));
        }
    }
    if let Some((name, inside)) = part.strip_suffix(')').and_then(|part| part.rsplit_once('(')) {
        let (name, inside) = (name.trim(), inside.trim());
        if is_code(inside) {
            let coded = france().current_commune(&inside.to_ascii_uppercase());
            if coded.is_some_and(|commune: &Commune| is_name_of(commune, name)) {
                return settle(inside, &Hints::default());
            }
            return settle(name, &hints(Some(inside)));
        }
        if france().departement(&inside.to_ascii_uppercase()).is_some() {
            // Postal codes begin as their département does; those of Corsica with 20.
            let digits: String = inside.chars().map(|c| if c.is_ascii_digit() { c } else { '0' }).collect();
            return settle(name, &hints(Some(&format!("{digits:0<5}"))));
        }
    }
    settle(part, &hints(postal_code))
}

fn hints(postal_code: Option<&str>) -> Hints<'_> {
    Hints { postal_code, ..Hints::default() }
}

fn is_code(text: &str) -> bool {
    text.len() == 5
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && text.bytes().filter(u8::is_ascii_digit).count() >= 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commune_may_come_with_its_postal_code() {
        for (part, postal_code, code) in [
            ("92007", None, "92007"),
            ("Clamart", None, "92023"),
            ("Bagneux", Some("92220"), "92007"),
            ("92220 Bagneux", None, "92007"),
            ("92007 - Bagneux", None, "92007"),
            ("Bagneux (92220)", None, "92007"),
            ("Bagneux (92007)", None, "92007"),
            ("Saint-Denis (93)", None, "93066"),
            ("Saint-Denis (974)", None, "97411"),
            ("93059", None, "93066"),
        ] {
            let found = commune(part, postal_code).unwrap_or_else(|expected| panic!("{part}: {expected}"));
            assert_eq!(&*found.commune.code, code, "{part}");
        }
        for part in ["Bagneux", "99999", "Trifouilly-les-Oies", "Bagneux (lot)", "", "12345 "] {
            assert!(commune(part, None).is_err(), "{part}");
        }
    }

    #[test]
    fn lists_are_cut() {
        assert_eq!(parts("92007 | Saint-Denis, La Réunion |"), ["92007", "Saint-Denis, La Réunion"]);
        assert_eq!(parts("Bagneux, Clamart;92049\nMontrouge"), ["Bagneux", "Clamart", "92049", "Montrouge"]);
    }
}
