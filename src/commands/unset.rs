//! `unset`: a correction ends, the sources speak again.

use anyhow::Result;
use maille_domain::clock::{Clock, SystemClock};

use crate::cli::{FieldOf, Settings, Unset};
use crate::commands::field::{named, tell};
use crate::database::Database;

pub async fn run(settings: &Settings, options: Unset) -> Result<()> {
    let FieldOf { listing, field } = options.of;
    let cause = options.why.cause(SystemClock.now())?;
    Database::with(settings, async |store| {
        let listing = named(store, &listing).await?;
        store.end_override(listing, field, &cause).await?;
        tell(store, listing, field, "est de nouveau", options.json.wanted).await
    })
    .await
}
