//! Import runs: one transaction each, from the lock on the source to the report.

mod kept;
mod undo;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use maille_domain::change::{fingerprint, renewed};
use maille_domain::field::{Field, Values};
use maille_domain::matching::Traits;
use maille_domain::resolve::Record;
use maille_domain::run::{Report, Scope};
use maille_domain::{ListingId, Precedence, RestrictedContact, Territory};
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::types::Json;
use sqlx::{PgConnection, Postgres, Transaction};
use uuid::Uuid;

use crate::layers::records_of;
use crate::listing::{Cause, Twins, lock, resolve_again, resolve_and_write, touch_company};
use crate::matching::Regrouped;
use crate::territory::TerritoriesWritten;
use crate::{Error, Store, matching, plan, precedence, seen, source, territory};

pub use self::kept::{Run, RunChange, Undone};
pub use self::undo::{Hindrance, Touched};

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
    /// Whether it alone speaks for its listing.
    pub alone: bool,
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
    format: String,
    run: i64,
    profile: Option<i16>,
    at: DateTime<Utc>,
    /// Whose change it is, when it is not the source's own.
    by: Option<Cause>,
    /// The order in which sources speak, once it has the turn, during which nobody gives another.
    turn: Option<Precedence>,
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
        lock_source(&mut transaction, start.source).await?;
        self.begin_run(transaction, start, None).await
    }

    /// Starts a run whose source is locked; `by` is whose change it is, when it is not the source's own.
    pub(crate) async fn begin_run(
        &self,
        mut transaction: Transaction<'static, Postgres>,
        start: RunStart<'_>,
        by: Option<Cause>,
    ) -> Result<Import, Error> {
        plan::by_key(&mut transaction).await?;
        source::ensure(&mut transaction, start.source, start.format, start.at).await?;
        let run = sqlx::query_scalar!(
            "insert into run (source, format, location, partial, region, profile, started_at, finished_at, report, undoable)
             values ($1, $2, $3, $4, $6, $7, $5, $5, '{}', true) returning id",
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
            format: start.format.to_owned(),
            run,
            profile: start.scope.profile.map(i16::from),
            at: start.at,
            by,
            turn: None,
            unchanged: Vec::new(),
        })
    }
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
                      not exists (select from link as other where other.listing = link.listing and other.record <> link.record) as "alone!",
                      standing.overrides as "overrides: Json<Vec<StandingOverride>>"
               from source_record
               join link on link.source = source_record.source and link.source_id = source_record.source_id
               left join lateral (
                   select jsonb_agg(jsonb_build_object('field', field, 'value', value, 'author', author) order by field) as overrides
                   from (
                       select distinct on (field) field, value, author
                       from link as own join listing_override on listing_override.listing = own.record
                       where own.listing = link.listing and ended_at is null and (until is null or until > $3)
                       order by field, at desc, id desc
                   ) as latest
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
                    alone: row.alone,
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
        if self.turn.is_none() {
            self.store.take_turn(&mut self.transaction).await?;
            self.turn = Some(precedence::in_force(&mut self.transaction).await?);
            let cause = self.cause();
            let kept_up = matching::keep_up(&mut self.transaction, &cause).await;
            self.store.named(kept_up).await?;
        }
        Ok(())
    }

    async fn write(&mut self, records: &[Incoming]) -> Result<(), Error> {
        let ids: Vec<String> = records.iter().map(|record| record.source_id.clone()).collect();
        let before = sqlx::query!(
            r#"select source_id, "values" as "values: Json<Values>", since as "since: Json<BTreeMap<Field, DateTime<Utc>>>",
                      withdrawn_at is not null as "withdrawn!", undone
               from unnest($2::text[]) as sought (id)
               cross join lateral (
                   select * from source_record where source = $1 and source_id = sought.id limit 1) as record"#,
            self.source,
            &ids
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        let known: Vec<String> = before.iter().map(|row| row.source_id.clone()).collect();
        undo::keep(&mut self.transaction, &self.source, self.run, &known).await?;
        let undone: HashSet<String> =
            before.iter().filter(|row| row.undone).map(|row| row.source_id.clone()).collect();
        let back = before.iter().filter(|row| row.withdrawn).map(|row| &*row.source_id);
        let back = founded_by(&self.source, back);
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
                    format: self.format.clone(),
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
                   last_seen = excluded.last_seen, seen_alone = false, withdrawn_at = null, undone = false"#,
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
        let founded = founded_by(&self.source, ids.iter().map(String::as_str));
        sqlx::query!(
            "insert into link (source, source_id, record, listing)
             select $1, source_id, record, record from unnest($2::text[], $3::uuid[]) as row (source_id, record)
             on conflict (source, source_id) do nothing",
            self.source,
            &ids,
            &founded
        )
        .execute(&mut *self.transaction)
        .await?;
        let changed: Vec<matching::Changed> = said
            .iter()
            .zip(&founded)
            .filter_map(|(record, &id)| {
                let traits = Traits::of(&record.values);
                let same = before.get(&record.source_id).is_some_and(|(old, _)| Traits::of(old) == traits)
                    && !undone.contains(&record.source_id);
                (!same).then_some(matching::Changed { record: id, traits })
            })
            .collect();
        let regrouped = matching::take(&mut self.transaction, &changed, &back).await?;
        self.resolve(&ids, said, &regrouped).await?;
        touch_company(&mut self.transaction, &back, self.at).await?;
        let cause = self.cause();
        regrouped.note(&mut self.transaction, &cause).await
    }

    fn cause(&self) -> Cause {
        if let Some(by) = &self.by {
            return Cause { run: Some(self.run), ..by.clone() };
        }
        Cause {
            author: format!("import {}", self.source),
            reason: format!("import n° {}", self.run),
            run: Some(self.run),
            at: self.at,
        }
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
        let withdrawn = self.silence(source_ids).await;
        self.store.named(withdrawn).await
    }

    async fn silence(&mut self, source_ids: &[String]) -> Result<(), Error> {
        undo::keep(&mut self.transaction, &self.source, self.run, source_ids).await?;
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
        let gone = founded_by(&self.source, source_ids.iter().map(String::as_str));
        let regrouped = matching::take(&mut self.transaction, &[], &gone).await?;
        self.resolve(source_ids, Vec::new(), &regrouped).await?;
        touch_company(&mut self.transaction, &gone, self.at).await?;
        let cause = self.cause();
        regrouped.note(&mut self.transaction, &cause).await
    }

    /// Writes the coordination territories of the source.
    pub async fn put_territories(
        &mut self,
        territories: &[Territory],
        complete: bool,
    ) -> Result<TerritoriesWritten, Error> {
        let (connection, source) = (&mut self.transaction, &self.source);
        let written = territory::write(connection, source, territories, complete, self.at).await?;
        let TerritoriesWritten { created, updated, withdrawn, unchanged: _ } = written;
        if created + updated + withdrawn > 0 {
            // Rights and coverages stand on territories: they are corrected one by one.
            sqlx::query!("update run set undoable = false where id = $1", self.run)
                .execute(&mut *self.transaction)
                .await?;
        }
        Ok(written)
    }

    /// Resolves the listings that these records speak for, and those that were regrouped. What `said` holds, it holds as it was just written.
    async fn resolve(
        &mut self,
        source_ids: &[String],
        said: Vec<Record>,
        regrouped: &Regrouped,
    ) -> Result<(), Error> {
        let own = sqlx::query_scalar!(
            "select distinct listing from unnest($2::text[]) as sought (id)
             cross join lateral (select * from link where source = $1 and source_id = sought.id limit 1) as link",
            self.source,
            source_ids
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        let listings: Vec<Uuid> =
            regrouped.listings.iter().copied().chain(own).collect::<BTreeSet<_>>().into_iter().collect();
        lock(&mut self.transaction, &listings).await?;
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
        let cause = self.cause();
        let twins = &regrouped.twins;
        let precedence = self.turn.as_ref().expect("whoever writes has the turn");
        resolve_and_write(&mut self.transaction, &records, precedence, twins, &cause).await
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
        // A run that brings territories alone says nothing of how its source is read.
        if self.turn.is_some() || !self.unchanged.is_empty() {
            let noted = self.note_format().await;
            self.store.named(noted).await?;
        }
        seen::note(&mut self.transaction, &self.source, &self.unchanged, self.at).await?;
        undo::forget(&mut self.transaction, &self.source, now).await?;
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

impl Import {
    /// A source that is read in another format speaks in another turn, where others speak too.
    async fn note_format(&mut self) -> Result<(), Error> {
        let noted = sqlx::query!(
            "update run set format_before = source.format from source
             where run.id = $1 and source.name = run.source and source.format <> run.format",
            self.run
        )
        .execute(&mut *self.transaction)
        .await?;
        if noted.rows_affected() == 0 {
            return Ok(());
        }
        sqlx::query!("update source set format = $2 where name = $1", self.source, self.format)
            .execute(&mut *self.transaction)
            .await?;
        self.take_turn().await?;
        let shared = shared(&mut self.transaction, &self.source).await?;
        let cause = self.cause();
        resolve_again(&mut self.transaction, &shared, &Twins::new(), &cause).await
    }
}

/// Keeps others from writing a source, until the transaction ends.
async fn lock_source(connection: &mut PgConnection, source: &str) -> Result<(), Error> {
    let free = sqlx::query_scalar!(
        r#"select pg_try_advisory_xact_lock(hashtext('maille.import'), hashtext($1)) as "free!""#,
        source
    )
    .fetch_one(connection)
    .await?;
    if free { Ok(()) } else { Err(Error::ImportUnderWay(source.to_owned())) }
}

/// The listings that a source speaks for together with others.
async fn shared(connection: &mut PgConnection, source: &str) -> Result<BTreeSet<Uuid>, Error> {
    let shared = sqlx::query_scalar!(
        "select distinct link.listing from link join link as other on other.listing = link.listing and other.source <> link.source
         where link.source = $1",
        source
    )
    .fetch_all(connection)
    .await?;
    Ok(shared.into_iter().collect())
}

/// The listings that these records of a source found.
fn founded_by<'a>(source: &str, source_ids: impl Iterator<Item = &'a str>) -> Vec<Uuid> {
    source_ids.map(|id| ListingId::founded_by(source, id).0).collect()
}

fn text_of(values: &Values) -> String {
    serde_json::to_string(values).expect("values are plain JSON with text keys")
}

fn profile(stored: Option<i16>) -> Option<u8> {
    stored.and_then(|profile| u8::try_from(profile).ok())
}
