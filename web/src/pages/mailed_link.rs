//! `/connexion/lien`: choosing the password of one's account, with a link that was mailed. The secret is in the query or in the
//! form, never in the path, which is logged; and no other site is told of it.

use askama::Template;
use axum::extract::State;
use axum::http::header::{REFERRER_POLICY, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use maille_store::mailed_link::LinkOf;
use maille_store::password::Password;
use maille_store::secret::Secret;

use crate::error::Error;
use crate::extract::{FromQuery, LONGEST_OF_THE_TEAM, Query, Reader, Sent};
use crate::page::{Cache, Layout, Page, respond_with};
use crate::signed::{Curation, cookie, who};
use crate::state::WebState;
use crate::views::faults::Faults;
use crate::visit::Visit;

#[derive(Debug, Template)]
#[template(path = "mailed_link.html")]
struct LinkPage {
    layout: Layout,
    secret: String,
    email: String,
    name: String,
    shortest: usize,
    faults: Faults,
}

impl Page for LinkPage {
    const CACHE: Cache = Cache::Never;
}

#[derive(Debug, Template)]
#[template(path = "mailed_link_over.html")]
struct OverPage {
    layout: Layout,
}

impl Page for OverPage {
    const CACHE: Cache = Cache::Never;
}

/// The secret of the address; none when it is not one.
pub struct Shown(Option<Secret>);

impl FromQuery for Shown {
    fn from_query(reader: &mut Reader, _: &WebState) -> Shown {
        Shown(Secret::parse(&reader.text("secret")))
    }
}

/// `GET /connexion/lien`. Nothing is used up: programs that read mail follow links.
pub async fn form(
    State(state): State<WebState>,
    State(curation): State<Curation>,
    Query(Shown(secret)): Query<Shown>,
) -> Result<Response, Error> {
    let Some(secret) = secret else { return Ok(over(&state)) };
    let Some(of) = curation.store()?.link(&secret, state.now()).await? else { return Ok(over(&state)) };
    Ok(unspoken(respond_with(&LinkPage::new(&state, &secret, of, Faults::default()), StatusCode::OK)))
}

/// `POST /connexion/lien`.
pub async fn choose(
    State(state): State<WebState>,
    State(curation): State<Curation>,
    headers: HeaderMap,
    Sent(mut sent): Sent<LONGEST_OF_THE_TEAM>,
) -> Result<Response, Error> {
    let store = curation.store()?;
    let Some(secret) = Secret::parse(&sent.text("secret")) else { return Ok(over(&state)) };
    let Some(of) = store.link(&secret, state.now()).await? else { return Ok(over(&state)) };
    let password = match Password::choose(&sent.text("mot_de_passe"), &[&of.email, &of.name]) {
        Ok(password) => password,
        Err(weak) => {
            let mut faults = Faults::default();
            faults.add("mot_de_passe", format!("Mot de passe : choisissez {weak}."));
            let page = LinkPage::new(&state, &secret, of, faults);
            return Ok(unspoken(respond_with(&page, StatusCode::UNPROCESSABLE_ENTITY)));
        }
    };
    let said = if store.has_password(of.account).await? { "motdepasse" } else { "pret" };
    if store.use_link(&secret, password, state.now()).await?.is_none() {
        return Ok(over(&state));
    }
    let mut response = unspoken(Redirect::to(&format!("/connexion?dit={said}")).into_response());
    // Whoever was logged in here before is somebody else, or has no session any more.
    if let Some(before) = who(&state, &curation, &headers).await? {
        store.close_session(before.account.id, before.session, state.now()).await?;
    }
    response.headers_mut().insert(SET_COOKIE, cookie(&state, None));
    Ok(response)
}

/// A link that opens nothing: used, too old, or no link at all. Which of them is nobody's business.
fn over(state: &WebState) -> Response {
    let page = OverPage { layout: Layout::new(state, &Visit::default(), "Ce lien ne sert plus") };
    unspoken(respond_with(&page, StatusCode::GONE))
}

/// What this page links to does not learn its address.
fn unspoken(mut response: Response) -> Response {
    response.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

impl LinkPage {
    fn new(state: &WebState, secret: &Secret, of: LinkOf, faults: Faults) -> LinkPage {
        LinkPage {
            layout: Layout::new(state, &Visit::default(), "Choisir votre mot de passe"),
            secret: secret.text(),
            email: of.email,
            name: of.name,
            shortest: Password::SHORTEST,
            faults,
        }
    }
}
