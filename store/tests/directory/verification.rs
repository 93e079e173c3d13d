//! A check by a person dates a listing, or a field, until something later is said.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use maille_domain::listing::Provenance;
use maille_domain::reach::Reach;
use maille_domain::{Check, Field, ListingId, Means};
use maille_store::{Error, Store};
use sqlx::PgPool;

use crate::support::{because, day, founded, hills, import};

fn id() -> ListingId {
    ListingId::founded_by("csv", "c-1")
}

fn on(at: DateTime<Utc>) -> NaiveDate {
    at.date_naive()
}

fn by(means: Means, field: Option<Field>, at: DateTime<Utc>) -> Check {
    Check { field, day: on(at), means }
}

#[sqlx::test]
async fn a_check_dates_the_listing_and_is_told_by_its_history(pool: PgPool) {
    let store = Store::on(pool.clone());
    import(&store, "csv", day(1), &[hills("c-1", &[(Field::VerifiedOn, "2026-10-01")])]).await;
    let call = by(Means::Phone, None, day(5));
    assert!(store.verify(id(), call, &Reach::Everywhere, &because("vérification", day(5))).await.unwrap());
    let listing = founded(&store, "csv", "c-1").await;
    assert_eq!((listing.fields.verified_on, listing.last_check()), (Some(on(day(5))), Some(call)));
    let origin = Provenance::Override {
        author: "animation".into(),
        reason: "vérifié par téléphone".into(),
        at: day(5),
        until: None,
    };
    assert_eq!(listing.provenance[&Field::VerifiedOn], origin);
    assert_eq!(store.conflicts(day(6)).await.unwrap().len(), 0, "it corrects nothing");

    // Sent twice, or of an earlier day: nothing new.
    for (check, at) in [(call, day(5)), (by(Means::Visit, None, day(4)), day(6))] {
        assert!(!store.verify(id(), check, &Reach::Everywhere, &because("encore", at)).await.unwrap());
    }
    let visit = by(Means::Visit, None, day(5));
    assert!(store.verify(id(), visit, &Reach::Everywhere, &because("allés voir", day(6))).await.unwrap());
    assert_eq!(founded(&store, "csv", "c-1").await.last_check(), Some(visit));

    let told = store.history(id()).await.unwrap();
    let told: Vec<_> =
        told.iter().map(|told| (told.reason.as_str(), &told.checks.0[..], &told.checks.1[..])).collect();
    assert_eq!(told[0], ("allés voir", &[call][..], &[visit][..]));
    assert_eq!(told[1], ("vérification", &[][..], &[call][..]));
    assert_eq!(told.len(), 3);

    store.take_check_back(id(), None, &Reach::Everywhere, &because("mauvaise fiche", day(7))).await.unwrap();
    assert_eq!(founded(&store, "csv", "c-1").await.last_check(), Some(call), "the one before counts again");
    store.take_check_back(id(), None, &Reach::Everywhere, &because("mauvaise fiche", day(7))).await.unwrap();
    let listing = founded(&store, "csv", "c-1").await;
    assert_eq!(listing.fields.verified_on, NaiveDate::from_ymd_opt(2026, 10, 1));
    assert!(listing.checks.is_empty());
    let none = store.take_check_back(id(), None, &Reach::Everywhere, &because("encore", day(7))).await;
    assert!(matches!(none, Err(Error::NoCheck(None))));

    store
        .verify(id(), by(Means::Mail, None, day(8)), &Reach::Everywhere, &because("courriel", day(8)))
        .await
        .unwrap();
    import(&store, "csv", day(9), &[hills("c-1", &[(Field::VerifiedOn, "2026-11-09")])]).await;
    let listing = founded(&store, "csv", "c-1").await;
    assert_eq!((listing.fields.verified_on, listing.last_check()), (Some(on(day(9))), None), "a later date");
}

#[sqlx::test]
async fn a_field_is_checked_alone_as_long_as_it_says_the_same(pool: PgPool) {
    let store = Store::on(pool.clone());
    let told = async |cost: &str, at| {
        import(&store, "csv", at, &[hills("c-1", &[(Field::Cost, cost)])]).await;
        founded(&store, "csv", "c-1").await.check_of(Field::Cost)
    };
    assert_eq!(told("gratuit", day(1)).await, None);
    let check = by(Means::Mail, Some(Field::Cost), day(2));
    assert!(store.verify(id(), check, &Reach::Everywhere, &because("demandé", day(2))).await.unwrap());
    assert_eq!(founded(&store, "csv", "c-1").await.check_of(Field::Cost), Some(check));
    assert_eq!(founded(&store, "csv", "c-1").await.fields.verified_on, None, "of the cost alone");
    assert_eq!(told("payant", day(3)).await, None, "nobody checked that");
    assert_eq!(told("gratuit", day(4)).await, Some(check));
    store
        .verify(id(), by(Means::Phone, None, day(5)), &Reach::Everywhere, &because("tout relu", day(5)))
        .await
        .unwrap();
    assert_eq!(founded(&store, "csv", "c-1").await.check_of(Field::Cost), None, "all was checked since");

    // Each gesture is in the history, and tells the index.
    let reasons: Vec<String> =
        store.history(id()).await.unwrap().into_iter().map(|told| told.reason).collect();
    assert!(
        reasons.contains(&"demandé".to_owned()) && reasons.contains(&"tout relu".to_owned()),
        "{reasons:?}"
    );
}

#[sqlx::test]
async fn several_are_checked_in_one_gesture_or_none(pool: PgPool) {
    let store = Store::on(pool.clone());
    let records: Vec<_> =
        (1..4).map(|at| hills(&format!("c-{at}"), &[(Field::Name, &format!("Maison n° {at}"))])).collect();
    import(&store, "csv", day(1), &records).await;
    let mut listings: BTreeSet<ListingId> =
        (1..4).map(|at| ListingId::founded_by("csv", &format!("c-{at}"))).collect();
    let check = by(Means::Phone, None, day(2));
    let stranger = ListingId::founded_by("csv", "?");
    listings.insert(stranger);
    let none =
        store.verify_many(&listings, check, &Reach::Everywhere, &because("tournée d’appels", day(2))).await;
    assert!(matches!(&none, Err(Error::UnknownListing(id)) if *id == stranger.to_string()), "{none:?}");
    assert_eq!(founded(&store, "csv", "c-1").await.last_check(), None);

    listings.remove(&stranger);
    store.verify(id(), check, &Reach::Everywhere, &because("appel", day(2))).await.unwrap();
    let said = store
        .verify_many(&listings, check, &Reach::Everywhere, &because("tournée d’appels", day(2)))
        .await
        .unwrap();
    assert_eq!(said, 2, "of the first, it was known");
    for at in 1..4 {
        assert_eq!(founded(&store, "csv", &format!("c-{at}")).await.last_check(), Some(check));
    }
    // Of what became one thing, once.
    let merged = ListingId::founded_by("csv", "c-2");
    store.decide(id(), merged, true, &Reach::Everywhere, &because("la même", day(3))).await.unwrap();
    let both = BTreeSet::from([id(), merged]);
    let said = store
        .verify_many(&both, by(Means::Visit, None, day(4)), &Reach::Everywhere, &because("vu", day(4)))
        .await
        .unwrap();
    assert_eq!(said, 1);
}
