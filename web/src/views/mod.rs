//! What several pages show: the search form, a phone number, a fact with its icon, a listing found.

pub mod contact;
pub mod entry;
pub mod faults;
pub mod hit;
pub mod home;
pub mod message;
pub mod place;
pub mod twins;

use maille_domain::Phone;

use crate::visit::Visit;

/// The search form, with what was asked.
///
/// It carries the need and the place only: a new search starts afresh, so that a criterion chosen for one caller never
/// silently narrows the answer to the next. Criteria are added and removed by links around the results.
#[derive(Debug, Clone, Default)]
pub struct Form {
    /// The need, as typed.
    pub q: String,
    /// What follows the person: the place asked about, unless the text names another.
    pub visit: Visit,
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

impl PhoneLink {
    /// As it is spoken, with spaces where a line may end: for large numbers on small screens.
    pub fn in_pairs(&self) -> String {
        self.spoken.replace('\u{a0}', " ")
    }
}

/// Longest name in a list, in characters: the sheet has it whole.
const LONGEST_NAME: usize = 160;

/// The name of a listing in a list of them, where one must not hide the others.
pub fn name_in_a_list(name: &str) -> String {
    match name.char_indices().nth(LONGEST_NAME) {
        None => name.to_owned(),
        Some((end, _)) => format!("{}…", name[..end].trim_end()),
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

#[cfg(test)]
mod tests {
    use super::name_in_a_list;

    #[test]
    fn a_name_without_end_does_not_hide_the_others() {
        assert_eq!(name_in_a_list("Équipe mobile"), "Équipe mobile");
        let cut = name_in_a_list(&"é".repeat(10_000));
        assert_eq!(cut.chars().count(), 161);
        assert!(cut.ends_with('…'));
    }
}
