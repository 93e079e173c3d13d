//! Runs that were kept, with their reports.

use chrono::{DateTime, Utc};
use maille_domain::run::{Issue, Report, Scope, Severity};

use super::{Rejected, profile};
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
}

impl Store {
    /// The runs, the latest first, without their issues.
    pub async fn runs(&self, most: i64) -> Result<Vec<Run>, Error> {
        self.read_runs(None, most).await
    }

    async fn read_runs(&self, only: Option<i64>, most: i64) -> Result<Vec<Run>, Error> {
        let rows = sqlx::query!(
            "select id, format, location, partial, region, profile, started_at, finished_at, report from run
             where $1::bigint is null or id = $1 order by id desc limit $2",
            only,
            most
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
        let Some(mut run) = self.read_runs(Some(id), 1).await?.pop() else { return Ok(None) };
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
