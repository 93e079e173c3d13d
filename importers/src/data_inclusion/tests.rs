//! Whole files. The samples of this folder are invented; those of `../shared` are of data·inclusion.

use std::collections::BTreeMap;

use maille_domain::field::Values;
use maille_domain::{Coverage, Fields};
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};

use crate::parts::{Part, Parts};
use crate::table::ReadError;
use crate::testing::{Taken, file, shared_parts, told};

const DIRECTORY: &str = include_str!("samples/directory.json");
const STRUCTURES: &str = include_str!("samples/structures.csv");
const SERVICES: &str = include_str!("samples/services.csv");

fn read_all(parts: &Parts) -> Result<Taken, ReadError> {
    super::read(parts, &mut |_| {}).map(Taken::all)
}

fn read(parts: &Parts) -> Taken {
    read_all(parts).unwrap()
}

fn json_of(value: &Value) -> Taken {
    read(&file("essai.json", value.to_string()))
}

/// One service and its structure, with these fields more.
fn fields(service: &Value, structure: &Value) -> (Fields, String) {
    let mut both = [
        json!({ "id": "x--service", "structure_id": "x--structure", "nom": "Service", "date_maj": "2026-01-01" }),
        json!({ "id": "x--structure", "nom": "Structure", "date_maj": "2026-01-01" }),
    ];
    for (whole, more) in both.iter_mut().zip([service, structure]) {
        whole.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    }
    let taken = json_of(&json!(both));
    (taken.fields("x--service"), told(&taken.issues))
}

/// What each record says, by id.
fn values(taken: &Taken) -> BTreeMap<&str, &Values> {
    taken.records.iter().map(|record| (record.source_id.as_str(), &record.values)).collect()
}

fn unmapped(taken: &Taken) -> Vec<(&str, &str, u64)> {
    taken.unmapped.iter().map(|code| (&*code.system, &*code.code, code.count)).collect()
}

#[test]
fn a_file_of_everything_is_mapped() {
    let taken = read(&file("directory.json", DIRECTORY));
    insta::assert_json_snapshot!("mapped", values(&taken));
    insta::assert_snapshot!("issues", told(&taken.issues));
    assert_eq!(taken.counts(), (6, 5, 0));
    assert_eq!(taken.rejected_ids, ["exemple--sans-nom"]);
    assert!(taken.damaged, "what has no identifier may be any record");
    assert!(taken.unmapped.iter().all(|code| code.label.is_some() || code.count == 1));
    assert_eq!(
        unmapped(&taken),
        [
            ("frais", "libre", 1),
            ("mobilisable_par", "autres", 1),
            ("modes_accueil", "a-pied", 1),
            ("modes_mobilisation", "crier", 1),
            ("publics", "demandeurs-emploi", 1),
            ("publics", "personnes-exilees", 1),
            ("publics", "poetes", 1),
            ("reseaux_porteurs", "fabrique-de-territoire", 1),
            ("reseaux_porteurs", "reseau-de-demain", 1),
            ("thematiques", "remobilisation--lien-social", 1),
            ("thematiques", "remobilisation--marche", 1),
            ("type", "balade", 1),
        ]
    );
}

/// Named persons stay in what the source said; so does the structure, but for what its service takes from it.
#[test]
fn the_payload_is_what_was_said() {
    let taken = read(&file("directory.json", DIRECTORY));
    let record = taken.records.iter().find(|record| record.source_id == "exemple--accueil").unwrap();
    assert_eq!(record.payload["service"]["contact_nom_prenom"], "Camille Exemple");
    assert_eq!(record.payload["service"]["score_qualite"], 0.8);
    assert_eq!(record.payload["structure"]["telephone"], "0199000001");
    assert!(record.payload["structure"].get("score_qualite").is_none());
    assert!(!serde_json::to_string(&record.values).unwrap().contains("Camille"));
    let permanence = taken.records.iter().find(|record| record.source_id == "exemple--permanence").unwrap();
    assert!(permanence.payload["structure"].get("adresse").is_none());
    let entraide = taken.records.iter().find(|record| record.source_id == "exemple--entraide").unwrap();
    assert_eq!(entraide.payload["structure"]["accessibilite_lieu"], "plain-pied");
}

#[test]
fn a_service_falls_back_on_its_structure_and_an_address_is_whole() {
    let structure = json!({
        "adresse": "1 place de l’Exemple", "code_postal": "92140", "commune": "Clamart", "code_insee": "92023",
        "telephone": "0199000005", "courriel": "a@example.org", "horaires_accueil": "Mo 09:00-12:00", "site_web": "example.org",
    });
    let (silent, issues) = fields(&json!({ "complement_adresse": "2e étage" }), &structure);
    assert_eq!(issues, "");
    assert_eq!(silent.address.as_deref(), Some("1 place de l’Exemple"));
    assert_eq!(silent.extra["précisions sur le lieu"], "2e étage");
    assert_eq!((silent.commune.as_deref(), silent.phone.len(), silent.email.len()), (Some("92023"), 1, 1));
    assert_eq!((silent.website.len(), silent.organization.as_deref()), (1, Some("Structure")));
    assert!(silent.hours.is_some() && silent.coverage.is_empty());

    let own = json!({ "commune": "Bagneux", "code_insee": "92007", "telephone": "0199000006", "courriel": "pas une adresse" });
    let (own, issues) = fields(&own, &structure);
    assert_eq!((own.commune.as_deref(), own.address, own.postal_code), (Some("92007"), None, None));
    assert_eq!(own.phone[0].as_str(), "+33199000006");
    assert!(own.email.is_empty() && issues.contains("pas une adresse"), "{issues}");
}

/// The page of Acceslibre describes the structure's place, which is not where every service is.
#[test]
fn accessibility_holds_where_the_structure_is() {
    let address = json!({ "adresse": "1 place de l’Exemple", "code_postal": "92140", "commune": "Clamart" });
    let mut structure = address.clone();
    structure["accessibilite_lieu"] = json!("https://acceslibre.example.org/app/a/");
    for (service, accessible) in
        [(json!({}), true), (address, true), (json!({ "commune": "Bagneux", "code_insee": "92007" }), false)]
    {
        let (fields, _) = fields(&service, &structure);
        assert_eq!(fields.extra.contains_key("accessibilité du lieu"), accessible, "{service}");
    }
}

#[test]
fn only_structures_without_services_are_listings() {
    let service = |id: &str, structure: &str, date: &str| json!({ "id": id, "structure_id": structure, "nom": "Service", "date_maj": date });
    let structure = |id: &str| json!({ "id": id, "nom": "Structure", "source": "x" });
    // The services of one structure and those of another, whichever comes first; the newest version of a service says whose it is.
    let items = [
        service("v1", "a", "2026-01-02"),
        structure("a"),
        structure("b"),
        service("v1", "b", "2026-01-01"),
        structure("c"),
    ];
    let mut orders = [json!(items), json!(items)];
    orders[1].as_array_mut().unwrap().reverse();
    for items in orders {
        let taken = json_of(&items);
        let mut ids: Vec<_> = values(&taken).into_keys().collect();
        ids.sort_unstable();
        assert_eq!(ids, ["b", "c", "v1"]);
        assert_eq!(taken.fields("v1").organization.as_deref(), Some("Structure"));
    }
    // One identifier for a service and for a structure that has none: the service is listed.
    let taken = json_of(&json!([service("a", "z", "2026-01-01"), structure("a"), structure("z")]));
    assert_eq!(values(&taken).into_keys().collect::<Vec<_>>(), ["a"]);
    assert_eq!(taken.fields("a").name, "Service – Structure");
    assert!(told(&taken.issues).contains("la structure n’est pas listée"));
}

#[test]
fn a_structure_that_is_missing_is_said_once() {
    let services: Vec<_> = (0..3)
        .map(|number| json!({ "id": format!("s{number}"), "structure_id": "a", "nom": "Service", "frais": "gratuit" }))
        .collect();
    let taken = json_of(&json!(services));
    assert_eq!((taken.counts(), taken.issues.len()), ((3, 0, 0), 1));
    assert_eq!(taken.issues[0].found, "3 services de structures absentes, d’abord a");
    assert_eq!(taken.fields("s0").cost.as_deref(), Some("gratuit"));
    assert!(!taken.damaged);
}

#[test]
fn every_shape_says_the_same() {
    let directory: Value = serde_json::from_str(DIRECTORY).unwrap();
    let of = |list: &str| directory[list].as_array().unwrap().clone();
    let (structures, services) = (of("structures"), of("services"));
    let all: Vec<Value> = structures.iter().chain(&services).cloned().collect();
    let whole = read(&file("directory.json", DIRECTORY));
    let lines = all.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    let pages = |items: &[Value], name: &str| {
        let page = json!({ "items": items, "total": 0, "page": 1, "size": 50, "pages": 1 });
        Part::bytes(name, page.to_string().into_bytes())
    };
    let mut reversed = all.clone();
    reversed.reverse();
    let nested: Vec<Value> = services
        .iter()
        .map(|service| match service {
            Value::Object(_) => json!({ "service": service, "distance": 3 }),
            other => other.clone(),
        })
        .chain(structures.clone())
        .collect();
    let alone: Vec<String> = services
        .iter()
        .map(|service| json!({ "services": service }))
        .chain(structures.iter().map(|structure| json!({ "structures": structure })))
        .filter(|item| item.to_string().contains("nom\":"))
        .map(|item| item.to_string())
        .collect();
    for (shape, parts) in [
        ("array", file("essai.json", json!(all).to_string())),
        ("reversed", file("essai.json", json!(reversed).to_string())),
        ("lines", file("essai.ndjson", lines)),
        ("pages", Parts::new(vec![pages(&services, "b.json"), pages(&structures, "a.json")])),
        ("overlapping", Parts::new(vec![pages(&all, "a.json"), pages(&services, "b.json")])),
        ("found", file("essai.json", json!({ "items": nested }).to_string())),
        (
            "alone",
            Parts::new(
                alone.iter().map(|text| Part::bytes("essai.json", text.as_bytes().to_vec())).collect(),
            ),
        ),
    ] {
        let taken = read(&parts);
        assert_eq!(values(&taken), values(&whole), "{shape}");
    }
    let twice = read(&Parts::new(vec![pages(&all, "a.json"), pages(&all, "b.json")]));
    let repeated: Vec<&str> = twice
        .issues
        .iter()
        .filter(|issue| issue.expected.starts_with("une fois chaque"))
        .map(|issue| &*issue.found)
        .collect();
    assert_eq!(
        (twice.records.len(), &*repeated),
        (6, &["1 fiche présente plusieurs fois : exemple--colis"][..]),
        "pages that overlap are no mistake, and newer versions are said once"
    );
}

#[test]
fn the_structure_and_the_services_of_one_answer_are_read() {
    let service = json!({ "id": "s", "structure_id": "a", "nom": "Service", "date_maj": "2026-01-01" });
    let structure =
        json!({ "id": "a", "nom": "Structure", "date_maj": "2026-01-01", "telephone": "0199000001" });
    let mut with_service = structure.clone();
    with_service["services"] = json!([service]);
    let mut with_structure = service.clone();
    with_structure["structure"] = structure;
    for value in
        [with_service.clone(), with_structure.clone(), json!([with_service]), json!([with_structure])]
    {
        let taken = json_of(&value);
        assert_eq!((taken.counts(), taken.issues.len()), ((1, 0, 0), 0), "{value}: {}", told(&taken.issues));
        let fields = taken.fields("s");
        assert_eq!((fields.organization.as_deref(), fields.phone.len()), (Some("Structure"), 1), "{value}");
        assert!(taken.records[0].payload["service"].get("structure").is_none());
    }
}

/// The API cuts at 10 000: what is on pages that are not there must not be withdrawn.
#[test]
fn pages_that_are_missing_withdraw_nothing() {
    let page = |total: u64| {
        let item = json!({ "id": "s", "structure_id": "a", "nom": "Service" });
        json_of(&json!({ "items": [item], "total": total, "page": 1, "size": 1, "pages": total }))
    };
    assert!(!page(1).damaged);
    let cut = page(3);
    assert!(
        cut.damaged && told(&cut.issues).contains("« nombre de services : 1 » attendu : 3,"),
        "{}",
        told(&cut.issues)
    );
}

#[test]
fn a_truncated_file_keeps_what_came_before() {
    let cut = DIRECTORY.find("exemple--sport").unwrap();
    let taken = read(&file("essai.json", &DIRECTORY[..cut]));
    assert!(taken.damaged);
    assert!(
        values(&taken).contains_key("exemple--permanence") && !values(&taken).contains_key("exemple--sport")
    );
}

#[test]
fn tables_are_read_whatever_their_separator() {
    let tables = || {
        vec![
            Part::bytes("services.csv", SERVICES.as_bytes()),
            Part::bytes("structures.csv", STRUCTURES.as_bytes()),
        ]
    };
    let taken = read(&Parts::new(tables()));
    insta::assert_json_snapshot!("tables", values(&taken));
    insta::assert_snapshot!("tables_issues", told(&taken.issues));
    assert_eq!((taken.counts(), &*taken.rejected_ids), ((3, 1, 0), &["exemple--decalee".to_owned()][..]));
    assert_eq!(taken.records[0].payload["service"]["note"], "une colonne en plus");
    let mut reversed = tables();
    reversed.reverse();
    assert_eq!(values(&read(&Parts::new(reversed))), values(&taken));
}

#[test]
fn a_workbook_says_the_same_as_its_tables() {
    let mut workbook = Workbook::new();
    for (name, text, separator) in
        [("Services", SERVICES, b';'), ("Structures", STRUCTURES, b','), ("Notes", "a,b\n", b',')]
    {
        let sheet = workbook.add_worksheet().set_name(name).unwrap();
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator)
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        for (line, row) in reader.records().map(Result::unwrap).enumerate() {
            for (column, cell) in row.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                // A spreadsheet program takes codes for numbers.
                match cell.parse::<f64>() {
                    Ok(number) => sheet.write_number(line as u32, column as u16, number).unwrap(),
                    Err(_) => sheet.write_string(line as u32, column as u16, cell).unwrap(),
                };
            }
        }
    }
    let bytes = workbook.save_to_buffer().unwrap();
    let taken = read(&file("essai.xlsx", bytes));
    let tables = Parts::new(vec![
        Part::bytes("services.csv", SERVICES.as_bytes()),
        Part::bytes("structures.csv", STRUCTURES.as_bytes()),
    ]);
    let tables = read(&tables);
    let mut from_workbook = values(&taken);
    // A row of a sheet is never short: its last cells are empty.
    let short = from_workbook.remove("exemple--decalee");
    assert!(short.is_some());
    assert_eq!(from_workbook, values(&tables));
}

#[test]
fn what_is_something_else_is_named() {
    let refused = |name: &str, text: &[u8]| read_all(&file(name, text)).unwrap_err().to_string();
    for (text, found) in [
        (&b""[..], "ni structure ni service"),
        (b"[]", "ni structure ni service"),
        (b"{\"resourceType\":\"Bundle\",\"entry\":[]}", "un objet de clés « entry », « resourceType »"),
        (b"{\"service\":[{\"id\":\"x\",\"nom\":\"Mairie\",\"pivot\":[]}]}", "un objet de clés « service »"),
        (b"id;name;category\na;b;emg\n", "nom"),
        (b"<html></html>", "un document XML ou HTML"),
        (b"{\"items\":[", "la fin du fichier"),
        (b"PK\x03\x04rien", "abîmé"),
        (b"\xD0\xCF\x11\xE0", "un ancien classeur XLS"),
    ] {
        let error = refused("essai", text);
        assert!(error.contains(found) && error.contains("attendu") || error.contains("absente"), "{error}");
    }
}

#[test]
fn the_former_schema_is_said_once() {
    let service = |id: &str| json!({ "id": id, "structure_id": "a", "nom": "Service", "profils": ["femmes"], "zone_diffusion_code": "59" });
    let taken =
        json_of(&json!([{ "id": "a", "nom": "Structure", "source": "x" }, service("s"), service("t")]));
    assert_eq!((taken.records.len(), taken.issues.len()), (2, 1));
    assert_eq!(taken.issues[0].found, "structures ou services au schéma v0 : 2");
}

#[test]
fn a_page_of_the_api_is_read() {
    let Some(parts) = shared_parts(&["data-inclusion/api-page-services_all.json"]) else { return };
    let taken = read(&parts);
    assert_eq!((taken.counts(), taken.damaged), ((1, 0, 0), false));
    let fields = taken.fields("dora--be-water-scene-wind");
    assert_eq!((fields.name.as_str(), fields.category.code()), ("Munoz", "autre"));
    assert_eq!(fields.commune.as_deref(), Some("59350"));
    assert_eq!(fields.location.unwrap().precision, maille_domain::location::Precision::Commune);
    assert!(fields.coverage.is_empty() && fields.phone.len() == 1);
    assert_eq!(fields.referral.as_deref(), Some("Téléphoner.\nLien : https://teixeira.fr/"));
    assert_eq!(unmapped(&taken), [("thematiques", "famille--garde-denfants", 1)]);
    insta::assert_snapshot!("api_issues", told(&taken.issues));
}

/// The JSON of the validator and the workbook it was made from.
#[test]
fn the_samples_of_the_validator_say_the_same() {
    let names = ["data-inclusion/valideur-dataset.json", "data-inclusion/valideur-dataset.xlsx"];
    let Some(json) = shared_parts(&names[..1]) else { return };
    let Some(xlsx) = shared_parts(&names[1..]) else { return };
    let (json, xlsx) = (read(&json), read(&xlsx));
    assert_eq!((json.counts(), xlsx.counts()), ((2, 0, 0), (2, 0, 0)));
    assert_eq!(values(&json), values(&xlsx));
    assert_eq!(unmapped(&json), unmapped(&xlsx));
    assert_eq!(
        unmapped(&json),
        [
            ("mobilisable_par", "autres", 2),
            ("publics", "actifs", 2),
            ("reseaux_porteurs", "action-logement", 2),
            ("thematiques", "logement-hebergement--louer-un-logement", 2),
            ("thematiques", "logement-hebergement--louer-un-appartement", 1),
        ]
    );
    insta::assert_snapshot!("validator_issues", told(&json.issues));
    let fields = json.fields("53669028-8862-4f42-a80c-d3f269456edc");
    assert_eq!(fields.name, "Logement social – AGENCE ACTION LOGEMENT.");
    assert_eq!((fields.commune.as_deref(), fields.coverage), (Some("59350"), Vec::<Coverage>::new()));
    assert_eq!(fields.phone[0].as_str(), "+33970800800");
}
