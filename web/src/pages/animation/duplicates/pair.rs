//! `/animation/doublons/{a}/{b}`: two listings side by side, and what is decided of them.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maille_domain::matching::{LINKED, PROPOSED};
use maille_domain::{Act, Listing, ListingId, Reach};
use maille_store::duplicate::{Beside, Event, Filter, Outcome, State as Waiting};

use super::fields::{self, Choices, Row};
use super::{
    DecisionView, DoubtView, LIST, Narrowed, Said, Typed, address, one, one_address, pair_address, told,
};
use crate::error::{Error, Missing};
use crate::extract::{FromQuery, LONGEST_OF_THE_TEAM, Named, Query, Reader, Sent, encode};
use crate::french;
use crate::map::{self, Figure};
use crate::page::{Cache, Layout, Page, respond_with};
use crate::pages::animation::reason::reason;
use crate::pages::animation::{Section, layout};
use crate::signed::Signed;
use crate::state::WebState;
use crate::views::faults::Faults;

/// What is proposed as the reason, for who has no other.
const DOUBTFUL: &str = "Je n’ai pas pu le savoir\u{202f}: à vérifier auprès des deux.";

#[derive(Debug, Template)]
#[template(path = "animation/duplicate.html")]
struct PairPage {
    layout: Layout,
    said: Option<Said>,
    sides: [SideView; 2],
    likeness: &'static str,
    alike: Vec<Weighed>,
    against: Vec<Weighed>,
    map: Option<Figure>,
    differing: Vec<Row>,
    same: Vec<Row>,
    doubt: Option<DoubtView>,
    decisions: Vec<DecisionView>,
    may: bool,
    path: String,
    /// What was seen, and what is followed from pair to pair.
    hidden: Vec<(&'static str, String)>,
    list: String,
    next: Option<String>,
    reasons: [String; 3],
    /// What somebody did since the page was shown, and why.
    since: Option<(String, String)>,
    trouble: Option<String>,
    faults: Faults,
}

impl Page for PairPage {
    const CACHE: Cache = Cache::Never;
}

/// One of the two.
#[derive(Debug)]
struct SideView {
    number: usize,
    name: String,
    kind: &'static str,
    sheet: String,
    fields: String,
    records: String,
    withdrawn: bool,
}

impl SideView {
    fn of(listing: &Listing, number: usize) -> SideView {
        let mut sheet = String::from("/ressources/");
        encode(&listing.slug, &mut sheet);
        let records: Vec<String> = listing
            .sources
            .iter()
            .map(|record| format!("{} ({})", record.source, record.source_id))
            .collect();
        SideView {
            number,
            name: listing.fields.name.clone(),
            kind: french::kind(listing.fields.category),
            sheet,
            fields: one_address(listing.id),
            records: french::list(&records),
            withdrawn: listing.withdrawn_at.is_some(),
        }
    }
}

/// A reason, and how much it weighs in words.
#[derive(Debug)]
struct Weighed {
    text: String,
    weight: &'static str,
}

/// How much two listings are alike, in words.
pub fn likeness(score: f32) -> &'static str {
    match score {
        LINKED.. => "très ressemblantes",
        PROPOSED.. => "ressemblantes, sans que ce soit sûr",
        _ => "peu ressemblantes",
    }
}

/// How much points weigh, in words.
fn weight(points: f32) -> &'static str {
    match points.abs() {
        3.5.. => "pèse très lourd",
        1.5.. => "pèse lourd",
        0.7.. => "compte",
        _ => "compte peu",
    }
}

/// What was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sought {
    Same,
    Distinct,
    Doubt,
    Again,
}

impl Sought {
    /// The id of the reason of its form.
    fn field(self) -> &'static str {
        match self {
            Sought::Same => "raison-meme",
            Sought::Distinct => "raison-distinct",
            Sought::Doubt | Sought::Again => "raison-nesaispas",
        }
    }
}

/// What the address asks.
pub struct Asked {
    said: Option<Said>,
    narrowed: Narrowed,
}

impl FromQuery for Asked {
    fn from_query(reader: &mut Reader, state: &WebState) -> Asked {
        Asked { said: Option::from_query(reader, state), narrowed: Narrowed::read(reader) }
    }
}

/// What the page is shown with, beside the two listings.
#[derive(Default)]
struct With {
    said: Option<Said>,
    narrowed: Narrowed,
    choices: Choices,
    typed: Typed,
    since: Option<Event>,
}

/// `GET /animation/doublons/{a}/{b}`.
pub async fn beside(
    State(state): State<WebState>,
    signed: Signed,
    Named((a, b)): Named<(ListingId, ListingId)>,
    Query(Asked { said, narrowed }): Query<Asked>,
) -> Result<Response, Error> {
    let (one, other) = (signed.listing(a, Act::Consult).await?.id, signed.listing(b, Act::Consult).await?.id);
    if one == other {
        let to = address(&one_address(one), &[("dit", "une".to_owned())]);
        return Ok(Redirect::to(&to).into_response());
    }
    if (one, other) != (a, b) {
        return Ok(Redirect::to(&address(&pair_address(one, other), &narrowed.pairs())).into_response());
    }
    page(&state, &signed, (a, b), With { said, narrowed, ..With::default() }).await
}

/// The page, with the form of a decision that is given back.
pub(super) async fn with_undo(
    state: &WebState,
    signed: &Signed,
    pair: (ListingId, ListingId),
    typed: Typed,
) -> Result<Response, Error> {
    page(state, signed, pair, With { typed, ..With::default() }).await
}

async fn page(
    state: &WebState,
    signed: &Signed,
    (a, b): (ListingId, ListingId),
    with: With,
) -> Result<Response, Error> {
    let now = state.now();
    let store = &signed.store;
    let Some(beside) = store.beside(a, b, now).await? else {
        return Err(Error::NotFound(Missing::Listing));
    };
    let decides = signed.account.reach(Act::Match).unwrap_or_else(Reach::nowhere);
    let mut may = true;
    for id in [a, b] {
        may &= store.is_within(id, &decides).await? == Some(true);
    }
    let reach = signed.reach(Act::Consult)?;
    let next = next(signed, &reach, &beside, &with.narrowed, state).await?;
    let With { said, narrowed, choices, typed, since } = with;
    let (differing, same) = fields::rows(&beside, &choices);
    let weighed = |above: bool| {
        let side = beside.reasons.iter().filter(move |(points, _)| (*points > 0.0) == above);
        let told = side.map(|(points, reason)| Weighed {
            text: french::typography(&reason.in_words()),
            weight: weight(*points),
        });
        told.collect()
    };
    let mut hidden = vec![("vu", beside.seen.clone())];
    hidden.extend(narrowed.pairs());
    let typed_or = |sought: Sought, usual: &str| {
        if typed.field == sought.field() { typed.reason.clone() } else { usual.to_owned() }
    };
    let reasons =
        [typed_or(Sought::Same, ""), typed_or(Sought::Distinct, ""), typed_or(Sought::Doubt, DOUBTFUL)];
    let status = if since.is_some() { StatusCode::CONFLICT } else { typed.status() };
    let title = format!("{} et {}", beside.a.fields.name, beside.b.fields.name);
    let page = PairPage {
        layout: layout(state, signed, Section::Duplicates, &title),
        said,
        sides: [SideView::of(&beside.a, 1), SideView::of(&beside.b, 2)],
        likeness: likeness(beside.score),
        alike: weighed(true),
        against: weighed(false),
        map: map::of_pair(&beside.a, &beside.b),
        differing,
        same,
        doubt: beside.doubt.as_ref().map(|doubt| DoubtView::of(doubt, now)),
        decisions: beside
            .decisions
            .iter()
            .map(|decided| DecisionView::of(decided, now, may, &typed))
            .collect(),
        may,
        path: format!("{LIST}/{a}/{b}"),
        hidden,
        list: address(LIST, &narrowed.pairs()),
        next,
        reasons,
        since: since.map(|event| told(&event, now)),
        trouble: typed.trouble,
        faults: typed.faults,
    };
    Ok(respond_with(&page, status))
}

/// The pair that waits after this one, in the order of the list; the first of the list after the last.
async fn next(
    signed: &Signed,
    reach: &Reach,
    beside: &Beside,
    narrowed: &Narrowed,
    state: &WebState,
) -> Result<Option<String>, Error> {
    let (a, b) = (beside.a.id.min(beside.b.id), beside.a.id.max(beside.b.id));
    let (filter, _) = narrowed.filter();
    let after = Filter { after: Some((beside.score, a, b)), ..filter.clone() };
    for filter in [after, filter] {
        let found = signed.store.waiting_pairs(reach, Waiting::Open, &filter, state.now(), 2, 0).await?;
        let mut others = found.pairs.iter().filter(|pair| (pair.a.listing, pair.b.listing) != (a, b));
        if let Some(pair) = others.next() {
            let address = address(&pair_address(pair.a.listing, pair.b.listing), &narrowed.pairs());
            return Ok(Some(address));
        }
    }
    Ok(None)
}

/// `POST /animation/doublons/{a}/{b}`.
pub async fn decide(
    State(state): State<WebState>,
    signed: Signed,
    Named((a, b)): Named<(ListingId, ListingId)>,
    Sent(mut sent): Sent<LONGEST_OF_THE_TEAM>,
) -> Result<Response, Error> {
    signed.reach(Act::Match)?;
    let (one, other) = (signed.listing(a, Act::Match).await?.id, signed.listing(b, Act::Match).await?.id);
    let narrowed = Narrowed::read(&mut sent);
    let sought = match sent.text("decision").as_str() {
        "meme" => Sought::Same,
        "distinct" => Sought::Distinct,
        "nesaispas" => Sought::Doubt,
        "reprendre" => Sought::Again,
        _ => return Err(Error::NotFound(Missing::Page)),
    };
    let now = state.now();
    if sought == Sought::Again {
        let cause = signed.cause(String::new(), now);
        let said =
            if signed.store.forget_doubt(one, other, &cause).await? { "repris" } else { "deja-repris" };
        return Ok(led(&pair_address(one, other), said, &narrowed));
    }
    let choices = if sought == Sought::Same { fields::read(&mut sent) } else { Choices::new() };
    let seen = sent.text("vu");
    let mut typed = Typed { field: sought.field().to_owned(), ..Typed::default() };
    typed.reason = reason(&sent.text("raison"), sought.field(), &mut typed.faults);
    let with = |typed, since| With {
        narrowed: narrowed.clone(),
        choices: choices.clone(),
        typed,
        since,
        said: None,
    };
    if one == other || (one, other) != (a, b) {
        let since = signed.store.last_of_two(a, b).await?;
        return changed(&state, &signed, (one, other), with(typed, since)).await;
    }
    let Some(beside) = signed.store.beside(a, b, now).await? else {
        return Err(Error::NotFound(Missing::Listing));
    };
    if !typed.faults.is_empty() {
        return page(&state, &signed, (a, b), with(typed, None)).await;
    }
    let cause = signed.cause(typed.reason.clone(), now);
    let store = &signed.store;
    let outcome = match sought {
        Sought::Same => {
            let chosen = fields::corrections(&beside, &choices);
            store.decide_as_seen((a, b), true, &chosen, &seen, &signed.reach(Act::Match)?, &cause).await
        }
        Sought::Distinct => {
            store.decide_as_seen((a, b), false, &[], &seen, &signed.reach(Act::Match)?, &cause).await
        }
        Sought::Doubt | Sought::Again => store.doubt(a, b, &seen, &cause).await,
    };
    match outcome {
        Ok(Outcome::Decided(_) | Outcome::Kept) => {
            let to = next(&signed, &signed.reach(Act::Match)?, &beside, &narrowed, &state).await?;
            let to = to.unwrap_or_else(|| address(LIST, &narrowed.pairs()));
            let said = match sought {
                Sought::Same => format!("meme&fiche={a}"),
                Sought::Distinct => "distinct".to_owned(),
                Sought::Doubt | Sought::Again => "nesaispas".to_owned(),
            };
            let first = if to.contains('?') { '&' } else { '?' };
            Ok(Redirect::to(&format!("{to}{first}dit={said}")).into_response())
        }
        Ok(Outcome::Since(event)) => {
            let now = (signed.listing(a, Act::Match).await?.id, signed.listing(b, Act::Match).await?.id);
            changed(&state, &signed, now, with(typed, event)).await
        }
        Err(busy @ maille_store::Error::Busy { .. }) => {
            typed.trouble = Some(busy.to_string());
            page(&state, &signed, (a, b), with(typed, None)).await
        }
        Err(wrong @ (maille_store::Error::Value { .. } | maille_store::Error::Required(_))) => {
            typed.faults.add("champs", format!("Ce choix ne va pas : {wrong}."));
            page(&state, &signed, (a, b), with(typed, None)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The listings are not what was seen: what they are now, with what happened and all that was typed.
async fn changed(
    state: &WebState,
    signed: &Signed,
    (one, other): (ListingId, ListingId),
    with: With,
) -> Result<Response, Error> {
    if one != other {
        return page(state, signed, (one, other), with).await;
    }
    let since = with.since.map(|event| told(&event, state.now()));
    one::since(state, signed, one, since, with.typed).await
}

fn led(to: &str, said: &str, narrowed: &Narrowed) -> Response {
    let mut pairs = narrowed.pairs();
    pairs.push(("dit", said.to_owned()));
    Redirect::to(&address(to, &pairs)).into_response()
}
