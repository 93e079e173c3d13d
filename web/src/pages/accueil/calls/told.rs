//! What calls say, in words.

use chrono::{DateTime, Datelike, NaiveTime, TimeDelta, Utc};
use maille_domain::Call;
use maille_domain::call::{Requester, Sheet};
use maille_domain::hours::time_zone;
use maille_domain::working_hours::between;

use crate::french::{self, date};
use crate::views::Fact;

/// `vendredi 27 novembre à 10 h 12`; with its year, when that is another one.
pub fn moment(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let local = |at: DateTime<Utc>| at.with_timezone(&time_zone(None)).naive_local();
    let (then, today) = (local(at), local(now));
    let other = then.year() != today.year();
    let year = if other { format!("\u{a0}{}", then.year()) } else { String::new() };
    format!("{}{year} à {}", date::weekday(then.date()), date::time(then.time()))
}

/// `moins d’une heure ouvrée`, `5 h ouvrées`, `3 jours ouvrés`.
fn working(time: TimeDelta) -> String {
    match time.num_hours() {
        ..1 => "moins d’une heure ouvrée".to_owned(),
        1 => "1\u{a0}h ouvrée".to_owned(),
        hours @ 2..48 => format!("{hours}\u{a0}h ouvrées"),
        hours => format!("{}\u{a0}jours ouvrés", french::number(hours.unsigned_abs() / 24)),
    }
}

/// `avant mardi 1er décembre à 10 h`; `d’ici lundi 30 novembre au soir`, when that day ends then.
fn deadline(due: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let local = |at: DateTime<Utc>| at.with_timezone(&time_zone(None)).naive_local();
    match local(due) {
        then if then.time() == NaiveTime::MIN => {
            let day = local(due - TimeDelta::minutes(1)).date();
            let other = day.year() != local(now).year();
            let year = if other { format!("\u{a0}{}", day.year()) } else { String::new() };
            format!("d’ici {}{year} au soir", date::weekday(day))
        }
        _ => format!("avant {}", moment(due, now)),
    }
}

/// By when whoever called is to be called back, or that they were.
pub fn recall(call: &Call, now: DateTime<Utc>) -> Option<Fact> {
    let due = call.recall_due?;
    let before = format!("À rappeler {}", deadline(due, now));
    Some(match call.recalled_at {
        Some(at) => Fact::new("yes", "yes", format!("Rappelé {}", moment(at, now))),
        None if now > due => {
            Fact::new("check", "check", format!("{before}, en retard de {}", working(between(due, now))))
        }
        None => Fact::new("", "clock", format!("{before}, encore {}", working(between(now, due)))),
    })
}

/// What is asked: in words, else as it was searched, else the kinds of resource.
pub fn need(sheet: &Sheet) -> String {
    if let Some(text) = [&sheet.need, &sheet.query].into_iter().find(|text| !text.is_empty()) {
        return text.as_str().to_owned();
    }
    let kinds: Vec<&str> = sheet.categories.iter().map(|kind| french::kind(*kind)).collect();
    if kinds.is_empty() { "Besoin non précisé".to_owned() } else { kinds.join(", ") }
}

/// Who asked.
pub fn requester(sheet: &Sheet) -> &'static str {
    sheet.requester.map_or("Demandeur non précisé", Requester::label)
}

/// How things stand.
pub fn state(call: &Call) -> &'static str {
    match (call.discarded_at, call.closed_at, call.parked) {
        (Some(_), ..) => "écarté : ce n’était pas un appel",
        (_, Some(_), _) => "terminé",
        (.., true) => "en attente",
        (.., false) => "en cours",
    }
}

/// How long somebody worked on it: `moins d’une minute`, `4 min`, `1 h 05`.
pub fn worked(seconds: u32) -> String {
    match seconds / 60 {
        0 => "moins d’une minute".to_owned(),
        minutes @ 1..60 => format!("{minutes}\u{a0}min"),
        minutes => format!("{}\u{a0}h\u{a0}{:02}", minutes / 60, minutes % 60),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// A call of Friday 27 November at ten, to be called back.
    fn call() -> Call {
        Call {
            id: Uuid::from_u128(0xabc),
            by: "Alix Morel".to_owned(),
            territory: None,
            opened_at: at("2026-11-27T09:00:00Z"),
            touched_at: at("2026-11-27T09:04:00Z"),
            seconds: 240,
            parked: false,
            closed_at: None,
            discarded_at: None,
            sheet: Sheet { recall: true, ..Sheet::default() },
            proposed: Vec::new(),
            recall_due: Some(at("2026-12-01T09:00:00Z")),
            recalled_at: None,
            handed_at: None,
            answered_at: None,
            version: 1,
        }
    }

    #[test]
    fn a_call_back_is_due_in_words() {
        let told = |now: &str, recalled_at| {
            let call = Call { recalled_at, ..call() };
            recall(&call, at(now)).unwrap().text.replace('\u{a0}', " ")
        };
        let before = "À rappeler avant mardi 1er décembre à 10 h";
        assert_eq!(told("2026-11-27T09:00:00Z", None), format!("{before}, encore 2 jours ouvrés"));
        assert_eq!(
            told("2026-11-29T09:00:00Z", None),
            format!("{before}, encore 34 h ouvrées"),
            "on a Sunday"
        );
        assert_eq!(told("2026-12-01T08:30:00Z", None), format!("{before}, encore moins d’une heure ouvrée"));
        assert_eq!(told("2026-12-01T14:10:00Z", None), format!("{before}, en retard de 5 h ouvrées"));
        assert_eq!(told("2026-12-07T09:00:00Z", None), format!("{before}, en retard de 4 jours ouvrés"));
        let said = told("2027-01-04T09:00:00Z", Some(at("2026-11-30T15:20:00Z")));
        assert_eq!(said, "Rappelé lundi 30 novembre 2026 à 16 h 20");
        let midnight = Call { recall_due: Some(at("2026-12-01T23:00:00Z")), ..call() };
        let told = recall(&midnight, at("2026-11-28T09:00:00Z")).unwrap().text.replace('\u{a0}', " ");
        assert!(told.starts_with("À rappeler d’ici mardi 1er décembre au soir, encore"), "{told}");
        let none = Call { recall_due: None, ..call() };
        assert_eq!(recall(&none, at("2026-12-01T14:10:00Z")), None);
    }

    #[test]
    fn time_is_said_as_people_say_it() {
        let told = [30, 59, 60, 245, 3_600, 3_900].map(|seconds| worked(seconds).replace('\u{a0}', " "));
        assert_eq!(told, ["moins d’une minute", "moins d’une minute", "1 min", "4 min", "1 h 00", "1 h 05"]);
    }
}
