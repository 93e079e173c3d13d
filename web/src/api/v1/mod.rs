//! Version 1: a file per endpoint, with its shape, its handler and its tests.

pub mod checks;
pub mod fields;
pub mod history;
pub mod inbox;
pub mod listings;
pub mod openapi;
pub mod places;
pub mod search;
pub mod suggest;
pub mod territories;

mod body;
mod hit;

pub use hit::HitView;

use axum::Router;
use axum::routing::{get, post, put};

use crate::state::WebState;

/// What programs of the team write, and read of what was written: for whoever shows a token (`api/bearer.rs`).
pub fn written() -> Router<WebState> {
    Router::new()
        .route("/api/v1/listings/{id}/fields/{field}", put(fields::correct).delete(fields::end_correction))
        .route("/api/v1/listings/{id}/checks", post(checks::check))
        .route("/api/v1/listings/{id}/history", get(history::history))
        .route("/api/v1/inbox", get(inbox::inbox))
}
