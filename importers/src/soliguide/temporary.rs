//! What is true for some time only: closures, hours and messages, in words with their dates. Nothing is judged by the day
//! of the import.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Timelike, Utc};
use chrono_tz::Tz;
use maille_domain::clock::MONTHS;
use serde_json::Value;

use super::opening;
use crate::draft::Draft;
use crate::json::text;
use crate::plain::plain;

/// Keeps the closure, the hours and the message of a place that are switched on.
pub(super) fn temporary(draft: &mut Draft, place: &Value) {
    for (key, name) in [
        ("closure", "fermeture temporaire"),
        ("hours", "horaires temporaires"),
        ("message", "information temporaire"),
    ] {
        let said = &place["tempInfos"][key];
        if text(&said["actif"]) == "true" {
            let words = [
                period(said),
                text(&said["name"]).into_owned(),
                opening::in_words(&said["hours"]),
                plain(&text(&said["description"])).into_owned(),
            ];
            let words: Vec<String> = words.into_iter().filter(|words| !words.is_empty()).collect();
            draft.extra(name, if words.is_empty() { "oui".to_owned() } else { words.join(" : ") }.as_str());
        }
    }
}

/// When something holds: `du 3 mars 2022 au 5 mars 2022`; empty when nothing says it.
pub(super) fn period(said: &Value) -> String {
    match (day(&said["dateDebut"]), day(&said["dateFin"])) {
        (Some(first), Some(last)) => format!("du {} au {}", in_words(first), in_words(last)),
        (Some(first), None) => format!("à partir du {}", in_words(first)),
        (None, Some(last)) => format!("jusqu’au {}", in_words(last)),
        (None, None) => String::new(),
    }
}

/// The day of a time. Some are midnights of Paris, `2022-03-02T23:00:00Z`; others days of UTC, from `T00:00:00Z` to
/// `T23:59:59.999Z`.
fn day(value: &Value) -> Option<NaiveDate> {
    let text = text(value);
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Some(day);
    }
    let at = DateTime::parse_from_rfc3339(&text).ok()?.with_timezone(&Utc);
    let time = at.time().with_nanosecond(0).unwrap_or(NaiveTime::MIN);
    let whole = time == NaiveTime::MIN || time.num_seconds_from_midnight() == 86_399;
    Some(if whole { at.date_naive() } else { at.with_timezone(&Tz::Europe__Paris).date_naive() })
}

fn in_words(day: NaiveDate) -> String {
    let first = if day.day() == 1 { "er" } else { "" };
    format!("{}{first} {} {}", day.day(), MONTHS[day.month0() as usize], day.year())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn days_are_those_of_paris() {
        for (from, to, told) in [
            (json!("2022-03-02T23:00:00Z"), json!(null), "à partir du 3 mars 2022"),
            (
                json!("2022-03-02T00:00:00Z"),
                json!("2022-03-04T23:59:59.999000Z"),
                "du 2 mars 2022 au 4 mars 2022",
            ),
            (
                json!("2022-06-30T22:00:00Z"),
                json!("2022-07-31T21:59:59.999Z"),
                "du 1er juillet 2022 au 31 juillet 2022",
            ),
            (json!("2022-06-30"), json!(null), "à partir du 30 juin 2022"),
            (json!(null), json!("2022-12-31T22:59:59Z"), "jusqu’au 31 décembre 2022"),
            (json!("hier"), json!(12), ""),
        ] {
            assert_eq!(period(&json!({ "dateDebut": from, "dateFin": to })), told);
        }
    }
}
