//! `/reponse?lien=`: an answer of the desk, for whoever was sent its link. The secret is in the query, never in the path, which is
//! logged; and nobody that this page links to is told of it.

use askama::Template;
use axum::extract::State;
use axum::http::header::REFERRER_POLICY;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use maille_domain::hours::time_zone;
use maille_store::call_link::{CallLink, Opened};
use maille_store::secret::Secret;

use super::told::Told;
use crate::error::Error;
use crate::extract::{FromQuery, Query, Reader};
use crate::french::date;
use crate::page::{Cache, Layout, Page, respond_with};
use crate::signed::Curation;
use crate::state::WebState;
use crate::views::contact::Contact;
use crate::visit::Visit;

#[derive(Debug, Template)]
#[template(path = "reply.html")]
struct SharedPage {
    layout: Layout,
    told: Told,
    contact: Option<String>,
    date: String,
    made: String,
    last_day: String,
}

impl Page for SharedPage {
    const CACHE: Cache = Cache::Never;
}

#[derive(Debug, Template)]
#[template(path = "reply_over.html")]
struct OverPage {
    layout: Layout,
    heading: &'static str,
    why: &'static str,
    contact: Option<Contact>,
}

impl Page for OverPage {
    const CACHE: Cache = Cache::Never;
}

/// The secret of the address; none when it is not one.
pub struct Shown(Option<Secret>);

impl FromQuery for Shown {
    fn from_query(reader: &mut Reader, _: &WebState) -> Shown {
        Shown(Secret::parse(reader.text("lien").trim()))
    }
}

/// `GET /reponse`.
pub async fn shared(
    State(state): State<WebState>,
    State(curation): State<Curation>,
    Query(Shown(secret)): Query<Shown>,
) -> Result<Response, Error> {
    let followed = match &secret {
        Some(secret) => match find(&state, &curation, secret).await {
            Err(Error::Unavailable) => return Ok(away(&state)),
            found => found?,
        },
        None => None,
    };
    match followed {
        Some(Opened::Open(link)) => open(&state, link).await,
        Some(Opened::Over) => Ok(over(&state)),
        None => Ok(unknown(&state)),
    }
}

async fn find(state: &WebState, curation: &Curation, secret: &Secret) -> Result<Option<Opened>, Error> {
    Ok(curation.store()?.call_link(secret, state.now()).await?)
}

async fn open(state: &WebState, link: CallLink) -> Result<Response, Error> {
    let told = Told::of(state, link.listings, link.commune, link.territory).await?;
    let page = SharedPage {
        layout: Layout::new(state, &told.visit, "Réponse à votre demande"),
        contact: told.sender.contact.clone(),
        told,
        date: date::words(state.today()),
        made: date::words(link.made_at.with_timezone(&time_zone(None)).date_naive()),
        last_day: date::words(link.last_day),
    };
    Ok(unspoken(respond_with(&page, StatusCode::OK)))
}

fn over(state: &WebState) -> Response {
    let why = "Une réponse envoyée par un lien se lit pendant sept jours. Ceux-ci sont passés\u{202f}: les coordonnées ont pu changer.";
    closed(state, StatusCode::GONE, "Ce lien ne sert plus", why)
}

fn unknown(state: &WebState) -> Response {
    let why = "Il a peut-être été coupé ou mal recopié\u{202f}: ouvrez-le depuis le message qui vous l’a apporté, en entier.";
    closed(state, StatusCode::NOT_FOUND, "Ce lien ne mène à aucune réponse", why)
}

fn away(state: &WebState) -> Response {
    let why = "L’annuaire ne retrouve pas cette réponse pour le moment. Votre lien n’est pas perdu\u{202f}: rouvrez-le dans quelques minutes.";
    closed(state, StatusCode::SERVICE_UNAVAILABLE, "La réponse n’est pas lisible pour le moment", why)
}

fn closed(state: &WebState, status: StatusCode, heading: &'static str, why: &'static str) -> Response {
    let layout = Layout::new(state, &Visit::default(), heading);
    let page = OverPage { layout, heading, why, contact: Contact::of(&state.theme) };
    unspoken(respond_with(&page, status))
}

/// What this page links to does not learn its address.
fn unspoken(mut response: Response) -> Response {
    response.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}
