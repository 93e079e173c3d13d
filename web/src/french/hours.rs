//! Opening hours in French: what a paper directory would print of an `opening_hours` text.
//!
//! Reads the part of the syntax that French sources write (days, holidays, times, `off`, comments, rules that replace
//! the days they name, additions after a comma, months and dates); says nothing of the rest.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use maille_domain::hours::{Holiday, Hours, OpenState, Openings};

use self::season::Season;
use super::{NARROW, NO_BREAK, date, list, lower_first, upper_first};

mod season;

/// A line of the table: `Du lundi au vendredi`, `9 h – 12 h et 14 h – 18 h`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The days.
    pub days: String,
    /// The hours, or `fermé`.
    pub hours: String,
    /// Whether it is of some dates of the year only.
    pub dated: bool,
}

/// What one day is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Day {
    /// Nobody said: closed, in this syntax.
    Unsaid,
    Closed,
    Open(Vec<Span>),
}

/// Some hours of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Span {
    /// From and to, in hours and minutes, when both are said.
    times: Option<(Clock, Clock)>,
    words: String,
}

/// Hours and minutes; 26 h is two in the morning.
type Clock = (u32, u32);

/// The same openings on some days, for programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weekly {
    /// Days of the week, Monday first; 7 stands for public holidays.
    pub days: Vec<usize>,
    /// `09:00`.
    pub opens: String,
    /// `17:00`.
    pub closes: String,
}

/// The days a rule can name: Monday to Sunday, public holidays, school holidays.
const PUBLIC_HOLIDAYS: usize = 7;
const SCHOOL_HOLIDAYS: usize = 8;
const CODES: [&str; 9] = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su", "PH", "SH"];

/// The table of an `opening_hours` text, or `None` when it says more than a table by day can.
pub fn table(text: &str) -> Option<Vec<Line>> {
    if text.trim() == "24/7" {
        return Some(vec![Line::of_week("Tous les jours", "24 heures sur 24".to_owned())]);
    }
    let Said { week, dates } = Said::read(text)?;
    let mut lines = if week.iter().all(|day| *day == Day::Unsaid) { Vec::new() } else { lines(&week) };
    let usual = !lines.is_empty();
    lines.extend(dates.iter().map(Dated::line));
    if !usual {
        lines.push(Line::of_week("Le reste de l’année", CLOSED.to_owned()));
    }
    Some(lines)
}

/// The table in a sentence: `Du lundi au vendredi 9 h – 17 h ; samedi 9 h – 13 h`. What is closed is left out, but for the dates
/// that are an exception. `None` where there is no table.
pub fn in_short(text: &str) -> Option<String> {
    let lines = table(text)?;
    let said: Vec<String> = lines
        .iter()
        .filter(|line| line.dated || line.hours != CLOSED)
        .map(|line| format!("{} {}", lower_first(&line.days), line.hours))
        .collect();
    Some(upper_first(&said.join(&format!("{NARROW}; "))))
}

/// The openings of a week for programs: none when they depend on the school holidays, or when the text says more.
pub fn weekly(text: &str) -> Vec<Weekly> {
    if text.trim() == "24/7" {
        let (opens, closes) = ("00:00".to_owned(), "23:59".to_owned());
        return vec![Weekly { days: (0..7).collect(), opens, closes }];
    }
    let mut weekly: Vec<Weekly> = Vec::new();
    let Some(Said { week, dates }) = Said::read(text) else { return weekly };
    if !dates.is_empty() || week[SCHOOL_HOLIDAYS] != Day::Unsaid {
        return weekly;
    }
    for (day, said) in week.iter().enumerate() {
        let Day::Open(spans) = said else { continue };
        for ((from, from_minute), (to, to_minute)) in spans.iter().filter_map(|span| span.times) {
            let opens = format!("{:02}:{from_minute:02}", from % 24);
            let closes = format!("{:02}:{to_minute:02}", to % 24);
            match weekly.iter_mut().find(|known| (&known.opens, &known.closes) == (&opens, &closes)) {
                Some(known) => known.days.push(day),
                None => weekly.push(Weekly { days: vec![day], opens, closes }),
            }
        }
    }
    weekly
}

/// What a text says: of each day, and of some dates of the year.
struct Said {
    week: [Day; 9],
    dates: Vec<Dated>,
}

/// What is said of some days, on some dates of the year.
struct Dated {
    season: Season,
    days: Vec<usize>,
    said: Day,
}

impl Said {
    /// What a text says, when a table can say all of it.
    fn read(text: &str) -> Option<Said> {
        let mut said = Said { week: std::array::from_fn(|_| Day::Unsaid), dates: Vec::new() };
        for rule in text.split(';').map(str::trim).filter(|rule| !rule.is_empty()) {
            match Season::read(rule)? {
                (Some(season), rest) => said.on_dates(season, rest)?,
                (None, rule) => said.every_week(rule)?,
            }
        }
        let opens = said.week.iter().chain(said.dates.iter().map(|dated| &dated.said));
        let week_said = said.week.iter().any(|day| *day != Day::Unsaid);
        (week_said || opens.into_iter().any(|day| matches!(day, Day::Open(_)))).then_some(said)
    }

    fn every_week(&mut self, rule: &str) -> Option<()> {
        for (position, part) in additions(rule).into_iter().enumerate() {
            let (days, said) = read_rule(part)?;
            // It would hold on the dates said before it too.
            if !self.dates.is_empty() && days.iter().any(|&day| day < PUBLIC_HOLIDAYS) {
                return None;
            }
            for day in days {
                self.week[day] = match (&self.week[day], &said, position) {
                    (Day::Open(before), Day::Open(more), 1..) => {
                        Day::Open(before.iter().chain(more).cloned().collect())
                    }
                    _ => said.clone(),
                };
            }
        }
        Some(())
    }

    fn on_dates(&mut self, season: Season, rule: &str) -> Option<()> {
        let [rule] = additions(rule)[..] else { return None };
        let (days, said) = read_rule(rule)?;
        if days.iter().any(|&day| day >= PUBLIC_HOLIDAYS) {
            return None;
        }
        // What opens again what was closed, or says other hours of the same dates, is more than lines can say.
        let again = |before: &Dated| {
            before.season.meets(&season)
                && !(before.season == season && before.days.iter().all(|day| !days.contains(day)))
        };
        let holidays = self.week[PUBLIC_HOLIDAYS..].iter().any(|day| *day != Day::Unsaid);
        if said != Day::Closed && (holidays || self.dates.iter().any(again)) {
            return None;
        }
        self.dates.push(Dated { season, days, said });
        Some(())
    }
}

impl Line {
    fn of_week(days: &str, hours: String) -> Line {
        Line { days: days.to_owned(), hours, dated: false }
    }
}

impl Dated {
    fn line(&self) -> Line {
        let dates = upper_first(&self.season.words());
        let days = match self.days.len() {
            7 => dates,
            _ => format!("{dates}, {}", days_in_words(&self.days)),
        };
        Line { days, hours: hours_in_words(&self.said), dated: true }
    }
}

/// The seven days from `today` on, one by one: for hours that no table by day can say. `None` when one of them is unknown.
pub fn coming_days(hours: &Hours, today: NaiveDate, departement: Option<&str>) -> Option<Vec<Line>> {
    let line = |day: NaiveDate| {
        let openings = hours.openings(day, departement)?;
        Some(Line::of_week(&upper_first(&date::weekday(day)), openings_in_words(&openings)))
    };
    today.iter_days().take(7).map(line).collect()
}

fn openings_in_words(openings: &Openings) -> String {
    let words = |(from, to): &(NaiveTime, NaiveTime)| {
        if from == to {
            return "24 heures sur 24".to_owned();
        }
        format!("{}{NO_BREAK}–{NO_BREAK}{}", date::time(*from), date::time(*to))
    };
    if openings.is_empty() {
        return CLOSED.to_owned();
    }
    list(&openings.iter().map(words).collect::<Vec<_>>())
}

/// What a public holiday does to the hours: `Fermé demain, jour férié (Noël).`
pub fn holiday(holiday: &Holiday, today: NaiveDate) -> String {
    let Holiday { date: day, name, openings } = holiday;
    let when = match (*day - today).num_days() {
        0 => "aujourd’hui".to_owned(),
        1 => "demain".to_owned(),
        _ => date::weekday(*day),
    };
    let near = (*day - today).num_days() < 2;
    match openings {
        None => {
            let is = if *day == today { "est" } else { "sera" };
            let when = upper_first(&when);
            format!("{when} {is} férié ({name}){NARROW}: les horaires de ce jour ne sont pas renseignés.")
        }
        Some(openings) if openings.is_empty() && near => format!("Fermé {when}, jour férié ({name})."),
        Some(openings) if openings.is_empty() => {
            format!("Prochain jour férié{NARROW}: {when} ({name}), fermé.")
        }
        Some(openings) => {
            let hours = openings_in_words(openings);
            format!("{}, jour férié ({name}){NARROW}: {hours}.", upper_first(&when))
        }
    }
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
        "" | "open" => Day::Open(vec![Span { times: None, words: "ouvert".to_owned() }]),
        times => {
            let times = times.strip_suffix(" open").unwrap_or(times);
            Day::Open(times.split(',').map(|span| read_span(span.trim())).collect::<Option<_>>()?)
        }
    };
    if let Some(comment) = comment {
        match &mut said {
            Day::Open(spans) => {
                let words = &mut spans.last_mut()?.words;
                *words = format!("{words} ({comment})");
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
fn read_span(text: &str) -> Option<Span> {
    let words = |(hour, minute): Clock| date::clock(hour, minute);
    if let Some(from) = text.strip_suffix('+') {
        return Some(Span { times: None, words: format!("à partir de {}", words(read_time(from)?)) });
    }
    let (from, to) = text.split_once('-')?;
    let open_end = to.ends_with('+');
    let (from, to) = (read_time(from)?, read_time(to.trim_end_matches('+'))?);
    if (from, to, open_end) == ((0, 0), (24, 0), false) {
        return Some(Span { times: Some((from, to)), words: "24 heures sur 24".to_owned() });
    }
    let end = if open_end { " ou plus tard" } else { "" };
    Some(Span {
        times: (!open_end).then_some((from, to)),
        words: format!("{}{NO_BREAK}–{NO_BREAK}{}{end}", words(from), words(to)),
    })
}

fn read_time(text: &str) -> Option<Clock> {
    let (hour, minute) = text.trim().split_once(':')?;
    if hour.len() > 2 || minute.len() != 2 {
        return None;
    }
    let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour <= 48 && minute < 60).then_some((hour, minute))
}

/// What is said of a day without hours.
pub const CLOSED: &str = "fermé";

/// Days with the same hours share a line, closed ones last; days nobody named are closed.
fn lines(week: &[Day; 9]) -> Vec<Line> {
    let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
    for (day, said) in week.iter().enumerate().take(PUBLIC_HOLIDAYS) {
        let hours = hours_in_words(said);
        match groups.iter_mut().find(|(known, _)| *known == hours) {
            Some((_, days)) => days.push(day),
            None => groups.push((hours, vec![day])),
        }
    }
    groups.sort_by_key(|(hours, _)| hours == CLOSED);
    let mut lines: Vec<Line> = groups
        .into_iter()
        .map(|(hours, days)| Line::of_week(&upper_first(&days_in_words(&days)), hours))
        .collect();
    for (day, name) in [(PUBLIC_HOLIDAYS, "Jours fériés"), (SCHOOL_HOLIDAYS, "Vacances scolaires")] {
        if week[day] != Day::Unsaid {
            lines.push(Line::of_week(name, hours_in_words(&week[day])));
        }
    }
    lines
}

fn hours_in_words(day: &Day) -> String {
    match day {
        Day::Unsaid | Day::Closed => CLOSED.to_owned(),
        Day::Open(spans) => list(&spans.iter().map(|span| span.words.as_str()).collect::<Vec<_>>()),
    }
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
        OpenState::Closed { until: Some(until) } if (until.date() - now.date()).num_days() >= 7 => {
            Some(format!("fermé jusqu’au {} à {}", date::words(until.date()), date::time(until.time())))
        }
        OpenState::Closed { until: Some(until) } => {
            let today = if until.date() == now.date() { "aujourd’hui " } else { "" };
            Some(format!("fermé, ouvre {today}{}", date::moment(until, now)))
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
    fn dates_of_the_year_are_said_after_the_week() {
        for (text, lines) in [
            (
                "Mo-Th 09:00-12:00,14:00-17:00; Fr 09:00-12:00; Dec 24-Jan 01 off",
                &[
                    "Du lundi au jeudi: 9 h – 12 h et 14 h – 17 h",
                    "Vendredi: 9 h – 12 h",
                    "Samedi et dimanche: fermé",
                    "Du 24 décembre au 1er janvier: fermé",
                ][..],
            ),
            (
                "Mo-Fr 09:00-17:00; Jul-Aug Mo-Fr 09:00-13:00; Aug We off; PH off",
                &[
                    "Du lundi au vendredi: 9 h – 17 h",
                    "Samedi et dimanche: fermé",
                    "Jours fériés: fermé",
                    "En juillet et août, du lundi au vendredi: 9 h – 13 h",
                    "En août, mercredi: fermé",
                ],
            ),
            (
                "Apr-Sep: Mo-Fr 09:00-18:00; Oct-Mar Mo-Fr 10:00-16:00; Dec 24-26,Dec 31 off",
                &[
                    "D’avril à septembre, du lundi au vendredi: 9 h – 18 h",
                    "D’octobre à mars, du lundi au vendredi: 10 h – 16 h",
                    "Du 24 au 26 décembre et le 31 décembre: fermé",
                    "Le reste de l’année: fermé",
                ],
            ),
            (
                "Mo-Fr 09:00-17:00; 2026 Dec 24-2027 Jan 02 off; Jul 10:00-12:00",
                &[
                    "Du lundi au vendredi: 9 h – 17 h",
                    "Samedi et dimanche: fermé",
                    "Du 24 décembre 2026 au 2 janvier 2027: fermé",
                    "En juillet: 10 h – 12 h",
                ],
            ),
        ] {
            assert_eq!(said(text).unwrap_or_else(|| panic!("{text}")), lines, "{text}");
            assert!(text.parse::<Hours>().is_ok(), "{text}");
        }
        let short =
            in_short("Mo-Fr 09:00-17:00; Dec 24-Jan 01 off").unwrap().replace([NO_BREAK, NARROW], " ");
        assert_eq!(short, "Du lundi au vendredi 9 h – 17 h ; du 24 décembre au 1er janvier fermé");
        assert_eq!(weekly("Mo-Fr 09:00-17:00; Dec 24-Jan 01 off"), []);
    }

    #[test]
    fn what_a_table_cannot_say_is_left_as_written() {
        for text in [
            "Mo[1] 09:00-12:00",
            "week 1-53/2 Mo 09:00-12:00",
            "sunrise-sunset",
            "easter off; Mo-Fr 09:00-12:00",
            // In this syntax the last rule that speaks of a day is the one that holds.
            "Jul-Aug off; Mo-Fr 09:00-17:00",
            "Mo-Fr 09:00-17:00; Jul-Aug off; Aug Mo 09:00-12:00",
            "Mo-Fr 09:00-17:00; PH off; Jul-Aug Mo-Fr 09:00-13:00",
            "Mo-Fr 09:00-17:00; Jul-Aug Mo-Fr 09:00-13:00; Aug We 14:00-16:00",
            "Mo-Fr 09:00-17:00; Jul-Aug Mo 09:00-12:00, We 14:00-16:00",
            "Jul-Aug PH 09:00-12:00",
            "Dec 25 off",
            "Mo-Fr 09:00-17:00; Dec 24-Jan off",
        ] {
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
            (
                OpenState::Closed { until: until("2026-11-20T14:00:00") },
                Some("fermé, ouvre aujourd’hui à 14 h"),
            ),
            (
                OpenState::Closed { until: until("2027-01-04T09:00:00") },
                Some("fermé jusqu’au 4 janvier 2027 à 9 h"),
            ),
            (OpenState::Closed { until: None }, Some("fermé")),
            (OpenState::Unknown, None),
        ] {
            assert_eq!(state(open, now).map(|text| text.replace(NO_BREAK, " ")).as_deref(), expected);
        }
    }

    #[test]
    fn what_no_table_says_is_said_day_by_day() {
        let hours: Hours = "Mo[1] 09:00-12:00; Dec 25-Jan 03 off; We 22:00-24:00".parse().unwrap();
        let lines = coming_days(&hours, "2026-12-07".parse().unwrap(), Some("92")).unwrap();
        let said = |line: &Line| format!("{}: {}", line.days, line.hours).replace(NO_BREAK, " ");
        assert_eq!(said(&lines[0]), "Lundi 7 décembre: 9 h – 12 h");
        assert_eq!(said(&lines[1]), "Mardi 8 décembre: fermé");
        assert_eq!(said(&lines[2]), "Mercredi 9 décembre: 22 h – minuit");
        assert_eq!(coming_days(&"Mo-Fr unknown".parse().unwrap(), "2026-12-07".parse().unwrap(), None), None);
    }

    #[test]
    fn a_holiday_ahead_is_a_sentence() {
        let today = "2026-12-24".parse().unwrap();
        let said = |date: &str, openings| {
            let day = Holiday { date: date.parse().unwrap(), name: "Noël", openings };
            holiday(&day, today).replace([NO_BREAK, NARROW], " ")
        };
        let morning = vec![("10:00:00".parse().unwrap(), "12:00:00".parse().unwrap())];
        assert_eq!(said("2026-12-24", Some(vec![])), "Fermé aujourd’hui, jour férié (Noël).");
        assert_eq!(said("2026-12-25", Some(vec![])), "Fermé demain, jour férié (Noël).");
        assert_eq!(
            said("2026-12-28", Some(vec![])),
            "Prochain jour férié : lundi 28 décembre (Noël), fermé."
        );
        assert_eq!(said("2026-12-25", Some(morning)), "Demain, jour férié (Noël) : 10 h – 12 h.");
        assert_eq!(
            said("2026-12-28", None),
            "Lundi 28 décembre sera férié (Noël) : les horaires de ce jour ne sont pas renseignés."
        );
    }

    #[test]
    fn programs_read_a_week() {
        let week = weekly("Mo-Tu,Th 09:00-12:00,14:00-18:30; Fr 22:00-26:00; PH 10:00-12:00; Sa off");
        let said = |days: &[usize], opens: &str, closes: &str| Weekly {
            days: days.to_vec(),
            opens: opens.to_owned(),
            closes: closes.to_owned(),
        };
        assert_eq!(
            week,
            [
                said(&[0, 1, 3], "09:00", "12:00"),
                said(&[0, 1, 3], "14:00", "18:30"),
                said(&[4], "22:00", "02:00"),
                said(&[7], "10:00", "12:00"),
            ]
        );
        assert_eq!(weekly("Mo-Fr 09:00-17:00; SH off"), []);
        assert_eq!(weekly("Jan-Mar 10:00-12:00"), []);
    }
}
