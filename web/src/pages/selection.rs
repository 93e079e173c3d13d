//! `/selection`: the listings put aside, to order, print and send. All of it is in the address: nothing is kept here.

mod share;
mod shortlist;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};

use crate::error::Error;
use crate::french::{self, date};
use crate::page::{Cache, Layout, Page, respond};
use crate::state::WebState;
use crate::views::Choice;
use crate::views::entry::Entry;
use crate::views::hit::Viewpoint;
use crate::views::message::{Message, whom_to_call};
use crate::visit::{MOST_SELECTED, Selection, ShortId};
use share::Share;
pub use share::origin;
use shortlist::{LONGEST_NOTE, LONGEST_TITLE, Shortlist, Step};

/// From how many characters of notes twelve listings are printed smaller, to stay on one page.
const MUCH_NOTED: usize = 600;

#[derive(Debug, Template)]
#[template(path = "selection.html")]
struct SelectionPage {
    layout: Layout,
    search: Choice,
    title: String,
    lead: String,
    missing: Option<String>,
    full: bool,
    /// Whether the notes take much of the paper.
    noted: bool,
    entries: Vec<Entry>,
    date: String,
    contact: Option<String>,
    share: Option<Share>,
    text: String,
    mailto: Option<String>,
    clear: String,
    text_link: String,
}

impl SelectionPage {
    const LONGEST_NOTE: usize = LONGEST_NOTE;
    const LONGEST_TITLE: usize = LONGEST_TITLE;
}

impl Page for SelectionPage {
    const CACHE: Cache = Cache::Never;
}

/// The selection with its listings, as they are now.
struct Known {
    /// What the address says, without the listings that are gone.
    shortlist: Shortlist,
    entries: Vec<Entry>,
    /// How many are gone.
    missing: usize,
}

impl Known {
    async fn read(state: &WebState, query: String) -> Result<Known, Error> {
        let now = state.now();
        state
            .ask(move |node| {
                let asked = Shortlist::read(node, &query);
                let count = asked.visit.selection.len();
                let listings: Vec<_> = asked
                    .visit
                    .selection
                    .ids()
                    .iter()
                    .filter_map(|id| node.listing_by_beginning(id.as_str()))
                    .filter(|listing| listing.withdrawn_at.is_none())
                    .collect();
                let kept: Selection = listings.iter().map(|listing| ShortId::of(listing.id)).collect();
                let shortlist = asked.selecting(kept);
                let visit = shortlist.visit.clone();
                let place = visit.place.as_ref().map(|place| place.name.clone());
                let view = Viewpoint { now, during: None, place, visit };
                let entries: Vec<Entry> = listings
                    .iter()
                    .map(|listing| {
                        let note = shortlist.note(&ShortId::of(listing.id));
                        Entry::new(node, listing, &view, note)
                    })
                    .collect();
                Known { missing: count - entries.len(), shortlist, entries }
            })
            .await
    }
}

/// `GET /selection`: the page; after a button of its form, the address that the button leads to.
pub async fn selection(
    State(state): State<WebState>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let query = query.unwrap_or_default();
    if let Some(step) = Step::read(&query) {
        let address = state.ask(move |node| Shortlist::read(node, &query).after(&step)).await?;
        return Ok((no_store(), Redirect::to(&address)).into_response());
    }
    let known = Known::read(&state, query).await?;
    Ok(respond(&SelectionPage::new(&state, known, &headers)))
}

/// `GET /selection.txt`: the same as text.
pub async fn as_text(
    State(state): State<WebState>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let known = Known::read(&state, query.unwrap_or_default()).await?;
    let origin = origin(&state, &headers);
    let share = origin.as_deref().map(|origin| Share::new(origin, &known.shortlist));
    let text = known.message(&state, origin.as_deref(), share.as_ref()).text();
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
        (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex")),
    ];
    Ok((no_store(), headers, text).into_response())
}

fn no_store() -> [(HeaderName, HeaderValue); 1] {
    [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))]
}

fn today(state: &WebState) -> String {
    date::words(state.today())
}

impl Known {
    fn message<'a>(
        &'a self,
        state: &'a WebState,
        origin: Option<&'a str>,
        share: Option<&'a Share>,
    ) -> Message<'a> {
        Message {
            subject: match self.shortlist.title.as_str() {
                "" => format!("Sélection de ressources – {}", state.theme.name),
                title => title.to_owned(),
            },
            place: self.shortlist.visit.place_label(),
            date: today(state),
            demo: state.demo,
            preamble: Vec::new(),
            entries: &self.entries,
            contact: state.theme.contact.as_ref().map(whom_to_call),
            origin,
            link: share.map(|share| share.short.as_str()),
        }
    }
}

impl SelectionPage {
    fn new(state: &WebState, known: Known, headers: &HeaderMap) -> SelectionPage {
        let origin = origin(state, headers);
        let share = origin.as_deref().map(|origin| Share::new(origin, &known.shortlist));
        let message = known.message(state, origin.as_deref(), share.as_ref());
        let (text, mailto) = (message.text(), message.mailto());
        let Known { shortlist, entries, missing } = known;
        let visit = &shortlist.visit;
        let place = visit.place_label();
        let search = match &place {
            Some(place) => (visit.search().to_string(), format!("Chercher d’autres ressources pour {place}")),
            None => (visit.link("/"), "Chercher d’autres ressources".to_owned()),
        };
        let count = french::counted(entries.len() as u64, "ressource", "ressources");
        let place = place.map(|place| format!(" pour {place}")).unwrap_or_default();
        let page_title = match entries.len() {
            0 => "Sélection vide".to_owned(),
            _ => format!("Sélection{}: {count}", french::NARROW),
        };
        SelectionPage {
            layout: Layout::new(state, visit, &page_title),
            search: Choice { href: search.0, label: search.1, detail: None },
            lead: format!("{count}{place}"),
            missing: (missing > 0).then(|| {
                let count = french::counted(missing as u64, "ressource", "ressources");
                let verb = if missing == 1 { "n’est plus" } else { "ne sont plus" };
                format!("{count} de cette sélection {verb} dans l’annuaire.")
            }),
            full: visit.selection.is_full(),
            noted: entries.iter().map(|entry| entry.note.chars().count()).sum::<usize>() > MUCH_NOTED,
            clear: visit.selecting(Selection::default()).link("/selection"),
            text_link: shortlist.address("/selection.txt"),
            title: shortlist.title,
            contact: state.theme.contact.as_ref().map(whom_to_call),
            entries,
            date: today(state),
            share,
            text,
            mailto,
        }
    }
}

#[cfg(test)]
mod tests;
