//! `/animation/fiches/{id}/essai`: would it come out for…? Searches are tried on one listing, as it is and as it is being
//! edited: whether it comes out, where, why; and when it does not, what keeps it away and what to do about it. The searches
//! that were tried are in the address and nowhere else.

mod draft;
mod told;

use askama::Template;
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use maille_domain::{Act, Field, Listing, ListingId, Request};
use maille_index::trial::{Trial, likely_texts};
use maille_index::{Node, SearchError};
use maille_territory::{Commune, PlaceKind, france};
use serde_json::Value;

pub use self::draft::Draft;
use self::told::{Detail, Verdict};
use super::head::{Head, Tab, address, shown};
use super::listings::draft::{Draft as Typed, edited};
use super::{Section, layout};
use crate::error::Error;
use crate::extract::{FromQuery, LONGEST_OF_THE_TEAM, Named, Reader, Sent, encode};
use crate::french;
use crate::page::{Cache, Layout, Page, respond};
use crate::parameters::{SearchLink, SearchParameters, place_label};
use crate::signed::Signed;
use crate::state::WebState;
use crate::views::faults::Faults;
use crate::visit::place_pair;

/// Most searches that are kept in the address.
const MOST_TRIED: usize = 12;
/// The parameter that repeats for each search kept: the query of its address.
const TRIED: &str = "essai";
/// The button that tries one of the searches proposed.
const CHOSEN: &str = "voir";

/// The page.
pub fn routes() -> Router<WebState> {
    Router::new().route("/animation/fiches/{id}/essai", get(trial).post(with_draft))
}

#[derive(Debug, Template)]
#[template(path = "animation/trial.html")]
struct TrialPage {
    layout: Layout,
    head: Head,
    faults: Faults,
    action: String,
    /// What is being edited, which only a form can carry.
    draft: Option<DraftShown>,
    q: String,
    commune: String,
    /// The searches kept, as the form carries them.
    kept: Vec<String>,
    detail: Option<Detail>,
    tried: Vec<Row>,
    likely: Vec<Row>,
}

impl Page for TrialPage {
    const CACHE: Cache = Cache::Never;

    fn status(&self) -> StatusCode {
        if self.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }
    }
}

/// Values that are not saved.
#[derive(Debug)]
struct DraftShown {
    cells: Vec<CellShown>,
    back: String,
}

/// A value that is not saved, as the form carries it.
#[derive(Debug)]
struct CellShown {
    id: &'static str,
    label: &'static str,
    name: String,
    text: String,
    /// Whether it is to be corrected here.
    is_wrong: bool,
}

/// A search and what comes of it.
#[derive(Debug)]
struct Row {
    text: String,
    place: Option<String>,
    /// What the button sends.
    query: String,
    href: String,
    /// As the listing is.
    now: Verdict,
    /// As it is being edited.
    drafted: Option<Verdict>,
    /// Without it, when it is one that was tried.
    dropped: Option<String>,
}

/// A search to try.
#[derive(Debug, Clone)]
struct Tried(SearchParameters);

impl Tried {
    /// The search of an address, when all of it can be read.
    fn read(query: &str, state: &WebState) -> Option<Tried> {
        let mut reader = Reader::new(query);
        let parameters = SearchParameters::from_query(&mut reader, state);
        (!reader.anything_wrong()).then_some(Tried(parameters)).filter(Tried::asks)
    }

    fn about(text: &str, commune: Option<&Commune>) -> Tried {
        let mut parameters = SearchParameters { q: text.to_owned(), ..SearchParameters::default() };
        let place = commune.and_then(|commune| france().place(PlaceKind::Commune, &commune.code));
        if let Some(place) = place {
            match place_pair(&place) {
                ("commune", code) => parameters.commune = Some(code),
                _ => parameters.place = Some((place.kind, place.code)),
            }
        }
        Tried(parameters)
    }

    /// Whether anything is asked.
    fn asks(&self) -> bool {
        !self.0.q.trim().is_empty() || self.0.link().has_criteria()
    }

    /// Its address: what makes the page that shows it does not make it another search.
    fn link(&self) -> SearchLink {
        let link = self.0.link().without("selection").without("group");
        link.without("limit")
    }

    /// The query of its address.
    fn query(&self) -> String {
        self.link().to_string().split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default()
    }

    fn request(&self, now: chrono::DateTime<chrono::Utc>) -> Request {
        // The first hit is what it is compared with.
        Request { limit: 1, offset: 0, facets: false, ..self.0.typed_request(now) }
    }

    /// What was typed; the kinds chosen, without words.
    fn text(&self) -> String {
        let kinds: Vec<&str> = self.0.categories.iter().map(|kind| french::kind(*kind)).collect();
        if self.0.q.trim().is_empty() { french::list(&kinds) } else { self.0.q.clone() }
    }

    /// The place chosen, as it was typed or as it is called.
    fn place(&self, node: &Node) -> Option<String> {
        let (kind, code) = match (&self.0.place, &self.0.commune) {
            (Some((kind, code)), _) => (*kind, code),
            (None, Some(typed)) if france().communes_of_postal_code(typed).is_empty() => {
                (PlaceKind::Commune, typed)
            }
            (None, typed) => return typed.clone(),
        };
        Some(node.place(kind, code).map_or_else(|| code.clone(), |place| place_label(&place)))
    }
}

/// What is asked of the page.
struct Asked {
    /// The search shown in full.
    shown: Option<Tried>,
    /// Those kept, the one shown last.
    kept: Vec<Tried>,
    faults: Faults,
    q: String,
    commune: String,
}

impl Asked {
    fn read(reader: &mut Reader, state: &WebState) -> Asked {
        let mut kept: Vec<Tried> = Vec::new();
        let sent = reader.every(TRIED);
        for query in &sent[sent.len().saturating_sub(MOST_TRIED)..] {
            kept.extend(Tried::read(query, state));
        }
        let chosen = Tried::read(&reader.text(CHOSEN), state);
        let mut faults = Faults::default();
        let (mut q, mut commune) = (reader.text("q"), reader.text("commune"));
        let typed = SearchParameters::from_query(reader, state);
        for (parameter, field) in [("q", "q"), ("commune", "lieu"), ("place", "lieu")] {
            if let Some(detail) = reader.wrong_with(parameter) {
                faults.add(field, format!("Ne se lit pas : {detail}."));
            }
        }
        if faults.is_empty() && reader.anything_wrong() {
            faults.add("q", "Un critère de l’adresse ne se lit pas : aucune recherche n’a été faite.");
        }
        let typed = Tried(typed);
        let shown = chosen.or_else(|| Some(typed).filter(|typed| faults.is_empty() && typed.asks()));
        if let Some(shown) = &shown {
            q = shown.text();
            commune = shown.place(&state.node).unwrap_or_default();
            kept.retain(|known| known.query() != shown.query());
            kept.push(shown.clone());
        }
        if kept.len() > MOST_TRIED {
            kept.drain(..kept.len() - MOST_TRIED);
        }
        Asked { shown, kept, faults, q, commune }
    }
}

/// `GET`: as the listing is.
async fn trial(
    State(state): State<WebState>,
    signed: Signed,
    Named(id): Named<ListingId>,
    RawQuery(query): RawQuery,
) -> Result<Response, Error> {
    let query = query.unwrap_or_default();
    let listing = match shown(&signed, id, Act::Consult, "/essai").await? {
        Ok(listing) => listing,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let asked = Asked::read(&mut Reader::new(&query), &state);
    answer(&state, &signed, listing, asked, None).await
}

/// `POST`: as it is being edited.
async fn with_draft(
    State(state): State<WebState>,
    signed: Signed,
    Named(id): Named<ListingId>,
    Sent(mut sent): Sent<LONGEST_OF_THE_TEAM>,
) -> Result<Response, Error> {
    let listing = match shown(&signed, id, Act::Consult, "/essai").await? {
        Ok(listing) => listing,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let draft = Draft::sent(&listing, &mut sent);
    // A form of fields asks nothing yet: its `commune` is the listing's.
    let mut search = if Draft::is_form_of_fields(&sent) { Reader::new("") } else { sent };
    let asked = Asked::read(&mut search, &state);
    answer(&state, &signed, listing, asked, Some(draft)).await
}

/// What came of everything that was tried.
struct Outcome {
    detail: Result<Option<Detail>, SearchError>,
    tried: Vec<Row>,
    likely: Vec<Row>,
}

async fn answer(
    state: &WebState,
    signed: &Signed,
    listing: Listing,
    asked: Asked,
    draft: Option<Draft>,
) -> Result<Response, Error> {
    let Asked { shown, kept, mut faults, q, commune } = asked;
    let head = Head::of(&listing, Tab::Trial);
    let action = address(&listing, "/essai");
    let drafted = draft.as_ref().and_then(|draft| match &draft.listing {
        Ok(drafted) => Some(drafted.clone()),
        Err(wrong) => {
            wrong.all().iter().for_each(|fault| faults.add(fault.field.clone(), fault.message.clone()));
            None
        }
    });
    let bench = Bench { listing: listing.clone(), drafted, action: action.clone(), now: state.now() };
    let keep = kept.clone();
    let outcome = state.ask(move |node| bench.try_all(node, shown.as_ref(), &keep)).await??;
    let detail = match outcome.detail {
        Ok(detail) => detail,
        Err(error) if error.parameter().is_some() => {
            faults.add("lieu", format!("Aucune recherche n’a été faite : {error}."));
            None
        }
        Err(error) => return Err(error.into()),
    };
    Ok(respond(&TrialPage {
        layout: layout(state, signed, Section::Listings, &format!("Recherches – {}", listing.fields.name)),
        head,
        draft: draft.filter(|draft| !draft.cells.is_empty()).map(|draft| {
            let cell = |(field, text): &(Field, String)| CellShown {
                id: field.name(),
                label: field.label(),
                name: format!("champ.{field}"),
                text: text.clone(),
                is_wrong: faults.of(field.name()).is_some(),
            };
            DraftShown { cells: draft.cells.iter().map(cell).collect(), back: address(&listing, "") }
        }),
        faults,
        action,
        q,
        commune,
        kept: kept.iter().map(Tried::query).collect(),
        detail,
        tried: outcome.tried,
        likely: outcome.likely,
    }))
}

/// Where searches are tried.
struct Bench {
    listing: Listing,
    drafted: Option<Listing>,
    action: String,
    now: chrono::DateTime<chrono::Utc>,
}

/// The answers for the listing as it is, and as it is being edited.
struct Tests {
    now: Trial,
    drafted: Option<Trial>,
}

impl Bench {
    fn try_all(&self, node: &Node, shown: Option<&Tried>, kept: &[Tried]) -> Result<Outcome, Error> {
        // One that was just made, or parted from another, is not in the index yet.
        let is_known = node.listing(self.listing.id).is_some_and(|known| known.id == self.listing.id);
        let suppose =
            |listing: &Listing| node.supposing(listing.clone()).map_err(|error| Error::internal(&error));
        let known = if is_known { node.clone() } else { suppose(&self.listing)? };
        let supposing = self.drafted.as_ref().map(suppose).transpose()?;
        let ask = |tried: &Tried| -> Result<Option<Tests>, SearchError> {
            let request = tried.request(self.now);
            let trial = |node: &Node| node.trial(self.listing.id, &request, self.now);
            let Some(now) = trial(&known)? else { return Ok(None) };
            let drafted = supposing.as_ref().map(trial).transpose()?.flatten();
            Ok(Some(Tests { now, drafted }))
        };
        let row = |tried: &Tried, is_kept: bool| -> Option<Row> {
            let Tests { now, drafted } = ask(tried).ok()??;
            let query = tried.query();
            let others = kept.iter().filter(|other| other.query() != query);
            let dropped = is_kept.then(|| self.link("", others.clone()));
            Some(Row {
                text: tried.text(),
                place: tried.place(node),
                href: self.link(&query, others),
                query,
                now: Verdict::of(&now),
                drafted: drafted.as_ref().map(Verdict::of),
                dropped,
            })
        };
        let detail = shown.map_or(Ok(None), |shown| {
            let detail = |tests: Tests| {
                let link = shown.link();
                Detail::of(&tests.now, tests.drafted.as_ref(), &self.listing, &link, node.weights())
            };
            Ok(ask(shown)?.map(detail))
        });
        let likely = likely(node, self.drafted.as_ref().unwrap_or(&self.listing));
        let fresh = likely.iter().filter(|one| kept.iter().all(|kept| kept.query() != one.query()));
        Ok(Outcome {
            detail,
            tried: kept.iter().filter_map(|tried| row(tried, true)).collect(),
            likely: fresh.filter_map(|tried| row(tried, false)).collect(),
        })
    }

    /// This page, with a search to show and others that are kept.
    fn link<'a>(&self, query: &str, others: impl Iterator<Item = &'a Tried>) -> String {
        let mut link = self.action.clone();
        let mut joint = '?';
        if !query.is_empty() {
            link.push(joint);
            link.push_str(query);
            joint = '&';
        }
        for other in others {
            link.push(joint);
            link.push_str(TRIED);
            link.push('=');
            encode(&other.query(), &mut link);
            joint = '&';
        }
        link
    }
}

/// What people who need this listing are likely to type, and where they are likely to be.
fn likely(node: &Node, listing: &Listing) -> Vec<Tried> {
    let texts = likely_texts(listing);
    let places = node.likely_places(listing);
    let first = places.inside.first().copied();
    let mut likely: Vec<Tried> = texts.iter().map(|text| Tried::about(text, first)).collect();
    if let Some(text) = texts.first() {
        let others = places.inside.iter().skip(1).chain(&places.beside).copied();
        likely.extend(others.map(|commune| Tried::about(text, Some(commune))));
    }
    likely
}

impl Draft {
    /// What of a form is of a listing: each `champ.FIELD`; of the form of a listing's fields, what it changes.
    fn sent(listing: &Listing, sent: &mut Reader) -> Draft {
        let mut cells = Vec::new();
        if Draft::is_form_of_fields(sent) {
            let mut typed = Typed::read(sent, edited());
            typed.take_theirs();
            let mut faults = Faults::default();
            let cell = |value: &Value, field: Field| field.format(value);
            for edit in typed.edits(&mut faults) {
                cells
                    .push((edit.field, edit.value.map(|value| cell(&value, edit.field)).unwrap_or_default()));
            }
            // What cannot be read is shown as it was typed, and said to be wrong.
            let wrong = edited().filter(|field| faults.of(field.name()).is_some());
            cells.extend(wrong.map(|field| (field, typed.text(field).to_owned())));
        } else {
            for field in Field::ALL.iter().copied().filter(|field| *field != Field::Extra) {
                let own = format!("champ.{field}");
                if sent.was_sent(&own) {
                    cells.push((field, sent.text(&own)));
                }
            }
        }
        Draft::of(listing, cells)
    }

    /// Whether a form is that of a listing's fields.
    fn is_form_of_fields(sent: &Reader) -> bool {
        Field::ALL.iter().any(|field| sent.was_sent(&format!("vu.{field}")))
    }
}
