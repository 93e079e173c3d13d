//! `GET /api/v1/inbox`: what needs somebody, as the page of the team lists it.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use chrono::{DateTime, NaiveDate, Utc};
use maille_domain::listing::Provenance;
use maille_domain::matching::Reason as Likeness;
use maille_domain::report::{Reason, Reporter};
use maille_domain::{Act, Category, Matter};
use maille_store::inbox::{About, Line, Side, Sift};
use maille_store::overrides::ListingConflict;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::api::bearer::Bearer;
use crate::error::{Error, Problem, WrongParameter};
use crate::extract::{FromQuery, Query, Reader, quoted};
use crate::place::{CommuneMeant, commune_meant};
use crate::state::WebState;

const DEFAULT_LIMIT: usize = 50;
const MOST_LIMIT: usize = 200;
/// Beyond, nobody reads on.
const MOST_OFFSET: usize = 1_000_000;

/// What needs somebody.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Inbox)]
pub struct InboxView {
    /// How many lines there are of each kind, with these filters.
    counts: BTreeMap<&'static str, usize>,
    /// The kind of these lines.
    kind: &'static str,
    /// The first is the first to be settled.
    lines: Vec<LineView>,
}

/// Something that needs somebody.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InboxLine)]
pub struct LineView {
    /// Names the line for as long as it is there.
    key: String,
    /// The listing.
    listing: InboxListing,
    /// Since when, where that is known.
    since: Option<DateTime<Utc>>,
    /// What somebody reported (`signalement`).
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<ReportView>,
    /// Both sides of a conflict (`conflit`).
    #[serde(skip_serializing_if = "Option::is_none")]
    conflict: Option<ConflictView>,
    /// The listing that may be the same (`doublon`).
    #[serde(skip_serializing_if = "Option::is_none")]
    other: Option<InboxListing>,
    /// Why it may be, in French (`doublon`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<String>,
    /// What became of it, when the desk had given it to somebody (`echec`).
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
    /// The day of the last check (`verification`).
    #[serde(skip_serializing_if = "Option::is_none")]
    verified_on: Option<NaiveDate>,
    /// Who set it aside, when these were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    set_aside: Option<SetAsideView>,
}

/// A listing, in a line.
#[derive(Debug, Serialize, ToSchema)]
pub struct InboxListing {
    /// Identifier (UUID).
    id: String,
    /// Its name.
    name: String,
    /// Code of its kind.
    category: Option<&'static str>,
    /// COG code of its commune.
    commune: Option<String>,
    /// The sources that have a record of it.
    sources: Vec<String>,
}

/// What somebody reported.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportView {
    /// What is wrong, as the code of the form.
    reason: Option<&'static str>,
    /// On which side of the service they are.
    reporter: Option<&'static str>,
    /// In their words.
    text: String,
}

/// What was decided here, and what is said against it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConflictView {
    /// Name of the field.
    field: &'static str,
    /// What was decided here, and stands.
    ours: Option<Value>,
    /// Who decided it, when, why.
    decided_by: String,
    decided_at: DateTime<Utc>,
    reason: String,
    /// What the sources said then.
    base: Option<Value>,
    /// What is said now.
    theirs: Option<Value>,
    /// The source that says so; null when another decision does, or when the sources say nothing.
    source: Option<String>,
    /// Whether several things are said against it.
    several: bool,
}

/// Who set a line aside.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SetAside)]
pub struct SetAsideView {
    /// Who.
    author: String,
    /// When.
    at: DateTime<Utc>,
    /// Why.
    reason: String,
    /// Until when; for good when null.
    until: Option<DateTime<Utc>>,
}

impl From<&Side> for InboxListing {
    fn from(side: &Side) -> InboxListing {
        InboxListing {
            id: side.id.to_string(),
            name: side.name.clone(),
            category: side.category.map(Category::code),
            commune: side.commune.clone(),
            sources: side.sources.clone(),
        }
    }
}

impl ConflictView {
    fn of(found: &ListingConflict, several: bool) -> ConflictView {
        let ListingConflict { conflict, decision, .. } = found;
        ConflictView {
            field: conflict.field.name(),
            ours: conflict.ours.clone(),
            decided_by: decision.author.clone(),
            decided_at: decision.at,
            reason: decision.reason.clone(),
            base: conflict.base.clone(),
            theirs: conflict.theirs.clone(),
            source: match &conflict.their_origin {
                Some(Provenance::Source { source, .. }) => Some(source.clone()),
                _ => None,
            },
            several,
        }
    }
}

impl From<&Line> for LineView {
    fn from(line: &Line) -> LineView {
        let mut view = LineView {
            key: line.key.to_string(),
            listing: InboxListing::from(&line.listing),
            since: line.since,
            report: None,
            conflict: None,
            other: None,
            reasons: Vec::new(),
            outcome: None,
            verified_on: None,
            set_aside: line.set_aside.as_ref().map(|aside| SetAsideView {
                author: aside.author.clone(),
                at: aside.at,
                reason: aside.reason.clone(),
                until: aside.until,
            }),
        };
        match &line.about {
            About::Report { reason, reporter, text } => {
                view.report = Some(ReportView {
                    reason: reason.map(Reason::code),
                    reporter: reporter.map(Reporter::code),
                    text: text.clone(),
                });
            }
            About::Failure { outcome, .. } => view.outcome = Some(outcome.code()),
            About::Conflict { conflict, several } => {
                view.conflict = Some(ConflictView::of(conflict, *several));
            }
            About::Duplicate { other, reasons } => {
                view.other = Some(InboxListing::from(other));
                view.reasons = reasons.iter().map(Likeness::in_words).collect();
            }
            About::Stale { verified_on } => view.verified_on = *verified_on,
            About::Withdrawn | About::NoCoverage | About::NoContact => {}
        }
        view
    }
}

/// The parameters.
#[derive(Debug)]
pub struct Parameters {
    kind: Option<Matter>,
    category: Option<Category>,
    source: Option<String>,
    commune: Option<String>,
    set_aside: bool,
    limit: usize,
    offset: usize,
}

impl FromQuery for Parameters {
    fn from_query(reader: &mut Reader, _: &WebState) -> Parameters {
        let given = |text: String| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        let (source, commune) = (given(reader.text("source")), given(reader.text("commune")));
        let mut number = |name: &str, range: std::ops::RangeInclusive<usize>| {
            reader.one(name, |text| match text.parse() {
                Ok(number) if range.contains(&number) => Ok(number),
                _ => {
                    let (from, to) = (range.start(), range.end());
                    Err(format!("{} : attendu, un nombre entier de {from} à {to}", quoted(text)))
                }
            })
        };
        Parameters {
            limit: number("limit", 1..=MOST_LIMIT).unwrap_or(DEFAULT_LIMIT),
            offset: number("offset", 0..=MOST_OFFSET).unwrap_or_default(),
            kind: reader.one("kind", |text| text.parse().map_err(|error| format!("{error}"))),
            category: reader.one("category", |code| {
                Category::from_code(code).ok_or_else(|| format!("{} n’est pas un type", quoted(code)))
            }),
            source,
            commune,
            set_aside: reader
                .one("set_aside", |text| {
                    text.parse().map_err(|_| format!("{} : attendu, true ou false", quoted(text)))
                })
                .unwrap_or_default(),
        }
    }
}

/// What needs somebody where the owner of the token works: how much of each kind, and the lines of one.
#[utoipa::path(
    get,
    path = "/api/v1/inbox",
    tag = "curation",
    security(("token" = [])),
    params(
        ("kind" = Option<String>, Query, description = "`signalement`, `echec`, `conflit`, `doublon`, `retrait`, `verification`, `sans-zone` or `sans-contact`; by default the first of them that has lines"),
        ("category" = Option<String>, Query, description = "Code of a kind of resource"),
        ("source" = Option<String>, Query, description = "Name of a source"),
        ("commune" = Option<String>, Query, description = "COG code, postal code or name"),
        ("set_aside" = Option<bool>, Query, description = "Those that were set aside, instead of those that were not"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 200, description = "Most lines, 50 by default"),
        ("offset" = Option<usize>, Query, minimum = 0, maximum = 1_000_000, description = "How many lines come before"),
    ),
    responses(
        (status = 200, description = "The first is the first to be settled", body = InboxView),
        (status = 400, description = "Parameters are wrong", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that opens nothing any more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token or the role does not allow it", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn inbox(
    State(state): State<WebState>,
    bearer: Bearer,
    Query(asked): Query<Parameters>,
) -> Result<impl IntoResponse, Error> {
    let reach = bearer.reach(Act::Consult)?;
    let sift = Sift {
        category: asked.category,
        source: asked.source,
        commune: commune(&state, asked.commune).await?,
        set_aside: asked.set_aside,
    };
    let now = state.now();
    let window = (asked.limit, asked.offset);
    let inbox = bearer.store.inbox(asked.kind, window, &reach, &sift, now).await?;
    let count = |matter: Matter| inbox.counts.get(&matter).copied().unwrap_or_default();
    let kind = inbox.matter;
    // Beyond the last line there is none.
    let lines = if inbox.before < asked.offset { Vec::new() } else { inbox.lines };
    let view = InboxView {
        counts: Matter::ALL.iter().map(|&matter| (matter.code(), count(matter))).collect(),
        kind: kind.code(),
        lines: lines.iter().map(LineView::from).collect(),
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(view)))
}

/// The COG code of the commune that was asked for.
async fn commune(state: &WebState, asked: Option<String>) -> Result<Option<String>, Error> {
    let Some(text) = asked else { return Ok(None) };
    let said = text.clone();
    match state.ask(move |node| commune_meant(node, &said)).await? {
        CommuneMeant::One(place) => Ok(Some(place.code)),
        CommuneMeant::Several | CommuneMeant::Unknown => {
            let detail = format!(
                "{} : attendu le code d’une commune, ou un nom qui n’en désigne qu’une",
                quoted(&text)
            );
            Err(Error::Parameters(vec![WrongParameter::new("commune", detail)]))
        }
    }
}
