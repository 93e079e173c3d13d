//! The directory on a real Postgres: layers, resolver, revisions, feed. Each test has a database of its own
//! (`DATABASE_URL` names a server; `make test` starts one).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod accounts;
mod activity;
mod call_link;
mod calls;
mod deciding;
#[path = "../../../tests/support/dice.rs"]
mod dice;
mod duplicates;
mod edit;
mod feed;
mod history;
mod inbox;
mod law;
mod layers;
mod locks;
mod matching;
mod overrides;
mod precedence;
mod presence;
mod quality;
mod reports;
mod seen;
mod slugs;
mod sources;
mod support;
mod territories;
mod undo;
mod upgrade;
mod verification;
