//! The history of a listing: its revisions, and what people did of it that changed no field.

use chrono::{DateTime, NaiveDate, Utc};
use maille_domain::check::Means;
use maille_domain::presence::Presence;
use maille_domain::report::Reason;
use maille_domain::{Field, ListingId, Matter};
use serde_json::Value;
use sqlx::types::{Json, Uuid};

use crate::revision::{Part, Revision, Row};
use crate::{Error, Store};

/// Something that happened to a listing, or to one that was merged into it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub author: String,
    /// Why; empty when nobody had to say.
    pub reason: String,
    /// The import that was undone so, if one was.
    pub undone: Option<i64>,
    /// Until when it holds, of corrections that end.
    pub until: Option<DateTime<Utc>>,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// It changed.
    Changed(Box<Revision>),
    /// A value was decided that it had already.
    Decided {
        /// Of this field.
        field: Field,
        /// None when it is to stay empty.
        value: Option<Value>,
    },
    /// A correction ended, and the value stayed.
    Ended {
        /// Of this field.
        field: Field,
    },
    /// Somebody decided whether it is in the directory, or took that back.
    Presence {
        /// What was decided.
        presence: Presence,
        /// Whether it was taken back.
        ended: bool,
    },
    /// Somebody made sure of it, or took that back.
    Checked {
        /// Of this field; of all, without one.
        field: Option<Field>,
        /// How.
        means: Means,
        /// The day.
        day: NaiveDate,
        /// Whether it was taken back.
        ended: bool,
    },
    /// What somebody reported was settled.
    Settled {
        /// What was reported.
        reported: Reason,
    },
    /// Somebody set a line of the inbox about it aside, or put it back before its time.
    SetAside {
        /// Why the line was there.
        matter: Matter,
        /// Until when; for good, without it.
        until: Option<DateTime<Utc>>,
        /// Whether it was put back.
        ended: bool,
    },
    /// Somebody decided whether it is the same thing as another, or took that back.
    Compared {
        /// What the source of the other calls it.
        other: String,
        /// Whether they are the same.
        same: bool,
        /// Whether it was taken back.
        ended: bool,
    },
}

/// Whose doings are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authors {
    /// Everybody's.
    All,
    /// Those of people.
    People,
    /// Those of imports.
    Imports,
}

/// Which part of a history is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// Only what is about this field.
    pub field: Option<Field>,
    /// Whose.
    pub authors: Authors,
    /// So many entries…
    pub most: i64,
    /// …after so many.
    pub after: i64,
}

/// A row of any kind.
struct Any {
    kind: String,
    id: i64,
    listing: Uuid,
    at: DateTime<Utc>,
    author: String,
    reason: String,
    run: Option<i64>,
    undone: Option<i64>,
    before: Json<Part>,
    after: Json<Part>,
    field: Option<String>,
    value: Option<Value>,
    code: Option<String>,
    day: Option<NaiveDate>,
    until: Option<DateTime<Utc>>,
    other: Option<String>,
    holds_until: Option<DateTime<Utc>>,
}

impl Store {
    /// What happened to a listing and to those merged into it, the latest first.
    pub async fn what_happened(&self, listing: ListingId, asked: Asked) -> Result<Vec<Entry>, Error> {
        // A correction that began or ended with a change of its field is told by that change; one that came in place of
        // another, by its own beginning. One that is due ends a little before whoever ends it writes that down.
        let rows = sqlx::query_as!(
            Any,
            r#"with together as (
                   select other.record from link as own join link as other on other.listing = own.listing where own.record = $1
               ), aside as (
                   select * from set_aside
                   where listing in (select record from together)
                      or (kind = 'doublon' and mark in (select record::text from together))
               ), compared as (
                   select decision.*, record."values" ->> 'name' as other
                   from match_decision as decision
                   join link as peer on peer.record = case
                       when decision.a in (select record from together) and decision.b <> $1 then decision.b else decision.a end
                   join source_record as record on record.source = peer.source and record.source_id = peer.source_id
                   where decision.a in (select record from together) or decision.b in (select record from together)
               ), happened as (
                   select 'changed' as kind, id, listing, at, author, reason, run, before, after,
                          null::text as field, null::jsonb as value, null::text as code, null::date as day,
                          null::timestamptz as until, null::text as other
                   from revision where listing in (select record from together)
                   union all
                   select 'decided', id, listing, at, author, reason, null, '{}', '{}', field, value, null, null, null, null
                   from listing_override as decided
                   where listing in (select record from together) and not exists (
                       select from revision
                       where revision.listing in (select record from together) and revision.at = decided.at
                         and (before ? decided.field or after ? decided.field))
                   union all
                   select 'ended', id, listing, ended_at, ended_by, ended_reason, null, '{}', '{}', field, value, null, null, null, null
                   from listing_override as decided
                   where listing in (select record from together) and ended_at is not null and ended_by is not null
                     and not exists (
                         select from listing_override as next
                         where next.listing in (select record from together) and next.field = decided.field
                           and next.at = decided.ended_at)
                     and not exists (
                         select from revision
                         where revision.listing in (select record from together)
                           and revision.at between decided.ended_at and decided.ended_at + interval '1 day'
                           and revision.author = decided.ended_by and revision.reason = decided.ended_reason
                           and (before ? decided.field or after ? decided.field))
                   union all
                   select 'presence', id, listing, at, author, reason, null, '{}', '{}', null, 'false', presence, null, null, null
                   from presence where listing in (select record from together)
                   union all
                   select 'presence', id, listing, ended_at, ended_by, ended_reason, null, '{}', '{}', null, 'true', presence, null, null, null
                   from presence where listing in (select record from together) and ended_at is not null
                   union all
                   select 'checked', id, listing, at, author, '', null, '{}', '{}', field, 'false', means, day, null, null
                   from verification where listing in (select record from together)
                   union all
                   select 'checked', id, listing, ended_at, ended_by, ended_reason, null, '{}', '{}', field, 'true', means, day, null, null
                   from verification where listing in (select record from together) and ended_at is not null
                   union all
                   select 'settled', 0, listing, settled_at, settled_by, coalesce(settled_reason, ''), null, '{}', '{}', null, null,
                          report.reason, null, null, null
                   from report where listing in (select record from together) and settled_at is not null and settled_by is not null
                   union all
                   select 'set_aside', id, listing, at, author, reason, null, '{}', '{}', null, 'false', kind, null, until, null
                   from aside
                   union all
                   -- One that came back at its day was told so when it began.
                   select 'set_aside', id, listing, ended_at, ended_by, ended_reason, null, '{}', '{}', null, 'true', kind, null, until, null
                   from aside where ended_at is not null and ended_at is distinct from until
                   union all
                   select 'compared', id, a, at, author, reason, null, '{}', '{}', null, 'false', same::text, null, null, other
                   from compared
                   union all
                   select 'compared', id, a, ended_at, ended_by, ended_reason, null, '{}', '{}', null, 'true', same::text, null, null, other
                   from compared where ended_at is not null
               )
               select kind as "kind!", id as "id!", listing as "listing!", at as "at!", author as "author!", reason as "reason!", run,
                      (select max(run.id) from run
                       where happened.run is null and run.undone_at = happened.at and run.undone_by = happened.author) as undone,
                      (select max(decided.until) from listing_override as decided
                        where happened.run is null and kind in ('changed', 'decided') and decided.at = happened.at
                          and decided.author = happened.author and decided.listing in (select record from together)) as holds_until,
                      before as "before!: Json<Part>", after as "after!: Json<Part>", field, value, code, day,
                      until, other
               from happened
               where ($2::text is null or field = $2 or before ? $2 or after ? $2)
                 and ($3::boolean is null or (run is not null) = $3) and ($3 is distinct from false or author <> 'maille')
               order by at desc, author, reason, kind, id desc
               limit $4 offset $5"#,
            listing.0,
            asked.field.map(Field::name),
            match asked.authors {
                Authors::All => None,
                Authors::People => Some(false),
                Authors::Imports => Some(true),
            },
            asked.most,
            asked.after
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(entry).collect()
    }
}

fn entry(row: Any) -> Result<Entry, Error> {
    let (at, author, reason, undone) = (row.at, row.author.clone(), row.reason.clone(), row.undone);
    let inconsistent = |found: String| Error::Inconsistent {
        table: "history",
        row: format!("{} {}", row.kind, row.id),
        found,
    };
    let read = |text: &Option<String>| text.clone().unwrap_or_default();
    let field = || read(&row.field).parse::<Field>().map_err(|error| inconsistent(error.to_string()));
    let until = row.holds_until;
    let ended = row.value == Some(Value::Bool(true));
    let what = match row.kind.as_str() {
        "decided" => What::Decided { field: field()?, value: row.value },
        "ended" => What::Ended { field: field()? },
        "presence" => What::Presence {
            presence: read(&row.code).parse().map_err(|error| inconsistent(format!("{error}")))?,
            ended,
        },
        "checked" => What::Checked {
            field: row.field.as_ref().map(|_| field()).transpose()?,
            means: read(&row.code).parse().map_err(|error| inconsistent(format!("{error}")))?,
            day: row.day.ok_or_else(|| inconsistent("no day".to_owned()))?,
            ended,
        },
        "settled" => What::Settled {
            reported: read(&row.code).parse().map_err(|error| inconsistent(format!("{error}")))?,
        },
        "set_aside" => What::SetAside {
            matter: read(&row.code).parse().map_err(|error| inconsistent(format!("{error}")))?,
            until: row.until,
            ended,
        },
        "compared" => {
            What::Compared { other: read(&row.other), same: row.code.as_deref() == Some("true"), ended }
        }
        _ => What::Changed(Box::new(Revision::from(Row {
            id: row.id,
            listing: row.listing,
            at,
            author: row.author,
            reason: row.reason,
            run: row.run,
            before: row.before,
            after: row.after,
        }))),
    };
    Ok(Entry { at, author, reason, undone, until, what })
}
