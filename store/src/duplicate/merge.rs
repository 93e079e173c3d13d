//! A decision about two listings as a person saw them: when they are not that any more, the person is told what happened.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use maille_domain::{Field, ListingId, Reach};
use serde_json::Value;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::{Touched, decide, doubt, members, regroup};
use crate::listing::{Cause, lock};
use crate::overrides::{NewOverride, set};
use crate::reach::within;
use crate::{Error, Store, matching};

/// What came of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is made, under this number.
    Decided(i64),
    /// It is kept that nobody knows.
    Kept,
    /// Nothing was written: this happened since.
    Since(Option<Event>),
}

/// What somebody did to two listings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What.
    pub happened: Happened,
    /// Who.
    pub author: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// What may happen to two listings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// Somebody said that they are one, or are the same as another.
    Same,
    /// Somebody said that they are two, or are not another.
    Distinct,
    /// A decision was taken back.
    TakenBack,
    /// What one of them says changed.
    Changed,
}

impl Store {
    /// Decides that two listings are the same thing, or are not, provided that they are what the person saw
    /// ([`Beside::seen`](super::Beside::seen)). Of one listing made of two, `chosen` are fields whose value the person chose:
    /// corrections, made with the decision and ended with it.
    ///
    /// # Errors
    /// [`Error::UnknownListing`]; [`Error::OneRecord`]; [`Error::Value`] for a value that does not go with the others;
    /// [`Error::Busy`] when somebody else writes for too long.
    pub async fn decide_as_seen(
        &self,
        (a, b): (ListingId, ListingId),
        same: bool,
        chosen: &[(Field, Option<Value>)],
        seen: &str,
        reach: &Reach,
        cause: &Cause,
    ) -> Result<Outcome, Error> {
        let mut transaction = self.begin_writing().await?;
        self.take_turn(&mut transaction).await?;
        let decided = write(&mut transaction, (a, b), same, chosen, seen, reach, cause).await;
        let outcome = self.named(decided).await?;
        if matches!(outcome, Outcome::Decided(_)) {
            let committed = transaction.commit().await;
            self.named(committed.map_err(Error::from)).await?;
        }
        Ok(outcome)
    }
}

async fn write(
    connection: &mut PgConnection,
    (a, b): (ListingId, ListingId),
    same: bool,
    chosen: &[(Field, Option<Value>)],
    seen: &str,
    reach: &Reach,
    cause: &Cause,
) -> Result<Outcome, Error> {
    lock(connection, &[a.0, b.0]).await?;
    if as_seen(connection, a, b).await? != seen {
        return Ok(Outcome::Since(since(connection, a, b).await?));
    }
    doubt::forget(connection, a.0, b.0, cause).await?;
    let (decision, records) = decide(connection, a, b, same, cause).await?;
    if same {
        gather(connection, a, decision, &records).await?;
    }
    regroup(connection, &Touched { records, ..Touched::default() }, reach, cause).await?;
    if same {
        choose(connection, a, decision, chosen, cause).await?;
        within(connection, a.0, reach).await?;
    }
    Ok(Outcome::Decided(decision))
}

/// Who said of two listings that they are one said it of all their records: also of those which what is alike would put out,
/// since a source has its part in both, or somebody told them from the others before.
async fn gather(
    connection: &mut PgConnection,
    listing: ListingId,
    decision: i64,
    records: &BTreeSet<Uuid>,
) -> Result<(), Error> {
    let mut trial = connection.begin().await?;
    matching::regroup(&mut trial, records).await?;
    let together: BTreeSet<Uuid> = members(&mut trial, listing).await?.into_iter().collect();
    trial.rollback().await?;
    let left: Vec<Uuid> = records.difference(&together).copied().collect();
    sqlx::query!(
        "insert into match_decision_pair (decision, a, b)
         select $1, least(record, $3), greatest(record, $3) from unnest($2::uuid[]) as outside (record)
         on conflict do nothing",
        decision,
        &left,
        listing.0
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Sets what was chosen over the listing made of two.
async fn choose(
    connection: &mut PgConnection,
    of: ListingId,
    decision: i64,
    chosen: &[(Field, Option<Value>)],
    cause: &Cause,
) -> Result<(), Error> {
    let listing = sqlx::query_scalar!("select listing from link where record = $1", of.0)
        .fetch_one(&mut *connection)
        .await?;
    for (field, value) in chosen {
        let new = NewOverride {
            listing: ListingId(listing),
            field: *field,
            value: value.clone(),
            author: cause.author.clone(),
            reason: cause.reason.clone(),
            until: None,
        };
        set(connection, listing, new, cause.at).await?;
        sqlx::query!(
            "update listing_override set merge = $3 where listing = $1 and field = $2 and ended_at is null",
            listing,
            field.name(),
            decision
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// What two listings are, in a few characters: their records, the decisions that stand over these, and when each was last written.
/// Whatever somebody does to either changes it.
pub(super) async fn as_seen(
    connection: &mut PgConnection,
    a: ListingId,
    b: ListingId,
) -> Result<String, Error> {
    for listing in [a, b] {
        members(connection, listing).await?;
    }
    Ok(sqlx::query_scalar!(
        r#"with member as (
               select distinct other.record, other.listing
               from link as own join link as other on other.listing = own.listing
               where own.record = any($1)
           )
           select md5(concat_ws('|',
               (select string_agg(concat(record, listing), ',' order by record) from member),
               (select string_agg(extract(epoch from updated_at)::text, ',' order by id)
                from listing where id in (select listing from member)),
               (select string_agg(decision::text, ',' order by decision)
                from (select distinct decision from decided_pair
                      where a in (select record from member) or b in (select record from member)) as standing))) as "seen!""#,
        &[a.0, b.0]
    )
    .fetch_one(connection)
    .await?)
}

/// The last thing that happened to two listings.
pub(super) async fn since(
    connection: &mut PgConnection,
    a: ListingId,
    b: ListingId,
) -> Result<Option<Event>, Error> {
    let row = sqlx::query!(
        r#"with member as (
               select distinct other.record
               from link as own join link as other on other.listing = own.listing
               where own.record = any($1)
           ), concerned as (
               select distinct decision from match_decision_pair
               where a in (select record from member) or b in (select record from member)
           )
           select what as "what!", author as "author!", reason as "reason!", at as "at!"
           from (
               select case when same then 'same' else 'distinct' end as what, author, reason, at, 0 as rank, id
               from match_decision where id in (select decision from concerned)
               union all
               select 'taken-back', ended_by, ended_reason, ended_at, 0, id
               from match_decision where id in (select decision from concerned) and ended_at is not null
               union all
               select 'changed', author, reason, at, 1, id
               from revision where listing in (select record from member)
           ) as event
           order by at desc, rank, id desc limit 1"#,
        &[a.0, b.0]
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Event {
        happened: match row.what.as_str() {
            "same" => Happened::Same,
            "distinct" => Happened::Distinct,
            "taken-back" => Happened::TakenBack,
            _ => Happened::Changed,
        },
        author: row.author,
        reason: row.reason,
        at: row.at,
    }))
}
