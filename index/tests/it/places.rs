//! Which place was meant.

use maille_domain::Request;
use maille_domain::request::{Off, PlaceAsked};
use maille_index::SearchError;
use maille_territory::PlaceKind;

use crate::builders::{Directory, asking, asking_in, listing, now, territory};

fn directory() -> Directory {
    Directory::of([listing("ccas", "Service").covers(&["commune:92007"])]).with_territories([territory(
        "dac-92-sud",
        "dac",
        &["92007", "92002"],
    )])
}

#[test]
fn a_code_a_postal_code_or_a_name_is_the_same_place() {
    let directory = directory();
    for written in ["92007", "92220", "Bagneux (92)", "bagneux 92", " BAGNEUX (92) "] {
        let answer = directory.search(&asking("", written));
        let place = answer.interpretation.place.unwrap_or_else(|| panic!("{written}"));
        assert_eq!((place.place.code.as_str(), place.ambiguous), ("92007", false), "{written}");
        assert!(answer.answered, "{written}");
    }
}

#[test]
fn an_ambiguous_name_asks_and_filters_nothing() {
    let directory = Directory::of([
        listing("ccas", "Ici").covers(&["commune:93066"]),
        listing("ccas", "Là").covers(&["commune:97411"]),
    ]);
    let answer = directory.search(&asking("", "Saint-Denis"));
    let place = answer.interpretation.place.unwrap();
    assert!(place.ambiguous && !place.alternatives.is_empty());
    assert_eq!(answer.total, 2);
    assert!(answer.territory.is_none());
}

#[test]
fn a_territory_of_the_directory_settles_homonyms() {
    let directory = Directory::of([listing("ccas", "Ici").covers(&["commune:93066"])])
        .with_territories([territory("dac-93", "dac", &["93066"])]);
    let place = directory.search(&asking("", "Saint-Denis")).interpretation.place.unwrap();
    assert_eq!((place.place.code.as_str(), place.ambiguous), ("93066", false));
    assert!(place.alternatives.iter().any(|place| place.code == "97411"));
}

#[test]
fn an_unknown_place_names_its_parameter() {
    let node = directory().node();
    let fault = |request: &Request| node.search(request, now()).unwrap_err();
    for (request, parameter) in [
        (asking("", "Xyzzyville-sur-Rien"), "commune"),
        (asking_in("", PlaceKind::Departement, "999"), "place"),
        (asking_in("", PlaceKind::Territory, "inconnu"), "place"),
    ] {
        let fault = fault(&request);
        assert!(matches!(fault, SearchError::UnknownPlace { .. }), "{request:?}");
        assert_eq!(fault.parameter(), Some(parameter));
    }
    let off = Request { off: vec![Off::Place], ..asking("", "Xyzzyville-sur-Rien") };
    assert_eq!(node.search(&off, now()).unwrap().total, 1, "a place turned off is not even read");
}

/// The place understood of a text, beside a place that follows the person: its code, whether it is ambiguous, and whether the
/// text said it.
fn beside(directory: &Directory, text: &str, kept: &str, off: &[Off]) -> (String, bool, bool) {
    let request = Request { text: text.into(), text_first: true, off: off.to_vec(), ..asking("", kept) };
    let place =
        directory.search(&request).interpretation.place.unwrap_or_else(|| panic!("{text} beside {kept}"));
    (place.place.code, place.ambiguous, place.span.is_some())
}

#[test]
fn a_place_in_the_text_goes_before_the_one_that_follows_the_person() {
    let directory = directory();
    for (text, kept, code, of_text) in [
        ("ccas", "92007", "92007", false),
        ("ccas Antony", "92007", "92002", true),
        ("ccas 92160", "92007", "92002", true),
        ("ccas dans le Tarn", "92007", "81", true),
        // Homonyms: the place itself, then its département.
        ("ccas Saint-Denis", "97411", "97411", true),
        ("ccas Saint-Denis", "93001", "93066", true),
        ("ccas Bagneux", "02043", "02043", true),
        // A postal code of several communes, one of them the place.
        ("ccas 91190", "91679", "91679", true),
        // A place whose name only begins so is another.
        ("ccas Bagneux", "10025", "92007", true),
        // What is no place leaves the one that follows.
        ("ccas Xyzzyville", "92007", "92007", false),
    ] {
        assert_eq!(
            beside(&directory, text, kept, &[]),
            (code.into(), false, of_text),
            "{text} beside {kept}"
        );
    }
    // Nothing settles this one: it is asked, nobody is sent elsewhere silently.
    assert!(beside(&directory, "ccas Saint-Denis", "92007", &[]).1);
    // What the text says is set aside, not what follows.
    assert_eq!(beside(&directory, "ccas Antony", "92007", &[Off::Place]), ("92007".into(), false, false));
    // Programs that give a place have that one.
    let program = Request { text: "ccas Antony".into(), ..asking("", "92007") };
    assert_eq!(directory.search(&program).interpretation.place.unwrap().place.code, "92007");
}

#[test]
fn territories_are_places_by_name() {
    let directory = directory();
    let found = directory.node().places("dac 92 sud", 5);
    assert_eq!((found.places[0].kind, found.places[0].code.as_str()), (PlaceKind::Territory, "dac-92-sud"));
    assert!(!found.ambiguous);
    assert_eq!(found.places[0].departement.as_deref(), Some("92"));
    assert_eq!(directory.node().places("Antony", 5).places[0].code, "92002");
    let request = Request { place: Some(PlaceAsked::Written("DAC 92 Sud".to_owned())), ..Request::default() };
    assert!(directory.search(&request).answered);
}

#[test]
fn a_commune_asked_comes_with_its_territory() {
    let answer = directory().search(&asking("", "92007"));
    assert_eq!(answer.territory.unwrap().territories[0].code, "dac-92-sud");
}
