//! `POST /animation/verifier`: several listings were checked, said in one gesture.

use std::collections::BTreeSet;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use maille_domain::{Act, ListingId};

use super::back::{back, saying};
use super::verification::CheckForm;
use super::{Section, layout};
use crate::error::{Error, Missing};
use crate::extract::{LONGEST_OF_THE_TEAM, Sent};
use crate::page::{Cache, Layout, Page, respond_with};
use crate::signed::Signed;
use crate::state::WebState;
use crate::views::faults::Faults;

/// Most listings of one gesture.
const MOST: usize = 200;

/// The address that checks several.
pub fn routes() -> Router<WebState> {
    Router::new().route("/animation/verifier", post(verify))
}

/// What is to be corrected before they are checked.
#[derive(Debug, Template)]
#[template(path = "animation/verify_many.html")]
struct ManyPage {
    layout: Layout,
    faults: Faults,
    /// Those that were chosen: their ids and their names.
    listings: Vec<(String, String)>,
    form: CheckForm,
    retour: String,
}

impl Page for ManyPage {
    const CACHE: Cache = Cache::Never;
}

/// `POST /animation/verifier`: `fiche` repeated, `moyen`, `jour`, `retour`.
pub async fn verify(
    State(state): State<WebState>,
    signed: Signed,
    Sent(mut sent): Sent<LONGEST_OF_THE_TEAM>,
) -> Result<Response, Error> {
    let reach = signed.reach(Act::Verify)?;
    let mut faults = Faults::default();
    let (form, check) = CheckForm::read(&mut sent, state.today(), &mut faults);
    let retour = back(&mut sent, "/animation");
    let mut chosen = BTreeSet::new();
    chosen.extend(sent.several("fiche", |id| id.parse::<ListingId>().map_err(|_| String::new())));
    if sent.wrong_with("fiche").is_some() {
        return Err(Error::NotFound(Missing::Listing));
    }
    match chosen.len() {
        0 => faults.add("fiches", "Choisissez au moins une fiche."),
        1..=MOST => {}
        _ => {
            chosen = chosen.into_iter().take(MOST).collect();
            faults
                .add("fiches", format!("{MOST} fiches au plus à la fois : les premières sont gardées ici."));
        }
    }
    let ids: Vec<ListingId> = chosen.iter().copied().collect();
    let within = signed.store.within(&ids, &reach).await?;
    if within.values().any(|within| !within) {
        return Err(Error::Elsewhere);
    }
    if ids.iter().any(|id| !within.contains_key(id)) {
        return Err(Error::NotFound(Missing::Listing));
    }
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    if let (Some(check), true) = (check, faults.is_empty()) {
        let cause = signed.cause(check.means.done(), state.now());
        match signed.store.verify_many(&chosen, check, &reach, &cause).await {
            Ok(_) => {
                let said = format!("verifiees-{}", chosen.len());
                return Ok(Redirect::to(&saying(&retour, &said)).into_response());
            }
            // What was chosen stays chosen.
            Err(busy @ maille_store::Error::Busy { .. }) => faults.add("fiches", format!("{busy}.")),
            Err(error) => return Err(error.into()),
        }
        status = StatusCode::SERVICE_UNAVAILABLE;
    }
    let mut listings = Vec::new();
    for id in chosen {
        listings.extend(signed.store.listing(id).await?.map(|known| (id.to_string(), known.fields.name)));
    }
    let page = ManyPage {
        layout: layout(&state, &signed, Section::Listings, "Vérifier plusieurs fiches"),
        faults,
        listings,
        form,
        retour,
    };
    Ok(respond_with(&page, status))
}
