//! `set`: a correction that stands over what sources say.

use anyhow::{Context, Result, bail};
use maille_domain::clock::{Clock, SystemClock};
use maille_store::overrides::NewOverride;
use serde_json::json;

use crate::cli::{Set, Settings};
use crate::commands::{print, print_json};
use crate::database::Database;

pub async fn run(settings: &Settings, options: Set) -> Result<()> {
    if options.reason.trim().is_empty() {
        bail!("--reason : dites pourquoi, en quelques mots ; l’historique le garde");
    }
    let value = match options.field.parse(&options.value) {
        Ok(value) => value,
        Err(expected) => {
            bail!("champ « {} » : trouvé « {} », attendu {expected}", options.field, options.value)
        }
    };
    let listing = Database::with(settings, async |store| {
        let id = store.find_listing(&options.listing).await?.with_context(|| {
            format!(
                "aucune fiche « {} » : donnez son identifiant, la fin de son adresse, ou son identifiant dans la source",
                options.listing
            )
        })?;
        let new = NewOverride {
            listing: id,
            field: options.field,
            value,
            author: options.author.clone(),
            reason: options.reason.trim().to_owned(),
            until: None,
        };
        store.set_override(new, SystemClock.now()).await?;
        store.listing(id).await?.context("la fiche a disparu entre-temps")
    })
    .await?;
    let value = listing.fields.to_values().get(&options.field).cloned();
    if options.json.wanted {
        print_json(
            &json!({ "listing": listing.id, "slug": listing.slug, "field": options.field, "value": value }),
        )
    } else {
        let written = value.map(|value| options.field.format(&value)).unwrap_or_default();
        print(&format!(
            "« {} » : {} est maintenant « {written} »",
            listing.fields.name,
            options.field.label()
        ))
    }
}
