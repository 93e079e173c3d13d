//! What a sheet leads to: the same need served here, and what else the organization runs.

use chrono::{DateTime, Utc};
use maille_domain::Listing;
use maille_domain::request::{PlaceAsked, Request, Total};
use maille_index::Node;
use maille_index::answer::Serves;
use maille_territory::{Place, PlaceKind, france};

use crate::french;
use crate::views::PhoneLink;
use crate::visit::Visit;

/// Most listings of each list.
const MOST: usize = 5;

/// A listing that another leads to.
#[derive(Debug, Clone)]
pub struct Related {
    /// Its sheet.
    pub href: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: &'static str,
    /// Where it is.
    pub town: Option<String>,
    /// The number to call.
    pub phone: Option<PhoneLink>,
}

impl Related {
    fn of(listing: &Listing, visit: &Visit) -> Related {
        let fields = &listing.fields;
        Related {
            href: visit.sheet(&listing.slug),
            name: fields.name.clone(),
            kind: french::kind(fields.category),
            town: fields.commune().map(|commune| commune.name.to_string()),
            phone: fields.phone.first().map(PhoneLink::from),
        }
    }
}

/// The place that counts for a sheet: the one asked about, else where the listing is.
pub fn here(listing: &Listing, visit: &Visit) -> Option<Place> {
    visit.place.clone().or_else(|| {
        let commune = listing.fields.commune()?;
        france().place(PlaceKind::Commune, &commune.code)
    })
}

/// Listings of the same kind that serve the place, best first.
pub fn nearby(node: &Node, listing: &Listing, visit: &Visit, now: DateTime<Utc>) -> Vec<Related> {
    let Some(place) = here(listing, visit) else { return Vec::new() };
    let request = Request {
        categories: vec![listing.fields.category],
        place: Some(PlaceAsked::Known(place.kind, place.code.clone())),
        limit: MOST + 1,
        facets: false,
        total: Total::Estimate,
        ..Request::default()
    };
    // A sheet is whole without them: what cannot be searched is left out.
    let hits = node.search(&request, now).map(|answer| answer.hits).unwrap_or_default();
    // What may be the listing itself is said apart.
    let itself =
        |other: &Listing| other.id == listing.id || (other.twin.is_some() && other.twin == listing.twin);
    let others = hits.iter().filter(|hit| !itself(&hit.listing) && hit.serves == Serves::Yes);
    others.take(MOST).map(|hit| Related::of(&hit.listing, visit)).collect()
}

/// What else the organization runs, nearest first.
pub fn same_organization(node: &Node, listing: &Listing, visit: &Visit) -> Vec<Related> {
    let others = node.of_same_organization(listing, MOST);
    others.iter().map(|other| Related::of(other, visit)).collect()
}
