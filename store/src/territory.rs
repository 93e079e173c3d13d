//! Coordination territories and their communes.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use maille_domain::Territory;
use sqlx::PgConnection;

use crate::{Error, Store};

/// What an import of territories changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TerritoriesWritten {
    /// New.
    pub created: u64,
    /// Changed in name, kind or communes.
    pub updated: u64,
    /// The same.
    pub unchanged: u64,
    /// Of this source and no longer in it.
    pub withdrawn: u64,
}

impl Store {
    /// Every territory, by code.
    pub async fn territories(&self) -> Result<Vec<Territory>, Error> {
        read_all(&mut *self.pool.acquire().await?).await
    }
}

pub(crate) async fn read(connection: &mut PgConnection, codes: &[String]) -> Result<Vec<Territory>, Error> {
    let rows = sqlx::query!(
        r#"select territory.code, territory.kind, territory.name,
                  array(select commune from territory_commune where territory_commune.territory = territory.code order by commune collate "C") as "communes!"
           from territory where code = any($1) and withdrawn_at is null order by code"#,
        codes
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Territory { code: row.code, kind: row.kind, name: row.name, communes: row.communes })
        .collect())
}

pub(crate) async fn read_all(connection: &mut PgConnection) -> Result<Vec<Territory>, Error> {
    let codes = sqlx::query_scalar!("select code from territory").fetch_all(&mut *connection).await?;
    read(connection, &codes).await
}

/// Writes the territories of a source; with `withdraw_missing`, those the source no longer has are
/// withdrawn: kept, no longer read.
pub(crate) async fn write(
    connection: &mut PgConnection,
    source: &str,
    territories: &[Territory],
    withdraw_missing: bool,
    now: DateTime<Utc>,
) -> Result<TerritoriesWritten, Error> {
    let known: HashMap<String, Territory> = read_all(connection)
        .await?
        .into_iter()
        .map(|territory| (territory.code.clone(), territory))
        .collect();
    let mut written = TerritoriesWritten::default();
    for territory in territories {
        match known.get(&territory.code) {
            Some(same) if same == territory => {
                written.unchanged += 1;
                continue;
            }
            Some(_) => written.updated += 1,
            None => written.created += 1,
        }
        sqlx::query!(
            "insert into territory (code, kind, name, source, updated_at) values ($1, $2, $3, $4, $5)
             on conflict (code) do update set kind = excluded.kind, name = excluded.name, source = excluded.source,
                 updated_at = excluded.updated_at, withdrawn_at = null",
            territory.code,
            territory.kind,
            territory.name,
            source,
            now
        )
        .execute(&mut *connection)
        .await?;
        sqlx::query!(
            "delete from territory_commune where territory = $1 and commune <> all($2)",
            territory.code,
            &territory.communes
        )
        .execute(&mut *connection)
        .await?;
        sqlx::query!(
            "insert into territory_commune (territory, commune) select $1, unnest($2::text[]) on conflict do nothing",
            territory.code,
            &territory.communes
        )
        .execute(&mut *connection)
        .await?;
    }
    if withdraw_missing {
        let kept: Vec<String> = territories.iter().map(|territory| territory.code.clone()).collect();
        written.withdrawn = sqlx::query!(
            "update territory set withdrawn_at = $3 where source = $1 and code <> all($2) and withdrawn_at is null",
            source,
            &kept,
            now
        )
        .execute(&mut *connection)
        .await?
        .rows_affected();
    }
    Ok(written)
}
