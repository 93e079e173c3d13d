//! `/animation/fiches`: find a listing to keep true, those out of the directory as well.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use maille_domain::vocabulary::Status;
use maille_domain::{Act, ListingId};
use maille_store::catalogue::{self, Sought};
use maille_territory::france;

use crate::error::Error;
use crate::extract::{FromQuery, Query, Reader, encode};
use crate::french;
use crate::page::{Cache, Layout, Page, respond};
use crate::pages::animation::{Section, layout};
use crate::signed::Signed;
use crate::state::WebState;
use crate::views::{Fact, hit, name_in_a_list};

/// Listings on a page.
const MOST: u32 = 50;
/// Last page that is given: whoever goes further seeks otherwise.
const LAST_PAGE: u32 = 200;
/// Longest text that is sought, in characters.
const LONGEST: usize = 100;

/// The states that one may ask for.
const STATES: [(&str, &str); 6] = [
    ("", "Tous les états"),
    ("corrigee", "Corrigées ici"),
    ("sature", "Saturées"),
    ("ferme-temporairement", "Fermées pour un temps"),
    ("ferme", "Fermées"),
    ("hors", "Hors de l’annuaire"),
];

#[derive(Debug, Template)]
#[template(path = "animation/listings/find.html")]
struct FindPage {
    layout: Layout,
    q: String,
    states: Vec<(&'static str, &'static str, bool)>,
    asked: bool,
    may_create: bool,
    lines: Vec<Line>,
    before: Option<String>,
    after: Option<String>,
}

impl Page for FindPage {
    const CACHE: Cache = Cache::Never;
}

/// A listing that was found.
#[derive(Debug)]
struct Line {
    id: ListingId,
    name: String,
    kind: &'static str,
    commune: Option<String>,
    facts: Vec<Fact>,
}

/// What is asked.
#[derive(Debug)]
pub struct Asked {
    q: String,
    state: &'static str,
    page: u32,
}

impl FromQuery for Asked {
    fn from_query(reader: &mut Reader, _: &WebState) -> Asked {
        let state = reader.text("etat");
        let known = STATES.into_iter().find(|(code, _)| *code == state);
        Asked {
            q: reader.text("q").chars().filter(|c| *c != '\0').take(LONGEST).collect(),
            state: known.map_or("", |(code, _)| code),
            page: reader.text("page").parse().map_or(1, |page: u32| page.clamp(1, LAST_PAGE)),
        }
    }
}

impl Asked {
    fn sought(&self) -> Sought {
        let state = match self.state {
            "" => None,
            "hors" => Some(catalogue::State::Out),
            "corrigee" => Some(catalogue::State::Corrected),
            status => status.parse().ok().map(catalogue::State::Is),
        };
        Sought { text: self.q.clone(), state }
    }

    fn at(&self, page: u32) -> String {
        let mut address = String::from("/animation/fiches?q=");
        encode(&self.q, &mut address);
        format!("{address}&etat={}&page={page}", self.state)
    }
}

/// `GET /animation/fiches`.
pub async fn find(
    State(state): State<WebState>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let reach = signed.reach(Act::Consult)?;
    let skipped = (asked.page - 1) * MOST;
    let mut found = signed.store.seek(&asked.sought(), &reach, skipped, MOST + 1).await?;
    let more = found.len() > MOST as usize && asked.page < LAST_PAGE;
    found.truncate(MOST as usize);
    Ok(respond(&FindPage {
        layout: layout(&state, &signed, Section::Listings, "Fiches"),
        states: STATES.map(|(code, label)| (code, label, code == asked.state)).to_vec(),
        asked: !asked.q.trim().is_empty() || !asked.state.is_empty(),
        may_create: signed.account.may(Act::Correct),
        lines: found.into_iter().map(Line::of).collect(),
        before: (asked.page > 1).then(|| asked.at(asked.page - 1)),
        after: more.then(|| asked.at(asked.page + 1)),
        q: asked.q,
    }))
}

impl Line {
    fn of(found: catalogue::Found) -> Line {
        let mut facts = Vec::new();
        if found.withdrawn_at.is_some() {
            facts.push(Fact::new("closed", "no", "hors de l’annuaire"));
        }
        facts.extend(hit::status(found.status).filter(|_| found.status != Status::Ouvert));
        if found.corrected > 0 {
            let fields = french::counted(found.corrected, "champ corrigé ici", "champs corrigés ici");
            facts.push(Fact::new("", "", fields));
        }
        Line {
            id: found.id,
            name: name_in_a_list(&found.name),
            kind: french::kind(found.category),
            commune: found
                .commune
                .and_then(|code| france().commune(&code))
                .map(|commune| commune.name.to_string()),
            facts,
        }
    }
}
