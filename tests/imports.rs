//! Registers seen before they change anything: what a dry run tells, what a run of a part of a source may withdraw, what comes
//! back to be corrected.

use serde_json::{Value, json};

use crate::support::{DataDirectory, TWO_TEAMS, counts, shared};

/// An export of the ROR: one offer of each of these numbers and regions.
fn export(offers: &[(u32, &str)], phone: bool) -> String {
    const SD: &str = "https://interop.esante.gouv.fr/ig/fhir/ror/StructureDefinition";
    let nos = |table: &str, code: &str| {
        let system = format!("https://mos.esante.gouv.fr/NOS/{table}/FHIR/{}", table.replacen('_', "-", 1));
        json!({ "coding": [{ "system": system, "code": code }] })
    };
    let contact = |level: &str, number: &str| {
        json!({ "url": format!("{SD}/ror-healthcareservice-contact"), "extension": [
            { "url": "purposeContact", "valueCodeableConcept": nos("TRE_R287-NatureContact", "06") },
            { "url": format!("{SD}/ror-confidentiality-level"), "valueCodeableConcept": nos("TRE_R283-NiveauConfidentialite", level) },
            { "url": format!("{SD}/ror-healthcareservice-contact-telecom"), "extension": [
                { "url": format!("{SD}/ror-telecom-communication-channel"), "valueCodeableConcept": nos("TRE_R200-CanalCommunication", "2") },
                { "url": format!("{SD}/ror-telecom-confidentiality-level"), "valueCodeableConcept": nos("TRE_R283-NiveauConfidentialite", level) },
                { "url": "telecomAddress", "valueString": number },
            ] },
        ] })
    };
    let entries: Vec<Value> = offers
        .iter()
        .map(|(number, region)| {
            let mut extension = vec![contact("2", "01 99 00 22 22")];
            if phone {
                extension.push(contact("1", "01 99 00 11 11"));
            }
            json!({ "resource": {
                "resourceType": "HealthcareService", "id": number.to_string(),
                "meta": { "lastUpdated": "2026-06-01T00:00:00Z", "tag": [{ "system": "https://mos.esante.gouv.fr/NOS/TRE_R30-RegionOM/FHIR/TRE-R30-RegionOM", "code": region }] },
                "identifier": [{ "type": nos("TRE_R355-TypeIdentifiantAutre", "35"), "value": format!("{region}/{number:07}") }],
                "name": format!("Unité inventée {number}"), "extension": extension,
            } })
        })
        .collect();
    json!({ "resourceType": "Bundle", "type": "collection", "entry": entries }).to_string()
}

#[test]
fn a_dry_run_says_what_changes_in_words() {
    let data = DataDirectory::new();
    let file = data.file("teams.csv", TWO_TEAMS);
    data.json(&["import", "csv", &file, "--source", "x", "--json"]);
    data.json(&[
        "set",
        "emg-1",
        "phone",
        "01 99 00 00 77",
        "--reason",
        "appelé",
        "--author",
        "Zoé",
        "--json",
    ]);

    let moved = TWO_TEAMS.replace("01 99 00 00 01", "01 99 00 00 55");
    let moved = data.file("moved.csv", &moved);
    let told = data.run(&["import", "csv", &moved, "--source", "x", "--dry-run"]);
    let told = String::from_utf8(told.stdout).unwrap();
    assert!(told.contains("Téléphone : « 01 99 00 00 01 » → « 01 99 00 00 55 »"), "{told}");
    assert!(told.contains("corrigé ici par Zoé, « 01 99 00 00 77 » reste"), "{told}");
    assert!(
        told.contains("2 fiches lues : 0 nouvelle, 1 modifiée, 1 inchangée, 0 refusée, 0 retirée"),
        "{told}"
    );

    let report = data.json(&["import", "csv", &moved, "--source", "x", "--dry-run", "--json"]);
    let change = &report["changes"][0];
    assert_eq!(change["fields"][0]["after"], "+33199000055");
    assert_eq!(change["conflicts"][0]["decided"], "+33199000077");
    assert!(data.json(&["runs", "--json"]).as_array().unwrap().len() == 1, "a dry run is not kept");

    // Capitals and spacing are noise.
    let name = TWO_TEAMS.lines().nth(1).unwrap().split(',').nth(1).unwrap();
    let noise = data.file("noise.csv", &TWO_TEAMS.replace(name, &name.to_uppercase().replace(' ', "  ")));
    let report = data.json(&["import", "csv", &noise, "--source", "x", "--json"]);
    assert_eq!(counts(&report), [2, 0, 0, 2, 0, 0]);
}

#[test]
fn absence_counts_within_the_scope_of_a_run() {
    let data = DataDirectory::new();
    let import = |offers: &[(u32, &str)], phone: bool, more: &[&str]| {
        let file = data.file("export.json", &export(offers, phone));
        data.json(&[&["import", "ror-fhir", &file, "--source", "ror", "--force", "--json"], more].concat())
    };
    let both = [(1, "11"), (2, "11"), (3, "76")];
    assert_eq!(counts(&import(&both, true, &["--profile", "2"])), [3, 3, 0, 0, 0, 0]);
    // A file of one region says nothing of the other.
    assert_eq!(counts(&import(&[(1, "11"), (2, "11")], true, &["--profile", "2"])), [2, 0, 0, 2, 0, 0]);
    // With weaker eyes, nothing is taken away: neither an offer nor the phone that they do not see.
    assert_eq!(counts(&import(&[(1, "11")], false, &["--profile", "0"])), [1, 0, 0, 1, 0, 0]);
    // The same eyes, the same region: what is missing is gone, and what is silent is empty.
    let report = import(&[(1, "11"), (3, "76")], false, &["--profile", "2", "--region", "11"]);
    assert_eq!((counts(&report), &report["skipped"]), ([1, 0, 1, 0, 1, 0], &1.into()));
    let found = data.json(&["search", "unite inventee"]);
    let names: Vec<&str> =
        found["hits"].as_array().unwrap().iter().map(|hit| hit["name"].as_str().unwrap()).collect();
    assert_eq!(found["total"], 2, "{names:?}");
    // Back again, with its history.
    let report = import(&[(1, "11"), (2, "11")], true, &["--profile", "2", "--region", "11"]);
    assert_eq!(counts(&report), [2, 0, 2, 0, 0, 0]);
    let runs = data.json(&["runs", "--json"]);
    assert_eq!((&runs[0]["region"], &runs[0]["profile"]), (&"11".into(), &2.into()));
}

#[test]
fn a_delta_takes_nothing_away_of_what_it_only_refers_to() {
    let Some(export) = shared("ror/SYNTHETIC-export") else { return };
    let data = DataDirectory::new();
    let parts = data.path().join("parts");
    std::fs::create_dir(&parts).unwrap();
    for part in ["export-part-0001.json", "export-part-0002.json", "export-part-0003.json"] {
        std::fs::copy(format!("{export}/{part}"), parts.join(part)).unwrap();
    }
    let report = data.json(&["import", "ror-fhir", parts.to_str().unwrap(), "--source", "ror", "--json"]);
    assert_eq!((counts(&report), &report["skipped"]), ([107, 107, 0, 0, 0, 0], &3.into()));
    let delta = format!("{export}/delta-lastUpdated.json");
    let report =
        data.json(&["import", "ror-fhir", &delta, "--source", "ror", "--partial", "--dry-run", "--json"]);
    assert_eq!((&report["read"], &report["withdrawn"]), (&4.into(), &0.into()));
    for change in report["changes"].as_array().unwrap() {
        for field in change["fields"].as_array().unwrap() {
            assert_ne!(field["after"], "", "{change}");
        }
    }
}

#[test]
fn a_unit_that_becomes_sensitive_is_hidden_at_once() {
    let data = DataDirectory::new();
    let offers = [(1, "11"), (2, "11")];
    let file = data.file("export.json", &export(&offers, true));
    data.json(&["import", "ror-fhir", &file, "--source", "ror", "--json"]);
    let mut bundle: Value = serde_json::from_str(&export(&offers, true)).unwrap();
    let url =
        "https://interop.esante.gouv.fr/ig/fhir/ror/StructureDefinition/ror-healthcareservice-sensitive-unit";
    let sensitive = json!({ "url": url, "valueBoolean": true });
    bundle["entry"][0]["resource"]["extension"].as_array_mut().unwrap().push(sensitive);
    let file = data.file("delta.json", &bundle.to_string());
    let import = ["import", "ror-fhir", &file, "--source", "ror", "--partial", "--json"];
    let report = data.json(&[&import[..], &["--dry-run"]].concat());
    assert_eq!(
        (&report["changes"][0]["action"], &report["changes"][0]["hidden"]),
        (&"withdrawn".into(), &true.into())
    );
    let report = data.json(&import);
    assert_eq!((counts(&report), &report["skipped"]), ([1, 0, 0, 1, 1, 0], &1.into()));
    assert_eq!(data.json(&["search", "unite inventee"])["total"], 1);
}

#[test]
fn contacts_that_are_not_for_everybody_are_shown_to_nobody() {
    let data = DataDirectory::new();
    let file = data.file("export.json", &export(&[(1, "11")], true));
    data.json(&["import", "ror-fhir", &file, "--source", "ror", "--json"]);
    let server = data.serve(&["serve"]);
    server.wait_until_ready();
    let found = server.json("/api/v1/search?q=unite%20inventee");
    let (id, slug) = (found["hits"][0]["id"].as_str().unwrap(), found["hits"][0]["slug"].as_str().unwrap());
    for path in [format!("/api/v1/listings/{id}"), format!("/ressources/{slug}")] {
        let (status, body) = server.get(&path);
        let digits: String = body.chars().filter(char::is_ascii_digit).collect();
        assert_eq!(status, 200);
        assert!(digits.contains("99001111") && !digits.contains("99002222"), "{path}: {body}");
    }
    let exported = String::from_utf8(data.run(&["export", "csv"]).stdout).unwrap();
    assert!(exported.contains("+33199001111") && !exported.contains("2222"), "{exported}");
}

#[test]
fn refused_rows_come_back_to_be_corrected() {
    let data = DataDirectory::new();
    let bad = format!(
        "{TWO_TEAMS}emg-3,Équipe trois,licorne,01 99 00 00 03,92007,commune:92007,domicile,2026-01-02\n"
    );
    let file = data.file("teams.csv", &bad);
    let aside = data.file("refus.csv", "");
    let report = data.json(&["import", "csv", &file, "--source", "x", "--rejected", &aside, "--json"]);
    assert_eq!(counts(&report), [3, 2, 0, 0, 0, 1]);
    let written = std::fs::read_to_string(&aside).unwrap();
    let kept = data.run(&["runs", &report["run"].to_string(), "--rejected"]);
    assert_eq!(String::from_utf8(kept.stdout).unwrap(), written, "what is kept is what was written");
    assert!(written.lines().next().unwrap().ends_with(";anomalie"), "{written}");
    assert!(written.contains("licorne") && written.contains("un code du vocabulaire"), "{written}");

    let corrected = data.file("refus.csv", &written.replace(";licorne;", ";emg;"));
    let report = data.json(&["import", "csv", &corrected, "--source", "x", "--partial", "--json"]);
    assert_eq!((counts(&report), &report["issues"]), ([1, 1, 0, 0, 0, 0], &json!([])));
}

#[test]
fn a_file_of_another_format_is_named() {
    let data = DataDirectory::new();
    let file = data.file("export.json", &export(&[(1, "11")], true));
    for format in [
        "csv",
        "soliguide",
        "lannuaire",
        "data-inclusion",
        "hsds",
        "geojson",
        "finess",
        "cpts",
        "territories",
    ] {
        let refused = data.run(&["import", format, &file, "--source", "x", "--json"]);
        assert_eq!(refused.status.code(), Some(1), "{format}");
        let said = String::from_utf8(refused.stderr).unwrap();
        assert!(said.contains("« ror-fhir »"), "{format}: {said}");
        let report: Value = serde_json::from_slice(&refused.stdout).unwrap();
        assert_eq!((&report["created"], &report["applied"]), (&0.into(), &false.into()), "{format}");
    }
}

#[test]
fn the_source_of_what_the_team_creates_is_no_files() {
    let data = DataDirectory::new();
    let listings = data.file("teams.csv", TWO_TEAMS);
    let territories = data.file("t.csv", "code,kind,name,commune\nsud,dac,DAC du Sud,92007\n");
    for (format, file) in [("csv", &listings), ("territories", &territories)] {
        let refused = data.run(&["import", format, file, "--source", "saisie"]);
        let said = String::from_utf8(refused.stderr).unwrap();
        assert_eq!(refused.status.code(), Some(1), "{format}: {said}");
        assert!(said.contains("« saisie » : réservé aux fiches créées par l’équipe"), "{format}: {said}");
    }
    assert_eq!(data.json(&["runs", "--json"]), json!([]));
}
