//! Slugs: which listing an address leads to. One that a listing had once leads to it for ever, and is never given to another.
//!
//! Slugs are given one writer at a time: by the import that has the turn, or by an edit while nobody imports. An edit beside an
//! import cannot see what the import takes; it takes a slug that nobody else can want, which holds its own id.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::Error;

/// A slug that a listing would like.
pub(crate) struct Wish {
    pub id: Uuid,
    pub slug: String,
    /// The one it has.
    pub now: Option<String>,
}

/// Who has or had a slug.
#[derive(Clone, Copy)]
struct Owner {
    listing: Uuid,
    /// The listing that it is, or was merged into.
    leads_to: Uuid,
}

/// A listing that left a slug for another.
pub(crate) struct Move<'a> {
    pub id: Uuid,
    pub from: &'a str,
    pub to: &'a str,
}

/// Gives each listing the slug it would like, or, where another has it or had it, one that ends with the beginning of its id. Where
/// that other was merged into it, it keeps the one it has: both lead to it.
pub(crate) async fn give(
    connection: &mut PgConnection,
    wishes: Vec<Wish>,
) -> Result<HashMap<Uuid, String>, Error> {
    let mut given = HashMap::new();
    if wishes.is_empty() {
        return Ok(given);
    }
    let alone =
        sqlx::query_scalar!(r#"select pg_try_advisory_xact_lock(hashtext('maille.turn'), 0) as "alone!""#)
            .fetch_one(&mut *connection)
            .await?;
    let mut owners = owners(connection, wishes.iter().map(|wish| wish.slug.clone()).collect()).await?;
    let mut refused = Vec::new();
    for Wish { id, slug, now } in wishes {
        match (owners.get(&slug), now) {
            (None, _) if alone => {
                owners.insert(slug.clone(), Owner { listing: id, leads_to: id });
                given.insert(id, slug);
            }
            (Some(owner), _) if owner.listing == id => _ = given.insert(id, slug),
            (Some(owner), Some(now)) if owner.leads_to == id => _ = given.insert(id, now),
            (_, now) => refused.push(Wish { id, slug, now }),
        }
    }
    if refused.is_empty() {
        return Ok(given);
    }
    let own = |Wish { id, slug, .. }: &Wish, digits: usize| {
        format!("{slug}-{}", &id.simple().to_string()[..digits])
    };
    let owners = self::owners(connection, refused.iter().map(|wish| own(wish, SHORT)).collect()).await?;
    for wish in refused {
        let short = own(&wish, SHORT);
        let free = owners.get(&short).is_none_or(|owner| owner.listing == wish.id);
        given.insert(wish.id, if free { short } else { own(&wish, WHOLE) });
    }
    Ok(given)
}

/// How many digits of an id tell two listings of one name apart, unless somebody named another so.
const SHORT: usize = 8;
/// All of them.
const WHOLE: usize = 32;

/// Who has or had these slugs.
async fn owners(connection: &mut PgConnection, slugs: Vec<String>) -> Result<HashMap<String, Owner>, Error> {
    let rows = sqlx::query!(
        r#"select owned.slug as "slug!", owned.listing as "listing!", link.listing as leads_to
           from (
               select slug, id as listing from listing where slug = any($1)
               union all select slug, listing from former_slug where slug = any($1)
           ) as owned
           join link on link.record = owned.listing"#,
        &slugs
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.slug, Owner { listing: row.listing, leads_to: row.leads_to }))
        .collect())
}

/// Keeps the slugs that listings left; one that is taken back is no longer a former one.
pub(crate) async fn keep_former(
    connection: &mut PgConnection,
    moves: &[Move<'_>],
    at: DateTime<Utc>,
) -> Result<(), Error> {
    if moves.is_empty() {
        return Ok(());
    }
    let column = |of: for<'a> fn(&Move<'a>) -> &'a str| -> Vec<String> {
        moves.iter().map(|moved| of(moved).to_owned()).collect()
    };
    sqlx::query!("delete from former_slug where slug = any($1)", &column(|moved| moved.to))
        .execute(&mut *connection)
        .await?;
    let ids: Vec<Uuid> = moves.iter().map(|moved| moved.id).collect();
    sqlx::query!(
        "insert into former_slug (slug, listing, since) select slug, listing, $3 from unnest($1::text[], $2::uuid[]) as row (slug, listing)",
        &column(|moved| moved.from),
        &ids,
        at
    )
    .execute(connection)
    .await?;
    Ok(())
}
