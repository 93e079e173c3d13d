//! What may be one thing and is two listings, and what people decide of it.

use chrono::{DateTime, Utc};
use maille_domain::matching::Reason;
use maille_domain::{ListingId, Reach};
use serde::Serialize;
use sqlx::types::Json;
use sqlx::{PgConnection, Postgres, Transaction};
use std::collections::BTreeSet;
use uuid::Uuid;

use crate::listing::{Cause, resolve_again};
use crate::reach::within;
use crate::{Error, Store, matching};

mod beside;
mod decided;
mod doubt;
mod merge;
mod part;
mod waiting;

pub use beside::{Beside, Joined};
pub use decided::{Decided, Ended};
pub use doubt::Doubt;
pub(crate) use doubt::forget;
pub use merge::{Event, Happened, Outcome};
pub use waiting::{Card, Filter, Found, State, Waiting};

/// One of two records that are alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// The listing it speaks for.
    pub listing: ListingId,
    /// Readable address of that listing.
    pub slug: String,
    /// What its source calls it.
    pub name: String,
    /// The commune where its source has it, by its COG code.
    pub commune: Option<String>,
    /// Name of the source.
    pub source: String,
    /// Identifier of the record in the source.
    pub source_id: String,
}

impl Side {
    /// The record, as people name it.
    pub fn record(&self) -> String {
        format!("{}:{}", self.source, self.source_id)
    }
}

/// A side, of what is read of its listing, then of its record (the source, and the identifier there).
fn side(
    listing: Uuid,
    slug: String,
    name: String,
    commune: Option<String>,
    (source, source_id): (String, String),
) -> Side {
    Side { listing: ListingId(listing), slug, name, commune, source, source_id }
}

/// Two records that are alike, and why.
#[derive(Debug, Clone)]
pub struct Pair {
    /// One.
    pub a: Side,
    /// The other.
    pub b: Side,
    /// How much, from 0 to 1; none when nothing but a person's word says so.
    pub score: Option<f32>,
    /// Why, the weightiest first.
    pub reasons: Vec<Reason>,
}

/// What a person decided of two records.
#[derive(Debug, Clone)]
pub struct PairDecision {
    /// Its number.
    pub id: i64,
    /// One.
    pub a: Side,
    /// The other.
    pub b: Side,
    /// Whether they are the same thing.
    pub same: bool,
    /// Who.
    pub author: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// What the records of a source have to do with those of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Kinship {
    /// Listings that its records speak for together with those of other sources.
    pub shared: i64,
    /// Pairs of listings that wait for a person, one of them its own.
    pub proposed: i64,
}

/// Which pairs are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Those that nobody decided, of two listings.
    Proposed,
    /// Those of one listing.
    Linked,
}

impl Store {
    /// The pairs that are alike, the most alike first: those that wait for a person, or those that make one listing. Of two
    /// listings, the most alike records.
    pub async fn duplicates(&self, asked: Asked) -> Result<Vec<Pair>, Error> {
        let rows = sqlx::query!(
            r#"select alike.score, alike.reasons as "reasons!: Json<Vec<Reason>>",
                      a.listing as "a_listing!", a.source as "a_source!", a.source_id as "a_id!",
                      own.slug as "a_slug!", one."values" ->> 'name' as "a_name!", one."values" ->> 'commune' as a_commune,
                      b.listing as "b_listing!", b.source as "b_source!", b.source_id as "b_id!",
                      other.slug as "b_slug!", two."values" ->> 'name' as "b_name!", two."values" ->> 'commune' as b_commune
               from (
                   select match_pair.a, match_pair.b, match_pair.score, match_pair.reasons
                   from waiting_pair
                   join match_pair on (match_pair.a, match_pair.b) = (waiting_pair.one, waiting_pair.other)
                   where not $1
                   union all
                   select a, b, score, reasons from match_pair where $1
                   union all
                   select distinct a, b, null::real, '[]'::jsonb from decided_pair
                   where $1 and same and not exists (select from match_pair where (a, b) = (decided_pair.a, decided_pair.b))
               ) as alike
               join link as a on a.record = alike.a
               join link as b on b.record = alike.b
               join source_record as one on one.source = a.source and one.source_id = a.source_id
               join source_record as two on two.source = b.source and two.source_id = b.source_id
               join listing as own on own.id = a.listing and own.withdrawn_at is null
               join listing as other on other.id = b.listing and other.withdrawn_at is null
               where (a.listing = b.listing) = $1
               order by alike.score desc nulls last, "a_name!", "b_name!""#,
            asked == Asked::Linked
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| Pair {
                a: side(row.a_listing, row.a_slug, row.a_name, row.a_commune, (row.a_source, row.a_id)),
                b: side(row.b_listing, row.b_slug, row.b_name, row.b_commune, (row.b_source, row.b_id)),
                score: row.score,
                reasons: row.reasons.0,
            })
            .collect())
    }

    /// What people decided of two records and did not take back, the latest first.
    pub async fn pair_decisions(&self) -> Result<Vec<PairDecision>, Error> {
        let rows = sqlx::query!(
            r#"select decision.id, decision.same, decision.author, decision.reason, decision.at,
                      a.listing as a_listing, a.source as a_source, a.source_id as a_id, own.slug as a_slug,
                      one."values" ->> 'name' as "a_name!", one."values" ->> 'commune' as a_commune,
                      b.listing as b_listing, b.source as b_source, b.source_id as b_id, other.slug as b_slug,
                      two."values" ->> 'name' as "b_name!", two."values" ->> 'commune' as b_commune
               from match_decision as decision
               join link as a on a.record = decision.a
               join link as b on b.record = decision.b
               join source_record as one on one.source = a.source and one.source_id = a.source_id
               join source_record as two on two.source = b.source and two.source_id = b.source_id
               join listing as own on own.id = a.listing
               join listing as other on other.id = b.listing
               where decision.ended_at is null
               order by decision.id desc"#
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| PairDecision {
                id: row.id,
                a: side(row.a_listing, row.a_slug, row.a_name, row.a_commune, (row.a_source, row.a_id)),
                b: side(row.b_listing, row.b_slug, row.b_name, row.b_commune, (row.b_source, row.b_id)),
                same: row.same,
                author: row.author,
                reason: row.reason,
                at: row.at,
            })
            .collect())
    }

    /// What the records of a source have to do with those of others.
    pub async fn kinship(&self, source: &str) -> Result<Kinship, Error> {
        Ok(sqlx::query_as!(
            Kinship,
            r#"select (select count(distinct link.listing) from link
                       where source = $1 and exists (
                           select from link as other where other.listing = link.listing and other.source <> $1)) as "shared!",
                      (select count(*) from waiting_pair
                       where exists (
                           select from link where source = $1 and link.listing in (waiting_pair.a, waiting_pair.b))) as "proposed!""#,
            source
        )
        .fetch_one(&self.pool)
        .await?)
    }

    /// Decides that two records, named by the listings they found, are the same thing, or are not. Of two listings that are
    /// not the same, none of the records of one is any of the other; of one listing, the two records part, and the others stay
    /// with whichever they are more alike. Returns the number of the decision.
    ///
    /// # Errors
    /// [`Error::UnknownListing`]; [`Error::OneRecord`]; [`Error::BeyondReach`]; [`Error::Busy`] when an import goes on for too long.
    pub async fn decide(
        &self,
        a: ListingId,
        b: ListingId,
        same: bool,
        reach: &Reach,
        cause: &Cause,
    ) -> Result<i64, Error> {
        let mut transaction = self.begin_writing().await?;
        self.take_turn(&mut transaction).await?;
        let decided = decide(&mut transaction, a, b, same, cause).await;
        let (decision, records) = self.named(decided).await?;
        self.conclude(transaction, &Touched { records, ..Touched::default() }, reach, cause).await?;
        Ok(decision)
    }

    /// Takes decisions back, all or none: what was decided before them holds again. They stay in the history.
    ///
    /// # Errors
    /// [`Error::UnknownDecision`]; [`Error::BeyondReach`] when it touches a listing that is not within reach, or would not be;
    /// [`Error::Busy`].
    pub async fn take_back(&self, decisions: &[i64], reach: &Reach, cause: &Cause) -> Result<(), Error> {
        let mut transaction = self.begin_writing().await?;
        self.take_turn(&mut transaction).await?;
        let mut touched = Touched::default();
        for &decision in decisions.iter().collect::<BTreeSet<_>>() {
            let ended = end(&mut transaction, decision, cause, &mut touched).await;
            self.named(ended).await?;
        }
        self.conclude(transaction, &touched, reach, cause).await
    }

    /// Regroups what a decision touches, and commits.
    async fn conclude(
        &self,
        mut transaction: Transaction<'static, Postgres>,
        touched: &Touched,
        reach: &Reach,
        cause: &Cause,
    ) -> Result<(), Error> {
        let regrouped = regroup(&mut transaction, touched, reach, cause).await;
        self.named(regrouped).await?;
        let committed = transaction.commit().await;
        self.named(committed.map_err(Error::from)).await
    }

    /// Finds all that is alike again, from nothing. What people decided stands.
    ///
    /// # Errors
    /// [`Error::Busy`].
    pub async fn match_again(&self, cause: &Cause) -> Result<(), Error> {
        let mut transaction = self.begin_writing().await?;
        self.take_turn(&mut transaction).await?;
        let found = matching::find_again(&mut transaction, cause).await;
        self.named(found).await?;
        let committed = transaction.commit().await;
        self.named(committed.map_err(Error::from)).await
    }
}

/// What a decision, or its end, concerns.
#[derive(Debug, Default)]
struct Touched {
    /// Records that may speak for another listing.
    records: BTreeSet<Uuid>,
    /// Records on which something stands no more, or stands again.
    corrected: BTreeSet<Uuid>,
}

async fn regroup(
    connection: &mut PgConnection,
    touched: &Touched,
    reach: &Reach,
    cause: &Cause,
) -> Result<(), Error> {
    let mut regrouped = matching::regroup(connection, &touched.records).await?;
    if !touched.corrected.is_empty() {
        let corrected: Vec<Uuid> = touched.corrected.iter().copied().collect();
        let listings = sqlx::query_scalar!("select listing from link where record = any($1)", &corrected)
            .fetch_all(&mut *connection)
            .await?;
        regrouped.listings.extend(listings);
    }
    resolve_again(connection, &regrouped.listings, &regrouped.twins, cause).await?;
    // Those that return from a merge, and those that it moved, are somebody's too.
    for touched in touched.records.iter().chain(&touched.corrected).chain(&regrouped.listings) {
        within(connection, *touched, reach).await?;
    }
    regrouped.note(connection, cause).await
}

/// Ends a decision, with the corrections that were made with it: what they replaced stands again.
async fn end(
    connection: &mut PgConnection,
    decision: i64,
    cause: &Cause,
    touched: &mut Touched,
) -> Result<(), Error> {
    let ended = sqlx::query!(
        "update match_decision set ended_at = $2, ended_by = $3, ended_reason = $4 where id = $1 and ended_at is null",
        decision,
        cause.at,
        cause.author,
        cause.reason
    )
    .execute(&mut *connection)
    .await?;
    if ended.rows_affected() == 0 {
        return Err(Error::UnknownDecision(decision));
    }
    let pairs = sqlx::query!("select a, b from match_decision_pair where decision = $1", decision)
        .fetch_all(&mut *connection)
        .await?;
    touched.records.extend(pairs.into_iter().flat_map(|pair| [pair.a, pair.b]));
    let chosen = sqlx::query!(
        "update listing_override set ended_at = $2, ended_by = $3, ended_reason = $4
         where merge = $1 and ended_at is null returning listing, field, at",
        decision,
        cause.at,
        cause.author,
        cause.reason
    )
    .fetch_all(&mut *connection)
    .await?;
    for chosen in chosen {
        // The very row: others may have been made over it, and name it.
        sqlx::query!(
            "update listing_override set ended_at = null, ended_by = null, ended_reason = null
             where id = (select max(id) from listing_override
                         where listing = $1 and field = $2 and ended_at = $3 and merge is distinct from $4)",
            chosen.listing,
            chosen.field,
            chosen.at,
            decision
        )
        .execute(&mut *connection)
        .await?;
        touched.corrected.insert(chosen.listing);
    }
    Ok(())
}

/// Writes the decision. Returns its number, and the records it is about.
async fn decide(
    connection: &mut PgConnection,
    a: ListingId,
    b: ListingId,
    same: bool,
    cause: &Cause,
) -> Result<(i64, BTreeSet<Uuid>), Error> {
    if a == b {
        return Err(Error::OneRecord(a.to_string()));
    }
    let (one, other) = (members(connection, a).await?, members(connection, b).await?);
    let together = one.contains(&b.0);
    let pairs: BTreeSet<(Uuid, Uuid)> = if same || together {
        BTreeSet::from([(a.0.min(b.0), a.0.max(b.0))])
    } else {
        let cross = |&x: &Uuid| other.iter().map(move |&y| (x.min(y), x.max(y)));
        one.iter().flat_map(cross).collect()
    };
    let decision = sqlx::query_scalar!(
        "insert into match_decision (a, b, same, author, reason, at) values ($1, $2, $3, $4, $5, $6) returning id",
        a.0,
        b.0,
        same,
        cause.author,
        cause.reason,
        cause.at
    )
    .fetch_one(&mut *connection)
    .await?;
    let (x, y): (Vec<Uuid>, Vec<Uuid>) = pairs.into_iter().unzip();
    sqlx::query!(
        "insert into match_decision_pair (decision, a, b)
         select $3, a, b from unnest($1::uuid[], $2::uuid[]) as pair (a, b)",
        &x,
        &y,
        decision
    )
    .execute(connection)
    .await?;
    Ok((decision, one.into_iter().chain(other).collect()))
}

/// The records of the listing that a record speaks for.
async fn members(connection: &mut PgConnection, record: ListingId) -> Result<Vec<Uuid>, Error> {
    let members = sqlx::query_scalar!(
        "select other.record from link as own join link as other on other.listing = own.listing where own.record = $1",
        record.0
    )
    .fetch_all(connection)
    .await?;
    if members.is_empty() { Err(Error::UnknownListing(record.to_string())) } else { Ok(members) }
}
