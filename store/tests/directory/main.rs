//! The directory on a real Postgres: layers, resolver, revisions, feed. Each test has a database of its own
//! (`DATABASE_URL` names a server; `make test` starts one).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod feed;
mod layers;
mod locks;
mod reports;
mod seen;
mod slugs;
mod support;
mod territories;
