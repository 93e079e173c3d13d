//! Addresses of listings: they follow the name, and the old ones go on leading to the listing.

use maille_domain::field::Field;
use maille_domain::{Listing, ListingId};
use maille_store::overrides::NewOverride;
use maille_store::{Error, Store};
use serde_json::json;
use sqlx::PgPool;

use crate::support::{begin, day, founded, import, record, team};

fn named(id: &str, name: &str) -> maille_store::run::Incoming {
    record(id, &[(Field::Name, name), (Field::Category, "emg")])
}

fn renaming(id: &str, name: &str) -> NewOverride {
    NewOverride {
        listing: ListingId::founded_by("csv", id),
        field: Field::Name,
        value: Some(json!(name)),
        author: "animation".into(),
        reason: "essai".into(),
        until: None,
    }
}

/// The slug of a listing, and those it had.
async fn slugs(store: &Store, id: &str) -> (String, Vec<String>) {
    let listing = founded(store, "csv", id).await;
    (listing.slug, listing.former_slugs)
}

#[sqlx::test]
async fn a_slug_follows_the_name_and_the_old_one_leads_there(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "csv", day(1), &[named("a", "Équipe mobile")]).await;
    import(&store, "csv", day(2), &[named("a", "Équipe Mobile !")]).await;
    assert_eq!(slugs(&store, "a").await, ("equipe-mobile".into(), vec![]), "another writing of one name");
    import(&store, "csv", day(3), &[named("a", "Équipe du Sud")]).await;
    store.set_override(renaming("a", "Équipe du Nord"), day(4)).await.unwrap();
    let formerly = vec!["equipe-mobile".to_owned(), "equipe-du-sud".to_owned()];
    assert_eq!(slugs(&store, "a").await, ("equipe-du-nord".into(), formerly));
    for name in ["equipe-du-nord", "equipe-mobile", "equipe-du-sud"] {
        assert_eq!(
            store.find_listing(name).await.unwrap(),
            Some(ListingId::founded_by("csv", "a")),
            "{name}"
        );
    }
}

#[sqlx::test]
async fn a_move_to_another_commune_is_another_address(pool: PgPool) {
    let store = Store::on(pool);
    let at =
        |commune| record("a", &[(Field::Name, "CCAS"), (Field::Category, "ccas"), (Field::Commune, commune)]);
    import(&store, "csv", day(1), &[at("92007")]).await;
    import(&store, "csv", day(2), &[at("92002")]).await;
    assert_eq!(slugs(&store, "a").await, ("ccas-antony".into(), vec!["ccas-bagneux".into()]));
}

#[sqlx::test]
async fn a_former_slug_is_never_another_s_and_is_taken_back(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "csv", day(1), &[named("a", "Équipe mobile")]).await;
    import(&store, "csv", day(2), &[named("a", "Équipe du Sud")]).await;
    import(&store, "csv", day(3), &[named("a", "Équipe du Sud"), named("b", "Équipe mobile")]).await;
    let (other, _) = slugs(&store, "b").await;
    assert!(other.starts_with("equipe-mobile-"), "{other}");
    import(&store, "csv", day(4), &[named("a", "Équipe mobile"), named("b", "Équipe mobile")]).await;
    assert_eq!(slugs(&store, "a").await, ("equipe-mobile".into(), vec!["equipe-du-sud".into()]));
    assert_eq!(slugs(&store, "b").await, (other, vec![]));
}

#[sqlx::test]
async fn names_exchanged_in_one_import_leave_each_its_addresses(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "csv", day(1), &[named("a", "Sud"), named("b", "Nord")]).await;
    import(&store, "csv", day(2), &[named("a", "Nord"), named("b", "Sud")]).await;
    let ((a, formerly_a), (b, formerly_b)) = (slugs(&store, "a").await, slugs(&store, "b").await);
    assert!(a.starts_with("nord-") && b.starts_with("sud-"), "{a} {b}");
    assert_eq!((formerly_a, formerly_b), (vec!["sud".into()], vec!["nord".into()]));
}

#[sqlx::test]
async fn a_name_made_to_look_like_another_s_address_takes_nothing(pool: PgPool) {
    let store = Store::on(pool);
    let short = &ListingId::founded_by("csv", "b").0.simple().to_string()[..8];
    import(&store, "csv", day(1), &[named("a", "Équipe"), named("c", &format!("Équipe {short}"))]).await;
    import(
        &store,
        "csv",
        day(2),
        &[named("a", "Équipe"), named("c", &format!("Équipe {short}")), named("b", "Équipe")],
    )
    .await;
    let whole = ListingId::founded_by("csv", "b").0.simple().to_string();
    assert_eq!(slugs(&store, "b").await.0, format!("equipe-{whole}"));
}

#[sqlx::test]
async fn two_renames_to_one_name_at_once_have_two_addresses(pool: PgPool) {
    let store = Store::on(pool);
    let all: Vec<_> = (0..8).map(|number| named(&number.to_string(), &format!("Équipe {number}"))).collect();
    import(&store, "csv", day(1), &all).await;
    let renames: Vec<_> = (0..8)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                store.set_override(renaming(&number.to_string(), "Équipe réunie"), day(2)).await
            })
        })
        .collect();
    for rename in renames {
        rename.await.unwrap().unwrap();
    }
    let mut given = std::collections::HashSet::new();
    for number in 0..8 {
        let (slug, formerly) = slugs(&store, &number.to_string()).await;
        assert!(slug.starts_with("equipe-reunie"), "{slug}");
        assert_eq!(formerly, [format!("equipe-{number}")]);
        assert!(given.insert(slug));
    }
}

/// An edit that waited for the slug of an import would hold a listing that the import may want.
#[sqlx::test]
async fn a_rename_beside_an_import_waits_for_nobody(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "csv", day(1), &[named("a", "Équipe mobile")]).await;
    let mut run = begin(&store, "ror", day(2)).await;
    run.put(&[named("b", "Équipe du Sud")]).await.unwrap();
    store.set_override(renaming("a", "Équipe du Sud"), day(2)).await.unwrap();
    run.finish(maille_domain::run::Report::of("ror"), day(2)).await.unwrap();
    assert_eq!(founded(&store, "ror", "b").await.slug, "equipe-du-sud");
    let (slug, formerly) = slugs(&store, "a").await;
    assert!(slug.starts_with("equipe-du-sud-"), "{slug}");
    assert_eq!(formerly, ["equipe-mobile"]);
}

#[sqlx::test]
async fn what_names_one_thing_comes_before_the_identifier_of_a_source(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "csv", day(1), &[named("a", "Équipe mobile")]).await;
    let of_csv =
        [named("a", "Équipe du Sud"), team("equipe-mobile", "01 99 00 00 01"), team("b", "01 99 00 00 02")];
    import(&store, "csv", day(2), &of_csv).await;
    import(&store, "ror", day(3), &[team("csv:a", "01 99 00 00 03"), team("b", "01 99 00 00 04")]).await;
    let found = async |name: &str| store.find_record(name).await;
    let a = Some(ListingId::founded_by("csv", "a"));
    assert_eq!(found("equipe-mobile").await.unwrap(), a, "a former slug, and a record of a source");
    assert_eq!(found("csv:a").await.unwrap(), a, "the record of one source, and the name of another's");
    assert_eq!(found("ror:b").await.unwrap(), Some(ListingId::founded_by("ror", "b")));
    let several = found("b").await;
    assert!(matches!(several, Err(Error::SeveralListings(_))), "{several:?}");
}

/// A directory that lived under the schema before this one.
#[sqlx::test(migrations = false)]
async fn a_directory_in_use_gets_former_slugs(pool: PgPool) {
    let mut before = sqlx::migrate!();
    before.migrations = before.migrations.iter().filter(|migration| migration.version < 5).cloned().collect();
    before.run(&pool).await.unwrap();
    sqlx::raw_sql(
        r#"insert into listing (id, slug, name, category, audiences, themes, modes, referred_by, languages, accessibility,
               status, provenance, created_at, updated_at)
           select md5(number::text)::uuid, 'fiche-' || number, 'Fiche ' || number, 'emg', '{}', '{}', '{}', '{}', '{}', '{}',
               'ouvert', '{}', now(), now()
           from generate_series(1, 200) as number;
           insert into source (name, created_at) values ('ancienne', now());
           insert into source_record (source, source_id, payload, "values", since, hash, first_seen, last_seen)
           select 'ancienne', number::text, '{}', jsonb_build_object('name', 'Fiche ' || number, 'category', 'emg'), '{}', '\x00', now(), now()
           from generate_series(1, 200) as number;
           insert into link (source, source_id, listing)
           select 'ancienne', number::text, md5(number::text)::uuid from generate_series(1, 200) as number"#,
    )
    .execute(&pool)
    .await
    .unwrap();
    let store = Store::on(pool.clone());
    store.migrate().await.unwrap();
    let first = store.find_listing("fiche-1").await.unwrap().unwrap();
    assert_eq!(store.listing(first).await.unwrap().unwrap().former_slugs, Vec::<String>::new());
    import(&store, "ancienne", day(1), &[named("a", "Fiche 1")]).await;
    import(&store, "ancienne", day(2), &[named("a", "Fiche nouvelle")]).await;
    let Listing { slug, former_slugs: formerly, .. } = founded(&store, "ancienne", "a").await;
    assert_eq!(slug, "fiche-nouvelle");
    assert!(formerly[0].starts_with("fiche-1-"), "{formerly:?}");
}
