//! Revisions: what changed of a listing, when, by whom, why. Written by `listing.rs`, with each change.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use maille_domain::{Check, Field, ListingId, Presence};
use serde_json::Value;
use sqlx::PgConnection;
use sqlx::types::Json;

use crate::{Error, Store};

/// One change of a listing, or of one that was merged into it.
#[derive(Debug, Clone, PartialEq)]
pub struct Revision {
    /// Its number.
    pub id: i64,
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
    /// What a person decided of its being there, before and after.
    pub presence: (Option<Presence>, Option<Presence>),
    /// Its checks by people, before and after; both empty when they did not change.
    pub checks: (Vec<Check>, Vec<Check>),
}

impl Revision {
    /// Whether there was no listing before it.
    pub fn is_first(&self) -> bool {
        !self.before.contains_key(&Field::Name) && self.after.contains_key(&Field::Name)
    }

    /// The fields that changed.
    pub fn fields(&self) -> BTreeSet<Field> {
        self.before.keys().chain(self.after.keys()).copied().collect()
    }
}

/// What a revision holds of one side: fields by name, and besides them `records`, `withdrawn_at`,
/// `presence` and `checks`.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Part {
    #[serde(default)]
    records: Vec<String>,
    #[serde(default)]
    withdrawn_at: Option<DateTime<Utc>>,
    #[serde(default)]
    presence: Option<Presence>,
    #[serde(default)]
    checks: Vec<Check>,
    #[serde(flatten)]
    fields: BTreeMap<Field, Value>,
}

/// A row of `revision`.
pub(crate) struct Row {
    pub id: i64,
    pub listing: sqlx::types::Uuid,
    pub at: DateTime<Utc>,
    pub author: String,
    pub reason: String,
    pub run: Option<i64>,
    pub before: Json<Part>,
    pub after: Json<Part>,
}

impl From<Row> for Revision {
    fn from(row: Row) -> Revision {
        let (Json(before), Json(after)) = (row.before, row.after);
        Revision {
            id: row.id,
            listing: ListingId(row.listing),
            at: row.at,
            author: row.author,
            reason: row.reason,
            run: row.run,
            parted: before.records,
            joined: after.records,
            withdrawn: (before.withdrawn_at, after.withdrawn_at),
            presence: (before.presence, after.presence),
            checks: (before.checks, after.checks),
            before: before.fields,
            after: after.fields,
        }
    }
}

impl Store {
    /// The changes of a listing and of those merged into it, the latest first.
    pub async fn history(&self, listing: ListingId) -> Result<Vec<Revision>, Error> {
        read(&mut *self.pool.acquire().await?, listing, None).await
    }

    /// One of them.
    pub async fn revision(&self, listing: ListingId, id: i64) -> Result<Option<Revision>, Error> {
        Ok(read(&mut *self.pool.acquire().await?, listing, Some(id)).await?.pop())
    }
}

/// The changes of a listing and of those merged into it, the latest first; or one of them.
pub(crate) async fn read(
    connection: &mut PgConnection,
    listing: ListingId,
    only: Option<i64>,
) -> Result<Vec<Revision>, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"select revision.id, revision.listing, at, author, reason, run,
                  before as "before: Json<Part>", after as "after: Json<Part>"
           from link as named
           join link as together on together.listing = named.listing
           join revision on revision.listing = together.record
           where named.record = $1 and ($2::bigint is null or revision.id = $2)
           order by at desc, revision.id desc"#,
        listing.0,
        only
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(Revision::from).collect())
}
