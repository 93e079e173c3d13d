//! What is kept of a request once it is answered: its numbers (`/metrics`), and a line in the log when it took long.
//!
//! Never kept: the query of the address, where people write what they need, the part of an address that anybody can
//! write (`/ressources/{slug}` is kept so), and everything that says who asks (address, browser, referrer).

use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use tracing::{Instrument, debug, info_span, warn};

use crate::state::WebState;

/// An answer that takes longer has a line in the log.
const SLOW: Duration = Duration::from_secs(1);

/// Measures a request, and gives what is logged meanwhile its method and path.
pub async fn observe(State(state): State<WebState>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let path = route.as_ref().map(|route| route.as_str().to_owned());
    let method = named(request.method());
    let span = info_span!("request", http.method = method, http.path = path);
    let in_flight = state.metrics.in_flight();
    let started = Instant::now();
    let response = next.run(request).instrument(span.clone()).await;
    let duration = started.elapsed();
    drop(in_flight);
    let (status, seconds) = (response.status(), duration.as_secs_f64());
    state.metrics.answered(route.as_ref().map_or("other", MatchedPath::as_str), method, status, duration);
    // A failure was logged where it was handled.
    span.in_scope(|| {
        if duration > SLOW {
            warn!(http.status = status.as_u16(), http.seconds = seconds, "une réponse a été lente");
        } else {
            debug!(http.status = status.as_u16(), http.seconds = seconds, "une requête a eu sa réponse");
        }
    });
    response
}

/// The methods of HTTP, others together: anybody can invent some.
fn named(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
