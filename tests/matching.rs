//! One town as four sources write it: what several of them describe appears once, with the best of each.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::{DataDirectory, Server, counts, shared};

/// The sources, as they are imported: format, file, name.
const SOURCES: [(&str, &str, &str); 4] = [
    ("finess", "finess.csv", "finess"),
    ("data-inclusion", "data-inclusion.json", "data-inclusion"),
    ("ror-fhir", "ror.json", "ror"),
    ("csv", "equipe.csv", "equipe"),
];

/// What there is in the town, each thing as the records that describe it.
const THINGS: &[&[&str]] = &[
    // A hospital, its two mobile teams and its walk-in clinic for people without cover.
    &["finess:929998011", "equipe:ch"],
    &["ror:11/0990001", "equipe:emg"],
    &["ror:11/0990002", "equipe:emsp"],
    &["data-inclusion:exemple--pass", "ror:11/0990003", "equipe:pass"],
    // Two services of one house, and the namesake of the next town.
    &["finess:929998029", "data-inclusion:exemple--cmp-bagneux", "ror:11/0990004", "equipe:cmp-a"],
    &["finess:929998037", "ror:11/0990005", "equipe:cmp-e"],
    &["finess:929998102", "ror:11/0990006"],
    // Two desks of one town hall, and the namesake of the next town.
    &["data-inclusion:exemple--ccas-bagneux", "equipe:ccas-b"],
    &["finess:929998045", "data-inclusion:exemple--clic-bagneux", "equipe:clic-b"],
    &["data-inclusion:exemple--ccas-antony", "equipe:ccas-a"],
    &["data-inclusion:exemple--fs-antony", "equipe:fs"],
    &["finess:929998052", "data-inclusion:exemple--dossier-mdph", "ror:11/0990011", "equipe:mdph"],
    // Nursing and help at home of one association.
    &["finess:929998060", "ror:11/0990007", "equipe:ssiad"],
    &["finess:929998078", "data-inclusion:exemple--aide-domicile", "ror:11/0990008"],
    // A nursing home, and those who come for the day.
    &["finess:929998086", "ror:11/0990009", "equipe:tilleuls"],
    &["finess:929998094", "ror:11/0990010", "equipe:tilleuls-aj"],
    &["finess:929998110", "data-inclusion:exemple--addictions", "ror:11/0990012", "equipe:csapa"],
    // What only the team knows.
    &["equipe:amis"],
];

/// The file of a source.
fn file(name: &str) -> String {
    format!("{}/tests/matching/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn import(data: &DataDirectory, (format, name, source): (&str, &str, &str)) -> Value {
    data.json(&["import", format, &file(name), "--source", source, "--json"])
}

/// A directory of the town, its sources imported in this order while it is served.
fn town(order: [usize; 4]) -> (DataDirectory, Server) {
    let data = DataDirectory::new();
    let server = data.serve(&["serve"]);
    for position in order {
        let report = import(&data, SOURCES[position]);
        let [read, created, ..] = counts(&report);
        assert_eq!((read, report["issues"].as_array().unwrap().len()), (created, 0), "{report}");
    }
    (data, server)
}

/// The listings as anybody sees them, by the records that they are made of.
fn listings(data: &DataDirectory, server: &Server) -> BTreeMap<Vec<String>, Value> {
    // A search of the command line waits until the server has caught up with the directory.
    data.json(&["search", "tout"]);
    let found = server.json("/api/v1/search?sort=name&limit=100");
    let hits = found["hits"].as_array().unwrap();
    assert_eq!(found["total"], hits.len(), "{found}");
    // What may be the same, and is not decided, is folded into one hit.
    let folded = hits.iter().flat_map(|hit| hit["also"].as_array().unwrap());
    let listing = |hit: &Value| {
        let listing = server.json(&format!("/api/v1/listings/{}", hit["id"].as_str().unwrap()));
        (records(&listing), listing)
    };
    hits.iter().chain(folded).map(listing).collect()
}

/// The records that a listing is made of.
fn records(listing: &Value) -> Vec<String> {
    let named = |record: &Value| {
        format!("{}:{}", record["source"].as_str().unwrap(), record["source_id"].as_str().unwrap())
    };
    listing["sources"].as_array().unwrap().iter().map(named).collect()
}

/// The things that should be there, as [`listings`] names them.
fn things() -> BTreeSet<Vec<String>> {
    let sorted = |records: &&[&str]| {
        let mut records: Vec<String> = records.iter().map(|record| (*record).to_owned()).collect();
        records.sort();
        records
    };
    THINGS.iter().map(sorted).collect()
}

/// The listing that a record speaks for.
fn of<'a>(listings: &'a BTreeMap<Vec<String>, Value>, record: &str) -> &'a Value {
    listings.iter().find(|(records, _)| records.iter().any(|known| known == record)).expect(record).1
}

fn value<'a>(listing: &'a Value, field: &str) -> &'a Value {
    &listing["fields"][field]["value"]
}

/// The pairs that wait for a person, or that are one listing (`--linked`).
fn pairs(data: &DataDirectory, which: &[&str]) -> BTreeSet<String> {
    let pairs = data.json(&[&["duplicates", "--json"], which].concat());
    let named = |pair: &Value| {
        let [a, b] = ["a", "b"].map(|side| {
            let side = &pair[side];
            let text = |name: &str| side[name].as_str().unwrap().to_owned();
            format!("{} ({}:{})", text("name"), text("source"), text("source_id"))
        });
        format!("{a} = {b}")
    };
    pairs.as_array().unwrap().iter().map(named).collect()
}

/// Which source gives which field of which listing.
fn table(listings: &BTreeMap<Vec<String>, Value>) -> String {
    let sources = SOURCES.map(|(_, _, source)| source);
    let mut rows: Vec<String> = listings
        .iter()
        .map(|(records, listing)| {
            let cells = sources.map(|source| {
                let given: Vec<&str> = listing["fields"]
                    .as_object()
                    .unwrap()
                    .iter()
                    .filter(|(_, field)| field["origin"]["source"] == source)
                    .map(|(name, _)| &**name)
                    .collect();
                let speaks = records.iter().any(|record| record.starts_with(&format!("{source}:")));
                match (speaks, given.is_empty()) {
                    (false, _) => "–".to_owned(),
                    (true, true) => "(rien)".to_owned(),
                    (true, false) => given.join(", "),
                }
            });
            format!("| {} | {} |", value(listing, "name").as_str().unwrap(), cells.join(" | "))
        })
        .collect();
    rows.sort();
    format!("| fiche | {} |\n| --- | --- | --- | --- | --- |\n{}", sources.join(" | "), rows.join("\n"))
}

#[test]
fn what_several_sources_describe_appears_once_with_the_best_of_each() {
    let (data, server) = town([0, 1, 2, 3]);
    let listings = listings(&data, &server);
    assert_eq!(listings.keys().cloned().collect::<BTreeSet<_>>(), things());
    insta::assert_snapshot!("fields_and_sources", table(&listings));
    assert_eq!(pairs(&data, &[]), BTreeSet::new(), "nothing is left to a person");

    // What the others say is there too.
    let cmp = of(&listings, "equipe:cmp-a");
    let said = |field: &str| -> Vec<&str> {
        cmp["fields"][field]["others"]
            .as_array()
            .unwrap()
            .iter()
            .map(|other| other["source"].as_str().unwrap())
            .collect()
    };
    assert_eq!(said("name"), ["ror", "data-inclusion", "finess"]);
    assert_eq!(said("phone"), ["ror", "data-inclusion", "finess"]);
    assert_eq!(said("hours"), ["data-inclusion"]);
    assert_eq!(cmp["fields"]["phone"]["others"][2]["value"], json!(["+33199002000"]));

    // One hit for each, whoever it is asked for by: the words of any of the sources.
    for (asked, record) in [
        ("CMP adultes", "equipe:cmp-a"),
        ("centre médico-psychologique enfants", "equipe:cmp-e"),
        ("équipe mobile de gériatrie", "equipe:emg"),
        ("EHPAD Les Tilleuls", "equipe:tilleuls"),
    ] {
        let path = format!("/api/v1/search?q={}&commune=92007&limit=50", asked.replace(' ', "+"));
        let id = &of(&listings, record)["id"];
        let hits = server.json(&path);
        let found = hits["hits"].as_array().unwrap().iter().filter(|hit| hit["id"] == *id).count();
        assert_eq!(found, 1, "{asked}: {hits}");
    }

    assert_eq!(value(cmp, "name"), "CMP adultes Bagneux");
    assert_eq!(value(cmp, "finess"), "929998029");
    assert_eq!(value(cmp, "coverage"), &json!(["commune:92007", "commune:92032"]));
    let origin = |field: &str| cmp["fields"][field]["origin"]["source"].as_str().unwrap();
    assert_eq!(
        ["name", "coverage", "hours", "finess", "verified_on"].map(origin),
        ["equipe", "ror", "ror", "finess", "equipe"]
    );
}

#[test]
fn the_order_of_the_imports_does_not_matter() {
    let seen = |order| {
        let (data, server) = town(order);
        let fields: BTreeMap<Vec<String>, BTreeMap<String, Value>> = listings(&data, &server)
            .into_iter()
            .map(|(records, listing)| {
                let fields = listing["fields"].as_object().unwrap().iter();
                let said = fields
                    .map(|(name, field)| (name.clone(), json!([field["value"], field["origin"]["source"]])));
                (records, said.collect())
            })
            .collect();
        fields
    };
    assert_eq!(seen([0, 1, 2, 3]), seen([3, 1, 0, 2]));
}

#[test]
fn a_correction_outlives_its_sources_and_a_person_settles_what_they_say_since() {
    let (data, server) = town([0, 1, 2, 3]);
    let phone = || value(of(&listings(&data, &server), "equipe:csapa"), "phone").clone();
    let slug = of(&listings(&data, &server), "equipe:csapa")["slug"].as_str().unwrap().to_owned();
    let set = |number: &str| {
        data.json(&["set", &slug, "phone", number, "--reason", "appelé", "--author", "Zoé", "--json"]);
    };
    let team = std::fs::read_to_string(file("equipe.csv")).unwrap();
    let team_says = |number: &str| {
        let changed = data.file("equipe.csv", &team.replace("01 99 00 70 00", number));
        let report = data.json(&["import", "csv", &changed, "--source", "equipe", "--json"]);
        assert_eq!(counts(&report)[2..], [1, 15, 0, 0]);
    };
    let conflicts = || data.json(&["conflicts", "--json"]);
    let settle = |side: &str| {
        data.json(&["settle", &slug, "phone", side, "--reason", "rappelé", "--author", "Zoé", "--json"]);
    };
    let is = |number: &str| json!([format!("+3319900{number}")]);
    assert_eq!(phone(), is("7000"));

    set("01 99 00 70 77");
    assert_eq!((phone(), conflicts()), (is("7077"), json!([])));
    team_says("01 99 00 70 55");
    assert_eq!(phone(), is("7077"), "the correction stands");
    let listed = conflicts();
    let conflict = &listed[0];
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
    assert_eq!((&conflict["ours"], &conflict["theirs"]), (&is("7077"), &is("7055")));
    let (decided, said) = (&conflict["at"], &conflict["their_origin"]["at"]);
    assert!(decided.as_str().unwrap() < said.as_str().unwrap(), "{conflict}");

    settle("garder");
    assert_eq!((phone(), conflicts()), (is("7077"), json!([])));
    team_says("01 99 00 70 56");
    assert_eq!((phone(), &conflicts()[0]["theirs"]), (is("7077"), &is("7056")));
    settle("suivre");
    assert_eq!((phone(), conflicts()), (is("7056"), json!([])));
}

#[test]
fn what_is_dropped_linked_or_parted_comes_back_as_it_was() {
    let (data, server) = town([0, 1, 2, 3]);
    let before = listings(&data, &server);
    let says = |listing: &Value, source: &str| {
        listing["fields"].as_object().unwrap().values().any(|field| field["origin"]["source"] == source)
    };
    assert!(before.values().any(|listing| says(listing, "ror")));

    let why = ["--reason", "essai", "--author", "Zoé", "--json"];
    let run = |arguments: &[&str]| data.json(&[arguments, &why[..]].concat());
    run(&["sources", "--drop", "ror"]);
    let without = listings(&data, &server);
    assert_eq!(without.len(), THINGS.len(), "all that the ROR describes, others describe too");
    assert!(!without.values().any(|listing| says(listing, "ror")));
    assert_eq!(value(of(&without, "equipe:cmp-a"), "coverage"), &Value::Null);
    run(&["sources", "--restore", "ror"]);
    assert_eq!(listings(&data, &server), before);

    for (decided, a, b, left) in [
        ("link", "ror:11/0990006", "equipe:ccas-a", THINGS.len() - 1),
        ("unlink", "finess:929998011", "equipe:ch", THINGS.len() + 1),
    ] {
        let told = run(&[decided, a, b]);
        assert_eq!(listings(&data, &server).len(), left, "{decided}");
        run(&["undo", &told["decision"].to_string()]);
        assert_eq!(listings(&data, &server), before);
    }
}

#[test]
fn registers_of_other_towns_stay_apart() {
    let samples = [
        ("finess", "finess/etalab-cs1100502-extract-20260512.csv", "finess-national"),
        ("data-inclusion", "data-inclusion/api-page-services_all.json", "data-inclusion-national"),
        ("lannuaire", "lannuaire/api-explore-v2.1-LAYOUT-EXAMPLE.json", "lannuaire"),
        ("soliguide", "soliguide/places-test-db-a.json", "soliguide"),
        ("ror-fhir", "ror/SYNTHETIC-export/export-part-0002.json", "ror-autre"),
    ];
    let (data, _server) = town([0, 1, 2, 3]);
    let linked = || pairs(&data, &["--linked"]);
    let of_town = linked();
    for (format, path, source) in samples {
        let Some(path) = shared(path) else { return };
        let report = data.json(&["import", format, &path, "--source", source, "--json"]);
        assert!(counts(&report)[1] > 0, "{report}");
    }
    let more: Vec<String> = linked().difference(&of_town).cloned().collect();
    assert_eq!(more, Vec::<String>::new());
}
