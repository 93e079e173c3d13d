//! `GET /accueil/appels/{id}`: one call, on the screen and on paper.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use maille_domain::call::{AgeBand, Answer, Channel, Outcome, Proposed, Requester, Subject};
use maille_domain::{Call, Listing};
use uuid::Uuid;

use super::super::{Tab, layout};
use super::{gesture, told};
use crate::error::{Error, Missing};
use crate::extract::{FromQuery, Named, Query, Reader};
use crate::french;
use crate::page::{Cache, Layout, Page, respond_with};
use crate::signed::Signed;
use crate::state::WebState;
use crate::views::faults::Faults;
use crate::views::{Fact, PhoneLink, home};

/// One call.
#[derive(Debug, Template)]
#[template(path = "accueil/call.html")]
pub struct CallPage {
    layout: Layout,
    tab: Tab,
    said: Option<String>,
    /// What could not be done.
    faults: Faults,
    id: Uuid,
    version: i32,
    /// When it was taken.
    when: String,
    need: String,
    /// What the sheet says, in its order.
    told: Vec<(&'static str, String)>,
    note: String,
    recall: Option<Fact>,
    handed: Option<String>,
    given: Vec<Resource>,
    /// What was thought of and not given.
    thought: Vec<Resource>,
    open: bool,
    discarded: bool,
    /// Whether somebody is to be called back.
    due: bool,
    outcomes: &'static [Outcome],
}

impl Page for CallPage {
    const CACHE: Cache = Cache::Never;
}

/// A resource of a call.
#[derive(Debug)]
struct Resource {
    /// As the call names it.
    id: String,
    /// As the directory names it today.
    name: String,
    href: String,
    kind: &'static str,
    phones: Vec<PhoneLink>,
    given: Option<String>,
    outcome: Option<Outcome>,
    /// What became of it, since when.
    told: Option<Fact>,
}

/// What the address says was just done.
pub struct Said(Option<String>);

impl FromQuery for Said {
    fn from_query(reader: &mut Reader, _: &WebState) -> Said {
        Said(gesture::said(&reader.text("dit")))
    }
}

/// `GET /accueil/appels/{id}`.
pub async fn call(
    State(state): State<WebState>,
    signed: Signed,
    Named(id): Named<Uuid>,
    Query(Said(said)): Query<Said>,
) -> Result<Response, Error> {
    let desk = signed.desk()?;
    let call = signed.store.call(id, &desk).await?.ok_or(Error::NotFound(Missing::Page))?;
    let page = CallPage { said, ..CallPage::of(&state, &signed, &call).await? };
    Ok(respond_with(&page, StatusCode::OK))
}

impl CallPage {
    /// The page of a call as it stands.
    ///
    /// # Errors
    /// As the store's.
    pub async fn of(state: &WebState, signed: &Signed, call: &Call) -> Result<CallPage, Error> {
        let now = state.now();
        let (mut given, mut thought) = (Vec::new(), Vec::new());
        for proposed in &call.proposed {
            let Some(listing) = signed.store.listing(proposed.listing).await? else { continue };
            let resources = if proposed.given_at.is_some() { &mut given } else { &mut thought };
            resources.push(Resource::of(proposed, &listing, now));
        }
        let when = told::moment(call.opened_at, now);
        Ok(CallPage {
            layout: layout(state, signed, &format!("Appel du {when}")),
            tab: Tab::Calls,
            said: None,
            faults: Faults::default(),
            id: call.id,
            version: call.version,
            when,
            need: told::need(&call.sheet),
            told: told(call, &given, now),
            note: call.sheet.note.as_str().to_owned(),
            recall: told::recall(call, now),
            handed: call.handed_at.map(|at| told::moment(at, now)),
            given,
            thought,
            open: call.is_open(),
            discarded: call.discarded_at.is_some(),
            due: call.recall_due.is_some() && call.recalled_at.is_none() && call.discarded_at.is_none(),
            outcomes: Outcome::ALL,
        })
    }

    /// The same, with what could not be done.
    #[must_use]
    pub fn with_faults(self, faults: Faults) -> CallPage {
        CallPage { faults, ..self }
    }
}

/// What a sheet says.
fn told(call: &Call, given: &[Resource], now: DateTime<Utc>) -> Vec<(&'static str, String)> {
    let sheet = &call.sheet;
    let unsaid = || "Non précisé".to_owned();
    let said = |label: Option<&'static str>| label.map_or_else(unsaid, french::typography);
    let mut kinds: Vec<&str> = sheet.categories.iter().map(|kind| french::kind(*kind)).collect();
    for one in given {
        if !kinds.contains(&one.kind) {
            kinds.push(one.kind);
        }
    }
    let mut told = vec![
        ("Demandeur", said(sheet.requester.map(Requester::label))),
        ("Canal", said(sheet.channel.map(Channel::label))),
        ("Lieu de vie", sheet.home.as_ref().map_or_else(unsaid, home::words)),
        ("Parcours", said(sheet.subject.map(Subject::label))),
        ("Âge", said(sheet.age_band.map(AgeBand::label))),
        ("Réponse", said(sheet.answer.map(Answer::label))),
    ];
    if !kinds.is_empty() {
        told.push(("Types de ressource", kinds.join(", ")));
    }
    if sheet.unmet {
        told.push(("Besoin non couvert", "Personne n’y répond sur le territoire".to_owned()));
    }
    let state = match call.closed_at {
        Some(at) if call.discarded_at.is_none() => format!("{} {}", told::state(call), told::moment(at, now)),
        _ => told::state(call).to_owned(),
    };
    told.push(("Pris par", call.by.clone()));
    told.push(("Temps passé", told::worked(call.seconds)));
    told.push(("État", french::typography(&french::upper_first(&state))));
    told
}

impl Resource {
    fn of(proposed: &Proposed, listing: &Listing, now: DateTime<Utc>) -> Resource {
        let outcome = proposed.outcome.map(|(outcome, at)| {
            let (meaning, icon) = if outcome.is_failure() { ("check", "check") } else { ("yes", "yes") };
            Fact::new(meaning, icon, format!("{}, noté {}", outcome.label(), told::moment(at, now)))
        });
        Resource {
            id: proposed.listing.to_string(),
            name: listing.fields.name.clone(),
            href: format!("/ressources/{}", listing.slug),
            kind: french::kind(listing.fields.category),
            phones: listing.fields.phone.iter().map(PhoneLink::from).collect(),
            given: proposed.given_at.map(|at| told::moment(at, now)),
            outcome: proposed.outcome.map(|(outcome, _)| outcome),
            told: outcome,
        }
    }
}
