//! The rules of `data/demo`, checked on the files themselves.

use std::collections::{HashMap, HashSet};

use maille_domain::Phone;
use maille_domain::field::Field;

const LISTINGS: &[u8] = include_bytes!("../data/demo/listings.csv");
const TOWN_HALLS: &[u8] = include_bytes!("../data/demo/mairies.csv");
const HOSPITALS: &[u8] = include_bytes!("../data/demo/hopitaux.csv");

fn rows(file: &[u8]) -> Vec<HashMap<String, String>> {
    csv::Reader::from_reader(file).deserialize().map(Result::unwrap).collect()
}

#[test]
fn there_is_enough_of_everything() {
    let rows = rows(LISTINGS);
    let kinds: HashSet<&str> = rows.iter().map(|row| row["category"].as_str()).collect();
    assert!(rows.len() >= 400 && kinds.len() >= 100, "{} listings of {} kinds", rows.len(), kinds.len());
    let levels: HashSet<&str> =
        rows.iter().map(|row| row["coverage"].split([':', ' ']).next().unwrap()).collect();
    for level in ["commune", "epci", "departement", "region", "territory", "radius", "national", ""] {
        assert!(levels.contains(level), "no listing has a coverage of level {level:?}");
    }
}

#[test]
fn what_is_invented_says_so() {
    for row in rows(LISTINGS) {
        let id = &row["id"];
        assert!(row["name"].contains("(exemple)"), "{id}");
        for phone in row["phone"].split('|').map(str::trim).filter(|phone| !phone.is_empty()) {
            let phone: Phone = phone.parse().unwrap_or_else(|error| panic!("{id}: {phone}: {error}"));
            let fiction = phone.as_str().starts_with("+3319900") || phone.as_str().starts_with("+3353649");
            assert!(fiction, "{id}: {phone} is not in a range kept for fiction");
        }
        for column in ["email", "mssante", "website", "source_url"] {
            for address in row[column].split('|').map(str::trim).filter(|address| !address.is_empty()) {
                assert!(address.contains("example.org"), "{id}: {column} {address}");
            }
        }
        assert!(row["finess"].is_empty() && row["siret"].is_empty(), "{id}: identifiers are never invented");
    }
}

#[test]
fn no_sentence_is_in_more_than_three_listings() {
    let mut said: HashMap<String, HashSet<String>> = HashMap::new();
    for row in [LISTINGS, TOWN_HALLS, HOSPITALS].into_iter().flat_map(rows) {
        for column in ["summary", "description", "referral", "inclusion", "exclusion"] {
            let text = row.get(column).map(String::as_str).unwrap_or_default();
            for sentence in text.split(['.', '!', '?', ';', '\n']) {
                let sentence = sentence.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
                if sentence.chars().count() >= 25 {
                    said.entry(sentence).or_default().insert(row["id"].clone());
                }
            }
        }
    }
    assert!(said.len() > 500, "only {} sentences were read", said.len());
    for (sentence, listings) in said {
        assert!(listings.len() <= 3, "« {sentence} » is in {listings:?}");
    }
}

#[test]
fn every_row_names_its_source_and_licence() {
    for row in [LISTINGS, TOWN_HALLS, HOSPITALS].into_iter().flat_map(rows) {
        assert!(!row["source_licence"].is_empty() && !row["source_url"].is_empty(), "{}", row["id"]);
        assert!(Field::SourceUrl.parse(&row["source_url"]).is_ok(), "{}", row["id"]);
    }
}
