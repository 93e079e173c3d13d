//! What an object of HSDS is: the API says it by its addresses, which files no longer have.

use serde_json::Value;

use super::tables::Table;
use crate::json::is_blank;

/// What an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A listing.
    Service,
    /// A service, where it is given.
    ServiceAtLocation,
    /// An organisation, with its services or without.
    Organization,
    /// A place.
    Location,
    /// Something of the format that tells nothing of a service, in words.
    Other(&'static str),
    /// Nothing that the format has.
    Unknown,
}

/// What only services have.
const OF_SERVICES: [&str; 15] = [
    "status",
    "service_at_locations",
    "service_areas",
    "cost_options",
    "required_documents",
    "application_process",
    "eligibility_description",
    "fees_description",
    "interpretation_services",
    "minimum_age",
    "maximum_age",
    "assured_date",
    "assurer_email",
    "program_id",
    "alert",
];
const OF_LOCATIONS: [&str; 5] = ["location_type", "latitude", "longitude", "addresses", "transportation"];
const OF_ORGANIZATIONS: [&str; 9] = [
    "services",
    "organization_identifiers",
    "tax_status",
    "tax_id",
    "year_incorporated",
    "legal_status",
    "parent_organization_id",
    "programs",
    "locations",
];

/// What an object is.
pub(super) fn kind(value: &Value) -> Kind {
    let has = |key: &str| value.get(key).is_some();
    let any = |keys: &[&str]| keys.iter().any(|key| has(key));
    if value["service"].is_object() && !has("name") {
        return Kind::ServiceAtLocation;
    }
    // An organisation has its services, and a service may have an object where its list of services is due.
    if !is_blank(&value["services"]) {
        return Kind::Organization;
    }
    if any(&OF_SERVICES) || (has("name") && value["organization"].is_object()) {
        return Kind::Service;
    }
    if any(&OF_LOCATIONS) {
        return Kind::Location;
    }
    if any(&OF_ORGANIZATIONS) {
        return Kind::Organization;
    }
    let others: [(&[&str], &'static str); 6] = [
        (&["openapi_url", "profile"], "la description d’une API ou d’un paquet"),
        (&["total_items"], "une page vide"),
        (&["taxonomy_detail", "term_uri", "taxonomy", "taxonomy_id"], Table::TaxonomyTerm.label()),
        (&["version", "uri"], Table::Taxonomy.label()),
        (&["number"], Table::Phone.label()),
        (&["address_1"], Table::Address.label()),
    ];
    let known = others.into_iter().find(|(keys, _)| any(keys));
    known.map_or(Kind::Unknown, |(_, label)| Kind::Other(label))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_is_known_by_its_keys() {
        for (value, expected) in [
            (json!({ "id": "1", "name": "a", "status": "active" }), Kind::Service),
            (json!({ "id": "1", "name": "a", "organization": { "id": "2" } }), Kind::Service),
            (json!({ "id": "1", "service": { "id": "2" }, "location": {} }), Kind::ServiceAtLocation),
            (json!({ "id": "1", "name": "a", "services": [{ "id": "2" }] }), Kind::Organization),
            (json!({ "id": "1", "name": "a", "legal_status": "association" }), Kind::Organization),
            (json!({ "id": "1", "name": "a", "location_type": "physical" }), Kind::Location),
            (
                json!({ "version": "3.0", "openapi_url": "x" }),
                Kind::Other("la description d’une API ou d’un paquet"),
            ),
            (json!({ "id": "1", "code": "x", "taxonomy": "y" }), Kind::Other("des termes de taxonomie")),
            (json!({ "id": "1", "name": "a" }), Kind::Unknown),
            (json!(7), Kind::Unknown),
        ] {
            assert_eq!(kind(&value), expected, "{value}");
        }
    }
}
