//! Whole files. The samples of this folder are invented; those of `../shared` are of the directory and of its API.

use maille_domain::Coverage;
use serde_json::{Value, json};

use crate::parts::Parts;
use crate::table::ReadError;
use crate::testing::{Taken, file, shared_parts, told};

const BULK: &str = include_str!("samples/bulk.json");
const API: &str = include_str!("samples/api.json");

fn read_parts(parts: &Parts) -> Result<Taken, ReadError> {
    super::read(parts, &mut |_| {}).map(Taken::all)
}

fn read(text: impl AsRef<[u8]>) -> Taken {
    read_parts(&file("annuaire.json", text)).unwrap()
}

fn id(number: u32) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

/// One service, with the rest of what it says.
fn service(rest: Value) -> Taken {
    let mut service = json!({ "id": "s", "nom": "Service", "pivot": [{ "type_service_local": "clic" }] });
    let Value::Object(rest) = rest else { panic!() };
    service.as_object_mut().unwrap().extend(rest);
    read(json!([service]).to_string())
}

fn communes(codes: &[&str]) -> Vec<Coverage> {
    codes.iter().map(|code| Coverage::Commune((*code).to_owned())).collect()
}

#[test]
fn a_bulk_file_of_everything_is_mapped() {
    let taken = read(BULK);
    let records =
        taken.records.iter().map(|record| json!({ "id": record.source_id, "values": record.values }));
    insta::assert_json_snapshot!("bulk", records.collect::<Vec<_>>());
    insta::assert_snapshot!("bulk_issues", told(&taken.issues));
    assert_eq!((taken.counts(), taken.damaged), ((6, 4, 1), true));
    let unmapped: Vec<_> = taken
        .unmapped
        .iter()
        .map(|code| (code.system.as_str(), code.code.as_str(), code.label.as_deref(), code.count))
        .collect();
    assert_eq!(
        unmapped,
        [
            ("lannuaire accessibilite", "NAC", None, 1),
            ("lannuaire type_organisme", "Autorité indépendante", None, 1),
            ("lannuaire type_service_local", "dac", Some("Direction de l’aviation civile"), 1),
        ]
    );
    let source: Value = serde_json::from_str(BULK).unwrap();
    assert_eq!(taken.records[0].payload, source["service"][0], "the payload is the record");
}

#[test]
fn an_answer_of_the_api_is_mapped() {
    let taken = read(API);
    let records =
        taken.records.iter().map(|record| json!({ "id": record.source_id, "values": record.values }));
    insta::assert_json_snapshot!("api", records.collect::<Vec<_>>());
    insta::assert_snapshot!("api_issues", told(&taken.issues));
    assert_eq!((taken.counts(), taken.damaged), ((3, 0, 0), false));
    let source: Value = serde_json::from_str(API).unwrap();
    let exported = read(source["results"].to_string());
    assert_eq!(exported.records, taken.records, "an export is the same, without the envelope");
}

#[test]
fn civil_aviation_is_no_coordination() {
    let fields = read(BULK).fields(&id(3));
    assert_eq!(fields.category.code(), "autre");
    assert_eq!(fields.extra["type dans la source"], "Direction de l’aviation civile");
    assert_eq!(fields.coverage, communes(&["92007", "92023"]));
}

#[test]
fn only_pivots_of_the_kind_say_whom_it_serves() {
    let fields = read(BULK).fields(&id(4));
    assert_eq!(fields.category.code(), "ccas");
    assert_eq!(fields.coverage, communes(&["92007", "92019", "92023"]));
    assert_eq!(
        fields.extra["autres services"],
        "Brigade de gendarmerie ; Centre intercommunal d'action sociale ; Permanence juridique"
    );
}

#[test]
fn a_seat_is_no_coverage_but_for_an_mdph() {
    let caf = read(BULK).fields(&id(5));
    assert_eq!((caf.commune.as_deref(), caf.coverage.len()), (Some("33063"), 0));
    assert_eq!(read(BULK).fields(&id(1)).coverage, [Coverage::Departement("92".into())]);
    assert_eq!(
        read(API).fields(&id(13)).coverage,
        [Coverage::Departement("31".into())],
        "its pivot names its seat"
    );
    let antenne = json!({ "pivot": [{ "type_service_local": "maison_handicapees", "code_insee_commune": ["92007", "92019"] }], "code_insee_commune": "92007" });
    assert_eq!(service(antenne).fields("s").coverage, communes(&["92007", "92019"]));
}

#[test]
fn communes_are_read_in_any_shape() {
    for (codes, expected) in [
        (json!("92007"), vec!["92007"]),
        (json!(["92023", "92007", "92023"]), vec!["92007", "92023"]),
        (json!("[\"92007\"]"), vec!["92007"]),
        (json!("92007, 92023"), vec!["92007", "92023"]),
        (json!([1004.0, "2a004"]), vec!["01004", "2A004"]),
        (json!(["93059"]), vec!["93066"]),
        (json!(["75056", "75101"]), vec!["75056", "75101"]),
        (json!(null), vec![]),
    ] {
        let taken =
            service(json!({ "pivot": [{ "type_service_local": "clic", "code_insee_commune": codes }] }));
        assert_eq!(taken.fields("s").coverage, communes(&expected), "{codes}");
        assert!(taken.issues.is_empty(), "{}", told(&taken.issues));
    }
}

#[test]
fn the_newest_of_an_id_counts() {
    let of = |name: &str, changed: &str| json!({ "id": "s", "nom": name, "pivot": [], "date_modification": changed });
    let (old, new) = (of("Avant", "31/12/2024 23:00:00"), of("Après", "01/01/2025 00:00:00"));
    for both in [json!([old, new]), json!([new, old])] {
        let taken = read(both.to_string());
        assert_eq!(taken.fields("s").name, "Après");
        let expected = "1:- avertissement - - « 1 fiche présente plusieurs fois : s » attendu : une fois chaque identifiant ; la plus récente compte\n";
        assert_eq!(told(&taken.issues), expected);
    }
}

#[test]
fn merged_communes_have_several_town_halls() {
    let hall = |id: &str, name: &str, old: &str| json!({ "id": id, "nom": name, "ancien_code_pivot": old, "pivot": [{ "type_service_local": "mairie", "code_insee_commune": "01033" }] });
    let taken = read(
        json!([hall("a", "Mairie", "mairie-01033-01"), hall("b", "Mairie déléguée", "mairie-01033-02")])
            .to_string(),
    );
    for (id, name) in [("a", "Mairie"), ("b", "Mairie déléguée")] {
        let fields = taken.fields(id);
        assert_eq!((fields.name.as_str(), fields.category.code()), (name, "mairie"));
        assert_eq!(fields.coverage, communes(&["01033"]));
    }
}

#[test]
fn files_of_other_formats_are_named() {
    for (text, expected) in [
        ("{\"service\": []}", "aucun service"),
        ("{\"error_code\": \"ODSQLError\", \"message\": \"…\"}", "« error_code », « message »"),
        ("[{\"lieu_id\": 1}, {\"lieu_id\": 2}]", "« lieu_id »"),
        ("[[1, 2]]", "un tableau"),
        ("<html>", "ligne"),
        ("id;nom\n1;a", "ligne"),
    ] {
        let error = read_parts(&file("x.json", text)).unwrap_err().to_string();
        assert!(error.contains(expected) || expected == "ligne", "{text}: {error}");
        assert!(error.starts_with("x.json : trouvé : ") && error.contains("attendu"), "{error}");
    }
}

#[test]
fn a_truncated_file_withdraws_nothing() {
    let cut = &BULK[..BULK.find("00000000-0000-4000-8000-000000000003").unwrap()];
    let taken = read(cut);
    assert_eq!((taken.records.len(), taken.damaged), (2, true));
}

#[test]
fn the_order_of_a_file_means_nothing() {
    let mut source: Value = serde_json::from_str(BULK).unwrap();
    source["service"].as_array_mut().unwrap().reverse();
    let (there, back) = (read(BULK), read(source.to_string()));
    let sorted = |taken: &Taken| {
        let mut values: Vec<_> =
            taken.records.iter().map(|record| (record.source_id.clone(), record.values.clone())).collect();
        values.sort_by(|a, b| a.0.cmp(&b.0));
        values
    };
    assert_eq!(sorted(&there), sorted(&back));
    let parts = Parts::new(vec![part("a.json"), part("b.json")]);
    assert_eq!(sorted(&read_parts(&parts).unwrap()), sorted(&there), "the same file twice changes nothing");
}

fn part(name: &str) -> crate::parts::Part {
    crate::parts::Part::bytes(name, BULK.as_bytes())
}

#[test]
fn the_record_of_the_bulk_file_is_a_town_hall() {
    let Some(parts) = shared_parts(&["lannuaire/bulk-v4-organisme-mairie.json"]) else { return };
    let taken = read_parts(&parts).unwrap();
    assert_eq!((taken.counts(), taken.damaged, taken.unmapped.len()), ((1, 0, 0), false, 0));
    assert!(taken.issues.is_empty(), "{}", told(&taken.issues));
    let fields = taken.fields("0b19da66-336b-4a4d-a56a-1bbf731ec306");
    assert_eq!((fields.name.as_str(), fields.category.code()), ("Mairie - Breux-sur-Avre", "mairie"));
    assert_eq!(fields.address.as_deref(), Some("10 ancienne route du Mans, Le Bourg"));
    assert_eq!((fields.commune.as_deref(), fields.coverage), (Some("27115"), communes(&["27115"])));
    assert_eq!(fields.hours.unwrap().as_str(), "Mo,Th 16:30-18:30");
    assert_eq!(fields.website, ["https://www.breux-sur-avre.fr"]);
    assert_eq!((fields.accessibility, fields.verified_on), (vec!["pmr".to_owned()], None));
}

#[test]
fn the_records_of_the_api_are_read() {
    let Some(parts) = shared_parts(&["lannuaire/api-explore-v2.1-LAYOUT-EXAMPLE.json"]) else { return };
    let taken = read_parts(&parts).unwrap();
    assert_eq!((taken.counts(), taken.damaged, taken.unmapped.len()), ((2, 0, 0), false, 0));
    let local = taken.fields("b7c5ef55-664f-4e16-90c3-87518a823b81");
    assert_eq!((local.category.code(), local.coverage.len()), ("mission-locale", 7));
    assert_eq!((local.commune.as_deref(), local.postal_code.as_deref()), (Some("75111"), Some("75011")));
    assert_eq!(local.hours.unwrap().as_str(), "Mo-Th 09:00-11:30,13:30-16:30; Fr 09:00-11:30,13:30-15:30");
    let mdph = taken.fields("00000000-0000-4000-8000-000000000031");
    assert_eq!((mdph.category.code(), mdph.coverage), ("mdph", vec![Coverage::Departement("31".into())]));
    assert_eq!(mdph.address.as_deref(), Some("Bâtiment B, 10 place de l'Exemple, CS 00000"));
    assert!(taken.issues.is_empty(), "{}", told(&taken.issues));
}

#[test]
fn a_table_of_types_is_no_directory() {
    let Some(parts) = shared_parts(&["lannuaire/types-organismes.csv"]) else { return };
    assert!(matches!(read_parts(&parts), Err(ReadError::NotATable { .. })));
}
