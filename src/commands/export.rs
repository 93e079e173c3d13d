//! `export csv`: the listings, as `import csv` reads them back. The `id` is the listing's own.

use anyhow::{Context, Result};
use maille_importers::csv;
use maille_store::feed::Change;

use crate::cli::Settings;
use crate::database::Database;

/// Listings read at once.
const PIECE: i64 = 2_000;

pub async fn run(settings: &Settings) -> Result<()> {
    let mut export = csv::Export::default();
    Database::with(settings, async |store| {
        store
            .snapshot(PIECE, |changes| {
                for change in changes {
                    if let Change::Listing(listing) = change
                        && listing.withdrawn_at.is_none()
                    {
                        let added = export.add(&listing.id.to_string(), &listing.fields);
                        added.context("le dossier des fichiers temporaires ne s’écrit pas")?;
                    }
                }
                Ok::<(), anyhow::Error>(())
            })
            .await?;
        Ok(())
    })
    .await?;
    export.write(std::io::stdout().lock()).context("la sortie standard ne s’écrit pas")
}
