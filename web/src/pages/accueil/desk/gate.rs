//! The gate of the territory: who coordinates where the person lives.

use maille_domain::ListingId;
use maille_index::answer::{Hit, TerritoryOf};
use maille_territory::Place;

use crate::french::hours;
use crate::parameters::place_label;
use crate::views::hit::{Viewpoint, opening};
use crate::views::{Fact, PhoneLink};

/// Who coordinates where the person lives.
#[derive(Debug)]
pub struct Gate {
    /// `Bagneux (92)`.
    pub place: String,
    /// Whether another desk answers there.
    pub outside: bool,
    /// Its DAC, the right one first.
    pub dac: Vec<Service>,
    /// Its CPTS and MDPH.
    pub others: Vec<(&'static str, Vec<Service>)>,
    /// The page that says more.
    pub href: String,
}

/// A service that coordinates.
#[derive(Debug)]
pub struct Service {
    /// Its sheet.
    pub href: String,
    /// Its name.
    pub name: String,
    /// Its numbers.
    pub phones: Vec<PhoneLink>,
    /// Whether it is open.
    pub opening: Option<Fact>,
    /// When it is.
    pub hours: Option<String>,
}

impl Gate {
    /// That of a place.
    pub fn of(place: &Place, territory: Option<&TerritoryOf>, outside: bool, view: &Viewpoint) -> Gate {
        let services = |hits: &[Hit]| hits.iter().map(|hit| Service::of(hit, view)).collect::<Vec<_>>();
        let of = |kind: fn(&TerritoryOf) -> &Vec<Hit>| territory.map(kind).map(|hits| services(hits));
        let others = [("CPTS", of(|territory| &territory.cpts)), ("MDPH", of(|territory| &territory.mdph))];
        Gate {
            place: place_label(place),
            outside,
            dac: of(|territory| &territory.dac).unwrap_or_default(),
            others: others.map(|(kind, services)| (kind, services.unwrap_or_default())).into(),
            href: view.visit.link("/dac"),
        }
    }
}

impl Service {
    fn of(hit: &Hit, view: &Viewpoint) -> Service {
        let fields = &hit.listing.fields;
        Service {
            href: view.visit.sheet(&hit.listing.slug),
            name: fields.name.clone(),
            phones: fields.phone.iter().map(PhoneLink::from).collect(),
            opening: opening(&hit.listing, view),
            hours: fields.hours.as_ref().and_then(|hours| hours::in_short(hours.as_str())),
        }
    }
}

/// The DAC to give to whoever lives elsewhere.
pub fn right_dac(territory: Option<&TerritoryOf>) -> Option<ListingId> {
    territory?.dac.first().map(|hit| hit.listing.id)
}

#[cfg(test)]
pub mod tests {
    use maille_domain::account::{Account, AccountId, Held};
    use maille_domain::{Desk, Reach, Role, Territory};
    use uuid::Uuid;

    /// A desk of these communes.
    pub fn desk(communes: &[&str]) -> Desk {
        let territory = Territory {
            code: "dac".to_owned(),
            kind: "dac".to_owned(),
            name: "DAC".to_owned(),
            communes: communes.iter().map(|code| (*code).to_owned()).collect(),
        };
        let reach = Reach::of(&[territory], &[]);
        let roles = vec![Held { role: Role::Reception, territory: Some("dac".to_owned()), reach }];
        let (email, name) = ("a@dac.example".to_owned(), "Alix Morel".to_owned());
        Desk::of(&Account { id: AccountId(Uuid::nil()), email, name, roles }).unwrap()
    }
}
