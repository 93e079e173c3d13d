//! `/animation/imports`: what was imported, what it changed; an import is undone.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use maille_domain::run::{Issue, Report, Severity};
use maille_domain::{Act, ListingId};
use maille_store::creation::CREATED;
use maille_store::run::{Run, RunChange, Touched};

use super::history::{page_number, pages};
use super::reason::reason;
use super::refusal::refusal;
use super::told::{Line, changes};
use super::{Section, layout};
use crate::error::{Error, Missing};
use crate::extract::{FromQuery, LONGEST_OF_THE_TEAM, Named, Query, Reader, Sent, encode};
use crate::french::{self, date::stamp};
use crate::page::{Cache, Layout, Page, respond, respond_with};
use crate::signed::Signed;
use crate::state::WebState;
use crate::views::faults::Faults;

/// Imports of a page.
const PAGE: i64 = 30;
/// Changed listings of a page.
const CHANGES: i64 = 50;
/// Issues shown; `maille runs` shows them all.
const ISSUES: usize = 100;

/// The pages about imports.
pub fn routes() -> Router<WebState> {
    Router::new()
        .route("/animation/imports", get(all))
        .route("/animation/imports/{run}", get(one))
        .route("/animation/imports/{run}/annuler", post(undo))
}

#[derive(Debug, Template)]
#[template(path = "animation/imports.html")]
struct ImportsPage {
    layout: Layout,
    sources: Vec<SourceChoice>,
    imports: Vec<Told>,
    newer: Option<String>,
    older: Option<String>,
}

impl Page for ImportsPage {
    const CACHE: Cache = Cache::Never;
}

#[derive(Debug, Clone)]
struct SourceChoice {
    name: String,
    chosen: bool,
}

/// An import, in words.
#[derive(Debug, Clone)]
struct Told {
    number: i64,
    source: String,
    when: String,
    location: String,
    /// What of its source it read.
    part: Option<String>,
    counts: Vec<String>,
    undone: Option<Undone>,
    /// Whether it is a listing that somebody wrote here.
    created: bool,
}

/// That it was undone.
#[derive(Debug, Clone)]
struct Undone {
    when: String,
    by: String,
    reason: String,
}

impl Told {
    fn of(run: &Run) -> Told {
        let scope = [
            run.partial.then(|| "fichier partiel".to_owned()),
            run.scope.region.as_ref().map(|region| format!("région {region}")),
            run.scope.profile.map(|profile| format!("profil {profile}")),
        ];
        let part: Vec<String> = scope.into_iter().flatten().collect();
        Told {
            created: run.report.source == CREATED,
            number: run.id,
            source: run.report.source.clone(),
            when: stamp(run.started_at),
            location: run.location.clone(),
            part: (!part.is_empty()).then(|| french::list(&part)),
            counts: counts(&run.report),
            undone: run.undone.as_ref().map(|undone| Undone {
                when: stamp(undone.at),
                by: undone.by.clone(),
                reason: undone.reason.clone(),
            }),
        }
    }
}

/// What an import did, none of what it did not.
fn counts(report: &Report) -> Vec<String> {
    let read = french::counted(report.read, "lue", "lues");
    let done = [
        (report.created, "nouvelle", "nouvelles"),
        (report.updated, "modifiée", "modifiées"),
        (report.withdrawn, "retirée", "retirées"),
        (report.rejected, "refusée", "refusées"),
        (report.skipped, "laissée de côté", "laissées de côté"),
    ];
    let done = done.into_iter().filter(|(count, ..)| *count > 0);
    let mut said: Vec<String> = std::iter::once(read)
        .chain(done.map(|(count, one, several)| french::counted(count, one, several)))
        .collect();
    if report.created + report.updated + report.withdrawn == 0 {
        said.push("rien n’a changé".to_owned());
    }
    said
}

/// What the list is asked.
#[derive(Debug)]
pub struct Listed {
    source: Option<String>,
    page: i64,
}

impl FromQuery for Listed {
    fn from_query(reader: &mut Reader, _: &WebState) -> Listed {
        let source = reader.text("source").replace('\0', "");
        Listed { source: (!source.is_empty()).then_some(source), page: page_number(reader) }
    }
}

/// `GET /animation/imports`.
async fn all(
    State(state): State<WebState>,
    signed: Signed,
    Query(Listed { source, page }): Query<Listed>,
) -> Result<Response, Error> {
    signed.reach(Act::Consult)?;
    let mut runs = signed.store.runs_of(source.as_deref(), PAGE + 1, (page - 1) * PAGE).await?;
    let more = runs.len() > PAGE as usize;
    runs.truncate(PAGE as usize);
    let mut path = String::from("/animation/imports?source=");
    encode(source.as_deref().unwrap_or_default(), &mut path);
    path.push('&');
    let (newer, older) = pages(&path, page, more);
    let sources = signed.store.sources_of_runs().await?;
    Ok(respond(&ImportsPage {
        layout: layout(&state, &signed, Section::Imports, "Imports"),
        sources: sources
            .into_iter()
            .map(|name| SourceChoice { chosen: source.as_ref() == Some(&name), name })
            .collect(),
        imports: runs.iter().map(Told::of).collect(),
        newer,
        older,
    }))
}

#[derive(Debug, Template)]
#[template(path = "animation/import.html")]
struct ImportPage {
    layout: Layout,
    faults: Faults,
    said: Option<&'static str>,
    import: Told,
    warnings: Vec<Problem>,
    errors: Vec<Problem>,
    /// Issues that are not shown.
    unshown: Option<String>,
    changes: Vec<Changed>,
    /// What of the listings it touched is shown.
    shown: String,
    outside: Option<String>,
    newer: Option<String>,
    older: Option<String>,
    undoing: Undoing,
    reason: String,
}

impl Page for ImportPage {
    const CACHE: Cache = Cache::Never;
}

/// Whether whoever looks may undo it.
#[derive(Debug, Clone)]
enum Undoing {
    /// They may.
    Possible,
    /// They may not, or it cannot be; why.
    Not(String),
    /// It was.
    Done,
}

/// Something wrong in the file.
#[derive(Debug, Clone)]
struct Problem {
    place: String,
    found: String,
    expected: String,
}

/// A listing that it changed.
#[derive(Debug, Clone)]
struct Changed {
    listing: ListingId,
    name: String,
    /// Whether it was not there before.
    first: bool,
    lines: Vec<Line>,
}

/// What the page of an import is asked.
#[derive(Debug)]
pub struct Shown {
    page: i64,
    said: Option<&'static str>,
}

impl FromQuery for Shown {
    fn from_query(reader: &mut Reader, _: &WebState) -> Shown {
        let said = match reader.text("dit").as_str() {
            "annule" => Some(
                "C’est fait. Les fiches de cette source sont redevenues ce qu’elles étaient avant cet import ; les corrections sont restées.",
            ),
            _ => None,
        };
        Shown { page: page_number(reader), said }
    }
}

/// `GET /animation/imports/{run}`.
async fn one(
    State(state): State<WebState>,
    signed: Signed,
    Named(run): Named<i64>,
    Query(shown): Query<Shown>,
) -> Result<Response, Error> {
    page(&state, &signed, run, shown, (String::new(), Faults::default()), StatusCode::OK).await
}

/// `POST /animation/imports/{run}/annuler`.
async fn undo(
    State(state): State<WebState>,
    signed: Signed,
    Named(run): Named<i64>,
    Sent(mut sent): Sent<LONGEST_OF_THE_TEAM>,
) -> Result<Response, Error> {
    let reach = signed.reach(Act::RevertRun)?;
    let typed = sent.text("raison");
    let mut faults = Faults::default();
    let why = reason(&typed, "raison", &mut faults);
    let shown = Shown { page: 1, said: None };
    if !faults.is_empty() {
        return page(&state, &signed, run, shown, (typed, faults), StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let cause = signed.cause(why, state.now());
    let store = signed.store.clone();
    // A browser that is closed meanwhile stops nothing half-way, and undoes nothing.
    let undone = tokio::spawn(async move { store.undo_run(run, &reach, &cause).await });
    let (status, fault) = match undone.await.map_err(|_| Error::Internal)? {
        Ok(_) => return Ok(Redirect::to(&format!("/animation/imports/{run}?dit=annule")).into_response()),
        Err(error @ maille_store::Error::OutOfReach { .. }) => (StatusCode::FORBIDDEN, error.to_string()),
        Err(error @ maille_store::Error::CannotUndo { .. }) => {
            (StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
        }
        Err(other) => {
            let status = refusal(other, "annuler", &mut faults)?;
            return page(&state, &signed, run, shown, (typed, faults), status).await;
        }
    };
    faults.add("annuler", format!("{}.", french::upper_first(&fault)));
    page(&state, &signed, run, shown, (typed, faults), status).await
}

async fn page(
    state: &WebState,
    signed: &Signed,
    number: i64,
    Shown { page, said }: Shown,
    (reason, faults): (String, Faults),
    status: StatusCode,
) -> Result<Response, Error> {
    let reach = signed.reach(Act::Consult)?;
    let store = &signed.store;
    let run = store.run(number).await?.ok_or(Error::NotFound(Missing::Page))?;
    let mut changed = store.run_changes(number, &reach, CHANGES + 1, (page - 1) * CHANGES).await?;
    let more = changed.len() > CHANGES as usize;
    changed.truncate(CHANGES as usize);
    let (newer, older) = pages(&format!("/animation/imports/{number}?"), page, more);
    let Touched { within, outside } = store.touched(number, &reach).await?;
    let undoing = undoing(signed, &run).await?;
    let problems = run.report.issues.len();
    let (errors, warnings): (Vec<&Issue>, Vec<&Issue>) =
        run.report.issues.iter().take(ISSUES).partition(|issue| issue.severity == Severity::Error);
    let count = |count: i64| french::counted(count.unsigned_abs(), "fiche touchée", "fiches touchées");
    Ok(respond_with(
        &ImportPage {
            layout: layout(state, signed, Section::Imports, &format!("Import n° {number}")),
            faults,
            said,
            import: Told::of(&run),
            errors: errors.into_iter().map(problem).collect(),
            warnings: warnings.into_iter().map(problem).collect(),
            unshown: problems.checked_sub(ISSUES).filter(|more| *more > 0).map(|more| {
                format!(
                    "et {}, que « maille runs {number} » montre toutes",
                    french::counted(more as u64, "autre", "autres")
                )
            }),
            changes: changed.iter().map(told).collect(),
            shown: count(within),
            outside: (outside > 0)
                .then(|| format!("plus {} hors de vos territoires, sans détail ici", count(outside))),
            newer,
            older,
            undoing,
            reason,
        },
        status,
    ))
}

/// Whether whoever is logged in may undo a run.
async fn undoing(signed: &Signed, run: &Run) -> Result<Undoing, Error> {
    if run.undone.is_some() {
        return Ok(Undoing::Done);
    }
    let Ok(reach) = signed.reach(Act::RevertRun) else {
        return Ok(Undoing::Not("Votre rôle ne permet pas d’annuler un import.".to_owned()));
    };
    if let Some(why) = signed.store.hindrance(run.id).await? {
        return Ok(Undoing::Not(french::typography(&format!("Cet import ne s’annule pas : {why}."))));
    }
    let outside = signed.store.touched(run.id, &reach).await?.outside.unsigned_abs();
    Ok(if outside == 0 {
        Undoing::Possible
    } else {
        let count = french::counted(outside, "fiche touchée", "fiches touchées");
        Undoing::Not(format!(
            "{count} hors de vos territoires\u{202f}: seul un compte dont les droits vont jusque-là peut annuler cet import."
        ))
    })
}

fn problem(issue: &Issue) -> Problem {
    let place = [
        issue.line.map(|line| format!("ligne {line}")),
        issue.column.map(|column| format!("colonne {column}")),
        issue.id.clone(),
        issue.field.clone(),
    ];
    let place: Vec<String> = place.into_iter().flatten().collect();
    Problem {
        place: if place.is_empty() { "fichier".to_owned() } else { place.join(", ") },
        found: issue.found.clone(),
        expected: french::typography(&issue.expected),
    }
}

fn told(change: &RunChange) -> Changed {
    Changed {
        listing: change.listing,
        name: change.name.clone(),
        first: change.revision.is_first(),
        lines: changes(&change.revision, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_done_is_not_counted() {
        let report = Report { read: 3, created: 1, unchanged: 2, ..Report::of("annuaire") };
        assert_eq!(counts(&report), ["3\u{a0}lues", "1\u{a0}nouvelle"]);
        let report = Report { read: 3, unchanged: 3, ..Report::of("annuaire") };
        assert_eq!(counts(&report), ["3\u{a0}lues", "rien n’a changé"]);
    }
}
