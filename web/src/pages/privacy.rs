//! `/confidentialite`: what is kept of a visit.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::french;
use crate::page::{Cache, Layout, Page, respond};
use crate::requester::WINDOW_MINUTES;
use crate::state::WebState;
use crate::visit::Visit;

#[derive(Debug, Template)]
#[template(path = "privacy.html")]
struct PrivacyPage {
    layout: Layout,
    publisher: Option<String>,
    host: Option<String>,
    data_contact: Option<String>,
    /// How long what was sent counts.
    minutes: i64,
}

impl Page for PrivacyPage {
    const CACHE: Cache = Cache::Ask;
}

/// `GET /confidentialite`.
pub async fn privacy(State(state): State<WebState>, visit: Visit) -> Response {
    let legal = &state.theme.legal;
    // Within a sentence: on one line, and the sentence has its own stop.
    let said = |text: &Option<String>| {
        let text = text.as_deref()?.lines().map(str::trim).collect::<Vec<_>>().join(", ");
        Some(french::typography(text.trim_end_matches('.')))
    };
    respond(&PrivacyPage {
        layout: Layout::at(&state, &visit, "Confidentialité", "/confidentialite"),
        publisher: said(&legal.publisher),
        host: said(&legal.host),
        data_contact: said(&legal.data_contact),
        minutes: WINDOW_MINUTES,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use axum::body::Body;
    use axum::http::Request;

    use crate::testing::{ask, html, page, state};
    use crate::theme::{Legal, Theme};

    #[tokio::test]
    async fn who_answers_for_data_is_named_or_said_to_be_missing() {
        let body = page("/confidentialite").await.body;
        for said in ["contact non renseigné", "le motif choisi", "votre qualité", "des 10 dernières minutes"]
        {
            assert!(body.contains(said), "{said}");
        }
        let legal = Legal {
            host: Some("Un hébergeur\n1 rue des Baies.".into()),
            data_contact: Some("dpo@example.org".into()),
            ..Legal::default()
        };
        let state = state().theme(Theme { legal, ..Theme::default() });
        let body = ask(state, Request::get("/confidentialite").body(Body::empty()).unwrap()).await.body;
        html::check(&body);
        assert!(body.contains("Un hébergeur, 1 rue des Baies.</p>"), "{body}");
        assert!(body.contains("dpo@example.org.</p>"));
    }

    /// What the page promises of cookies and of the browser's stores.
    #[tokio::test]
    async fn nothing_is_left_in_a_browser() {
        for path in ["/", "/recherche?q=ssiad&commune=92007", "/ressources/dac-92-sud-bagneux", "/nulle-part"]
        {
            assert_eq!(page(path).await.header("set-cookie"), "", "{path}");
        }
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("script");
        let mut read = 0;
        for file in fs::read_dir(scripts).unwrap() {
            let file = file.unwrap().path();
            if file.extension().is_some_and(|extension| extension == "ts") {
                let script = fs::read_to_string(&file).unwrap();
                for store in
                    ["localStorage", "sessionStorage", "indexedDB", ".cookie", "caches.", "sendBeacon"]
                {
                    assert!(!script.contains(store), "{store} in {}", file.display());
                }
                read += 1;
            }
        }
        assert!(read > 0, "web/script has no script");
    }
}
