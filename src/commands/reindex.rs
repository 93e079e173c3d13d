//! `reindex`: a new index beside the one that serves, then the switch; a running server follows.

use std::time::Instant;

use anyhow::Result;
use serde_json::json;

use crate::cli::{Json, Settings};
use crate::commands::{print, print_json};
use crate::database::Database;
use crate::follower;

pub async fn run(settings: &Settings, json: Json) -> Result<()> {
    let started = Instant::now();
    let directory = follower::index_directory(settings);
    let (listings, cursor) = Database::with(settings, async |store| {
        let index = follower::rebuild(&directory, store).await?;
        Ok((index.node().listing_count(), index.position().cursor))
    })
    .await?;
    let seconds = started.elapsed().as_secs_f64();
    if json.wanted {
        print_json(&json!({ "listings": listings, "cursor": cursor, "seconds": seconds }))
    } else {
        print(&format!("Index reconstruit : {listings} fiches en {seconds:.1} s"))
    }
}
