//! Why a hit is there, in French, from the facts that ranked it.

use chrono::{Datelike, NaiveDate};
use maille_domain::Listing;
use maille_domain::clock::MONTHS;
use maille_domain::vocabulary::{Mode, Status};
use maille_territory::Place;

use crate::answer::Serves;
use crate::french;
use crate::rank::{Facts, Fit, Ground, KindAsked, Weights};

/// What reasons are told from.
pub struct Told<'a> {
    pub facts: &'a Facts,
    /// The points that ranked it.
    pub points: [f64; Ground::ALL.len()],
    pub weights: &'a Weights,
    pub listing: &'a Listing,
    /// Whether every word of the request stands in it.
    pub all_words: bool,
    /// The part of the coverage that serves the place, as it follows "Couvre".
    pub part: Option<&'a str>,
    pub place: Option<&'a Place>,
    /// Whether only the commune of the site is known.
    pub approximate: bool,
}

/// The reasons, what counted most first. What gives no points to anybody is no reason.
pub fn why(told: &Told) -> Vec<String> {
    let mut reasons: Vec<(f64, String)> = Vec::new();
    for (ground, points) in Ground::ALL.into_iter().zip(told.points) {
        let counts = ground.bounds(told.weights) != (0.0, 0.0);
        if let Some(text) = reason(ground, told).filter(|_| counts) {
            // That it may not serve the place comes before whatever speaks for it.
            let warns = ground == Ground::Coverage && told.facts.serves != Some(Serves::Yes);
            reasons.push((if warns { f64::INFINITY } else { points.abs() }, text));
        }
    }
    reasons.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut why: Vec<String> = reasons.into_iter().map(|(_, text)| text).collect();
    why.extend(facts(told));
    if why.is_empty() {
        why.push("Correspond aux critères choisis".to_owned());
    }
    why
}

/// What a ground says of a listing, if anything.
fn reason(ground: Ground, told: &Told) -> Option<String> {
    let Told { facts, listing, .. } = told;
    let fields = &listing.fields;
    let kind = || {
        let label = lower_first(fields.category.label());
        match fields.category.acronym() {
            Some(acronym) => format!("{label} ({acronym})"),
            None => label,
        }
    };
    match ground {
        Ground::Kind => match facts.kind {
            KindAsked::Named(_) => Some(format!("Type : {}", kind())),
            KindAsked::Needed(_) => Some(format!("Pour ce besoin : {}", kind())),
            KindAsked::Itself => Some("Son nom est celui qui est cherché".to_owned()),
            KindAsked::Described(_) if told.all_words => {
                Some("Contient tous les mots cherchés, qui sont rares".to_owned())
            }
            KindAsked::Described(_) => {
                Some("Contient presque tous les mots cherchés, qui sont rares".to_owned())
            }
            KindAsked::No => None,
        },
        Ground::Words if facts.words > 0.0 && facts.kind == KindAsked::No => Some(
            if told.all_words {
                "Contient les mots cherchés"
            } else {
                "Contient une partie des mots cherchés"
            }
            .to_owned(),
        ),
        Ground::Coverage => coverage(told),
        Ground::Distance => facts.distance_km.and_then(|km| distance(km, told.approximate)),
        Ground::Audience => match facts.audience {
            Fit::NotAsked => None,
            Fit::Everybody => Some("Pour tous les publics".to_owned()),
            Fit::Unsaid => Some("Public non renseigné".to_owned()),
            Fit::Said | Fit::Otherwise => {
                let labels: Vec<String> =
                    fields.audiences.iter().map(|code| lower_first(code.label())).collect();
                Some(format!("Public : {}", labels.join(", ")))
            }
        },
        Ground::Age => match facts.age {
            Fit::NotAsked => None,
            Fit::Unsaid => Some("Âge non renseigné".to_owned()),
            _ => ages(fields.age_min, fields.age_max),
        },
        Ground::Mode => match facts.mode {
            Fit::NotAsked => None,
            Fit::Unsaid => Some("Mode d’intervention non renseigné".to_owned()),
            _ if fields.modes.contains(&Mode::Domicile) => Some(AT_HOME.to_owned()),
            _ => {
                let labels: Vec<String> = fields.modes.iter().map(|mode| lower_first(mode.label())).collect();
                Some(format!("Intervient {}", labels.join(", ")))
            }
        },
        // The parcours of a listing is that of its kind, nearly always: saying it says nothing more.
        Ground::Words | Ground::Theme => None,
        Ground::CommonLaw => {
            (facts.common_law && facts.kind != KindAsked::No).then(|| "Service de droit commun".to_owned())
        }
        Ground::Delay => facts.delay_days.map(|days| match days {
            0 => "Répond le jour même".to_owned(),
            1 => "Délai habituel : 1 jour".to_owned(),
            days => format!("Délai habituel : {days} jours"),
        }),
        Ground::Check => facts.verified_on.map(verified),
        Ground::Status => match facts.status {
            Status::Ouvert => None,
            other => Some(other.label().to_owned()),
        },
    }
}

const AT_HOME: &str = "Se déplace à domicile";

/// What nobody asked, and everybody wants to know.
fn facts(told: &Told) -> Vec<String> {
    let fields = &told.listing.fields;
    let at_home = told.facts.mode == Fit::NotAsked && fields.modes.contains(&Mode::Domicile);
    let ages = ages(fields.age_min, fields.age_max).filter(|_| told.facts.age == Fit::NotAsked);
    at_home.then(|| AT_HOME.to_owned()).into_iter().chain(ages).collect()
}

fn coverage(told: &Told) -> Option<String> {
    let place = told.place.map(maille_territory::Place::with_article);
    Some(match (told.facts.serves?, told.part) {
        (Serves::Yes, _) if told.facts.part => match place {
            Some(place) => format!("Couvre une partie {}", maille_territory::of(&place)),
            None => "Couvre une partie du lieu demandé".to_owned(),
        },
        (Serves::Yes, Some(part)) => format!("Couvre {part}"),
        (Serves::Yes, None) => "Couvre le lieu demandé".to_owned(),
        (Serves::Unknown, _) => "Zone non renseignée : à vérifier".to_owned(),
        (Serves::No, _) => match place {
            Some(place) => format!("Ne couvre pas {place}"),
            None => "Ne couvre pas le lieu demandé".to_owned(),
        },
    })
}

fn ages(min: Option<u8>, max: Option<u8>) -> Option<String> {
    let min = min.filter(|min| *min > 0);
    match (min, max) {
        (None, None) => None,
        (Some(min), None) => Some(format!("{min} ans et plus")),
        (None, Some(max)) => Some(format!("Jusqu’à {max} an{}", if max > 1 { "s" } else { "" })),
        (Some(min), Some(max)) => Some(format!("De {min} à {max} ans")),
    }
}

/// As exact as the site is known, never more.
fn distance(km: f64, approximate: bool) -> Option<String> {
    match (approximate, km) {
        // The centre of the very commune: it says nothing.
        (true, ..0.5) => None,
        (true, km) => Some(format!("À environ {km:.0} km")),
        (false, ..0.05) => Some("Sur place".to_owned()),
        (false, ..0.95) => Some(format!("À {:.0} m", (km * 10.0).round() * 100.0)),
        (false, ..10.0) => Some(format!("À {} km", french::number(km))),
        (false, km) => Some(format!("À {km:.0} km")),
    }
}

fn verified(day: NaiveDate) -> String {
    let month = MONTHS[day.month0() as usize];
    // "en avril", "en août", "en octobre": no elision after "en".
    format!("Vérifié en {month} {}", day.year())
}

/// `Équipe mobile` inside a sentence; an acronym at the start stays as it is.
fn lower_first(label: &str) -> String {
    let mut chars = label.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => first.to_lowercase().chain(chars).collect(),
        _ => label.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_as_exact_as_the_site_is_known() {
        assert_eq!(distance(4.23, false).unwrap(), "À 4,2 km");
        assert_eq!(distance(4.23, true).unwrap(), "À environ 4 km");
        assert_eq!(distance(0.42, false).unwrap(), "À 400 m");
        assert_eq!(distance(0.2, true), None);
        assert_eq!(distance(123.4, false).unwrap(), "À 123 km");
    }

    #[test]
    fn ages_read_as_people_say_them() {
        assert_eq!(ages(Some(75), None).unwrap(), "75 ans et plus");
        assert_eq!(ages(Some(0), Some(6)).unwrap(), "Jusqu’à 6 ans");
        assert_eq!(ages(Some(16), Some(25)).unwrap(), "De 16 à 25 ans");
        assert_eq!(ages(None, None), None);
    }

    #[test]
    fn checks_are_dated_by_month() {
        assert_eq!(verified("2026-09-30".parse().unwrap()), "Vérifié en septembre 2026");
    }
}
