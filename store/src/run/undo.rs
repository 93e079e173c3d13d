//! A run that is undone: each record that it wrote says again what it said before, and those that it brought are silent.
//!
//! A run keeps what it replaces as it goes (`run_replaced`), so that nothing is lost of what earlier runs read. Only the last
//! run of its source can be undone: what a later one wrote stands over it. What people decided stays.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use maille_domain::Reach;
use maille_domain::field::Values;
use maille_domain::matching::Traits;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::listing::{Cause, PIECE, Twins, resolve_again, touch};
use crate::reach::Bounds;
use crate::{Error, Store, matching, plan};

/// How long what runs replaced is kept.
const KEPT_FOR: TimeDelta = TimeDelta::days(180);

/// Why a run cannot be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Hindrance {
    /// It was.
    #[error("il l’est déjà")]
    Undone,
    /// What it replaced is not there.
    #[error(
        "ce qu’il a remplacé n’est pas gardé : il a plus de six mois, date d’une version antérieure, ou a changé des territoires"
    )]
    NotKept,
    /// A later run of its source stands over it.
    #[error("l’import n° {0} de la même source l’a suivi : annulez d’abord celui-là")]
    FollowedBy(i64),
}

/// The listings that a run touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Touched {
    /// Those within a reach.
    pub within: i64,
    /// The others.
    pub outside: i64,
}

impl Store {
    /// Why this run cannot be undone, if it cannot.
    pub async fn hindrance(&self, run: i64) -> Result<Option<Hindrance>, Error> {
        hindrance(&mut *self.pool.acquire().await?, run).await
    }

    /// How many listings this run touched, within a reach and outside of it.
    pub async fn touched(&self, run: i64, reach: &Reach) -> Result<Touched, Error> {
        touched(&mut *self.pool.acquire().await?, run, reach).await
    }

    /// Undoes a run: what its source said before it is said again. Returns how many records that is.
    ///
    /// # Errors
    /// [`Error::UnknownRun`]; [`Error::CannotUndo`]; [`Error::OutOfReach`] when a listing that it touched is not within this
    /// reach, or would not be; [`Error::ImportUnderWay`]; [`Error::Busy`].
    pub async fn undo_run(&self, run: i64, reach: &Reach, cause: &Cause) -> Result<u64, Error> {
        let source = sqlx::query_scalar!("select source from run where id = $1", run)
            .fetch_optional(&self.pool)
            .await?
            .ok_or(Error::UnknownRun(run))?;
        let mut transaction = self.begin_writing().await?;
        super::lock_source(&mut transaction, &source).await?;
        self.take_turn(&mut transaction).await?;
        let undone = undo(&mut transaction, run, &source, reach, cause).await;
        let records = self.named(undone).await?;
        let committed = transaction.commit().await;
        self.named(committed.map_err(Error::from)).await?;
        Ok(records)
    }
}

/// Keeps records of the source as they are, before the run writes them; what the run itself wrote is not what was before it.
pub(super) async fn keep(
    connection: &mut PgConnection,
    source: &str,
    run: i64,
    source_ids: &[String],
) -> Result<(), Error> {
    if source_ids.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        r#"insert into run_replaced
               (run, source, source_id, payload, "values", since, hash, region, restricted, profile, last_seen, withdrawn_at, undone)
           select $1, $2, record.source_id, payload, "values", since, hash, region, restricted, profile,
                  last_seen(last_seen, seen_alone, source.seen_at), withdrawn_at, undone
           from unnest($3::text[]) as sought (id)
           cross join lateral (
               select * from source_record where source = $2 and source_id = sought.id limit 1) as record
           join source on source.name = $2
           where first_run is distinct from $1
           on conflict (run, source_id) do nothing"#,
        run,
        source,
        source_ids
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets what runs of the source replaced too long ago.
pub(super) async fn forget(
    connection: &mut PgConnection,
    source: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let old = sqlx::query_scalar!(
        "update run set undoable = false where source = $1 and undoable and finished_at < $2 returning id",
        source,
        now - KEPT_FOR
    )
    .fetch_all(&mut *connection)
    .await?;
    for run in old {
        sqlx::query!("delete from run_replaced where run = $1", run).execute(&mut *connection).await?;
    }
    Ok(())
}

async fn hindrance(connection: &mut PgConnection, run: i64) -> Result<Option<Hindrance>, Error> {
    let known = sqlx::query!(
        r#"select undone_at is not null as "undone!", undoable,
                  (select max(later.id) from run as later
                   where later.source = run.source and later.id > run.id and later.undone_at is null) as followed_by
           from run where id = $1"#,
        run
    )
    .fetch_optional(connection)
    .await?
    .ok_or(Error::UnknownRun(run))?;
    Ok(match known.followed_by {
        _ if known.undone => Some(Hindrance::Undone),
        _ if !known.undoable => Some(Hindrance::NotKept),
        Some(later) => Some(Hindrance::FollowedBy(later)),
        None => None,
    })
}

async fn touched(connection: &mut PgConnection, run: i64, reach: &Reach) -> Result<Touched, Error> {
    let Bounds { communes, areas } = reach.into();
    let counted = sqlx::query!(
        r#"select count(*) as "all!", count(*) filter (where within_reach(listing, $2, $3)) as "within!"
           from (
               select link.listing from run_replaced as kept
               join link on link.source = kept.source and link.source_id = kept.source_id where kept.run = $1
               union
               select link.listing from source_record as record
               join link on link.source = record.source and link.source_id = record.source_id where first_run = $1
               union
               select link.listing from revision join link on link.record = revision.listing where revision.run = $1
           ) as touched"#,
        run,
        communes.as_deref(),
        &areas
    )
    .fetch_one(connection)
    .await?;
    Ok(Touched { within: counted.within, outside: counted.all - counted.within })
}

async fn keep_within(connection: &mut PgConnection, run: i64, reach: &Reach) -> Result<(), Error> {
    match touched(connection, run, reach).await?.outside {
        0 => Ok(()),
        outside => Err(Error::OutOfReach { outside }),
    }
}

async fn undo(
    connection: &mut PgConnection,
    run: i64,
    source: &str,
    reach: &Reach,
    cause: &Cause,
) -> Result<u64, Error> {
    if let Some(why) = hindrance(connection, run).await? {
        return Err(Error::CannotUndo { run, why });
    }
    keep_within(connection, run, reach).await?;
    plan::by_key(connection).await?;
    let told = Cause { reason: format!("import n° {run} annulé : {}", cause.reason), ..cause.clone() };
    matching::keep_up(connection, &told).await?;
    let records: Vec<String> = sqlx::query_scalar!(
        r#"select source_id as "id!" from run_replaced where run = $1
           union select source_id from source_record where first_run = $1 order by 1"#,
        run
    )
    .fetch_all(&mut *connection)
    .await?;
    for piece in records.chunks(PIECE) {
        put_back(connection, run, source, piece, &told).await?;
    }
    speak_in_turn_again(connection, run, source, &told).await?;
    // What it moved to another territory came from there.
    keep_within(connection, run, reach).await?;
    sqlx::query!(
        "update run set undone_at = $2, undone_by = $3, undone_reason = $4 where id = $1",
        run,
        cause.at,
        cause.author,
        cause.reason
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!("delete from run_replaced where run = $1", run).execute(connection).await?;
    Ok(records.len() as u64)
}

/// Gives these records of a run back what they said before it, and their listings what follows.
async fn put_back(
    connection: &mut PgConnection,
    run: i64,
    source: &str,
    source_ids: &[String],
    cause: &Cause,
) -> Result<(), Error> {
    let rows = sqlx::query!(
        r#"select record.source_id, link.record, record."values" as "values: Json<Values>", record.withdrawn_at is null as "speaks!",
                  kept."values" as "kept?: Json<Values>", kept.withdrawn_at is null as "spoke!",
                  coalesce(kept.undone, true) as "void!"
           from unnest($3::text[]) as sought (id)
           cross join lateral (
               select * from source_record where source = $2 and source_id = sought.id limit 1) as record
           cross join lateral (select * from link where source = $2 and source_id = sought.id limit 1) as link
           left join lateral (select * from run_replaced where run = $1 and source_id = sought.id limit 1) as kept on true"#,
        run,
        source,
        source_ids
    )
    .fetch_all(&mut *connection)
    .await?;
    let (mut changed, mut moved, mut brought, mut records) = (vec![], vec![], vec![], vec![]);
    for row in rows {
        let kept = row.kept.map(|kept| kept.0);
        if kept.is_none() {
            brought.push(row.source_id);
        }
        if row.speaks != (kept.is_some() && row.spoke) {
            moved.push(row.record);
        }
        let traits = Traits::of(&kept.filter(|_| !row.void).unwrap_or_default());
        if row.void || traits != Traits::of(&row.values.0) {
            changed.push(matching::Changed { record: row.record, traits });
        }
        records.push(row.record);
    }
    sqlx::query!(
        r#"update source_record set
               payload = kept.payload, "values" = kept."values", since = kept.since, hash = kept.hash, region = kept.region,
               restricted = kept.restricted, profile = kept.profile, last_seen = kept.last_seen, seen_alone = true,
               withdrawn_at = kept.withdrawn_at, undone = kept.undone
           from unnest($3::text[]) as sought (id)
           cross join lateral (select * from run_replaced where run = $1 and source_id = sought.id limit 1) as kept
           where source_record.source = $2 and source_record.source_id = sought.id"#,
        run,
        source,
        source_ids
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "update source_record set
             withdrawn_at = $3, last_seen = last_seen(last_seen, seen_alone, source.seen_at), seen_alone = true, undone = true
         from source
         where source.name = $1 and source_record.source = $1 and source_id = any($2)",
        source,
        &brought,
        cause.at
    )
    .execute(&mut *connection)
    .await?;
    let regrouped = matching::take(connection, &changed, &moved).await?;
    let own = sqlx::query_scalar!("select distinct listing from link where record = any($1)", &records)
        .fetch_all(&mut *connection)
        .await?;
    let listings: BTreeSet<Uuid> = regrouped.listings.iter().chain(&own).copied().collect();
    resolve_again(connection, &listings, &regrouped.twins, cause).await?;
    touch(connection, &own, cause.at).await?;
    regrouped.note(connection, cause).await
}

/// A source that the run read in another format speaks again in the turn of the former one.
async fn speak_in_turn_again(
    connection: &mut PgConnection,
    run: i64,
    source: &str,
    cause: &Cause,
) -> Result<(), Error> {
    let noted = sqlx::query!(
        "update source set format = run.format_before from run
         where run.id = $1 and source.name = $2 and run.format_before is not null",
        run,
        source
    )
    .execute(&mut *connection)
    .await?;
    if noted.rows_affected() == 0 {
        return Ok(());
    }
    let shared = super::shared(connection, source).await?;
    resolve_again(connection, &shared, &Twins::new(), cause).await
}
