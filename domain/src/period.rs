//! A period that activity is counted over: a month, a quarter or a year, in Paris.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};

use crate::clock::start_of;

/// A month, a quarter or a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// A month of a year, from 1.
    Month(i32, u32),
    /// A quarter of a year, from 1.
    Quarter(i32, u32),
    /// A year.
    Year(i32),
}

/// Years that are written with four digits, which is all that anybody counts over.
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2999;

/// Days after its end at which a quarter no longer changes by itself: the delay of its last request has passed.
const SETTLED_AFTER: Days = Days::new(10);

impl Period {
    /// The month, the quarter and the year of a day.
    pub fn all_of(day: NaiveDate) -> [Period; 3] {
        [
            Period::Month(day.year(), day.month()),
            Period::Quarter(day.year(), day.month0() / 3 + 1),
            Period::Year(day.year()),
        ]
    }

    /// Its first day.
    pub fn first(self) -> NaiveDate {
        let (year, month) = match self {
            Period::Month(year, month) => (year, month),
            Period::Quarter(year, quarter) => (year, quarter * 3 - 2),
            Period::Year(year) => (year, 1),
        };
        NaiveDate::from_ymd_opt(year, month, 1).expect("periods are of months that there are")
    }

    /// The one after it, of the same length.
    #[must_use]
    pub fn next(self) -> Period {
        match self {
            Period::Month(year, 12) => Period::Month(year + 1, 1),
            Period::Month(year, month) => Period::Month(year, month + 1),
            Period::Quarter(year, 4) => Period::Quarter(year + 1, 1),
            Period::Quarter(year, quarter) => Period::Quarter(year, quarter + 1),
            Period::Year(year) => Period::Year(year + 1),
        }
    }

    /// The one before it, of the same length.
    #[must_use]
    pub fn previous(self) -> Period {
        match self {
            Period::Month(year, 1) => Period::Month(year - 1, 12),
            Period::Month(year, month) => Period::Month(year, month - 1),
            Period::Quarter(year, 1) => Period::Quarter(year - 1, 4),
            Period::Quarter(year, quarter) => Period::Quarter(year, quarter - 1),
            Period::Year(year) => Period::Year(year - 1),
        }
    }

    /// The day after its last.
    pub fn end(self) -> NaiveDate {
        self.next().first()
    }

    /// When it begins.
    pub fn starts_at(self) -> DateTime<Utc> {
        midnight(self.first())
    }

    /// When it is over.
    pub fn ends_at(self) -> DateTime<Utc> {
        midnight(self.end())
    }

    /// The day from which its activity may be published: none for a month or a year, which quarters would tell by subtraction.
    pub fn published_from(self) -> Option<NaiveDate> {
        matches!(self, Period::Quarter(..)).then(|| self.end() + SETTLED_AFTER)
    }

    /// When a publication of it is made: what ends later would change it. None for what is not published.
    pub fn settled_at(self) -> Option<DateTime<Utc>> {
        self.published_from().map(midnight)
    }

    /// The last quarter that may be published on that day.
    pub fn last_published(day: NaiveDate) -> Period {
        let [_, quarter, _] = Period::all_of(day);
        let last = quarter.previous();
        if last.published_from().is_some_and(|from| from <= day) { last } else { last.previous() }
    }
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    start_of(day).expect("periods are of years that the calendar has")
}

impl fmt::Display for Period {
    /// As addresses have it: `2026-11`, `2026-T4`, `2026`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Period::Month(year, month) => write!(f, "{year}-{month:02}"),
            Period::Quarter(year, quarter) => write!(f, "{year}-T{quarter}"),
            Period::Year(year) => write!(f, "{year}"),
        }
    }
}

impl FromStr for Period {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Period, &'static str> {
        let number =
            |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?;
        let (year, part) = text.split_once('-').map_or((text, None), |(year, part)| (year, Some(part)));
        let year =
            number(year).and_then(|year: u32| i32::try_from(year).ok()).filter(|year| YEARS.contains(year));
        let period = year.and_then(|year| match part {
            None => Some(Period::Year(year)),
            Some(part) => match part.strip_prefix('T') {
                Some(quarter) => number(quarter)
                    .filter(|quarter| (1..=4).contains(quarter))
                    .map(|quarter| Period::Quarter(year, quarter)),
                None => number(part)
                    .filter(|month| (1..=12).contains(month))
                    .map(|month| Period::Month(year, month)),
            },
        });
        // One way to write each.
        period
            .filter(|period| period.to_string() == text)
            .ok_or("un mois (2026-11), un trimestre (2026-T4) ou une année (2026)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::due;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_period_is_written_in_one_way() {
        for text in ["2026-11", "2026-T4", "2026", "2026-01"] {
            assert_eq!(text.parse::<Period>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "26",
            "2026-1",
            "2026-13",
            "2026-00",
            "2026-T0",
            "2026-T5",
            "2026-t4",
            "-2026",
            "+2026",
            "9999",
            "2026-11-20",
            "2026-T",
            "2026-é",
        ] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }

    #[test]
    fn periods_follow_one_another_in_paris() {
        let [month, quarter, year] = Period::all_of(day("2026-11-28"));
        assert_eq!([month, quarter, year].map(|period| period.to_string()), ["2026-11", "2026-T4", "2026"]);
        assert_eq!(
            [month, quarter, year].map(Period::first),
            ["2026-11-01", "2026-10-01", "2026-01-01"].map(day)
        );
        assert_eq!(
            [month, quarter, year].map(Period::end),
            ["2026-12-01", "2027-01-01", "2027-01-01"].map(day)
        );
        for period in [
            Period::Month(2026, 12),
            Period::Month(2026, 1),
            Period::Quarter(2026, 4),
            Period::Quarter(2026, 1),
            Period::Year(2026),
        ] {
            assert_eq!((period.next().previous(), period.previous().next()), (period, period));
        }
        assert_eq!(month.starts_at().to_rfc3339(), "2026-10-31T23:00:00+00:00");
        assert_eq!(Period::Month(2026, 6).ends_at().to_rfc3339(), "2026-06-30T22:00:00+00:00");
    }

    #[test]
    fn a_quarter_is_published_once_its_last_request_is_due() {
        let quarter = Period::Quarter(2026, 3);
        assert_eq!(quarter.published_from(), Some(day("2026-10-11")));
        assert_eq!(
            (Period::Month(2026, 9).published_from(), Period::Year(2025).published_from()),
            (None, None)
        );
        assert_eq!(Period::last_published(day("2026-10-10")), Period::Quarter(2026, 2));
        assert_eq!(Period::last_published(day("2026-10-11")), quarter);
        for year in 2020..2040 {
            for quarter in 1..=4 {
                let quarter = Period::Quarter(year, quarter);
                assert!(due(quarter.ends_at()) <= quarter.settled_at().unwrap(), "{quarter}");
            }
        }
    }
}
