//! Points, outlines and distances.

use geo::{BoundingRect, Contains, Coord};
use maille_territory::{CommuneKind, Zone, france};

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
