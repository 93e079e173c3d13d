//! `/animation/fiches`: the listings, found, read, corrected, created.

mod create;
pub mod draft;
mod edit;
mod fields;
mod find;
mod hours;
mod preview;
mod state;

use axum::Router;
use axum::routing::{get, post};

use crate::state::WebState;

/// The pages of the listings.
pub fn routes() -> Router<WebState> {
    Router::new()
        .route("/animation/fiches", get(find::find))
        .route("/animation/fiches/nouvelle", get(create::form).post(create::create))
        .route("/animation/fiches/nouvelle/relire", post(create::read_again))
        .route("/animation/fiches/{id}", get(edit::form).post(edit::save))
        .route("/animation/fiches/{id}/relire", post(edit::read_again))
        .route("/animation/fiches/{id}/apercu", post(edit::preview))
        .route("/animation/fiches/{id}/sources", post(edit::return_to_sources))
        .route("/animation/fiches/{id}/etat", post(state::change))
        .route("/animation/horaires", get(hours::heard))
}
