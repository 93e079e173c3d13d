//! Somebody to call, as `_service.html` shows it.

use maille_domain::Listing;

use crate::views::hit::{self, Viewpoint};
use crate::views::{Fact, PhoneLink};

/// Somebody to call.
#[derive(Debug, Clone)]
pub struct Service {
    /// Its sheet.
    pub href: String,
    /// Its name.
    pub name: String,
    /// The number.
    pub phone: Option<PhoneLink>,
    /// Whether it is open, and its state.
    pub facts: Vec<Fact>,
    /// How to ask it.
    pub how: Option<String>,
}

impl Service {
    /// That of a listing.
    pub fn of(listing: &Listing, view: &Viewpoint) -> Service {
        let fields = &listing.fields;
        Service {
            href: view.visit.sheet(&listing.slug),
            name: fields.name.clone(),
            phone: fields.phone.first().map(PhoneLink::from),
            facts: hit::status(fields.status).into_iter().chain(hit::opening(listing, view)).collect(),
            how: fields.referral.clone(),
        }
    }
}
