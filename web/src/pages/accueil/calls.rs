//! `/accueil/appels`: calls to be followed up, one call on paper.

mod file;
mod gesture;
mod list;
mod sheet;
mod told;

use axum::Router;
use axum::routing::get;

use crate::state::WebState;

/// The addresses of calls.
pub fn routes() -> Router<WebState> {
    Router::new()
        .route("/accueil/appels", get(list::calls))
        .route("/accueil/appels/{id}", get(sheet::call).post(gesture::take))
        .route("/accueil/appels/{id}/fiche.json", get(file::download))
}
