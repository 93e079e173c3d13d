//! What was understood, as things one can take away, and places one can choose.

use chrono::{DateTime, Utc};
use maille_domain::hours::time_zone;
use maille_domain::request::Off;
use maille_index::answer::{Answer, By, Span, Understood};
use maille_territory::Place;

use crate::french::{self, date};
use crate::parameters::{SearchLink, SearchParameters, kind_set_aside, place_label};
use crate::views::{Choice, place};
use crate::visit::place_pair;

/// Items shown at once; the others unfold: on a phone, the first result matters more than what was understood.
const SHOWN: usize = 2;

/// What was understood: what is shown at once, and what unfolds.
#[derive(Debug)]
pub struct Chips {
    pub shown: Vec<Chip>,
    pub more: Vec<Chip>,
    /// The link that reads no kind at all in the text, when several were read.
    pub no_kind: Option<String>,
}

impl Chips {
    /// Whether nothing was understood, nor set aside.
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// `et 2 autres critères compris`.
    pub fn more_label(&self) -> String {
        let others =
            french::counted(self.more.len() as u64, "autre critère compris", "autres critères compris");
        format!("et {others}")
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

/// Places as links that choose them, from a search that has none.
pub fn choices(places: &[Place], anywhere: &SearchLink) -> Vec<Choice> {
    places.iter().map(|place| place::choice(place, anywhere.clone().about(place).to_string())).collect()
}

/// Everything understood, what is surest first, the place that the heading says last; then what was set aside.
pub fn chips(asked: &SearchParameters, answer: &Answer, link: &SearchLink) -> Chips {
    let read = &answer.interpretation;
    let mut chips = Vec::new();
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
    // What a need leads to comes after what was named or chosen.
    let (read_kinds, chosen): (Vec<&Understood>, Vec<&Understood>) =
        read.categories.iter().partition(|item| item.span.is_some());
    let (needed, named): (Vec<&Understood>, Vec<&Understood>) =
        read_kinds.iter().copied().partition(|item| item.by == By::Need);
    let kind_read = |item: &Understood| {
        let kind = if item.by == By::Need { "Type possible" } else { "Type" };
        let href = match item.span {
            None => link.clone().without_value("category", &item.code),
            Some(_) => link.clone().with("off", kind_set_aside(&item.code)),
        };
        chip(kind, item.label.clone(), href)
    };
    let mut kinds = chosen.into_iter().chain(named).chain(needed).map(kind_read);
    chips.extend(kinds.next());
    if let Some(age) = &read.age {
        let href = match age.span {
            None => link.clone().without("age"),
            Some(_) => link.clone().with("off", Off::Age.code()),
        };
        chips.push(chip("Âge", age.label.clone(), href));
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
    let mut all = |kind, items: &[Understood], parameter, off| {
        for item in items {
            let href = taken_away(item.span, parameter, &item.code, off);
            chips.push(chip(kind, item.label.clone(), href));
        }
    };
    all("Public", &read.audience, "audience", Off::Audience);
    all("Mode", &read.modes, "mode", Off::Mode);
    for theme in &asked.themes {
        let href = link.clone().without_value("theme", theme.code());
        chips.push(chip("Parcours", theme.label().to_owned(), href));
    }
    chips.extend(kinds);
    if let Some(place) = read.place.as_ref().filter(|place| !place.ambiguous) {
        // Where the place that follows the person is the one read in the text, it goes too; another one comes back.
        let (name, code) = place_pair(&place.place);
        let href = match place.span {
            None => ["commune", "place", "lat", "lon", "radius_km"]
                .into_iter()
                .fold(link.clone(), SearchLink::without),
            Some(_) => link.clone().without_value(name, &code).with("off", Off::Place.code()),
        };
        chips.push(chip("Lieu", place_label(&place.place), href));
    }
    if let Some(km) = asked.radius_km {
        let label = format!("moins de {} km", french::number(km.round() as u64));
        chips.push(chip("Rayon", label, link.clone().without("radius_km")));
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
    for kind in &asked.set_aside {
        chips.push(Chip {
            kind: "Mis de côté",
            label: kind.label().to_owned(),
            href: link.clone().without_value("off", &kind_set_aside(kind.code())).to_string(),
            action: ", reprendre en compte",
            ignored: true,
        });
    }
    let more = chips.split_off(SHOWN.min(chips.len()));
    let no_kind = (read_kinds.len() > 1).then(|| link.clone().with("off", Off::Category.code()).to_string());
    Chips { shown: chips, more, no_kind }
}

/// `ouvert le 25 novembre 2026 à 20 h`, `ouvert le 28 novembre 2026 entre 8 h et 20 h`, in the time of the place.
pub fn moment((from, until): (DateTime<Utc>, DateTime<Utc>), place: Option<&Place>) -> String {
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
