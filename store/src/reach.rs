//! How far a right goes, as SQL asks it: `within_reach(listing, communes, areas)`.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use maille_domain::reach::{Reach, Within};
use maille_domain::{ListingId, Territory};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{Error, Store, territory};

/// The arguments of `within_reach`.
#[derive(Debug, Clone)]
pub(crate) struct Bounds {
    /// COG codes; none for everywhere.
    pub communes: Option<Vec<String>>,
    /// Parts of a coverage, written.
    pub areas: Vec<String>,
}

impl From<&Reach> for Bounds {
    fn from(reach: &Reach) -> Bounds {
        match reach {
            Reach::Everywhere => Bounds { communes: None, areas: Vec::new() },
            Reach::Within(Within { communes, areas }) => Bounds {
                communes: Some(communes.iter().cloned().collect()),
                areas: areas.iter().cloned().collect(),
            },
        }
    }
}

impl Store {
    /// Whether a listing, or the one that it was merged into, is within this reach; none when there is no such listing.
    pub async fn is_within(&self, listing: ListingId, reach: &Reach) -> Result<Option<bool>, Error> {
        Ok(found(&mut *self.pool.acquire().await?, &[listing], reach).await?.get(&listing).copied())
    }

    /// Of these listings, or those that they were merged into, which are within a reach; those that do not exist are not told.
    pub async fn within(
        &self,
        listings: &[ListingId],
        reach: &Reach,
    ) -> Result<BTreeMap<ListingId, bool>, Error> {
        found(&mut *self.pool.acquire().await?, listings, reach).await
    }
}

/// Makes sure, in the transaction that writes, that a listing is within this reach.
///
/// # Errors
/// [`Error::UnknownListing`]; [`Error::BeyondReach`].
pub(crate) async fn within(connection: &mut PgConnection, listing: Uuid, reach: &Reach) -> Result<(), Error> {
    let listing = ListingId(listing);
    match found(connection, &[listing], reach).await?.get(&listing) {
        Some(true) => Ok(()),
        Some(false) => Err(Error::BeyondReach),
        None => Err(Error::UnknownListing(listing.to_string())),
    }
}

async fn found(
    connection: &mut PgConnection,
    listings: &[ListingId],
    reach: &Reach,
) -> Result<BTreeMap<ListingId, bool>, Error> {
    let ids: Vec<Uuid> = listings.iter().map(|listing| listing.0).collect();
    let Bounds { communes, areas } = reach.into();
    let rows = sqlx::query!(
        r#"select record, within_reach(listing, $2, $3) as "within!" from link where record = any($1)"#,
        &ids,
        communes.as_deref(),
        &areas
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (ListingId(row.record), row.within)).collect())
}

/// The listings within a reach; none for all.
pub(crate) async fn reached(
    connection: &mut PgConnection,
    reach: &Reach,
) -> Result<Option<Vec<Uuid>>, Error> {
    let Bounds { communes: Some(communes), areas } = reach.into() else { return Ok(None) };
    let own = sqlx::query_scalar!(r#"select listing as "listing!" from reached($1, $2)"#, &communes, &areas);
    Ok(Some(own.fetch_all(connection).await?))
}

/// How far rights go that were given in territories, each found once.
#[derive(Debug, Default)]
pub(crate) struct Reaches {
    territories: Vec<Territory>,
    known: HashMap<String, Reach>,
}

impl Reaches {
    /// Of these territories, all those of the directory.
    pub fn among(territories: Vec<Territory>) -> Reaches {
        Reaches { territories, known: HashMap::new() }
    }

    /// Whether the directory has this territory.
    pub fn has(&self, code: &str) -> bool {
        self.territories.iter().any(|territory| territory.code == code)
    }

    /// The reach of a right that was given in this territory, or in the whole directory.
    pub fn of(&mut self, territory: Option<&str>) -> Reach {
        let Some(code) = territory else { return Reach::Everywhere };
        if let Some(reach) = self.known.get(code) {
            return reach.clone();
        }
        // A territory that was withdrawn since reaches nothing.
        let own: Vec<Territory> =
            self.territories.iter().filter(|territory| territory.code == code).cloned().collect();
        let reach = Reach::of(&own, &self.territories);
        self.known.insert(code.to_owned(), reach.clone());
        reach
    }
}

/// The entry of the feed that tells the last change of a territory.
type LastChange = Option<(i64, DateTime<Utc>)>;
/// Reaches, and the last change that they know of.
type Kept = (LastChange, Arc<Mutex<Reaches>>);

/// How far rights go, kept until a territory changes: every page of the team asks, and every commune of France is looked at.
#[derive(Debug, Clone, Default)]
pub(crate) struct KnownReaches(Arc<Mutex<Option<Kept>>>);

impl KnownReaches {
    /// Those of the territories as they are committed. In a transaction that changes territories, only of a default.
    pub async fn now(&self, connection: &mut PgConnection) -> Result<Arc<Mutex<Reaches>>, Error> {
        // Before the territories: at worst they are newer, and read again next time.
        let last =
            sqlx::query!("select seq, at from feed where entity = 'territory' order by seq desc limit 1")
                .fetch_optional(&mut *connection)
                .await?
                .map(|entry| (entry.seq, entry.at));
        if let Some((of, reaches)) = &*self.0.lock().unwrap_or_else(PoisonError::into_inner)
            && *of == last
        {
            return Ok(Arc::clone(reaches));
        }
        let reaches = Arc::new(Mutex::new(Reaches::among(territory::read_all(connection).await?)));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((last, Arc::clone(&reaches)));
        Ok(reaches)
    }
}
