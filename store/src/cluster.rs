//! The private Postgres: a server of maille's own under the data directory, for whoever has no `DATABASE_URL`.
//!
//! Several processes use a data directory at once (`serve`, and an `import` beside it). The first starts the
//! server, the last to leave stops it, and one that a crash left behind is taken over. Two locks say who is there:
//!
//! - `users.lock`, held shared by every [`Cluster`] for as long as it lives. The system releases it whatever kills
//!   the process.
//! - `startup.lock`, held exclusively while arriving and while leaving. So nobody arrives between a leaver's
//!   question "am I the last?" (it could take `users.lock` exclusively) and the stop that follows.

mod binaries;
mod error;
mod folder;
mod server;

use std::fs::{DirBuilder, File, OpenOptions};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use sqlx::{Connection, Executor};

pub use self::error::ClusterError;
use self::folder::Folder;
use self::server::{PORT, Seen, Server, USER};

/// The database in the private server.
const DATABASE: &str = "maille";
/// How long an adopted server may answer that it is still recovering.
const PATIENCE_ANSWERED: Duration = Duration::from_mins(5);
/// How long a server may give no answer at all, or the processes of a dead one stay.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is asked.
const PAUSE: Duration = Duration::from_millis(20);

/// This process's hold on the private server of a data directory.
///
/// End it with [`stop`](Cluster::stop). Dropping it does the same, blocking the thread for the time it takes.
#[derive(Debug)]
pub struct Cluster {
    server: Server,
    startup: PathBuf,
    /// The shared lock; `None` once released.
    users: Option<File>,
}

/// A [`Cluster`] on its way up. The order of the fields is that of their release: a cluster that is dropped takes
/// the startup lock, so that must be free by then.
struct Arrival {
    _startup: File,
    cluster: Cluster,
}

impl Cluster {
    /// Makes the server of `data_dir` if there is none, starts it or joins it, and holds it.
    pub async fn start(data_dir: &Path) -> Result<Self, ClusterError> {
        Self::start_from(data_dir, &binaries::installed()).await
    }

    /// As [`start`](Cluster::start), with the folders to search for the server's programs.
    pub async fn start_from(data_dir: &Path, search: &[PathBuf]) -> Result<Self, ClusterError> {
        let (data_dir, search) = (data_dir.to_path_buf(), search.to_vec());
        let mut arrival = blocking(move || Arrival::open(&data_dir, &search)).await?;
        let mut begin = Instant::now();
        let mut started = false;
        let mut seen = Seen::Nothing;
        loop {
            let mut refusal = None;
            if arrival.cluster.server.is_recorded() {
                match arrival.cluster.ensure_database().await {
                    Ok(()) => return Ok(arrival.cluster),
                    Err(error) => refusal = Some(error),
                }
            }
            let patience = match &refusal {
                None | Some(sqlx::Error::Io(_)) => PATIENCE,
                Some(error) if is_starting_or_stopping(error) => PATIENCE_ANSWERED,
                Some(_) => Duration::ZERO,
            };
            if begin.elapsed() > patience {
                let folder = arrival.cluster.folder().to_path_buf();
                return Err(match refusal {
                    Some(source) if seen != Seen::Leftovers => ClusterError::Silent { folder, source },
                    _ => ClusterError::Leftovers { folder },
                });
            }
            // The locks go along: if this future is dropped meanwhile, they are released after the start, not during.
            (arrival, seen) = blocking(move || {
                let server = &arrival.cluster.server;
                let seen = server.look()?;
                match seen {
                    Seen::Nothing if started => return Err(server.died()),
                    Seen::Nothing => server.start()?,
                    Seen::Running | Seen::Leftovers => {}
                }
                Ok((arrival, seen))
            })
            .await?;
            if seen == Seen::Nothing {
                (started, begin) = (true, Instant::now());
            } else {
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// How to connect to the database `maille`.
    pub fn connect_options(&self) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(self.server.folder.socket())
            .port(PORT)
            .username(USER)
            .database(DATABASE)
            .ssl_mode(PgSslMode::Disable)
    }

    /// The same as an address, for people and their `psql`.
    pub fn database_url(&self) -> String {
        // The folder's name is plain (`Folder::socket` sees to it), only its slashes need writing otherwise.
        let socket = self.server.folder.socket().display().to_string().replace('/', "%2F");
        format!("postgresql://{USER}@{socket}:{PORT}/{DATABASE}")
    }

    /// Where the server lives: its files in `data`, its log in `server.log`.
    pub fn folder(&self) -> &Path {
        self.server.folder.path()
    }

    /// Whether the server ended without being asked to: nothing runs, and what it writes at its start is still there. Looked
    /// at in that order: a server that is being stopped removes what it wrote before it ends.
    pub async fn has_died(&self) -> bool {
        let server = self.server.clone();
        let look = move || Ok(server.look()? != Seen::Running && server.is_recorded());
        blocking(look).await.unwrap_or(false)
    }

    /// Leaves the server; the last to leave stops it.
    pub async fn stop(mut self) -> Result<(), ClusterError> {
        blocking(move || self.release()).await
    }

    fn release(&mut self) -> Result<(), ClusterError> {
        let Some(users) = self.users.take() else { return Ok(()) };
        let _startup = lock(&self.startup, File::lock)?;
        // Released first: a lock held shared is not everywhere turned into an exclusive one.
        users.unlock().map_err(ClusterError::lock(&self.startup))?;
        if users.try_lock().is_ok() { self.server.stop() } else { Ok(()) }
    }

    async fn ensure_database(&self) -> Result<(), sqlx::Error> {
        let mut connection = PgConnection::connect_with(&self.connect_options().database("postgres")).await?;
        let known = sqlx::query("SELECT FROM pg_database WHERE datname = $1").bind(DATABASE);
        if connection.fetch_optional(known).await?.is_none() {
            connection.execute("CREATE DATABASE maille").await?;
        }
        connection.close().await
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Err(error) = self.release() {
            tracing::warn!(error.message = %error, "la base n’a pas pu être arrêtée ; le prochain lancement la reprendra");
        }
    }
}

impl Arrival {
    fn open(data_dir: &Path, search: &[PathBuf]) -> Result<Self, ClusterError> {
        std::fs::create_dir_all(data_dir).map_err(ClusterError::folder(data_dir))?;
        let data_dir = data_dir.canonicalize().map_err(ClusterError::folder(data_dir))?;
        let own = data_dir.join("postgres");
        DirBuilder::new().recursive(true).mode(0o700).create(&own).map_err(ClusterError::folder(&own))?;

        let startup_path = own.join("startup.lock");
        let startup = lock(&startup_path, File::lock)?;
        let server = Server::open(Folder::choose(&data_dir, &own)?, search)?;
        let users = lock(&own.join("users.lock"), File::lock_shared)?;
        Ok(Self { _startup: startup, cluster: Cluster { server, startup: startup_path, users: Some(users) } })
    }
}

/// What Postgres answers for the time being while it recovers or goes down (`cannot_connect_now`).
fn is_starting_or_stopping(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(error) if error.code().as_deref() == Some("57P03"))
}

fn lock(path: &Path, take: fn(&File) -> std::io::Result<()>) -> Result<File, ClusterError> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .map_err(ClusterError::folder(path))?;
    take(&file).map_err(ClusterError::lock(path))?;
    Ok(file)
}

/// Runs what waits for locks and programs where it does not hold up the runtime.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ClusterError> + Send + 'static,
) -> Result<T, ClusterError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        // Only a panic ends it otherwise: the runtime cancels no blocking work that has begun.
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(cancelled) => Err(ClusterError::Program {
                program: "pg_ctl".to_owned(),
                source: std::io::Error::other(cancelled),
            }),
        },
    }
}
