//! Suggestions while typing.

use maille_index::answer::{Suggestion, Suggestions};

use crate::builders::{Directory, listing, territory};

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
    assert_eq!(labels(&suggestions, "need"), [""; 0], "needs wait for words");
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

#[test]
fn the_last_words_may_be_those_of_a_place() {
    let node = directory().node();
    for (typed, label, q, commune) in [
        ("ssiad bagn", "Bagneux", Some("ssiad"), Some("92007")),
        ("ssiad à bagn", "Bagneux", Some("ssiad"), Some("92007")),
        ("SSIAD le plessis rob", "Le Plessis-Robinson", Some("SSIAD"), Some("92060")),
        ("papy perdu la nuit 92220", "Bagneux", Some("papy perdu la nuit"), Some("92007")),
        ("ssiad hauts-de-s", "Hauts-de-Seine", Some("ssiad Hauts-de-Seine"), None),
        ("bagn", "Bagneux", None, Some("92007")),
        ("l haÿ les ro", "L'Haÿ-les-Roses", None, Some("94038")),
    ] {
        let suggestions = node.suggest(typed, None);
        let places = suggestions.groups.iter().find(|group| group.kind == "place");
        let place = places.and_then(|places| places.items.iter().find(|item| item.label == label));
        let place = place.unwrap_or_else(|| panic!("{typed}: {suggestions:?}"));
        assert_eq!((place.q.as_deref(), place.commune.as_deref()), (q, commune), "{typed}");
    }
    // Where the last word ends the name of a kind, no town is meant.
    assert_eq!(labels(&node.suggest("équipe mob", None), "place"), [""; 0]);
}

#[test]
fn towns_that_the_directory_coordinates_come_first() {
    let node = Directory::of([listing("ccas", "Banque de Bagneux").at("92007")])
        .with_territories([territory("dac-92-sud", "dac", &["92007", "92049"])])
        .node();
    for typed in ["ba", "bag", "bagn", "bagneux"] {
        let suggestions = node.suggest(typed, None);
        let first = &suggestions.groups[0];
        assert_eq!((first.kind, first.items[0].commune.as_deref()), ("place", Some("92007")), "{typed}");
    }
    // The name of a kind is what it says, and one letter begins too much.
    for (typed, first) in [("mas", "category"), ("m", "category")] {
        assert_eq!(node.suggest(typed, None).groups[0].kind, first, "{typed}");
    }
}

#[test]
fn digits_are_a_place_or_a_number_that_is_a_name() {
    let node = Directory::of([listing("emg", "Équipe 92").at("92007")]).node();
    let kinds = |typed: &str| -> Vec<&str> {
        node.suggest(typed, None).groups.iter().map(|group| group.kind).collect()
    };
    assert_eq!(kinds("92"), ["place"]);
    assert_eq!(kinds("92220"), ["place"]);
    assert_eq!(kinds("115"), ["category"]);
}

#[test]
fn a_kind_before_a_town_is_proposed_there() {
    let suggestions = directory().node().suggest("psy malakoff", None);
    let kinds = suggestions.groups.iter().find(|group| group.kind == "category").unwrap();
    assert!(kinds.items[0].label.ends_with(", Malakoff"), "{kinds:?}");
    assert_eq!(kinds.items[0].commune.as_deref(), Some("92046"));
    assert!(kinds.items[0].category.is_some());
}
