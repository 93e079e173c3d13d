//! Whole files. The samples of this folder are invented; those of `../shared` are the examples of the specification.

use maille_domain::field::Field;
use maille_domain::vocabulary::Status;
use serde_json::{Value, json};

use crate::parts::{Part, Parts};
use crate::table::ReadError;
use crate::testing::{Taken, file, shared_parts, told};

const SERVICES: &str = include_str!("samples/services.json");

/// The tables of a package, as its files.
const TABLES: [(&str, &str); 12] = [
    ("services.csv", include_str!("samples/tables/services.csv")),
    ("organization.csv", include_str!("samples/tables/organization.csv")),
    ("program.csv", include_str!("samples/tables/program.csv")),
    ("service_at_location.csv", include_str!("samples/tables/service_at_location.csv")),
    ("locations.csv", include_str!("samples/tables/locations.csv")),
    ("addresses.csv", include_str!("samples/tables/addresses.csv")),
    ("phones.csv", include_str!("samples/tables/phones.csv")),
    ("contacts.csv", include_str!("samples/tables/contacts.csv")),
    ("schedules.csv", include_str!("samples/tables/schedules.csv")),
    ("attributes.csv", include_str!("samples/tables/attributes.csv")),
    ("taxonomy_terms.csv", include_str!("samples/tables/taxonomy_terms.csv")),
    ("taxonomies.csv", include_str!("samples/tables/taxonomies.csv")),
];

fn package(tables: &[(&str, &str)]) -> Parts {
    Parts::new(tables.iter().map(|(name, text)| Part::bytes(name, text.as_bytes().to_vec())).collect())
}

fn read_all(parts: &Parts) -> Result<Taken, ReadError> {
    super::read(parts, &mut |_| {}).map(Taken::all)
}

fn read(text: impl AsRef<[u8]>) -> Taken {
    read_all(&file("essai.json", text)).unwrap()
}

fn refused(text: &str) -> String {
    read_all(&file("essai.json", text)).unwrap_err().to_string()
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

fn unmapped(taken: &Taken) -> Vec<(&str, &str, u64)> {
    taken.unmapped.iter().map(|code| (&*code.system, &*code.code, code.count)).collect()
}

#[test]
fn a_page_of_everything_is_mapped() {
    let taken = read(SERVICES);
    insta::assert_json_snapshot!("mapped", values(&taken));
    insta::assert_snapshot!("issues", told(&taken.issues));
    assert_eq!(taken.counts(), (4, 2, 0));
    assert_eq!(taken.rejected_ids, ["nameless"]);
    assert_eq!(
        unmapped(&taken),
        [("HSDS", "esd:1100", 1), ("HSDS", "esd:2500", 1), ("HSDS", "maille-category:emgg", 1)]
    );
    assert_eq!(taken.records[0].payload["contacts"][0]["email"], "cadre@example.org");
}

#[test]
fn tables_are_put_together_around_services() {
    let taken = read_all(&package(&TABLES)).unwrap();
    insta::assert_json_snapshot!("tables", values(&taken));
    insta::assert_snapshot!("tables_issues", told(&taken.issues));
    assert_eq!(taken.counts(), (3, 2, 0));
    assert_eq!(taken.rejected_ids, ["s4"]);
    assert!(taken.damaged, "a service without a readable identifier may be any of them");
    let mut other_order = TABLES;
    other_order.reverse();
    assert_eq!(values(&read_all(&package(&other_order)).unwrap()), values(&taken));
    assert_eq!(taken.records[0].payload["organization"]["name"], "Association inventée");
}

#[test]
fn every_shape_gives_the_same_services() {
    let page: Value = serde_json::from_str(SERVICES).unwrap();
    let mut services = page["contents"].as_array().unwrap().clone();
    services.pop();
    let expected = values(&read(SERVICES));
    let lines: String = services.iter().map(|service| service.to_string() + "\n").collect();
    let reversed: Vec<_> = services.iter().rev().collect();
    for text in [
        json!(services).to_string(),
        json!(reversed).to_string(),
        json!({ "id": "x", "name": "Organisation", "services": services }).to_string(),
        lines.clone(),
        lines.clone() + &lines,
    ] {
        let found = values(&read(&text));
        let names =
            |values: &[Value]| values.iter().map(|value| value["values"]["name"].clone()).collect::<Vec<_>>();
        assert_eq!(names(&found), names(&expected));
        if !text.contains("Organisation") {
            assert_eq!(found, expected, "{text}");
        }
    }
    let one = read(services[0].to_string());
    assert_eq!(values(&one)[0], *expected.iter().find(|value| value["id"] == "emg-1").unwrap());
}

#[test]
fn services_by_place_are_brought_together() {
    let place = |id: &str, name: &str, number: u8| {
        json!({ "id": id, "service": { "id": "s", "name": "Consultation", "status": "active" },
            "location": { "id": name, "name": name, "latitude": 48.7964, "longitude": 2.3106,
                "addresses": [{ "address_1": format!("{number} rue des Essais"), "city": "Bagneux", "postal_code": "92220", "country": "FR" }] } })
    };
    let taken = read(json!({ "contents": [place("a", "Un", 1), place("b", "Deux", 2)] }).to_string());
    assert_eq!(taken.counts(), (1, 0, 0));
    let fields = taken.fields("s");
    assert_eq!(fields.address.as_deref(), Some("1 rue des Essais"));
    assert_eq!(fields.extra["autres lieux"], "Deux, 2 rue des Essais, 92220 Bagneux");
    assert!(taken.issues.is_empty(), "{}", told(&taken.issues));
}

#[test]
fn an_organisation_gives_its_name_to_its_services() {
    let text = json!({ "id": "o", "name": "Association inventée", "legal_status": "Association", "email": "a@example.org",
        "locations": [{ "id": "l", "name": "Siège" }],
        "services": [{ "id": "s", "name": "Accueil", "status": "active" }, { "id": "t", "name": "Repas", "status": "active" }] });
    let taken = read(text.to_string());
    assert_eq!(taken.counts(), (2, 0, 0));
    let fields = taken.fields("t");
    assert_eq!(
        (fields.organization.as_deref(), &fields.email[..]),
        (Some("Association inventée"), &["a@example.org".to_owned()][..])
    );
    let payload = &taken.records[1].payload;
    assert_eq!(
        payload["organization"],
        json!({ "id": "o", "name": "Association inventée", "email": "a@example.org" })
    );
}

#[test]
fn a_phone_that_is_named_from_everywhere_is_told_once() {
    let phone = json!([{ "id": "p", "number": "appeler", "type": "voice" }]);
    let service = json!({ "id": "s", "name": "A", "status": "active", "phones": phone,
        "contacts": [{ "phones": phone }], "organization": { "name": "O", "phones": phone } });
    assert_eq!(read(service.to_string()).issues.len(), 1);
}

#[test]
fn files_of_an_api_complete_each_other() {
    let parts = package(&[
        (
            "locations.json",
            r#"[{ "id": "l", "name": "Maison des Tests", "location_type": "physical", "addresses": [{ "city": "Bagneux", "postal_code": "92220", "country": "FR" }] }]"#,
        ),
        (
            "organizations.json",
            r#"{ "total_items": 40, "contents": [{ "id": "o", "name": "Association inventée", "legal_status": "x" }] }"#,
        ),
        (
            "services.json",
            r#"[{ "id": "s", "name": "Accueil", "status": "active", "organization_id": "o", "service_at_locations": [{ "id": "x", "location_id": "l" }] }]"#,
        ),
        ("lisezmoi.md", "# Bonjour"),
    ]);
    let taken = read_all(&parts).unwrap();
    let fields = taken.fields("s");
    assert_eq!(
        (fields.organization.as_deref(), fields.commune.as_deref()),
        (Some("Association inventée"), Some("92007"))
    );
    assert_eq!(taken.issues.len(), 2, "{}", told(&taken.issues));
    assert!(told(&taken.issues).contains("fichier non lu"));
}

#[test]
fn missing_pages_withdraw_nothing() {
    let taken = read(r#"{ "total_items": 3, "contents": [{ "id": "s", "name": "A", "status": "active" }] }"#);
    assert!(taken.damaged && told(&taken.issues).contains("il manque des pages"), "{}", told(&taken.issues));
    let page = |number: u8| {
        format!(
            r#"{{ "total_items": 2, "contents": [{{ "id": "{number}", "name": "A", "status": "active" }}] }}"#
        )
    };
    let whole = read_all(&package(&[("1.json", &page(1)), ("2.json", &page(2))])).unwrap();
    assert_eq!((whole.damaged, whole.issues.len()), (false, 0));
}

#[test]
fn the_service_changed_last_counts() {
    let text = r#"[{ "id": "s", "name": "Nouveau", "status": "active", "last_modified": "2026-02-01T00:00:00Z" },
        { "id": "s", "name": "Ancien", "status": "active", "last_modified": "2026-01-01T00:00:00Z" }]"#;
    let taken = read(text);
    assert_eq!((taken.counts(), &*taken.fields("s").name), ((1, 0, 0), "Nouveau"));
    assert_eq!(taken.issues.len(), 1);
    assert_eq!(taken.issues[0].found, "1 fiche présente plusieurs fois : s");
}

#[test]
fn what_holds_no_service_is_named() {
    for (text, found) in [
        (r#"{ "version": "3.0", "profile": "x", "openapi_url": "x" }"#, "la description d’une API"),
        (r#"{ "id": "1", "code": "x", "taxonomy": "y" }"#, "des termes de taxonomie"),
        (r#"{ "id": "1", "location_type": "physical", "name": "x" }"#, "des lieux"),
        (r#"{ "id": "1", "name": "x", "legal_status": "y" }"#, "des organisations"),
        (r#"{ "total_items": 0, "contents": [] }"#, "aucun service"),
        ("[]", "aucun service"),
        ("<html>", "ni du JSON"),
    ] {
        let error = refused(text);
        assert!(error.contains(found) && error.contains("HSDS 3"), "{error}");
    }
    let unknown = read(r#"[{ "id": "1", "color": "red" }]"#);
    assert_eq!((unknown.counts(), unknown.issues.len()), ((0, 1, 0), 1));
    assert!(told(&unknown.issues).contains("un objet de clés « color », « id »"));
}

#[test]
fn a_truncated_file_keeps_what_came_before() {
    let taken = read(r#"{ "contents": [{ "id": "s", "name": "A", "status": "active" }, { "id": "t", "na"#);
    assert_eq!((taken.counts(), taken.damaged), ((1, 1, 0), true));
}

#[test]
fn a_list_of_services_of_the_api() {
    let Some(parts) = shared_parts(&["hsds/service_list.json"]) else { return };
    let taken = read_all(&parts).unwrap();
    assert_eq!((taken.counts(), taken.damaged), ((1, 0, 0), true));
    let fields = taken.fields("ac148810-d857-441c-9679-408f346de14b");
    assert_eq!(fields.name, "Community Counselling");
    assert_eq!(fields.organization.as_deref(), Some("Example Organization Inc."));
    assert_eq!((fields.age_min, fields.age_max, fields.status), (Some(12), None, Status::Ouvert));
    assert_eq!(fields.verified_on.unwrap().to_string(), "2005-01-01");
    assert!(fields.referral.unwrap().starts_with("If you are an NHS patient"));
    assert_eq!(fields.category.code(), "autre");
    assert_eq!(taken.issues.len(), 1, "{}", told(&taken.issues));
    assert!(taken.unmapped.is_empty());
}

#[test]
fn a_service_and_its_place_of_the_api() {
    let Some(parts) = shared_parts(&["hsds/service_at_location_list.json"]) else { return };
    let taken = read_all(&parts).unwrap();
    assert_eq!((taken.counts(), taken.damaged), ((1, 0, 0), true));
    let fields = taken.fields("ac148810-d857-441c-9679-408f346de14b");
    assert_eq!(fields.extra["lieu"], "MyCity Civic Center");
    assert_eq!(taken.issues.len(), 2, "{}", told(&taken.issues));
    assert!(told(&taken.issues).contains("« 100, 101 » attendu : un point en France"));
}

#[test]
fn a_whole_organisation_and_the_tables_say_the_same() {
    let names = [
        "accessibility",
        "addresses",
        "attributes",
        "contacts",
        "cost_options",
        "languages",
        "locations",
        "organizations",
        "phones",
        "required_documents",
        "schedules",
        "service_areas",
        "service_at_location",
        "services",
        "taxonomy_terms",
    ];
    let names: Vec<_> = names.iter().map(|name| format!("hsds/csv/{name}.csv")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).chain(["hsds/datapackage.json"]).collect();
    let (Some(organization), Some(tables)) =
        (shared_parts(&["hsds/organization_full.json"]), shared_parts(&names))
    else {
        return;
    };
    let organization = read_all(&organization).unwrap();
    assert_eq!((organization.counts(), organization.damaged), ((1, 0, 0), false));
    insta::assert_snapshot!("specification_issues", told(&organization.issues));
    assert_eq!(unmapped(&organization), [("HSDS", "taxonomy:code", 1)]);
    let id = "ac148810-d857-441c-9679-408f346de14b";
    let fields = organization.fields(id);
    assert_eq!(fields.languages, ["ur"]);
    assert_eq!(fields.hours.as_ref().unwrap().as_str(), "2005 Jan 01-2005 Jan 01 Th,Fr 10:00-18:00");
    assert_eq!((fields.commune, fields.location, fields.coverage.len()), (None, None, 0));
    assert!(fields.extra["adresse à l’étranger"].contains("1-30 Main Street"));

    let tables = read_all(&tables).unwrap();
    assert_eq!((tables.counts(), tables.damaged), ((1, 0, 0), false));
    let other = tables.fields(id);
    // The program and the terms of the service have no table in the sample.
    for field in [
        Field::Name,
        Field::Phone,
        Field::Hours,
        Field::Languages,
        Field::Cost,
        Field::Referral,
        Field::Email,
    ] {
        assert_eq!(other.to_values().get(&field), organization.records[0].values.get(&field), "{field}");
    }
}

#[test]
fn examples_that_are_no_service_are_named() {
    for (name, found) in [
        ("base", "la description d’une API"),
        ("taxonomy_term", "des termes de taxonomie"),
        ("location", "des lieux"),
        ("datapackage", "la description d’une API ou d’un paquet"),
    ] {
        let Some(parts) = shared_parts(&[&format!("hsds/{name}.json")]) else { return };
        let error = read_all(&parts).unwrap_err().to_string();
        assert!(error.contains(found), "{name}: {error}");
    }
}
