//! The head of every page about one listing: its name, where it stands, and the pages about it.

use axum::response::{IntoResponse, Redirect, Response};
use maille_domain::{Act, Listing, ListingId};

use crate::error::Error;
use crate::extract::encode;
use crate::signed::Signed;

/// A page about one listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// Its fields.
    Fields,
    /// Whom it serves.
    Coverage,
    /// Which searches find it.
    Trial,
    /// Its checks, and whether it is in the directory.
    Checks,
    /// What may be the same thing.
    Duplicates,
    /// What happened to it.
    History,
}

/// The head of a page about one listing.
#[derive(Debug, Clone)]
pub struct Head {
    /// Its name.
    pub name: String,
    /// Its public sheet.
    pub sheet: String,
    /// Whether it is out of the directory.
    pub withdrawn: bool,
    /// The pages about it.
    pub tabs: Vec<TabLink>,
}

/// A page about the listing.
#[derive(Debug, Clone)]
pub struct TabLink {
    /// Where it is.
    pub href: String,
    /// What it says.
    pub label: &'static str,
    /// Whether one is there.
    pub current: bool,
}

/// The address of a page about a listing: `rest` is empty, or `/zone`, `/essai`, `/histoire`…
pub fn address(listing: &Listing, rest: &str) -> String {
    format!("/animation/fiches/{}{rest}", listing.id)
}

/// The listing whose page is asked for; the way to the same page of the one that it was merged into, if it was.
///
/// # Errors
/// As [`Signed::listing`].
pub async fn shown(
    signed: &Signed,
    id: ListingId,
    act: Act,
    rest: &str,
) -> Result<Result<Listing, Response>, Error> {
    let listing = signed.listing(id, act).await?;
    let moved = listing.id != id;
    Ok(if moved { Err(Redirect::to(&address(&listing, rest)).into_response()) } else { Ok(listing) })
}

impl Head {
    /// The head of this page of this listing.
    pub fn of(listing: &Listing, here: Tab) -> Head {
        let at = |rest| address(listing, rest);
        let tabs = [
            (Tab::Fields, at(""), "Champs"),
            (Tab::Coverage, at("/zone"), "Zone"),
            (Tab::Trial, at("/essai"), "Recherches"),
            (Tab::Checks, at("/verifier"), "Vérification"),
            (Tab::Duplicates, format!("/animation/doublons/{}", listing.id), "Doublons"),
            (Tab::History, at("/histoire"), "Histoire"),
        ];
        let mut sheet = String::from("/ressources/");
        encode(&listing.slug, &mut sheet);
        Head {
            name: listing.fields.name.clone(),
            sheet,
            withdrawn: listing.withdrawn_at.is_some(),
            tabs: tabs
                .into_iter()
                .map(|(tab, href, label)| TabLink { href, label, current: tab == here })
                .collect(),
        }
    }
}
