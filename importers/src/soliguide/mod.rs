//! `soliguide`: places and services for people in precarity, as the API of Soliguide gives them. See `README.md`.

mod contacts;
mod kind;
mod map;
mod modalities;
mod opening;
mod place;
mod publics;
mod services;
mod temporary;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use chrono::DateTime;
use serde_json::{Value, json};

use crate::json::{shape, text};
use crate::parts::Parts;
use crate::register::{Register, Where, read_items};
use crate::staged::Source;
use crate::table::ReadError;

/// The list of an answer of the API.
const LISTS: &[&str] = &["places"];
/// Keys that no other format has: a place has one of them at least.
const OWN_KEYS: [&str; 3] = ["lieu_id", "services_all", "newhours"];
/// What is expected of a file.
const EXPECTED: &str =
    "des lieux de Soliguide : {\"nbResults\": …, \"places\": […]} ou […], chacun avec son « lieu_id »";
/// What a file of closures and messages is.
const TEMPORARY: &str =
    "des informations temporaires de Soliguide (« tempInfoType »), sans les lieux dont elles parlent";

/// Reads files of places. `progress` is told how many bytes were read so far.
///
/// # Errors
/// What stopped the reading, or that the files hold no place.
pub fn read(parts: &Parts, progress: &mut dyn FnMut(u64)) -> Result<Box<dyn Source>, ReadError> {
    let mut register = Register::default();
    let mut latest: HashMap<String, Option<i64>> = HashMap::new();
    let mut foreign: Option<(String, String)> = None;
    let (mut any, mut warned) = (false, false);
    read_items(parts, LISTS, progress, &mut register, |register, spot, _, value| {
        if OWN_KEYS.iter().any(|key| value.get(key).is_some()) {
            any = true;
            return take(register, spot, &mut latest, value);
        }
        let temporary = value.get("tempInfoType").is_some();
        let found = if temporary { TEMPORARY.to_owned() } else { shape(&value) };
        foreign.get_or_insert_with(|| (spot.file.to_owned(), found.clone()));
        if !temporary {
            return register.refuse(spot, None, &found, "un lieu de Soliguide, avec son « lieu_id »", value);
        }
        if !std::mem::replace(&mut warned, true) {
            let expected = "des lieux, qui disent eux-mêmes ce qui est temporaire (« tempInfos ») ; non lues";
            register.warn(spot, None, &found, expected);
        }
        Ok(())
    })?;
    if !any && (foreign.is_some() || register.is_empty()) {
        let first = || parts.names().next().unwrap_or_default().to_owned();
        let (file, found) = foreign.unwrap_or_else(|| (first(), "aucun lieu".to_owned()));
        return Err(ReadError::NotATable { file, found, expected: EXPECTED.to_owned() });
    }
    Ok(register.mapped(move |record| map::map(record, &latest)))
}

/// Puts a place, and each of its services that is a listing of its own.
fn take(
    register: &mut Register,
    spot: Where,
    latest: &mut HashMap<String, Option<i64>>,
    place: Value,
) -> Result<(), ReadError> {
    let id = text(&place["lieu_id"]).into_owned();
    let changed = changed(&place);
    if !id.is_empty() {
        let known = latest.entry(id.clone()).or_insert(changed);
        *known = changed.max(*known);
        for service in kind::apart(&place) {
            let mut own = place.clone();
            if let Some(members) = own.as_object_mut() {
                members.remove("services_all");
            }
            let own_id = format!("{id}#{}", text(&service["serviceObjectId"]));
            let both = json!({ "place": own, "service": service });
            register.take(spot, &Value::from(own_id), changed, both)?;
        }
    }
    register.take(spot, &Value::from(id), changed, place)
}

/// When a place was last changed, in milliseconds since 1970.
fn changed(place: &Value) -> Option<i64> {
    let at = |key| DateTime::parse_from_rfc3339(&text(&place[key])).ok().map(|at| at.timestamp_millis());
    at("updatedAt").max(at("updatedByUserAt"))
}
