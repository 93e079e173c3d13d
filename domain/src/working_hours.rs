//! Working hours, which a delay of 48 is counted in: every hour of a day that is neither Saturday, Sunday nor a public holiday.

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc, Weekday};

use crate::clock::start_of;
use crate::holidays;
use crate::hours::time_zone;

/// Within so many working hours, a request of level 1 is to be answered.
pub const ANSWER_WITHIN: TimeDelta = TimeDelta::hours(48);

/// Whether somebody works on that day, in France.
pub fn is_worked(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && holidays::name(None, day).is_none()
}

/// When so much working time has passed since `from`, in Paris.
pub fn after(from: DateTime<Utc>, time: TimeDelta) -> DateTime<Utc> {
    let zone = time_zone(None);
    let mut at = from;
    let mut left = time;
    loop {
        let day = at.with_timezone(&zone).date_naive();
        let next = midnight(day + Days::new(1));
        if is_worked(day) {
            if at + left <= next {
                return at + left;
            }
            left -= next - at;
        }
        at = next;
    }
}

/// When so much working time is still to pass until `to`, in Paris.
pub fn before(to: DateTime<Utc>, time: TimeDelta) -> DateTime<Utc> {
    let zone = time_zone(None);
    let mut at = to;
    let mut left = time;
    loop {
        // The day that ends at midnight is the one before.
        let day = (at - TimeDelta::nanoseconds(1)).with_timezone(&zone).date_naive();
        let start = midnight(day);
        if is_worked(day) {
            if at - left >= start {
                return at - left;
            }
            left -= at - start;
        }
        at = start;
    }
}

/// The working time from one instant to a later one, in Paris; none when it is not later.
pub fn between(from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
    let zone = time_zone(None);
    let (mut at, mut passed) = (from, TimeDelta::zero());
    while at < to {
        let day = at.with_timezone(&zone).date_naive();
        let next = midnight(day + Days::new(1)).min(to);
        if is_worked(day) {
            passed += next - at;
        }
        at = next;
    }
    passed
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    start_of(day).expect("calls are of years that the calendar has")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_weekend_and_a_holiday_do_not_count() {
        assert_eq!(after(at("2026-11-17T09:00:00Z"), ANSWER_WITHIN), at("2026-11-19T09:00:00Z"));
        assert_eq!(
            after(at("2026-11-20T09:00:00Z"), ANSWER_WITHIN),
            at("2026-11-24T09:00:00Z"),
            "over a weekend"
        );
        assert_eq!(
            after(at("2026-11-10T09:00:00Z"), ANSWER_WITHIN),
            at("2026-11-13T09:00:00Z"),
            "over Armistice day"
        );
        assert_eq!(
            after(at("2026-11-21T09:00:00Z"), TimeDelta::hours(1)),
            at("2026-11-23T00:00:00Z"),
            "asked on a Saturday"
        );
        // The clock goes back on Sunday 25 October 2026: that day does not count anyway.
        assert_eq!(after(at("2026-10-23T09:00:00Z"), TimeDelta::hours(24)), at("2026-10-26T10:00:00Z"));
    }

    proptest! {
        #[test]
        fn what_is_added_is_what_has_passed(hours in 0_i64..400, minutes in 0_i64..60, from in 0_i64..600_000) {
            let (from, time) = (at("2026-01-01T00:00:00Z") + TimeDelta::minutes(from), TimeDelta::minutes(hours * 60 + minutes));
            let due = after(from, time);
            prop_assert_eq!(between(from, due), time);
            prop_assert!(due >= from + time);
            prop_assert_eq!(between(before(from, time), from), time);
        }
    }
}
