//! Sources: which there are, what they are read in, and whether what they say counts.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::listing::{Cause, Twins, resolve_again, touch};
use crate::{Error, Store, matching};

/// A source as it stands.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// The format it was last read in.
    pub format: String,
    /// Records that it shows.
    pub records: i64,
    /// Records that it no longer shows.
    pub withdrawn: i64,
    /// Listings that records which it shows speak for together with those of other sources.
    pub shared: i64,
    /// When it was last read whole, or in part.
    pub last_run_at: Option<DateTime<Utc>>,
    /// Since when what it says counts for nothing, because somebody said so.
    pub dropped_at: Option<DateTime<Utc>>,
}

/// What is done with a source as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// What it says counts.
    Kept,
    /// What it says counts for nothing: its records are as withdrawn, and stay.
    Dropped,
}

/// Makes the source known, if it is not, and notes what it is read in.
///
/// # Errors
/// [`Error::SourceDropped`].
pub(crate) async fn ensure(
    connection: &mut PgConnection,
    name: &str,
    format: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into source (name, format, created_at) values ($1, $2, $3) on conflict (name) do nothing",
        name,
        format,
        now
    )
    .execute(&mut *connection)
    .await?;
    let dropped = sqlx::query_scalar!("select dropped_at from source where name = $1", name)
        .fetch_one(&mut *connection)
        .await?;
    if dropped.is_some() {
        return Err(Error::SourceDropped(name.to_owned()));
    }
    Ok(())
}

impl Store {
    /// Whether there is a source of this name.
    pub async fn has_source(&self, name: &str) -> Result<bool, Error> {
        Ok(sqlx::query_scalar!(r#"select exists (select from source where name = $1) as "known!""#, name)
            .fetch_one(&self.pool)
            .await?)
    }

    /// The names of the sources that have records, in order.
    pub async fn source_names(&self) -> Result<Vec<String>, Error> {
        Ok(sqlx::query_scalar!(
            "select name from source where exists (select from link where link.source = source.name) order by name"
        )
        .fetch_all(&self.pool)
        .await?)
    }

    /// The sources, by name.
    pub async fn sources(&self) -> Result<Vec<Source>, Error> {
        Ok(sqlx::query_as!(
            Source,
            r#"with live as (
                   select link.source, link.listing
                   from link
                   join source_record on source_record.source = link.source and source_record.source_id = link.source_id
                   join source on source.name = link.source
                   where source_record.withdrawn_at is null and source.dropped_at is null
               )
               select source.name, source.format, dropped_at,
                      (select max(finished_at) from run where run.source = source.name) as last_run_at,
                      coalesce(own.records, 0) as "records!", coalesce(own.withdrawn, 0) as "withdrawn!",
                      coalesce(shared.listings, 0) as "shared!"
               from source
               left join (
                   select source, count(*) filter (where withdrawn_at is null) as records, count(withdrawn_at) as withdrawn
                   from source_record group by source
               ) as own on own.source = source.name
               left join (
                   select live.source, count(distinct live.listing) as listings
                   from live
                   join (select listing from live group by listing having min(source) <> max(source)) as several
                       on several.listing = live.listing
                   group by live.source
               ) as shared on shared.source = source.name
               order by source.name"#
        )
        .fetch_all(&self.pool)
        .await?)
    }

    /// Drops a source, or brings it back: its listings are those of the other sources, or as they were. Returns how many
    /// listings it speaks for.
    ///
    /// # Errors
    /// [`Error::UnknownSource`]; [`Error::ImportUnderWay`]; [`Error::Busy`].
    pub async fn stand(&self, source: &str, standing: Standing, cause: &Cause) -> Result<u64, Error> {
        let mut transaction = self.begin_writing().await?;
        let free = sqlx::query_scalar!(
            r#"select pg_try_advisory_xact_lock_shared(hashtext('maille.import'), hashtext($1)) as "free!""#,
            source
        )
        .fetch_one(&mut *transaction)
        .await?;
        if !free {
            return Err(Error::ImportUnderWay(source.to_owned()));
        }
        self.take_turn(&mut transaction).await?;
        let dropped_at = (standing == Standing::Dropped).then_some(cause.at);
        let known = sqlx::query!(
            "update source set dropped_at = case when $2::timestamptz is null then null else coalesce(dropped_at, $2) end where name = $1",
            source,
            dropped_at
        )
        .execute(&mut *transaction)
        .await?;
        if known.rows_affected() == 0 {
            return Err(Error::UnknownSource(source.to_owned()));
        }
        let listings: Vec<Uuid> = sqlx::query_scalar!(
            "select distinct listing from link where source = $1 order by listing",
            source
        )
        .fetch_all(&mut *transaction)
        .await?;
        sqlx::query!(
            "insert into source_standing (source, dropped, author, reason, at) values ($1, $2, $3, $4, $5)",
            source,
            standing == Standing::Dropped,
            cause.author,
            cause.reason,
            cause.at
        )
        .execute(&mut *transaction)
        .await?;
        touch(&mut transaction, &listings, cause.at).await?;
        let count = listings.len() as u64;
        let listings: BTreeSet<Uuid> = listings.into_iter().collect();
        let written = resolve_again(&mut transaction, &listings, &Twins::new(), cause).await;
        self.named(written).await?;
        // What is silent is nobody's twin.
        let regrouped = matching::regroup_all(&mut transaction, Some(source), cause).await;
        self.named(regrouped).await?;
        let committed = transaction.commit().await;
        self.named(committed.map_err(Error::from)).await?;
        Ok(count)
    }
}
