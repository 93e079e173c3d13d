//! Who gives an offer: legal persons (EJ), establishments (EG) and their units (OI), which follow each other by `partOf`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::contact;
use super::deviation::Deviation;
use super::fhir::{Reader, reference};
use super::place::Place;
use crate::finess::name::unshouted;
use crate::json::text;

/// What an organisation is to the directory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Rank {
    /// A legal person.
    EntiteJuridique,
    /// An establishment: somewhere.
    EntiteGeographique,
    /// A unit of an establishment.
    OrganisationInterne,
    /// It does not say.
    #[default]
    Unknown,
}

/// An organisation, as far as a listing needs it: no contact's name is kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Organization {
    /// What it is.
    pub rank: Rank,
    /// The name it is known by.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// What it is a part of.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub part_of: String,
    /// FINESS numbers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub finess: Vec<String>,
    /// SIRET numbers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub siret: Vec<String>,
    /// Category of establishment, the FINESS one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub category: String,
    /// Where it is.
    #[serde(skip_serializing_if = "Place::is_empty")]
    pub address: Place,
    /// Numbers that everybody may call.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<String>,
    /// Type of its closing.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub closing: String,
    /// Its last day.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub closed_on: String,
    /// The day when it should open again.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reopens_on: String,
    /// Financial helps that may be asked there, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub helps: Vec<String>,
}

impl Organization {
    /// Reads an `Organization`.
    pub fn read(reader: &mut Reader, organization: &Value) -> Organization {
        let alias = reader.list(organization, "alias").first().map(text).unwrap_or_default();
        let name = if alias.is_empty() { text(&organization["name"]) } else { alias };
        let mut read = Organization {
            name: unshouted(&name),
            part_of: reference(&organization["partOf"]),
            phones: contact::open_phones(reader, organization),
            ..Organization::default()
        };
        read.types(reader, organization);
        for identifier in reader.list(organization, "identifier") {
            read.identifier(reader, identifier);
        }
        if let Some(address) = reader.list(organization, "address").first() {
            read.address = Place::address(reader, address);
        }
        read.closing(reader, organization);
        for help in reader.extensions(organization, &["ror-organization-financial-help-type"]) {
            let labels = reader.codes_of(help).into_iter().map(|code| code.label.into_owned());
            read.helps.extend(labels.filter(|label| !label.is_empty()));
        }
        read
    }

    fn types(&mut self, reader: &mut Reader, organization: &Value) {
        for kind in reader.list(organization, "type") {
            for code in reader.codes(kind) {
                match code.table {
                    "R66" => {
                        self.category = code.code.into_owned();
                        self.rank = Rank::EntiteGeographique;
                    }
                    "R207" if self.rank != Rank::EntiteGeographique => self.rank = Rank::OrganisationInterne,
                    "R72" | "R69" if self.rank == Rank::Unknown => self.rank = Rank::EntiteJuridique,
                    "" => reader.note(Deviation::OtherSystem, "Organization.type"),
                    _ => {}
                }
            }
        }
    }

    /// Notes a number by the type it is said to be of, once its value has the shape.
    fn identifier(&mut self, reader: &mut Reader, identifier: &Value) {
        let value = text(&identifier["value"]);
        let types = reader.codes(&identifier["type"]);
        let kind = types.iter().find(|code| code.table == "G07").or(types.first());
        let system = identifier["system"].as_str().unwrap_or_default();
        let kind = if let Some(code) = kind {
            &*code.code
        } else {
            reader.note(Deviation::UntypedIdentifier, "Organization.identifier");
            match value.len() {
                9 if system.contains("finess") => "1",
                14 if system.contains("sirene") => "3",
                _ if system.ends_with("1.2.250.1.71.4.2.2") => "40",
                _ => return,
            }
        };
        let digits = value.chars().filter(char::is_ascii_alphanumeric).count();
        let (list, number) = match (kind, value.chars().next(), digits) {
            // An IdNatStruct begins with the digit of the register it is of: 1 FINESS, 3 SIRET.
            ("40" | "IDNST" | "1", Some('1'), 10) => (&mut self.finess, &value[1..]),
            ("40" | "IDNST" | "3", Some('3'), 15) => (&mut self.siret, &value[1..]),
            ("1", _, 9) => (&mut self.finess, &*value),
            ("3", _, 14) => (&mut self.siret, &*value),
            ("40" | "IDNST", Some('1' | '3'), _) | ("1" | "3", _, _) => {
                reader.note(Deviation::MisshapenIdentifier, "Organization.identifier");
                return;
            }
            _ => return,
        };
        if !list.iter().any(|known| known == number) {
            list.push(number.to_owned());
        }
    }

    fn closing(&mut self, reader: &mut Reader, organization: &Value) {
        let own = reader.extension(organization, &["ror-organization-period"]);
        let of = own.unwrap_or(organization);
        if let Some(closing) = reader.extension(of, &["ror-organization-closing-type", "closingType"]) {
            let code = reader.codes_of(closing).into_iter().next();
            self.closing = code.map(|code| code.code.into_owned()).unwrap_or_default();
        }
        if let Some(period) = reader.extension(of, &["organization-period", "period"]) {
            self.closed_on = text(&period["valuePeriod"]["end"]).into_owned();
        }
        if let Some(date) = reader.extension(of, &["ror-organization-reopening-date", "reopeningDate"]) {
            let date = [&date["valueDate"], &date["valueDateTime"]].map(text);
            self.reopens_on = date.into_iter().find(|date| !date.is_empty()).unwrap_or_default().into_owned();
        }
    }
}
