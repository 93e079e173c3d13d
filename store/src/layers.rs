//! The two layers that a listing comes of: what sources say, and what people decided.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use maille_domain::field::{Field, Values};
use maille_domain::resolve::{Curated, Record};
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::Error;

/// What every source says of these listings.
pub(crate) async fn records_of(
    connection: &mut PgConnection,
    ids: &[Uuid],
) -> Result<BTreeMap<Uuid, Vec<Record>>, Error> {
    let rows = sqlx::query!(
        r#"select link.listing, source_record.source, source.format, source_record.source_id,
                  source_record."values" as "values: Json<Values>", source_record.since as "since: Json<BTreeMap<Field, DateTime<Utc>>>",
                  last_seen(source_record.last_seen, source_record.seen_alone, source.seen_at) as "last_seen!",
                  coalesce(source_record.withdrawn_at, source.dropped_at) as withdrawn_at
           from link
           join source_record on source_record.source = link.source and source_record.source_id = link.source_id
           join source on source.name = link.source
           where link.listing = any($1)"#,
        ids
    )
    .fetch_all(connection)
    .await?;
    let mut records: BTreeMap<Uuid, Vec<Record>> = BTreeMap::new();
    for row in rows {
        records.entry(row.listing).or_default().push(Record {
            source: row.source,
            format: row.format,
            source_id: row.source_id,
            values: row.values.0,
            since: row.since.0,
            last_seen: row.last_seen,
            withdrawn_at: row.withdrawn_at,
        });
    }
    Ok(records)
}

/// All that people decided of these listings and of those merged into them, and that stands; listings of which nobody decided
/// anything are absent.
pub(crate) async fn curated(
    connection: &mut PgConnection,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Curated>, Error> {
    let mut curated: HashMap<Uuid, Curated> = HashMap::new();
    for (listing, overrides) in crate::overrides::standing(connection, ids).await? {
        curated.entry(listing).or_default().overrides = overrides;
    }
    for (listing, decision) in crate::presence::standing(connection, ids).await? {
        curated.entry(listing).or_default().presence.push(decision);
    }
    for (listing, made) in crate::verification::standing(connection, ids).await? {
        curated.entry(listing).or_default().checks.push(made);
    }
    Ok(curated)
}

/// What the records of one listing say, and what people decided of it.
pub(crate) async fn layers(connection: &mut PgConnection, id: Uuid) -> Result<(Vec<Record>, Curated), Error> {
    let records = records_of(connection, &[id]).await?.remove(&id).unwrap_or_default();
    let curated = curated(connection, &[id]).await?.remove(&id).unwrap_or_default();
    Ok((records, curated))
}
