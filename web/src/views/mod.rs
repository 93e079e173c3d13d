//! What several pages show: the search form, a phone number, a fact with its icon, a listing found.

pub mod hit;

use maille_domain::Phone;

use crate::french::hours::Line;

/// The search form, with what was asked.
///
/// It carries the need and the place only: a new search starts afresh, so that a criterion chosen for one caller never
/// silently narrows the answer to the next. Criteria are added and removed by links around the results.
#[derive(Debug, Clone, Default)]
pub struct Form {
    /// The need, as typed.
    pub q: String,
    /// The place, as typed or as understood.
    pub commune: String,
    /// Whether the form is the page's own matter.
    pub large: bool,
}

/// A phone number to call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneLink {
    /// What a `tel:` link dials.
    pub dialled: String,
    /// As it is spoken: `01 46 30 18 14`.
    pub spoken: String,
    /// Whether it is a short number, shown big.
    pub short: bool,
}

impl From<&Phone> for PhoneLink {
    fn from(phone: &Phone) -> PhoneLink {
        PhoneLink {
            dialled: phone.as_str().to_owned(),
            spoken: phone.spoken().replace(' ', "\u{a0}"),
            short: !phone.as_str().starts_with('+'),
        }
    }
}

/// Something true of a listing: an icon and words, never a colour alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// One of the meanings of the stylesheet: `yes`, `no`, `check`, `open`, `closed`, `quiet` or none.
    pub meaning: &'static str,
    /// Name of the icon, empty for none.
    pub icon: &'static str,
    /// The words.
    pub text: String,
}

impl Fact {
    /// A fact.
    pub fn new(meaning: &'static str, icon: &'static str, text: impl Into<String>) -> Fact {
        Fact { meaning, icon, text: text.into() }
    }
}

/// A link with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Where it goes.
    pub href: String,
    /// Its words.
    pub label: String,
    /// What is said beside it.
    pub detail: Option<String>,
}

/// Something said on a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detail {
    /// Words, shown as typed.
    Text(String),
    /// A link.
    Link {
        /// Where it goes.
        href: String,
        /// Its words.
        label: String,
    },
    /// Opening hours, day by day.
    Hours(Vec<Line>),
}
