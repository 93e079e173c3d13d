//! `/mentions-legales`: who publishes this site.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::french;
use crate::page::{Cache, Layout, Page, respond};
use crate::state::WebState;
use crate::visit::Visit;

#[derive(Debug, Template)]
#[template(path = "legal.html")]
struct LegalPage {
    layout: Layout,
    mentions: Vec<Mention>,
    /// Keys of the theme that nobody wrote, for whoever keeps the site.
    missing: Vec<&'static str>,
    paragraphs: Vec<String>,
}

impl Page for LegalPage {
    const CACHE: Cache = Cache::Ask;
}

/// Something the law asks to be said.
#[derive(Debug)]
struct Mention {
    term: &'static str,
    said: Option<String>,
}

/// `GET /mentions-legales`.
pub async fn legal(State(state): State<WebState>, visit: Visit) -> Response {
    let legal = &state.theme.legal;
    let asked = [
        ("Éditeur", "mentions.editeur", &legal.publisher),
        ("Adresse", "mentions.adresse", &legal.address),
        ("Direction de la publication", "mentions.directeur", &legal.director),
        ("Hébergement", "mentions.hebergeur", &legal.host),
        ("Contact", "mentions.contact", &legal.contact),
        ("Données personnelles", "mentions.donnees", &legal.data_contact),
    ];
    let missing = asked.iter().filter(|(_, _, said)| said.is_none()).map(|(_, key, _)| *key).collect();
    let mentions =
        asked.map(|(term, _, said)| Mention { term, said: said.as_deref().map(french::typography) }).into();
    respond(&LegalPage {
        layout: Layout::at(&state, &visit, "Mentions légales", "/mentions-legales"),
        mentions,
        missing,
        paragraphs: legal.paragraphs.iter().map(|paragraph| french::typography(paragraph)).collect(),
    })
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;

    use crate::testing::{HOSTILE, ask, html, page, state};
    use crate::theme::{Legal, Theme};

    #[tokio::test]
    async fn what_nobody_wrote_is_said_to_be_missing() {
        let page = page("/mentions-legales").await;
        assert_eq!(page.status, 200);
        assert_eq!(page.body.matches(">non renseigné<").count(), 6);
        assert!(page.body.contains("<code>mentions.directeur</code>"));
    }

    #[tokio::test]
    async fn what_was_written_is_shown_and_nothing_is_missing() {
        let said = |text: &str| Some(text.to_owned());
        let legal = Legal {
            publisher: said("Association DAC 92 Sud : l’appui"),
            address: said("1 rue de l’Exemple\n92220 Bagneux"),
            director: said("Une personne"),
            host: said("Un hébergeur"),
            contact: said("contact@example.org"),
            data_contact: said("dpo@example.org"),
            paragraphs: vec!["Avec l’aide de « l’agence » régionale.".into(), HOSTILE.into()],
        };
        let state = state().theme(Theme { legal, ..Theme::default() });
        let body = ask(state, Request::get("/mentions-legales").body(Body::empty()).unwrap()).await.body;
        html::check(&body);
        assert!(!body.contains("non renseigné") && !body.contains("fichier de thème"));
        assert!(body.contains("Association DAC 92 Sud\u{202f}: l’appui"));
        assert!(body.contains("«\u{202f}l’agence\u{202f}»"));
        assert!(body.contains("&#60;script&#62;alert(1)"));
    }
}
