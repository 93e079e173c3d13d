//! Which address goes to which file, and what goes around them all.

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::trace::TraceLayer;

use crate::api::v1;
use crate::error::{self, Error, Missing};
use crate::state::WebState;
use crate::{assets, health, pages};

/// Only what this site serves itself, no script at all, and nobody frames it.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The whole site.
pub fn router(state: WebState) -> Router {
    let answers = Router::new()
        .route("/", get(pages::home::home))
        .route("/recherche", get(pages::search::search))
        .route("/ressources/{slug}", get(pages::listing::listing))
        .route("/api/v1/search", get(v1::search::search))
        .route("/api/v1/suggest", get(v1::suggest::suggest))
        .route("/api/v1/places", get(v1::places::places))
        .route("/api/v1/territories/{commune}", get(v1::territories::territories))
        .route("/api/v1/listings/{id}", get(v1::listings::listing))
        .route_layer(from_fn_with_state(state.clone(), health::require_ready));
    Router::new()
        .merge(answers)
        .route("/api/v1/openapi.json", get(v1::openapi::openapi))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/assets/{name}", get(assets::get))
        .fallback(async || Error::NotFound(Missing::Page))
        .method_not_allowed_fallback(async || Error::MethodNotAllowed)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(state.clone(), error::render))
        .layer(map_response(protect))
        .layer(CompressionLayer::new())
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .with_state(state)
}

/// A panic ends its request, never the program.
#[expect(clippy::needless_pass_by_value, reason = "the shape `CatchPanicLayer` calls")]
fn panicked(cause: Box<dyn std::any::Any + Send + 'static>) -> Response {
    let cause = cause
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| cause.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    tracing::error!(cause, "a handler panicked");
    Error::Internal.into_response()
}

/// What the log says of a request: never its query, where people write what they need.
fn span(request: &Request) -> tracing::Span {
    tracing::info_span!("request", method = %request.method(), path = request.uri().path())
}

/// The headers that every answer carries.
async fn protect(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let mut say = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    say(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    say(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    say(header::REFERRER_POLICY, "same-origin");
    say(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    response
}
