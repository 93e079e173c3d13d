//! Builders that read like sentences: the only way these tests make rows.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use maille_domain::field::{Field, Values};
use maille_domain::run::Report;
use maille_domain::run::Scope;
use maille_domain::{Listing, ListingId};
use maille_store::Store;
use maille_store::feed::Change;
use maille_store::listing::Cause;
use maille_store::overrides::NewOverride;
use maille_store::run::{Import, Incoming, RunStart};
use serde_json::{Value, json};
use sqlx::PgPool;

/// Nine o'clock on a day of November 2026.
pub fn day(day: u32) -> DateTime<Utc> {
    NaiveDate::from_ymd_opt(2026, 11, day).unwrap().and_hms_opt(9, 0, 0).unwrap().and_utc()
}

/// A record of these cells.
pub fn record(id: &str, cells: &[(Field, &str)]) -> Incoming {
    let values: Values =
        cells.iter().filter_map(|(field, cell)| Some((*field, field.parse(cell).unwrap()?))).collect();
    Incoming::new(id.into(), &json!({ "id": id }), values, Vec::new())
}

/// A geriatric mobile team with this phone.
pub fn team(id: &str, phone: &str) -> Incoming {
    record(
        id,
        &[(Field::Name, "Équipe mobile de gériatrie"), (Field::Category, "emg"), (Field::Phone, phone)],
    )
}

/// The mobile team of the hills, as any source describes it, but for these cells: surely the same as another one.
pub fn hills(id: &str, cells: &[(Field, &str)]) -> Incoming {
    let usual = [
        (Field::Name, "Équipe mobile de gériatrie des Coteaux"),
        (Field::Category, "emg"),
        (Field::Phone, "01 99 00 00 01"),
        (Field::Address, "1 rue de l’Exemple"),
        (Field::PostalCode, "92220"),
        (Field::Commune, "92007"),
    ];
    record(id, &[&usual, cells].concat())
}

/// What may be the mobile team of the hills: of its commune and nearly its name, with another phone, and no address.
pub fn perhaps_hills(id: &str, cells: &[(Field, &str)]) -> Incoming {
    let usual = [
        (Field::Name, "Équipe mobile de gériatrie des Coteaux et du Val"),
        (Field::Category, "emg"),
        (Field::Phone, "01 99 00 00 02"),
        (Field::Commune, "92007"),
    ];
    record(id, &[&usual, cells].concat())
}

/// Something that nobody takes for the mobile team of the hills.
pub fn elsewhere(id: &str) -> Incoming {
    record(
        id,
        &[
            (Field::Name, "Centre communal d’action sociale de Toulouse"),
            (Field::Category, "ccas"),
            (Field::Phone, "05 99 00 00 05"),
            (Field::Address, "20 avenue Inventée"),
            (Field::PostalCode, "31000"),
            (Field::Commune, "31555"),
        ],
    )
}

pub async fn begin(store: &Store, source: &str, at: DateTime<Utc>) -> Import {
    begin_as(store, source, "csv", at).await
}

pub async fn begin_as(store: &Store, source: &str, format: &str, at: DateTime<Utc>) -> Import {
    store
        .begin_import(RunStart {
            source,
            format,
            location: "essai.csv",
            partial: false,
            scope: &Scope::default(),
            at,
        })
        .await
        .unwrap()
}

/// Imports these records as one run.
pub async fn import(store: &Store, source: &str, at: DateTime<Utc>, records: &[Incoming]) {
    import_as(store, source, "csv", at, records).await;
}

/// Imports these records as one run of this format.
pub async fn import_as(store: &Store, source: &str, format: &str, at: DateTime<Utc>, records: &[Incoming]) {
    let mut run = begin_as(store, source, format, at).await;
    run.put(records).await.unwrap();
    run.finish(Report::of(source), at).await.unwrap();
}

/// Imports a source that no longer has these records.
pub async fn withdraw(store: &Store, source: &str, at: DateTime<Utc>, ids: &[&str]) {
    let mut run = begin(store, source, at).await;
    let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    run.withdraw(&ids).await.unwrap();
    run.finish(Report::of(source), at).await.unwrap();
}

/// The facilitator, for a reason.
pub fn because(reason: &str, at: DateTime<Utc>) -> Cause {
    Cause { author: "animation".into(), reason: reason.into(), run: None, at }
}

/// A correction by the facilitator, without an end.
pub fn correction(listing: ListingId, field: Field, value: Value) -> NewOverride {
    NewOverride {
        listing,
        field,
        value: Some(value),
        author: "animation".into(),
        reason: "appelé".into(),
        until: None,
    }
}

/// All that a reader finds.
pub async fn directory(store: &Store) -> BTreeMap<ListingId, Listing> {
    let mut found = BTreeMap::new();
    store
        .snapshot(10, |changes| {
            found.extend(changes.into_iter().filter_map(|change| match change {
                Change::Listing(listing) => Some((listing.id, *listing)),
                _ => None,
            }));
            Ok::<(), maille_store::Error>(())
        })
        .await
        .unwrap();
    found
}

/// Until as many writers of this database wait for a lock.
pub async fn waiting(pool: &PgPool, writers: i64) {
    loop {
        let waiting: i64 = sqlx::query_scalar(
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
        )
        .fetch_one(pool)
        .await
        .unwrap();
        if waiting >= writers {
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// The listing that a record founded.
pub async fn founded(store: &Store, source: &str, id: &str) -> Listing {
    store.listing(ListingId::founded_by(source, id)).await.unwrap().expect("the record founded a listing")
}
