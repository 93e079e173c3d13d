//! Whom a listing serves, at every level.

use maille_domain::CoverageLevel;
use maille_index::{Change, Serves};
use maille_territory::PlaceKind;

use crate::builders::{Directory, asking, asking_in, listing, territory};

/// What a listing of this coverage, sited in Antony, says of a place: serves, level, first reason.
fn answer_of(coverage: &[&str], kind: PlaceKind, code: &str) -> (Serves, CoverageLevel, String) {
    let directory = Directory::of([listing("ccas", "Service").at("92002").covers(coverage)])
        .with_territories([territory("dac-92-sud", "dac", &["92002", "92007"])]);
    let answer = directory.search(&asking_in("service", kind, code));
    let hit = answer.hits.first().unwrap_or_else(|| panic!("{coverage:?} {code}"));
    assert_eq!(answer.answered, hit.serves == Serves::Yes);
    (hit.serves, hit.coverage.level, hit.why[0].clone())
}

/// EPT Vallée Sud – Grand Paris, EPCI Métropole du Grand Paris.
const VALLEE_SUD: &str = "200057966";
const GRAND_PARIS: &str = "200054781";

#[test]
fn a_commune_is_served_at_every_level_that_holds_it() {
    let ept = format!("epci:{VALLEE_SUD}");
    let epci = format!("epci:{GRAND_PARIS}");
    for (coverage, level, reason) in [
        ("commune:92007", CoverageLevel::Commune, "Couvre Bagneux"),
        (&*ept, CoverageLevel::Epci, "Couvre l’Établissement public territorial Vallée Sud - Grand Paris"),
        (&*epci, CoverageLevel::Epci, "Couvre la Métropole du Grand Paris"),
        ("departement:92", CoverageLevel::Departement, "Couvre les Hauts-de-Seine"),
        ("region:11", CoverageLevel::Region, "Couvre la région Île-de-France"),
        ("territory:dac-92-sud", CoverageLevel::Territory, "Couvre le territoire « DAC 92 SUD »"),
        ("national", CoverageLevel::National, "Couvre toute la France"),
        ("radius:10", CoverageLevel::Radius, "Couvre 10 km autour de son site"),
    ] {
        let (serves, found, why) = answer_of(&[coverage], PlaceKind::Commune, "92007");
        assert_eq!((serves, found), (Serves::Yes, level), "{coverage}");
        if !coverage.starts_with("epci") {
            assert_eq!(why, reason);
        }
    }
}

#[test]
fn others_are_not_served() {
    for coverage in
        ["commune:92002", "epci:243100518", "departement:31", "region:76", "territory:inconnu", "radius:1"]
    {
        let (serves, _, why) = answer_of(&[coverage], PlaceKind::Commune, "92007");
        assert_eq!(serves, Serves::No, "{coverage}");
        assert_eq!(why, "Ne couvre pas Bagneux");
    }
    let (serves, level, why) = answer_of(&[], PlaceKind::Commune, "92007");
    assert_eq!((serves, level), (Serves::Unknown, CoverageLevel::Unknown));
    assert_eq!(why, "Zone non renseignée : à vérifier");
}

#[test]
fn the_narrowest_part_that_serves_is_the_one_said() {
    let (_, level, why) =
        answer_of(&["departement:92", "commune:92007", "national"], PlaceKind::Commune, "92007");
    assert_eq!((level, &*why), (CoverageLevel::Commune, "Couvre Bagneux"));
}

#[test]
fn a_city_and_its_arrondissements_hold_each_other() {
    let (serves, _, why) = answer_of(&["commune:75056"], PlaceKind::Arrondissement, "75115");
    assert_eq!((serves, &*why), (Serves::Yes, "Couvre Paris"));
    let (serves, _, why) = answer_of(&["commune:75115"], PlaceKind::Commune, "75056");
    assert_eq!((serves, &*why), (Serves::Yes, "Couvre une partie de Paris"));
    let (serves, ..) = answer_of(&["commune:75115"], PlaceKind::Arrondissement, "75114");
    assert_eq!(serves, Serves::No);
}

#[test]
fn a_departement_is_served_by_what_serves_part_of_it() {
    for coverage in ["commune:92007", "epci:200057966", "territory:dac-92-sud", "radius:5"] {
        let (serves, _, why) = answer_of(&[coverage], PlaceKind::Departement, "92");
        assert_eq!((serves, &*why), (Serves::Yes, "Couvre une partie des Hauts-de-Seine"), "{coverage}");
        assert_eq!(answer_of(&[coverage], PlaceKind::Departement, "31").0, Serves::No, "{coverage}");
    }
    assert_eq!(answer_of(&["region:11"], PlaceKind::Departement, "92").2, "Couvre la région Île-de-France");
}

#[test]
fn larger_areas_are_served_by_what_serves_part_of_them() {
    for (coverage, kind, code) in [
        ("commune:92007", PlaceKind::Region, "11"),
        ("departement:92", PlaceKind::Region, "11"),
        ("territory:dac-92-sud", PlaceKind::Region, "11"),
        ("commune:92007", PlaceKind::Epci, VALLEE_SUD),
        ("commune:75115", PlaceKind::Epci, GRAND_PARIS),
        ("epci:200057966", PlaceKind::Epci, GRAND_PARIS),
        ("departement:92", PlaceKind::Epci, GRAND_PARIS),
        ("commune:92007", PlaceKind::Territory, "dac-92-sud"),
        ("epci:200057966", PlaceKind::Territory, "dac-92-sud"),
    ] {
        let (serves, _, why) = answer_of(&[coverage], kind, code);
        assert_eq!(serves, Serves::Yes, "{coverage} {code}");
        assert!(why.starts_with("Couvre une partie d"), "{coverage} {code}: {why}");
    }
    let (_, _, why) = answer_of(&["departement:92"], PlaceKind::Territory, "dac-92-sud");
    assert_eq!(why, "Couvre les Hauts-de-Seine", "it holds the whole territory");
}

#[test]
fn a_postal_code_is_any_of_its_communes() {
    let directory = Directory::of([
        listing("ccas", "Les Ulis").covers(&["commune:91692"]),
        listing("ccas", "Gometz-le-Châtel").covers(&["commune:91275"]),
        listing("ccas", "Toulouse").covers(&["commune:31555"]),
    ]);
    let answer = directory.search(&asking("", "91940"));
    assert_eq!(answer.total, 2);
    let place = answer.interpretation.place.unwrap();
    assert!(!place.ambiguous && !place.alternatives.is_empty());
}

#[test]
fn a_number_that_is_a_cog_code_and_a_postal_code_is_the_first_and_offers_the_others() {
    let answer = Directory::of([]).search(&asking("", "31450"));
    let place = answer.interpretation.place.unwrap();
    assert_eq!((place.place.name.as_str(), place.ambiguous), ("Renneville", false));
    assert!(place.alternatives.iter().any(|place| place.name == "Baziège"));
}

#[test]
fn a_territory_that_changes_changes_whom_it_serves_at_once() {
    let mut directory = Directory::of([listing("dac", "DAC d’ici").covers(&["territory:ici"])])
        .with_territories([territory("ici", "dac", &["92007"])]);
    let serves = |directory: &Directory| directory.search(&asking("", "92002")).answered;
    assert!(!serves(&directory));
    let wider = Change::Territory(territory("ici", "dac", &["92002", "92007"]));
    directory.index.apply(&[wider], 3).unwrap();
    assert!(serves(&directory));
    directory.index.apply(&[Change::TerritoryGone("ici".to_owned())], 4).unwrap();
    assert!(!serves(&directory));
}

#[test]
fn a_commune_knows_who_coordinates_it() {
    let directory = Directory::of([
        listing("dac", "DAC 92 Sud").covers(&["territory:dac-92-sud"]),
        listing("mdph", "MDPH des Hauts-de-Seine").covers(&["departement:92"]),
        listing("cpts", "CPTS d’ailleurs").covers(&["commune:31555"]),
    ])
    .with_territories([
        territory("dac-92-sud", "dac", &["92007"]),
        territory("cpts-autre", "cpts", &["31555"]),
    ]);
    let known = directory.node().territories_of("92007", crate::builders::now()).unwrap();
    let names: Vec<&str> = known.dac.iter().chain(&known.mdph).map(|hit| &*hit.listing.fields.name).collect();
    assert_eq!(names, ["DAC 92 Sud", "MDPH des Hauts-de-Seine"]);
    assert!(known.cpts.is_empty());
    assert_eq!(known.territories[0].code, "dac-92-sud");
    assert!(directory.node().territories_of("99999", crate::builders::now()).is_none());
}
