//! Answers of the desk sent as a link, which ends by itself. The database keeps the SHA-256 of its secret, the resources that were
//! given, and the call that they were given in: whoever follows the link learns nothing else of that call than the commune.

use chrono::{DateTime, Days, NaiveDate, Utc};
use maille_domain::call::Home;
use maille_domain::hours::time_zone;
use maille_domain::{Desk, ListingId, clock};
use uuid::Uuid;

use crate::secret::Secret;
use crate::{Error, Store};

/// How many days a link opens something after the one on which it was made.
const LASTS: Days = Days::new(7);

/// What a link leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// The answer.
    Open(CallLink),
    /// Nothing any more.
    Over,
}

/// An answer that was sent as a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallLink {
    /// The resources that were given, in their order.
    pub listings: Vec<ListingId>,
    /// The commune where the person lives, by its COG code, when it is known.
    pub commune: Option<String>,
    /// The territory whose desk answered.
    pub territory: Option<String>,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// The last day on which it opens something.
    pub last_day: NaiveDate,
}

impl Store {
    /// Makes a link to these resources, the answer to a call; its secret, for whoever is answered, and its last day.
    ///
    /// # Errors
    /// [`Error::UnknownCall`], also when it is another desk's.
    pub async fn make_call_link(
        &self,
        call: Uuid,
        listings: &[ListingId],
        desk: &Desk,
        now: DateTime<Utc>,
    ) -> Result<(Secret, NaiveDate), Error> {
        let secret = Secret::random()?;
        let last_day = day(now) + LASTS;
        let expires_at = clock::end_of(last_day).expect("the calendar goes on for more than a week");
        let listings: Vec<Uuid> = listings.iter().map(|listing| listing.0).collect();
        self.writing(async {
            let mut transaction = self.begin_writing().await?;
            let known = sqlx::query!("select territory, home from call where id = $1", call)
                .fetch_optional(&mut *transaction)
                .await?;
            let known = known.filter(|call| desk.sees(call.territory.as_deref()));
            let home = known.ok_or(Error::UnknownCall(call))?.home;
            let commune = match home.as_deref().map(str::parse) {
                Some(Ok(Home::Commune(code))) => Some(code),
                _ => None,
            };
            sqlx::query!(
                "insert into call_link (secret, call, listings, commune, made_at, expires_at) values ($1, $2, $3, $4, $5, $6)",
                secret.hash(),
                call,
                &listings,
                commune,
                now,
                expires_at
            )
            .execute(&mut *transaction)
            .await?;
            transaction.commit().await?;
            Ok((secret, last_day))
        })
        .await
    }

    /// What this secret leads to; none when nobody made it.
    pub async fn call_link(&self, secret: &Secret, now: DateTime<Utc>) -> Result<Option<Opened>, Error> {
        let found = sqlx::query!(
            "select call_link.listings, call_link.commune, call.territory, call_link.made_at, call_link.expires_at
             from call_link join call on call.id = call_link.call where call_link.secret = $1",
            secret.hash()
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(found.map(|found| {
            if found.expires_at <= now {
                return Opened::Over;
            }
            Opened::Open(CallLink {
                listings: found.listings.into_iter().map(ListingId).collect(),
                commune: found.commune,
                territory: found.territory,
                made_at: found.made_at,
                // It ends as a day is over: the one before is the last.
                last_day: day(found.expires_at) - Days::new(1),
            })
        }))
    }
}

fn day(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&time_zone(None)).date_naive()
}
