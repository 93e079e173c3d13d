//! What may be one thing, and what people decide of it.

use std::time::Duration;

use maille_domain::ListingId;
use maille_domain::field::Field;
use maille_domain::reach::Reach;
use maille_domain::run::Report;
use maille_store::duplicate::{Asked, Pair};
use maille_store::source::Standing;
use maille_store::{Error, Store};
use sqlx::PgPool;

use crate::support::{
    because, begin, day, directory, elsewhere, founded, hills, import, perhaps_hills, withdraw,
};

fn csv(id: &str) -> ListingId {
    ListingId::founded_by("csv", id)
}

fn ror(id: &str) -> ListingId {
    ListingId::founded_by("ror", id)
}

/// Two listings that may be one.
async fn two_that_may_be_one(store: &Store) {
    import(store, "csv", day(1), &[hills("c-1", &[])]).await;
    import(store, "ror", day(2), &[perhaps_hills("r-1", &[])]).await;
}

async fn proposed(store: &Store) -> Vec<Pair> {
    store.duplicates(Asked::Proposed).await.unwrap()
}

#[sqlx::test]
async fn what_may_be_one_is_proposed_with_its_reasons_and_is_one_when_a_person_says_so(pool: PgPool) {
    let store = Store::on(pool);
    two_that_may_be_one(&store).await;
    let listings = directory(&store).await;
    assert_eq!(listings.len(), 2);
    assert!(listings.values().all(|listing| listing.twin == Some(csv("c-1"))), "a search shows one of them");
    let pairs = proposed(&store).await;
    assert_eq!(pairs.len(), 1);
    let mut sides =
        [&pairs[0].a, &pairs[0].b].map(|side| (side.listing, side.source.as_str(), side.source_id.as_str()));
    sides.sort_by_key(|side| side.1);
    assert_eq!(sides, [(csv("c-1"), "csv", "c-1"), (ror("r-1"), "ror", "r-1")]);
    assert!(pairs[0].score.is_some() && !pairs[0].reasons.is_empty());
    assert_eq!(store.duplicates(Asked::Linked).await.unwrap().len(), 0);

    store
        .decide(csv("c-1"), ror("r-1"), true, &Reach::Everywhere, &because("même équipe", day(3)))
        .await
        .unwrap();
    assert_eq!(proposed(&store).await.len(), 0);
    assert_eq!(store.duplicates(Asked::Linked).await.unwrap().len(), 1);
    let listing = founded(&store, "ror", "r-1").await;
    assert_eq!((listing.id, listing.twin, listing.sources.len()), (csv("c-1"), None, 2));
    let decisions = store.pair_decisions().await.unwrap();
    assert_eq!(decisions.len(), 1);
    assert_eq!((decisions[0].same, &*decisions[0].reason, decisions[0].at), (true, "même équipe", day(3)));
}

#[sqlx::test]
async fn what_nothing_proposes_is_one_when_a_person_says_so(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "csv", day(1), &[hills("c-1", &[])]).await;
    import(&store, "ror", day(2), &[elsewhere("r-1")]).await;
    store
        .decide(ror("r-1"), csv("c-1"), true, &Reach::Everywhere, &because("elle a déménagé", day(3)))
        .await
        .unwrap();
    assert_eq!(founded(&store, "ror", "r-1").await.id, csv("c-1"));
    store.match_again(&because("pour voir", day(4))).await.unwrap();
    assert_eq!(founded(&store, "ror", "r-1").await.id, csv("c-1"));
}

#[sqlx::test]
async fn a_refusal_is_remembered_for_ever(pool: PgPool) {
    let store = Store::on(pool);
    two_that_may_be_one(&store).await;
    store
        .decide(csv("c-1"), ror("r-1"), false, &Reach::Everywhere, &because("deux équipes", day(3)))
        .await
        .unwrap();
    for step in 0..6 {
        match step {
            0 => {}
            // Imported again, changed, changed to the very same, gone and back, found again from nothing.
            1 => import(&store, "ror", day(4), &[perhaps_hills("r-1", &[(Field::Cost, "gratuit")])]).await,
            2 => import(&store, "ror", day(5), &[hills("r-1", &[])]).await,
            3 => withdraw(&store, "ror", day(6), &["r-1"]).await,
            4 => import(&store, "ror", day(7), &[hills("r-1", &[])]).await,
            _ => store.match_again(&because("pour voir", day(8))).await.unwrap(),
        }
        assert_eq!(proposed(&store).await.len(), 0, "after step {step}");
        let listings = directory(&store).await;
        assert_eq!(listings.len(), 2, "after step {step}");
        assert!(listings.values().all(|listing| listing.twin.is_none()), "after step {step}");
    }
}

/// Of two listings of several records each, a refusal is of all of them, and one decision.
#[sqlx::test]
async fn a_refusal_of_listings_holds_for_their_records_and_is_taken_back_whole(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "csv", day(1), &[hills("c-1", &[])]).await;
    import(&store, "ror", day(2), &[hills("r-1", &[])]).await;
    let other = [(Field::Phone, "01 99 00 00 02"), (Field::Address, "300 boulevard Lointain")];
    import(&store, "di", day(3), &[hills("d-1", &other)]).await;
    import(&store, "soliguide", day(4), &[hills("s-1", &other)]).await;
    let (di, soliguide) = (ListingId::founded_by("di", "d-1"), ListingId::founded_by("soliguide", "s-1"));
    assert_eq!(founded(&store, "soliguide", "s-1").await.id, di);
    let before = directory(&store).await;
    assert_eq!(before.len(), 2);

    store
        .decide(csv("c-1"), soliguide, false, &Reach::Everywhere, &because("deux antennes", day(5)))
        .await
        .unwrap();
    assert_eq!(proposed(&store).await.len(), 0);
    let decisions = store.pair_decisions().await.unwrap();
    assert_eq!(decisions.len(), 1);
    // Alone with any of the others, a record stays apart from them.
    import(&store, "csv", day(6), &[elsewhere("c-1")]).await;
    import(&store, "di", day(6), &[elsewhere("d-1")]).await;
    import(&store, "soliguide", day(6), &[hills("s-1", &[])]).await;
    assert_ne!(founded(&store, "ror", "r-1").await.id, founded(&store, "soliguide", "s-1").await.id);

    let stranger = store.take_back(&[decisions[0].id], &Reach::nowhere(), &because("essai", day(7))).await;
    assert!(matches!(stranger, Err(Error::BeyondReach)), "{stranger:?}");
    store.take_back(&[decisions[0].id], &Reach::Everywhere, &because("une seule", day(7))).await.unwrap();
    assert_eq!(store.pair_decisions().await.unwrap().len(), 0);
    assert_eq!(founded(&store, "ror", "r-1").await.id, founded(&store, "soliguide", "s-1").await.id);
    let again = store.take_back(&[decisions[0].id], &Reach::Everywhere, &because("encore", day(8))).await;
    assert!(matches!(again, Err(Error::UnknownDecision(_))), "{again:?}");
}

#[sqlx::test]
async fn what_was_linked_by_itself_parts_when_a_person_says_so(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "csv", day(1), &[hills("c-1", &[])]).await;
    let alone = directory(&store).await;
    import(&store, "ror", day(2), &[hills("r-1", &[])]).await;
    assert_eq!(directory(&store).await.len(), 1);
    store
        .decide(csv("c-1"), ror("r-1"), false, &Reach::Everywhere, &because("deux équipes", day(3)))
        .await
        .unwrap();
    let parted = directory(&store).await;
    assert_eq!(parted[&csv("c-1")], alone[&csv("c-1")]);
    assert_eq!(parted[&ror("r-1")].fields.name, "Équipe mobile de gériatrie des Coteaux");
    // The last word is the one that holds.
    store
        .decide(csv("c-1"), ror("r-1"), true, &Reach::Everywhere, &because("finalement", day(4)))
        .await
        .unwrap();
    assert_eq!(directory(&store).await.len(), 1);
    assert_eq!(store.pair_decisions().await.unwrap().len(), 2, "the one before waits under it");
}

#[sqlx::test]
async fn what_is_no_pair_is_refused_in_words(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "csv", day(1), &[hills("c-1", &[])]).await;
    let cause = because("essai", day(2));
    let itself = store.decide(csv("c-1"), csv("c-1"), true, &Reach::Everywhere, &cause).await;
    assert!(matches!(itself, Err(Error::OneRecord(_))), "{itself:?}");
    let nobody = store.decide(csv("c-1"), csv("personne"), true, &Reach::Everywhere, &cause).await;
    assert!(matches!(nobody, Err(Error::UnknownListing(_))), "{nobody:?}");
    assert!(matches!(
        store.take_back(&[7], &Reach::Everywhere, &cause).await,
        Err(Error::UnknownDecision(7))
    ));
}

#[sqlx::test]
async fn a_decision_waits_for_the_import_in_its_turn_and_says_for_whom(pool: PgPool) {
    let store = Store::on(pool.clone()).with_patience(Duration::from_millis(30));
    two_that_may_be_one(&store).await;
    let mut run = begin(&store, "csv", day(3)).await;
    run.put(&[hills("c-1", &[(Field::Cost, "gratuit")])]).await.unwrap();
    let cause = because("la même", day(4));
    let refused = [
        store.decide(csv("c-1"), ror("r-1"), true, &Reach::Everywhere, &cause).await.unwrap_err(),
        store.match_again(&cause).await.unwrap_err(),
        store.stand("ror", Standing::Dropped, &cause).await.unwrap_err(),
        store.set_precedence(&maille_domain::Precedence::default(), &cause).await.unwrap_err(),
    ];
    for refused in refused {
        assert!(
            refused.to_string().starts_with("l’import de la source « csv » écrit en ce moment"),
            "{refused}"
        );
    }
    let patient = Store::on(pool.clone());
    let decision = tokio::spawn(async move {
        patient.decide(csv("c-1"), ror("r-1"), true, &Reach::Everywhere, &cause).await
    });
    crate::support::waiting(&pool, 1).await;
    run.finish(Report::of("csv"), day(3)).await.unwrap();
    decision.await.unwrap().unwrap();
    assert_eq!(founded(&store, "ror", "r-1").await.id, csv("c-1"));
}

/// What was decided before a decision that is taken back holds again, whoever's records it was of.
#[sqlx::test]
async fn a_decision_that_is_taken_back_gives_back_the_one_before(pool: PgPool) {
    let store = Store::on(pool.clone());
    import(&store, "csv", day(1), &[hills("c-1", &[])]).await;
    import(&store, "ror", day(2), &[hills("r-1", &[])]).await;
    assert_eq!(directory(&store).await.len(), 1);
    store
        .decide(csv("c-1"), ror("r-1"), false, &Reach::Everywhere, &because("deux antennes", day(3)))
        .await
        .unwrap();
    let before = directory(&store).await;
    assert_eq!(before.len(), 2);

    let mistake = store
        .decide(ror("r-1"), csv("c-1"), true, &Reach::Everywhere, &because("par erreur", day(4)))
        .await
        .unwrap();
    assert_eq!(directory(&store).await.len(), 1);
    store.take_back(&[mistake], &Reach::Everywhere, &because("c’était une erreur", day(5))).await.unwrap();
    assert_eq!(directory(&store).await, before);
    let kept: (String, String) =
        sqlx::query_as("select ended_by, ended_reason from match_decision where ended_at is not null")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(kept, ("animation".into(), "c’était une erreur".into()));
}
