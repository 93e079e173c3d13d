//! A listing as it is being edited: the values typed over those it has, and nothing saved.

use maille_domain::field::Field;
use maille_domain::{Fields, Listing};

use crate::views::faults::Faults;

/// A listing being edited.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What was typed, field by field.
    pub cells: Vec<(Field, String)>,
    /// The listing as it would be; what is wrong with what was typed.
    pub listing: Result<Listing, Faults>,
}

impl Draft {
    /// A listing over which these cells were typed. An empty cell takes the value away.
    pub fn of(listing: &Listing, cells: Vec<(Field, String)>) -> Draft {
        let drafted = drafted(listing, &cells);
        Draft { cells, listing: drafted }
    }
}

fn drafted(listing: &Listing, cells: &[(Field, String)]) -> Result<Listing, Faults> {
    let mut faults = Faults::default();
    let mut values = listing.fields.to_values();
    for (field, cell) in cells {
        match field.parse(cell) {
            Ok(Some(value)) => {
                values.insert(*field, value);
            }
            Ok(None) if matches!(field, Field::Name | Field::Category) => {
                faults.add(field.name(), format!("{} : une fiche en a toujours un.", field.label()));
            }
            Ok(None) => {
                values.remove(field);
            }
            Err(expected) => faults.add(field.name(), format!("{} : attendu {expected}.", field.label())),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let fields = Fields::from_values(values).map_err(|error| error.to_string());
    match fields
        .and_then(|fields| fields.check().map(|()| fields).map_err(|expected| format!("Attendu {expected}.")))
    {
        Ok(fields) => Ok(Listing { fields, ..listing.clone() }),
        Err(wrong) => {
            let at = cells.first().map_or("q", |(field, _)| field.name());
            faults.add(at, wrong);
            Err(faults)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::listing;

    #[test]
    fn what_is_typed_goes_over_what_is_there_and_the_rest_stays() {
        let listing =
            listing("a", &[(Field::Name, "SSIAD"), (Field::Category, "ssiad"), (Field::AgeMin, "60")]);
        let typed = |cells: &[(Field, &str)]| {
            Draft::of(&listing, cells.iter().map(|(field, cell)| (*field, (*cell).to_owned())).collect())
                .listing
        };
        let draft = typed(&[(Field::Coverage, "commune:92007"), (Field::AgeMin, "")]).unwrap();
        assert_eq!((draft.fields.coverage.len(), draft.fields.age_min), (1, None));
        assert_eq!((draft.id, draft.fields.name.as_str()), (listing.id, "SSIAD"));
        for (wrong, field) in [
            (typed(&[(Field::Phone, "bonjour")]), "phone"),
            (typed(&[(Field::Name, " ")]), "name"),
            (typed(&[(Field::AgeMax, "20")]), "age_max"),
        ] {
            assert!(wrong.unwrap_err().of(field).is_some(), "{field}");
        }
    }
}
