//! Layer 2: values that people decided, which stand over what sources say.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use maille_domain::field::{Expected, Field, Values};
use maille_domain::listing::Provenance;
use maille_domain::resolve::{Conflict, Override, in_force, resolve, said_by_sources};
use maille_domain::{Coverage, Fields, ListingId, Reach};
use serde_json::Value;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::layers::{curated, layers, records_of};
use crate::listing::{Cause, PIECE, Twins, found_organization, lock, resolve_again, resolve_and_write};
use crate::reach::{Bounds, within};
use crate::{Error, Store, precedence};

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

/// Which side of a conflict is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settlement {
    /// What was decided here still holds, now that the sources say otherwise.
    Ours,
    /// What is said against it is right: the sources speak again, or the other decision stands.
    Theirs,
}

impl Store {
    /// What stands over the fields of a listing as people see it, the latest decision of each field alone.
    pub async fn overrides(
        &self,
        listing: ListingId,
        now: DateTime<Utc>,
    ) -> Result<BTreeMap<Field, Override>, Error> {
        let mut connection = self.pool.acquire().await?;
        let listing = leads_to(&mut connection, listing).await?;
        let standing = standing(&mut connection, &[listing]).await?.remove(&listing).unwrap_or_default();
        let latest = |field: &Field| in_force(&standing, *field, now).into_iter().next().cloned();
        Ok(Field::ALL.iter().filter_map(|field| Some((*field, latest(field)?))).collect())
    }

    /// Sets an override over a listing. The one that was set before it on this listing is ended, not lost. Those that stand on
    /// the listings merged into it are left standing: this one is made over them, and they speak again when theirs part.
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
        let listing = hold(&mut transaction, new.listing).await?;
        set(&mut transaction, listing, new, now).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Ends all that stands over a field of a listing as people see it, on the listings merged into it as well: the sources
    /// speak again. It stays in the history, with who ended it and why.
    ///
    /// # Errors
    /// [`Error::UnknownListing`]; [`Error::NoOverride`]; [`Error::Busy`].
    pub async fn end_override(&self, listing: ListingId, field: Field, cause: &Cause) -> Result<(), Error> {
        let ended = self.write_end(listing, field, cause).await;
        self.named(ended).await
    }

    async fn write_end(&self, listing: ListingId, field: Field, cause: &Cause) -> Result<(), Error> {
        let mut transaction = self.begin_writing().await?;
        let listing = hold(&mut transaction, listing).await?;
        unset(&mut transaction, listing, field, cause).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Settles the conflicts of a field, one way or the other: what is kept is set again, over all that is said against it;
    /// what is followed is the other decision, set again, or the sources, for whom all that stands over the field ends.
    ///
    /// # Errors
    /// As [`set_override`](Store::set_override) and [`end_override`](Store::end_override); [`Error::NoConflict`] when there
    /// is nothing to settle, [`Error::BeyondReach`] when it is not within reach, or would not be any more,
    /// [`Error::SeveralConflicts`] when there are several things to follow.
    pub async fn settle(
        &self,
        listing: ListingId,
        field: Field,
        settlement: Settlement,
        reach: &Reach,
        cause: &Cause,
    ) -> Result<(), Error> {
        let settled = self.write_settlement(listing, field, settlement, reach, cause).await;
        self.named(settled).await
    }

    async fn write_settlement(
        &self,
        of: ListingId,
        field: Field,
        settlement: Settlement,
        reach: &Reach,
        cause: &Cause,
    ) -> Result<(), Error> {
        let mut transaction = self.begin_writing().await?;
        let listing = hold(&mut transaction, of).await?;
        within(&mut transaction, listing, reach).await?;
        let (records, curated) = layers(&mut transaction, listing).await?;
        let precedence = precedence::in_force(&mut transaction).await?;
        let mut conflicts = resolve(&records, &curated, &precedence, cause.at).conflicts;
        conflicts.retain(|conflict| conflict.field == field);
        let Some(first) = conflicts.first() else { return Err(Error::NoConflict(field)) };
        let decided = in_force(&curated.overrides, field, cause.at);
        // A decision that is confirmed holds as long as it was to.
        let again = |field, value: &Option<Value>, of: &Option<Value>| NewOverride {
            listing: ListingId(listing),
            field,
            value: value.clone(),
            author: cause.author.clone(),
            reason: cause.reason.clone(),
            until: decided.iter().find(|decision| decision.value == *of).and_then(|decision| decision.until),
        };
        match settlement {
            Settlement::Ours => {
                let ours = &first.ours;
                if conflicts.iter().any(|conflict| conflict.against.is_none()) {
                    set(&mut transaction, listing, again(field, ours, ours), cause.at).await?;
                }
                // The other end of an age range, which gave way, stays away.
                for against in conflicts.iter().filter_map(|conflict| conflict.against) {
                    set(&mut transaction, listing, again(against, &None, ours), cause.at).await?;
                }
            }
            Settlement::Theirs => {
                let decided = |conflict: &&Conflict| {
                    conflict.against.is_none()
                        && matches!(conflict.their_origin, Some(Provenance::Override { .. }))
                };
                let same =
                    |other: &Conflict| (other.against, &other.theirs) == (first.against, &first.theirs);
                if !conflicts.iter().all(same) {
                    return Err(Error::SeveralConflicts(field));
                }
                match conflicts.iter().find(decided) {
                    Some(Conflict { theirs, .. }) => {
                        set(&mut transaction, listing, again(field, theirs, theirs), cause.at).await?;
                    }
                    None => unset(&mut transaction, listing, field, cause).await?,
                }
            }
        }
        // Following the others may take the listing elsewhere.
        within(&mut transaction, listing, reach).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Ends the overrides that were to hold until now: the sources speak again. Returns how many there were. A listing that is
    /// busy keeps no other waiting.
    ///
    /// # Errors
    /// [`Error::Busy`]: that of the last listing which could not be written; the others are.
    pub async fn end_overrides_due(&self, now: DateTime<Utc>) -> Result<u64, Error> {
        let due: Vec<Uuid> = sqlx::query_scalar!(
            "select distinct link.listing from listing_override join link on link.record = listing_override.listing
             where ended_at is null and until <= $1 order by link.listing",
            now
        )
        .fetch_all(&self.pool)
        .await?;
        let mut ended = Ok(0);
        for listing in due {
            let outcome = self.end_due(listing, now).await;
            ended = match (ended, self.named(outcome).await) {
                (Ok(before), Ok(more)) => Ok(before + more),
                (before, Ok(_)) => before,
                (_, error) => error,
            };
        }
        ended
    }

    async fn end_due(&self, listing: Uuid, now: DateTime<Utc>) -> Result<u64, Error> {
        let mut transaction = self.begin_writing().await?;
        let listing = hold(&mut transaction, ListingId(listing)).await?;
        let cause = Cause {
            author: "maille".to_owned(),
            reason: "la correction valait jusqu’à cette date".to_owned(),
            run: None,
            at: now,
        };
        let ended = sqlx::query!(
            "update listing_override set ended_at = until, ended_by = $3, ended_reason = $4
             where listing in (select record from link where listing = $1) and ended_at is null and until <= $2",
            listing,
            now,
            cause.author,
            cause.reason
        )
        .execute(&mut *transaction)
        .await?;
        resolve_again(&mut transaction, &BTreeSet::from([listing]), &Twins::new(), &cause).await?;
        transaction.commit().await?;
        Ok(ended.rows_affected())
    }

    /// Every conflict, the latest decision first.
    pub async fn conflicts(&self, now: DateTime<Utc>) -> Result<Vec<ListingConflict>, Error> {
        self.conflicts_within(&Reach::Everywhere, None, now).await
    }

    /// The conflicts of the listings within a reach, or of these of them.
    pub(crate) async fn conflicts_within(
        &self,
        reach: &Reach,
        only: Option<&[Uuid]>,
        now: DateTime<Utc>,
    ) -> Result<Vec<ListingConflict>, Error> {
        let Bounds { communes, areas } = reach.into();
        let mut transaction = self.pool.begin().await?;
        let precedence = precedence::in_force(&mut transaction).await?;
        let listings = sqlx::query!(
            r#"select distinct listing.id, listing.slug, listing.name
               from listing_override
               join link on link.record = listing_override.listing
               join listing on listing.id = link.listing
               where listing_override.ended_at is null
                 and ($3::uuid[] is null or listing.id = any($3)) and within_reach(listing.id, $1, $2)
               order by listing.name, listing.id"#,
            communes.as_deref(),
            &areas,
            only
        )
        .fetch_all(&mut *transaction)
        .await?;
        let mut conflicts = Vec::new();
        for piece in listings.chunks(PIECE) {
            let ids: Vec<Uuid> = piece.iter().map(|listing| listing.id).collect();
            let records = records_of(&mut transaction, &ids).await?;
            let curated = curated(&mut transaction, &ids).await?;
            for listing in piece {
                let (Some(records), Some(curated)) = (records.get(&listing.id), curated.get(&listing.id))
                else {
                    continue;
                };
                for conflict in resolve(records, curated, &precedence, now).conflicts {
                    let decision =
                        in_force(&curated.overrides, conflict.field, now).into_iter().next().cloned();
                    conflicts.extend(decision.map(|decision| ListingConflict {
                        listing: ListingId(listing.id),
                        slug: listing.slug.clone(),
                        name: listing.name.clone(),
                        conflict,
                        decision,
                    }));
                }
            }
        }
        conflicts.sort_by_key(|conflict| std::cmp::Reverse(conflict.decision.at));
        Ok(conflicts)
    }
}

/// The listing that a listing is or was merged into.
pub(crate) async fn leads_to(connection: &mut PgConnection, listing: ListingId) -> Result<Uuid, Error> {
    sqlx::query_scalar!("select listing from link where record = $1", listing.0)
        .fetch_optional(connection)
        .await?
        .ok_or_else(|| Error::UnknownListing(listing.to_string()))
}

/// Locks the listing that this one is, or was merged into.
pub(crate) async fn hold(connection: &mut PgConnection, listing: ListingId) -> Result<Uuid, Error> {
    loop {
        let mut attempt = connection.begin().await?;
        let found = leads_to(&mut attempt, listing).await?;
        lock(&mut attempt, &[found]).await?;
        if leads_to(&mut attempt, listing).await? == found {
            attempt.commit().await?;
            return Ok(found);
        }
        // Whoever was waited for moved it: it is let go before another is waited for.
        attempt.rollback().await?;
    }
}

/// Sets an override over a listing that is held, and resolves it.
pub(crate) async fn set(
    connection: &mut PgConnection,
    listing: Uuid,
    new: NewOverride,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let NewOverride { listing: _, field, value, author, reason, until } = new;
    let cause = Cause { author, reason, run: None, at: now };
    set_all(connection, listing, &BTreeMap::from([(field, value)]), until, &cause).await
}

/// Sets overrides over a listing that is held, and resolves it: one revision, whatever their number.
pub(crate) async fn set_all(
    connection: &mut PgConnection,
    listing: Uuid,
    wanted: &BTreeMap<Field, Option<Value>>,
    until: Option<DateTime<Utc>>,
    cause: &Cause,
) -> Result<(), Error> {
    let (records, curated) = layers(connection, listing).await?;
    let precedence = precedence::in_force(connection).await?;
    check_together(&resolve(&records, &curated, &precedence, cause.at).values, wanted)?;
    check_territories(connection, wanted).await?;
    for (&field, value) in wanted {
        let base = said_by_sources(&records, &precedence, field);
        let over: Vec<i64> =
            curated.overrides.iter().filter(|stood| stood.field == field).map(|stood| stood.id).collect();
        let new = NewOverride {
            listing: ListingId(listing),
            field,
            value: value.clone(),
            author: cause.author.clone(),
            reason: cause.reason.clone(),
            until,
        };
        put(connection, listing, &new, base, &over, cause.at).await?;
    }
    let records = BTreeMap::from([(listing, records)]);
    resolve_and_write(connection, &records, &precedence, &Twins::new(), cause).await
}

/// Writes an override over a listing that is held, in place of its own one, over `over`.
pub(crate) async fn put(
    connection: &mut PgConnection,
    listing: Uuid,
    new: &NewOverride,
    base: Option<Value>,
    over: &[i64],
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "update listing_override set ended_at = $3, ended_by = $4, ended_reason = $5
         where listing = $1 and field = $2 and ended_at is null",
        listing,
        new.field.name(),
        now,
        new.author,
        new.reason
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into listing_override (listing, field, value, base, over, author, reason, at, until)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        listing,
        new.field.name(),
        new.value,
        base,
        over,
        new.author,
        new.reason,
        now,
        new.until
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Ends what stands over a field of a listing that is held, whichever of its records it was decided on, and resolves it.
pub(crate) async fn unset(
    connection: &mut PgConnection,
    listing: Uuid,
    field: Field,
    cause: &Cause,
) -> Result<(), Error> {
    if end_all(connection, listing, field, cause).await? == 0 {
        return Err(Error::NoOverride(field));
    }
    resolve_again(connection, &BTreeSet::from([listing]), &Twins::new(), cause).await
}

/// Writes that all that stands over a field of a listing ends. Returns how many there were.
pub(crate) async fn end_all(
    connection: &mut PgConnection,
    listing: Uuid,
    field: Field,
    cause: &Cause,
) -> Result<u64, Error> {
    let ended = sqlx::query!(
        "update listing_override set ended_at = $3, ended_by = $4, ended_reason = $5
         where listing in (select record from link where listing = $1) and field = $2 and ended_at is null",
        listing,
        field.name(),
        cause.at,
        cause.author,
        cause.reason
    )
    .execute(connection)
    .await?;
    Ok(ended.rows_affected())
}

/// Refuses a coverage by a territory that the directory does not have.
pub(crate) async fn check_territories(
    connection: &mut PgConnection,
    wanted: &BTreeMap<Field, Option<Value>>,
) -> Result<(), Error> {
    let field = Field::Coverage;
    let parts = wanted.get(&field).and_then(Option::as_ref).and_then(Value::as_array);
    for written in parts.into_iter().flatten().filter_map(Value::as_str) {
        if let Ok(Coverage::Territory(code)) = written.parse()
            && crate::territory::read(connection, std::slice::from_ref(&code)).await?.is_empty()
        {
            let expected = format!("le code d’un territoire de cet annuaire, au lieu de « {code} »");
            return Err(Error::Value { field, expected: Expected(expected) });
        }
    }
    Ok(())
}

/// Refuses what would make a listing that says these values contradict itself.
pub(crate) fn check_together(values: &Values, wanted: &BTreeMap<Field, Option<Value>>) -> Result<(), Error> {
    let mut values = values.clone();
    for (&field, value) in wanted {
        match value {
            Some(value) => values.insert(field, value.clone()),
            None if matches!(field, Field::Name | Field::Category) => return Err(Error::Required(field)),
            None => values.remove(&field),
        };
    }
    // Ages are all that may contradict each other: of several fields, it is theirs.
    let ages = wanted.keys().rfind(|field| matches!(field, Field::AgeMin | Field::AgeMax));
    let Some(&field) = ages.or_else(|| wanted.keys().next()) else { return Ok(()) };
    let fields = Fields::from_values(values)
        .map_err(|error| Error::Value { field, expected: Expected(error.to_string()) })?;
    fields.check().map_err(|expected| Error::Value { field, expected })
}

/// The standing overrides of these listings, and of those merged into them. One that has passed its end still stands here: the
/// resolver, which knows the time, leaves it out.
pub(crate) async fn standing(
    connection: &mut PgConnection,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Override>>, Error> {
    let rows = sqlx::query!(
        "select link.listing, id, field, value, base, over, author, reason, at, until
         from link join listing_override on listing_override.listing = link.record
         where ended_at is null and link.listing = any($1) order by id",
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
            id: row.id,
            field,
            value: row.value,
            base: row.base,
            over: row.over,
            author: row.author,
            reason: row.reason,
            at: row.at,
            until: row.until,
        });
    }
    Ok(overrides)
}
