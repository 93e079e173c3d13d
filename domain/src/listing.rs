//! A listing: what the directory says of one resource, each field with where it came from.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use maille_territory::{Commune, france};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::coverage::Coverage;
use crate::field::{Expected, Field, Values};
use crate::hours::Hours;
use crate::location::Location;
use crate::phone::Phone;
use crate::vocabulary::{Audience, Mode, ReferredBy, Status, Theme};
use crate::{Category, Check, CoverageLevel, Presence};

/// The identity of a listing, for ever: derived from the record that founded it (UUID v5), so that the same import
/// on two machines founds the same listings, and a record unlinked from a listing finds its own again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ListingId(pub Uuid);

impl ListingId {
    /// Namespace of the founding records' names.
    const NAMESPACE: Uuid = Uuid::from_u128(0x6d61_696c_6c65_4d4c_9a31_6c69_7374_696e);

    /// The listing that a record founds.
    pub fn founded_by(source: &str, source_id: &str) -> ListingId {
        ListingId(Uuid::new_v5(&Self::NAMESPACE, format!("{source}\0{source_id}").as_bytes()))
    }
}

impl std::fmt::Display for ListingId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for ListingId {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(ListingId)
    }
}

/// Every field of a listing, typed. One field per column of `docs/format-csv.md`, but for `id`
/// (the record's) and `lat`/`lon` (together a [`Location`]); `extra` keeps the columns the format does not know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fields {
    /// Name, as people know it.
    pub name: String,
    /// Sigle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acronym: Option<String>,
    /// Kind of resource.
    pub category: Category,
    /// Who runs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// FINESS number of the establishment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finess: Option<String>,
    /// SIRET number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub siret: Option<String>,
    /// Identifier in the ROR.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ror_id: Option<String>,
    /// One or two sentences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Free text, plain or Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Phone numbers, the first to call first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phone: Vec<Phone>,
    /// Mail addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub email: Vec<String>,
    /// Secure health mail addresses (MSSanté).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mssante: Vec<String>,
    /// Web sites, http(s) only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub website: Vec<String>,
    /// Street address, without postal code and commune.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Postal code, five characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// COG code of the commune or arrondissement of the main site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commune: Option<String>,
    /// Where the main site is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// Opening hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// Whom it serves; empty: unknown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coverage: Vec<Coverage>,
    /// Whom it is for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audiences: Vec<Audience>,
    /// Youngest age served, years, inclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_min: Option<u8>,
    /// Oldest age served, years, inclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_max: Option<u8>,
    /// Parcours.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub themes: Vec<Theme>,
    /// How help is given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modes: Vec<Mode>,
    /// How to mobilise it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral: Option<String>,
    /// Who may ask.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub referred_by: Vec<ReferredBy>,
    /// Inclusion criteria.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inclusion: Option<String>,
    /// Exclusion criteria.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclusion: Option<String>,
    /// Usual days before a first answer or appointment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay_days: Option<u16>,
    /// `gratuit`, `payant`, `assurance-maladie`, `selon-ressources`, or free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<String>,
    /// ISO 639-1 codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    /// `pmr`, `lsf`, `braille`, …
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accessibility: Vec<String>,
    /// Whether it can be called upon.
    #[serde(default = "open")]
    pub status: Status,
    /// Day of the last human check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_on: Option<NaiveDate>,
    /// Where the row comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_url: Option<String>,
    /// Columns of the source that the format does not know, by their name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extra: BTreeMap<String, String>,
}

fn open() -> Status {
    Status::Ouvert
}

impl Fields {
    /// The least a listing can be: a name and a kind, open, the rest unknown.
    pub fn new(name: impl Into<String>, category: Category) -> Fields {
        let values = Values::from([
            (Field::Name, serde_json::Value::String(name.into())),
            (Field::Category, serde_json::Value::String(category.code().to_owned())),
        ]);
        Fields::from_values(values).expect("a name and a category are all that is required")
    }

    /// The fields as a map of their storage forms; fields nobody filled are absent, `status` is always there.
    pub fn to_values(&self) -> Values {
        let json = serde_json::to_value(self).expect("fields serialise: their keys are strings");
        serde_json::from_value(json).expect("every key of `Fields` is a `Field` (tested)")
    }

    /// The fields of a map of storage forms.
    pub fn from_values(values: Values) -> Result<Fields, serde_json::Error> {
        let object = values.into_iter().map(|(field, value)| (field.name().to_owned(), value)).collect();
        serde_json::from_value(serde_json::Value::Object(object))
    }

    /// Refuses fields that contradict each other.
    ///
    /// # Errors
    /// What was expected, in French.
    pub fn check(&self) -> Result<(), Expected> {
        match (self.age_min, self.age_max) {
            (Some(min), Some(max)) if min > max => {
                Err(Expected(format!("un âge minimum inférieur ou égal à l’âge maximum ({min} > {max})")))
            }
            _ => Ok(()),
        }
    }

    /// The commune of the main site.
    pub fn commune(&self) -> Option<&'static Commune> {
        self.commune.as_deref().and_then(|code| france().current_commune(code))
    }

    /// The narrowest level of the coverage, `Unknown` when there is none.
    pub fn coverage_level(&self) -> CoverageLevel {
        self.coverage.iter().map(Coverage::level).min().unwrap_or(CoverageLevel::Unknown)
    }
}

/// Where the value of one field came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Provenance {
    /// A source said it.
    Source {
        /// Name of the source.
        source: String,
        /// Identifier of the record in the source.
        source_id: String,
        /// When the source was first read saying it.
        at: DateTime<Utc>,
    },
    /// A person decided it here.
    Override {
        /// Who.
        author: String,
        /// Why.
        reason: String,
        /// When.
        at: DateTime<Utc>,
        /// Until when, if it ends.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<DateTime<Utc>>,
    },
}

/// What a record says of one field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Said {
    /// Name of the source.
    pub source: String,
    /// Identifier of the record in the source.
    pub source_id: String,
    /// The value, in storage form.
    pub value: serde_json::Value,
    /// When the source was first read saying it.
    pub at: DateTime<Utc>,
}

/// A record of a source that a listing is made of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SourceRef {
    /// Name of the source.
    pub source: String,
    /// Identifier of the record in the source.
    pub source_id: String,
    /// When the source was last read with this record in it.
    pub last_seen: DateTime<Utc>,
}

/// A listing, as resolved from its source records and what people decided here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Listing {
    /// Its identity.
    pub id: ListingId,
    /// Its readable address, unique: that of its name and commune.
    pub slug: String,
    /// The addresses it had under other names, oldest first: they lead to it for ever, and to no other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_slugs: Vec<String>,
    /// What is said of it.
    pub fields: Fields,
    /// For every field that has a value, where it came from.
    pub provenance: BTreeMap<Field, Provenance>,
    /// What its records say of a field besides the value kept, the next to speak first.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub others: BTreeMap<Field, Vec<Said>>,
    /// The listings that were found to be this one: their ids lead to it as long as they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub merged: Vec<ListingId>,
    /// The first of the listings that may be this one, itself included: nobody has decided yet, and a search shows one of
    /// them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub twin: Option<ListingId>,
    /// The records it is made of.
    pub sources: Vec<SourceRef>,
    /// When every source had ceased to know it, or when a person hid it: no longer found, its page says so.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// What a person decided of its being there, if anybody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presence: Option<Presence>,
    /// The last check of the whole by a person, then those of fields that still say what they said then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
}

impl Listing {
    /// Whether a search may find it.
    pub fn searchable(&self) -> bool {
        self.withdrawn_at.is_none() && self.fields.status != Status::Ferme
    }

    /// The check by a person that its date comes from, if it comes from one.
    pub fn last_check(&self) -> Option<Check> {
        let here = matches!(self.provenance.get(&Field::VerifiedOn), Some(Provenance::Override { .. }));
        let dates = |check: &&Check| check.field.is_none() && Some(check.day) == self.fields.verified_on;
        self.checks.iter().find(dates).filter(|_| here).copied()
    }

    /// The check of this field alone, when nobody checked the whole since.
    pub fn check_of(&self, field: Field) -> Option<Check> {
        let alone = |check: &&Check| {
            check.field == Some(field) && self.fields.verified_on.is_none_or(|whole| whole < check.day)
        };
        self.checks.iter().find(alone).copied()
    }
}
