//! What a format's reader hands to the pipeline: records normalised and validated, and everything that was wrong.

use std::collections::VecDeque;

use maille_domain::field::Values;
use maille_domain::run::{Issue, Unmapped};

use crate::table::ReadError;

/// A source as the pipeline takes it: its good records one by one, each id once, then what is known only at their end.
/// `size_hint` tells how many there are, when that is known.
pub trait Source: Iterator<Item = Result<StagedRecord, ReadError>> + Send {
    /// All the rest, once no record is left.
    fn rest(self) -> Staged;
}

/// One listing record of a source, normalised.
#[derive(Debug, Clone, PartialEq)]
pub struct StagedRecord {
    /// Identifier in the source, stable from one file to the next.
    pub source_id: String,
    /// What the source said, as it said it.
    pub payload: serde_json::Value,
    /// What it says in our fields.
    pub values: Values,
}

/// What was read of a source. Itself a [`Source`], for readers that must have seen the last row before they can hand on
/// the first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Staged {
    /// The good records that were not handed on yet, each id once.
    pub records: VecDeque<StagedRecord>,
    /// How many records were refused, each id once; every one has an issue.
    pub rejected: u64,
    /// Identifiers of refused records, when they could be read: they are in the file, so they are not withdrawn.
    pub rejected_ids: Vec<String>,
    /// The file breaks off or breaks in two somewhere, so records it should hold may be missing from it: what it
    /// does not show must not be withdrawn.
    pub damaged: bool,
    /// Drafts and sensitive units, counted outside `read`.
    pub skipped: u64,
    /// Everything wrong, in the order of the file.
    pub issues: Vec<Issue>,
    /// Codes that our vocabulary does not know.
    pub unmapped: Vec<Unmapped>,
}

impl Iterator for Staged {
    type Item = Result<StagedRecord, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.records.pop_front().map(Ok)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.records.len(), Some(self.records.len()))
    }
}

impl Source for Staged {
    fn rest(self) -> Staged {
        self
    }
}
