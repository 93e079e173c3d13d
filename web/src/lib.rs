//! axum: pages and JSON API over the index.
//!
//! [`router`] makes the whole site of a [`WebState`]: the index, a clock, and what the command knows of its health. There
//! is no store in it, so that a search is answered while Postgres is down.
//!
//! A file per endpoint, in `api/v1` and `pages`: parameters, view, handler and tests together. [`extract::Query`] reads
//! parameters, [`error::Error`] is what goes wrong, `french` is how the pages speak.

mod assets;
mod french;
mod observe;
mod page;
mod parameters;
pub mod place;
mod router;
mod views;

pub mod api;
pub mod error;
pub mod extract;
pub mod health;
pub mod metrics;
pub mod pages;
pub mod state;

#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod testing;

pub use health::Health;
pub use metrics::Metrics;
pub use router::router;
pub use state::WebState;
