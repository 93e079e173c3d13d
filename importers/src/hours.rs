//! Opening hours that sources give as days and times, in OpenStreetMap's `opening_hours` syntax.

use std::fmt::Write;

use chrono::{NaiveTime, Timelike};

const DAYS: [&str; 7] = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];
const DAY: u32 = 24 * 60;

/// The hours of a week: for each day, from Monday, its openings in minutes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Week {
    days: [Vec<(u32, u32)>; 7],
    /// Whether public holidays are closed.
    pub closed_on_holidays: bool,
}

impl Week {
    /// Adds an opening of a day, 0 for Monday. An end at or before the start is on the next day; midnight ends a day.
    /// Says no where the day or the times are none.
    #[must_use]
    pub fn open(&mut self, day: usize, from: NaiveTime, to: NaiveTime) -> bool {
        let Some(openings) = self.days.get_mut(day) else { return false };
        let minutes = |time: NaiveTime| time.hour() * 60 + time.minute();
        let (from, mut to) = (minutes(from), minutes(to));
        // The last minute of the day is how forms write midnight.
        if to == DAY - 1 {
            to = DAY;
        }
        if to == from && from != 0 {
            return false;
        }
        if to <= from {
            to += DAY;
        }
        openings.push((from, to));
        true
    }

    /// Whether no day is open.
    pub fn is_empty(&self) -> bool {
        self.days.iter().all(Vec::is_empty)
    }

    /// The hours as `opening_hours`; empty when there are none.
    pub fn written(&self) -> String {
        let days = self.days.clone().map(merged);
        if days.iter().all(|openings| openings == &[(0, DAY)]) {
            return "24/7".to_owned();
        }
        let mut rules: Vec<(String, Vec<usize>)> = Vec::new();
        for (day, openings) in days.iter().enumerate().filter(|(_, openings)| !openings.is_empty()) {
            let times = openings.iter().map(|&(from, to)| format!("{}-{}", clock(from), clock(to)));
            let times = times.collect::<Vec<_>>().join(",");
            match rules.iter_mut().find(|(same, _)| *same == times) {
                Some((_, days)) => days.push(day),
                None => rules.push((times, vec![day])),
            }
        }
        let mut written: Vec<String> =
            rules.into_iter().map(|(times, days)| format!("{} {times}", named(&days))).collect();
        if self.closed_on_holidays && !written.is_empty() {
            written.push("PH off".to_owned());
        }
        written.join("; ")
    }
}

/// A time as sources write it: `08:30`, `08:30:00`, `8h30`, `830`.
pub(crate) fn time(text: &str) -> Option<NaiveTime> {
    let text = text.trim().to_ascii_lowercase();
    let parts: Vec<&str> = text.split([':', 'h']).collect();
    let (hour, minute) = match parts[..] {
        [digits] => {
            let number: u32 = digits.parse().ok()?;
            if digits.len() <= 2 { (number, 0) } else { (number / 100, number % 100) }
        }
        [hour, ""] => (hour.parse().ok()?, 0),
        [hour, minute] | [hour, minute, _] => (hour.parse().ok()?, minute.parse().ok()?),
        _ => return None,
    };
    // Midnight at the end of a day.
    NaiveTime::from_hms_opt(if hour == 24 && minute == 0 { 0 } else { hour }, minute, 0)
}

/// In order, those that touch or overlap made one.
fn merged(mut openings: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    openings.sort_unstable();
    let mut merged: Vec<(u32, u32)> = Vec::new();
    for (from, to) in openings {
        match merged.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => merged.push((from, to)),
        }
    }
    merged
}

fn clock(minutes: u32) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// `Mo-Fr`, `Mo,We`, `Mo-We,Sa`.
fn named(days: &[usize]) -> String {
    let mut named = String::new();
    let mut rest = days;
    while let Some(&first) = rest.first() {
        let run = rest.iter().enumerate().take_while(|&(step, &day)| day == first + step).count();
        let apart = if named.is_empty() { "" } else { "," };
        let last = first + run - 1;
        let written = match run {
            1 => write!(named, "{apart}{}", DAYS[first]),
            2 => write!(named, "{apart}{},{}", DAYS[first], DAYS[last]),
            _ => write!(named, "{apart}{}-{}", DAYS[first], DAYS[last]),
        };
        written.expect("writing to a String does not fail");
        rest = &rest[run..];
    }
    named
}

#[cfg(test)]
mod tests {
    use maille_domain::hours::Hours;
    use proptest::prelude::*;

    use super::*;

    fn week(openings: &[(usize, &str, &str)]) -> Week {
        let mut week = Week::default();
        for (day, from, to) in openings {
            assert!(week.open(*day, time(from).unwrap(), time(to).unwrap()));
        }
        week
    }

    #[test]
    fn days_of_the_same_hours_go_together() {
        let all = |from, to| (0..7).map(|day| (day, from, to)).collect::<Vec<_>>();
        for (openings, written) in [
            (
                vec![(0, "09:00", "12:00"), (0, "14:00", "18:00"), (1, "9h", "12h"), (1, "1400", "18h00")],
                "Mo,Tu 09:00-12:00,14:00-18:00",
            ),
            (
                vec![(0, "08:00:00", "20:00:00"), (1, "800", "2000"), (2, "8:00", "20:00"), (5, "8", "12")],
                "Mo-We 08:00-20:00; Sa 08:00-12:00",
            ),
            (all("00:00", "23:59"), "24/7"),
            (all("00:00", "24:00"), "24/7"),
            (vec![(4, "22:00", "06:00")], "Fr 22:00-30:00"),
            (vec![(0, "09:00", "12:00"), (0, "11:00", "13:00")], "Mo 09:00-13:00"),
            (vec![], ""),
        ] {
            assert_eq!(week(&openings).written(), written);
        }
        let mut closed = week(&[(0, "9", "10")]);
        closed.closed_on_holidays = true;
        assert_eq!(closed.written(), "Mo 09:00-10:00; PH off");
        assert!(!closed.open(7, time("9").unwrap(), time("10").unwrap()));
        assert!(!closed.open(0, time("9").unwrap(), time("9").unwrap()));
        assert_eq!(["", "25:00", "midi", "9:75"].map(time), [None; 4]);
    }

    proptest! {
        #[test]
        fn what_is_written_are_hours(openings in prop::collection::vec((0..7_usize, 0..1440_u32, 0..1440_u32), 1..10)) {
            let mut week = Week::default();
            for (day, from, to) in openings {
                let at = |minutes: u32| NaiveTime::from_hms_opt(minutes / 60, minutes % 60, 0).unwrap();
                let _ = week.open(day, at(from), at(to));
            }
            let written = week.written();
            prop_assert_eq!(written.is_empty(), week.is_empty());
            prop_assert!(written.is_empty() || written.parse::<Hours>().is_ok(), "{}", written);
        }
    }
}
