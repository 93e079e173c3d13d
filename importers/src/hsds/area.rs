//! Service areas: those that name a place of the COG are coverage.

use std::str::FromStr;

use maille_domain::Coverage;
use serde_json::Value;

use crate::json::text;

/// Levels of the COG, as the addresses of INSEE and our own parts of a coverage name them.
const LEVELS: [(&str, &str); 7] = [
    ("commune", "commune"),
    ("departement", "departement"),
    ("region", "region"),
    ("epci", "epci"),
    ("intercommunalite", "epci"),
    ("radius", "radius"),
    ("territory", "territory"),
];

/// The part of a coverage that an area names, by its extent, its address or its name.
///
/// # Errors
/// What names a place as the COG does, and no place of the COG.
pub(super) fn coverage(area: &Value) -> Result<Option<Coverage>, String> {
    let mut wrong = None;
    for key in ["extent", "uri", "name"] {
        let said = text(&area[key]);
        match part(&said) {
            Some(Ok(coverage)) => return Ok(Some(coverage)),
            Some(Err(())) => wrong = wrong.or_else(|| Some(said.into_owned())),
            None => {}
        }
    }
    wrong.map_or(Ok(None), Err)
}

/// `commune:92007`, `http://id.insee.fr/geo/commune/92007`, `urn:…:commune:92007`, `national`; nothing where none is named.
fn part(text: &str) -> Option<Result<Coverage, ()>> {
    let text = text.trim().trim_end_matches('/');
    if text.eq_ignore_ascii_case("national") {
        return Some(Ok(Coverage::National));
    }
    let mut words = text.rsplit(['/', ':']);
    let (code, level) = (words.next()?, words.next()?);
    if code.is_empty() || text.contains(char::is_whitespace) {
        return None;
    }
    let (_, level) = LEVELS.iter().find(|(name, _)| level.eq_ignore_ascii_case(name))?;
    Some(Coverage::from_str(&format!("{level}:{code}")).map_err(|_| ()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn areas_of_the_cog_are_coverage() {
        for (area, expected) in [
            (json!({ "uri": "http://id.insee.fr/geo/commune/92007" }), Ok(Some("commune:92007"))),
            (json!({ "uri": "http://id.insee.fr/geo/departement/2A/" }), Ok(Some("departement:2A"))),
            (
                json!({ "uri": "http://id.insee.fr/geo/intercommunalite/200054781" }),
                Ok(Some("epci:200054781")),
            ),
            (
                json!({ "extent": "region:11", "extent_type": "text", "uri": "http://example.com" }),
                Ok(Some("region:11")),
            ),
            (json!({ "name": "urn:cog:commune:93059" }), Ok(Some("commune:93066"))),
            (json!({ "name": "national" }), Ok(Some("national"))),
            (
                json!({ "name": "Le sud de la région : Bagneux et autour", "uri": "http://example.com" }),
                Ok(None),
            ),
            (
                json!({ "uri": "http://id.insee.fr/geo/commune/99999" }),
                Err("http://id.insee.fr/geo/commune/99999"),
            ),
            (json!({ "extent": { "type": "Polygon" } }), Ok(None)),
        ] {
            let found = coverage(&area);
            let found = found.as_ref().map(|part| part.as_ref().map(ToString::to_string));
            assert_eq!(
                found.as_ref().map(Option::as_deref).map_err(|wrong| wrong.as_str()),
                expected,
                "{area}"
            );
        }
    }
}
