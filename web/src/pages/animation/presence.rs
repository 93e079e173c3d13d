//! `POST /animation/fiches/{id}/presence`: hide a listing, keep it though no source knows it, or leave it to its sources.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use maille_domain::{Act, Listing, ListingId, Presence};

use super::back::{back, saying};
use super::head::address;
use super::reason::reason;
use super::refusal::refusal;
use super::verification::{CheckPage, Choice};
use crate::error::Error;
use crate::extract::{LONGEST_OF_THE_TEAM, Named, Sent};
use crate::french;
use crate::page::respond_with;
use crate::signed::Signed;
use crate::state::WebState;
use crate::views::faults::Faults;

/// The code of what is left to the sources.
const OF_THE_SOURCES: &str = "sources";

/// The address that decides of a presence.
pub fn routes() -> Router<WebState> {
    Router::new().route("/animation/fiches/{id}/presence", post(decide))
}

/// The form, as typed.
#[derive(Debug, Clone)]
pub struct PresenceForm {
    /// Where it is sent.
    pub action: String,
    /// What may be decided.
    pub choices: Vec<Choice>,
    /// How things stand.
    pub now: &'static str,
    /// Why.
    pub why: String,
}

impl PresenceForm {
    /// The form of a listing, as things stand.
    pub fn of(listing: &Listing) -> PresenceForm {
        PresenceForm::typed(listing, listing.presence.map_or(OF_THE_SOURCES, Presence::code), String::new())
    }

    fn typed(listing: &Listing, chosen: &str, why: String) -> PresenceForm {
        let choice = |(code, label)| Choice { code, label, chosen: code == chosen };
        let choices = [
            (
                OF_THE_SOURCES,
                "Suivre ses sources\u{202f}: elle sort de l’annuaire quand plus aucune ne la décrit",
            ),
            (Presence::Kept.code(), "La garder, même si plus aucune source ne la décrit"),
            (Presence::Hidden.code(), "La masquer, quoi que disent ses sources"),
        ];
        let now = match (listing.presence, listing.withdrawn_at) {
            (Some(Presence::Hidden), _) => "L’équipe l’a masquée\u{202f}: aucune recherche ne la trouve.",
            (Some(Presence::Kept), _) => "L’équipe la garde, quoi que disent ses sources.",
            (None, Some(_)) => "Plus aucune source ne la décrit\u{202f}: aucune recherche ne la trouve.",
            (None, None) => "Elle est dans l’annuaire, comme ses sources le disent.",
        };
        PresenceForm { action: address(listing, "/presence"), choices: choices.map(choice).into(), now, why }
    }
}

/// What just happened, by its code.
pub fn said(code: &str) -> Option<String> {
    let said = match code {
        "masquee" => "La fiche est masquée : aucune recherche ne la trouve plus.",
        "gardee" => "La fiche est gardée, quoi que disent ses sources.",
        OF_THE_SOURCES => "La fiche suit de nouveau ses sources.",
        _ => return None,
    };
    Some(french::typography(said))
}

/// `POST /animation/fiches/{id}/presence`: `presence`, `raison`, `retour`.
pub async fn decide(
    State(state): State<WebState>,
    signed: Signed,
    Named(id): Named<ListingId>,
    Sent(mut sent): Sent<LONGEST_OF_THE_TEAM>,
) -> Result<Response, Error> {
    let listing = signed.listing(id, Act::Correct).await?;
    let mut faults = Faults::default();
    let code = sent.text("presence");
    let decided: Option<Option<Presence>> = match code.as_str() {
        OF_THE_SOURCES => Some(None),
        code => code.parse().ok().map(Some),
    };
    if decided.is_none() {
        faults.add("presence", "Choisissez si la fiche est masquée, gardée, ou suit ses sources.");
    }
    let why = reason(&sent.text("raison"), "raison-presence", &mut faults);
    let retour = back(&mut sent, "");
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    if let (Some(presence), true) = (decided, faults.is_empty()) {
        let cause = signed.cause(why.as_str(), state.now());
        match signed.store.set_presence(listing.id, presence, &signed.reach(Act::Correct)?, &cause).await {
            Ok(()) => {
                let to = if retour.is_empty() { address(&listing, "/verifier") } else { retour };
                return Ok(Redirect::to(&saying(&to, &code)).into_response());
            }
            Err(error) => status = refusal(error, "presence", &mut faults)?,
        }
    }
    let form = PresenceForm::typed(&listing, &code, why);
    let page = CheckPage::of(&state, &signed, &listing).with_presence(form, retour, faults);
    Ok(respond_with(&page, status))
}
