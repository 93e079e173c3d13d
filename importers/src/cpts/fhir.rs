//! CPTS as the ANS publishes them to the service of access to care (SAS): organisations of FHIR, without communes.

use std::io::Read;

use maille_territory::fold;
use serde_json::Value;

use crate::json::{each, text};
use crate::register::{Register, read_items_of};
use crate::table::ReadError;

const LISTS: &[&str] = &["entry"];
/// The national identifier of structures: a digit for its kind, 1 for FINESS, then the number.
const ID_NAT_STRUCT: &str = "urn:oid:1.2.250.1.71.4.2.2";

/// Reads the organisations of a file; counts those that are no CPTS.
pub(super) fn read(
    file: &str,
    input: &mut dyn Read,
    register: &mut Register,
    others: &mut u64,
) -> Result<(), ReadError> {
    read_items_of(file, input, LISTS, register, |register, spot, _, mut value| {
        let resource = match value.get_mut("resource") {
            Some(resource) => resource.take(),
            None => value,
        };
        let kind = text(&resource["resourceType"]);
        if kind.is_empty() {
            let found = "un objet sans resourceType";
            return register.refuse(
                spot,
                None,
                found,
                "une ressource FHIR, ou le CSV de ce format",
                resource,
            );
        }
        if kind != "Organization" {
            return Ok(());
        }
        if !is_cpts(&resource) {
            *others += 1;
            return Ok(());
        }
        let id = finess(&resource).map_or_else(|| resource["id"].clone(), Value::from);
        register.take(spot, &id, None, resource)
    })?;
    Ok(())
}

/// Whether an organisation says that it is a CPTS, by its profile or by its name.
fn is_cpts(organization: &Value) -> bool {
    let profiles = each(&organization["meta"]["profile"]);
    let name = fold(&text(&organization["name"]));
    profiles.iter().any(|profile| text(profile).contains("cpts"))
        || name.split(' ').any(|word| word == "cpts")
        || name.contains("communaute professionnelle territoriale")
}

/// The FINESS number of an organisation.
pub(super) fn finess(organization: &Value) -> Option<String> {
    each(&organization["identifier"]).iter().find_map(|identifier| {
        let (system, value) = (text(&identifier["system"]), text(&identifier["value"]));
        let number = if system == ID_NAT_STRUCT { value.strip_prefix('1')? } else { &value };
        let known = system == ID_NAT_STRUCT || system.to_lowercase().contains("finess");
        (known && number.len() == 9).then(|| number.to_owned())
    })
}
