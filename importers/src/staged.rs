//! What a format's reader hands to the pipeline: records normalised and validated, and everything that was wrong.

use maille_domain::field::Values;
use maille_domain::run::{Issue, Unmapped};

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

/// A whole source, read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Staged {
    /// The good records, each id once.
    pub records: Vec<StagedRecord>,
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
