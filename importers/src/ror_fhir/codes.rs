//! Codes of the nomenclatures of health (NOS) in our own words: kinds of resource (`data/vocabulary/crosswalk-ror.tsv`), modes,
//! audiences, pathways and labels (`data/vocabulary/ror-codes.tsv`).

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use maille_domain::Category;

const CROSSWALK: &str = include_str!("../../../data/vocabulary/crosswalk-ror.tsv");
const CODES: &str = include_str!("../../../data/vocabulary/ror-codes.tsv");

/// A kind that an offer may be.
struct Kind {
    /// Modes of care, one of which the offer must have; none when any will do.
    modes: Vec<&'static str>,
    category: Category,
    label: &'static str,
}

/// What a code means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Meaning {
    modes: &'static str,
    audiences: &'static str,
    themes: &'static str,
    /// Its label.
    pub label: &'static str,
}

impl Meaning {
    /// Our codes of modes.
    pub fn modes(self) -> impl Iterator<Item = &'static str> {
        self.modes.split_whitespace()
    }

    /// Our codes of audiences.
    pub fn audiences(self) -> impl Iterator<Item = &'static str> {
        self.audiences.split_whitespace()
    }

    /// Our codes of pathways.
    pub fn themes(self) -> impl Iterator<Item = &'static str> {
        self.themes.split_whitespace()
    }
}

static KINDS: LazyLock<HashMap<&'static str, Vec<Kind>>> = LazyLock::new(|| {
    let mut kinds: HashMap<&str, Vec<Kind>> = HashMap::new();
    for [code, modes, category, label] in rows(CROSSWALK) {
        let category = Category::from_code(category).expect("the crosswalk names kinds of the vocabulary");
        let modes = modes.split_whitespace().collect();
        kinds.entry(code).or_default().push(Kind { modes, category, label });
    }
    kinds
});

static MEANINGS: LazyLock<HashMap<(&'static str, &'static str), Meaning>> = LazyLock::new(|| {
    let meaning = |[table, code, modes, audiences, themes, label]: [&'static str; 6]| {
        ((table, code), Meaning { modes, audiences, themes, label })
    };
    rows(CODES).map(meaning).collect()
});

/// The rows of a table, without its titles.
fn rows<const N: usize>(table: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    table.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        <[&str; N]>::try_from(cells).expect("the tables of the vocabulary have all their columns")
    })
}

/// The kind of an offer of this type, given in these modes of care.
pub(super) fn category(offer: &str, modes: &BTreeSet<String>) -> Option<Category> {
    let fits = |kind: &&Kind| kind.modes.is_empty() || kind.modes.iter().any(|mode| modes.contains(*mode));
    KINDS.get(offer)?.iter().find(fits).map(|kind| kind.category)
}

/// The label of a type of offer, where our crosswalk has it.
pub(super) fn offer_label(offer: &str) -> Option<&'static str> {
    KINDS.get(offer)?.first().map(|kind| kind.label)
}

/// What a code of a table means, where our table has it.
pub(super) fn meaning(table: &str, code: &str) -> Option<Meaning> {
    MEANINGS.get(&(table, code)).copied()
}

#[cfg(test)]
mod tests {
    use maille_domain::vocabulary::{Audience, Mode, Theme};

    use super::*;

    #[test]
    fn mobile_teams_are_known_by_their_mode() {
        for (offer, mode, kind) in [
            ("156", "11", Some("emg")),
            ("156", "52", Some("emg")),
            ("156", "53", Some("emg")),
            ("156", "28", Some("court-sejour-geriatrique")),
            ("175", "53", Some("emsp")),
            ("175", "28", Some("usp")),
            ("142", "59", Some("equipe-mobile-precarite")),
            ("253", "11", Some("emsp")),
            ("157", "28", None),
            ("", "", None),
        ] {
            let modes = BTreeSet::from([mode.to_owned()]);
            assert_eq!(category(offer, &modes).map(Category::code), kind, "{offer} {mode}");
        }
        assert_eq!(category("156", &BTreeSet::new()).map(Category::code), Some("court-sejour-geriatrique"));
    }

    #[test]
    fn every_row_can_be_reached() {
        for (code, kinds) in KINDS.iter() {
            let (last, before) = kinds.split_last().unwrap();
            assert!(last.modes.is_empty(), "{code}: an offer without any of the modes has no kind");
            assert!(before.iter().all(|kind| !kind.modes.is_empty()), "{code}: rows that nothing reaches");
            let known = |mode: &&str| meaning("R213", mode).is_some();
            assert!(kinds.iter().flat_map(|kind| &kind.modes).all(known), "{code}: modes of care are known");
        }
    }

    #[test]
    fn meanings_are_words_of_our_lists() {
        assert_eq!(MEANINGS.len(), CODES.lines().count() - 1, "each code is there once");
        for (code, meaning) in MEANINGS.iter() {
            assert!(!meaning.label.is_empty(), "{code:?}");
            assert!(meaning.modes().all(|mode| mode.parse::<Mode>().is_ok()), "{code:?}");
            assert!(meaning.audiences().all(|audience| audience.parse::<Audience>().is_ok()), "{code:?}");
            assert!(meaning.themes().all(|theme| theme.parse::<Theme>().is_ok()), "{code:?}");
        }
    }
}
