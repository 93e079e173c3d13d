//! Writers at the same time: each waits for the other within bounds, and is told for whom.

use std::time::Duration;

use maille_domain::ListingId;
use maille_domain::field::Field;
use maille_domain::run::Report;
use maille_store::connection::WRITERS;
use maille_store::overrides::NewOverride;
use maille_store::run::RunStart;
use maille_store::{Error, Store};
use serde_json::json;
use sqlx::PgPool;

use crate::support::{begin, day, founded, import, record, team, waiting};

const SOON: Duration = Duration::from_millis(100);

fn phone(id: &str, phone: &str) -> NewOverride {
    NewOverride {
        listing: ListingId::founded_by("csv", id),
        field: Field::Phone,
        value: Some(json!([phone])),
        author: "facilitatrice".into(),
        reason: "appelé".into(),
        until: None,
    }
}

#[sqlx::test]
async fn a_second_import_of_a_source_is_refused_in_words(pool: PgPool) {
    let store = Store::on(pool);
    let first = begin(&store, "csv", day(1)).await;
    let scope = maille_domain::run::Scope::default();
    let start = RunStart {
        source: "csv",
        format: "csv",
        location: "essai.csv",
        partial: false,
        scope: &scope,
        at: day(1),
    };
    let refused = store.begin_import(start.clone()).await.unwrap_err();
    assert!(matches!(&refused, Error::ImportUnderWay(source) if source == "csv"));
    assert!(refused.to_string().contains("« csv » est déjà en cours"));
    drop(first);
    // The transaction of one that was dropped is undone in its own time.
    while let Err(error) = store.begin_import(start.clone()).await {
        assert!(matches!(error, Error::ImportUnderWay(_)), "{error}");
    }
}

#[sqlx::test]
async fn imports_of_two_sources_write_one_after_the_other(pool: PgPool) {
    let store = Store::on(pool.clone());
    let same_name = |id, phone| {
        record(id, &[(Field::Name, "Équipe mobile"), (Field::Category, "emg"), (Field::Phone, phone)])
    };
    let mut first = begin(&store, "csv", day(1)).await;
    first.put(&[same_name("a", "01 99 00 00 01")]).await.unwrap();

    let second = tokio::spawn({
        let store = store.clone();
        async move { import(&store, "ror", day(2), &[same_name("b", "01 99 00 00 02")]).await }
    });
    waiting(&pool, 1).await;
    first.finish(Report::of("csv"), day(1)).await.unwrap();
    second.await.unwrap();

    let slugs = [founded(&store, "csv", "a").await.slug, founded(&store, "ror", "b").await.slug];
    assert_eq!(slugs[0], "equipe-mobile");
    assert!(slugs[1].starts_with("equipe-mobile-"), "the one that came second takes another: {slugs:?}");
}

#[sqlx::test]
async fn a_wait_has_an_end_and_a_name(pool: PgPool) {
    let store = Store::on(pool).with_patience(SOON);
    import(&store, "csv", day(1), &[team("a", "01 99 00 00 01")]).await;
    let mut long = begin(&store, "csv", day(2)).await;
    long.put(&[team("a", "01 99 00 00 02")]).await.unwrap();

    let edit = store.set_override(phone("a", "+33199000077"), day(3)).await.unwrap_err();
    let mut import = begin(&store, "ror", day(3)).await;
    let import = import.put(&[team("b", "01 99 00 00 03")]).await.unwrap_err();
    for refused in [edit, import] {
        assert!(matches!(refused, Error::Busy { .. }), "{refused}");
        assert!(
            refused.to_string().starts_with("l’import de la source « csv » écrit en ce moment"),
            "{refused}"
        );
    }

    long.finish(Report::of("csv"), day(2)).await.unwrap();
    store.set_override(phone("a", "+33199000077"), day(4)).await.unwrap();
}

/// However many wait for an import, pages are read and the index follows; one too many is told so.
#[sqlx::test]
async fn whoever_waits_keeps_nobody_from_reading(pool: PgPool) {
    let server = pool.connect_options().as_ref().clone();
    let store = Store::open(&[server]).await.unwrap();
    import(&store, "csv", day(1), &[team("a", "01 99 00 00 01")]).await;
    let mut long = begin(&store, "csv", day(2)).await;
    long.put(&[team("a", "01 99 00 00 02")]).await.unwrap();
    let edit = || {
        let store = store.clone();
        tokio::spawn(async move { store.set_override(phone("a", "+33199000077"), day(3)).await })
    };
    // The import has a connection of writers.
    let edits: Vec<_> = (1..WRITERS).map(|_| edit()).collect();
    waiting(&pool, i64::from(WRITERS) - 1).await;

    assert!(store.listing(ListingId::founded_by("csv", "a")).await.unwrap().is_some());
    assert!(store.feed_head().await.unwrap() > 0);
    let refused = edit().await.unwrap().unwrap_err();
    assert!(matches!(refused, Error::Busy { .. }), "{refused}");

    long.finish(Report::of("csv"), day(2)).await.unwrap();
    for edit in edits {
        edit.await.unwrap().unwrap();
    }
    store.close().await;
}

/// An edit that brings an organization holds it while it waits for its listing; the import that holds the listing may
/// bring the same organization.
#[sqlx::test]
async fn an_edit_and_an_import_never_embrace(pool: PgPool) {
    let store = Store::on(pool.clone());
    import(&store, "csv", day(1), &[team("a", "01 99 00 00 01"), team("b", "01 99 00 00 02")]).await;
    let mut run = begin(&store, "csv", day(2)).await;
    run.put(&[team("a", "01 99 00 00 09")]).await.unwrap();

    let edit = tokio::spawn({
        let store = store.clone();
        let new = NewOverride {
            field: Field::Organization,
            value: Some(json!("Association nouvelle")),
            ..phone("a", "")
        };
        async move { store.set_override(new, day(3)).await }
    });
    waiting(&pool, 1).await;
    let with_it =
        [(Field::Name, "Équipe"), (Field::Category, "emg"), (Field::Organization, "Association nouvelle")];
    run.put(&[record("b", &with_it)]).await.unwrap();
    run.finish(Report::of("csv"), day(2)).await.unwrap();
    edit.await.unwrap().unwrap();
    for id in ["a", "b"] {
        let listing = founded(&store, "csv", id).await;
        assert_eq!(listing.fields.organization.as_deref(), Some("Association nouvelle"));
    }
}

/// Whatever comes first, the correction stands, and what the import brought under it is known.
#[sqlx::test]
async fn an_import_during_edits_is_one_of_the_serial_orders(pool: PgPool) {
    let store = Store::on(pool);
    let teams = |phone: &str| -> Vec<_> { (0..20).map(|i| team(&format!("t-{i}"), phone)).collect() };
    import(&store, "csv", day(1), &teams("01 99 00 00 01")).await;
    let importing = tokio::spawn({
        let store = store.clone();
        let teams = teams("01 99 00 00 02");
        async move { import(&store, "csv", day(2), &teams).await }
    });
    let edits = (0..20).map(|i| {
        let store = store.clone();
        tokio::spawn(
            async move { store.set_override(phone(&format!("t-{i}"), "+33199000077"), day(3)).await },
        )
    });
    for edit in edits.collect::<Vec<_>>() {
        edit.await.unwrap().unwrap();
    }
    importing.await.unwrap();

    let conflicts = store.conflicts(day(4)).await.unwrap();
    for i in 0..20 {
        let listing = founded(&store, "csv", &format!("t-{i}")).await;
        assert_eq!(listing.fields.phone[0].as_str(), "+33199000077");
        let conflict = conflicts.iter().find(|conflict| conflict.listing == listing.id);
        // Edited first, the source has moved under the edit; imported first, the edit was put upon the new value.
        if let Some(conflict) = conflict {
            assert_eq!(conflict.conflict.base, Some(json!(["+33199000001"])));
            assert_eq!(conflict.conflict.theirs, Some(json!(["+33199000002"])));
        }
    }
}
