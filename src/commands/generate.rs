//! `generate`: an invented directory through the normal pipeline.

use anyhow::Result;
use maille_domain::clock::SystemClock;
use maille_importers::synthetic::{self, Wanted};

use crate::cli::{Generate, Settings};
use crate::commands::import;
use crate::commands::report::Of;
use crate::database::Database;
use crate::progress::Bar;

pub async fn run(settings: &Settings, options: Generate) -> Result<()> {
    let wanted = Wanted { listings: options.listings, seed: options.seed };
    let (left, outcome) = Database::with(settings, async |store| {
        let mut bar = Bar::new();
        let generated =
            synthetic::generate(store, wanted, &options.source, options.force, &SystemClock, &mut bar);
        let outcome = generated.await?;
        Ok((import::left(store, &outcome).await?, outcome))
    })
    .await?;
    import::tell(outcome, left, Of::Listings, options.json.wanted)
}
