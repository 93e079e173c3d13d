//! The command, as an operator types it.

use std::process::Output;

use serde_json::Value;

use crate::support::{DataDirectory, TWO_TEAMS, counts};

#[test]
fn importing_twice_changes_nothing_the_second_time() {
    let data = DataDirectory::new();
    let file = data.file("teams.csv", TWO_TEAMS);
    let first = data.json(&["import", "csv", &file, "--source", "x", "--json"]);
    assert_eq!(counts(&first), [2, 2, 0, 0, 0, 0]);
    let second = data.json(&["import", "csv", &file, "--source", "x", "--json"]);
    assert_eq!(counts(&second), [2, 0, 0, 2, 0, 0]);

    // One row changed, one gone: half the source would be withdrawn.
    let changed = TWO_TEAMS.replace("01 99 00 00 01", "01 99 00 00 09");
    let shorter = data.file("teams.csv", changed.lines().take(2).collect::<Vec<_>>().join("\n").as_str());
    let refused = data.run(&["import", "csv", &shorter, "--source", "x", "--json"]);
    assert_eq!(refused.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&refused.stdout).unwrap();
    assert_eq!((&report["applied"], counts(&report)), (&false.into(), [1, 0, 1, 0, 1, 0]));

    let dry = data.json(&["import", "csv", &shorter, "--source", "x", "--partial", "--dry-run", "--json"]);
    assert_eq!((&dry["applied"], &dry["changes"][0]["action"]), (&false.into(), &"updated".into()));
    assert_eq!(dry["changes"][0]["fields"][0]["after"], "+33199000009");

    let forced = data.json(&["import", "csv", &shorter, "--source", "x", "--force", "--json"]);
    assert_eq!((&forced["applied"], counts(&forced)), (&true.into(), [1, 0, 1, 0, 1, 0]));
    let found = data.json(&["search", "geriatrie"]);
    assert_eq!(found["total"], 1, "what was withdrawn is no longer found");

    let runs = data.json(&["runs", "--json"]);
    assert_eq!(runs.as_array().unwrap().len(), 3, "a dry run and a refused one are not kept");
    assert_eq!(data.json(&["conflicts", "--json"]), Value::Array(vec![]));
}

#[test]
fn a_correction_outlives_the_next_import_and_shows_the_conflict() {
    let data = DataDirectory::new();
    let file = data.file("teams.csv", TWO_TEAMS);
    data.json(&["import", "csv", &file, "--source", "x", "--json"]);
    data.json(&["set", "emg-1", "phone", "01 99 00 00 77", "--reason", "appelé", "--json"]);
    let moved = data.file("teams.csv", &TWO_TEAMS.replace("01 99 00 00 01", "01 99 00 00 55"));
    data.json(&["import", "csv", &moved, "--source", "x", "--json"]);
    let found = data.json(&["search", "coteaux"]);
    assert_eq!(found["hits"][0]["phone"], "+33199000077");
    let conflicts = data.json(&["conflicts", "--json"]);
    assert_eq!(conflicts[0]["theirs"][0], "+33199000055");
}

#[test]
fn good_rows_go_in_and_bad_ones_are_explained() {
    let data = DataDirectory::new();
    let file = data
        .file("messy.csv", &format!("{TWO_TEAMS}emg-3,Équipe,licorne,01 99,92999,commune:1,domicile,hier\n"));
    let report = data.json(&["import", "csv", &file, "--source", "x", "--json"]);
    assert_eq!(counts(&report), [3, 2, 0, 0, 0, 1]);
    let issues = report["issues"].as_array().unwrap();
    let fields: Vec<&str> = issues
        .iter()
        .filter(|issue| issue["severity"] == "error")
        .map(|issue| issue["field"].as_str().unwrap())
        .collect();
    assert_eq!(fields, ["category", "phone", "commune", "coverage", "verified_on"]);
    assert!(issues.iter().all(|issue| issue["line"] == 4 && !issue["expected"].as_str().unwrap().is_empty()));
    let run = data.json(&["runs", &report["run"].to_string(), "--json"]);
    assert_eq!(run["issues"], report["issues"], "the issues are kept with the run");
}

#[test]
fn a_coverage_that_names_an_unknown_territory_is_said() {
    let data = DataDirectory::new();
    let file = data.file("teams.csv", &TWO_TEAMS.replace("commune:92050", "territory:dac-absent"));
    let report = data.json(&["import", "csv", &file, "--source", "x", "--json"]);
    assert_eq!(counts(&report), [2, 2, 0, 0, 0, 0]);
    let issue = &report["issues"][0];
    assert_eq!((&issue["severity"], &issue["id"]), (&"warning".into(), &"emg-2".into()));
    let territories = data.file("t.csv", "code,kind,name,commune\ndac-absent,dac,DAC du Nord,92050\n");
    let imported = data.json(&["import", "territories", &territories, "--source", "t", "--json"]);
    assert_eq!(counts(&imported), [1, 1, 0, 0, 0, 0]);
    let found = data.json(&["search", "geriatrie", "--commune", "92050"]);
    assert_eq!((&found["hits"][0]["serves"], &found["total"]), (&"yes".into(), &1.into()));
}

#[test]
fn a_file_refused_as_a_whole_is_still_one_document() {
    let data = DataDirectory::new();
    let tabs = data.file("tabs.csv", "id\tname\tcategory\n1\tÉquipe\temg\n");
    let folder = std::env::temp_dir().to_str().unwrap().to_owned();
    for file in [tabs, data.file("empty.csv", ""), folder] {
        let output = data.run(&["import", "csv", &file, "--source", "x", "--json"]);
        assert_eq!(output.status.code(), Some(1), "{file}");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(
            (&report["applied"], report["issues"].as_array().unwrap().len()),
            (&false.into(), 1),
            "{report}"
        );
    }
}

#[test]
fn a_workbook_is_imported_and_a_file_of_another_format_is_named() {
    let data = DataDirectory::new();
    let workbook = concat!(env!("CARGO_MANIFEST_DIR"), "/importers/src/xlsx/samples/openpyxl.xlsx");
    let report = data.json(&["import", "xlsx", workbook, "--source", "x", "--json"]);
    assert_eq!(counts(&report), [2, 1, 0, 0, 0, 1]);
    assert_eq!((&report["issues"][0]["line"], &report["issues"][0]["column"]), (&2.into(), &4.into()));
    let text = data.file("teams.csv", TWO_TEAMS);
    fails(&data, &["import", "xlsx", &text, "--source", "x"], "maille import csv");
    fails(&data, &["import", "csv", workbook, "--source", "x"], "maille import xlsx");
}

#[test]
fn what_is_exported_is_read_back_as_it_was() {
    let data = DataDirectory::new();
    let file = data.file("teams.csv", TWO_TEAMS);
    data.json(&["import", "csv", &file, "--source", "x", "--json"]);
    let exported = data.run(&["export", "csv"]);
    assert!(exported.status.success());
    let text = String::from_utf8(exported.stdout).unwrap();

    let elsewhere = DataDirectory::new();
    let copy = elsewhere.file("export.csv", &text);
    let report = elsewhere.json(&["import", "csv", &copy, "--source", "x", "--json"]);
    assert_eq!(counts(&report), [2, 2, 0, 0, 0, 0]);
    let names = |data: &DataDirectory| -> Vec<Value> {
        let found = data.json(&["search", "geriatrie"]);
        found["hits"].as_array().unwrap().iter().map(|hit| hit["name"].clone()).collect()
    };
    let (mut here, mut there) = (names(&data), names(&elsewhere));
    here.sort_by_key(Value::to_string);
    there.sort_by_key(Value::to_string);
    assert_eq!(here, there);
}

#[test]
fn a_generated_directory_is_searched_like_any_other() {
    let data = DataDirectory::new();
    let generate = |listings: &str| data.run(&["generate", "--listings", listings, "--seed", "1", "--json"]);
    let report = |output: &Output| -> Value { serde_json::from_slice(&output.stdout).unwrap() };
    // More than one piece of the pipeline.
    let first = generate("1300");
    assert_eq!(counts(&report(&first)), [1300, 1300, 0, 0, 0, 0]);
    assert_eq!(report(&first)["issues"], Value::Array(vec![]), "its territories are known to the directory");
    assert_eq!(counts(&report(&generate("1300"))), [1300, 0, 0, 1300, 0, 0]);

    // Half of them would go: written, then given up as a whole.
    let refused = generate("650");
    assert_eq!((refused.status.code(), counts(&report(&refused))), (Some(1), [650, 0, 0, 650, 650, 0]));
    let exported = data.run(&["export", "csv"]).stdout;
    assert_eq!(csv::Reader::from_reader(&*exported).records().count(), 1300);

    let found = data.json(&["search", "ehpad residence"]);
    assert!(found["total"].as_u64().unwrap() > 10, "{}", found["total"]);
    assert_eq!(found["hits"][0]["sources"][0]["source"], "synthetique");
    let here = data.json(&["search", "soins à domicile", "--commune", "Toulouse"]);
    assert!(here["hits"].as_array().unwrap().iter().any(|hit| hit["serves"] == "yes"));
}

#[test]
fn what_cannot_start_says_why_in_one_sentence() {
    let data = DataDirectory::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    fails(&data, &["serve", "--listen", &address], &address);
    fails(
        &data,
        &["serve", "--listen", "127.0.0.1:0", "--database-url", "postgres://127.0.0.1:1/nobody"],
        "Postgres",
    );
    fails(
        &data,
        &["import", "csv", "absent.csv", "--source", "x", "--database-url", "postgres://127.0.0.1:1/nobody"],
        "Postgres",
    );

    let occupied = data.file("occupied", "a file where a folder should be");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_maille"))
        .args(["--data-dir", &occupied, "serve", "--listen", "127.0.0.1:0"])
        .env_remove("DATABASE_URL")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains(&occupied));

    let theme = data.file("portail.toml", "nom = \"Annuaire\"\n[couleurs]\naccent = \"rouge\"\n");
    let output = data.run(&["serve", "--listen", "127.0.0.1:0", "--theme", &theme]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("portail.toml, couleurs.accent : trouvé « rouge »"), "{said}");
    assert!(!data.path().join("postgres").exists(), "it is said before anything starts");

    let misused = data.run(&["import", "xls", "file", "--source", "x"]);
    assert_eq!(misused.status.code(), Some(2));
}

fn fails(data: &DataDirectory, arguments: &[&str], says: &str) {
    let output = data.run(arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    assert!(output.stdout.is_empty());
    let stderr = String::from_utf8_lossy(&output.stderr);
    let sentence = stderr.lines().last().unwrap_or_default();
    assert!(sentence.starts_with("maille : ") && stderr.contains(says), "{arguments:?}: {stderr}");
}
