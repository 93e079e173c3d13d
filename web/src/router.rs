//! Which address goes to which file, and what goes around them all.

use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;

use crate::api::v1;
use crate::error::{self, Error, Missing};
use crate::state::WebState;
use crate::{assets, health, metrics, observe, pages, signed};

/// Only what this site serves itself, nothing inline, and nobody frames it.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
     font-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The whole site.
pub fn router(state: WebState) -> Router {
    let answers = Router::new()
        .route("/", get(pages::home::home))
        .route("/recherche", get(pages::search::search))
        .route("/classement", get(pages::ranking::ranking))
        .route("/ressources/{slug}", get(pages::listing::listing))
        .route("/ressources/{slug}/signaler", get(pages::report::form).post(pages::report::send))
        .route("/ressources/{slug}/signaler/merci", get(pages::report::thanks))
        .route("/selection", get(pages::selection::selection))
        .route("/selection.txt", get(pages::selection::as_text))
        .route("/reponse", get(pages::accueil::shared_reply))
        .route("/carte", get(pages::carte::carte))
        .route("/dac", get(pages::dac::dac))
        .route("/parcours", get(pages::parcours::all))
        .route("/parcours/{code}", get(pages::parcours::parcours))
        .route("/sitemap.xml", get(pages::robots::sitemap))
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
        .route("/aide", get(pages::help::help))
        .route("/accessibilite", get(pages::accessibility::accessibility))
        .route("/mentions-legales", get(pages::legal::legal))
        .route("/confidentialite", get(pages::privacy::privacy))
        .route("/connexion", get(pages::login::form).post(pages::login::log_in))
        .route("/connexion/lien", get(pages::mailed_link::form).post(pages::mailed_link::choose))
        .route("/connexion/oubli", get(pages::forgotten::form).post(pages::forgotten::send))
        .route("/deconnexion", post(pages::login::log_out))
        .merge(v1::written())
        .merge(
            pages::animation::routes()
                .merge(pages::accueil::routes())
                .route_layer(from_fn_with_state(state.clone(), signed::require)),
        )
        .route("/robots.txt", get(pages::robots::robots))
        .route("/.well-known/security.txt", get(pages::robots::security))
        // Every method, so that refusing one does not tell that the address exists.
        .route("/metrics", any(metrics::metrics))
        .fallback(async || Error::NotFound(Missing::Page))
        .method_not_allowed_fallback(async || Error::MethodNotAllowed)
        // What a browser sends from a page of another site changes nothing here. No token, so that a page kept for hours
        // still sends.
        .layer(CsrfLayer::new().with_rejection_response(|_| Error::SentFromElsewhere.into_response()))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(state.clone(), error::render))
        .layer(map_response(protect))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(state.clone(), observe::observe))
        .with_state(state)
}

/// A panic ends its request, never the program. The hook of the command has logged where it was; its message may quote
/// what was asked.
fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    Error::Internal.into_response()
}

/// The headers that every answer carries; a file that needs a stricter policy has said so.
async fn protect(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let mut say = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    say(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    say(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    say(header::REFERRER_POLICY, "same-origin");
    say(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    response
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::body::Body;
    use axum::http::Request;
    use maille_domain::clock::FixedClock;

    use crate::health::Health;
    use crate::state::WebState;
    use crate::testing::{ask, get, html, now, state};

    #[tokio::test]
    async fn every_answer_is_protected() {
        for path in [
            "/",
            "/recherche",
            "/inconnue",
            "/api/v1/search",
            "/api/v1/inconnue",
            "/health/live",
            "/api/v1/openapi.json",
        ] {
            let answered = get(path).await;
            assert!(answered.header("content-security-policy").starts_with("default-src 'none'"), "{path}");
            assert_eq!(answered.header("x-content-type-options"), "nosniff");
            assert!(!answered.header("cache-control").is_empty(), "{path}");
        }
    }

    #[test]
    fn the_policy_lets_nothing_in_from_elsewhere_nor_inline() {
        for directive in super::CONTENT_SECURITY_POLICY.split(';') {
            let (name, sources) = directive.trim().split_once(' ').unwrap();
            let ours = match name {
                "default-src" | "base-uri" | "frame-ancestors" => "'none'",
                // The icons are in the stylesheet.
                "img-src" => "'self' data:",
                _ => "'self'",
            };
            assert_eq!(sources, ours, "{name}");
        }
    }

    #[tokio::test]
    async fn unknown_addresses_are_problems_or_pages() {
        let problem = get("/api/v1/inconnue").await;
        assert_eq!(
            (problem.status.as_u16(), problem.header("content-type")),
            (404, "application/problem+json")
        );
        assert_eq!(problem.json()["errors"], serde_json::json!([]));
        let page = get("/inconnue").await;
        assert_eq!((page.status.as_u16(), page.header("content-type")), (404, "text/html; charset=utf-8"));
        html::check(&page.body);
    }

    #[tokio::test]
    async fn other_methods_are_refused_with_those_admitted() {
        for path in ["/api/v1/search", "/recherche"] {
            let answered = ask(state(), Request::post(path).body(Body::empty()).unwrap()).await;
            assert_eq!(answered.status, 405, "{path}");
            assert_eq!(answered.header("allow"), "GET,HEAD");
        }
        let head = ask(state(), Request::head("/recherche?q=aide").body(Body::empty()).unwrap()).await;
        assert_eq!((head.status.as_u16(), head.body.as_str()), (200, ""));
    }

    #[tokio::test]
    async fn before_the_index_there_is_nothing_but_health() {
        let loading = || {
            let health = Health::new();
            health.set_index(true);
            health.set_demo_loading(true);
            WebState::new(state().node, Arc::new(FixedClock(now())), Arc::new(health))
        };
        let asked = |path: &str| ask(loading(), Request::get(path).body(Body::empty()).unwrap());
        for path in ["/", "/recherche?q=x", "/api/v1/search", "/health/ready"] {
            let answered = asked(path).await;
            assert_eq!(answered.status, 503, "{path}");
        }
        assert_eq!(asked("/").await.header("retry-after"), "5");
        html::check(&asked("/recherche?q=x").await.body);
        assert_eq!(asked("/health/live").await.status, 200);
        assert_eq!(asked("/health/ready").await.json()["checks"]["index"], "loading");
        assert_eq!(asked("/api/v1/openapi.json").await.status, 200);
    }

    #[tokio::test]
    async fn assets_are_kept_for_ever() {
        let stylesheet = get(crate::assets::STYLESHEET).await;
        assert_eq!(stylesheet.status, 200);
        assert_eq!(stylesheet.header("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(stylesheet.header("content-type"), "text/css; charset=utf-8");
        assert_eq!(get("/assets/maille.css").await.status, 404);
    }

    #[tokio::test]
    async fn a_panic_ends_its_request_only() {
        let panicked = super::panicked(Box::new("invented"));
        assert_eq!(panicked.status(), 500);
        let failed = state().ask(|_| -> () { panic!("invented") }).await;
        assert_eq!(failed, Err(crate::error::Error::Internal));
    }
}
