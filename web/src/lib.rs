//! axum: pages and JSON API over the index.
//!
//! [`router`] makes the whole site of a [`WebState`]: the index, a clock, and what the command knows of its health. Handlers that
//! read the directory see no store, so that a search is answered while Postgres is down. What anybody writes goes to an
//! [`inbox`]; what the team does, in `pages/animation`, goes to the store of whoever is [`signed`] in.
//!
//! A file per endpoint, in `api/v1` and `pages`: parameters, view, handler and tests together. [`extract::Query`] reads
//! parameters, [`error::Error`] is what goes wrong, `french` is how the pages speak.

mod assets;
mod attempts;
mod colour;
mod csv;
mod french;
mod map;
mod observe;
mod page;
mod parameters;
pub mod place;
mod plain_text;
mod requester;
mod router;
mod views;
mod visit;

pub mod api;
pub mod error;
pub mod extract;
pub mod health;
pub mod inbox;
pub mod metrics;
pub mod pages;
pub mod post;
pub mod signed;
pub mod state;
pub mod theme;

#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod testing;

pub use colour::{Colour, Scheme};
pub use health::Health;
pub use metrics::Metrics;
pub use router::router;
pub use state::WebState;
pub use theme::Theme;
