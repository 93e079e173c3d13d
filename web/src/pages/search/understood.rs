//! What was understood, as things one can take away, and places one can choose.

use chrono::{DateTime, Utc};
use maille_domain::hours::time_zone;
use maille_domain::request::Off;
use maille_index::answer::{Answer, By, Span, Understood};
use maille_territory::{Place, PlaceKind, france};

use super::{is_commune, place_label};
use crate::french::{self, date};
use crate::parameters::{SearchLink, SearchParameters};
use crate::views::Choice;

/// Kinds read in the text that are shown at once; the others unfold.
const SHOWN: usize = 3;

/// What was understood: what is shown at once, and what unfolds.
#[derive(Debug)]
pub struct Chips {
    pub shown: Vec<Chip>,
    pub more: Vec<Chip>,
}

impl Chips {
    /// Whether nothing was understood, nor set aside.
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// `et 2 autres types de ressource`.
    pub fn more_label(&self) -> String {
        let others = french::counted(self.more.len() as u64, "autre type", "autres types");
        format!("et {others} de ressource")
    }
}

/// One thing understood, and the link that takes it away or brings it back.
#[derive(Debug)]
pub struct Chip {
    pub kind: &'static str,
    pub label: String,
    pub href: String,
    pub action: &'static str,
    pub ignored: bool,
}

/// A word read as another, and the link that reads it as it was typed.
#[derive(Debug)]
pub struct Corrected {
    pub typed: String,
    pub read: String,
    pub href: Option<String>,
}

/// Places as links that choose them.
pub fn choices(places: &[Place], link: &SearchLink) -> Vec<Choice> {
    places
        .iter()
        .map(|place| {
            let here = link.clone().without("commune").without("place").without_value("off", "place");
            let here = if is_commune(place) {
                here.in_commune(&place.code)
            } else {
                here.with("place", format!("{}:{}", place.kind, place.code))
            };
            let kind = match place.kind {
                PlaceKind::Commune | PlaceKind::Arrondissement => None,
                PlaceKind::Departement => Some("département"),
                PlaceKind::Region => Some("région"),
                PlaceKind::Epci => Some("intercommunalité"),
                PlaceKind::Territory => Some("territoire de coordination"),
            };
            let departement = place.departement.as_deref().filter(|_| is_commune(place));
            let departement = departement.and_then(|code| france().departement(code));
            let people = (place.population > 0)
                .then(|| french::counted(u64::from(place.population), "habitant", "habitants"));
            let matched =
                place.matched.as_ref().map(|matched| format!("répond à «\u{202f}{matched}\u{202f}»"));
            let detail: Vec<String> = [
                matched,
                kind.map(str::to_owned),
                departement.map(|departement| departement.name.to_string()),
                people,
            ]
            .into_iter()
            .flatten()
            .collect();
            Choice {
                href: here.to_string(),
                label: place_label(place),
                detail: (!detail.is_empty()).then(|| detail.join(", ")),
            }
        })
        .collect()
}

/// Everything understood, then what was set aside.
pub fn chips(asked: &SearchParameters, answer: &Answer, link: &SearchLink) -> Chips {
    let read = &answer.interpretation;
    let mut chips = Vec::new();
    let mut more = Vec::new();
    let chip = |kind, label: String, href: SearchLink| Chip {
        kind,
        label: french::typography(&label),
        href: href.to_string(),
        action: ", retirer",
        ignored: false,
    };
    // What a parameter said goes with the parameter; what was read in the text is set aside by `off`.
    let taken_away = |span: Span, parameter: &str, code: &str, off: Off| match span {
        None => link.clone().without_value(parameter, code),
        Some(_) => link.clone().with("off", off.code()),
    };
    if let Some(place) = read.place.as_ref().filter(|place| !place.ambiguous) {
        let href = match place.span {
            None => ["commune", "place", "lat", "lon", "radius_km"]
                .into_iter()
                .fold(link.clone(), SearchLink::without),
            Some(_) => link.clone().with("off", Off::Place.code()),
        };
        chips.push(chip("Lieu", place_label(&place.place), href));
    }
    if let Some(km) = asked.radius_km {
        let label = format!("moins de {} km", french::number(km.round() as u64));
        chips.push(chip("Rayon", label, link.clone().without("radius_km")));
    }
    // What was read goes together: one link sets it all aside.
    let read_kinds = read.categories.iter().filter(|item| item.span.is_some()).count();
    for (position, item) in read.categories.iter().enumerate() {
        let kind = if item.by == By::Need { "Besoin compris" } else { "Type" };
        let mut one =
            chip(kind, item.label.clone(), taken_away(item.span, "category", &item.code, Off::Category));
        if item.span.is_some() && read_kinds > 1 {
            one.action = ", retirer les types lus dans le texte";
        }
        // What was chosen comes first and stays in sight.
        let chosen = read.categories.len() - read_kinds;
        if position < chosen + SHOWN { chips.push(one) } else { more.push(one) }
    }
    let mut all = |kind, items: &[Understood], parameter, off| {
        for item in items {
            let href = taken_away(item.span, parameter, &item.code, off);
            chips.push(chip(kind, item.label.clone(), href));
        }
    };
    all("Public", &read.audience, "audience", Off::Audience);
    all("Mode", &read.modes, "mode", Off::Mode);
    if let Some(age) = &read.age {
        let href = match age.span {
            None => link.clone().without("age"),
            Some(_) => link.clone().with("off", Off::Age.code()),
        };
        chips.push(chip("Âge", age.label.clone(), href));
    }
    for theme in &asked.themes {
        let href = link.clone().without_value("theme", theme.code());
        chips.push(chip("Parcours", theme.label().to_owned(), href));
    }
    if let Some(time) = &read.time {
        let href = match time.span {
            None => link.clone().without("open_at"),
            Some(_) => link.clone().with("off", Off::Time.code()),
        };
        let place = read.place.as_ref().map(|understood| &understood.place);
        let label = read.during.map(|during| moment(during, place));
        chips.push(chip("Moment", label.unwrap_or_else(|| time.label.clone()), href));
    }
    for off in &asked.off {
        chips.push(Chip {
            kind: "Mis de côté",
            label: french::lower_first(off.label()),
            href: link.clone().without_value("off", off.code()).to_string(),
            action: ", reprendre en compte",
            ignored: true,
        });
    }
    Chips { shown: chips, more }
}

/// `ouvert le 25 novembre 2026 à 20 h`, `ouvert le 28 novembre 2026 entre 8 h et 20 h`, in the time of the place.
fn moment((from, until): (DateTime<Utc>, DateTime<Utc>), place: Option<&Place>) -> String {
    let departement = place.and_then(|place| place.departement.as_deref());
    let local = |at: DateTime<Utc>| at.with_timezone(&time_zone(departement)).naive_local();
    let (day, time) = (date::words(local(from).date()), date::time(local(from).time()));
    if until > from {
        return format!("ouvert le {day} entre {time} et {}", date::time(local(until).time()));
    }
    format!("ouvert le {day} à {time}")
}

/// Words read as others; the last one offers to read them all as typed.
pub fn corrections(answer: &Answer, link: &SearchLink) -> Vec<Corrected> {
    let corrections = &answer.interpretation.corrections;
    corrections
        .iter()
        .enumerate()
        .map(|(position, correction)| Corrected {
            typed: correction.typed.clone(),
            read: correction.read.clone(),
            href: (position + 1 == corrections.len())
                .then(|| link.clone().with("off", Off::Correction.code()).to_string()),
        })
        .collect()
}
