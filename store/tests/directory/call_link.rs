//! Answers of the desk sent as a link.

use chrono::{NaiveDate, TimeDelta};
use maille_domain::account::Held;
use maille_domain::call::{Home, Sheet};
use maille_domain::{Account, Desk, ListingId, Reach, Role};
use maille_store::call::{Sending, Step};
use maille_store::call_link::{CallLink, Opened};
use maille_store::secret::Secret;
use maille_store::{Error, Store};
use sqlx::PgPool;
use uuid::Uuid;

use crate::support::{day, import, team};

/// The desk of an account that is kept; of one territory, or of the whole directory.
async fn desk(store: &Store, email: &str, territory: Option<&str>) -> Desk {
    let name = email.split('@').next().unwrap().to_owned();
    let id = store.create_account(email, &name, &[], "Zoé", day(1)).await.unwrap();
    let reach = if territory.is_some() { Reach::nowhere() } else { Reach::Everywhere };
    let held = Held { role: Role::Reception, territory: territory.map(str::to_owned), reach };
    Desk::of(&Account { id, email: email.to_owned(), name, roles: vec![held] }).unwrap()
}

#[sqlx::test]
async fn a_link_shows_what_was_given_for_a_week_and_nothing_else_of_the_call(pool: PgPool) {
    let store = Store::on(pool.clone());
    import(&store, "csv", day(1), &[team("e-1", "01 99 00 00 01"), team("e-2", "01 99 00 00 02")]).await;
    let given = ["e-2", "e-1"].map(|id| ListingId::founded_by("csv", id));
    let desk = desk(&store, "alix@dac.example", None).await;
    let call = Uuid::from_u128(1);
    let sheet = Sheet { home: Some(Home::Commune("92007".to_owned())), ..Sheet::default() };
    let sending = Sending { call, version: 0, id: Uuid::from_u128(2) };
    store.save_call(sending, &sheet, &given.map(Step::Give), &desk, day(20)).await.unwrap();

    let (secret, last_day) = store.make_call_link(call, &given, &desk, day(20)).await.unwrap();
    assert_eq!(last_day, NaiveDate::from_ymd_opt(2026, 11, 27).unwrap());
    // Whatever is said of the call afterwards, what was sent stays.
    let moved = Sheet { home: Some(Home::Commune("31555".to_owned())), ..sheet };
    let sending = Sending { call, version: 1, id: Uuid::from_u128(3) };
    store.save_call(sending, &moved, &[], &desk, day(20)).await.unwrap();
    let expected = Opened::Open(CallLink {
        listings: given.to_vec(),
        commune: Some("92007".to_owned()),
        territory: None,
        made_at: day(20),
        last_day,
    });
    let end = day(28) - TimeDelta::hours(10);
    for now in [day(20), end - TimeDelta::seconds(1)] {
        assert_eq!(store.call_link(&secret, now).await.unwrap(), Some(expected.clone()), "{now}");
    }
    assert_eq!(store.call_link(&secret, end).await.unwrap(), Some(Opened::Over));
    assert_eq!(store.call_link(&Secret::random().unwrap(), day(20)).await.unwrap(), None);

    // What opens it is not kept.
    let kept: Vec<u8> = sqlx::query_scalar("select secret from call_link").fetch_one(&pool).await.unwrap();
    let text = secret.text();
    let bytes = (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap());
    let secret: Vec<u8> = bytes.collect();
    assert_eq!(kept.len(), secret.len());
    assert_ne!(kept, secret);
}

#[sqlx::test]
async fn nobody_makes_a_link_of_a_call_of_another_desk(pool: PgPool) {
    let store = Store::on(pool);
    let whole = desk(&store, "alix@dac.example", None).await;
    let call = Uuid::from_u128(1);
    let sending = Sending { call, version: 0, id: Uuid::from_u128(2) };
    store.save_call(sending, &Sheet::default(), &[], &whole, day(20)).await.unwrap();
    let other = desk(&store, "camille@dac.example", Some("sud")).await;
    for (call, desk) in [(call, &other), (Uuid::from_u128(9), &whole)] {
        let refused = store.make_call_link(call, &[], desk, day(20)).await;
        assert!(matches!(refused, Err(Error::UnknownCall(unknown)) if unknown == call), "{refused:?}");
    }
}
