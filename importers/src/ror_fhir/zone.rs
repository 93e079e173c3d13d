//! Where the people live whom an offer serves (`ror-territorial-division`). Codes are checked against the COG and against the
//! labels that go with them.

use std::collections::BTreeSet;

use maille_domain::field::Field;
use maille_territory::{fold, france};
use serde_json::Value;

use super::deviation::Deviation;
use super::fhir::{Coded, Reader};
use crate::commune::{Hints, is_name_of, settle};
use crate::draft::{Draft, ForeignCode};

const ZONE: [&str; 3] = [
    "ror-territorial-division",
    "ror-healthcareservice-intervention-zone",
    "ror-healthcareservice-territorial",
];

/// Codes of France as a country, in the lists that are met.
const FRANCE: [&str; 5] = ["99100", "99000", "FR", "FRA", "250"];

/// Puts the zone of an offer in its listing. An offer without zone says nothing: its coverage is unknown.
pub(super) fn zone(reader: &mut Reader, draft: &mut Draft, offer: &Value) {
    let mut coverage = BTreeSet::new();
    for division in reader.extensions(offer, &ZONE) {
        let said = reader.code_of(division, &["typeTerritorialDivision"], "R201");
        let said = said.map(|code| code.code.into_owned()).unwrap_or_default();
        let Some(extension) = reader.extension(division, &["codeTerritorialDivision"]) else { continue };
        for code in reader.codes_of(extension) {
            let by_table = match code.table {
                "R13" => "3",
                "G09" => "2",
                "R30" => "1",
                "J249" => "4",
                "R20" => "5",
                _ => "",
            };
            if !by_table.is_empty() && !said.is_empty() && by_table != said {
                reader.note(Deviation::OtherLevel, ZONE[0]);
            }
            let level = if by_table.is_empty() { said.as_str() } else { by_table };
            coverage.extend(covered(draft, level, &code));
        }
    }
    draft.keep_each(Field::Coverage, ZONE[0], coverage);
}

/// A part of the coverage, as our format writes it.
fn covered(draft: &mut Draft, level: &str, code: &Coded) -> Option<String> {
    let label = code.label.split('(').next().unwrap_or_default().trim();
    let words = if label.is_empty() { &*code.code } else { label };
    match level {
        "1" => {
            let name = france().region(&code.code).map(|region| &*region.name);
            named(draft, "region", "une région", code, label, name)
        }
        "2" => {
            let known = departement(&code.code);
            let name = france().departement(known).map(|departement| &*departement.name);
            let code = Coded { code: known.into(), ..code.clone() };
            named(draft, "departement", "un département", &code, label, name)
        }
        "3" => commune(draft, code, label),
        "4" => {
            draft.extra("territoire de santé", words);
            None
        }
        "5" if FRANCE.contains(&&*code.code) || fold(label) == "france" => Some("national".to_owned()),
        "5" => {
            draft.left_out(ZONE[0], &format!("{} {label}", code.code), "la France");
            None
        }
        "6" => {
            draft.extra("zone de défense", words);
            None
        }
        _ => {
            let label = Some(label.to_owned()).filter(|label| !label.is_empty());
            draft.unknown(
                "zone d’intervention",
                ForeignCode { system: "TRE_R201", code: code.code.to_string(), label },
            );
            None
        }
    }
}

/// A région or a département; `name` is what the COG calls it.
fn named(
    draft: &mut Draft,
    level: &str,
    what: &str,
    code: &Coded,
    label: &str,
    name: Option<&str>,
) -> Option<String> {
    let found = format!("{} {label}", code.code);
    let Some(name) = name else {
        draft.left_out(ZONE[0], found.trim(), &format!("le code d’{what}"));
        return None;
    };
    let says_more = !label.is_empty() && !label.chars().any(|c| c.is_ascii_digit());
    if says_more && fold(label) != fold(name) {
        let expected = format!("le code de {label}, ou le nom de {} ({name}) ; le code est suivi", code.code);
        draft.warning(ZONE[0], &found, &expected);
    }
    Some(format!("{level}:{}", code.code))
}

fn commune(draft: &mut Draft, code: &Coded, label: &str) -> Option<String> {
    let found = format!("{} {}", code.code, code.label);
    let by_name = || {
        let hints = Hints { postal_code: Some(&code.code), ..Hints::default() };
        settle(label, &hints).ok().map(|settled| settled.commune).filter(|_| !label.is_empty())
    };
    let Some(commune) = france().current_commune(&code.code.to_ascii_uppercase()) else {
        let postal = !france().communes_of_postal_code(&code.code).is_empty();
        let postal = if postal { ", pas un code postal" } else { "" };
        let read = by_name();
        let told = match read {
            Some(commune) => format!(" ; lu d’après le nom : {} ({})", commune.name, commune.code),
            None => " ; laissé de côté".to_owned(),
        };
        draft.warning(
            ZONE[0],
            &found,
            &format!("le code d’une commune, d’aujourd’hui ou d’hier{postal}{told}"),
        );
        return read.map(|commune| format!("commune:{}", commune.code));
    };
    // The name of a commune that was merged goes with its old code.
    let is_said = label.is_empty() || *commune.name == *label || *commune.code != *code.code;
    if !is_said && !is_name_of(commune, label) {
        let expected = match by_name() {
            Some(other) if other.code == commune.code => None,
            Some(other) => {
                Some(format!("le code de {} ({}), ou le nom de {}", other.name, other.code, commune.name))
            }
            None => Some(format!("le nom de {}", commune.name)),
        };
        if let Some(expected) = expected {
            draft.warning(ZONE[0], &found, &format!("{expected} ; le code est suivi"));
        }
    }
    Some(format!("commune:{}", commune.code))
}

/// The code of a département in the COG, from that of the nomenclature.
fn departement(code: &str) -> &str {
    match code {
        "9A" => "971",
        "9B" => "972",
        "9C" => "973",
        "9D" => "974",
        "9F" => "976",
        code => code,
    }
}
