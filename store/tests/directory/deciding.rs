//! What a facilitator decides of two listings: which pairs are theirs, what they saw, what they choose, and the way back.

use std::collections::{BTreeMap, BTreeSet};

use maille_domain::field::Field;
use maille_domain::reach::{Reach, Within};
use maille_domain::{Fields, Listing, ListingId};
use maille_store::duplicate::{Filter, Found, Happened, Outcome, State};
use maille_store::{Error, Store};
use serde_json::json;
use sqlx::PgPool;

use crate::support::{because, correction, day, directory, founded, hills, import, perhaps_hills, withdraw};

const BAGNEUX: &str = "92007";
const ANTONY: &str = "92002";
/// Next to Bagneux.
const FONTENAY: &str = "92032";

fn csv(id: &str) -> ListingId {
    ListingId::founded_by("csv", id)
}

fn ror(id: &str) -> ListingId {
    ListingId::founded_by("ror", id)
}

fn communes(codes: &[&str]) -> Reach {
    let communes = codes.iter().map(|&code| code.to_owned()).collect();
    let areas: BTreeSet<String> = codes.iter().map(|code| format!("commune:{code}")).collect();
    Reach::Within(Within { communes, areas })
}

async fn found(store: &Store, reach: &Reach, state: State) -> Found {
    store.waiting_pairs(reach, state, &Filter::default(), day(20), 100, 0).await.unwrap()
}

async fn two_that_may_be_one(store: &Store) {
    import(store, "csv", day(1), &[hills("c-1", &[])]).await;
    import(store, "ror", day(2), &[perhaps_hills("r-1", &[])]).await;
}

/// Two more, of another commune.
async fn poplars(store: &Store) {
    let one = [(Field::Name, "Équipe mobile de gériatrie des Peupliers"), (Field::Phone, "01 99 00 00 03")];
    let other = [
        (Field::Name, "Équipe mobile de gériatrie des Peupliers et du Lac"),
        (Field::Phone, "01 99 00 00 04"),
    ];
    let there = [(Field::Commune, ANTONY)];
    import(store, "di", day(3), &[perhaps_hills("d-1", &[&one[..], &there].concat())]).await;
    import(store, "soliguide", day(4), &[perhaps_hills("s-1", &[&other[..], &there].concat())]).await;
}

/// All that a reader finds, but for addresses that it had meanwhile: they lead to it for ever.
async fn read(store: &Store) -> BTreeMap<ListingId, Listing> {
    let mut all = directory(store).await;
    for listing in all.values_mut() {
        listing.former_slugs.clear();
    }
    all
}

async fn seen(store: &Store, a: ListingId, b: ListingId) -> String {
    store.beside(a, b, day(20)).await.unwrap().expect("two listings").seen
}

/// Decides of two listings as they are.
async fn decide(store: &Store, pair: (ListingId, ListingId), same: bool, on: u32) -> Outcome {
    let seen = seen(store, pair.0, pair.1).await;
    store.decide_as_seen(pair, same, &[], &seen, &Reach::Everywhere, &because("vu", day(on))).await.unwrap()
}

#[sqlx::test]
async fn a_pair_is_shown_to_whoever_reaches_both(pool: PgPool) {
    let store = Store::on(pool);
    two_that_may_be_one(&store).await;
    poplars(&store).await;

    let everywhere = found(&store, &Reach::Everywhere, State::Open).await;
    assert_eq!((everywhere.open, everywhere.doubted, everywhere.straddling), (2, 0, 0));
    let scores: Vec<f32> = everywhere.pairs.iter().map(|pair| pair.score).collect();
    assert!(scores.is_sorted_by(|one, other| one >= other), "{scores:?}");

    let own = found(&store, &communes(&[BAGNEUX]), State::Open).await;
    assert_eq!((own.open, own.straddling, own.pairs.len()), (1, 0, 1));
    let sides = BTreeSet::from([own.pairs[0].a.listing, own.pairs[0].b.listing]);
    assert_eq!(sides, BTreeSet::from([csv("c-1"), ror("r-1")]));
    assert_eq!((own.pairs[0].a.commune.as_deref(), own.pairs[0].a.category.as_str()), (Some(BAGNEUX), "emg"));
    assert!(!own.pairs[0].reasons.is_empty() && own.pairs[0].doubt.is_none());
    assert_eq!(found(&store, &communes(&["31555"]), State::Open).await.open, 0);
    assert_eq!(found(&store, &Reach::nowhere(), State::Straddling).await.straddling, 0);
}

#[sqlx::test]
async fn a_pair_of_two_territories_is_told_to_both_and_decided_by_neither(pool: PgPool) {
    let store = Store::on(pool);
    // One source lists it in two communes.
    let there = [(Field::Commune, FONTENAY), (Field::PostalCode, "92260")];
    import(&store, "csv", day(1), &[hills("c-1", &[]), hills("c-2", &there)]).await;
    for reach in [communes(&[BAGNEUX]), communes(&[FONTENAY])] {
        let told = found(&store, &reach, State::Straddling).await;
        assert_eq!((told.open, told.doubted, told.straddling, told.pairs.len()), (0, 0, 1, 1));
        assert_ne!(told.pairs[0].a.within, told.pairs[0].b.within);
        assert_eq!(found(&store, &reach, State::Open).await.pairs.len(), 0);
    }
    assert_eq!(found(&store, &communes(&[BAGNEUX, FONTENAY]), State::Open).await.pairs.len(), 1);
}

#[sqlx::test]
async fn pairs_are_filtered_and_paged(pool: PgPool) {
    let store = Store::on(pool);
    two_that_may_be_one(&store).await;
    poplars(&store).await;
    let everywhere = Reach::Everywhere;
    let ask = async |filter: Filter, most, skipped| {
        store.waiting_pairs(&everywhere, State::Open, &filter, day(20), most, skipped).await.unwrap()
    };
    let all = ask(Filter::default(), 10, 0).await;
    let total = all.open;
    assert_eq!((total, all.pairs.len()), (2, 2));
    let paged = [ask(Filter::default(), 1, 0).await, ask(Filter::default(), 1, 1).await];
    for (page, pair) in paged.iter().zip(&all.pairs) {
        assert_eq!((page.open, page.pairs.len(), page.pairs[0].a.listing), (total, 1, pair.a.listing));
    }
    let first = &all.pairs[0];
    let after = Some((first.score, first.a.listing, first.b.listing));
    let next = ask(Filter { after, ..Filter::default() }, 1, 0).await;
    assert_eq!(next.pairs[0].a.listing, all.pairs[1].a.listing);
    let beyond = ask(Filter::default(), 10, 100).await;
    assert_eq!((beyond.open, beyond.pairs.len()), (total, 0), "a page beyond the last still counts");

    let here = ask(Filter { commune: Some(ANTONY.into()), ..Filter::default() }, 10, 0).await;
    assert_eq!((here.open, here.pairs[0].a.commune.as_deref()), (1, Some(ANTONY)));
    assert_eq!(ask(Filter { category: Some("ssiad".into()), ..Filter::default() }, 10, 0).await.open, 0);
    assert_eq!(ask(Filter { source: Some("ror".into()), ..Filter::default() }, 10, 0).await.open, 1);
    assert_eq!(ask(Filter { source: Some("finess".into()), ..Filter::default() }, 10, 0).await.open, 0);
    let of = ask(Filter { of: Some(first.b.listing), ..Filter::default() }, 10, 0).await;
    assert_eq!((of.open, of.pairs[0].b.listing), (1, first.b.listing));
}

#[sqlx::test]
async fn what_a_merge_would_make_is_what_it_makes(pool: PgPool) {
    let store = Store::on(pool);
    two_that_may_be_one(&store).await;
    store.set_override(correction(ror("r-1"), Field::Cost, json!("gratuit")), day(3)).await.unwrap();
    let beside = store.beside(ror("r-1"), csv("c-1"), day(20)).await.unwrap().unwrap();
    assert_eq!((beside.a.id, beside.b.id), (ror("r-1"), csv("c-1")), "in the order asked for");
    assert!(beside.score > 0.6 && beside.reasons.iter().any(|(points, _)| *points > 0.0));
    assert_eq!(read(&store).await.len(), 2, "nothing is written");

    let outcome = decide(&store, (ror("r-1"), csv("c-1")), true, 20).await;
    assert!(matches!(outcome, Outcome::Decided(_)), "{outcome:?}");
    let listing = founded(&store, "ror", "r-1").await;
    assert_eq!(listing.fields, Fields::from_values(beside.merged.values).unwrap());
    assert_eq!(listing.provenance, beside.merged.provenance);
    assert!(store.beside(ror("r-1"), csv("c-1"), day(20)).await.unwrap().is_none(), "they are one now");
}

#[sqlx::test]
async fn values_chosen_at_a_merge_are_corrections_that_end_with_it(pool: PgPool) {
    let store = Store::on(pool);
    two_that_may_be_one(&store).await;
    // The listing that gives its name to both was corrected before.
    store.set_override(correction(csv("c-1"), Field::Phone, json!(["+33199000077"])), day(3)).await.unwrap();
    store.set_override(correction(ror("r-1"), Field::Cost, json!("gratuit")), day(3)).await.unwrap();
    let before = read(&store).await;
    let pair = (csv("c-1"), ror("r-1"));
    let chosen = [
        (Field::Phone, Some(json!(["+33199000002"]))),
        (Field::Name, Some(json!("Équipe des Coteaux"))),
        (Field::Cost, None),
    ];
    let token = seen(&store, pair.0, pair.1).await;
    let cause = because("appelées toutes les deux", day(5));
    let outcome =
        store.decide_as_seen(pair, true, &chosen, &token, &Reach::Everywhere, &cause).await.unwrap();
    let Outcome::Decided(decision) = outcome else { panic!("{outcome:?}") };
    let listing = founded(&store, "csv", "c-1").await;
    assert_eq!(listing.fields.phone[0].as_str(), "+33199000002");
    assert_eq!((listing.fields.name.as_str(), listing.fields.cost), ("Équipe des Coteaux", None));
    let history = store.history(csv("c-1")).await.unwrap();
    assert!(
        history
            .iter()
            .any(|change| change.reason == cause.reason && change.after.contains_key(&Field::Phone))
    );
    assert_eq!(
        store.conflicts(day(6)).await.unwrap().len(),
        0,
        "what was chosen was chosen knowing the rest"
    );

    store.take_back(&[decision], &Reach::Everywhere, &because("par erreur", day(6))).await.unwrap();
    assert_eq!(
        read(&store).await,
        before,
        "the corrections of before stand again, those of the merge are gone"
    );
    store.match_again(&because("pour voir", day(7))).await.unwrap();
    assert_eq!(read(&store).await, before);
}

#[sqlx::test]
async fn a_merge_that_cannot_choose_so_writes_nothing(pool: PgPool) {
    let store = Store::on(pool);
    two_that_may_be_one(&store).await;
    let before = read(&store).await;
    let token = seen(&store, csv("c-1"), ror("r-1")).await;
    let emptied = [(Field::Phone, None), (Field::Name, None)];
    let refused = store
        .decide_as_seen(
            (csv("c-1"), ror("r-1")),
            true,
            &emptied,
            &token,
            &Reach::Everywhere,
            &because("vu", day(5)),
        )
        .await;
    assert!(matches!(refused, Err(Error::Required(Field::Name))), "{refused:?}");
    assert_eq!(read(&store).await, before);
    assert_eq!(store.pair_decisions().await.unwrap().len(), 0);
}

/// A source has its part in both, and somebody told two of the records apart before: a person who says that the listings are one
/// says it of all of them.
#[sqlx::test]
async fn who_merges_two_listings_merges_all_their_records(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "csv", day(1), &[hills("c-1", &[])]).await;
    import(&store, "ror", day(2), &[hills("r-1", &[])]).await;
    let other = [(Field::Phone, "01 99 00 00 02"), (Field::Address, "300 boulevard Lointain")];
    import(&store, "di", day(3), &[hills("d-1", &other)]).await;
    import(&store, "ror", day(4), &[hills("r-1", &[]), hills("r-2", &other)]).await;
    let di = ListingId::founded_by("di", "d-1");
    assert_eq!(
        (founded(&store, "ror", "r-1").await.id, founded(&store, "ror", "r-2").await.id),
        (csv("c-1"), di)
    );
    store.decide(csv("c-1"), di, false, &Reach::Everywhere, &because("deux", day(5))).await.unwrap();
    let before = read(&store).await;
    assert_eq!(before.len(), 2);

    let outcome = decide(&store, (csv("c-1"), di), true, 6).await;
    let Outcome::Decided(decision) = outcome else { panic!("{outcome:?}") };
    let all = read(&store).await;
    assert_eq!((all.len(), all[&csv("c-1")].sources.len()), (1, 4), "{:?}", all.keys());
    store.match_again(&because("pour voir", day(7))).await.unwrap();
    assert_eq!(read(&store).await.len(), 1);
    store.take_back(&[decision], &Reach::Everywhere, &because("par erreur", day(8))).await.unwrap();
    assert_eq!(read(&store).await, before);
}

#[sqlx::test]
async fn a_record_parts_and_returns_as_it_was(pool: PgPool) {
    let store = Store::on(pool);
    two_that_may_be_one(&store).await;
    store.set_override(correction(ror("r-1"), Field::Cost, json!("gratuit")), day(3)).await.unwrap();
    let before = read(&store).await;
    decide(&store, (csv("c-1"), ror("r-1")), true, 4).await;
    let joined = store.joined(csv("c-1")).await.unwrap();
    let told: Vec<_> = joined.iter().map(|joined| (joined.id, joined.by_decision)).collect();
    assert_eq!(told, [(csv("c-1"), true), (ror("r-1"), true)]);

    assert!(
        store
            .part(csv("c-1"), ror("r-1"), &Reach::Everywhere, &because("deux équipes", day(5)))
            .await
            .unwrap()
    );
    assert_eq!(read(&store).await, before);
    assert_eq!(
        found(&store, &Reach::Everywhere, State::Open).await.open,
        1,
        "it is as if nobody had said it"
    );
    assert!(
        !store.part(csv("c-1"), ror("r-1"), &Reach::Everywhere, &because("encore", day(6))).await.unwrap()
    );
    let itself = store.part(csv("c-1"), csv("c-1"), &Reach::Everywhere, &because("vu", day(6))).await;
    assert!(matches!(itself, Err(Error::OneRecord(_))), "{itself:?}");
}

#[sqlx::test]
async fn a_record_that_is_alike_parts_for_good(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "csv", day(1), &[hills("c-1", &[])]).await;
    import(&store, "ror", day(2), &[hills("r-1", &[])]).await;
    import(&store, "di", day(3), &[hills("d-1", &[])]).await;
    assert_eq!(read(&store).await.len(), 1);
    assert!(store.joined(csv("c-1")).await.unwrap().iter().all(|joined| !joined.by_decision));
    assert!(
        store.part(csv("c-1"), ror("r-1"), &Reach::Everywhere, &because("une autre", day(4))).await.unwrap()
    );
    for step in 0..2 {
        let all = read(&store).await;
        assert_eq!(all.len(), 2, "after step {step}");
        assert_eq!(all[&ror("r-1")].sources.len(), 1, "the others stay together");
        import(&store, "ror", day(5), &[hills("r-1", &[(Field::Cost, "gratuit")])]).await;
    }
    let decision = store.decisions_of(ror("r-1")).await.unwrap().remove(0);
    assert!(!decision.same && decision.ended.is_none());
    store.take_back(&[decision.id], &Reach::Everywhere, &because("la même", day(6))).await.unwrap();
    assert_eq!(read(&store).await.len(), 1);
    let ended = store.decision(decision.id).await.unwrap().unwrap().ended.unwrap();
    assert_eq!((ended.author.as_str(), ended.reason.as_str()), ("animation", "la même"));
}

#[sqlx::test]
async fn who_does_not_know_is_kept_and_taken_back(pool: PgPool) {
    let store = Store::on(pool.clone());
    two_that_may_be_one(&store).await;
    let pair = (csv("c-1"), ror("r-1"));
    let everywhere = Reach::Everywhere;
    for reason in ["à rappeler", "toujours pas joints"] {
        let token = seen(&store, pair.0, pair.1).await;
        let kept = store.doubt(pair.1, pair.0, &token, &because(reason, day(3))).await.unwrap();
        assert_eq!(kept, Outcome::Kept);
        let found = found(&store, &everywhere, State::Doubted).await;
        assert_eq!((found.open, found.doubted, found.pairs.len()), (0, 1, 1));
        let doubt = found.pairs[0].doubt.clone().unwrap();
        assert_eq!((doubt.author.as_str(), doubt.reason.as_str()), ("animation", reason));
    }
    let kept: Vec<(String, String)> = sqlx::query_as(
        "select listing::text, mark from set_aside where kind = 'doublon' and ended_at is null",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let (first, other) = (pair.0.min(pair.1), pair.0.max(pair.1));
    assert_eq!(kept, [(first.to_string(), other.to_string())]);

    assert!(store.forget_doubt(pair.0, pair.1, &because("rappelé", day(4))).await.unwrap());
    assert!(!store.forget_doubt(pair.0, pair.1, &because("rappelé", day(4))).await.unwrap());
    assert_eq!(found(&store, &everywhere, State::Open).await.open, 1);

    // What is decided is doubted no more, also when the decision is taken back.
    let token = seen(&store, pair.0, pair.1).await;
    store.doubt(pair.0, pair.1, &token, &because("peut-être", day(5))).await.unwrap();
    let Outcome::Decided(decision) = decide(&store, pair, false, 6).await else { panic!("it stands") };
    assert_eq!(found(&store, &everywhere, State::Open).await.open, 0);
    store.take_back(&[decision], &Reach::Everywhere, &because("par erreur", day(7))).await.unwrap();
    let found = found(&store, &everywhere, State::Open).await;
    assert_eq!((found.open, found.doubted), (1, 0));
}

#[sqlx::test]
async fn whoever_decides_of_what_is_not_so_any_more_is_told(pool: PgPool) {
    let store = Store::on(pool);
    two_that_may_be_one(&store).await;
    let pair = (csv("c-1"), ror("r-1"));
    let since = async |token: &str| {
        let cause = because("trop tard", day(19));
        let distinct =
            store.decide_as_seen(pair, false, &[], token, &Reach::Everywhere, &cause).await.unwrap();
        let doubt = store.doubt(pair.0, pair.1, token, &cause).await.unwrap();
        assert_eq!(distinct, doubt);
        let Outcome::Since(Some(event)) = distinct else { panic!("{distinct:?}") };
        (event.happened, event.reason)
    };
    // Nothing that an import finds unchanged makes a person begin again.
    let token = seen(&store, pair.0, pair.1).await;
    import(&store, "csv", day(3), &[hills("c-1", &[])]).await;
    assert_eq!(seen(&store, pair.0, pair.1).await, token);

    store.set_override(correction(csv("c-1"), Field::Cost, json!("gratuit")), day(4)).await.unwrap();
    assert_eq!(since(&token).await, (Happened::Changed, "appelé".to_owned()));
    let token = seen(&store, pair.0, pair.1).await;
    let Outcome::Decided(decision) = decide(&store, pair, true, 5).await else { panic!("it stands") };
    assert_eq!(since(&token).await, (Happened::Same, "vu".to_owned()));
    store.take_back(&[decision], &Reach::Everywhere, &because("par erreur", day(6))).await.unwrap();
    assert_eq!(since(&token).await, (Happened::TakenBack, "par erreur".to_owned()));
    let token = seen(&store, pair.0, pair.1).await;
    decide(&store, pair, false, 7).await;
    assert_eq!(since(&token).await, (Happened::Distinct, "vu".to_owned()));
    withdraw(&store, "ror", day(8), &["r-1"]).await;
    let listing: Listing = founded(&store, "ror", "r-1").await;
    assert!(listing.withdrawn_at.is_some());
}

/// Two people at the same time: one decision is written, the other person is told.
#[sqlx::test]
async fn two_who_decide_at_once_do_not_embrace(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "csv", day(1), &[hills("c-1", &[])]).await;
    import(&store, "ror", day(2), &[perhaps_hills("r-1", &[])]).await;
    import(&store, "di", day(3), &[perhaps_hills("d-1", &[(Field::Phone, "01 99 00 00 03")])]).await;
    let all = read(&store).await;
    let mut ids: Vec<ListingId> = all.keys().copied().collect();
    assert!(ids.len() >= 2);
    ids.truncate(3);
    let pairs =
        if ids.len() == 3 { vec![(ids[0], ids[1]), (ids[2], ids[1])] } else { vec![(ids[0], ids[1]); 2] };
    // All of them look before one decides.
    let mut looked = Vec::new();
    for (pair, same) in pairs.iter().flat_map(|pair| [(*pair, true), (*pair, false)]) {
        looked.push((pair, same, seen(&store, pair.0, pair.1).await));
    }
    let mut tasks = Vec::new();
    for (pair, same, token) in looked {
        let store = store.clone();
        tasks.push(tokio::spawn(async move {
            store
                .decide_as_seen(pair, same, &[], &token, &Reach::Everywhere, &because("ensemble", day(9)))
                .await
        }));
    }
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.unwrap().unwrap());
    }
    let decided = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Decided(_))).count();
    assert_eq!(decided, 1, "{outcomes:?}");
    assert!(outcomes.iter().all(|outcome| !matches!(outcome, Outcome::Since(None))));
    assert_eq!(store.pair_decisions().await.unwrap().len(), 1);
}

#[sqlx::test]
async fn decisions_are_listed_within_a_reach(pool: PgPool) {
    let store = Store::on(pool);
    two_that_may_be_one(&store).await;
    decide(&store, (csv("c-1"), ror("r-1")), false, 5).await;
    let (decisions, total) = store.decisions_within(&communes(&[BAGNEUX]), 10, 0).await.unwrap();
    assert_eq!((decisions.len(), total, decisions[0].same), (1, 1, false));
    assert_eq!(decisions[0].listings, (csv("c-1"), ror("r-1")));
    assert_eq!(store.decisions_within(&communes(&[ANTONY]), 10, 0).await.unwrap(), (vec![], 0));
    let counted = store.decisions_within(&Reach::Everywhere, 0, 0).await.unwrap();
    assert_eq!(counted, (vec![], 1), "they are counted also where none is listed");
    assert_eq!(store.decision(decisions[0].id + 1).await.unwrap(), None);
}
