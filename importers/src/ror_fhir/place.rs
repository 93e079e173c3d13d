//! Places: where an offer is given (`Location`), and the address of an establishment.

use maille_domain::field::Field;
use maille_territory::fold;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::deviation::Deviation;
use super::fhir::Reader;
use crate::draft::{Draft, Said};
use crate::finess::name::unshouted_address;
use crate::json::{each, text};

/// A place, as far as a listing needs it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Place {
    /// Its own name.
    #[serde(skip_serializing_if = "String::is_empty")]
    name: String,
    /// How one gets there.
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    /// COG code of the commune.
    #[serde(skip_serializing_if = "String::is_empty")]
    commune: String,
    /// The name that goes with that code.
    #[serde(skip_serializing_if = "String::is_empty")]
    commune_name: String,
    /// Number and street.
    #[serde(skip_serializing_if = "String::is_empty")]
    street: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    city: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    postal_code: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    lat: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    lon: String,
    /// The point was made in a way that makes it sure ("coordonneesFiables").
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    sure: bool,
    /// It is closed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
}

impl Place {
    /// Reads a `Location`.
    pub fn location(reader: &mut Reader, location: &Value) -> Place {
        // One address is due here, not a list.
        let mut place = match each(&location["address"]) {
            [address, ..] => Place::address(reader, address),
            [] => Place::default(),
        };
        let commune = reader.extension(location, &["ror-commune-cog", "ror-location-commune-cog"]);
        if let Some(code) = commune.and_then(|commune| reader.codes_of(commune).into_iter().next()) {
            if code.table != "R13" {
                reader.note(Deviation::OtherSystem, "ror-commune-cog");
            }
            place.commune = code.code.into_owned();
            place.commune_name = code.label.into_owned();
        }
        place.point(reader, &location["position"]);
        place.name = text(&location["name"]).into_owned();
        place.description = text(&location["description"]).into_owned();
        place.closed = matches!(&*text(&location["status"]), "inactive" | "suspended");
        place
    }

    /// Reads an `Address`.
    pub fn address(reader: &mut Reader, address: &Value) -> Place {
        let mut place = Place {
            city: text(&address["city"]).into_owned(),
            postal_code: text(&address["postalCode"]).into_owned(),
            ..Place::default()
        };
        place.street = place.street_of(reader, address);
        let insee = ["fr-core-address-insee-code", "as-ext-address-insee-code", "ror-commune-cog"];
        if let Some(code) = reader.extension(address, &insee)
            && let Some(code) = reader.codes_of(code).into_iter().next()
        {
            place.commune = code.code.into_owned();
            place.commune_name = code.label.into_owned();
        }
        if let Some(point) = reader.extension(address, &["geolocation"]) {
            let degrees = |reader: &mut Reader, name| {
                let part = reader.extension(point, &[name]);
                part.map(|part| text(&part["valueDecimal"]).into_owned()).unwrap_or_default()
            };
            (place.lat, place.lon) = (degrees(reader, "latitude"), degrees(reader, "longitude"));
            place.sure = is_sure(reader, address);
        }
        place
    }

    fn point(&mut self, reader: &mut Reader, position: &Value) {
        let (lat, lon) = (text(&position["latitude"]), text(&position["longitude"]));
        if !lat.is_empty() || !lon.is_empty() {
            (self.lat, self.lon) = (lat.into_owned(), lon.into_owned());
            self.sure = is_sure(reader, position);
        }
    }

    /// The lines, without the town that ends them; where there are none, the parts they are made of.
    fn street_of(&self, reader: &mut Reader, address: &Value) -> String {
        let lines = reader.list(address, "line").iter().map(|line| self.without_town(&text(line)));
        let lines: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
        if !lines.is_empty() {
            return lines.join(", ");
        }
        let Some(line) = reader.list(address, "_line").first() else { return String::new() };
        let parts = ["houseNumber", "buildingNumberSuffix", "streetNameType", "streetNameBase"];
        let named = |part: &&Value, name: &str| part["url"].as_str().is_some_and(|url| url.ends_with(name));
        let parts = parts.iter().filter_map(|name| {
            let part = reader.list(line, "extension").iter().find(|part| named(part, name))?;
            Some(unshouted_address(&text(&part["valueString"]), false)).filter(|part| !part.is_empty())
        });
        parts.collect::<Vec<_>>().join(" ")
    }

    /// A line of the address, up to the postal code and the town, which are fields of their own.
    fn without_town(&self, line: &str) -> String {
        let town = fold(&self.city);
        let end = line.rfind(&self.postal_code).filter(|_| !self.postal_code.is_empty()).filter(|&at| {
            let rest = &line[at + self.postal_code.len()..];
            fold(rest) == town
        });
        let line = end.map_or(line, |end| &line[..end]).trim_end_matches([',', ' ', '-']);
        if fold(line) == town { String::new() } else { unshouted_address(line, false) }
    }

    /// Whether anything is known of where it is.
    pub fn is_empty(&self) -> bool {
        [&self.commune, &self.street, &self.city, &self.postal_code, &self.lat]
            .iter()
            .all(|text| text.is_empty())
    }

    /// On one line.
    pub fn line(&self) -> String {
        let town = format!(
            "{} {}",
            self.postal_code,
            if self.city.is_empty() { &self.commune_name } else { &self.city }
        );
        let parts = [self.name.as_str(), &self.street, town.trim()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }

    /// Makes it the main site of a listing.
    pub fn settle(&self, draft: &mut Draft) {
        draft.keep(Field::Address, "Location.address.line", &self.street);
        let town = if self.commune_name.is_empty() { &self.city } else { &self.commune_name };
        draft.place(Said {
            code: ("Location.ror-commune-cog", &self.commune),
            town: ("Location.address.city", town),
            postal_code: ("Location.address.postalCode", &self.postal_code),
            lat: ("Location.position", &self.lat),
            lon: ("Location.position", &self.lon),
            sure: self.sure,
        });
        draft.extra("accès", &self.description);
    }
}

/// Whether the source vouches for a point: where it does not say, it does not.
fn is_sure(reader: &mut Reader, of: &Value) -> bool {
    let extension = reader.extension(of, &["ror-coordinate-reliability", "ror-confidence-geolocation"]);
    extension.and_then(|sure| reader.truth(&sure["valueBoolean"], "ror-coordinate-reliability")) == Some(true)
}
