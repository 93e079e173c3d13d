//! What people report of sheets.

use std::time::Duration;

use maille_domain::ListingId;
use maille_domain::reach::Reach;
use maille_domain::report::{Reason, Report, ReportText, Reporter};
use maille_store::listing::Cause;
use maille_store::{Error, Store};
use sqlx::PgPool;

use crate::support::{begin, day, import, team};

fn report(id: &str, reason: Reason, text: &str, at: u32) -> Report {
    let listing = ListingId::founded_by("csv", id);
    Report::new(listing, reason, Some(Reporter::Professional), ReportText::read(text).unwrap(), day(at))
}

async fn waiting(store: &Store) -> Vec<String> {
    let waiting = store.waiting_reports().await.unwrap();
    waiting
        .into_iter()
        .map(|found| format!("{} {} {}", found.slug, found.report.reason, found.report.text.as_str()))
        .collect()
}

#[sqlx::test]
async fn reports_wait_the_newest_first_each_once(pool: PgPool) {
    let store = Store::on(pool.clone());
    import(&store, "csv", day(1), &[team("r-1", "01 99 00 00 01"), team("r-2", "01 99 00 00 02")]).await;
    assert_eq!(waiting(&store).await, [] as [String; 0]);

    let hostile = "'; drop table report; --\n<script>\\ \"é\" 🙂";
    let closed = report("r-1", Reason::Closed, "", 2);
    for sent in [&closed, &report("r-2", Reason::Other, hostile, 3), &closed] {
        store.keep_report(sent).await.unwrap();
    }
    let both = [
        format!("equipe-mobile-de-geriatrie-cac823de autre {hostile}"),
        "equipe-mobile-de-geriatrie ferme ".to_owned(),
    ];
    assert_eq!(waiting(&store).await, both);
    assert_eq!(store.waiting_reports().await.unwrap()[1].report, closed, "everything comes back");

    // Settled, it no longer waits; said again the same day, somebody has found it wrong again.
    sqlx::query("update report set settled_at = now()").execute(&pool).await.unwrap();
    assert_eq!(waiting(&store).await, [] as [String; 0]);
    store.keep_report(&closed).await.unwrap();
    assert_eq!(waiting(&store).await, both[1..]);
}

#[sqlx::test]
async fn what_was_reported_of_a_merged_listing_is_told_of_the_one_it_is(pool: PgPool) {
    let store = Store::on(pool);
    import(&store, "csv", day(1), &[team("r-1", "01 99 00 00 01"), team("r-2", "01 99 00 00 02")]).await;
    let [first, second] = ["r-1", "r-2"].map(|id| ListingId::founded_by("csv", id));
    store.keep_report(&report("r-2", Reason::Closed, "", 2)).await.unwrap();
    let apart = waiting(&store).await;
    let cause = Cause { author: "animation".into(), reason: "appelé".into(), run: None, at: day(3) };
    store.decide(first, second, true, &Reach::Everywhere, &cause).await.unwrap();
    let told = store.waiting_reports().await.unwrap().remove(0);
    assert_eq!(told.report.listing, first);
    assert_eq!(Some(told.slug), store.listing(second).await.unwrap().map(|listing| listing.slug));
    let decision = store.pair_decisions().await.unwrap()[0].id;
    store.take_back(&[decision], &Reach::Everywhere, &cause).await.unwrap();
    assert_eq!(waiting(&store).await, apart, "parted, each has its own again");
}

#[sqlx::test]
async fn a_report_does_not_wait_for_an_import(pool: PgPool) {
    let store = Store::on(pool.clone()).with_patience(Duration::from_millis(200));
    import(&store, "csv", day(1), &[team("r-1", "01 99 00 00 01")]).await;
    let mut run = begin(&store, "csv", day(2)).await;
    run.put(&[team("r-1", "01 99 00 00 09")]).await.unwrap();
    store.keep_report(&report("r-1", Reason::Hours, "", 2)).await.unwrap();
    assert_eq!(waiting(&store).await.len(), 1);

    // Somebody who holds the listing itself is waited for within bounds.
    drop(run);
    let mut other = pool.begin().await.unwrap();
    sqlx::query("select id from listing for update").execute(&mut *other).await.unwrap();
    let refused = store.keep_report(&report("r-1", Reason::Full, "", 2)).await;
    assert!(matches!(refused, Err(Error::Busy { .. })), "{refused:?}");
}

#[sqlx::test]
async fn a_report_of_no_listing_is_refused(pool: PgPool) {
    let refused = Store::on(pool).keep_report(&report("nobody", Reason::Closed, "", 1)).await;
    assert!(matches!(refused, Err(Error::Database(_))), "{refused:?}");
}
