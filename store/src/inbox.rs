//! What needs somebody, as far as they reach. `inbox_line` (migration 0009) finds the lines; conflicts, which only resolving
//! finds, come from `overrides.rs`.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use maille_domain::call::Outcome;
use maille_domain::hours::time_zone;
use maille_domain::listing::Provenance;
use maille_domain::matching::Reason as Likeness;
use maille_domain::reach::Reach;
use maille_domain::report::{Reason, Reporter};
use maille_domain::vocabulary::UnknownCode;
use maille_domain::{Cadence, Category, LineKey, ListingId, Matter};
use serde_json::json;
use sqlx::types::Json;
use uuid::Uuid;

use crate::overrides::ListingConflict;
use crate::reach::{Bounds, reached};
use crate::set_aside::SetAside;
use crate::{Error, Store, plan};

/// Which lines are looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sift {
    /// Those of this kind of resource.
    pub category: Option<Category>,
    /// Those of a listing that this source has a record of.
    pub source: Option<String>,
    /// Those of this commune, by its COG code.
    pub commune: Option<String>,
    /// Those that were set aside, instead of those that were not.
    pub set_aside: bool,
}

/// Something that needs somebody.
#[derive(Debug, Clone)]
pub struct Line {
    /// Which line it is.
    pub key: LineKey,
    /// The listing.
    pub listing: Side,
    /// Since when it is there, when that is known.
    pub since: Option<DateTime<Utc>>,
    /// Who set it aside, when that was looked for.
    pub set_aside: Option<SetAside>,
    /// What it is about.
    pub about: About,
}

/// What one sees of a listing in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// Its id.
    pub id: ListingId,
    /// Its name.
    pub name: String,
    /// Its kind, when the vocabulary has it.
    pub category: Option<Category>,
    /// Its commune, by COG code.
    pub commune: Option<String>,
    /// Names of the sources that have a record of it.
    pub sources: Vec<String>,
}

/// What a line is about.
#[derive(Debug, Clone)]
pub enum About {
    /// Somebody said that the sheet is wrong.
    Report {
        /// What is wrong.
        reason: Option<Reason>,
        /// On which side of the service they are.
        reporter: Option<Reporter>,
        /// In their words.
        text: String,
    },
    /// The desk gave it to somebody, and it did not work.
    Failure {
        /// What became of it.
        outcome: Outcome,
        /// Who asked.
        by: String,
    },
    /// A source moved under what was decided.
    Conflict {
        /// What is to be settled.
        conflict: Box<ListingConflict>,
        /// Whether several things are said against it: none of them is *the* other side.
        several: bool,
    },
    /// Another listing may be the same.
    Duplicate {
        /// The other one.
        other: Side,
        /// Why.
        reasons: Vec<Likeness>,
    },
    /// No source has it any more.
    Withdrawn,
    /// It was last checked then, or never.
    Stale {
        /// The day.
        verified_on: Option<NaiveDate>,
    },
    /// Nobody said whom it serves.
    NoCoverage,
    /// Nobody said where somebody answers.
    NoContact,
}

/// A page of the inbox, and how much there is beside it.
#[derive(Debug, Clone)]
pub struct Inbox {
    /// How many lines of each matter there are.
    pub counts: BTreeMap<Matter, usize>,
    /// The matter of the page: the one that was asked for; without one, the first that has lines.
    pub matter: Matter,
    /// How many lines come before these: fewer than was asked for, when there are not so many.
    pub before: usize,
    /// Its lines, the first of them being the first to be settled.
    pub lines: Vec<Line>,
}

impl Store {
    /// Lines of a matter, at most so many after so many others (the last of them, when there are fewer), and how many lines each
    /// has.
    pub async fn inbox(
        &self,
        matter: Option<Matter>,
        (most, before): (usize, usize),
        reach: &Reach,
        sift: &Sift,
        now: DateTime<Utc>,
    ) -> Result<Inbox, Error> {
        let mut counts = self.line_counts(reach, sift, now).await?;
        let conflicts = self.conflict_lines(reach, sift, now).await?;
        counts.insert(Matter::Conflict, conflicts.len());
        let count = |matter: Matter| counts.get(&matter).copied().unwrap_or_default();
        let first = || Matter::ALL.iter().copied().find(|matter| count(*matter) > 0);
        let matter = matter.or_else(first).unwrap_or(Matter::Report);
        // The last line of a page may have been settled: then it is the page before.
        let before = before.min(count(matter).saturating_sub(1) / most.max(1) * most);
        let lines = match matter {
            Matter::Conflict => conflicts.into_iter().skip(before).take(most).collect(),
            other => self.lines(other, reach, sift, (most, before), now).await?,
        };
        Ok(Inbox { counts, matter, before, lines })
    }

    /// How many lines of each matter there are, but for conflicts.
    async fn line_counts(
        &self,
        reach: &Reach,
        sift: &Sift,
        now: DateTime<Utc>,
    ) -> Result<BTreeMap<Matter, usize>, Error> {
        let (categories, since) = cadences(now);
        let mut transaction = self.pool.begin().await?;
        let own = reached(&mut transaction, reach).await?;
        plan::for_these_values(&mut transaction).await?;
        let rows = sqlx::query!(
            r#"select line.kind as "kind!", count(*) as "count!"
               from inbox_line($1, $2) as line
               join listing on listing.id = line.listing
               left join site on site.listing = line.listing and site.position = 0
               left join line_aside as aside on aside.kind = line.kind and aside.listing = line.listing
                   and aside.mark = line.mark and (aside.until is null or aside.until > $4)
               where ($3::uuid[] is null or line.listing = any($3))
                 and ($3::uuid[] is null or line.other is null or line.other = any($3))
                 and ($5::text is null or listing.category = $5)
                 and ($6::text is null or exists (
                     select from link where link.listing in (line.listing, line.other) and link.source = $6))
                 and ($7::text is null or site.commune = $7)
                 and (aside.kind is not null) = $8
               group by line.kind"#,
            &categories,
            &since,
            own.as_deref(),
            now,
            sift.category.map(Category::code),
            sift.source.as_deref(),
            sift.commune.as_deref(),
            sift.set_aside
        )
        .fetch_all(&mut *transaction)
        .await?;
        transaction.commit().await?;
        let mut counts: BTreeMap<Matter, usize> = BTreeMap::new();
        for row in rows {
            let matter = row.kind.parse().map_err(|error| inconsistent("inbox_line", &row.kind, &error))?;
            counts.insert(matter, usize::try_from(row.count).unwrap_or_default());
        }
        Ok(counts)
    }

    /// Lines of a matter that is not conflicts, at most so many after so many others.
    async fn lines(
        &self,
        matter: Matter,
        reach: &Reach,
        sift: &Sift,
        (most, before): (usize, usize),
        now: DateTime<Utc>,
    ) -> Result<Vec<Line>, Error> {
        let (categories, since) = cadences(now);
        let mut transaction = self.pool.begin().await?;
        let own = reached(&mut transaction, reach).await?;
        plan::for_these_values(&mut transaction).await?;
        let rows = sqlx::query!(
            r#"select line.listing as "listing!", line.mark as "mark!", line.since, line.other,
                      listing.verified_on, listing.created_at,
                      aside.until, aside.author as "author?", aside.reason as "why?", aside.at as "at?",
                      report.reason as "reason?", report.reporter, report.text as "text?",
                      failed.outcome, failed.outcome_by
               from inbox_line($1, $2) as line
               join listing on listing.id = line.listing
               left join site on site.listing = line.listing and site.position = 0
               left join line_aside as aside on aside.kind = line.kind and aside.listing = line.listing
                   and aside.mark = line.mark and (aside.until is null or aside.until > $4)
               left join report on line.kind = 'signalement' and report.id::text = line.mark
               left join lateral (
                   select call_listing.outcome, call_listing.outcome_by
                   from link
                   join call_listing on call_listing.listing = link.record
                   where link.listing = line.listing
                     and call_listing.call = case when line.kind = 'echec' then split_part(line.mark, ' ', 1)::uuid end
                     and call_listing.outcome = split_part(line.mark, ' ', 2)
                   order by call_listing.outcome_at desc limit 1
               ) as failed on true
               where line.kind = $9
                 and ($3::uuid[] is null or line.listing = any($3))
                 and ($3::uuid[] is null or line.other is null or line.other = any($3))
                 and ($5::text is null or listing.category = $5)
                 and ($6::text is null or exists (
                     select from link where link.listing in (line.listing, line.other) and link.source = $6))
                 and ($7::text is null or site.commune = $7)
                 and (aside.kind is not null) = $8
               order by line.rank, listing.name, line.listing, line.mark
               limit $10 offset $11"#,
            &categories,
            &since,
            own.as_deref(),
            now,
            sift.category.map(Category::code),
            sift.source.as_deref(),
            sift.commune.as_deref(),
            sift.set_aside,
            matter.code(),
            i64::try_from(most).unwrap_or(i64::MAX),
            i64::try_from(before).unwrap_or(i64::MAX)
        )
        .fetch_all(&mut *transaction)
        .await?;
        transaction.commit().await?;
        let ids: BTreeSet<Uuid> =
            rows.iter().flat_map(|row| [Some(row.listing), row.other]).flatten().collect();
        let sides = self.sides(&ids.into_iter().collect::<Vec<_>>()).await?;
        let pairs: Vec<(Uuid, Uuid)> =
            rows.iter().filter_map(|row| Some((row.listing, row.other?))).collect();
        let mut likeness = self.likeness(&pairs).await?;
        let lines = rows.into_iter().map(|row| {
            let Some(listing) = sides.get(&row.listing).cloned() else { return Ok(None) };
            let about = match matter {
                Matter::Report => {
                    let wrong = |error| inconsistent("report", &row.mark, &error);
                    About::Report {
                        reason: row.reason.map(|code| code.parse()).transpose().map_err(wrong)?,
                        reporter: row.reporter.map(|code| code.parse()).transpose().map_err(wrong)?,
                        text: row.text.unwrap_or_default(),
                    }
                }
                Matter::Duplicate => {
                    let other = row.other.and_then(|other| Some((other, sides.get(&other)?.clone())));
                    let Some((id, other)) = other else { return Ok(None) };
                    let reasons = likeness.remove(&(row.listing, id)).unwrap_or_default();
                    About::Duplicate { other, reasons }
                }
                Matter::Failure => {
                    let wrong = |error| inconsistent("call_listing", &row.mark, &error);
                    let outcome = row.outcome.as_deref().map(str::parse).transpose().map_err(wrong)?;
                    About::Failure {
                        outcome: outcome.unwrap_or(Outcome::Other),
                        by: row.outcome_by.unwrap_or_default(),
                    }
                }
                Matter::Stale => About::Stale { verified_on: row.verified_on },
                Matter::NoCoverage => About::NoCoverage,
                Matter::NoContact => About::NoContact,
                Matter::Withdrawn | Matter::Conflict => About::Withdrawn,
            };
            let aside = row.author.zip(row.why).zip(row.at);
            Ok(Some(Line {
                key: LineKey { matter, listing: ListingId(row.listing), mark: row.mark },
                listing,
                since: row.since.or_else(|| {
                    matches!(matter, Matter::NoCoverage | Matter::NoContact).then_some(row.created_at)
                }),
                set_aside: aside.map(|((author, reason), at)| SetAside {
                    until: row.until,
                    author,
                    reason,
                    at,
                }),
                about,
            }))
        });
        lines.filter_map(Result::transpose).collect()
    }

    /// Which lines of a matter there still are about these listings, set aside or not, as far as one reaches.
    pub async fn lines_of(
        &self,
        matter: Matter,
        listings: &[ListingId],
        reach: &Reach,
        now: DateTime<Utc>,
    ) -> Result<Vec<LineKey>, Error> {
        let ids: Vec<Uuid> = listings.iter().map(|listing| listing.0).collect();
        if matter == Matter::Conflict {
            let conflicts = self.conflicts_within(reach, Some(&ids), now).await?;
            let key = |conflict: &ListingConflict| LineKey {
                matter,
                listing: conflict.listing,
                mark: mark(conflict),
            };
            return Ok(conflicts.iter().map(key).collect());
        }
        let Bounds { communes, areas } = reach.into();
        let (categories, since) = cadences(now);
        let mut transaction = self.pool.begin().await?;
        plan::for_these_values(&mut transaction).await?;
        let rows = sqlx::query!(
            r#"select line.listing as "listing!", line.mark as "mark!"
               from inbox_line($1, $2) as line
               where line.kind = $5 and line.listing = any($6) and within_reach(line.listing, $3, $4)
                 and (line.other is null or within_reach(line.other, $3, $4))"#,
            &categories,
            &since,
            communes.as_deref(),
            &areas,
            matter.code(),
            &ids
        )
        .fetch_all(&mut *transaction)
        .await?;
        transaction.commit().await?;
        let key = |listing, mark| LineKey { matter, listing: ListingId(listing), mark };
        Ok(rows.into_iter().map(|row| key(row.listing, row.mark)).collect())
    }

    /// The conflicts that are looked at.
    async fn conflict_lines(
        &self,
        reach: &Reach,
        sift: &Sift,
        now: DateTime<Utc>,
    ) -> Result<Vec<Line>, Error> {
        let conflicts = self.conflicts_within(reach, None, now).await?;
        let ids: BTreeSet<Uuid> = conflicts.iter().map(|conflict| conflict.listing.0).collect();
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let sides = self.sides(&ids).await?;
        let rows = sqlx::query!(
            "select listing, mark, until, author, reason, at from set_aside
             where kind = $1 and listing = any($2) and ended_at is null and (until is null or until > $3)",
            Matter::Conflict.code(),
            &ids,
            now
        )
        .fetch_all(&self.pool)
        .await?;
        let mut aside: BTreeMap<(Uuid, String), SetAside> = rows
            .into_iter()
            .map(|row| {
                let aside = SetAside { until: row.until, author: row.author, reason: row.reason, at: row.at };
                ((row.listing, row.mark), aside)
            })
            .collect();
        let mut of_field: BTreeMap<_, usize> = BTreeMap::new();
        for conflict in &conflicts {
            *of_field.entry((conflict.listing, conflict.conflict.field)).or_default() += 1;
        }
        let lines = conflicts.into_iter().filter_map(|conflict| {
            let side = sides.get(&conflict.listing.0)?;
            let asked = sift.category.is_none_or(|category| side.category == Some(category))
                && sift.source.as_ref().is_none_or(|source| side.sources.contains(source))
                && sift.commune.as_ref().is_none_or(|commune| side.commune.as_ref() == Some(commune));
            let mark = mark(&conflict);
            let set_aside = aside.remove(&(conflict.listing.0, mark.clone()));
            (asked && set_aside.is_some() == sift.set_aside).then(|| Line {
                key: LineKey { matter: Matter::Conflict, listing: conflict.listing, mark },
                listing: side.clone(),
                since: conflict.conflict.their_origin.as_ref().map(|origin| match origin {
                    Provenance::Source { at, .. } | Provenance::Override { at, .. } => *at,
                }),
                set_aside,
                about: About::Conflict {
                    several: of_field[&(conflict.listing, conflict.conflict.field)] > 1,
                    conflict: Box::new(conflict),
                },
            })
        });
        Ok(lines.collect())
    }

    /// What one sees of these listings.
    async fn sides(&self, ids: &[Uuid]) -> Result<BTreeMap<Uuid, Side>, Error> {
        let rows = sqlx::query!(
            r#"select listing.id, listing.name, listing.category, site.commune as "commune?",
                      (select array_agg(distinct link.source order by link.source) from link where link.listing = listing.id) as sources
               from listing left join site on site.listing = listing.id and site.position = 0
               where listing.id = any($1)"#,
            ids
        )
        .fetch_all(&self.pool)
        .await?;
        let sides = rows.into_iter().map(|row| {
            let side = Side {
                id: ListingId(row.id),
                name: row.name,
                category: Category::from_code(&row.category),
                commune: row.commune,
                sources: row.sources.unwrap_or_default(),
            };
            (row.id, side)
        });
        Ok(sides.collect())
    }

    /// Why pairs of listings are alike, by their most alike records.
    async fn likeness(&self, pairs: &[(Uuid, Uuid)]) -> Result<BTreeMap<(Uuid, Uuid), Vec<Likeness>>, Error> {
        let (one, other): (Vec<Uuid>, Vec<Uuid>) = pairs.iter().copied().unzip();
        let rows = sqlx::query!(
            r#"select pair.one as "one!", pair.other as "other!", alike.reasons as "reasons!: Json<Vec<Likeness>>"
               from unnest($1::uuid[], $2::uuid[]) as pair (one, other)
               cross join lateral (
                   select match_pair.reasons
                   from link as a
                   cross join link as b
                   join match_pair on (match_pair.a, match_pair.b) = (least(a.record, b.record), greatest(a.record, b.record))
                   where a.listing = pair.one and b.listing = pair.other
                   order by match_pair.score desc, match_pair.a, match_pair.b limit 1
               ) as alike"#,
            &one,
            &other
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(|row| ((row.one, row.other), row.reasons.0)).collect())
    }
}

/// How long checks count today, as SQL takes it.
fn cadences(now: DateTime<Utc>) -> (Vec<String>, Vec<NaiveDate>) {
    Cadence::all(now.with_timezone(&time_zone(None)).date_naive())
}

/// What a conflict is about: both values. When either changes, it is another one.
fn mark(conflict: &ListingConflict) -> String {
    const NAMESPACE: Uuid = Uuid::from_u128(0x6d61_696c_6c65_4d4c_9a31_636f_6e66_6c69);
    let conflict = &conflict.conflict;
    let said = json!([conflict.ours, conflict.theirs, conflict.against]).to_string();
    format!("{} {}", conflict.field, Uuid::new_v5(&NAMESPACE, said.as_bytes()))
}

fn inconsistent(table: &'static str, row: &str, found: &UnknownCode) -> Error {
    Error::Inconsistent { table, row: row.to_owned(), found: found.to_string() }
}
