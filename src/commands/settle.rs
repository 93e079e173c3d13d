//! `settle`: a conflict, one way or the other.

use anyhow::Result;
use maille_domain::Reach;
use maille_domain::clock::{Clock, SystemClock};
use maille_store::overrides::Settlement;

use crate::cli::{FieldOf, Settings, Settle, Side};
use crate::commands::field::{named, tell};
use crate::database::Database;

pub async fn run(settings: &Settings, options: Settle) -> Result<()> {
    let FieldOf { listing, field } = options.of;
    let cause = options.why.cause(SystemClock.now())?;
    let (settlement, verb) = match options.side {
        Side::Garder => (Settlement::Ours, "reste"),
        Side::Suivre => (Settlement::Theirs, "est maintenant"),
    };
    Database::with(settings, async |store| {
        let listing = named(store, &listing).await?;
        store.settle(listing, field, settlement, &Reach::Everywhere, &cause).await?;
        tell(store, listing, field, verb, options.json.wanted).await
    })
    .await
}
