//! The pool of connections and the schema.

use std::str::FromStr;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

use crate::Error;
use crate::reach::KnownReaches;

/// How long a writer waits for what another one holds. Edits hold it for a moment, imports for their whole time.
const PATIENCE: Duration = Duration::from_secs(30);

/// Connections of whoever reads.
const READERS: u32 = 10;
/// Those of whoever writes: as many may write, or wait for each other, at once.
pub const WRITERS: u32 = 20;
/// How long a connection is waited for.
const FREE_WITHIN: Duration = Duration::from_secs(5);

/// A statement that takes longer is said in the log, to whoever asks for it.
const SLOW: Duration = Duration::from_secs(1);

/// The directory's database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) pool: PgPool,
    /// Those of writers: whoever waits for an import keeps one, and pages and the index go on.
    pub(crate) writers: PgPool,
    pub(crate) patience: Duration,
    pub(crate) reaches: KnownReaches,
}

impl Store {
    /// Connects to the first of these servers that answers and takes writes, and brings its schema up to date.
    ///
    /// # Errors
    /// Those of the last server tried; [`Error::Standby`] for one that only copies another.
    pub async fn open(servers: &[PgConnectOptions]) -> Result<Store, Error> {
        // What is said of no server at all.
        let mut failed = Error::Database(sqlx::Error::PoolClosed);
        for server in servers {
            match Store::open_one(server.clone()).await {
                Ok(store) => return Ok(store),
                Err(error) => failed = error,
            }
        }
        Err(failed)
    }

    async fn open_one(server: PgConnectOptions) -> Result<Store, Error> {
        // A slow statement is no trouble of whoever runs a command; `RUST_LOG=sqlx=debug` says them.
        let level = "debug".parse().expect("a level of the log");
        let server = server.application_name("maille").log_slow_statements(level, SLOW);
        let pool = |most| {
            let options = PgPoolOptions::new().max_connections(most).acquire_timeout(FREE_WITHIN);
            // Whoever waited in vain is told; nobody else has to know.
            let options = options.acquire_slow_level(level);
            options.connect_lazy_with(server.clone())
        };
        let store = Store {
            pool: pool(READERS),
            writers: pool(WRITERS),
            patience: PATIENCE,
            reaches: KnownReaches::default(),
        };
        let opened = async {
            let standby = sqlx::query_scalar!(r#"select pg_is_in_recovery() as "standby!""#);
            if standby.fetch_one(&store.pool).await? {
                return Err(Error::Standby);
            }
            store.migrate().await
        };
        match opened.await {
            Ok(()) => Ok(store),
            Err(error) => {
                store.close().await;
                Err(error)
            }
        }
    }

    /// A store on a pool that already has the schema, for readers and writers.
    pub fn on(pool: PgPool) -> Store {
        Store { writers: pool.clone(), pool, patience: PATIENCE, reaches: KnownReaches::default() }
    }

    /// The same, whose writers wait so long for each other.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Store {
        Store { patience, ..self }
    }

    /// Brings the schema up to date.
    pub async fn migrate(&self) -> Result<(), Error> {
        sqlx::migrate!().run(&self.pool).await?;
        Ok(())
    }

    /// Gives every connection back: a server that is stopped next has nobody to wait for.
    pub async fn close(&self) {
        tokio::join!(self.pool.close(), self.writers.close());
    }
}

/// Reads a `postgres://` address. Several servers, one of which takes writes at a time, are written as `libpq` has it:
/// `postgres://maille@first:5432,second:5432/maille`.
///
/// # Errors
/// [`Error::Database`] with what the address lacks.
pub fn parse_address(address: &str) -> Result<Vec<PgConnectOptions>, Error> {
    // The hosts stand after the name and the password, before the path; a password may hold any of `/?,` only encoded.
    let start = address.find("://").map_or(0, |at| at + 3);
    let end = address[start..].find(['/', '?']).map_or(address.len(), |at| start + at);
    let start = address[start..end].rfind('@').map_or(start, |at| start + at + 1);
    let (before, hosts, after) = (&address[..start], &address[start..end], &address[end..]);
    hosts.split(',').map(|host| Ok(PgConnectOptions::from_str(&format!("{before}{host}{after}"))?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn servers(address: &str) -> Vec<(String, u16)> {
        let servers = parse_address(address).unwrap();
        assert!(servers.iter().all(|server| server.get_username() == "maille"));
        servers.iter().map(|server| (server.get_host().to_owned(), server.get_port())).collect()
    }

    #[test]
    fn an_address_names_one_server_or_several() {
        assert_eq!(servers("postgres://maille@localhost/maille"), [("localhost".to_owned(), 5432)]);
        assert_eq!(
            servers("postgres://maille:a%40b@first:5433,second/maille?application_name=x"),
            [("first".to_owned(), 5433), ("second".to_owned(), 5432)]
        );
        let sockets = parse_address("postgres://maille@%2Fvar%2Frun%2Fa,%2Fvar%2Frun%2Fb/maille").unwrap();
        assert_eq!(sockets.len(), 2);
        assert!(parse_address("bases-de-données").is_err());
    }
}
