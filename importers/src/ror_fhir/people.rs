//! Whom an offer is for (`ror-healthcareservice-patient-type`): publics and ages.

use std::collections::BTreeSet;

use maille_domain::field::Field;
use serde_json::Value;

use super::codes::meaning;
use super::deviation::Deviation;
use super::fhir::Reader;
use crate::draft::{Draft, ForeignCode};

/// Ages from which the directory means that there is no limit: 90, 120 and 150 are met.
const NO_LIMIT: u64 = 90;
/// Age of majority.
const ADULT: u64 = 18;
/// Age from which we say adolescents, up to majority.
const ADOLESCENT: u64 = 12;
/// Age from which an offer is for old people rather than for adults.
const OLD: u64 = 60;

/// Puts publics and ages in a listing. `audiences` are those that characteristics say.
pub(super) fn people(
    reader: &mut Reader,
    draft: &mut Draft,
    offer: &Value,
    mut audiences: BTreeSet<&'static str>,
) {
    let (mut themes, mut labels) = (BTreeSet::new(), BTreeSet::new());
    let (mut ranges, mut unknown) = (Vec::new(), Vec::<ForeignCode>::new());
    for patients in reader.extensions(offer, &["ror-healthcareservice-patient-type"]) {
        for info in reader.extensions(patients, &["supportedPatientInfo"]) {
            for code in reader.codes_of(info) {
                if code.table != "R239" {
                    reader.note(Deviation::OtherSystem, "supportedPatientInfo");
                }
                let label = Some(code.label.to_string()).filter(|label| !label.is_empty());
                let Some(known) = meaning("R239", &code.code) else {
                    draft.unknown(
                        "publics",
                        ForeignCode { system: "TRE_R239", code: code.code.into_owned(), label },
                    );
                    continue;
                };
                audiences.extend(known.audiences());
                themes.extend(known.themes());
                labels.insert(label.unwrap_or_else(|| known.label.to_owned()));
            }
        }
        for range in reader.extensions(patients, &["ageRange"]) {
            let range = &range["valueRange"];
            let mut bound = |key: &str| years(reader, draft, &range[key]);
            ranges.push((bound("low"), bound("high").filter(|&age| age < NO_LIMIT)));
        }
    }
    for label in &labels {
        draft.extra("publics", label);
    }
    unknown.sort_by(|a, b| a.code.cmp(&b.code));
    for code in unknown {
        draft.unknown("publics", code);
    }
    ages(draft, &mut ranges, &mut audiences);
    draft.codes(Field::Audiences, audiences);
    draft.codes(Field::Themes, themes);
}

/// The ages of all ranges together; each of them in words, when there are several.
fn ages(
    draft: &mut Draft,
    ranges: &mut Vec<(Option<u64>, Option<u64>)>,
    audiences: &mut BTreeSet<&'static str>,
) {
    ranges.sort_unstable();
    ranges.dedup();
    if ranges.is_empty() {
        return;
    }
    let least = ranges.iter().map(|range| range.0).min().flatten().filter(|&age| age > 0);
    let most = ranges
        .iter()
        .map(|range| range.1)
        .collect::<Option<Vec<_>>>()
        .and_then(|most| most.into_iter().max());
    draft.ages("ageRange", least, most);
    if ranges.len() > 1 {
        for range in &*ranges {
            draft.extra("âges", &in_words(*range));
        }
    }
    let in_order = least.unwrap_or(0) <= most.unwrap_or(u64::MAX);
    if (least.is_some() || most.is_some()) && in_order && !audiences.contains("tous") {
        let (from, to) = (least.unwrap_or(0), most.unwrap_or(u64::MAX));
        for (audience, start, end) in
            [("enfants", 0, ADOLESCENT), ("adolescents", ADOLESCENT, ADULT), ("adultes", ADULT, OLD)]
        {
            if from < end && to >= start {
                audiences.insert(audience);
            }
        }
    }
}

fn in_words(range: (Option<u64>, Option<u64>)) -> String {
    match range {
        (None | Some(0), None) => "tous les âges".to_owned(),
        (Some(least), None) => format!("{least} ans et plus"),
        (None, Some(most)) => format!("jusqu’à {most} ans"),
        (Some(least), Some(most)) => format!("de {least} à {most} ans"),
    }
}

/// A bound in whole years, from a quantity in UCUM units.
fn years(reader: &mut Reader, draft: &mut Draft, quantity: &Value) -> Option<u64> {
    if quantity.is_null() {
        return None;
    }
    let value = reader.number(&quantity["value"], "ageRange");
    let unit = [&quantity["code"], &quantity["unit"]].into_iter().find_map(Value::as_str).map(str::trim);
    let per_year = match unit {
        Some("a" | "an" | "ans") => Some(1.0),
        Some("mo" | "mois") => Some(12.0),
        Some("wk" | "sem") => Some(52.18),
        Some("d" | "j") => Some(365.25),
        None | Some("") => {
            reader.note(Deviation::NoUnit, "ageRange");
            Some(1.0)
        }
        Some(_) => None,
    };
    match value.zip(per_year) {
        Some((value, per_year)) if (0.0..=2_000.0).contains(&(value / per_year)) => {
            Some((value / per_year) as u64)
        }
        _ => {
            let found = format!("{} {}", quantity["value"], unit.unwrap_or_default());
            draft.left_out("ageRange", found.trim(), "un âge, avec son unité UCUM : a, mo, wk ou d");
            None
        }
    }
}
