//! That somebody made sure of what a listing says.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::codes::codes;
use crate::field::Field;

codes! {
    /// How one made sure.
    Means {
        Phone = "telephone", "Par téléphone";
        Mail = "courriel", "Par courriel";
        Visit = "visite", "Sur place";
    }
}

impl Means {
    /// What was done: `vérifié par téléphone`.
    pub const fn done(self) -> &'static str {
        match self {
            Means::Phone => "vérifié par téléphone",
            Means::Mail => "vérifié par courriel",
            Means::Visit => "vérifié sur place",
        }
    }
}

/// A check: of a whole listing, or of one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// The field; the whole listing without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<Field>,
    /// The day it was made.
    pub day: NaiveDate,
    /// How.
    pub means: Means,
}

/// How long ago a check may have been made, in days.
const OLDEST: u64 = 366;

impl Check {
    /// The first day of a check that still tells something today.
    pub fn first_day(today: NaiveDate) -> NaiveDate {
        today.checked_sub_days(Days::new(OLDEST)).unwrap_or(today)
    }

    /// Whether a field is checked with what it says; the others tell of the listing itself.
    pub fn is_of(field: Field) -> bool {
        !matches!(field, Field::VerifiedOn | Field::SourceUrl | Field::Extra)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_tells_something_for_a_year() {
        let first = Check::first_day("2026-11-28".parse().unwrap());
        assert_eq!(first.to_string(), "2025-11-27");
        assert_eq!(Check::first_day(NaiveDate::MIN), NaiveDate::MIN);
        assert!(Check::is_of(Field::Phone) && !Check::is_of(Field::VerifiedOn));
    }
}
