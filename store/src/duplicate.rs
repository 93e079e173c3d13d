//! What may be one thing and is two listings, and what people decide of it.

use chrono::{DateTime, Utc};
use maille_domain::ListingId;
use maille_domain::matching::Reason;
use serde::Serialize;
use sqlx::types::Json;
use sqlx::{PgConnection, Postgres, Transaction};
use std::collections::BTreeSet;
use uuid::Uuid;

use crate::listing::{Cause, resolve_again};
use crate::{Error, Store, matching};

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
            r#"select * from (
                   select distinct on (least(a.listing, b.listing), greatest(a.listing, b.listing),
                                       case when $1 then a.record end, case when $1 then b.record end)
                          alike.score, alike.reasons as "reasons!: Json<Vec<Reason>>",
                          a.listing as "a_listing!", a.source as "a_source!", a.source_id as "a_id!",
                          own.slug as "a_slug!", one."values" ->> 'name' as "a_name!", one."values" ->> 'commune' as a_commune,
                          b.listing as "b_listing!", b.source as "b_source!", b.source_id as "b_id!",
                          other.slug as "b_slug!", two."values" ->> 'name' as "b_name!", two."values" ->> 'commune' as b_commune
                   from (
                       select a, b, score, reasons from match_pair
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
                     and ($1 or not exists (
                         select from link as x
                         join decided_pair as refused on refused.a = x.record and not refused.same
                         join link as y on y.record = refused.b
                         where (x.listing, y.listing) = (a.listing, b.listing)))
                     and ($1 or not exists (
                         select from link as x
                         join decided_pair as refused on refused.a = x.record and not refused.same
                         join link as y on y.record = refused.b
                         where (x.listing, y.listing) = (b.listing, a.listing)))
                   order by least(a.listing, b.listing), greatest(a.listing, b.listing),
                            case when $1 then a.record end, case when $1 then b.record end,
                            alike.score desc, alike.a, alike.b
               ) as pair
               order by score desc nulls last, "a_name!", "b_name!""#,
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
                      (select count(distinct (least(a.listing, b.listing), greatest(a.listing, b.listing)))
                       from match_pair
                       join link as a on a.record = match_pair.a
                       join link as b on b.record = match_pair.b
                       join listing as own on own.id = a.listing and own.withdrawn_at is null
                       join listing as other on other.id = b.listing and other.withdrawn_at is null
                       where a.listing <> b.listing and (a.source = $1 or b.source = $1)
                         and not exists (
                             select from link as x
                             join decided_pair as refused on refused.a = x.record and not refused.same
                             join link as y on y.record = refused.b
                             where (x.listing, y.listing) in ((a.listing, b.listing), (b.listing, a.listing)))) as "proposed!""#,
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
    /// [`Error::UnknownListing`]; [`Error::OneRecord`]; [`Error::Busy`] when an import goes on for too long.
    pub async fn decide(&self, a: ListingId, b: ListingId, same: bool, cause: &Cause) -> Result<i64, Error> {
        let mut transaction = self.begin_writing().await?;
        self.take_turn(&mut transaction).await?;
        let decided = decide(&mut transaction, a, b, same, cause).await;
        let (decision, touched) = self.named(decided).await?;
        self.conclude(transaction, &touched, cause).await?;
        Ok(decision)
    }

    /// Takes decisions back, all or none: what was decided before them holds again. They stay in the history.
    ///
    /// # Errors
    /// [`Error::UnknownDecision`]; [`Error::Busy`].
    pub async fn take_back(&self, decisions: &[i64], cause: &Cause) -> Result<(), Error> {
        let mut transaction = self.begin_writing().await?;
        self.take_turn(&mut transaction).await?;
        let mut touched = BTreeSet::new();
        for &decision in decisions.iter().collect::<BTreeSet<_>>() {
            let ended = sqlx::query!(
                "update match_decision set ended_at = $2, ended_by = $3, ended_reason = $4 where id = $1 and ended_at is null",
                decision,
                cause.at,
                cause.author,
                cause.reason
            )
            .execute(&mut *transaction)
            .await?;
            if ended.rows_affected() == 0 {
                return Err(Error::UnknownDecision(decision));
            }
            let pairs = sqlx::query!("select a, b from match_decision_pair where decision = $1", decision)
                .fetch_all(&mut *transaction)
                .await?;
            touched.extend(pairs.into_iter().flat_map(|pair| [pair.a, pair.b]));
        }
        self.conclude(transaction, &touched, cause).await
    }

    /// Regroups what a decision touches, and commits.
    async fn conclude(
        &self,
        mut transaction: Transaction<'static, Postgres>,
        touched: &BTreeSet<Uuid>,
        cause: &Cause,
    ) -> Result<(), Error> {
        let regrouped = regroup(&mut transaction, touched, cause).await;
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

async fn regroup(
    connection: &mut PgConnection,
    touched: &BTreeSet<Uuid>,
    cause: &Cause,
) -> Result<(), Error> {
    let regrouped = matching::regroup(connection, touched).await?;
    resolve_again(connection, &regrouped.listings, &regrouped.twins, cause).await?;
    regrouped.note(connection, cause).await
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
