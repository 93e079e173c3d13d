//! The properties of a feature, taken one by one: what nobody took is kept as it is.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::json::text;

/// Properties that tell of the file, of its makers and of its dates, not of the resource.
const OF_THE_FILE: [&str; 13] = [
    "osm_id",
    "osm_type",
    "osm_version",
    "osm_changeset",
    "osm_timestamp",
    "osm_user",
    "osm_uid",
    "timestamp",
    "version",
    "changeset",
    "user",
    "uid",
    "meta",
];

/// The properties that nobody took yet, by name in small letters.
#[derive(Debug)]
pub(super) struct Properties<'a> {
    left: BTreeMap<String, (&'a str, &'a Value)>,
}

impl<'a> Properties<'a> {
    /// Those of an object.
    pub fn of(value: &'a Value) -> Properties<'a> {
        let mut left = BTreeMap::new();
        for (name, value) in value.as_object().into_iter().flatten() {
            // Of two names that differ by their capitals, the first counts; the other stays by its own name.
            let lower = name.trim().to_lowercase();
            let key = if left.contains_key(&lower) { name.clone() } else { lower };
            left.insert(key, (name.as_str(), value));
        }
        Properties { left }
    }

    /// The text of a property, which stays to be taken; empty when there is none.
    pub fn peek(&self, name: &str) -> String {
        self.left.get(name).map(|(_, value)| text(value).into_owned()).unwrap_or_default()
    }

    /// Takes the text of a property; that of a list has its elements apart by `|`, as in spreadsheets.
    pub fn take(&mut self, name: &str) -> String {
        match self.left.remove(name) {
            Some((_, Value::Array(items))) => {
                let texts = items.iter().map(text).filter(|text| !text.is_empty());
                texts.collect::<Vec<_>>().join(" | ")
            }
            Some((_, value)) => text(value).into_owned(),
            None => String::new(),
        }
    }

    /// Takes the first of these that says something, with its name.
    pub fn first(&mut self, names: &[&'static str]) -> Option<(&'static str, String)> {
        let mut found = None;
        for name in names {
            if found.is_none() {
                found = Some((*name, self.take(name))).filter(|(_, text)| !text.is_empty());
            }
        }
        found
    }

    /// What nobody took, as texts by name; objects one property at a time.
    pub fn rest(self) -> Vec<(String, String)> {
        let mut rest = Vec::new();
        for (key, (name, value)) in self.left {
            if !key.starts_with('@') && !OF_THE_FILE.contains(&key.as_str()) {
                flatten(name.trim(), value, &mut rest);
            }
        }
        rest
    }
}

fn flatten(name: &str, value: &Value, texts: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                flatten(&format!("{name}.{key}"), value, texts);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| flatten(name, item, texts)),
        value => texts.push((name.to_owned(), text(value).into_owned())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_nobody_took_stays() {
        let value = json!({ " Phone": ["1", 2], "capacity": 12.0, "a": { "b": [true, "x"] }, "@user": "ada", "Timestamp": "2026", "none": null });
        let mut properties = Properties::of(&value);
        assert_eq!(properties.first(&["contact:phone", "phone"]), Some(("phone", "1 | 2".to_owned())));
        let rest = properties.rest();
        let rest: Vec<_> = rest.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        assert_eq!(rest, [("a.b", "true"), ("a.b", "x"), ("capacity", "12"), ("none", "")]);
    }
}
