//! Listings that may be the same thing as one that is shown: nobody has decided, and none is hidden without a word.

use std::sync::Arc;

use maille_domain::Listing;

use super::name_in_a_list;
use crate::french;
use crate::visit::Visit;

/// Most of them in a line of results: the sheet names them all.
const MOST_IN_A_LINE: usize = 3;

/// Listings that may be the same thing as another.
#[derive(Debug, Clone)]
pub struct Twins {
    /// Those that are named.
    pub named: Vec<Twin>,
    /// How many are named on the sheet only, in words.
    pub more: Option<String>,
}

/// One of them.
#[derive(Debug, Clone)]
pub struct Twin {
    /// Its sheet.
    pub href: String,
    /// Its name.
    pub name: String,
    /// Who describes it.
    pub sources: String,
}

impl Twins {
    /// All of them, if there is one.
    pub fn all(listings: &[Arc<Listing>], visit: &Visit) -> Option<Twins> {
        let named = listings.iter().map(|listing| Twin::of(listing, visit)).collect();
        (!listings.is_empty()).then_some(Twins { named, more: None })
    }

    /// The first of them, for a line of results.
    pub fn in_a_line(listings: &[Arc<Listing>], visit: &Visit) -> Option<Twins> {
        let (named, others) = listings.split_at(listings.len().min(MOST_IN_A_LINE));
        let more = match others.len() {
            0 => None,
            1 => Some("et une autre, nommée sur la fiche".to_owned()),
            others => Some(format!("et {others} autres, nommées sur la fiche")),
        };
        Some(Twins { more, ..Twins::all(named, visit)? })
    }
}

impl Twin {
    fn of(listing: &Listing, visit: &Visit) -> Twin {
        let mut sources: Vec<&str> = listing.sources.iter().map(|record| record.source.as_str()).collect();
        sources.dedup();
        Twin {
            href: visit.sheet(&listing.slug),
            name: name_in_a_list(&listing.fields.name),
            sources: french::list(&sources),
        }
    }
}
