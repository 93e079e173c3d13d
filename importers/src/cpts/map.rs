//! From a CPTS to a listing.

use maille_domain::Category;
use maille_domain::field::Field;
use serde_json::Value;

use super::columns::{ADDRESS, COMMUNES, POSTAL_CODE, SIEGE};
use super::fhir;
use crate::draft::{Draft, Drafted, Said};
use crate::excel::with_its_zero;
use crate::json::{each, text};
use crate::register::Record;

/// Maps a CPTS of a table, or an organisation.
pub(super) fn map(record: Record) -> Drafted {
    let mut draft = Draft::new(record);
    draft.category(Category::from_code("cpts"), None);
    if record.value["resourceType"].is_null() {
        cells(&mut draft, record.value);
    } else {
        organization(&mut draft, record.value);
    }
    draft.finish(record.value.clone())
}

fn cells(draft: &mut Draft, cells: &Value) {
    let said = |name: &str| text(&cells[name]).into_owned();
    for field in [
        Field::Name,
        Field::Acronym,
        Field::Organization,
        Field::Siret,
        Field::Summary,
        Field::Description,
        Field::Address,
        Field::Hours,
        Field::Referral,
        Field::VerifiedOn,
        Field::SourceUrl,
    ] {
        draft.keep(field, field.name(), &said(field.name()));
    }
    let finess = said("finess");
    draft.keep(Field::Finess, "finess", &with_its_zero(&finess, 9).unwrap_or(finess));
    for field in [Field::Phone, Field::Email, Field::Mssante, Field::Website] {
        let cell = said(field.name());
        draft.keep_each(field, field.name(), cell.split('|').map(str::trim).filter(|part| !part.is_empty()));
    }
    let communes = each(&cells[COMMUNES]).iter().map(|code| format!("commune:{}", text(code)));
    draft.keep_each(Field::Coverage, COMMUNES, communes);
    let (seat, postal_code) = (said(SIEGE), said(POSTAL_CODE));
    let is_code = seat.len() <= 5 && seat.bytes().any(|byte| byte.is_ascii_digit());
    let (code, town) = if is_code { (&*seat, "") } else { ("", &*seat) };
    draft.place(Said {
        code: (SIEGE, code),
        town: (SIEGE, town),
        postal_code: (POSTAL_CODE, &postal_code),
        lat: ("lat", &said("lat")),
        lon: ("lon", &said("lon")),
        sure: !said(ADDRESS).is_empty(),
    });
}

fn organization(draft: &mut Draft, organization: &Value) {
    draft.keep(Field::Name, "name", &text(&organization["name"]));
    if let Some(finess) = fhir::finess(organization) {
        draft.keep(Field::Finess, "identifier", &finess);
    }
    for telecom in each(&organization["telecom"]) {
        let value = text(&telecom["value"]);
        match &*text(&telecom["system"]) {
            "phone" => draft.keep_each(Field::Phone, "telecom.value", [value]),
            "email" => draft.keep_each(Field::Email, "telecom.value", [value]),
            "url" => draft.keep_each(Field::Website, "telecom.value", [value]),
            "fax" => draft.extra("télécopie", &value),
            _ => {}
        }
    }
    if let Some(address) = each(&organization["address"]).first() {
        let lines: Vec<_> = each(&address["line"]).iter().map(text).filter(|line| !line.is_empty()).collect();
        draft.keep(Field::Address, "address.line", &lines.join(", "));
        draft.place(Said {
            town: ("address.city", &text(&address["city"])),
            postal_code: ("address.postalCode", &text(&address["postalCode"])),
            ..Said::default()
        });
    }
}
