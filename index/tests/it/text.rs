//! Words: what is found of what is typed.

use std::sync::LazyLock;

use maille_domain::Request;
use maille_domain::vocabulary::Status;
use proptest::prelude::*;

use crate::builders::{Directory, asking, listing, now};

fn few() -> Directory {
    Directory::of([
        listing("emg", "Équipe mobile de gériatrie de l’hôpital"),
        listing("ccas", "CCAS de Bagneux").acronym("CCAS").says("Aide aux aidants, écoute."),
        listing("aide-aidants", "Maison des aidants").says("Répit, soutien, hébergement temporaire."),
    ])
}

#[test]
fn spelling_habits_do_not_matter() {
    let directory = few();
    for text in [
        "geriatrie",
        "GÉRIATRIE",
        "l'hôpital",
        "l’hopital",
        "l hopital",
        "équipes mobiles",
        "EMG",
        "e.m.g.",
        "gériatr",
        "équipe mobile de gériatrie à l'hopital",
    ] {
        assert_eq!(
            directory.names(&asking(text, ""))[0],
            "Équipe mobile de gériatrie de l’hôpital",
            "{text}"
        );
    }
    for text in ["hébergements", "hebergement", "aidant répit"] {
        assert_eq!(directory.names(&asking(text, "")), ["Maison des aidants"], "{text}");
    }
    assert_eq!(directory.names(&asking("C.C.A.S", "")), ["CCAS de Bagneux"]);
}

#[test]
fn a_name_comes_before_a_mention() {
    assert_eq!(few().names(&asking("aidants", "")), ["Maison des aidants", "CCAS de Bagneux"]);
}

#[test]
fn every_word_counts_then_fewer_and_it_is_said() {
    // Words that no need is said with.
    let directory = Directory::of([
        listing("autre", "Zygomar"),
        listing("autre", "Zygomar Axolotl"),
        listing("autre", "Fantômas").says("Axolotl."),
    ]);
    assert_eq!(directory.search(&asking("zygomar axolotl", "")).total, 1);
    let answer = directory.search(&asking("zygomar fantômas axolotl", ""));
    assert_eq!(answer.total, 2, "those that have two of them");
    assert_eq!(answer.widened.iter().map(|step| step.step).collect::<Vec<_>>(), ["words"]);
    let nothing = directory.search(&asking("dentiste", ""));
    assert_eq!((nothing.total, nothing.answered, nothing.widened.len()), (0, false, 0));
}

#[test]
fn no_words_find_everything_open() {
    let directory = Directory::of([
        listing("ccas", "Ouvert"),
        listing("ccas", "Fermé").status(Status::Ferme),
        listing("ccas", "Retiré").withdrawn(),
    ]);
    for text in ["", "   ", "de la", "?!"] {
        assert_eq!(directory.names(&asking(text, "")), ["Ouvert"], "{text:?}");
    }
    let node = directory.node();
    assert_eq!(node.listing_count(), 3);
    assert!(node.listing_by_slug("retire").unwrap().withdrawn_at.is_some(), "its page says it is gone");
    assert!(node.listing_by_slug("ferme").is_some());
    assert!(node.listing_by_slug("inconnu").is_none());
    assert_eq!(node.listing_of_source("essai", "Ouvert").unwrap().slug, "ouvert");
}

#[test]
fn a_listing_that_changes_is_found_as_it_is_now() {
    let mut directory = few();
    let renamed = listing("aide-aidants", "Maison des aidants").says("Relayage.");
    let id = renamed.0.id;
    directory.index.apply(&[renamed.change()], 2).unwrap();
    assert_eq!(directory.names(&asking("relayage", "")), ["Maison des aidants"]);
    assert!(directory.names(&asking("hébergement", "")).is_empty());
    directory.index.apply(&[maille_index::Change::ListingGone(id)], 3).unwrap();
    assert!(directory.names(&asking("relayage", "")).is_empty());
    assert!(directory.node().listing(id).is_none());
    assert_eq!(directory.node().listing_count(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_a_search_fail(text in "\\PC{0,80}|[a-z' .]{0,200}|(équipe|de|EMG| ){1,40}") {
        static NODE: LazyLock<Directory> = LazyLock::new(few);
        let node = NODE.node();
        let request = Request { text: text.clone(), ..Request::default() };
        prop_assert!(node.search(&request, now()).is_ok());
        node.suggest(&text, Some("92007"));
        node.places(&text, 5);
    }
}

#[test]
fn a_phone_number_leads_to_who_has_it_and_names_no_place() {
    let called = |name: &str, phone: &str| {
        listing("ccas", name).at("92007").with(|fields| fields.phone = vec![phone.parse().unwrap()])
    };
    let directory = Directory::of([
        called("CCAS de Bagneux", "01 99 00 05 66"),
        called("CCAS de Malakoff", "01 99 00 05 67"),
        listing("ccas", "CCAS de l’Ain 01").at("01004"),
    ]);
    for text in ["01 99 00 05 66", "0199000566", "01.99.00.05.66", "+33 1 99 00 05 66", "+33199000566"] {
        assert_eq!(directory.names(&asking(text, "")), ["CCAS de Bagneux"], "{text}");
        assert_eq!(directory.names(&asking(text, "92007")), ["CCAS de Bagneux"], "{text}");
        assert!(directory.search(&asking(text, "")).interpretation.place.is_none(), "{text}");
    }
    for text in ["01 99 00 05 68", "01 00 00 00 00", "0112345678"] {
        let answer = directory.search(&asking(text, ""));
        assert_eq!((answer.total, answer.answered), (0, false), "{text}");
        assert!(answer.interpretation.place.is_none(), "{text}");
        assert!(directory.node().suggest(text, None).groups.is_empty(), "{text}");
    }
    // A département is still one.
    assert_eq!(directory.search(&asking("ccas 01", "")).interpretation.place.unwrap().place.name, "Ain");
}
