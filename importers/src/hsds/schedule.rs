//! Schedules, as iCalendar repeats them, in OpenStreetMap's `opening_hours` syntax: those that come back every week or
//! every day are hours, the others stay readable.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, NaiveTime};
use serde_json::Value;

use crate::hours::{Week, time};
use crate::json::text;

/// From this year on, an end means that there is none.
const NO_END: i32 = 2100;
const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// What schedules say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Schedules {
    /// The hours of the weeks; empty when there are none.
    pub hours: String,
    /// What they say in words, and what is no hours of weeks.
    pub notes: Vec<String>,
    /// What could not be read: the property, what was found, what was expected.
    pub wrong: Vec<(&'static str, String, &'static str)>,
}

/// Reads the schedules of something.
pub(super) fn read(schedules: &[Value]) -> Schedules {
    let mut read = Schedules::default();
    // By the days from which and until which they are valid.
    let mut weeks: BTreeMap<(Option<NaiveDate>, Option<NaiveDate>), Week> = BTreeMap::new();
    for schedule in schedules {
        for key in ["description", "notes"] {
            let note = text(&schedule[key]).into_owned();
            if !note.is_empty() && !read.notes.contains(&note) {
                read.notes.push(note);
            }
        }
        if let Some((period, days, from, to)) = weekly(schedule, &mut read) {
            let week = weeks.entry(period).or_default();
            if !days.into_iter().all(|day| week.open(day, from, to)) {
                let found = format!("{} à {}", text(&schedule["opens_at"]), text(&schedule["closes_at"]));
                read.wrong.push(("closes_at", found, "une heure de fermeture autre que celle d’ouverture"));
            }
        }
    }
    let written = weeks.into_iter().filter(|(_, week)| !week.is_empty()).map(|((from, until), week)| {
        let period = match (from, until) {
            (None, None) => String::new(),
            (Some(from), None) => format!("{}+ ", day(from)),
            (from, Some(until)) => format!("{}-{} ", day(from.unwrap_or(NaiveDate::MIN)), day(until)),
        };
        week.written().split("; ").map(|rule| format!("{period}{rule}")).collect::<Vec<_>>().join("; ")
    });
    // Schedules add to each other, where a rule after a semicolon would take the days of the one before.
    read.hours = written.collect::<Vec<_>>().join(", ");
    read
}

type Weekly = ((Option<NaiveDate>, Option<NaiveDate>), Vec<usize>, NaiveTime, NaiveTime);

/// The days and times of a schedule that comes back every week.
fn weekly(schedule: &Value, read: &mut Schedules) -> Option<Weekly> {
    let said = |key: &str| text(&schedule[key]).into_owned();
    let (freq, byday, opens_at, closes_at) =
        (said("freq"), said("byday"), said("opens_at"), said("closes_at"));
    if opens_at.is_empty() && closes_at.is_empty() {
        return None;
    }
    let often = |key: &str| matches!(&*said(key), "" | "1");
    let regular = match &*freq.to_ascii_uppercase() {
        "WEEKLY" | "DAILY" => often("interval"),
        "" => !byday.is_empty(),
        _ => false,
    };
    let date =
        |key: &str| NaiveDate::parse_from_str(said(key).get(..10).unwrap_or_default(), "%Y-%m-%d").ok();
    let until =
        [date("valid_to"), date("until")].into_iter().flatten().filter(|end| end.year() < NO_END).min();
    let counted = until.is_none() && !said("count").is_empty();
    if !regular || counted || is_utc(&opens_at) || is_utc(&closes_at) {
        let parts = [
            ("", freq),
            ("tous les ", said("interval")),
            ("fois : ", said("count")),
            ("jours : ", byday),
            ("dans le mois : ", said("bymonthday")),
            ("de ", opens_at),
            ("à ", closes_at),
        ];
        let parts = parts
            .into_iter()
            .filter(|(_, said)| !said.is_empty())
            .map(|(what, said)| what.to_owned() + &said);
        read.notes.push(parts.collect::<Vec<_>>().join(", "));
        return None;
    }
    let mut days = Vec::new();
    for name in byday.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        match DAYS.iter().position(|day| name.eq_ignore_ascii_case(day)) {
            Some(day) => days.push(day),
            None => read.wrong.push(("byday", name.to_owned(), "des jours parmi MO, TU, WE, TH, FR, SA, SU")),
        }
    }
    if byday.is_empty() {
        if freq.eq_ignore_ascii_case("DAILY") {
            days.extend(0..7);
        } else if let Some(first) = date("dtstart") {
            days.push(first.weekday().num_days_from_monday() as usize);
        } else {
            read.wrong.push(("byday", String::new(), "des jours parmi MO, TU, WE, TH, FR, SA, SU"));
        }
    }
    let (from, to) = (local(&opens_at), local(&closes_at));
    let expected = "une heure d’ouverture et une heure de fermeture, HH:MM";
    for (key, found, time) in [("opens_at", &opens_at, from), ("closes_at", &closes_at, to)] {
        if time.is_none() {
            read.wrong.push((key, found.clone(), expected));
        }
    }
    Some(((date("valid_from"), until), days, from?, to?))
}

/// Whether a time is in UTC, which is another hour here in summer and in winter.
fn is_utc(time: &str) -> bool {
    time.ends_with(['Z', 'z'])
}

/// A time without the offset it may have: hours are those of the place.
fn local(text: &str) -> Option<NaiveTime> {
    time(text.split(['+', '-']).next().unwrap_or_default())
}

fn day(date: NaiveDate) -> String {
    // Years that `opening_hours` has.
    date.max(NaiveDate::from_ymd_opt(1970, 1, 1).unwrap_or(date)).format("%Y %b %d").to_string()
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone, Utc};
    use maille_domain::hours::Hours;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_comes_back_every_week_is_hours() {
        for (schedules, hours) in [
            (
                json!([{ "freq": "WEEKLY", "byday": "TH,FR", "opens_at": "10:00", "closes_at": "18:00:00" }]),
                "Th,Fr 10:00-18:00",
            ),
            (
                json!([{ "freq": "weekly", "interval": 1, "byday": "MO", "opens_at": "09:00+01:00", "closes_at": "12:00+01:00" }]),
                "Mo 09:00-12:00",
            ),
            (json!([{ "freq": "DAILY", "opens_at": "00:00", "closes_at": "24:00" }]), "24/7"),
            (
                json!([{ "freq": "WEEKLY", "dtstart": "2026-11-25", "opens_at": "9h", "closes_at": "10h" }]),
                "We 09:00-10:00",
            ),
            (
                json!([{ "freq": "WEEKLY", "byday": "MO", "opens_at": "9", "closes_at": "10", "valid_from": "2026-01-05" }]),
                "2026 Jan 05+ Mo 09:00-10:00",
            ),
            (
                json!([{ "freq": "WEEKLY", "byday": "MO", "opens_at": "9", "closes_at": "10", "valid_to": "2026-12-31" }]),
                "1970 Jan 01-2026 Dec 31 Mo 09:00-10:00",
            ),
            (
                json!([{ "freq": "WEEKLY", "byday": "MO", "opens_at": "9", "closes_at": "10", "valid_to": "9999-12-31" }]),
                "Mo 09:00-10:00",
            ),
            (
                json!([
                    { "freq": "WEEKLY", "byday": "MO", "opens_at": "9", "closes_at": "12" },
                    { "freq": "WEEKLY", "byday": "MO", "opens_at": "14", "closes_at": "16", "valid_from": "2026-01-01", "until": "2026-03-31" },
                ]),
                "Mo 09:00-12:00, 2026 Jan 01-2026 Mar 31 Mo 14:00-16:00",
            ),
        ] {
            let read = read(schedules.as_array().unwrap());
            assert_eq!((&*read.hours, &read.wrong[..]), (hours, &[][..]));
            assert!(hours.parse::<Hours>().is_ok(), "{hours}");
        }
        let both: Hours = "Mo 09:00-12:00, 2026 Jan 01-2026 Mar 31 Mo 14:00-16:00".parse().unwrap();
        let open = |month, day, hour| {
            both.is_open(Utc.with_ymd_and_hms(2026, month, day, hour, 0, 0).unwrap(), None)
        };
        let later: Hours = "2026 Jan 05+ Mo 09:00-10:00".parse().unwrap();
        assert_eq!(later.is_open(Utc.with_ymd_and_hms(2025, 1, 6, 8, 30, 0).unwrap(), None), Some(false));
        assert_eq!(later.is_open(Utc.with_ymd_and_hms(2027, 1, 4, 8, 30, 0).unwrap(), None), Some(true));
        assert_eq!((open(1, 12, 9), open(1, 12, 14), open(6, 8, 13)), (Some(true), Some(true), Some(false)));
    }

    #[test]
    fn other_repetitions_stay_readable() {
        for schedule in [
            json!({ "freq": "MONTHLY", "byday": "2MO", "opens_at": "09:00", "closes_at": "10:00" }),
            json!({ "freq": "WEEKLY", "interval": 2, "byday": "MO", "opens_at": "09:00", "closes_at": "10:00" }),
            json!({ "freq": "WEEKLY", "count": 3, "byday": "MO", "opens_at": "09:00", "closes_at": "10:00" }),
            json!({ "freq": "WEEKLY", "byday": "MO", "opens_at": "09:00Z", "closes_at": "10:00Z" }),
            json!({ "description": "sur rendez-vous" }),
        ] {
            let read = read(&[schedule]);
            assert_eq!((read.hours.is_empty(), read.notes.len(), read.wrong.len()), (true, 1, 0), "{read:?}");
        }
        let bad = json!({ "freq": "WEEKLY", "byday": "LU,MO", "opens_at": "matin", "closes_at": "10:00" });
        assert_eq!(read(&[bad]).wrong.len(), 2);
    }
}
