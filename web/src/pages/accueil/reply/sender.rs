//! Whose answer it is: the coordination of the territory, and how to call it back. Never who of the desk answered.

use chrono::{DateTime, Utc};
use maille_domain::{Coverage, Listing};
use maille_index::Node;

use crate::french::hours;
use crate::theme::Theme;
use crate::views::PhoneLink;
use crate::views::message::whom_to_call;

/// Whose answer it is.
#[derive(Debug, Clone, Default)]
pub struct Sender {
    /// The DAC of the territory whose desk answered; none for a desk of the whole directory.
    pub name: Option<String>,
    /// Whom to call about the answer, in one line.
    pub contact: Option<String>,
}

impl Sender {
    /// The sender of an answer of this territory's desk: its DAC; else whoever answers for the site.
    pub fn of(node: &Node, territory: Option<&str>, theme: &Theme, now: DateTime<Utc>) -> Sender {
        let site = || theme.contact.as_ref().map(whom_to_call);
        let territories = node.territories();
        let Some(territory) = territories.iter().find(|known| Some(known.code.as_str()) == territory) else {
            return Sender { name: None, contact: site() };
        };
        let commune = territory.communes.first();
        let dacs = commune.and_then(|commune| node.territories_of(commune, now)).map(|of| of.dac);
        let own = Coverage::Territory(territory.code.clone());
        let dacs = dacs.unwrap_or_default();
        let dac = dacs.iter().find(|dac| dac.listing.fields.coverage.contains(&own)).or(dacs.first());
        match dac {
            Some(dac) => {
                Sender { name: Some(dac.listing.fields.name.clone()), contact: Some(contact(&dac.listing)) }
            }
            None => Sender { name: Some(territory.name.clone()), contact: site() },
        }
    }
}

/// `DAC 92 Sud, 01 99 00 00 11, accueil@example.org, du lundi au vendredi 9 h – 19 h`.
fn contact(dac: &Listing) -> String {
    let fields = &dac.fields;
    let phone = fields.phone.first().map(|phone| PhoneLink::from(phone).spoken);
    let hours = fields.hours.as_ref().and_then(|hours| hours::in_short(hours.as_str()));
    let parts = [Some(fields.name.clone()), phone, fields.email.first().cloned(), hours];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
