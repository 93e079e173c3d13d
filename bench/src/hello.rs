//! The ceiling: a server that says hello. What no search can exceed with this client on these cores.

use axum::Router;
use axum::routing::get;

pub fn router() -> Router {
    Router::new().route("/", get(async || "bonjour"))
}
