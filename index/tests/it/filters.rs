//! Criteria besides words and place.

use maille_domain::request::Off;
use maille_domain::vocabulary::{Audience, Mode, Theme};
use maille_domain::{Category, Request};
use maille_index::{SearchError, Window};
use maille_territory::Point;

use crate::builders::{Directory, asking, at, listing, names, now};

const BAGNEUX: Point = Point { lat: 48.7966, lon: 2.3094 };

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names
}

#[test]
fn values_of_one_criterion_are_or_and_criteria_are_and() {
    let directory = Directory::of([
        listing("emg", "A").modes(&[Mode::Domicile]),
        listing("ssiad", "B").modes(&[Mode::Domicile]),
        listing("emg", "C").modes(&[Mode::Telephone]),
        listing("ehpad", "D").modes(&[Mode::Etablissement]).themes(&[Theme::Precarite]),
    ]);
    let kinds = |codes: &[&str]| codes.iter().filter_map(|code| Category::from_code(code)).collect();
    let request =
        Request { categories: kinds(&["emg", "ssiad"]), modes: vec![Mode::Domicile], ..Request::default() };
    assert_eq!(sorted(directory.names(&request)), ["A", "B"]);
    let request = Request { themes: vec![Theme::Precarite], ..Request::default() };
    assert_eq!(directory.names(&request), ["D"], "its own parcours, not that of its kind");
    let request = Request { themes: vec![Theme::PersonnesAgees], ..Request::default() };
    assert_eq!(sorted(directory.names(&request)), ["A", "B", "C"], "that of their kind");
    let off = Request { categories: kinds(&["emg"]), off: vec![Off::Category], ..Request::default() };
    assert_eq!(directory.search(&off).total, 4);
}

#[test]
fn a_kind_set_aside_is_not_read_and_the_others_are() {
    let directory = Directory::of([listing("emg", "A"), listing("ssiad", "B")]);
    let read = |aside: &[&str]| -> Vec<String> {
        let set_aside = aside.iter().filter_map(|code| Category::from_code(code)).collect();
        let answer = directory.search(&Request { text: "emg ssiad".into(), set_aside, ..Request::default() });
        answer.interpretation.categories.into_iter().map(|kind| kind.code).collect()
    };
    let all = read(&[]);
    assert!(["emg", "ssiad"].iter().all(|kind| all.iter().any(|code| code == kind)), "{all:?}");
    let others: Vec<String> = all.iter().filter(|code| *code != "emg").cloned().collect();
    assert_eq!(read(&["emg"]), others);
    assert_eq!(read(&all.iter().map(String::as_str).collect::<Vec<_>>()), Vec::<String>::new());
}

#[test]
fn ages_out_of_range_are_left_out_and_unknown_ones_kept() {
    let directory = Directory::of([
        listing("emg", "Dès 75").ages(Some(75), None),
        listing("emg", "Avant 26").ages(None, Some(25)),
        listing("emg", "Inconnu"),
    ]);
    let of_age = |age| directory.names(&Request { age: Some(age), ..Request::default() });
    assert_eq!(of_age(75), ["Dès 75", "Inconnu"]);
    assert_eq!(of_age(25), ["Avant 26", "Inconnu"]);
    assert_eq!(of_age(74), ["Inconnu"]);
}

#[test]
fn open_at_keeps_what_is_known_to_be_open_then_there() {
    let directory = Directory::of([
        listing("ccas", "Semaine").at("92007").hours("Mo-Fr 09:00-17:00"),
        listing("ccas", "Samedi").at("92007").hours("Sa 09:00-12:00"),
        listing("ccas", "Cayenne").at("97302").hours("Mo-Fr 09:00-17:00"),
        listing("ccas", "Sans horaires").at("92007"),
    ]);
    let open = |instant: &str| {
        let request = Request { open_at: Some(at(instant)), ..Request::default() };
        sorted(directory.names(&request))
    };
    assert_eq!(open("2026-11-20T09:00:00Z"), ["Semaine"]);
    assert_eq!(open("2026-11-20T14:00:00Z"), ["Cayenne", "Semaine"]);
    assert_eq!(open("2026-11-21T09:00:00Z"), ["Samedi"]);
    let answer = directory.search(&Request::default());
    let open_now =
        |name: &str| answer.hits.iter().find(|hit| hit.listing.fields.name == name).unwrap().open_now;
    assert_eq!((open_now("Semaine"), open_now("Sans horaires")), (Some(false), None), "a Sunday");
}

#[test]
fn a_radius_keeps_sites_around_the_point_or_the_place() {
    let directory = Directory::of([
        listing("ccas", "Bagneux").at("92007"),
        listing("ccas", "Antony").at("92002"),
        listing("ccas", "Toulouse").at("31555"),
        listing("ccas", "Nulle part"),
    ]);
    let around = |text: &str, radius_km| {
        let request = Request {
            radius_km: Some(radius_km),
            point: Some(BAGNEUX),
            text: text.to_owned(),
            ..Request::default()
        };
        sorted(directory.names(&request))
    };
    assert_eq!(around("", 3.0), ["Bagneux"]);
    assert_eq!(around("", 10.0), ["Antony", "Bagneux"]);
    let place = Request { radius_km: Some(3.0), ..asking("", "92002") };
    assert_eq!(directory.names(&place), ["Antony"]);
    let nowhere = Request { radius_km: Some(3.0), ..Request::default() };
    let fault = directory.node().search(&nowhere, now()).unwrap_err();
    assert_eq!(fault.parameter(), Some("radius_km"));
}

#[test]
fn a_point_is_in_a_commune_and_distances_start_there() {
    let directory = Directory::of([listing("ccas", "Service").at("92002").covers(&["commune:92007"])]);
    let answer = directory.search(&Request { point: Some(BAGNEUX), ..Request::default() });
    assert_eq!(answer.interpretation.place.as_ref().unwrap().place.code, "92007");
    assert!(answer.answered);
    let km = answer.hits[0].distance_km.unwrap();
    assert!((4.0..6.5).contains(&km), "{km}");
    for (lat, lon) in [(51.5, -0.12), (f64::NAN, 2.0), (0.0, 0.0)] {
        let abroad = Request { point: Some(Point { lat, lon }), ..Request::default() };
        let fault = directory.node().search(&abroad, now()).unwrap_err();
        assert!(matches!(fault, SearchError::OutsideFrance { .. }));
        assert_eq!(fault.parameter(), Some("lat"));
    }
}

#[test]
fn points_are_asked_to_the_tree() {
    let mut directory = Directory::of([
        listing("ccas", "Bagneux").at("92007"),
        listing("ccas", "Antony").at("92002"),
        listing("ccas", "Toulouse").at("31555"),
    ]);
    let node = directory.node();
    let found = |found: Vec<(std::sync::Arc<maille_domain::Listing>, f64)>| -> Vec<String> {
        found.into_iter().map(|(listing, _)| listing.fields.name.clone()).collect()
    };
    assert_eq!(found(node.nearest(BAGNEUX, 2).unwrap()), ["Bagneux", "Antony"]);
    assert_eq!(found(node.within(BAGNEUX, 1_000.0).unwrap()), ["Bagneux", "Antony", "Toulouse"]);
    let window = Window { south: 48.79, west: 2.28, north: 48.81, east: 2.33 };
    assert_eq!(node.in_window(window, 10).unwrap().len(), 1);
    let gone = listing("ccas", "Bagneux").0.id;
    directory.index.apply(&[maille_index::Change::ListingGone(gone)], 2).unwrap();
    assert_eq!(found(node.nearest(BAGNEUX, 2).unwrap()), ["Antony", "Toulouse"]);
}

#[test]
fn what_was_asked_by_parameters_is_said_back() {
    let directory = Directory::of([listing("emg", "Équipe").audiences(&[Audience::Aidants])]);
    let request = Request {
        categories: Category::from_code("emg").into_iter().collect(),
        audiences: vec![Audience::Aidants],
        age: Some(1),
        open_at: Some(at("2026-11-20T09:00:00Z")),
        ..asking(" axolotl ", "")
    };
    let answer = directory.search(&request);
    let understood = &answer.interpretation;
    assert_eq!(understood.categories[0].label, "Équipe mobile de gériatrie");
    assert_eq!(understood.age.as_ref().unwrap().label, "1 an");
    assert_eq!(understood.time.as_ref().unwrap().label, "Ouvert le 20/11/2026 à 10:00");
    assert_eq!(understood.text, "axolotl");
    assert!(names(&answer).is_empty(), "no hours are known");
}
