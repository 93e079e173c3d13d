//! When each record was last seen in its source.
//!
//! A source shows the same hundred thousand records at every run. That is noted once, on the source (`seen_at`), for all the
//! records that are not withdrawn; the exceptions bear a mark (`seen_alone`) and their own date. The function `last_seen`
//! of the database puts both together, and is the only way to read the date.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::Error;

/// Notes at the end of a run that `unchanged` were seen as they are, besides what the run wrote. Costs as many rows as the
/// source has exceptions, or as were seen, whichever are fewer.
pub(crate) async fn note(
    connection: &mut PgConnection,
    source: &str,
    unchanged: &[String],
    at: DateTime<Utc>,
) -> Result<(), Error> {
    if unchanged.is_empty() {
        return Ok(());
    }
    let to_see = sqlx::query_scalar!(
        r#"select count(*) as "to_see!" from source_record
           where source = $1 and withdrawn_at is null and last_seen < $2"#,
        source,
        at
    )
    .fetch_one(&mut *connection)
    .await?;
    let seen = i64::try_from(unchanged.len()).unwrap_or(i64::MAX);
    if to_see - seen > seen {
        sqlx::query!(
            "update source_record set last_seen = $2 where source = $1 and source_id = any($3)",
            source,
            at,
            unchanged
        )
        .execute(connection)
        .await?;
        return Ok(());
    }
    // Whoever was an exception and is seen no longer is; whoever was none and is not seen becomes one.
    sqlx::query!(
        "update source_record set
             last_seen = case when seen_alone then $2 else greatest(last_seen, source.seen_at) end,
             seen_alone = not seen_alone
         from source
         where source.name = $1 and source_record.source = $1 and withdrawn_at is null and last_seen < $2
             and seen_alone = (source_id = any($3))",
        source,
        at,
        unchanged
    )
    // A plan made for these very records looks each up in a table of hashes; one for any records would go through them.
    .persistent(false)
    .execute(&mut *connection)
    .await?;
    sqlx::query!("update source set seen_at = greatest(seen_at, $2) where name = $1", source, at)
        .execute(connection)
        .await?;
    Ok(())
}
