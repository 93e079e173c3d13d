//! What is asked by code.

use maille_territory::{CommuneKind, EpciKind, Place, PlaceKind, Point, UnknownPlaceKind, france};

fn codes(kind: PlaceKind, code: &str) -> Vec<&'static str> {
    france().communes_of(kind, code).into_iter().map(|commune| &*commune.code).collect()
}

#[test]
fn the_tables_are_whole() {
    let france = france();
    let arrondissements =
        france.communes().iter().filter(|commune| commune.kind == CommuneKind::Arrondissement);
    assert_eq!((france.communes().len(), arrondissements.count()), (35_014, 45));
    assert_eq!(france.departements().len(), 109);
    assert_eq!(france.regions().len(), 26);
    assert_eq!(france.epcis().len(), 1_264);
    for commune in france.communes() {
        assert!(france.departement(&commune.departement).is_some(), "{}", commune.code);
        assert!(france.region(&commune.region).is_some(), "{}", commune.code);
        let siren = commune.epci.iter().chain(&commune.ept);
        assert!(siren.into_iter().all(|siren| france.epci(siren).is_some()), "{}", commune.code);
    }
    for departement in france.departements() {
        let communes = france.communes_of(PlaceKind::Departement, &departement.code);
        assert_eq!(communes.len(), departement.communes as usize, "{}", departement.code);
    }
}

#[test]
fn a_commune_knows_what_holds_it() {
    let bagneux = france().commune("92007").expect("Bagneux exists");
    assert_eq!((&*bagneux.name, &*bagneux.departement, &*bagneux.region), ("Bagneux", "92", "11"));
    assert_eq!(bagneux.epci.as_deref(), Some("200054781"));
    assert_eq!(bagneux.ept.as_deref(), Some("200057966"));
    assert_eq!(bagneux.label(), "Bagneux (92)");
    assert!(bagneux.point_is_town_hall);
    assert_eq!(france().epci("200057966").map(|epci| epci.kind), Some(EpciKind::Ept));
    assert_eq!(france().commune("75115").and_then(|commune| commune.parent.as_deref()), Some("75056"));
}

#[test]
fn former_codes_are_followed_where_it_is_said() {
    assert!(france().commune("93059").is_none());
    assert_eq!(france().current_commune("93059").map(|commune| &*commune.code), Some("93066"));
    let place =
        france().place(PlaceKind::Commune, "93059").expect("Pierrefitte became a part of Saint-Denis");
    assert_eq!((&*place.code, place.matched.as_deref()), ("93066", Some("93059")));
    assert!(france().current_commune("00000").is_none());
}

#[test]
fn places_by_kind_and_code() {
    let name = |kind, code| france().place(kind, code).map(|place: Place| (place.kind, place.name));
    assert_eq!(name(PlaceKind::Departement, "2A"), Some((PlaceKind::Departement, "Corse-du-Sud".to_owned())));
    assert_eq!(name(PlaceKind::Region, "11"), Some((PlaceKind::Region, "Île-de-France".to_owned())));
    assert_eq!(name(PlaceKind::Epci, "200057867"), Some((PlaceKind::Epci, "Plaine Commune".to_owned())));
    let fifteenth = Some((PlaceKind::Arrondissement, "Paris 15e Arrondissement".to_owned()));
    assert_eq!(name(PlaceKind::Arrondissement, "75115"), fifteenth);
    assert_eq!(name(PlaceKind::Commune, "75115"), fifteenth);
    assert_eq!(name(PlaceKind::Territory, "dac-92"), None);
    assert_eq!(name(PlaceKind::Departement, "20"), None);
}

#[test]
fn a_postal_code_gives_communes_and_arrondissements() {
    let served = |postal_code| -> Vec<&str> {
        france().communes_of_postal_code(postal_code).into_iter().map(|commune| &*commune.code).collect()
    };
    assert_eq!(served("92220"), ["92007"]);
    assert_eq!(served("75015"), ["75115"]);
    assert_eq!(served("75016"), ["75116"]);
    assert_eq!(served("75116"), ["75116"]);
    assert_eq!(served("75000"), ["75056"]);
    assert_eq!(served("51300").len(), 46);
    assert_eq!(served("51300")[0], "51649");
    assert!(served("98000").is_empty());
    assert!(served("").is_empty());
}

#[test]
fn the_communes_of_a_place() {
    assert_eq!(codes(PlaceKind::Commune, "75056").len(), 20);
    assert_eq!(codes(PlaceKind::Commune, "69123").len(), 9);
    assert_eq!(codes(PlaceKind::Commune, "13055").len(), 16);
    assert_eq!(codes(PlaceKind::Commune, "92007"), ["92007"]);
    assert_eq!(codes(PlaceKind::Arrondissement, "75115"), ["75115"]);
    assert_eq!(codes(PlaceKind::Departement, "75"), ["75056"]);
    assert_eq!(codes(PlaceKind::Departement, "92").len(), 36);
    assert_eq!(codes(PlaceKind::Epci, "200057867").len(), 8);
    assert_eq!(codes(PlaceKind::Epci, "200054781").len(), 130);
    assert_eq!(codes(PlaceKind::Region, "06").len(), 17);
    assert!(codes(PlaceKind::Territory, "dac-92").is_empty());
    assert!(codes(PlaceKind::Epci, "").is_empty());
}

#[test]
fn kinds_have_one_word_each() {
    for kind in PlaceKind::ALL {
        assert_eq!(kind.as_str().parse(), Ok(kind));
        assert_eq!(serde_json::to_value(kind).expect("a kind is a word"), kind.as_str());
    }
    assert_eq!("canton".parse::<PlaceKind>(), Err(UnknownPlaceKind));
}

#[test]
fn distances_are_as_the_crow_flies() {
    let (paris, marseille) = (Point { lat: 48.856_6, lon: 2.352_2 }, Point { lat: 43.296_5, lon: 5.369_8 });
    assert!((paris.distance_km(marseille) - 660.5).abs() < 1.0);
    assert!(paris.distance_km(paris).abs() < 1e-9);
}
