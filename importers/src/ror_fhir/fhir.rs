//! FHIR as servers write it: lists, extensions, codes, numbers, each read leniently and each departure counted.

use std::borrow::Cow;

use serde_json::Value;

use super::deviation::{Deviation, Deviations};
use crate::json::{at, each, text};
use crate::register::Where;

/// Where the extensions of the directory are defined.
const DEFINITIONS: &str = "https://interop.esante.gouv.fr/ig/fhir/ror/StructureDefinition/";

/// The code systems that value sets of the directory are made of: some servers name the set instead.
const SETS: [(&str, &str); 15] = [
    ("J16", "R210"),
    ("J17", "R211"),
    ("J19", "R213"),
    ("J20", "R227"),
    ("J26", "R236"),
    ("J28", "R238"),
    ("J29", "R239"),
    ("J30", "R240"),
    ("J33", "R243"),
    ("J35", "R245"),
    ("J55", "R66"),
    ("J185", "R286"),
    ("J226", "R338"),
    ("J227", "R253"),
    ("J238", "R244"),
];

/// A code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Coded<'v> {
    /// The table of the nomenclature, `R213`; empty when the system names none.
    pub table: &'v str,
    /// The code; empty when there is only a label.
    pub code: Cow<'v, str>,
    /// What it means, when the source says.
    pub label: Cow<'v, str>,
}

/// Reads one resource.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    /// Where departures are counted.
    pub deviations: &'a mut Deviations,
    /// Where the resource is.
    pub spot: Where<'a>,
    /// Its identifier.
    pub id: &'a str,
}

impl Reader<'_> {
    /// Counts a departure.
    pub fn note(&mut self, deviation: Deviation, element: &str) {
        self.deviations.note(self.spot, self.id, deviation, element);
    }

    /// The elements of a list.
    pub fn list<'v>(&mut self, of: &'v Value, key: &str) -> &'v [Value] {
        let value = &of[key];
        if !value.is_array() && !value.is_null() {
            self.note(Deviation::NotAList, key);
        }
        each(value)
    }

    /// The extensions of a name. The first of `names` is today's; the others are older, or other people's.
    pub fn extensions<'v>(&mut self, of: &'v Value, names: &[&str]) -> Vec<&'v Value> {
        let mut found = Vec::new();
        for extension in self.list(of, "extension") {
            let url = extension["url"].as_str().unwrap_or_default();
            let tail = url.rsplit('/').next().unwrap_or_default();
            if !names.iter().any(|name| is_name(tail, name)) {
                continue;
            }
            let official = tail == names[0]
                && (!names[0].starts_with("ror-")
                    || url.len() == DEFINITIONS.len() + tail.len() && url.starts_with(DEFINITIONS));
            if !official {
                self.note(Deviation::OtherExtension, names[0]);
            }
            found.push(extension);
        }
        found
    }

    /// The first extension of a name.
    pub fn extension<'v>(&mut self, of: &'v Value, names: &[&str]) -> Option<&'v Value> {
        self.extensions(of, names).first().copied()
    }

    /// The codes of a `CodeableConcept`, or its text when it has no code.
    pub fn codes<'v>(&mut self, concept: &'v Value) -> Vec<Coded<'v>> {
        let mut codes: Vec<Coded> = Vec::new();
        for coding in self.list(concept, "coding") {
            let system = coding["system"].as_str().unwrap_or_default();
            let label = text(&coding["display"]);
            let label = if label.is_empty() { text(&concept["text"]) } else { label };
            let code = text(&coding["code"]);
            if !code.is_empty() || !label.is_empty() {
                codes.push(Coded { table: table(system), code, label });
            }
        }
        let words = text(&concept["text"]);
        if codes.is_empty() && !words.is_empty() {
            codes.push(Coded { table: "", code: Cow::Borrowed(""), label: words });
        }
        codes
    }

    /// The codes of an extension.
    pub fn codes_of<'v>(&mut self, extension: &'v Value) -> Vec<Coded<'v>> {
        let concept = &extension["valueCodeableConcept"];
        if !concept.is_null() {
            return self.codes(concept);
        }
        let (system, code, label) = match &extension["valueCoding"] {
            Value::Null => (&Value::Null, &extension["valueCode"], &Value::Null),
            coding => (&coding["system"], &coding["code"], &coding["display"]),
        };
        let code = text(code);
        if code.is_empty() {
            return Vec::new();
        }
        vec![Coded { table: table(system.as_str().unwrap_or_default()), code, label: text(label) }]
    }

    /// The code of an extension that has one, of a table.
    pub fn code_of<'v>(&mut self, of: &'v Value, names: &[&str], table: &str) -> Option<Coded<'v>> {
        let extension = self.extension(of, names)?;
        let code = self.codes_of(extension).into_iter().next()?;
        if code.table != table {
            self.note(Deviation::OtherSystem, names[0]);
        }
        Some(code)
    }

    /// A number; between quotes it is one too.
    pub fn number(&mut self, value: &Value, element: &str) -> Option<f64> {
        match value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => {
                let number = text.trim().replace(',', ".").parse::<f64>().ok().filter(|n| n.is_finite())?;
                self.note(Deviation::Quoted, element);
                Some(number)
            }
            _ => None,
        }
    }

    /// A truth; between quotes it is one too.
    pub fn truth(&mut self, value: &Value, element: &str) -> Option<bool> {
        match value {
            Value::Bool(truth) => Some(*truth),
            Value::String(text) => {
                let truth = text.trim().to_ascii_lowercase().parse().ok()?;
                self.note(Deviation::Quoted, element);
                Some(truth)
            }
            _ => None,
        }
    }
}

/// The table that a system is of: `R213` of `…/NOS/TRE_R213-ModePriseEnCharge/FHIR/…`; that of the set, where it names a set.
fn table(system: &str) -> &str {
    let named = ["TRE_", "TRE-", "JDV_", "JDV-"].iter().find_map(|prefix| {
        let start = system.find(prefix)? + prefix.len();
        system[start..].split(['-', '_', '/', '|']).next()
    });
    let named = named.unwrap_or_default();
    SETS.iter().find(|(set, _)| *set == named).map_or(named, |(_, table)| table)
}

/// Whether the end of an address is this name, `ror-telecom-usage` or as it was first written, `RORTelecomUsage`.
pub(super) fn is_name(tail: &str, name: &str) -> bool {
    tail == name || letters(tail).eq(letters(name))
}

fn letters(text: &str) -> impl Iterator<Item = u8> {
    text.bytes().filter(|c| *c != b'-').map(|c| c.to_ascii_lowercase())
}

/// What a reference points at: `Organization/12`, from `Organization/12`, `https://…/Organization/12/_history/3` or
/// `urn:uuid:…`, which stays as it is. Empty when it points at nothing.
pub(super) fn reference(value: &Value) -> String {
    let written = match value {
        Value::String(_) => text(value),
        value => text(at(value, "reference")),
    };
    if written.starts_with("urn:") {
        return written.into_owned();
    }
    let path = written.split(['?', '|']).next().unwrap_or_default();
    let path = path.split("/_history/").next().unwrap_or_default().trim_end_matches('/');
    let mut ends = path.rsplitn(3, '/');
    match (ends.next(), ends.next()) {
        (Some(id), Some(kind)) if !id.is_empty() && !kind.is_empty() => format!("{kind}/{id}"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_of_every_form_point_at_the_same_thing() {
        for (written, read) in [
            ("Organization/12", "Organization/12"),
            ("https://serveur.example/fhir/Organization/12", "Organization/12"),
            ("https://serveur.example/fhir/Organization/12/_history/3", "Organization/12"),
            ("urn:uuid:0b1f", "urn:uuid:0b1f"),
            ("#contenu", ""),
            ("12", ""),
            ("", ""),
        ] {
            assert_eq!(reference(&json!({ "reference": written })), read);
        }
        assert_eq!(reference(&json!("Location/4")), "Location/4");
        assert_eq!(reference(&json!(null)), "");
    }

    #[test]
    fn systems_name_a_table() {
        for (system, named) in [
            (
                "https://mos.esante.gouv.fr/NOS/TRE_R213-ModePriseEnCharge/FHIR/TRE-R213-ModePriseEnCharge",
                "R213",
            ),
            (
                "https://mos.esante.gouv.fr/NOS/JDV_J19-ModePriseEnCharge-ROR/FHIR/JDV-J19-ModePriseEnCharge-ROR",
                "R213",
            ),
            ("https://mos.esante.gouv.fr/NOS/JDV_J249-TerritoireSante/FHIR/x", "J249"),
            ("https://mos.esante.gouv.fr/NOS", ""),
            ("TRE-", ""),
        ] {
            assert_eq!(table(system), named);
        }
    }

    #[test]
    fn departures_are_read_and_counted() {
        let mut deviations = Deviations::default();
        let spot = Where { file: "essai.json", line: 4 };
        let mut reader = Reader { deviations: &mut deviations, spot, id: "a" };
        let offer = json!({
            "category": { "coding": { "code": 30, "display": "Aide" } },
            "extension": [
                { "url": "https://interop.esante.gouv.fr/ig/fhir/ror/StructureDefinition/ror-comment", "valueInteger": "1" },
                { "url": "https://ailleurs.example/RORComment", "valueBoolean": "false" },
                { "url": "ror-autre" },
            ],
        });
        let categories = reader.list(&offer, "category");
        assert_eq!(reader.codes(&categories[0])[0].code, "30");
        let comments = reader.extensions(&offer, &["ror-comment"]);
        assert_eq!(comments.len(), 2);
        assert_eq!(reader.number(&comments[0]["valueInteger"], "valueInteger"), Some(1.0));
        assert_eq!(reader.truth(&comments[1]["valueBoolean"], "valueBoolean"), Some(false));
        assert_eq!(reader.number(&json!("NaN"), ""), None);
        let told: Vec<_> = deviations.issues().map(|issue| (issue.field, issue.expected)).collect();
        assert_eq!(told.len(), 3, "{told:?}");
        assert_eq!(told[0].0.as_deref(), Some("category, coding"));
        assert!(
            told[0].1.ends_with("(2 fois, la première ici)") && told[2].1.ends_with("(une fois)"),
            "{told:?}"
        );
    }
}
