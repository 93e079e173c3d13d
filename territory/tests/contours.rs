//! Points, outlines and distances.

use geo::{Area, BoundingRect, Contains, Coord};
use maille_territory::{CommuneKind, PlaceKind, Zone, france};
use proptest::prelude::*;

fn code_at(lat: f64, lon: f64) -> Option<&'static str> {
    france().commune_at(lat, lon).map(|commune| &*commune.code)
}

#[test]
fn a_point_gives_its_commune() {
    for (lat, lon, code, what) in [
        (48.798_5, 2.304_4, "92007", "town hall of Bagneux"),
        (48.841_4, 2.300_3, "75115", "town hall of the 15th arrondissement of Paris"),
        (48.858_4, 2.294_5, "75107", "Eiffel tower"),
        (45.767_5, 4.833_5, "69381", "town hall of the 1st arrondissement of Lyon"),
        (43.295_5, 5.374_5, "13201", "Canebière, Marseille"),
        (43.604_5, 1.444_0, "31555", "Capitole, Toulouse"),
        (41.926_5, 8.737_0, "2A004", "Ajaccio"),
        (16.243_0, -61.533_0, "97120", "Pointe-à-Pitre"),
        (14.604_0, -61.069_0, "97209", "Fort-de-France"),
        (4.930_0, -52.320_0, "97302", "Cayenne"),
        (-20.879_0, 55.448_6, "97411", "Saint-Denis of La Réunion"),
        (-12.780_0, 45.230_0, "97611", "Mamoudzou"),
        (17.896_0, -62.850_0, "97701", "Saint-Barthélemy, by the nearest point"),
        (-22.270_0, 166.440_0, "98818", "Nouméa, by the nearest point"),
    ] {
        assert_eq!(code_at(lat, lon), Some(code), "{what}");
    }
}

#[test]
fn a_point_outside_france_gives_nothing() {
    for (lat, lon, what) in [
        (51.507, -0.128, "London"),
        (46.204, 6.143, "Geneva"),
        (50.847, 4.352, "Brussels"),
        (46.0, -6.0, "the ocean"),
        (0.0, 0.0, "the point of empty coordinates"),
        (2.35, 48.85, "Paris with its axes swapped"),
        (f64::NAN, 2.0, "no number"),
        (48.0, f64::INFINITY, "no end"),
        (948.0, 2.0, "no latitude"),
    ] {
        assert_eq!(code_at(lat, lon), None, "{what}");
    }
}

#[test]
fn the_centre_of_a_commune_is_in_it() {
    let communes = france().communes().iter().filter(|commune| commune.zone != Zone::OverseasCollectivity);
    // One in seventeen and every arrondissement: all of them takes too long without optimisation.
    for (rank, commune) in communes.enumerate() {
        if rank % 17 != 0 && commune.kind == CommuneKind::Commune {
            continue;
        }
        let found = france().commune_at(commune.centre.lat, commune.centre.lon);
        let found = found.map(|found| (&*found.code, found.parent.as_deref()));
        let is_it =
            found.is_some_and(|(code, parent)| code == &*commune.code || parent == Some(&commune.code));
        assert!(is_it, "{} {}: {found:?}", commune.code, commune.name);
    }
}

#[test]
fn every_commune_with_a_contour_has_an_outline_around_its_centre() {
    for commune in france().communes().iter().step_by(101) {
        let outline = france().outline(&commune.code);
        assert_eq!(outline.is_some(), commune.zone != Zone::OverseasCollectivity, "{}", commune.code);
        if let Some(outline) = outline {
            let centre = Coord { x: commune.centre.lon, y: commune.centre.lat };
            assert!(outline.contains(&centre), "{} {}", commune.code, commune.name);
        }
    }
}

#[test]
fn an_outline_is_closed_and_in_degrees() {
    let outline = france().outline("75115").expect("the 15th arrondissement has a contour");
    let bounds = outline.bounding_rect().expect("an outline has points");
    assert!(bounds.min().x > 2.2 && bounds.max().x < 2.4 && bounds.min().y > 48.8 && bounds.max().y < 48.9);
    assert!(outline.iter().all(|polygon| polygon.exterior().is_closed()));
    assert!(france().outline("00000").is_none());
}

/// Twice the surface inside rings, holes taken away, whatever way they turn: a hole turns the other way.
fn surface(rings: &[geo::LineString<f64>]) -> f64 {
    rings
        .iter()
        .map(|ring| {
            ring.lines().map(|line| line.start.x * line.end.y - line.end.x * line.start.y).sum::<f64>()
        })
        .sum::<f64>()
        .abs()
        / 2.0
}

fn codes_of(kind: PlaceKind, code: &str) -> Vec<&'static str> {
    france().communes_of(kind, code).iter().map(|commune| &*commune.code).collect()
}

#[test]
fn the_border_of_a_commune_is_its_outline() {
    for code in ["92007", "31555", "75056", "75115", "97411", "2A004", "56009"] {
        let rings = france().mesh([[code]]).rings(|_| true);
        let outline = france().outline(code).expect("it has a contour");
        assert!(rings.iter().all(|ring| ring.is_closed() && ring.0.len() > 3), "{code}");
        assert_eq!(
            rings.len(),
            outline.iter().map(|polygon| 1 + polygon.interiors().len()).sum::<usize>(),
            "{code}"
        );
        assert!((surface(&rings) - outline.unsigned_area()).abs() < 1e-9, "{code}");
    }
}

#[test]
fn a_dissolved_border_holds_what_its_communes_hold() {
    for (kind, code) in [
        (PlaceKind::Departement, "92"),
        (PlaceKind::Departement, "31"),
        (PlaceKind::Departement, "29"),
        (PlaceKind::Departement, "971"),
        (PlaceKind::Epci, "243100518"),
        (PlaceKind::Commune, "75056"),
    ] {
        let codes = codes_of(kind, code);
        let rings = france().mesh([codes.clone()]).rings(|_| true);
        assert!(rings.iter().all(geo::LineString::is_closed), "{code}");
        let sum: f64 = codes
            .iter()
            .filter_map(|code| france().outline(code))
            .map(|outline| outline.unsigned_area())
            .sum();
        assert!((surface(&rings) - sum).abs() < 1e-9, "{code}: {} and {sum}", surface(&rings));
    }
}

#[test]
fn neighbours_still_meet_once_simplified() {
    let codes = codes_of(PlaceKind::Departement, "31");
    let mesh = france().mesh(codes.iter().map(|code| [*code])).simplified(0.01);
    let all = surface(&mesh.rings(|_| true));
    let one_by_one: f64 = (0..codes.len()).map(|area| surface(&mesh.rings(|other| other == area))).sum();
    assert!((all - one_by_one).abs() < 1e-9);
    // Each border is one line: between two communes, or around them all.
    let inside = mesh.lines(|one, other| one.is_some() && other.is_some()).count();
    let around = mesh.lines(|one, other| one.is_none() != other.is_none()).count();
    assert_eq!(mesh.lines(|_, _| true).count(), inside + around);
    assert!(inside > around && around > 0);
}

#[test]
fn any_set_of_communes_has_closed_borders() {
    let all = codes_of(PlaceKind::Departement, "29");
    let mesh = france().mesh(all.iter().map(|code| [*code]));
    proptest!(ProptestConfig::with_cases(64), |(chosen in prop::collection::vec(prop::bool::weighted(0.3), all.len()))| {
        let rings = mesh.rings(|area| chosen[area]);
        prop_assert!(rings.iter().all(geo::LineString::is_closed));
        let sum: f64 = all.iter().zip(&chosen).filter(|(_, chosen)| **chosen)
            .filter_map(|(code, _)| france().outline(code)).map(|outline| outline.unsigned_area()).sum();
        prop_assert!((surface(&rings) - sum).abs() < 1e-9);
    });
}

#[test]
fn departements_are_made_once() {
    let mesh = france().departement_mesh();
    let finistere = france().departements().iter().position(|departement| &*departement.code == "29");
    let rings = mesh.rings(|area| Some(area) == finistere);
    let exact = surface(&france().mesh([codes_of(PlaceKind::Departement, "29")]).rings(|_| true));
    assert!((surface(&rings) / exact - 1.0).abs() < 0.01);
    assert!(mesh.rings(|_| true).len() > 20, "islands are kept");
    assert!(france().mesh([["98818"]]).rings(|_| true).is_empty(), "no contour there");
}

#[test]
fn communes_are_found_around_a_window() {
    let (south_west, north_east) = france().bounds(["92007"]).expect("it has a contour");
    assert!(
        south_west.lat < 48.798
            && 48.798 < north_east.lat
            && south_west.lon < 2.309
            && 2.309 < north_east.lon
    );
    let around: Vec<&str> =
        france().communes_around(south_west, north_east).iter().map(|commune| &*commune.code).collect();
    for code in ["92007", "92032", "92020", "92049", "92071", "94003"] {
        assert!(around.contains(&code), "{code} in {around:?}");
    }
    assert!(around.len() < 20 && france().bounds(["98818"]).is_none());
}
