//! How to reach a place.

use maille_domain::Phone;
use maille_domain::field::Field;
use serde_json::Value;

use crate::draft::Draft;
use crate::json::{each, text, texts};

/// Sets the phones, the mail and the sites of a place.
pub(super) fn contacts(draft: &mut Draft, place: &Value) {
    let entity = &place["entity"];
    for phone in each(&entity["phones"]) {
        let (number, label) = (text(&phone["phoneNumber"]), text(&phone["label"]));
        draft.keep_each(Field::Phone, "entity.phones", [&number]);
        if !label.is_empty() && !number.is_empty() {
            draft.extra("téléphone, précisions", &format!("{number} : {label}"));
        }
    }
    draft.keep_each(Field::Email, "entity.mail", texts(&entity["mail"]));
    draft.keep_each(Field::Website, "entity.website", [text(&entity["website"])]);
    for (key, name) in [("facebook", "Facebook"), ("instagram", "Instagram")] {
        draft.extra(name, &text(&entity[key]));
    }
    let fax = text(&entity["fax"]);
    match fax.parse::<Phone>() {
        Ok(number) => draft.extra("télécopie", &number.spoken()),
        Err(_) if fax.is_empty() => {}
        Err(expected) => draft.left_out("entity.fax", &fax, &expected.to_string()),
    }
    // The address of every page of the site, as data·inclusion writes it too.
    let page = text(&place["seo_url"]);
    if !page.is_empty() {
        draft.keep(Field::SourceUrl, "seo_url", &format!("https://soliguide.fr/fr/fiche/{page}"));
    }
}
