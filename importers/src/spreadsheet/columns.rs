//! The columns of a spreadsheet, from its header and, for anybody's spreadsheet, the mapping that goes with it.

use std::borrow::Cow;

use maille_domain::field::Field;
use maille_domain::run::{Issue, Severity};
use maille_territory::fold;

use super::mapping::{Mapping, Template};
use crate::issue::{Spot, shorten};
use crate::table::Layout;

/// The format's columns, in its order; `lat`, `lon` and `precision` are one field, `id` is none. A file is written with
/// `precision` and `extra` when a listing needs them.
pub(crate) const COLUMNS: [&str; 39] = [
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
    "precision",
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
    "extra",
];

/// Where a spreadsheet of refused rows says why they were: it is no information of the listing.
pub(crate) const ANOMALY: &str = "anomalie";

/// Unknown columns that are named.
const MOST_NAMED: usize = 8;

/// What a header must have.
pub(crate) const LAYOUT: Layout = Layout { required: &["id", "name", "category"], known: &COLUMNS };

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    /// The identifier of the row.
    Id,
    /// The latitude.
    Lat,
    /// The longitude.
    Lon,
    /// How well the point is known.
    Precision,
    /// A field of the listing; [`Field::Extra`] as a JSON object of texts.
    Field(Field),
    /// Why the row was refused once.
    Anomaly,
    /// Something that the mapping keeps out of the listing.
    Ignored,
    /// Something the format does not know, kept by this name.
    Extra,
}

impl Column {
    /// The column of the format that has this name.
    pub fn named(name: &str) -> Option<Column> {
        match name {
            "id" => Some(Column::Id),
            "lat" => Some(Column::Lat),
            "lon" => Some(Column::Lon),
            "precision" => Some(Column::Precision),
            name if COLUMNS.contains(&name) => name.parse().ok().map(Column::Field),
            _ => None,
        }
    }

    /// Its name, where it is one of the format.
    pub fn name(self) -> &'static str {
        match self {
            Column::Id => "id",
            Column::Lat => "lat",
            Column::Lon => "lon",
            Column::Precision => "precision",
            Column::Field(field) => field.name(),
            Column::Anomaly => ANOMALY,
            Column::Ignored | Column::Extra => "",
        }
    }

    /// Whether several columns of a file may be this one.
    pub fn has_several(self) -> bool {
        matches!(self, Column::Field(field) if field.has_several())
    }
}

/// Where a column of the format is found in a row.
#[derive(Debug)]
pub(crate) struct Feed<'m> {
    /// The column of the format.
    pub column: Column,
    /// Positions from 0 of the columns of the file that hold it.
    pub positions: Vec<usize>,
    /// What makes it of other columns, with their positions.
    template: Option<(&'m Template, Vec<Option<usize>>)>,
    /// What it is when the row has nothing.
    constant: Option<&'m str>,
}

/// A text that a row has for a column of the format.
#[derive(Debug, Clone)]
pub(crate) struct Said<'a> {
    /// The column of the file, from 0; none when it was put together or is the same for every row.
    pub position: Option<usize>,
    /// The text, trimmed, never empty.
    pub text: Cow<'a, str>,
}

impl Feed<'_> {
    /// What a row says of it; several texts only where the column may have several values.
    pub fn said<'a>(&'a self, cells: &'a [String]) -> Vec<Said<'a>> {
        let mut said = Vec::new();
        for &position in &self.positions {
            let text = cells.get(position).map_or("", |cell| cell.trim());
            if !text.is_empty() {
                said.push(Said { position: Some(position), text: text.into() });
            }
        }
        let mut other = |text: Cow<'a, str>| {
            if said.is_empty() && !text.is_empty() {
                said.push(Said { position: None, text });
            }
        };
        if let Some((template, positions)) = &self.template {
            let text = template.fill(positions, cells);
            // An identifier has no line breaks.
            let text = if self.column == Column::Id {
                text.split_whitespace().collect::<Vec<_>>().join(" ")
            } else {
                text
            };
            other(text.into());
        }
        if let Some(constant) = self.constant {
            other(constant.into());
        }
        said
    }
}

/// The columns of a header, in its order, and what of the format they hold.
#[derive(Debug)]
pub(crate) struct Columns<'m> {
    /// The name of each, and what it holds.
    named: Vec<(String, Column)>,
    feeds: Vec<Feed<'m>>,
    /// The mapping by which they are read.
    pub mapping: Option<&'m Mapping>,
}

impl<'m> Columns<'m> {
    /// Understands a header, and says what of it has no place, and what of the mapping is not there: every column has a
    /// name of its own.
    pub fn of(
        file: &str,
        line: u64,
        header: &[String],
        mapping: Option<&'m Mapping>,
    ) -> (Columns<'m>, Vec<Issue>) {
        let mut named = names(header);
        let names: Vec<String> = named.iter().map(|column| column.name.clone()).collect();
        let mut issues = Vec::new();
        for (wanted, line, column) in mapping.iter().flat_map(|mapping| mapping.wanted()) {
            match find(&names, wanted).filter(|&position| named[position].role.is_none()) {
                Some(position) => named[position].role = Some(column),
                None => issues.extend(mapping.map(|mapping| mapping.absent(wanted, line, &names))),
            }
        }
        let mut columns: Vec<(String, Column)> = Vec::new();
        let mut unknown = Vec::new();
        for (position, Named { name, copy, role }) in named.into_iter().enumerate() {
            let given = |column| mapping.is_some_and(|mapping| mapping.gives(column));
            let own = Column::named(&name);
            let column =
                role.or(own.filter(|&column| column.has_several() || !given(column)))
                    .or((fold(&name) == ANOMALY).then_some(Column::Anomaly));
            let used = |mapping: &Mapping| mapping.uses(|part| find(&names, part) == Some(position));
            if column.is_some() || mapping.is_some_and(used) {
                // It has its place.
            } else if !copy && own.is_none() {
                unknown.push(position);
            } else {
                let expected = if copy {
                    "une seule colonne de ce nom ; la première compte"
                } else {
                    "ce champ à un seul endroit ; la table de correspondance le donne autrement"
                };
                let column = Some(position as u64 + 1);
                let spot = Spot { file, line, column, field: Some(&name), id: None };
                let expected = format!("{expected} ; celle-ci est gardée comme information annexe");
                issues.push(spot.issue(Severity::Warning, &header[position], expected));
            }
            columns.push((name, column.unwrap_or(Column::Extra)));
        }
        issues.extend(unknown_columns(file, line, &columns, &unknown, mapping));
        let (feeds, absent) = feeds(&columns, &names, mapping);
        issues.extend(absent);
        (Columns { named: columns, feeds, mapping }, issues)
    }

    /// Every column with its position from 0 and its name.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &str, Column)> {
        self.named.iter().enumerate().map(|(position, (name, column))| (position, name.as_str(), *column))
    }

    /// Every column of the format that a row may have.
    pub fn feeds(&self) -> impl Iterator<Item = &Feed<'m>> {
        self.feeds.iter()
    }

    /// Where a column of the format is found.
    pub fn feed(&self, wanted: Column) -> Option<&Feed<'m>> {
        self.feeds.iter().find(|feed| feed.column == wanted)
    }

    /// Where a column is, from 0.
    pub fn position(&self, wanted: Column) -> Option<usize> {
        self.named.iter().position(|(_, column)| *column == wanted)
    }

    /// The column of the format that a column is, by its position from 0; empty for another.
    pub fn holds(&self, position: usize) -> &'static str {
        self.named.get(position).map_or("", |(_, column)| column.name())
    }

    /// The name of a column by its position, from 0.
    pub fn name(&self, position: usize) -> &str {
        self.named.get(position).map_or("", |(name, _)| name)
    }
}

/// What is said of the columns that nothing knows, together: an export of another tool has dozens.
fn unknown_columns(
    file: &str,
    line: u64,
    columns: &[(String, Column)],
    unknown: &[usize],
    mapping: Option<&Mapping>,
) -> Option<Issue> {
    let first = *unknown.first()?;
    let mut names: Vec<String> = unknown.iter().map(|&position| shorten(&columns[position].0)).collect();
    let single = names.len() == 1;
    let whole = if mapping.is_some() { "de la table de correspondance" } else { "du format" };
    let expected = if single {
        format!("une colonne {whole} ; celle-ci est gardée comme information annexe")
    } else {
        format!("des colonnes {whole} ; celles-ci sont gardées comme informations annexes")
    };
    if names.len() > MOST_NAMED {
        names.truncate(MOST_NAMED);
        names.push("…".to_owned());
    }
    let field = Some(&*columns[first].0).filter(|_| single);
    let spot = Spot { file, line, column: Some(first as u64 + 1), field, id: None };
    Some(spot.issue(Severity::Warning, &names.join(", "), expected))
}

/// A column of a header, by a name of its own.
struct Named {
    name: String,
    /// Whether another column before it has the name that is written.
    copy: bool,
    /// What the mapping says it holds.
    role: Option<Column>,
}

fn names(header: &[String]) -> Vec<Named> {
    let mut named: Vec<Named> = Vec::new();
    for (position, written) in header.iter().enumerate() {
        let lower = written.trim().to_ascii_lowercase();
        let mut name = if Column::named(&lower).is_some() { lower } else { written.trim().to_owned() };
        if name.is_empty() {
            name = format!("colonne {}", position + 1);
        }
        let taken = |name: &str| named.iter().any(|other| other.name == name);
        let copy = taken(&name);
        if copy {
            let mut number = 2;
            while taken(&format!("{name} ({number})")) {
                number += 1;
            }
            name = format!("{name} ({number})");
        }
        named.push(Named { name, copy, role: None });
    }
    named
}

/// The names that the columns of a header go by, each its own.
pub(super) fn own_names(header: &[String]) -> Vec<String> {
    names(header).into_iter().map(|column| column.name).collect()
}

/// The column of this name, else the first whose name is the same but for case, accents and spacing.
pub(crate) fn find(names: &[String], wanted: &str) -> Option<usize> {
    let wanted = wanted.trim();
    let folded = fold(wanted);
    let same = |name: &String| !folded.is_empty() && fold(name) == folded;
    names.iter().position(|name| name == wanted).or_else(|| names.iter().position(same))
}

/// Where each column of the format is found, and what of the mapping's templates is not there.
fn feeds<'m>(
    columns: &[(String, Column)],
    names: &[String],
    mapping: Option<&'m Mapping>,
) -> (Vec<Feed<'m>>, Vec<Issue>) {
    let mut absent = Vec::new();
    let feeds = COLUMNS.iter().filter_map(|name| {
        let column = Column::named(name)?;
        let at = columns.iter().enumerate().filter(|(_, (_, other))| *other == column);
        let positions: Vec<usize> = at.map(|(position, _)| position).collect();
        let template = mapping.and_then(|mapping| Some((mapping, mapping.template(column)?)));
        let template = template.map(|(mapping, (template, line))| {
            let place = |wanted| {
                let position = find(names, wanted);
                if position.is_none() {
                    absent.push(mapping.absent(wanted, line, names));
                }
                position
            };
            (template, template.columns().map(place).collect())
        });
        let constant = mapping.and_then(|mapping| mapping.constant(column));
        let fed = !positions.is_empty() || template.is_some() || constant.is_some();
        fed.then_some(Feed { column, positions, template, constant })
    });
    (feeds.collect(), absent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_are_the_fields() {
        let fields: Vec<&str> = Field::ALL
            .iter()
            .flat_map(|field| match field {
                Field::Location => vec!["lat", "lon", "precision"],
                field => vec![field.name()],
            })
            .collect();
        assert_eq!(COLUMNS[1..], fields[..]);
        assert!(COLUMNS.iter().all(|name| Column::named(name).unwrap().name() == *name));
    }

    #[test]
    fn unknown_columns_are_told_at_once() {
        let header: Vec<String> = (1..=10).map(|number| format!("c{number}")).collect();
        let (_, issues) = Columns::of("f.csv", 1, &header, None);
        let [issue] = &issues[..] else { panic!("{issues:?}") };
        assert_eq!(issue.found, "c1, c2, c3, c4, c5, c6, c7, c8, …");
        let (_, issues) = Columns::of("f.csv", 1, &header[..1], None);
        assert_eq!((&*issues[0].found, issues[0].field.as_deref()), ("c1", Some("c1")));
    }

    #[test]
    fn a_header_keeps_every_column() {
        let header = ["\u{a0}ID", "phone", "Tutelle", "Phone", "", "location", "Extra", "phone", "Anomalie"];
        let (columns, issues) = Columns::of("f.csv", 1, &header.map(str::to_owned), None);
        let names: Vec<&str> = columns.iter().map(|(_, name, _)| name).collect();
        assert_eq!(
            names,
            [
                "id",
                "phone",
                "Tutelle",
                "phone (2)",
                "colonne 5",
                "location",
                "extra",
                "phone (3)",
                "Anomalie"
            ]
        );
        assert_eq!(columns.position(Column::Field(Field::Phone)), Some(1));
        assert_eq!(columns.position(Column::Field(Field::Extra)), Some(6));
        let reported: Vec<_> = issues.iter().filter_map(|issue| issue.column).collect();
        assert_eq!(reported, [4, 8, 3]);
        assert_eq!(issues[2].found, "Tutelle, colonne 5, location");
    }
}
