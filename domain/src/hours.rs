//! Opening hours in OpenStreetMap's `opening_hours` syntax, evaluated in the place's time zone with the public holidays of its
//! département.
//!
//! Nobody here knows the school holidays (`SH`): hours that name them are read twice, as if there were none and as if there were
//! nothing else, and say what both readings say.

pub mod plain;

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use opening_hours::{OpeningHours, RuleKind};
use serde::{Deserialize, Serialize};

use crate::holidays::{self, School};

/// Longest text that is tried: the parser's cost grows with it, and no service has more to say.
const LONGEST: usize = 2_000;

/// No change is looked for beyond this: hours that never change would be followed for centuries.
const HORIZON: TimeDelta = TimeDelta::days(400);

/// Hours whose text parses as `opening_hours`; kept as written.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hours {
    text: String,
    /// Parsed when first evaluated: a listing that is shown often is parsed once.
    #[serde(skip)]
    parsed: OnceLock<Option<Parsed>>,
}

#[derive(Clone)]
struct Parsed {
    /// Outside the school holidays.
    usual: OpeningHours,
    /// During the school holidays, when the hours name them.
    in_school_holidays: Option<OpeningHours>,
}

impl fmt::Debug for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Hours").field(&self.text).finish()
    }
}

impl PartialEq for Hours {
    fn eq(&self, other: &Hours) -> bool {
        self.text == other.text
    }
}

impl Eq for Hours {}

/// Hours that do not parse.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("des horaires au format opening_hours, par exemple « Mo-Fr 09:00-12:00,14:00-18:00; PH off »")]
pub struct HoursError;

/// What hours say of one instant, in local time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenState {
    /// Open, and until when if it ever closes.
    Open {
        /// Local time of the next closing.
        until: Option<NaiveDateTime>,
    },
    /// Closed, and until when if it ever opens.
    Closed {
        /// Local time of the next opening; none too when it depends on the school holidays.
        until: Option<NaiveDateTime>,
    },
    /// The hours themselves say "unknown" then, or depend on a holiday that nobody here knows.
    Unknown,
}

/// A public holiday that a day is, and what hours make of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holiday {
    /// The day.
    pub date: NaiveDate,
    /// What it is called.
    pub name: &'static str,
    /// The openings of that day; `None` when the hours say nothing of holidays, and would be open.
    pub openings: Option<Openings>,
}

/// The openings of one day, from and to, in local time; none: closed. Midnight at the end is 0 h.
pub type Openings = Vec<(NaiveTime, NaiveTime)>;

impl FromStr for Hours {
    type Err = HoursError;

    fn from_str(text: &str) -> Result<Self, HoursError> {
        let text = text.trim();
        if text.is_empty() || text.len() > LONGEST || text.parse::<OpeningHours>().is_err() {
            return Err(HoursError);
        }
        Ok(Hours { text: text.to_owned(), parsed: OnceLock::new() })
    }
}

impl Hours {
    /// The text, as the source wrote it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether these hours name the school holidays: a page may then say "selon les vacances scolaires".
    pub fn depends_on_school_holidays(&self) -> bool {
        self.parsed().is_some_and(|parsed| parsed.in_school_holidays.is_some())
    }

    /// What these hours say of `at`, in the time zone of `departement`.
    pub fn state(&self, at: DateTime<Utc>, departement: Option<&str>) -> OpenState {
        let local = local(at, departement);
        let readings = self.readings(departement);
        let changes = readings.iter().map(|hours| hours.next_change(local));
        match agreed(readings.iter().map(|hours| hours.state(local).0)) {
            Some(RuleKind::Open) => OpenState::Open { until: changes.flatten().min() },
            Some(RuleKind::Closed) => OpenState::Closed { until: agreed(changes).flatten() },
            Some(RuleKind::Unknown) | None => OpenState::Unknown,
        }
    }

    /// Whether these hours say "open" at `at`, in the time zone of `departement`; `None` when they say "unknown". The same
    /// as [`Hours::state`], without looking for the next change.
    pub fn is_open(&self, at: DateTime<Utc>, departement: Option<&str>) -> Option<bool> {
        let local = local(at, departement);
        match agreed(self.readings(departement).iter().map(|hours| hours.state(local).0))? {
            RuleKind::Open => Some(true),
            RuleKind::Closed => Some(false),
            RuleKind::Unknown => None,
        }
    }

    /// Whether these hours say "open" at some instant from `from` to `until`, both included; false when they say "closed" all
    /// along, `None` when they say "unknown" at some instant and "open" at none. The window is cut after 400 days; one that ends
    /// before it starts is its first instant.
    pub fn is_open_during(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
        departement: Option<&str>,
    ) -> Option<bool> {
        let until = local(until.clamp(from, from + HORIZON), departement);
        let from = local(from, departement);
        // The end is included, and clocks may have gone back in between.
        let end = until.max(from) + TimeDelta::nanoseconds(1);
        let readings = self.readings(departement);
        let (first, others) = readings.split_first()?;
        let mut unknown = false;
        for span in first.iter_range(from, end) {
            let open_too = |hours: &OpeningHours| {
                let mut spans = hours.iter_range(span.range.start, span.range.end);
                spans.any(|other| other.kind == RuleKind::Open)
            };
            if span.kind == RuleKind::Open && others.iter().all(open_too) {
                return Some(true);
            }
            unknown |= span.kind != RuleKind::Closed;
        }
        let closed =
            |hours: &OpeningHours| hours.iter_range(from, end).all(|span| span.kind == RuleKind::Closed);
        (!unknown && others.iter().all(closed)).then_some(false)
    }

    /// The openings of a day; `None` when these hours do not know them, or when they depend on the school holidays.
    pub fn openings(&self, date: NaiveDate, departement: Option<&str>) -> Option<Openings> {
        agreed(self.readings(departement).iter().map(|hours| openings(hours, date))).flatten()
    }

    /// The first public holiday among the `days` that follow `date`, itself included, on which people would be wrong to
    /// count on the hours of that weekday: they are others, or nobody said that they are the same.
    pub fn next_holiday(&self, date: NaiveDate, days: usize, departement: Option<&str>) -> Option<Holiday> {
        let parsed = self.parsed()?;
        date.iter_days().take(days).find_map(|date| {
            let name = holidays::name(departement, date)?;
            let kept = self.openings(date, departement)?;
            let usual = openings(&parsed.usual, date)?;
            let said = names(&parsed.usual, "PH");
            match (kept == usual, said) {
                (true, false) if !usual.is_empty() => Some(Holiday { date, name, openings: None }),
                (true, _) => None,
                (false, _) => Some(Holiday { date, name, openings: Some(kept) }),
            }
        })
    }

    /// These hours with the holidays of a département: one reading, or two when they name the school holidays. None at all
    /// when they cannot be read.
    fn readings(&self, departement: Option<&str>) -> Vec<OpeningHours> {
        let Some(parsed) = self.parsed() else { return Vec::new() };
        let reading = |hours: &OpeningHours, school| {
            let context = holidays::context(departement, school).approx_bound_interval_size(HORIZON);
            hours.clone().with_context(context)
        };
        let usual = reading(&parsed.usual, School::Never);
        let in_holidays = parsed.in_school_holidays.as_ref().map(|hours| reading(hours, School::Always));
        std::iter::once(usual).chain(in_holidays).collect()
    }

    fn parsed(&self) -> Option<&Parsed> {
        let parse = || {
            let usual: OpeningHours = of_holidays(&self.text, School::Never)?.parse().ok()?;
            let in_school_holidays = if names(&usual, "SH") {
                Some(of_holidays(&self.text, School::Always)?.parse().ok()?)
            } else {
                None
            };
            Some(Parsed { usual, in_school_holidays })
        };
        self.parsed.get_or_init(parse).as_ref()
    }
}

/// Whether hours name a kind of day, `PH` or `SH`. Written anew, only comments may still hold these letters by chance.
fn names(hours: &OpeningHours, day: &str) -> bool {
    let written = hours.get_expression().to_string();
    let mut outside_comments = written.split('"').step_by(2);
    outside_comments.any(|rules| rules.split(|c: char| !c.is_alphanumeric()).any(|word| word == day))
}

/// The openings of a day; `None` when something of it is unknown.
fn openings(hours: &OpeningHours, date: NaiveDate) -> Option<Openings> {
    let midnight = date.and_time(NaiveTime::MIN);
    let spans: Vec<_> = hours.iter_range(midnight, midnight + TimeDelta::days(1)).collect();
    if spans.iter().any(|span| span.kind == RuleKind::Unknown) {
        return None;
    }
    let open = spans.into_iter().filter(|span| span.kind == RuleKind::Open);
    Some(open.map(|span| (span.range.start.time(), span.range.end.time())).collect())
}

/// The hours without "SH Mo-Fr", the weekdays of the school holidays, which `opening-hours` reads as "SH,Mo-Fr", the school
/// holidays and the weekdays: the reading without school holidays keeps "SH", which is no day, the other "Mo-Fr". None when
/// weekdays narrow public holidays, "PH Mo-Fr", which can be written in no other way.
fn of_holidays(text: &str, school: School) -> Option<String> {
    const WEEKDAYS: [&str; 7] = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];
    let mut written = String::with_capacity(text.len());
    for (at, part) in text.split('"').enumerate() {
        if at > 0 {
            written.push('"');
        }
        if at % 2 == 1 {
            written.push_str(part);
            continue;
        }
        let mut words = part.split_inclusive(' ').peekable();
        while let Some(word) = words.next() {
            let holiday = word.trim_end().rsplit(';').next().unwrap_or_default();
            let narrowed = (holiday.ends_with("SH") || holiday.ends_with("PH"))
                && words.peek().is_some_and(|next| WEEKDAYS.iter().any(|day| next.starts_with(day)));
            match school {
                _ if !narrowed => written.push_str(word),
                _ if holiday != "SH" => return None,
                School::Never => {
                    written.push_str(word);
                    let weekdays = words.next().unwrap_or_default();
                    written.push_str(weekdays.find(';').map_or("", |end| &weekdays[end..]));
                }
                School::Always => written.push_str(word.trim_end().trim_end_matches("SH")),
            }
        }
    }
    Some(written)
}

fn local(at: DateTime<Utc>, departement: Option<&str>) -> NaiveDateTime {
    at.with_timezone(&time_zone(departement)).naive_local()
}

/// What all say; none when they differ, or when there are none.
fn agreed<T: PartialEq>(mut values: impl Iterator<Item = T>) -> Option<T> {
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

/// The time zone of a département or overseas collectivity (IANA names); Paris when unknown.
pub fn time_zone(departement: Option<&str>) -> Tz {
    match departement {
        Some("971" | "977" | "978") => Tz::America__Guadeloupe,
        Some("972") => Tz::America__Martinique,
        Some("973") => Tz::America__Cayenne,
        Some("974") => Tz::Indian__Reunion,
        Some("975") => Tz::America__Miquelon,
        Some("976") => Tz::Indian__Mayotte,
        Some("986") => Tz::Pacific__Wallis,
        Some("987") => Tz::Pacific__Tahiti,
        Some("988") => Tz::Pacific__Noumea,
        _ => Tz::Europe__Paris,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn hours_are_read_in_the_place_s_time() {
        let hours: Hours = "Mo-Fr 09:00-19:00; Sa 09:00-13:00; PH off".parse().unwrap();
        let noon_in_paris = at("2026-11-20T11:00:00Z");
        assert_eq!(
            hours.state(noon_in_paris, Some("92")),
            OpenState::Open { until: "2026-11-20T19:00:00".parse().ok() }
        );
        // 7 h in Cayenne.
        assert_eq!(
            hours.state(at("2026-11-20T10:00:00Z"), Some("973")),
            OpenState::Closed { until: "2026-11-20T09:00:00".parse().ok() }
        );
        assert_eq!(hours.is_open(noon_in_paris, Some("92")), Some(true));
        assert_eq!(hours.is_open(noon_in_paris, Some("973")), Some(false));
    }

    #[test]
    fn public_holidays_are_french() {
        let hours: Hours = "Mo-Fr 09:00-19:00; PH off".parse().unwrap();
        let armistice = at("2026-11-11T11:00:00Z");
        assert_eq!(
            hours.state(armistice, Some("92")),
            OpenState::Closed { until: "2026-11-12T09:00:00".parse().ok() }
        );
    }

    #[test]
    fn a_holiday_ahead_is_said_when_it_changes_the_hours() {
        let ahead = |hours: &str, date: &str, departement: &str| {
            let hours: Hours = hours.parse().unwrap();
            let found = hours.next_holiday(date.parse().unwrap(), 14, Some(departement))?;
            let hour = |time: NaiveTime| time.format("%H:%M").to_string();
            let openings = found.openings.map(|openings| {
                openings
                    .into_iter()
                    .map(|(from, to)| format!("{}-{}", hour(from), hour(to)))
                    .collect::<Vec<_>>()
            });
            Some((found.date.to_string(), found.name, openings))
        };
        let christmas = |openings| Some(("2026-12-25".to_owned(), "Noël", openings));
        let closed = Some(vec![]);
        assert_eq!(ahead("Mo-Fr 09:00-17:00; PH off", "2026-12-20", "92"), christmas(closed.clone()));
        assert_eq!(ahead("Mo-Fr 09:00-17:00; PH off", "2026-12-25", "92"), christmas(closed));
        assert_eq!(
            ahead("Mo-Fr 09:00-17:00; PH 10:00-12:00", "2026-12-20", "92"),
            christmas(Some(vec!["10:00-12:00".to_owned()]))
        );
        assert_eq!(ahead("Mo-Fr 09:00-17:00", "2026-12-20", "92"), christmas(None), "nobody said");
        assert_eq!(ahead("24/7", "2026-12-20", "92"), christmas(None));
        // A Friday they are closed on anyway, and one they say they are open on.
        assert_eq!(ahead("Mo-Th 09:00-17:00; PH off", "2026-12-20", "92"), None);
        assert_eq!(ahead("Mo-Fr,PH 09:00-17:00", "2026-12-20", "92"), None);
        let after =
            ahead("Mo-Sa 09:00-17:00; PH off", "2026-12-26", "67").map(|(date, name, _)| (date, name));
        assert_eq!(after, Some(("2026-12-26".to_owned(), "Saint-Étienne")));
        assert_eq!(ahead("Mo-Fr 09:00-17:00; PH off", "2026-11-20", "92"), None, "too far away");
    }

    #[test]
    fn a_day_has_its_openings() {
        let of = |hours: &str, date: &str| {
            hours
                .parse::<Hours>()
                .unwrap()
                .openings(date.parse().unwrap(), Some("92"))
                .map(|found| found.len())
        };
        assert_eq!(of("Mo[1] 09:00-12:00,14:00-16:00", "2026-12-07"), Some(2));
        assert_eq!(of("Mo[1] 09:00-12:00,14:00-16:00", "2026-12-14"), Some(0));
        assert_eq!(of("Mo-Fr 09:00-12:00; SH off", "2026-12-07"), None, "it depends on the school holidays");
        assert_eq!(of("Mo-Fr unknown", "2026-12-07"), None);
    }

    /// Noon in the place's time, on a day.
    fn open_at_noon(hours: &str, date: &str, departement: &str) -> Option<bool> {
        let noon: NaiveDateTime = format!("{date}T12:00:00").parse().unwrap();
        let noon = noon.and_local_timezone(time_zone(Some(departement))).unwrap().to_utc();
        hours.parse::<Hours>().unwrap().is_open(noon, Some(departement))
    }

    #[test]
    fn public_holidays_are_those_of_the_departement() {
        let hours = "Mo-Su 09:00-19:00; PH off";
        for (departement, elsewhere, date) in [
            // Good Friday and the day after Christmas in Strasbourg and in Nancy.
            ("67", "54", "2027-03-26"),
            ("67", "54", "2026-12-26"),
            // The abolition of slavery, in Saint-Denis de La Réunion and in Saint-Denis.
            ("974", "93", "2026-12-20"),
            ("971", "972", "2026-05-27"),
        ] {
            assert_eq!(open_at_noon(hours, date, departement), Some(false), "{date} in {departement}");
            assert_eq!(open_at_noon(hours, date, elsewhere), Some(true), "{date} in {elsewhere}");
        }
        // Nobody surely knows whether Saint-Martin keeps the 27th or the 28th of May.
        assert_eq!(open_at_noon(hours, "2026-05-28", "978"), None);
        assert_eq!(open_at_noon("Mo-Su 09:00-19:00", "2026-05-28", "978"), Some(true));
    }

    #[test]
    fn the_holiday_is_that_of_the_place_s_own_day() {
        let hours: Hours = "Mo-Su 00:00-24:00; PH off".parse().unwrap();
        // 1 a.m. on the 20th in La Réunion, 10 p.m. on the 19th in Paris.
        let at = at("2026-12-19T21:00:00Z");
        assert_eq!(hours.is_open(at, Some("974")), Some(false));
        assert_eq!(hours.is_open(at, Some("92")), Some(true));
    }

    #[test]
    fn what_depends_on_the_school_holidays_is_unknown() {
        let hours = "Mo-Fr 09:00-19:00; SH off";
        assert_eq!(open_at_noon(hours, "2026-11-20", "92"), None);
        assert_eq!(open_at_noon(hours, "2026-11-22", "92"), Some(false), "a Sunday, whatever the holidays");
        let hours = "Mo-Fr 09:00-18:00; SH Mo-Fr 10:00-16:00";
        assert_eq!(open_at_noon(hours, "2026-11-20", "92"), Some(true), "noon, in both cases");
        let hours: Hours = hours.parse().unwrap();
        assert!(hours.depends_on_school_holidays());
        assert_eq!(hours.state(at("2026-11-20T08:30:00Z"), None), OpenState::Unknown);
        assert_eq!(
            hours.state(at("2026-11-20T11:00:00Z"), None),
            OpenState::Open { until: "2026-11-20T16:00:00".parse().ok() },
            "at least until then"
        );
        assert_eq!(
            hours.state(at("2026-11-20T18:00:00Z"), None),
            OpenState::Closed { until: None },
            "opens on Monday, at nine or at ten"
        );
        // A Saturday: the weekdays of the holidays are not every day.
        assert_eq!(open_at_noon("Mo-Fr 09:00-18:00; SH Mo-Sa 10:00-16:00", "2026-11-21", "92"), None);
        assert_eq!(open_at_noon("Mo-Fr 09:00-18:00;SH We 14:00-16:00", "2026-11-21", "92"), Some(false));
        // "The public holidays that are weekdays" cannot be read.
        assert_eq!(open_at_noon("Mo-Su 09:00-18:00; PH Mo-Fr off", "2026-11-20", "92"), None);
        assert!(!"Mo-Fr 09:00-19:00 \"sauf SH\"".parse::<Hours>().unwrap().depends_on_school_holidays());
    }

    #[test]
    fn open_during_a_window() {
        let during = |hours: &str, from: &str, until: &str| {
            hours.parse::<Hours>().unwrap().is_open_during(at(from), at(until), Some("92"))
        };
        let mornings = "Mo-Fr 09:00-12:00";
        // A Friday, in Paris an hour ahead of UTC.
        assert_eq!(during(mornings, "2026-11-20T06:00:00Z", "2026-11-20T07:30:00Z"), Some(false));
        assert_eq!(
            during(mornings, "2026-11-20T06:00:00Z", "2026-11-20T08:00:00Z"),
            Some(true),
            "opens at the end"
        );
        assert_eq!(
            during(mornings, "2026-11-20T11:00:00Z", "2026-11-23T07:59:00Z"),
            Some(false),
            "the week-end"
        );
        assert_eq!(during(mornings, "2026-11-20T11:00:00Z", "2026-11-23T09:00:00Z"), Some(true));
        assert_eq!(
            during(mornings, "2026-11-20T09:00:00Z", "2026-11-20T09:00:00Z"),
            Some(true),
            "an instant"
        );
        assert_eq!(
            during(mornings, "2026-11-20T09:00:00Z", "2026-11-20T06:00:00Z"),
            Some(true),
            "upside down"
        );
        // Either the morning or the afternoon, according to the holidays: somebody is there, and nobody knows when.
        let either = "Mo-Fr 09:00-12:00; SH Mo-Fr 14:00-17:00";
        assert_eq!(during(either, "2026-11-20T06:00:00Z", "2026-11-20T18:00:00Z"), None);
        assert_eq!(during(either, "2026-11-20T18:00:00Z", "2026-11-20T22:00:00Z"), Some(false));
        assert_eq!(during("Mo-Fr unknown", "2026-11-20T06:00:00Z", "2026-11-22T22:00:00Z"), None);
        assert_eq!(
            during("Mo-Fr unknown; Sa 09:00-12:00", "2026-11-20T06:00:00Z", "2026-11-22T22:00:00Z"),
            Some(true)
        );
        // Centuries, and hours that are over.
        assert_eq!(
            during("2020 Mo-Fr 09:00-12:00", "2026-11-20T06:00:00Z", "2226-11-20T06:00:00Z"),
            Some(false)
        );
        assert_eq!(during("24/7", "2026-11-20T06:00:00Z", "2226-11-20T06:00:00Z"), Some(true));
    }

    proptest! {
        #[test]
        fn a_window_is_its_quarters_of_an_hour(
            hours in prop_oneof![
                Just("Mo-Fr 09:00-12:00,14:00-18:30; PH off"),
                Just("Mo-Sa 08:45-12:15; We off"),
                Just("24/7"),
                Just("Fr-Su 20:00-06:00"),
                Just("Mo-Fr 09:00-12:00; Sa unknown"),
                Just("Mo-Fr 09:00-17:00; SH Mo-Fr 10:00-12:00"),
                Just("Sep-Jun Tu,Th 13:30-16:00; SH off; PH off"),
                Just("We[1] 14:00-16:00; Dec 24-Jan 02 off"),
            ],
            departement in prop_oneof![Just(None), Just(Some("67")), Just(Some("974")), Just(Some("978"))],
            start in 0_i64..3 * 365 * 96,
            quarters in 0_i64..4 * 96,
        ) {
            let hours: Hours = hours.parse().unwrap();
            let quarter = |count: i64| TimeDelta::minutes(15 * count);
            let from = at("2025-01-01T00:00:00Z") + quarter(start);
            let seen: Vec<Option<bool>> =
                (0..=quarters).map(|count| hours.is_open(from + quarter(count), departement)).collect();
            let sampled = if seen.contains(&Some(true)) {
                Some(true)
            } else {
                seen.iter().all(Option::is_some).then_some(false)
            };
            prop_assert_eq!(hours.is_open_during(from, from + quarter(quarters), departement), sampled);
        }
    }

    /// Without the horizon this takes tens of seconds.
    #[test]
    fn what_never_changes_is_said_at_once() {
        let always: Hours = "Mo-Su 00:00-24:00".parse().unwrap();
        assert_eq!(always.state(at("2026-11-20T11:00:00Z"), None), OpenState::Open { until: None });
        let over: Hours = "2020 Mo-Fr 09:00-12:00".parse().unwrap();
        assert_eq!(over.state(at("2026-11-20T11:00:00Z"), None), OpenState::Closed { until: None });
    }

    #[test]
    fn free_text_is_refused() {
        assert_eq!("Lun-Ven 9h-12h".parse::<Hours>(), Err(HoursError));
        assert_eq!("".parse::<Hours>(), Err(HoursError));
        assert_eq!("a".repeat(10_000).parse::<Hours>(), Err(HoursError));
    }
}
