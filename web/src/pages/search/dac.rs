//! Who to call when nothing serves the place: its DAC, or the territories beside.

use maille_index::answer::TerritoryOf;
use maille_territory::{Place, PlaceKind};

use super::neighbours::Around;
use crate::french;
use crate::pages::dac::{unknown, who_may_know};
use crate::parameters::{SearchLink, place_label};
use crate::views::PhoneLink;
use crate::visit::Visit;

/// Who to call when nothing serves the place.
#[derive(Debug)]
pub struct Dac {
    pub services: Vec<Service>,
    /// What is said when it is not known.
    pub unknown: Vec<String>,
    pub neighbours: Vec<Beside>,
}

/// A territory beside, and the same search there.
#[derive(Debug)]
pub struct Beside {
    pub href: String,
    pub name: String,
    pub count: Option<String>,
    pub phone: Option<PhoneLink>,
}

#[derive(Debug)]
pub struct Service {
    pub href: String,
    pub name: String,
    pub phone: Option<PhoneLink>,
}

impl Dac {
    /// The DAC of a place: when nothing serves it, there is still somebody to call.
    pub fn of(
        visit: &Visit,
        place: &Place,
        territory: Option<&TerritoryOf>,
        around: Around,
        anywhere: &SearchLink,
    ) -> Dac {
        let hits = territory.map(|territory| &territory.dac[..]).unwrap_or_default();
        let services = hits.iter().map(|hit| Service {
            href: visit.sheet(&hit.listing.slug),
            name: hit.listing.fields.name.clone(),
            phone: hit.listing.fields.phone.first().map(PhoneLink::from),
        });
        let named = territory.and_then(|of| of.territories.iter().find(|territory| territory.kind == "dac"));
        let mut said = vec![unknown(&place_label(place), named.map(|territory| &*territory.name))];
        // A wider place has no nearest territory: it holds several.
        if matches!(place.kind, PlaceKind::Commune | PlaceKind::Arrondissement) {
            said.push(who_may_know(around.nearest.as_ref().map(|(name, km)| (name.as_str(), *km))));
        }
        Dac {
            services: services.collect(),
            unknown: said,
            neighbours: around
                .neighbours
                .into_iter()
                .map(|beside| Beside {
                    href: anywhere.clone().without_value("off", "place").about(&beside.place).to_string(),
                    name: beside.place.name,
                    count: beside.found.map(|count| french::counted(count, "ressource", "ressources")),
                    phone: beside.phone,
                })
                .collect(),
        }
    }
}
