//! What a listing says of the organisation that runs it.

use serde_json::{Map, Value};

use crate::json::is_blank;

/// What is kept of an organisation with each of its services.
const USED: [&str; 6] = ["id", "name", "website", "email", "phones", "organization_identifiers"];

/// The few properties of an organisation that its services are told by.
pub(super) fn used(organization: &Value) -> Value {
    let said = USED.iter().filter_map(|key| {
        let value = organization.get(key).filter(|value| !is_blank(value))?;
        Some(((*key).to_owned(), value.clone()))
    });
    Value::Object(said.collect::<Map<_, _>>())
}
