//! A listing that is given to somebody: what one needs to call it, on a page, on paper and in a mail.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use maille_domain::hours::time_zone;
use maille_domain::{Fields, Listing};
use maille_index::Node;

use super::hit::{Viewpoint, by_means, here, modes, status, whom};
use super::{Fact, PhoneLink, name_in_a_list};
use crate::french::{self, date, hours};
use crate::plain_text::one_line;
use crate::visit::ShortId;

/// The longest that hours are said in short, in characters: the sheet says the rest.
const LONGEST_HOURS: usize = 200;

/// What is shown of a listing.
#[derive(Debug)]
pub struct Entry {
    /// Its id, as the address has it.
    pub id: ShortId,
    /// Its sheet, in this visit.
    pub href: String,
    /// The slug of its sheet.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Its acronym, when the name does not hold it.
    pub acronym: Option<String>,
    /// What it is.
    pub kind: &'static str,
    /// Whom it serves, and what must be said when it is not simply open.
    pub facts: Vec<Fact>,
    /// For whom, and where help is given.
    pub whom: Option<String>,
    /// Numbers to call.
    pub phones: Vec<PhoneLink>,
    /// Mail addresses.
    pub mails: Vec<String>,
    /// Secure health mail addresses.
    pub secure_mails: Vec<String>,
    /// How to mobilise it.
    pub how: Option<String>,
    /// Whom it takes.
    pub inclusion: Option<String>,
    /// Whom it does not take.
    pub exclusion: Option<String>,
    /// Where it is.
    pub address: Option<String>,
    /// When it is open.
    pub hours: Option<String>,
    /// Who says so, and when it was last checked.
    pub source: String,
    /// What the person wrote about it.
    pub note: String,
}

impl Entry {
    /// Where it is on a page.
    pub fn anchor(&self) -> String {
        anchor(&self.id)
    }

    /// The entry of a listing.
    pub fn new(node: &Node, listing: &Arc<Listing>, view: &Viewpoint, note: &str) -> Entry {
        let fields = &listing.fields;
        let Viewpoint { visit, now, .. } = view;
        let hit = node.hit(Arc::clone(listing), visit.place.as_ref(), *now);
        let mut facts = vec![here(&hit, view)];
        facts.extend(status(fields.status));
        Entry {
            id: ShortId::of(listing.id),
            href: visit.sheet(&listing.slug),
            slug: listing.slug.clone(),
            name: name_in_a_list(&fields.name),
            acronym: fields.acronym.clone().filter(|acronym| !fields.name.contains(acronym.as_str())),
            kind: french::kind(fields.category),
            facts,
            whom: whom_and_where(fields),
            phones: fields.phone.iter().map(PhoneLink::from).collect(),
            mails: fields.email.clone(),
            secure_mails: fields.mssante.clone(),
            how: fields.referral.clone(),
            inclusion: fields.inclusion.clone(),
            exclusion: fields.exclusion.clone(),
            address: address(fields),
            hours: fields.hours.as_ref().map(|hours| in_short(hours.as_str())),
            source: source(listing, *now),
            note: note.to_owned(),
        }
    }
}

/// Where the entry of a listing is on a page.
pub fn anchor(id: &ShortId) -> String {
    format!("r-{id}")
}

/// `Personnes âgées, 75 ans et plus · à domicile`.
fn whom_and_where(fields: &Fields) -> Option<String> {
    let modes = (!fields.modes.is_empty()).then(|| modes(&fields.modes));
    let parts: Vec<String> = whom(fields).into_iter().chain(modes).collect();
    (!parts.is_empty()).then(|| french::upper_first(&parts.join(" · ")))
}

/// `1 rue de l’Exemple, 92140 Clamart`.
fn address(fields: &Fields) -> Option<String> {
    let commune = fields.commune().map(|commune| commune.name.to_string());
    let city = [fields.postal_code.clone(), commune].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let parts: Vec<String> =
        fields.address.clone().into_iter().chain([city]).filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// The hours in a sentence; where they are more than that, the sheet says them day by day.
fn in_short(text: &str) -> String {
    match hours::in_short(text) {
        Some(said) => one_line(&said, LONGEST_HOURS),
        None => "particuliers, voir la fiche".to_owned(),
    }
}

/// `demo et ror, vérifié le 30 octobre 2026`: by its date, because paper and mails are read later.
fn source(listing: &Listing, now: DateTime<Utc>) -> String {
    let mut sources: Vec<&str> = listing.sources.iter().map(|record| record.source.as_str()).collect();
    sources.dedup();
    let today = now.with_timezone(&time_zone(None)).date_naive();
    let how = by_means(listing.last_check());
    let checked = match listing.fields.verified_on {
        None => "date de vérification non renseignée".to_owned(),
        Some(day) if (today - day).num_days() > 365 => {
            format!("vérifié le {}{how}, à confirmer", date::words(day))
        }
        Some(day) => format!("vérifié le {}{how}", date::words(day)),
    };
    let sources = if sources.is_empty() { "non renseignée".to_owned() } else { french::list(&sources) };
    format!("{sources}, {checked}")
}
