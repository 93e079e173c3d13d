//! What is to be done of calls that were answered, or wait to be.

use chrono::{DateTime, TimeDelta, Utc};

use crate::codes::codes;
use crate::working_hours;

codes! {
    /// A list of calls, in the order in which they are done.
    FollowUp {
        Recall = "a-rappeler", "À rappeler";
        Ask = "a-demander", "Est-ce que ça a marché\u{202f}?";
        Handed = "niveau-2", "Niveau 2";
        All = "tous", "Tous les appels";
    }
}

/// Whoever was given a resource has had the time to try it after two working days.
const TIME_TO_TRY: TimeDelta = TimeDelta::hours(48);
/// Nobody remembers longer than that.
const LONGEST_MEMORY: TimeDelta = TimeDelta::days(30);

/// When the calls ended of which one asks, at that instant, whether what was given worked: after the first, until the second.
pub fn asked_between(now: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
    (now - LONGEST_MEMORY, working_hours::before(now, TIME_TO_TRY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_asks_after_two_working_days_and_within_a_month() {
        let at = |text: &str| -> DateTime<Utc> { text.parse().unwrap() };
        let monday = at("2026-11-23T09:00:00Z");
        assert_eq!(asked_between(monday), (at("2026-10-24T09:00:00Z"), at("2026-11-19T09:00:00Z")));
    }
}
