//! `/connexion`: log in, and log out. What somebody was sending when their session ended comes here with them, and is sent
//! again once they are back.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use maille_domain::{Account, Role};
use maille_store::password::Password;

use crate::error::Error;
use crate::extract::{FromQuery, LONGEST_OF_THE_TEAM, Query, Reader, Sent, form_text};
use crate::page::{Cache, Layout, Page, respond, respond_with};
use crate::requester::Requester;
use crate::signed::{Curation, cookie, who};
use crate::state::WebState;
use crate::visit::Visit;

/// Where whoever logs in goes, when nothing else is asked.
const HOME: &str = "/animation";
/// Where whoever does nothing but answer goes.
const HOME_OF_THE_DESK: &str = "/accueil";
/// Longest form that comes with what was being sent: encoded twice, each byte may become three.
const LONGEST_WITH_A_DRAFT: usize = 3 * LONGEST_OF_THE_TEAM;
/// Longest text of a draft that is shown whole, in characters.
const LONGEST_SHOWN: usize = 200;
/// The addresses that one logs in for: nobody is led anywhere else.
const OF_THE_TEAM: [&str; 2] = ["/animation", "/accueil"];
/// The pages whose forms hold passwords: what they send is not kept.
const WITH_PASSWORDS: &str = "/animation/compte";

#[derive(Debug, Template)]
#[template(path = "login.html")]
struct LoginPage {
    layout: Layout,
    /// Where to go afterwards.
    to: String,
    email: String,
    /// What was being sent, and where.
    draft: Option<Draft>,
    wrong: Option<String>,
    /// What just happened.
    said: Option<&'static str>,
}

impl Page for LoginPage {
    const CACHE: Cache = Cache::Never;
}

/// A form that arrived without a session.
#[derive(Debug, Clone)]
struct Draft {
    /// Where it was sent.
    to: String,
    /// Its fields.
    fields: String,
}

#[derive(Debug, Template)]
#[template(path = "login_draft.html")]
struct DraftPage {
    layout: Layout,
    to: String,
    home: &'static str,
    fields: Vec<(String, String)>,
    /// What is in it, to be read: names and values.
    shown: Vec<(String, String)>,
}

impl Page for DraftPage {
    const CACHE: Cache = Cache::Never;
}

/// What the address asks.
#[derive(Debug)]
pub struct Asked {
    to: String,
    said: Option<&'static str>,
}

impl FromQuery for Asked {
    fn from_query(reader: &mut Reader, _: &WebState) -> Asked {
        let said = match reader.text("dit").as_str() {
            "sorti" => Some("Vous n’êtes plus connecté."),
            "motdepasse" => Some("Votre mot de passe est changé. Connectez-vous avec le nouveau."),
            "pret" => {
                Some("Votre compte est prêt. Connectez-vous avec le mot de passe que vous avez choisi.")
            }
            "lien" => Some("Si un compte a cette adresse, un courriel vient de lui être envoyé."),
            _ => None,
        };
        Asked { to: own_address(&reader.text("vers")), said }
    }
}

/// `GET /connexion`.
pub async fn form(
    State(state): State<WebState>,
    State(curation): State<Curation>,
    headers: HeaderMap,
    Query(Asked { to, said }): Query<Asked>,
) -> Result<Response, Error> {
    if let Some(signed) = who(&state, &curation, &headers).await? {
        return Ok(Redirect::to(home(&signed.account, &to)).into_response());
    }
    Ok(respond(&LoginPage { said, ..LoginPage::new(&state, to) }))
}

/// `POST /connexion`. The session is always a new one: what the browser held before opens nothing any more.
pub async fn log_in(
    State(state): State<WebState>,
    State(curation): State<Curation>,
    requester: Requester,
    headers: HeaderMap,
    Sent(mut sent): Sent<LONGEST_WITH_A_DRAFT>,
) -> Result<Response, Error> {
    let email = sent.text("courriel");
    let draft = Draft::read(&sent.text("brouillon_vers"), sent.text("brouillon"));
    let page = LoginPage {
        email: email.clone(),
        draft: draft.clone(),
        ..LoginPage::new(&state, own_address(&sent.text("vers")))
    };
    let wrong = |wrong: String, status| {
        Ok(respond_with(&LoginPage { wrong: Some(wrong), ..page.clone_for(&state) }, status))
    };
    let password = sent.text("mot_de_passe");
    if email.trim().is_empty() || password.is_empty() {
        let said = "Écrivez votre adresse et votre mot de passe.".to_owned();
        return wrong(said, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let store = curation.store()?;
    if let Err(minutes) = curation.attempts.take(&email, requester, state.now()) {
        let said = format!(
            "Trop d’essais sans succès. Réessayez dans {minutes} min, ou demandez un nouveau mot de passe."
        );
        return wrong(said, StatusCode::TOO_MANY_REQUESTS);
    }
    let Some(secret) = store.log_in(&email, Password::typed(&password), agent(&headers), state.now()).await?
    else {
        let said = "Cette adresse et ce mot de passe ne vont pas ensemble.".to_owned();
        return wrong(said, StatusCode::UNPROCESSABLE_ENTITY);
    };
    curation.attempts.succeeded(&email, requester, state.now());
    if let Some(before) = who(&state, &curation, &headers).await? {
        store.close_session(before.account.id, before.session, state.now()).await?;
    }
    let to = match store.session(&secret, state.now()).await? {
        Some((account, _)) => home(&account, &page.to).to_owned(),
        None => page.to.clone(),
    };
    let mut response = match draft {
        Some(draft) => {
            let fields = Reader::new(&draft.fields).into_pairs();
            respond(&DraftPage {
                layout: Layout::new(&state, &Visit::default(), "Votre saisie est gardée"),
                to: draft.to,
                home: HOME,
                shown: fields.iter().filter_map(shown).collect(),
                fields,
            })
        }
        None => Redirect::to(&to).into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(SET_COOKIE, cookie(&state, Some(&secret)));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// `POST /deconnexion`.
pub async fn log_out(
    State(state): State<WebState>,
    State(curation): State<Curation>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    if let Some(signed) = who(&state, &curation, &headers).await? {
        signed.store.close_session(signed.account.id, signed.session, state.now()).await?;
    }
    let mut response = Redirect::to("/connexion?dit=sorti").into_response();
    response.headers_mut().insert(SET_COOKIE, cookie(&state, None));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// What answers a form that came without a session: the page where one logs in, which keeps it.
pub async fn instead_of(state: &WebState, request: Request) -> Response {
    let to = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    let draft = match form_text(request, LONGEST_OF_THE_TEAM).await {
        Ok(fields) => Draft::read(&to, fields),
        Err(error) => return error.into_response(),
    };
    let said = if draft.is_some() {
        "Votre session a pris fin. Votre saisie est gardée : connectez-vous pour l’envoyer."
    } else {
        "Votre session a pris fin. Rien n’a été changé : connectez-vous de nouveau."
    };
    let page = LoginPage { draft, said: Some(said), ..LoginPage::new(state, HOME.to_owned()) };
    respond_with(&page, StatusCode::UNAUTHORIZED)
}

impl LoginPage {
    fn new(state: &WebState, to: String) -> LoginPage {
        LoginPage {
            layout: Layout::new(state, &Visit::default(), "Connexion de l’équipe"),
            to,
            email: String::new(),
            draft: None,
            wrong: None,
            said: None,
        }
    }

    fn clone_for(&self, state: &WebState) -> LoginPage {
        LoginPage {
            email: self.email.clone(),
            draft: self.draft.clone(),
            ..LoginPage::new(state, self.to.clone())
        }
    }
}

impl Draft {
    /// What was being sent to this address, if it is one of the team's and holds no password.
    fn read(to: &str, fields: String) -> Option<Draft> {
        let own = own_address(to) == to && !to.starts_with(WITH_PASSWORDS);
        (own && !fields.is_empty()).then(|| Draft { to: to.to_owned(), fields })
    }
}

/// A field of a draft as it is read; none when it is empty.
fn shown((name, value): &(String, String)) -> Option<(String, String)> {
    let value = value.trim();
    if value.is_empty() {
        return None;
    }
    let mut short: String = value.chars().take(LONGEST_SHOWN).collect();
    if value.chars().count() > LONGEST_SHOWN {
        short.push('…');
    }
    let words = name.replace(['_', '-'], " ");
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    Some((first + letters.as_str(), short))
}

/// Where somebody goes who asks for that address; who only answers calls and asks for nothing, to the desk.
fn home<'a>(account: &Account, asked: &'a str) -> &'a str {
    let only_answers =
        !account.roles.is_empty() && account.roles.iter().all(|held| held.role == Role::Reception);
    if asked == HOME && only_answers { HOME_OF_THE_DESK } else { asked }
}

/// An address of the team's own pages; the first of them when it is any other.
pub(crate) fn own_address(asked: &str) -> String {
    let own = OF_THE_TEAM.iter().any(|own| {
        asked.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
    });
    let path = asked.split('?').next().unwrap_or_default().to_lowercase();
    // What climbs out of the team's pages, however it is written.
    let climbs = path.contains("%2e") || path.split('/').any(|segment| segment == "..");
    let plain = !climbs && !asked.chars().any(|c| c.is_control() || c == '\\');
    if own && plain { asked.to_owned() } else { HOME.to_owned() }
}

/// The browser of a request, in a word.
pub(crate) fn agent(headers: &HeaderMap) -> &'static str {
    browser(headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default())
}

/// What marks a browser, and its name.
const NAMES: [(&str, &str); 6] = [
    ("Edg/", "Edge"),
    ("Firefox/", "Firefox"),
    ("OPR/", "Opera"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
];

/// A browser in a word, as its owner would name it.
fn browser(agent: &str) -> &'static str {
    NAMES.iter().find(|(mark, _)| agent.contains(mark)).map_or("Autre navigateur", |(_, name)| name)
}

/// One of the names of [`agent`], as an address says it: no address makes a page say anything else.
pub(crate) fn named(said: &str) -> &'static str {
    NAMES.iter().find(|(_, name)| *name == said).map_or("de nom inconnu", |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_out_of_the_house() {
        for own in ["/animation", "/animation/fiches/x?a=b", "/accueil?x", "/animation?x=//evil.example"] {
            assert_eq!(own_address(own), own);
        }
        for foreign in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example/animation",
            "/animationx",
            "/animation\r\nSet-Cookie: a",
            "/animation/\\evil",
            "javascript:alert(1)",
            "/recherche",
            "/animation/../recherche",
            "/animation/%2E./recherche",
            "/animation/..",
        ] {
            assert_eq!(own_address(foreign), HOME, "{foreign}");
        }
    }

    #[test]
    fn what_was_being_sent_is_shown_in_short() {
        let field = |name: &str, value: &str| shown(&(name.to_owned(), value.to_owned()));
        assert_eq!(field("jusqu_au", " x "), Some(("Jusqu au".to_owned(), "x".to_owned())));
        assert_eq!(field("nom", " "), None);
        assert_eq!(field("nom", &"é".repeat(300)).unwrap().1.chars().count(), LONGEST_SHOWN + 1);
    }

    #[test]
    fn a_draft_with_passwords_is_not_kept() {
        assert!(Draft::read("/animation/fiches/x", "name=a".to_owned()).is_some());
        assert!(Draft::read("/animation/compte/motdepasse", "ancien=a".to_owned()).is_none());
        assert!(Draft::read("https://evil.example", "a=b".to_owned()).is_none());
    }
}
