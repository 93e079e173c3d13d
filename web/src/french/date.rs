//! Dates and times in words.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};
use maille_domain::clock::MONTHS;
use maille_domain::hours::time_zone;

use super::NO_BREAK;

/// Days of the week, Monday first.
pub const DAYS: [&str; 7] = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];

/// `20 novembre 2026`, `1er décembre 2026`.
pub fn words(date: NaiveDate) -> String {
    let ordinal = if date.day() == 1 { "er" } else { "" };
    let month = MONTHS[date.month0() as usize];
    format!("{}{ordinal}{NO_BREAK}{month}{NO_BREAK}{}", date.day(), date.year())
}

/// An instant that is past, as a journal says it: `20 novembre 2026 à 9 h 12`, where the directory's day begins.
pub fn stamp(at: DateTime<Utc>) -> String {
    let local = at.with_timezone(&time_zone(None)).naive_local();
    format!("{} à {}", words(local.date()), time(local.time()))
}

/// A day near enough not to need its year: `vendredi 25 décembre`, `dimanche 1er novembre`.
pub fn weekday(date: NaiveDate) -> String {
    let ordinal = if date.day() == 1 { "er" } else { "" };
    let day = DAYS[date.weekday().num_days_from_monday() as usize];
    format!("{day} {}{ordinal}{NO_BREAK}{}", date.day(), MONTHS[date.month0() as usize])
}

/// How long ago a day was: `aujourd’hui`, `hier`, `il y a 3 semaines`, `il y a un an`. A day to come is said by its date.
pub fn ago(date: NaiveDate, today: NaiveDate) -> String {
    let days = (today - date).num_days();
    let several = |count: i64, one: &str, plural: &str| match count {
        1 => format!("il y a {one}"),
        _ => format!("il y a {count}{NO_BREAK}{plural}"),
    };
    match days {
        ..0 => format!("le {}", words(date)),
        0 => "aujourd’hui".to_owned(),
        1 => "hier".to_owned(),
        2..14 => several(days, "un jour", "jours"),
        14..56 => several(days / 7, "une semaine", "semaines"),
        56..365 => several(days * 12 / 365, "un mois", "mois"),
        _ => several(days / 365, "un an", "ans"),
    }
}

/// `9 h`, `14 h 30`, `minuit`.
pub fn time(time: NaiveTime) -> String {
    clock(time.hour(), time.minute())
}

/// `9 h`, `14 h 30`, `minuit` (0 h and 24 h), `1 h` for the 25th hour of a day.
pub fn clock(hour: u32, minute: u32) -> String {
    match (hour % 24, minute) {
        (0, 0) => "minuit".to_owned(),
        (hour, 0) => format!("{hour}{NO_BREAK}h"),
        (hour, minute) => format!("{hour}{NO_BREAK}h{NO_BREAK}{minute:02}"),
    }
}

/// When something happens, seen from `now`: `à 17 h`, `demain à 9 h`, `lundi à 9 h`, `le 3 décembre 2026 à 9 h`.
pub fn moment(then: NaiveDateTime, now: NaiveDateTime) -> String {
    let at = time(then.time());
    match (then.date() - now.date()).num_days() {
        0 => format!("à {at}"),
        1 => format!("demain à {at}"),
        2..7 => format!("{} à {at}", DAYS[then.weekday().num_days_from_monday() as usize]),
        _ => format!("le {} à {at}", words(then.date())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn dates_are_words() {
        assert_eq!(words(day("2026-12-01")), "1er\u{a0}décembre\u{a0}2026");
        assert_eq!(weekday(day("2026-12-25")), "vendredi 25\u{a0}décembre");
        assert_eq!(weekday(day("2026-11-01")), "dimanche 1er\u{a0}novembre");
        let today = day("2026-11-20");
        for (date, said) in [
            ("2026-11-20", "aujourd’hui"),
            ("2026-11-19", "hier"),
            ("2026-11-10", "il y a 10\u{a0}jours"),
            ("2026-10-30", "il y a 3\u{a0}semaines"),
            ("2026-09-20", "il y a 2\u{a0}mois"),
            ("2025-11-22", "il y a 11\u{a0}mois"),
            ("2026-09-25", "il y a un mois"),
            ("2025-11-20", "il y a un an"),
            ("2023-01-01", "il y a 3\u{a0}ans"),
            ("2026-12-01", "le 1er\u{a0}décembre\u{a0}2026"),
        ] {
            assert_eq!(ago(day(date), today), said, "{date}");
        }
    }

    #[test]
    fn moments_are_seen_from_now() {
        let now: NaiveDateTime = "2026-11-20T10:00:00".parse().unwrap();
        for (then, said) in [
            ("2026-11-20T17:00:00", "à 17\u{a0}h"),
            ("2026-11-21T09:30:00", "demain à 9\u{a0}h\u{a0}30"),
            ("2026-11-23T09:00:00", "lundi à 9\u{a0}h"),
            ("2026-12-03T00:00:00", "le 3\u{a0}décembre\u{a0}2026 à minuit"),
        ] {
            assert_eq!(moment(then.parse().unwrap(), now), said);
        }
    }
}
