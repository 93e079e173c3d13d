//! What sources say, what people decide, and the listing that comes of it.

use maille_domain::field::Field;
use maille_domain::listing::Provenance;
use maille_domain::reach::Reach;
use maille_domain::run::Report;
use maille_domain::{Fields, ListingId};
use maille_store::overrides::NewOverride;
use maille_store::{Error, Store};
use serde_json::json;
use sqlx::PgPool;

use crate::support::{because, begin, day, founded, import, record, team};

const EVERY_FIELD: &[(Field, &str)] = &[
    (Field::Name, "Équipe mobile de gériatrie Sud 92"),
    (Field::Acronym, "EMG"),
    (Field::Category, "emg"),
    (Field::Organization, "Hôpital d’exemple"),
    (Field::Finess, "130000235"),
    (Field::Siret, "26010004500012"),
    (Field::RorId, "ror-17"),
    (Field::Summary, "Évalue à domicile."),
    (Field::Description, "Texte **libre**, avec « guillemets » et\nune deuxième ligne."),
    (Field::Phone, "01 99 00 00 01 | 15"),
    (Field::Email, "emg@example.org"),
    (Field::Mssante, "emg@exemple.mssante.fr"),
    (Field::Website, "https://example.org/emg"),
    (Field::Address, "1 rue de l’Exemple"),
    (Field::PostalCode, "92220"),
    (Field::Commune, "92007"),
    (Field::Location, "48.7983, 2.3137"),
    (Field::Hours, "Mo-Fr 09:00-17:00; PH off"),
    (Field::Coverage, "commune:92007 | departement:94 | radius:12.5 | territory:dac-92-sud | national"),
    (Field::Audiences, "personnes-agees | aidants"),
    (Field::AgeMin, "75"),
    (Field::AgeMax, "110"),
    (Field::Themes, "personnes-agees"),
    (Field::Modes, "domicile | etablissement"),
    (Field::Referral, "Appel du médecin traitant"),
    (Field::ReferredBy, "medecin | professionnel"),
    (Field::Inclusion, "75 ans et plus"),
    (Field::Exclusion, "urgence vitale"),
    (Field::DelayDays, "7"),
    (Field::Cost, "gratuit"),
    (Field::Languages, "fr | ar"),
    (Field::Accessibility, "pmr | lsf"),
    (Field::Status, "sature"),
    (Field::VerifiedOn, "2026-09-30"),
    (Field::SourceUrl, "https://example.org/source"),
];

#[sqlx::test]
async fn every_field_comes_back_as_it_went_in(pool: PgPool) {
    let store = Store::on(pool);
    let mut full = record("r-1", EVERY_FIELD);
    full.values.insert(Field::Extra, json!({ "colonne": "gardée" }));
    assert_eq!(full.values.len(), Field::ALL.len(), "the example fills every field there is");
    import(&store, "csv", day(1), std::slice::from_ref(&full)).await;

    let listing = founded(&store, "csv", "r-1").await;
    assert_eq!(listing.fields, Fields::from_values(full.values.clone()).unwrap());
    assert_eq!(listing.slug, "equipe-mobile-de-geriatrie-sud-92-bagneux");
    assert_eq!(listing.provenance.len(), Field::ALL.len(), "every value says where it came from");
    assert_eq!(
        listing.provenance[&Field::Phone],
        Provenance::Source { source: "csv".into(), source_id: "r-1".into(), at: day(1) }
    );
}

#[sqlx::test]
async fn a_value_keeps_the_date_it_was_first_read(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "csv", day(1), &[team("r-1", "01 99 00 00 01")]).await;
    import(&store, "csv", day(8), &[team("r-1", "01 99 00 00 02")]).await;
    let listing = founded(&store, "csv", "r-1").await;
    let since = |field| match &listing.provenance[&field] {
        Provenance::Source { at, .. } | Provenance::Override { at, .. } => *at,
    };
    assert_eq!((since(Field::Name), since(Field::Phone)), (day(1), day(8)));
}

#[sqlx::test]
async fn every_change_is_a_revision(pool: PgPool) {
    let store = Store::on(pool.clone());
    import(&store, "csv", day(1), &[team("r-1", "01 99 00 00 01")]).await;
    import(&store, "csv", day(8), &[team("r-1", "01 99 00 00 02")]).await;
    let revisions: Vec<(String, serde_json::Value, serde_json::Value)> =
        sqlx::query_as("select author, before, after from revision order by id")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(revisions.len(), 2);
    assert_eq!(revisions[0].1, json!({}));
    assert_eq!(
        revisions[1],
        ("import csv".into(), json!({ "phone": ["+33199000001"] }), json!({ "phone": ["+33199000002"] }))
    );
}

#[sqlx::test]
async fn a_withdrawn_record_is_kept_and_can_come_back(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "csv", day(1), &[team("r-1", "01 99 00 00 01")]).await;
    let mut run = begin(&store, "csv", day(8)).await;
    run.withdraw(&["r-1".into()]).await.unwrap();
    run.finish(Report::of("csv"), day(8)).await.unwrap();
    let gone = founded(&store, "csv", "r-1").await;
    assert_eq!((gone.withdrawn_at, gone.fields.name.as_str()), (Some(day(8)), "Équipe mobile de gériatrie"));

    import(&store, "csv", day(9), &[team("r-1", "01 99 00 00 01")]).await;
    assert_eq!(founded(&store, "csv", "r-1").await.withdrawn_at, None);
}

#[sqlx::test]
async fn an_override_outlives_imports_and_shows_the_conflict(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "csv", day(1), &[team("r-1", "01 99 00 00 01")]).await;
    let id = ListingId::founded_by("csv", "r-1");
    let ours = NewOverride {
        listing: id,
        field: Field::Phone,
        value: Field::Phone.parse("01 99 00 00 09").unwrap(),
        author: "animation".into(),
        reason: "appelé ce matin".into(),
        until: None,
    };
    store.set_override(ours, day(2)).await.unwrap();
    assert!(store.conflicts(day(3)).await.unwrap().is_empty());

    import(&store, "csv", day(8), &[team("r-1", "01 99 00 00 02")]).await;
    let listing = founded(&store, "csv", "r-1").await;
    assert_eq!(listing.fields.phone[0].spoken(), "01 99 00 00 09");
    let conflicts = store.conflicts(day(9)).await.unwrap();
    assert_eq!(conflicts.len(), 1);
    assert_eq!(conflicts[0].conflict.theirs, Some(json!(["+33199000002"])));
    assert_eq!(conflicts[0].decision.reason, "appelé ce matin");
}

#[sqlx::test]
async fn what_would_contradict_is_refused(pool: PgPool) {
    let store = Store::on(pool);
    let ages = [(Field::Name, "CMP"), (Field::Category, "cmp"), (Field::AgeMax, "17")];
    import(&store, "csv", day(1), &[record("r-1", &ages)]).await;
    let set = |field, value: Option<serde_json::Value>| NewOverride {
        listing: ListingId::founded_by("csv", "r-1"),
        field,
        value,
        author: "animation".into(),
        reason: "essai".into(),
        until: None,
    };
    let refused = store.set_override(set(Field::AgeMin, Some(json!(60))), day(2)).await;
    assert!(matches!(refused, Err(Error::Value { field: Field::AgeMin, .. })), "{refused:?}");
    let refused = store.set_override(set(Field::Name, None), day(2)).await;
    assert!(matches!(refused, Err(Error::Required(Field::Name))), "{refused:?}");
    let mut unknown = set(Field::Phone, None);
    unknown.listing = ListingId::founded_by("csv", "personne");
    assert!(matches!(store.set_override(unknown, day(2)).await, Err(Error::UnknownListing(_))));
}

#[sqlx::test]
async fn listings_of_one_name_have_slugs_of_their_own(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "csv", day(1), &[team("r-1", "01 99 00 00 01"), team("r-2", "01 99 00 00 02")]).await;
    import(&store, "autre", day(2), &[team("r-1", "01 99 00 00 03")]).await;
    let slugs = [
        founded(&store, "csv", "r-1").await.slug,
        founded(&store, "csv", "r-2").await.slug,
        founded(&store, "autre", "r-1").await.slug,
    ];
    assert_eq!(slugs.iter().filter(|slug| *slug == "equipe-mobile-de-geriatrie").count(), 1);
    assert_eq!(slugs.iter().collect::<std::collections::HashSet<_>>().len(), 3, "{slugs:?}");
}

#[sqlx::test]
async fn the_history_of_a_listing_tells_its_own_and_that_of_what_was_merged_into_it(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "csv", day(1), &[team("r-1", "01 99 00 00 01")]).await;
    import(&store, "autre", day(2), &[record("a-1", &[(Field::Name, "CCAS"), (Field::Category, "ccas")])])
        .await;
    let (one, other) = (ListingId::founded_by("csv", "r-1"), ListingId::founded_by("autre", "a-1"));
    store.decide(one, other, true, &Reach::Everywhere, &because("la même", day(3))).await.unwrap();
    let mut run = begin(&store, "csv", day(4)).await;
    run.withdraw(&["r-1".into()]).await.unwrap();
    run.finish(Report::of("csv"), day(4)).await.unwrap();

    let history = store.history(other).await.unwrap();
    let told: Vec<_> = history.iter().map(|revision| (revision.listing, &*revision.reason)).collect();
    assert_eq!(
        (told[0], told[told.len() - 1]),
        ((one, "import n° 3"), (one, "import n° 1")),
        "the latest first"
    );
    assert!(told.contains(&(other, "import n° 2")) && told.contains(&(other, "la même")), "{told:?}");
    let joined = history.iter().find(|revision| !revision.joined.is_empty()).unwrap();
    assert_eq!((joined.listing, &joined.joined[..]), (one, &["autre:a-1".to_owned()][..]));
    assert_eq!(history[history.len() - 1].after[&Field::Phone], json!(["+33199000001"]));
}
