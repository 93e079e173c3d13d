//! A field of a listing: the listing that somebody names, and what is said once the field is changed.

use anyhow::{Context, Result};
use maille_domain::change::in_words;
use maille_domain::{Field, Listing, ListingId};
use maille_store::Store;
use serde_json::{Value, json};

use crate::commands::{print, print_json};

/// The listing of this name.
pub async fn named(store: &Store, name: &str) -> Result<ListingId> {
    store.find_listing(name).await?.with_context(|| unknown(name))
}

/// That nothing has this name, and what names there are.
pub fn unknown(name: &str) -> String {
    format!(
        "aucune fiche « {name} » : donnez son identifiant, la fin de son adresse, ou son identifiant dans la source"
    )
}

/// A field as it is at present.
pub struct Standing {
    /// For programs.
    pub document: Value,
    name: String,
    field: Field,
}

impl Standing {
    /// The field of a listing.
    pub async fn of(store: &Store, id: ListingId, field: Field) -> Result<Standing> {
        let Listing { id, slug, fields, .. } =
            store.listing(id).await?.context("la fiche a disparu entre-temps")?;
        let value = fields.to_values().get(&field).cloned();
        let document = json!({ "listing": id, "slug": slug, "field": field, "value": value });
        Ok(Standing { document, name: fields.name, field })
    }

    /// In a sentence: `verb` leads to the value.
    pub fn in_words(&self, verb: &str) -> String {
        let Standing { document, name, field } = self;
        let value = match &document["value"] {
            Value::Null => "vide".to_owned(),
            value => format!("« {} »", in_words(*field, value)),
        };
        format!("« {name} » : {} {verb} {value}", field.label())
    }
}

/// Where a field stands: `verb` leads to its value.
pub async fn tell(store: &Store, id: ListingId, field: Field, verb: &str, json: bool) -> Result<()> {
    let standing = Standing::of(store, id, field).await?;
    if json { print_json(&standing.document) } else { print(&standing.in_words(verb)) }
}
