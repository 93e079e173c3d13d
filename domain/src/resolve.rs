//! The resolver: one pure function from what sources say and what people decided to the listing everyone reads.
//!
//! Layer 1 is [`Record`], layer 2 is [`Override`], layer 3 is [`Resolution`]. For each field: an override that has not
//! ended wins; else the best source that says something (lowest rank, then freshest, then by name, so that the order
//! of sources and runs never matters). An override remembers the source's value it was put upon: when that value moves,
//! there is a [`Conflict`], shown to a facilitator; neither side wins in silence.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use maille_territory::{Point, france};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::field::{Field, Values};
use crate::listing::{Provenance, SourceRef};
use crate::location::{Location, Precision};

/// Layer 1: what one source says of one thing, normalised.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Name of the source.
    pub source: String,
    /// Rank of the source: the lowest speaks first.
    pub rank: i32,
    /// Identifier of the record in the source.
    pub source_id: String,
    /// What it says.
    pub values: Values,
    /// When each field was first read with its present value.
    pub since: BTreeMap<Field, DateTime<Utc>>,
    /// When the record was last seen in its source.
    pub last_seen: DateTime<Utc>,
    /// When a complete run no longer held it.
    pub withdrawn_at: Option<DateTime<Utc>>,
}

/// Layer 2: what a person decided for one field.
#[derive(Debug, Clone, PartialEq)]
pub struct Override {
    /// The field.
    pub field: Field,
    /// The value; `None` empties the field.
    pub value: Option<Value>,
    /// What the sources said when it was decided.
    pub base: Option<Value>,
    /// Who.
    pub author: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Until when it holds, if it ends.
    pub until: Option<DateTime<Utc>>,
}

/// An override under which the sources' value has moved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conflict {
    /// The field.
    pub field: Field,
    /// What was decided here.
    pub ours: Option<Value>,
    /// What the sources said then.
    pub base: Option<Value>,
    /// What the sources say now.
    pub theirs: Option<Value>,
}

/// Layer 3: the outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolution {
    /// The value of every field that has one.
    pub values: Values,
    /// Where each came from.
    pub provenance: BTreeMap<Field, Provenance>,
    /// The records, by source then identifier.
    pub sources: Vec<SourceRef>,
    /// When the last record was withdrawn, if all are.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// What a person must settle.
    pub conflicts: Vec<Conflict>,
}

/// Resolves one listing at `now`. Records that are withdrawn speak only when all are.
pub fn resolve(records: &[Record], overrides: &[Override], now: DateTime<Utc>) -> Resolution {
    let live: Vec<&Record> = records.iter().filter(|record| record.withdrawn_at.is_none()).collect();
    let withdrawn_at =
        if live.is_empty() { records.iter().filter_map(|record| record.withdrawn_at).max() } else { None };
    let mut speaking: Vec<&Record> = if live.is_empty() { records.iter().collect() } else { live };
    speaking.sort_by(|a, b| (a.rank, &a.source, &a.source_id).cmp(&(b.rank, &b.source, &b.source_id)));

    let mut resolution = Resolution {
        values: Values::new(),
        provenance: BTreeMap::new(),
        sources: records
            .iter()
            .map(|record| SourceRef {
                source: record.source.clone(),
                source_id: record.source_id.clone(),
                last_seen: record.last_seen,
            })
            .collect(),
        withdrawn_at,
        conflicts: Vec::new(),
    };
    resolution.sources.sort();

    for &field in Field::ALL {
        let said = speaking
            .iter()
            .filter(|record| record.values.contains_key(&field))
            .min_by_key(|record| (record.rank, std::cmp::Reverse(since(record, field))));
        let theirs = said.map(|record| &record.values[&field]);
        let decided = overrides
            .iter()
            .filter(|decision| decision.field == field && decision.until.is_none_or(|until| until > now))
            .max_by_key(|decision| decision.at);
        if let Some(decision) = decided {
            if theirs != decision.base.as_ref() && theirs != decision.value.as_ref() {
                resolution.conflicts.push(Conflict {
                    field,
                    ours: decision.value.clone(),
                    base: decision.base.clone(),
                    theirs: theirs.cloned(),
                });
            }
            if let Some(value) = &decision.value {
                resolution.values.insert(field, value.clone());
            }
            let provenance = Provenance::Override {
                author: decision.author.clone(),
                reason: decision.reason.clone(),
                at: decision.at,
            };
            resolution.provenance.insert(field, provenance);
        } else if let Some(record) = said {
            resolution.values.insert(field, record.values[&field].clone());
            let provenance = Provenance::Source {
                source: record.source.clone(),
                source_id: record.source_id.clone(),
                at: since(record, field),
            };
            resolution.provenance.insert(field, provenance);
        }
    }
    follow_commune(&mut resolution);
    resolution
}

/// A point that is only the centre of a commune goes with the commune that a person decided.
fn follow_commune(resolution: &mut Resolution) {
    let Some(decided @ Provenance::Override { .. }) = resolution.provenance.get(&Field::Commune) else {
        return;
    };
    let said_here = matches!(resolution.provenance.get(&Field::Location), Some(Provenance::Override { .. }));
    let location = resolution.values.get(&Field::Location).cloned().map(serde_json::from_value::<Location>);
    let approximate = !matches!(location, Some(Ok(Location { precision: Precision::Address, .. })));
    if said_here || !approximate {
        return;
    }
    let decided = decided.clone();
    let code = resolution.values.get(&Field::Commune).and_then(Value::as_str);
    if let Some(commune) = code.and_then(|code| france().current_commune(code)) {
        let Point { lat, lon } = commune.point;
        let centre = Location { lat, lon, precision: Precision::Commune };
        let centre = serde_json::to_value(centre).expect("a point is plain JSON");
        resolution.values.insert(Field::Location, centre);
        resolution.provenance.insert(Field::Location, decided);
    } else {
        resolution.values.remove(&Field::Location);
        resolution.provenance.remove(&Field::Location);
    }
}

fn since(record: &Record, field: Field) -> DateTime<Utc> {
    record.since.get(&field).copied().unwrap_or(record.last_seen)
}

/// What the sources alone say of a field: the base of a new override.
pub fn said_by_sources(records: &[Record], field: Field, now: DateTime<Utc>) -> Option<Value> {
    resolve(records, &[], now).values.remove(&field)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn at(day: u32) -> DateTime<Utc> {
        chrono::NaiveDate::from_ymd_opt(2026, 11, day).unwrap().and_hms_opt(9, 0, 0).unwrap().and_utc()
    }

    fn record(source: &str, rank: i32, day: u32, values: &[(Field, &str)]) -> Record {
        Record {
            source: source.into(),
            rank,
            source_id: format!("{source}-1"),
            values: values.iter().map(|(field, value)| (*field, json!(value))).collect(),
            since: values.iter().map(|(field, _)| (*field, at(day))).collect(),
            last_seen: at(20),
            withdrawn_at: None,
        }
    }

    fn decision(value: &str, base: Option<&str>, day: u32) -> Override {
        Override {
            field: Field::Phone,
            value: Some(json!(value)),
            base: base.map(|base| json!(base)),
            author: "animation".into(),
            reason: "appelé".into(),
            at: at(day),
            until: None,
        }
    }

    #[test]
    fn the_best_source_speaks_and_silence_lets_the_next_one_speak() {
        let csv = record("csv", 10, 1, &[(Field::Name, "EMG Sud")]);
        let finess = record("finess", 60, 5, &[(Field::Name, "CH ANTOINE"), (Field::Address, "1 rue X")]);
        let resolution = resolve(&[finess, csv], &[], at(21));
        assert_eq!(resolution.values[&Field::Name], json!("EMG Sud"));
        assert_eq!(resolution.values[&Field::Address], json!("1 rue X"));
    }

    #[test]
    fn of_equal_sources_the_freshest_speaks() {
        let older = record("a", 10, 1, &[(Field::Name, "ancien")]);
        let fresher = record("b", 10, 5, &[(Field::Name, "nouveau")]);
        assert_eq!(resolve(&[older, fresher], &[], at(21)).values[&Field::Name], json!("nouveau"));
    }

    #[test]
    fn an_override_outlives_imports_and_a_moved_source_is_a_conflict() {
        let moved = record("csv", 10, 9, &[(Field::Phone, "03")]);
        let resolution = resolve(&[moved], &[decision("02", Some("01"), 5)], at(21));
        assert_eq!(resolution.values[&Field::Phone], json!("02"));
        assert_eq!(
            resolution.conflicts,
            [Conflict {
                field: Field::Phone,
                ours: Some(json!("02")),
                base: Some(json!("01")),
                theirs: Some(json!("03"))
            }]
        );
    }

    #[test]
    fn an_approximate_point_follows_the_commune_that_was_decided() {
        let place = |precision| json!({ "lat": 48.9, "lon": 2.2, "precision": precision });
        let mut moved = decision("92007", Some("92050"), 5);
        moved.field = Field::Commune;
        for (precision, follows) in [("commune", true), ("adresse", false)] {
            let mut record = record("csv", 10, 1, &[(Field::Commune, "92050")]);
            record.values.insert(Field::Location, place(precision));
            let resolution = resolve(&[record], std::slice::from_ref(&moved), at(21));
            let decided = matches!(resolution.provenance[&Field::Location], Provenance::Override { .. });
            assert_eq!(
                (resolution.values[&Field::Location] != place(precision), decided),
                (follows, follows)
            );
        }
    }

    #[test]
    fn a_source_that_comes_to_agree_is_no_conflict() {
        let agreed = record("csv", 10, 9, &[(Field::Phone, "02")]);
        assert_eq!(resolve(&[agreed], &[decision("02", Some("01"), 5)], at(21)).conflicts, []);
    }

    #[test]
    fn an_override_that_has_ended_lets_the_source_speak_again() {
        let mut ended = decision("02", Some("01"), 5);
        ended.until = Some(at(10));
        let resolution = resolve(&[record("csv", 10, 1, &[(Field::Phone, "01")])], &[ended], at(21));
        assert_eq!(resolution.values[&Field::Phone], json!("01"));
    }

    #[test]
    fn a_listing_is_withdrawn_when_every_source_has_let_it_go() {
        let mut gone = record("csv", 10, 1, &[(Field::Name, "EMG")]);
        gone.withdrawn_at = Some(at(9));
        let still_there = record("finess", 60, 1, &[(Field::Name, "CH")]);
        let resolution = resolve(&[gone.clone(), still_there], &[], at(21));
        assert_eq!((resolution.withdrawn_at, &resolution.values[&Field::Name]), (None, &json!("CH")));
        let resolution = resolve(&[gone], &[], at(21));
        assert_eq!((resolution.withdrawn_at, &resolution.values[&Field::Name]), (Some(at(9)), &json!("EMG")));
    }

    proptest! {
        #[test]
        fn the_order_of_sources_never_matters(
            parts in proptest::collection::vec((0..3i32, 1..9u32, "[ab]", "[xyz]"), 1..6),
            rotation in 0..6usize,
        ) {
            let records: Vec<Record> = parts.iter().enumerate().map(|(i, (rank, day, source, value))| {
                let mut record = record(source, *rank, *day, &[(Field::Name, value)]);
                record.source_id = i.to_string();
                record
            }).collect();
            let mut rotated = records.clone();
            rotated.rotate_left(rotation % records.len());
            prop_assert_eq!(resolve(&records, &[], at(21)), resolve(&rotated, &[], at(21)));
        }
    }
}
