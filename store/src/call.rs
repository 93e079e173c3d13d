//! Calls to the desk: their sheets, saved as one goes.

mod follow_up;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use maille_domain::call::{
    AgeBand, Answer, Channel, Home, Outcome, Proposed, Requester, Sheet, SheetText, Subject, due, worked,
};
use maille_domain::vocabulary::UnknownCode;
use maille_domain::{Call, Category, Desk, ListingId};
use sqlx::PgConnection;
use uuid::Uuid;

pub use self::follow_up::{Followed, Named, Sift};
use crate::{Error, Store};

/// A writing of a call, as somebody sends it.
#[derive(Debug, Clone, Copy)]
pub struct Sending {
    /// Which call.
    pub call: Uuid,
    /// The version of the sheet that was seen; 0 for one that is being opened.
    pub version: i32,
    /// Names this writing: sent again because its answer was lost, it is taken once.
    pub id: Uuid,
}

/// What happens in a call, beside what its sheet says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A resource is thought of.
    Propose(ListingId),
    /// A resource is given to whoever calls.
    Give(ListingId),
    /// It was not given after all.
    TakeBack(ListingId),
    /// A resource is thought of no more.
    Drop(ListingId),
    /// It waits while another one is answered.
    Park,
    /// It is answered again.
    Resume,
    /// It ends; it needs to say who asked, and what was answered.
    Close,
    /// It goes on after all: nobody has ended it, nor called back.
    Reopen,
    /// It was none: it counts for nothing.
    Discard,
    /// It was one after all.
    Restore,
    /// Whoever called was called back.
    Recall,
    /// A coordinator goes on with it.
    Hand,
    /// The desk goes on with it after all.
    Keep,
    /// Somebody asked what became of a resource that was given; none when they were mistaken.
    Tell(ListingId, Option<Outcome>),
}

impl Step {
    /// Whether it changes what a call that ended counts for.
    const fn recounts(self) -> bool {
        matches!(self, Step::Reopen | Step::Discard | Step::Restore)
    }
}

impl Store {
    /// Writes a call: its sheet as it is now, and what happened, in this order; opens it when nobody knows its id.
    ///
    /// # Errors
    /// [`Error::CallChanged`] when its sheet is not what was seen; [`Error::UnknownCall`], also when it is another desk's;
    /// [`Error::CallUnfinished`]; [`Error::CallPublished`]; [`Error::UnknownListing`]; [`Error::Busy`].
    pub async fn save_call(
        &self,
        sending: Sending,
        sheet: &Sheet,
        steps: &[Step],
        desk: &Desk,
        now: DateTime<Utc>,
    ) -> Result<Call, Error> {
        let id = sending.call;
        self.writing(async {
            let mut transaction = self.begin_writing().await?;
            let territory = desk.territory(sheet.home.as_ref());
            let opened = match sending.version {
                0 => {
                    let opened = sqlx::query!(
                        "insert into call (id, account, territory, opened_at, touched_at, recall_due, version, last_sent)
                         values ($1, $2, $3, $4, $4, $5, 0, $6) on conflict (id) do nothing",
                        id,
                        desk.account.0,
                        territory,
                        now,
                        due(now),
                        sending.id
                    )
                    .execute(&mut *transaction)
                    .await?;
                    opened.rows_affected() > 0
                }
                _ => false,
            };
            let last_sent = sqlx::query_scalar!("select last_sent from call where id = $1 for update", id)
                .fetch_optional(&mut *transaction)
                .await?;
            let before = read(&mut transaction, &[id]).await?.pop();
            let before = before.filter(|call| desk.sees(call.territory.as_deref()));
            let Some(before) = before else { return Err(Error::UnknownCall(id)) };
            if last_sent == Some(sending.id) && !opened {
                return Ok(before);
            }
            if before.version != sending.version {
                return Err(Error::CallChanged(Box::new(before)));
            }
            if before.is_published(now) && (*sheet != before.sheet || steps.iter().any(|step| step.recounts())) {
                return Err(Error::CallPublished);
            }
            let reopens = steps.contains(&Step::Reopen);
            let ended = steps.contains(&Step::Close) || before.closed_at.is_some() && !reopens;
            if ended && (sheet.requester.is_none() || sheet.answer.is_none()) {
                return Err(Error::CallUnfinished);
            }
            // A call goes where the person lives, as far as whoever writes answers there, until it ended.
            let lives_here =
                matches!(sheet.home, Some(Home::Commune(_))) && !desk.is_outside(sheet.home.as_ref());
            let goes = before.is_open() && lives_here;
            let territory = territory.filter(|_| opened || goes).or(before.territory.as_deref());
            write(&mut transaction, &before, sheet, territory, (sending.id, reopens), now).await?;
            for step in steps {
                take(&mut transaction, &before, *step, &desk.name, now).await?;
            }
            settle_answer(&mut transaction, id).await?;
            let after = read(&mut transaction, &[id]).await?.pop().ok_or(Error::UnknownCall(id))?;
            transaction.commit().await?;
            Ok(after)
        })
        .await
    }

    /// A call that this desk sees.
    pub async fn call(&self, id: Uuid, desk: &Desk) -> Result<Option<Call>, Error> {
        let call = read(&mut *self.pool.acquire().await?, &[id]).await?.pop();
        Ok(call.filter(|call| desk.sees(call.territory.as_deref())))
    }

    /// The calls that somebody has under way at their desk, the first opened first.
    pub async fn open_calls(&self, desk: &Desk) -> Result<Vec<Call>, Error> {
        let mut connection = self.pool.acquire().await?;
        let ids = sqlx::query_scalar!(
            "select id from call where account = $1 and closed_at is null and discarded_at is null order by opened_at, id",
            desk.account.0
        )
        .fetch_all(&mut *connection)
        .await?;
        let mut calls = read(&mut connection, &ids).await?;
        // A role that ended leaves its calls to others.
        calls.retain(|call| desk.sees(call.territory.as_deref()));
        Ok(calls)
    }
}

async fn write(
    connection: &mut PgConnection,
    before: &Call,
    sheet: &Sheet,
    territory: Option<&str>,
    (sent, reopens): (Uuid, bool),
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let categories: Vec<String> = sheet.categories.iter().map(|kind| kind.code().to_owned()).collect();
    let by_hand: Vec<String> = sheet.by_hand.iter().map(|part| part.code().to_owned()).collect();
    let worked =
        if before.is_open() { worked(before.parked, before.touched_at, now).num_seconds() } else { 0 };
    sqlx::query!(
        "update call set version = version + 1, touched_at = greatest(touched_at, $2), seconds = seconds + $3, territory = $4, query = $5,
                need = $6, note = $7, categories = $8, home = $9, subject = $10, age_band = $11, requester = $12, channel = $13,
                answer = $14, unmet = $15, recall = $16, by_hand = $17, last_sent = $18,
                recalled_at = case when $19 or $16 and not recall then null else recalled_at end,
                closed_at = case when $19 then null else closed_at end
         where id = $1",
        before.id,
        now,
        i32::try_from(worked).unwrap_or(i32::MAX),
        territory,
        sheet.query.as_str(),
        sheet.need.as_str(),
        sheet.note.as_str(),
        &categories,
        sheet.home.as_ref().map(Home::code),
        sheet.subject.map(Subject::code),
        sheet.age_band.map(AgeBand::code),
        sheet.requester.map(Requester::code),
        sheet.channel.map(Channel::code),
        sheet.answer.map(Answer::code),
        sheet.unmet,
        sheet.recall,
        &by_hand,
        sent,
        reopens
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes a step: done twice, it is done once.
async fn take(
    connection: &mut PgConnection,
    call: &Call,
    step: Step,
    by: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let id = call.id;
    match step {
        Step::Propose(listing) => propose(connection, id, listing, None).await?,
        Step::Give(listing) => propose(connection, id, listing, Some(now)).await?,
        Step::TakeBack(listing) => {
            sqlx::query!(
                "update call_listing set given_at = null where call = $1 and listing = $2 and outcome is null",
                id,
                listing.0
            )
            .execute(connection)
            .await?;
        }
        Step::Drop(listing) => {
            sqlx::query!(
                "delete from call_listing where call = $1 and listing = $2 and outcome is null",
                id,
                listing.0
            )
            .execute(connection)
            .await?;
        }
        Step::Park => {
            sqlx::query!("update call set parked = true where id = $1", id).execute(connection).await?;
        }
        Step::Resume => {
            sqlx::query!("update call set parked = false where id = $1", id).execute(connection).await?;
        }
        Step::Close => {
            sqlx::query!(
                "update call set parked = false, closed_at = coalesce(closed_at, $2) where id = $1",
                id,
                now
            )
            .execute(connection)
            .await?;
        }
        // Done with the sheet, which may say less than that of a call that ended.
        Step::Reopen => {}
        Step::Discard => {
            sqlx::query!("update call set discarded_at = coalesce(discarded_at, $2) where id = $1", id, now)
                .execute(connection)
                .await?;
        }
        Step::Restore => {
            sqlx::query!("update call set discarded_at = null where id = $1", id).execute(connection).await?;
        }
        Step::Recall => {
            sqlx::query!(
                "update call set recalled_at = coalesce(recalled_at, $2) where id = $1 and recall",
                id,
                now
            )
            .execute(connection)
            .await?;
        }
        Step::Tell(listing, outcome) => {
            sqlx::query!(
                "update call_listing set outcome = $3, outcome_at = case when $3::text is not null then $4::timestamptz end,
                        outcome_by = case when $3::text is not null then $5::text end
                 where call = $1 and listing = $2 and given_at is not null and outcome is distinct from $3",
                id,
                listing.0,
                outcome.map(Outcome::code),
                now,
                by
            )
            .execute(connection)
            .await?;
        }
        Step::Keep => {
            sqlx::query!("update call set handed_at = null where id = $1", id).execute(connection).await?;
        }
        Step::Hand => {
            sqlx::query!("update call set handed_at = coalesce(handed_at, $2) where id = $1", id, now)
                .execute(connection)
                .await?;
        }
    }
    Ok(())
}

/// A request is answered when its call ended, and whoever is to be called back was.
async fn settle_answer(connection: &mut PgConnection, id: Uuid) -> Result<(), Error> {
    sqlx::query!(
        "update call set answered_at = case
             when not recall then closed_at
             when closed_at is not null and recalled_at is not null then greatest(closed_at, recalled_at)
         end
         where id = $1",
        id
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn propose(
    connection: &mut PgConnection,
    call: Uuid,
    listing: ListingId,
    given_at: Option<DateTime<Utc>>,
) -> Result<(), Error> {
    let known = sqlx::query_scalar!("select record from link where record = $1", listing.0)
        .fetch_optional(&mut *connection)
        .await?;
    if known.is_none() {
        return Err(Error::UnknownListing(listing.to_string()));
    }
    sqlx::query!(
        "insert into call_listing (call, listing, position, given_at)
         select $1, $2, coalesce(max(position) + 1, 0), $3 from call_listing where call = $1
         on conflict (call, listing) do update set given_at = coalesce(call_listing.given_at, excluded.given_at)",
        call,
        listing.0,
        given_at
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The calls of these ids, in their order.
pub(crate) async fn read(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Call>, Error> {
    let rows = sqlx::query!(
        r#"select call.id, account.name as by, territory, opened_at, touched_at, seconds, parked, call.closed_at, discarded_at,
                  query, need, note, categories, home, subject, age_band, requester, channel, answer, unmet, recall, by_hand,
                  recall_due, recalled_at, handed_at, answered_at, version
           from unnest($1::uuid[]) with ordinality as asked (id, place)
           join call on call.id = asked.id
           join account on account.id = call.account
           order by asked.place"#,
        ids
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut proposed = proposed(connection, ids).await?;
    let calls = rows.into_iter().map(|row| {
        let id = row.id;
        let categories = row.categories.iter().filter_map(|code| Category::from_code(code));
        let sheet = Sheet {
            query: SheetText::kept(row.query),
            need: SheetText::kept(row.need),
            categories: categories.collect(),
            home: row.home.map(Home::kept),
            subject: known(id, row.subject)?,
            age_band: known(id, row.age_band)?,
            requester: known(id, row.requester)?,
            channel: known(id, row.channel)?,
            answer: known(id, row.answer)?,
            note: SheetText::kept(row.note),
            unmet: row.unmet,
            recall: row.recall,
            by_hand: row
                .by_hand
                .into_iter()
                .map(|code| known(id, Some(code)))
                .filter_map(Result::transpose)
                .collect::<Result<_, _>>()?,
        };
        Ok(Call {
            id,
            by: row.by,
            territory: row.territory,
            opened_at: row.opened_at,
            touched_at: row.touched_at,
            seconds: u32::try_from(row.seconds).unwrap_or_default(),
            parked: row.parked,
            closed_at: row.closed_at,
            discarded_at: row.discarded_at,
            recall_due: sheet.recall.then_some(row.recall_due),
            sheet,
            proposed: proposed.remove(&id).unwrap_or_default(),
            recalled_at: row.recalled_at,
            handed_at: row.handed_at,
            answered_at: row.answered_at,
            version: row.version,
        })
    });
    calls.collect()
}

async fn proposed(
    connection: &mut PgConnection,
    calls: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Proposed>>, Error> {
    let rows = sqlx::query!(
        "select call, listing, given_at, outcome, outcome_at from call_listing where call = any($1) order by call, position",
        calls
    )
    .fetch_all(connection)
    .await?;
    let mut proposed: HashMap<Uuid, Vec<Proposed>> = HashMap::new();
    for row in rows {
        let outcome: Option<Outcome> = known(row.call, row.outcome)?;
        proposed.entry(row.call).or_default().push(Proposed {
            listing: ListingId(row.listing),
            given_at: row.given_at,
            outcome: outcome.zip(row.outcome_at),
        });
    }
    Ok(proposed)
}

fn known<T: std::str::FromStr<Err = UnknownCode>>(
    call: Uuid,
    code: Option<String>,
) -> Result<Option<T>, Error> {
    code.map(|code| code.parse()).transpose().map_err(|error: UnknownCode| Error::Inconsistent {
        table: "call",
        row: call.to_string(),
        found: error.to_string(),
    })
}
