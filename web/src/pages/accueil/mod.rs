//! `/accueil`: the reception desk answers calls. Every page here is somebody's who may ([`Act::Answer`](maille_domain::Act)).

mod activity;
mod calls;
mod desk;
mod keys;
mod reply;

pub use self::desk::while_away;
pub use self::reply::shared as shared_reply;

use axum::Router;

use crate::page::Layout;
use crate::pages::animation::{self, Section};
use crate::signed::Signed;
use crate::state::WebState;

/// The pages of the desk.
pub fn routes() -> Router<WebState> {
    Router::new()
        .merge(activity::routes())
        .merge(calls::routes())
        .merge(desk::routes())
        .merge(reply::routes())
}

/// The parts of the desk, as its tabs name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// The call under way.
    Desk,
    /// What is to be followed up.
    Calls,
    /// What was done.
    Activity,
}

impl Tab {
    /// All of them, in their order.
    pub const ALL: [Tab; 3] = [Tab::Desk, Tab::Calls, Tab::Activity];

    /// Where it is.
    pub const fn href(self) -> &'static str {
        match self {
            Tab::Desk => "/accueil",
            Tab::Calls => "/accueil/appels",
            Tab::Activity => "/accueil/activite",
        }
    }

    /// Its name.
    pub const fn label(self) -> &'static str {
        match self {
            Tab::Desk => "Répondre",
            Tab::Calls => "Suivi des appels",
            Tab::Activity => "Activité",
        }
    }
}

/// The surroundings of a page of the desk.
pub fn layout(state: &WebState, signed: &Signed, title: &str) -> Layout {
    animation::layout(state, signed, Section::Desk, title)
}
