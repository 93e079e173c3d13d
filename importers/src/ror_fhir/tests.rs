//! Whole files. The sample of this folder is invented; those of `../shared` are examples of the directory, or made like them.

use maille_domain::field::{Field, Values};
use maille_domain::location::Precision;
use maille_domain::vocabulary::Status;
use maille_domain::{Category, Fields};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::parts::{Part, Parts};
use crate::table::ReadError;
use crate::testing::{Taken, file, shared_parts, told};

const EXPORT: &str = include_str!("samples/export.json");
const DEFINITIONS: &str = "https://interop.esante.gouv.fr/ig/fhir/ror/StructureDefinition/";
const PAGE: [&str; 2] = ["ror/assembled/searchset-page-1.json", "ror/assembled/searchset-page-2.json"];
const EXPORTED: [&str; 4] = [
    "ror/SYNTHETIC-export/delta-lastUpdated.json",
    "ror/SYNTHETIC-export/export-part-0001.json",
    "ror/SYNTHETIC-export/export-part-0002.json",
    "ror/SYNTHETIC-export/export-part-0003.json",
];

fn read_parts(parts: &Parts) -> Result<Taken, ReadError> {
    super::read(parts, &mut |_| {}).map(Taken::all)
}

fn read(text: impl AsRef<[u8]>) -> Taken {
    read_parts(&file("essai.json", text)).unwrap()
}

fn refused(parts: &Parts) -> String {
    read_parts(parts).unwrap_err().to_string()
}

/// The entries of the sample.
fn entries() -> Vec<Value> {
    let bundle: Value = serde_json::from_str(EXPORT).unwrap();
    bundle["entry"].as_array().unwrap().clone()
}

/// An object with more members.
fn with(mut object: Value, members: Value) -> Value {
    let (Value::Object(known), Value::Object(more)) = (&mut object, members) else { panic!("objects") };
    known.extend(more);
    object
}

/// One offer, with these members besides those that it must have.
fn offer(members: Value) -> Value {
    let offer = json!({
        "resourceType": "HealthcareService", "id": "1", "name": "Offre", "meta": { "lastUpdated": "2026-05-04T08:00:00Z" },
        "identifier": [{ "type": { "coding": [{ "code": "35" }] }, "value": "11/X" }],
        "providedBy": { "reference": "Organization/2" },
    });
    with(offer, members)
}

/// What these resources say of their only offer, and the warnings besides the missing organisation.
fn mapped(resources: &[Value]) -> (Fields, Vec<String>) {
    let taken = read(serde_json::to_string(resources).unwrap());
    let issues = taken.issues.iter().filter(|issue| issue.field.as_deref() != Some("providedBy"));
    let told = issues.map(|issue| format!("{} : {}", issue.found, issue.expected)).collect();
    (taken.fields("11/X"), told)
}

fn extension(name: &str, members: Value) -> Value {
    with(json!({ "url": format!("{DEFINITIONS}{name}") }), members)
}

/// The records by identifier, whatever their order.
fn values(taken: &Taken) -> Vec<(String, Values)> {
    let mut values: Vec<_> =
        taken.records.iter().map(|record| (record.source_id.clone(), record.values.clone())).collect();
    values.sort_by(|a, b| a.0.cmp(&b.0));
    values
}

#[test]
fn a_file_of_everything_is_mapped() {
    let taken = read(EXPORT);
    let records = taken.records.iter().map(|record| {
        json!({
            "id": record.source_id, "values": record.values, "restricted": record.restricted, "region": record.region,
        })
    });
    insta::assert_json_snapshot!("mapped", records.collect::<Vec<_>>());
    insta::assert_snapshot!("issues", told(&taken.issues));
    assert_eq!(taken.counts(), (8, 2, 1));
    assert_eq!(
        (&*taken.rejected_ids, &*taken.skipped_ids),
        (&["11/A5".to_owned()][..], &["11/A3".to_owned()][..])
    );
    assert!(taken.damaged, "an offer without any identifier may be any of them");
    let unmapped: Vec<_> =
        taken.unmapped.iter().map(|code| (&*code.system, &*code.code, code.count)).collect();
    assert_eq!(
        unmapped,
        [("TRE_R201", "x", 1), ("TRE_R213", "99", 1), ("TRE_R239", "42", 1), ("TRE_R244", "157", 1)]
    );
}

#[test]
fn nothing_of_persons_and_no_restricted_number_is_kept() {
    let taken = read(EXPORT);
    let published = taken.records.iter().map(|record| format!("{} {:?}", record.payload, record.values));
    let published = published.collect::<String>();
    assert!(published.contains("+33199001111"), "a number that is free somewhere is published");
    for secret in ["Personne-Inventée", "22 22", "33 33", "emg-garde", "+33199002222", "+33199003333"] {
        assert!(!published.contains(secret), "{secret}");
    }
    let apart: Vec<_> =
        taken.records[0].restricted.iter().map(|contact| (&*contact.value, contact.level)).collect();
    assert_eq!(
        apart,
        [("01 99 00 22 22", 3), ("01 99 00 33 33", 2), ("emg-garde@exemple.mssante.example", 2)]
    );
    assert!(!format!("{apart:?} {}", told(&taken.issues)).contains("Personne-Inventée"));
}

#[test]
fn every_shape_says_the_same() {
    let expected = values(&read(EXPORT));
    let entries = entries();
    let text = |value: &Value| serde_json::to_string(value).unwrap();
    let resources: Vec<Value> = entries
        .iter()
        .map(|entry| entry["resource"].clone())
        .filter(|resource| !resource.is_null())
        .collect();
    let bundles: Vec<Value> =
        entries.iter().map(|entry| json!({ "resourceType": "Bundle", "entry": entry })).collect();
    let lines: String = entries.iter().map(|entry| text(entry) + "\n").collect();
    let reversed: Vec<Value> = entries.iter().rev().cloned().collect();
    for shape in [
        text(&json!(entries)),
        text(&json!(bundles)),
        lines,
        text(&json!({ "entry": reversed, "resourceType": "Bundle" })),
    ] {
        assert_eq!(values(&read(shape)), expected);
    }
    let parts = resources
        .chunks(4)
        .enumerate()
        .map(|(number, part)| Part::bytes(&format!("part-{number}.json"), text(&json!(part)).into_bytes()));
    let without_urn = |values: Vec<(String, Values)>| {
        values.into_iter().filter(|(id, _)| id != "11/A10").collect::<Vec<_>>()
    };
    let read_of_parts = values(&read_parts(&Parts::new(parts.rev().collect())).unwrap());
    assert_eq!(without_urn(read_of_parts), without_urn(expected), "fullUrl is lost with the bundle");
}

#[test]
fn the_newest_version_counts_wherever_it_is() {
    let version = |day: &str, name: &str| {
        offer(json!({ "name": name, "meta": { "lastUpdated": format!("2026-05-{day}T08:00:00+02:00") } }))
    };
    let place = |day: &str, commune: &str| {
        let cog = extension(
            "ror-commune-cog",
            json!({ "valueCodeableConcept": { "coding": [{ "code": commune }] } }),
        );
        json!({ "resourceType": "Location", "id": "7", "meta": { "lastUpdated": format!("2026-05-{day}") }, "extension": [cog] })
    };
    let mut all = vec![version("02", "Deux"), version("03", "Trois"), version("01", "Un")];
    for version in &mut all {
        version["location"] = json!([{ "reference": "Location/7" }]);
    }
    all.extend([place("09", "92007"), place("08", "92023")]);
    for _ in 0..2 {
        all.reverse();
        let (fields, _) = mapped(&all);
        assert_eq!((&*fields.name, fields.commune.as_deref()), ("Trois", Some("92007")));
    }
}

#[test]
fn closings_set_the_status_without_asking_what_day_it_is() {
    let closing = |code: &str| json!([{ "coding": [{ "system": "https://mos.esante.gouv.fr/NOS/TRE_R286-TypeFermeture", "code": code }] }]);
    let absence = |during: Value| json!([{ "id": "closingReopeningDate", "during": during }]);
    for (members, status, told) in [
        (json!({}), None, None),
        (json!({ "characteristic": closing("DEF") }), Some(Status::Ferme), None),
        (json!({ "characteristic": closing("PRO") }), Some(Status::FermeTemporairement), None),
        (json!({ "characteristic": closing("NDI") }), None, None),
        (
            json!({ "notAvailable": absence(json!({ "start": "2026-07-15" })) }),
            Some(Status::FermeTemporairement),
            Some("depuis le 2026-07-15"),
        ),
        (
            json!({ "notAvailable": absence(json!({ "start": "2026-07-15T00:00:00+02:00", "end": "2026-12-31" })) }),
            Some(Status::FermeTemporairement),
            Some("du 2026-07-15 au 2026-12-31"),
        ),
        (
            json!({ "notAvailable": absence(json!({ "end": "2026-12-31" })) }),
            None,
            Some("jusqu’au 2026-12-31"),
        ),
        (
            json!({ "characteristic": closing("DEF"), "notAvailable": absence(json!({ "start": "2026-07-15" })) }),
            Some(Status::Ferme),
            Some("depuis le 2026-07-15"),
        ),
        (json!({ "active": true }), None, None),
        (json!({ "active": false }), Some(Status::Ferme), None),
    ] {
        let (fields, _) = mapped(&[offer(members.clone())]);
        let known = fields.extra.get("fermeture").map(String::as_str);
        assert_eq!((fields.status, known), (status.unwrap_or(Status::Ouvert), told), "{members}");
    }
}

#[test]
fn what_is_not_clearly_open_to_all_is_not_shown() {
    for (said, skipped) in [
        (json!(true), 1),
        (json!("true"), 1),
        (json!("oui"), 1),
        (json!(null), 1),
        (json!(false), 0),
        (json!("false"), 0),
    ] {
        let unit = extension("ror-healthcareservice-sensitive-unit", json!({ "valueBoolean": said }));
        let taken = read(offer(json!({ "extension": [unit] })).to_string());
        assert_eq!(taken.skipped, skipped, "{said}");
    }
}

#[test]
fn ages_are_in_years_whatever_their_unit() {
    let ages = |ranges: &[Value]| {
        let ranges: Vec<_> =
            ranges.iter().map(|range| json!({ "url": "ageRange", "valueRange": range })).collect();
        let patients = extension("ror-healthcareservice-patient-type", json!({ "extension": ranges }));
        let (fields, told) = mapped(&[offer(json!({ "extension": [patients] }))]);
        (fields.age_min, fields.age_max, fields.extra.get("âges").cloned(), told.len())
    };
    let bound = |value: Value, unit: &str| json!({ "value": value, "code": unit });
    assert_eq!(
        ages(&[json!({ "low": bound(json!(30), "mo"), "high": bound(json!(20), "a") })]),
        (Some(2), Some(20), None, 0)
    );
    for most in [90, 120, 150] {
        assert_eq!(
            ages(&[json!({ "low": bound(json!(0), "mo"), "high": bound(json!(most), "a") })]),
            (None, None, None, 0)
        );
    }
    assert_eq!(
        ages(&[json!({ "low": bound(json!("60"), "a") })]),
        (Some(60), None, None, 1),
        "said to be between quotes"
    );
    assert_eq!(ages(&[json!({ "low": bound(json!(3), "lune") })]), (None, None, None, 1));
    assert_eq!(ages(&[json!({ "low": bound(json!(20), "a"), "high": bound(json!(3), "a") })]).3, 1);
    let several = [json!({ "high": bound(json!(3), "a") }), json!({ "low": bound(json!(60), "a") })];
    assert_eq!(ages(&several), (None, None, Some("jusqu’à 3 ans ; 60 ans et plus".to_owned()), 0));
}

#[test]
fn organisations_that_go_in_circles_are_left_there() {
    let organization = |id: u32, up: u32| {
        json!({ "resourceType": "Organization", "id": id.to_string(), "name": "Service", "meta": { "lastUpdated": "2026-01-01" },
        "type": [{ "coding": [{ "system": "x/TRE_R207-T", "code": "2" }] }], "partOf": { "reference": format!("Organization/{up}") } })
    };
    for (resources, said) in [
        (vec![organization(2, 2)], "Organization/2 → Organization/2"),
        (vec![organization(2, 3), organization(3, 2)], "Organization/2 → Organization/3 → Organization/2"),
        ((2..100).map(|id| organization(id, id + 1)).collect(), "Organization/2 → Organization/3"),
        (vec![organization(2, 404)], "Organization/404"),
        (vec![], "Organization/2"),
    ] {
        let taken = read(json!([vec![offer(json!({}))], resources].concat()).to_string());
        let chain = taken.issues.iter().find(|issue| issue.field.as_deref() == Some("providedBy")).unwrap();
        assert!(chain.found.starts_with(said), "{}", chain.found);
        assert_eq!(taken.fields("11/X").organization, None);
    }
    let establishments = [establishment(2, "3"), establishment(3, "2"), offer(json!({}))];
    let told = told(&read(json!(establishments).to_string()).issues);
    assert!(told.contains("Organization/2 → Organization/3 → Organization/2"), "{told}");
}

fn establishment(id: u32, up: &str) -> Value {
    json!({ "resourceType": "Organization", "id": id.to_string(), "name": format!("Structure {id}"),
        "meta": { "lastUpdated": "2026-01-01" }, "partOf": { "reference": format!("Organization/{up}") },
        "type": [{ "coding": [{ "system": "x/TRE_R66-C", "code": "355" }] }] })
}

#[test]
fn what_an_absent_organisation_said_stays() {
    let legal_person = json!({ "resourceType": "Organization", "id": "3", "name": "Association", "meta": { "lastUpdated": "2026-01-01" },
        "type": [{ "coding": [{ "system": "x/TRE_R72-F", "code": "60" }] }] });
    let unit = json!({ "resourceType": "Organization", "id": "4", "name": "Pôle", "meta": { "lastUpdated": "2026-01-01" },
        "type": [{ "coding": [{ "system": "x/TRE_R207-T", "code": "2" }] }], "partOf": { "reference": "Organization/2" } });
    let offered = offer(json!({ "providedBy": { "reference": "Organization/4" } }));
    let read = |resources: &[&Value]| read(json!(resources).to_string()).records.remove(0);
    let establishment = establishment(2, "3");
    let whole = read(&[&offered, &unit, &establishment, &legal_person]);
    assert!(!whole.incomplete);
    assert_eq!(
        whole.values[&Field::Extra],
        json!({ "organisme gestionnaire": "Association", "service": "Pôle" })
    );
    let delta = read(&[&offered, &unit, &establishment]);
    assert!(delta.incomplete && !delta.values[&Field::Extra]["service"].is_null());
    assert!(read(&[&offered, &unit]).incomplete && read(&[&offered]).incomplete);
    let mut incoming =
        maille_store::run::Incoming::new("11/X".to_owned(), &json!({}), delta.values, Vec::new());
    incoming.see_through(&whole.values);
    assert_eq!(incoming.values, whole.values);
}

#[test]
fn a_file_that_holds_no_offer_says_what_it_is() {
    for (text, words) in [
        (
            json!({ "request": "https://ror.example/$export", "output": [{ "url": "a" }, { "url": "b" }] }),
            "manifeste d’un export, qui nomme 2 fichiers",
        ),
        (
            json!({ "resourceType": "OperationOutcome", "issue": [{ "severity": "error", "diagnostics": "jeton expiré" }] }),
            "« jeton expiré »",
        ),
        (
            json!([{ "resourceType": "Organization", "id": "1" }, { "resourceType": "Organization", "id": "2" }]),
            "2 Organization, et aucune offre",
        ),
        (json!({ "resourceType": "HealthcareServices", "id": "1" }), "1 HealthcareServices"),
        (json!([{ "nom": "Équipe" }, 7]), "du JSON sans ressource FHIR"),
    ] {
        let error = refused(&file("essai.json", text.to_string()));
        assert!(error.contains(words), "{error}");
    }
    assert!(refused(&file("essai.json", "id;name\n1;a\n")).contains("du JSON"));
}

#[test]
fn files_that_lack_a_part_withdraw_nothing() {
    let bundle = |members: Value| {
        let entry = json!([{ "resource": offer(json!({})) }]);
        with(json!({ "resourceType": "Bundle", "type": "searchset", "entry": entry }), members)
    };
    let next = json!([{ "relation": "next", "url": "x" }]);
    for (text, damaged) in [
        (bundle(json!({ "total": 1 })), false),
        (bundle(json!({ "total": 2 })), true),
        (bundle(json!({ "link": next })), true),
        (json!({ "resourceType": "Bundle", "type": "searchset", "total": 0 }), true),
        (
            json!([offer(json!({})), { "resourceType": "OperationOutcome", "issue": [{ "severity": "fatal", "code": "timeout" }] }]),
            true,
        ),
        (
            json!([offer(json!({})), { "resourceType": "OperationOutcome", "issue": [{ "severity": "information", "code": "informational" }] }]),
            false,
        ),
        (json!([offer(json!({})), { "nom": "?" }]), true),
    ] {
        let taken = read(text.to_string());
        assert_eq!(taken.damaged, damaged, "{text}\n{}", told(&taken.issues));
        let says = taken.issues.iter().any(|issue| issue.expected.contains("rien n’est retiré"));
        assert_eq!(says, damaged, "{}", told(&taken.issues));
    }
    let cut = read(&EXPORT[..EXPORT.len() / 2]);
    assert!(cut.damaged && !cut.records.is_empty());
    let manifest = json!({ "request": "x", "output": [{ "url": "a" }, { "url": "b" }] }).to_string();
    let part = |name: &str, text: String| Part::bytes(name, text.into_bytes());
    let parts = vec![part("manifest.json", manifest), part("a.json", offer(json!({})).to_string())];
    let taken = read_parts(&Parts::new(parts)).unwrap();
    assert!(taken.damaged && taken.issues[0].found.contains("nomme 2 fichiers"), "{}", told(&taken.issues));
}

#[test]
fn a_point_is_the_address_own_only_when_its_source_vouches_for_it() {
    for (reliability, precision) in [
        (json!(true), Precision::Address),
        (json!(false), Precision::Commune),
        (json!(null), Precision::Commune),
    ] {
        let sure = extension("ror-coordinate-reliability", json!({ "valueBoolean": reliability }));
        let cog = extension(
            "ror-commune-cog",
            json!({ "valueCodeableConcept": { "coding": [{ "code": "92023" }] } }),
        );
        let place = json!({ "resourceType": "Location", "id": "7", "meta": { "lastUpdated": "2026-05-04" }, "extension": [cog],
            "position": { "latitude": 48.8012, "longitude": 2.2628, "extension": [sure] } });
        let (fields, _) = mapped(&[place, offer(json!({ "location": [{ "reference": "Location/7" }] }))]);
        assert_eq!(fields.location.unwrap().precision, precision, "{reliability}");
    }
}

#[test]
fn the_parts_of_an_export_are_one_file() {
    let Some(parts) = shared_parts(&EXPORTED[1..]) else { return };
    let taken = read_parts(&parts).unwrap();
    assert_eq!((taken.counts(), taken.damaged), ((107, 0, 3), false));
    let unmapped: Vec<_> = taken.unmapped.iter().map(|code| (&*code.code, code.count)).collect();
    assert_eq!(unmapped, [("73", 2)]);
    let of = |field: &str| taken.issues.iter().filter(|issue| issue.field.as_deref() == Some(field)).count();
    assert_eq!(of("Organization.identifier"), 97, "invented numbers, whose keys are not FINESS keys");
    assert_eq!(of("ror-telecom-communication-channel"), 3, "one for each file");
    assert_eq!(taken.issues.len(), 100, "{}", told(&taken.issues));
    let all = || taken.records.iter().map(|record| Fields::from_values(record.values.clone()).unwrap());
    assert!(all().all(|fields| fields.organization.is_some() && fields.commune.is_some()));
    let levels = |level: u8| {
        taken
            .records
            .iter()
            .flat_map(|record| &record.restricted)
            .filter(|contact| contact.level == level)
            .count()
    };
    assert!(levels(2) > 0 && levels(3) > 0 && all().all(|fields| fields.phone.len() == 1));
    let closed = all().filter(|fields| fields.status == Status::Ferme).collect::<Vec<_>>();
    assert_eq!(closed.len(), 1);
    assert_eq!(closed[0].extra["établissement"], "fermé définitivement le 2026-03-31");
    assert!(taken.records.iter().all(|record| record.region.as_deref() == Some("11")));
}

#[test]
fn a_delta_beside_an_export_is_newer() {
    let (Some(alone), Some(parts)) = (shared_parts(&EXPORTED[..1]), shared_parts(&EXPORTED)) else { return };
    let taken = read_parts(&parts).unwrap();
    assert_eq!(taken.counts(), (107, 0, 3));
    let twice: Vec<_> = taken
        .issues
        .iter()
        .filter(|issue| issue.expected.starts_with("une fois chaque identifiant"))
        .map(|issue| &*issue.found)
        .collect();
    assert_eq!(
        twice,
        ["4 fiches présentes plusieurs fois, d’abord 11/S00034"],
        "newer versions are said once"
    );
    assert!(taken.fields("11/S00060").name.ends_with("(nouveau nom)"));
    assert_eq!(taken.fields("11/S00034").status, Status::Ferme);
    let backwards = shared_parts(&EXPORTED.iter().rev().copied().collect::<Vec<_>>()).unwrap();
    assert_eq!(values(&read_parts(&backwards).unwrap()), values(&taken));
    let alone = read_parts(&alone).unwrap();
    assert_eq!((alone.counts(), alone.damaged), ((4, 0, 0), false));
    let missing =
        alone.issues.iter().filter(|issue| issue.expected.contains("qui est dans les fichiers")).count();
    assert_eq!(missing, 8, "a delta without its organisations and places says so");
}

#[test]
fn official_examples_are_read_with_their_mistakes() {
    let Some(parts) = shared_parts(&["ror/official/HealthcareService-1234564.json"]) else { return };
    let taken = read_parts(&parts).unwrap();
    let fields = taken.fields("06/0099999");
    assert_eq!(
        (&*fields.name, &*fields.extra["code interne"]),
        ("Chirurgie gynécologique - HOSPITALISATION COMPLETE", "5812")
    );
    assert_eq!((fields.category, fields.age_min, fields.age_max), (Category::other(), Some(15), None));
    assert_eq!(fields.to_values()[&Field::Hours], "24/7");
    assert_eq!((taken.issues.len(), taken.unmapped.len()), (2, 1), "{}", told(&taken.issues));

    let examples = [
        "HealthcareService-doc-saad-zone-intervention",
        "Organization-doc-EG",
        "Organization-doc-OI-pole",
        "PractitionerRole-exemple",
        "Location-ror-location-exemple",
    ]
    .map(|name| format!("ror/official/{name}.json"));
    let taken = read_parts(&shared_parts(&examples.each_ref().map(String::as_str)).unwrap()).unwrap();
    assert_eq!(taken.counts(), (1, 0, 0));
    insta::assert_snapshot!("official_issues", told(&taken.issues));
    assert_eq!(taken.fields("ZZZ").to_values()[&Field::Coverage], json!(["commune:92036"]));

    let sas = read_parts(&shared_parts(&["ror/official/sas-bundle-cpts.json"]).unwrap()).unwrap();
    assert_eq!(
        (sas.counts(), &*sas.rejected_ids),
        ((0, 1, 0), &["ExampleHealthcareServiceCPTS1".to_owned()][..])
    );
}

#[test]
fn pages_of_a_search_follow_each_other() {
    let Some(parts) = shared_parts(&PAGE) else { return };
    let taken = read_parts(&parts).unwrap();
    assert_eq!((taken.counts(), taken.damaged), ((2, 0, 0), false));
    let fields = taken.fields("ZZZ");
    assert_eq!(
        (fields.organization.as_deref(), fields.commune.as_deref()),
        (Some("Quiétude BOIS COLOMBES"), Some("78646"))
    );
    assert_eq!(fields.siret, None, "the key of the example is wrong");
    let first = read_parts(&shared_parts(&PAGE[..1]).unwrap()).unwrap();
    assert_eq!((first.counts(), first.damaged), ((1, 0, 0), true));
    let empty = read_parts(&shared_parts(&["ror/assembled/searchset-empty.json"]).unwrap()).unwrap();
    assert_eq!((empty.counts(), empty.damaged), ((0, 0, 0), true));
    for (name, words) in [
        ("export-manifest", "manifeste d’un export"),
        ("operation-outcome-error", "Unknown search parameter"),
    ] {
        let error = refused(&shared_parts(&[&format!("ror/assembled/{name}.json")]).unwrap());
        assert!(error.contains(words), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Whatever stands in the place of a member, the offer is read, refused or skipped.
    #[test]
    fn any_value_anywhere_is_survived(entry in any::<prop::sample::Index>(), member in any::<prop::sample::Index>(), wrong in 0..6_usize) {
        let wrong = [json!(null), json!(7), json!("x"), json!([]), json!([[{ "coding": 3 }]]), json!({ "url": [1] })][wrong].clone();
        let mut entries = entries();
        let at = entry.index(entries.len());
        if let Some(resource) = entries[at]["resource"].as_object_mut() {
            let key = resource.keys().nth(member.index(resource.len())).unwrap().clone();
            resource.insert(key, wrong);
        }
        let taken = read(json!(entries).to_string());
        for record in &taken.records {
            prop_assert!(Fields::from_values(record.values.clone()).is_ok(), "{:?}", record.values);
        }
    }
}
