//! Opening hours in OpenStreetMap's `opening_hours` syntax, evaluated in the place's time zone with French
//! public holidays.

use std::str::FromStr;

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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hours(String);

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
        Ok(Hours(text.to_owned()))
    }
}

impl Hours {
    /// The text, as the source wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What these hours say of `at`, in the time zone of `departement`.
    pub fn state(&self, at: DateTime<Utc>, departement: Option<&str>) -> OpenState {
        let Ok(hours) = self.0.parse::<OpeningHours>() else { return OpenState::Unknown };
        let context =
            Context::default().with_holidays(Country::FR.holidays()).approx_bound_interval_size(HORIZON);
        let hours = hours.with_context(context);
        let local = at.with_timezone(&time_zone(departement)).naive_local();
        let until = hours.next_change(local);
        match hours.state(local).0 {
            RuleKind::Open => OpenState::Open { until },
            RuleKind::Closed => OpenState::Closed { until },
            RuleKind::Unknown => OpenState::Unknown,
        }
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
