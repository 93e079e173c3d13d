//! The change feed is in commit order, and carries states.

use maille_domain::field::Field;
use maille_domain::run::Report;
use maille_domain::{FeedPosition, ListingId};
use maille_store::Store;
use maille_store::feed::{Batch, Change};
use sqlx::PgPool;

use crate::support::{begin, day, import, record, team, waiting};

/// Where a reader begins.
fn start() -> FeedPosition {
    FeedPosition::default()
}

/// What follows a position that the feed holds.
async fn after(store: &Store, position: &FeedPosition, most: i64) -> Batch {
    store.feed_after(position, most).await.unwrap().expect("the feed holds the position")
}

fn listings(changes: &[Change]) -> Vec<ListingId> {
    changes
        .iter()
        .filter_map(|change| match change {
            Change::Listing(listing) => Some(listing.id),
            _ => None,
        })
        .collect()
}

/// The trap: a transaction that took its numbers early and commits late would be missed by a reader who has already
/// read past them.
#[sqlx::test]
async fn a_slow_transaction_that_commits_late_is_not_missed(pool: PgPool) {
    let store = Store::on(pool);
    let mut slow = begin(&store, "lente", day(1)).await;
    slow.put(&[record("s", &[(Field::Name, "Lente"), (Field::Category, "emg")])]).await.unwrap();

    // The slow run has the turn of those that write listings: the quick one brings a territory.
    let mut quick = store
        .begin_import(maille_store::run::RunStart {
            scope: &maille_domain::run::Scope::default(),
            source: "territoires",
            format: "territories",
            location: "t.csv",
            partial: false,
            at: day(1),
        })
        .await
        .unwrap();
    let territory = maille_domain::Territory {
        code: "dac-x".into(),
        kind: "dac".into(),
        name: "DAC X".into(),
        communes: vec!["92007".into()],
    };
    quick.put_territories(&[territory], true).await.unwrap();
    quick.finish(Report::of("territoires"), day(1)).await.unwrap();

    let first = after(&store, &start(), 100).await;
    assert!(
        matches!(&first.changes[..], [Change::Territory(_)]),
        "only what is committed: {:?}",
        first.changes
    );

    slow.finish(Report::of("lente"), day(2)).await.unwrap();
    let second = after(&store, &first.position, 100).await;
    assert_eq!(listings(&second.changes), [ListingId::founded_by("lente", "s")]);
    assert!(second.position.cursor > first.position.cursor);
}

/// Two transactions at the point of committing: the second waits for the first, so that numbers become visible in order.
#[sqlx::test]
async fn numbers_become_visible_in_order(pool: PgPool) {
    let store = Store::on(pool.clone());
    import(&store, "csv", day(1), &[team("a", "01 99 00 00 01"), team("b", "01 99 00 00 02")]).await;
    let start = after(&store, &start(), 100).await.position;

    let mut first = pool.begin().await.unwrap();
    sqlx::query("update listing set updated_at = now() where slug = 'equipe-mobile-de-geriatrie'")
        .execute(&mut *first)
        .await
        .unwrap();
    // Runs the deferred trigger now: the first transaction holds its number and the lock, and has not committed.
    sqlx::query("set constraints all immediate").execute(&mut *first).await.unwrap();

    let second_pool = pool.clone();
    let second = tokio::spawn(async move {
        sqlx::query("update listing set updated_at = now() where slug <> 'equipe-mobile-de-geriatrie'")
            .execute(&second_pool)
            .await
            .unwrap();
    });
    // The second is at its commit when it waits for the lock of the feed.
    waiting(&pool, 1).await;
    assert_eq!(
        after(&store, &start, 10).await.changes.len(),
        0,
        "nothing is visible before the first commits"
    );
    first.commit().await.unwrap();
    second.await.unwrap();
    assert_eq!(after(&store, &start, 10).await.changes.len(), 2);
}

/// Entries are appended by statement: each row has its own all the same, and a transaction given up leaves none.
#[sqlx::test]
async fn a_statement_over_many_rows_is_as_many_entries(pool: PgPool) {
    let store = Store::on(pool.clone());
    let records: Vec<_> = (0..12).map(|i| team(&format!("t-{i}"), "01 99 00 00 01")).collect();
    import(&store, "csv", day(1), &records).await;
    let entries: i64 = sqlx::query_scalar("select count(*) from feed").fetch_one(&pool).await.unwrap();
    assert_eq!(entries, 12);

    let mut given_up = pool.begin().await.unwrap();
    sqlx::query("update listing set updated_at = now()").execute(&mut *given_up).await.unwrap();
    given_up.rollback().await.unwrap();
    sqlx::query("update listing set updated_at = now() where false").execute(&pool).await.unwrap();
    assert_eq!(store.feed_head().await.unwrap(), 12);
    let pending: i64 =
        sqlx::query_scalar("select count(*) from feed_pending").fetch_one(&pool).await.unwrap();
    assert_eq!(pending, 0, "nothing outlives its transaction");
}

#[sqlx::test]
async fn an_import_that_changes_nothing_wakes_nobody(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "csv", day(1), &[team("a", "01 99 00 00 01")]).await;
    let head = store.feed_head().await.unwrap();
    let mut again = begin(&store, "csv", day(2)).await;
    again.seen("a".into());
    again.finish(Report::of("csv"), day(2)).await.unwrap();
    import(&store, "csv", day(3), &[team("a", "01 99 00 00 01")]).await;
    assert_eq!(store.feed_head().await.unwrap(), head, "the same record written again is the same listing");
}

#[sqlx::test]
async fn a_reader_is_woken_by_a_commit(pool: PgPool) {
    let store = Store::on(pool);
    let mut wake = store.wake().await.unwrap();
    import(&store, "csv", day(1), &[team("a", "01 99 00 00 01")]).await;
    wake.wait().await.unwrap();
    assert_eq!(after(&store, &start(), 10).await.changes.len(), 1);
}

#[sqlx::test]
async fn the_feed_is_read_in_pieces_and_a_snapshot_is_whole(pool: PgPool) {
    let store = Store::on(pool);
    let records: Vec<_> = (0..25)
        .map(|i| {
            record(&format!("r-{i}"), &[(Field::Name, &format!("Fiche {i}")), (Field::Category, "ssiad")])
        })
        .collect();
    import(&store, "csv", day(1), &records).await;

    let mut position = start();
    let mut followed = Vec::new();
    loop {
        let batch = after(&store, &position, 10).await;
        position = batch.position;
        followed.extend(listings(&batch.changes));
        if !batch.more {
            break;
        }
    }
    let mut taken = Vec::new();
    let head = store
        .snapshot(10, |changes| {
            taken.extend(listings(&changes));
            Ok::<(), maille_store::Error>(())
        })
        .await
        .unwrap();
    followed.sort();
    assert_eq!((followed.len(), head), (25, position));
    assert_eq!(taken, followed);
}

/// A number alone does not tell two histories apart: after a failover or a restored backup, another entry may bear it.
#[sqlx::test]
async fn a_position_is_told_from_another_history(pool: PgPool) {
    let store = Store::on(pool.clone());
    import(&store, "csv", day(1), &[team("a", "01 99 00 00 01"), team("b", "01 99 00 00 02")]).await;
    let position = after(&store, &start(), 10).await.position;
    assert!(after(&store, &position, 10).await.changes.is_empty());

    // The last entry is lost, and another comes in its place.
    sqlx::query("delete from feed where seq = $1").bind(position.cursor).execute(&pool).await.unwrap();
    assert!(store.feed_after(&position, 10).await.unwrap().is_none());
    sqlx::query("alter table feed alter column seq restart with 2").execute(&pool).await.unwrap();
    import(&store, "csv", day(2), &[team("c", "01 99 00 00 03")]).await;
    let other = after(&store, &start(), 10).await.position;
    assert_eq!(other.cursor, position.cursor);
    assert!(store.feed_after(&position, 10).await.unwrap().is_none());
    assert!(after(&store, &other, 10).await.changes.is_empty());
}
