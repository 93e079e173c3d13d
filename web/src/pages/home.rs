//! `/`: one form with two fields, and what to browse.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use maille_domain::Request;
use maille_domain::vocabulary::Theme;

use crate::error::Error;
use crate::extract::Query;
use crate::french;
use crate::page::{Cache, Layout, Page, respond};
use crate::pages::kept_place::KeptPlace;
use crate::parameters::SearchLink;
use crate::state::WebState;
use crate::views::Form;

/// Kinds shown to browse; the others are found by searching.
const KINDS: usize = 12;

#[derive(Debug, Template)]
#[template(path = "home.html")]
struct HomePage {
    layout: Layout,
    territory: Option<String>,
    size: String,
    form: Form,
    kinds: Vec<Browse>,
    themes: Vec<Browse>,
}

impl Page for HomePage {
    const CACHE: Cache = Cache::Ask;
}

/// Something to browse, and how many listings it has.
#[derive(Debug)]
struct Browse {
    href: String,
    label: &'static str,
    count: String,
}

/// `GET /`.
pub async fn home(State(state): State<WebState>, Query(kept): Query<KeptPlace>) -> Result<Response, Error> {
    let now = state.now();
    let everything = Request { limit: 1, ..Request::default() };
    let answer = state.ask(move |node| node.search(&everything, now)).await??;
    let link = |name, code: &str| {
        let here = SearchLink::default();
        let here = match &kept.commune {
            Some(commune) => here.with("commune", commune.clone()),
            None => here,
        };
        here.with(name, code).to_string()
    };
    let facets = answer.facets.unwrap_or_default();
    let kinds = facets
        .category
        .iter()
        .take(KINDS)
        .map(|&(kind, count)| Browse {
            href: link("category", kind.code()),
            label: kind.label(),
            count: french::number(count),
        })
        .collect();
    let themes = facets
        .theme
        .iter()
        .filter(|(theme, _)| *theme != Theme::Tous)
        .map(|&(theme, count)| Browse {
            href: link("theme", theme.code()),
            label: theme.label(),
            count: french::number(count),
        })
        .collect();
    Ok(respond(&HomePage {
        layout: Layout::at(&state, "Qui peut aider ici\u{202f}?", "/"),
        territory: state.territory.as_deref().map(str::to_owned),
        size: french::counted(answer.total, "ressource", "ressources"),
        form: Form { q: String::new(), commune: kept.commune.unwrap_or_default(), large: true },
        kinds,
        themes,
    }))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;

    use crate::testing::{ask, html, page, state};

    #[tokio::test]
    async fn the_first_page_asks_two_things() {
        let page = page("/").await;
        assert_eq!(page.status, 200);
        for said in [
            "Que cherchez-vous",
            "Où",
            "tel:15",
            "tel:3114",
            "/recherche?category=ccas",
            "/recherche?theme=personnes-agees",
        ] {
            assert!(page.body.contains(said), "{said}");
        }
        assert!(!page.body.contains("Données de démonstration"));
        assert_eq!(page.body.matches("id=\"urgences\"").count(), 1);
    }

    #[tokio::test]
    async fn a_place_already_chosen_is_kept() {
        let body = page("/?commune=Bagneux").await.body;
        assert!(body.contains("/recherche?commune=Bagneux&#38;category=ccas"));
    }

    #[tokio::test]
    async fn a_demonstration_says_so() {
        let state = state()
            .demo(true)
            .territory(Some("Sud des Hauts-de-Seine".into()))
            .base_url(Some("https://annuaire.example.org/".into()));
        let page = ask(state, Request::get("/").body(Body::empty()).unwrap()).await;
        html::check(&page.body);
        for said in [
            "Données de démonstration",
            "Sud des Hauts-de-Seine",
            "href=\"https://annuaire.example.org/\"",
            "noindex",
        ] {
            assert!(page.body.contains(said), "{said}");
        }
    }
}
