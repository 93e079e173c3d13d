//! Commands at the same time: whatever the order they fall in, it is one in which they might have come.

use serde_json::Value;

use crate::support::{DataDirectory, wait_until};

/// A file of teams, enough for an import to take its time.
fn teams(phone: &str) -> String {
    let rows = (0..2_000).map(|i| format!("t-{i},Équipe n{i}x,emg,{phone},92007\n"));
    std::iter::once("id,name,category,phone,commune\n".to_owned()).chain(rows).collect()
}

/// The phone that a search shows, if it finds the listing yet.
fn phone_of(data: &DataDirectory, name: &str) -> Option<Value> {
    let found = data.json(&["search", name]);
    let hits = found["hits"].as_array().unwrap();
    hits.iter().find(|hit| hit["name"] == name).map(|hit| hit["phone"].clone())
}

#[test]
fn two_imports_of_one_source_at_once_are_one_and_a_refusal_or_two_in_a_row() {
    let data = DataDirectory::new();
    let server = data.serve(&["serve"]);
    let files =
        ["01 99 00 00 01", "01 99 00 00 02"].map(|phone| data.file(&format!("{phone}.csv"), &teams(phone)));
    let both = files.map(|file| {
        let mut command = data.maille(&["import", "csv", &file, "--source", "essai", "--json"]);
        std::thread::spawn(move || command.output().unwrap())
    });
    let both = both.map(|one| one.join().unwrap());
    let accepted: Vec<_> = both.iter().filter(|output| output.status.success()).collect();
    assert!(!accepted.is_empty());
    for refused in both.iter().filter(|output| !output.status.success()) {
        let said = String::from_utf8_lossy(&refused.stderr);
        assert!(said.contains("un import de la source « essai » est déjà en cours"), "{said}");
    }
    let runs = data.json(&["runs", "--json"]);
    assert_eq!(runs.as_array().unwrap().len(), accepted.len());
    let last = runs[0]["location"].as_str().unwrap();
    let expected = if last.contains("01.csv") { "+33199000001" } else { "+33199000002" };
    for name in ["Équipe n0x", "Équipe n1999x"] {
        wait_until("the index has it", || phone_of(&data, name) == Some(expected.into()));
    }
    drop(server);
}

#[test]
fn an_import_edits_and_a_reindex_at_once_leave_what_they_would_have_left_in_a_row() {
    let data = DataDirectory::new();
    let first = data.file("first.csv", &teams("01 99 00 00 01"));
    let second = data.file("second.csv", &teams("01 99 00 00 02"));
    data.json(&["import", "csv", &first, "--source", "essai", "--json"]);
    let server = data.serve(&["serve"]);

    let mut commands = vec![
        data.maille(&["import", "csv", &second, "--source", "essai", "--json"]),
        data.maille(&["reindex", "--json"]),
    ];
    for id in ["t-0", "t-1000", "t-1999"] {
        commands.push(data.maille(&["set", id, "phone", "01 99 00 00 77", "--reason", "appelé", "--json"]));
    }
    let running =
        commands.into_iter().map(|mut command| std::thread::spawn(move || command.output().unwrap()));
    for one in running.collect::<Vec<_>>() {
        let output = one.join().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    // A correction outlives the import, whichever came first.
    for name in ["Équipe n0x", "Équipe n1000x", "Équipe n1999x"] {
        wait_until("the correction shows", || phone_of(&data, name) == Some("+33199000077".into()));
    }
    for name in ["Équipe n1x", "Équipe n1998x"] {
        wait_until("the import shows", || phone_of(&data, name) == Some("+33199000002".into()));
    }
    // Corrected before the import, the source moved under the correction; after it, it did not.
    for conflict in data.json(&["conflicts", "--json"]).as_array().unwrap() {
        assert_eq!(
            (&conflict["base"][0], &conflict["theirs"][0]),
            (&"+33199000001".into(), &"+33199000002".into())
        );
    }
    let found = server.json("/api/v1/search?q=equipe&limit=1");
    assert_eq!(found["total"], 2_000);
}
