//! The kinds of resource (`data/vocabulary/categories.tsv`), embedded.

use std::collections::HashMap;
use std::sync::LazyLock;

use maille_territory::fold;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::vocabulary::{Sector, Theme};

const TABLE: &str = include_str!("../../data/vocabulary/categories.tsv");

/// One kind of resource: a mobile team, an MDPH, a town hall… A cheap reference into the embedded vocabulary.
#[derive(Clone, Copy)]
pub struct Category(&'static Entry);

#[derive(Debug)]
struct Entry {
    position: usize,
    code: &'static str,
    acronym: Option<&'static str>,
    label: &'static str,
    sector: Sector,
    theme: Theme,
}

struct Vocabulary {
    entries: Vec<Entry>,
    by_code: HashMap<&'static str, usize>,
    by_folded_name: HashMap<String, Option<usize>>,
}

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| {
    let entries: Vec<Entry> = TABLE
        .lines()
        .skip(1)
        .filter(|line| !line.trim().is_empty())
        .enumerate()
        .map(|(position, line)| {
            let cells: Vec<&'static str> = line.split('\t').collect();
            let [code, acronym, label, sector, theme] = cells[..] else {
                panic!("categories.tsv: five columns a row, found {line:?}")
            };
            Entry {
                position,
                code,
                acronym: (!acronym.is_empty()).then_some(acronym),
                label,
                sector: sector.parse().expect("the embedded vocabulary names known sectors"),
                theme: theme.parse().expect("the embedded vocabulary names known parcours"),
            }
        })
        .collect();
    let by_code = entries.iter().map(|entry| (entry.code, entry.position)).collect();
    // A name that two kinds share (MDA, SAS…) recognises neither: `None` marks it.
    let mut by_folded_name: HashMap<String, Option<usize>> = HashMap::new();
    for entry in &entries {
        for name in [Some(entry.label), entry.acronym].into_iter().flatten() {
            by_folded_name
                .entry(fold(name))
                .and_modify(|known| {
                    if *known != Some(entry.position) {
                        *known = None;
                    }
                })
                .or_insert(Some(entry.position));
        }
    }
    Vocabulary { entries, by_code, by_folded_name }
});

impl Category {
    /// Every kind, in the order of the vocabulary.
    pub fn all() -> impl Iterator<Item = Category> {
        VOCABULARY.entries.iter().map(Category)
    }

    /// The kind of this exact code.
    pub fn from_code(code: &str) -> Option<Category> {
        VOCABULARY.by_code.get(code).map(|&position| Category(&VOCABULARY.entries[position]))
    }

    /// The one kind whose acronym or label this is, whatever its case, accents and punctuation.
    pub fn from_name(name: &str) -> Option<Category> {
        let position = (*VOCABULARY.by_folded_name.get(&fold(name))?)?;
        Some(Category(&VOCABULARY.entries[position]))
    }

    /// `autre`: what no kind of the vocabulary names.
    pub fn other() -> Category {
        Category::from_code("autre").expect("the embedded vocabulary has `autre`")
    }

    /// The code, `emg`.
    pub fn code(self) -> &'static str {
        self.0.code
    }

    /// The acronym, `EMG`.
    pub fn acronym(self) -> Option<&'static str> {
        self.0.acronym
    }

    /// The French label, `Équipe mobile de gériatrie`.
    pub fn label(self) -> &'static str {
        self.0.label
    }

    /// The sector.
    pub fn sector(self) -> Sector {
        self.0.sector
    }

    /// The parcours the kind belongs to.
    pub fn theme(self) -> Theme {
        self.0.theme
    }
}

impl PartialEq for Category {
    fn eq(&self, other: &Self) -> bool {
        self.0.position == other.0.position
    }
}
impl Eq for Category {}
impl std::hash::Hash for Category {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.position.hash(state);
    }
}
impl std::fmt::Debug for Category {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Category({})", self.0.code)
    }
}
impl std::fmt::Display for Category {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.code)
    }
}
impl Serialize for Category {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.code)
    }
}
impl<'de> Deserialize<'de> for Category {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Category::from_code(&code).ok_or_else(|| de::Error::custom(format!("unknown category {code:?}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_known_by_its_code_its_acronym_and_its_label() {
        let emg = Category::from_code("emg").unwrap();
        assert_eq!(Category::from_name("EMG"), Some(emg));
        assert_eq!(Category::from_name("equipe mobile de geriatrie"), Some(emg));
        assert_eq!(emg.theme(), Theme::PersonnesAgees);
        assert_eq!(Category::from_code("inconnu"), None);
    }

    #[test]
    fn the_vocabulary_is_whole() {
        assert_eq!(Category::all().count(), 138);
        assert_eq!(Category::other().code(), "autre");
    }
}
