//! What needs somebody: lines, each about one listing, each gone when it was settled or is not so any more.

use std::fmt;
use std::str::FromStr;

use crate::ListingId;
use crate::codes::codes;

codes! {
    /// Why a listing needs somebody, in the order in which it matters to whoever looks for help.
    Matter {
        Report = "signalement", "Signalements";
        Failure = "echec", "Orientations qui ont échoué";
        Conflict = "conflit", "Conflits";
        Duplicate = "doublon", "Doublons probables";
        Withdrawn = "retrait", "Retraits";
        Stale = "verification", "À vérifier";
        NoCoverage = "sans-zone", "Sans zone";
        NoContact = "sans-contact", "Sans contact";
    }
}

/// Which line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineKey {
    /// Why it is there.
    pub matter: Matter,
    /// The listing it is about.
    pub listing: ListingId,
    /// What it is about: when that is not so any more, the line is another one.
    pub mark: String,
}

/// Longest mark, in bytes: they are ids, dates, and hashes.
const LONGEST_MARK: usize = 200;

impl fmt::Display for LineKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.matter, self.listing, self.mark)
    }
}

impl FromStr for LineKey {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<LineKey, &'static str> {
        let mut parts = text.splitn(3, ':');
        let (matter, listing, mark) = (parts.next(), parts.next(), parts.next());
        let listing = listing.and_then(|id| id.parse::<ListingId>().ok());
        match (matter.and_then(|code| code.parse().ok()), listing, mark) {
            (Some(matter), Some(listing), Some(mark))
                if mark.len() <= LONGEST_MARK && !mark.chars().any(char::is_control) =>
            {
                Ok(LineKey { matter, listing, mark: mark.to_owned() })
            }
            _ => Err("une ligne de la liste"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_named_and_found_again() {
        for mark in ["", "jamais", "2026-01-15", "phone a:b"] {
            let listing = ListingId::founded_by("csv", "emg-1");
            let key = LineKey { matter: Matter::Stale, listing, mark: mark.to_owned() };
            assert_eq!(key.to_string().parse(), Ok(key));
        }
        let long = format!("retrait:{}:{}", ListingId::founded_by("csv", "a"), "x".repeat(201));
        for nothing in ["", "retrait", "retrait:x:", "autre:6f9619ff-8b86-5011-b42d-00c04fc964ff:", &long] {
            assert!(nothing.parse::<LineKey>().is_err(), "{nothing}");
        }
    }
}
