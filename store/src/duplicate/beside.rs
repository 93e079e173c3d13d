//! Two listings side by side, and the one that they would make; the records of one.

use chrono::{DateTime, Utc};
use maille_domain::matching::{Reason, Traits, compare, weighed};
use maille_domain::resolve::{Curated, Record, Resolution, resolve};
use maille_domain::{Listing, ListingId};
use uuid::Uuid;

use super::merge::as_seen;
use super::{Decided, Doubt, decided};
use crate::document::read;
use crate::layers::{curated, records_of};
use crate::{Error, Store, precedence};

/// Two listings side by side.
#[derive(Debug, Clone)]
pub struct Beside {
    /// One.
    pub a: Listing,
    /// The other.
    pub b: Listing,
    /// How much their most alike records are alike, from 0 to 1.
    pub score: f32,
    /// What speaks for one thing (above zero), and for two, in points, the weightiest first.
    pub reasons: Vec<(f32, Reason)>,
    /// What the listing made of both would be.
    pub merged: Resolution,
    /// What was decided of the two, the latest first.
    pub decisions: Vec<Decided>,
    /// Who looked, and does not know.
    pub doubt: Option<Doubt>,
    /// What they are, for a decision to be about what was seen.
    pub seen: String,
}

/// A record that speaks for a listing.
#[derive(Debug, Clone)]
pub struct Joined {
    /// The listing that it founds.
    pub id: ListingId,
    /// What it says.
    pub record: Record,
    /// Whether a person joined it to another record of the listing.
    pub by_decision: bool,
}

impl Store {
    /// Two listings side by side; none when they are one, or one of them is not in the directory.
    pub async fn beside(
        &self,
        a: ListingId,
        b: ListingId,
        now: DateTime<Utc>,
    ) -> Result<Option<Beside>, Error> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query!("set transaction isolation level repeatable read, read only")
            .execute(&mut *transaction)
            .await?;
        let ids = [a.0, b.0];
        let mut listings = read(&mut transaction, &ids).await?;
        let (Some(second), Some(first), true) = (listings.pop(), listings.pop(), listings.is_empty()) else {
            return Ok(None);
        };
        let (one, other) = if first.id == a { (first, second) } else { (second, first) };
        let by_listing = records_of(&mut transaction, &ids).await?;
        let (score, reasons) = most_alike(
            by_listing.get(&a.0).map_or(&[][..], Vec::as_slice),
            by_listing.get(&b.0).map_or(&[][..], Vec::as_slice),
        );
        let records: Vec<Record> = by_listing.into_values().flatten().collect();
        let mut together = Curated::default();
        for own in curated(&mut transaction, &ids).await?.into_values() {
            together.overrides.extend(own.overrides);
            together.presence.extend(own.presence);
            together.checks.extend(own.checks);
        }
        let precedence = precedence::in_force(&mut transaction).await?;
        let doubt = sqlx::query_as!(
            Doubt,
            r#"select id as "id!", author as "author!", reason as "reason!", at as "at!" from doubtful_pair
               where a = $1 and b = $2 and (until is null or until > $3)"#,
            a.0.min(b.0),
            a.0.max(b.0),
            now
        )
        .fetch_optional(&mut *transaction)
        .await?;
        Ok(Some(Beside {
            a: one,
            b: other,
            score,
            reasons,
            merged: resolve(&records, &together, &precedence, now),
            decisions: decided::of_two(&mut transaction, a, b).await?,
            doubt,
            seen: as_seen(&mut transaction, a, b).await?,
        }))
    }

    /// The records that speak for a listing, the one that names it first.
    pub async fn joined(&self, listing: ListingId) -> Result<Vec<Joined>, Error> {
        let mut connection = self.pool.acquire().await?;
        let records = records_of(&mut connection, &[listing.0]).await?.remove(&listing.0).unwrap_or_default();
        let by_decision: Vec<Uuid> = sqlx::query_scalar!(
            r#"select own.record from link as own
               where own.listing = $1 and exists (
                   select from decided_pair join link as other
                       on other.record = case when decided_pair.a = own.record then decided_pair.b else decided_pair.a end
                   where same and (decided_pair.a = own.record or decided_pair.b = own.record) and other.listing = $1)"#,
            listing.0
        )
        .fetch_all(&mut *connection)
        .await?;
        let mut joined: Vec<Joined> = records
            .into_iter()
            .map(|record| {
                let id = ListingId::founded_by(&record.source, &record.source_id);
                Joined { id, by_decision: by_decision.contains(&id.0), record }
            })
            .collect();
        joined.sort_by_cached_key(|joined| {
            (joined.id != listing, joined.record.source.clone(), joined.record.source_id.clone())
        });
        Ok(joined)
    }

    /// The last thing that happened to two listings, or to the one that they became.
    pub async fn last_of_two(&self, a: ListingId, b: ListingId) -> Result<Option<super::Event>, Error> {
        super::merge::since(&mut *self.pool.acquire().await?, a, b).await
    }
}

/// How much the most alike of the records of two listings are alike, and why.
fn most_alike(one: &[Record], other: &[Record]) -> (f32, Vec<(f32, Reason)>) {
    let traits = |records: &[Record]| -> Vec<Traits> {
        let shown = records.iter().filter(|record| record.withdrawn_at.is_none());
        let shown: Vec<&Record> = shown.collect();
        let all = if shown.is_empty() { records.iter().collect() } else { shown };
        all.into_iter().map(|record| Traits::of(&record.values)).collect()
    };
    let (one, other) = (traits(one), traits(other));
    let pairs =
        one.iter().flat_map(|one| other.iter().map(move |other| (compare(one, other).score, one, other)));
    match pairs.max_by(|(one, ..), (other, ..)| one.total_cmp(other)) {
        Some((score, one, other)) => (score, weighed(one, other)),
        None => (0.0, Vec::new()),
    }
}
