//! Which commune a cell names, with what else its record says of the place, each checked against the others.

use geo::{Closest, HaversineClosestPoint};
use maille_domain::coverage::Coverage;
use maille_territory::{Commune, Place, PlaceKind, Point, fold, france};

/// Homonyms looked at: no name has more.
const MOST_CANDIDATES: usize = 100;
/// Candidates named in a message.
const MOST_NAMED: usize = 8;
/// Communes of a postal code named in a message.
const MOST_SERVED: usize = 3;
/// Beyond this distance of its town hall, a point says nothing for a commune that does not contain it.
const NEAR_KM: f64 = 20.0;
/// How far outside its commune a point may be without a word: contours are simplified, borders run through streets.
const TOLERATED_KM: f64 = 2.0;
/// The same from the town hall of a commune without contour (overseas collectivities).
const TOLERATED_FROM_TOWN_HALL_KM: f64 = 20.0;

/// What settles a homonym, in this order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hints<'a> {
    /// Postal code of the row.
    pub postal_code: Option<&'a str>,
    /// Coordinates of the row.
    pub point: Option<Point>,
    /// Coverage of the row.
    pub coverage: &'a [Coverage],
}

/// The commune of a cell, and what the facilitator should know of the reading.
#[derive(Debug, Clone)]
pub(crate) struct Settled {
    /// The commune, current.
    pub commune: &'static Commune,
    /// What was expected instead of a former code or name.
    pub remark: Option<String>,
}

/// The commune of a COG code or a name.
///
/// # Errors
/// What was expected, in French.
pub(crate) fn settle(cell: &str, hints: &Hints) -> Result<Settled, String> {
    let code = cell.to_ascii_uppercase();
    if let Some(commune) = france().current_commune(&code) {
        let remark = (*commune.code != *code).then(|| current(commune));
        return Ok(Settled { commune, remark });
    }
    if code.bytes().any(|c| c.is_ascii_digit()) && !code.contains(' ') {
        let expected = postal_code_is(&code);
        return Err(
            expected.unwrap_or_else(|| format!("un code COG de 2026 ou un nom de commune{}", padded(&code)))
        );
    }
    if let Some(commune) = hints.postal_code.and_then(|postal_code| named_at(postal_code, cell)) {
        return Ok(Settled { commune, remark: None });
    }
    let found = france().find(cell, MOST_CANDIDATES);
    let communes = || found.places.iter().filter(|place| is_commune(place));
    let named: Vec<&Place> = communes().filter(|place| is_named(place, cell)).collect();
    let candidates: Vec<&'static Commune> =
        named.iter().filter_map(|place| france().commune(&place.code)).collect();
    let commune = match candidates[..] {
        [] => {
            let near: Vec<_> = communes().filter_map(|place| france().commune(&place.code)).collect();
            let near = if near.is_empty() { String::new() } else { format!(" ; proches : {}", names(&near)) };
            return Err(format!("un code COG de 2026 ou un nom de commune{near}"));
        }
        [one] => one,
        _ => settled_by(&candidates, hints)
            .or_else(|| only_current(&named).filter(|_| !found.ambiguous))
            .ok_or_else(|| {
                format!("le code COG, ou un code postal, pour choisir entre {}", names(&candidates))
            })?,
    };
    let former =
        named.iter().find(|place| *place.code == *commune.code).and_then(|place| place.matched.as_ref());
    Ok(Settled { commune, remark: former.filter(|_| !same(&commune.name, cell)).map(|_| current(commune)) })
}

/// The one commune of a postal code that bears a name, or whose name begins with its words: what most addresses say, found
/// without a search among all names. A city with the postal code of an arrondissement is that arrondissement.
fn named_at(postal_code: &str, name: &str) -> Option<&'static Commune> {
    let served = france().communes_of_postal_code(postal_code);
    let words = bare(name);
    let begins = |commune: &Commune| {
        let rest = bare(&commune.name).strip_prefix(&words).map(|rest| rest.starts_with(' '));
        !words.is_empty() && rest == Some(true)
    };
    let only = |named: &dyn Fn(&Commune) -> bool| {
        let mut named = served.iter().copied().filter(|commune| named(commune));
        let (one, other) = (named.next()?, named.next());
        if other.is_none() { Some(one) } else { None }
    };
    only(&|commune| same(&commune.name, name)).or_else(|| only(&begins))
}

/// What was expected instead of a postal code that stands where the code of a commune is due.
fn postal_code_is(code: &str) -> Option<String> {
    let served = france().communes_of_postal_code(code);
    let named: Vec<String> = served
        .iter()
        .take(MOST_SERVED)
        .map(|commune| format!("{}, {}", commune.name, commune.code))
        .collect();
    let more = if served.len() > MOST_SERVED { "…" } else { "" };
    let named = named.join(" ; ");
    (!served.is_empty())
        .then(|| format!("un code COG, pas un code postal ({code} est celui de {named}{more})"))
}

/// Whether a postal code is one of the commune, or of its city or arrondissements. A code of CEDEX, in no table, is
/// judged by its département.
fn is_postal_code_of(postal_code: &str, commune: &Commune) -> bool {
    let served = france().communes_of_postal_code(postal_code);
    if served.is_empty() {
        return in_departement(postal_code, commune);
    }
    served.iter().any(|one| {
        one.code == commune.code
            || one.parent.as_deref() == Some(&commune.code)
            || commune.parent.as_deref() == Some(&one.code)
    })
}

/// What was expected instead of a postal code that is not the commune's.
pub(crate) fn postal_code_expected(postal_code: &str, commune: &Commune) -> Option<String> {
    let known = || format!("un code postal de {} : {}", commune.name, commune.postal_codes.join(", "));
    (!is_postal_code_of(postal_code, commune)).then(known)
}

/// What was expected instead of a point that is outside its commune by more than imprecision.
pub(crate) fn point_expected(commune: &Commune, point: Point) -> Option<String> {
    let km = km_outside(commune, point)?;
    Some(format!("un point de la commune ({}) ; il en est à {km:.0} km", commune.name))
}

/// How far a point is outside a commune, when that is more than imprecision.
fn km_outside(commune: &Commune, point: Point) -> Option<f64> {
    let here = france().commune_at(point.lat, point.lon)?;
    let inside = here.code == commune.code
        || here.parent.as_deref() == Some(&commune.code)
        || commune.parent.as_deref() == Some(&here.code);
    if inside {
        return None;
    }
    let (km, tolerated) = match france().outline(&commune.code) {
        Some(outline) => {
            let asked = geo::Point::new(point.lon, point.lat);
            let km = match outline.haversine_closest_point(&asked) {
                Closest::Intersection(_) | Closest::Indeterminate => 0.0,
                Closest::SinglePoint(near) => point.distance_km(Point { lat: near.y(), lon: near.x() }),
            };
            (km, TOLERATED_KM)
        }
        None => (commune.point.distance_km(point), TOLERATED_FROM_TOWN_HALL_KM),
    };
    (km > tolerated).then_some(km)
}

fn settled_by(candidates: &[&'static Commune], hints: &Hints) -> Option<&'static Commune> {
    let by_postal_code =
        |commune: &Commune| hints.postal_code.is_some_and(|code| is_postal_code_of(code, commune));
    let by_departement =
        |commune: &Commune| hints.postal_code.is_some_and(|code| in_departement(code, commune));
    let here = hints.point.and_then(|point| france().commune_at(point.lat, point.lon));
    let by_contour = |commune: &Commune| {
        here.is_some_and(|here| here.code == commune.code || here.parent.as_deref() == Some(&commune.code))
    };
    let by_distance =
        |commune: &Commune| hints.point.is_some_and(|point| commune.point.distance_km(point) <= NEAR_KM);
    let by_coverage = |commune: &Commune| hints.coverage.iter().any(|part| covers(part, commune));
    let rules: [&dyn Fn(&Commune) -> bool; 5] =
        [&by_postal_code, &by_departement, &by_contour, &by_distance, &by_coverage];
    let mut left = candidates.to_vec();
    for rule in rules {
        let kept: Vec<_> = left.iter().copied().filter(|commune| rule(commune)).collect();
        match kept[..] {
            [] => {}
            [one] => return Some(one),
            _ => left = kept,
        }
    }
    None
}

fn covers(part: &Coverage, commune: &Commune) -> bool {
    match part {
        Coverage::Commune(code) => *commune.code == **code,
        Coverage::Epci(code) => {
            [&commune.epci, &commune.ept].iter().any(|epci| epci.as_deref() == Some(code))
        }
        Coverage::Departement(code) => *commune.departement == **code,
        Coverage::Region(code) => *commune.region == **code,
        Coverage::National | Coverage::Radius(_) | Coverage::Territory(_) => false,
    }
}

fn in_departement(postal_code: &str, commune: &Commune) -> bool {
    match &*commune.departement {
        "2A" | "2B" => postal_code.starts_with("20"),
        // Saint-Barthélemy and Saint-Martin kept the postal codes of Guadeloupe.
        "977" | "978" => postal_code.starts_with("971"),
        departement => postal_code.starts_with(departement),
    }
}

/// The one commune that bears the name today, when the others bore it once.
fn only_current(named: &[&Place]) -> Option<&'static Commune> {
    let mut current = named.iter().filter(|place| place.matched.is_none());
    let (one, none) = (current.next()?, current.next());
    if none.is_some() { None } else { france().commune(&one.code) }
}

fn is_commune(place: &Place) -> bool {
    matches!(place.kind, PlaceKind::Commune | PlaceKind::Arrondissement)
}

/// Whether the cell is the whole name of the place: an import does not guess, as a search does.
fn is_named(place: &Place, cell: &str) -> bool {
    place.kind == PlaceKind::Arrondissement
        || same(&place.name, cell)
        || place.matched.as_deref().is_some_and(|name| same(name, cell))
}

/// Whether a text is the name of a commune, whatever addresses add to it.
pub(crate) fn is_name_of(commune: &Commune, text: &str) -> bool {
    same(&commune.name, text)
}

fn same(name: &str, cell: &str) -> bool {
    bare(name) == bare(cell)
}

/// A name without what addresses add to it (article, CEDEX, postal code, département in brackets).
fn bare(name: &str) -> String {
    let folded = fold(name.split('(').next().unwrap_or_default());
    let words = folded.split(' ').take_while(|word| *word != "cedex");
    let mut words: Vec<&str> = words.filter(|word| word.len() != 5 || word.parse::<u32>().is_err()).collect();
    if words.len() > 1 && ["l", "la", "las", "le", "les", "los"].contains(&words[0]) {
        words.remove(0);
    }
    words.join(" ")
}

fn current(commune: &Commune) -> String {
    format!("le code ou le nom actuel : {}", name(commune))
}

fn name(commune: &Commune) -> String {
    format!("{} ({})", commune.name, commune.code)
}

fn names(communes: &[&Commune]) -> String {
    let more = if communes.len() > MOST_NAMED { "…" } else { "" };
    communes.iter().take(MOST_NAMED).map(|commune| name(commune)).collect::<Vec<_>>().join(", ") + more
}

/// Spreadsheets eat the zero on the left of a code.
fn padded(code: &str) -> String {
    match france().current_commune(&format!("0{code}")) {
        Some(commune) if code.len() == 4 => format!(" ; peut-être {}", name(commune)),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(cell: &str, hints: &Hints) -> Result<String, String> {
        settle(cell, hints).map(|settled| settled.commune.code.to_string())
    }

    #[test]
    fn names_and_codes_give_the_current_commune() {
        let none = Hints::default();
        for (cell, expected) in [
            ("92023", "92023"),
            ("2a004", "2A004"),
            ("Clamart", "92023"),
            ("CLAMART CEDEX", "92023"),
            ("Havre", "76351"),
            ("le plessis robinson", "92060"),
            ("Paris", "75056"),
            ("Paris 15e", "75115"),
            ("Bagneux (92)", "92007"),
        ] {
            assert_eq!(code(cell, &none).as_deref(), Ok(expected), "{cell}");
        }
        let former = settle("93059", &none).unwrap();
        assert_eq!(&*former.commune.code, "93066");
        assert!(former.remark.unwrap().contains("Saint-Denis (93066)"));
    }

    #[test]
    fn a_name_that_no_commune_bears_is_refused() {
        let none = Hints::default();
        for cell in ["Trifouilly-les-Oies", "99999", "Clamarre", "Hauts-de-Seine", "92"] {
            assert!(code(cell, &none).is_err(), "{cell}");
        }
        assert!(code("1004", &none).unwrap_err().contains("Ambérieu-en-Bugey (01004)"));
    }

    #[test]
    fn a_postal_code_is_told_from_the_code_of_a_commune() {
        let none = Hints::default();
        for (cell, expected) in [
            ("92220", "un code COG, pas un code postal (92220 est celui de Bagneux, 92007)"),
            ("93400", "un code COG, pas un code postal (93400 est celui de Saint-Ouen-sur-Seine, 93070)"),
        ] {
            assert_eq!(code(cell, &none), Err(expected.to_owned()));
        }
        let several = code("18390", &none).unwrap_err();
        assert_eq!((several.matches(" ; ").count(), several.ends_with("…)")), (2, true), "{several}");
    }

    #[test]
    fn the_beginning_of_a_name_is_enough_with_a_postal_code() {
        for (name, postal_code, expected) in [
            ("Saint-Ouen", "93400", Some("93070")),
            ("ST OUEN CEDEX", "93400", Some("93070")),
            ("Paris", "75014", Some("75114")),
            ("PARIS 14", "75014", Some("75114")),
            ("Lyon", "69009", Some("69389")),
            ("Paris", "75000", Some("75056")),
            ("Paris", "92220", Some("75056")),
            ("Saint-Ou", "93400", None),
            ("Ouen", "93400", None),
            ("92", "93400", None),
        ] {
            let found = settle(name, &Hints { postal_code: Some(postal_code), ..Hints::default() });
            let told = found.as_ref().ok().and_then(|settled| settled.remark.as_deref());
            assert_eq!(told, None, "{name}");
            let found = found.map(|settled| settled.commune.code.to_string()).ok();
            assert_eq!(found.as_deref(), expected, "{name} {postal_code}");
        }
    }

    #[test]
    fn homonyms_are_settled_in_order() {
        let none = Hints::default();
        let candidates = code("Bagneux", &none).unwrap_err();
        assert!(
            candidates.contains("Bagneux (92007)") && candidates.contains("Bagneux (51032)"),
            "{candidates}"
        );
        let coverage = [Coverage::Epci("200057966".into())];
        let point = Some(Point { lat: 48.796, lon: 2.31 });
        for hints in [
            Hints { postal_code: Some("92220"), ..none.clone() },
            Hints { postal_code: Some("92227"), ..none.clone() },
            Hints { point, ..none.clone() },
            Hints { coverage: &[Coverage::Departement("92".into())], ..none.clone() },
            Hints { postal_code: Some("92220"), coverage: &coverage, point: None },
        ] {
            assert_eq!(code("Bagneux", &hints).as_deref(), Ok("92007"), "{hints:?}");
        }
        assert_eq!(
            code("Bagneux", &Hints { postal_code: Some("51260"), point, ..none }).as_deref(),
            Ok("51032")
        );
    }

    #[test]
    fn postal_codes_belong_to_communes() {
        let commune = |code| france().commune(code).unwrap();
        for (postal_code, code, belongs) in [
            ("92140", "92023", true),
            ("92141", "92023", true),
            ("92220", "92023", false),
            ("75015", "75056", true),
            ("75000", "75115", true),
            ("20000", "2A004", true),
            ("20303", "2A004", true),
        ] {
            assert_eq!(is_postal_code_of(postal_code, commune(code)), belongs, "{postal_code} {code}");
        }
    }
}
