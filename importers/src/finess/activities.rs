//! What establishments do, which files of their own say: activities of the JSON, social equipments of the XML. They describe
//! establishments by FINESS number, and make none.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::sync::LazyLock;

use maille_domain::Coverage;
use maille_domain::field::Field;
use maille_domain::vocabulary::Audience;
use maille_territory::france;
use serde_json::{Value, json};

use super::said::first;
use crate::draft::Draft;
use crate::excel::with_its_zero;
use crate::json::{each, text, texts};
use crate::shelf::Shelf;

const TABLE: &str = include_str!("../../../data/vocabulary/activites-finess.tsv");
const PUBLICS_TABLE: &str = include_str!("../../../data/vocabulary/crosswalk-publics-finess.tsv");

/// Labels of the activities that the JSON tells by code alone.
static LABELS: LazyLock<HashMap<&'static str, &'static str>> =
    LazyLock::new(|| TABLE.lines().skip(1).filter_map(|line| line.split_once('\t')).collect());

/// Whom the codes of the register are for, and its words for them.
static PUBLICS: LazyLock<HashMap<&'static str, (Vec<Audience>, &'static str)>> = LazyLock::new(|| {
    let rows = PUBLICS_TABLE.lines().skip(1).map(|line| {
        let cells: Vec<&'static str> = line.split('\t').collect();
        let [code, audiences, label] = cells[..] else {
            panic!("crosswalk-publics-finess.tsv: three columns a row, found {line:?}")
        };
        let known = |code: &str| code.parse().expect("the crosswalk names audiences of the vocabulary");
        (code, (audiences.split_whitespace().map(known).collect(), label))
    });
    rows.collect()
});

/// The natures of activities, by code, as the names of their fields say them.
const NATURES: [(&str, &str); 11] = [
    ("AASA", "autre activité de soins"),
    ("ASR", "activité sanitaire soumise à reconnaissance"),
    ("ASRC", "activité sanitaire soumise à reconnaissance"),
    ("EML", "équipement matériel lourd"),
    ("ASDR", "activité sanitaire diverse"),
    ("ASOCR", "activité sociale"),
    ("AMSR", "activité médico-sociale"),
    ("ASMR", "activité médico-sociale"),
    ("AER", "activité d’enseignement"),
    ("AMF", "activité de soins"),
    ("AMM", "activité de soins"),
];
/// Where a zone says its communes.
const COMMUNES: [&str; 6] = ["communeZI", "communes", "commune", "cogCommune", "codeCommune", "code"];

/// The activities of every establishment.
#[derive(Debug, Default)]
pub(super) struct Activities {
    shelf: Shelf<Value>,
    /// Where those of an establishment are on the shelf.
    places: HashMap<Box<str>, Vec<usize>>,
}

impl Activities {
    /// Adds one to an establishment.
    pub fn put(&mut self, finess: &str, activity: &Value) -> io::Result<()> {
        let place = self.shelf.places();
        self.shelf.put(&place.to_string(), activity)?;
        self.places.entry(finess.into()).or_default().push(place);
        Ok(())
    }

    /// Those of an establishment, each once, in an order of their own.
    pub fn of(&self, finess: &str) -> io::Result<Vec<Value>> {
        let places = self.places.get(finess).into_iter().flatten();
        let mut known = BTreeSet::new();
        let mut activities = Vec::new();
        for &place in places {
            if let Some(activity) = self.shelf.at(place)?
                && known.insert(activity.to_string())
            {
                activities.push(activity);
            }
        }
        activities.sort_by_cached_key(Value::to_string);
        Ok(activities)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }
}

/// What is used of an item of `activitesExercees`, in its own words: its nature is beside it, or is the key it is under, as the schema
/// had it. Those that ended are left out.
pub(super) fn of_item(item: &Value) -> Vec<Value> {
    let kept = |code: &str, at: &Value, specific: &Value| {
        let generic = &at["caracteristiquesGeneriques"];
        let ended = ["etatObjet", "etatObjet.code"].iter().any(|path| first(generic, path) == "I");
        let kept = json!({
            "codeNature": code,
            "caracteristiquesSpecifiques": specific,
            "zoneIntervention": at["zoneIntervention"],
        });
        (!ended).then_some(kept)
    };
    if item["nature"].is_object() {
        let nature = &item["nature"];
        let code = text(&nature["codeNature"]);
        return kept(&code, item, &nature["caracteristiquesSpecifiques"]).into_iter().collect();
    }
    let natures = item.as_object().into_iter().flatten().filter(|(_, at)| at.is_object());
    let natures = natures.filter_map(|(key, at)| {
        let code = key.strip_prefix("nature")?;
        let specific = at.as_object()?.iter().find(|(key, _)| key.starts_with("caracteristiquesSpecifiques"));
        kept(code, at, specific.map_or(&Value::Null, |(_, specific)| specific))
    });
    natures.collect()
}

/// Writes what activities say of an establishment: what it does, for whom, at which ages, where it goes.
pub(super) fn describe(draft: &mut Draft, activities: &[Value]) {
    let mut words = [BTreeSet::new(), BTreeSet::new(), BTreeSet::new()];
    let (mut communes, mut audiences, mut ages) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for activity in activities {
        let zone = &activity["zoneIntervention"];
        let (whom, public) = public(activity);
        audiences.extend(whom.iter().map(|audience| audience.code()));
        for (words, said) in words.iter_mut().zip([label(activity), public, name_of(zone)]) {
            words.extend(Some(said).filter(|said| !said.is_empty()));
        }
        for code in codes(zone) {
            match commune(&code) {
                Some(commune) => {
                    communes.insert(commune);
                }
                None => draft.left_out(
                    "zoneIntervention",
                    &code,
                    "le code d’une commune, d’aujourd’hui ou d’hier",
                ),
            }
        }
        ages.push((age(activity, AGE_MIN), age(activity, AGE_MAX)));
    }
    for (name, words) in ["activités", "publics", "zone d’intervention"].iter().zip(words) {
        for said in words {
            draft.extra(name, &said);
        }
    }
    draft.codes(Field::Audiences, audiences);
    draft.codes(Field::Coverage, communes.into_iter().map(Coverage::Commune));
    // One activity without a limit has none, and so has the establishment.
    let (mins, maxs): (Vec<_>, Vec<_>) = ages.into_iter().unzip();
    let min = mins.into_iter().collect::<Option<Vec<u64>>>().and_then(|ages| ages.into_iter().min());
    let max = maxs.into_iter().collect::<Option<Vec<u64>>>().and_then(|ages| ages.into_iter().max());
    draft.ages("âges", min, max);
}

/// What the activity is: the label of the flow, else that of its code, else its nature and its code.
fn label(activity: &Value) -> String {
    for key in ["libde", "libcourtde"] {
        let said = text(&activity[key]);
        if !said.is_empty() {
            return said.into_owned();
        }
    }
    let kind = kind(activity);
    let said = member(kind, |key| key.starts_with("libelle") || key == "display");
    let said = said.map(text).filter(|said| !said.is_empty());
    if let Some(said) = said {
        return said.into_owned();
    }
    let main =
        |key: &str| (key.starts_with("activite") && key != "activiteAeId") || key.starts_with("typeEml");
    let main = member(kind, main).unwrap_or(&Value::Null);
    for key in ["libelle", "display"] {
        let said = text(&main[key]);
        if !said.is_empty() {
            return said.into_owned();
        }
    }
    let code = if main.is_object() { text(&main["code"]) } else { text(main) };
    let nature = text(&activity["codeNature"]);
    let social = ["ASOCR", "AMSR", "ASMR"].contains(&&*nature);
    if let Some(label) = LABELS.get(&*code).filter(|_| social) {
        return (*label).to_owned();
    }
    let nature = NATURES.iter().find(|(known, _)| *known == nature).map_or(&*nature, |(_, name)| name);
    format!("{nature} {code}").trim().to_owned()
}

/// The codes that say what an activity of the JSON is.
fn kind(activity: &Value) -> &Value {
    let specific = &activity["caracteristiquesSpecifiques"];
    member(specific, |key| key.starts_with("typeActivite")).unwrap_or(specific)
}

/// Whom the activity is for, and in words.
fn public(activity: &Value) -> (&'static [Audience], String) {
    let codes = [&activity["client"], &kind(activity)["public"]].map(text);
    let known = codes.iter().find_map(|code| PUBLICS.get(&**code));
    let said = text(&activity["libclient"]);
    let words = if said.is_empty() { known.map_or("", |(_, label)| label) } else { &said };
    (known.map_or(&[], |(audiences, _)| audiences), words.to_owned())
}

const AGE_MIN: [&str; 4] = ["ageminiinst", "ageminiaut", "ageMinInstalle", "ageMinAutorise"];
const AGE_MAX: [&str; 4] = ["agemaxiinst", "agemaxiaut", "ageMaxInstalle", "ageMaxAutorise"];

/// An age in whole years, which is not zero: that is how the flow writes that there is none.
fn age(activity: &Value, names: [&str; 4]) -> Option<u64> {
    let specific = &activity["caracteristiquesSpecifiques"];
    let said = names.iter().flat_map(|name| [text(&activity[*name]), text(&specific[*name])]);
    said.filter_map(|said| said.parse::<f64>().ok())
        .find(|age| *age > 0.0 && age.fract() == 0.0)
        .map(|age| age as u64)
}

fn member(value: &Value, wanted: impl Fn(&str) -> bool) -> Option<&Value> {
    value.as_object()?.iter().find(|(key, _)| wanted(key)).map(|(_, value)| value)
}

/// The codes of the communes of a zone: a list of codes, a list of objects, or one object.
fn codes(zone: &Value) -> Vec<String> {
    match zone {
        Value::Array(items) => items.iter().flat_map(codes).collect(),
        Value::Object(members) => {
            let said = COMMUNES.iter().filter_map(|key| members.get(*key)).find(|said| !said.is_null());
            said.map(codes).unwrap_or_default()
        }
        said => texts(said),
    }
}

fn name_of(zone: &Value) -> String {
    let names = each(zone).iter().map(|zone| text(&zone["libelleZI"]).into_owned());
    names.filter(|name| !name.is_empty()).collect::<Vec<_>>().join(", ")
}

fn commune(code: &str) -> Option<String> {
    let known = |code: &str| france().current_commune(&code.to_ascii_uppercase());
    let commune = known(code).or_else(|| known(&with_its_zero(code, 5)?))?;
    Some(commune.code.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_have_each_code_once() {
        assert_eq!(LABELS.len() + 1, TABLE.lines().count());
        assert_eq!(PUBLICS.len() + 1, PUBLICS_TABLE.lines().count());
        assert_eq!(LABELS["358"], "Soins infirmiers à Domicile");
        assert_eq!(PUBLICS["702"].0, [Audience::PersonnesAgees, Audience::PersonnesHandicapees]);
    }

    #[test]
    fn an_activity_is_named_as_well_as_it_can_be() {
        let of = |code: &str, kind: Value| {
            label(&json!({ "codeNature": code, "caracteristiquesSpecifiques": kind }))
        };
        for (code, kind, name) in [
            (
                "AMSR",
                json!({ "typeActiviteAMSR": { "activiteSocialeRegulee": "358" } }),
                "Soins infirmiers à Domicile",
            ),
            (
                "ASMR",
                json!({ "activiteAeId": "469", "activiteSocialeRegulee": 358.0 }),
                "Soins infirmiers à Domicile",
            ),
            (
                "AMSR",
                json!({ "typeActiviteAMSR": { "activiteSocialeRegulee": "000" } }),
                "activité médico-sociale 000",
            ),
            // The same code means something else there.
            (
                "ASDR",
                json!({ "typeActiviteASDR": { "activiteSanitaireDiverseRegulee": "358" } }),
                "activité sanitaire diverse 358",
            ),
            (
                "EML",
                json!({ "typeActiviteEML": { "typeEmlId": "05602" } }),
                "équipement matériel lourd 05602",
            ),
            (
                "AMF",
                json!({ "typeActiviteAMF": { "activiteAMF": { "code": "18", "display": "Cancer" } } }),
                "Cancer",
            ),
            (
                "AMF",
                json!({ "typeActiviteAMF": { "activiteAMF": "18", "libelleActivite": "Cancer" } }),
                "Cancer",
            ),
            ("", Value::Null, ""),
            ("XYZ", json!([]), "XYZ"),
        ] {
            assert_eq!(of(code, kind), name);
        }
        assert_eq!(label(&json!({ "de": "925", "libde": "Hébergement" })), "Hébergement");
    }

    #[test]
    fn ages_are_whole_years_above_zero() {
        for (written, age_read) in
            [("60", Some(60)), ("60.0", Some(60)), ("0", None), ("0.25", None), ("x", None)]
        {
            assert_eq!(age(&json!({ "ageminiinst": written }), AGE_MIN), age_read, "{written}");
        }
        assert_eq!(age(&json!({ "ageminiinst": "0", "ageminiaut": "6" }), AGE_MIN), Some(6));
    }
}
