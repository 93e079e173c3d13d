//! `/accueil/appels/{id}/reponse`: the answer leaves, as text, on paper, as a link, by mail. Of the call it says the commune alone.

mod sender;
mod shared;
mod told;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use maille_domain::call::Home;
use maille_domain::contact::parse_email;
use maille_domain::{Call, Desk, ListingId};
use maille_store::call::{Sending, Step};
use maille_store::secret::random_id;
use uuid::Uuid;

use super::{Tab, layout};
use crate::error::{Error, Missing, WrongParameter};
use crate::extract::{FromQuery, LONGEST_OF_THE_TEAM, Named, Query, Reader, Sent};
use crate::french::{self, date};
use crate::page::{Cache, Layout, Page, respond_with};
use crate::post::Letter;
use crate::requester::Requester;
use crate::signed::{Curation, Signed};
use crate::state::WebState;
use crate::views::faults::Faults;
pub use shared::shared;
use told::Told;

/// From how many resources whoever asks chooses freely.
const FREE_CHOICE: usize = 3;
/// How often somebody else may write the call while we note what was given.
const TURNS: usize = 5;

/// The addresses of an answer that leaves.
pub fn routes() -> Router<WebState> {
    Router::new().route("/accueil/appels/{id}/reponse", get(form).post(send))
}

#[derive(Debug, Template)]
#[template(path = "accueil/reply.html")]
struct ReplyPage {
    layout: Layout,
    tab: Tab,
    call: Uuid,
    told: Told,
    text: String,
    /// Whether these resources are noted as given.
    given: bool,
    /// What is said when there are too few to choose from.
    few: Option<String>,
    contact: Option<String>,
    date: String,
    /// A link that was just made, shown this once.
    made: Option<Made>,
    /// Whether what is mailed leaves this machine.
    leaves: bool,
    /// The mail address as typed.
    address: String,
    said: Option<String>,
    faults: Faults,
}

impl Page for ReplyPage {
    const CACHE: Cache = Cache::Never;
}

/// A link as it is shown once.
#[derive(Debug)]
struct Made {
    link: String,
    last_day: String,
}

/// What the address says just happened.
pub struct Said(Option<&'static str>);

impl FromQuery for Said {
    fn from_query(reader: &mut Reader, _: &WebState) -> Said {
        Said(match reader.text("dit").as_str() {
            "envoyee" => Some("La réponse est partie. L’adresse n’est pas gardée."),
            "nonnotee" => Some(
                "La réponse est partie, mais les ressources ne sont pas notées comme données : revenez à l’appel et notez-les.",
            ),
            _ => None,
        })
    }
}

async fn form(
    State(state): State<WebState>,
    State(curation): State<Curation>,
    signed: Signed,
    Named(id): Named<Uuid>,
    Query(Said(said)): Query<Said>,
) -> Result<Response, Error> {
    let reply = Reply::of(&state, &signed, id).await?;
    let said = said.map(french::typography);
    let page = ReplyPage { said, ..reply.page(&state, &curation, &signed) };
    Ok(respond_with(&page, StatusCode::OK))
}

/// `POST`: `faire=lien` makes a link, which this answer alone shows; `faire=courriel` mails the answer to `adresse`, which is
/// kept nowhere: without a mail server, which alone keeps nothing here, it is refused.
async fn send(
    State(state): State<WebState>,
    State(curation): State<Curation>,
    requester: Requester,
    signed: Signed,
    Named(id): Named<Uuid>,
    Sent(mut sent): Sent<LONGEST_OF_THE_TEAM>,
) -> Result<Response, Error> {
    let reply = Reply::of(&state, &signed, id).await?;
    let asked = sent.text("faire");
    if reply.told.entries.is_empty() {
        return Ok(Redirect::to(&address(id)).into_response());
    }
    match asked.as_str() {
        "lien" => reply.make_link(&state, &curation, &signed).await,
        "courriel" => reply.mail(&state, &curation, &signed, requester, sent.text("adresse")).await,
        _ => {
            let detail = "attendu « lien » ou « courriel »";
            Err(Error::Parameters(vec![WrongParameter::new("faire", detail)]))
        }
    }
}

fn address(call: Uuid) -> String {
    format!("/accueil/appels/{call}/reponse")
}

/// A call of this desk, and what its answer says.
struct Reply {
    desk: Desk,
    call: Call,
    told: Told,
}

impl Reply {
    /// The answer to a call: what was given; while nothing was, what was thought of.
    async fn of(state: &WebState, signed: &Signed, id: Uuid) -> Result<Reply, Error> {
        let desk = signed.desk()?;
        let call = signed.store.call(id, &desk).await?.ok_or(Error::NotFound(Missing::Page))?;
        let commune = match &call.sheet.home {
            Some(Home::Commune(code)) => Some(code.clone()),
            _ => None,
        };
        let told = Told::of(state, answered(&call), commune, call.territory.clone()).await?;
        Ok(Reply { desk, call, told })
    }

    async fn make_link(
        self,
        state: &WebState,
        curation: &Curation,
        signed: &Signed,
    ) -> Result<Response, Error> {
        let Reply { desk, call, told } = self;
        let call = give(state, signed, &desk, call, &told.listings).await?;
        let made = signed.store.make_call_link(call.id, &told.listings, &desk, state.now()).await;
        let (secret, last_day) = made?;
        let link = format!("{}/reponse?lien={}", curation.base(), secret.text());
        let made = Some(Made { link, last_day: date::words(last_day) });
        let page = ReplyPage { made, ..Reply { desk, call, told }.page(state, curation, signed) };
        Ok(respond_with(&page, StatusCode::OK))
    }

    async fn mail(
        self,
        state: &WebState,
        curation: &Curation,
        signed: &Signed,
        requester: Requester,
        typed: String,
    ) -> Result<Response, Error> {
        let mut faults = Faults::default();
        let status = match parse_email(&typed) {
            _ if !curation.leaves() => {
                faults.add("texte", "Rien n’est parti : ce serveur n’envoie pas de courriels. Copiez le texte, ou faites un lien.");
                StatusCode::CONFLICT
            }
            Err(_) => {
                faults.add("adresse", "Écrivez une seule adresse, comme prenom.nom@example.org.");
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Ok(to) => {
                let account = signed.account.id.to_string();
                if let Err(minutes) = curation.answers.take(&account, requester, state.now()) {
                    faults.add("adresse", format!("Vous avez envoyé beaucoup de courriels. Réessayez dans {minutes} min, ou copiez le texte."));
                    StatusCode::TOO_MANY_REQUESTS
                } else {
                    let message = self.told.message(state, Some(curation.base()));
                    let letter = Letter::answer(&to, &message.subject, &message.text());
                    if curation.send(letter).await.is_ok() {
                        return Ok(self.sent(state, signed).await);
                    }
                    faults.add(
                        "adresse",
                        "Le courriel n’est pas parti : vérifiez l’adresse, ou copiez le texte.",
                    );
                    StatusCode::BAD_GATEWAY
                }
            }
        };
        let page = ReplyPage { address: typed, faults, ..self.page(state, curation, signed) };
        Ok(respond_with(&page, status))
    }

    /// Notes what was given, once it has left.
    async fn sent(self, state: &WebState, signed: &Signed) -> Response {
        let id = self.call.id;
        let said = match give(state, signed, &self.desk, self.call, &self.told.listings).await {
            Ok(_) => "envoyee",
            // Why was logged where it went wrong.
            Err(_) => "nonnotee",
        };
        Redirect::to(&format!("{}?dit={said}", address(id))).into_response()
    }

    fn page(self, state: &WebState, curation: &Curation, signed: &Signed) -> ReplyPage {
        let Reply { call, told, .. } = self;
        let few = match told.entries.len() {
            0 => None,
            count if count >= FREE_CHOICE => None,
            1 => Some("Une seule ressource"),
            _ => Some("Deux ressources"),
        };
        ReplyPage {
            layout: layout(state, signed, "Envoyer la réponse"),
            tab: Tab::Desk,
            text: told.message(state, Some(curation.base())).text(),
            given: call.given().next().is_some(),
            call: call.id,
            few: few.map(|count| {
                french::typography(&format!(
                    "{count} : s’il y en a d’autres, trois réponses ou plus laissent le libre choix."
                ))
            }),
            contact: told.sender.contact.clone(),
            date: date::words(state.today()),
            made: None,
            leaves: curation.leaves(),
            address: String::new(),
            said: None,
            faults: Faults::default(),
            told,
        }
    }
}

/// The resources of an answer: those that were given; while none was, those that were thought of.
fn answered(call: &Call) -> Vec<ListingId> {
    let given: Vec<ListingId> = call.given().map(|proposed| proposed.listing).collect();
    if given.is_empty() { call.proposed.iter().map(|proposed| proposed.listing).collect() } else { given }
}

/// Notes that these resources were given, unless some were before: the call as it is then.
async fn give(
    state: &WebState,
    signed: &Signed,
    desk: &Desk,
    mut call: Call,
    listings: &[ListingId],
) -> Result<Call, Error> {
    let steps: Vec<Step> = listings.iter().copied().map(Step::Give).collect();
    for _ in 0..TURNS {
        if call.given().next().is_some() {
            break;
        }
        let mut sheet = call.sheet.clone();
        // What was answered by a call that ended was said then.
        if call.is_open() {
            sheet.conclude(desk.is_outside(sheet.home.as_ref()), steps.len());
        }
        let sending = Sending { call: call.id, version: call.version, id: random_id()? };
        match signed.store.save_call(sending, &sheet, &steps, desk, state.now()).await {
            Err(maille_store::Error::CallChanged(changed)) => call = *changed,
            written => return Ok(written?),
        }
    }
    Ok(call)
}

#[cfg(test)]
mod tests;
