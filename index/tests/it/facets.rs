//! Counts: what choosing each value would give.

use maille_domain::vocabulary::{Audience, Mode, Theme};
use maille_domain::{Category, Request};
use proptest::prelude::*;

use crate::builders::{Directory, Draft, asking, listing};

fn directory() -> Directory {
    Directory::of([
        listing("emg", "A").modes(&[Mode::Domicile]).audiences(&[Audience::PersonnesAgees]),
        listing("emg", "B").modes(&[Mode::Telephone]),
        listing("ssiad", "C").modes(&[Mode::Domicile]).audiences(&[Audience::Tous]),
        listing("mairie", "D").modes(&[Mode::SurPlace]).audiences(&[Audience::Enfants]),
    ])
}

#[test]
fn a_criterion_does_not_weigh_on_its_own_counts() {
    let emg = Category::from_code("emg").unwrap();
    let ssiad = Category::from_code("ssiad").unwrap();
    let answer = directory().search(&Request { categories: vec![emg], ..Request::default() });
    let facets = answer.facets.unwrap();
    assert_eq!(answer.total, 2);
    assert_eq!(facets.category[0], (emg, 2));
    assert!(facets.category.contains(&(ssiad, 1)), "what another kind would give");
    assert_eq!(facets.mode, [(Mode::Domicile, 1), (Mode::Telephone, 1)]);
}

#[test]
fn facets_are_not_counted_when_nobody_wants_them() {
    let answer = directory().search(&Request { facets: false, ..Request::default() });
    assert_eq!(answer.total, 4);
    assert!(answer.facets.is_none());
}

fn drafts() -> impl Strategy<Value = Vec<Draft>> {
    let some = |count: usize| prop::collection::vec(0..count, 0..3);
    let twin = prop::option::weighted(0.4, 0..3_usize);
    let draft = (0..4_usize, some(4), some(3), some(4), twin);
    prop::collection::vec(draft, 1..12).prop_map(|drafts| {
        let kinds = ["emg", "ssiad", "mairie", "dac"];
        let some_audiences = [Audience::Tous, Audience::Aidants, Audience::Enfants, Audience::Femmes];
        let some_themes = [Theme::Tous, Theme::Precarite, Theme::Handicap, Theme::VilleHopital];
        let mut listings = Vec::new();
        for (number, (kind, audiences, modes, themes, twin)) in drafts.into_iter().enumerate() {
            let audiences: Vec<Audience> = audiences.into_iter().map(|at| some_audiences[at]).collect();
            let modes: Vec<Mode> = modes.into_iter().map(|at| Mode::ALL[at]).collect();
            let themes: Vec<Theme> = themes.into_iter().map(|at| some_themes[at]).collect();
            let listing = listing(kinds[kind], &format!("Service {number}"));
            let listing = listing.audiences(&audiences).modes(&modes).themes(&themes);
            listings.push(match twin {
                Some(first) => listing.twin_of(&first.to_string()),
                None => listing,
            });
        }
        listings
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn choosing_gives_what_was_counted(drafts in drafts(), mode in 0..3_usize) {
        let directory = Directory::of(drafts);
        let asked = Request { modes: vec![Mode::ALL[mode]], ..asking("service", "") };
        let facets = directory.search(&asked).facets.unwrap();
        for (category, count) in facets.category {
            let chosen = Request { categories: vec![category], ..asked.clone() };
            prop_assert_eq!(directory.search(&chosen).total, count);
        }
        for (audience, count) in facets.audience {
            let chosen = Request { audiences: vec![audience], ..asked.clone() };
            prop_assert_eq!(directory.search(&chosen).total, count);
        }
        for (mode, count) in facets.mode {
            let chosen = Request { modes: vec![mode], ..asked.clone() };
            prop_assert_eq!(directory.search(&chosen).total, count);
        }
        for (theme, count) in facets.theme {
            let chosen = Request { themes: vec![theme], ..asked.clone() };
            prop_assert_eq!(directory.search(&chosen).total, count);
        }
    }
}
