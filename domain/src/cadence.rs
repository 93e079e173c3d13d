//! How long a check of a listing is good for (`data/vocabulary/cadence.tsv`), embedded.

use std::collections::HashMap;
use std::sync::LazyLock;

use chrono::{Months, NaiveDate};

use crate::Category;

const TABLE: &str = include_str!("../../data/vocabulary/cadence.tsv");
/// Every kind that has no line of its own.
const OTHERS: &str = "*";

static MONTHS: LazyLock<HashMap<&'static str, u32>> = LazyLock::new(|| {
    let rows = TABLE.lines().skip(1).filter(|line| !line.is_empty());
    rows.map(|line| {
        let (code, months) = line.split_once('\t').expect("cadence.tsv has two columns");
        (code, months.parse().expect("cadence.tsv counts months"))
    })
    .collect()
});

/// How often a listing is to be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cadence;

impl Cadence {
    /// How many months a check of a listing of this kind is good for.
    pub fn months(category: Category) -> u32 {
        MONTHS
            .get(category.code())
            .or_else(|| MONTHS.get(OTHERS))
            .copied()
            .expect("cadence.tsv has a line for all")
    }

    /// The first day whose checks still count today, for a listing of this kind.
    pub fn since(category: Category, today: NaiveDate) -> NaiveDate {
        today.checked_sub_months(Months::new(Cadence::months(category))).unwrap_or(NaiveDate::MIN)
    }

    /// The codes of all kinds, and the first day whose checks still count today for each.
    pub fn all(today: NaiveDate) -> (Vec<String>, Vec<NaiveDate>) {
        Category::all().map(|kind| (kind.code().to_owned(), Cadence::since(kind, today))).unzip()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(code: &str) -> Category {
        Category::from_code(code).unwrap()
    }

    #[test]
    fn what_changes_fast_is_checked_more_often() {
        let [shelter, team, hospital] =
            ["accueil-jour-precarite", "emg", "hopital"].map(|code| Cadence::months(kind(code)));
        assert_eq!((shelter, team, hospital), (6, 12, 24));
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(Cadence::since(kind("chrs"), day("2026-08-31")), day("2026-02-28"));
    }

    #[test]
    fn every_line_is_of_a_kind() {
        let unknown: Vec<_> =
            MONTHS.keys().filter(|code| **code != OTHERS && Category::from_code(code).is_none()).collect();
        assert_eq!(unknown, [] as [&&str; 0]);
        assert!(MONTHS.values().all(|months| (1..=60).contains(months)));
    }
}
