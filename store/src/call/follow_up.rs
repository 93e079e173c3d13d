//! The calls that are to be followed up.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use maille_domain::call::{FollowUp, Requester, asked_between};
use maille_domain::vocabulary::UnknownCode;
use maille_domain::{Call, Desk, ListingId, clock};
use sqlx::PgConnection;
use uuid::Uuid;

use super::read;
use crate::{Error, Store, plan};

/// Which of all calls are looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sift {
    /// Those that were opened on that day, in Paris.
    pub day: Option<NaiveDate>,
    /// Those of these.
    pub requester: Option<Requester>,
    /// Those whose need nobody answers, alone.
    pub unmet: bool,
}

/// A page of a list of calls, and how much there is beside it.
#[derive(Debug, Clone)]
pub struct Followed {
    /// How many calls each list has.
    pub counts: BTreeMap<FollowUp, usize>,
    /// How many come before these: fewer than was asked for, when there are not so many.
    pub before: usize,
    /// The calls.
    pub calls: Vec<Call>,
    /// What their resources are named today.
    pub names: BTreeMap<ListingId, Named>,
}

/// A listing that was given, as it is today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its id, or that of the listing that it was merged into.
    pub id: ListingId,
    /// Its readable address.
    pub slug: String,
    /// Its name.
    pub name: String,
}

impl Store {
    /// Calls of a list that this desk sees, at most so many after so many others (the last of them, when there are fewer); `sift`
    /// is for the list of all.
    pub async fn follow_up(
        &self,
        list: FollowUp,
        (most, before): (usize, usize),
        sift: Sift,
        desk: &Desk,
        now: DateTime<Utc>,
    ) -> Result<Followed, Error> {
        let territories = desk.territories();
        let sight = Sight::of(territories.as_deref(), sift, now);
        let mut transaction = self.pool.begin().await?;
        plan::for_these_values(&mut transaction).await?;
        let counts = sight.counts(&mut transaction).await?;
        let count = counts.get(&list).copied().unwrap_or_default();
        let before = before.min(count.saturating_sub(1) / most.max(1) * most);
        let window = (i64::try_from(most).unwrap_or(i64::MAX), i64::try_from(before).unwrap_or(i64::MAX));
        let ids = match list {
            FollowUp::All => sight.all(&mut transaction, window).await?,
            due => sight.due(due, &mut transaction, window).await?,
        };
        let calls = read(&mut transaction, &ids).await?;
        let names = names(&mut transaction, &calls).await?;
        transaction.commit().await?;
        Ok(Followed { counts, before, calls, names })
    }
}

/// What a desk sees of calls at an instant.
struct Sight<'a> {
    territories: Option<&'a [String]>,
    ended_after: DateTime<Utc>,
    ended_before: DateTime<Utc>,
    opened_from: Option<DateTime<Utc>>,
    opened_until: Option<DateTime<Utc>>,
    requester: Option<&'static str>,
    unmet: bool,
}

impl Sight<'_> {
    fn of(territories: Option<&[String]>, sift: Sift, now: DateTime<Utc>) -> Sight<'_> {
        let (ended_after, ended_before) = asked_between(now);
        Sight {
            territories,
            ended_after,
            ended_before,
            opened_from: sift.day.and_then(clock::start_of),
            opened_until: sift.day.and_then(clock::end_of),
            requester: sift.requester.map(Requester::code),
            unmet: sift.unmet,
        }
    }

    async fn counts(&self, connection: &mut PgConnection) -> Result<BTreeMap<FollowUp, usize>, Error> {
        let rows = sqlx::query!(
            r#"select line.list as "list!", count(*) as "count!"
               from follow_up_line($2, $3) as line
               where $1::text[] is null or line.territory = any($1)
               group by line.list
               union all
               select 'tous', count(*)
               from call
               where ($1::text[] is null or territory = any($1))
                 and ($4::timestamptz is null or opened_at >= $4)
                 and ($5::timestamptz is null or opened_at < $5)
                 and ($6::text is null or requester = $6)
                 and (unmet or not $7)"#,
            self.territories,
            self.ended_after,
            self.ended_before,
            self.opened_from,
            self.opened_until,
            self.requester,
            self.unmet
        )
        .fetch_all(connection)
        .await?;
        let counts = rows.into_iter().map(|row| {
            let list = row.list.parse().map_err(|error: UnknownCode| Error::Inconsistent {
                table: "follow_up_line",
                row: row.list.clone(),
                found: error.to_string(),
            })?;
            Ok((list, usize::try_from(row.count).unwrap_or_default()))
        });
        counts.collect()
    }

    async fn due(
        &self,
        list: FollowUp,
        connection: &mut PgConnection,
        (most, before): (i64, i64),
    ) -> Result<Vec<Uuid>, Error> {
        let ids = sqlx::query_scalar!(
            r#"select line.call as "call!"
               from follow_up_line($2, $3) as line
               where line.list = $4 and ($1::text[] is null or line.territory = any($1))
               order by line.rank, line.call
               limit $5 offset $6"#,
            self.territories,
            self.ended_after,
            self.ended_before,
            list.code(),
            most,
            before
        );
        Ok(ids.fetch_all(connection).await?)
    }

    /// The last opened first.
    async fn all(
        &self,
        connection: &mut PgConnection,
        (most, before): (i64, i64),
    ) -> Result<Vec<Uuid>, Error> {
        let ids = sqlx::query_scalar!(
            "select id
             from call
             where ($1::text[] is null or territory = any($1))
               and ($2::timestamptz is null or opened_at >= $2)
               and ($3::timestamptz is null or opened_at < $3)
               and ($4::text is null or requester = $4)
               and (unmet or not $5)
             order by opened_at desc, id
             limit $6 offset $7",
            self.territories,
            self.opened_from,
            self.opened_until,
            self.requester,
            self.unmet,
            most,
            before
        );
        Ok(ids.fetch_all(connection).await?)
    }
}

async fn names(connection: &mut PgConnection, calls: &[Call]) -> Result<BTreeMap<ListingId, Named>, Error> {
    let ids: Vec<Uuid> =
        calls.iter().flat_map(|call| &call.proposed).map(|proposed| proposed.listing.0).collect();
    let rows = sqlx::query!(
        "select link.record, listing.id, listing.slug, listing.name
         from link join listing on listing.id = link.listing
         where link.record = any($1)",
        &ids
    )
    .fetch_all(connection)
    .await?;
    let named = rows.into_iter().map(|row| {
        let named = Named { id: ListingId(row.id), slug: row.slug, name: row.name };
        (ListingId(row.record), named)
    });
    Ok(named.collect())
}
