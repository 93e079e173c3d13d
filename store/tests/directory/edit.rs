//! Several fields in one change, by people who may be two at once; listings that people create, and those they find.

use std::collections::BTreeMap;

use maille_domain::field::{Field, Values};
use maille_domain::listing::Provenance;
use maille_domain::vocabulary::Status;
use maille_domain::{ListingId, Reach, Territory};
use maille_store::catalogue::{Sought, State};
use maille_store::creation::CREATED;
use maille_store::edit::{FieldEdit, Overtaken};
use maille_store::{Error, Store};
use serde_json::json;
use sqlx::PgPool;

use crate::support::{because, day, elsewhere, founded, hills, import, waiting};

fn id() -> ListingId {
    ListingId::founded_by("csv", "c-1")
}

fn edit(field: Field, text: &str, seen: Option<&str>) -> FieldEdit {
    FieldEdit { field, value: field.parse(text).unwrap(), seen: seen.map(str::to_owned) }
}

/// The hills, read on the first day.
async fn hills_alone(pool: &PgPool) -> Store {
    let store = Store::on(pool.clone());
    let said = [(Field::Cost, "10 €"), (Field::AgeMin, "60"), (Field::AgeMax, "90")];
    import(&store, "csv", day(1), &[hills("c-1", &said)]).await;
    store
}

fn overtaken(outcome: Result<Vec<Field>, Error>) -> Vec<Overtaken> {
    match outcome {
        Err(Error::Overtaken(overtaken)) => overtaken,
        other => panic!("{other:?}"),
    }
}

#[sqlx::test]
async fn several_fields_are_one_change(pool: PgPool) {
    let store = hills_alone(&pool).await;
    let edits = [
        edit(Field::Cost, "gratuit", Some("10 €")),
        edit(Field::Phone, "01 99 00 00 77", Some("+33199000001")),
        edit(Field::Summary, "Accueil\nde jour", Some("")),
    ];
    let written = store
        .edit(id(), &Reach::Everywhere, &edits, Some(day(20)), &because("appelés", day(2)))
        .await
        .unwrap();
    assert_eq!(written, [Field::Summary, Field::Phone, Field::Cost]);
    let history = store.history(id()).await.unwrap();
    assert_eq!(history.len(), 2, "the import, and one change");
    assert_eq!((history[0].author.as_str(), history[0].reason.as_str()), ("animation", "appelés"));
    assert_eq!(history[0].after[&Field::Cost], json!("gratuit"));
    let standing = store.overrides(id(), day(3)).await.unwrap();
    assert_eq!(standing.len(), 3);
    assert!(standing.values().all(|standing| standing.until == Some(day(20))));
    assert!(store.overrides(id(), day(21)).await.unwrap().is_empty());

    let unchanged = store.edit(id(), &Reach::Everywhere, &[], None, &because("rien", day(4))).await.unwrap();
    assert_eq!(unchanged, []);
    // What does not hold together is not written, nor anything with it.
    let ages = [edit(Field::Cost, "payant", None), edit(Field::AgeMin, "95", Some("60"))];
    let refused = store.edit(id(), &Reach::Everywhere, &ages, None, &because("x", day(4))).await;
    assert!(matches!(refused, Err(Error::Value { field: Field::AgeMin, .. })), "{refused:?}");
    let nameless = [edit(Field::Cost, "payant", None), edit(Field::Name, "", None)];
    let refused = store.edit(id(), &Reach::Everywhere, &nameless, None, &because("x", day(4))).await;
    assert!(matches!(refused, Err(Error::Required(Field::Name))), "{refused:?}");
    let nowhere = [edit(Field::Cost, "payant", None), edit(Field::Coverage, "territory:martiens", None)];
    let refused = store.edit(id(), &Reach::Everywhere, &nowhere, None, &because("x", day(4))).await;
    assert!(matches!(refused, Err(Error::Value { field: Field::Coverage, .. })), "{refused:?}");
    let forged = [edit(Field::Cost, "payant", None), edit(Field::VerifiedOn, "2999-01-01", None)];
    let refused = store.edit(id(), &Reach::Everywhere, &forged, None, &because("x", day(4))).await;
    assert!(matches!(refused, Err(Error::Value { field: Field::VerifiedOn, .. })), "{refused:?}");
    assert_eq!(founded(&store, "csv", "c-1").await.fields.cost.as_deref(), Some("gratuit"));
}

#[sqlx::test]
async fn a_field_that_is_not_what_was_seen_is_shown_and_nothing_is_written(pool: PgPool) {
    let store = hills_alone(&pool).await;
    store
        .edit(
            id(),
            &Reach::Everywhere,
            &[edit(Field::Cost, "gratuit", Some("10 €"))],
            None,
            &because("appelés", day(2)),
        )
        .await
        .unwrap();
    let late = [edit(Field::Cost, "12 €", Some("10 €")), edit(Field::Summary, "Accueil", Some(""))];
    let shown = overtaken(store.edit(id(), &Reach::Everywhere, &late, None, &because("x", day(3))).await);
    let [
        Overtaken {
            field: Field::Cost,
            seen,
            now,
            by: Some(Provenance::Override { author, reason, at, .. }),
        },
    ] = &shown[..]
    else {
        panic!("{shown:?}")
    };
    assert_eq!((seen.as_str(), now), ("10 €", &Some(json!("gratuit"))));
    assert_eq!((author.as_str(), reason.as_str(), *at), ("animation", "appelés", day(2)));
    assert_eq!(founded(&store, "csv", "c-1").await.fields.summary, None);

    // Both wrote the same: no conflict, nothing more to write; what nobody touched does not matter.
    let same = [edit(Field::Cost, "gratuit", Some("10 €")), edit(Field::Summary, "Accueil", Some(""))];
    let written = store.edit(id(), &Reach::Everywhere, &same, None, &because("y", day(3))).await.unwrap();
    assert_eq!(written, [Field::Summary]);
    // An import is somebody else too.
    import(&store, "csv", day(4), &[hills("c-1", &[(Field::Phone, "01 99 00 00 09")])]).await;
    let late = [edit(Field::Phone, "01 99 00 00 77", Some("+33199000001"))];
    let shown = overtaken(store.edit(id(), &Reach::Everywhere, &late, None, &because("x", day(5))).await);
    assert!(matches!(shown[0].by, Some(Provenance::Source { .. })), "{shown:?}");

    let cause = because("erreur", day(6));
    let late = store.return_to_sources(id(), &Reach::Everywhere, Field::Summary, "Autre", &cause).await;
    assert!(matches!(late, Err(Error::Overtaken(_))), "{late:?}");
    store.return_to_sources(id(), &Reach::Everywhere, Field::Summary, "Accueil", &cause).await.unwrap();
    let again = store.return_to_sources(id(), &Reach::Everywhere, Field::Summary, "", &cause).await;
    assert!(matches!(again, Err(Error::NoOverride(Field::Summary))), "{again:?}");
}

/// Both wait for the listing, then one sees what the other wrote.
#[sqlx::test]
async fn of_two_at_once_one_is_shown_the_other(pool: PgPool) {
    let store = hills_alone(&pool).await;
    let mut held = pool.begin().await.unwrap();
    sqlx::query("select id from listing for update").execute(&mut *held).await.unwrap();
    let start = |text: &'static str| {
        let store = store.clone();
        tokio::spawn(async move {
            let edits = [edit(Field::Cost, text, Some("10 €"))];
            store.edit(id(), &Reach::Everywhere, &edits, None, &because(text, day(2))).await
        })
    };
    let (one, other) = (start("gratuit"), start("12 €"));
    waiting(&pool, 2).await;
    held.commit().await.unwrap();
    let outcomes = [one.await.unwrap(), other.await.unwrap()];
    let (written, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!((written.len(), refused.len()), (1, 1));
    let shown = overtaken(refused.into_iter().next().unwrap());
    let kept = founded(&store, "csv", "c-1").await.fields.cost;
    assert_eq!(shown[0].now, Some(json!(kept)), "the second sees what the first wrote, which stands");
    assert_eq!(store.history(id()).await.unwrap().len(), 2);
}

fn values(cells: &[(Field, &str)]) -> Values {
    cells.iter().filter_map(|(field, cell)| Some((*field, field.parse(cell).unwrap()?))).collect()
}

#[sqlx::test]
async fn what_people_create_is_theirs_and_speaks_first(pool: PgPool) {
    let store = hills_alone(&pool).await;
    let lilas = |name: &str| {
        values(&[(Field::Name, name), (Field::Category, "accueil-jour"), (Field::Commune, "92002")])
    };
    let (first, second) = (because("ouvert", day(2)), because("ouverte", day(2)));
    let (one, other) = tokio::join!(
        store.create_listing(lilas("Accueil de jour des Lilas"), &first),
        store.create_listing(lilas("Halte des Tilleuls"), &second),
    );
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_ne!(one, other);
    let listing = store.listing(one).await.unwrap().unwrap();
    assert_eq!((listing.sources[0].source.as_str(), listing.withdrawn_at), (CREATED, None));
    let history = store.history(one).await.unwrap();
    assert_eq!((history[0].author.as_str(), history[0].reason.as_str()), ("animation", "ouvert"));
    assert!(history[0].run.is_some(), "it may be undone as a run");

    let alike = |name: &str| {
        let cells = [(Field::Name, name), (Field::Category, "emg"), (Field::Commune, "92007")];
        let store = store.clone();
        let values = values(&cells);
        async move { store.alike(&values).await.unwrap() }
    };
    assert_eq!(alike("Équipe mobile de gériatrie des coteaux").await[0].id, id());
    assert_eq!(alike("Bibliothèque").await.len(), 0);
    let nameless = store.create_listing(Values::new(), &because("x", day(3))).await;
    assert!(matches!(nameless, Err(Error::Required(Field::Name))), "{nameless:?}");
    let ages = [(Field::Name, "X"), (Field::Category, "emg"), (Field::AgeMin, "9"), (Field::AgeMax, "3")];
    let refused = store.create_listing(values(&ages), &because("x", day(3))).await;
    assert!(matches!(refused, Err(Error::Value { .. })), "{refused:?}");

    // The source that knows it later agrees with it where it is silent, and gives way where it is not.
    let created = values(&[
        (Field::Name, "Centre communal d’action sociale de Toulouse"),
        (Field::Category, "ccas"),
        (Field::Phone, "05 99 00 00 05"),
        (Field::Address, "20 avenue Inventée"),
        (Field::PostalCode, "31000"),
        (Field::Commune, "31555"),
        (Field::Cost, "gratuit"),
    ]);
    let created = store.create_listing(created, &because("vu", day(4))).await.unwrap();
    let mut known = elsewhere("e-1");
    known.see_through(&values(&[(Field::Cost, "10 €"), (Field::Acronym, "CCAS")]));
    import(&store, "csv", day(5), &[known]).await;
    let listing = store.listing(created).await.unwrap().unwrap();
    assert_eq!(
        (listing.fields.cost.as_deref(), listing.fields.acronym.as_deref()),
        (Some("gratuit"), Some("CCAS"))
    );
}

#[sqlx::test]
async fn listings_are_found_within_reach_by_what_they_are_called(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "csv", day(1), &[hills("c-1", &[]), elsewhere("t-1")]).await;
    let south = Territory {
        code: "sud".into(),
        kind: "dac".into(),
        name: "Sud".into(),
        communes: vec!["92007".into()],
    };
    let south = Reach::of(&[south], &[]);
    let found = |text: &str, state: Option<State>, reach: &Reach| {
        let (store, reach) = (store.clone(), reach.clone());
        let sought = Sought { text: text.to_owned(), state };
        async move {
            let found = store.seek(&sought, &reach, 0, 10).await.unwrap();
            found.into_iter().map(|found| found.name).collect::<Vec<_>>().join(", ")
        }
    };
    let hills_name = "Équipe mobile de gériatrie des Coteaux";
    let all = Reach::Everywhere;
    for text in [
        "coteaux",
        "geriatrie bagneux",
        "Gériatrie",
        "0199000001",
        "01 99 00",
        "csv:c-1",
        "C-1",
        &id().to_string(),
    ] {
        assert_eq!(found(text, None, &all).await, hills_name, "{text}");
    }
    for text in ["100 %", "_", "martiens", "0199000009"] {
        assert_eq!(found(text, None, &all).await, "", "{text}");
    }
    assert_eq!(found("", None, &south).await, hills_name);
    assert_eq!(found("toulouse", None, &south).await, "");
    assert!(found("", None, &all).await.contains("Toulouse"));
    assert_eq!(found("", Some(State::Corrected), &all).await, "");
    let edits = [edit(Field::Status, "sature", None)];
    store.edit(id(), &Reach::Everywhere, &edits, None, &because("complet", day(2))).await.unwrap();
    assert_eq!(found("", Some(State::Corrected), &all).await, hills_name);
    assert_eq!(found("", Some(State::Is(Status::Sature)), &all).await, hills_name);
    crate::support::withdraw(&store, "csv", day(3), &["t-1"]).await;
    assert!(found("", Some(State::Out), &all).await.contains("Toulouse"));
    assert_eq!(found("", Some(State::Out), &south).await, "");
    assert_eq!(store.seek(&Sought::default(), &all, 1, 1).await.unwrap().len(), 1);
}

#[sqlx::test]
async fn nobody_moves_a_listing_out_of_their_own_sight(pool: PgPool) {
    let store = hills_alone(&pool).await;
    let territory = Territory {
        code: "dac-sud".to_owned(),
        kind: "dac".to_owned(),
        name: "Sud".to_owned(),
        communes: vec!["92002".to_owned()],
    };
    let sud = Reach::of(std::slice::from_ref(&territory), std::slice::from_ref(&territory));
    let to = |code: &str| [edit(Field::Commune, code, None)];
    store.edit(id(), &Reach::Everywhere, &to("92002"), None, &because("déménagée", day(2))).await.unwrap();
    let moved = store.history(id()).await.unwrap()[0].id;

    for away in ["31555", ""] {
        let refused = store.edit(id(), &sud, &to(away), None, &because("x", day(3))).await;
        assert!(matches!(refused, Err(Error::BeyondReach)), "{away}: {refused:?}");
    }
    let back = store.return_to_sources(id(), &sud, Field::Commune, "92002", &because("x", day(3))).await;
    assert!(matches!(back, Err(Error::BeyondReach)), "{back:?}");
    let undone = store.revert(id(), &sud, moved, &[], &BTreeMap::new(), &because("x", day(3))).await;
    assert!(matches!(undone, Err(Error::BeyondReach)), "{undone:?}");
    let kept = store.listing(id()).await.unwrap().unwrap().fields.commune;
    assert_eq!((kept.as_deref(), store.history(id()).await.unwrap()[0].id), (Some("92002"), moved));

    // One that is nowhere belongs where it serves.
    let zone = |cell: &str| [edit(Field::Commune, "", None), edit(Field::Coverage, cell, None)];
    let cause = because("à domicile", day(4));
    store.edit(id(), &sud, &zone("commune:92002"), None, &cause).await.unwrap();
    let refused = store.edit(id(), &sud, &zone("commune:31555")[1..], None, &because("x", day(5))).await;
    assert!(matches!(refused, Err(Error::BeyondReach)), "{refused:?}");
}
