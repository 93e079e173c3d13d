//! `POST /animation/fiches/{id}/etat`: saturated, closed until a day, closed, open again, or as its sources say.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use chrono::TimeDelta;
use maille_domain::hours::time_zone;
use maille_domain::resolve::Override;
use maille_domain::vocabulary::Status;
use maille_domain::{Act, Field, Listing, ListingId};
use maille_store::edit::{FieldEdit, Overtaken};
use serde_json::Value;

use super::draft::{self, Draft};
use super::edit::EditPage;
use super::fields::{Choosable, on, who};
use crate::error::Error;
use crate::extract::{LONGEST_OF_THE_TEAM, Named, Sent};
use crate::french;
use crate::page::respond_with;
use crate::pages::animation::head::address;
use crate::pages::animation::reason::reason;
use crate::pages::animation::refusal::refusal;
use crate::signed::Signed;
use crate::state::WebState;
use crate::views::faults::Faults;

/// What is asked for when the sources are to speak again.
const SOURCES: &str = "sources";

/// The form of the state of a listing.
#[derive(Debug)]
pub struct StateForm {
    /// The states, the present one chosen.
    pub options: Vec<Choosable>,
    /// The one that was seen.
    pub seen: &'static str,
    /// Until which day, as typed.
    pub until: String,
    /// Why, as typed.
    pub reason: String,
    /// The last day of the state that was decided, when it ends.
    pub ends: Option<String>,
}

impl StateForm {
    /// The form of a listing; its state was decided by people when there is an override.
    pub fn of(listing: &Listing, decided: Option<&Override>) -> StateForm {
        let status = listing.fields.status;
        let option = |value, label: &str, chosen| Choosable { value, label: label.to_owned(), chosen };
        let states = [
            (Status::Ouvert, "Ouverte"),
            (Status::Sature, "Saturée"),
            (Status::FermeTemporairement, "Fermée jusqu’au…"),
            (Status::Ferme, "Fermée pour toujours"),
        ];
        let mut options: Vec<Choosable> =
            states.into_iter().map(|(state, label)| option(state.code(), label, state == status)).collect();
        options.extend(decided.map(|_| option(SOURCES, "Comme le disent les sources", false)));
        let ends = decided.and_then(|decided| decided.until).map(|until| on(until - TimeDelta::seconds(1)));
        StateForm { options, seen: status.code(), until: String::new(), reason: String::new(), ends }
    }

    /// Puts what was typed in it.
    fn type_in(&mut self, state: &str, until: String, reason: String) {
        for option in &mut self.options {
            option.chosen = option.value == state;
        }
        (self.until, self.reason) = (until, reason);
    }
}

/// `POST /animation/fiches/{id}/etat`.
pub async fn change(
    State(state): State<WebState>,
    signed: Signed,
    Named(id): Named<ListingId>,
    Sent(mut sent): Sent<LONGEST_OF_THE_TEAM>,
) -> Result<Response, Error> {
    let listing = signed.listing(id, Act::Correct).await?;
    let wanted = sent.text("etat");
    let (until_typed, reason_typed) = (sent.text("jusqu_au"), sent.text("raison"));
    let seen = sent.was_sent("vu").then(|| sent.text("vu"));
    let mut faults = Faults::default();
    let status = wanted.parse::<Status>().ok();
    if status.is_none() && wanted != SOURCES {
        faults.add("etat", "État : choisissez-en un dans la liste.");
    }
    let now = state.now();
    let today = now.with_timezone(&time_zone(None)).date_naive();
    let until = draft::until(&until_typed, today, "etat-jusqu_au", &mut faults);
    if status == Some(Status::FermeTemporairement) && until_typed.trim().is_empty() {
        faults.add("etat-jusqu_au", "Jusqu’au : dites le dernier jour de la fermeture.");
    }
    let reason = reason(&reason_typed, "etat-raison", &mut faults);
    let mut answer = StatusCode::UNPROCESSABLE_ENTITY;
    if faults.is_empty() {
        let cause = signed.cause(reason, now);
        let reach = signed.reach(Act::Correct)?;
        let written = if let Some(status) = status {
            let value = Some(Value::from(status.code()));
            let edit = FieldEdit { field: Field::Status, value, seen };
            signed.store.edit(listing.id, &reach, &[edit], until, &cause).await.map(|_| ())
        } else {
            let seen = seen.as_deref().unwrap_or_else(|| listing.fields.status.code());
            signed.store.return_to_sources(listing.id, &reach, Field::Status, seen, &cause).await
        };
        match written {
            Ok(()) => return Ok(Redirect::to(&address(&listing, "?dit=etat")).into_response()),
            Err(maille_store::Error::Overtaken(overtaken)) => {
                faults.add("etat", told(&overtaken));
                answer = StatusCode::CONFLICT;
            }
            Err(error) => answer = refusal(error, "etat", &mut faults)?,
        }
    }
    // As it is now: whoever looks at it decides on that.
    let listing = signed.listing(listing.id, Act::Consult).await?;
    let draft = Draft::of(&listing.fields.to_values());
    let mut page = EditPage::of(&state, &signed, &listing, &draft).await?;
    page.state.type_in(&wanted, until_typed, reason_typed);
    page.faults = faults;
    Ok(respond_with(&page, answer))
}

/// What somebody else did of the state meanwhile.
fn told(overtaken: &[Overtaken]) -> String {
    let now =
        overtaken.first().and_then(|overtaken| overtaken.now.as_ref()?.as_str()?.parse::<Status>().ok());
    let now = now.map_or("", Status::label);
    let by = overtaken.first().map(|overtaken| who(overtaken.by.as_ref())).unwrap_or_default();
    french::typography(&format!(
        "État : il a changé entre-temps. {by} : « {now} ». Rien n’a été écrit : changez-le de nouveau si vous avez raison."
    ))
}
