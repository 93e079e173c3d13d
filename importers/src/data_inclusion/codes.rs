//! The value lists of the schema, what each code means, and what we make of it (`data/vocabulary/crosswalk-data-inclusion.tsv`).

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::Value;

use crate::draft::ForeignCode;
use crate::json::{nested, texts};

const TABLE: &str = include_str!("../../../data/vocabulary/crosswalk-data-inclusion.tsv");

/// A code of a value list.
#[derive(Debug)]
pub(super) struct Entry {
    /// What it means.
    pub label: &'static str,
    /// Our codes for it; none when we have none.
    pub values: Vec<&'static str>,
    /// Types of service for which the codes count; all when none is given.
    pub types: Vec<&'static str>,
    /// Its line in the table: of several codes, the first counts.
    pub rank: usize,
}

static ENTRIES: LazyLock<HashMap<&'static str, HashMap<&'static str, Entry>>> = LazyLock::new(|| {
    let mut lists: HashMap<_, HashMap<_, _>> = HashMap::new();
    for (rank, line) in TABLE.lines().enumerate().skip(1) {
        let cells: Vec<&'static str> = line.split('\t').collect();
        let [list, code, values, types, label] = cells[..] else {
            panic!("crosswalk-data-inclusion.tsv: five columns a row, found {line:?}")
        };
        let words = |cell: &'static str| cell.split_whitespace().collect();
        let entry = Entry { label, values: words(values), types: words(types), rank };
        lists.entry(list).or_default().insert(code, entry);
    }
    lists
});

/// The entry of a code in the list of a field.
pub(super) fn entry(list: &'static str, code: &str) -> Option<&'static Entry> {
    ENTRIES.get(list)?.get(code)
}

/// The codes of a field, each once, in alphabetical order: that of the lists means nothing. They may be a list, a list in a text, or
/// texts between commas.
pub(super) fn codes(value: &Value) -> Vec<String> {
    // `{a,b}` and `['a' 'b']` are how programs write lists in cells.
    let bare = |text: String| {
        let text = text.trim_matches(|c: char| "[]{}'\"".contains(c) || c.is_whitespace());
        whole(text).to_owned()
    };
    let mut codes: Vec<String> = texts(&nested(value)).into_iter().map(bare).collect();
    codes.retain(|code| !code.is_empty());
    codes.sort();
    codes.dedup();
    codes
}

/// A code without the `.0` of a spreadsheet that took it for a number.
pub(super) fn whole(text: &str) -> &str {
    match text.strip_suffix(".0") {
        Some(digits) if !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit()) => digits,
        _ => text,
    }
}

/// A code as the report counts it.
pub(super) fn unmapped(list: &'static str, code: &str) -> ForeignCode {
    let label = entry(list, code).map(|entry| entry.label.to_owned());
    ForeignCode { system: list, code: code.to_owned(), label }
}

#[cfg(test)]
mod tests {
    use maille_domain::Category;
    use maille_domain::field::Field;
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_are_read_however_they_are_written() {
        for written in
            [json!(["b", "a"]), json!("a, b,a"), json!("[\"a\", \"b\"]"), json!("{a,b}"), json!("['b', 'a']")]
        {
            assert_eq!(codes(&written), ["a", "b"], "{written}");
        }
        assert_eq!(
            (codes(&json!(59350.0)), codes(&json!("59350.0"))),
            (vec!["59350".into()], vec!["59350".into()])
        );
        assert!(
            codes(&json!([])).is_empty() && codes(&json!("[]")).is_empty() && codes(&Value::Null).is_empty()
        );
    }

    #[test]
    fn every_code_of_ours_is_one() {
        let all = ENTRIES
            .iter()
            .flat_map(|(list, codes)| codes.iter().map(move |(code, entry)| (list, code, entry)));
        for (list, code, entry) in all.clone() {
            for value in &entry.values {
                let known = match *list {
                    "reseaux_porteurs" | "thematiques" => Category::from_code(value).is_some(),
                    "publics" => Field::Audiences.parse(value).is_ok(),
                    "modes_accueil" => Field::Modes.parse(value).is_ok(),
                    "mobilisable_par" => Field::ReferredBy.parse(value).is_ok(),
                    "frais" => ["gratuit", "payant"].contains(value),
                    _ => false,
                };
                assert!(known, "{list} {code} {value}");
            }
            assert!(!entry.label.is_empty(), "{list} {code}");
            assert!(entry.types.iter().all(|code| super::entry("type", code).is_some()), "{list} {code}");
            assert!(entry.types.is_empty() || *list == "thematiques", "{list} {code}");
        }
        assert_eq!(all.count(), TABLE.lines().count() - 1, "each code once");
    }

    #[test]
    fn the_lists_of_the_schema_are_whole() {
        for (list, file) in [
            ("reseaux_porteurs", "reseaux-porteurs"),
            ("thematiques", "thematiques"),
            ("type", "types-de-services"),
            ("publics", "publics"),
            ("modes_accueil", "modes-accueil"),
            ("mobilisable_par", "personnes-mobilisatrices"),
            ("modes_mobilisation", "modes-mobilisation"),
            ("frais", "frais"),
        ] {
            let path = format!("data-inclusion/schema-v1/extra/{file}.json");
            let Some(path) = crate::testing::shared(&path) else { return };
            let published: Vec<Value> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
            for code in &published {
                assert!(entry(list, code["value"].as_str().unwrap()).is_some(), "{list} {code}");
            }
            assert_eq!(ENTRIES[list].len(), published.len(), "{list}");
        }
    }
}
