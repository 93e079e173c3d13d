//! A change that is undone: its fields have again the values that they had before it. Where that is what the sources say, the
//! correction that stands over them ends; elsewhere another one is made. Either is a change like any other, and is undone likewise.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use maille_domain::field::{Expected, Field};
use maille_domain::resolve::{Curated, Override, Record, resolve, said_by_sources};
use maille_domain::{Fields, ListingId, Precedence, Reach};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::edit::stays_within;
use crate::layers::layers;
use crate::listing::{Cause, Twins, found_organization, resolve_again};
use crate::overrides::{NewOverride, check_territories, end_all, hold, leads_to, put};
use crate::revision::Revision;
use crate::{Error, Store, precedence, revision};

/// What undoing a change would do.
#[derive(Debug, Clone)]
pub struct Revert {
    /// The change.
    pub revision: Revision,
    /// Of each of its fields that are asked for.
    pub fields: Vec<Reverted>,
}

/// What undoing a change would do of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct Reverted {
    /// The field.
    pub field: Field,
    /// What it is now.
    pub now: Option<Value>,
    /// What it was before the change.
    pub then: Option<Value>,
    /// How it becomes so.
    pub way: Way,
}

/// How a field has a value again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It has it.
    Already,
    /// The sources say it: they speak again.
    Sources,
    /// By a correction.
    Correction,
}

impl Store {
    /// What undoing this change of a listing, or of one merged into it, would do of these fields; of all that it changed, when
    /// none is named.
    ///
    /// # Errors
    /// [`Error::UnknownListing`]; [`Error::UnknownRevision`], also when the change is another listing's, or not of these fields.
    pub async fn reverting(
        &self,
        listing: ListingId,
        revision: i64,
        fields: &[Field],
        now: DateTime<Utc>,
    ) -> Result<Revert, Error> {
        let mut transaction = self.pool.begin().await?;
        let held = leads_to(&mut transaction, listing).await?;
        Ok(plan(&mut transaction, held, revision, fields, now).await?.revert)
    }

    /// Undoes a change. `seen` is what its fields were when whoever asks was shown what would be lost; without it, they are what
    /// the change made of them. The listing stays within `reach`.
    ///
    /// # Errors
    /// As [`reverting`](Store::reverting); [`Error::ChangedSince`] when the fields are not what was seen;
    /// [`Error::NothingToRevert`]; [`Error::Required`] and [`Error::Value`] when the former values cannot be any more;
    /// [`Error::BeyondReach`]; [`Error::Busy`].
    pub async fn revert(
        &self,
        listing: ListingId,
        reach: &Reach,
        revision: i64,
        fields: &[Field],
        seen: &BTreeMap<Field, Option<Value>>,
        cause: &Cause,
    ) -> Result<(), Error> {
        let reverted = self.write_revert(listing, reach, revision, fields, seen, cause).await;
        self.named(reverted).await
    }

    async fn write_revert(
        &self,
        of: ListingId,
        reach: &Reach,
        revision: i64,
        fields: &[Field],
        seen: &BTreeMap<Field, Option<Value>>,
        cause: &Cause,
    ) -> Result<(), Error> {
        let known = self.revision(of, revision).await?.ok_or(Error::UnknownRevision(revision))?;
        if let Some(Value::String(name)) = known.before.get(&Field::Organization) {
            let mut transaction = self.begin_writing().await?;
            found_organization(&mut transaction, name).await?;
            transaction.commit().await?;
        }
        let mut transaction = self.begin_writing().await?;
        let listing = hold(&mut transaction, of).await?;
        let Plan { revert, ended, set, holds } =
            plan(&mut transaction, listing, revision, fields, cause.at).await?;
        let lost = revert.fields.iter().filter(|field| field.way != Way::Already);
        let (mut any, after) = (false, &revert.revision.after);
        for Reverted { field, now, .. } in lost {
            any = true;
            if *seen.get(field).unwrap_or(&after.get(field).cloned()) != *now {
                return Err(Error::ChangedSince);
            }
        }
        if !any {
            return Err(Error::NothingToRevert);
        }
        holds?;
        for field in ended {
            end_all(&mut transaction, listing, field, cause).await?;
        }
        for Set { field, value, base, over } in set {
            let new = NewOverride {
                listing: ListingId(listing),
                field,
                value,
                author: cause.author.clone(),
                reason: cause.reason.clone(),
                until: None,
            };
            check_territories(&mut transaction, &BTreeMap::from([(new.field, new.value.clone())])).await?;
            put(&mut transaction, listing, &new, base, &over, cause.at).await?;
        }
        resolve_again(&mut transaction, &BTreeSet::from([listing]), &Twins::new(), cause).await?;
        stays_within(&mut transaction, listing, reach, cause.at).await?;
        transaction.commit().await?;
        Ok(())
    }
}

struct Plan {
    revert: Revert,
    /// Fields whose corrections end.
    ended: BTreeSet<Field>,
    /// Corrections to make.
    set: Vec<Set>,
    /// Whether the listing holds together with them.
    holds: Result<(), Error>,
}

struct Set {
    field: Field,
    value: Option<Value>,
    base: Option<Value>,
    /// The numbers of the corrections that it is made over.
    over: Vec<i64>,
}

/// Finds what undoes a change of a listing.
async fn plan(
    connection: &mut PgConnection,
    listing: Uuid,
    id: i64,
    fields: &[Field],
    now: DateTime<Utc>,
) -> Result<Plan, Error> {
    let known = revision::read(connection, ListingId(listing), Some(id)).await?.pop();
    let revision = known.filter(|revision| !revision.is_first()).ok_or(Error::UnknownRevision(id))?;
    let mut changed = revision.fields();
    if !fields.is_empty() {
        changed.retain(|field| fields.contains(field));
    }
    if changed.is_empty() {
        return Err(Error::UnknownRevision(id));
    }
    let wanted: Vec<(Field, Option<Value>)> =
        changed.into_iter().map(|field| (field, revision.before.get(&field).cloned())).collect();
    let (records, standing) = layers(connection, listing).await?;
    let precedence = precedence::in_force(connection).await?;
    let current = resolve(&records, &standing, &precedence, now).values;
    let (ended, set) = ways(&records, &standing, &precedence, &wanted, now);

    let outcome = {
        let mut kept = standing.clone();
        kept.overrides.retain(|decision| !ended.contains(&decision.field));
        kept.overrides.extend(set.iter().map(|set| made(set, now)));
        resolve(&records, &kept, &precedence, now).values
    };
    let required = [Field::Name, Field::Category].into_iter().find(|field| !outcome.contains_key(field));
    let holds = match (required, wanted.first()) {
        (Some(field), _) => Err(Error::Required(field)),
        (None, Some((field, _))) => {
            let value = |expected| Error::Value { field: *field, expected };
            let read = Fields::from_values(outcome).map_err(|error| value(Expected(error.to_string())));
            read.and_then(|fields| fields.check().map_err(value))
        }
        (None, None) => Ok(()),
    };
    let fields = wanted
        .into_iter()
        .map(|(field, then)| {
            let now = current.get(&field).cloned();
            let way = if set.iter().any(|set| set.field == field) {
                Way::Correction
            } else if now == then {
                Way::Already
            } else {
                // Its own correction ends, or it follows from another field of the change.
                Way::Sources
            };
            Reverted { field, now, then, way }
        })
        .collect();
    Ok(Plan { revert: Revert { revision, fields }, ended, set, holds })
}

/// The fields whose corrections end, and the corrections to make, for these fields to have these values.
fn ways(
    records: &[Record],
    standing: &Curated,
    precedence: &Precedence,
    wanted: &[(Field, Option<Value>)],
    now: DateTime<Utc>,
) -> (BTreeSet<Field>, Vec<Set>) {
    let current = resolve(records, standing, precedence, now).values;
    let said = |field| said_by_sources(records, precedence, field);
    let ended: BTreeSet<Field> = wanted
        .iter()
        .filter(|(field, value)| current.get(field) != value.as_ref() && said(*field) == *value)
        .map(|(field, _)| *field)
        .filter(|field| standing.overrides.iter().any(|decision| decision.field == *field))
        .collect();
    let mut kept = standing.clone();
    kept.overrides.retain(|decision| !ended.contains(&decision.field));
    let mut set: Vec<Set> = Vec::new();
    // Values that only make sense together move each other: whatever is not yet as it was is decided, one after the other.
    loop {
        let values = resolve(records, &kept, precedence, now).values;
        let wrong = wanted.iter().find(|(field, value)| {
            values.get(field) != value.as_ref() && set.iter().all(|set| set.field != *field)
        });
        let Some((field, value)) = wrong else { return (ended, set) };
        let over =
            standing.overrides.iter().filter(|stood| stood.field == *field).map(|stood| stood.id).collect();
        set.push(Set { field: *field, value: value.clone(), base: said(*field), over });
        kept.overrides.extend(set.last().map(|set| made(set, now)));
    }
}

/// A correction as it will stand.
fn made(set: &Set, now: DateTime<Utc>) -> Override {
    Override {
        id: i64::MAX,
        field: set.field,
        value: set.value.clone(),
        base: set.base.clone(),
        over: set.over.clone(),
        author: String::new(),
        reason: String::new(),
        at: now,
        until: None,
    }
}
