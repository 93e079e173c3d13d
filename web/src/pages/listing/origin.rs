//! Who said a field, and when: shown beside it when asked (`?sources=1`).

use maille_domain::hours::time_zone;
use maille_domain::listing::Provenance;
use maille_domain::{Field, Listing};

use crate::french::date;

/// Where what is said came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The source, or the team when none.
    pub source: Option<String>,
    /// The day, in words.
    pub on: String,
}

impl Origin {
    /// Who said a field. Who of the team corrected it, and why, stays with the team.
    pub fn of(listing: &Listing, field: Field) -> Option<Origin> {
        let (source, at) = match listing.provenance.get(&field)? {
            Provenance::Source { source, at, .. } => (Some(source.clone()), at),
            Provenance::Override { at, .. } => (None, at),
        };
        Some(Origin { source, on: date::words(at.with_timezone(&time_zone(None)).date_naive()) })
    }
}
