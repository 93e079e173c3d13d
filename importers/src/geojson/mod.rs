//! GeoJSON: points with properties, those of our spreadsheet or the tags of OpenStreetMap. What each becomes is in the
//! README of this folder.

mod category;
mod map;
mod osm;
mod properties;

#[cfg(test)]
mod tests;

use maille_territory::fold;
use serde_json::{Map, Value};

use crate::json::{at, each, is_blank, text};
use crate::parts::Parts;
use crate::register::{Register, Where, read_items};
use crate::staged::Source;
use crate::table::ReadError;

const LISTS: &[&str] = &["features"];
const EXPECTED: &str = "du GeoJSON : une FeatureCollection, un Feature, ou un Feature par ligne, dont les propriétés décrivent une ressource";
/// Names of properties that may hold the identifier, when the feature itself has none.
const IDS: [&str; 3] = ["id", "@id", "osm_id"];
/// Systems of coordinates that are longitudes and latitudes of today.
const LONGITUDES: [&str; 2] = ["crs84", "4326"];

/// Reads files of the format. `progress` is told how many bytes were read so far.
pub fn read(parts: &Parts, progress: &mut dyn FnMut(u64)) -> Result<Box<dyn Source>, ReadError> {
    let mut register = Register::default();
    let mut territories = Vec::new();
    let mut topology = false;
    let envelopes = read_items(parts, LISTS, progress, &mut register, |register, spot, list, value| {
        topology |= text(&value["type"]) == "Topology";
        // The features of a collection that is an element itself, or whose list is an object.
        let inside = value.get("features").map(|features| each(features).to_vec());
        match inside {
            Some(features) => features
                .into_iter()
                .try_for_each(|feature| item(register, &mut territories, spot, Some("features"), feature)),
            None if topology => Ok(()),
            None => item(register, &mut territories, spot, list, value),
        }
    })?;
    if register.is_empty() {
        let file = parts.names().next().unwrap_or_default().to_owned();
        let (found, expected) = if topology {
            ("du TopoJSON", EXPECTED.to_owned())
        } else if territories.is_empty() {
            ("aucun élément", EXPECTED.to_owned())
        } else {
            ("des contours de territoires", format!("{EXPECTED} ; {}", territories_expected()))
        };
        return Err(ReadError::NotATable { file, found: found.to_owned(), expected });
    }
    if let Some((file, line, code)) = territories.first() {
        let found = match territories.len() {
            1 => format!("le contour du territoire {code}"),
            more => format!("les contours de {more} territoires, dont {code}"),
        };
        let expected = format!("un point et ses propriétés ; {}", territories_expected());
        register.warn(Where { file, line: *line }, None, &found, &expected);
    }
    for (file, envelope) in envelopes {
        let system = text(at(&envelope.into(), "crs.properties.name")).into_owned();
        if !system.is_empty() && !LONGITUDES.iter().any(|known| system.to_ascii_lowercase().contains(known)) {
            let expected = "des longitudes et des latitudes WGS 84, les seules du GeoJSON d’aujourd’hui";
            register.warn(Where { file: &file, line: 1 }, None, &system, expected);
        }
    }
    Ok(register.mapped(map::map))
}

fn territories_expected() -> &'static str {
    "le contour d’un territoire n’est pas lu : importez ses communes avec « maille import territories » (CSV code, kind, name, commune)"
}

/// Takes a feature.
fn item(
    register: &mut Register,
    territories: &mut Vec<(String, u64, String)>,
    spot: Where,
    list: Option<&str>,
    mut value: Value,
) -> Result<(), ReadError> {
    let properties = match value.get_mut("properties").map(Value::take) {
        Some(Value::Object(properties)) => properties,
        _ => Map::new(),
    };
    let is_feature = text(&value["type"]) == "Feature" || (list.is_some() && value.is_object());
    if !is_feature {
        let found = match text(&value["type"]) {
            kind if kind.is_empty() => "un élément sans type".to_owned(),
            kind => format!("un élément de type {kind}"),
        };
        return register.refuse(spot, None, &found, "un Feature : une géométrie et ses propriétés", value);
    }
    if let Some(code) = territory(&value, &properties) {
        territories.push((spot.file.to_owned(), spot.line, code));
        return Ok(());
    }
    let own = Some(&value["id"]).filter(|id| !text(id).is_empty());
    let id = own.or_else(|| {
        let named = |name: &&str| properties.iter().find(|(key, _)| key.trim().eq_ignore_ascii_case(name));
        IDS.iter().filter_map(named).map(|(_, id)| id).find(|id| !text(id).is_empty())
    });
    let id = id.cloned().unwrap_or_default();
    if let Value::Object(members) = &mut value {
        members.insert("properties".to_owned(), Value::Object(properties));
    }
    register.take(spot, &id, None, value)
}

/// The code of a territory that a feature draws: a surface with a code and a kind, or the name of a place of the COG, and
/// nothing that a resource has.
fn territory(feature: &Value, properties: &Map<String, Value>) -> Option<String> {
    let kind = text(at(feature, "geometry.type")).into_owned();
    let said = |names: &[&str]| {
        let found = properties.iter().find(|(key, value)| names.contains(&&*fold(key)) && !is_blank(value));
        found.map(|(_, value)| text(value).into_owned())
    };
    let surface = matches!(&*kind, "Polygon" | "MultiPolygon");
    let code = said(&["code", "insee", "code insee"]).filter(|_| surface)?;
    let named = said(&["kind", "nom"]).is_some();
    let resource = said(&["id", "category", "amenity", "healthcare", "social facility", "phone"]).is_some();
    (named && !resource).then_some(code)
}
