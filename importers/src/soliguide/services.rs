//! The services of a place, in words.

use serde_json::Value;

use super::{kind, modalities, opening, publics, temporary};
use crate::draft::{Draft, ForeignCode};
use crate::json::{each, text};
use crate::plain::plain;

/// Keeps the services of a place and what is particular to each. Where no kind was found for the place (`unmapped`), the
/// categories are counted; those that nobody knows always are.
pub(super) fn services(draft: &mut Draft, place: &Value, unmapped: bool) {
    for service in each(&place["services_all"]) {
        let (slug, legacy) = (text(&service["category"]), text(&service["categorie"]));
        match kind::label(&slug) {
            Some(label) if !unmapped => draft.extra("services", label),
            None if slug.is_empty() => {
                // The number that older answers have instead says nothing to people.
                if !legacy.is_empty() {
                    let code = legacy.into_owned();
                    draft.unknown(
                        "services, codes",
                        ForeignCode { system: "soliguide categorie", code, label: None },
                    );
                }
            }
            label => {
                let name = Some(text(&service["name"]).into_owned()).filter(|name| !name.is_empty());
                let (code, label) = (slug.into_owned(), label.map(str::to_owned).or(name));
                draft.unknown("services", ForeignCode { system: "soliguide category", code, label });
            }
        }
        let particular = particular(service);
        if !particular.is_empty() {
            draft.extra("services, précisions", &format!("{} : {particular}", title(service)));
        }
    }
}

/// What a service is called: its category, and its own name where it has another.
pub(super) fn title(service: &Value) -> String {
    let (slug, name) = (text(&service["category"]), text(&service["name"]));
    match kind::label(&slug) {
        Some(label) if name.is_empty() || maille_territory::fold(&name) == maille_territory::fold(label) => {
            label.to_owned()
        }
        Some(label) => format!("{label}, {name}"),
        None if name.is_empty() => slug.into_owned(),
        None => name.into_owned(),
    }
}

/// Whether nobody more can be received.
pub(super) fn is_full(service: &Value) -> bool {
    text(&service["saturated"]["status"]) == "HIGH"
}

/// Whether a service is closed for some time, as its place says.
pub(super) fn is_closed(service: &Value) -> bool {
    text(&service["close"]["actif"]) == "true"
}

/// What holds for this service and not for its place.
fn particular(service: &Value) -> String {
    let differs = |key: &str| text(&service[key]) == "true";
    let mut words =
        vec![plain(&text(&service["description"])).split_whitespace().collect::<Vec<_>>().join(" ")];
    if differs("differentHours") {
        words.push(opening::in_words(&service["hours"]));
    }
    if differs("differentPublics") {
        words.push(publics::in_words(&service["publics"]));
    }
    if differs("differentModalities") {
        words.push(modalities::access(&service["modalities"]));
        words.push(modalities::cost(&service["modalities"]));
    }
    words.push(closure(service));
    if is_full(service) {
        words.push("saturé".to_owned());
    }
    words.push(text(&service["saturated"]["precision"]).into_owned());
    let words = words.iter().map(|words| words.trim_end_matches('.')).filter(|words| !words.is_empty());
    words.collect::<Vec<_>>().join(". ")
}

/// `fermé du 3 mars 2022 au 5 mars 2022`; empty for a service that is not.
pub(super) fn closure(service: &Value) -> String {
    if is_closed(service) {
        format!("fermé {}", temporary::period(&service["close"])).trim().to_owned()
    } else {
        String::new()
    }
}
