//! One thing, one listing: what was merged leads to it, and what may be the same thing is shown once, whole.

use maille_domain::ListingId;
use maille_domain::vocabulary::Status;
use maille_index::{Change, Node};

use crate::builders::{Directory, asking, listing};

fn id(name: &str) -> ListingId {
    ListingId::founded_by("essai", name)
}

/// The names of the listings that an id leads to: by itself, by its beginning, and among those merged.
fn led_to(node: &Node, name: &str) -> [Option<String>; 3] {
    let digits = &id(name).0.simple().to_string()[..12];
    [node.listing(id(name)), node.listing_by_beginning(digits), node.merged_by_beginning(digits)]
        .map(|listing| listing.map(|listing| listing.fields.name.clone()))
}

#[test]
fn the_id_of_a_merged_listing_leads_to_the_one_it_was_found_to_be() {
    let own = Some("Équipe".to_owned());
    let mut directory = Directory::of([listing("emg", "Équipe").merging(&["Équipe mobile"])]);
    let node = directory.node();
    assert_eq!(led_to(&node, "Équipe"), [own.clone(), own.clone(), None]);
    assert_eq!(led_to(&node, "Équipe mobile"), [own.clone(), own.clone(), own.clone()]);
    // The feed says that the merged one is gone, before or after it says what the other has become.
    directory.index.apply(&[Change::ListingGone(id("Équipe mobile"))], 2).unwrap();
    assert_eq!(led_to(&node, "Équipe mobile"), [own.clone(), own.clone(), own.clone()]);
    let apart = [listing("emg", "Équipe").change(), listing("emg", "Équipe mobile").change()];
    directory.index.apply(&apart, 3).unwrap();
    let other = Some("Équipe mobile".to_owned());
    assert_eq!(led_to(&node, "Équipe mobile"), [other.clone(), other, None], "parted, it is itself again");
    assert_eq!(led_to(&node, "inconnue"), [None, None, None]);
}

#[test]
fn a_former_slug_leads_to_its_listing_and_is_no_address_of_the_site() {
    let mut team = listing("emg", "Équipe");
    team.0.former_slugs = vec!["ancienne-equipe".into(), "reprise".into()];
    // A name that was given up may be taken by another.
    let mut taker = listing("emg", "Reprise");
    taker.0.slug = "reprise".into();
    let node = Directory::of([team, taker]).node();
    let led = |slug: &str| node.listing_by_slug(slug).map(|listing| listing.fields.name.clone());
    assert_eq!(led("equipe").as_deref(), Some("Équipe"));
    assert_eq!(led("ancienne-equipe").as_deref(), Some("Équipe"));
    assert_eq!(led("reprise").as_deref(), Some("Reprise"), "its own name before a former one");
    assert_eq!(led("inconnue"), None);
    assert_eq!(node.slugs().unwrap(), ["equipe", "reprise"]);
}

#[test]
fn a_search_shows_one_of_what_may_be_the_same_and_names_the_others() {
    let team = |name: &str| listing("emg", name).covers(&["commune:92007"]);
    let twin = |name: &str| team(name).twin_of("Équipe mobile");
    let directory = Directory::of([
        twin("Équipe mobile").delay(3),
        twin("Équipe mobile du Sud"),
        twin("Équipe fermée").status(Status::Ferme),
        team("Équipe mobile du Nord"),
    ]);
    let answer = directory.search(&asking("équipe mobile", "92007"));
    assert_eq!((answer.total, answer.hits.len()), (2, 2));
    let shown = answer.hits.iter().find(|hit| !hit.also.is_empty()).unwrap();
    let names = [&shown.listing, &shown.also[0]].map(|listing| listing.fields.name.as_str());
    assert_eq!((names, shown.also.len()), (["Équipe mobile", "Équipe mobile du Sud"], 1));
    assert_eq!(shown.sources.len(), 2, "the sources of both");
    assert_eq!(answer.facets.unwrap().category[0].1, 2, "counted once");

    let node = directory.node();
    let twins = |name: &str| -> Vec<String> {
        let listing = node.listing(id(name)).unwrap();
        node.twins(&listing).iter().map(|twin| twin.fields.name.clone()).collect()
    };
    assert_eq!(twins("Équipe mobile"), ["Équipe mobile du Sud"]);
    assert_eq!(twins("Équipe mobile du Sud"), ["Équipe mobile"]);
    assert!(twins("Équipe mobile du Nord").is_empty());
}

#[test]
fn one_name_and_one_phone_are_not_enough_to_be_one_thing() {
    let team = |name: &str| {
        let phone = "01 99 00 00 11".parse().unwrap();
        listing("emg", name).covers(&["commune:92007"]).with(|fields| {
            fields.name = "Équipe mobile".into();
            fields.phone = vec![phone];
        })
    };
    let directory = Directory::of([team("a"), team("b")]);
    assert_eq!(directory.search(&asking("équipe", "92007")).total, 2, "refused, or never proposed");
}
