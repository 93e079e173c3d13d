//! `/ressources/{slug}`: the identity sheet of a resource, in the order a professional reads it.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use maille_domain::hours::time_zone;
use maille_domain::vocabulary::Status;
use maille_domain::{Field, Listing};
use maille_index::{Hit, Node};

use self::gone::GonePage;
use self::origin::{Kept, Origin};
use self::related::Related;
use self::sections::{Detail, Item, Section, Sheet};
use crate::error::{Error, Missing};
use crate::extract::Reader;
use crate::french::{self, date};
use crate::page::{Cache, Layout, Page, respond};
use crate::parameters::place_label;
use crate::state::WebState;
use crate::views::hit::{self, Viewpoint};
use crate::views::twins::Twins;
use crate::views::{Choice, Fact, PhoneLink};
use crate::visit::{MOST_SELECTED, ShortId, Visit};

mod gone;
mod linked_data;
pub(crate) mod origin;
mod related;
pub(crate) mod sections;
mod territory;

/// Longest description for search engines, in characters.
const LONGEST_DESCRIPTION: usize = 200;

#[derive(Debug, Template)]
#[template(path = "listing.html")]
struct ListingPage {
    layout: Layout,
    /// For search engines and whoever shares the address.
    about: String,
    linked_data: String,
    back: String,
    back_label: &'static str,
    /// What its line is called in results, for the way back.
    line: ShortId,
    kind: String,
    name: String,
    acronym: Option<String>,
    organization: Option<String>,
    facts: Vec<Fact>,
    phones: Vec<PhoneLink>,
    twins: Option<Twins>,
    selection: Selecting,
    report: String,
    /// Where the team corrects it.
    curation: String,
    sources: bool,
    /// The same sheet, saying who said each thing, or no longer.
    switch: String,
    sections: Vec<Section>,
    checked: Checked,
    records: Vec<Record>,
    registers: Vec<Item>,
    identity: Vec<Item>,
    extra: Vec<(String, String)>,
    extra_origin: Option<Origin>,
    /// Where the site is, and the day, for paper.
    nearby: Vec<Related>,
    /// All of the same kind, for the place that counts.
    all_nearby: Option<Choice>,
    same_organization: Vec<Related>,
}

impl Page for ListingPage {
    const CACHE: Cache = Cache::Ask;
}

/// Putting the sheet aside.
#[derive(Debug)]
enum Selecting {
    Add(String),
    Remove(String),
    Full(usize),
}

/// The last check by a person.
#[derive(Debug)]
struct Checked {
    when: Fact,
    /// The day in words, and who says so, when it is known.
    by: Option<(String, Kept)>,
    /// How, when the team checked it.
    how: Option<String>,
    /// What every source says of it, when that is asked for.
    origin: Option<Origin>,
}

/// A record the listing is made of.
#[derive(Debug)]
struct Record {
    source: String,
    source_id: String,
    last_seen: String,
}

/// What the index says around a listing.
struct Around {
    seen: Option<Hit>,
    twins: Option<Twins>,
    sections: Vec<Section>,
    linked_data: String,
    nearby: Vec<Related>,
    same_organization: Vec<Related>,
}

/// `GET /ressources/{slug}`.
pub async fn listing(
    State(state): State<WebState>,
    slug: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
    visit: Visit,
) -> Result<Response, Error> {
    let missing = Error::NotFound(Missing::Listing);
    let Path(slug) = slug.map_err(|_| missing.clone())?;
    let query = query.unwrap_or_default();
    let asked = slug.clone();
    let listing = state.ask(move |node| node.listing_by_slug(&asked)).await?.ok_or(missing)?;
    if listing.slug != slug {
        return Ok(moved(&listing, &query));
    }
    let now = state.now();
    if let Some(withdrawn_at) = listing.withdrawn_at {
        let around = {
            let (listing, visit) = (Arc::clone(&listing), visit.clone());
            state.ask(move |node| gone::Around::of(node, &listing, &visit, now)).await?
        };
        return Ok(respond(&GonePage::new(&state, visit, &listing, withdrawn_at, around)));
    }
    let sources = Reader::new(&query).text("sources") == "1";
    let place = visit.place.as_ref().map(maille_territory::Place::with_article);
    let view = Viewpoint { now, during: None, place, visit };
    let layout = {
        let path = Visit::default().sheet(&listing.slug);
        Layout::at(&state, &view.visit, &listing.fields.name, &path)
    };
    let around = {
        let (listing, view, address) = (Arc::clone(&listing), view.clone(), layout.canonical.clone());
        state.ask(move |node| Around::of(node, &listing, &view, sources, address.as_deref())).await?
    };
    Ok(respond(&ListingPage::new(layout, &view, &listing, sources, around)))
}

/// The address that the listing has now. Not to be remembered: a listing may take an old name back.
fn moved(listing: &Listing, query: &str) -> Response {
    let mut address = Visit::default().sheet(&listing.slug);
    if !query.is_empty() {
        address.push('?');
        address.push_str(query);
    }
    match HeaderValue::try_from(address) {
        Ok(location) => {
            let headers = [(header::LOCATION, location), (header::CACHE_CONTROL, Cache::Ask.header())];
            (StatusCode::MOVED_PERMANENTLY, headers).into_response()
        }
        Err(error) => Error::internal(&error).into_response(),
    }
}

impl Around {
    fn of(
        node: &Node,
        listing: &Arc<Listing>,
        view: &Viewpoint,
        sources: bool,
        address: Option<&str>,
    ) -> Around {
        let visit = &view.visit;
        Around {
            seen: visit.place.as_ref().map(|place| node.hit(Arc::clone(listing), Some(place), view.now)),
            twins: Twins::all(&node.twins(listing), visit),
            sections: Sheet::new(listing, view, sources).sections(node),
            linked_data: linked_data::of(node, listing, address),
            nearby: related::nearby(node, listing, visit, view.now),
            same_organization: related::same_organization(node, listing, visit),
        }
    }
}

impl ListingPage {
    fn new(
        layout: Layout,
        view: &Viewpoint,
        listing: &Listing,
        sources: bool,
        around: Around,
    ) -> ListingPage {
        let fields = &listing.fields;
        let visit = &view.visit;
        let mut facts = Vec::new();
        facts.extend(around.seen.as_ref().map(|seen| hit::here(seen, view)));
        facts.extend(match sections::reopening(listing, view.now) {
            Some(until) if fields.status == Status::FermeTemporairement => {
                Some(Fact::new("closed", "no", format!("fermé temporairement, {until}")))
            }
            _ => hit::status(fields.status),
        });
        facts.extend(hit::opening(listing, view));
        if let Some(holiday) = sections::holiday(listing, view.now, 2) {
            let words = french::lower_first(holiday.trim_end_matches('.'));
            facts.push(Fact::new("check", "information", words));
        }
        let kind = match fields.category.acronym() {
            Some(acronym) => format!("{} ({acronym})", french::kind(fields.category)),
            None => french::kind(fields.category).to_owned(),
        };
        let same_kind = visit.search().with("category", fields.category.code());
        let (back, back_label) = match &visit.place {
            Some(_) => (same_kind.to_string(), "Les ressources du même type pour ce lieu"),
            None => (visit.link("/"), "Nouvelle recherche"),
        };
        let all_nearby = related::here(listing, visit).map(|place| Choice {
            href: same_kind.about(&place).to_string(),
            label: format!("Toutes les ressources de ce type pour {}", place_label(&place)),
            detail: None,
        });
        let path = Visit::default().sheet(&listing.slug);
        let sheet = Sheet::new(listing, view, sources);
        ListingPage {
            about: about(listing, &kind),
            linked_data: around.linked_data,
            back,
            back_label,
            line: ShortId::of(listing.id),
            kind,
            name: fields.name.clone(),
            acronym: fields.acronym.clone().filter(|acronym| !fields.name.contains(acronym.as_str())),
            organization: fields.organization.clone(),
            facts,
            phones: fields.phone.iter().map(PhoneLink::from).collect(),
            twins: around.twins,
            selection: Selecting::of(listing, visit),
            report: visit.link(&format!("{path}/signaler")),
            curation: format!("/animation/fiches/{}", listing.id),
            sources,
            switch: if sources { visit.link(&path) } else { visit.link_with(&path, &[("sources", "1")]) },
            sections: around.sections,
            checked: Checked::of(&sheet),
            records: records(listing, view.now),
            registers: sheet.registers(),
            identity: sheet.identity(),
            extra: fields.extra.iter().map(|(name, value)| (column(name), value.clone())).collect(),
            extra_origin: sheet.origin(Field::Extra),
            nearby: around.nearby,
            all_nearby,
            same_organization: around.same_organization,
            layout,
        }
    }
}

impl Selecting {
    fn of(listing: &Listing, visit: &Visit) -> Selecting {
        let (id, selection) = (ShortId::of(listing.id), visit.selection.clone());
        let with = |selection| visit.selecting(selection).sheet(&listing.slug);
        if selection.contains(&id) {
            Selecting::Remove(with(selection.without(&id)))
        } else if selection.is_full() {
            Selecting::Full(MOST_SELECTED)
        } else {
            Selecting::Add(with(selection.with(id)))
        }
    }
}

impl Checked {
    fn of(sheet: &Sheet) -> Checked {
        let Sheet { listing, view, .. } = sheet;
        let said = listing.fields.verified_on.zip(Kept::of(listing, Field::VerifiedOn));
        Checked {
            when: hit::verified(listing, view.now),
            by: said.map(|(day, kept)| (date::words(day), kept)),
            how: listing.last_check().map(|check| french::lower_first(check.means.label())),
            origin: sheet.origin(Field::VerifiedOn),
        }
    }
}

/// What it is, where, and what for, in a breath.
fn about(listing: &Listing, kind: &str) -> String {
    let fields = &listing.fields;
    let town = fields.commune().map(|commune| format!(" à {}", commune.name)).unwrap_or_default();
    let summary = fields.summary.as_deref().map(|summary| format!(". {summary}")).unwrap_or_default();
    let about = format!("{kind}{town}{summary}");
    if about.chars().count() <= LONGEST_DESCRIPTION {
        return about;
    }
    let cut: String = about.chars().take(LONGEST_DESCRIPTION).collect();
    format!("{}…", cut.rsplit_once(' ').map_or(cut.as_str(), |(whole, _)| whole))
}

/// Only these schemes ever become links.
fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// The name of a column of the source in words: `source_licence` is that of the licence.
fn column(name: &str) -> String {
    match name {
        "source_licence" => "Licence de la source".to_owned(),
        name => french::upper_first(&name.replace('_', " ")),
    }
}

fn records(listing: &Listing, now: DateTime<Utc>) -> Vec<Record> {
    let today = now.with_timezone(&time_zone(None)).date_naive();
    listing
        .sources
        .iter()
        .map(|record| Record {
            source: record.source.clone(),
            source_id: record.source_id.clone(),
            last_seen: date::ago(record.last_seen.with_timezone(&time_zone(None)).date_naive(), today),
        })
        .collect()
}

#[cfg(test)]
mod tests;
