//! The pool of connections and the schema.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

use crate::Error;

/// The directory's database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) pool: PgPool,
}

impl Store {
    /// Connects to the server of `options` and brings the schema up to date.
    pub async fn open(options: PgConnectOptions) -> Result<Store, Error> {
        let store = Store::connect_lazily(options);
        sqlx::migrate!().run(&store.pool).await?;
        Ok(store)
    }

    /// A store that connects when first used: for those who must start while Postgres is away.
    pub fn connect_lazily(options: PgConnectOptions) -> Store {
        let options = options.application_name("maille");
        let pool = PgPoolOptions::new()
            .max_connections(10)
            .acquire_timeout(Duration::from_secs(5))
            .connect_lazy_with(options);
        Store { pool }
    }

    /// A store on a pool that already has the schema.
    pub fn on(pool: PgPool) -> Store {
        Store { pool }
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

    /// Whether the server answers.
    pub async fn ping(&self) -> Result<(), Error> {
        sqlx::query("select 1").execute(&self.pool).await?;
        Ok(())
    }
}

/// Reads a `postgres://` address.
pub fn parse_address(address: &str) -> Result<PgConnectOptions, Error> {
    Ok(PgConnectOptions::from_str(address)?)
}
