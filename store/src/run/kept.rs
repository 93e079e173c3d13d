//! Runs that were kept, with their reports.

use chrono::{DateTime, Utc};
use maille_domain::run::{Issue, Report, Scope, Severity};
use maille_domain::{ListingId, Reach};
use sqlx::types::Json;

use super::{Rejected, profile};
use crate::reach::Bounds;
use crate::revision::{Part, Revision, Row};
use crate::{Error, Store};

/// A run that was kept.
#[derive(Debug, Clone)]
pub struct Run {
    /// Its number.
    pub id: i64,
    /// Name of the format.
    pub format: String,
    /// The file or address, as the operator named it.
    pub location: String,
    /// Whether the file was known not to be complete.
    pub partial: bool,
    /// What of the source it read.
    pub scope: Scope,
    /// When it started.
    pub started_at: DateTime<Utc>,
    /// When it was committed.
    pub finished_at: DateTime<Utc>,
    /// Its report.
    pub report: Report,
    /// Who undid it, if somebody did.
    pub undone: Option<Undone>,
}

/// That a run was undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undone {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// What a run changed of a listing.
#[derive(Debug, Clone)]
pub struct RunChange {
    /// Name of the listing.
    pub name: String,
    /// The listing that it speaks for now.
    pub listing: ListingId,
    /// The change.
    pub revision: Revision,
}

impl Store {
    /// What a run changed of the listings within a reach, in the order it was written: so many, after so many.
    pub async fn run_changes(
        &self,
        run: i64,
        reach: &Reach,
        most: i64,
        after: i64,
    ) -> Result<Vec<RunChange>, Error> {
        let Bounds { communes, areas } = reach.into();
        let rows = sqlx::query!(
            r#"select listing.id as leads_to, listing.name, revision.id, revision.listing, revision.at, revision.author,
                      revision.reason, revision.run, before as "before: Json<Part>", after as "after: Json<Part>"
               from revision
               join link on link.record = revision.listing
               join listing on listing.id = link.listing
               where revision.run = $1 and within_reach(link.listing, $2, $3)
               order by revision.id limit $4 offset $5"#,
            run,
            communes.as_deref(),
            &areas,
            most,
            after
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| RunChange {
                name: row.name,
                listing: ListingId(row.leads_to),
                revision: Revision::from(Row {
                    id: row.id,
                    listing: row.listing,
                    at: row.at,
                    author: row.author,
                    reason: row.reason,
                    run: row.run,
                    before: row.before,
                    after: row.after,
                }),
            })
            .collect())
    }

    /// The sources that were ever imported, by name.
    pub async fn sources_of_runs(&self) -> Result<Vec<String>, Error> {
        Ok(sqlx::query_scalar!(
            "select name from source where exists (select from run where run.source = source.name) order by name"
        )
        .fetch_all(&self.pool)
        .await?)
    }

    /// The runs, the latest first, without their issues.
    pub async fn runs(&self, most: i64) -> Result<Vec<Run>, Error> {
        self.read_runs(None, None, most, 0).await
    }

    /// The runs of a source, or of all, the latest first, without their issues: so many, after so many.
    pub async fn runs_of(&self, source: Option<&str>, most: i64, after: i64) -> Result<Vec<Run>, Error> {
        self.read_runs(None, source, most, after).await
    }

    async fn read_runs(
        &self,
        only: Option<i64>,
        source: Option<&str>,
        most: i64,
        after: i64,
    ) -> Result<Vec<Run>, Error> {
        let rows = sqlx::query!(
            "select id, format, location, partial, region, profile, started_at, finished_at, report, undone_at, undone_by,
                    undone_reason
             from run
             where ($1::bigint is null or id = $1) and ($2::text is null or source = $2)
             order by id desc limit $3 offset $4",
            only,
            source,
            most,
            after
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| {
                let report = serde_json::from_value(row.report).map_err(|error| Error::Inconsistent {
                    table: "run",
                    row: row.id.to_string(),
                    found: error.to_string(),
                })?;
                Ok(Run {
                    id: row.id,
                    format: row.format,
                    location: row.location,
                    partial: row.partial,
                    scope: Scope { region: row.region, profile: profile(row.profile) },
                    started_at: row.started_at,
                    finished_at: row.finished_at,
                    report,
                    undone: match (row.undone_at, row.undone_by, row.undone_reason) {
                        (Some(at), Some(by), Some(reason)) => Some(Undone { at, by, reason }),
                        _ => None,
                    },
                })
            })
            .collect()
    }

    /// The records that a run could not take.
    pub async fn rejected(&self, run: i64) -> Result<Vec<Rejected>, Error> {
        let rows = sqlx::query!(
            "select record, payload, reasons from run_rejected where run = $1 order by position",
            run
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| Rejected { source_id: row.record, payload: row.payload, reasons: row.reasons })
            .collect())
    }

    /// One run with its issues.
    pub async fn run(&self, id: i64) -> Result<Option<Run>, Error> {
        let Some(mut run) = self.read_runs(Some(id), None, 1, 0).await?.pop() else { return Ok(None) };
        let issues = sqlx::query!(
            r#"select severity, file, line, "column", record, field, found, expected from run_issue where run = $1 order by position"#,
            id
        )
        .fetch_all(&self.pool)
        .await?;
        run.report.issues = issues
            .into_iter()
            .map(|issue| Issue {
                severity: if issue.severity == "error" { Severity::Error } else { Severity::Warning },
                file: issue.file,
                line: issue.line.and_then(|line| u64::try_from(line).ok()),
                column: issue.column.and_then(|column| u64::try_from(column).ok()),
                id: issue.record,
                field: issue.field,
                found: issue.found,
                expected: issue.expected,
            })
            .collect();
        Ok(Some(run))
    }
}
