//! `lannuaire`: the local public services of the DILA's directory, from its bulk file or its API. See `README.md`.

mod address;
mod kind;
mod map;
#[cfg(test)]
mod tests;
mod week;

use chrono::NaiveDateTime;
use chrono_tz::Tz;
use serde_json::Value;

use crate::json::{shape, text};
use crate::parts::Parts;
use crate::register::{Register, read_items};
use crate::staged::Source;
use crate::table::ReadError;

/// The lists of the bulk file and of the API.
const LISTS: &[&str] = &["service", "results"];
/// Keys that no other format has: a record of the directory has one of them at least.
const OWN_KEYS: [&str; 4] = ["pivot", "ancien_code_pivot", "plage_ouverture", "itm_identifiant"];
/// What is expected of a file.
const EXPECTED: &str = "des services de l’annuaire de la DILA : {\"service\": […]} du fichier complet, {\"results\": […]} ou […] de l’API, chacun avec son « pivot »";

/// Reads files of the directory. `progress` is told how many bytes were read so far.
///
/// # Errors
/// What stopped the reading, or that the files hold no service of the directory.
pub fn read(parts: &Parts, progress: &mut dyn FnMut(u64)) -> Result<Box<dyn Source>, ReadError> {
    let mut register = Register::default();
    let mut any = false;
    let mut foreign: Option<(String, String)> = None;
    read_items(parts, LISTS, progress, &mut register, |register, spot, _, value| {
        if !OWN_KEYS.iter().any(|key| value.get(key).is_some()) {
            let found = shape(&value);
            foreign.get_or_insert_with(|| (spot.file.to_owned(), found.clone()));
            return register.refuse(
                spot,
                None,
                &found,
                "un service de l’annuaire, avec son « pivot »",
                value,
            );
        }
        any = true;
        let id = value["id"].clone();
        let changed = changed(&value["date_modification"]);
        register.take(spot, &id, changed, value)
    })?;
    if !any && (foreign.is_some() || register.is_empty()) {
        let first = || parts.names().next().unwrap_or_default().to_owned();
        let (file, found) = foreign.unwrap_or_else(|| (first(), "aucun service".to_owned()));
        return Err(ReadError::NotATable { file, found, expected: EXPECTED.to_owned() });
    }
    Ok(register.mapped(map::map))
}

/// When a record was last changed, `18/12/2024 17:42:39` in Paris, in milliseconds since 1970.
fn changed(value: &Value) -> Option<i64> {
    let local = NaiveDateTime::parse_from_str(&text(value), "%d/%m/%Y %H:%M:%S").ok()?;
    Some(local.and_local_timezone(Tz::Europe__Paris).earliest()?.timestamp_millis())
}
