//! Feed → index: what keeps a node true. Serving never waits for it, and it never waits for a request.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use maille_index::{Change, Error, Index, Node};
use maille_store::{Store, feed};
use maille_web::Metrics;
use maille_web::health::Health;
use tokio::sync::watch;
use tracing::{info, warn};

use crate::cli::Settings;
use crate::database::Database;
use crate::sentence::sentence;

/// Entries of the feed read at once.
const PIECE: i64 = 2_000;
/// A feed longer than this is not worth following from its beginning: the directory is read as it stands.
const LONGEST_FROM_NOTHING: i64 = 5_000;
/// A notification can be lost with its connection, and another process can publish an index: look this often anyway.
const LOOK: Duration = Duration::from_millis(500);
/// Between two attempts to reach Postgres.
const RETRY: Duration = Duration::from_secs(1);

/// Opens the index for writing; rebuilds one that is damaged or of another version.
pub async fn open_index(directory: &Path, store: Option<&Store>) -> Result<Index> {
    match Index::open(directory) {
        Ok(index) => Ok(index),
        Err(Error::Locked { .. }) => {
            anyhow::bail!(
                "un autre programme maille sert déjà le dossier {} ; arrêtez-le, ou choisissez un autre --data-dir",
                directory.display()
            )
        }
        Err(error @ Error::Unusable { .. }) => {
            let Some(store) = store else {
                return Err(error)
                    .context("l’index est inutilisable et Postgres ne répond pas pour le reconstruire");
            };
            warn!("l’index est reconstruit : {error}");
            rebuild(directory, store).await
        }
        Err(error) => Err(error)
            .with_context(|| format!("l’index ne peut pas être ouvert dans {}", directory.display())),
    }
}

/// Builds a new index beside the one that serves, from the directory as it stands, and publishes it.
pub async fn rebuild(directory: &Path, store: &Store) -> Result<Index> {
    let mut rebuild = Index::rebuild(directory).map_err(in_words)?;
    let head = store
        .snapshot(PIECE, |changes| {
            let changes: Vec<Change> = changes.into_iter().map(change).collect();
            rebuild.apply(&changes, 0).map_err(anyhow::Error::from)
        })
        .await?;
    rebuild.apply(&[], head)?;
    Ok(tokio::task::block_in_place(|| rebuild.publish())?)
}

fn in_words(error: Error) -> anyhow::Error {
    match error {
        Error::Locked { .. } => anyhow::anyhow!("une reconstruction de l’index est déjà en cours"),
        other => other.into(),
    }
}

/// Brings the index to the end of the feed.
pub async fn catch_up(directory: &Path, store: &Store, index: &mut Index) -> Result<()> {
    index
        .follow()
        .or_else(|error| if matches!(error, Error::Locked { .. }) { Ok(false) } else { Err(error) })?;
    let head = store.feed_head().await?;
    let from_nothing = index.cursor() == 0 && head > LONGEST_FROM_NOTHING;
    // A feed that ends before the index does is another database, or one restored from a backup.
    if from_nothing || index.cursor() > head {
        info!("l’index est construit depuis l’annuaire");
        drop(rebuild(directory, store).await?);
        index.follow()?;
    }
    loop {
        let batch = store.feed_after(index.cursor(), PIECE).await?;
        if batch.cursor > index.cursor() {
            let changes: Vec<Change> = batch.changes.into_iter().map(change).collect();
            tokio::task::block_in_place(|| index.apply(&changes, batch.cursor))?;
        }
        if !batch.more {
            return Ok(());
        }
    }
}

/// Waits, at most `patience`, until a node that somebody else keeps true has reached the end of the feed.
pub async fn wait_for(node: &Node, store: &Store, patience: Duration) -> Result<()> {
    let head = store.feed_head().await?;
    let deadline = tokio::time::Instant::now() + patience;
    while node.cursor() < head && tokio::time::Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(20)).await;
        node.refresh()?;
    }
    Ok(())
}

/// Follows the feed until told to stop, through every absence of Postgres. Returns the database to leave.
pub async fn follow(
    settings: Settings,
    mut database: Option<Database>,
    mut index: Index,
    health: Arc<Health>,
    metrics: Metrics,
    mut stop: watch::Receiver<bool>,
) -> Option<Database> {
    let directory = index_directory(&settings);
    let mut said = String::new();
    loop {
        let ended = tokio::select! {
            ended = follow_connected(&settings, &directory, &mut database, &mut index, &health, &metrics) => ended,
            _ = stop.wait_for(|stop| *stop) => return database,
        };
        if let Err(error) = ended {
            // An absence is said when it begins, and when its reason changes.
            let reason = sentence(&error);
            if reason != said {
                warn!("l’index ne suit plus l’annuaire, la recherche continue : {reason}");
                said = reason;
            }
            health.set_postgres(false, None);
        }
        tokio::select! {
            () = tokio::time::sleep(RETRY) => {}
            _ = stop.wait_for(|stop| *stop) => return database,
        }
    }
}

async fn follow_connected(
    settings: &Settings,
    directory: &Path,
    database: &mut Option<Database>,
    index: &mut Index,
    health: &Health,
    metrics: &Metrics,
) -> Result<()> {
    if database.is_none() {
        *database = Some(Database::open(settings).await?);
    }
    let Some(Database { store, .. }) = database else { return Ok(()) };
    let mut wake = store.wake().await?;
    info!("l’index suit l’annuaire");
    loop {
        metrics.set_feed(store.feed_head().await?);
        catch_up(directory, store, index).await?;
        health.set_postgres(true, None);
        if let Ok(woken) = tokio::time::timeout(LOOK, wake.wait()).await {
            woken?;
        }
    }
}

/// Where the index of a data directory lives.
pub fn index_directory(settings: &Settings) -> std::path::PathBuf {
    settings.data_dir.join("index")
}

/// The store and the index do not know each other: the same four cases, handed over.
fn change(change: feed::Change) -> Change {
    match change {
        feed::Change::Listing(listing) => Change::Listing(listing),
        feed::Change::ListingGone(id) => Change::ListingGone(id),
        feed::Change::Territory(territory) => Change::Territory(territory),
        feed::Change::TerritoryGone(code) => Change::TerritoryGone(code),
    }
}
