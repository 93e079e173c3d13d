//! `/animation`: what needs somebody, the most consequential first. `settle.rs` takes what one does of it.

mod asked;
mod line;
mod settle;

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use maille_domain::hours::time_zone;
use maille_domain::{Act, Category, LineKey, ListingId, Matter, Means};
use maille_store::inbox::{About, Inbox, Line, Sift};

use self::asked::{Asked, Commune};
use self::line::LineView;
use self::settle::{Gesture, Typed};
use super::{Section, layout};
use crate::error::Error;
use crate::extract::Query;
use crate::french;
use crate::page::{Cache, Layout, Page, respond_with};
use crate::signed::Signed;
use crate::state::WebState;
use crate::views::faults::Faults;

/// Lines of a page.
const PAGE: usize = 50;

#[derive(Debug, Template)]
#[template(path = "animation/inbox.html")]
struct InboxPage {
    layout: Layout,
    /// What just happened.
    said: Option<String>,
    faults: Faults,
    matter: Matter,
    matters: Vec<MatterLink>,
    /// What is chosen among, in the form of the filters.
    categories: Vec<Choice>,
    sources: Vec<Choice>,
    commune: String,
    sifted: bool,
    everything: String,
    /// Whether these are the lines that were set aside, and where the others are.
    set_aside: bool,
    elsewhere: String,
    lines: Vec<LineView>,
    /// Why there is nothing to show.
    nothing: Option<String>,
    pages: Option<Pages>,
    /// Where one comes back to.
    back: String,
    /// What one can do of several lines at once.
    gestures: Vec<Gesture>,
    /// Whether one can say of several that they were checked.
    verifies: bool,
    /// What was typed for several lines, and could not be taken.
    reason: String,
    until: String,
}

impl Page for InboxPage {
    const CACHE: Cache = Cache::Never;
}

/// A kind of line, and how many there are.
#[derive(Debug)]
struct MatterLink {
    href: String,
    label: &'static str,
    count: String,
    current: bool,
}

/// One of the answers of a list.
#[derive(Debug)]
struct Choice {
    value: String,
    label: String,
    chosen: bool,
}

/// Where one is among the pages.
#[derive(Debug)]
struct Pages {
    previous: Option<String>,
    next: Option<String>,
    told: String,
}

/// The list, and what one does of it.
pub fn routes() -> Router<WebState> {
    Router::new().route("/animation", get(inbox)).route("/animation/traiter", post(settle::settle))
}

/// `GET /animation`.
async fn inbox(
    State(state): State<WebState>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    signed.reach(Act::Consult)?;
    let page = InboxPage::of(&state, &signed, &asked, &Typed::default()).await?;
    Ok(respond_with(&page, StatusCode::OK))
}

impl InboxPage {
    /// The page that is asked for, with what was typed there and could not be taken.
    async fn of(state: &WebState, signed: &Signed, asked: &Asked, typed: &Typed) -> Result<InboxPage, Error> {
        let reach = signed.reach(Act::Consult)?;
        let now = state.now();
        let commune = Commune::meant(state, &asked.commune).await;
        let mut faults = Faults::default();
        if let Commune::Wrong(message) = &commune {
            faults.add("commune", *message);
        }
        let sift = Sift {
            category: asked.category,
            source: asked.source.clone(),
            commune: commune.code(),
            set_aside: asked.set_aside,
        };
        let window = (PAGE, (asked.page.max(1) - 1).saturating_mul(PAGE));
        let Inbox { counts, matter, before, lines: found } =
            signed.store.inbox(asked.matter, window, &reach, &sift, now).await?;
        let count = |matter: Matter| counts.get(&matter).copied().unwrap_or_default();
        let last = count(matter).div_ceil(PAGE).max(1);
        let here = Asked { matter: Some(matter), page: before / PAGE + 1, ..asked.clone() };
        let theirs = theirs(signed, &found).await?;
        // What was typed for a line that is on another page by now is kept where all can be typed.
        let alone = typed.alone(&found);
        let (reason, until) = match alone {
            Some(_) => (String::new(), String::new()),
            None => (typed.reason.clone(), typed.until.clone()),
        };
        let today = now.with_timezone(&time_zone(None)).date_naive();
        let lines: Vec<LineView> = found
            .iter()
            .enumerate()
            .map(|(place, line)| {
                let mut view = LineView::of(place, line, today);
                view.may_settle = theirs.get(&line.key).copied().unwrap_or_default();
                view.may_verify = signed.account.may(Act::Verify);
                view.chosen = alone.is_none() && typed.keys.contains(&line.key);
                if alone == Some(place) {
                    view.keep(typed);
                }
                view
            })
            .collect();
        for (field, message) in &typed.faults {
            let line = alone.and_then(|place| lines.get(place));
            let id = match (line, *field) {
                (Some(line), settle::UNTIL) => line.until_id(),
                (Some(line), _) if line.setting_aside => line.aside_id(),
                (Some(line), _) => line.reason_id(),
                (None, settle::MANY) => settle::MANY.to_owned(),
                (None, field) => format!("{}-{field}", settle::MANY),
            };
            faults.add(id, message);
        }
        let settles = lines.iter().any(|line| line.may_settle);
        let title = if asked.matter.is_some() { matter.label() } else { "À traiter" };
        Ok(InboxPage {
            layout: layout(state, signed, Section::Inbox, title),
            said: asked.said(),
            faults,
            matter,
            matters: matters(&here, &counts),
            categories: Category::all()
                .map(|category| Choice {
                    value: category.code().to_owned(),
                    label: french::kind(category).to_owned(),
                    chosen: asked.category == Some(category),
                })
                .collect(),
            sources: sources(signed, asked).await?,
            commune: asked.commune.clone(),
            sifted: asked.is_sifted(),
            everything: Asked { matter: asked.matter, set_aside: asked.set_aside, ..Asked::default() }
                .address(),
            set_aside: asked.set_aside,
            elsewhere: Asked { page: 1, set_aside: !asked.set_aside, ..here.clone() }.address(),
            nothing: lines.is_empty().then(|| nothing(&here, counts.values().sum())),
            pages: pages(&here, last),
            back: here.address(),
            gestures: if settles { Gesture::of_many(matter, asked.set_aside) } else { Vec::new() },
            verifies: matter == Matter::Stale
                && !asked.set_aside
                && signed.account.may(Act::Verify)
                && !lines.is_empty(),
            lines,
            reason,
            until,
        })
    }

    /// Whether lines can be chosen.
    fn chooses(&self) -> bool {
        !self.gestures.is_empty() || self.verifies
    }

    /// The name of the fields that choose lines: those of the other address that they can be sent to.
    fn choice(&self) -> &'static str {
        if self.verifies { settle::LISTING } else { settle::LINE }
    }
}

/// Which of these lines one may settle.
async fn theirs(signed: &Signed, lines: &[Line]) -> Result<BTreeMap<LineKey, bool>, Error> {
    let Ok(reach) = signed.reach(Act::Settle) else { return Ok(BTreeMap::new()) };
    let both = |line: &Line| -> Vec<ListingId> {
        let other = match &line.about {
            About::Duplicate { other, .. } => Some(other.id),
            _ => None,
        };
        other.into_iter().chain([line.listing.id]).collect()
    };
    let ids: Vec<ListingId> = lines.iter().flat_map(both).collect();
    let within = signed.store.within(&ids, &reach).await?;
    let theirs = |line: &Line| both(line).iter().all(|id| within.get(id) == Some(&true));
    Ok(lines.iter().map(|line| (line.key.clone(), theirs(line))).collect())
}

fn matters(here: &Asked, counts: &BTreeMap<Matter, usize>) -> Vec<MatterLink> {
    Matter::ALL
        .iter()
        .map(|&matter| MatterLink {
            href: Asked { matter: Some(matter), page: 1, ..here.clone() }.address(),
            label: matter.label(),
            count: french::number(counts.get(&matter).copied().unwrap_or_default() as u64),
            current: here.matter == Some(matter),
        })
        .collect()
}

async fn sources(signed: &Signed, asked: &Asked) -> Result<Vec<Choice>, Error> {
    let names = signed.store.source_names().await?;
    let choice = |name: String| Choice {
        chosen: asked.source.as_deref() == Some(&name),
        label: name.clone(),
        value: name,
    };
    Ok(names.into_iter().map(choice).collect())
}

fn pages(here: &Asked, last: usize) -> Option<Pages> {
    let at = |page: usize| Asked { page, ..here.clone() }.address();
    (last > 1).then(|| Pages {
        previous: (here.page > 1).then(|| at(here.page - 1)),
        next: (here.page < last).then(|| at(here.page + 1)),
        told: format!("Page {} sur {}", french::number(here.page as u64), french::number(last as u64)),
    })
}

/// What is said instead of lines; `all` is how many there are of every kind.
fn nothing(here: &Asked, all: usize) -> String {
    let said = match (here.set_aside, here.is_sifted(), all) {
        (true, ..) => "Rien n’a été mis de côté ici.",
        (_, true, 0) => "Rien à traiter avec ces filtres.",
        (_, false, 0) => {
            "Rien à traiter ici. Ce qui demandera quelqu’un viendra dans cette liste : signalements, orientations qui ont échoué, conflits, doublons, retraits, fiches à vérifier ou incomplètes."
        }
        _ => "Rien à traiter dans cette liste. Les autres ont leur nombre ci-dessus.",
    };
    french::typography(said)
}
