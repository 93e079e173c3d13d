//! Listings as everyone reads them: by id, by any name that leads to them, or all of them in order.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use maille_domain::field::{Field, Values};
use maille_domain::listing::{Provenance, Said};
use maille_domain::{Check, Fields, Listing, ListingId, Presence};
use serde_json::Value;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::{Error, Store};

impl Store {
    /// The listing of this id, withdrawn or not; or the one that it was found to be the same as.
    pub async fn listing(&self, id: ListingId) -> Result<Option<Listing>, Error> {
        let mut connection = self.pool.acquire().await?;
        let listing = sqlx::query_scalar!("select listing from link where record = $1", id.0)
            .fetch_optional(&mut *connection)
            .await?;
        match listing {
            Some(listing) => Ok(read(&mut connection, &[listing]).await?.pop()),
            None => Ok(None),
        }
    }

    /// The listing that somebody names: by its id, its slug or a former one, a source's identifier (`emg-1`), or `source:emg-1`.
    ///
    /// # Errors
    /// [`Error::SeveralListings`] when it is the name of several. What names one thing in the directory (its id, a slug,
    /// `source:emg-1`) comes before what names one in a source.
    pub async fn find_listing(&self, name: &str) -> Result<Option<ListingId>, Error> {
        self.find(name, Named::Listing).await
    }

    /// The record that somebody names, by the same names: a listing's is the one that founded it. As the id of the listing that
    /// it founds, be that merged into another.
    ///
    /// # Errors
    /// As [`find_listing`](Store::find_listing).
    pub async fn find_record(&self, name: &str) -> Result<Option<ListingId>, Error> {
        self.find(name, Named::Record).await
    }

    async fn find(&self, name: &str, wanted: Named) -> Result<Option<ListingId>, Error> {
        let ids = sqlx::query_scalar!(
            r#"with named as (
                   select id, true as exact from listing where id::text = $1 or slug = $1
                   union all select listing, true from former_slug where slug = $1
                   union all select record, source || ':' || source_id = $1 from link
                       where source_id = $1 or source || ':' || source_id = $1
               )
               select distinct case when $2 then link.listing else link.record end as "id!"
               from named join link on link.record = named.id
               where named.exact = (select bool_or(exact) from named) limit 2"#,
            name,
            wanted == Named::Listing
        )
        .fetch_all(&self.pool)
        .await?;
        match ids[..] {
            [] => Ok(None),
            [only] => Ok(Some(ListingId(only))),
            _ => Err(Error::SeveralListings(name.to_owned())),
        }
    }
}

/// What a name is to lead to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    Listing,
    Record,
}

/// Reads listings by id, those that exist and are not merged into another, by id.
pub(crate) async fn read(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Listing>, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id!", slug as "slug!", former_slugs, fields as "fields!: Json<Values>",
                  provenance as "provenance!: Json<BTreeMap<Field, Provenance>>", sources, withdrawn_at,
                  others as "others: Json<BTreeMap<Field, Vec<Said>>>", merged, twin, presence,
                  checks as "checks: Json<Vec<Check>>"
           from listing_document where id = any($1) order by id"#,
        ids
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(document).collect()
}

/// Reads the `most` listings that follow `after`, in the order of their ids.
pub(crate) async fn read_after(
    connection: &mut PgConnection,
    after: Uuid,
    most: i64,
) -> Result<Vec<Listing>, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id!", slug as "slug!", former_slugs, fields as "fields!: Json<Values>",
                  provenance as "provenance!: Json<BTreeMap<Field, Provenance>>", sources, withdrawn_at,
                  others as "others: Json<BTreeMap<Field, Vec<Said>>>", merged, twin, presence,
                  checks as "checks: Json<Vec<Check>>"
           from listing_document where id > $1 order by id limit $2"#,
        after,
        most
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(document).collect()
}

/// A row of `listing_document`.
struct Row {
    id: Uuid,
    slug: String,
    former_slugs: Option<Vec<String>>,
    fields: Json<Values>,
    provenance: Json<BTreeMap<Field, Provenance>>,
    sources: Option<Value>,
    withdrawn_at: Option<DateTime<Utc>>,
    others: Option<Json<BTreeMap<Field, Vec<Said>>>>,
    merged: Option<Vec<Uuid>>,
    twin: Option<Uuid>,
    presence: Option<String>,
    checks: Option<Json<Vec<Check>>>,
}

/// Puts a row of `listing_document` together.
fn document(row: Row) -> Result<Listing, Error> {
    let found =
        |found: String| Error::Inconsistent { table: "listing_document", row: row.id.to_string(), found };
    let inconsistent = |error: serde_json::Error| found(error.to_string());
    let presence = row.presence.map(|presence| presence.parse::<Presence>());
    Ok(Listing {
        id: ListingId(row.id),
        slug: row.slug,
        former_slugs: row.former_slugs.unwrap_or_default(),
        fields: Fields::from_values(row.fields.0).map_err(inconsistent)?,
        provenance: row.provenance.0,
        sources: row
            .sources
            .map(serde_json::from_value)
            .transpose()
            .map_err(inconsistent)?
            .unwrap_or_default(),
        withdrawn_at: row.withdrawn_at,
        others: row.others.map(|others| others.0).unwrap_or_default(),
        merged: row.merged.unwrap_or_default().into_iter().map(ListingId).collect(),
        twin: row.twin.map(ListingId),
        presence: presence.transpose().map_err(|error| found(error.to_string()))?,
        checks: row.checks.map(|checks| checks.0).unwrap_or_default(),
    })
}
