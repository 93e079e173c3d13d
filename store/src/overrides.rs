//! Layer 2: values that people decided, which stand over what sources say.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use maille_domain::field::{Expected, Field};
use maille_domain::resolve::{Conflict, Override, resolve, said_by_sources};
use maille_domain::{Coverage, Fields, ListingId};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::listing::{Cause, found_organization, layers, resolve_and_write};
use crate::{Error, Store};

/// A value to set over the sources'.
#[derive(Debug, Clone)]
pub struct NewOverride {
    /// The listing.
    pub listing: ListingId,
    /// The field.
    pub field: Field,
    /// The value, in storage form; `None` empties the field.
    pub value: Option<Value>,
    /// Who.
    pub author: String,
    /// Why.
    pub reason: String,
    /// Until when it holds, if it ends.
    pub until: Option<DateTime<Utc>>,
}

/// A conflict of one listing.
#[derive(Debug, Clone)]
pub struct ListingConflict {
    /// The listing.
    pub listing: ListingId,
    /// Its readable address.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// What is to be settled.
    pub conflict: Conflict,
    /// Who decided, when, why.
    pub decision: Override,
}

impl Store {
    /// Sets an override; the one that stood before it on the same field is ended, not lost.
    ///
    /// # Errors
    /// [`Error::UnknownListing`]; [`Error::Required`] for an emptied name or category; [`Error::Value`] when the
    /// listing would not hold together (`age_min` above `age_max`); [`Error::Busy`] when another writer keeps the
    /// listing too long.
    pub async fn set_override(&self, new: NewOverride, now: DateTime<Utc>) -> Result<(), Error> {
        let set = self.write_override(new, now).await;
        self.named(set).await
    }

    async fn write_override(&self, new: NewOverride, now: DateTime<Utc>) -> Result<(), Error> {
        if let (Field::Organization, Some(Value::String(name))) = (new.field, &new.value) {
            let mut transaction = self.begin_writing().await?;
            found_organization(&mut transaction, name).await?;
            transaction.commit().await?;
        }
        let mut transaction = self.begin_writing().await?;
        let locked =
            sqlx::query_scalar!("select id from listing where id = $1 for no key update", new.listing.0)
                .fetch_optional(&mut *transaction)
                .await?;
        if locked.is_none() {
            return Err(Error::UnknownListing(new.listing.to_string()));
        }
        let (records, overrides) = layers(&mut transaction, new.listing.0).await?;
        let base = said_by_sources(&records, new.field, now);
        check_together(&records, &overrides, &new, now)?;
        check_territories(&mut transaction, &new).await?;
        sqlx::query!(
            "update listing_override set ended_at = $3 where listing = $1 and field = $2 and ended_at is null",
            new.listing.0,
            new.field.name(),
            now
        )
        .execute(&mut *transaction)
        .await?;
        sqlx::query!(
            "insert into listing_override (listing, field, value, base, author, reason, at, until) values ($1, $2, $3, $4, $5, $6, $7, $8)",
            new.listing.0,
            new.field.name(),
            new.value,
            base,
            new.author,
            new.reason,
            now,
            new.until
        )
        .execute(&mut *transaction)
        .await?;
        let cause = Cause { author: new.author, reason: new.reason, run: None, at: now };
        resolve_and_write(&mut transaction, &BTreeMap::from([(new.listing.0, records)]), &cause).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Every override under which the sources' value has moved, the latest decision first.
    pub async fn conflicts(&self, now: DateTime<Utc>) -> Result<Vec<ListingConflict>, Error> {
        let mut transaction = self.pool.begin().await?;
        let listings = sqlx::query!(
            r#"select distinct listing.id, listing.slug, listing.name from listing
               join listing_override on listing_override.listing = listing.id and listing_override.ended_at is null
               order by listing.name, listing.id"#
        )
        .fetch_all(&mut *transaction)
        .await?;
        let mut conflicts = Vec::new();
        for listing in listings {
            let (records, overrides) = layers(&mut transaction, listing.id).await?;
            for conflict in resolve(&records, &overrides, now).conflicts {
                let decision = overrides.iter().find(|decision| decision.field == conflict.field).cloned();
                conflicts.extend(decision.map(|decision| ListingConflict {
                    listing: ListingId(listing.id),
                    slug: listing.slug.clone(),
                    name: listing.name.clone(),
                    conflict,
                    decision,
                }));
            }
        }
        conflicts.sort_by_key(|conflict| std::cmp::Reverse(conflict.decision.at));
        Ok(conflicts)
    }
}

/// Refuses a coverage by a territory that the directory does not have.
async fn check_territories(connection: &mut PgConnection, new: &NewOverride) -> Result<(), Error> {
    let parts = new.value.as_ref().filter(|_| new.field == Field::Coverage).and_then(Value::as_array);
    for written in parts.into_iter().flatten().filter_map(Value::as_str) {
        if let Ok(Coverage::Territory(code)) = written.parse()
            && crate::territory::read(connection, std::slice::from_ref(&code)).await?.is_empty()
        {
            let expected = format!("le code d’un territoire de cet annuaire, au lieu de « {code} »");
            return Err(Error::Value { field: new.field, expected: Expected(expected) });
        }
    }
    Ok(())
}

/// Refuses an override with which the listing would contradict itself.
fn check_together(
    records: &[maille_domain::resolve::Record],
    standing: &[Override],
    new: &NewOverride,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    if new.value.is_none() && matches!(new.field, Field::Name | Field::Category) {
        return Err(Error::Required(new.field));
    }
    let mut values = resolve(records, standing, now).values;
    match &new.value {
        Some(value) => values.insert(new.field, value.clone()),
        None => values.remove(&new.field),
    };
    let fields = Fields::from_values(values)
        .map_err(|error| Error::Value { field: new.field, expected: Expected(error.to_string()) })?;
    fields.check().map_err(|expected| Error::Value { field: new.field, expected })
}

/// The standing overrides of these listings. One that has passed its end still stands here: the resolver, which knows
/// the time, leaves it out.
pub(crate) async fn standing(
    connection: &mut PgConnection,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Override>>, Error> {
    let rows = sqlx::query!(
        "select listing, field, value, base, author, reason, at, until from listing_override
         where ended_at is null and listing = any($1) order by id",
        ids
    )
    .fetch_all(connection)
    .await?;
    let mut overrides: HashMap<Uuid, Vec<Override>> = HashMap::new();
    for row in rows {
        let field = row.field.parse().map_err(|error: maille_domain::vocabulary::UnknownCode| {
            Error::Inconsistent {
                table: "listing_override",
                row: row.listing.to_string(),
                found: error.to_string(),
            }
        })?;
        overrides.entry(row.listing).or_default().push(Override {
            field,
            value: row.value,
            base: row.base,
            author: row.author,
            reason: row.reason,
            at: row.at,
            until: row.until,
        });
    }
    Ok(overrides)
}
