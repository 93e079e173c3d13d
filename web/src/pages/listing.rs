//! `/ressources/{slug}`: the identity sheet of a resource, in the order one reads it to somebody.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use maille_domain::hours::time_zone;
use maille_domain::{Listing, listing::Provenance};
use maille_index::{Hit, Node};
use maille_territory::Place;

use super::sheet::{Section, sections};
use crate::error::{Error, Missing};
use crate::extract::Query;
use crate::french::date;
use crate::page::{Cache, Layout, Page, respond};
use crate::pages::kept_place::KeptPlace;
use crate::parameters::SearchLink;
use crate::place::{CommuneMeant, commune_meant};
use crate::state::WebState;
use crate::views::hit::{self, Viewpoint};
use crate::views::{Detail, Fact, Form, PhoneLink};

#[derive(Debug, Template)]
#[template(path = "listing.html")]
struct ListingPage {
    layout: Layout,
    back: String,
    back_label: &'static str,
    kind: String,
    name: String,
    acronym: Option<String>,
    organization: Option<String>,
    facts: Vec<Fact>,
    phones: Vec<PhoneLink>,
    summary: Option<String>,
    description: Vec<String>,
    sections: Vec<Section>,
    verified: Fact,
    records: Vec<Record>,
    source_url: Option<String>,
    origins: Vec<Origin>,
    extra: Vec<(String, String)>,
}

impl Page for ListingPage {
    const CACHE: Cache = Cache::Ask;
}

/// A record the listing is made of.
#[derive(Debug)]
struct Record {
    source: String,
    source_id: String,
    last_seen: String,
}

/// Where a field came from.
#[derive(Debug)]
struct Origin {
    field: &'static str,
    by: String,
    on: String,
}

#[derive(Debug, Template)]
#[template(path = "gone.html")]
struct GonePage {
    layout: Layout,
    name: String,
    withdrawn: String,
    href: String,
    label: String,
    form: Form,
}

impl Page for GonePage {
    const CACHE: Cache = Cache::Ask;

    fn status(&self) -> StatusCode {
        StatusCode::GONE
    }
}

/// `GET /ressources/{slug}`.
pub async fn listing(
    State(state): State<WebState>,
    slug: Result<Path<String>, PathRejection>,
    Query(kept): Query<KeptPlace>,
) -> Result<Response, Error> {
    let missing = Error::NotFound(Missing::Listing);
    let Path(slug) = slug.map_err(|_| missing.clone())?;
    let listing = state.ask(move |node| node.listing_by_slug(&slug)).await?.ok_or(missing)?;
    if let Some(withdrawn_at) = listing.withdrawn_at {
        return Ok(respond(&GonePage::new(&state, &listing, withdrawn_at)));
    }
    let now = state.now();
    let (seen, sections) = {
        let listing = Arc::clone(&listing);
        state
            .ask(move |node| {
                let seen = kept.commune.and_then(|commune| Seen::from(node, &listing, &commune, now));
                (seen, sections(node, &listing, now))
            })
            .await?
    };
    Ok(respond(&ListingPage::new(&state, &listing, seen.as_ref(), sections)))
}

/// The listing, seen from a commune.
struct Seen {
    place: Place,
    hit: Hit,
}

impl Seen {
    /// A commune that is not known is forgotten: the sheet is worth reading all the same.
    fn from(node: &Node, listing: &Arc<Listing>, commune: &str, now: DateTime<Utc>) -> Option<Seen> {
        match commune_meant(node, commune) {
            CommuneMeant::One(place) => {
                let hit = node.hit(Arc::clone(listing), Some(&place), now);
                Some(Seen { place, hit })
            }
            CommuneMeant::Several | CommuneMeant::Unknown => None,
        }
    }
}

impl GonePage {
    fn new(state: &WebState, listing: &Listing, withdrawn_at: DateTime<Utc>) -> GonePage {
        let fields = &listing.fields;
        let day = withdrawn_at.with_timezone(&time_zone(None)).date_naive();
        let link = SearchLink::default().with("category", fields.category.code());
        let (link, label) = match fields.commune() {
            Some(commune) => (
                link.in_commune(&commune.code),
                format!("Chercher le même type de ressource pour {}", commune.label()),
            ),
            None => (link, "Chercher le même type de ressource".to_owned()),
        };
        GonePage {
            layout: Layout::new(state, &fields.name),
            name: fields.name.clone(),
            withdrawn: format!("le {}", date::words(day)),
            href: link.to_string(),
            label,
            form: Form::default(),
        }
    }
}

impl ListingPage {
    fn new(state: &WebState, listing: &Listing, seen: Option<&Seen>, sections: Vec<Section>) -> ListingPage {
        let fields = &listing.fields;
        let view = Viewpoint {
            now: state.now(),
            during: None,
            place: seen.map(|seen| seen.place.name.clone()),
            commune: seen.map(|seen| seen.place.code.clone()),
        };
        let mut facts = Vec::new();
        if let Some(seen) = seen {
            facts.push(hit::coverage(&seen.hit.coverage, seen.hit.serves, Some(&seen.place.name)));
        }
        facts.extend(hit::status(fields.status));
        facts.extend(hit::opening(listing, &view));
        let kind = match fields.category.acronym() {
            Some(acronym) => format!("{} ({acronym})", fields.category.label()),
            None => fields.category.label().to_owned(),
        };
        let (back, back_label) = match &view.commune {
            Some(commune) => (
                SearchLink::default()
                    .with("category", fields.category.code())
                    .in_commune(commune)
                    .to_string(),
                "Les ressources du même type pour cette commune",
            ),
            None => ("/".to_owned(), "Nouvelle recherche"),
        };
        ListingPage {
            layout: Layout::at(state, &fields.name, &hit::sheet(&listing.slug, None)),
            back,
            back_label,
            kind,
            name: fields.name.clone(),
            acronym: fields.acronym.clone().filter(|acronym| !fields.name.contains(acronym.as_str())),
            organization: fields.organization.clone(),
            facts,
            phones: fields.phone.iter().map(PhoneLink::from).collect(),
            summary: fields.summary.clone(),
            description: fields.description.as_deref().map(paragraphs).unwrap_or_default(),
            sections,
            verified: hit::verified(listing, view.now),
            records: records(listing, view.now),
            source_url: fields.source_url.clone().filter(|url| is_web(url)),
            origins: origins(listing),
            extra: fields.extra.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        }
    }
}

/// Only these schemes ever become links.
pub(super) fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

fn paragraphs(text: &str) -> Vec<String> {
    text.replace("\r\n", "\n")
        .split("\n\n")
        .map(|paragraph| paragraph.trim().to_owned())
        .filter(|paragraph| !paragraph.is_empty())
        .collect()
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

fn origins(listing: &Listing) -> Vec<Origin> {
    listing
        .provenance
        .iter()
        .map(|(field, provenance)| {
            let (by, at) = match provenance {
                Provenance::Source { source, at, .. } => (source.clone(), at),
                // Who and why stay with the team.
                Provenance::Override { at, .. } => ("l’équipe de l’annuaire".to_owned(), at),
            };
            let on = date::words(at.with_timezone(&time_zone(None)).date_naive());
            Origin { field: field.label(), by, on }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{HOSTILE, listings, page};

    #[tokio::test]
    async fn a_sheet_reads_in_order() {
        let page = page("/ressources/equipe-mobile-de-geriatrie-sud-92-clamart?commune=92007").await;
        assert_eq!(page.status, 200);
        let mut at = 0;
        for part in [
            "Équipe mobile de gériatrie (EMG)",
            "<h1>",
            "couvre ",
            "ouvert jusqu’à 17\u{a0}h",
            "tel:+33199000002",
            "Missions",
            "Elle vient en trois jours.",
            "Personnes âgées, 75\u{a0}ans et plus",
            "Perte d’autonomie récente",
            "Territoire desservi",
            "DAC 92 Sud",
            "Comment mobiliser",
            "Médecin",
            "3\u{a0}jours",
            "mailto:emg@example.org",
            "href=\"https://example.org/emg\" rel=\"noopener nofollow\"",
            "92140 Clamart",
            "Du lundi au vendredi",
            "9\u{a0}h\u{a0}–\u{a0}17\u{a0}h",
            "Gratuit",
            "Français et arabe",
            "vérifié il y a 3\u{a0}semaines",
            "D’où vient chaque information",
        ] {
            at += page.body[at..].find(part).unwrap_or_else(|| panic!("{part} is missing or too early"));
        }
    }

    #[tokio::test]
    async fn a_sheet_says_whom_it_does_not_serve() {
        let body = page("/ressources/equipe-mobile-de-geriatrie-sud-92-clamart?commune=31555").await.body;
        assert!(body.contains("ne couvre pas Toulouse"), "{body}");
        assert_eq!(
            page("/ressources/dac-92-sud-bagneux?commune=zzzzzz").await.status,
            200,
            "an unknown place is forgotten"
        );
    }

    #[tokio::test]
    async fn every_listing_is_a_page() {
        for listing in listings() {
            let page = page(&format!("/ressources/{}", listing.slug)).await;
            let expected = if listing.withdrawn_at.is_some() { 410 } else { 200 };
            assert_eq!(page.status, expected, "{}", listing.slug);
        }
    }

    #[tokio::test]
    async fn what_nobody_said_is_said() {
        let body = page("/ressources/hostile").await.body;
        for said in [
            "Téléphone non renseigné",
            "non renseigné",
            "date de vérification non renseignée",
            "Jan-Mar 10:00-12:00",
        ] {
            assert!(body.contains(said), "{said}");
        }
        assert!(!body.contains("javascript:") && !body.contains(HOSTILE));
    }

    #[tokio::test]
    async fn a_withdrawn_listing_is_gone_and_says_where_to_look() {
        let page = page("/ressources/service-retire-bagneux").await;
        assert_eq!(page.status, 410);
        for said in
            ["retirée de l’annuaire le 1er\u{a0}septembre\u{a0}2026", "category=ssiad&#38;commune=92007"]
        {
            assert!(page.body.contains(said), "{said}");
        }
    }

    #[tokio::test]
    async fn an_unknown_slug_is_a_page_to_search_from() {
        for slug in ["inconnue", "%FF", "..%2f..%2fetc%2fpasswd"] {
            let page = page(&format!("/ressources/{slug}")).await;
            assert_eq!(page.status, 404, "{slug}");
            assert!(page.body.contains("Cette fiche n’existe pas") && page.body.contains("role=\"search\""));
        }
    }
}
