//! From a place, or a service of one, to a listing.

use std::collections::{BTreeSet, HashMap};

use maille_domain::field::Field;
use maille_domain::vocabulary::{Mode, Status};
use serde_json::{Value, json};

use super::{changed, contacts, kind, modalities, opening, place, publics, services, temporary};
use crate::draft::{Draft, Drafted, ForeignCode};
use crate::json::{each, is_blank, text};
use crate::register::Record;

/// Maps a place, or the place and the service that were put together. `latest` says when each place was last changed.
pub(super) fn map(record: Record, latest: &HashMap<String, Option<i64>>) -> Drafted {
    let (place, service) = match record.value.get("lieu_id") {
        Some(_) => (record.value, None),
        None => (&record.value["place"], Some(&record.value["service"])),
    };
    let status = text(&place["status"]);
    let shown = matches!(&*status, "ONLINE" | "PERMANENTLY_CLOSED") && text(&place["visibility"]) != "PRO";
    // A service of an older version of its place may have gone from it since.
    let stale = service.is_some() && latest.get(&*text(&place["lieu_id"])) != Some(&changed(place));
    if !shown {
        return Drafted::Skipped("brouillons, lieux hors ligne ou réservés aux professionnels");
    }
    if stale {
        return Drafted::Skipped("services que leur lieu n’a plus");
    }
    let mut draft = Draft::new(record);
    let name = text(&place["name"]);
    match service {
        None => {
            draft.keep(Field::Name, "name", &name);
            let kind = kind::of_place(place);
            draft.category(kind, None);
            services::services(&mut draft, place, kind.is_none());
        }
        Some(service) => {
            let label = kind::label(&text(&service["category"])).unwrap_or_default();
            if !name.is_empty() {
                draft.keep(Field::Name, "name", &format!("{name} – {label}"));
            }
            draft.category(kind::of_service(place, service), None);
            draft.extra("services", &services::title(service));
            draft.extra("fermeture temporaire", &services::closure(service));
            draft.extra("saturation, précisions", &text(&service["saturated"]["precision"]));
        }
    }
    let described = service.filter(|service| !is_blank(&service["description"])).unwrap_or(place);
    draft.keep(Field::Description, "description", &text(&described["description"]));
    let own = |differs: &str, own: &str, of_place: &str| match service {
        Some(service) if text(&service[differs]) == "true" => &service[own],
        _ => &place[of_place],
    };
    opening::hours(&mut draft, "newhours", own("differentHours", "hours", "newhours"));
    publics::publics(&mut draft, own("differentPublics", "publics", "publics"));
    modalities::modalities(&mut draft, own("differentModalities", "modalities", "modalities"));
    let mode = if text(&place["placeType"]) == "PARCOURS_MOBILE" { Mode::Itinerant } else { Mode::SurPlace };
    draft.codes(Field::Modes, [mode]);
    languages(&mut draft, place);
    contacts::contacts(&mut draft, place);
    place::place(&mut draft, place);
    temporary::temporary(&mut draft, place);
    let full = match service {
        Some(service) => services::is_full(service),
        None => all_full(each(&place["services_all"])),
    };
    match &*status {
        "PERMANENTLY_CLOSED" => draft.values.insert(Field::Status, json!(Status::Ferme)),
        _ if full => draft.values.insert(Field::Status, json!(Status::Sature)),
        _ => None,
    };
    draft.finish(record.value.clone())
}

/// Whether every service that is not closed is full.
fn all_full(all: &[Value]) -> bool {
    let mut open = all.iter().filter(|service| !services::is_closed(service)).peekable();
    open.peek().is_some() && open.all(services::is_full)
}

/// The languages spoken; sign language is a way to be accessible, and a code of another length stays in words.
fn languages(draft: &mut Draft, place: &Value) {
    let codes: BTreeSet<String> =
        each(&place["languages"]).iter().map(|code| text(code).to_ascii_lowercase()).collect();
    for code in codes.into_iter().filter(|code| !code.is_empty()) {
        match &*code {
            "lsf" => draft.codes(Field::Accessibility, ["lsf"]),
            two if two.len() == 2 => draft.keep_each(Field::Languages, "languages", [two]),
            _ => draft
                .unknown("autres langues", ForeignCode { system: "soliguide languages", code, label: None }),
        }
    }
}
