//! Which Postgres: the one of `DATABASE_URL`, or the private one of the data directory.

use anyhow::{Context, Result};
use maille_store::Store;
use maille_store::cluster::Cluster;
use maille_store::connection::parse_address;

use crate::cli::Settings;

/// An open database, and the private cluster it lives in, if it does.
pub struct Database {
    pub store: Store,
    cluster: Option<Cluster>,
}

impl Database {
    /// Starts or joins the private cluster where there is no address; connects and brings the schema up to date.
    pub async fn open(settings: &Settings) -> Result<Database> {
        // An empty variable is no address.
        if let Some(address) = settings.database_url.as_ref().filter(|address| !address.is_empty()) {
            let servers =
                parse_address(address).context("DATABASE_URL n’est pas une adresse postgres:// lisible")?;
            let store =
                Store::open(&servers).await.context("Postgres ne répond pas à l’adresse de DATABASE_URL")?;
            return Ok(Database { store, cluster: None });
        }
        let cluster = Cluster::start(&settings.data_dir).await?;
        match Store::open(&[cluster.connect_options()]).await {
            Ok(store) => Ok(Database { store, cluster: Some(cluster) }),
            Err(error) => {
                cluster.stop().await?;
                Err(error).context("le Postgres du dossier de données ne répond pas")
            }
        }
    }

    /// The address of the private cluster, for people and their `pg_dump`; `None` with `DATABASE_URL`.
    pub fn private_address(&self) -> Option<String> {
        self.cluster.as_ref().map(Cluster::database_url)
    }

    /// Leaves; the last to leave a private cluster stops it.
    pub async fn close(self) -> Result<()> {
        self.store.close().await;
        if let Some(cluster) = self.cluster {
            cluster.stop().await?;
        }
        Ok(())
    }

    /// After an error: whether it should be left and opened again. A server of `DATABASE_URL` may have handed over to
    /// another one; a private one that died is started again, but not one that somebody stopped.
    pub async fn is_to_reopen(&self) -> bool {
        match &self.cluster {
            None => true,
            Some(cluster) => cluster.has_died().await,
        }
    }

    /// Runs `work`, then leaves, whatever came of it.
    pub async fn with<T>(settings: &Settings, work: impl AsyncFnOnce(&Store) -> Result<T>) -> Result<T> {
        let database = Database::open(settings).await?;
        let outcome = work(&database.store).await;
        let closed = database.close().await;
        let value = outcome?;
        closed?;
        Ok(value)
    }
}
