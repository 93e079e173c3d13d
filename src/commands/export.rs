//! `export csv`: the listings, as `import csv` reads them back. The `id` is the listing's own.

use anyhow::{Context, Result};
use maille_domain::Fields;
use maille_importers::csv;
use maille_store::feed::Change;

use crate::cli::Settings;
use crate::database::Database;

/// Listings read at once.
const PIECE: i64 = 2_000;

pub async fn run(settings: &Settings) -> Result<()> {
    let mut listings: Vec<(String, Fields)> = Vec::new();
    Database::with(settings, async |store| {
        store
            .snapshot(PIECE, |changes| {
                for change in changes {
                    if let Change::Listing(listing) = change
                        && listing.withdrawn_at.is_none()
                    {
                        listings.push((listing.id.to_string(), listing.fields));
                    }
                }
                Ok::<(), maille_store::Error>(())
            })
            .await?;
        Ok(())
    })
    .await?;
    let rows: Vec<(&str, &Fields)> = listings.iter().map(|(id, fields)| (id.as_str(), fields)).collect();
    csv::write(std::io::stdout().lock(), &rows).context("la sortie standard ne s’écrit pas")
}
