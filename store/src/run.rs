//! Import runs: one transaction each, from the lock on the source to the report.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use maille_domain::change::{fingerprint, renewed};
use maille_domain::field::{Field, Values};
use maille_domain::resolve::Record;
use maille_domain::run::{Issue, Report, Scope, Severity};
use maille_domain::{ListingId, RestrictedContact, Territory};
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::types::Json;
use sqlx::{Postgres, Transaction};
use uuid::Uuid;

use crate::listing::{Cause, records_of, resolve_and_write};
use crate::territory::TerritoriesWritten;
use crate::{Error, Store, seen, source};

/// Records of which what is known is read in one statement.
const KNOWN_AT_ONCE: i64 = 20_000;

/// A record as it arrives, made ready to be compared and written: that is work, for whoever reads the source.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// Identifier in the source.
    pub source_id: String,
    /// What it says in our fields.
    pub values: Values,
    /// The INSEE region that the source files it under.
    pub region: Option<String>,
    /// What it refers to is not in the files: what it does not say of that is not gone.
    pub incomplete: bool,
    /// Fingerprint of all that it says.
    pub fingerprint: [u8; 32],
    payload: String,
    values_text: String,
    restricted: Vec<RestrictedContact>,
}

impl Incoming {
    /// A record of this identifier: what the source said, what it says in our fields, and its contacts that are not for
    /// everybody.
    pub fn new(
        source_id: String,
        payload: &Value,
        values: Values,
        restricted: Vec<RestrictedContact>,
    ) -> Incoming {
        Incoming {
            source_id,
            region: None,
            incomplete: false,
            fingerprint: fingerprint(&values, &restricted),
            payload: payload.to_string(),
            values_text: text_of(&values),
            values,
            restricted,
        }
    }

    /// What is not seen is still there: takes over the values of fields that it does not say, and the names of `extra` that it
    /// does not have, for that is many things in one field.
    pub fn see_through(&mut self, before: &Values) {
        for (&field, value) in before {
            let said = self.values.entry(field).or_insert_with(|| value.clone());
            if let (Field::Extra, Value::Object(said), Value::Object(before)) = (field, said, value) {
                for (name, text) in before {
                    said.entry(name).or_insert_with(|| text.clone());
                }
            }
        }
        self.fingerprint = fingerprint(&self.values, &self.restricted);
        self.values_text = text_of(&self.values);
    }
}

/// What is known of a record before the run: as little as tells whether it changed, for a source may have a million.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Fingerprint of what it said.
    pub fingerprint: [u8; 32],
    /// Whether it had been withdrawn.
    pub withdrawn: bool,
    /// The region that the source files it under.
    pub region: Option<Box<str>>,
    /// The access profile it was last read with.
    pub profile: Option<u8>,
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
    /// The corrections that stand over its listing.
    pub overrides: Vec<StandingOverride>,
}

/// A correction that stands.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct StandingOverride {
    /// The field.
    pub field: Field,
    /// What was decided; none when the field was emptied.
    pub value: Option<Value>,
    /// Who decided.
    pub author: String,
}

/// A record that a run could not take.
#[derive(Debug, Clone, PartialEq)]
pub struct Rejected {
    /// Identifier, when it could be read.
    pub source_id: Option<String>,
    /// The record as the source wrote it.
    pub payload: Value,
    /// What was wrong, in words.
    pub reasons: Vec<String>,
}

/// A run under way. Dropped without [`Import::finish`], nothing happened.
#[derive(Debug)]
pub struct Import {
    store: Store,
    transaction: Transaction<'static, Postgres>,
    source: String,
    rank: i32,
    run: i64,
    profile: Option<i16>,
    at: DateTime<Utc>,
    has_turn: bool,
    /// Records that were shown as they are.
    unchanged: Vec<String>,
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
    /// What of the source it reads.
    pub scope: &'a Scope,
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
        // A run reads by key and nothing else. Told so, plans stay right however the tables grow while it goes on, and are
        // made once: those of the foreign keys too, which are checked a million times. (Where a key has two columns, a plan
        // made of an empty table would read all of a source to find some: there, each is sought by itself, with `limit 1`.)
        // A piece is worked on in memory.
        sqlx::query!(
            "select set_config(name, value, true) from (values
                 ('enable_seqscan', 'off'), ('enable_hashjoin', 'off'), ('enable_mergejoin', 'off'), ('jit', 'off'),
                 ('work_mem', '64MB')) as setting (name, value)"
        )
        .fetch_all(&mut *transaction)
        .await?;
        let rank = source::ensure(&mut transaction, start.source, start.at).await?;
        let run = sqlx::query_scalar!(
            "insert into run (source, format, location, partial, region, profile, started_at, finished_at, report)
             values ($1, $2, $3, $4, $6, $7, $5, $5, '{}') returning id",
            start.source,
            start.format,
            start.location,
            start.partial,
            start.at,
            start.scope.region,
            start.scope.profile.map(i16::from)
        )
        .fetch_one(&mut *transaction)
        .await?;
        Ok(Import {
            store: self.clone(),
            transaction,
            source: start.source.to_owned(),
            rank,
            run,
            profile: start.scope.profile.map(i16::from),
            at: start.at,
            has_turn: false,
            unchanged: Vec::new(),
        })
    }

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

impl Import {
    /// What is known of the source's records, by their identifier.
    pub async fn known(&mut self) -> Result<HashMap<String, Known>, Error> {
        let mut known = HashMap::new();
        let mut after = String::new();
        loop {
            let rows = sqlx::query!(
                r#"select source_id, hash, withdrawn_at is not null as "withdrawn!", region, profile from source_record
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
                let known_now = Known {
                    fingerprint,
                    withdrawn: row.withdrawn,
                    region: row.region.map(String::into_boxed_str),
                    profile: profile(row.profile),
                };
                known.insert(row.source_id, known_now);
            }
        }
    }

    /// These records before the run, those that were there.
    pub async fn before(&mut self, source_ids: &[String]) -> Result<HashMap<String, Before>, Error> {
        let rows = sqlx::query!(
            r#"select source_record.source_id, "values" as "values: Json<Values>",
                      withdrawn_at is not null as "withdrawn!", link.listing,
                      standing.overrides as "overrides: Json<Vec<StandingOverride>>"
               from source_record
               join link on link.source = source_record.source and link.source_id = source_record.source_id
               left join lateral (
                   select jsonb_agg(jsonb_build_object('field', field, 'value', value, 'author', author) order by field) as overrides
                   from listing_override
                   where listing_override.listing = link.listing and ended_at is null and (until is null or until > $3)
               ) as standing on true
               where source_record.source = $1 and source_record.source_id = any($2)"#,
            self.source,
            source_ids,
            self.at
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
                    overrides: row.overrides.map(|overrides| overrides.0).unwrap_or_default(),
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
               from unnest($2::text[]) as sought (id)
               cross join lateral (
                   select * from source_record where source = $1 and source_id = sought.id limit 1) as record"#,
            self.source,
            &ids
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        let before: HashMap<String, (Values, BTreeMap<Field, DateTime<Utc>>)> =
            before.into_iter().map(|row| (row.source_id, (row.values.0, row.since.0))).collect();

        // Of a field that changes by noise alone, what was there stays.
        let said: Vec<Record> = records
            .iter()
            .map(|record| {
                let old = before.get(&record.source_id);
                let values = match old {
                    Some((old, _)) => renewed(old, &record.values),
                    None => record.values.clone(),
                };
                let since = |field, value| {
                    let unchanged = old.filter(|(values, _)| values.get(field) == Some(value));
                    unchanged.and_then(|(_, since)| since.get(field)).copied().unwrap_or(self.at)
                };
                Record {
                    source: self.source.clone(),
                    rank: self.rank,
                    source_id: record.source_id.clone(),
                    since: values.iter().map(|(field, value)| (*field, since(field, value))).collect(),
                    values,
                    last_seen: self.at,
                    withdrawn_at: None,
                }
            })
            .collect();
        let payloads: Vec<&str> = records.iter().map(|record| &*record.payload).collect();
        let values: Vec<Cow<str>> = records
            .iter()
            .zip(&said)
            .map(|(record, said)| {
                let as_read = said.values == record.values;
                if as_read { Cow::Borrowed(&*record.values_text) } else { Cow::Owned(text_of(&said.values)) }
            })
            .collect();
        let since: Vec<Json<_>> = said.iter().map(|record| Json(&record.since)).collect();
        let regions: Vec<Option<&str>> = records.iter().map(|record| record.region.as_deref()).collect();
        let restricted: Vec<Option<Json<_>>> = records
            .iter()
            .map(|record| (!record.restricted.is_empty()).then_some(Json(&record.restricted)))
            .collect();
        let fingerprints: Vec<&[u8]> = records.iter().map(|record| &record.fingerprint[..]).collect();
        sqlx::query!(
            r#"insert into source_record
                   (source, source_id, payload, "values", since, hash, region, restricted, profile, first_run, first_seen, last_seen)
               select $1, source_id, payload::jsonb, "values"::jsonb, since, hash, region, restricted, $11, $7, $8, $8
               from unnest($2::text[], $3::text[], $4::text[], $5::jsonb[], $6::bytea[], $9::text[], $10::jsonb[])
                   as row (source_id, payload, "values", since, hash, region, restricted)
               on conflict (source, source_id) do update set
                   payload = excluded.payload, "values" = excluded."values", since = excluded.since, hash = excluded.hash,
                   region = excluded.region, restricted = excluded.restricted, profile = excluded.profile,
                   last_seen = excluded.last_seen, seen_alone = false, withdrawn_at = null"#,
            self.source,
            &ids,
            payloads as _,
            values as _,
            since as _,
            fingerprints as _,
            self.run,
            self.at,
            regions as _,
            restricted as _,
            self.profile
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
        self.resolve(&ids, said).await
    }

    /// Notes that this record was seen, unchanged; written when the run ends.
    pub fn seen(&mut self, source_id: String) {
        self.unchanged.push(source_id);
    }

    /// Withdraws records that a complete source no longer has.
    ///
    /// # Errors
    /// [`Error::Busy`], as [`Import::put`].
    pub async fn withdraw(&mut self, source_ids: &[String]) -> Result<(), Error> {
        self.take_turn().await?;
        sqlx::query!(
            "update source_record set
                 withdrawn_at = $3, last_seen = last_seen(last_seen, seen_alone, source.seen_at), seen_alone = true
             from source
             where source.name = $1 and source_record.source = $1 and source_id = any($2) and withdrawn_at is null",
            self.source,
            source_ids,
            self.at
        )
        .execute(&mut *self.transaction)
        .await?;
        let resolved = self.resolve(source_ids, Vec::new()).await;
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

    /// Resolves the listings that these records speak of. What `said` holds, it holds as it was just written.
    async fn resolve(&mut self, source_ids: &[String], said: Vec<Record>) -> Result<(), Error> {
        let listings: Vec<Uuid> = sqlx::query_scalar!(
            "select distinct listing from unnest($2::text[]) as sought (id)
             cross join lateral (select * from link where source = $1 and source_id = sought.id limit 1) as link",
            self.source,
            source_ids
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        // Every writer of a listing locks it first, in one order: edits and imports wait for each other, never embrace. The
        // key stays free: what merely refers to a listing (a report) waits for nobody.
        sqlx::query!("select id from listing where id = any($1) order by id for no key update", &listings)
            .fetch_all(&mut *self.transaction)
            .await?;
        let cause = Cause {
            author: format!("import {}", self.source),
            reason: format!("import n° {}", self.run),
            run: Some(self.run),
            at: self.at,
        };
        let links =
            sqlx::query!("select source, source_id, listing from link where listing = any($1)", &listings)
                .fetch_all(&mut *self.transaction)
                .await?;
        let mut said: HashMap<String, Record> =
            said.into_iter().map(|record| (record.source_id.clone(), record)).collect();
        let mut records: BTreeMap<Uuid, Vec<Record>> = BTreeMap::new();
        let mut others_speak: BTreeSet<Uuid> = BTreeSet::new();
        for link in links {
            let at_hand = if link.source == self.source { said.remove(&link.source_id) } else { None };
            match at_hand {
                Some(record) => records.entry(link.listing).or_default().push(record),
                None => _ = others_speak.insert(link.listing),
            }
        }
        let others_speak: Vec<Uuid> = others_speak.into_iter().collect();
        if !others_speak.is_empty() {
            records.extend(records_of(&mut self.transaction, &others_speak).await?);
        }
        resolve_and_write(&mut self.transaction, &records, &cause).await
    }

    /// Keeps records that could not be taken, after those that were kept before.
    pub async fn reject(&mut self, records: &[Rejected]) -> Result<(), Error> {
        let rows: Vec<Value> = records
            .iter()
            .map(|record| {
                json!({ "record": record.source_id, "payload": record.payload, "reasons": record.reasons })
            })
            .collect();
        sqlx::query!(
            "insert into run_rejected (run, position, record, payload, reasons)
             select $1, (select count(*) from run_rejected where run = $1)::integer + (position - 1)::integer,
                    row ->> 'record', row -> 'payload', array(select jsonb_array_elements_text(row -> 'reasons'))
             from jsonb_array_elements($2::jsonb) with ordinality as rows (row, position)",
            self.run,
            Value::Array(rows)
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Keeps the report and commits. Returns the report with the run's number.
    pub async fn finish(mut self, mut report: Report, now: DateTime<Utc>) -> Result<Report, Error> {
        report.run = Some(self.run);
        report.applied = true;
        seen::note(&mut self.transaction, &self.source, &self.unchanged, self.at).await?;
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

fn text_of(values: &Values) -> String {
    serde_json::to_string(values).expect("values are plain JSON with text keys")
}

fn profile(stored: Option<i16>) -> Option<u8> {
    stored.and_then(|profile| u8::try_from(profile).ok())
}
