//! Weeks of a place: for each day whether it is open, and its openings.

use maille_domain::field::Field;
use serde_json::Value;

use crate::draft::Draft;
use crate::hours::{Week, time};
use crate::json::{each, text};

const DAYS: [(&str, &str, &str); 7] = [
    ("monday", "Mo", "lundi"),
    ("tuesday", "Tu", "mardi"),
    ("wednesday", "We", "mercredi"),
    ("thursday", "Th", "jeudi"),
    ("friday", "Fr", "vendredi"),
    ("saturday", "Sa", "samedi"),
    ("sunday", "Su", "dimanche"),
];

/// Sets the hours, and keeps what is said of them.
pub(super) fn hours(draft: &mut Draft, path: &str, said: &Value) {
    let (week, unread) = week(said);
    for found in unread {
        draft.left_out(path, &found, "une heure de début et une heure de fin, comme 800 et 1730");
    }
    draft.keep(Field::Hours, path, &week.written());
    draft.extra("horaires, précisions", &text(&said["description"]));
}

/// The same hours in words, `lundi et mardi 09:00-12:00`; empty when there are none.
pub(super) fn in_words(said: &Value) -> String {
    let written = week(said).0.written();
    let rules = written.split("; ").filter(|rule| !rule.is_empty()).map(|rule| match rule.split_once(' ') {
        Some(("PH", _)) => "fermé les jours fériés".to_owned(),
        Some((days, times)) => {
            let times: Vec<String> = times.split(',').map(clock).collect();
            format!("{} {}", days_in_words(days), times.join(" et "))
        }
        None => "tous les jours, à toute heure".to_owned(),
    });
    rules.collect::<Vec<_>>().join(", ")
}

/// The week, and the openings that cannot be read.
fn week(said: &Value) -> (Week, Vec<String>) {
    let mut week = Week::default();
    let mut unread = Vec::new();
    for (position, (day, ..)) in DAYS.iter().enumerate() {
        let day = &said[day];
        if text(&day["open"]) == "false" {
            continue;
        }
        for slot in each(&day["timeslot"]) {
            let opening = at(&slot["start"]).zip(at(&slot["end"]));
            if !opening.is_some_and(|(from, to)| week.open(position, from, to)) {
                unread.push(format!("{} {}", text(&slot["start"]), text(&slot["end"])));
            }
        }
    }
    week.closed_on_holidays = text(&said["closedHolidays"]) == "CLOSED";
    (week, unread)
}

/// A time: a number of hours and minutes without zeros on its left, 30 for half past midnight; or a text, `08:00`.
fn at(value: &Value) -> Option<chrono::NaiveTime> {
    match value.as_f64() {
        Some(number) if number.fract() == 0.0 && (0.0..=2400.0).contains(&number) => {
            time(&format!("{number:04}"))
        }
        Some(_) => None,
        None => time(&text(value)),
    }
}

/// `18:00-19:00`, an end on the next day as the clock shows it.
fn clock(times: &str) -> String {
    let shown = |time: &str| match time.split_once(':') {
        Some((hour, minute)) => {
            let hour = hour.parse::<u32>().unwrap_or_default();
            format!("{:02}:{minute}", if hour > 24 { hour - 24 } else { hour })
        }
        None => time.to_owned(),
    };
    times.split('-').map(shown).collect::<Vec<_>>().join("-")
}

fn days_in_words(days: &str) -> String {
    let named = |code: &str| DAYS.iter().find(|day| day.1 == code).map_or(code, |day| day.2).to_owned();
    let spans = days.split(',').map(|span| match span.split_once('-') {
        Some((first, last)) => format!("du {} au {}", named(first), named(last)),
        None => named(span),
    });
    spans.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn slots(slots: &[(Value, Value)]) -> Value {
        let slots: Vec<Value> =
            slots.iter().map(|(start, end)| json!({ "start": start, "end": end })).collect();
        json!({ "open": true, "timeslot": slots })
    }

    #[test]
    fn numbers_and_texts_are_times() {
        for (start, end, written) in [
            (json!(800), json!(1730), "Mo 08:00-17:30"),
            (json!(800.0), json!(1730.0), "Mo 08:00-17:30"),
            (json!("08:00"), json!("17:00"), "Mo 08:00-17:00"),
            (json!(30), json!(130), "Mo 00:30-01:30"),
            (json!(0), json!(2359), "Mo 00:00-24:00"),
            (json!(2200), json!(600), "Mo 22:00-30:00"),
            (json!(1800), json!(2400), "Mo 18:00-24:00"),
            (json!(875), json!(1200), ""),
            (json!(-5), json!(1200), ""),
            (json!(99999), json!(1200), ""),
            (json!(null), json!(1200), ""),
        ] {
            let (week, unread) = week(&json!({ "monday": slots(&[(start.clone(), end)]) }));
            assert_eq!(
                (week.written().as_str(), unread.len()),
                (written, usize::from(written.is_empty())),
                "{start}"
            );
        }
    }

    #[test]
    fn hours_are_told_in_words() {
        let day = |start: u32, end: u32| slots(&[(json!(start), json!(end))]);
        let mut all = json!({ "closedHolidays": "CLOSED" });
        for (name, ..) in &DAYS[..5] {
            all[name] = day(900, 1200);
        }
        all["saturday"] = slots(&[(json!(900), json!(1200)), (json!(2200), json!(200))]);
        all["sunday"] = json!({ "open": false, "timeslot": [{ "start": 900, "end": 1000 }] });
        assert_eq!(
            in_words(&all),
            "du lundi au vendredi 09:00-12:00, samedi 09:00-12:00 et 22:00-02:00, fermé les jours fériés"
        );
        let mut always = json!({});
        for (name, ..) in DAYS {
            always[name] = day(0, 2359);
        }
        assert_eq!(in_words(&always), "tous les jours, à toute heure");
        assert_eq!(in_words(&Value::Null), "");
    }
}
