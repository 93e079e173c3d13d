//! What people decide stands over what sources say, until it ends.

use std::time::Duration;

use chrono::{DateTime, Utc};
use maille_domain::field::Field;
use maille_domain::{ListingId, Reach};
use maille_store::edit::FieldEdit;
use maille_store::overrides::{NewOverride, Settlement};
use maille_store::{Error, Store};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{because, correction, day, directory, elsewhere, founded, hills, import, team};

fn id() -> ListingId {
    ListingId::founded_by("csv", "c-1")
}

async fn cost(store: &Store) -> Option<String> {
    founded(store, "csv", "c-1").await.fields.cost
}

#[sqlx::test]
async fn a_correction_with_an_end_ends_and_the_source_speaks_again(pool: PgPool) {
    let store = Store::on(pool.clone());
    import(&store, "csv", day(1), &[hills("c-1", &[(Field::Cost, "10 €")])]).await;
    let new = NewOverride { until: Some(day(10)), ..correction(id(), Field::Cost, json!("gratuit")) };
    store.set_override(new, day(2)).await.unwrap();
    assert_eq!(store.end_overrides_due(day(9)).await.unwrap(), 0);
    assert_eq!(cost(&store).await.as_deref(), Some("gratuit"));
    assert_eq!(store.end_overrides_due(day(10)).await.unwrap(), 1);
    assert_eq!(cost(&store).await.as_deref(), Some("10 €"));
    assert_eq!(store.end_overrides_due(day(11)).await.unwrap(), 0);
    let ended: Vec<(DateTime<Utc>, String, String)> =
        sqlx::query_as("select ended_at, ended_by, ended_reason from listing_override")
            .fetch_all(&pool)
            .await
            .unwrap();
    let by = ("maille".to_owned(), "la correction valait jusqu’à cette date".to_owned());
    assert_eq!(ended, [(day(10), by.0, by.1)], "it is ended, not lost");
}

#[sqlx::test]
async fn a_conflict_is_settled_each_way(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "csv", day(1), &[hills("c-1", &[(Field::Cost, "10 €")])]).await;
    let new = NewOverride { until: Some(day(28)), ..correction(id(), Field::Cost, json!("gratuit")) };
    store.set_override(new, day(2)).await.unwrap();
    let nothing = store
        .settle(id(), Field::Cost, Settlement::Ours, &Reach::Everywhere, &because("essai", day(3)))
        .await;
    assert!(matches!(nothing, Err(Error::NoConflict(Field::Cost))), "there is no conflict: {nothing:?}");

    import(&store, "csv", day(4), &[hills("c-1", &[(Field::Cost, "12 €")])]).await;
    assert_eq!(store.conflicts(day(5)).await.unwrap().len(), 1);
    store
        .settle(id(), Field::Cost, Settlement::Ours, &Reach::Everywhere, &because("rappelé", day(5)))
        .await
        .unwrap();
    assert_eq!(store.conflicts(day(6)).await.unwrap().len(), 0);
    assert_eq!(cost(&store).await.as_deref(), Some("gratuit"));

    import(&store, "csv", day(7), &[hills("c-1", &[(Field::Cost, "15 €")])]).await;
    let conflict = store.conflicts(day(8)).await.unwrap().remove(0);
    assert_eq!(
        (conflict.conflict.base, conflict.conflict.theirs),
        (Some(json!("12 €")), Some(json!("15 €")))
    );
    assert_eq!(conflict.decision.until, Some(day(28)), "what is confirmed holds as long as it was to");
    store
        .settle(id(), Field::Cost, Settlement::Theirs, &Reach::Everywhere, &because("ils ont raison", day(8)))
        .await
        .unwrap();
    assert_eq!(store.conflicts(day(9)).await.unwrap().len(), 0);
    assert_eq!(cost(&store).await.as_deref(), Some("15 €"));
}

/// More than are read at a time.
#[sqlx::test]
async fn conflicts_of_a_thousand_listings_are_all_told(pool: PgPool) {
    let store = Store::on(pool.clone());
    let all = |cost: &str| -> Vec<_> {
        let named = |at: usize| {
            hills(&format!("c-{at}"), &[(Field::Name, &format!("Maison n° {at}")), (Field::Cost, cost)])
        };
        (0..1_100).map(named).collect()
    };
    import(&store, "csv", day(1), &all("10 €")).await;
    sqlx::query(
        "insert into listing_override (listing, field, value, base, author, reason, at)
         select id, 'cost', '\"gratuit\"', '\"10 €\"', 'animation', 'appelé', now() from listing",
    )
    .execute(&pool)
    .await
    .unwrap();
    assert_eq!(store.conflicts(day(2)).await.unwrap().len(), 0);
    import(&store, "csv", day(3), &all("12 €")).await;
    let conflicts = store.conflicts(day(4)).await.unwrap();
    let listings: std::collections::BTreeSet<ListingId> =
        conflicts.iter().map(|conflict| conflict.listing).collect();
    assert_eq!((conflicts.len(), listings.len()), (1_100, 1_100));
}

/// Records of three sources.
async fn three(store: &Store) -> [ListingId; 3] {
    let mut ids = Vec::new();
    for (number, source) in (1..).zip(["a", "b", "c"]) {
        import(store, source, day(number), &[elsewhere("1")]).await;
        ids.push(ListingId::founded_by(source, "1"));
    }
    ids.try_into().expect("there are three")
}

/// Takes back all that was decided of pairs.
async fn part(store: &Store, at: DateTime<Utc>) {
    for decision in store.pair_decisions().await.unwrap() {
        store.take_back(&[decision.id], &Reach::Everywhere, &because("non", at)).await.unwrap();
    }
}

async fn pair(store: &Store, a: ListingId, b: ListingId, same: bool, at: DateTime<Utc>) {
    store.decide(a, b, same, &Reach::Everywhere, &because("décidé", at)).await.unwrap();
}

#[sqlx::test]
async fn a_correction_of_what_was_merged_gives_back_those_it_was_made_over(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "csv", day(1), &[hills("c-1", &[])]).await;
    import(&store, "ror", day(2), &[elsewhere("r-1")]).await;
    let other = ListingId::founded_by("ror", "r-1");
    let set = async |listing, cost: &str, at| {
        store.set_override(correction(listing, Field::Cost, json!(cost)), at).await.unwrap();
    };
    set(other, "gratuit", day(3)).await;
    let before = directory(&store).await;
    pair(&store, id(), other, true, day(4)).await;
    set(id(), "10 €", day(5)).await;
    assert_eq!(cost(&store).await.as_deref(), Some("10 €"));
    assert_eq!(store.conflicts(day(6)).await.unwrap().len(), 0, "it was decided knowing the other");

    part(&store, day(7)).await;
    let after = directory(&store).await;
    assert_eq!(after[&other], before[&other]);
    assert_eq!(after[&id()].fields.cost.as_deref(), Some("10 €"), "what was set on it stays with it");

    // Taken away, it leaves nothing behind it on the listing that people saw.
    pair(&store, id(), other, true, day(8)).await;
    assert_eq!(store.conflicts(day(9)).await.unwrap().len(), 0);
    store.end_override(other, Field::Cost, &because("ni l’un ni l’autre", day(9))).await.unwrap();
    assert_eq!(cost(&store).await, None);
    let again = store.end_override(id(), Field::Cost, &because("essai", day(9))).await;
    assert!(matches!(again, Err(Error::NoOverride(Field::Cost))), "{again:?}");
}

#[sqlx::test]
async fn of_three_decisions_of_one_thing_a_person_chooses(pool: PgPool) {
    let store = Store::on(pool.clone());
    let ids = three(&store).await;
    pair_apart(&store, &ids, day(4)).await;
    for (id, decided) in ids.into_iter().zip(11..) {
        let new = correction(id, Field::Cost, json!(format!("{decided} €")));
        store.set_override(new, day(decided)).await.unwrap();
    }
    let before = directory(&store).await;
    assert_eq!(before.len(), 3);
    let [first, second, third] = ids;
    pair(&store, first, second, true, day(14)).await;
    pair(&store, second, third, true, day(14)).await;
    let cost = async || store.listing(third).await.unwrap().unwrap().fields.cost;
    assert_eq!(cost().await.as_deref(), Some("13 €"));
    let against: Vec<_> =
        store.conflicts(day(15)).await.unwrap().into_iter().map(|found| found.conflict.theirs).collect();
    assert_eq!(against, [Some(json!("12 €")), Some(json!("11 €"))]);

    let settled = store
        .settle(first, Field::Cost, Settlement::Theirs, &Reach::Everywhere, &because("laquelle", day(15)))
        .await;
    assert!(matches!(settled, Err(Error::SeveralConflicts(Field::Cost))), "{settled:?}");
    assert!(settled.unwrap_err().to_string().contains("choisissez avec « maille set"));
    store
        .settle(first, Field::Cost, Settlement::Ours, &Reach::Everywhere, &because("la dernière", day(16)))
        .await
        .unwrap();
    assert_eq!(store.conflicts(day(17)).await.unwrap().len(), 0);
    assert_eq!(cost().await.as_deref(), Some("13 €"));
    let ended: Vec<(String, String)> = sqlx::query_as(
        "select value #>> '{}', ended_by || ' : ' || ended_reason from listing_override where ended_at is not null",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(
        ended,
        [("11 €".to_owned(), "animation : la dernière".to_owned())],
        "the one of the same listing"
    );

    pair_apart(&store, &ids, day(18)).await;
    let after = directory(&store).await;
    assert_eq!((&after[&second], &after[&third]), (&before[&second], &before[&third]));
}

/// Decides of three records that they are three things.
async fn pair_apart(store: &Store, [a, b, c]: &[ListingId; 3], at: DateTime<Utc>) {
    for (a, b) in [(a, b), (b, c), (a, c)] {
        pair(store, *a, *b, false, at).await;
    }
}

/// The ages of one thing that two people decided of, once its conflict is settled.
async fn settled_ages(store: &Store, settlement: Settlement) -> (Option<u8>, Option<u8>) {
    import(store, "csv", day(1), &[hills("c-1", &[])]).await;
    import(store, "ror", day(2), &[elsewhere("r-1")]).await;
    let other = ListingId::founded_by("ror", "r-1");
    store.set_override(correction(id(), Field::AgeMin, json!(80)), day(3)).await.unwrap();
    store.set_override(correction(other, Field::AgeMax, json!(30)), day(4)).await.unwrap();
    pair(store, id(), other, true, day(5)).await;
    let ages = async || {
        let fields = founded(store, "csv", "c-1").await.fields;
        (fields.age_min, fields.age_max)
    };
    assert_eq!(ages().await, (None, Some(30)), "never a contradiction");
    let told = store.conflicts(day(6)).await.unwrap().remove(0).conflict;
    assert_eq!((told.field, told.against), (Field::AgeMax, Some(Field::AgeMin)));
    store
        .settle(other, Field::AgeMax, settlement, &Reach::Everywhere, &because("tranché", day(7)))
        .await
        .unwrap();
    assert_eq!(store.conflicts(day(8)).await.unwrap().len(), 0);
    ages().await
}

#[sqlx::test]
async fn of_ages_that_contradict_each_other_the_one_that_stood_is_kept(pool: PgPool) {
    assert_eq!(settled_ages(&Store::on(pool), Settlement::Ours).await, (None, Some(30)));
}

#[sqlx::test]
async fn of_ages_that_contradict_each_other_the_one_that_gave_way_is_followed(pool: PgPool) {
    assert_eq!(settled_ages(&Store::on(pool), Settlement::Theirs).await, (Some(80), None));
}

#[sqlx::test]
async fn a_busy_listing_keeps_no_other_from_its_end(pool: PgPool) {
    let store = Store::on(pool.clone()).with_patience(Duration::from_millis(30));
    import(&store, "csv", day(1), &[hills("c-1", &[]), elsewhere("c-2")]).await;
    let both = [id(), ListingId::founded_by("csv", "c-2")];
    for id in both {
        let new = NewOverride { until: Some(day(10)), ..correction(id, Field::Cost, json!("gratuit")) };
        store.set_override(new, day(2)).await.unwrap();
    }
    let busy = both.into_iter().min().unwrap();
    let mut writer = pool.begin().await.unwrap();
    sqlx::query("select 1 from listing where id = $1 for update")
        .bind(busy.0)
        .execute(&mut *writer)
        .await
        .unwrap();
    let due = store.end_overrides_due(day(10)).await;
    assert!(matches!(due, Err(Error::Busy { .. })), "{due:?}");
    for id in both {
        let cost = store.listing(id).await.unwrap().unwrap().fields.cost;
        assert_eq!(cost.is_some(), id == busy, "the other ended");
    }
    writer.rollback().await.unwrap();
    assert_eq!(store.end_overrides_due(day(11)).await.unwrap(), 1);
}

#[sqlx::test]
async fn a_correction_over_what_nobody_sees_any_more_is_not_made(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "annuaire", day(1), &[team("emg-1", "01 99 00 00 01")]).await;
    let listing = founded(&store, "annuaire", "emg-1").await;
    let zone = |code: &str| json!([format!("commune:{code}")]);
    let set = async |code: &str, seen: Option<&Value>, d| {
        let seen = seen.map(|seen| Field::Coverage.format(seen)).unwrap_or_default();
        let edit = FieldEdit { field: Field::Coverage, value: Some(zone(code)), seen: Some(seen) };
        match store.edit(listing.id, &Reach::Everywhere, &[edit], None, &because("appelé", d)).await {
            Ok(_) => true,
            Err(Error::Overtaken(_)) => false,
            Err(error) => panic!("{error}"),
        }
    };
    assert!(!set("92007", Some(&zone("92002")), day(2)).await, "nobody says so");
    assert!(set("92007", None, day(2)).await);
    assert!(!set("92002", None, day(3)).await, "somebody was faster");
    assert!(set("92002", Some(&zone("92007")), day(3)).await);
}
