//! Import runs: one transaction each, from the lock on the source to the report.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use maille_domain::field::{Field, Values, fingerprint};
use maille_domain::run::{Issue, Report, Severity};
use maille_domain::{ListingId, Territory};
use serde_json::{Value, json};
use sqlx::types::Json;
use sqlx::{Postgres, Transaction};
use uuid::Uuid;

use crate::listing::{Cause, resolve_and_write};
use crate::territory::TerritoriesWritten;
use crate::{Error, Store, source};

/// Records of which what is known is read in one statement.
const KNOWN_AT_ONCE: i64 = 20_000;

/// A record as it arrives.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// Identifier in the source.
    pub source_id: String,
    /// What the source said.
    pub payload: Value,
    /// What it says in our fields.
    pub values: Values,
}

/// What is known of a record before the run: as little as tells whether it changed, for a source may have a million.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Fingerprint of what it said.
    pub fingerprint: [u8; 32],
    /// Whether it had been withdrawn.
    pub withdrawn: bool,
}

/// A record before the run.
#[derive(Debug, Clone)]
pub struct Before {
    /// The listing it speaks of.
    pub listing: ListingId,
    /// What it said.
    pub values: Values,
    /// Whether it had been withdrawn.
    pub withdrawn: bool,
}

/// A run under way. Dropped without [`Import::finish`], nothing happened.
#[derive(Debug)]
pub struct Import {
    store: Store,
    transaction: Transaction<'static, Postgres>,
    source: String,
    run: i64,
    at: DateTime<Utc>,
    has_turn: bool,
}

/// What a run is told of itself.
#[derive(Debug, Clone)]
pub struct RunStart<'a> {
    /// Name of the source.
    pub source: &'a str,
    /// Name of the format.
    pub format: &'a str,
    /// The file or address, as the operator named it.
    pub location: &'a str,
    /// Whether the file is known not to be complete.
    pub partial: bool,
    /// When it started.
    pub at: DateTime<Utc>,
}

impl Store {
    /// Starts a run.
    ///
    /// # Errors
    /// [`Error::ImportUnderWay`] when another run of the same source has not ended.
    pub async fn begin_import(&self, start: RunStart<'_>) -> Result<Import, Error> {
        let mut transaction = self.begin_writing().await?;
        let free = sqlx::query_scalar!(
            r#"select pg_try_advisory_xact_lock(hashtext('maille.import'), hashtext($1)) as "free!""#,
            start.source
        )
        .fetch_one(&mut *transaction)
        .await?;
        if !free {
            return Err(Error::ImportUnderWay(start.source.to_owned()));
        }
        // A plan made while the tables were nearly empty would be kept to the end, and read them whole at every piece.
        sqlx::query!("set local plan_cache_mode = force_custom_plan").execute(&mut *transaction).await?;
        // And plans made without statistics look dear enough to be compiled, which takes longer than running them.
        sqlx::query!("set local jit = off").execute(&mut *transaction).await?;
        source::ensure(&mut transaction, start.source, start.at).await?;
        let run = sqlx::query_scalar!(
            "insert into run (source, format, location, partial, started_at, finished_at, report)
             values ($1, $2, $3, $4, $5, $5, '{}') returning id",
            start.source,
            start.format,
            start.location,
            start.partial,
            start.at
        )
        .fetch_one(&mut *transaction)
        .await?;
        Ok(Import {
            store: self.clone(),
            transaction,
            source: start.source.to_owned(),
            run,
            at: start.at,
            has_turn: false,
        })
    }

    /// The runs, the latest first, without their issues.
    pub async fn runs(&self, most: i64) -> Result<Vec<Run>, Error> {
        self.read_runs(None, most).await
    }

    async fn read_runs(&self, only: Option<i64>, most: i64) -> Result<Vec<Run>, Error> {
        let rows = sqlx::query!(
            "select id, format, location, partial, started_at, finished_at, report from run
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
                    started_at: row.started_at,
                    finished_at: row.finished_at,
                    report,
                })
            })
            .collect()
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
    /// When it started.
    pub started_at: DateTime<Utc>,
    /// When it was committed.
    pub finished_at: DateTime<Utc>,
    /// Its report.
    pub report: Report,
}

impl Import {
    /// What is known of the source's records, by their identifier.
    pub async fn known(&mut self) -> Result<HashMap<String, Known>, Error> {
        let mut known = HashMap::new();
        let mut after = String::new();
        loop {
            let rows = sqlx::query!(
                r#"select source_id, hash, withdrawn_at is not null as "withdrawn!" from source_record
                   where source = $1 and source_id > $2 order by source_id limit $3"#,
                self.source,
                after,
                KNOWN_AT_ONCE
            )
            .fetch_all(&mut *self.transaction)
            .await?;
            let Some(last) = rows.last() else { return Ok(known) };
            after.clone_from(&last.source_id);
            for row in rows {
                let Ok(fingerprint) = row.hash.try_into() else {
                    return Err(Error::Inconsistent {
                        table: "source_record",
                        row: row.source_id,
                        found: "a fingerprint that is not of 32 bytes".to_owned(),
                    });
                };
                known.insert(row.source_id, Known { fingerprint, withdrawn: row.withdrawn });
            }
        }
    }

    /// These records before the run, those that were there.
    pub async fn before(&mut self, source_ids: &[String]) -> Result<HashMap<String, Before>, Error> {
        let rows = sqlx::query!(
            r#"select source_record.source_id, "values" as "values: Json<Values>",
                      withdrawn_at is not null as "withdrawn!", link.listing
               from source_record
               join link on link.source = source_record.source and link.source_id = source_record.source_id
               where source_record.source = $1 and source_record.source_id = any($2)"#,
            self.source,
            source_ids
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| {
                let before = Before {
                    listing: ListingId(row.listing),
                    values: row.values.0,
                    withdrawn: row.withdrawn,
                };
                (row.source_id, before)
            })
            .collect())
    }

    /// Writes records that are new, changed or back, and resolves their listings. The first time, waits for the import
    /// that is writing.
    ///
    /// # Errors
    /// [`Error::Busy`] when another writer kept this one waiting too long.
    pub async fn put(&mut self, records: &[Incoming]) -> Result<(), Error> {
        self.take_turn().await?;
        let written = self.write(records).await;
        self.store.named(written).await
    }

    async fn take_turn(&mut self) -> Result<(), Error> {
        if !self.has_turn {
            self.store.take_turn(&mut self.transaction).await?;
            self.has_turn = true;
        }
        Ok(())
    }

    async fn write(&mut self, records: &[Incoming]) -> Result<(), Error> {
        let ids: Vec<String> = records.iter().map(|record| record.source_id.clone()).collect();
        let before = sqlx::query!(
            r#"select source_id, "values" as "values: Json<Values>", since as "since: Json<BTreeMap<Field, DateTime<Utc>>>"
               from source_record where source = $1 and source_id = any($2)"#,
            self.source,
            &ids
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        let before: HashMap<String, (Values, BTreeMap<Field, DateTime<Utc>>)> =
            before.into_iter().map(|row| (row.source_id, (row.values.0, row.since.0))).collect();

        let rows: Vec<Value> = records
            .iter()
            .map(|record| {
                let old = before.get(&record.source_id);
                let since: BTreeMap<Field, DateTime<Utc>> = record
                    .values
                    .iter()
                    .map(|(field, value)| {
                        let unchanged = old.filter(|(values, _)| values.get(field) == Some(value));
                        (
                            *field,
                            unchanged.and_then(|(_, since)| since.get(field)).copied().unwrap_or(self.at),
                        )
                    })
                    .collect();
                json!({
                    "source_id": record.source_id,
                    "payload": record.payload,
                    "values": record.values,
                    "since": since,
                    "hash": hex(&fingerprint(&record.values)),
                })
            })
            .collect();
        let rows = Value::Array(rows);
        sqlx::query!(
            r#"insert into source_record
                   (source, source_id, payload, "values", since, hash, first_run, last_run, first_seen, last_seen)
               select $1, source_id, payload, "values", since, decode(hash, 'hex'), $3, $3, $4, $4
               from jsonb_to_recordset($2) as row (source_id text, payload jsonb, "values" jsonb, since jsonb, hash text)
               on conflict (source, source_id) do update set
                   payload = excluded.payload, "values" = excluded."values", since = excluded.since, hash = excluded.hash,
                   last_run = excluded.last_run, last_seen = excluded.last_seen, withdrawn_at = null"#,
            self.source,
            rows,
            self.run,
            self.at
        )
        .execute(&mut *self.transaction)
        .await?;
        let founded: Vec<Uuid> = ids.iter().map(|id| ListingId::founded_by(&self.source, id).0).collect();
        sqlx::query!(
            "insert into link (source, source_id, listing)
             select $1, source_id, listing from unnest($2::text[], $3::uuid[]) as row (source_id, listing)
             on conflict (source, source_id) do nothing",
            self.source,
            &ids,
            &founded
        )
        .execute(&mut *self.transaction)
        .await?;
        self.resolve(&ids).await
    }

    /// Notes that these records were seen, unchanged.
    pub async fn seen(&mut self, source_ids: &[String]) -> Result<(), Error> {
        sqlx::query!(
            "update source_record set last_run = $3, last_seen = $4 where source = $1 and source_id = any($2)",
            self.source,
            source_ids,
            self.run,
            self.at
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Withdraws records that a complete source no longer has.
    ///
    /// # Errors
    /// [`Error::Busy`], as [`Import::put`].
    pub async fn withdraw(&mut self, source_ids: &[String]) -> Result<(), Error> {
        self.take_turn().await?;
        sqlx::query!(
            "update source_record set withdrawn_at = $3 where source = $1 and source_id = any($2) and withdrawn_at is null",
            self.source,
            source_ids,
            self.at
        )
        .execute(&mut *self.transaction)
        .await?;
        let resolved = self.resolve(source_ids).await;
        self.store.named(resolved).await
    }

    /// Writes the coordination territories of the source.
    pub async fn put_territories(
        &mut self,
        territories: &[Territory],
        complete: bool,
    ) -> Result<TerritoriesWritten, Error> {
        crate::territory::write(&mut self.transaction, &self.source, territories, complete, self.at).await
    }

    async fn resolve(&mut self, source_ids: &[String]) -> Result<(), Error> {
        let listings: Vec<Uuid> = sqlx::query_scalar!(
            "select distinct listing from link where source = $1 and source_id = any($2)",
            self.source,
            source_ids
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        // Every writer of a listing locks it first, in one order: edits and imports wait for each other, never embrace.
        sqlx::query!("select id from listing where id = any($1) order by id for update", &listings)
            .fetch_all(&mut *self.transaction)
            .await?;
        let cause = Cause {
            author: format!("import {}", self.source),
            reason: format!("import n° {}", self.run),
            run: Some(self.run),
            at: self.at,
        };
        resolve_and_write(&mut self.transaction, &listings, &cause).await?;
        Ok(())
    }

    /// Keeps the report and commits. Returns the report with the run's number.
    pub async fn finish(mut self, mut report: Report, now: DateTime<Utc>) -> Result<Report, Error> {
        report.run = Some(self.run);
        report.applied = true;
        let issues = std::mem::take(&mut report.issues);
        sqlx::query!(
            "update run set report = $2, finished_at = $3 where id = $1",
            self.run,
            json!(report),
            now
        )
        .execute(&mut *self.transaction)
        .await?;
        sqlx::query!(
            r#"insert into run_issue (run, position, severity, file, line, "column", record, field, found, expected)
               select $1, (position - 1)::integer, issue ->> 'severity', issue ->> 'file', (issue ->> 'line')::bigint, (issue ->> 'column')::bigint,
                      issue ->> 'id', issue ->> 'field', issue ->> 'found', issue ->> 'expected'
               from jsonb_array_elements($2::jsonb) with ordinality as row (issue, position)"#,
            self.run,
            json!(issues)
        )
        .execute(&mut *self.transaction)
        .await?;
        report.issues = issues;
        let committed = self.transaction.commit().await;
        self.store.named(committed.map_err(Error::from)).await?;
        Ok(report)
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
