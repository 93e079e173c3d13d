//! What a desk did over a period, in numbers: calls that ended, and were calls.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use chrono::{DateTime, Utc};
use maille_domain::{Desk, Period};

use crate::{Error, Store};

/// What calls are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum By {
    /// Who asked.
    Requester,
    /// What was answered.
    Answer,
    /// What it was about.
    Subject,
    /// How old the person is.
    AgeBand,
    /// Where the person lives.
    Home,
    /// How the request came.
    Channel,
}

/// Whose calls are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose<'a> {
    /// Those of the desk of this territory.
    Territory(&'a str),
    /// Those that are of no territory: a desk of the whole directory took them.
    NoTerritory,
    /// All that a desk sees.
    Desk,
}

/// How many calls there are of something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Calls.
    pub calls: u64,
    /// Those whose need nobody answers.
    pub unmet: u64,
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Count) {
        self.calls += other.calls;
        self.unmet += other.unmet;
    }
}

/// What a desk did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Activity {
    /// All calls.
    pub all: Count,
    /// How many were answered, or should have been by now.
    pub due: u64,
    /// How many of those were answered within the delay.
    pub in_time: u64,
    /// How long somebody worked on the one in the middle, in seconds.
    pub median: Option<u64>,
    /// Calls of each code of each list; of nothing where nothing was said. What no call is of is not there.
    pub by: BTreeMap<(By, Option<String>), Count>,
}

impl Activity {
    /// How many calls are of a code of a list.
    pub fn count(&self, by: By, code: Option<&str>) -> Count {
        self.by.get(&(by, code.map(str::to_owned))).copied().unwrap_or_default()
    }
}

impl Store {
    /// What a desk did over a period, by when calls were opened; of those that ended before `ended_before`, if any instant is said.
    /// Of a territory that the desk does not see, nothing.
    pub async fn activity(
        &self,
        period: Period,
        whose: Whose<'_>,
        ended_before: Option<DateTime<Utc>>,
        desk: &Desk,
        now: DateTime<Utc>,
    ) -> Result<Activity, Error> {
        // Whose calls: of these territories (all, without), and whether those of none are among them.
        let (territories, of_none) = match whose {
            Whose::Desk => (desk.territories(), desk.territories().is_none()),
            Whose::Territory(code) => (Some(vec![code.to_owned()]), false),
            Whose::NoTerritory => (Some(Vec::new()), true),
        };
        let is_theirs = match whose {
            Whose::Desk => true,
            Whose::Territory(code) => desk.sees(Some(code)),
            Whose::NoTerritory => desk.sees(None),
        };
        if !is_theirs {
            return Ok(Activity::default());
        }
        // One pass, and few groups: the lists are taken apart here.
        let rows = sqlx::query!(
            r#"select grouping(requester, subject, seconds) as "of!", requester, answer, channel, subject, age_band, home,
                      seconds as "seconds?", unmet as "unmet?", in_time, count(*) as "calls!"
               from (
                   select *, case when answered_at <= recall_due then true
                                  when answered_at is not null or recall_due < $6 then false end as in_time
                   from call
                   where opened_at >= $1 and opened_at < $2 and closed_at is not null and discarded_at is null
                       and ($3::text[] is null or territory = any($3) or ($4 and territory is null))
                       and ($5::timestamptz is null or closed_at < $5)
               ) as call
               group by grouping sets ((requester, answer, channel, unmet, in_time), (subject, age_band, home, unmet), (seconds))"#,
            period.starts_at(),
            period.ends_at(),
            territories.as_deref(),
            of_none,
            ended_before,
            now
        )
        .fetch_all(&self.pool)
        .await?;
        let mut activity = Activity::default();
        let mut durations = BTreeMap::new();
        for row in rows {
            let calls = row.calls.unsigned_abs();
            let count = Count { calls, unmet: if row.unmet == Some(true) { calls } else { 0 } };
            // The bits of what a row is not of: `requester`, `subject`, `seconds`.
            let codes = match row.of {
                0b011 => {
                    activity.all += count;
                    activity.due += if row.in_time.is_some() { calls } else { 0 };
                    activity.in_time += if row.in_time == Some(true) { calls } else { 0 };
                    [(By::Requester, row.requester), (By::Answer, row.answer), (By::Channel, row.channel)]
                }
                0b101 => [(By::Subject, row.subject), (By::AgeBand, row.age_band), (By::Home, row.home)],
                _ => {
                    durations.insert(row.seconds.unwrap_or_default().unsigned_abs(), calls);
                    continue;
                }
            };
            for code in codes {
                *activity.by.entry(code).or_default() += count;
            }
        }
        let mut passed = 0;
        let middle = durations.into_iter().find(|(_, calls)| {
            passed += calls;
            passed * 2 >= activity.all.calls
        });
        activity.median = middle.map(|(seconds, _)| u64::from(seconds));
        Ok(activity)
    }
}
