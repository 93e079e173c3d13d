//! `serve` and `demo`: pages and API, the follower beside them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use maille_domain::clock::SystemClock;
use maille_index::Node;
use maille_web::health::Health;
use maille_web::inbox::Writing;
use maille_web::signed::Curation;
use maille_web::state::WebState;
use maille_web::{Metrics, Theme};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tracing::{error, info, warn};

use crate::cli::{MailSettings, Serve, Settings};
use crate::database::Database;
use crate::follower::Follower;
use crate::inbox::StoreInbox;
use crate::post::Carrier;
use crate::scheduler::Scheduler;
use crate::sentence::sentence;
use crate::{demo, follower, scheduler, theme};

/// How long the answers under way may take once a stop is asked.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// How long somebody who sends a form waits for the database.
const WRITING: Duration = Duration::from_secs(5);
/// How often the measures are sorted.
const UPKEEP: Duration = Duration::from_secs(5);

/// Whose directory is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Directory {
    /// The one of the data directory.
    Own,
    /// The demonstration's, loaded first.
    Demo,
}

pub async fn run(settings: Settings, options: Serve, directory: Directory) -> Result<()> {
    let theme = options.theme.as_deref().map_or_else(|| Ok(Theme::default()), theme::read)?;
    let stopping = stop_on_signals()?;
    let listener = TcpListener::bind(options.listen).await.with_context(|| {
        format!("l’adresse {} ne peut pas être utilisée (un autre programme l’occupe peut-être : essayez --listen 127.0.0.1:8081)", options.listen)
    })?;
    let address = listener.local_addr().context("l’adresse d’écoute n’est pas lisible")?;
    // What a request says of itself is not trusted to make links.
    let base = options.base_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let MailSettings { smtp_url, mail_from } = &options.mail;
    let post = Carrier::new(smtp_url.as_deref(), mail_from.as_deref(), &base, &settings.data_dir)?;
    // Beside what follows: nothing waits for it, and the first question finds it done, or well under way.
    tokio::task::spawn_blocking(maille_index::warm);
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
                error.message = sentence(&absent),
                "démarrage sans base de données, la recherche répond depuis l’index"
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
            warn!(error.message = sentence(&refused), "démarrage sans pouvoir écrire l’index");
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
    let (present, written_to) = watch::channel(database.as_ref().map(|database| database.store.clone()));
    let scheduler =
        Scheduler { store: written_to.clone(), clock: Arc::new(SystemClock), every: scheduler::EVERY };
    let state = WebState::new(node.clone(), Arc::new(SystemClock), Arc::clone(&health))
        .demo(directory == Directory::Demo)
        .base_url(options.base_url)
        .theme(theme)
        .curation(Curation::of(written_to.clone()).post(post, &base))
        .writing(Writing::to(StoreInbox(written_to), WRITING));
    let metrics = state.metrics();
    // Who asks is known to `/metrics`, and to the limits on what one requester sends, alone.
    let app = maille_web::router(state).into_make_service_with_connect_info::<SocketAddr>();

    // The socket closes at once, so that a load balancer learns of the stop without `/health/ready`.
    let until = stop_asked(stopping.clone());
    let mut server = tokio::spawn(axum::serve(listener, app).with_graceful_shutdown(until).into_future());
    if let Some(address) = database.as_ref().and_then(Database::private_address) {
        info!(database.url = %address, "l’annuaire est dans son propre Postgres");
    }
    info!("maille répond sur http://{address}");
    tokio::spawn(keep_up(metrics.clone()));
    let scheduled = tokio::spawn(scheduler.keep(stopping.clone()));

    let mut follower =
        Follower { settings, node, index, database, present, health: Arc::clone(&health), metrics };
    let following = {
        let stopping = stopping.clone();
        tokio::spawn(async move {
            if directory == Directory::Demo {
                let loaded = tokio::select! {
                    loaded = load_demo(&index_directory, &mut follower) => loaded,
                    () = stop_asked(stopping.clone()) => return follower.database,
                };
                if let Err(failure) = loaded {
                    error!(error.message = sentence(&failure), "la démonstration n’a pas pu être chargée");
                }
                health.set_demo_loading(false);
            }
            follower.follow(stopping).await
        })
    };

    stop_asked(stopping).await;
    if let Ok(ended) = tokio::time::timeout(PATIENCE, &mut server).await {
        ended.context("le serveur s’est interrompu")?.context("le serveur s’est interrompu")?;
    } else {
        warn!(
            stop.seconds = PATIENCE.as_secs(),
            "des réponses ne se terminent pas : leurs connexions sont coupées"
        );
    }
    scheduled.await.context("ce qui est dû à une date s’est interrompu")?;
    if let Some(database) = following.await.context("le suivi de l’annuaire s’est interrompu")? {
        database.close().await?;
    }
    info!("maille est arrêté");
    Ok(())
}

async fn keep_up(metrics: Metrics) {
    let mut tick = tokio::time::interval(UPKEEP);
    loop {
        tick.tick().await;
        metrics.upkeep();
    }
}

async fn load_demo(directory: &std::path::Path, follower: &mut Follower) -> Result<()> {
    let (Some(database), Some(index)) = (&follower.database, &mut follower.index) else { return Ok(()) };
    demo::load(&database.store, &SystemClock).await?;
    demo::tell_accounts(&database.store, &SystemClock).await?;
    follower::catch_up(directory, &database.store, index).await
}

/// Whether the index could not be opened because nothing can be written beside it.
fn is_refusal_of_the_disk(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        matches!(cause.downcast_ref::<maille_index::Error>(), Some(maille_index::Error::Disk { .. }))
    })
}

/// From the first Ctrl-C or polite kill on, the value is true. The second ends the program where it stands: nothing that
/// was accepted is lost, and the next start takes over the private Postgres that stays.
fn stop_on_signals() -> Result<watch::Receiver<bool>> {
    const UNAVAILABLE: &str = "les signaux du système ne sont pas disponibles";
    let mut interrupt = signal(SignalKind::interrupt()).context(UNAVAILABLE)?;
    let mut terminate = signal(SignalKind::terminate()).context(UNAVAILABLE)?;
    let (stop, stopping) = watch::channel(false);
    tokio::spawn(async move {
        let mut next = async || {
            tokio::select! {
                _ = interrupt.recv() => SignalKind::interrupt(),
                _ = terminate.recv() => SignalKind::terminate(),
            }
        };
        next().await;
        info!("arrêt demandé : les réponses en cours se terminent");
        stop.send_replace(true);
        let again = next().await;
        warn!("arrêt demandé une seconde fois : tout s’arrête là");
        std::process::exit(128 + again.as_raw_value());
    });
    Ok(stopping)
}

async fn stop_asked(mut stopping: watch::Receiver<bool>) {
    // An error means that the sender is gone: the program ends.
    let _ = stopping.wait_for(|stop| *stop).await;
}
