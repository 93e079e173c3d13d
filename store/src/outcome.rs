//! What a run leaves to people: corrections that it speaks against, listings that are no longer what they were.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{Error, Store};

impl Store {
    /// Corrections that wait to be settled, of listings that a source speaks of.
    pub async fn conflicts_of(&self, source: &str, now: DateTime<Utc>) -> Result<u64, Error> {
        let conflicts = self.conflicts(now).await?;
        let listings: Vec<Uuid> = conflicts.iter().map(|conflict| conflict.listing.0).collect();
        let own = sqlx::query_scalar!(
            "select distinct listing from link where source = $1 and listing = any($2)",
            source,
            &listings
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(listings.iter().filter(|listing| own.contains(listing)).count() as u64)
    }

    /// Listings that lost a record in a run, and are still there: what was one thing is several.
    pub async fn parted(&self, run: i64) -> Result<u64, Error> {
        let parted = sqlx::query_scalar!(
            r#"select count(distinct revision.listing) as "parted!"
               from revision join link on link.record = revision.listing and not link.merged
               where run = $1 and revision.before ? 'records'"#,
            run
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(parted.unsigned_abs())
    }
}
