//! `/animation/doublons/{a}`: what one listing is made of, what it may be the same as, and what was decided of it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use chrono::{DateTime, Utc};
use maille_domain::{Act, Field, ListingId, Reach};
use maille_store::duplicate::{self, Filter, Joined};

use super::list::PairView;
use super::{DecisionView, Narrowed, Said, Typed, address, ago, one_address, read_id};
use crate::error::{Error, Missing};
use crate::extract::{LONGEST_OF_THE_TEAM, Named, Query, Sent};
use crate::page::{Cache, Layout, Page, respond_with};
use crate::pages::animation::head::{Head, Tab};
use crate::pages::animation::reason::reason;
use crate::pages::animation::{Section, layout};
use crate::pages::listing::origin::in_words;
use crate::signed::Signed;
use crate::state::WebState;
use crate::views::faults::Faults;
use crate::views::name_in_a_list;

/// Pairs of one listing shown, at most.
const MOST: i64 = 50;

#[derive(Debug, Template)]
#[template(path = "animation/duplicates_of.html")]
struct OnePage {
    layout: Layout,
    said: Option<Said>,
    head: Head,
    path: String,
    may: bool,
    records: Vec<RecordView>,
    pairs: Vec<PairView>,
    decisions: Vec<DecisionView>,
    since: Option<(Option<(String, String)>, String)>,
    trouble: Option<String>,
    faults: Faults,
}

impl Page for OnePage {
    const CACHE: Cache = Cache::Never;
}

/// A record that speaks for the listing.
#[derive(Debug)]
struct RecordView {
    id: String,
    name: String,
    source: String,
    source_id: String,
    commune: Option<String>,
    seen: String,
    withdrawn: bool,
    /// Whether it names the listing.
    first: bool,
    by_decision: bool,
    /// The id of the reason to part it.
    field: String,
    /// Why, as it was typed.
    typed: String,
}

impl RecordView {
    fn of(joined: &Joined, listing: ListingId, now: DateTime<Utc>, typed: &Typed) -> RecordView {
        let record = &joined.record;
        let field = format!("raison-{}", joined.id);
        let value = |field| record.values.get(&field).map(|value| in_words(field, value));
        RecordView {
            id: joined.id.to_string(),
            name: name_in_a_list(&value(Field::Name).unwrap_or_default()),
            source: record.source.clone(),
            source_id: record.source_id.clone(),
            commune: value(Field::Commune),
            seen: ago(record.last_seen, now),
            withdrawn: record.withdrawn_at.is_some(),
            first: joined.id == listing,
            by_decision: joined.by_decision,
            typed: typed.of(&field),
            field,
        }
    }
}

/// `GET /animation/doublons/{a}`.
pub async fn one(
    State(state): State<WebState>,
    signed: Signed,
    Named(id): Named<ListingId>,
    Query(said): Query<Option<Said>>,
) -> Result<Response, Error> {
    page(&state, &signed, id, With { said, ..With::default() }).await
}

/// What the page is shown with, beside the listing.
#[derive(Default)]
struct With {
    said: Option<Said>,
    typed: Typed,
    /// What somebody did meanwhile, and why; and what was being written, to be kept.
    since: Option<(Option<(String, String)>, String)>,
}

/// The page, with a form that is given back.
pub(super) async fn with(
    state: &WebState,
    signed: &Signed,
    id: ListingId,
    typed: Typed,
) -> Result<Response, Error> {
    page(state, signed, id, With { typed, ..With::default() }).await
}

/// The page of a listing that two became before somebody decided of them: what happened, and what was being written.
pub(super) async fn since(
    state: &WebState,
    signed: &Signed,
    id: ListingId,
    event: Option<(String, String)>,
    typed: Typed,
) -> Result<Response, Error> {
    page(state, signed, id, With { since: Some((event, typed.reason)), ..With::default() }).await
}

async fn page(
    state: &WebState,
    signed: &Signed,
    id: ListingId,
    With { said, typed, since }: With,
) -> Result<Response, Error> {
    let listing = signed.listing(id, Act::Consult).await?;
    let reach = signed.reach(Act::Consult)?;
    let decides = signed.account.reach(Act::Match).unwrap_or_else(Reach::nowhere);
    let store = &signed.store;
    let may = store.is_within(listing.id, &decides).await? == Some(true);
    let now = state.now();
    let filter = Filter { of: Some(listing.id), ..Filter::default() };
    let mut pairs = Vec::new();
    for kind in [duplicate::State::Open, duplicate::State::Doubted, duplicate::State::Straddling] {
        let found = store.waiting_pairs(&reach, kind, &filter, now, MOST, 0).await?;
        pairs.extend(found.pairs.iter().map(|pair| PairView::of(pair, &Narrowed::default(), now)));
    }
    let mut decisions = Vec::new();
    for decided in store.decisions_of(listing.id).await? {
        // A decision may be of a listing of another territory as well.
        let (a, b) = decided.listings;
        let other = if a == listing.id { b } else { a };
        let both = may && store.is_within(other, &decides).await? == Some(true);
        decisions.push(DecisionView::of(&decided, now, both, &typed));
    }
    let joined = store.joined(listing.id).await?;
    let status = if since.is_some() { StatusCode::CONFLICT } else { typed.status() };
    let page = OnePage {
        layout: layout(
            state,
            signed,
            Section::Duplicates,
            &format!("Doublons\u{202f}: {}", listing.fields.name),
        ),
        said,
        head: Head::of(&listing, Tab::Duplicates),
        path: one_address(listing.id),
        may,
        records: joined.iter().map(|joined| RecordView::of(joined, listing.id, now, &typed)).collect(),
        pairs,
        decisions,
        since,
        trouble: typed.trouble,
        faults: typed.faults,
    };
    Ok(respond_with(&page, status))
}

/// `POST /animation/doublons/{a}/separer`: a record parts from the others.
pub async fn part(
    State(state): State<WebState>,
    signed: Signed,
    Named(id): Named<ListingId>,
    Sent(mut sent): Sent<LONGEST_OF_THE_TEAM>,
) -> Result<Response, Error> {
    signed.reach(Act::Match)?;
    let listing = signed.listing(id, Act::Match).await?;
    let record = read_id(sent.text("fiche").trim())?;
    // The listing that it speaks for now, which may be another one, is theirs too.
    signed.listing(record, Act::Match).await?;
    let field = format!("raison-{record}");
    let mut typed = Typed { field: field.clone(), ..Typed::default() };
    typed.reason = reason(&sent.text("raison"), &field, &mut typed.faults);
    if typed.faults.is_empty() {
        let cause = signed.cause(typed.reason.clone(), state.now());
        match signed.store.part(listing.id, record, &signed.reach(Act::Match)?, &cause).await {
            Ok(parted) => {
                let said = if parted { "separee" } else { "deja-separee" };
                let to = address(&one_address(listing.id), &[("dit", said.to_owned())]);
                return Ok(Redirect::to(&to).into_response());
            }
            // The record that names the listing stays: the others part from it.
            Err(maille_store::Error::OneRecord(_)) => return Err(Error::NotFound(Missing::Listing)),
            Err(busy @ maille_store::Error::Busy { .. }) => typed.trouble = Some(busy.to_string()),
            Err(error) => return Err(error.into()),
        }
    }
    page(&state, &signed, listing.id, With { typed, ..With::default() }).await
}
