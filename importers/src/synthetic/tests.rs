//! The invented directory: the same everywhere, and like a real one.

use std::collections::HashSet;

use maille_domain::change::fingerprint;
use maille_domain::field::{Field, Values};
use maille_domain::{Coverage, CoverageLevel, Fields};
use serde_json::json;

use super::{Synthetic, Wanted, territories};
use crate::staged::StagedRecord;

fn records(listings: u64, seed: u64) -> Vec<StagedRecord> {
    Synthetic::new(Wanted { listings, seed }).map(Result::unwrap).collect()
}

fn listings(count: u64) -> Vec<Fields> {
    records(count, 1).into_iter().map(|record| Fields::from_values(record.values).unwrap()).collect()
}

fn hex(bytes: [u8; 32]) -> String {
    bytes.map(|byte| format!("{byte:02x}")).concat()
}

#[test]
fn the_first_listings_of_seed_1() {
    insta::assert_json_snapshot!(records(5, 1).iter().map(|record| &record.values).collect::<Vec<_>>());
}

/// A change of any byte of any record shows here.
#[test]
fn a_thousand_listings_are_the_same_everywhere() {
    let all: Vec<_> =
        records(1_000, 1).into_iter().map(|record| json!([record.source_id, record.values])).collect();
    assert_eq!(
        hex(fingerprint(&Values::from([(Field::Extra, json!(all))]), &[])),
        "c149d11dd955c9642b45685445987a485785efb091538a4fe2655427e4312e34"
    );
}

#[test]
fn fewer_are_the_first_of_more_and_another_seed_is_another_directory() {
    assert_eq!(records(20, 7), records(50, 7)[..20]);
    assert_ne!(records(1, 7)[0].values, records(1, 8)[0].values);
}

/// What the pipeline trusts a reader for: storage forms that the field's own parser would have given.
#[test]
fn every_value_is_one_that_a_cell_could_give() {
    for record in records(300, 3) {
        for (field, value) in &record.values {
            match field {
                Field::Extra => assert_eq!(value, &json!({ "origine": "données synthétiques" })),
                // A cell does not say how well a point is known.
                Field::Location => assert!(field.parse(&field.format(value)).unwrap().is_some()),
                _ => assert_eq!(field.parse(&field.format(value)).unwrap().as_ref(), Some(value)),
            }
        }
        assert_eq!(Fields::from_values(record.values).unwrap().check(), Ok(()));
    }
}

#[test]
fn numbers_are_those_kept_for_fiction() {
    let fiction = ["+3319900", "+3326191", "+3335301", "+3346571", "+3353649"];
    for phone in listings(2_000).iter().flat_map(|listing| &listing.phone) {
        assert!(fiction.iter().any(|prefix| phone.as_str().starts_with(prefix)), "{phone}");
    }
}

#[test]
fn every_level_of_coverage_is_there_and_one_in_ten_is_unknown() {
    let listings = listings(5_000);
    for level in CoverageLevel::ALL {
        assert!(listings.iter().any(|listing| listing.coverage_level() == *level), "{level}");
    }
    assert!(listings.iter().any(|listing| listing.coverage.len() > 2));
    let unknown = listings.iter().filter(|listing| listing.coverage.is_empty()).count();
    assert!((400..800).contains(&unknown), "{unknown} of 5000");

    let known: HashSet<String> =
        territories::territories().into_iter().map(|territory| territory.code).collect();
    for coverage in listings.iter().flat_map(|listing| &listing.coverage) {
        if let Coverage::Territory(code) = coverage {
            assert!(known.contains(code), "{code}");
        }
    }
}

#[test]
fn descriptions_go_from_nothing_to_150_words() {
    let words =
        |listing: &Fields| listing.description.as_deref().unwrap_or_default().split_whitespace().count();
    let mut lengths: Vec<usize> = listings(5_000).iter().map(words).collect();
    lengths.sort_unstable();
    let (shortest, median, longest) = (lengths[0], lengths[2_500], lengths[4_999]);
    assert_eq!(shortest, 0);
    assert!((30..55).contains(&median), "{median}");
    assert!((140..=150).contains(&longest), "{longest}");
    let empty = lengths.iter().filter(|length| **length == 0).count();
    assert!((450..750).contains(&empty), "{empty} of 5000");
}

/// Zipf: the tail goes on and on, and a few words are everywhere.
#[test]
fn words_are_as_frequent_as_words_are() {
    let texts: Vec<String> = listings(1_000).into_iter().filter_map(|listing| listing.description).collect();
    let words: Vec<&str> = texts.iter().flat_map(|text| text.split_whitespace()).collect();
    let distinct: HashSet<&&str> = words.iter().collect();
    assert!(distinct.len() > words.len() / 10, "{} of {}", distinct.len(), words.len());
    let de = words.iter().filter(|word| **word == "de").count();
    assert!(de > words.len() / 20, "{de} of {}", words.len());
}
