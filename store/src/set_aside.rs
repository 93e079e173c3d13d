//! Lines of the inbox that somebody settled without changing anything, or put off.

use chrono::{DateTime, Utc};
use maille_domain::{LineKey, Matter, Reach};
use sqlx::PgConnection;

use crate::duplicate::forget;
use crate::listing::Cause;
use crate::reach::within;
use crate::{Error, Store};

/// Who set a line aside, until when, why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// Until when; for good, without it.
    pub until: Option<DateTime<Utc>>,
    /// Who.
    pub author: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl Store {
    /// Sets a line aside, until then or for good. Whether it was not already.
    ///
    /// # Errors
    /// [`Error::UnknownListing`]; [`Error::BeyondReach`].
    pub async fn set_aside(
        &self,
        line: &LineKey,
        until: Option<DateTime<Utc>>,
        reach: &Reach,
        cause: &Cause,
    ) -> Result<bool, Error> {
        self.writing(async {
            let mut transaction = self.begin_writing().await?;
            within(&mut transaction, line.listing.0, reach).await?;
            // One that was put off, and whose day has come, has done its time.
            sqlx::query!(
                "update set_aside set ended_at = until, ended_by = author, ended_reason = reason
                 where kind = $1 and listing = $2 and mark = $3 and ended_at is null and until <= $4",
                line.matter.code(),
                line.listing.0,
                line.mark,
                cause.at
            )
            .execute(&mut *transaction)
            .await?;
            let set = sqlx::query!(
                "insert into set_aside (kind, listing, mark, until, author, reason, at)
                 values ($1, $2, $3, $4, $5, $6, $7)
                 on conflict (kind, listing, mark) where ended_at is null do nothing",
                line.matter.code(),
                line.listing.0,
                line.mark,
                until,
                cause.author,
                cause.reason,
                cause.at
            )
            .execute(&mut *transaction)
            .await?;
            transaction.commit().await?;
            Ok(set.rows_affected() > 0)
        })
        .await
    }

    /// Puts a line that was set aside back in the list. Whether it was.
    ///
    /// # Errors
    /// [`Error::UnknownListing`]; [`Error::BeyondReach`]; [`Error::Busy`].
    pub async fn put_back(&self, line: &LineKey, reach: &Reach, cause: &Cause) -> Result<bool, Error> {
        self.writing(async {
            let mut transaction = self.begin_writing().await?;
            within(&mut transaction, line.listing.0, reach).await?;
            let ended = match (line.matter, line.mark.parse()) {
                // A pair may be kept on other records of its listings.
                (Matter::Duplicate, Ok(other)) => {
                    forget(&mut transaction, line.listing.0, other, cause).await?
                }
                _ => end(&mut transaction, line, cause).await?,
            };
            transaction.commit().await?;
            Ok(ended > 0)
        })
        .await
    }
}

/// A failure may be kept on another record of its listing.
async fn end(connection: &mut PgConnection, line: &LineKey, cause: &Cause) -> Result<u64, Error> {
    let ended = sqlx::query!(
        "update set_aside set ended_at = $4, ended_by = $5, ended_reason = $6
         where kind = $1 and mark = $3 and ended_at is null and (listing = $2 or kind = 'echec' and listing in (
             select peer.record from link as own join link as peer on peer.listing = own.listing where own.record = $2))",
        line.matter.code(),
        line.listing.0,
        line.mark,
        cause.at,
        cause.author,
        cause.reason
    )
    .execute(connection)
    .await?;
    Ok(ended.rows_affected())
}
