//! When an offer is open, and whether it is closed.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate};
use maille_domain::field::Field;
use maille_domain::vocabulary::Status;
use maille_territory::fold;
use serde_json::Value;

use super::codes::meaning;
use super::deviation::Deviation;
use super::fhir::Reader;
use super::organization::Organization;
use crate::draft::Draft;
use crate::hours::{Week, time};
use crate::json::{each, text};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Puts the hours of an offer in its listing: those of opening and consultation. Hours of something else (duty, secretariat,
/// visits), or of a season, are kept in words. What is still to be told (R252 `09`) is no hour.
pub(super) fn hours(reader: &mut Reader, draft: &mut Draft, offer: &Value) {
    let mut weeks: BTreeMap<String, Week> = BTreeMap::new();
    for slot in reader.list(offer, "availableTime") {
        let kind = reader.code_of(slot, &["ror-available-time-type-of-time"], "R252");
        let kind = kind.map(|code| code.code.into_owned()).unwrap_or_default();
        let period = reader.extension(slot, &["ror-available-time-effective-opening-closing-date"]);
        let period = period.map_or(&Value::Null, |period| &period["valuePeriod"]);
        let season = day_of(&text(&period["end"])).map(|end| (day_of(&text(&period["start"])), end));
        let mut name = match kind.as_str() {
            "" | "01" | "02" | "06" | "07" | "11" => String::new(),
            "09" => continue,
            other => meaning("R252", other).map_or("Autre horaire", |known| known.label).to_owned(),
        };
        match season {
            Some((Some(start), end)) => name = format!("{name} du {start} au {end}"),
            Some((None, end)) => name = format!("{name} jusqu’au {end}"),
            None => {}
        }
        let week = weeks.entry(name.trim().to_owned()).or_default();
        slot_hours(reader, draft, slot, week);
    }
    for (name, week) in weeks {
        let written = week.written();
        if name.is_empty() {
            draft.keep(Field::Hours, "availableTime", &written);
        } else if !written.is_empty() {
            draft.extra("autres horaires", &format!("{name} : {written}"));
        }
    }
}

fn slot_hours(reader: &mut Reader, draft: &mut Draft, slot: &Value, week: &mut Week) {
    let (from, to) = (text(&slot["availableStartTime"]), text(&slot["availableEndTime"]));
    let all_day = reader.truth(&slot["allDay"], "allDay") == Some(true);
    let times = if all_day { time("00:00").zip(time("24:00")) } else { time(&from).zip(time(&to)) };
    let days = days(reader, slot);
    let found = format!("{} {from}-{to}", days.iter().map(|&day| DAYS[day]).collect::<Vec<_>>().join(","));
    let mut opened = !days.is_empty();
    for day in days {
        opened &= times.is_some_and(|(from, to)| week.open(day, from, to));
    }
    if !opened {
        draft.left_out(
            "availableTime",
            found.trim(),
            "un jour de la semaine, une heure de début et une heure de fin",
        );
    }
}

/// The days of a slot, 0 for Monday: its number in the directory, else the names of FHIR.
fn days(reader: &mut Reader, slot: &Value) -> Vec<usize> {
    let named = reader.list(slot, "daysOfWeek").iter().filter_map(|day| {
        let day = text(day).to_ascii_lowercase();
        DAYS.iter().position(|name| *name == day)
    });
    let named: Vec<usize> = named.collect();
    let element = "ror-available-time-number-days-of-week";
    let number = reader.extension(slot, &[element]).and_then(|number| {
        let number = &number["valueInteger"];
        reader.number(number, element)?;
        text(number).parse::<usize>().ok()?.checked_sub(1)
    });
    let Some(day) = number.filter(|day| *day < DAYS.len()) else {
        return named;
    };
    if !named.is_empty() && named != [day] {
        reader.note(Deviation::OtherDay, "availableTime.daysOfWeek");
    }
    vec![day]
}

/// Puts in a listing what is said of closings: of the offer, and of its establishment. `kind` is the type of closing (R286).
///
/// The day of the import counts for nothing, so that the same file always says the same: a closing that is dated is a closing.
pub(super) fn status(
    draft: &mut Draft,
    offer: &Value,
    kind: Option<&str>,
    establishment: Option<&Organization>,
) {
    let mut status = kind.and_then(closing);
    for absence in each(&offer["notAvailable"]) {
        let words = text(&absence["description"]);
        let named = text(&absence["id"]) == "closingReopeningDate"
            || fold(&words).starts_with("periode de fermeture");
        let during = &absence["during"];
        let (start, end) = (text(&during["start"]), text(&during["end"]));
        let mut date = |text: &str| {
            let date = day_of(text);
            if date.is_none() && !text.is_empty() {
                draft.left_out("notAvailable.during", text, "une date ISO 8601");
            }
            date
        };
        let (start, end) = (date(&start), date(&end));
        let told = match (start, end) {
            (Some(start), Some(end)) => format!("du {start} au {end}"),
            (Some(start), None) => format!("depuis le {start}"),
            (None, Some(end)) => format!("jusqu’au {end}"),
            (None, None) => String::new(),
        };
        if !named {
            draft.extra("indisponibilité", format!("{words} {told}").trim());
            continue;
        }
        draft.extra("fermeture", &told);
        if start.is_some() {
            status = status.or(Some(Status::FermeTemporairement));
        }
    }
    if offer["active"] == Value::Bool(false) {
        status = Some(Status::Ferme);
    }
    if let Some(establishment) = establishment {
        status = strongest(status, establishment_status(draft, establishment));
    }
    if let Some(status) = status {
        draft.keep(Field::Status, "notAvailable", status.code());
    }
}

/// What becomes of the offers of an establishment that closes: the directory does not close them by itself.
fn establishment_status(draft: &mut Draft, establishment: &Organization) -> Option<Status> {
    let end = day_of(&establishment.closed_on);
    let status = closing(&establishment.closing);
    if end.is_none() && status.is_none() {
        return None;
    }
    let when = end.map(|end| format!(" le {end}")).unwrap_or_default();
    let told = match status {
        Some(Status::Ferme) => "fermé définitivement",
        Some(_) => "fermé provisoirement",
        None => "fin d’activité",
    };
    let again = day_of(&establishment.reopens_on).map(|day| format!(", réouverture prévue le {day}"));
    draft.extra("établissement", &format!("{told}{when}{}", again.unwrap_or_default()));
    status
}

/// Closed for good wins over closed for a time.
fn strongest(one: Option<Status>, other: Option<Status>) -> Option<Status> {
    if one == Some(Status::Ferme) || other == Some(Status::Ferme) {
        Some(Status::Ferme)
    } else {
        one.or(other)
    }
}

/// What a type of closing (R286) means. `NDI` (not defined), `CHP` and `EML` (changes of register) tell nothing of the offer.
fn closing(kind: &str) -> Option<Status> {
    match kind {
        "DEF" | "ERR" => Some(Status::Ferme),
        "PRO" | "PRE" => Some(Status::FermeTemporairement),
        _ => None,
    }
}

/// The day of a date or an instant.
pub(super) fn day_of(text: &str) -> Option<NaiveDate> {
    let day = text.get(..10)?;
    let whole = text.len() == 10 || DateTime::parse_from_rfc3339(text).is_ok();
    NaiveDate::parse_from_str(day, "%Y-%m-%d").ok().filter(|_| whole)
}
