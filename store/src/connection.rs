//! The pool of connections and the schema.

use std::str::FromStr;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

use crate::Error;

/// How long a writer waits for what another one holds. Edits hold it for a moment, imports for their whole time.
const PATIENCE: Duration = Duration::from_secs(30);

/// A statement that takes longer is said in the log, to whoever asks for it.
const SLOW: Duration = Duration::from_secs(1);

/// The directory's database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) pool: PgPool,
    pub(crate) patience: Duration,
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
        let pool = PgPoolOptions::new()
            .max_connections(10)
            .acquire_timeout(Duration::from_secs(5))
            .connect_lazy_with(server);
        let store = Store::on(pool);
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

    /// A store on a pool that already has the schema.
    pub fn on(pool: PgPool) -> Store {
        Store { pool, patience: PATIENCE }
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
        self.pool.close().await;
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
