//! Sources and their precedence.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::Error;

/// Ranks of sources whose name begins so; the lowest speaks first. A facilitator's own file before the ROR, before
/// FINESS (proposal at the end of the data formats page); anything else in between.
const RANKS: &[(&str, i32)] = &[
    ("csv", 10),
    ("demo", 10),
    ("ror", 20),
    ("lannuaire", 30),
    ("data-inclusion", 40),
    ("soliguide", 50),
    ("finess", 60),
];
const RANK_OF_OTHERS: i32 = 10;

/// Makes the source known, if it is not. Returns its rank.
pub(crate) async fn ensure(
    connection: &mut PgConnection,
    name: &str,
    now: DateTime<Utc>,
) -> Result<i32, Error> {
    let rank =
        RANKS.iter().find(|(prefix, _)| name.starts_with(prefix)).map_or(RANK_OF_OTHERS, |(_, rank)| *rank);
    sqlx::query!(
        "insert into source (name, rank, created_at) values ($1, $2, $3) on conflict (name) do nothing",
        name,
        rank,
        now
    )
    .execute(&mut *connection)
    .await?;
    Ok(sqlx::query_scalar!("select rank from source where name = $1", name).fetch_one(connection).await?)
}
