//! Coordination territories come in, change, go, and come back.

use maille_domain::Territory;
use maille_domain::run::Report;
use maille_store::territory::TerritoriesWritten;
use maille_store::{Error, Store};
use sqlx::PgPool;

use crate::support::{because, begin, day};

fn territory(code: &str, communes: &[&str]) -> Territory {
    Territory {
        code: code.into(),
        kind: "dac".into(),
        name: code.to_uppercase(),
        communes: communes.iter().map(|code| (*code).to_owned()).collect(),
    }
}

async fn write(store: &Store, d: u32, territories: &[Territory]) -> TerritoriesWritten {
    let mut run = begin(store, "territoires", day(d)).await;
    let written = run.put_territories(territories, true).await.unwrap();
    run.finish(Report::of("territoires"), day(d)).await.unwrap();
    written
}

#[sqlx::test]
async fn a_territory_is_kept_as_it_was_given(pool: PgPool) {
    let store = Store::on(pool);
    let sud = territory("dac-92-sud", &["92002", "92007"]);
    let nord = territory("dac-92-nord", &["92004"]);
    let written = write(&store, 1, &[sud.clone(), nord.clone()]).await;
    assert_eq!(written, TerritoriesWritten { created: 2, ..Default::default() });
    assert_eq!(store.territories().await.unwrap(), [nord, sud.clone()]);
    let written = write(&store, 2, &[territory("dac-92-sud", &["92002"])]).await;
    assert_eq!(written, TerritoriesWritten { updated: 1, withdrawn: 1, ..Default::default() });
    assert_eq!(store.territories().await.unwrap(), [territory("dac-92-sud", &["92002"])]);
    let written =
        write(&store, 3, &[territory("dac-92-sud", &["92002"]), territory("dac-92-nord", &["92004"])]).await;
    assert_eq!(
        (written.unchanged, written.created + written.updated),
        (1, 1),
        "what comes back is read again"
    );
    assert_eq!(store.territories().await.unwrap().len(), 2);
}

fn codes(communes: &[&str]) -> Vec<String> {
    communes.iter().map(|code| (*code).to_owned()).collect()
}

async fn communes(store: &Store) -> Vec<String> {
    store.territories().await.unwrap().remove(0).communes
}

/// Adds and removes communes of the only territory, as it stands.
async fn change(store: &Store, d: u32, reason: &str, added: &[&str], removed: &[&str]) {
    let seen = communes(store).await;
    let cause = because(reason, day(d));
    assert!(store.change_territory("sud", &seen, &codes(added), &codes(removed), &cause).await.unwrap());
}

#[sqlx::test]
async fn what_people_decide_of_a_territory_outlives_its_imports(pool: PgPool) {
    let store = Store::on(pool);
    write(&store, 1, &[territory("sud", &["92002", "92007"])]).await;
    change(&store, 2, "avenant", &["92032"], &["92002"]).await;
    assert_eq!(communes(&store).await, ["92007", "92032"]);
    let again = write(&store, 3, &[territory("sud", &["92002", "92007"])]).await;
    assert_eq!(again, TerritoriesWritten { unchanged: 1, ..Default::default() }, "its source says the same");
    assert_eq!(communes(&store).await, ["92007", "92032"]);
    write(&store, 4, &[territory("sud", &["92002", "92007", "92071"])]).await;
    assert_eq!(
        communes(&store).await,
        ["92007", "92032", "92071"],
        "what the source adds is there, what people removed is not"
    );
    let kept = store.territories_kept().await.unwrap().remove(0);
    assert_eq!((kept.source.as_str(), kept.held, kept.decided), ("territoires", false, 2));
}

#[sqlx::test]
async fn a_commune_decided_twice_is_what_was_decided_last_and_each_change_is_taken_back(pool: PgPool) {
    let store = Store::on(pool);
    write(&store, 1, &[territory("sud", &["92002", "92007"])]).await;
    change(&store, 2, "avenant", &["92032", "92071"], &[]).await;
    change(&store, 3, "erreur", &[], &["92032", "92007"]).await;
    assert_eq!(communes(&store).await, ["92002", "92071"]);
    let history = store.territory_history("sud").await.unwrap();
    let said: Vec<_> = history
        .iter()
        .map(|change| {
            (change.reason.as_str(), change.added.len(), change.removed.len(), change.standing.len())
        })
        .collect();
    assert_eq!(said, [("erreur", 0, 2, 2), ("avenant", 2, 0, 1)]);

    store.undo_territory_change("sud", history[0].number, &because("si", day(4))).await.unwrap();
    assert_eq!(communes(&store).await, ["92002", "92007", "92032", "92071"], "as the change had found them");
    let twice = store.undo_territory_change("sud", history[0].number, &because("si", day(5))).await;
    assert!(matches!(twice, Err(Error::UnknownDecision(_))));
    let history = store.territory_history("sud").await.unwrap();
    assert_eq!(history.len(), 3, "what the change had ended holds again, and is said");
    assert_eq!(history[1].undone.as_ref().map(|(by, ..)| by.as_str()), Some("animation"));
    let unknown = store.undo_territory_change("nord", history[0].number, &because("si", day(5))).await;
    assert!(matches!(unknown, Err(Error::UnknownTerritory(_))));
}

#[sqlx::test]
async fn whoever_saw_other_communes_changes_nothing_and_a_change_is_in_the_feed(pool: PgPool) {
    let store = Store::on(pool);
    write(&store, 1, &[territory("sud", &["92002", "92007"])]).await;
    let head = store.feed_head().await.unwrap();
    let seen = codes(&["92002"]);
    let (added, cause) = (codes(&["92032"]), because("avenant", day(2)));
    let late = store.change_territory("sud", &seen, &added, &[], &cause);
    assert!(!late.await.unwrap());
    assert_eq!(store.feed_head().await.unwrap(), head);
    change(&store, 2, "avenant", &["92032"], &[]).await;
    assert_eq!(store.feed_head().await.unwrap(), head + 1);
    let seen = communes(&store).await;
    let (added, gone, cause) = (codes(&["92071"]), codes(&["92002"]), because("avenant", day(3)));
    let both = tokio::join!(
        store.change_territory("sud", &seen, &added, &[], &cause),
        store.change_territory("sud", &seen, &[], &gone, &cause)
    );
    assert_ne!(both.0.unwrap(), both.1.unwrap(), "of two at once, one is told");
}
