//! Sources as a whole: what they are read in, and whether what they say counts.

use maille_domain::ListingId;
use maille_domain::field::Field;
use maille_store::run::RunStart;
use maille_store::source::Standing;
use maille_store::{Error, Store};
use serde_json::json;
use sqlx::PgPool;

use crate::support::{
    because, begin, correction, day, directory, elsewhere, founded, hills, import, import_as, perhaps_hills,
    withdraw,
};

async fn three_sources(store: &Store) {
    import(store, "csv", day(1), &[hills("c-1", &[(Field::Cost, "gratuit")]), elsewhere("c-2")]).await;
    let ror = [hills("r-1", &[(Field::Cost, "10 €"), (Field::Acronym, "EMG")]), elsewhere("r-3")];
    import_as(store, "ror", "ror-fhir", day(2), &ror).await;
    import_as(store, "finess", "finess", day(3), &[perhaps_hills("f-1", &[])]).await;
}

#[sqlx::test]
async fn a_source_that_is_dropped_and_brought_back_leaves_no_trace(pool: PgPool) {
    let store = Store::on(pool);
    three_sources(&store).await;
    let csv = ListingId::founded_by("csv", "c-1");
    store.set_override(correction(csv, Field::Summary, json!("Vu avec l’équipe")), day(4)).await.unwrap();
    withdraw(&store, "csv", day(5), &["c-2"]).await;
    let before = directory(&store).await;
    for source in ["csv", "ror", "finess"] {
        store.stand(source, Standing::Dropped, &because("convention échue", day(6))).await.unwrap();
        let without = directory(&store).await;
        assert_ne!(without, before);
        assert_eq!(without.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>(), "ids stay");
        store.stand(source, Standing::Kept, &because("convention signée", day(7))).await.unwrap();
        assert_eq!(directory(&store).await, before, "{source}");
    }
}

#[sqlx::test]
async fn without_a_source_listings_are_those_of_the_others(pool: PgPool) {
    let store = Store::on(pool);
    three_sources(&store).await;
    assert_eq!(founded(&store, "ror", "r-1").await.fields.cost.as_deref(), Some("gratuit"));
    let counted = store.stand("csv", Standing::Dropped, &because("échue", day(6))).await.unwrap();
    assert_eq!(counted, 2);
    let listing = founded(&store, "ror", "r-1").await;
    assert_eq!(listing.id, ListingId::founded_by("csv", "c-1"), "its address stays");
    assert_eq!((listing.fields.cost.as_deref(), listing.withdrawn_at), (Some("10 €"), None));
    assert!(!listing.others.contains_key(&Field::Cost), "what is dropped says nothing: {:?}", listing.others);
    store.stand("ror", Standing::Dropped, &because("échue", day(8))).await.unwrap();
    assert_eq!(
        founded(&store, "ror", "r-1").await.withdrawn_at,
        Some(day(8)),
        "nobody speaks for it any more"
    );
}

#[sqlx::test]
async fn a_source_that_is_dropped_refuses_imports_in_words(pool: PgPool) {
    let store = Store::on(pool);
    three_sources(&store).await;
    store.stand("csv", Standing::Dropped, &because("échue", day(6))).await.unwrap();
    let scope = maille_domain::run::Scope::default();
    let start = RunStart {
        source: "csv",
        format: "csv",
        location: "essai.csv",
        partial: false,
        scope: &scope,
        at: day(7),
    };
    let refused = store.begin_import(start).await.unwrap_err();
    assert!(matches!(&refused, Error::SourceDropped(source) if source == "csv"), "{refused}");
    let unknown = store.stand("personne", Standing::Dropped, &because("essai", day(7))).await;
    assert!(matches!(unknown, Err(Error::UnknownSource(_))), "{unknown:?}");
    let _run = begin(&store, "ror", day(8)).await;
    let busy = store.stand("ror", Standing::Dropped, &because("essai", day(8))).await;
    assert!(matches!(busy, Err(Error::ImportUnderWay(_))), "{busy:?}");
}

#[sqlx::test]
async fn sources_are_counted(pool: PgPool) {
    let store = Store::on(pool);
    three_sources(&store).await;
    import_as(&store, "territoires", "territories", day(4), &[]).await;
    withdraw(&store, "csv", day(5), &["c-2"]).await;
    store.stand("finess", Standing::Dropped, &because("échue", day(6))).await.unwrap();
    let sources = store.sources().await.unwrap();
    let told: Vec<_> = sources
        .iter()
        .map(|source| {
            let counts = [source.records, source.withdrawn, source.shared];
            (&*source.name, &*source.format, counts, source.last_run_at, source.dropped_at)
        })
        .collect();
    // Two records of Toulouse are one listing too, but one of them is withdrawn: nothing is shared there any more.
    assert_eq!(
        told,
        [
            ("csv", "csv", [1, 1, 1], Some(day(5)), None),
            ("finess", "finess", [1, 0, 0], Some(day(3)), Some(day(6))),
            ("ror", "ror-fhir", [2, 0, 1], Some(day(2)), None),
            ("territoires", "territories", [0, 0, 0], Some(day(4)), None),
        ]
    );
}

#[sqlx::test]
async fn a_source_read_in_another_format_speaks_in_another_turn(pool: PgPool) {
    let store = Store::on(pool);
    let ror = [hills("r-1", &[(Field::Cost, "10 €")])];
    import_as(&store, "ror", "ror-fhir", day(1), &ror).await;
    import_as(&store, "ville", "finess", day(2), &[hills("v-1", &[(Field::Cost, "gratuit")])]).await;
    assert_eq!(founded(&store, "ror", "r-1").await.fields.cost.as_deref(), Some("10 €"));
    // The town sends a spreadsheet instead, which says the same.
    let mut run = crate::support::begin_as(&store, "ville", "csv", day(3)).await;
    assert!(run.known().await.unwrap().contains_key("v-1"));
    run.seen("v-1".into());
    run.finish(maille_domain::run::Report::of("ville"), day(3)).await.unwrap();
    assert_eq!(founded(&store, "ror", "r-1").await.fields.cost.as_deref(), Some("gratuit"));
    assert_eq!(store.sources().await.unwrap()[1].format, "csv");
}
