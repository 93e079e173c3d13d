//! A run is undone: what was, is again.

use chrono::TimeDelta;
use maille_domain::field::Field;
use maille_domain::listing::Provenance;
use maille_domain::run::{Report, Scope};
use maille_domain::{ListingId, Reach, Territory};
use maille_store::run::{Hindrance, Incoming, RunStart, Touched};
use maille_store::{Error, Store};
use serde_json::json;
use sqlx::PgPool;

use crate::support::{
    because, begin, begin_as, correction, day, directory, elsewhere, founded, hills, import, import_as,
    record, team,
};

/// Imports as one run, and gives its number.
async fn run(store: &Store, source: &str, d: u32, records: &[Incoming], gone: &[&str]) -> i64 {
    let mut run = begin(store, source, day(d)).await;
    run.put(records).await.unwrap();
    let gone: Vec<String> = gone.iter().map(|id| (*id).to_owned()).collect();
    run.withdraw(&gone).await.unwrap();
    run.finish(Report::of(source), day(d)).await.unwrap().run.unwrap()
}

async fn undo(store: &Store, run: i64, d: u32) -> Result<u64, Error> {
    store.undo_run(run, &Reach::Everywhere, &because("mauvais fichier", day(d))).await
}

fn of_commune(code: &str) -> Reach {
    let communes = vec![code.to_owned()];
    let own = Territory { code: "t".into(), kind: "dac".into(), name: "T".into(), communes };
    Reach::of(std::slice::from_ref(&own), &[])
}

#[sqlx::test]
async fn what_changed_left_came_and_was_renamed_is_as_it_was(pool: PgPool) {
    let store = Store::on(pool);
    run(&store, "tableur", 1, &[team("1", "01 99 00 00 01"), elsewhere("2")], &[]).await;
    let (first, second) = (founded(&store, "tableur", "1").await, founded(&store, "tableur", "2").await);
    let renamed = record("1", &[(Field::Name, "Gériatrie à domicile"), (Field::Category, "emg")]);
    let bad = run(&store, "tableur", 2, &[renamed.clone(), hills("3", &[])], &["2"]).await;
    assert_eq!(founded(&store, "tableur", "1").await.slug, "geriatrie-a-domicile");

    assert_eq!(undo(&store, bad, 3).await.unwrap(), 3);
    let now = founded(&store, "tableur", "1").await;
    assert_eq!((&now.fields, &now.provenance, &now.slug), (&first.fields, &first.provenance, &first.slug));
    assert_eq!(now.sources, first.sources, "when it was last seen, too");
    assert_eq!(now.former_slugs, ["geriatrie-a-domicile"], "what was printed still leads to it");
    assert_eq!(founded(&store, "tableur", "2").await, second);
    assert_eq!(founded(&store, "tableur", "3").await.withdrawn_at, Some(day(3)));

    let latest = store.history(first.id).await.unwrap().swap_remove(0);
    assert_eq!(
        (&*latest.author, &*latest.reason),
        ("animation", &*format!("import n° {bad} annulé : mauvais fichier"))
    );
    let undone = store.run(bad).await.unwrap().unwrap().undone.unwrap();
    assert_eq!((undone.at, &*undone.by, &*undone.reason), (day(3), "animation", "mauvais fichier"));

    // The same file applies again.
    run(&store, "tableur", 4, &[renamed, hills("3", &[])], &["2"]).await;
    assert_eq!(founded(&store, "tableur", "1").await.slug, "geriatrie-a-domicile");
    assert_eq!(founded(&store, "tableur", "2").await.withdrawn_at, Some(day(4)));
    assert_eq!(founded(&store, "tableur", "3").await.withdrawn_at, None);
}

#[sqlx::test]
async fn only_the_last_run_of_a_source_is_undone(pool: PgPool) {
    let store = Store::on(pool);
    let one = run(&store, "tableur", 1, &[team("1", "01 99 00 00 01")], &[]).await;
    let two = run(&store, "tableur", 2, &[team("1", "01 99 00 00 02")], &[]).await;
    import(&store, "ville", day(3), &[elsewhere("1")]).await;
    let refused = undo(&store, one, 4).await.unwrap_err();
    assert!(
        matches!(refused, Error::CannotUndo { why: Hindrance::FollowedBy(later), .. } if later == two),
        "{refused}"
    );
    undo(&store, two, 4).await.unwrap();
    assert_eq!(store.hindrance(two).await.unwrap(), Some(Hindrance::Undone));
    assert!(matches!(undo(&store, two, 5).await, Err(Error::CannotUndo { why: Hindrance::Undone, .. })));
    assert_eq!(store.hindrance(one).await.unwrap(), None);
    undo(&store, one, 5).await.unwrap();
    assert_eq!(founded(&store, "tableur", "1").await.withdrawn_at, Some(day(5)));
    assert!(matches!(undo(&store, 99, 5).await, Err(Error::UnknownRun(99))));
}

#[sqlx::test]
async fn what_it_brought_is_like_nothing_any_more(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "ville", day(1), &[hills("a", &[])]).await;
    let before = directory(&store).await;
    let bad = run(&store, "tableur", 2, &[hills("1", &[(Field::Cost, "10 €")])], &[]).await;
    let joined = founded(&store, "ville", "a").await;
    assert_eq!((joined.merged.len(), joined.fields.cost.as_deref()), (1, Some("10 €")));
    undo(&store, bad, 3).await.unwrap();
    let own = ListingId::founded_by("tableur", "1");
    let mut after = directory(&store).await;
    assert!(after.remove(&own).unwrap().withdrawn_at.is_some());
    assert_eq!(after, before);
    store.match_again(&because("pour voir", day(4))).await.unwrap();
    assert_eq!(founded(&store, "ville", "a").await.merged, [], "found again from nothing");
    run(&store, "tableur", 5, &[hills("1", &[])], &[]).await;
    assert_eq!(founded(&store, "ville", "a").await.merged, [own]);
}

#[sqlx::test]
async fn what_people_decided_stays(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "tableur", day(1), &[team("1", "01 99 00 00 01")]).await;
    let id = ListingId::founded_by("tableur", "1");
    store.set_override(correction(id, Field::Phone, json!(["+33199000041"])), day(2)).await.unwrap();
    let bad = run(&store, "tableur", 3, &[team("1", "01 99 00 00 02")], &[]).await;
    assert_eq!(store.conflicts(day(3)).await.unwrap().len(), 1);
    undo(&store, bad, 4).await.unwrap();
    assert!(store.conflicts(day(4)).await.unwrap().is_empty());
    let listing = founded(&store, "tableur", "1").await;
    assert_eq!(listing.fields.phone[0].as_str(), "+33199000041");
    assert!(matches!(listing.provenance[&Field::Phone], Provenance::Override { .. }));
}

#[sqlx::test]
async fn a_source_that_was_read_in_another_format_speaks_in_its_turn_again(pool: PgPool) {
    let store = Store::on(pool);
    import_as(&store, "ror", "ror-fhir", day(1), &[hills("r", &[(Field::Cost, "gratuit")])]).await;
    import(&store, "liste", day(2), &[hills("1", &[(Field::Cost, "10 €")])]).await;
    let said = async || founded(&store, "ror", "r").await.fields.cost.unwrap();
    let before = said().await;
    let mut run = begin_as(&store, "ror", "finess", day(3)).await;
    run.seen("r".to_owned());
    let bad = run.finish(Report::of("ror"), day(3)).await.unwrap().run.unwrap();
    undo(&store, bad, 4).await.unwrap();
    let ror = store.sources().await.unwrap().into_iter().find(|source| source.name == "ror").unwrap();
    assert_eq!((said().await, &*ror.format), (before, "ror-fhir"));
}

#[sqlx::test]
async fn whoever_may_not_touch_all_that_it_touched_undoes_nothing(pool: PgPool) {
    let store = Store::on(pool);
    run(&store, "tableur", 1, &[hills("1", &[]), elsewhere("2")], &[]).await;
    let bad =
        run(&store, "tableur", 2, &[hills("1", &[(Field::Cost, "10 €")]), elsewhere("3")], &["2"]).await;
    let before = directory(&store).await;
    let own = of_commune("92007");
    assert_eq!(store.touched(bad, &own).await.unwrap(), Touched { within: 1, outside: 2 });
    let refused = store.undo_run(bad, &own, &because("à moi", day(3))).await.unwrap_err();
    assert!(matches!(refused, Error::OutOfReach { outside: 2 }), "{refused}");
    assert_eq!(directory(&store).await, before);

    // What a run took from another territory is not given back by those who got it.
    let taken = hills("2", &[(Field::Name, "Équipe mobile de gériatrie de la Garonne")]);
    let moved = run(&store, "tableur", 4, &[taken], &[]).await;
    assert_eq!(store.touched(moved, &own).await.unwrap(), Touched { within: 1, outside: 0 });
    let refused = store.undo_run(moved, &own, &because("à moi", day(5))).await.unwrap_err();
    assert!(matches!(refused, Error::OutOfReach { outside: 1 }), "{refused}");
}

#[sqlx::test]
async fn what_is_not_kept_is_not_undone(pool: PgPool) {
    let store = Store::on(pool);
    let mut territories = begin(&store, "territoires", day(1)).await;
    let sud = Territory {
        code: "dac".into(),
        kind: "dac".into(),
        name: "DAC".into(),
        communes: vec!["92007".into()],
    };
    territories.put_territories(&[sud], true).await.unwrap();
    let report = territories.finish(Report::of("territoires"), day(1)).await.unwrap();
    assert_eq!(store.hindrance(report.run.unwrap()).await.unwrap(), Some(Hindrance::NotKept));

    let old = run(&store, "tableur", 1, &[team("1", "01 99 00 00 01")], &[]).await;
    assert_eq!(store.hindrance(old).await.unwrap(), None);
    let later = day(1) + TimeDelta::days(200);
    let scope = Scope::default();
    let start = RunStart {
        source: "tableur",
        format: "csv",
        location: "x",
        partial: false,
        scope: &scope,
        at: later,
    };
    let recent = store.begin_import(start).await.unwrap().finish(Report::of("tableur"), later).await.unwrap();
    assert_eq!(store.hindrance(old).await.unwrap(), Some(Hindrance::NotKept));
    assert_eq!(store.hindrance(recent.run.unwrap()).await.unwrap(), None);
}

#[sqlx::test]
async fn a_run_is_not_undone_while_its_source_is_imported(pool: PgPool) {
    let store = Store::on(pool);
    let bad = run(&store, "tableur", 1, &[team("1", "01 99 00 00 01")], &[]).await;
    let under_way = begin(&store, "tableur", day(2)).await;
    assert!(matches!(undo(&store, bad, 2).await, Err(Error::ImportUnderWay(source)) if source == "tableur"));
    drop(under_way);
    undo(&store, bad, 2).await.unwrap();
}
