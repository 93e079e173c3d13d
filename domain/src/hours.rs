//! Opening hours in OpenStreetMap's `opening_hours` syntax, evaluated in the place's time zone with French
//! public holidays.

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use opening_hours::localization::Country;
use opening_hours::{Context, OpeningHours, RuleKind};
use serde::{Deserialize, Serialize};

/// Longest text that is tried: the parser's cost grows with it, and no service has more to say.
const LONGEST: usize = 2_000;

/// No next change is looked for beyond this: hours that never change would be followed for centuries.
const HORIZON: TimeDelta = TimeDelta::days(400);

/// Hours whose text parses as `opening_hours`; kept as written.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hours {
    text: String,
    /// Parsed when first evaluated: a listing that is shown often is parsed once.
    #[serde(skip)]
    parsed: OnceLock<Option<OpeningHours>>,
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
        /// Local time of the next opening.
        until: Option<NaiveDateTime>,
    },
    /// The hours themselves say "unknown" then.
    Unknown,
}

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

    /// What these hours say of `at`, in the time zone of `departement`.
    pub fn state(&self, at: DateTime<Utc>, departement: Option<&str>) -> OpenState {
        let Some(hours) = self.parsed() else { return OpenState::Unknown };
        let local = at.with_timezone(&time_zone(departement)).naive_local();
        let until = hours.next_change(local);
        match hours.state(local).0 {
            RuleKind::Open => OpenState::Open { until },
            RuleKind::Closed => OpenState::Closed { until },
            RuleKind::Unknown => OpenState::Unknown,
        }
    }

    /// Whether these hours say "open" at `at`, in the time zone of `departement`; `None` when they say "unknown". The same
    /// as [`Hours::state`], without looking for the next change.
    pub fn is_open(&self, at: DateTime<Utc>, departement: Option<&str>) -> Option<bool> {
        let local = at.with_timezone(&time_zone(departement)).naive_local();
        match self.parsed()?.state(local).0 {
            RuleKind::Open => Some(true),
            RuleKind::Closed => Some(false),
            RuleKind::Unknown => None,
        }
    }

    fn parsed(&self) -> Option<&OpeningHours> {
        let parse = || {
            let context =
                Context::default().with_holidays(Country::FR.holidays()).approx_bound_interval_size(HORIZON);
            self.text.parse::<OpeningHours>().ok().map(|hours| hours.with_context(context))
        };
        self.parsed.get_or_init(parse).as_ref()
    }
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
