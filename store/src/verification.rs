//! Layer 2: that somebody made sure of a listing, or of one of its fields.

use std::collections::BTreeSet;

use maille_domain::resolve::{CheckMade, Curated, resolve};
use maille_domain::{Check, Field, ListingId, Reach};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::layers::{curated, layers, records_of};
use crate::listing::{Cause, Twins, lock, resolve_again};
use crate::overrides::hold;
use crate::reach::within;
use crate::{Error, Store};

impl Store {
    /// Writes down that somebody made sure of a listing, or of what one of its fields says. What says nothing new is not kept
    /// (a form that is sent twice, a day before that of another check): returns whether it was.
    ///
    /// # Errors
    /// [`Error::UnknownListing`]; [`Error::BeyondReach`]; [`Error::Busy`] when another writer keeps the listing too long.
    pub async fn verify(
        &self,
        listing: ListingId,
        check: Check,
        reach: &Reach,
        cause: &Cause,
    ) -> Result<bool, Error> {
        Ok(self.verify_many(&BTreeSet::from([listing]), check, reach, cause).await? > 0)
    }

    /// The same of several listings: all of them, or none. Returns of how many it said something new.
    ///
    /// # Errors
    /// As [`verify`](Store::verify).
    pub async fn verify_many(
        &self,
        listings: &BTreeSet<ListingId>,
        check: Check,
        reach: &Reach,
        cause: &Cause,
    ) -> Result<usize, Error> {
        let written = self.write_checks(listings, check, reach, cause).await;
        self.named(written).await
    }

    async fn write_checks(
        &self,
        listings: &BTreeSet<ListingId>,
        check: Check,
        reach: &Reach,
        cause: &Cause,
    ) -> Result<usize, Error> {
        let mut transaction = self.begin_writing().await?;
        let held = hold_all(&mut transaction, listings).await?;
        for listing in &held {
            within(&mut transaction, *listing, reach).await?;
        }
        let precedence = crate::precedence::in_force(&mut transaction).await?;
        let records = records_of(&mut transaction, &held).await?;
        let curated = curated(&mut transaction, &held).await?;
        let nothing = Curated::default();
        let (mut checked, mut values) = (BTreeSet::new(), Vec::new());
        for (listing, records) in &records {
            let curated = curated.get(listing).unwrap_or(&nothing);
            let value = check
                .field
                .and_then(|field| resolve(records, curated, &precedence, cause.at).values.remove(&field));
            let says_nothing_new =
                |last: &CheckMade| last.check.day > check.day || (last.check == check && last.value == value);
            if !CheckMade::last(&curated.checks, check.field).is_some_and(says_nothing_new) {
                checked.insert(*listing);
                values.push(value);
            }
        }
        let ids: Vec<Uuid> = checked.iter().copied().collect();
        sqlx::query!(
            "insert into verification (listing, field, value, means, day, author, at)
             select listing, $3, value, $4, $5, $6, $7 from unnest($1::uuid[], $2::jsonb[]) as row (listing, value)",
            &ids,
            values as _,
            check.field.map(Field::name),
            check.means.code(),
            check.day,
            cause.author,
            cause.at
        )
        .execute(&mut *transaction)
        .await?;
        resolve_again(&mut transaction, &checked, &Twins::new(), cause).await?;
        transaction.commit().await?;
        Ok(checked.len())
    }

    /// Takes back the last check of a listing as people see it, or of one of its fields: the one before counts again. It is
    /// ended, not lost.
    ///
    /// # Errors
    /// [`Error::UnknownListing`]; [`Error::BeyondReach`]; [`Error::NoCheck`]; [`Error::Busy`].
    pub async fn take_check_back(
        &self,
        listing: ListingId,
        field: Option<Field>,
        reach: &Reach,
        cause: &Cause,
    ) -> Result<(), Error> {
        let ended = self.write_end_of_check(listing, field, reach, cause).await;
        self.named(ended).await
    }

    async fn write_end_of_check(
        &self,
        listing: ListingId,
        field: Option<Field>,
        reach: &Reach,
        cause: &Cause,
    ) -> Result<(), Error> {
        let mut transaction = self.begin_writing().await?;
        let listing = hold(&mut transaction, listing).await?;
        within(&mut transaction, listing, reach).await?;
        let (_, curated) = layers(&mut transaction, listing).await?;
        let last = CheckMade::last(&curated.checks, field).ok_or(Error::NoCheck(field))?;
        sqlx::query!(
            "update verification set ended_at = $2, ended_by = $3, ended_reason = $4 where id = $1",
            last.id,
            cause.at,
            cause.author,
            cause.reason
        )
        .execute(&mut *transaction)
        .await?;
        resolve_again(&mut transaction, &BTreeSet::from([listing]), &Twins::new(), cause).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Locks the listings that these are, or were merged into.
async fn hold_all(connection: &mut PgConnection, listings: &BTreeSet<ListingId>) -> Result<Vec<Uuid>, Error> {
    loop {
        let mut attempt = connection.begin().await?;
        let found = lead_to(&mut attempt, listings).await?;
        lock(&mut attempt, &found).await?;
        if lead_to(&mut attempt, listings).await? == found {
            attempt.commit().await?;
            return Ok(found);
        }
        // Whoever was waited for moved some: all are let go before others are waited for.
        attempt.rollback().await?;
    }
}

async fn lead_to(connection: &mut PgConnection, listings: &BTreeSet<ListingId>) -> Result<Vec<Uuid>, Error> {
    let ids: Vec<Uuid> = listings.iter().map(|listing| listing.0).collect();
    let found = sqlx::query!("select record, listing from link where record = any($1)", &ids)
        .fetch_all(connection)
        .await?;
    if let Some(unknown) = ids.iter().find(|id| !found.iter().any(|link| link.record == **id)) {
        return Err(Error::UnknownListing(unknown.to_string()));
    }
    let leads: BTreeSet<Uuid> = found.into_iter().map(|link| link.listing).collect();
    Ok(leads.into_iter().collect())
}

/// The checks that stand of these listings, and of those merged into them: of each thing that was checked, the last.
pub(crate) async fn standing(
    connection: &mut PgConnection,
    ids: &[Uuid],
) -> Result<Vec<(Uuid, CheckMade)>, Error> {
    let rows = sqlx::query!(
        "select distinct on (link.listing, field) link.listing, verification.id, field, value, means, day, author, at
         from link join verification on verification.listing = link.record
         where ended_at is null and link.listing = any($1)
         order by link.listing, field, day desc, at desc, verification.id desc",
        ids
    )
    .fetch_all(connection)
    .await?;
    let read = rows.into_iter().map(|row| {
        let inconsistent = |error: maille_domain::vocabulary::UnknownCode| Error::Inconsistent {
            table: "verification",
            row: row.id.to_string(),
            found: error.to_string(),
        };
        let field: Option<Field> = row.field.map(|field| field.parse()).transpose().map_err(inconsistent)?;
        let check = Check { field, day: row.day, means: row.means.parse().map_err(inconsistent)? };
        let made = CheckMade { id: row.id, check, value: row.value, author: row.author, at: row.at };
        Ok((row.listing, made))
    });
    read.collect()
}
