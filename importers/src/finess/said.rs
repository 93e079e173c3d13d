//! What a flow says of an establishment, asked by the names of the columns of the CSV: the XML has the same, and the JSON
//! others for the same things.

use std::borrow::Cow;

use serde_json::Value;

use crate::json::{each, is_blank, text};

/// The columns of the CSV and of the XML that the JSON has elsewhere. It is read as its samples are and as its schema says, which
/// differ by capitals and by where things stand.
const JSON: [(&str, &[&str]); 24] = [
    ("rs", &["informationsGeneralesEGE.nomEgeCourt"]),
    ("rslongue", &["informationsGeneralesEGE.nomEgeLong"]),
    ("complrs", &["informationsGeneralesEGE.complementDenominationEg"]),
    ("siret", &["informationsGeneralesEGE.siret", "siret"]),
    ("categetab", &["categorieEntiteGeographiqueExercice", "categorieEntiteGeographiqueExercice.code"]),
    ("numvoie", &["adresse.numeroVoie"]),
    ("typvoie", &["adresse.typeVoie"]),
    ("voie", &["adresse.libelleVoie"]),
    ("compvoie", &["adresse.complementVoie"]),
    ("compldistrib", &["adresse.complementPointGeographique"]),
    ("lieuditbp", &["adresse.lieuDit"]),
    ("cogcommune", &["adresse.cogCommune"]),
    ("ligneacheminement", &["adresse.ligneAcheminement"]),
    ("codepostal", &["adresse.codePostal"]),
    ("directionlatitude", &["adresse.coordonneesGeographique.directionLatitude"]),
    ("directionlongitude", &["adresse.coordonneesGeographique.directionLongitude"]),
    ("coordonneex", &["adresse.coordonneesGeographique.coordonneeX"]),
    ("coordonneey", &["adresse.coordonneesGeographique.coordonneeY"]),
    ("score", &["adresse.coordonneesGeographique.scoreBAN"]),
    ("telephone", &["contact.telecom.telephone"]),
    ("telecopie", &["contact.telecom.telecopie"]),
    ("courriel", &["contact.telecom.courriel"]),
    ("etat", &["etatObjet", "etatObjet.code"]),
    ("datefermeture", &["informationsGeneralesEGE.dateFermeture", "dateFermeture"]),
];

/// An establishment, as a flow says it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Said<'a> {
    /// Whether it is an EGE of the JSON.
    pub json: bool,
    value: &'a Value,
    address: &'a Value,
}

impl<'a> Said<'a> {
    /// What a record of any flow says: that of the CSV and of the XML is under `structureet`, that of the JSON under `ege`.
    pub fn of(record: &'a Value) -> Said<'a> {
        let json = record.get("ege").is_some();
        let value = if json { &record["ege"] } else { &record["structureet"] };
        // Of several addresses, the first that says where it is.
        let addresses = each(&value["adresse"]);
        let located = addresses.iter().find(|address| !is_blank(&address["cogCommune"]));
        Said { json, value, address: located.or(addresses.first()).unwrap_or(&Value::Null) }
    }

    /// What it says under a name, single-spaced; empty when it does not say.
    pub fn get(&self, name: &'static str) -> Cow<'a, str> {
        self.all(name).into_iter().next().unwrap_or_default()
    }

    /// Everything it says under a name.
    pub fn all(&self, name: &'static str) -> Vec<Cow<'a, str>> {
        let mut all = Vec::new();
        for path in paths(self.json, name).iter() {
            let (value, path) = match path.strip_prefix("adresse.") {
                Some(path) => (self.address, path),
                None => (self.value, *path),
            };
            follow(value, path, &mut |value| all.push(single_spaced(text(value))));
            all.retain(|text| !text.is_empty());
            if !all.is_empty() {
                break;
            }
        }
        all
    }

    /// How messages name what it says under a name.
    pub fn path(&self, name: &'static str) -> &'static str {
        paths(self.json, name)[0]
    }
}

fn paths(json: bool, name: &'static str) -> Cow<'static, [&'static str]> {
    let known = JSON.iter().find(|(column, _)| json && *column == name);
    known.map_or_else(|| Cow::Owned(vec![name]), |(_, paths)| Cow::Borrowed(*paths))
}

/// The values at a path of keys, whatever their capitals, in every element of the lists on the way.
pub(super) fn follow<'a>(value: &'a Value, path: &str, each: &mut dyn FnMut(&'a Value)) {
    let (key, rest) = path.split_once('.').map_or((path, None), |(key, rest)| (key, Some(rest)));
    match value {
        Value::Array(items) => items.iter().for_each(|item| follow(item, path, each)),
        Value::Object(members) => {
            let like = || members.iter().find(|(known, _)| known.eq_ignore_ascii_case(key));
            let Some(value) = members.get(key).or_else(|| like().map(|(_, value)| value)) else { return };
            match rest {
                Some(rest) => follow(value, rest, each),
                None => each(value),
            }
        }
        _ => {}
    }
}

/// The first text at a path of keys, whatever their capitals.
pub(super) fn first<'a>(value: &'a Value, path: &str) -> Cow<'a, str> {
    let mut first = Cow::Borrowed("");
    follow(value, path, &mut |value| {
        if first.is_empty() {
            first = single_spaced(text(value));
        }
    });
    first
}

fn single_spaced(text: Cow<'_, str>) -> Cow<'_, str> {
    let untidy = |c: char| c.is_control() || (c.is_whitespace() && c != ' ');
    if !text.contains(untidy) && !text.contains("  ") {
        return text;
    }
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    Cow::Owned(words.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_json_is_read_as_observed_and_as_its_schema_says() {
        let observed = json!({ "ege": {
            "informationsGeneralesEGE": { "nomEgeLong": "FOYER  RESTAURANT   ", "siret": "1" },
            "categorieentiteGeographiqueExercice": "205",
            "adresse": [{ "cogCommune": "", "voie": "a" }, { "cogCommune": "06088" }],
            "contact": [{ "telecom": { "telephone": "" } }, { "telecom": { "telephone": "2" } }, { "telecom": null }],
        } });
        let said = Said::of(&observed);
        assert_eq!((&*said.get("rslongue"), &*said.get("siret")), ("FOYER RESTAURANT", "1"));
        assert_eq!((&*said.get("categetab"), &*said.get("cogcommune")), ("205", "06088"));
        assert_eq!(said.all("telephone"), ["2"]);
        assert_eq!(said.path("cogcommune"), "adresse.cogCommune");

        let schema = json!({ "ege": {
            "categorieEntiteGeographiqueExercice": { "code": 205, "system": "x" }, "siret": "1",
            "etatObjet": { "code": "I" }, "adresse": { "cogCommune": "06088" },
        } });
        let said = Said::of(&schema);
        assert_eq!((&*said.get("categetab"), &*said.get("siret"), &*said.get("etat")), ("205", "1", "I"));
        assert_eq!((&*said.get("cogcommune"), &*said.get("rs")), ("06088", ""));
    }
}
