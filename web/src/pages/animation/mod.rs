//! `/animation`: where the team keeps the directory true. Every page here is somebody's: [`require`](crate::signed::require) lets
//! in who is logged in, and each handler asks what they may do where.

pub mod accounts;
pub mod back;
mod draft;
pub mod duplicates;
mod editor;
pub mod head;
pub mod history;
pub mod imports;
pub mod inbox;
pub mod listings;
pub mod own;
pub mod presence;
pub mod quality;
pub mod reason;
mod refusal;
mod revert;
mod territories;
mod territory;
mod told;
pub mod trial;
pub mod verification;
pub mod verify_many;
mod zone;

use axum::Router;
use maille_domain::Act;

use crate::page::Layout;
use crate::signed::Signed;
use crate::state::WebState;
use crate::visit::Visit;

/// The pages of the team.
pub fn routes() -> Router<WebState> {
    Router::new()
        .merge(accounts::routes())
        .merge(duplicates::routes())
        .merge(history::routes())
        .merge(imports::routes())
        .merge(inbox::routes())
        .merge(listings::routes())
        .merge(own::routes())
        .merge(presence::routes())
        .merge(quality::routes())
        .merge(territories::routes())
        .merge(trial::routes())
        .merge(verification::routes())
        .merge(verify_many::routes())
        .merge(zone::routes())
}

/// The parts of the team's pages, as its menu names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// The calls that are answered.
    Desk,
    /// What needs somebody.
    Inbox,
    /// The listings.
    Listings,
    /// What may be one thing.
    Duplicates,
    /// How fresh and how complete the directory is.
    Quality,
    /// What imports did.
    Imports,
    /// Coordination territories.
    Territories,
    /// Who works here.
    Accounts,
    /// One's own account.
    Own,
}

/// Who is logged in, and the menu.
#[derive(Debug, Clone)]
pub struct Team {
    /// Whose page it is.
    pub name: String,
    /// Whether the page is their account's.
    pub own: bool,
    /// The sections that are theirs.
    pub links: Vec<MenuLink>,
}

/// A line of the menu.
#[derive(Debug, Clone)]
pub struct MenuLink {
    /// Where it leads.
    pub href: &'static str,
    /// What it says.
    pub label: &'static str,
    /// Whether one is there.
    pub current: bool,
}

impl Section {
    const MENU: [(Section, &'static str, &'static str); 8] = [
        (Section::Desk, "/accueil", "Accueil"),
        (Section::Inbox, "/animation", "À traiter"),
        (Section::Listings, "/animation/fiches", "Fiches"),
        (Section::Duplicates, "/animation/doublons", "Doublons"),
        (Section::Quality, "/animation/qualite", "Qualité"),
        (Section::Imports, "/animation/imports", "Imports"),
        (Section::Territories, "/animation/territoires", "Territoires"),
        (Section::Accounts, "/animation/comptes", "Comptes"),
    ];
}

/// The surroundings of a page of the team.
pub fn layout(state: &WebState, signed: &Signed, section: Section, title: &str) -> Layout {
    let links = Section::MENU
        .into_iter()
        .filter(|(linked, ..)| match linked {
            Section::Accounts => signed.account.may(Act::Accounts),
            Section::Desk => signed.account.may(Act::Answer),
            _ => true,
        })
        .map(|(linked, href, label)| MenuLink { href, label, current: linked == section });
    let team =
        Team { name: signed.account.name.clone(), own: section == Section::Own, links: links.collect() };
    let mut layout = Layout::new(state, &Visit::default(), title);
    layout.team = Some(team);
    layout
}
