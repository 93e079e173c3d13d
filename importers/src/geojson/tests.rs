//! Whole files, invented.

use serde_json::{Value, json};

use crate::table::ReadError;
use crate::testing::{Taken, file, told};

const POINTS: &str = include_str!("samples/points.geojson");

fn read_all(text: impl AsRef<[u8]>) -> Result<Taken, ReadError> {
    super::read(&file("essai.geojson", text), &mut |_| {}).map(Taken::all)
}

fn read(text: impl AsRef<[u8]>) -> Taken {
    read_all(text).unwrap()
}

fn values(taken: &Taken) -> Vec<Value> {
    let mut values: Vec<_> = taken
        .records
        .iter()
        .map(|record| json!({ "id": record.source_id, "values": record.values }))
        .collect();
    values.sort_by_key(ToString::to_string);
    values
}

#[test]
fn a_feature_that_is_there_twice_is_told() {
    let feature = |name: &str| json!({ "type": "Feature", "id": "a", "properties": { "name": name, "category": "ccas" } });
    let same = read(json!([feature("A"), feature("A")]).to_string());
    let told_of = |taken: &Taken| {
        taken.issues.iter().filter(|issue| issue.expected.contains("chaque identifiant")).count()
    };
    assert_eq!((same.counts(), told_of(&same)), ((1, 0, 0), 0));
    let other = read(json!([feature("A"), feature("B")]).to_string());
    assert_eq!((other.counts(), told_of(&other), &*other.fields("a").name), ((1, 0, 0), 1, "B"));
}

#[test]
fn a_collection_of_everything_is_mapped() {
    let taken = read(POINTS);
    insta::assert_json_snapshot!("mapped", values(&taken));
    insta::assert_snapshot!("issues", told(&taken.issues));
    assert_eq!(taken.counts(), (5, 3, 0));
    assert_eq!(taken.rejected_ids, ["nameless"]);
    assert!(taken.damaged, "a feature without an identifier may be any of them");
    let unmapped: Vec<_> = taken.unmapped.iter().map(|code| (&*code.system, &*code.code)).collect();
    assert_eq!(unmapped, [("GeoJSON", "Genre inventé"), ("OSM", "amenity=clinic")]);
    assert_eq!(taken.records[0].payload["properties"]["hours"], "le matin");
}

#[test]
fn every_shape_gives_the_same_listings() {
    let collection: Value = serde_json::from_str(POINTS).unwrap();
    let features: Vec<_> = collection["features"].as_array().unwrap()[..5].to_vec();
    let expected =
        values(&read(POINTS)).into_iter().filter(|value| value["id"] != "line").collect::<Vec<_>>();
    let lines: String = features.iter().map(|feature| feature.to_string() + "\n").collect();
    let reversed: Vec<_> = features.iter().rev().collect();
    for text in [
        json!({ "type": "FeatureCollection", "features": features }).to_string(),
        json!({ "features": reversed, "type": "FeatureCollection" }).to_string(),
        json!([{ "type": "FeatureCollection", "features": features }]).to_string(),
        json!(features).to_string(),
        lines.clone() + &lines,
        lines,
    ] {
        let taken = read(&text);
        assert_eq!((values(&taken), taken.rejected), (expected.clone(), 1), "{text}");
    }
    let one = read(json!({ "type": "FeatureCollection", "features": features[0] }).to_string());
    assert_eq!((one.counts(), values(&one)), ((1, 0, 0), values(&read(features[0].to_string()))));
}

#[test]
fn territories_are_sent_to_their_own_import() {
    let contour = |properties: Value| json!({ "type": "Feature", "geometry": { "type": "Polygon", "coordinates": [] }, "properties": properties });
    for properties in
        [json!({ "code": "dac-1", "kind": "dac" }), json!({ "code": "92007", "nom": "Bagneux" })]
    {
        let error = read_all(contour(properties).to_string()).unwrap_err().to_string();
        assert!(
            error.contains("des contours de territoires") && error.contains("maille import territories"),
            "{error}"
        );
    }
    let building = contour(json!({ "id": "a", "code": "x", "kind": "y", "name": "Accueil" }));
    assert_eq!(read(building.to_string()).counts(), (1, 0, 0));
}

#[test]
fn coordinates_of_another_system_are_told() {
    let text = json!({ "type": "FeatureCollection", "crs": { "properties": { "name": "urn:ogc:def:crs:EPSG::2154" } },
        "features": [{ "type": "Feature", "id": 1, "geometry": { "type": "Point", "coordinates": [649_000.0, 6_855_000.0] }, "properties": { "name": "A" } }] });
    let taken = read(text.to_string());
    let told = told(&taken.issues);
    assert_eq!((taken.counts(), taken.fields("1").location), ((1, 0, 0), None));
    assert!(told.contains("EPSG::2154") && told.contains("un point en France"), "{told}");
}

#[test]
fn names_of_properties_stay_readable() {
    let properties = json!({ "name": "A", "": "x", "y\n".repeat(200): "z" });
    let feature = json!({ "type": "Feature", "id": 1, "geometry": null, "properties": properties });
    let names: Vec<_> = read(feature.to_string()).fields("1").extra.into_keys().collect();
    assert_eq!((&*names[0], names[1].chars().count()), ("sans nom", 81));
}

#[test]
fn one_point_is_a_point() {
    let text = |geometry: Value| {
        json!({ "type": "Feature", "id": 1, "geometry": geometry, "properties": { "name": "A" } }).to_string()
    };
    let one = read(text(json!({ "type": "MultiPoint", "coordinates": [[2.3106, 48.7964]] })));
    assert!(one.fields("1").location.is_some());
    for geometry in [
        json!({ "type": "MultiPoint", "coordinates": [[2.3, 48.7], [2.4, 48.8]] }),
        json!({ "type": "Point", "coordinates": [2.3] }),
        json!({ "type": "Point", "coordinates": "2.3, 48.7" }),
        json!({ "type": "Point", "coordinates": ["x", {}] }),
        json!({ "type": "GeometryCollection", "geometries": [] }),
    ] {
        let taken = read(text(geometry.clone()));
        assert_eq!(
            (taken.counts(), taken.fields("1").location, taken.issues.len()),
            ((1, 0, 0), None, 1),
            "{geometry}"
        );
    }
}

#[test]
fn what_is_no_geojson_is_named() {
    for (text, found) in [
        ("<html>", "du texte qui n’est pas du JSON"),
        ("id;name\n1;A\n", "un tableau CSV"),
        ("[]", "aucun élément"),
        (r#"{"type":"FeatureCollection","features":[]}"#, "aucun élément"),
        (r#"{"type":"Topology","objects":{}}"#, "du TopoJSON"),
    ] {
        let error = read_all(text).unwrap_err().to_string();
        assert!(error.contains(found), "{error}");
    }
    let point = read(r#"{"type":"Point","coordinates":[2.3,48.8]}"#);
    assert!(point.counts() == (0, 1, 0) && told(&point.issues).contains("un élément de type Point"));
    let cut = read(&POINTS[..POINTS.find("\"node/1\"").unwrap()]);
    assert_eq!((cut.counts(), cut.damaged), ((1, 1, 0), true));
}
