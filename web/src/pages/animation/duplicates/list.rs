//! `/animation/doublons`: the pairs that wait, those of which nobody knows, and what was decided.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use maille_domain::matching::Reason;
use maille_domain::{Act, Category};
use maille_store::duplicate::{self, Waiting};

use super::pair::likeness;
use super::{CardView, DecisionView, DoubtView, LIST, Narrowed, Said, Typed, address, pair_address};
use crate::error::Error;
use crate::extract::{FromQuery, Query, Reader};
use crate::french;
use crate::page::{Cache, Layout, Page, respond};
use crate::pages::animation::{Section, layout};
use crate::signed::Signed;
use crate::state::WebState;
use crate::views::faults::Faults;

/// Pairs of a page.
const PAGE: i64 = 25;
/// Pages after which nobody goes on.
const MOST_PAGES: i64 = 10_000;
/// Reasons shown of a pair.
const MOST_REASONS: usize = 5;

#[derive(Debug, Template)]
#[template(path = "animation/duplicates.html")]
struct ListPage {
    layout: Layout,
    said: Option<Said>,
    view: View,
    tabs: Vec<Tab>,
    narrowed: Narrowed,
    wrong: Option<String>,
    kinds: Vec<(&'static str, &'static str)>,
    sources: Vec<String>,
    pairs: Vec<PairView>,
    decisions: Vec<DecisionView>,
    faults: Faults,
    previous: Option<String>,
    next: Option<String>,
}

impl Page for ListPage {
    const CACHE: Cache = Cache::Never;
}

#[derive(Debug)]
struct Tab {
    href: String,
    label: &'static str,
    count: String,
    current: bool,
}

/// A pair, as the list tells it.
#[derive(Debug)]
pub(super) struct PairView {
    pub a: CardView,
    pub b: CardView,
    /// Side by side; none for whoever does not reach both.
    pub href: Option<String>,
    pub likeness: &'static str,
    pub reasons: String,
    pub doubt: Option<DoubtView>,
}

impl PairView {
    pub fn of(pair: &Waiting, narrowed: &Narrowed, now: DateTime<Utc>) -> PairView {
        let reasons: Vec<String> = pair.reasons.iter().take(MOST_REASONS).map(Reason::in_words).collect();
        let both = pair.a.within && pair.b.within;
        let href = || address(&pair_address(pair.a.listing, pair.b.listing), &narrowed.pairs());
        PairView {
            a: CardView::from(&pair.a),
            b: CardView::from(&pair.b),
            href: both.then(href),
            likeness: likeness(pair.score),
            reasons: french::typography(&reasons.join(" ; ")),
            doubt: pair.doubt.as_ref().map(|doubt| DoubtView::of(doubt, now)),
        }
    }
}

/// What is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum View {
    Open,
    Doubted,
    Straddling,
    Decisions,
}

impl View {
    const ALL: [(View, &'static str, &'static str); 4] = [
        (View::Open, "", "À décider"),
        (View::Doubted, "doute", "Personne ne sait"),
        (View::Straddling, "ailleurs", "À cheval sur deux territoires"),
        (View::Decisions, "decisions", "Décisions prises"),
    ];

    fn state(self) -> duplicate::State {
        match self {
            View::Doubted => duplicate::State::Doubted,
            View::Straddling => duplicate::State::Straddling,
            View::Open | View::Decisions => duplicate::State::Open,
        }
    }

    fn code(self) -> &'static str {
        View::ALL.iter().find(|(view, ..)| *view == self).map_or("", |(_, code, _)| code)
    }
}

/// What the address asks.
pub struct Asked {
    said: Option<Said>,
    view: View,
    narrowed: Narrowed,
    page: i64,
}

impl FromQuery for Asked {
    fn from_query(reader: &mut Reader, state: &WebState) -> Asked {
        let view = reader.text("vue");
        Asked {
            said: Option::from_query(reader, state),
            view: View::ALL.iter().find(|(_, code, _)| *code == view).map_or(View::Open, |(view, ..)| *view),
            narrowed: Narrowed::read(reader),
            page: reader.text("page").parse().unwrap_or(1).clamp(1, MOST_PAGES),
        }
    }
}

/// `GET /animation/doublons`.
pub async fn list(
    State(state): State<WebState>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let reach = signed.reach(Act::Consult)?;
    let may = signed.account.reach(Act::Match).is_some();
    let Asked { said, view, narrowed, page } = asked;
    let now = state.now();
    let (filter, wrong) = narrowed.filter();
    let skipped = (page - 1) * PAGE;
    // Of decisions, the pairs are only counted.
    let most = if view == View::Decisions { 0 } else { PAGE };
    let store = &signed.store;
    let found = store.waiting_pairs(&reach, view.state(), &filter, now, most, skipped).await?;
    let most = if view == View::Decisions { PAGE } else { 0 };
    let (decisions, decided) = store.decisions_within(&reach, most, skipped).await?;
    let total = |view| match view {
        View::Open => found.open,
        View::Doubted => found.doubted,
        View::Straddling => found.straddling,
        View::Decisions => decided,
    };
    let at = |view: View, page: i64| {
        let mut pairs = narrowed.pairs();
        if view != View::Open {
            pairs.insert(0, ("vue", view.code().to_owned()));
        }
        if page > 1 {
            pairs.push(("page", page.to_string()));
        }
        address(LIST, &pairs)
    };
    let tabs = View::ALL.into_iter().map(|(one, _, label)| Tab {
        href: at(one, 1),
        label,
        count: french::number(total(one).unsigned_abs()),
        current: one == view,
    });
    let mut kinds: Vec<_> = Category::all().map(|kind| (kind.code(), french::kind(kind))).collect();
    kinds.sort_by_cached_key(|(_, label)| maille_territory::fold(label));
    Ok(respond(&ListPage {
        layout: layout(&state, &signed, Section::Duplicates, "Doublons"),
        said,
        view,
        tabs: tabs.collect(),
        wrong,
        kinds,
        sources: store.compared_sources().await?,
        pairs: found.pairs.iter().map(|pair| PairView::of(pair, &narrowed, now)).collect(),
        decisions: decisions
            .iter()
            .map(|decided| DecisionView::of(decided, now, may, &Typed::default()))
            .collect(),
        faults: Faults::default(),
        previous: (page > 1).then(|| at(view, page - 1)),
        next: (total(view) > skipped + PAGE).then(|| at(view, page + 1)),
        narrowed,
    }))
}
