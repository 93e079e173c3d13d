//! Opening ranges: days in French, from one to another, and up to two openings each.

use maille_domain::field::Field;
use maille_territory::fold;
use serde_json::Value;

use crate::draft::Draft;
use crate::hours::{Week, time};
use crate::json::{each, nested, text};

const DAYS: [&str; 7] = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];
const PATH: &str = "plage_ouverture";
const NOTES: &str = "horaires, précisions";

/// Sets the hours, and keeps what is said of them.
pub(super) fn hours(draft: &mut Draft, service: &Value) {
    let mut week = Week::default();
    let ranges = nested(&service[PATH]);
    for range in each(&ranges) {
        self::range(draft, range, &mut week);
    }
    draft.keep(Field::Hours, PATH, &week.written());
    draft.extra(NOTES, &text(&service["commentaire_plage_ouverture"]));
}

fn range(draft: &mut Draft, range: &Value, week: &mut Week) {
    let (first, last) = (text(&range["nom_jour_debut"]), text(&range["nom_jour_fin"]));
    let comment = text(&range["commentaire"]);
    let openings: Vec<_> =
        [("valeur_heure_debut_1", "valeur_heure_fin_1"), ("valeur_heure_debut_2", "valeur_heure_fin_2")]
            .map(|(from, to)| (text(&range[from]), text(&range[to])))
            .into_iter()
            .filter(|(from, to)| !from.is_empty() || !to.is_empty())
            .collect();
    if first.is_empty() && openings.is_empty() {
        draft.extra(NOTES, &comment);
        return;
    }
    let Some(days) = days(&first, &last) else {
        draft.left_out(PATH, format!("{first} {last}").trim(), "des jours de la semaine : lundi, mardi…");
        draft.extra(NOTES, &comment);
        return;
    };
    // Nobody is received at these hours without having called: they are no opening hours.
    let by_appointment = is_by_appointment(&comment);
    let mut said = Vec::new();
    for (from, to) in &openings {
        let opening = time(from).zip(time(to));
        let good = opening.is_some_and(|(from, to)| {
            let mut trial = Week::default();
            let week = if by_appointment { &mut trial } else { &mut *week };
            days.iter().all(|&day| week.open(day, from, to))
        });
        if let (true, Some((from, to))) = (good, opening) {
            said.push(format!(" {}-{}", from.format("%H:%M"), to.format("%H:%M")));
        } else {
            draft.left_out(
                PATH,
                &format!("{from} {to}"),
                "une heure de début et une heure de fin, comme 09:00:00",
            );
        }
    }
    if !comment.is_empty() {
        draft.extra(NOTES, &format!("{}{} : {comment}", named(&days), said.join(",")));
    }
}

/// The days from the first to the last, Monday being 0; the first alone where no last is said.
fn days(first: &str, last: &str) -> Option<Vec<usize>> {
    let day = |name: &str| DAYS.iter().position(|day| *day == fold(name));
    let first = day(first)?;
    let last = if last.is_empty() { first } else { day(last)? };
    let count = (last + 7 - first) % 7;
    Some((0..=count).map(|step| (first + step) % 7).collect())
}

fn named(days: &[usize]) -> String {
    match days {
        [day] => DAYS[*day].to_owned(),
        [first, .., last] => format!("du {} au {}", DAYS[*first], DAYS[*last]),
        [] => String::new(),
    }
}

fn is_by_appointment(comment: &str) -> bool {
    let folded = fold(comment);
    let said = ["sur rendez vous", "sur rdv"].iter().any(|words| folded.contains(words));
    said && !folded.contains("sans ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_go_from_one_to_another() {
        for (first, last, expected) in [
            ("Lundi", "Vendredi", Some(vec![0, 1, 2, 3, 4])),
            ("Mardi", "Mardi", Some(vec![1])),
            ("mercredi", "", Some(vec![2])),
            ("Samedi", "Lundi", Some(vec![5, 6, 0])),
            ("Monday", "Friday", None),
            ("Lundi", "vacances", None),
        ] {
            assert_eq!(days(first, last), expected, "{first} {last}");
        }
    }

    #[test]
    fn comments_of_appointments_are_recognised() {
        for (comment, expected) in [
            ("Sur rendez-vous", true),
            ("uniquement sur RDV", true),
            ("avec ou sans rendez-vous", false),
            ("Sur rendez-vous ou sans, selon l’affluence", false),
            ("semaines paires", false),
        ] {
            assert_eq!(is_by_appointment(comment), expected, "{comment}");
        }
    }
}
