//! From a feature to a listing.

use maille_domain::Category;
use maille_domain::field::Field;
use serde_json::Value;

use super::properties::Properties;
use super::{category, osm};
use crate::draft::{Draft, Drafted, ForeignCode, Said};
use crate::issue::shorten;
use crate::json::text;
use crate::register::Record;

/// Lists whose order means nothing.
const SETS: [Field; 7] = [
    Field::Coverage,
    Field::Audiences,
    Field::Themes,
    Field::Modes,
    Field::ReferredBy,
    Field::Languages,
    Field::Accessibility,
];
const CONTACTS: [Field; 4] = [Field::Phone, Field::Email, Field::Mssante, Field::Website];

/// Maps a feature.
pub(super) fn map(record: Record) -> Drafted {
    let mut draft = Draft::new(record);
    let mut properties = Properties::of(&record.value["properties"]);
    properties.take("id");
    let kind = properties.take("category");
    for field in Field::ALL.iter().copied() {
        let name = field.name();
        match field {
            // Read with others, below; the last two are no columns.
            Field::Category
            | Field::Address
            | Field::PostalCode
            | Field::Commune
            | Field::AgeMin
            | Field::AgeMax
            | Field::Location
            | Field::Extra => {}
            field if CONTACTS.contains(&field) => {
                draft.keep_each(field, name, osm::several(&properties.take(name)));
            }
            field if SETS.contains(&field) => {
                draft.keep_each(field, name, properties.take(name).split(['|', ';']));
            }
            field => draft.keep(field, name, &properties.take(name)),
        }
    }
    ages(&mut draft, &mut properties);
    osm::read(&mut draft, &mut properties);
    self::kind(&mut draft, &kind, &mut properties);
    place(&mut draft, &record.value["geometry"], &mut properties);
    for field in SETS {
        if let Some(Value::Array(values)) = draft.values.get_mut(&field) {
            values.sort_by_key(ToString::to_string);
        }
    }
    for (name, text) in properties.rest() {
        let name = shorten(&name);
        draft.extra(if name.is_empty() { "sans nom" } else { &name }, &text);
    }
    draft.finish(record.value.clone())
}

/// The kind that the column says, else the one of the tags.
fn kind(draft: &mut Draft, said: &str, properties: &mut Properties) {
    if said.is_empty() {
        let (known, code) = category::category(properties);
        return draft.category(known, code);
    }
    let known = Category::from_code(said).or_else(|| Category::from_name(said));
    draft.category(known, Some(ForeignCode { system: "GeoJSON", code: said.to_owned(), label: None }));
}

fn ages(draft: &mut Draft, properties: &mut Properties) {
    let [min, max] = [Field::AgeMin, Field::AgeMax].map(|field| {
        let said = properties.take(field.name());
        let age = field.parse(&said);
        if let Err(expected) = &age {
            draft.left_out(field.name(), &said, &expected.0);
        }
        age.ok().flatten().and_then(|age| age.as_u64())
    });
    draft.ages(Field::AgeMin.name(), min, max);
}

fn place(draft: &mut Draft, geometry: &Value, properties: &mut Properties) {
    let of_osm = osm::address(properties);
    let address = properties.take(Field::Address.name());
    let (path, address) = if address.is_empty() { ("addr:street", of_osm) } else { ("address", address) };
    draft.keep(Field::Address, path, &address);
    let (postal_code_path, postal_code) =
        properties.first(&["postal_code", "addr:postcode"]).unwrap_or_default();
    let (town_path, town) = properties.first(&["commune", "addr:city"]).unwrap_or_default();
    // A commune is a code or a name.
    let is_code = town.len() <= 5 && town.bytes().any(|byte| byte.is_ascii_digit());
    let (code, town) = if is_code { (&*town, "") } else { ("", &*town) };
    let of_columns = (properties.take("lat"), properties.take("lon"));
    let point = point(draft, geometry);
    let point_path = if point.is_some() { "geometry.coordinates" } else { "lat" };
    let (lat, lon) = point.unwrap_or(of_columns);
    draft.place(Said {
        code: (town_path, code),
        town: (town_path, town),
        postal_code: (postal_code_path, &postal_code),
        lat: (point_path, &lat),
        lon: (point_path, &lon),
        sure: true,
    });
}

/// The latitude and the longitude of a geometry that is a point.
fn point(draft: &mut Draft, geometry: &Value) -> Option<(String, String)> {
    let kind = text(&geometry["type"]).into_owned();
    let coordinates = match (&*kind, geometry["coordinates"].as_array()) {
        ("", _) => return None,
        ("Point", Some(coordinates)) => coordinates,
        // A collection of one point is that point.
        ("MultiPoint", Some(points)) if points.len() == 1 => points[0].as_array()?,
        ("Polygon" | "MultiPolygon", _) => {
            let expected =
                "un point ; un contour ne dit ni l’adresse, ni qui est desservi : utilisez coverage";
            draft.left_out("geometry", &kind, expected);
            return None;
        }
        (kind, _) => {
            draft.left_out("geometry", kind, "un point : Point et ses coordonnées, longitude puis latitude");
            return None;
        }
    };
    let [lon, lat, ..] = &coordinates[..] else {
        draft.left_out("geometry.coordinates", "", "une longitude puis une latitude");
        return None;
    };
    Some((text(lat).into_owned(), text(lon).into_owned()))
}
