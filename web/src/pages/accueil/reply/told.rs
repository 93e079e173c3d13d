//! What an answer says of the resources that were given, as they are now: the same on a page, on paper, in a mail and behind a link.

use std::sync::Arc;

use maille_domain::ListingId;
use maille_territory::{PlaceKind, fold};

use super::sender::Sender;
use crate::error::Error;
use crate::french::{self, date};
use crate::state::WebState;
use crate::views::entry::Entry;
use crate::views::hit::Viewpoint;
use crate::views::message::Message;
use crate::visit::{Selection, Visit};

/// The resources of an answer.
#[derive(Debug)]
pub struct Told {
    /// Those that are in the directory, by their names: an order that prefers nobody.
    pub entries: Vec<Entry>,
    /// The same, as they were asked for.
    pub listings: Vec<ListingId>,
    /// Names of those that are not in it any more.
    pub gone: Vec<String>,
    /// The place, with no selection.
    pub visit: Visit,
    /// Whose answer it is.
    pub sender: Sender,
}

impl Told {
    /// These resources, for somebody who lives in this commune, from the desk of this territory.
    pub async fn of(
        state: &WebState,
        asked: Vec<ListingId>,
        commune: Option<String>,
        territory: Option<String>,
    ) -> Result<Told, Error> {
        let (now, theme) = (state.now(), Arc::clone(&state.theme));
        state
            .ask(move |node| {
                let place = commune.and_then(|code| node.place(PlaceKind::Commune, &code));
                let named = place.as_ref().map(|place| place.name.clone());
                let visit = Visit { place, selection: Selection::default(), unsettled: None };
                let view = Viewpoint { now, during: None, place: named, visit: visit.clone() };
                let sender = Sender::of(node, territory.as_deref(), &theme, now);
                let mut told =
                    Told { entries: Vec::new(), listings: Vec::new(), gone: Vec::new(), visit, sender };
                for id in asked {
                    let Some(listing) = node.listing(id) else { continue };
                    if listing.withdrawn_at.is_some() {
                        told.gone.push(listing.fields.name.clone());
                        continue;
                    }
                    told.listings.push(id);
                    let entry = Entry::new(node, &listing, &view, "");
                    // Two that were found to be one since.
                    if told.entries.iter().all(|before| before.id != entry.id) {
                        told.entries.push(entry);
                    }
                }
                told.entries.sort_by_cached_key(|entry| (fold(&entry.name), entry.slug.clone()));
                told
            })
            .await
    }

    /// `3 ressources pour Bagneux (92)`.
    pub fn count(&self) -> String {
        let count = french::counted(self.entries.len() as u64, "ressource", "ressources");
        let place = self.visit.place_label().map(|place| format!(" pour {place}")).unwrap_or_default();
        format!("{count}{place}")
    }

    /// In which order they come, and that none is preferred.
    pub fn order(&self) -> Option<&'static str> {
        match self.entries.len() {
            0 => None,
            1 => Some("D’autres ressources peuvent répondre\u{202f}: le choix est libre."),
            _ => Some("Par ordre alphabétique, sans préférence\u{202f}: le choix est libre."),
        }
    }

    /// The text of the answer; `origin` is where sheets are.
    pub fn message<'a>(&'a self, state: &'a WebState, origin: Option<&'a str>) -> Message<'a> {
        Message {
            subject: format!(
                "Réponse à votre demande – {}",
                self.sender.name.as_ref().unwrap_or(&state.theme.name)
            ),
            place: self.visit.place_label(),
            date: date::words(state.today()),
            demo: state.demo,
            preamble: self.order().map(str::to_owned).into_iter().collect(),
            entries: &self.entries,
            contact: self.sender.contact.clone(),
            origin,
            link: None,
        }
    }
}
