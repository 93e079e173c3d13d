//! What the values of a column look like, when its title says nothing.

use maille_domain::Category;
use maille_domain::field::Field;
use maille_territory::france;

use crate::commune::{Hints, settle};
use crate::spreadsheet::columns::Column;
use crate::spreadsheet::mapping::reads;

/// How much of a column must look alike.
const MOST: f64 = 0.95;
/// Different values without which it may be chance.
const ENOUGH: usize = 3;
/// Values looked at.
const LOOKED_AT: usize = 100;

/// Whether a value is of a field.
type Look<'a> = &'a dyn Fn(&str) -> bool;

/// The column of the format that these values are of, and why they may be something else; empty when that is sure.
pub(super) fn column(values: &[&str]) -> Option<(Column, &'static str)> {
    let mut different: Vec<&str> = values.to_vec();
    different.sort_unstable();
    different.dedup();
    different.truncate(LOOKED_AT);
    let looks: [(Field, Look); 9] = [
        (Field::Mssante, &|value| is_secure(value)),
        (Field::Email, &|value| value.contains('@') && reads(Field::Email, value)),
        (Field::Website, &|value| {
            let lower = value.to_ascii_lowercase();
            (lower.starts_with("http") || lower.starts_with("www.")) && reads(Field::Website, value)
        }),
        (Field::Siret, &|value| Field::Siret.parse(value).is_ok()),
        (Field::Finess, &|value| Field::Finess.parse(value).is_ok()),
        (Field::PostalCode, &|value| value.len() == 5 && !france().communes_of_postal_code(value).is_empty()),
        (Field::Phone, &|value| value.len() >= 9 && reads(Field::Phone, value)),
        (Field::Category, &|value| {
            Category::from_code(value).or_else(|| Category::from_name(value)).is_some()
        }),
        (Field::Commune, &|value| settle(value, &Hints::default()).is_ok()),
    ];
    // A few kinds are there many times.
    let enough = |field| different.len() >= ENOUGH || (field == Field::Category && values.len() >= ENOUGH);
    let alike = |like: &dyn Fn(&str) -> bool| {
        let alike = different.iter().filter(|value| like(value)).count();
        alike as f64 >= MOST * different.len() as f64
    };
    let found = looks.into_iter().find(|(field, like)| enough(*field) && alike(like));
    found.map(|(field, _)| {
        let doubt =
            if field == Field::Finess { "d’après ses valeurs ; un SIREN a la même clé" } else { "" };
        (Column::Field(field), doubt)
    })
}

/// Whether an address is one of the secure mail of health.
pub(super) fn is_secure(value: &str) -> bool {
    let domain = value.rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
    value.contains('@') && domain.contains("mssante") && reads(Field::Email, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_say_what_their_title_does_not() {
        for (values, name) in [
            (&["a@x.mssante.fr", "b@x.mssante.fr", "c@y.mssante.fr"][..], "mssante"),
            (&["a@example.org", "b@example.org", "c@y.mssante.fr"], "email"),
            (&["www.example.org", "http://example.com", "https://example.net/x"], "website"),
            (&["01 99 00 00 11", "0199000012", "01.99.00.00.13"], "phone"),
            (&["92140", "75015", "69003"], "postal_code"),
            (&["Clamart", "MEUDON", "Vanves"], "commune"),
            (&["EHPAD", "SSIAD", "EHPAD"], "category"),
            (&["130000235", "010000024", "130000235", "130001647"], "finess"),
        ] {
            assert_eq!(column(values).map(|(column, _)| column.name()), Some(name), "{values:?}");
        }
        for values in [&["Dupont", "Martin", "Bernadette"][..], &["a@example.org"], &["12345", "1", "x"], &[]]
        {
            assert_eq!(column(values), None, "{values:?}");
        }
    }
}
