//! A record leaves the listing that it was joined to: the listing that it founds returns as it was.

use maille_domain::{ListingId, Reach};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Touched, end, members, regroup};
use crate::listing::Cause;
use crate::{Error, Store};

impl Store {
    /// Parts a record from the others of its listing: the decisions that joined it to them are taken back, whole; where what
    /// is alike would still keep it there, it is decided that it is none of the others. Returns false when it does not speak
    /// for this listing any more.
    ///
    /// # Errors
    /// [`Error::UnknownListing`]; [`Error::OneRecord`] for the record that names the listing; [`Error::BeyondReach`] when it, or
    /// what it leaves, is not within reach; [`Error::Busy`] when somebody else writes for too long.
    pub async fn part(
        &self,
        listing: ListingId,
        record: ListingId,
        reach: &Reach,
        cause: &Cause,
    ) -> Result<bool, Error> {
        let mut transaction = self.begin_writing().await?;
        self.take_turn(&mut transaction).await?;
        let parted = write(&mut transaction, listing, record, reach, cause).await;
        let parted = self.named(parted).await?;
        let committed = transaction.commit().await;
        self.named(committed.map_err(Error::from)).await?;
        Ok(parted)
    }
}

async fn write(
    connection: &mut PgConnection,
    listing: ListingId,
    record: ListingId,
    reach: &Reach,
    cause: &Cause,
) -> Result<bool, Error> {
    if listing == record {
        return Err(Error::OneRecord(record.to_string()));
    }
    if !members(connection, listing).await?.contains(&record.0) {
        return Ok(false);
    }
    let joining = sqlx::query_scalar!(
        r#"select distinct decided_pair.decision as "decision!" from decided_pair
           join link as other on other.record = case when decided_pair.a = $1 then decided_pair.b else decided_pair.a end
           where same and (decided_pair.a = $1 or decided_pair.b = $1) and other.listing = $2
             and decided_pair.decision not in (
                 -- What a later word covers holds nothing together, and stays for when that is taken back.
                 select older.decision from decided_pair as older
                 join decided_pair as later on (later.a, later.b) = (older.a, older.b) and not later.same
                 where older.same and later.decision > older.decision)"#,
        record.0,
        listing.0
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut touched = Touched::default();
    for decision in joining {
        end(connection, decision, cause, &mut touched).await?;
    }
    touched.records.insert(record.0);
    regroup(connection, &touched, reach, cause).await?;
    let beside: Vec<Uuid> =
        members(connection, record).await?.into_iter().filter(|other| *other != record.0).collect();
    // Only what still keeps it there is told apart.
    if beside.contains(&listing.0) {
        let decision = sqlx::query_scalar!(
            "insert into match_decision (a, b, same, author, reason, at) values ($1, $2, false, $3, $4, $5) returning id",
            listing.0,
            record.0,
            cause.author,
            cause.reason,
            cause.at
        )
        .fetch_one(&mut *connection)
        .await?;
        sqlx::query!(
            "insert into match_decision_pair (decision, a, b)
             select $1, least(other, $3), greatest(other, $3) from unnest($2::uuid[]) as beside (other)",
            decision,
            &beside,
            record.0
        )
        .execute(&mut *connection)
        .await?;
        touched.records.extend(beside);
        regroup(connection, &touched, reach, cause).await?;
    }
    Ok(true)
}
