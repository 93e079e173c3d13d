//! The pairs of listings that wait for a person, of those that the person may decide of.

use chrono::{DateTime, Utc};
use maille_domain::matching::Reason;
use maille_domain::{ListingId, Reach};
use sqlx::types::Json;

use super::Doubt;
use crate::reach::Bounds;
use crate::{Error, Store};

/// One of two listings that are alike, as a list names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Which.
    pub listing: ListingId,
    /// Its readable address.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// The code of its kind.
    pub category: String,
    /// The code of its commune.
    pub commune: Option<String>,
    /// Whether it is within the reach that was asked about.
    pub within: bool,
}

/// Two listings that are alike.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// The one of the lesser id.
    pub a: Card,
    /// The other.
    pub b: Card,
    /// How much, from 0 to 1.
    pub score: f32,
    /// Why, the weightiest first.
    pub reasons: Vec<Reason>,
    /// Who looked, and does not know.
    pub doubt: Option<Doubt>,
}

/// Which pairs are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Both within reach, and nobody looked.
    Open,
    /// Both within reach, and somebody who looked does not know.
    Doubted,
    /// One within reach, the other not.
    Straddling,
}

/// Which pairs of those.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    /// One of the two is this listing.
    pub of: Option<ListingId>,
    /// One of the two is in this commune.
    pub commune: Option<String>,
    /// One of the two is of this kind, by its code.
    pub category: Option<String>,
    /// One of the two is known to this source.
    pub source: Option<String>,
    /// Only what comes after this pair, in the order of the list.
    pub after: Option<(f32, ListingId, ListingId)>,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The pairs of the page asked for, the most alike first.
    pub pairs: Vec<Waiting>,
    /// How many there are in all, of those that nobody looked at.
    pub open: i64,
    /// Of those of which somebody does not know.
    pub doubted: i64,
    /// Of those with a listing out of reach.
    pub straddling: i64,
}

impl Store {
    /// The names of the sources whose records are compared, in order.
    pub async fn compared_sources(&self) -> Result<Vec<String>, Error> {
        Ok(sqlx::query_scalar!(
            "select name from source where exists (select from link where link.source = source.name) order by name"
        )
        .fetch_all(&self.pool)
        .await?)
    }

    /// The pairs that wait for a person, the most alike first: `most` of them, after the first `skipped`.
    pub async fn waiting_pairs(
        &self,
        reach: &Reach,
        state: State,
        filter: &Filter,
        now: DateTime<Utc>,
        most: i64,
        skipped: i64,
    ) -> Result<Found, Error> {
        let Bounds { communes, areas } = reach.into();
        let after = filter.after;
        let rows = sqlx::query!(
            r#"with told as materialized (
                   select pair.a, pair.b, pair.score, pair.one, pair.other,
                          own.slug as a_slug, own.name as a_name, own.category as a_category, here.commune as a_commune,
                          peer.slug as b_slug, peer.name as b_name, peer.category as b_category, there.commune as b_commune,
                          -- Most are told by their commune; the others are asked about.
                          $1::text[] is null or (coalesce(here.commune = any($1), true) and within_reach(pair.a, $1, $2)) as a_within,
                          $1::text[] is null or (coalesce(there.commune = any($1), true) and within_reach(pair.b, $1, $2)) as b_within,
                          doubt.id as doubt
                   from waiting_pair as pair
                   join listing as own on own.id = pair.a
                   join listing as peer on peer.id = pair.b
                   left join site as here on here.listing = pair.a and here.position = 0
                   left join site as there on there.listing = pair.b and there.position = 0
                   left join doubtful_pair as doubt on (doubt.a, doubt.b) = (pair.a, pair.b)
                       and (doubt.until is null or doubt.until > $3)
                   where ($4::uuid is null or pair.a = $4 or pair.b = $4)
                     and ($5::text is null or here.commune = $5 or there.commune = $5)
                     and ($6::text is null or own.category = $6 or peer.category = $6)
                     and ($7::text is null or exists (
                         select from link where link.source = $7 and link.listing in (pair.a, pair.b)))
               ), counted as (
                   select count(*) filter (where a_within and b_within and doubt is null) as open,
                          count(*) filter (where a_within and b_within and doubt is not null) as doubted,
                          count(*) filter (where a_within <> b_within) as straddling
                   from told
               ), page as (
                   select * from told
                   where case $8::text when 'open' then a_within and b_within and doubt is null
                                       when 'doubted' then a_within and b_within and doubt is not null
                                       else a_within <> b_within end
                     and ($9::real is null or score < $9 or (score = $9 and (a, b) > ($10::uuid, $11::uuid)))
                   order by score desc, a, b limit $12 offset $13
               )
               select counted.open as "open!", counted.doubted as "doubted!", counted.straddling as "straddling!",
                      page.a as "a?", page.b as "b?", page.score as "score?", match_pair.reasons as "reasons?: Json<Vec<Reason>>",
                      page.a_slug as "a_slug?", page.a_name as "a_name?", page.a_category as "a_category?", page.a_commune as "a_commune?",
                      page.b_slug as "b_slug?", page.b_name as "b_name?", page.b_category as "b_category?", page.b_commune as "b_commune?",
                      page.a_within as "a_within?", page.b_within as "b_within?",
                      set_aside.id as "doubt_id?", set_aside.author as "doubt_author?", set_aside.reason as "doubt_reason?",
                      set_aside.at as "doubt_at?"
               from counted
               left join page on true
               left join match_pair on (match_pair.a, match_pair.b) = (page.one, page.other)
               left join set_aside on set_aside.id = page.doubt
               order by page.score desc, page.a, page.b"#,
            communes.as_deref(),
            &areas,
            now,
            filter.of.map(|of| of.0),
            filter.commune,
            filter.category,
            filter.source,
            match state {
                State::Open => "open",
                State::Doubted => "doubted",
                State::Straddling => "straddling",
            },
            after.map(|(score, ..)| score),
            after.map(|(_, a, _)| a.0),
            after.map(|(.., b)| b.0),
            most,
            skipped
        )
        .fetch_all(&self.pool)
        .await?;
        let mut found = Found::default();
        for row in rows {
            (found.open, found.doubted, found.straddling) = (row.open, row.doubted, row.straddling);
            let card = |listing, slug, name, category, commune, within| {
                Some(Card {
                    listing: ListingId(listing?),
                    slug: slug?,
                    name: name?,
                    category: category?,
                    commune,
                    within: within?,
                })
            };
            let a = card(row.a, row.a_slug, row.a_name, row.a_category, row.a_commune, row.a_within);
            let b = card(row.b, row.b_slug, row.b_name, row.b_category, row.b_commune, row.b_within);
            let doubt = || {
                Some(Doubt {
                    id: row.doubt_id?,
                    author: row.doubt_author?,
                    reason: row.doubt_reason?,
                    at: row.doubt_at?,
                })
            };
            let pair = a.zip(b).zip(row.score);
            found.pairs.extend(pair.map(|((a, b), score)| Waiting {
                a,
                b,
                score,
                reasons: row.reasons.map(|reasons| reasons.0).unwrap_or_default(),
                doubt: doubt(),
            }));
        }
        Ok(found)
    }
}
