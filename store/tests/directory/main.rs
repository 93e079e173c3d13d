//! The directory on a real Postgres: layers, resolver, revisions, feed. Each test has a database of its own
//! (`DATABASE_URL` names a server; `make test` starts one).

mod feed;
mod layers;
mod support;
mod territories;
