//! A sheet for programs: a `Service` of schema.org, in JSON-LD.

use std::fmt::Write as _;

use maille_domain::location::Precision;
use maille_domain::vocabulary::Status;
use maille_domain::{Coverage, Listing};
use maille_index::Node;
use serde_json::{Map, Value, json};

use super::{is_web, territory};
use crate::french::hours;

const DAYS: [&str; 8] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "PublicHolidays"];

/// The text of the `<script>`: whatever a source wrote, nothing in it ends the element. What nobody said is absent.
pub fn of(node: &Node, listing: &Listing, address: Option<&str>) -> String {
    let fields = &listing.fields;
    let mut service = object("Service");
    set(&mut service, "@id", address.map(Value::from));
    set(&mut service, "url", address.map(Value::from));
    set(&mut service, "name", Some(json!(fields.name)));
    set(&mut service, "alternateName", fields.acronym.as_deref().map(Value::from));
    set(&mut service, "serviceType", Some(json!(fields.category.label())));
    set(
        &mut service,
        "description",
        fields.summary.as_deref().or(fields.description.as_deref()).map(Value::from),
    );
    if let Some(organization) = &fields.organization {
        set(&mut service, "provider", Some(json!({ "@type": "Organization", "name": organization })));
    }
    let audiences: Vec<Value> = fields
        .audiences
        .iter()
        .map(|audience| json!({ "@type": "Audience", "audienceType": audience.label() }))
        .collect();
    set(&mut service, "audience", some_of(audiences));
    let areas: Vec<Value> = fields
        .coverage
        .iter()
        .filter(|coverage| !matches!(coverage, Coverage::Radius(_)))
        .map(|coverage| json!({ "@type": "AdministrativeArea", "name": area(node, coverage) }))
        .collect();
    set(&mut service, "areaServed", some_of(areas));
    set(&mut service, "availableChannel", channel(listing));
    // The usual hours of what is closed would mislead.
    if !matches!(fields.status, Status::Ferme | Status::FermeTemporairement) {
        let weekly = fields.hours.as_ref().map(|hours| hours::weekly(hours.as_str())).unwrap_or_default();
        let hours = weekly.iter().map(|openings| {
            let days: Vec<&str> = openings.days.iter().map(|day| DAYS[*day]).collect();
            json!({ "@type": "OpeningHoursSpecification", "dayOfWeek": days, "opens": openings.opens, "closes": openings.closes })
        });
        set(&mut service, "hoursAvailable", some_of(hours.collect()));
    }
    let mut whole = Map::from_iter([("@context".to_owned(), json!("https://schema.org"))]);
    whole.append(&mut service);
    harmless(&Value::Object(whole).to_string())
}

/// How to reach it, and where it is.
fn channel(listing: &Listing) -> Option<Value> {
    let fields = &listing.fields;
    let mut place = object("Place");
    let mut address = object("PostalAddress");
    set(&mut address, "streetAddress", fields.address.as_deref().map(Value::from));
    set(&mut address, "postalCode", fields.postal_code.as_deref().map(Value::from));
    set(&mut address, "addressLocality", fields.commune().map(|commune| json!(&*commune.name)));
    if address.len() > 1 {
        set(&mut address, "addressCountry", Some(json!("FR")));
        set(&mut place, "address", Some(Value::Object(address)));
    }
    if let Some(site) = fields.location.filter(|site| site.precision == Precision::Address) {
        let geo = json!({ "@type": "GeoCoordinates", "latitude": site.lat, "longitude": site.lon });
        set(&mut place, "geo", Some(geo));
    }
    let mut channel = object("ServiceChannel");
    let phones =
        fields.phone.iter().map(|phone| json!({ "@type": "ContactPoint", "telephone": phone.as_str() }));
    set(&mut channel, "servicePhone", some_of(phones.collect()));
    let sites = fields.website.iter().filter(|url| is_web(url)).map(|url| json!(url));
    set(&mut channel, "serviceUrl", some_of(sites.collect()));
    set(
        &mut channel,
        "availableLanguage",
        some_of(fields.languages.iter().map(|code| json!(code)).collect()),
    );
    if place.len() > 1 {
        set(&mut channel, "serviceLocation", Some(Value::Object(place)));
    }
    (channel.len() > 1).then_some(Value::Object(channel))
}

fn area(node: &Node, coverage: &Coverage) -> String {
    let Coverage::Territory(code) = coverage else { return territory::name(coverage) };
    let known = node.territories().into_iter().find(|territory| territory.code == *code);
    known.map_or_else(|| code.clone(), |territory| territory.name.clone())
}

fn object(kind: &str) -> Map<String, Value> {
    Map::from_iter([("@type".to_owned(), json!(kind))])
}

fn set(object: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    object.extend(value.map(|value| (name.to_owned(), value)));
}

/// One alone as it is, several as a list, none as nothing.
fn some_of(mut values: Vec<Value>) -> Option<Value> {
    match values.len() {
        0 => None,
        1 => values.pop(),
        _ => Some(Value::Array(values)),
    }
}

/// JSON without a character that HTML or an old script reads otherwise; all of these stand in strings.
fn harmless(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            // Line separators end a script; the others turn the direction of what follows.
            '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::testing::{HOSTILE, page};

    async fn data(path: &str) -> (String, Value) {
        let body = page(path).await.body;
        let (_, rest) = body.split_once("<script type=\"application/ld+json\">").unwrap();
        let text = rest.split_once("</script>").unwrap().0.to_owned();
        let value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        (text, value)
    }

    #[tokio::test]
    async fn a_sheet_is_a_service_of_schema_org() {
        let (_, data) = data("/ressources/equipe-mobile-de-geriatrie-sud-92-clamart").await;
        insta::assert_json_snapshot!("linked_data", data);
    }

    #[tokio::test]
    async fn nothing_that_a_source_writes_ends_the_script() {
        let (text, data) = data("/ressources/hostile").await;
        assert!(!text.contains(['<', '>', '&']), "{text}");
        assert_eq!(data["name"], HOSTILE, "read back as written");
        assert!(!text.contains("javascript:"), "{text}");
        assert_eq!(data.get("provider"), None, "what nobody said is absent");
        assert_eq!(super::harmless("\"\u{2028}</script>\u{2029}\""), r#""\u2028\u003c/script\u003e\u2029""#);
    }
}
