//! Postgres: the directory in its three layers, the change feed, and the private cluster.
//!
//! One file per concept of the domain, under its name. No other crate holds SQL. Queries are checked at compile time
//! against the committed `.sqlx` (renewed by `make prepare`).

pub mod account;
pub mod activity;
pub mod api_token;
pub mod call;
pub mod call_link;
pub mod catalogue;
pub mod cluster;
pub mod connection;
pub mod creation;
mod document;
pub mod duplicate;
pub mod edit;
mod error;
pub mod feed;
pub mod history;
pub mod inbox;
mod layers;
pub mod listing;
mod locks;
pub mod mailed_link;
mod matching;
mod outcome;
pub mod overrides;
pub mod password;
mod plan;
pub mod precedence;
pub mod presence;
pub mod quality;
mod reach;
pub mod report;
pub mod revert;
pub mod revision;
pub mod role;
pub mod run;
pub mod secret;
mod seen;
pub mod session;
pub mod set_aside;
mod slug;
pub mod source;
pub mod territory;
pub mod verification;

pub use connection::Store;
pub use error::Error;
