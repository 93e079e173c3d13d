//! What the invented directory is made of: the lists of `data/synthetic`, embedded.

use std::collections::HashMap;
use std::sync::LazyLock;

use maille_domain::hours::Hours;
use maille_domain::vocabulary::{Audience, Mode, Theme};
use maille_domain::{Category, CoverageLevel};

use super::dice::Shares;

/// The lists, read at their first use.
pub static LISTS: LazyLock<Lists> = LazyLock::new(Lists::read);

/// Every list.
pub struct Lists {
    pub kinds: Vec<Kind>,
    pub kind_shares: Shares,
    pub parcours: HashMap<Theme, Parcours>,
    pub organizations: Vec<&'static str>,
    /// What fills a blank of a pattern, by its name.
    pub blanks: HashMap<&'static str, Vec<&'static str>>,
    pub streets: Vec<&'static str>,
    pub syllables: Vec<&'static str>,
    pub hours: Vec<Hours>,
    /// The sentences of each field.
    pub phrases: HashMap<&'static str, Vec<&'static str>>,
    pub function_words: Words,
}

/// A kind of resource, and how its listings look.
pub struct Kind {
    pub category: Category,
    pub modes: Vec<Mode>,
    /// Patterns of names.
    pub names: Vec<&'static str>,
    /// How often each of [`CoverageLevel::ALL`].
    pub levels: Shares,
    /// How often several communes rather than one, in percent of those that name communes.
    pub several_communes: u64,
}

/// A parcours, and whom and what its listings speak of.
pub struct Parcours {
    pub audiences: Vec<Vec<Audience>>,
    pub ages: Vec<(Option<u8>, Option<u8>)>,
    pub words: Words,
}

/// Words, the most frequent first.
pub struct Words {
    pub words: Vec<&'static str>,
    pub shares: Shares,
}

impl Words {
    fn of(text: &'static str) -> Words {
        let words: Vec<&str> = text.split_whitespace().collect();
        Words { shares: Shares::zipf(words.len()), words }
    }
}

macro_rules! file {
    ($name:literal) => {
        include_str!(concat!("../../../data/synthetic/", $name))
    };
}

/// The rows of a table under its header.
fn rows<const N: usize>(file: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    file.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        cells.try_into().expect("every row of the embedded tables has its columns")
    })
}

/// The second cells of a table under their first.
fn grouped(file: &'static str) -> HashMap<&'static str, Vec<&'static str>> {
    let mut groups: HashMap<&str, Vec<&str>> = HashMap::new();
    for [group, line] in rows(file) {
        groups.entry(group).or_default().push(line);
    }
    groups
}

fn lines(file: &'static str) -> Vec<&'static str> {
    file.lines().collect()
}

fn codes<T: std::str::FromStr>(list: &str) -> Vec<T> {
    let code = |code: &str| code.parse().ok().expect("the embedded tables know the vocabulary");
    list.split(',').map(code).collect()
}

fn number<T: std::str::FromStr>(text: &str) -> T {
    text.parse().ok().expect("the numbers of the embedded tables are whole")
}

impl Lists {
    fn read() -> Lists {
        let names = grouped(file!("names.tsv"));
        let mut profiles: HashMap<&str, [u64; 9]> = HashMap::new();
        for [profile, levels @ ..] in rows::<10>(file!("coverage.tsv")) {
            profiles.insert(profile, levels.map(number));
        }
        let mut weights: Vec<u64> = Vec::new();
        let kinds = rows(file!("kinds.tsv")).map(|[code, weight, pattern, profile, modes]| {
            weights.push(number(weight));
            let profile: [u64; 9] = profiles[profile];
            let [unknown, commune, communes, radius, epci, territory, departement, region, national] =
                profile;
            let weight_of = |level: &CoverageLevel| match level {
                CoverageLevel::Unknown => unknown,
                CoverageLevel::Commune => commune + communes,
                CoverageLevel::Radius => radius,
                CoverageLevel::Epci => epci,
                CoverageLevel::Territory => territory,
                CoverageLevel::Departement => departement,
                CoverageLevel::Region => region,
                CoverageLevel::National => national,
            };
            Kind {
                category: Category::from_code(code).expect("the embedded tables know the vocabulary"),
                modes: codes(modes),
                names: names[pattern].clone(),
                levels: Shares::of(CoverageLevel::ALL.iter().map(weight_of)),
                several_communes: communes * 100 / (commune + communes).max(1),
            }
        });
        let kinds: Vec<Kind> = kinds.collect();
        Lists {
            kinds,
            kind_shares: Shares::of(weights),
            parcours: parcours(),
            organizations: lines(file!("organizations.txt")),
            blanks: HashMap::from([
                ("residence", lines(file!("residences.txt"))),
                ("saint", lines(file!("saints.txt"))),
                ("eponym", lines(file!("eponyms.txt"))),
                ("landmark", lines(file!("landmarks.txt"))),
                ("first", lines(file!("first-names.txt"))),
            ]),
            streets: lines(file!("streets.txt")),
            syllables: lines(file!("syllables.txt")),
            hours: lines(file!("hours.txt"))
                .into_iter()
                .map(|hours| hours.parse().expect("the embedded hours are opening_hours"))
                .collect(),
            phrases: grouped(file!("phrases.tsv")),
            function_words: Words::of(file!("function-words.txt")),
        }
    }
}

fn parcours() -> HashMap<Theme, Parcours> {
    let words: HashMap<&str, &str> =
        rows(file!("domain-words.tsv")).map(|[parcours, words]| (parcours, words)).collect();
    let age = |text: &str| (!text.is_empty()).then(|| number(text));
    rows(file!("parcours.tsv"))
        .map(|[code, audiences, ages]| {
            let theme = code.parse().expect("the embedded tables know the vocabulary");
            let ages = ages.split(';').filter_map(|range| range.split_once('-'));
            let parcours = Parcours {
                audiences: audiences.split(';').map(codes).collect(),
                ages: ages.map(|(min, max)| (age(min), age(max))).collect(),
                words: Words::of(words[code]),
            };
            (theme, parcours)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_the_vocabulary_has_its_row() {
        let mut kinds: Vec<&str> = LISTS.kinds.iter().map(|kind| kind.category.code()).collect();
        let mut vocabulary: Vec<&str> = Category::all().map(Category::code).collect();
        kinds.sort_unstable();
        vocabulary.sort_unstable();
        assert_eq!(kinds, vocabulary);
    }

    #[test]
    fn every_parcours_has_its_words() {
        for theme in Theme::ALL {
            assert!(LISTS.parcours[theme].words.words.len() > 20, "{theme}");
        }
    }
}
