//! What an offer is and how it is given: its type, its field and its activities, and its characteristics, which one list holds
//! together and only their code systems tell apart.

use std::collections::{BTreeMap, BTreeSet};

use maille_domain::field::Field;
use serde_json::Value;

use super::codes::{category, meaning, offer_label};
use super::deviation::Deviation;
use super::fhir::{Coded, Reader};
use crate::draft::{Draft, ForeignCode};
use crate::finess::category::category as category_of_establishment;
use crate::json::text;

/// Teams for people in need, who are met where they live: in the street.
const STREET: [&str; 3] = ["77", "115", "142"];

/// What characteristics say, beyond words.
#[derive(Debug, Default)]
pub(super) struct Characteristics {
    /// Codes of modes of care (R213).
    care: BTreeSet<String>,
    /// Our modes.
    modes: BTreeSet<&'static str>,
    /// Our audiences.
    pub audiences: BTreeSet<&'static str>,
    /// The type of closing (R286).
    pub closing: Option<String>,
    /// Codes that our tables do not have, under the names of what they are.
    unknown: Vec<(&'static str, ForeignCode)>,
}

/// Words under French names, in an order that is not the source's.
type Words = BTreeMap<&'static str, BTreeSet<String>>;

/// Reads the characteristics of an offer; what has no field of ours stays readable.
pub(super) fn characteristics(reader: &mut Reader, draft: &mut Draft, offer: &Value) -> Characteristics {
    let mut read = Characteristics::default();
    let mut words = Words::new();
    for characteristic in reader.list(offer, "characteristic") {
        let act = reader.extension(characteristic, &["ror-act-type"]);
        let outside = act.is_some_and(|act| text(&act["valueCode"]) == "outsideOfficeAct");
        for code in reader.codes(characteristic) {
            let name = match code.table {
                "R213" | "R338" | "R245" => read.known(&code, &mut words),
                "R286" => {
                    read.closing = Some(code.code.to_string());
                    "type de fermeture"
                }
                "R210" if outside => "actes réalisés hors du cabinet",
                "R210" => "actes spécifiques",
                "R240" => "temporalité d’accueil",
                "R236" => "mode de gestion",
                "R238" => "ouverture annuelle",
                "R253" => "niveau d’expertise",
                "R350" | "R94" | "G15" => "professions",
                "R243" => "compétences spécifiques",
                _ => {
                    reader.note(Deviation::OtherSystem, "characteristic");
                    "autres caractéristiques"
                }
            };
            put(&mut words, name, &code);
        }
    }
    for (element, names) in
        [("specialty", ["activités", "prestations SERAFIN-PH"]), ("type", ["champ d’activité"; 2])]
    {
        for concept in reader.list(offer, element) {
            for code in reader.codes(concept) {
                let name = if code.table == "R265" { names[1] } else { names[0] };
                put(&mut words, name, &code);
            }
        }
    }
    for (name, labels) in words {
        for label in labels {
            draft.extra(name, &label);
        }
    }
    read.unknown.sort_by(|a, b| (a.1.system, &a.1.code).cmp(&(b.1.system, &b.1.code)));
    for (name, code) in read.unknown.drain(..) {
        draft.unknown(name, code);
    }
    read
}

impl Characteristics {
    /// Notes a code of a table that we know, and says under which name its label is kept.
    fn known(&mut self, code: &Coded, words: &mut Words) -> &'static str {
        let (name, system) = match code.table {
            "R213" => ("mode de prise en charge", "TRE_R213"),
            "R338" => ("modalités d’accueil", "TRE_R338"),
            _ => ("spécialisations", "TRE_R245"),
        };
        if code.table == "R213" {
            self.care.insert(code.code.to_string());
        }
        if let Some(known) = meaning(code.table, &code.code) {
            self.modes.extend(known.modes());
            self.audiences.extend(known.audiences());
            if code.label.is_empty() {
                words.entry(name).or_default().insert(known.label.to_owned());
            }
        } else {
            let label = Some(code.label.to_string()).filter(|label| !label.is_empty());
            self.unknown.push((name, ForeignCode { system, code: code.code.to_string(), label }));
        }
        name
    }
}

fn put(words: &mut Words, name: &'static str, code: &Coded) {
    if !code.label.is_empty() {
        words.entry(name).or_default().insert(code.label.to_string());
    }
}

/// Puts the kind of resource and the modes in a listing. The kind is that of the offer's type and modes of care; else that of its
/// establishment, whose category and name are given.
pub(super) fn kind(
    reader: &mut Reader,
    draft: &mut Draft,
    offer: &Value,
    read: &Characteristics,
    establishment: Option<(&str, &str)>,
) {
    let concepts = reader.list(offer, "category");
    let kinds = concepts.first().map(|concept| reader.codes(concept)).unwrap_or_default();
    let kind = kinds.into_iter().next();
    if kind.as_ref().is_some_and(|kind| kind.table != "R244") {
        reader.note(Deviation::OtherSystem, "category");
    }
    let mut modes = read.modes.clone();
    let of_establishment = establishment.and_then(|(code, name)| category_of_establishment(code, name));
    let Some(Coded { code, label, .. }) = kind else {
        draft.category(of_establishment, None);
        draft.codes(Field::Modes, modes);
        return;
    };
    let known = category(&code, &read.care);
    let label = if label.is_empty() { offer_label(&code).unwrap_or_default().into() } else { label };
    let said = ForeignCode {
        system: "TRE_R244",
        code: code.to_string(),
        label: Some(label.to_string()).filter(|label| !label.is_empty()),
    };
    match (known, of_establishment) {
        (Some(_), _) => {
            draft.category(known, None);
            draft.extra("type d’offre", &label);
        }
        (None, Some(_)) => {
            draft.category(of_establishment, None);
            draft.unknown("type d’offre", said);
        }
        (None, None) => draft.category(None, Some(said)),
    }
    if STREET.contains(&&*code) {
        modes.insert("rue");
    }
    draft.codes(Field::Modes, modes);
}
