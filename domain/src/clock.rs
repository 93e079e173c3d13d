//! The clock is a parameter, so that dates in tests are literals; and the names of the months.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;

/// The months as people say them, January first.
pub const MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

/// How long what a person decides may hold, when it is to end: beyond, it is a mistake.
pub const LONGEST_HOLD: TimeDelta = TimeDelta::days(5 * 366);

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> DateTime<Utc>;

    /// The present day in Paris, where the directory's day begins.
    fn today(&self) -> NaiveDate {
        self.now().with_timezone(&Tz::Europe__Paris).date_naive()
    }
}

/// Midnight, when the directory's day begins. None beyond the calendar.
pub fn start_of(day: NaiveDate) -> Option<DateTime<Utc>> {
    let midnight = day.and_time(NaiveTime::MIN).and_local_timezone(Tz::Europe__Paris);
    Some(midnight.earliest()?.to_utc())
}

/// The instant at which a day is over, where the directory's day begins: what holds until a day holds through it. None
/// beyond the calendar.
pub fn end_of(day: NaiveDate) -> Option<DateTime<Utc>> {
    start_of(day.succ_opt()?)
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// A clock that stands still, for tests and snapshots.
#[derive(Debug, Clone, Copy)]
pub struct FixedClock(pub DateTime<Utc>);

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_when_the_one_before_is_over() {
        for day in ["2026-03-29", "2026-10-25", "2026-11-20"].map(|day| day.parse::<NaiveDate>().unwrap()) {
            assert_eq!(start_of(day), end_of(day.pred_opt().unwrap()));
        }
    }

    #[test]
    fn a_day_is_over_at_midnight_in_paris() {
        let end = |day: &str| end_of(day.parse().unwrap()).map(|end| end.to_rfc3339());
        assert_eq!(end("2026-07-14").as_deref(), Some("2026-07-14T22:00:00+00:00"), "summer");
        assert_eq!(end("2026-12-31").as_deref(), Some("2026-12-31T23:00:00+00:00"), "winter");
        assert_eq!(end_of(NaiveDate::MAX), None);
    }
}
