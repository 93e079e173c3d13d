//! `/connexion/oubli`: a link to choose another password, by mail. Nobody learns here who has an account: the answer is the
//! same for all, and what takes time is done once it is given.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maille_domain::contact::parse_email;

use crate::error::Error;
use crate::extract::Sent;
use crate::page::{Cache, Layout, Page, respond_with};
use crate::requester::Requester;
use crate::signed::Curation;
use crate::state::WebState;
use crate::views::faults::Faults;
use crate::visit::Visit;

#[derive(Debug, Template)]
#[template(path = "forgotten.html")]
struct ForgottenPage {
    layout: Layout,
    email: String,
    faults: Faults,
}

impl Page for ForgottenPage {
    const CACHE: Cache = Cache::Never;
}

/// `GET /connexion/oubli`.
pub async fn form(State(state): State<WebState>) -> Response {
    respond_with(&ForgottenPage::new(&state, String::new()), StatusCode::OK)
}

/// `POST /connexion/oubli`.
pub async fn send(
    State(state): State<WebState>,
    State(curation): State<Curation>,
    requester: Requester,
    Sent(mut sent): Sent,
) -> Result<Response, Error> {
    let typed = sent.text("courriel");
    let mut page = ForgottenPage::new(&state, typed.clone());
    let Ok(email) = parse_email(&typed) else {
        page.faults.add("courriel", "Écrivez l’adresse de votre compte, comme prenom.nom@example.org.");
        return Ok(respond_with(&page, StatusCode::UNPROCESSABLE_ENTITY));
    };
    let store = curation.store()?;
    if let Err(minutes) = curation.mails.take(&email, requester, state.now()) {
        let said = format!("Trop de courriels ont été demandés. Réessayez dans {minutes} min.");
        page.faults.add("courriel", said);
        return Ok(respond_with(&page, StatusCode::TOO_MANY_REQUESTS));
    }
    tokio::spawn(async move {
        let sent = match store.account_of(&email).await {
            Ok(Some(account)) => curation.mail_link(&state, &account, None).await.map(|sent| sent.is_ok()),
            Ok(None) => Ok(true),
            Err(error) => Err(error.into()),
        };
        // Why was logged where it went wrong.
        if sent != Ok(true) {
            tracing::warn!("un lien demandé n’est pas parti");
        }
    });
    Ok(Redirect::to("/connexion?dit=lien").into_response())
}

impl ForgottenPage {
    fn new(state: &WebState, email: String) -> ForgottenPage {
        let layout = Layout::new(state, &Visit::default(), "Mot de passe oublié");
        ForgottenPage { layout, email, faults: Faults::default() }
    }
}
