//! The same listings as files of three formats, for measures of imports: what a register would send, with the fields that
//! both know.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};
use maille_domain::listing::Fields;
use maille_domain::{Coverage, Listing};
use serde_json::{Value, json};

/// A format that is measured.
#[derive(Debug, Clone, Copy)]
pub enum Register {
    Csv,
    DataInclusion,
    RorFhir,
}

impl Register {
    pub const ALL: [Register; 3] = [Register::Csv, Register::DataInclusion, Register::RorFhir];

    /// Its name on the command line.
    pub const fn format(self) -> &'static str {
        match self {
            Register::Csv => "csv",
            Register::DataInclusion => "data-inclusion",
            Register::RorFhir => "ror-fhir",
        }
    }

    /// Writes the listings.
    pub fn write(self, path: &Path, listings: &[Listing]) -> Result<()> {
        let mut file = BufWriter::new(File::create(path)?);
        match self {
            Register::Csv => {
                let mut export = maille_importers::csv::Export::default();
                for listing in listings {
                    export.add(&listing.id.to_string(), &listing.fields)?;
                }
                export.write(&mut file)?;
            }
            Register::DataInclusion => {
                let services =
                    listings.iter().enumerate().map(|(number, listing)| service(number, &listing.fields));
                array(&mut file, services)?;
            }
            Register::RorFhir => {
                write!(file, "{{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":")?;
                let resources =
                    listings.iter().enumerate().flat_map(|(number, listing)| offer(number, &listing.fields));
                array(&mut file, resources.map(|resource| json!({ "resource": resource })))?;
                write!(file, "}}")?;
            }
        }
        file.flush().context("the file of the measure is written")
    }
}

fn array(file: &mut impl Write, items: impl Iterator<Item = Value>) -> Result<()> {
    for (number, item) in items.enumerate() {
        file.write_all(if number == 0 { b"[\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *file, &item)?;
    }
    file.write_all(b"\n]")?;
    Ok(())
}

/// The code of the commune, the postal code, the name and the point of a listing's site.
fn place(fields: &Fields) -> (String, String, String, Value, Value) {
    let commune = fields.commune();
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    (
        text(commune.map(|commune| &*commune.code)),
        text(fields.postal_code.as_deref()),
        text(commune.map(|commune| &*commune.name)),
        json!(fields.location.map(|location| location.lat)),
        json!(fields.location.map(|location| location.lon)),
    )
}

fn service(number: usize, fields: &Fields) -> Value {
    let (code, postal_code, town, lat, lon) = place(fields);
    let zone: Vec<&str> = fields
        .coverage
        .iter()
        .filter_map(|part| match part {
            Coverage::Commune(code) | Coverage::Epci(code) | Coverage::Departement(code) => {
                Some(code.as_str())
            }
            Coverage::National => Some("france"),
            Coverage::Region(_) | Coverage::Radius(_) | Coverage::Territory(_) => None,
        })
        .collect();
    json!({
        "source": "mesure", "id": format!("mesure--{number}"), "structure_id": format!("mesure--structure-{number}"),
        "nom": fields.name, "description": fields.description, "date_maj": "2026-06-01", "type": "accompagnement",
        "thematiques": ["sante--acces-aux-soins"], "frais": "gratuit", "publics": ["tous-publics"],
        "code_insee": code, "code_postal": postal_code, "commune": town, "adresse": fields.address,
        "longitude": lon, "latitude": lat, "telephone": fields.phone.first(), "courriel": fields.email.first(),
        "modes_accueil": ["en-presentiel"], "zone_eligibilite": (!zone.is_empty()).then_some(zone),
        "horaires_accueil": fields.hours, "mobilisation_precisions": fields.referral,
    })
}

/// A coding of the NOS.
fn nos(table: &str, code: &str) -> Value {
    let system = format!("https://mos.esante.gouv.fr/NOS/{table}/FHIR/{}", table.replacen('_', "-", 1));
    json!({ "coding": [{ "system": system, "code": code }] })
}

/// An offer with its establishment and its place.
fn offer(number: usize, fields: &Fields) -> [Value; 3] {
    const SD: &str = "https://interop.esante.gouv.fr/ig/fhir/ror/StructureDefinition";
    let (code, postal_code, town, lat, lon) = place(fields);
    let meta = json!({
        "lastUpdated": "2026-06-01T00:00:00.000+00:00",
        "tag": [{ "system": "https://mos.esante.gouv.fr/NOS/TRE_R30-RegionOM/FHIR/TRE-R30-RegionOM", "code": "11" }],
    });
    let mut extension =
        vec![json!({ "url": format!("{SD}/ror-healthcareservice-sensitive-unit"), "valueBoolean": false })];
    extension.extend(fields.coverage.iter().filter_map(|part| {
        let (level, table, code) = match part {
            Coverage::Region(code) => ("1", "TRE_R30-RegionOM", code),
            Coverage::Departement(code) => ("2", "TRE_G09-DepartementOM", code),
            Coverage::Commune(code) => ("3", "TRE_R13-CommuneOM", code),
            _ => return None,
        };
        Some(json!({ "url": format!("{SD}/ror-territorial-division"), "extension": [
            { "url": "typeTerritorialDivision", "valueCodeableConcept": nos("TRE_R201-TypeDivisionTerritoriale", level) },
            { "url": "codeTerritorialDivision", "valueCodeableConcept": nos(table, code) },
        ] }))
    }));
    extension.extend(fields.phone.iter().map(|phone| {
        json!({ "url": format!("{SD}/ror-healthcareservice-contact"), "extension": [
            { "url": "purposeContact", "valueCodeableConcept": nos("TRE_R287-NatureContact", "06") },
            { "url": format!("{SD}/ror-confidentiality-level"), "valueCodeableConcept": nos("TRE_R283-NiveauConfidentialite", "1") },
            { "url": format!("{SD}/ror-healthcareservice-contact-telecom"), "extension": [
                { "url": format!("{SD}/ror-telecom-communication-channel"), "valueCodeableConcept": nos("TRE_R200-CanalCommunication", "2") },
                { "url": format!("{SD}/ror-telecom-confidentiality-level"), "valueCodeableConcept": nos("TRE_R283-NiveauConfidentialite", "1") },
                { "url": "telecomAddress", "valueString": phone },
            ] },
        ] })
    }));
    let available: Vec<Value> = ["mon", "tue", "wed", "thu", "fri"]
        .map(|day| json!({ "daysOfWeek": [day], "availableStartTime": "09:00:00", "availableEndTime": "17:00:00" }))
        .into();
    [
        json!({
            "resourceType": "HealthcareService", "id": format!("h{number}"), "meta": meta, "extension": extension,
            "identifier": [{ "type": nos("TRE_R355-TypeIdentifiantAutre", "35"), "value": format!("11/{number:07}") }],
            "providedBy": { "reference": format!("Organization/o{number}") },
            "location": [{ "reference": format!("Location/l{number}") }],
            "category": [nos("TRE_R244-CategorieOrganisation", "156")], "type": [nos("TRE_R227-ChampActivite", "01")],
            "characteristic": [nos("TRE_R213-ModePriseEnCharge", "49"), nos("TRE_R338-ModaliteAccueil", "05")],
            "name": fields.name, "comment": fields.description, "availableTime": available,
        }),
        json!({
            "resourceType": "Organization", "id": format!("o{number}"), "meta": meta, "name": fields.organization,
            "type": [nos("TRE_R66-CategorieEtablissement", "355")],
        }),
        json!({
            "resourceType": "Location", "id": format!("l{number}"), "meta": meta,
            "extension": [{ "url": format!("{SD}/ror-commune-cog"), "valueCodeableConcept": nos("TRE_R13-CommuneOM", &code) }],
            "address": { "line": [fields.address], "city": town, "postalCode": postal_code },
            "position": { "latitude": lat, "longitude": lon },
        }),
    ]
}
