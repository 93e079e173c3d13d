//! What happened to a listing, and changes that are undone.

use std::collections::BTreeMap;

use maille_domain::check::Means;
use maille_domain::field::Field;
use maille_domain::presence::Presence;
use maille_domain::{Fields, LineKey, Listing, ListingId, Matter, Reach};
use maille_store::history::{Asked, Authors, What};
use maille_store::revert::Way;
use maille_store::{Error, Store};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{because, correction, day, elsewhere, founded, hills, import, team};

const ALL: Asked = Asked { field: None, authors: Authors::All, most: 50, after: 0 };

async fn latest(store: &Store, listing: ListingId) -> i64 {
    store.history(listing).await.unwrap()[0].id
}

async fn revert(store: &Store, of: (ListingId, i64), fields: &[Field], d: u32) -> Result<(), Error> {
    store
        .revert(of.0, &Reach::Everywhere, of.1, fields, &BTreeMap::new(), &because("c’était juste", day(d)))
        .await
}

async fn phone(store: &Store) -> String {
    founded(store, "tableur", "1").await.fields.phone[0].as_str().to_owned()
}

#[sqlx::test]
async fn a_correction_that_is_undone_lets_the_sources_speak_and_comes_back(pool: PgPool) {
    let store = Store::on(pool.clone());
    import(&store, "tableur", day(1), &[team("1", "01 99 00 00 01")]).await;
    let id = ListingId::founded_by("tableur", "1");
    store.set_override(correction(id, Field::Phone, json!(["+33199000041"])), day(2)).await.unwrap();
    let corrected = latest(&store, id).await;
    let plan = store.reverting(id, corrected, &[], day(3)).await.unwrap();
    assert_eq!(
        plan.fields.iter().map(|field| (field.field, field.way)).collect::<Vec<_>>(),
        [(Field::Phone, Way::Sources)]
    );
    revert(&store, (id, corrected), &[], 3).await.unwrap();
    assert_eq!(phone(&store).await, "+33199000001");
    let ended: Vec<(String, String)> =
        sqlx::query_as("select ended_by, ended_reason from listing_override").fetch_all(&pool).await.unwrap();
    assert_eq!(ended, [("animation".to_owned(), "c’était juste".to_owned())]);
    assert!(matches!(revert(&store, (id, corrected), &[], 3).await, Err(Error::NothingToRevert)));

    let reverted = latest(&store, id).await;
    assert_eq!(store.reverting(id, reverted, &[], day(4)).await.unwrap().fields[0].way, Way::Correction);
    revert(&store, (id, reverted), &[], 4).await.unwrap();
    assert_eq!(phone(&store).await, "+33199000041");
}

#[sqlx::test]
async fn a_change_of_several_fields_is_undone_by_one_change(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "tableur", day(1), &[hills("1", &[(Field::Cost, "gratuit")])]).await;
    let before = founded(&store, "tableur", "1").await;
    // A street of another town: it goes back with its town.
    let moved = [
        (Field::Phone, "01 99 00 00 09"),
        (Field::Address, "2 rue du Test"),
        (Field::PostalCode, "92330"),
        (Field::Commune, "92071"),
        (Field::Summary, "À domicile"),
    ];
    import(&store, "tableur", day(2), &[hills("1", &moved)]).await;
    let change = latest(&store, before.id).await;
    let changes = store.history(before.id).await.unwrap().len();
    revert(&store, (before.id, change), &[], 3).await.unwrap();
    let after = founded(&store, "tableur", "1").await;
    // A town that a person decided has a point, its middle, when nobody said one.
    assert_eq!(Fields { location: None, ..after.fields }, before.fields);
    assert_eq!(store.history(before.id).await.unwrap().len(), changes + 1);

    // One field of it alone.
    let undone = latest(&store, before.id).await;
    revert(&store, (before.id, undone), &[Field::Phone], 4).await.unwrap();
    assert_eq!(phone(&store).await, "+33199000009");
    assert_eq!(founded(&store, "tableur", "1").await.fields.commune, before.fields.commune);
    assert!(matches!(
        revert(&store, (before.id, undone), &[Field::Name], 4).await,
        Err(Error::UnknownRevision(_))
    ));
}

#[sqlx::test]
async fn what_changed_since_is_not_lost_unseen(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "tableur", day(1), &[team("1", "01 99 00 00 01")]).await;
    let id = ListingId::founded_by("tableur", "1");
    import(&store, "tableur", day(2), &[team("1", "01 99 00 00 02")]).await;
    let change = latest(&store, id).await;
    store.set_override(correction(id, Field::Phone, json!(["+33199000041"])), day(3)).await.unwrap();
    assert!(matches!(revert(&store, (id, change), &[], 4).await, Err(Error::ChangedSince)));
    assert_eq!(phone(&store).await, "+33199000041");
    let seen: BTreeMap<Field, Option<Value>> = [(Field::Phone, Some(json!(["+33199000041"])))].into();
    store.revert(id, &Reach::Everywhere, change, &[], &seen, &because("vu", day(4))).await.unwrap();
    assert_eq!(phone(&store).await, "+33199000001");
}

#[sqlx::test]
async fn the_change_of_another_listing_and_the_first_of_all_are_not_undone(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "tableur", day(1), &[team("1", "01 99 00 00 01"), elsewhere("2")]).await;
    let (one, two) = (ListingId::founded_by("tableur", "1"), ListingId::founded_by("tableur", "2"));
    let first = latest(&store, one).await;
    assert!(matches!(revert(&store, (one, first), &[], 2).await, Err(Error::UnknownRevision(_))));
    store.set_override(correction(two, Field::Cost, json!("10 €")), day(2)).await.unwrap();
    let of_two = latest(&store, two).await;
    assert!(matches!(revert(&store, (one, of_two), &[], 3).await, Err(Error::UnknownRevision(_))));
    // Those that are one have one history.
    store.decide(one, two, true, &Reach::Everywhere, &because("le même", day(3))).await.unwrap();
    revert(&store, (one, of_two), &[Field::Cost], 4).await.unwrap();
    assert_eq!(founded(&store, "tableur", "1").await.fields.cost, None);
}

#[sqlx::test]
async fn what_happened_is_told_once_whatever_it_changed(pool: PgPool) {
    let store = Store::on(pool.clone());
    import(&store, "tableur", day(1), &[team("1", "01 99 00 00 01")]).await;
    let id = ListingId::founded_by("tableur", "1");
    store.set_override(correction(id, Field::Phone, json!(["+33199000001"])), day(2)).await.unwrap();
    store.end_override(id, Field::Phone, &because("la source le dit", day(3))).await.unwrap();
    store.set_override(correction(id, Field::Cost, json!("10 €")), day(4)).await.unwrap();
    import(&store, "tableur", day(5), &[team("1", "01 99 00 00 02")]).await;
    let run = store.runs(1).await.unwrap()[0].id;
    store.undo_run(run, &Reach::Everywhere, &because("mauvais fichier", day(6))).await.unwrap();
    sqlx::query("insert into presence (listing, presence, author, reason, at) values ($1, 'masquee', 'animation', 'fermé', $2)")
        .bind(id.0)
        .bind(day(7))
        .execute(&pool)
        .await
        .unwrap();
    sqlx::query("insert into verification (listing, field, means, day, author, at) values ($1, 'phone', 'telephone', '2026-11-08', 'animation', $2)")
        .bind(id.0)
        .bind(day(8))
        .execute(&pool)
        .await
        .unwrap();

    let all = store.what_happened(id, ALL).await.unwrap();
    assert_eq!(all.iter().map(|entry| entry.at).collect::<Vec<_>>(), [8, 7, 6, 5, 4, 3, 2, 1].map(day));
    let on = day(8).date_naive();
    assert_eq!(
        all[0].what,
        What::Checked { field: Some(Field::Phone), means: Means::Phone, day: on, ended: false }
    );
    assert_eq!(all[1].what, What::Presence { presence: Presence::Hidden, ended: false });
    assert_eq!(all[2].undone, Some(run));
    assert!(matches!(&all[3].what, What::Changed(revision) if revision.run == Some(run)));
    assert!(matches!(&all[4].what, What::Changed(revision) if revision.fields() == [Field::Cost].into()));
    assert_eq!(all[5].what, What::Ended { field: Field::Phone });
    assert_eq!(all[6].what, What::Decided { field: Field::Phone, value: Some(json!(["+33199000001"])) });

    let of = async |field, authors| {
        let asked = Asked { field, authors, ..ALL };
        store.what_happened(id, asked).await.unwrap().into_iter().map(|entry| entry.at).collect::<Vec<_>>()
    };
    assert_eq!(of(Some(Field::Phone), Authors::People).await, [8, 6, 3, 2].map(day));
    assert_eq!(of(None, Authors::Imports).await, [5, 1].map(day));
    assert_eq!(store.what_happened(id, Asked { most: 2, after: 1, ..ALL }).await.unwrap(), all[1..3]);
}

#[sqlx::test]
async fn what_was_set_aside_or_compared_and_taken_back_is_told_of_both(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "tableur", day(1), &[team("1", "01 99 00 00 01"), team("2", "01 99 00 00 02")]).await;
    let [one, two] = ["1", "2"].map(|id| ListingId::founded_by("tableur", id));
    let line = LineKey { matter: Matter::NoCoverage, listing: one, mark: String::new() };
    store
        .set_aside(&line, Some(day(9)), &Reach::Everywhere, &because("on attend le service", day(2)))
        .await
        .unwrap();
    store.put_back(&line, &Reach::Everywhere, &because("il a répondu", day(3))).await.unwrap();
    // One that comes back at its day is not told twice.
    store.set_aside(&line, Some(day(5)), &Reach::Everywhere, &because("rappeler", day(4))).await.unwrap();
    store.set_aside(&line, None, &Reach::Everywhere, &because("sans objet", day(6))).await.unwrap();
    let decision =
        store.decide(one, two, false, &Reach::Everywhere, &because("deux équipes", day(7))).await.unwrap();
    store.take_back(&[decision], &Reach::Everywhere, &because("par erreur", day(8))).await.unwrap();

    let told = async |id| {
        let all = store.what_happened(id, Asked { authors: Authors::People, ..ALL }).await.unwrap();
        all.into_iter().map(|entry| (entry.reason, entry.what)).collect::<Vec<_>>()
    };
    let aside = |until, ended| What::SetAside { matter: Matter::NoCoverage, until, ended };
    let compared =
        |other: &Listing, ended| What::Compared { other: other.fields.name.clone(), same: false, ended };
    let (first, other) = (founded(&store, "tableur", "1").await, founded(&store, "tableur", "2").await);
    let decided = |of: &Listing| {
        [("par erreur".to_owned(), compared(of, true)), ("deux équipes".to_owned(), compared(of, false))]
    };
    assert_eq!(told(two).await, decided(&first));
    let mut expected = decided(&other).to_vec();
    expected.extend([
        ("sans objet".to_owned(), aside(None, false)),
        ("rappeler".to_owned(), aside(Some(day(5)), false)),
        ("il a répondu".to_owned(), aside(Some(day(9)), true)),
        ("on attend le service".to_owned(), aside(Some(day(9)), false)),
    ]);
    assert_eq!(told(one).await, expected);
}
