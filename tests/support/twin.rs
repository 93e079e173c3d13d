//! What a full reindex would answer: a server of the test's own, on an index made from nothing out of the database.

use std::path::Path;
use std::sync::Arc;

use maille_domain::clock::SystemClock;
use maille_index::{Change, Index};
use maille_store::{Store, feed};
use maille_web::health::Health;
use maille_web::state::WebState;
use serde_json::Value;
use tokio::runtime::Runtime;

use super::{Server, folder, wait_until};

/// Questions of every kind, over a directory of fewer than two hundred listings.
const ASKED: &[&str] = &[
    "/api/v1/search?sort=name&limit=100",
    "/api/v1/search?sort=name&limit=100&offset=100",
    "/api/v1/search?q=equipe+mobile+geriatrie&commune=92007",
    "/api/v1/search?q=edition&commune=31555&limit=50",
    "/api/v1/search?lat=48.7966&lon=2.3094&radius_km=20&sort=distance",
    "/api/v1/search?q=ccas&facets=false&total=estimate",
    "/api/v1/territories/92007",
    "/api/v1/suggest?q=equipe",
];

/// The answers of the server at this address.
fn answers(address: &str) -> Vec<Value> {
    let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).build().into();
    let ask = |path: &&str| {
        let mut response = agent.get(format!("{address}{path}")).call().unwrap();
        serde_json::from_str(&response.body_mut().read_to_string().unwrap()).unwrap()
    };
    ASKED.iter().map(ask).collect()
}

/// Waits until a server answers what a full reindex of the database answers.
pub fn wait_until_true(server: &Server, store: &Store, runtime: &Runtime) {
    let dir = folder();
    let index = runtime.block_on(reindexed(&dir, store));
    let health = Arc::new(Health::new());
    health.set_index(true);
    let app = maille_web::router(WebState::new(index.node(), Arc::new(SystemClock), health));
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let twin = runtime.spawn(async move { axum::serve(listener, app).await });
    let expected = answers(&address);
    twin.abort();
    drop(index);
    std::fs::remove_dir_all(dir).unwrap();

    let mut last = Vec::new();
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        wait_until("the server answers what a full reindex answers", || {
            last = answers(&server.address);
            last == expected
        });
    }));
    if outcome.is_err() {
        let differs =
            ASKED.iter().zip(expected.iter().zip(&last)).find(|(_, (expected, found))| expected != found);
        panic!("a full reindex answers otherwise: {differs:#?}");
    }
}

async fn reindexed(dir: &Path, store: &Store) -> Index {
    let mut rebuild = Index::rebuild(dir).unwrap();
    let position = store
        .snapshot(1_000, |changes| {
            let changes: Vec<Change> = changes.into_iter().map(change).collect();
            rebuild.apply(&changes, 0).unwrap();
            Ok::<(), maille_store::Error>(())
        })
        .await
        .unwrap();
    rebuild.apply(&[], position).unwrap();
    rebuild.publish().unwrap()
}

fn change(change: feed::Change) -> Change {
    match change {
        feed::Change::Listing(listing) => Change::Listing(listing),
        feed::Change::ListingGone(id) => Change::ListingGone(id),
        feed::Change::Territory(territory) => Change::Territory(territory),
        feed::Change::TerritoryGone(code) => Change::TerritoryGone(code),
    }
}
