//! The columns of a spreadsheet, from its header.

use maille_domain::field::Field;
use maille_domain::run::{Issue, Severity};

use crate::issue::Spot;
use crate::table::Layout;

/// The format's columns, in its order; `lat` and `lon` are one field, `id` is none.
pub(crate) const COLUMNS: [&str; 37] = [
    "id",
    "name",
    "acronym",
    "category",
    "organization",
    "finess",
    "siret",
    "ror_id",
    "summary",
    "description",
    "phone",
    "email",
    "mssante",
    "website",
    "address",
    "postal_code",
    "commune",
    "lat",
    "lon",
    "hours",
    "coverage",
    "audiences",
    "age_min",
    "age_max",
    "themes",
    "modes",
    "referral",
    "referred_by",
    "inclusion",
    "exclusion",
    "delay_days",
    "cost",
    "languages",
    "accessibility",
    "status",
    "verified_on",
    "source_url",
];

/// What a header must have.
pub(crate) const LAYOUT: Layout = Layout { required: &["id", "name", "category"], known: &COLUMNS };

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Column {
    /// The identifier of the row.
    Id,
    /// The latitude.
    Lat,
    /// The longitude.
    Lon,
    /// A field of the listing.
    Field(Field),
    /// Something the format does not know, kept by this name.
    Extra,
}

impl Column {
    fn of(name: &str) -> Column {
        match name {
            "id" => Column::Id,
            "lat" => Column::Lat,
            "lon" => Column::Lon,
            name if COLUMNS.contains(&name) => name.parse().map_or(Column::Extra, Column::Field),
            _ => Column::Extra,
        }
    }
}

/// The columns of a header, in its order.
#[derive(Debug)]
pub(crate) struct Columns {
    columns: Vec<(String, Column)>,
}

impl Columns {
    /// Understands a header, and says what of it the format does not know: every column has a name of its own.
    pub fn of(file: &str, line: u64, header: &[String]) -> (Columns, Vec<Issue>) {
        let mut columns: Vec<(String, Column)> = Vec::new();
        let mut issues = Vec::new();
        for (position, written) in header.iter().enumerate() {
            let lower = written.trim().to_ascii_lowercase();
            let known = Column::of(&lower);
            let mut name = if known == Column::Extra { written.trim().to_owned() } else { lower };
            if name.is_empty() {
                name = format!("colonne {}", position + 1);
            }
            let taken = |name: &str| columns.iter().any(|(other, _)| other == name);
            let (mut column, mut expected) = (known, "");
            if taken(&name) {
                let mut copy = 2;
                while taken(&format!("{name} ({copy})")) {
                    copy += 1;
                }
                name = format!("{name} ({copy})");
                column = Column::Extra;
                expected = "une seule colonne de ce nom ; la première compte, celle-ci est gardée comme information annexe";
            } else if column == Column::Extra {
                expected = "une colonne du format ; celle-ci est gardée comme information annexe";
            }
            if !expected.is_empty() {
                let column = Some(position as u64 + 1);
                let spot = Spot { file, line, column, field: Some(&name), id: None };
                issues.push(spot.issue(Severity::Warning, written, expected));
            }
            columns.push((name, column));
        }
        (Columns { columns }, issues)
    }

    /// Every column with its position from 0 and its name.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &str, &Column)> {
        self.columns.iter().enumerate().map(|(position, (name, column))| (position, name.as_str(), column))
    }

    /// Where a column is, from 0.
    pub fn position(&self, wanted: &Column) -> Option<usize> {
        self.columns.iter().position(|(_, column)| column == wanted)
    }

    /// The name of a column by its position, from 0.
    pub fn name(&self, position: usize) -> &str {
        self.columns.get(position).map_or("", |(name, _)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_are_the_fields() {
        let fields: Vec<&str> = Field::ALL
            .iter()
            .flat_map(|field| match field {
                Field::Location => vec!["lat", "lon"],
                Field::Extra => vec![],
                field => vec![field.name()],
            })
            .collect();
        assert_eq!(COLUMNS[1..], fields[..]);
    }

    #[test]
    fn a_header_keeps_every_column() {
        let header = ["\u{a0}ID", "phone", "Tutelle", "Phone", "", "location", "extra", "phone"];
        let (columns, issues) = Columns::of("f.csv", 1, &header.map(str::to_owned));
        let names: Vec<&str> = columns.iter().map(|(_, name, _)| name).collect();
        assert_eq!(
            names,
            ["id", "phone", "Tutelle", "phone (2)", "colonne 5", "location", "extra", "phone (3)"]
        );
        assert_eq!(columns.position(&Column::Field(Field::Phone)), Some(1));
        let reported: Vec<_> = issues.iter().filter_map(|issue| issue.column).collect();
        assert_eq!(reported, [3, 4, 5, 6, 7, 8]);
    }
}
