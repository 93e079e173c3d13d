//! Somebody looked at two listings, and does not know: kept apart from what waits, with who and why, until it is taken back or
//! decided.

use chrono::{DateTime, Utc};
use maille_domain::ListingId;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Outcome;
use super::merge::{as_seen, since};
use crate::listing::Cause;
use crate::{Error, Store};

/// Who does not know whether two listings are one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// Its number.
    pub id: i64,
    /// Who.
    pub author: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl Store {
    /// Keeps that a person who saw two listings so does not know. What was kept of them before gives way.
    ///
    /// # Errors
    /// [`Error::UnknownListing`]; [`Error::OneRecord`]; [`Error::Busy`].
    pub async fn doubt(
        &self,
        a: ListingId,
        b: ListingId,
        seen: &str,
        cause: &Cause,
    ) -> Result<Outcome, Error> {
        let kept = self.write_doubt(a, b, seen, cause).await;
        self.named(kept).await
    }

    async fn write_doubt(
        &self,
        a: ListingId,
        b: ListingId,
        seen: &str,
        cause: &Cause,
    ) -> Result<Outcome, Error> {
        let mut transaction = self.begin_writing().await?;
        if as_seen(&mut transaction, a, b).await? != seen {
            return Ok(Outcome::Since(since(&mut transaction, a, b).await?));
        }
        let (first, other) = (a.0.min(b.0), a.0.max(b.0));
        loop {
            forget(&mut transaction, first, other, cause).await?;
            let kept = sqlx::query!(
                "insert into set_aside (kind, listing, mark, author, reason, at) values ('doublon', $1, $2, $3, $4, $5)
                 on conflict (kind, listing, mark) where ended_at is null do nothing",
                first,
                other.to_string(),
                cause.author,
                cause.reason,
                cause.at
            )
            .execute(&mut *transaction)
            .await?;
            // Otherwise somebody kept the same at the same time: theirs is seen now, and gives way.
            if kept.rows_affected() == 1 {
                break;
            }
        }
        transaction.commit().await?;
        Ok(Outcome::Kept)
    }

    /// Takes back that somebody does not know: the pair waits again. Returns whether anything was kept.
    ///
    /// # Errors
    /// [`Error::Busy`].
    pub async fn forget_doubt(&self, a: ListingId, b: ListingId, cause: &Cause) -> Result<bool, Error> {
        let mut transaction = self.begin_writing().await?;
        let ended = forget(&mut transaction, a.0.min(b.0), a.0.max(b.0), cause).await;
        let ended = self.named(ended).await?;
        transaction.commit().await?;
        Ok(ended > 0)
    }
}

/// Ends what is kept of these two listings, whichever of their records it was kept on.
pub(crate) async fn forget(
    connection: &mut PgConnection,
    a: Uuid,
    b: Uuid,
    cause: &Cause,
) -> Result<u64, Error> {
    let ended = sqlx::query!(
        "update set_aside set ended_at = $3, ended_by = $4, ended_reason = $5
         where kind = 'doublon' and ended_at is null and exists (
             select from link as own, link as x, link as peer, link as y
             where own.record = $1 and x.listing = own.listing and peer.record = $2 and y.listing = peer.listing
               and ((set_aside.listing = x.record and set_aside.mark = y.record::text)
                    or (set_aside.listing = y.record and set_aside.mark = x.record::text)))",
        a,
        b,
        cause.at,
        cause.author,
        cause.reason
    )
    .execute(connection)
    .await?;
    Ok(ended.rows_affected())
}
