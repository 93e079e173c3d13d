//! `zone_eligibilite`: communes, départements, EPCI or the whole country, by code, each a part of the coverage.

use maille_territory::france;

use crate::excel::with_its_zero;

const EXPECTED: &str = "le code d’une commune (5 caractères), d’un département (2 ou 3) ou d’un EPCI (9 chiffres), ou « france »";
/// Overseas départements as FINESS writes them, and their codes.
const OVERSEAS: [(&str, &str); 5] =
    [("9A", "971"), ("9B", "972"), ("9C", "973"), ("9D", "974"), ("9F", "976")];

/// The part of a coverage that a code is, as its field writes it.
///
/// # Errors
/// What was expected, in French.
pub(super) fn zone(code: &str) -> Result<String, String> {
    let code = code.to_ascii_uppercase();
    if code == "FRANCE" || code == "99100" {
        return Ok("national".to_owned());
    }
    let overseas = OVERSEAS.iter().find(|(written, _)| *written == code).map(|(_, code)| *code);
    let departement = with_its_zero(&code, 2).unwrap_or_else(|| overseas.unwrap_or(&code).to_owned());
    if france().departement(&departement).is_some() {
        return Ok(format!("departement:{departement}"));
    }
    if france().epci(&code).is_some() {
        return Ok(format!("epci:{code}"));
    }
    let commune = with_its_zero(&code, 5).unwrap_or(code);
    if let Some(commune) = france().current_commune(&commune) {
        return Ok(format!("commune:{}", commune.code));
    }
    let postal =
        if france().communes_of_postal_code(&commune).is_empty() { "" } else { ", pas un code postal" };
    Err(format!("{EXPECTED}{postal}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_is_told_by_its_code() {
        for (code, expected) in [
            ("59350", "commune:59350"),
            ("1004", "commune:01004"),
            ("2a004", "commune:2A004"),
            ("93059", "commune:93066"),
            ("75056", "commune:75056"),
            ("59", "departement:59"),
            ("1", "departement:01"),
            ("2B", "departement:2B"),
            ("974", "departement:974"),
            ("9D", "departement:974"),
            ("200054781", "epci:200054781"),
            ("france", "national"),
            ("99100", "national"),
        ] {
            assert_eq!(zone(code).as_deref(), Ok(expected), "{code}");
        }
        for code in ["99109", "59999", "999999999", "Lille", "0", "é"] {
            assert!(!zone(code).unwrap_err().contains("postal"), "{code}");
        }
        assert!(zone("92140").unwrap_err().ends_with("pas un code postal"));
    }
}
