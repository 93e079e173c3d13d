//! `/animation/compte`: one's own account: its password, the browsers that are logged in, the tokens of its programs.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use chrono::{DateTime, NaiveDate, Utc};
use maille_domain::api_token::{self, Scope};
use maille_domain::clock;
use maille_domain::hours::time_zone;
use maille_store::api_token::ApiToken;
use maille_store::password::Password;
use maille_store::session::{Proof, Session};
use uuid::Uuid;

use super::accounts::role_in_words;
use super::{Section, layout};
use crate::api::bearer;
use crate::error::{Error, Missing};
use crate::extract::{FromQuery, LONGEST_OF_THE_TEAM, Query, Reader, Sent, encode};
use crate::french::{self, date};
use crate::page::{Cache, Layout, Page, respond_with};
use crate::pages::login::{agent, named};
use crate::requester::Requester;
use crate::signed::{Curation, Signed, cookie};
use crate::state::WebState;
use crate::views::faults::Faults;

const HERE: &str = "/animation/compte";

/// The pages of one's own account: whoever is logged in has them.
pub fn routes() -> Router<WebState> {
    Router::new()
        .route(HERE, get(own))
        .route("/animation/compte/motdepasse", post(change_password))
        .route("/animation/compte/sessions", post(close_sessions))
        .route("/animation/compte/jetons", post(make_token))
        .route("/animation/compte/jetons/revoquer", post(revoke_token))
}

#[derive(Debug, Template)]
#[template(path = "animation/own.html")]
struct OwnPage {
    layout: Layout,
    name: String,
    email: String,
    roles: Vec<String>,
    shortest: usize,
    sessions: Vec<SessionLine>,
    tokens: Vec<TokenLine>,
    /// A token that was just made, shown this once.
    made: Option<Made>,
    typed: TypedToken,
    scopes: Vec<ScopeBox>,
    said: Option<String>,
    faults: Faults,
}

impl Page for OwnPage {
    const CACHE: Cache = Cache::Never;
}

/// A browser that is logged in.
#[derive(Debug)]
struct SessionLine {
    id: Uuid,
    agent: String,
    opened: String,
    seen: String,
    /// Whether the page was asked for with it.
    here: bool,
}

/// A token of one's programs.
#[derive(Debug)]
struct TokenLine {
    id: Uuid,
    name: String,
    scopes: String,
    made: String,
    used: String,
    ends: Option<String>,
}

/// A token as it is shown once.
#[derive(Debug)]
struct Made {
    name: String,
    text: String,
}

/// What was typed of a token to make.
#[derive(Debug, Default)]
struct TypedToken {
    name: String,
    until: String,
    scopes: Vec<Scope>,
}

/// A scope to choose.
#[derive(Debug)]
struct ScopeBox {
    code: &'static str,
    label: &'static str,
    checked: bool,
}

/// What the address says just happened.
pub struct Said {
    text: Option<String>,
    /// Whether it is that the password was changed.
    changed: bool,
}

impl FromQuery for Said {
    fn from_query(reader: &mut Reader, _: &WebState) -> Said {
        let code = reader.text("dit");
        let text = match code.as_str() {
            "motdepasse" => "Votre mot de passe est changé. Les autres navigateurs ne sont plus connectés.",
            "session" => {
                let closed = named(&reader.text("navigateur"));
                let text = Some(format!("L’autre navigateur ({closed}) n’est plus connecté."));
                return Said { text, changed: false };
            }
            "sessions" => "Les autres navigateurs ne sont plus connectés.",
            "revoque" => "Ce jeton n’ouvre plus rien.",
            "revoques" => "Aucun de vos jetons n’ouvre plus rien.",
            _ => return Said { text: None, changed: false },
        };
        Said { text: Some(text.to_owned()), changed: code == "motdepasse" }
    }
}

async fn own(
    State(state): State<WebState>,
    signed: Signed,
    Query(Said { text, changed }): Query<Said>,
) -> Result<Response, Error> {
    let mut page = OwnPage::of(&state, &signed).await?;
    // Whoever made a token needs no password any more.
    let left = (changed && !page.tokens.is_empty()).then(|| {
        let count = page.tokens.len() as u64;
        let left = french::counted(count, "jeton de l’API reste valable", "jetons de l’API restent valables");
        format!(" {left}\u{a0}: si quelqu’un d’autre a pu en faire, révoquez-les plus bas.")
    });
    page.said = text.map(|text| text + &left.unwrap_or_default());
    Ok(respond_with(&page, StatusCode::OK))
}

/// `POST /animation/compte/motdepasse`. Every session ends; this browser is given another.
async fn change_password(
    State(state): State<WebState>,
    State(curation): State<Curation>,
    requester: Requester,
    signed: Signed,
    headers: HeaderMap,
    Sent(mut sent): Sent<LONGEST_OF_THE_TEAM>,
) -> Result<Response, Error> {
    let (now, account) = (state.now(), &signed.account);
    let wanted = sent.text("nouveau");
    let mut faults = Faults::default();
    let proof =
        prove(&curation, &signed, requester, now, ("ancien", sent.text("ancien").as_str()), &mut faults)
            .await?;
    let chosen = Password::choose(&wanted, &[&account.email, &account.name]);
    if let Err(weak) = &chosen {
        faults.add("nouveau", format!("Nouveau mot de passe : choisissez {weak}."));
    }
    let (Ok(password), Ok(proof), true) = (chosen, proof.as_ref(), faults.is_empty()) else {
        let page = OwnPage { faults, ..OwnPage::of(&state, &signed).await? };
        return Ok(respond_with(&page, proof.err().unwrap_or(StatusCode::UNPROCESSABLE_ENTITY)));
    };
    let Some(secret) = signed.store.change_password(proof, password, agent(&headers), now).await? else {
        // Somebody else changed it in the meantime: this session has ended.
        return Ok(Redirect::to("/connexion").into_response());
    };
    let mut response = to("motdepasse");
    response.headers_mut().insert(SET_COOKIE, cookie(&state, Some(&secret)));
    Ok(response)
}

/// That whoever is logged in knows their password, which they typed in this field; else the status of the answer.
async fn prove(
    curation: &Curation,
    signed: &Signed,
    requester: Requester,
    now: DateTime<Utc>,
    (field, typed): (&'static str, &str),
    faults: &mut Faults,
) -> Result<Result<Proof, StatusCode>, Error> {
    let email = &signed.account.email;
    if typed.is_empty() {
        faults.add(field, "Écrivez votre mot de passe actuel.");
        return Ok(Err(StatusCode::UNPROCESSABLE_ENTITY));
    }
    if let Err(minutes) = curation.attempts.take(email, requester, now) {
        faults.add(field, format!("Trop d’essais sans succès. Réessayez dans {minutes} min."));
        return Ok(Err(StatusCode::TOO_MANY_REQUESTS));
    }
    let Some(proof) = signed.store.prove(email, Password::typed(typed)).await? else {
        faults.add(field, "Ce n’est pas votre mot de passe actuel.");
        return Ok(Err(StatusCode::UNPROCESSABLE_ENTITY));
    };
    curation.attempts.succeeded(email, requester, now);
    Ok(Ok(proof))
}

/// `POST /animation/compte/sessions`: one session, or all the others.
async fn close_sessions(
    State(state): State<WebState>,
    signed: Signed,
    Sent(mut sent): Sent<LONGEST_OF_THE_TEAM>,
) -> Result<Response, Error> {
    let (now, account) = (state.now(), signed.account.id);
    if sent.text("autres") == "oui" {
        signed.store.close_other_sessions(account, signed.session, now).await?;
        return Ok(to("sessions"));
    }
    let session: Uuid = sent.text("session").parse().map_err(|_| Error::NotFound(Missing::Page))?;
    let known = signed.store.sessions(account, now).await?;
    let agent = known.into_iter().find(|known| known.id == session).map(|known| known.agent);
    if signed.store.close_session(account, session, now).await? {
        let mut said = "session&navigateur=".to_owned();
        encode(&agent.unwrap_or_default(), &mut said);
        Ok(to(&said))
    } else {
        Err(Error::NotFound(Missing::Page))
    }
}

/// `POST /animation/compte/jetons`. The answer is the only page that shows the token.
async fn make_token(
    State(state): State<WebState>,
    State(curation): State<Curation>,
    requester: Requester,
    signed: Signed,
    Sent(mut sent): Sent<LONGEST_OF_THE_TEAM>,
) -> Result<Response, Error> {
    let today = state.today();
    let mut faults = Faults::default();
    let typed = TypedToken {
        name: sent.text("nom"),
        until: sent.text("jusqu_au"),
        scopes: sent.several("portee", |code| code.parse().map_err(|_| String::new())),
    };
    let name = api_token::parse_name(&typed.name);
    if let Err(expected) = name {
        faults.add("nom", format!("Nom du jeton : attendu {expected}."));
    }
    if typed.scopes.is_empty() || sent.wrong_with("portee").is_some() {
        faults.add("portee-lire", "Choisissez ce que le jeton permet.");
    }
    let ends = match typed.until.trim() {
        "" => Ok(None),
        day => day
            .parse()
            .ok()
            .filter(|day: &NaiveDate| *day >= today)
            .and_then(clock::end_of)
            .map(Some)
            .ok_or(()),
    };
    if ends.is_err() {
        faults.add("jusqu_au", "Dernier jour : attendu un jour à venir, ou rien.");
    }
    let password = sent.text("mot_de_passe");
    let typed_password = ("mot_de_passe", password.as_str());
    let proof = prove(&curation, &signed, requester, state.now(), typed_password, &mut faults).await?;
    let (Ok(name), Ok(ends), true) = (name, ends, faults.is_empty()) else {
        let page = OwnPage { faults, ..OwnPage::with(&state, &signed, typed).await? };
        return Ok(respond_with(&page, proof.err().unwrap_or(StatusCode::UNPROCESSABLE_ENTITY)));
    };
    let secret = signed.store.make_token(signed.account.id, &name, &typed.scopes, ends, state.now()).await?;
    let made = Some(Made { name, text: bearer::written(&secret) });
    let page = OwnPage { made, ..OwnPage::of(&state, &signed).await? };
    Ok(respond_with(&page, StatusCode::OK))
}

/// `POST /animation/compte/jetons/revoquer`: one, or all.
async fn revoke_token(
    State(state): State<WebState>,
    signed: Signed,
    Sent(mut sent): Sent<LONGEST_OF_THE_TEAM>,
) -> Result<Response, Error> {
    if sent.text("tous") == "oui" {
        signed.store.revoke_tokens(signed.account.id, state.now()).await?;
        return Ok(to("revoques"));
    }
    let token = sent.text("jeton").parse().map_err(|_| Error::NotFound(Missing::Page))?;
    if signed.store.revoke_token(signed.account.id, token, state.now()).await? {
        Ok(to("revoque"))
    } else {
        Err(Error::NotFound(Missing::Page))
    }
}

fn to(said: &str) -> Response {
    Redirect::to(&format!("{HERE}?dit={said}")).into_response()
}

impl OwnPage {
    async fn of(state: &WebState, signed: &Signed) -> Result<OwnPage, Error> {
        OwnPage::with(state, signed, TypedToken::default()).await
    }

    async fn with(state: &WebState, signed: &Signed, typed: TypedToken) -> Result<OwnPage, Error> {
        let (now, account, store) = (state.now(), &signed.account, &signed.store);
        let territories = store.territories().await?;
        let sessions = store.sessions(account.id, now).await?;
        let tokens = store.tokens(account.id).await?;
        Ok(OwnPage {
            layout: layout(state, signed, Section::Own, "Votre compte"),
            name: account.name.clone(),
            email: account.email.clone(),
            roles: account.roles.iter().map(|held| role_in_words(held, &territories)).collect(),
            shortest: Password::SHORTEST,
            sessions: sessions
                .into_iter()
                .map(|session| SessionLine::of(session, signed.session, now))
                .collect(),
            tokens: tokens.into_iter().map(|token| TokenLine::of(token, now)).collect(),
            made: None,
            scopes: Scope::ALL
                .iter()
                .map(|scope| ScopeBox {
                    code: scope.code(),
                    label: scope.label(),
                    checked: typed.scopes.contains(scope),
                })
                .collect(),
            typed,
            said: None,
            faults: Faults::default(),
        })
    }
}

impl SessionLine {
    fn of(session: Session, here: Uuid, now: DateTime<Utc>) -> SessionLine {
        SessionLine {
            id: session.id,
            agent: if session.agent.is_empty() { "Navigateur inconnu".to_owned() } else { session.agent },
            opened: date::stamp(session.opened_at),
            seen: used(session.seen_at, now),
            here: session.id == here,
        }
    }
}

impl TokenLine {
    fn of(token: ApiToken, now: DateTime<Utc>) -> TokenLine {
        let scopes: Vec<String> = token.scopes.iter().map(|scope| scope.label().to_lowercase()).collect();
        TokenLine {
            id: token.id,
            name: token.name,
            scopes: french::list(&scopes),
            made: date::stamp(token.made_at),
            used: token
                .used_at
                .map_or_else(|| "jamais utilisé".to_owned(), |at| format!("utilisé {}", used(at, now))),
            ends: token.expires_at.map(|ends| {
                // It ends as a day is over: that day is the last.
                let last =
                    (ends - chrono::TimeDelta::seconds(1)).with_timezone(&time_zone(None)).date_naive();
                let verb = if ends <= now { "a expiré le" } else { "jusqu’au" };
                format!("{verb} {}", date::words(last))
            }),
        }
    }
}

/// When something was last used: exact to some minutes.
fn used(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let day = |at: DateTime<Utc>| at.with_timezone(&time_zone(None)).date_naive();
    if now - at < chrono::TimeDelta::minutes(10) {
        "à l’instant".to_owned()
    } else {
        date::ago(day(at), day(now))
    }
}
