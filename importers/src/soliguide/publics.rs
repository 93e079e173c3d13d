//! Whom a place receives: everybody, some by preference, some only.

use std::collections::BTreeSet;

use maille_domain::field::Field;
use maille_domain::vocabulary::Audience;
use serde_json::Value;

use crate::draft::{Draft, ForeignCode};
use crate::json::{each, text};

/// A list of publics: its key, and every value with its words.
struct List {
    key: &'static str,
    values: &'static [(&'static str, &'static str)],
}

const LISTS: [List; 4] = [
    List { key: "gender", values: &[("women", "femmes"), ("men", "hommes")] },
    List {
        key: "administrative",
        values: &[
            ("regular", "en situation régulière"),
            ("asylum", "en demande d’asile"),
            ("refugee", "réfugiés"),
            ("undocumented", "sans papiers"),
        ],
    },
    List {
        key: "familialle",
        values: &[
            ("isolated", "personnes isolées"),
            ("family", "familles"),
            ("couple", "couples"),
            ("pregnant", "femmes enceintes"),
        ],
    },
    List {
        key: "other",
        values: &[
            ("violence", "victimes de violences"),
            ("addiction", "personnes ayant une addiction"),
            ("handicap", "personnes handicapées"),
            ("lgbt", "personnes LGBT+"),
            ("hiv", "personnes vivant avec le VIH"),
            ("prostitution", "personnes en situation de prostitution"),
            ("prison", "personnes sortant de prison ou sous main de justice"),
            ("student", "étudiants"),
            ("mentalHealth", "personnes ayant des troubles psychiques"),
        ],
    },
];

/// Sets whom it is for. A list of all its values chooses nobody, whatever the reception.
pub(super) fn publics(draft: &mut Draft, publics: &Value) {
    let reception = text(&publics["accueil"]);
    match &*reception {
        "0" => draft.codes(Field::Audiences, [Audience::Tous]),
        "1" | "2" => {
            draft.codes(Field::Audiences, audiences(publics));
            let words = in_words(publics);
            if reception == "2" {
                let (min, max) = ages(publics);
                draft.ages("publics.age", min, max);
                let only = if words.is_empty() { words } else { format!("Accueil exclusif : {words}") };
                draft.keep(Field::Inclusion, "publics", &only);
            } else if !words.is_empty() {
                // A preference shuts nobody out: its ages are no limits.
                draft.extra("accueil de préférence", &words);
            }
            for list in &LISTS {
                for code in each(&publics[list.key]).iter().map(text) {
                    if !list.values.iter().any(|(known, _)| **known == *code) && !code.is_empty() {
                        let code =
                            ForeignCode { system: "soliguide publics", code: code.into_owned(), label: None };
                        draft.unknown("public, autres codes", code);
                    }
                }
            }
        }
        "" => {}
        other => {
            draft.left_out("publics.accueil", other, "0 (inconditionnel), 1 (préférentiel) ou 2 (exclusif)");
        }
    }
    draft.extra("public, précisions", &text(&publics["description"]));
    draft.extra("public, Ukraine", &text(&publics["ukrainePrecisions"]));
}

/// Whom it chooses, in words: `femmes ; réfugiés, sans papiers ; de 24 à 64 ans`.
pub(super) fn in_words(publics: &Value) -> String {
    if text(&publics["accueil"]) == "0" {
        return String::new();
    }
    let mut words: Vec<String> = Vec::new();
    for list in &LISTS {
        let chosen = chosen(publics, list);
        if !chosen.is_empty() {
            words.push(chosen.iter().map(|(_, words)| *words).collect::<Vec<_>>().join(", "));
        }
    }
    match ages(publics) {
        (Some(min), Some(max)) => words.push(format!("de {min} à {max} ans")),
        (Some(min), None) => words.push(format!("à partir de {min} ans")),
        (None, Some(max)) => words.push(format!("jusqu’à {max} ans")),
        (None, None) => {}
    }
    words.join(" ; ")
}

/// The values that a list chooses, in our order; none when it holds them all.
fn chosen(publics: &Value, list: &List) -> Vec<&'static (&'static str, &'static str)> {
    let said: BTreeSet<_> = each(&publics[list.key]).iter().map(text).collect();
    let chosen: Vec<_> = list.values.iter().filter(|(code, _)| said.contains(*code)).collect();
    if chosen.len() == list.values.len() { Vec::new() } else { chosen }
}

/// From and to what age; none where there is no limit.
fn ages(publics: &Value) -> (Option<u64>, Option<u64>) {
    let age = |key: &str| text(&publics["age"][key]).parse::<u64>().ok();
    (age("min").filter(|&min| min > 0), age("max").filter(|&max| max < 99))
}

fn audiences(publics: &Value) -> BTreeSet<Audience> {
    let mut audiences = BTreeSet::new();
    let [gender, _, family, other] = LISTS
        .each_ref()
        .map(|list| chosen(publics, list).into_iter().map(|(code, _)| *code).collect::<Vec<_>>());
    if gender == ["women"] || family == ["pregnant"] {
        audiences.insert(Audience::Femmes);
    }
    if family.contains(&"family") {
        audiences.insert(Audience::Familles);
    }
    if other.contains(&"handicap") {
        audiences.insert(Audience::PersonnesHandicapees);
    }
    audiences
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_a_choice_makes_an_audience() {
        let all = |key: &str| {
            LISTS
                .iter()
                .find(|list| list.key == key)
                .unwrap()
                .values
                .iter()
                .map(|(code, _)| *code)
                .collect::<Vec<_>>()
        };
        for (publics, expected, words) in [
            (json!({ "accueil": 2, "gender": ["women"] }), vec![Audience::Femmes], "femmes"),
            (
                json!({ "accueil": 2, "gender": all("gender"), "familialle": all("familialle"), "other": all("other") }),
                vec![],
                "",
            ),
            (
                json!({ "accueil": 1, "familialle": ["pregnant", "family"] }),
                vec![Audience::Familles],
                "familles, femmes enceintes",
            ),
            (
                json!({ "accueil": 1, "familialle": ["couple", "isolated", "pregnant"] }),
                vec![],
                "personnes isolées, couples, femmes enceintes",
            ),
            (
                json!({ "accueil": 2, "other": ["handicap"], "age": { "min": 18, "max": 99 } }),
                vec![Audience::PersonnesHandicapees],
                "personnes handicapées ; à partir de 18 ans",
            ),
            (
                json!({ "accueil": 2, "gender": ["men"], "age": { "min": 0, "max": 25 } }),
                vec![],
                "hommes ; jusqu’à 25 ans",
            ),
            (json!({ "accueil": 0, "gender": ["women"], "age": { "min": 18 } }), vec![Audience::Femmes], ""),
        ] {
            assert_eq!(audiences(&publics).into_iter().collect::<Vec<_>>(), expected, "{publics}");
            assert_eq!(in_words(&publics), words, "{publics}");
        }
    }
}
