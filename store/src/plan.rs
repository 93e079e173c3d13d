//! How Postgres is to look things up where a transaction goes through much by small pieces.

use sqlx::PgConnection;

use crate::Error;

/// Tells a transaction that it reads by key and nothing else. Told so, plans stay right however the tables grow while it goes
/// on, and are made once: those of the foreign keys too, which are checked a million times. (Where a key has two columns, a plan
/// made of an empty table would read all of a source to find some: there, each is sought by itself, with `limit 1`.) A piece is
/// worked on in memory.
pub(crate) async fn by_key(connection: &mut PgConnection) -> Result<(), Error> {
    sqlx::query!(
        "select set_config(name, value, true) from (values
             ('enable_seqscan', 'off'), ('enable_hashjoin', 'off'), ('enable_mergejoin', 'off'), ('jit', 'off'),
             ('work_mem', '64MB')) as setting (name, value)"
    )
    .fetch_all(connection)
    .await?;
    Ok(())
}

/// Tells a transaction to plan each of its queries for the very values it is given: those that are asked of the whole directory, or of
/// one territory, have little in common.
pub(crate) async fn for_these_values(connection: &mut PgConnection) -> Result<(), Error> {
    sqlx::query!(
        "select set_config(name, value, true) from (values
             ('plan_cache_mode', 'force_custom_plan'), ('jit', 'off')) as setting (name, value)"
    )
    .fetch_all(connection)
    .await?;
    Ok(())
}
