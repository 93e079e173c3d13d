//! `/animation/fiches/{id}/histoire`: what happened to a listing, who did it, when and why.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use chrono::TimeDelta;
use maille_domain::{Act, Field, Listing, ListingId, Matter};
use maille_store::history::{Asked, Authors, Entry, What};
use maille_store::revision::Revision;

use super::head::{Head, Tab, address, shown};
use super::told::{Line, changes, here};
use super::{Section, layout, revert};
use crate::error::Error;
use crate::extract::{FromQuery, Named, Query, Reader, quoted};
use crate::french;
use crate::french::date;
use crate::page::{Cache, Layout, Page, respond};
use crate::signed::Signed;
use crate::state::WebState;

/// Entries of a page.
const PAGE: i64 = 30;
/// More lines than this are unfolded by whoever wants them: a new listing has thirty.
const MOST_LINES: usize = 12;

/// The pages about the history of a listing.
pub fn routes() -> Router<WebState> {
    Router::new()
        .route("/animation/fiches/{id}/histoire", get(history))
        .route("/animation/fiches/{id}/histoire/{revision}/revenir", get(revert::ask).post(revert::send))
}

#[derive(Debug, Template)]
#[template(path = "animation/history.html")]
struct HistoryPage {
    layout: Layout,
    head: Head,
    said: Option<&'static str>,
    /// Where the form leads.
    here: String,
    fields: Vec<Choosable>,
    authors: Vec<Choosable>,
    days: Vec<Day>,
    newer: Option<String>,
    older: Option<String>,
    /// The duplicates of the listing.
    duplicates: String,
}

impl Page for HistoryPage {
    const CACHE: Cache = Cache::Never;
}

/// An option of a list.
#[derive(Debug, Clone)]
struct Choosable {
    code: &'static str,
    label: &'static str,
    chosen: bool,
}

/// What happened in a day.
#[derive(Debug, Clone)]
struct Day {
    words: String,
    doings: Vec<Doing>,
}

/// What somebody did at once, for one reason.
#[derive(Debug, Clone)]
struct Doing {
    time: String,
    author: String,
    reason: String,
    /// The import that did it.
    run: Option<i64>,
    /// The import that was undone.
    undone: Option<i64>,
    /// Whether it was done to a listing that was merged into this one.
    of_another: bool,
    lines: Vec<Line>,
    /// Whether there was no listing before.
    first: bool,
    /// Where the whole of it is undone, when it is of several fields.
    revert: Option<String>,
    /// Whether records came or left, which is decided elsewhere.
    moved: bool,
    /// The last day that it holds, of corrections that end.
    until: Option<String>,
}

impl Doing {
    /// What leads to the lines, when they are folded.
    fn folded(&self) -> Option<String> {
        let count = french::counted(self.lines.len() as u64, "champ", "champs");
        if self.first && self.lines.len() > 1 {
            return Some(format!("Première version, {count}"));
        }
        (self.lines.len() > MOST_LINES).then_some(count)
    }
}

/// What the address asks.
#[derive(Debug)]
pub struct Wanted {
    field: Option<Field>,
    authors: Authors,
    page: i64,
    said: Option<&'static str>,
}

const AUTHORS: [(Authors, &str, &str); 3] = [
    (Authors::All, "", "Tout le monde"),
    (Authors::People, "personnes", "Des personnes"),
    (Authors::Imports, "imports", "Des imports"),
];

impl FromQuery for Wanted {
    fn from_query(reader: &mut Reader, _: &WebState) -> Wanted {
        let field = |text: &str| text.parse().map_err(|_| format!("{} n’est pas un champ", quoted(text)));
        let authors = |text: &str| {
            let known = AUTHORS.iter().find(|(_, code, _)| *code == text);
            known
                .map(|(authors, ..)| *authors)
                .ok_or_else(|| format!("{} au lieu de personnes ou imports", quoted(text)))
        };
        Wanted {
            field: reader.one("champ", field),
            authors: reader.one("auteur", authors).unwrap_or(Authors::All),
            page: page_number(reader),
            said: match reader.text("dit").as_str() {
                "revenu" => Some(
                    "C’est fait. La fiche a de nouveau ces valeurs, et l’histoire garde les deux changements.",
                ),
                _ => None,
            },
        }
    }
}

/// The page of a list, from 1.
pub(super) fn page_number(reader: &mut Reader) -> i64 {
    let page = reader.one("page", |text| match text.parse::<i64>() {
        Ok(page @ 1..=1_000_000) => Ok(page),
        _ => Err(format!("{} n’est pas un numéro de page", quoted(text))),
    });
    page.unwrap_or(1)
}

/// The address of the page before and of the one after; `path` ends where its number begins.
pub(super) fn pages(path: &str, page: i64, more: bool) -> (Option<String>, Option<String>) {
    let at = |page: i64| format!("{path}page={page}");
    ((page > 1).then(|| at(page - 1)), more.then(|| at(page + 1)))
}

/// `GET /animation/fiches/{id}/histoire`.
async fn history(
    State(state): State<WebState>,
    signed: Signed,
    Named(id): Named<ListingId>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Error> {
    let listing = match shown(&signed, id, Act::Consult, "/histoire").await? {
        Ok(listing) => listing,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let may_revert = match signed.account.reach(Act::Revert) {
        Some(reach) => signed.store.is_within(listing.id, &reach).await? == Some(true),
        None => false,
    };
    let asked = Asked {
        field: wanted.field,
        authors: wanted.authors,
        most: PAGE + 1,
        after: (wanted.page - 1) * PAGE,
    };
    let mut entries = signed.store.what_happened(listing.id, asked).await?;
    let more = entries.len() > PAGE as usize;
    entries.truncate(PAGE as usize);

    let here = address(&listing, "/histoire");
    let code =
        AUTHORS.iter().find(|(authors, ..)| *authors == wanted.authors).map_or("", |(_, code, _)| code);
    let path = format!("{here}?champ={}&auteur={code}&", wanted.field.map_or("", Field::name));
    let (newer, older) = pages(&path, wanted.page, more);
    let title = format!("Histoire – {}", listing.fields.name);
    Ok(respond(&HistoryPage {
        layout: layout(&state, &signed, Section::Listings, &title),
        head: Head::of(&listing, Tab::History),
        said: wanted.said,
        here,
        fields: Field::ALL
            .iter()
            .map(|&field| Choosable {
                code: field.name(),
                label: field.label(),
                chosen: wanted.field == Some(field),
            })
            .collect(),
        authors: AUTHORS
            .into_iter()
            .map(|(authors, code, label)| Choosable { code, label, chosen: authors == wanted.authors })
            .collect(),
        days: by_day(&entries, &listing, wanted.field, may_revert),
        newer,
        older,
        duplicates: format!("/animation/doublons/{}", listing.id),
    }))
}

/// What happened, day by day, as it was done: what was done at once by somebody for one reason is told together.
fn by_day(entries: &[Entry], listing: &Listing, only: Option<Field>, may_revert: bool) -> Vec<Day> {
    let together = |one: &Entry, next: &Entry| {
        let several = [one, next].iter().all(|entry| matches!(entry.what, What::Changed(_)));
        (one.at, &one.author, &one.reason) == (next.at, &next.author, &next.reason) && !several
    };
    let mut days: Vec<Day> = Vec::new();
    for entries in entries.chunk_by(together) {
        let at = here(entries[0].at);
        let words = french::upper_first(&date::words(at.date()));
        if days.last().is_none_or(|day| day.words != words) {
            days.push(Day { words, doings: Vec::new() });
        }
        let doing = told(entries, listing, only, may_revert, date::time(at.time()));
        days.last_mut().expect("one was just pushed").doings.push(doing);
    }
    days
}

fn told(entries: &[Entry], listing: &Listing, only: Option<Field>, may_revert: bool, time: String) -> Doing {
    let Entry { author, reason, undone, until, .. } = &entries[0];
    let mut doing = Doing {
        time,
        author: author.clone(),
        reason: reason.clone(),
        run: None,
        undone: *undone,
        of_another: false,
        lines: Vec::new(),
        first: false,
        revert: None,
        moved: false,
        until: until.map(|until| date::words(here(until - TimeDelta::seconds(1)).date())),
    };
    for entry in entries {
        match &entry.what {
            What::Changed(revision) => {
                doing.run = revision.run;
                doing.first = revision.is_first();
                doing.of_another = revision.listing != listing.id;
                doing.moved = !(revision.joined.is_empty() && revision.parted.is_empty());
                let mut lines = changes(revision, only);
                if may_revert {
                    doing.revert = offer(revision, listing, &mut lines);
                }
                doing.lines.extend(lines);
            }
            other => doing.lines.push(Line::of(in_words(other))),
        }
    }
    doing
}

/// Offers to undo the lines of a change one by one; together, when they are several.
fn offer(revision: &Revision, listing: &Listing, lines: &mut [Line]) -> Option<String> {
    if revision.is_first() {
        return None;
    }
    let to = address(listing, &format!("/histoire/{}/revenir", revision.id));
    for line in lines.iter_mut() {
        line.revert = line.field.map(|field| format!("{to}?champ={}", field.name()));
    }
    (revision.fields().len() > 1).then_some(to)
}

/// What happened that changed no field.
fn in_words(what: &What) -> String {
    let back = |ended: &bool| if *ended { " (annulée)" } else { "" };
    match what {
        What::Changed(_) => String::new(),
        What::Decided { field, value: Some(value) } => format!(
            "{} : valeur confirmée, « {} », quoi que disent les sources",
            field.label(),
            super::told::in_words(*field, value)
        ),
        What::Decided { field, value: None } => format!("{} : décidé que rien n’en est dit", field.label()),
        What::Ended { field } => format!("{} : la correction prend fin, la valeur reste", field.label()),
        What::Presence { presence, ended: false } => {
            format!("{} : décision d’une personne, quoi que disent les sources", presence.label())
        }
        What::Presence { presence, ended: true } => {
            format!("« {} » ne vaut plus : les sources décident de nouveau", presence.label())
        }
        What::Checked { field, means, day, ended } => format!(
            "Vérification{} du {}, {}{}",
            field.map_or_else(String::new, |field| format!(" du champ « {} »", field.label())),
            date::words(*day),
            french::lower_first(means.label()),
            back(ended)
        ),
        What::Settled { reported } => {
            format!("Signalement traité : {}", french::lower_first(reported.label()))
        }
        What::SetAside { matter: Matter::Duplicate, ended: false, .. } => {
            "Doublon probable : personne ne sait encore".to_owned()
        }
        What::SetAside { matter: Matter::Withdrawn, until: None, ended: false } => {
            "Retrait confirmé".to_owned()
        }
        What::SetAside { matter, ended: true, .. } => {
            format!("Ligne « {} » remise à traiter", matter.label())
        }
        What::SetAside { matter, until, ended: false } => format!(
            "Ligne « {} » mise de côté{}",
            matter.label(),
            until.map_or_else(String::new, |until| {
                format!(", jusqu’au {}", date::words(here(until - TimeDelta::seconds(1)).date()))
            })
        ),
        What::Compared { other, same, ended } => format!(
            "{} « {other} »{}",
            if *same { "La même structure que" } else { "Pas un doublon de" },
            back(ended)
        ),
    }
}
