//! The kinds of resource that the types of the directory are, and their labels (`data/vocabulary/crosswalk-lannuaire.tsv`).

use std::collections::HashMap;
use std::sync::LazyLock;

use maille_domain::Category;
use serde_json::Value;

use crate::draft::{Draft, ForeignCode};
use crate::json::text;

const TABLE: &str = include_str!("../../../data/vocabulary/crosswalk-lannuaire.tsv");

/// What a type is.
#[derive(Debug, Clone, Copy)]
struct Type {
    category: Option<Category>,
    label: &'static str,
}

static TYPES: LazyLock<HashMap<&'static str, Type>> = LazyLock::new(|| {
    let row = |line: &'static str| {
        let cells: Vec<&'static str> = line.split('\t').collect();
        let [code, category, label] = cells[..] else {
            panic!("crosswalk-lannuaire.tsv: three columns a row, found {line:?}")
        };
        let known =
            |category| Category::from_code(category).expect("the crosswalk names kinds of the vocabulary");
        let category = Some(category).filter(|category| !category.is_empty()).map(known);
        (code, Type { category, label })
    };
    TABLE.lines().skip(1).map(row).collect()
});

fn category(code: &str) -> Option<Category> {
    TYPES.get(code)?.category
}

fn label(code: &str) -> Option<String> {
    TYPES.get(code).map(|known| known.label.to_owned())
}

/// Sets the kind: that of the first pivot whose type has one. Gives back the pivots of that kind, which say whom it serves,
/// and the kind.
pub(super) fn kind<'v>(
    draft: &mut Draft,
    service: &Value,
    pivots: &'v [Value],
) -> (Option<Category>, Vec<&'v Value>) {
    let typed: Vec<_> = pivots
        .iter()
        .map(|pivot| (text(&pivot["type_service_local"]), pivot))
        .filter(|(code, _)| !code.is_empty())
        .collect();
    let Some((chosen, _)) = typed.iter().find(|(code, _)| category(code).is_some()).or(typed.first()) else {
        // An administration that is no local service.
        draft.category(None, None);
        let organisation = text(&service["type_organisme"]);
        if !organisation.is_empty() {
            unknown(draft, "lannuaire type_organisme", organisation.into_owned(), None);
        }
        return (None, Vec::new());
    };
    let known = category(chosen);
    draft.category(known, None);
    if known.is_none() {
        unknown(draft, "lannuaire type_service_local", chosen.clone().into_owned(), label(chosen));
    }
    let same = |code: &str| code == &**chosen || (known.is_some() && category(code) == known);
    for (code, _) in typed.iter().filter(|(code, _)| code != chosen) {
        draft.extra("autres services", &label(code).unwrap_or_else(|| code.clone().into_owned()));
    }
    (known, typed.iter().filter(|(code, _)| same(code)).map(|&(_, pivot)| pivot).collect())
}

/// Counts a type. Its label alone stays to be searched: the code `dac` is the civil aviation's.
fn unknown(draft: &mut Draft, system: &'static str, code: String, label: Option<String>) {
    draft.unknown("type dans la source", ForeignCode { system, code, label });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_the_kinds_that_they_name() {
        for (code, kind) in [
            ("maison_handicapees", Some("mdph")),
            ("mairie", Some("mairie")),
            ("paris_mairie_arrondissement", Some("mairie")),
            ("cias", Some("ccas")),
            ("accompagnement_personnes_agees", Some("pfr")),
            ("dac", None),
            ("maia", None),
            ("gendarmerie", None),
            ("inconnu", None),
        ] {
            assert_eq!(category(code).map(Category::code), kind, "{code}");
        }
        assert_eq!(label("dac").as_deref(), Some("Direction de l’aviation civile"));
    }

    #[test]
    fn every_row_has_a_code_of_its_own_and_a_label() {
        assert_eq!(TYPES.len(), TABLE.lines().count() - 1);
        assert!(TYPES.iter().all(|(code, known)| !code.is_empty() && !known.label.trim().is_empty()));
    }

    /// The table says no more and no less than the reviewed crosswalk, but for the town halls, whose kind is newer.
    #[test]
    fn the_crosswalk_is_the_reviewed_one() {
        let Some(samples) = crate::testing::shared("lannuaire") else { return };
        let reviewed = samples.join("../../vocabulary/crosswalk-categories.tsv");
        let reviewed = std::fs::read_to_string(reviewed).unwrap();
        let mut count = 0;
        for line in reviewed.lines() {
            let cells: Vec<&str> = line.split('\t').collect();
            if cells[1] == "lannuaire type_service_local" {
                assert_eq!(category(cells[2]).map(Category::code), Some(cells[0]), "{line}");
                count += 1;
            }
        }
        let ours = TYPES.values().filter_map(|known| known.category);
        assert_eq!(ours.filter(|category| category.code() != "mairie").count(), count);
    }

    #[test]
    fn every_published_type_has_a_label() {
        let Some(path) = crate::testing::shared("lannuaire/types-organismes.csv") else { return };
        let published = std::fs::read_to_string(path).unwrap();
        let codes: Vec<&str> =
            published.lines().skip(1).filter_map(|line| Some(line.split_once(';')?.0)).collect();
        assert_eq!(codes.len(), 144);
        assert!(codes.iter().all(|code| label(code).is_some()));
    }
}
