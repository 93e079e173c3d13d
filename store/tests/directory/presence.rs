//! Whether a listing is there is for its sources to say, unless a person decided.

use maille_domain::reach::Reach;
use maille_domain::{Check, Field, ListingId, Means, Presence};
use maille_store::{Error, Store};
use sqlx::PgPool;

use crate::support::{because, day, founded, hills, import, withdraw};

fn id() -> ListingId {
    ListingId::founded_by("csv", "c-1")
}

#[sqlx::test]
async fn what_is_hidden_stays_so_whatever_its_source_says(pool: PgPool) {
    let store = Store::on(pool.clone());
    import(&store, "csv", day(1), &[hills("c-1", &[])]).await;
    store
        .set_presence(id(), Some(Presence::Hidden), &Reach::Everywhere, &because("fermé, on l’a vu", day(2)))
        .await
        .unwrap();
    import(&store, "csv", day(3), &[hills("c-1", &[(Field::Cost, "gratuit")])]).await;
    let listing = founded(&store, "csv", "c-1").await;
    assert_eq!((listing.withdrawn_at, listing.presence), (Some(day(2)), Some(Presence::Hidden)));
    assert_eq!(listing.fields.cost.as_deref(), Some("gratuit"), "what its source says is known meanwhile");

    store.set_presence(id(), None, &Reach::Everywhere, &because("rouvert", day(4))).await.unwrap();
    let listing = founded(&store, "csv", "c-1").await;
    assert_eq!((listing.withdrawn_at, listing.presence), (None, None));

    let told: Vec<_> = store
        .history(id())
        .await
        .unwrap()
        .into_iter()
        .map(|revision| (revision.reason, revision.withdrawn, revision.presence))
        .collect();
    let (none, hidden) = ((None, None), Some(Presence::Hidden));
    assert_eq!(told[0], ("rouvert".to_owned(), (Some(day(2)), None), (hidden, None)));
    assert_eq!((&told[1].1, &told[1].2), (&none, &(None, None)), "an import changed its cost alone");
    assert_eq!(told[2], ("fermé, on l’a vu".to_owned(), (None, Some(day(2))), (None, hidden)));
    let ended: i64 = sqlx::query_scalar("select count(*) from presence where ended_reason = 'rouvert'")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(ended, 1, "it is ended, not lost");
}

#[sqlx::test]
async fn what_is_kept_stays_though_no_source_knows_it(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "csv", day(1), &[hills("c-1", &[(Field::Cost, "gratuit")])]).await;
    withdraw(&store, "csv", day(2), &["c-1"]).await;
    assert_eq!(founded(&store, "csv", "c-1").await.withdrawn_at, Some(day(2)));
    store
        .set_presence(
            id(),
            Some(Presence::Kept),
            &Reach::Everywhere,
            &because("appelé : toujours là", day(3)),
        )
        .await
        .unwrap();
    let listing = founded(&store, "csv", "c-1").await;
    assert_eq!((listing.withdrawn_at, listing.presence), (None, Some(Presence::Kept)));
    assert_eq!(listing.fields.cost.as_deref(), Some("gratuit"));

    import(&store, "csv", day(4), &[hills("c-2", &[(Field::Name, "Autre chose")])]).await;
    assert_eq!(founded(&store, "csv", "c-1").await.withdrawn_at, None, "the next import changes nothing");
    store.set_presence(id(), None, &Reach::Everywhere, &because("finalement non", day(5))).await.unwrap();
    assert_eq!(founded(&store, "csv", "c-1").await.withdrawn_at, Some(day(2)));
    let stranger = ListingId::founded_by("csv", "?");
    let unknown = store
        .set_presence(stranger, Some(Presence::Kept), &Reach::Everywhere, &because("essai", day(6)))
        .await;
    assert!(matches!(unknown, Err(Error::UnknownListing(_))));
}

#[sqlx::test]
async fn of_listings_that_are_one_the_latest_decision_holds(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "csv", day(1), &[hills("c-1", &[]), hills("c-2", &[(Field::Commune, "92002")])]).await;
    let other = ListingId::founded_by("csv", "c-2");
    store
        .set_presence(other, Some(Presence::Hidden), &Reach::Everywhere, &because("double", day(2)))
        .await
        .unwrap();
    store.decide(id(), other, true, &Reach::Everywhere, &because("la même", day(3))).await.unwrap();
    let presence = async || {
        let listing = founded(&store, "csv", "c-1").await;
        (listing.withdrawn_at, listing.presence)
    };
    assert_eq!(presence().await, (Some(day(2)), Some(Presence::Hidden)), "it came with the one hidden");
    store
        .set_presence(id(), Some(Presence::Kept), &Reach::Everywhere, &because("non", day(4)))
        .await
        .unwrap();
    assert_eq!(presence().await, (None, Some(Presence::Kept)));
    store
        .set_presence(other, None, &Reach::Everywhere, &because("les sources savent", day(5)))
        .await
        .unwrap();
    assert_eq!(presence().await, (None, None), "nothing is left of either");
}

#[sqlx::test]
async fn nobody_decides_of_what_is_out_of_reach_when_it_is_written(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "csv", day(1), &[hills("c-1", &[])]).await;
    let (nowhere, cause) = (Reach::nowhere(), because("essai", day(2)));
    let hidden = store.set_presence(id(), Some(Presence::Hidden), &nowhere, &cause).await;
    assert!(matches!(hidden, Err(Error::BeyondReach)), "{hidden:?}");
    let check = Check { field: None, day: day(2).date_naive(), means: Means::Phone };
    let verified = store.verify(id(), check, &nowhere, &cause).await;
    assert!(matches!(verified, Err(Error::BeyondReach)), "{verified:?}");
    let listing = founded(&store, "csv", "c-1").await;
    assert_eq!((listing.presence, listing.checks.len()), (None, 0), "nothing was written");
}
