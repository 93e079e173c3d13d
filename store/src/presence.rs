//! Layer 2: whether a listing is there, when a person decided so: hidden, or kept though no source knows it any more.

use std::collections::BTreeSet;

use maille_domain::resolve::PresenceDecision;
use maille_domain::{ListingId, Presence, Reach};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::listing::{Cause, Twins, resolve_again};
use crate::overrides::hold;
use crate::reach::within;
use crate::{Error, Store};

impl Store {
    /// Hides a listing or keeps it, whatever its sources do; with none, leaves it to its sources again. What was decided of
    /// it before is ended, not lost; what was decided of a listing merged into it waits under this, unless all is left to the
    /// sources.
    ///
    /// # Errors
    /// [`Error::UnknownListing`]; [`Error::BeyondReach`]; [`Error::Busy`] when another writer keeps the listing too long.
    pub async fn set_presence(
        &self,
        listing: ListingId,
        presence: Option<Presence>,
        reach: &Reach,
        cause: &Cause,
    ) -> Result<(), Error> {
        let set = self.write_presence(listing, presence, reach, cause).await;
        self.named(set).await
    }

    async fn write_presence(
        &self,
        listing: ListingId,
        presence: Option<Presence>,
        reach: &Reach,
        cause: &Cause,
    ) -> Result<(), Error> {
        let mut transaction = self.begin_writing().await?;
        let listing = hold(&mut transaction, listing).await?;
        within(&mut transaction, listing, reach).await?;
        sqlx::query!(
            "update presence set ended_at = $3, ended_by = $4, ended_reason = $5
             where (listing = $1 or $2 and listing in (select record from link where listing = $1)) and ended_at is null",
            listing,
            presence.is_none(),
            cause.at,
            cause.author,
            cause.reason
        )
        .execute(&mut *transaction)
        .await?;
        if let Some(presence) = presence {
            sqlx::query!(
                "insert into presence (listing, presence, author, reason, at) values ($1, $2, $3, $4, $5)",
                listing,
                presence.code(),
                cause.author,
                cause.reason,
                cause.at
            )
            .execute(&mut *transaction)
            .await?;
        }
        resolve_again(&mut transaction, &BTreeSet::from([listing]), &Twins::new(), cause).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// What stands of these listings, and of those merged into them.
pub(crate) async fn standing(
    connection: &mut PgConnection,
    ids: &[Uuid],
) -> Result<Vec<(Uuid, PresenceDecision)>, Error> {
    let rows = sqlx::query!(
        "select link.listing, presence.id, presence, at
         from link join presence on presence.listing = link.record
         where ended_at is null and link.listing = any($1)",
        ids
    )
    .fetch_all(connection)
    .await?;
    let read = rows.into_iter().map(|row| {
        let presence = row.presence.parse().map_err(|error: maille_domain::vocabulary::UnknownCode| {
            Error::Inconsistent { table: "presence", row: row.id.to_string(), found: error.to_string() }
        })?;
        Ok((row.listing, PresenceDecision { id: row.id, presence, at: row.at }))
    });
    read.collect()
}
