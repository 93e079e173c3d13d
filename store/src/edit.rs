//! Editing: several fields of one listing in one change, by somebody who says what they had before them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use maille_domain::field::{Expected, Field, Values};
use maille_domain::listing::Provenance;
use maille_domain::resolve::resolve;
use maille_domain::{Fields, ListingId, Reach};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::layers::layers;
use crate::listing::{Cause, found_organization};
use crate::overrides::{hold, set_all, unset};
use crate::{Error, Store, precedence};

/// What somebody wants a field to say.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldEdit {
    /// The field.
    pub field: Field,
    /// The value, in storage form; `None` empties the field.
    pub value: Option<Value>,
    /// The cell text that they had before them, empty when nothing was said; `None` when it does not matter.
    pub seen: Option<String>,
}

/// A field that is no longer what somebody saw when they changed it.
#[derive(Debug, Clone, PartialEq)]
pub struct Overtaken {
    /// The field.
    pub field: Field,
    /// The cell text that they had before them.
    pub seen: String,
    /// What it says now.
    pub now: Option<Value>,
    /// Who says so, when and why; nobody when the sources fell silent.
    pub by: Option<Provenance>,
}

impl Store {
    /// Sets overrides over several fields of a listing: one transaction, one revision. Those that already say what is wanted,
    /// because somebody else wrote it meanwhile, stay as they are. Returns the fields that were written. `reach` is how far
    /// whoever asks may do that: nobody moves a listing out of their own sight.
    ///
    /// # Errors
    /// [`Error::Overtaken`] when a field is not what was seen, nor what is wanted; [`Error::BeyondReach`] when the listing would
    /// not be within `reach` any more; those of [`set_override`](Store::set_override). Nothing was written then.
    pub async fn edit(
        &self,
        listing: ListingId,
        reach: &Reach,
        edits: &[FieldEdit],
        until: Option<DateTime<Utc>>,
        cause: &Cause,
    ) -> Result<Vec<Field>, Error> {
        let written = self.write_edit(listing, reach, edits, until, cause).await;
        self.named(written).await
    }

    async fn write_edit(
        &self,
        listing: ListingId,
        reach: &Reach,
        edits: &[FieldEdit],
        until: Option<DateTime<Utc>>,
        cause: &Cause,
    ) -> Result<Vec<Field>, Error> {
        // A date of check says that somebody checked: no text does.
        if edits.iter().any(|edit| edit.field == Field::VerifiedOn) {
            let expected =
                Expected("une vérification de la fiche, et non la correction d’une date".to_owned());
            return Err(Error::Value { field: Field::VerifiedOn, expected });
        }
        let organization = edits.iter().find(|edit| edit.field == Field::Organization);
        if let Some(Value::String(name)) = organization.and_then(|edit| edit.value.as_ref()) {
            let mut transaction = self.begin_writing().await?;
            found_organization(&mut transaction, name).await?;
            transaction.commit().await?;
        }
        let mut transaction = self.begin_writing().await?;
        let listing = hold(&mut transaction, listing).await?;
        let present = Present::read(&mut transaction, listing, cause.at).await?;
        let overtaken: Vec<Overtaken> = edits.iter().filter_map(|edit| present.overtakes(edit)).collect();
        if !overtaken.is_empty() {
            return Err(Error::Overtaken(overtaken));
        }
        let wanted: BTreeMap<Field, Option<Value>> = edits
            .iter()
            .filter(|edit| !present.says_already(edit))
            .map(|edit| (edit.field, edit.value.clone()))
            .collect();
        if !wanted.is_empty() {
            set_all(&mut transaction, listing, &wanted, until, cause).await?;
            stays_within(&mut transaction, listing, reach, cause.at).await?;
            transaction.commit().await?;
        }
        Ok(wanted.into_keys().collect())
    }

    /// Ends all that stands over a field of a listing, as [`end_override`](Store::end_override), if the field is still what
    /// was seen, and the listing stays within `reach`.
    ///
    /// # Errors
    /// Those of [`end_override`](Store::end_override); [`Error::Overtaken`]; [`Error::BeyondReach`].
    pub async fn return_to_sources(
        &self,
        listing: ListingId,
        reach: &Reach,
        field: Field,
        seen: &str,
        cause: &Cause,
    ) -> Result<(), Error> {
        let written = self.write_return(listing, reach, field, seen, cause).await;
        self.named(written).await
    }

    async fn write_return(
        &self,
        listing: ListingId,
        reach: &Reach,
        field: Field,
        seen: &str,
        cause: &Cause,
    ) -> Result<(), Error> {
        let mut transaction = self.begin_writing().await?;
        let listing = hold(&mut transaction, listing).await?;
        let present = Present::read(&mut transaction, listing, cause.at).await?;
        if let Some(overtaken) = present.differs(field, seen) {
            return Err(Error::Overtaken(vec![overtaken]));
        }
        unset(&mut transaction, listing, field, cause).await?;
        stays_within(&mut transaction, listing, reach, cause.at).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Refuses what takes a listing that is held, as it was just written, out of this reach.
pub(crate) async fn stays_within(
    connection: &mut PgConnection,
    listing: Uuid,
    reach: &Reach,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    if *reach == Reach::Everywhere || reach.has(&Present::read(connection, listing, now).await?.fields) {
        return Ok(());
    }
    Err(Error::BeyondReach)
}

/// What a listing that is held says now, and who says so.
struct Present {
    fields: Fields,
    values: Values,
    provenance: BTreeMap<Field, Provenance>,
}

impl Present {
    async fn read(
        connection: &mut PgConnection,
        listing: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Present, Error> {
        let (records, curated) = layers(connection, listing).await?;
        let precedence = precedence::in_force(connection).await?;
        let resolution = resolve(&records, &curated, &precedence, now);
        let fields = Fields::from_values(resolution.values).map_err(|error| Error::Inconsistent {
            table: "source_record",
            row: listing.to_string(),
            found: error.to_string(),
        })?;
        Ok(Present { values: fields.to_values(), fields, provenance: resolution.provenance })
    }

    /// The cell text of a field, empty when nothing is said.
    fn cell(&self, field: Field) -> String {
        self.values.get(&field).map(|value| field.format(value)).unwrap_or_default()
    }

    fn differs(&self, field: Field, seen: &str) -> Option<Overtaken> {
        // However it was written, it is read as the same thing.
        let read = || field.parse(seen).is_ok_and(|read| read.as_ref() == self.values.get(&field));
        let same = as_sent(&self.cell(field)) == as_sent(seen) || read();
        (!same).then(|| Overtaken {
            field,
            seen: seen.to_owned(),
            now: self.values.get(&field).cloned(),
            by: self.provenance.get(&field).cloned(),
        })
    }

    /// Whether the field is neither what was seen nor what is wanted.
    fn overtakes(&self, edit: &FieldEdit) -> Option<Overtaken> {
        let overtaken = self.differs(edit.field, edit.seen.as_deref()?)?;
        (self.values.get(&edit.field) != edit.value.as_ref()).then_some(overtaken)
    }

    /// Whether somebody else wrote what is wanted, meanwhile.
    fn says_already(&self, edit: &FieldEdit) -> bool {
        let overtaken = edit.seen.as_deref().is_some_and(|seen| self.differs(edit.field, seen).is_some());
        overtaken && self.values.get(&edit.field) == edit.value.as_ref()
    }
}

/// A text as a form brings it back: a browser ends lines its own way, and the ends of a text may be lost.
fn as_sent(text: &str) -> String {
    text.trim().replace("\r\n", "\n").replace('\r', "\n")
}
