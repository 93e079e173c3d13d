//! The change feed: what a node follows to keep its index true.
//!
//! Entries are in commit order (see the triggers in the first migration): whoever has read up to an entry has missed
//! nothing before it. Notifications only wake readers; the table is the truth.

use chrono::{DateTime, Utc};
use maille_domain::{FeedPosition, Listing, ListingId, Territory};
use sqlx::postgres::PgListener;
use uuid::Uuid;

use crate::document::{read, read_after};
use crate::{Error, Store};

/// A change, carrying the state to keep.
#[derive(Debug, Clone)]
pub enum Change {
    /// A listing as it now is.
    Listing(Box<Listing>),
    /// A listing that no longer exists.
    ListingGone(ListingId),
    /// A territory as it now is.
    Territory(Territory),
    /// A territory that no longer exists.
    TerritoryGone(String),
}

/// A piece of the feed, and the position reached with it.
#[derive(Debug, Clone)]
pub struct Batch {
    /// What changed, each thing once, in the order of its last change.
    pub changes: Vec<Change>,
    /// The position after it: ask from here next.
    pub position: FeedPosition,
    /// Whether more was waiting.
    pub more: bool,
}

/// Wakes when something was committed. Wraps the connection that listens.
#[derive(Debug)]
pub struct Wake(PgListener);

impl Wake {
    /// Waits for the next commit that changed something.
    pub async fn wait(&mut self) -> Result<(), Error> {
        self.0.recv().await?;
        Ok(())
    }
}

impl Store {
    /// Listens for commits. Listen first, then read the feed: nothing falls between.
    pub async fn wake(&self) -> Result<Wake, Error> {
        let mut listener = PgListener::connect_with(&self.pool).await?;
        listener.listen("maille_feed").await?;
        Ok(Wake(listener))
    }

    /// The position of the last committed change; 0 before the first.
    pub async fn feed_head(&self) -> Result<i64, Error> {
        Ok(sqlx::query_scalar!(r#"select coalesce(max(seq), 0) as "head!" from feed"#)
            .fetch_one(&self.pool)
            .await?)
    }

    /// Up to `most` entries after a position, as states. Empty when nothing happened since.
    ///
    /// `None` when the feed does not hold the very entry that the reader stands at: it followed another database, or this
    /// one before a backup was restored, or a server that went down with entries its copy never had. Nothing then says
    /// what it missed: it must start again, from a [snapshot](Store::snapshot).
    pub async fn feed_after(&self, position: &FeedPosition, most: i64) -> Result<Option<Batch>, Error> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query!("set transaction isolation level repeatable read, read only")
            .execute(&mut *transaction)
            .await?;
        let mut entries = sqlx::query!(
            "select seq, entity, entity_id, at from feed where seq >= $1 order by seq limit $2::bigint + 1",
            position.cursor,
            most
        )
        .fetch_all(&mut *transaction)
        .await?
        .into_iter()
        .peekable();
        if position.cursor > 0 {
            let known = |mark: &str| mark == position.mark;
            let stands = entries
                .next_if(|entry| entry.seq == position.cursor && known(&mark(&entry.entity_id, entry.at)));
            if stands.is_none() {
                return Ok(None);
            }
        }
        let entries: Vec<_> = entries.take(usize::try_from(most).unwrap_or(usize::MAX)).collect();
        let more = i64::try_from(entries.len()).is_ok_and(|read| read == most);
        let reached = entries.last().map_or_else(
            || position.clone(),
            |entry| FeedPosition { cursor: entry.seq, mark: mark(&entry.entity_id, entry.at) },
        );

        let (mut listings, mut territories): (Vec<Uuid>, Vec<String>) = (Vec::new(), Vec::new());
        for entry in entries {
            match entry.entity.as_str() {
                "listing" => listings.push(entry.entity_id.parse().map_err(|_| Error::Inconsistent {
                    table: "feed",
                    row: entry.seq.to_string(),
                    found: entry.entity_id,
                })?),
                _ => territories.push(entry.entity_id),
            }
        }
        keep_last(&mut listings);
        keep_last(&mut territories);

        let mut changes = Vec::with_capacity(listings.len() + territories.len());
        let mut found: std::collections::HashMap<_, _> =
            crate::territory::read(&mut transaction, &territories)
                .await?
                .into_iter()
                .map(|t| (t.code.clone(), t))
                .collect();
        changes.extend(territories.into_iter().map(|code| match found.remove(&code) {
            Some(territory) => Change::Territory(territory),
            None => Change::TerritoryGone(code),
        }));
        let mut found: std::collections::HashMap<_, _> = read(&mut transaction, &listings)
            .await?
            .into_iter()
            .map(|listing| (listing.id.0, listing))
            .collect();
        changes.extend(listings.into_iter().map(|id| match found.remove(&id) {
            Some(listing) => Change::Listing(Box::new(listing)),
            None => Change::ListingGone(ListingId(id)),
        }));
        transaction.commit().await?;
        Ok(Some(Batch { changes, position: reached, more }))
    }

    /// The whole directory as it stands at one instant, handed over in pieces of `piece` listings, territories first:
    /// to build an index from nothing. Returns the feed's position at that instant.
    ///
    /// # Errors
    /// The database's, or the first that `take` returns.
    pub async fn snapshot<E: From<Error>>(
        &self,
        piece: i64,
        mut take: impl FnMut(Vec<Change>) -> Result<(), E>,
    ) -> Result<FeedPosition, E> {
        let mut transaction = self.pool.begin().await.map_err(Error::from)?;
        sqlx::query!("set transaction isolation level repeatable read, read only")
            .execute(&mut *transaction)
            .await
            .map_err(Error::from)?;
        let last = sqlx::query!("select seq, entity_id, at from feed order by seq desc limit 1")
            .fetch_optional(&mut *transaction)
            .await
            .map_err(Error::from)?;
        let head = last
            .map(|last| FeedPosition { cursor: last.seq, mark: mark(&last.entity_id, last.at) })
            .unwrap_or_default();
        let territories = crate::territory::read_all(&mut transaction).await?;
        take(territories.into_iter().map(Change::Territory).collect())?;
        let mut after = Uuid::nil();
        loop {
            let listings = read_after(&mut transaction, after, piece).await?;
            let Some(last) = listings.last() else { break };
            after = last.id.0;
            take(listings.into_iter().map(|listing| Change::Listing(Box::new(listing))).collect())?;
        }
        transaction.commit().await.map_err(Error::from)?;
        Ok(head)
    }
}

/// The mark of an entry: what changed, and the microsecond of its commit.
fn mark(entity_id: &str, at: DateTime<Utc>) -> String {
    format!("{}-{entity_id}", at.timestamp_micros())
}

/// Each value once, where it was last.
fn keep_last<T: Clone + Eq + std::hash::Hash>(values: &mut Vec<T>) {
    let mut seen = std::collections::HashSet::new();
    values.reverse();
    values.retain(|value| seen.insert(value.clone()));
    values.reverse();
}
