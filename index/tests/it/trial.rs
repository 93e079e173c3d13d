//! "Sortirait-elle pour…": each reason for which a listing comes out or does not, as somebody meets it.

use maille_domain::request::PlaceAsked;
use maille_domain::vocabulary::{Audience, Mode, Status};
use maille_domain::{Category, Listing, Request};
use maille_index::trial::{Lack, Out, Trial, likely_texts};
use maille_index::{Node, Serves};
use maille_territory::france;

use crate::builders::{Directory, Draft, asking, listing, now, territory};

const BAGNEUX: &str = "92007";
const SCEAUX: &str = "92071";

fn team() -> Draft {
    listing("emg", "Équipe des Coteaux").at(BAGNEUX).covers(&["commune:92007"]).ages(Some(75), None)
}

fn tried(node: &Node, draft: &Draft, request: &Request) -> Trial {
    node.trial(draft.0.id, request, now()).unwrap().unwrap()
}

fn directory() -> Directory {
    let other = listing("emg", "Équipe de Sceaux").at(SCEAUX).covers(&["commune:92071"]);
    Directory::of([team(), other, listing("ccas", "CCAS de Sceaux").at(SCEAUX).covers(&["commune:92071"])])
}

#[test]
fn it_comes_out_with_its_position_and_its_reasons() {
    let directory = directory();
    let trial = tried(&directory.node(), &team(), &asking("équipe mobile de gériatrie", BAGNEUX));
    assert_eq!((trial.followed.position, trial.answer.total), (Some(1), 1));
    assert!(trial.followed.lacks.is_empty() && trial.out.is_none());
    assert!(trial.followed.hit.why.iter().any(|why| why == "Couvre Bagneux"), "{:?}", trial.followed.hit.why);
    assert_eq!(trial.followed.hit.serves, Serves::Yes);
}

#[test]
fn it_serves_other_places() {
    let directory = directory();
    let trial = tried(&directory.node(), &team(), &asking("emg", SCEAUX));
    assert_eq!((trial.followed.position, trial.followed.lacks), (None, vec![Lack::Zone]));
}

#[test]
fn it_comes_out_where_it_does_not_serve_when_nobody_does() {
    let directory = directory();
    let trial = tried(&directory.node(), &team(), &asking("emg", "31555"));
    assert!(trial.answer.widened.iter().any(|step| step.step == "place"));
    assert_eq!((trial.followed.position.is_some(), trial.followed.hit.serves), (true, Serves::No));
}

#[test]
fn it_has_none_of_the_words_and_is_not_of_the_kind() {
    let directory = directory();
    let trial = tried(&directory.node(), &team(), &asking("ccas", SCEAUX));
    let kinds = vec![Category::from_code("ccas").unwrap()];
    let words = vec!["ccas".to_owned()];
    assert_eq!(trial.followed.lacks, [Lack::Zone, Lack::Words { words, kinds }]);
}

#[test]
fn it_fails_what_was_chosen_apart() {
    let draft =
        team().modes(&[Mode::Domicile]).audiences(&[Audience::PersonnesAgees]).hours("Mo-Fr 09:00-17:00");
    let node = Directory::of([draft.clone()]).node();
    let asked = |change: &dyn Fn(&mut Request)| {
        let mut request = asking("emg", BAGNEUX);
        change(&mut request);
        tried(&node, &draft, &request).followed.lacks
    };
    assert_eq!(asked(&|request| request.age = Some(60)), [Lack::Age(60)]);
    assert_eq!(asked(&|request| request.modes = vec![Mode::Telephone]), [Lack::Mode(vec![Mode::Telephone])]);
    let children = vec![Audience::Enfants];
    assert_eq!(asked(&|request| request.audiences = vec![Audience::Enfants]), [Lack::Audience(children)]);
    let ccas = vec![Category::from_code("ccas").unwrap()];
    assert_eq!(asked(&|request| request.categories.clone_from(&ccas)), [Lack::Category(ccas.clone())]);
    // A Sunday.
    assert_eq!(asked(&|request| request.open_at = Some(now())), [Lack::Hours]);
    assert_eq!(asked(&|request| (request.age, request.open_at) = (Some(60), Some(now()))).len(), 2);
}

#[test]
fn nobody_said_whom_it_serves_and_it_is_far() {
    let draft = listing("emg", "Équipe sans zone").at("59350");
    let near = listing("emg", "Équipe de Bagneux").covers(&["commune:92007"]);
    let node = Directory::of([draft.clone(), near]).node();
    let trial = tried(&node, &draft, &asking("emg", BAGNEUX));
    assert!(
        matches!(trial.followed.lacks[..], [Lack::Far { km }] if km > 150.0),
        "{:?}",
        trial.followed.lacks
    );

    let around = Request {
        place: None,
        point: Some(france().commune(BAGNEUX).unwrap().point),
        radius_km: Some(5.0),
        ..asking("emg", "")
    };
    let lacks = tried(&node, &draft, &around).followed.lacks;
    assert!(
        lacks.iter().any(|lack| matches!(lack, Lack::Radius { km: Some(km) } if *km > 150.0)),
        "{lacks:?}"
    );
}

#[test]
fn it_is_folded_under_its_twin() {
    let (first, second) =
        (team().verified("2026-11-01"), listing("emg", "Équipe bis").covers(&["commune:92007"]));
    let twins = [first.twin_of("Équipe des Coteaux"), second.twin_of("Équipe des Coteaux")];
    let node = Directory::of(twins.clone()).node();
    let trial = tried(&node, &twins[1], &asking("emg", BAGNEUX));
    assert_eq!(trial.followed.position, Some(1));
    assert_eq!(trial.followed.under.unwrap().fields.name, "Équipe des Coteaux");
}

#[test]
fn out_of_the_directory_it_says_what_it_would_be_back_in_it() {
    let closed = team().status(Status::Ferme);
    let withdrawn = listing("emg", "Équipe retirée").covers(&["commune:92007"]).withdrawn();
    let node = Directory::of([closed.clone(), withdrawn.clone()]).node();
    for (draft, out) in [(closed, Out::Closed), (withdrawn, Out::Withdrawn)] {
        let trial = tried(&node, &draft, &asking("emg", BAGNEUX));
        assert_eq!((trial.out, trial.followed.position), (Some(out), Some(1)));
    }
    assert_eq!(node.search(&asking("emg", BAGNEUX), now()).unwrap().total, 0, "nothing was written");
}

#[test]
fn what_is_supposed_is_tried_beside_all_the_others() {
    let directory = directory();
    let node = directory.node();
    let mut draft: Listing = team().0;
    draft.fields.coverage.push("commune:92071".parse().unwrap());
    let supposing = node.supposing(draft).unwrap();
    assert_eq!(tried(&supposing, &team(), &asking("emg", SCEAUX)).followed.position, Some(2));
    assert_eq!(tried(&node, &team(), &asking("emg", SCEAUX)).followed.position, None);
    let created = listing("emg", "Une nouvelle").covers(&["commune:92071"]);
    assert!(node.trial(created.0.id, &asking("emg", SCEAUX), now()).unwrap().is_none());
    let supposing = node.supposing(created.0.clone()).unwrap();
    assert!(tried(&supposing, &created, &asking("emg", SCEAUX)).followed.position.is_some());
}

#[test]
fn requests_that_are_proposed_come_from_the_listing() {
    let texts = likely_texts(&team().0);
    assert_eq!(texts[..2], ["EMG", "Équipe des Coteaux"]);
    assert!(texts.len() > 2, "needs that lead to its kind: {texts:?}");
    let directory = directory().with_territories([territory("dac-92-sud", "dac", &["92007", "92071"])]);
    let node = directory.node();
    let places = |draft: Draft| {
        let places = node.likely_places(&draft.0);
        let inside: Vec<&str> = places.inside.iter().map(|commune| &*commune.name).collect();
        (inside.join(" "), places.beside.map(|commune| commune.name.to_string()))
    };
    let (inside, beside) = places(team());
    assert_eq!(inside, "Bagneux");
    let request = Request { place: Some(PlaceAsked::Written(beside.unwrap())), ..asking("emg", "") };
    assert_eq!(tried(&node, &team(), &request).followed.hit.serves, Serves::No);
    assert_eq!(places(team().covers(&["territory:dac-92-sud"])).0, "Bagneux Sceaux");
    assert_eq!(places(team().covers(&[])), (String::new(), None));
}
