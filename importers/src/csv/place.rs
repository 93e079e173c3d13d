//! Where the listing of a row is: coordinates, commune and postal code, each checked against the others.

use geo::{Closest, HaversineClosestPoint};
use maille_domain::coverage::Coverage;
use maille_domain::field::{Field, location_in_france};
use maille_domain::location::{Location, Precision};
use maille_territory::{Commune, Point, france};
use serde_json::{Value, json};

use super::columns::Column;
use super::map::Row;
use crate::commune::{Hints, is_postal_code_of, settle};

/// How far outside its commune a point may be without a word: contours are simplified, borders run through streets.
const TOLERATED_KM: f64 = 2.0;
/// The same from the town hall of a commune without contour (overseas collectivities).
const TOLERATED_FROM_TOWN_HALL_KM: f64 = 20.0;

const COMMUNE: Column = Column::Field(Field::Commune);
const POSTAL_CODE: Column = Column::Field(Field::PostalCode);

/// Reads the place of a row into its values.
pub(super) fn read(row: &mut Row) {
    let given = !(row.cell(&Column::Lat).is_empty() && row.cell(&Column::Lon).is_empty());
    let location = if given { coordinates(row) } else { None };
    let commune = commune(row, location);
    if let Some(commune) = commune {
        check_postal_code(row, commune);
        row.values.insert(Field::Commune, Value::from(&*commune.code));
    }
    let location = match (location, commune) {
        (Some(location), commune) => {
            if let Some(km) = commune.and_then(|commune| km_outside(commune, location.point())) {
                let found = format!("{}, {}", location.lat, location.lon);
                let name = commune.map_or("", |commune| &commune.name);
                row.warning(
                    &Column::Lat,
                    &found,
                    format!("un point de la commune ({name}) ; il en est à {km:.0} km"),
                );
            }
            Some(location)
        }
        (None, Some(commune)) if !given => {
            let Point { lat, lon } = commune.point;
            Some(Location { lat, lon, precision: Precision::Commune })
        }
        _ => None,
    };
    if let Some(location) = location {
        row.values.insert(Field::Location, json!(location));
    }
}

fn coordinates(row: &mut Row) -> Option<Location> {
    let lat = degrees(row, &Column::Lat, "latitude", "48.7964");
    let lon = degrees(row, &Column::Lon, "longitude", "2.3106");
    let (lat, lon) = (lat?, lon?);
    let location = location_in_france(lat, lon);
    if location.is_none() {
        let swapped =
            if location_in_france(lon, lat).is_some() { " ; elles semblent inversées" } else { "" };
        let expected = format!("un point en France : lat puis lon, en degrés WGS 84{swapped}");
        row.error(&Column::Lat, &format!("{lat}, {lon}"), expected);
    }
    location
}

fn degrees(row: &mut Row, column: &Column, what: &str, example: &str) -> Option<f64> {
    let cell = row.cell(column).to_owned();
    let degrees = cell.replace(',', ".").parse::<f64>().ok().filter(|degrees| degrees.is_finite());
    if degrees.is_none() {
        let expected = if cell.is_empty() {
            format!("une {what} : lat et lon vont ensemble")
        } else {
            format!("une {what} en degrés décimaux WGS 84, par exemple {example}")
        };
        row.error(column, &cell, expected);
    }
    degrees
}

fn commune(row: &mut Row, location: Option<Location>) -> Option<&'static Commune> {
    let cell = row.cell(&COMMUNE).to_owned();
    if cell.is_empty() {
        return None;
    }
    let coverage = row.values.get(&Field::Coverage).cloned().unwrap_or(Value::Null);
    let coverage: Vec<Coverage> = serde_json::from_value(coverage).unwrap_or_default();
    let hints = Hints {
        postal_code: row.values.get(&Field::PostalCode).and_then(Value::as_str),
        point: location.map(|location| location.point()),
        coverage: &coverage,
    };
    match settle(&cell, &hints) {
        Ok(settled) => {
            if let Some(remark) = settled.remark {
                row.warning(&COMMUNE, &cell, remark);
            }
            Some(settled.commune)
        }
        Err(expected) => {
            row.error(&COMMUNE, &cell, expected);
            None
        }
    }
}

fn check_postal_code(row: &mut Row, commune: &Commune) {
    let postal_code =
        row.values.get(&Field::PostalCode).and_then(Value::as_str).unwrap_or_default().to_owned();
    if !postal_code.is_empty() && !is_postal_code_of(&postal_code, commune) {
        let expected = format!("un code postal de {} : {}", commune.name, commune.postal_codes.join(", "));
        row.warning(&POSTAL_CODE, &postal_code, expected);
    }
}

/// How far a point is outside a commune, when that is more than imprecision.
fn km_outside(commune: &Commune, point: Point) -> Option<f64> {
    let here = france().commune_at(point.lat, point.lon)?;
    let inside = here.code == commune.code
        || here.parent.as_deref() == Some(&commune.code)
        || commune.parent.as_deref() == Some(&here.code);
    if inside {
        return None;
    }
    let (km, tolerated) = match france().outline(&commune.code) {
        Some(outline) => {
            let asked = geo::Point::new(point.lon, point.lat);
            let km = match outline.haversine_closest_point(&asked) {
                Closest::Intersection(_) | Closest::Indeterminate => 0.0,
                Closest::SinglePoint(near) => point.distance_km(Point { lat: near.y(), lon: near.x() }),
            };
            (km, TOLERATED_KM)
        }
        None => (commune.point.distance_km(point), TOLERATED_FROM_TOWN_HALL_KM),
    };
    (km > tolerated).then_some(km)
}
