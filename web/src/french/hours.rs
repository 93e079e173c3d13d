//! Opening hours in French: what a paper directory would print of an `opening_hours` text.
//!
//! Reads the part of the syntax that French sources write (days, holidays, times, `off`, comments, rules that replace
//! the days they name, additions after a comma); says nothing of the rest, and the page shows the text as written.

use chrono::{NaiveDateTime, Timelike};
use maille_domain::hours::OpenState;

use super::{NO_BREAK, date, list, upper_first};

/// A line of the table: `Du lundi au vendredi`, `9 h – 12 h et 14 h – 18 h`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The days.
    pub days: String,
    /// The hours, or `fermé`.
    pub hours: String,
}

/// What one day is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Day {
    /// Nobody said: closed, in this syntax.
    Unsaid,
    Closed,
    Open(Vec<String>),
}

/// The days a rule can name: Monday to Sunday, public holidays, school holidays.
const PUBLIC_HOLIDAYS: usize = 7;
const SCHOOL_HOLIDAYS: usize = 8;
const CODES: [&str; 9] = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su", "PH", "SH"];

/// The table of an `opening_hours` text, or `None` when it says more than a table by day can.
pub fn table(text: &str) -> Option<Vec<Line>> {
    let text = text.trim();
    if text == "24/7" {
        return Some(vec![Line { days: "Tous les jours".to_owned(), hours: "24 heures sur 24".to_owned() }]);
    }
    let mut week: [Day; 9] = std::array::from_fn(|_| Day::Unsaid);
    for rule in text.split(';').map(str::trim).filter(|rule| !rule.is_empty()) {
        for (position, part) in additions(rule).into_iter().enumerate() {
            let (days, said) = read_rule(part)?;
            for day in days {
                week[day] = match (&week[day], &said, position) {
                    (Day::Open(before), Day::Open(more), 1..) => {
                        Day::Open(before.iter().chain(more).cloned().collect())
                    }
                    _ => said.clone(),
                };
            }
        }
    }
    if week.iter().all(|day| *day == Day::Unsaid) {
        return None;
    }
    Some(lines(&week))
}

/// Splits `Mo 09:00-12:00, We 14:00-18:00` where a comma is followed by days, not by times or by more days.
fn additions(rule: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, _) in rule.match_indices(',') {
        let times_before = rule[start..at].contains(':');
        let next = rule[at + 1..].trim_start();
        if times_before && CODES.iter().any(|code| next.starts_with(code)) {
            parts.push(rule[start..at].trim());
            start = at + 1;
        }
    }
    parts.push(rule[start..].trim());
    parts
}

fn read_rule(rule: &str) -> Option<(Vec<usize>, Day)> {
    let (rule, comment) = match rule.split_once('"') {
        Some((rule, comment)) => (rule.trim(), Some(comment.strip_suffix('"')?)),
        None => (rule, None),
    };
    let first_time = rule.find(|c: char| c.is_ascii_digit());
    let (days, rest) = match (first_time, rule.rsplit_once(' ')) {
        (Some(at), _) => (rule[..at].trim(), rule[at..].trim()),
        (None, Some((days, word))) => (days.trim(), word),
        (None, None) if CODES.iter().any(|code| rule.starts_with(code)) => (rule, ""),
        (None, None) => ("", rule),
    };
    let days = if days.is_empty() { (0..7).collect() } else { read_days(days)? };
    let mut said = match rest {
        "off" | "closed" => Day::Closed,
        "" | "open" => Day::Open(vec!["ouvert".to_owned()]),
        times => {
            let times = times.strip_suffix(" open").unwrap_or(times);
            Day::Open(times.split(',').map(|span| read_span(span.trim())).collect::<Option<_>>()?)
        }
    };
    if let Some(comment) = comment {
        match &mut said {
            Day::Open(spans) => {
                let last = spans.last_mut()?;
                *last = format!("{last} ({comment})");
            }
            // A closing for a reason is more than a table says.
            Day::Closed | Day::Unsaid => return None,
        }
    }
    Some((days, said))
}

/// `Mo-Fr`, `Mo,We-Fr`, `Sa-Mo`, `PH`.
fn read_days(text: &str) -> Option<Vec<usize>> {
    let position = |code: &str| CODES.iter().position(|&known| known == code.trim());
    let mut days = Vec::new();
    for part in text.trim_end_matches(':').split(',') {
        match part.split_once('-') {
            None => days.push(position(part)?),
            Some((from, to)) => {
                let (from, to) = (position(from)?, position(to)?);
                if from > 6 || to > 6 {
                    return None;
                }
                let length = (to + 7 - from) % 7;
                days.extend((0..=length).map(|step| (from + step) % 7));
            }
        }
    }
    Some(days)
}

/// `09:00-12:30` → `9 h – 12 h 30`; `14:00+` → `à partir de 14 h`.
fn read_span(text: &str) -> Option<String> {
    if let Some(from) = text.strip_suffix('+') {
        return Some(format!("à partir de {}", read_time(from)?));
    }
    let (from, to) = text.split_once('-')?;
    let open_end = to.ends_with('+');
    let (from, to) = (read_time(from)?, read_time(to.trim_end_matches('+'))?);
    let end = if open_end { " ou plus tard" } else { "" };
    Some(format!("{from}{NO_BREAK}–{NO_BREAK}{to}{end}"))
}

fn read_time(text: &str) -> Option<String> {
    let (hour, minute) = text.trim().split_once(':')?;
    if hour.len() > 2 || minute.len() != 2 {
        return None;
    }
    let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour <= 48 && minute < 60).then(|| date::clock(hour, minute))
}

const CLOSED: &str = "fermé";

/// Days with the same hours share a line, closed ones last; days nobody named are closed.
fn lines(week: &[Day; 9]) -> Vec<Line> {
    let hours = |day: &Day| match day {
        Day::Unsaid | Day::Closed => CLOSED.to_owned(),
        Day::Open(spans) => list(spans),
    };
    let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
    for (day, said) in week.iter().enumerate().take(PUBLIC_HOLIDAYS) {
        let hours = hours(said);
        match groups.iter_mut().find(|(known, _)| *known == hours) {
            Some((_, days)) => days.push(day),
            None => groups.push((hours, vec![day])),
        }
    }
    groups.sort_by_key(|(hours, _)| hours == CLOSED);
    let mut lines: Vec<Line> = groups
        .into_iter()
        .map(|(hours, days)| Line { days: upper_first(&days_in_words(&days)), hours })
        .collect();
    for (day, name) in [(PUBLIC_HOLIDAYS, "Jours fériés"), (SCHOOL_HOLIDAYS, "Vacances scolaires")] {
        if week[day] != Day::Unsaid {
            lines.push(Line { days: name.to_owned(), hours: hours(&week[day]) });
        }
    }
    lines
}

/// `du lundi au vendredi`, `lundi, mardi et jeudi`, `tous les jours`.
fn days_in_words(days: &[usize]) -> String {
    if days.len() == 7 {
        return "tous les jours".to_owned();
    }
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for &day in days {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == day => *last = day,
            _ => runs.push((day, day)),
        }
    }
    let mut words = Vec::new();
    for (first, last) in runs {
        match last - first {
            0 => words.push(date::DAYS[first].to_owned()),
            1 => words.extend([date::DAYS[first].to_owned(), date::DAYS[last].to_owned()]),
            _ => words.push(format!("du {} au {}", date::DAYS[first], date::DAYS[last])),
        }
    }
    list(&words)
}

/// What the hours say of now: `ouvert jusqu’à 17 h`, `fermé, ouvre lundi à 9 h`. `None` when they say nothing.
pub fn state(state: OpenState, now: NaiveDateTime) -> Option<String> {
    match state {
        OpenState::Open { until: None } => Some("ouvert 24 heures sur 24".to_owned()),
        OpenState::Open { until: Some(until) } => {
            let when = date::moment(until, now);
            Some(match when.strip_prefix("à ") {
                Some(hour) => format!("ouvert jusqu’à {hour}"),
                None if until.date().signed_duration_since(now.date()).num_days() == 1 && early(until) => {
                    format!("ouvert jusqu’à {}", date::time(until.time()))
                }
                None => format!("ouvert, ferme {when}"),
            })
        }
        OpenState::Closed { until: None } => Some("fermé".to_owned()),
        OpenState::Closed { until: Some(until) } => {
            Some(format!("fermé, ouvre {}", date::moment(until, now)))
        }
        OpenState::Unknown => None,
    }
}

/// Small hours: "until midnight" and "until 2 in the morning" are said of the evening before.
fn early(until: NaiveDateTime) -> bool {
    until.hour() < 6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Option<Vec<String>> {
        let lines = table(text)?;
        Some(
            lines
                .into_iter()
                .map(|line| format!("{}: {}", line.days, line.hours).replace(NO_BREAK, " "))
                .collect(),
        )
    }

    #[test]
    fn hours_read_like_a_sign_on_a_door() {
        for (text, lines) in [
            (
                "Mo-Fr 09:00-12:00,14:00-18:00; Sa 09:00-12:30; PH off",
                &[
                    "Du lundi au vendredi: 9 h – 12 h et 14 h – 18 h",
                    "Samedi: 9 h – 12 h 30",
                    "Dimanche: fermé",
                    "Jours fériés: fermé",
                ][..],
            ),
            ("24/7", &["Tous les jours: 24 heures sur 24"]),
            ("Mo-Su 08:00-20:00", &["Tous les jours: 8 h – 20 h"]),
            (
                "Mo,Tu,Th,Fr 08:30-17:00; We 08:30-12:00",
                &[
                    "Lundi, mardi, jeudi et vendredi: 8 h 30 – 17 h",
                    "Mercredi: 8 h 30 – 12 h",
                    "Samedi et dimanche: fermé",
                ],
            ),
            (
                "Mo-Fr 09:00-17:00; We off",
                &["Lundi, mardi, jeudi et vendredi: 9 h – 17 h", "Mercredi, samedi et dimanche: fermé"],
            ),
            (
                "Mo 09:00-12:00, Mo 14:00-16:00",
                &["Lundi: 9 h – 12 h et 14 h – 16 h", "Du mardi au dimanche: fermé"],
            ),
            (
                "Tu-Th 09:00-12:00 \"sur rendez-vous\"",
                &[
                    "Du mardi au jeudi: 9 h – 12 h (sur rendez-vous)",
                    "Lundi et du vendredi au dimanche: fermé",
                ],
            ),
            ("Fr 22:00-26:00", &["Vendredi: 22 h – 2 h", "Du lundi au jeudi, samedi et dimanche: fermé"]),
        ] {
            let found = said(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(found, lines, "{text}");
        }
    }

    #[test]
    fn what_a_table_cannot_say_is_left_as_written() {
        for text in
            ["Mo[1] 09:00-12:00", "Jan-Mar 10:00-12:00", "week 1-53/2 Mo 09:00-12:00", "sunrise-sunset"]
        {
            assert_eq!(table(text), None, "{text}");
        }
    }

    #[test]
    fn now_is_said_in_a_few_words() {
        let now: NaiveDateTime = "2026-11-20T10:00:00".parse().unwrap();
        let until = |text: &str| text.parse().ok();
        for (open, expected) in [
            (OpenState::Open { until: until("2026-11-20T17:00:00") }, Some("ouvert jusqu’à 17 h")),
            (OpenState::Open { until: until("2026-11-21T00:00:00") }, Some("ouvert jusqu’à minuit")),
            (OpenState::Open { until: until("2026-11-23T09:00:00") }, Some("ouvert, ferme lundi à 9 h")),
            (OpenState::Open { until: None }, Some("ouvert 24 heures sur 24")),
            (OpenState::Closed { until: until("2026-11-20T14:00:00") }, Some("fermé, ouvre à 14 h")),
            (OpenState::Closed { until: None }, Some("fermé")),
            (OpenState::Unknown, None),
        ] {
            assert_eq!(state(open, now).map(|text| text.replace(NO_BREAK, " ")).as_deref(), expected);
        }
    }
}
