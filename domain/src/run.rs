//! An import run and its report: what was read, what changed, what was wrong and where.

use serde::{Deserialize, Serialize};

use crate::change::FieldChange;
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
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ListingChange {
    /// Identifier of the record in the source.
    pub source_id: String,
    /// The listing.
    pub listing: ListingId,
    /// Its name.
    pub name: String,
    /// What happens to it.
    pub action: ChangeAction,
    /// The fields that change.
    pub fields: Vec<FieldChange>,
    /// Its source still has it, and asks that it is no longer shown.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
    /// Corrections made here that stand over fields that change: what was decided stays.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<StandingCorrection>,
}

/// A correction that stands over a field whose source changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StandingCorrection {
    /// The field.
    pub field: Field,
    /// What was decided, as a cell text; empty when the field was emptied.
    pub decided: String,
    /// The same in words.
    pub words: String,
    /// Who decided.
    pub author: String,
    /// Whether other records speak of the listing too: what this source says is then against the correction only if it speaks
    /// first.
    pub shared: bool,
}

/// What of a source a run reads: the same scope reads the same part of it, with the same eyes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// Only this region, by its INSEE code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Access profile of the ROR (0 to 5), which decides what of a record is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<u8>,
}

impl Scope {
    /// The profile that sees everything.
    const ALL: u8 = 1;

    /// Whether what this scope does not say of a record is not there: a record read with other eyes may have had fields
    /// that these do not see.
    pub fn silence_counts_after(&self, profile: Option<u8>) -> bool {
        self.profile == profile || self.profile == Some(Self::ALL)
    }
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

/// The report of a run. Counts are of listing records, each id once:
/// `read = created + updated + unchanged + rejected`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
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
