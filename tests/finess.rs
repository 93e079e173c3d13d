//! The register of establishments, from its own extracts to a search.

use crate::support::{DataDirectory, counts, shared};

#[test]
fn a_hospital_of_the_register_is_found_in_its_commune() {
    let Some(structures) = shared("finess/etalab-cs1100502-extract-20260512.csv") else { return };
    let Some(points) = shared("finess/etalab-cs1100507-geoloc-extract-2016.csv") else { return };
    let data = DataDirectory::new();
    let import = ["import", "finess", &structures, "--source", "finess", "--json"];
    let report = data.json(&import);
    assert_eq!((counts(&report), &report["skipped"]), ([14, 14, 0, 0, 0, 0], &0.into()));
    let unmapped: Vec<_> =
        report["unmapped"].as_array().unwrap().iter().map(|code| code["code"].as_str().unwrap()).collect();
    assert_eq!(unmapped, ["146", "241", "462", "699"]);
    assert_eq!(counts(&data.json(&import)), [14, 0, 0, 14, 0, 0]);

    // Another extract is another complete file, unless said: it would withdraw the first.
    let import = ["import", "finess", &points, "--source", "finess", "--json"];
    assert_eq!(data.run(&import).status.code(), Some(1));
    let report = data.json(&[&import[..], &["--partial"]].concat());
    assert_eq!((counts(&report), report["unmapped"].as_array().unwrap().len()), ([3, 3, 0, 0, 0, 0], 0));

    let found = data.json(&["search", "centre hospitalier", "--commune", "01451"]);
    let hit = &found["hits"][0];
    assert_eq!(hit["name"], "Centre Hospitalier de Bourg-en-Bresse Fleyriat", "{found}");
    assert_eq!((&hit["commune"], &hit["category"]), (&"01451".into(), &"hopital".into()));
    // The register says where an establishment is, not whom it serves.
    assert_eq!((&hit["serves"], &hit["coverage"]["level"]), (&"unknown".into(), &"unknown".into()));
    let found = data.json(&["search", "pharmacie", "--commune", "01004"]);
    assert_eq!(found["total"], 3);
    assert!(found["hits"][0]["distance_km"].as_f64().unwrap() < 3.0, "{found}");
}
