//! Who is logged in: the session of a request, what its account may do, and the store behind it. Pages that only read the
//! directory do not see this.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{CACHE_CONTROL, COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use chrono::{DateTime, Utc};
use maille_domain::{Account, Act, Desk, Listing, ListingId, Reach};
use maille_store::Store;
use maille_store::listing::Cause;
use maille_store::mailed_link::Purpose;
use maille_store::secret::Secret;
use tokio::sync::watch;
use uuid::Uuid;

use crate::attempts::Attempts;
use crate::error::{Error, Missing};
use crate::extract::encode;
use crate::pages::{accueil, login};
use crate::post::{Letter, NotSent, Nowhere, Post};
use crate::state::WebState;

/// How long a page waits to know whose it is.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long whoever writes from a page, or by the API, waits for others who hold the same listing; for the turn of those who
/// regroup listings, ten times longer. What they typed is given back when that is not enough.
const PATIENCE_OF_WRITERS: Duration = Duration::from_secs(2);

/// What handlers that curate share; cheap to clone.
#[derive(Clone)]
pub struct Curation {
    present: watch::Receiver<Option<Store>>,
    /// Passwords tried in vain.
    pub(crate) attempts: Arc<Attempts>,
    /// Mails asked for by whoever has no session.
    pub(crate) mails: Arc<Attempts>,
    /// Answers of the desk that were mailed.
    pub(crate) answers: Arc<Attempts>,
    post: Arc<dyn Post>,
    /// What the addresses in letters begin with: never what a request says of itself.
    base: Arc<str>,
}

impl Curation {
    /// Curates the directory of the store that is present at each moment, if one is.
    pub fn of(present: watch::Receiver<Option<Store>>) -> Curation {
        Curation {
            present,
            attempts: Arc::new(Attempts::new()),
            mails: Arc::new(Attempts::of_mails()),
            answers: Arc::new(Attempts::of_answers()),
            post: Arc::new(Nowhere),
            base: Arc::from(""),
        }
    }

    /// Sends letters with `post`, whose addresses begin with `base`.
    #[must_use]
    pub fn post(mut self, post: impl Post, base: &str) -> Curation {
        self.post = Arc::new(post);
        self.base = Arc::from(base.trim_end_matches('/'));
        self
    }

    /// Curates nothing.
    pub(crate) fn nowhere() -> Curation {
        Curation::of(watch::channel(None).1)
    }

    /// Makes a link for an account, and mails it: an invitation by somebody, or what whoever forgot their password asked for.
    /// Whoever has none yet is invited again.
    ///
    /// # Errors
    /// As the store's. What could not be sent is no error here: `Ok(Err(NotSent))`.
    pub(crate) async fn mail_link(
        &self,
        state: &WebState,
        account: &Account,
        invited_by: Option<&str>,
    ) -> Result<Result<(), NotSent>, Error> {
        let store = self.store()?;
        let invited = invited_by.is_some() || !store.has_password(account.id).await?;
        let purpose = if invited { Purpose::Invitation } else { Purpose::Reset };
        let secret = store.make_link(account.id, purpose, state.now()).await?;
        let link = format!("{}/connexion/lien?secret={}", self.base, secret.text());
        let (to, name, site) = (&account.email, &account.name, &state.theme.name);
        let letter = match purpose {
            Purpose::Invitation => Letter::invitation(to, name, invited_by, site, &link),
            Purpose::Reset => Letter::reset(to, name, site, &link),
        };
        Ok(self.post.send(letter).await)
    }

    /// Sends a letter.
    pub(crate) async fn send(&self, letter: Letter) -> Result<(), NotSent> {
        self.post.send(letter).await
    }

    /// Whether letters leave this machine.
    pub(crate) fn leaves(&self) -> bool {
        self.post.leaves()
    }

    /// What addresses that are given to somebody begin with.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// The present store.
    ///
    /// # Errors
    /// [`Error::Unavailable`] while there is none.
    pub(crate) fn store(&self) -> Result<Store, Error> {
        let store = self.present.borrow().clone().ok_or(Error::Unavailable)?;
        Ok(store.with_patience(PATIENCE_OF_WRITERS))
    }
}

/// Whoever is logged in.
#[derive(Clone)]
pub struct Signed {
    /// Who, and what they may do where.
    pub account: Account,
    /// Which of their sessions this is.
    pub session: Uuid,
    /// Where they write.
    pub store: Store,
}

impl Signed {
    /// How far they may do that.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when they may not at all.
    pub fn reach(&self, act: Act) -> Result<Reach, Error> {
        self.account.reach(act).ok_or(Error::Forbidden(act))
    }

    /// The desk they answer at.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when they take no calls.
    pub fn desk(&self) -> Result<Desk, Error> {
        Desk::of(&self.account).ok_or(Error::Forbidden(Act::Answer))
    }

    /// A listing that they may do that to; the one that it was merged into, if it was.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`], also when it is another territory's; [`Error::Unavailable`].
    pub async fn listing(&self, id: ListingId, act: Act) -> Result<Listing, Error> {
        theirs(&self.store, id, &self.reach(act)?).await
    }

    /// What history will say of a change of theirs.
    pub fn cause(&self, reason: impl Into<String>, at: DateTime<Utc>) -> Cause {
        Cause { author: self.account.name.clone(), reason: reason.into(), run: None, at }
    }
}

/// A listing, or the one that it was merged into, that is within this reach.
///
/// # Errors
/// As [`Signed::listing`].
pub(crate) async fn theirs(store: &Store, id: ListingId, reach: &Reach) -> Result<Listing, Error> {
    let missing = Error::NotFound(Missing::Listing);
    match store.is_within(id, reach).await? {
        Some(true) => store.listing(id).await?.ok_or(missing),
        Some(false) => Err(Error::Elsewhere),
        None => Err(missing),
    }
}

impl FromRequestParts<WebState> for Signed {
    type Rejection = Error;

    /// Whoever [`require`] let in.
    async fn from_request_parts(parts: &mut Parts, _: &WebState) -> Result<Signed, Error> {
        parts.extensions.get().cloned().ok_or(Error::NotFound(Missing::Page))
    }
}

/// Lets whoever is logged in go on; leads the others to the page where one logs in, with what they were sending.
pub async fn require(
    State(state): State<WebState>,
    State(curation): State<Curation>,
    mut request: Request,
    next: Next,
) -> Response {
    let signed = match who(&state, &curation, request.headers()).await {
        Ok(signed) => signed,
        // What somebody types during a call is not lost because nobody can know who they are.
        Err(error @ Error::Unavailable) if is_call(&request) => {
            return accueil::while_away(&state, request, error).await;
        }
        Err(error) => return error.into_response(),
    };
    let mut response = match signed {
        Some(signed) => {
            request.extensions_mut().insert(signed);
            next.run(request).await
        }
        None if [Method::GET, Method::HEAD].contains(request.method()) => {
            let mut to = String::from("/connexion?vers=");
            encode(request.uri().path_and_query().map_or("/animation", |asked| asked.as_str()), &mut to);
            Redirect::to(&to).into_response()
        }
        None => login::instead_of(&state, request).await,
    };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Whether it is a form of the desk.
fn is_call(request: &Request) -> bool {
    request.method() == Method::POST && request.uri().path() == "/accueil"
}

/// Whose session a request belongs to, if it does to one.
pub(crate) async fn who(
    state: &WebState,
    curation: &Curation,
    headers: &HeaderMap,
) -> Result<Option<Signed>, Error> {
    let store = curation.store()?;
    let Some(secret) = secret(state, headers) else { return Ok(None) };
    let session = tokio::time::timeout(PATIENCE, store.session(&secret, state.now()));
    let session = session.await.map_err(|_| Error::Unavailable)??;
    Ok(session.map(|(account, session)| Signed { account, session, store }))
}

/// Name of the cookie. Over TLS, one that no other host and no plain connection can set.
fn cookie_name(state: &WebState) -> &'static str {
    if state.is_secure() { "__Host-maille" } else { "maille" }
}

/// The secret that the browser holds.
pub(crate) fn secret(state: &WebState, headers: &HeaderMap) -> Option<Secret> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    let pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut own = pairs.filter(|(name, _)| *name == cookie_name(state));
    own.find_map(|(_, value)| Secret::parse(value))
}

/// The `Set-Cookie` that gives the browser its secret, until it is closed or the session ends; without one, takes it back.
pub(crate) fn cookie(state: &WebState, secret: Option<&Secret>) -> HeaderValue {
    let secure = if state.is_secure() { "; Secure" } else { "" };
    let (value, ends) = match secret {
        Some(secret) => (secret.text(), ""),
        None => (String::new(), "; Max-Age=0"),
    };
    let name = cookie_name(state);
    let mut header =
        HeaderValue::from_str(&format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{ends}"))
            .expect("hexadecimal digits are a header");
    header.set_sensitive(true);
    header
}
