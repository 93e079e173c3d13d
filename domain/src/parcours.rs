//! What a parcours is and the steps it usually takes (`data/vocabulary/parcours.tsv`, `parcours-steps.tsv`), embedded.

use std::sync::LazyLock;

use crate::vocabulary::Theme;
use crate::{Category, Phone};

const TEXTS: &str = include_str!("../../data/vocabulary/parcours.tsv");
const STEPS: &str = include_str!("../../data/vocabulary/parcours-steps.tsv");

static ALL: LazyLock<Vec<Parcours>> = LazyLock::new(|| {
    rows(TEXTS)
        .map(|[code, text, numbers]| {
            let theme = code.parse().expect("parcours.tsv names parcours of the vocabulary");
            let steps = rows(STEPS).filter(|[of, ..]| *of == code).map(|[_, label, kinds]| Step {
                label,
                kinds: kinds
                    .split(' ')
                    .map(|kind| Category::from_code(kind).expect("parcours-steps.tsv names kinds"))
                    .collect(),
            });
            let numbers = numbers.split(" | ").filter(|number| !number.is_empty()).map(|number| {
                let (number, label) = number.split_once(' ').expect("a number is followed by its name");
                NationalNumber { phone: number.parse().expect("parcours.tsv holds phone numbers"), label }
            });
            Parcours { theme, text, steps: steps.collect(), numbers: numbers.collect() }
        })
        .collect()
});

/// A care pathway.
#[derive(Debug)]
pub struct Parcours {
    /// Its code and its name.
    pub theme: Theme,
    /// What it is, in a paragraph.
    pub text: &'static str,
    /// Its usual steps, in order.
    pub steps: Vec<Step>,
    /// National numbers to say first.
    pub numbers: Vec<NationalNumber>,
}

/// A step of a parcours.
#[derive(Debug)]
pub struct Step {
    /// What is done.
    pub label: &'static str,
    /// The kinds of resource that do it.
    pub kinds: Vec<Category>,
}

/// A number of the whole country.
#[derive(Debug)]
pub struct NationalNumber {
    /// The number.
    pub phone: Phone,
    /// Its name.
    pub label: &'static str,
}

impl Parcours {
    /// That of a theme; `None` for all of them at once.
    pub fn of(theme: Theme) -> Option<&'static Parcours> {
        ALL.iter().find(|parcours| parcours.theme == theme)
    }
}

fn rows(table: &'static str) -> impl Iterator<Item = [&'static str; 3]> {
    let lines = table.lines().skip(1).filter(|line| !line.is_empty());
    lines.map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        cells.try_into().unwrap_or_else(|_| panic!("three columns a row, found {line:?}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parcours_is_told_but_all_of_them() {
        for theme in Theme::ALL {
            assert_eq!(Parcours::of(*theme).is_some(), *theme != Theme::Tous, "{theme}");
        }
    }

    #[test]
    fn every_kind_is_in_one_step_of_its_parcours() {
        for kind in Category::all().filter(|kind| kind.theme() != Theme::Tous) {
            let parcours = Parcours::of(kind.theme()).unwrap();
            let steps = parcours.steps.iter().filter(|step| step.kinds.contains(&kind)).count();
            assert_eq!(steps, 1, "{} in {}", kind.code(), kind.theme());
        }
        for parcours in ALL.iter() {
            let mut kinds: Vec<&str> =
                parcours.steps.iter().flat_map(|step| &step.kinds).map(|kind| kind.code()).collect();
            kinds.sort_unstable();
            assert!(kinds.windows(2).all(|pair| pair[0] != pair[1]), "{kinds:?}");
        }
    }
}
