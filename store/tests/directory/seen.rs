//! When records were last seen: noted once for a whole source, true for each record.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use maille_domain::run::Report;
use maille_store::Store;
use sqlx::PgPool;

use crate::support::{begin, day, founded, import, team};

async fn last_seen(store: &Store, id: &str) -> DateTime<Utc> {
    founded(store, "csv", id).await.sources[0].last_seen
}

async fn see(store: &Store, at: DateTime<Utc>, ids: &[&str]) {
    let mut run = begin(store, "csv", at).await;
    for id in ids {
        run.seen((*id).to_owned());
    }
    run.finish(Report::of("csv"), at).await.unwrap();
}

/// The records whose row was written by another transaction than the one that made it.
async fn rewritten(pool: &PgPool) -> i64 {
    let first = "select count(*) from source_record where xmin <> (select xmin from run order by id limit 1)";
    sqlx::query_scalar(first).fetch_one(pool).await.unwrap()
}

#[sqlx::test]
async fn records_that_are_all_seen_again_are_not_written_again(pool: PgPool) {
    let store = Store::on(pool.clone());
    import(&store, "csv", day(1), &[team("a", "01 99 00 10 01"), team("b", "01 99 00 10 02")]).await;
    see(&store, day(2), &["a", "b"]).await;
    assert_eq!((last_seen(&store, "a").await, last_seen(&store, "b").await), (day(2), day(2)));
    assert_eq!(rewritten(&pool).await, 0);
}

#[sqlx::test]
async fn a_record_that_was_not_shown_keeps_its_date_until_it_is(pool: PgPool) {
    let store = Store::on(pool.clone());
    let teams = [team("a", "01 99 00 10 01"), team("b", "01 99 00 10 02"), team("c", "01 99 00 10 03")];
    import(&store, "csv", day(1), &teams).await;
    see(&store, day(2), &["a", "b", "c"]).await;
    // The row of c was refused: its record is neither seen nor withdrawn.
    see(&store, day(3), &["a", "b"]).await;
    assert_eq!((last_seen(&store, "a").await, last_seen(&store, "c").await), (day(3), day(2)));
    assert_eq!(rewritten(&pool).await, 1, "the exception alone");
    see(&store, day(4), &["a", "b"]).await;
    assert_eq!((last_seen(&store, "a").await, last_seen(&store, "c").await), (day(4), day(2)));
    see(&store, day(5), &["a", "b", "c"]).await;
    assert_eq!((last_seen(&store, "a").await, last_seen(&store, "c").await), (day(5), day(5)));
}

#[sqlx::test]
async fn a_partial_file_writes_what_it_shows_alone(pool: PgPool) {
    let store = Store::on(pool.clone());
    let teams = [team("a", "01 99 00 10 01"), team("b", "01 99 00 10 02"), team("c", "01 99 00 10 03")];
    import(&store, "csv", day(1), &teams).await;
    see(&store, day(2), &["b"]).await;
    assert_eq!((last_seen(&store, "a").await, last_seen(&store, "b").await), (day(1), day(2)));
    assert_eq!(rewritten(&pool).await, 1);
}

#[sqlx::test]
async fn a_run_that_is_dropped_saw_nothing(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "csv", day(1), &[team("a", "01 99 00 10 01")]).await;
    let mut run = begin(&store, "csv", day(2)).await;
    run.seen("a".to_owned());
    drop(run);
    assert_eq!(last_seen(&store, "a").await, day(1));
}

/// Runs of every kind one after the other, beside the plain rule: a record was last seen when a run last showed it.
#[sqlx::test]
async fn each_date_is_that_of_the_last_run_that_showed_the_record(pool: PgPool) {
    const RECORDS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
    let store = Store::on(pool);
    let mut seen: HashMap<&str, DateTime<Utc>> = HashMap::new();
    let mut withdrawn: HashMap<&str, bool> = HashMap::new();
    // Any numbers do, the same every time.
    let mut dice = 2_026_u64;
    for run in 0..120 {
        let at = day(1) + TimeDelta::hours(run);
        let mut import = begin(&store, "csv", at).await;
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // In one run of three nearly all is seen, in one hardly anything, in one all is mixed.
        let usual = [1, 3, 4][(dice >> 40) as usize % 3];
        for (position, id) in RECORDS.into_iter().enumerate() {
            let drawn = (dice >> (20 + 3 * position)) % 8;
            let fate = if usual < 4 && drawn < 6 { usual } else { drawn % 4 };
            let known = seen.contains_key(id);
            let live = known && !withdrawn[id];
            match fate {
                0 => {
                    let phone = format!("01 99 00 {:02} {position:02}", run % 100);
                    import.put(&[team(id, &phone)]).await.unwrap();
                    (_, _) = (seen.insert(id, at), withdrawn.insert(id, false));
                }
                1 if live => {
                    import.seen(id.to_owned());
                    seen.insert(id, at);
                }
                2 if live => {
                    import.withdraw(&[id.to_owned()]).await.unwrap();
                    withdrawn.insert(id, true);
                }
                _ => {}
            }
        }
        import.finish(Report::of("csv"), at).await.unwrap();
        for (id, at) in &seen {
            assert_eq!(last_seen(&store, id).await, *at, "{id} after run {run}");
        }
    }
    assert_eq!(seen.len(), RECORDS.len());
}
