//! Whole files. The samples of this folder are invented; those of `../shared` are of Soliguide's own test database.

use maille_domain::Fields;
use maille_domain::location::Precision;
use maille_domain::vocabulary::{Audience, Mode, ReferredBy, Status};
use serde_json::{Value, json};

use crate::parts::{Part, Parts};
use crate::table::ReadError;
use crate::testing::{Taken, file, shared_parts, told};

const PLACES: &str = include_str!("samples/places.json");

fn read_parts(parts: &Parts) -> Result<Taken, ReadError> {
    super::read(parts, &mut |_| {}).map(Taken::all)
}

fn read(text: impl AsRef<[u8]>) -> Taken {
    read_parts(&file("lieux.json", text)).unwrap()
}

/// Places that are online, with the rest of what they say.
fn places(rest: &[Value]) -> Taken {
    let places = rest.iter().map(|rest| {
        let mut place = json!({ "lieu_id": 1, "status": "ONLINE", "name": "Lieu" });
        place.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        place
    });
    read(json!({ "places": places.collect::<Vec<_>>() }).to_string())
}

#[test]
fn a_file_of_everything_is_mapped() {
    let taken = read(PLACES);
    let records =
        taken.records.iter().map(|record| json!({ "id": record.source_id, "values": record.values }));
    insta::assert_json_snapshot!("places", records.collect::<Vec<_>>());
    insta::assert_snapshot!("places_issues", told(&taken.issues));
    assert_eq!((taken.counts(), taken.damaged), ((4, 3, 4), true));
    let mut skipped = taken.skipped_ids.clone();
    skipped.sort();
    assert_eq!(skipped, ["104", "104#s9", "105", "106"].map(str::to_owned).as_slice());
    let unmapped: Vec<_> = taken
        .unmapped
        .iter()
        .map(|code| (code.system.as_str(), code.code.as_str(), code.label.as_deref()))
        .collect();
    assert_eq!(
        unmapped,
        [
            ("soliguide languages", "prs", None),
            ("soliguide categorie", "1302", None),
            ("soliguide category", "categorie_nouvelle", Some("Réparation de vélos")),
            ("soliguide category", "emergency_accommodation", Some("Hébergement d’urgence")),
            ("soliguide category", "wifi", Some("Wifi")),
            ("soliguide publics", "codeInconnu", None),
        ]
    );
    let source: Value = serde_json::from_str(PLACES).unwrap();
    let place = taken.records.iter().find(|record| record.source_id == "101").unwrap();
    assert_eq!(place.payload, source["places"][0], "the payload is the place");
}

#[test]
fn care_of_another_kind_is_a_listing_of_its_own() {
    let taken = read(PLACES);
    let (place, service) = (taken.fields("101"), taken.fields("101#s2"));
    assert_eq!((place.category.code(), service.category.code()), ("accueil-jour-precarite", "vaccination"));
    assert_eq!(service.name, "Accueil de l’Exemple – Vaccination");
    assert_eq!((place.status, service.status), (Status::Ouvert, Status::Sature));
    assert_eq!(service.hours.unwrap().as_str(), "Th 14:00-16:00");
    assert_eq!((service.age_min, service.audiences), (Some(16), vec![Audience::Femmes]));
    assert_eq!(
        (service.cost.as_deref(), service.referred_by),
        (Some("1 € symbolique"), vec![ReferredBy::Professionnel])
    );
    assert_eq!((service.commune, service.phone), (place.commune, place.phone));
    let payload = &taken.records.iter().find(|record| record.source_id == "101#s2").unwrap().payload;
    assert!(payload["place"].get("services_all").is_none() && payload["service"]["serviceObjectId"] == "s2");
}

#[test]
fn an_unconditional_reception_filters_nobody() {
    let all = &serde_json::from_str::<Value>(PLACES).unwrap()["places"][0]["publics"];
    for accueil in [json!(0), json!("0"), json!(0.0)] {
        let mut publics = all.clone();
        publics["accueil"] = accueil;
        let fields = places(&[json!({ "publics": publics })]).fields("1");
        assert_eq!((fields.audiences, fields.age_min, fields.age_max), (vec![Audience::Tous], None, None));
        assert_eq!(fields.inclusion, None);
    }
    for accueil in [1, 2] {
        let mut publics = all.clone();
        publics["accueil"] = json!(accueil);
        let fields = places(&[json!({ "publics": publics })]).fields("1");
        assert_eq!(
            (fields.audiences.len(), fields.inclusion, fields.extra.len()),
            (0, None, 0),
            "all values choose nobody"
        );
    }
    let odd = places(&[json!({ "publics": { "accueil": 7 } })]);
    assert!(odd.fields("1").audiences.is_empty() && odd.issues.len() == 1);
}

#[test]
fn a_preference_is_no_limit() {
    let publics = |accueil: u8| json!({ "publics": { "accueil": accueil, "age": { "min": 24, "max": 64 }, "gender": ["women"] } });
    let preferred = places(&[publics(1)]).fields("1");
    assert_eq!(
        (preferred.age_min, preferred.inclusion, preferred.audiences),
        (None, None, vec![Audience::Femmes])
    );
    assert_eq!(preferred.extra["accueil de préférence"], "femmes ; de 24 à 64 ans");
    let only = places(&[publics(2)]).fields("1");
    assert_eq!((only.age_min, only.age_max), (Some(24), Some(64)));
    assert_eq!(only.inclusion.as_deref(), Some("Accueil exclusif : femmes ; de 24 à 64 ans"));
}

#[test]
fn a_postal_code_in_the_place_of_the_communes_is_not_said_again() {
    let position = |code: &str| json!({ "position": { "address": "1 rue de l’Exemple, 42170 Saint-Just-Saint-Rambert", "postalCode": "42170", "city": "Saint-Just-Saint-Rambert", "cityCode": code, "location": { "coordinates": [4.24, 45.50] } } });
    for code in ["42170", "42279", "", "pas un code"] {
        let taken = places(&[position(code)]);
        let fields = taken.fields("1");
        assert_eq!(fields.commune.as_deref(), Some("42279"), "{code}");
        assert_eq!(fields.address.as_deref(), Some("1 rue de l’Exemple"));
        assert_eq!(fields.location.unwrap().precision, Precision::Address);
        assert!(taken.issues.is_empty(), "{code}: {}", told(&taken.issues));
    }
}

#[test]
fn what_is_true_for_some_time_changes_no_status() {
    let closure = json!({ "tempInfos": { "closure": { "actif": true, "dateDebut": "2026-08-02T22:00:00Z", "dateFin": "2026-08-31T21:59:59Z", "description": "<p>Congés</p>" } } });
    let fields = places(&[closure]).fields("1");
    assert_eq!(fields.status, Status::Ouvert);
    assert_eq!(fields.extra["fermeture temporaire"], "du 3 août 2026 au 31 août 2026 : Congés");
}

#[test]
fn a_place_is_full_when_all_that_is_open_is() {
    let service = |status: &str, closed: bool| json!({ "category": "shower", "saturated": { "status": status }, "close": { "actif": closed } });
    for (services, status) in [
        (vec![service("HIGH", false), service("HIGH", false)], Status::Sature),
        (vec![service("HIGH", false), service("LOW", true)], Status::Sature),
        (vec![service("HIGH", false), service("LOW", false)], Status::Ouvert),
        (vec![service("HIGH", true)], Status::Ouvert),
        (vec![service("MODERATE", false)], Status::Ouvert),
        (vec![], Status::Ouvert),
    ] {
        assert_eq!(places(&[json!({ "services_all": services })]).fields("1").status, status, "{services:?}");
    }
}

#[test]
fn a_service_that_its_place_lost_is_not_shown() {
    let with = json!({ "updatedAt": "2026-01-01T00:00:00Z", "services_all": [{ "category": "day_hosting" }, { "category": "vaccination", "serviceObjectId": "s" }] });
    let without =
        json!({ "updatedAt": "2026-02-01T00:00:00Z", "services_all": [{ "category": "day_hosting" }] });
    for both in [[with.clone(), without.clone()], [without.clone(), with.clone()]] {
        let taken = places(&both);
        assert_eq!(
            (taken.counts(), taken.skipped_ids.as_slice()),
            ((1, 0, 1), ["1#s".to_owned()].as_slice())
        );
    }
    assert_eq!(places(&[with.clone(), with]).counts(), (2, 0, 0), "pages that repeat a place change nothing");
}

#[test]
fn files_of_other_formats_are_named() {
    for (text, expected) in [
        ("{\"nbResults\": 0, \"places\": []}", "aucun lieu"),
        ("[{\"id\": \"a\", \"nom\": \"b\"}]", "« id », « nom »"),
        ("[{\"tempInfoType\": \"CLOSURE\", \"placeId\": 6}]", "informations temporaires de Soliguide"),
        ("{\"message\": \"Unauthorized\"}", "« message »"),
        ("sept", "du texte qui n’est pas du JSON"),
    ] {
        let error = read_parts(&file("x.json", text)).unwrap_err().to_string();
        assert!(error.starts_with("x.json : trouvé : ") && error.contains(expected), "{text}: {error}");
    }
    assert!(matches!(read_parts(&file("x.json", "<html>")), Err(ReadError::NotATable { .. })));
}

#[test]
fn a_truncated_file_withdraws_nothing() {
    let cut = &PLACES[..PLACES.find("\"lieu_id\": 103").unwrap()];
    let taken = read(cut);
    assert_eq!((taken.records.len(), taken.damaged), (3, true));
}

fn sorted(taken: &Taken) -> Vec<(String, maille_domain::field::Values)> {
    let mut values: Vec<_> =
        taken.records.iter().map(|record| (record.source_id.clone(), record.values.clone())).collect();
    values.sort_by(|a, b| a.0.cmp(&b.0));
    values
}

#[test]
fn the_order_of_a_file_means_nothing() {
    let mut source: Value = serde_json::from_str(PLACES).unwrap();
    source["places"].as_array_mut().unwrap().reverse();
    let there = read(PLACES);
    assert_eq!(sorted(&there), sorted(&read(source.to_string())));
    assert_eq!(sorted(&there), sorted(&read(source["places"].to_string())), "without the envelope");
    let twice = ["a.json", "b.json"].map(|name| Part::bytes(name, PLACES.as_bytes()));
    assert_eq!(sorted(&there), sorted(&read_parts(&Parts::new(twice.into())).unwrap()));
}

#[test]
fn the_places_of_the_test_database_are_read() {
    let Some(parts) = shared_parts(&["soliguide/places-test-db-a.json"]) else { return };
    let taken = read_parts(&parts).unwrap();
    assert_eq!((taken.counts(), taken.damaged), ((15, 0, 57), false));
    assert!(taken.issues.is_empty(), "{}", told(&taken.issues));
    let unmapped: Vec<_> = taken.unmapped.iter().map(|code| (code.code.as_str(), code.count)).collect();
    assert_eq!(unmapped, [("emergency_accommodation", 9), ("social_accompaniment", 4), ("wifi", 1)]);
    for record in &taken.records {
        let fields = Fields::from_values(record.values.clone()).unwrap();
        assert!(fields.commune.is_some() && fields.location.is_some() && fields.coverage.is_empty());
        assert!(fields.source_url.unwrap().starts_with("https://soliguide.fr/fr/fiche/"));
    }
    assert_eq!(taken.fields("5").status, Status::Ferme);
    let closed = taken.fields("6");
    assert_eq!(closed.status, Status::Ouvert);
    assert!(closed.extra["fermeture temporaire"].starts_with("à partir du 3 mars 2022 : "));
    let exclusive = taken.fields("10");
    assert_eq!((exclusive.age_min, exclusive.age_max), (Some(24), Some(64)));
    assert_eq!(exclusive.audiences, [Audience::Femmes]);
    let spoken = taken.fields("22");
    assert_eq!(
        (spoken.languages, spoken.accessibility),
        (vec!["ar".into(), "dv".into(), "fr".into()], vec!["lsf".to_owned()])
    );
    assert_eq!(spoken.commune.as_deref(), Some("75103"));
    let mobile = taken.fields("29");
    assert_eq!((mobile.modes, mobile.category.code()), (vec![Mode::Itinerant], "aide-alimentaire"));
    assert_eq!(mobile.commune.as_deref(), Some("33063"));
    assert_eq!(mobile.extra["arrêts"].matches("jeudi").count(), 2, "{}", mobile.extra["arrêts"]);
    assert!(taken.fields("14").referral.is_some());
}

#[test]
fn temporary_information_alone_is_no_directory() {
    let Some(parts) = shared_parts(&["soliguide/temp-infos-test-db.json"]) else { return };
    let error = read_parts(&parts).unwrap_err().to_string();
    assert!(error.contains("informations temporaires de Soliguide"), "{error}");
}

#[test]
fn temporary_information_beside_places_is_said_once() {
    let temporary =
        "[{\"tempInfoType\": \"CLOSURE\", \"placeId\": 1}, {\"tempInfoType\": \"HOURS\", \"placeId\": 1}]";
    let parts = [("lieux.json", PLACES), ("infos.json", temporary)];
    let parts = Parts::new(parts.map(|(name, text)| Part::bytes(name, text.as_bytes())).into());
    let (alone, beside) = (read(PLACES), read_parts(&parts).unwrap());
    assert_eq!(sorted(&alone), sorted(&beside));
    assert_eq!((alone.counts(), alone.issues.len() + 1), (beside.counts(), beside.issues.len()));
}
