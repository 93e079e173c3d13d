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
use crate::inbox::Present;
use crate::sentence::sentence;

/// Entries of the feed read at once.
const PIECE: i64 = 2_000;
/// A feed longer than this is not worth following from its beginning: the directory is read as it stands.
const LONGEST_FROM_NOTHING: i64 = 5_000;
/// A notification can be lost with its connection, and another process can publish an index: look this often anyway.
const LOOK: Duration = Duration::from_millis(500);
/// Between two attempts to reach Postgres, or to write the index.
const RETRY: Duration = Duration::from_secs(1);
/// A question to Postgres that is not answered in this time will not be.
const SILENCE: Duration = Duration::from_secs(30);

/// Opens the index for writing, behind the node that answers from it already if there is one; rebuilds one that is damaged
/// or of another version.
pub async fn open_index(directory: &Path, node: Option<&Node>, store: Option<&Store>) -> Result<Index> {
    let opened = match node {
        Some(node) => Index::open_behind(node),
        None => Index::open(directory),
    };
    match opened {
        Ok(index) => Ok(index),
        Err(error @ Error::Locked { .. }) => Err(error).with_context(|| {
            format!(
                "un autre programme maille sert déjà le dossier {} ; arrêtez-le, ou choisissez un autre --data-dir",
                directory.display()
            )
        }),
        Err(error @ Error::Unusable { .. }) => {
            let Some(store) = store else {
                return Err(error)
                    .context("l’index est inutilisable et Postgres ne répond pas pour le reconstruire");
            };
            warn!(error.message = %error, "l’index est reconstruit");
            let rebuilt = rebuild(directory, store).await?;
            let Some(node) = node else { return Ok(rebuilt) };
            drop(rebuilt);
            Ok(Index::open_behind(node)?)
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
            tokio::task::block_in_place(|| rebuild.apply(&changes, 0)).map_err(anyhow::Error::from)
        })
        .await?;
    rebuild.apply(&[], head)?;
    Ok(tokio::task::block_in_place(|| rebuild.publish())?)
}

fn in_words(error: Error) -> anyhow::Error {
    match error {
        locked @ Error::Locked { .. } => {
            anyhow::Error::new(locked).context("une reconstruction de l’index est déjà en cours")
        }
        other => other.into(),
    }
}

/// Brings the index to the end of the feed.
pub async fn catch_up(directory: &Path, store: &Store, index: &mut Index) -> Result<()> {
    index
        .follow()
        .or_else(|error| if matches!(error, Error::Locked { .. }) { Ok(false) } else { Err(error) })?;
    if index.position().cursor == 0 && answered(store.feed_head()).await? > LONGEST_FROM_NOTHING {
        info!("l’index est construit depuis l’annuaire");
        start_again(directory, store, index).await?;
    }
    loop {
        let Some(batch) = answered(store.feed_after(index.position(), PIECE)).await? else {
            warn!("la base n’est plus celle que l’index suivait : l’index est reconstruit");
            start_again(directory, store, index).await?;
            continue;
        };
        if batch.position != *index.position() {
            let changes: Vec<Change> = batch.changes.into_iter().map(change).collect();
            tokio::task::block_in_place(|| index.apply(&changes, batch.position))?;
        }
        if !batch.more {
            return Ok(());
        }
    }
}

async fn start_again(directory: &Path, store: &Store, index: &mut Index) -> Result<()> {
    drop(rebuild(directory, store).await?);
    index.follow()?;
    Ok(())
}

/// An answer of Postgres, or an error: a server that hangs, or a network that swallows, is absent too.
async fn answered<T>(asked: impl Future<Output = Result<T, maille_store::Error>>) -> Result<T> {
    let answer = tokio::time::timeout(SILENCE, asked).await;
    Ok(answer.with_context(|| format!("Postgres n’a pas répondu en {} s", SILENCE.as_secs()))??)
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

/// What follows: the node that answers meanwhile, the index it is behind and the database, each opened when it can be.
pub struct Follower {
    pub settings: Settings,
    pub node: Node,
    pub index: Option<Index>,
    pub database: Option<Database>,
    pub present: Present,
    pub health: Arc<Health>,
    pub metrics: Metrics,
}

impl Follower {
    /// Follows the feed until told to stop, through every absence of Postgres and every refusal of the disk. Returns the
    /// database to leave.
    pub async fn follow(mut self, mut stop: watch::Receiver<bool>) -> Option<Database> {
        let mut said = String::new();
        loop {
            let ended = tokio::select! {
                ended = self.follow_connected() => ended,
                _ = stop.wait_for(|stop| *stop) => return self.database,
            };
            if let Err(error) = ended {
                // A trouble is said when it begins, and when its reason changes.
                let reason = sentence(&error);
                if reason != said {
                    warn!(error.message = reason, "l’index ne suit plus l’annuaire, la recherche continue");
                    said = reason;
                }
                self.note(&error).await;
            }
            tokio::select! {
                () = tokio::time::sleep(RETRY) => {}
                _ = stop.wait_for(|stop| *stop) => return self.database,
            }
        }
    }

    async fn follow_connected(&mut self) -> Result<()> {
        let directory = index_directory(&self.settings);
        let database = match &mut self.database {
            Some(database) => database,
            absent => absent.insert(Database::open(&self.settings).await?),
        };
        let store = &database.store;
        self.present.send_replace(Some(store.clone()));
        let mut wake = answered(store.wake()).await?;
        let index = match &mut self.index {
            Some(index) => index,
            closed => closed.insert(open_index(&directory, Some(&self.node), Some(store)).await?),
        };
        info!("l’index suit l’annuaire");
        loop {
            self.metrics.set_feed(answered(store.feed_head()).await?);
            catch_up(&directory, store, index).await?;
            self.health.set_index(true);
            self.health.set_postgres(true, None);
            self.health.set_index_trouble(None);
            if let Ok(woken) = tokio::time::timeout(LOOK, wake.wait()).await {
                woken?;
            }
        }
    }

    /// Whose trouble it is: the index's, or the database's.
    async fn note(&mut self, error: &anyhow::Error) {
        if let Some(error) = error.chain().find_map(|cause| cause.downcast_ref::<Error>()) {
            self.health.set_index_trouble(Some(error.word()));
            return;
        }
        self.health.set_postgres(false, None);
        let reopen = match &self.database {
            Some(database) => database.is_to_reopen().await,
            None => false,
        };
        if reopen && let Some(database) = self.database.take() {
            self.present.send_replace(None);
            if let Err(error) = database.close().await {
                warn!(error.message = sentence(&error), "la base n’a pas pu être quittée");
            }
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
