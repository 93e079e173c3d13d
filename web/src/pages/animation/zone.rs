//! `/animation/fiches/{id}/zone`: whom a listing serves, drawn and changed.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use maille_domain::coverage::extent::{Extent, Ground};
use maille_domain::coverage::mark;
use maille_domain::listing::{Provenance, Said};
use maille_domain::{Act, Coverage, Field, Listing, ListingId, Territory};
use maille_index::Node;
use maille_store::Error as StoreError;
use maille_store::edit::FieldEdit;
use maille_territory::{Commune, Point, france};

use super::draft::{self, Asked, joined, written};
use super::editor::{Button, Drawn, Editor, Subject, namer, names, people, size};
use super::head::{Head, Tab, address, shown};
use super::reason::reason;
use super::refusal::refusal;
use super::{Section, layout};
use crate::error::Error;
use crate::extract::{LONGEST_OF_THE_TEAM, Named, Query, Sent};
use crate::french::{self, date::stamp};
use crate::map::zone::Around;
use crate::map::{Land, Marker};
use crate::page::{Cache, Layout, Page, respond_with};
use crate::signed::Signed;
use crate::state::WebState;
use crate::views::faults::Faults;

/// Communes that are parts of their own are listed one by one, up to so many.
const MOST_ALONE: usize = 12;

/// The pages of the zone of a listing.
pub fn routes() -> Router<WebState> {
    Router::new().route("/animation/fiches/{id}/zone", get(show).post(save))
}

#[derive(Debug, Template)]
#[template(path = "animation/zone.html")]
struct ZonePage {
    layout: Layout,
    head: Head,
    said: Option<&'static str>,
    faults: Faults,
    /// Whether this person may change it.
    may: bool,
    /// Who changed the zone while it was being redrawn.
    overtaken: Option<String>,
    editor: Editor,
    parts: Vec<Part>,
    /// Communes that are parts of their own, when they are too many to be listed.
    alone: Option<String>,
    /// Parts that the draft takes out.
    dropped: Vec<Button>,
    doubles: Vec<Double>,
    /// Takes all of them out.
    drop_doubles: Option<Button>,
    unserved: Option<Unserved>,
    quick: Vec<Button>,
    /// Whether a radius means something.
    sited: bool,
    radius: String,
    changed: bool,
    reason: String,
    until: String,
    decided: Option<String>,
    sources: Vec<SourceLine>,
}

impl Page for ZonePage {
    const CACHE: Cache = Cache::Never;
}

/// A part of the zone.
#[derive(Debug)]
struct Part {
    label: String,
    detail: String,
    is_new: bool,
    button: Button,
}

/// A part that another one holds.
#[derive(Debug)]
struct Double {
    part: String,
    within: String,
}

/// What of the territory of its coordination centre a listing does not serve.
#[derive(Debug)]
struct Unserved {
    territory: String,
    count: String,
    names: String,
    button: Button,
}

/// What a source says of the zone.
#[derive(Debug)]
struct SourceLine {
    source: String,
    said: Option<String>,
}

/// What somebody wrote beside the draft.
#[derive(Debug, Default)]
struct Typed {
    reason: String,
    until: String,
}

/// `GET /animation/fiches/{id}/zone`.
async fn show(
    State(state): State<WebState>,
    signed: Signed,
    Named(id): Named<ListingId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let listing = match shown(&signed, id, Act::Consult, "/zone").await? {
        Ok(listing) => listing,
        Err(elsewhere) => return Ok(elsewhere),
    };
    page(&state, &signed, listing, asked, Faults::default(), Typed::default(), StatusCode::OK).await
}

/// `POST /animation/fiches/{id}/zone`.
async fn save(
    State(state): State<WebState>,
    signed: Signed,
    Named(id): Named<ListingId>,
    Sent(mut sent): Sent<LONGEST_OF_THE_TEAM>,
) -> Result<Response, Error> {
    let listing = signed.listing(id, Act::Correct).await?;
    let asked = Asked::read(&mut sent);
    let mut faults = Faults::default();
    let now = state.now();
    let reason = reason(&sent.text("raison"), "raison", &mut faults);
    let to_sources = sent.text("faire") == "sources";
    let (typed_until, until) = draft::until(&mut sent, now, &mut faults);
    let base = listing.fields.coverage.clone();
    let drawn = asked.over(&base, &mut faults);
    let typed = Typed { reason: reason.clone(), until: typed_until };
    if !faults.is_empty() {
        return page(&state, &signed, listing, asked, faults, typed, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    if asked.seen != mark(&base) {
        return page(&state, &signed, listing, asked, faults, typed, StatusCode::CONFLICT).await;
    }
    let reach = signed.reach(Act::Correct)?;
    let stored = |parts: &[Coverage]| {
        let written = parts.iter().map(|part| serde_json::Value::String(part.to_string())).collect();
        (!parts.is_empty()).then_some(serde_json::Value::Array(written))
    };
    let seen = stored(&base).map(|base| Field::Coverage.format(&base)).unwrap_or_default();
    if to_sources {
        let cause = signed.cause(reason, now);
        return match signed.store.return_to_sources(listing.id, &reach, Field::Coverage, &seen, &cause).await
        {
            Ok(()) => Ok(Redirect::to(&address(&listing, "/zone?dit=sources")).into_response()),
            Err(StoreError::NoOverride(_)) => {
                faults.add("raison-sources", "Rien n’est décidé ici : les sources parlent déjà.");
                page(&state, &signed, listing, asked, faults, typed, StatusCode::UNPROCESSABLE_ENTITY).await
            }
            Err(StoreError::Overtaken(_)) => overtaken(&state, &signed, listing.id, asked, typed).await,
            Err(error) => {
                let status = refusal(error, "zone", &mut faults)?;
                page(&state, &signed, listing, asked, faults, typed, status).await
            }
        };
    }
    let territories = state.node.territories();
    let ground = Ground { site: site(&listing), territories: &territories };
    let parts = drawn.over(&base, &ground);
    if parts == base {
        faults.add("zone", "La zone n’a pas changé : ajoutez ou retirez quelque chose d’abord.");
        return page(&state, &signed, listing, asked, faults, typed, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let edit = FieldEdit { field: Field::Coverage, value: stored(&parts), seen: Some(seen) };
    match signed.store.edit(listing.id, &reach, &[edit], until, &signed.cause(reason, now)).await {
        Ok(_) => Ok(Redirect::to(&address(&listing, "/zone?dit=zone")).into_response()),
        Err(StoreError::Overtaken(_)) => overtaken(&state, &signed, listing.id, asked, typed).await,
        Err(StoreError::Value { expected, .. }) => {
            faults.add("zone", format!("Cette zone ne peut pas être enregistrée. Attendu : {expected}."));
            page(&state, &signed, listing, asked, faults, typed, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(error) => {
            let status = refusal(error, "zone", &mut faults)?;
            page(&state, &signed, listing, asked, faults, typed, status).await
        }
    }
}

/// The draft again, upon what somebody else made of the zone meanwhile.
async fn overtaken(
    state: &WebState,
    signed: &Signed,
    listing: ListingId,
    asked: Asked,
    typed: Typed,
) -> Result<Response, Error> {
    let listing = signed.listing(listing, Act::Correct).await?;
    page(state, signed, listing, asked, Faults::default(), typed, StatusCode::CONFLICT).await
}

fn site(listing: &Listing) -> Option<Point> {
    let fields = &listing.fields;
    fields.location.map(|location| location.point()).or_else(|| fields.commune().map(|commune| commune.point))
}

async fn page(
    state: &WebState,
    signed: &Signed,
    listing: Listing,
    asked: Asked,
    faults: Faults,
    typed: Typed,
    status: StatusCode,
) -> Result<Response, Error> {
    let may = match signed.reach(Act::Correct) {
        Ok(reach) => signed.store.is_within(listing.id, &reach).await? == Some(true),
        Err(_) => false,
    };
    let title = format!("Zone – {}", crate::views::name_in_a_list(&listing.fields.name));
    let layout = layout(state, signed, Section::Listings, &title);
    let page =
        state.ask(move |node| ZonePage::of(node, layout, &listing, &asked, faults, typed, may)).await?;
    Ok(respond_with(&page, status))
}

impl ZonePage {
    fn of(
        node: &Node,
        layout: Layout,
        listing: &Listing,
        asked: &Asked,
        mut faults: Faults,
        typed: Typed,
        may: bool,
    ) -> ZonePage {
        let base = &listing.fields.coverage;
        let territories = node.territories();
        let site = site(listing);
        let ground = Ground { site, territories: &territories };
        let draft = asked.over(base, &mut faults);
        if asked.unread {
            faults.add("zone", "Une partie de l’adresse n’a pas pu être lue : elle est laissée de côté.");
        }
        let seen = mark(base);
        let overtaken = (!asked.seen.is_empty() && asked.seen != seen && !draft.is_empty())
            .then(|| french::typography(&changed_by(listing)));
        let commune = listing.fields.commune().or_else(|| {
            let at = site?;
            france().commune_at(at.lat, at.lon)
        });
        let here = holding(commune, &territories);
        let own = here.iter().find(|territory| territory.kind == "dac");
        let of_own = own.map(|own| Extent::of(&[Coverage::Territory(own.code.clone())], &ground).communes());
        let of_own = of_own.unwrap_or_default();
        let around = Around {
            of: format!("de {}", listing.fields.name),
            outline: own.map(|own| (Land::of_territory(own), own.name.clone())),
            site: listing.fields.location.map(|location| Marker {
                point: location.point(),
                name: listing.fields.name.clone(),
                number: None,
                href: None,
            }),
            ..Around::default()
        };
        let mut beside = of_own.clone();
        beside.extend(commune);
        let subject = Subject { base, draft, ground, around, beside, typed: &asked.typed, may: &|_| may };
        let Drawn { editor, draft, parts, extent, overlaps } = Drawn::of(node, &subject, &seen);
        let said = |part: &Coverage| words(part, &territories);
        let single = |part: &&Coverage| matches!(part, Coverage::Commune(_));
        let alone = parts.iter().filter(single).count();
        let listed = parts.iter().filter(|part| alone <= MOST_ALONE || !single(part)).map(|part| Part {
            label: said(part),
            detail: match part {
                Coverage::National => String::new(),
                Coverage::Commune(code) => france().current_commune(code).map(people).unwrap_or_default(),
                part => size(&Extent::of(std::slice::from_ref(part), &ground).communes()),
            },
            is_new: !base.contains(part),
            button: Button { name: "moins", value: written(part), label: said(part) },
        });
        let redundant: Vec<&Coverage> = overlaps.iter().map(|overlap| &parts[overlap.part]).collect();
        let doubles = overlaps
            .iter()
            .map(|overlap| Double { part: said(&parts[overlap.part]), within: said(&parts[overlap.within]) });
        let unserved = own.and_then(|own| {
            let missing: Vec<&'static Commune> =
                of_own.iter().copied().filter(|commune| !extent.holds(&commune.code)).collect();
            let first = missing.first()?;
            let codes: Vec<&str> = missing.iter().map(|commune| &*commune.code).collect();
            let count = french::counted(missing.len() as u64, "commune", "communes");
            let name = namer(&of_own);
            Some(Unserved {
                territory: own.name.clone(),
                names: names(&missing, &name),
                button: Button {
                    name: "plus",
                    value: codes.join(","),
                    label: if missing.len() == 1 { name(first) } else { "toutes".to_owned() },
                },
                count,
            })
        });
        ZonePage {
            layout,
            head: Head::of(listing, Tab::Coverage),
            said: match asked.said.as_str() {
                "zone" => Some("La zone est enregistrée. Les recherches la suivent dans la seconde."),
                "sources" => Some("La zone est de nouveau celle que disent les sources."),
                _ => None,
            },
            faults,
            may,
            overtaken,
            alone: (alone > MOST_ALONE).then(|| {
                french::counted(alone as u64, "commune choisie une à une", "communes choisies une à une")
            }),
            dropped: draft
                .minus
                .iter()
                .map(|part| Button { name: "plus", value: written(part), label: said(part) })
                .collect(),
            drop_doubles: (!redundant.is_empty()).then(|| Button {
                name: "moins",
                value: joined(redundant.iter().copied()),
                label: "Retirer ce qui est dit deux fois".to_owned(),
            }),
            doubles: doubles.collect(),
            unserved,
            quick: quick(commune, &here, &parts, &territories),
            sited: site.is_some(),
            radius: asked.radius.clone(),
            changed: !draft.is_empty(),
            reason: typed.reason,
            until: typed.until,
            decided: decided(listing),
            sources: sources(listing, &territories),
            parts: listed.collect(),
            editor,
        }
    }
}

/// The territories that hold a commune, by code.
fn holding(commune: Option<&'static Commune>, territories: &[Arc<Territory>]) -> Vec<Arc<Territory>> {
    let Some(commune) = commune else { return Vec::new() };
    let codes = [Some(&*commune.code), commune.parent.as_deref()];
    let holds = |territory: &&Arc<Territory>| {
        territory.communes.iter().any(|code| codes.contains(&Some(code.as_str())))
    };
    territories.iter().filter(holds).cloned().collect()
}

/// What is chosen at once: the areas that hold the commune of the listing.
fn quick(
    commune: Option<&'static Commune>,
    here: &[Arc<Territory>],
    parts: &[Coverage],
    territories: &[Arc<Territory>],
) -> Vec<Button> {
    let Some(commune) = commune else { return Vec::new() };
    let epcis =
        [&commune.ept, &commune.epci].into_iter().flatten().map(|code| Coverage::Epci(code.to_string()));
    let areas = here.iter().map(|territory| Coverage::Territory(territory.code.clone())).chain(epcis);
    let areas = areas.chain([Coverage::Departement(commune.departement.to_string())]);
    areas
        .filter(|part| !parts.contains(part))
        .map(|part| Button {
            name: "plus",
            value: written(&part),
            label: match &part {
                Coverage::Departement(_) => format!("Tout le département : {}", words(&part, territories)),
                Coverage::Epci(_) => format!("Toute l’intercommunalité : {}", words(&part, territories)),
                _ => format!("Tout le territoire : {}", words(&part, territories)),
            },
        })
        .map(|button| Button { label: french::typography(&button.label), ..button })
        .collect()
}

/// A part in words: `Bagneux (92)`, `10 km à la ronde`.
fn words(part: &Coverage, territories: &[Arc<Territory>]) -> String {
    let france = france();
    let named =
        match part {
            Coverage::Commune(code) => france.current_commune(code).map(Commune::label),
            Coverage::Epci(code) => france.epci(code).map(|epci| epci.name.to_string()),
            Coverage::Departement(code) => {
                france.departement(code).map(|found| format!("{} ({code})", found.name))
            }
            Coverage::Region(code) => france.region(code).map(|region| region.name.to_string()),
            Coverage::National => Some("Toute la France".to_owned()),
            Coverage::Radius(km) => Some(format!("{} km à la ronde", french::decimal(*km))),
            Coverage::Territory(code) => {
                let found = territories.iter().find(|territory| territory.code == *code);
                Some(found.map_or_else(
                    || format!("territoire inconnu ({code})"),
                    |territory| territory.name.clone(),
                ))
            }
        };
    named.unwrap_or_else(|| part.to_string())
}

/// A whole coverage in words.
fn all_words(parts: &[Coverage], territories: &[Arc<Territory>]) -> String {
    const MOST: usize = 8;
    let mut said: Vec<String> = parts.iter().take(MOST).map(|part| words(part, territories)).collect();
    if parts.len() > said.len() {
        said.push(french::counted((parts.len() - said.len()) as u64, "autre", "autres"));
    }
    french::list(&said)
}

/// Who decided of the zone as it stands, if a person did.
fn decided(listing: &Listing) -> Option<String> {
    match listing.provenance.get(&Field::Coverage)? {
        Provenance::Override { author, reason, at, .. } => {
            Some(french::typography(&format!("Décidée par {author}, le {} : {reason}", stamp(*at))))
        }
        Provenance::Source { .. } => None,
    }
}

/// Who changed the zone that somebody else was redrawing.
fn changed_by(listing: &Listing) -> String {
    match listing.provenance.get(&Field::Coverage) {
        Some(Provenance::Override { author, reason, at, .. }) => {
            format!("{author} l’a changée le {} : {reason}", stamp(*at))
        }
        Some(Provenance::Source { source, at, .. }) => {
            format!("Elle est maintenant celle que dit la source {source}, le {}", stamp(*at))
        }
        None => "Plus personne ne la dit".to_owned(),
    }
}

/// What each source says, whatever was decided.
fn sources(listing: &Listing, territories: &[Arc<Territory>]) -> Vec<SourceLine> {
    let others = listing.others.get(&Field::Coverage).map(Vec::as_slice).unwrap_or_default();
    let kept = listing.provenance.get(&Field::Coverage);
    listing
        .sources
        .iter()
        .map(|record| {
            let other = |said: &&Said| (&said.source, &said.source_id) == (&record.source, &record.source_id);
            let speaks = matches!(kept, Some(Provenance::Source { source, source_id, .. })
                if (source, source_id) == (&record.source, &record.source_id));
            let said: Option<Vec<Coverage>> = if speaks {
                Some(listing.fields.coverage.clone())
            } else {
                let said = others.iter().find(other);
                said.and_then(|said| serde_json::from_value(said.value.clone()).ok())
            };
            SourceLine { source: record.source.clone(), said: said.map(|said| all_words(&said, territories)) }
        })
        .collect()
}
