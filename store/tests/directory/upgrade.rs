//! A directory that lived under the schema before records were matched.

use maille_domain::call::{Outcome, Sheet};
use maille_domain::field::Field;
use maille_domain::{Desk, ListingId, Matter, Reach, Role};
use maille_store::Store;
use maille_store::call::{Sending, Step};
use maille_store::inbox::Sift;
use maille_store::role::NewRole;
use sqlx::PgPool;
use uuid::Uuid;

use crate::support::{day, directory, elsewhere, founded, hills, import};

/// Two records of one thing, each with its listing, under the present schema.
async fn upgraded(pool: PgPool) -> Store {
    let mut before = sqlx::migrate!();
    before.migrations = before.migrations.iter().filter(|migration| migration.version < 7).cloned().collect();
    before.run(&pool).await.unwrap();
    let values = serde_json::json!(hills("", &[(Field::Cost, "gratuit")]).values);
    sqlx::query(
        r#"with source as (
               insert into source (name, created_at) values ('etablissements', now()), ('ror', now()), ('jamais', now()) returning name
           ), run as (
               insert into run (source, format, location, partial, started_at, finished_at, report)
               values ('etablissements', 'csv', 'e.csv', false, now(), now(), '{}'),
                      ('etablissements', 'finess', 'e', false, now(), now(), '{}'),
                      ('ror', 'ror-fhir', 'r', false, now(), now(), '{}')
           ), listing as (
               insert into listing (id, slug, name, category, audiences, themes, modes, referred_by, languages, accessibility, status,
                   provenance, created_at, updated_at)
               select id, 'fiche-' || source, $1 ->> 'name', 'emg', '{}', '{}', '{}', '{}', '{}', '{}', 'ouvert', '{}', now(), now()
               from unnest($2::uuid[], $3::text[]) as row (id, source)
           ), record as (
               insert into source_record (source, source_id, payload, "values", since, hash, first_seen, last_seen)
               select source, '1', '{}', $1, '{}', '\x00',
                   case source when 'ror' then timestamptz '2026-10-02' else '2026-10-01' end, now()
               from unnest($3::text[]) as source
           ), link as (
               insert into link (source, source_id, listing)
               select source, '1', id from unnest($2::uuid[], $3::text[]) as row (id, source)
           )
           insert into listing_override (listing, field, value, author, reason, at)
           select id, 'summary', '"Vu avec l’équipe"', 'animation', 'appelé', now() from unnest($2::uuid[]) as id limit 1"#,
    )
    .bind(values)
    .bind(["ror", "etablissements"].map(|source| ListingId::founded_by(source, "1").0))
    .bind(["ror", "etablissements"])
    .execute(&pool)
    .await
    .unwrap();

    let store = Store::on(pool);
    store.migrate().await.unwrap();
    let formats: Vec<(String, String)> =
        store.sources().await.unwrap().into_iter().map(|source| (source.name, source.format)).collect();
    let told = [("etablissements", "finess"), ("jamais", "csv"), ("ror", "ror-fhir")];
    assert_eq!(formats, told.map(|(name, format)| (name.to_owned(), format.to_owned())));
    assert_eq!(directory(&store).await.len(), 2, "a migration changes no listing");
    store
}

#[sqlx::test(migrations = false)]
async fn everything_is_matched_at_the_first_import_after(pool: PgPool) {
    let store = upgraded(pool).await;
    import(&store, "csv", day(2), &[elsewhere("c-1")]).await;
    assert_eq!(directory(&store).await.len(), 2);
    let listing = founded(&store, "ror", "1").await;
    assert_eq!(listing.id, ListingId::founded_by("etablissements", "1"), "the oldest record names it");
    assert_eq!(listing.fields.summary.as_deref(), Some("Vu avec l’équipe"));
    assert_eq!(store.find_listing("fiche-ror").await.unwrap(), Some(listing.id));
    // And so is what comes later.
    import(&store, "csv", day(3), &[hills("c-2", &[])]).await;
    assert_eq!(founded(&store, "csv", "c-2").await.id, listing.id);
}

#[sqlx::test(migrations = false)]
async fn an_upgrade_waits_for_no_import(pool: PgPool) {
    let store = upgraded(pool).await;
    assert!(store.match_by_rules(day(2)).await.unwrap());
    let listing = founded(&store, "ror", "1").await;
    assert_eq!(listing.id, ListingId::founded_by("etablissements", "1"));
    assert_eq!(directory(&store).await.len(), 1);
    assert!(!store.match_by_rules(day(3)).await.unwrap(), "once");
}

/// The desk opens in a directory that people already curate: what they set aside stays so, and calls are taken at once.
#[sqlx::test(migrations = false)]
async fn the_desk_opens_in_a_directory_that_is_curated(pool: PgPool) {
    let mut before = sqlx::migrate!();
    before.migrations = before.migrations.iter().filter(|migration| migration.version < 9).cloned().collect();
    before.run(&pool).await.unwrap();
    let store = Store::on(pool.clone());
    import(&store, "csv", day(1), &[elsewhere("1"), hills("2", &[])]).await;
    let id = ListingId::founded_by("csv", "1");
    let account = store
        .create_account(
            "alix@dac.example",
            "Alix",
            &[NewRole { role: Role::Reception, territory: None }],
            "Zoé",
            day(1),
        )
        .await
        .unwrap();
    for (mark, listing) in [("jamais", id.0), ("", ListingId::founded_by("csv", "2").0)] {
        sqlx::query(
            "insert into set_aside (kind, listing, mark, author, reason, at) values ($1, $2, $3, 'Zoé', 'vu', now())",
        )
        .bind(if mark.is_empty() { "sans-zone" } else { "verification" })
        .bind(listing)
        .bind(mark)
        .execute(&pool)
        .await
        .unwrap();
    }
    let before = directory(&store).await;

    store.migrate().await.unwrap();
    assert_eq!(directory(&store).await, before, "a migration changes no listing");
    let reach = Reach::Everywhere;
    let inbox = store.inbox(None, (50, 0), &reach, &Sift::default(), day(2)).await.unwrap();
    assert_eq!((inbox.counts[&Matter::Stale], inbox.counts[&Matter::NoCoverage]), (1, 1));
    let desk = Desk::of(&store.account(account).await.unwrap().unwrap()).unwrap();
    let sending = Sending { call: Uuid::from_u128(1), version: 0, id: Uuid::from_u128(2) };
    let steps = [Step::Give(id), Step::Tell(id, Some(Outcome::Full))];
    store.save_call(sending, &Sheet::default(), &steps, &desk, day(2)).await.unwrap();
    let inbox = store.inbox(None, (50, 0), &reach, &Sift::default(), day(3)).await.unwrap();
    assert_eq!((inbox.matter, inbox.lines[0].key.listing), (Matter::Failure, id));
}
