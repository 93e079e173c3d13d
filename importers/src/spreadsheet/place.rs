//! Where the listing of a row is: coordinates, commune and postal code, each checked against the others.

use maille_domain::coverage::Coverage;
use maille_domain::field::{Field, location_in_france};
use maille_domain::location::{Location, Precision};
use maille_territory::{Commune, Point};
use serde_json::{Value, json};

use super::columns::Column;
use super::map::Row;
use crate::commune::{Hints, point_expected, postal_code_expected, settle};

const COMMUNE: Column = Column::Field(Field::Commune);
const POSTAL_CODE: Column = Column::Field(Field::PostalCode);

/// Reads the place of a row into its values.
pub(super) fn read(row: &mut Row) {
    let given = !(row.cell(Column::Lat).is_empty() && row.cell(Column::Lon).is_empty());
    let precision = precision(row, given);
    let location = if given { coordinates(row) } else { None };
    let location = location.map(|location| Location { precision, ..location });
    let commune = commune(row, location);
    if let Some(commune) = commune {
        check_postal_code(row, commune);
        row.values.insert(Field::Commune, Value::from(&*commune.code));
    }
    let location = match (location, commune) {
        (Some(location), commune) => {
            if let Some(expected) = commune.and_then(|commune| point_expected(commune, location.point())) {
                let found = format!("{}, {}", location.lat, location.lon);
                row.warning(Column::Lat, &found, expected);
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

/// How well the point of the row is known: its address', unless it says otherwise.
fn precision(row: &mut Row, given: bool) -> Precision {
    let cell = row.cell(Column::Precision);
    let precision = if cell.is_empty() { Ok(Precision::Address) } else { cell.parse() };
    if precision.is_err() {
        row.error(Column::Precision, &cell, "adresse ou commune");
    } else if cell == Precision::Address.code() && !given {
        row.error(Column::Precision, &cell, "lat et lon, dont la précision est celle");
    }
    precision.unwrap_or(Precision::Address)
}

fn coordinates(row: &mut Row) -> Option<Location> {
    let lat = degrees(row, Column::Lat, "latitude", "48.7964");
    let lon = degrees(row, Column::Lon, "longitude", "2.3106");
    let (lat, lon) = (lat?, lon?);
    let location = location_in_france(lat, lon);
    if location.is_none() {
        let swapped =
            if location_in_france(lon, lat).is_some() { " ; elles semblent inversées" } else { "" };
        let expected = format!("un point en France : lat puis lon, en degrés WGS 84{swapped}");
        row.error(Column::Lat, &format!("{lat}, {lon}"), expected);
    }
    location
}

fn degrees(row: &mut Row, column: Column, what: &str, example: &str) -> Option<f64> {
    let cell = row.cell(column);
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
    let cell = row.cell(COMMUNE);
    if cell.is_empty() {
        return None;
    }
    let (cell, remark) = match row.columns.mapping {
        Some(mapping) => mapping.commune(&cell),
        None => (cell, None),
    };
    if let Some(remark) = remark {
        row.warning(COMMUNE, &row.cell(COMMUNE), remark);
    }
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
                row.warning(COMMUNE, &cell, remark);
            }
            Some(settled.commune)
        }
        Err(expected) => {
            row.error(COMMUNE, &cell, expected);
            None
        }
    }
}

fn check_postal_code(row: &mut Row, commune: &Commune) {
    let postal_code =
        row.values.get(&Field::PostalCode).and_then(Value::as_str).unwrap_or_default().to_owned();
    if !postal_code.is_empty()
        && let Some(expected) = postal_code_expected(&postal_code, commune)
    {
        row.warning(POSTAL_CODE, &postal_code, expected);
    }
}
