//! From a service to a listing.

use std::collections::{BTreeSet, HashSet};

use maille_domain::{Category, field::Field, vocabulary::Status};
use serde_json::Value;

use super::tables::{Rows, Table};
use super::{area, schedule};
use crate::draft::{Draft, Drafted, ForeignCode, Said};
use crate::json::{at, each, is_blank, text};
use crate::register::Record;

/// The taxonomy of our own kinds of resource, and the beginning of the names of our other lists.
const OURS: &str = "maille-";
/// Countries whose addresses are French, as ISO 3166-1 has them; a country that is not said may be France.
const FRENCH: [&str; 15] =
    ["", "FR", "FRA", "FRANCE", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "WF", "PF", "NC"];

/// Properties that stay as they are, under a name that people understand.
const EXTRAS: [(&str, &str); 8] = [
    ("alternate_name", "autre nom"),
    ("program.name", "programme"),
    ("alert", "message du moment"),
    ("wait_time", "délai d’attente"),
    ("interpretation_services", "interprétariat"),
    ("accreditations", "accréditations"),
    ("licenses", "autorisations"),
    ("organization.legal_status", "statut de l’organisme"),
];

/// Maps a service, with what the rows say of it.
pub(super) fn map(record: Record, rows: &mut Rows) -> Drafted {
    let mut draft = Draft::new(record);
    let service = match rows.complete(record.value) {
        Ok(service) => service,
        Err(error) => {
            draft.warning("", &error.to_string(), "de quoi relire les tables mises de côté");
            record.value.clone()
        }
    };
    let said = |path: &str| text(at(&service, path));
    draft.keep(Field::Name, "name", &said("name"));
    draft.keep(Field::Organization, "organization.name", &said("organization.name"));
    draft.keep(Field::Description, "description", &said("description"));
    draft.keep(Field::Referral, "application_process", &said("application_process"));
    draft.keep(Field::Inclusion, "eligibility_description", &said("eligibility_description"));
    // `fees` is what 3.0 called it first.
    let cost = ["fees_description", "fees"].into_iter().find(|path| !said(path).is_empty());
    if let Some(path) = cost {
        draft.keep(Field::Cost, path, &said(path));
    }
    let date = said("assured_date");
    draft.keep(Field::VerifiedOn, "assured_date", date.split('T').next().unwrap_or_default());
    for (path, name) in EXTRAS {
        draft.extra(name, &said(path));
    }
    status(&mut draft, &said("status"));
    identifiers(&mut draft, &service);
    category(&mut draft, &service);
    ages(&mut draft, &service);
    coverage(&mut draft, &service);
    costs(&mut draft, &service);

    let places = each(&service["service_at_locations"]);
    let main = main_place(places);
    contacts(&mut draft, &service, main);
    languages(&mut draft, &service, main);
    hours(&mut draft, &service, main);
    for (number, place) in places.iter().enumerate() {
        if main.is_some_and(|main| std::ptr::eq(main, place)) {
            main_site(&mut draft, place, number, &said("name"));
        } else {
            draft.extra("autres lieux", &readable(&place["location"]));
        }
        if is_blank(&place["location"]) && !is_blank(&place["location_id"]) {
            draft.left_out(
                &format!("service_at_locations[{number}].location_id"),
                &text(&place["location_id"]),
                "un lieu du fichier",
            );
        }
    }
    if !is_blank(&service["organization_id"])
        && is_blank(&service["organization"])
        && rows.has(Table::Organization)
    {
        draft.left_out("organization_id", &said("organization_id"), "une organisation du fichier");
    }
    draft.finish(service)
}

fn status(draft: &mut Draft, said: &str) {
    let status = match &*said.to_ascii_lowercase().replace(['_', '-'], " ") {
        "" => return,
        "active" => Status::Ouvert,
        "inactive" | "defunct" => Status::Ferme,
        "temporarily closed" => Status::FermeTemporairement,
        _ => return draft.left_out("status", said, "active, inactive, defunct ou temporarily closed"),
    };
    draft.keep(Field::Status, "status", status.code());
}

/// Numbers of French registers among those of the organisation.
fn identifiers(draft: &mut Draft, service: &Value) {
    for (number, identifier) in each(at(service, "organization.organization_identifiers")).iter().enumerate()
    {
        let path = format!("organization_identifiers[{number}].identifier");
        let schemes =
            ["identifier_scheme", "identifier_type"].map(|key| text(&identifier[key]).to_ascii_lowercase());
        let field = [("siret", Field::Siret), ("finess", Field::Finess)].into_iter().find(|(name, _)| {
            schemes.iter().any(|scheme| scheme.rsplit(['-', ' ', ':']).next() == Some(name))
        });
        if let Some((_, field)) = field {
            draft.keep(field, &path, &text(&identifier["identifier"]));
        }
    }
}

/// The kind and our other lists, from the terms of taxonomies.
fn category(draft: &mut Draft, service: &Value) {
    let mut kind = None;
    let mut others = Vec::new();
    for (number, attribute) in each(&service["attributes"]).iter().enumerate() {
        let path = format!("attributes[{number}].taxonomy_term.code");
        let term = at(attribute, "taxonomy_term");
        if is_blank(term) {
            if !is_blank(&attribute["taxonomy_term_id"]) {
                let found = text(&attribute["taxonomy_term_id"]);
                draft.left_out(
                    &format!("attributes[{number}].taxonomy_term_id"),
                    &found,
                    "un terme du fichier",
                );
            }
            continue;
        }
        let (code, label) = (text(&term["code"]), text(&term["name"]));
        let taxonomy = [text(&term["taxonomy"]), text(at(term, "taxonomy_detail.name"))];
        let taxonomy = taxonomy.iter().find(|name| !name.is_empty()).map_or("", |name| name);
        let ours = taxonomy.strip_prefix(OURS).and_then(|name| name.parse::<Field>().ok());
        match ours {
            Some(Field::Category) if Category::from_code(&code).is_some() => {
                kind = kind.or_else(|| Category::from_code(&code));
            }
            Some(
                field @ (Field::Audiences
                | Field::Themes
                | Field::Modes
                | Field::ReferredBy
                | Field::Accessibility),
            ) => {
                draft.keep_each(field, &path, [&*code]);
            }
            _ => {
                let code = [taxonomy, &*code]
                    .into_iter()
                    .filter(|part| !part.is_empty())
                    .collect::<Vec<_>>()
                    .join(":");
                let label = Some(label.into_owned()).filter(|label| !label.is_empty());
                if !code.is_empty() || label.is_some() {
                    others.push(ForeignCode { system: "HSDS", code, label });
                }
            }
        }
    }
    for field in [Field::Audiences, Field::Themes, Field::Modes, Field::ReferredBy] {
        sort(draft, field);
    }
    others.sort_by(|a, b| a.code.cmp(&b.code));
    others.dedup();
    if kind.is_some() {
        draft.category(kind, None);
        for ForeignCode { code, label, .. } in others {
            draft.extra("classement dans la source", &label.unwrap_or(code));
        }
        return;
    }
    let mut others = others.into_iter();
    draft.category(None, others.next());
    for other in others {
        draft.unknown("classement dans la source", other);
    }
}

fn ages(draft: &mut Draft, service: &Value) {
    let [min, max] = ["minimum_age", "maximum_age"].map(|key| {
        let found = text(&service[key]);
        let age = found.parse::<f64>().ok().filter(|age| (0.0..1000.0).contains(age));
        if age.is_none() && !found.is_empty() {
            draft.left_out(key, &found, "un âge en années");
        }
        age
    });
    // Ages may have decimals: six months are 0.5.
    draft.ages("minimum_age", min.map(|age| age.ceil() as u64), max.map(|age| age.floor() as u64));
}

fn coverage(draft: &mut Draft, service: &Value) {
    let mut parts = BTreeSet::new();
    for (number, area) in each(&service["service_areas"]).iter().enumerate() {
        let said = |key: &str| text(&area[key]);
        match area::coverage(area) {
            Ok(Some(part)) => {
                parts.insert(part.to_string());
                continue;
            }
            Ok(None) => {}
            Err(wrong) => draft.left_out(
                &format!("service_areas[{number}]"),
                &wrong,
                "une commune, une intercommunalité, un département ou une région du COG 2026",
            ),
        }
        draft.extra("zone desservie", &said("name"));
        draft.extra("zone desservie", &said("description"));
        let extent = &area["extent"];
        if !is_blank(extent) {
            let kind = said("extent_type");
            let text_extent = kind.is_empty() || kind.eq_ignore_ascii_case("text");
            if text_extent && !said("extent").is_empty() {
                draft.extra("zone desservie", &said("extent"));
            } else {
                draft.left_out(
                    &format!("service_areas[{number}].extent"),
                    &kind,
                    "un lieu du COG ; un contour n’est pas lu comme zone d’intervention",
                );
            }
        }
    }
    draft.keep_each(Field::Coverage, "service_areas", parts);
}

/// Tariffs and papers, in words.
fn costs(draft: &mut Draft, service: &Value) {
    for option in each(&service["cost_options"]) {
        let said = |key: &str| text(&option[key]).into_owned();
        let amount = [said("amount"), said("currency").to_uppercase(), said("amount_description")];
        let amount = words(&amount, " ");
        let dates = match (&*said("valid_from"), &*said("valid_to")) {
            ("", "") => String::new(),
            (from, "") => format!("(à partir du {from})"),
            ("", to) => format!("(jusqu’au {to})"),
            (from, to) => format!("(du {from} au {to})"),
        };
        draft.extra("tarifs", &words(&[words(&[said("option"), amount], " : "), dates], " "));
    }
    for document in each(&service["required_documents"]) {
        draft.extra("documents à fournir", &text(&document["document"]));
    }
}

/// The place that counts: the first that one can go to.
fn main_place(places: &[Value]) -> Option<&Value> {
    let kind = |place: &&Value| text(at(place, "location.location_type")).to_ascii_lowercase();
    let real = |place: &&Value| !is_blank(&place["location"]);
    let physical = |place: &&Value| real(place) && matches!(&*kind(place), "" | "physical");
    places.iter().find(physical).or_else(|| places.iter().find(real))
}

fn contacts(draft: &mut Draft, service: &Value, main: Option<&Value>) {
    draft.keep_each(Field::Website, "url", [text(&service["url"])]);
    draft.keep_each(Field::Email, "email", [text(&service["email"])]);
    let place = main.unwrap_or(&Value::Null);
    let mut seen = HashSet::new();
    for (path, owner) in [
        ("", service),
        ("service_at_locations.", place),
        ("service_at_locations.location.", at(place, "location")),
    ] {
        phones(draft, &mut seen, &format!("{path}phones"), &owner["phones"]);
        for contact in each(&owner["contacts"]) {
            phones(draft, &mut seen, &format!("{path}contacts.phones"), &contact["phones"]);
            draft.keep_each(Field::Email, &format!("{path}contacts.email"), [text(&contact["email"])]);
        }
    }
    // What leads to the organisation is better than nothing.
    let organization = &service["organization"];
    if !draft.values.contains_key(&Field::Phone) {
        phones(draft, &mut seen, "organization.phones", &organization["phones"]);
    }
    for (field, key) in [(Field::Email, "email"), (Field::Website, "website")] {
        if !draft.values.contains_key(&field) {
            draft.keep_each(field, &format!("organization.{key}"), [text(&organization[key])]);
        }
    }
}

/// The numbers of a list, each once: packages name one phone from everywhere.
fn phones(draft: &mut Draft, seen: &mut HashSet<String>, path: &str, phones: &Value) {
    for phone in each(phones) {
        let number = text(&phone["number"]);
        let number = number.trim_matches(['"', ' ']);
        if number.is_empty() || !seen.insert(number.to_owned()) {
            continue;
        }
        let kind = text(&phone["type"]).to_ascii_lowercase();
        match &*kind {
            "fax" => draft.extra("télécopie", number),
            "" | "voice" | "cell" | "mobile" => {
                draft.keep_each(Field::Phone, &format!("{path}.number"), [number]);
            }
            kind => draft.extra("autres numéros", &format!("{number} ({kind})")),
        }
        let extension = text(&phone["extension"]);
        if !extension.is_empty() {
            draft.extra("poste téléphonique", &format!("{number} : poste {extension}"));
        }
        draft.extra("à propos du téléphone", &text(&phone["description"]));
    }
}

fn languages(draft: &mut Draft, service: &Value, main: Option<&Value>) {
    let of_place = main.map_or(&Value::Null, |place| at(place, "location.languages"));
    for language in each(&service["languages"]).iter().chain(each(of_place)) {
        let code = text(&language["code"]);
        let short = code.split(['-', '_']).next().unwrap_or_default();
        if short.is_empty() {
            draft.extra("langues", &text(&language["name"]));
        } else {
            draft.keep_each(Field::Languages, "languages.code", [short]);
            if short.len() != 2 {
                draft.extra("langues", &text(&language["name"]));
            }
        }
        draft.extra("à propos des langues", &text(&language["note"]));
    }
    sort(draft, Field::Languages);
}

/// The hours of the service, else those it has at its place. Those of the place alone are of the house: they stay readable.
fn hours(draft: &mut Draft, service: &Value, main: Option<&Value>) {
    let place = main.unwrap_or(&Value::Null);
    for (path, schedules) in
        [("schedules", &service["schedules"]), ("service_at_locations.schedules", &place["schedules"])]
    {
        let read = schedule::read(each(schedules));
        for (key, found, expected) in read.wrong {
            draft.left_out(&format!("{path}.{key}"), &found, expected);
        }
        for note in read.notes {
            draft.extra("précisions sur les horaires", &note);
        }
        if !draft.values.contains_key(&Field::Hours) {
            draft.keep(Field::Hours, path, &read.hours);
        }
    }
    let house = schedule::read(each(at(place, "location.schedules")));
    let known = draft.values.get(&Field::Hours).and_then(Value::as_str);
    if known != Some(&house.hours) {
        draft.extra("horaires du lieu", &house.hours);
    }
}

/// The main site.
fn main_site(draft: &mut Draft, place: &Value, number: usize, name: &str) {
    let location = &place["location"];
    let said = |key: &str| text(&location[key]);
    draft.extra("à cet endroit", &text(&place["description"]));
    if said("name") != name {
        draft.extra("lieu", &said("name"));
    }
    draft.extra("accès", &said("transportation"));
    for accessibility in each(&location["accessibility"]) {
        let description = text(&accessibility["description"]);
        if description.len() <= 20 && !description.is_empty() && !description.contains(char::is_whitespace) {
            draft.keep_each(Field::Accessibility, "accessibility.description", [description]);
        } else {
            draft.extra("accessibilité", &description);
            draft.extra("accessibilité", &text(&accessibility["details"]));
        }
    }
    sort(draft, Field::Accessibility);
    let path = |key: &str| format!("service_at_locations[{number}].location.{key}");
    let address = main_address(location);
    let country = text(&address["country"]).to_ascii_uppercase();
    if !FRENCH.contains(&&*country) {
        draft.left_out(&path("addresses.country"), &country, "une adresse en France ; elle reste lisible");
        draft.extra("adresse à l’étranger", &readable(location));
        return;
    }
    let of = |key: &str| text(&address[key]);
    let street = words(&[of("address_1").into_owned(), of("address_2").into_owned()], ", ");
    draft.keep(Field::Address, &path("addresses.address_1"), &street);
    let cog = text(&location["external_identifier_type"]).to_ascii_uppercase();
    let code = if matches!(&*cog, "COG" | "INSEE") { said("external_identifier") } else { "".into() };
    draft.place(Said {
        code: (&path("external_identifier"), &code),
        town: (&path("addresses.city"), &of("city")),
        postal_code: (&path("addresses.postal_code"), &of("postal_code")),
        lat: (&path("latitude"), &said("latitude")),
        lon: (&path("longitude"), &said("longitude")),
        sure: true,
    });
}

/// The address to go to, else the first.
fn main_address(location: &Value) -> &Value {
    let addresses = each(&location["addresses"]);
    let physical =
        addresses.iter().find(|address| text(&address["address_type"]).eq_ignore_ascii_case("physical"));
    physical.or(addresses.first()).unwrap_or(&Value::Null)
}

/// A place in words: its name and its address.
fn readable(location: &Value) -> String {
    let address = main_address(location);
    let town = words(&[text(&address["postal_code"]).into_owned(), text(&address["city"]).into_owned()], " ");
    let country = text(&address["country"]).into_owned();
    let country = if FRENCH.contains(&&*country.to_ascii_uppercase()) { String::new() } else { country };
    let said = |value: &Value, key: &str| text(&value[key]).into_owned();
    words(
        &[said(location, "name"), said(address, "address_1"), said(address, "address_2"), town, country],
        ", ",
    )
}

/// Texts that say something, together.
fn words(texts: &[String], between: &str) -> String {
    texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(between)
}

/// Puts a list in order, since its own means nothing.
fn sort(draft: &mut Draft, field: Field) {
    if let Some(Value::Array(values)) = draft.values.get_mut(&field) {
        values.sort_by_key(ToString::to_string);
    }
}
