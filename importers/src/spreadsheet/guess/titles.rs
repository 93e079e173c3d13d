//! What the titles of columns usually mean (`data/vocabulary/columns.tsv`).

use std::collections::HashMap;
use std::sync::LazyLock;

use maille_territory::fold;

use crate::spreadsheet::columns::Column;

const TABLE: &str = include_str!("../../../../data/vocabulary/columns.tsv");

/// Shortest title that means something within a longer one.
const SHORTEST_WITHIN: usize = 3;

/// What a title means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Meaning {
    /// The column of the format; none for what is known to be none.
    pub column: Option<Column>,
    /// Why it may be something else all the same; empty when it is sure.
    pub doubt: &'static str,
    /// Whether it is the whole title, or words of it.
    pub whole: bool,
}

static TITLES: LazyLock<HashMap<&'static str, Meaning>> = LazyLock::new(|| {
    let lines = TABLE.lines().skip(1).map(|line| {
        let cells: Vec<&'static str> = line.split('\t').collect();
        let [column, title, doubt] = cells[..] else {
            panic!("columns.tsv: three columns a row, found {line:?}")
        };
        let column = (!column.is_empty())
            .then(|| Column::named(column).expect("the table names columns of the format"));
        (title, Meaning { column, doubt, whole: true })
    });
    lines.collect()
});

/// Every title of the table.
pub(super) fn all() -> impl Iterator<Item = &'static str> {
    TITLES.keys().copied()
}

/// What a title means, as a whole or else by the longest of the known titles that it contains.
pub(super) fn meaning(title: &str) -> Option<Meaning> {
    let folded = fold(title);
    if let Some(meaning) = TITLES.get(&*folded) {
        return Some(*meaning);
    }
    let words: Vec<&str> = folded.split(' ').collect();
    let mut within: Vec<(usize, String)> = Vec::new();
    for start in 0..words.len() {
        for end in start + 1..=words.len() {
            let part = words[start..end].join(" ");
            let known = TITLES.get(&*part).is_some_and(|meaning| meaning.column != Some(Column::Id));
            if part.len() >= SHORTEST_WITHIN && known {
                within.push((start, part));
            }
        }
    }
    // Of two as long, the first: the others specify it.
    let (_, part) = within.into_iter().max_by_key(|(start, part)| (part.len(), std::cmp::Reverse(*start)))?;
    TITLES.get(&*part).map(|meaning| Meaning { whole: false, ..*meaning })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_recognised_however_they_are_written() {
        for (title, column, whole) in [
            ("Téléphone", "phone", true),
            ("N° FINESS", "finess", true),
            ("CODE  POSTAL", "postal_code", true),
            ("Zone d’intervention", "coverage", true),
            ("Téléphone du secrétariat", "phone", false),
            ("Type de structure (liste)", "category", false),
        ] {
            let meaning = meaning(title).unwrap();
            assert_eq!((meaning.column.unwrap().name(), meaning.whole), (column, whole), "{title}");
        }
        assert_eq!(meaning("Fax du service").unwrap().column, None);
        assert_eq!(meaning("Couleur du dossier"), None);
        assert_eq!(meaning("Code du dossier"), None, "many things have a code");
        assert!(meaning("Date de mise à jour").unwrap().doubt.contains("vérification"));
    }

    #[test]
    fn the_table_is_in_order() {
        assert_eq!(TITLES.len(), TABLE.lines().count() - 1, "each title once");
        for title in all() {
            assert_eq!(fold(title), title, "titles are folded");
        }
        for name in crate::spreadsheet::COLUMNS {
            let meaning = TITLES[&*fold(name)];
            assert!(meaning.doubt.is_empty(), "{name} is the format's");
            assert_eq!(meaning.column.map_or("extra", Column::name), name);
        }
    }
}
