//! The kinds of resource that the categories of the register are (`data/vocabulary/crosswalk-finess.tsv`), and what the register
//! calls those categories (`data/vocabulary/categories-finess.tsv`).

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use maille_domain::Category;
use maille_territory::fold;

const TABLE: &str = include_str!("../../../data/vocabulary/crosswalk-finess.tsv");

const NOMENCLATURE: &str = include_str!("../../../data/vocabulary/categories-finess.tsv");

static LABELS: LazyLock<HashMap<&'static str, &'static str>> =
    LazyLock::new(|| NOMENCLATURE.lines().skip(1).filter_map(|line| line.split_once('\t')).collect());

/// A kind that a code may be.
struct Kind {
    category: Category,
    /// Words, folded, one of which the name must have; none when any name will do.
    words: Vec<&'static str>,
}

static CROSSWALK: LazyLock<HashMap<&'static str, Vec<Kind>>> = LazyLock::new(|| {
    let mut crosswalk: HashMap<&str, Vec<Kind>> = HashMap::new();
    for line in TABLE.lines().skip(1) {
        let cells: Vec<&'static str> = line.split('\t').collect();
        let [code, category, words, _] = cells[..] else {
            panic!("crosswalk-finess.tsv: four columns a row, found {line:?}")
        };
        let category = Category::from_code(category).expect("the crosswalk names kinds of the vocabulary");
        crosswalk.entry(code).or_default().push(Kind { category, words: words.split_whitespace().collect() });
    }
    crosswalk
});

/// The kind of a code, for an establishment of this name; none when the vocabulary has none.
pub(crate) fn category(code: &str, name: &str) -> Option<Category> {
    let kinds = CROSSWALK.get(code)?;
    let folded = fold(name);
    let said: HashSet<&str> = folded.split(' ').collect();
    let fits = |kind: &&Kind| kind.words.is_empty() || kind.words.iter().any(|word| said.contains(word));
    kinds.iter().find(fits).map(|kind| kind.category)
}

/// What the register calls a category, ended ones included.
pub(super) fn label(code: &str) -> Option<&'static str> {
    LABELS.get(code).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_the_first_kind_whose_words_are_in_the_name() {
        for (code, name, kind) in [
            ("355", "CENTRE HOSPITALIER", Some("hopital")),
            ("156", "CMP ADULTES", Some("cmp")),
            ("156", "C.M.P. ENFANTS ET ADOLESCENTS", Some("cmp-enfant")),
            ("156", "CMP ADOLPHE PINARD", Some("cmp")),
            ("122", "CLINIQUE DES LILAS", Some("hopital")),
            ("122", "MATERNITÉ DES LILAS", Some("maternite")),
            ("614", "DSRC", Some("dsr")),
            ("609", "MDPH", Some("mdph")),
            ("241", "FOYER", None),
            ("", "", None),
        ] {
            assert_eq!(category(code, name).map(Category::code), kind, "{code} {name}");
        }
    }

    #[test]
    fn every_row_can_be_reached() {
        for (code, kinds) in CROSSWALK.iter() {
            let (last, before) = kinds.split_last().unwrap();
            assert!(code.len() == 3 && code.bytes().all(|c| c.is_ascii_digit()), "{code}");
            assert!(last.words.is_empty(), "{code}: a name without any of the words has no kind");
            assert!(before.iter().all(|kind| !kind.words.is_empty()), "{code}: rows that nothing reaches");
            let words = kinds.iter().flat_map(|kind| &kind.words);
            assert!(words.into_iter().all(|word| fold(word) == *word), "{code}: words are folded");
        }
    }

    #[test]
    fn every_category_has_a_label() {
        assert_eq!(label("205"), Some("Foyer Club Restaurant"));
        assert_eq!(label("000"), None);
        assert_eq!(LABELS.len() + 1, NOMENCLATURE.lines().count(), "each code once, on a line of its own");
    }
}
