//! The history of a listing: who changed what, when, why. Written by `listing.rs`, with each change.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use maille_domain::{Field, ListingId};
use serde_json::Value;
use sqlx::types::Json;

use crate::{Error, Store};

/// One change of a listing, or of one that was merged into it.
#[derive(Debug, Clone, PartialEq)]
pub struct Revision {
    /// The listing that changed.
    pub listing: ListingId,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub author: String,
    /// Why.
    pub reason: String,
    /// The import that did it, if one did.
    pub run: Option<i64>,
    /// The fields that changed, as they were; none had a value before the first revision.
    pub before: BTreeMap<Field, Value>,
    /// The same, as they became; absent when emptied.
    pub after: BTreeMap<Field, Value>,
    /// The records that left the listing, as `source:id`.
    pub parted: Vec<String>,
    /// The records that came to it.
    pub joined: Vec<String>,
    /// When no source knew it any more, before and after.
    pub withdrawn: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
}

/// What a revision holds of one side: fields by name, and besides them `records` and `withdrawn_at`.
#[derive(Debug, Default, serde::Deserialize)]
struct Part {
    #[serde(default)]
    records: Vec<String>,
    #[serde(default)]
    withdrawn_at: Option<DateTime<Utc>>,
    #[serde(flatten)]
    fields: BTreeMap<Field, Value>,
}

impl Store {
    /// The changes of a listing and of those merged into it, the latest first.
    pub async fn history(&self, listing: ListingId) -> Result<Vec<Revision>, Error> {
        let rows = sqlx::query!(
            r#"select revision.id, revision.listing, at, author, reason, run,
                      before as "before: Json<Part>", after as "after: Json<Part>"
               from link as named
               join link as together on together.listing = named.listing
               join revision on revision.listing = together.record
               where named.record = $1
               order by at desc, revision.id desc"#,
            listing.0
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| {
                let (Json(before), Json(after)) = (row.before, row.after);
                Revision {
                    listing: ListingId(row.listing),
                    at: row.at,
                    author: row.author,
                    reason: row.reason,
                    run: row.run,
                    parted: before.records,
                    joined: after.records,
                    withdrawn: (before.withdrawn_at, after.withdrawn_at),
                    before: before.fields,
                    after: after.fields,
                }
            })
            .collect())
    }
}
