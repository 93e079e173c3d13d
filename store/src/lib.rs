//! Postgres: the directory in its three layers, the change feed, and the private cluster.
//!
//! One file per concept of the domain, under its name. No other crate holds SQL. Queries are checked at compile time
//! against the committed `.sqlx` (renewed by `make prepare`).

pub mod cluster;
pub mod connection;
mod document;
pub mod duplicate;
mod error;
pub mod feed;
pub mod listing;
mod locks;
mod matching;
mod outcome;
pub mod overrides;
mod plan;
pub mod precedence;
pub mod report;
pub mod revision;
pub mod run;
mod seen;
mod slug;
pub mod source;
pub mod territory;

pub use connection::Store;
pub use error::Error;
