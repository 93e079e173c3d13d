//! What a format's reader hands to the pipeline: records normalised and validated, and everything that was wrong.

use std::collections::BTreeMap;

use maille_domain::field::Values;
use maille_domain::run::{Issue, Unmapped};
use maille_domain::{RestrictedContact, Territory};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::shelf::Shelf;
use crate::table::ReadError;

/// A source as the pipeline takes it: its good records one by one, each id once, then what is known only at their end.
/// `size_hint` tells how many there are, when that is known.
pub trait Source: Iterator<Item = Result<StagedRecord, ReadError>> + Send {
    /// All the rest, once no record is left.
    fn rest(self: Box<Self>) -> Rest;
}

/// One listing record of a source, normalised.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StagedRecord {
    /// Identifier in the source, stable from one file to the next.
    pub source_id: String,
    /// What the source said, as it said it.
    pub payload: Value,
    /// What it says in our fields.
    pub values: Values,
    /// Contacts that are not for everybody.
    pub restricted: Vec<RestrictedContact>,
    /// What it refers to is not in the files: what it does not say of that is not gone.
    pub incomplete: bool,
    /// The INSEE region that the source files the record under, where it does.
    pub region: Option<String>,
}

/// What is known of a source once its last record was read.
#[derive(Debug, Default)]
pub struct Rest {
    /// How many records were refused, each id once; every one has an issue.
    pub rejected: u64,
    /// Identifiers of refused records, when they could be read: they are in the file, so they are not withdrawn.
    pub rejected_ids: Vec<String>,
    /// The refused records as they were written, to be corrected.
    pub refused: RefusedRecords,
    /// The file breaks off or breaks in two somewhere, so records it should hold may be missing from it: what it
    /// does not show must not be withdrawn.
    pub damaged: bool,
    /// Drafts and sensitive units, counted outside `read`.
    pub skipped: u64,
    /// How many of them for which reason, a plural.
    pub skipped_for: BTreeMap<&'static str, u64>,
    /// Their identifiers: what was published of them no longer must be.
    pub skipped_ids: Vec<String>,
    /// Everything wrong, in the order of the file.
    pub issues: Vec<Issue>,
    /// Codes that our vocabulary does not know.
    pub unmapped: Vec<Unmapped>,
    /// Territories that the source describes besides its listings.
    pub territories: Vec<Territory>,
}

/// A record as the source wrote it, by column or key, and why it was refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefusedRecord {
    /// Identifier, when it could be read.
    pub source_id: Option<String>,
    /// What was written, in the order in which it was.
    pub payload: Vec<(String, Value)>,
    /// What was wrong, in words.
    pub reasons: Vec<String>,
}

impl RefusedRecord {
    /// What was written as it is stored: pairs, since the keys of a stored object lose their order.
    pub fn stored(payload: Vec<(String, Value)>) -> Value {
        let pairs = payload.into_iter().map(|(name, value)| Value::Array(vec![name.into(), value]));
        Value::Array(pairs.collect())
    }

    /// What was written, from what [`RefusedRecord::stored`] gave; a stored object is its members.
    pub fn of_stored(payload: Value) -> Vec<(String, Value)> {
        match payload {
            Value::Object(members) => members.into_iter().collect(),
            pairs => serde_json::from_value(pairs).unwrap_or_default(),
        }
    }
}

/// Refused records, on disk beyond the first.
#[derive(Debug, Default)]
pub struct RefusedRecords(Shelf<RefusedRecord>);

impl RefusedRecords {
    /// Adds one: its place.
    pub(crate) fn push(&mut self, record: &RefusedRecord) -> std::io::Result<usize> {
        let place = self.0.places();
        self.0.put(&place.to_string(), record)?;
        Ok(place)
    }

    /// Adds what is wrong with the one of a place.
    pub(crate) fn blame(&mut self, place: usize, reason: String) -> std::io::Result<()> {
        let Some(mut record) = self.0.at(place)? else { return Ok(()) };
        record.reasons.push(reason);
        self.0.put(&place.to_string(), &record)
    }

    /// Each of them, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = std::io::Result<RefusedRecord>> + '_ {
        (0..self.0.places()).filter_map(|place| self.0.at(place).transpose())
    }
}

/// Records that were all read before the first is handed on.
#[derive(Debug, Default)]
pub struct Staged {
    /// The good records, each id once.
    pub(crate) records: Shelf<StagedRecord>,
    /// The place of the next one.
    pub(crate) next: usize,
    /// The rest.
    pub(crate) rest: Rest,
}

impl Iterator for Staged {
    type Item = Result<StagedRecord, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.next < self.records.places() {
            self.next += 1;
            match self.records.at(self.next - 1) {
                Ok(Some(record)) => return Some(Ok(record)),
                Ok(None) => {}
                Err(source) => return Some(Err(ReadError::Aside { source })),
            }
        }
        None
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.records.places() - self.next))
    }
}

impl Source for Staged {
    fn rest(self: Box<Self>) -> Rest {
        self.rest
    }
}
