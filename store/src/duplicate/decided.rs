//! What people decided of pairs, within a reach.

use chrono::{DateTime, Utc};
use maille_domain::{ListingId, Reach};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::reach::Bounds;
use crate::{Error, Store};

/// What a person decided of two records, as it stands or was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// Its number.
    pub id: i64,
    /// One record, as the listing that it founds, and the name that its source gives it.
    pub a: (ListingId, String),
    /// The other.
    pub b: (ListingId, String),
    /// The listings that they speak for now.
    pub listings: (ListingId, ListingId),
    /// Whether they are the same thing.
    pub same: bool,
    /// Who.
    pub author: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Who took it back, if somebody did.
    pub ended: Option<Ended>,
}

/// Who took a decision back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Who.
    pub author: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
}

struct Row {
    id: i64,
    a: Uuid,
    a_name: String,
    a_listing: Uuid,
    b: Uuid,
    b_name: String,
    b_listing: Uuid,
    same: bool,
    author: String,
    reason: String,
    at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    ended_by: Option<String>,
    ended_reason: Option<String>,
}

impl From<Row> for Decided {
    fn from(row: Row) -> Decided {
        let ended = row.ended_at.zip(row.ended_by).zip(row.ended_reason);
        Decided {
            id: row.id,
            a: (ListingId(row.a), row.a_name),
            b: (ListingId(row.b), row.b_name),
            listings: (ListingId(row.a_listing), ListingId(row.b_listing)),
            same: row.same,
            author: row.author,
            reason: row.reason,
            at: row.at,
            ended: ended.map(|((at, author), reason)| Ended { author, reason, at }),
        }
    }
}

impl Store {
    /// The decisions that stand, of which both listings are within reach, the latest first: `most` of them after the first
    /// `skipped`; and how many there are.
    pub async fn decisions_within(
        &self,
        reach: &Reach,
        most: i64,
        skipped: i64,
    ) -> Result<(Vec<Decided>, i64), Error> {
        let Bounds { communes, areas } = reach.into();
        let rows = sqlx::query!(
            r#"with told as (
                   select decision.id
                   from match_decision as decision
                   join link as a on a.record = decision.a
                   join link as b on b.record = decision.b
                   left join site as here on here.listing = a.listing and here.position = 0
                   left join site as there on there.listing = b.listing and there.position = 0
                   where decision.ended_at is null
                     and ($1::text[] is null
                          or (coalesce(here.commune = any($1), true) and coalesce(there.commune = any($1), true)
                              and within_reach(a.listing, $1, $2) and within_reach(b.listing, $1, $2)))
               )
               select counted.total as "total!", page.id as "id?"
               from (select count(*) as total from told) as counted
               left join (select id from told order by id desc limit $3 offset $4) as page on true"#,
            communes.as_deref(),
            &areas,
            most,
            skipped
        )
        .fetch_all(&self.pool)
        .await?;
        let total = rows.first().map_or(0, |row| row.total);
        let ids: Vec<i64> = rows.into_iter().filter_map(|row| row.id).collect();
        Ok((read(&mut *self.pool.acquire().await?, &ids).await?, total))
    }

    /// All that was decided of the records of a listing, also what was taken back, the latest first.
    pub async fn decisions_of(&self, listing: ListingId) -> Result<Vec<Decided>, Error> {
        let mut connection = self.pool.acquire().await?;
        let ids = sqlx::query_scalar!(
            r#"select distinct pair.decision from link
               join match_decision_pair as pair on pair.a = link.record or pair.b = link.record
               where link.listing = $1"#,
            listing.0
        )
        .fetch_all(&mut *connection)
        .await?;
        read(&mut connection, &ids).await
    }

    /// A decision by its number, whether it stands or not.
    pub async fn decision(&self, id: i64) -> Result<Option<Decided>, Error> {
        Ok(read(&mut *self.pool.acquire().await?, &[id]).await?.pop())
    }
}

/// What was decided of the records of two listings, also what was taken back, the latest first.
pub(super) async fn of_two(
    connection: &mut PgConnection,
    a: ListingId,
    b: ListingId,
) -> Result<Vec<Decided>, Error> {
    let ids = sqlx::query_scalar!(
        r#"select distinct pair.decision from link as x
           join match_decision_pair as pair on pair.a = x.record or pair.b = x.record
           join link as y on y.record = case when pair.a = x.record then pair.b else pair.a end
           where x.listing = $1 and y.listing = $2"#,
        a.0,
        b.0
    )
    .fetch_all(&mut *connection)
    .await?;
    read(connection, &ids).await
}

async fn read(connection: &mut PgConnection, ids: &[i64]) -> Result<Vec<Decided>, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"select decision.id, decision.a, decision.b, decision.same, decision.author, decision.reason, decision.at,
                  decision.ended_at, decision.ended_by, decision.ended_reason,
                  a.listing as a_listing, one."values" ->> 'name' as "a_name!",
                  b.listing as b_listing, two."values" ->> 'name' as "b_name!"
           from match_decision as decision
           join link as a on a.record = decision.a
           join link as b on b.record = decision.b
           join source_record as one on one.source = a.source and one.source_id = a.source_id
           join source_record as two on two.source = b.source and two.source_id = b.source_id
           where decision.id = any($1)
           order by decision.id desc"#,
        ids
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(Decided::from).collect())
}
