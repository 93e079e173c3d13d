//! How fresh and how complete the directory is, by kind, source and commune: what its team sees, never what a search reads.

use chrono::NaiveDate;
use maille_domain::cadence::Cadence;
use maille_domain::{ListingId, Reach};

use crate::reach::Bounds;
use crate::{Error, Store};

/// What listings are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// All together.
    All,
    /// Their kind.
    Category,
    /// The sources that speak of them: a listing counts for each.
    Source,
    /// Where they are.
    Commune,
}

impl By {
    const fn key(self) -> &'static str {
        match self {
            By::All => "all",
            By::Category => "category",
            By::Source => "source",
            By::Commune => "commune",
        }
    }
}

/// What a listing may lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// A check within the cadence of its kind.
    Check,
    /// Any check.
    AnyCheck,
    /// Whom it serves.
    Coverage,
    /// A phone, or another way to reach somebody.
    Contact,
    /// Opening hours.
    Hours,
    /// How to mobilise it.
    Referral,
    /// A position at its address.
    Position,
}

impl Lack {
    const fn key(self) -> &'static str {
        match self {
            Lack::Check => "check",
            Lack::AnyCheck => "any_check",
            Lack::Coverage => "coverage",
            Lack::Contact => "contact",
            Lack::Hours => "hours",
            Lack::Referral => "referral",
            Lack::Position => "position",
        }
    }
}

/// How fresh and how complete the listings of one kind, source or commune are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quality {
    /// The code of the kind, the name of the source, the code of the commune; empty for all, and for those that are nowhere.
    pub key: String,
    /// How many there are.
    pub listings: u64,
    /// How many were checked within the cadence of their kind.
    pub checked: u64,
    /// How many were never checked.
    pub never: u64,
    /// The day of the check in the middle, of those that were checked.
    pub median: Option<NaiveDate>,
    /// How many say whom they serve.
    pub coverage: u64,
    /// How many can be reached.
    pub contact: u64,
    /// How many say when they open.
    pub hours: u64,
    /// How many say how to mobilise them.
    pub referral: u64,
    /// How many are placed at their address.
    pub position: u64,
}

/// A listing that lacks something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lacking {
    /// The listing.
    pub listing: ListingId,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub category: String,
    /// Where it is.
    pub commune: Option<String>,
    /// When it was last checked.
    pub verified_on: Option<NaiveDate>,
}

impl Store {
    /// How fresh and how complete the listings within this reach are, those with the most to check first.
    pub async fn quality(&self, by: By, reach: &Reach, today: NaiveDate) -> Result<Vec<Quality>, Error> {
        let Bounds { communes, areas } = reach.into();
        let (categories, days) = Cadence::all(today);
        let rows = sqlx::query!(
            r#"select key as "key!", count(*) as "listings!",
                      count(*) filter (where verified_on >= cadence.since) as "checked!",
                      count(*) filter (where verified_on is null) as "never!",
                      percentile_disc(0.5) within group (order by verified_on) as median,
                      count(*) filter (where has_coverage) as "coverage!",
                      count(*) filter (where has_contact) as "contact!",
                      count(*) filter (where has_hours) as "hours!",
                      count(*) filter (where has_referral) as "referral!",
                      count(*) filter (where has_position) as "position!"
               from listing_quality
               left join unnest($4::text[], $5::date[]) as cadence (category, since) using (category)
               left join (
                   select distinct link.listing, link.source
                   from link
                   join source_record on source_record.source = link.source and source_record.source_id = link.source_id
                   join source on source.name = link.source
                   where $3 = 'source' and source_record.withdrawn_at is null and source.dropped_at is null
               ) as spoken on spoken.listing = listing_quality.id
               cross join lateral (select case $3
                   when 'category' then category
                   when 'commune' then coalesce(commune, '')
                   when 'source' then spoken.source
                   else '' end) as grouped (key)
               where key is not null
                   and ($1::text[] is null or listing_quality.id in (select listing from reached($1, $2)))
               group by key
               order by count(*) - count(*) filter (where verified_on >= cadence.since) desc, count(*) desc, key"#,
            communes.as_deref(),
            &areas,
            by.key(),
            &categories,
            &days
        )
        .fetch_all(&self.pool)
        .await?;
        let number = |count: i64| count.unsigned_abs();
        Ok(rows
            .into_iter()
            .map(|row| Quality {
                key: row.key,
                listings: number(row.listings),
                checked: number(row.checked),
                never: number(row.never),
                median: row.median,
                coverage: number(row.coverage),
                contact: number(row.contact),
                hours: number(row.hours),
                referral: number(row.referral),
                position: number(row.position),
            })
            .collect())
    }

    /// The listings of one kind, source or commune that lack something (all, without), within this reach: those that were
    /// checked longest ago first, `most` of them after the first `skipped`. Returns how many there are, too.
    pub async fn lacking(
        &self,
        (by, key): (By, &str),
        lack: Option<Lack>,
        reach: &Reach,
        today: NaiveDate,
        (skipped, most): (u64, u64),
    ) -> Result<(Vec<Lacking>, u64), Error> {
        let Bounds { communes, areas } = reach.into();
        let (categories, days) = Cadence::all(today);
        let rows = sqlx::query!(
            r#"select listing_quality.id as "id!", name as "name!", category as "category!", commune, verified_on,
                      count(*) over () as "all!"
               from listing_quality
               left join unnest($6::text[], $7::date[]) as cadence (category, since) using (category)
               where ($1::text[] is null or listing_quality.id in (select listing from reached($1, $2)))
                   and case $3
                       when 'category' then category = $4
                       when 'commune' then coalesce(commune, '') = $4
                       when 'source' then exists (
                           select from link
                           join source_record on source_record.source = link.source and source_record.source_id = link.source_id
                           join source on source.name = link.source
                           where link.listing = listing_quality.id and link.source = $4
                               and source_record.withdrawn_at is null and source.dropped_at is null)
                       else true end
                   and case $5
                       when 'check' then verified_on is null or verified_on < cadence.since
                       when 'any_check' then verified_on is null
                       when 'coverage' then not has_coverage
                       when 'contact' then not has_contact
                       when 'hours' then not has_hours
                       when 'referral' then not has_referral
                       when 'position' then not has_position
                       else true end
               order by verified_on nulls first, name, listing_quality.id
               offset $8 limit $9"#,
            communes.as_deref(),
            &areas,
            by.key(),
            key,
            lack.map_or("", Lack::key),
            &categories,
            &days,
            i64::try_from(skipped).unwrap_or(i64::MAX),
            i64::try_from(most).unwrap_or(i64::MAX)
        )
        .fetch_all(&self.pool)
        .await?;
        let all = rows.first().map_or(0, |row| row.all.unsigned_abs());
        let listings = rows.into_iter().map(|row| Lacking {
            listing: ListingId(row.id),
            name: row.name,
            category: row.category,
            commune: row.commune,
            verified_on: row.verified_on,
        });
        Ok((listings.collect(), all))
    }
}
