//! An import run and its report: what was read, what changed, what was wrong and where.

use serde::{Deserialize, Serialize};

use crate::field::Field;
use crate::listing::ListingId;

/// How serious an issue is: an error rejects its row, a warning does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The row was rejected.
    Error,
    /// The row went in.
    Warning,
}

/// One thing wrong in a source: where, what was found, what was expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// Error or warning.
    pub severity: Severity,
    /// The file, as the operator named it.
    pub file: String,
    /// Line of the file, from 1, where the format has lines.
    pub line: Option<u64>,
    /// Column of the line, from 1, where the format has columns.
    pub column: Option<u64>,
    /// Identifier of the record, when it could be read.
    pub id: Option<String>,
    /// Name of the column or path of the field.
    pub field: Option<String>,
    /// What was found, shortened.
    pub found: String,
    /// What was expected, in French.
    pub expected: String,
}

/// A code of the source that our vocabulary does not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unmapped {
    /// The code system of the source.
    pub system: String,
    /// The code.
    pub code: String,
    /// Its label in the source, when it has one.
    pub label: Option<String>,
    /// How many records carried it.
    pub count: u64,
}

/// What a run does to one listing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListingChange {
    /// Identifier of the record in the source.
    pub source_id: String,
    /// The listing.
    pub listing: ListingId,
    /// Its name.
    pub name: String,
    /// What happens to it.
    pub action: ChangeAction,
    /// The fields that change, with their cell texts.
    pub fields: Vec<FieldChange>,
}

/// What happens to a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeAction {
    /// A new record.
    Created,
    /// The source says something else than before.
    Updated,
    /// The source no longer knows it.
    Withdrawn,
    /// The source knows it again.
    Restored,
}

/// One field of a record, before and after, as cell texts; empty when unknown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field.
    pub field: Field,
    /// Before.
    pub before: String,
    /// After.
    pub after: String,
}

/// The report of a run. Counts are of listing records, each id once:
/// `read = created + updated + unchanged + rejected`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Number of the run; absent for a dry run or a refused one.
    pub run: Option<i64>,
    /// Name of the source.
    pub source: String,
    /// Whether the directory was changed.
    pub applied: bool,
    /// Listing records read.
    pub read: u64,
    /// New.
    pub created: u64,
    /// Changed, restored ones included.
    pub updated: u64,
    /// The same as before.
    pub unchanged: u64,
    /// No longer in the source.
    pub withdrawn: u64,
    /// Refused, with an issue each.
    pub rejected: u64,
    /// Drafts and sensitive units, outside `read`.
    pub skipped: u64,
    /// Warnings among the issues.
    pub warnings: u64,
    /// Everything wrong, in the order of the file.
    pub issues: Vec<Issue>,
    /// Codes our vocabulary does not know.
    pub unmapped: Vec<Unmapped>,
    /// Every change, for a dry run only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<Vec<ListingChange>>,
}

impl Report {
    /// The report of a source of which nothing was read.
    pub fn of(source: impl Into<String>) -> Report {
        Report {
            run: None,
            source: source.into(),
            applied: false,
            read: 0,
            created: 0,
            updated: 0,
            unchanged: 0,
            withdrawn: 0,
            rejected: 0,
            skipped: 0,
            warnings: 0,
            issues: Vec::new(),
            unmapped: Vec::new(),
            changes: None,
        }
    }
}
