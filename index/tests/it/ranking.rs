//! The order of hits and the reasons they give.

use maille_domain::request::Sort;
use maille_domain::vocabulary::{Audience, Mode, Status};
use maille_domain::{Category, Request};

use crate::builders::{Directory, Draft, asking, at, listing, names, now, told};

/// Geriatric teams around Bagneux: who helps is not who is near.
fn teams() -> Vec<Draft> {
    vec![
        listing("emg", "Équipe de gériatrie lointaine")
            .at("91228")
            .covers(&["commune:92007", "commune:91228"])
            .ages(Some(75), None)
            .modes(&[Mode::Domicile])
            .delay(7)
            .verified("2026-09-30"),
        listing("emg", "Équipe de gériatrie voisine").at("92049").covers(&["commune:92049"]),
        listing("emg", "Équipe de gériatrie sans zone").at("92020"),
        listing("emg", "Équipe de gériatrie du département")
            .at("92050")
            .covers(&["departement:92"])
            .verified("2024-01-15"),
        listing("emg", "Équipe de gériatrie saturée")
            .at("92007")
            .covers(&["commune:92007"])
            .status(Status::Sature),
        listing("emg", "Équipe de gériatrie de rayon").somewhere_in("92002").covers(&["radius:10"]),
        listing("ccas", "Centre communal de Bagneux")
            .at("92007")
            .covers(&["commune:92007"])
            .says("Oriente vers les équipes mobiles de gériatrie."),
        listing("emg", "Équipe fermée").at("92007").covers(&["commune:92007"]).status(Status::Ferme),
        listing("emg", "Équipe retirée").at("92007").covers(&["commune:92007"]).withdrawn(),
    ]
}

#[test]
fn who_serves_comes_before_who_is_near() {
    let directory = Directory::of(teams());
    insta::assert_snapshot!(told(&directory.search(&asking("équipe mobile de gériatrie", "92007"))));
}

#[test]
fn when_nothing_serves_the_place_the_nearest_elsewhere_are_said_so() {
    let directory = Directory::of(teams().into_iter().filter(|draft| {
        matches!(
            draft.0.fields.name.as_str(),
            "Équipe de gériatrie voisine" | "Équipe de gériatrie lointaine"
        )
    }));
    insta::assert_snapshot!(told(&directory.search(&asking("gériatrie", "Malakoff"))));
}

#[test]
fn a_kind_asked_by_its_acronym_comes_before_its_mentions() {
    let directory = Directory::of([
        listing("ccas", "Centre d’action sociale").says("Travaille avec l’EMG et le SSIAD."),
        listing("emg", "Équipe du Val"),
    ]);
    assert_eq!(directory.names(&asking("EMG", "")), ["Équipe du Val", "Centre d’action sociale"]);
}

#[test]
fn equals_take_turns_and_everybody_sees_the_same() {
    let twin = |name: &str| listing("emg", name).at("92007").covers(&["commune:92007"]);
    let directory = Directory::of([twin("Équipe A"), twin("Équipe B"), twin("Équipe C")]);
    let node = directory.node();
    let firsts: Vec<String> = (1..=28)
        .map(|day| {
            let morning = at(&format!("2026-11-{day:02}T05:00:00Z"));
            let evening = at(&format!("2026-11-{day:02}T20:00:00Z"));
            let first = |now| names(&node.search(&asking("équipe", "92007"), now).unwrap()).remove(0);
            assert_eq!(first(morning), first(evening), "the same all day");
            first(morning)
        })
        .collect();
    for name in ["Équipe A", "Équipe B", "Équipe C"] {
        assert!(firsts.iter().any(|first| first == name), "{name} never came first in a month: {firsts:?}");
    }
}

#[test]
fn saturated_then_paused_come_after_open() {
    let team =
        |name: &str, status| listing("emg", name).at("92007").covers(&["commune:92007"]).status(status);
    let directory = Directory::of([
        team("Fermée un temps", Status::FermeTemporairement),
        team("Saturée", Status::Sature),
        team("Ouverte", Status::Ouvert),
    ]);
    assert_eq!(directory.names(&asking("", "92007")), ["Ouverte", "Saturée", "Fermée un temps"]);
}

#[test]
fn audience_and_age_said_come_before_unsaid() {
    let aid = |name: &str| listing("aide-aidants", name).at("92007").covers(&["commune:92007"]);
    let directory = Directory::of([
        aid("Pour tous").audiences(&[Audience::Tous]),
        aid("Sans public"),
        aid("Pour les aidants").audiences(&[Audience::Aidants]),
        aid("Pour les enfants").audiences(&[Audience::Enfants]),
    ]);
    let request = Request { audiences: vec![Audience::Aidants], ..asking("", "92007") };
    assert_eq!(directory.names(&request), ["Pour les aidants", "Pour tous", "Sans public"]);
}

#[test]
fn other_orders_are_obeyed() {
    let directory = Directory::of([
        listing("ccas", "Zénith").at("92007").covers(&["departement:92"]).verified("2026-01-01"),
        listing("ccas", "École des aidants").at("92049").covers(&["departement:92"]),
        listing("ccas", "Étape").at("92002").covers(&["departement:92"]).verified("2026-10-01"),
    ]);
    let sorted = |sort| directory.names(&Request { sort, ..asking("", "92007") });
    assert_eq!(sorted(Sort::Distance), ["Zénith", "École des aidants", "Étape"]);
    assert_eq!(sorted(Sort::Name), ["École des aidants", "Étape", "Zénith"]);
    assert_eq!(sorted(Sort::Verified), ["Étape", "Zénith", "École des aidants"]);
}

#[test]
fn pages_follow_one_another() {
    let directory = Directory::of((0..25).map(|number| {
        listing("ccas", &format!("Centre {number:02}")).at("92007").covers(&["commune:92007"])
    }));
    let page = |offset| directory.search(&Request { limit: 10, offset, ..asking("centre", "92007") });
    let mut seen: Vec<String> = [0, 10, 20].into_iter().flat_map(|offset| names(&page(offset))).collect();
    assert_eq!((seen.len(), page(20).total), (25, 25));
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 25, "nobody twice, nobody forgotten");
    assert!(page(30).hits.is_empty());
    assert_eq!(page(30).total, 25);
}

#[test]
fn a_sheet_says_why_it_would_be_found() {
    let directory = Directory::of(teams());
    let node = directory.node();
    let listing = node.listing_by_slug("equipe-de-geriatrie-lointaine").unwrap();
    let bagneux = node.places("Bagneux", 1).places.remove(0);
    let hit = node.hit(listing, Some(&bagneux), now());
    assert_eq!(hit.why.first().unwrap(), "Couvre Bagneux");
    assert_eq!(hit.listing.fields.category, Category::from_code("emg").unwrap());
}
