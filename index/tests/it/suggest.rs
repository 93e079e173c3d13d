//! Suggestions while typing.

use maille_index::answer::{Suggestion, Suggestions};

use crate::builders::{Directory, listing};

fn labels<'a>(suggestions: &'a Suggestions, kind: &str) -> Vec<&'a str> {
    let group = suggestions.groups.iter().find(|group| group.kind == kind);
    group.map(|group| group.items.iter().map(|item| item.label.as_str()).collect()).unwrap_or_default()
}

fn directory() -> Directory {
    Directory::of([
        listing("ccas", "CCAS de Clamart").at("92023").covers(&["commune:92023"]),
        listing("ccas", "CCAS de Bagneux").at("92007").covers(&["commune:92007"]),
        listing("emg", "Équipe mobile du Sud").at("92007"),
        listing("emg", "Équipe mobile retirée").withdrawn(),
    ])
}

#[test]
fn everything_is_proposed_from_the_first_letter() {
    let suggestions = directory().node().suggest("c", None);
    assert_eq!(labels(&suggestions, "listing"), ["CCAS de Bagneux", "CCAS de Clamart"]);
    assert!(!labels(&suggestions, "category").is_empty());
    assert!(!labels(&suggestions, "place").is_empty());
    assert!(directory().node().suggest("", None).groups.is_empty());
    assert!(directory().node().suggest(" ’ ", None).groups.is_empty());
}

#[test]
fn an_acronym_says_what_it_means() {
    let suggestions = directory().node().suggest("emg", None);
    let first = &suggestions.groups[0].items[0];
    let expected = Suggestion {
        label: "Équipe mobile de gériatrie".to_owned(),
        detail: Some("EMG".to_owned()),
        category: maille_domain::Category::from_code("emg"),
        ..Suggestion::default()
    };
    assert_eq!(first, &expected);
    let by_words = directory().node().suggest("mobile gér", None);
    assert_eq!(labels(&by_words, "category")[0], "Équipe mobile de gériatrie");
}

#[test]
fn what_serves_the_commune_comes_first() {
    let node = directory().node();
    assert_eq!(
        labels(&node.suggest("ccas", Some("92023")), "listing"),
        ["CCAS de Clamart", "CCAS de Bagneux"]
    );
    assert_eq!(
        labels(&node.suggest("ccas", Some("92007")), "listing"),
        ["CCAS de Bagneux", "CCAS de Clamart"]
    );
}

#[test]
fn names_are_found_by_any_of_their_words_and_lead_to_their_page() {
    let suggestions = directory().node().suggest("mobile du su", None);
    let listings = suggestions.groups.iter().find(|group| group.kind == "listing").unwrap();
    assert_eq!(listings.items[0].slug.as_deref(), Some("equipe-mobile-du-sud"));
    assert_eq!(listings.items[0].detail.as_deref(), Some("EMG · Bagneux"));
    assert_eq!(listings.items.len(), 1, "what is withdrawn is not proposed");
}

#[test]
fn places_lead_to_a_commune() {
    let suggestions = directory().node().suggest("bagneux 92", None);
    let places = suggestions.groups.iter().find(|group| group.kind == "place").unwrap();
    assert_eq!(places.items[0].commune.as_deref(), Some("92007"));
    assert_eq!(places.items[0].detail.as_deref(), Some("Hauts-de-Seine (92)"));
}
