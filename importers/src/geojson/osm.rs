//! Tags of OpenStreetMap that say the same thing as a field of ours.

use maille_domain::field::Field;

use super::properties::Properties;
use crate::draft::Draft;

/// Fields of one text, with the tags that say them, the first that is there counting.
const TEXTS: [(Field, &[&str]); 5] = [
    (Field::Acronym, &["short_name"]),
    (Field::Organization, &["operator"]),
    (Field::Hours, &["opening_hours"]),
    (Field::Finess, &["ref:fr:finess"]),
    (Field::Siret, &["ref:fr:siret"]),
];
/// Contacts, each of them counting.
const CONTACTS: [(Field, &[&str]); 3] = [
    (Field::Phone, &["contact:phone", "contact:mobile", "mobile"]),
    (Field::Email, &["contact:email"]),
    (Field::Website, &["contact:website", "url"]),
];

/// Reads the tags that are fields, unless a column of ours said the field.
pub(super) fn read(draft: &mut Draft, properties: &mut Properties) {
    for (field, tags) in TEXTS {
        if !draft.values.contains_key(&field)
            && let Some((tag, text)) = properties.first(tags)
        {
            draft.keep(field, tag, &text);
        }
    }
    for (field, tags) in CONTACTS {
        for tag in tags {
            draft.keep_each(field, tag, several(&properties.take(tag)));
        }
    }
    // The day somebody was there and looked.
    if !draft.values.contains_key(&Field::VerifiedOn)
        && let Some((tag, text)) = properties.first(&["check_date"])
    {
        draft.keep(Field::VerifiedOn, tag, &text);
    }
    match &*properties.peek("wheelchair") {
        "yes" | "designated" => {
            properties.take("wheelchair");
            draft.keep_each(Field::Accessibility, "wheelchair", ["pmr"]);
        }
        _ => {}
    }
}

/// The street address.
pub(super) fn address(properties: &mut Properties) -> String {
    let number = properties.take("addr:housenumber");
    let street =
        properties.first(&["addr:street", "addr:place"]).map(|(_, street)| street).unwrap_or_default();
    format!("{number} {street}").trim().to_owned()
}

/// The values of a contact: OpenStreetMap has `;` between them, spreadsheets have `|`.
pub(super) fn several(text: &str) -> Vec<String> {
    let parts = text.split('|').flat_map(|part| {
        // A `;` may be part of an address of the web.
        let is_address = part.contains("://") && part.matches("://").count() == 1;
        if is_address { vec![part] } else { part.split(';').collect() }
    });
    parts.map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contacts_are_apart() {
        for (text, parts) in [
            ("01 99 00 00 01;01 99 00 00 02 | 15", &["01 99 00 00 01", "01 99 00 00 02", "15"][..]),
            ("https://a.example/x;y=1", &["https://a.example/x;y=1"]),
            ("https://a.example; https://b.example", &["https://a.example", "https://b.example"]),
            (" ", &[]),
        ] {
            assert_eq!(several(text), parts);
        }
    }
}
