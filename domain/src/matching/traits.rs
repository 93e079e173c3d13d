//! What of a record is compared, made ready.

use std::collections::HashSet;

use maille_territory::{fold, france};
use serde_json::Value;

use crate::field::Values;
use crate::{Coverage, Field};

use super::address::Address;
use super::keys;
use super::kinds::Kinds;
use super::name::Name;
use super::place::Place;
use super::public::Public;
use super::words::{Word, words};

/// Mail hosts and sites that thousands share: they say nothing of who is there.
const COMMON_DOMAINS: &[&str] = &[
    "orange.fr",
    "wanadoo.fr",
    "gmail.com",
    "free.fr",
    "sfr.fr",
    "laposte.net",
    "hotmail.fr",
    "hotmail.com",
    "outlook.fr",
    "outlook.com",
    "yahoo.fr",
    "yahoo.com",
    "live.fr",
    "bbox.fr",
    "icloud.com",
    "aol.com",
    "neuf.fr",
    "facebook.com",
    "instagram.com",
    "helloasso.com",
    "doctolib.fr",
    "linkedin.com",
    "sites.google.com",
    "wixsite.com",
];

/// What of a record is compared, made ready.
#[derive(Debug, Clone, PartialEq)]
pub struct Traits {
    pub(super) name: Name,
    pub(super) kinds: Kinds,
    pub(super) place: Place,
    pub(super) address: Address,
    pub(super) public: Public,
    pub(super) organization: Vec<Word>,
    pub(super) finess: Option<String>,
    pub(super) siret: Option<String>,
    pub(super) phones: Vec<String>,
    pub(super) emails: Vec<String>,
    /// Of its mails and of its sites.
    pub(super) domains: Vec<String>,
    pub(super) coverage: Vec<String>,
}

impl Traits {
    /// Reads what is compared.
    pub fn of(values: &Values) -> Traits {
        let text = |field| values.get(&field).and_then(Value::as_str).unwrap_or_default();
        let several = |field| -> Vec<String> {
            let items = values.get(&field).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
        };
        let coverage = several(Field::Coverage);
        let parts: Vec<Coverage> = coverage.iter().filter_map(|part| part.parse().ok()).collect();
        let place = Place::of(values, &parts);

        let all = words(text(Field::Name));
        let mut left = all.clone();
        let kinds = Kinds::of(values.get(&Field::Category).and_then(Value::as_str), &mut left);
        let places = places(&place);
        let of_place: HashSet<u64> = places.iter().map(|word| word.stem).collect();
        left.retain(|word| !of_place.contains(&word.stem) && !is_of_place(word, &places, &place));
        let organization = words(text(Field::Organization));
        let mut also = words(text(Field::Acronym));
        also.extend(organization.iter().cloned());
        also.extend(places);
        let address = Address::of(text(Field::Address));
        let name = Name::new(&all, left, &organization, also, address.stems());

        let emails: Vec<String> = several(Field::Email).iter().map(|email| email.to_lowercase()).collect();
        let of_mails =
            emails.iter().filter_map(|email| email.split_once('@')).map(|(_, domain)| domain.to_owned());
        let mut domains: Vec<String> =
            of_mails.chain(several(Field::Website).iter().map(|site| domain(site))).collect();
        domains.retain(|domain| !COMMON_DOMAINS.contains(&domain.as_str()));
        domains.sort_unstable();
        domains.dedup();
        let own = |field| Some(text(field)).filter(|text| !text.is_empty()).map(str::to_owned);
        let mut organization = organization;
        organization.retain(|word| !of_place.contains(&word.stem));
        Traits {
            public: Public::of(values, &name, &kinds),
            name,
            kinds,
            place,
            address,
            organization,
            finess: own(Field::Finess),
            siret: own(Field::Siret),
            phones: several(Field::Phone),
            emails,
            domains,
            coverage,
        }
    }

    /// What records that may be the same have in common: two that share no key are never compared.
    pub fn keys(&self) -> Vec<i64> {
        keys::keys(self)
    }
}

/// Letters that the name of a town and that of its inhabitants begin with.
const SAME_BEGINNING: usize = 5;

/// Whether a word is that of a place otherwise: of its inhabitants ("Étampois"), cut short ("Romo"), or its initials ("FDF").
fn is_of_place(word: &Word, places: &[Word], place: &Place) -> bool {
    let from_it = |town: &&Word| {
        let same = town.text.bytes().zip(word.text.bytes()).take_while(|(one, other)| one == other).count();
        same >= SAME_BEGINNING || (same + 1 >= SAME_BEGINNING && same == word.text.len())
    };
    let initials = || {
        place.communes().any(|commune| {
            fold(&commune.name).split(' ').filter_map(|word| word.chars().next()).eq(word.text.chars())
        })
    };
    word.is_naming()
        && !word.is_number()
        && (places.iter().any(|town| from_it(&town)) || (word.text.len() >= 3 && initials()))
}

/// The words that say where a place is: its commune, its département, its region.
fn places(place: &Place) -> Vec<Word> {
    let mut said = String::new();
    let mut say = |text: &str| {
        said.push_str(text);
        said.push(' ');
    };
    for commune in place.communes() {
        say(&commune.name);
    }
    if let Some(departement) = france().departement(place.departement) {
        say(&departement.name);
        say(&departement.code);
        if let Some(region) = france().region(&departement.region) {
            say(&region.name);
        }
    }
    words(&said)
}

/// The domain of a site.
fn domain(site: &str) -> String {
    let host = site.split_once("://").map_or(site, |(_, rest)| rest);
    let host = host.split(['/', '?', '#', ':']).next().unwrap_or_default().to_lowercase();
    host.strip_prefix("www.").unwrap_or(&host).to_owned()
}
