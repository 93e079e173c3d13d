//! `serve` and `demo`: pages and API, the follower beside them.

use std::sync::Arc;

use anyhow::{Context, Result};
use maille_domain::clock::SystemClock;
use maille_index::Node;
use maille_web::health::Health;
use maille_web::state::WebState;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tracing::{error, info, warn};

use crate::cli::{Serve, Settings};
use crate::database::Database;
use crate::follower::Follower;
use crate::sentence::sentence;
use crate::{demo, follower};

/// Whose directory is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Directory {
    /// The one of the data directory.
    Own,
    /// The demonstration's, loaded first.
    Demo,
}

pub async fn run(settings: Settings, options: Serve, directory: Directory) -> Result<()> {
    let listener = TcpListener::bind(options.listen).await.with_context(|| {
        format!("l’adresse {} ne peut pas être utilisée (un autre programme l’occupe peut-être : essayez --listen 127.0.0.1:8081)", options.listen)
    })?;
    let address = listener.local_addr().context("l’adresse d’écoute n’est pas lisible")?;
    std::fs::create_dir_all(&settings.data_dir).with_context(|| {
        format!("le dossier de données {} ne peut pas être créé", settings.data_dir.display())
    })?;

    let index_directory = follower::index_directory(&settings);
    let saved = Node::open(&index_directory).ok().flatten();
    let answers_already = saved.is_some();
    let database = match Database::open(&settings).await {
        Ok(database) => Some(database),
        // A saved index answers without Postgres; the follower tries again.
        Err(absent) if saved.is_some() => {
            warn!(
                "démarrage sans base de données, la recherche répond depuis l’index : {}",
                sentence(&absent)
            );
            None
        }
        Err(absent) => return Err(absent),
    };
    let store = database.as_ref().map(|database| &database.store);
    let (node, index) = match (follower::open_index(&index_directory, saved.as_ref(), store).await, saved) {
        (Ok(index), _) => (index.node(), Some(index)),
        // An index that can be read answers without being written; the follower tries again.
        (Err(refused), Some(node)) if is_refusal_of_the_disk(&refused) => {
            warn!("démarrage sans pouvoir écrire l’index : {}", sentence(&refused));
            (node, None)
        }
        (Err(unusable), _) => {
            if let Some(database) = database {
                database.close().await?;
            }
            return Err(unusable);
        }
    };

    let health = Arc::new(Health::new());
    health.set_postgres(database.is_some(), None);
    health.set_demo_loading(directory == Directory::Demo && node.listing_count() == 0);
    // A node without a saved index has nothing to answer from before it has read the directory.
    health.set_index(answers_already);
    let state = WebState::new(node.clone(), Arc::new(SystemClock), Arc::clone(&health))
        .demo(directory == Directory::Demo)
        .base_url(options.base_url);
    let app = maille_web::router(state);

    let (stop, stopping) = watch::channel(false);
    let server = {
        let mut stopping = stopping.clone();
        let until = async move {
            // An error means that the sender is gone: the program ends.
            let _ = stopping.wait_for(|stop| *stop).await;
        };
        tokio::spawn(axum::serve(listener, app).with_graceful_shutdown(until).into_future())
    };
    info!("maille répond sur http://{address}");

    let mut follower = Follower { settings, node, index, database, health: Arc::clone(&health) };
    let following = tokio::spawn(async move {
        if directory == Directory::Demo {
            if let Err(failure) = load_demo(&index_directory, &mut follower).await {
                error!("la démonstration n’a pas pu être chargée : {}", sentence(&failure));
            }
            health.set_demo_loading(false);
        }
        follower.follow(stopping).await
    });

    interrupted().await?;
    info!("arrêt demandé : les réponses en cours se terminent");
    stop.send_replace(true);
    server.await.context("le serveur s’est interrompu")?.context("le serveur s’est interrompu")?;
    if let Some(database) = following.await.context("le suivi de l’annuaire s’est interrompu")? {
        database.close().await?;
    }
    Ok(())
}

async fn load_demo(directory: &std::path::Path, follower: &mut Follower) -> Result<()> {
    let (Some(database), Some(index)) = (&follower.database, &mut follower.index) else { return Ok(()) };
    demo::load(&database.store, &SystemClock).await?;
    follower::catch_up(directory, &database.store, index).await
}

/// Whether the index could not be opened because nothing can be written beside it.
fn is_refusal_of_the_disk(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        matches!(cause.downcast_ref::<maille_index::Error>(), Some(maille_index::Error::Disk { .. }))
    })
}

/// Waits for Ctrl-C or a polite kill.
async fn interrupted() -> Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate =
        signal(SignalKind::terminate()).context("les signaux du système ne sont pas disponibles")?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted.context("les signaux du système ne sont pas disponibles"),
        _ = terminate.recv() => Ok(()),
    }
}
