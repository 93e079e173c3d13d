//! Builders that read like sentences: the only way these tests make rows.

use chrono::{DateTime, NaiveDate, Utc};
use maille_domain::field::{Field, Values};
use maille_domain::run::Report;
use maille_domain::run::Scope;
use maille_domain::{Listing, ListingId};
use maille_store::Store;
use maille_store::run::{Import, Incoming, RunStart};
use serde_json::json;

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

pub async fn begin(store: &Store, source: &str, at: DateTime<Utc>) -> Import {
    store
        .begin_import(RunStart {
            source,
            format: "csv",
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
    let mut run = begin(store, source, at).await;
    run.put(records).await.unwrap();
    run.finish(Report::of(source), at).await.unwrap();
}

/// The listing that a record founded.
pub async fn founded(store: &Store, source: &str, id: &str) -> Listing {
    store.listing(ListingId::founded_by(source, id)).await.unwrap().expect("the record founded a listing")
}
