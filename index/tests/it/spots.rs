//! Every match as a point: what a map shows is what a search counts.

use maille_domain::{Category, Request};
use maille_index::Spot;
use maille_territory::PlaceKind;

use crate::builders::{Directory, asking, asking_in, listing, now};

fn directory() -> Directory {
    Directory::of([
        listing("emg", "Équipe mobile").at("92023").covers(&["departement:92"]),
        listing("ccas", "CCAS").somewhere_in("92007").covers(&["commune:92007"]),
        listing("ssiad", "Soins sans zone").at("92071"),
        listing("ssiad", "Soins d’ailleurs").at("31555").covers(&["commune:31555"]),
        listing("prevention-suicide", "3114").covers(&["national"]),
        listing("ccas", "CCAS fermé").at("92007").covers(&["commune:92007"]).withdrawn(),
    ])
}

fn of_commune<'a>(spots: &'a [Spot], code: &str) -> &'a Spot {
    spots.iter().find(|spot| spot.commune.is_some_and(|commune| &*commune.code == code)).unwrap()
}

#[test]
fn every_match_has_its_point_its_commune_and_its_kind() {
    let spots = directory().node().spots(&Request::default(), now()).unwrap();
    assert_eq!((spots.all.len(), spots.answer.total, spots.answer.hits.len()), (5, 5, 0));
    assert_eq!(spots.all.iter().filter(|spot| spot.point.is_none()).count(), 1, "a national line is nowhere");
    let emg = of_commune(&spots.all, "92023");
    assert_eq!((emg.category, emg.approximate), (Category::from_code("emg").unwrap(), false));
    assert_eq!(spots.listing(emg).unwrap().fields.name, "Équipe mobile");
    assert!(of_commune(&spots.all, "92007").approximate);
    assert!(!spots.answer.facets.unwrap().category.is_empty());
}

#[test]
fn a_place_has_those_that_serve_it_or_may() {
    let spots = directory().node().spots(&asking("", "92007"), now()).unwrap();
    assert_eq!(spots.all.len(), 4);
    assert!(of_commune(&spots.all, "92023").serves);
    assert!(!of_commune(&spots.all, "92071").serves, "nobody said whom it serves");
}

#[test]
fn nothing_is_looked_for_elsewhere() {
    let request = Request { categories: vec![Category::from_code("emg").unwrap()], ..asking("", "31555") };
    let directory = directory();
    assert_eq!(directory.search(&request).total, 1, "a search widens");
    assert_eq!(directory.node().spots(&request, now()).unwrap().all.len(), 0);
}

#[test]
fn what_may_be_one_thing_is_one_point() {
    let twin =
        |name: &str| listing("ccas", name).at("92007").covers(&["commune:92007"]).twin_of("CCAS de Bagneux");
    let directory = Directory::of([twin("CCAS de Bagneux"), twin("C.C.A.S. BAGNEUX")]);
    let request = asking_in("", PlaceKind::Departement, "92");
    let spots = directory.node().spots(&request, now()).unwrap();
    assert_eq!((spots.all.len(), spots.answer.total), (1, 1));
    assert_eq!(directory.search(&request).total, 1);
}
