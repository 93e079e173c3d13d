//! How an offer is reached. Each number or address has a level of confidentiality (R283): what is free is published, the rest
//! is kept apart. A number that stands at several levels has the least.

use maille_domain::field::Field;
use maille_domain::{Phone, RestrictedContact};
use serde_json::Value;

use super::deviation::{Deviation, Deviations};
use super::fhir::{Reader, is_name};
use crate::draft::Draft;
use crate::json::text;
use crate::register::Where;

/// The level that everybody may read.
const FREE: u8 = 1;
/// The level of a contact that does not say: nobody said that it was free.
const UNSAID: u8 = 2;
/// The highest level.
const MOST: u8 = 3;

const LEVEL: [&str; 3] =
    ["ror-telecom-confidentiality-level", "ror-confidentiality-level", "ror-contact-confidentiality-level"];
const CONTACT: &str = "ror-healthcareservice-contact";
const TELECOM: [&str; 2] = ["ror-healthcareservice-contact-telecom", "telecom"];
const CHANNEL: [&str; 2] = ["ror-telecom-communication-channel", "ror-communication-channel"];

/// What a contact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Of(Field),
    Fax,
    /// Radio, file transfer: nobody's business here.
    Other,
}

/// A number or an address.
#[derive(Debug)]
struct Contact {
    way: Way,
    value: String,
    /// What is the same for one contact however it is written: the number as it is spoken, the address in small letters.
    key: String,
    label: String,
    level: u8,
}

/// Puts the contacts of an offer in its listing, or apart.
pub(super) fn contacts(reader: &mut Reader, draft: &mut Draft, offer: &Value) {
    let mut contacts: Vec<Contact> = Vec::new();
    for extension in reader.extensions(offer, &[CONTACT]) {
        let of_contact = level(reader, extension, &LEVEL[1..]);
        let label = label(reader, extension);
        for telecom in reader.extensions(extension, &TELECOM) {
            let value =
                reader.extension(telecom, &["telecomAddress"]).map(|value| text(&value["valueString"]));
            let value = value.unwrap_or_default();
            let own = level(reader, telecom, &LEVEL);
            let level = combined(reader, own, of_contact);
            let (way, key) = way(reader, telecom, &value, Field::Email);
            let label = label.clone();
            add(&mut contacts, Contact { way, value: value.into_owned(), key, label, level });
        }
    }
    // The secure mail boxes of the offer.
    for telecom in reader.list(offer, "telecom") {
        let value = text(&telecom["value"]);
        let own = level(reader, telecom, &LEVEL);
        let level = combined(reader, own, None);
        let (way, key) = way(reader, telecom, &value, Field::Mssante);
        let usage = reader.extension(telecom, &["ror-telecom-usage"]);
        let label = usage.map(|usage| text(&usage["valueString"]).into_owned()).unwrap_or_default();
        add(&mut contacts, Contact { way, value: value.into_owned(), key, label, level });
    }
    for contact in contacts {
        publish(draft, contact);
    }
}

/// An offer as its source wrote it, without the contacts that are not for everybody: those are kept apart.
pub(super) fn published(offer: &Value) -> Value {
    let mut published = offer.clone();
    // What is wrong in it was counted already.
    let mut deviations = Deviations::default();
    let spot = Where { file: "", line: 0 };
    let mut reader = Reader { deviations: &mut deviations, spot, id: "" };
    if let Some(extensions) = published.get_mut("extension") {
        retain(extensions, |extension| {
            let url = extension["url"].as_str().unwrap_or_default();
            !is_name(url.rsplit('/').next().unwrap_or_default(), CONTACT) || is_free(&mut reader, extension)
        });
    }
    if let Some(telecoms) = published.get_mut("telecom") {
        retain(telecoms, |telecom| {
            let own = level(&mut reader, telecom, &LEVEL);
            combined(&mut reader, own, None) == FREE
        });
    }
    published
}

/// Whether all of a contact may be read by everybody.
fn is_free(reader: &mut Reader, contact: &Value) -> bool {
    let of_contact = level(reader, contact, &LEVEL[1..]);
    let telecoms = reader.extensions(contact, &TELECOM);
    telecoms.into_iter().all(|telecom| {
        let own = level(reader, telecom, &LEVEL);
        combined(reader, own, of_contact) == FREE
    })
}

/// Takes the elements of a list away that do not pass, or the one that stands in its place.
fn retain(list: &mut Value, mut passes: impl FnMut(&Value) -> bool) {
    match list {
        Value::Array(elements) => elements.retain(|element| passes(element)),
        Value::Object(_) if !passes(list) => *list = Value::Null,
        _ => {}
    }
}

/// The phones of an establishment that everybody may call.
pub(super) fn open_phones(reader: &mut Reader, organization: &Value) -> Vec<String> {
    let mut phones = Vec::new();
    for contact in reader.list(organization, "contact") {
        let of_contact = level(reader, contact, &LEVEL[1..]);
        for telecom in reader.list(contact, "telecom") {
            let own = level(reader, telecom, &LEVEL);
            let value = text(&telecom["value"]);
            let phone = value.parse::<Phone>().ok().map(|phone| phone.spoken());
            let free = combined(reader, own, of_contact) == FREE;
            if let Some(phone) = phone.filter(|phone| free && !phones.contains(phone)) {
                phones.push(phone);
            }
        }
    }
    phones
}

/// Adds a contact, or keeps the least level of one that is there.
fn add(contacts: &mut Vec<Contact>, contact: Contact) {
    if contact.value.is_empty() || contact.way == Way::Other {
        return;
    }
    let same = |known: &&mut Contact| known.way == contact.way && known.key == contact.key;
    match contacts.iter_mut().find(same) {
        Some(known) if contact.level < known.level => *known = contact,
        Some(_) => {}
        None => contacts.push(contact),
    }
}

fn publish(draft: &mut Draft, contact: Contact) {
    let Contact { way, value, key, label, level } = contact;
    match way {
        Way::Of(kind) if level == FREE => {
            draft.keep_each(kind, "ror-healthcareservice-contact", [&value]);
            if kind == Field::Phone && !label.is_empty() {
                draft.extra("contacts", &format!("{label} : {key}"));
            }
        }
        Way::Of(kind) => {
            let label = Some(label).filter(|label| !label.is_empty());
            draft.restricted(RestrictedContact { kind, value, label, level });
        }
        Way::Fax if level == FREE => draft.extra("télécopie", &value),
        Way::Fax | Way::Other => {}
    }
}

/// What a contact is for. Its name is a person's: it is not read.
fn label(reader: &mut Reader, contact: &Value) -> String {
    let purpose = reader.code_of(contact, &["purposeContact"], "R287");
    let purpose = purpose.map(|code| code.label.into_owned()).unwrap_or_default();
    let description = reader.extension(contact, &["description"]);
    let description =
        description.map(|text_of| text(&text_of["valueString"]).into_owned()).unwrap_or_default();
    [purpose, description].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// The level of something, as far as it says one.
fn level(reader: &mut Reader, of: &Value, names: &[&str]) -> Option<u8> {
    let extension = names.iter().find_map(|name| reader.extension(of, &[*name]))?;
    let code = reader.codes_of(extension).into_iter().next()?.code.into_owned();
    match code.as_str() {
        "1" => Some(FREE),
        "2" => Some(2),
        "3" => Some(MOST),
        _ => {
            reader.note(Deviation::NoLevel, names[0]);
            Some(MOST)
        }
    }
}

/// The level of a number, never below that of its contact.
fn combined(reader: &mut Reader, own: Option<u8>, of_contact: Option<u8>) -> u8 {
    own.max(of_contact).unwrap_or_else(|| {
        reader.note(Deviation::NoLevel, LEVEL[0]);
        UNSAID
    })
}

/// What a value is by its shape, or by its channel (R200) where its shape does not tell; and its key.
fn way(reader: &mut Reader, telecom: &Value, value: &str, mail: Field) -> (Way, String) {
    let channel = reader.code_of(telecom, &CHANNEL, "R200").map(|code| code.code.into_owned());
    let by_channel = match channel.as_deref() {
        Some("1" | "2" | "8") => Some(Way::Of(Field::Phone)),
        Some("3" | "9") => Some(Way::Of(mail)),
        Some("4") => Some(Way::Of(Field::Website)),
        Some("5" | "7") => return (Way::Other, String::new()),
        Some("6") => Some(Way::Fax),
        _ => None,
    };
    let mut key = value.to_lowercase();
    let by_shape = if value.contains('@') {
        Some(Way::Of(mail))
    } else if value.contains("://") || value.starts_with("www.") {
        Some(Way::Of(Field::Website))
    } else if let Ok(phone) = value.parse::<Phone>() {
        key = phone.spoken();
        Some(if by_channel == Some(Way::Fax) { Way::Fax } else { Way::Of(Field::Phone) })
    } else {
        None
    };
    if by_channel.is_some() && by_shape.is_some() && by_channel != by_shape {
        reader.note(Deviation::OtherChannel, CHANNEL[0]);
    }
    (by_shape.or(by_channel).unwrap_or(Way::Of(Field::Phone)), key)
}
