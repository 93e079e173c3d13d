//! From the cells of a row to a record, or to everything that is wrong in it.

use std::collections::BTreeMap;

use maille_domain::Category;
use maille_domain::field::{Field, LONGEST_TEXT, Values};
use maille_domain::run::{Issue, Severity};
use serde_json::{Map, Value};

use super::columns::{Column, Columns, Said};
use super::mapping::Read;
use super::place;
use crate::draft::KIND_IN_SOURCE;
use crate::excel::{ABBREVIATED, is_abbreviated};
use crate::issue::Spot;
use crate::plain::plain;
use crate::staged::StagedRecord;

/// Longest identifier, in characters.
const LONGEST_ID: usize = 200;

/// A row, read.
#[derive(Debug)]
pub(crate) struct Reading {
    /// Its identifier, when it has one.
    pub id: Option<String>,
    /// The record; none when the row is rejected.
    pub record: Option<StagedRecord>,
    /// What was wrong, or worth knowing.
    pub issues: Vec<Issue>,
    /// The kind that our vocabulary lacks, after the name of its column.
    pub unknown_kind: Option<(String, String)>,
}

/// Reads a row whose cells are as many as the columns, or fewer when the last ones are empty.
pub(crate) fn map(file: &str, columns: &Columns, line: u64, cells: &[String]) -> Reading {
    let mut row = Row {
        file,
        columns,
        line,
        cells,
        id: None,
        values: Values::new(),
        issues: Vec::new(),
        unknown_kind: None,
    };
    row.read_id();
    row.read_fields();
    row.check_ages();
    place::read(&mut row);
    row.read_extra();
    let good = row.issues.iter().all(|issue| issue.severity != Severity::Error);
    let record = row.id.clone().filter(|_| good).map(|source_id| StagedRecord {
        source_id,
        payload: Value::Object(payload(columns, cells)),
        values: std::mem::take(&mut row.values),
        ..StagedRecord::default()
    });
    Reading { id: row.id, record, issues: row.issues, unknown_kind: row.unknown_kind }
}

/// A row being read.
pub(super) struct Row<'a> {
    file: &'a str,
    pub columns: &'a Columns<'a>,
    line: u64,
    cells: &'a [String],
    id: Option<String>,
    /// What it says so far.
    pub values: Values,
    issues: Vec<Issue>,
    unknown_kind: Option<(String, String)>,
}

impl<'a> Row<'a> {
    /// Every text for a column of the format.
    fn said(&self, column: Column) -> Vec<Said<'a>> {
        let columns: &'a Columns<'a> = self.columns;
        columns.feed(column).map(|feed| feed.said(self.cells)).unwrap_or_default()
    }

    /// The text for a column of the format that has one; empty when the row has none.
    pub fn cell(&self, column: Column) -> String {
        self.said(column).into_iter().next().map(|said| said.text.into_owned()).unwrap_or_default()
    }

    /// Rejects the row for a column.
    pub fn error(&mut self, column: Column, found: &str, expected: impl Into<String>) {
        self.issue(Severity::Error, column, found, expected.into());
    }

    /// Notes something in a column of a row that goes in.
    pub fn warning(&mut self, column: Column, found: &str, expected: impl Into<String>) {
        self.issue(Severity::Warning, column, found, expected.into());
    }

    fn issue(&mut self, severity: Severity, column: Column, found: &str, expected: String) {
        let said = self.said(column).into_iter().next();
        let position = match said {
            Some(said) => said.position,
            None => self.columns.position(column),
        };
        self.issue_at(severity, column, position, found, expected);
    }

    fn issue_at(
        &mut self,
        severity: Severity,
        column: Column,
        position: Option<usize>,
        found: &str,
        expected: String,
    ) {
        let spot = Spot {
            file: self.file,
            line: self.line,
            column: position.map(|position| position as u64 + 1),
            id: self.id.as_deref(),
            field: Some(position.map_or(column.name(), |position| self.columns.name(position))),
        };
        self.issues.push(spot.issue(severity, found, expected));
    }

    fn read_id(&mut self) {
        let cell = self.cell(Column::Id);
        let id = id_of(&cell);
        if id.is_none() {
            self.error(Column::Id, &cell, format!("un identifiant, d’au plus {LONGEST_ID} caractères"));
        }
        self.id = id;
    }

    fn read_fields(&mut self) {
        let columns: &'a Columns<'a> = self.columns;
        for feed in columns.feeds() {
            let Column::Field(field) = feed.column else { continue };
            // The commune is read with the rest of the place.
            if matches!(field, Field::Commune | Field::Extra) {
                continue;
            }
            let mut said = feed.said(self.cells);
            if is_words(field) {
                // A null character is no text at all, and refuses the row.
                for said in said.iter_mut().filter(|said| !said.text.contains('\0')) {
                    said.text = plain(&said.text).into_owned().into();
                }
                said.retain(|said| !said.text.is_empty());
            }
            if said.is_empty() && matches!(field, Field::Name | Field::Category) {
                let expected = if field == Field::Name { "un nom" } else { "un type de ressource" };
                self.error(feed.column, "", expected);
            }
            for Said { position, text } in said {
                let read = match columns.mapping {
                    Some(mapping) => mapping.read(field, &text),
                    None => strictly(field, &text),
                };
                self.take(field, position, read);
            }
        }
    }

    fn take(&mut self, field: Field, position: Option<usize>, read: Read) {
        let column = Column::Field(field);
        for (severity, found, mut expected) in read.issues {
            if is_abbreviated(&found) {
                expected.push_str(ABBREVIATED);
            }
            self.issue_at(severity, column, position, &found, expected);
        }
        if let Some(kind) = read.unknown_kind {
            let name = position.map_or(column.name(), |position| self.columns.name(position));
            self.unknown_kind = Some((name.to_owned(), kind));
        }
        match (self.values.get_mut(&field), read.value) {
            (Some(Value::Array(known)), Some(Value::Array(values))) => {
                for value in values {
                    if !known.contains(&value) {
                        known.push(value);
                    }
                }
            }
            (_, Some(value)) => {
                self.values.insert(field, value);
            }
            (_, None) => {}
        }
    }

    fn check_ages(&mut self) {
        let age = |field| self.values.get(&field).and_then(Value::as_u64);
        if let (Some(min), Some(max)) = (age(Field::AgeMin), age(Field::AgeMax))
            && min > max
        {
            let expected = format!("un âge inférieur ou égal à age_max ({max})");
            self.error(Column::Field(Field::AgeMin), &min.to_string(), expected);
        }
    }

    fn read_extra(&mut self) {
        let mut extra: BTreeMap<String, String> = BTreeMap::new();
        extra.extend(self.unknown_kind.iter().map(|(_, kind)| (KIND_IN_SOURCE.to_owned(), kind.clone())));
        let columns: &'a Columns<'a> = self.columns;
        for (position, name, column) in columns.iter() {
            let cell = self.cells.get(position).map_or("", |cell| cell.trim());
            if cell.is_empty() {
                continue;
            }
            let said = match column {
                Column::Extra => BTreeMap::from([(name.to_owned(), cell.to_owned())]),
                // Somebody's own words under this title.
                Column::Field(Field::Extra) if !cell.starts_with('{') => {
                    BTreeMap::from([(name.to_owned(), cell.to_owned())])
                }
                Column::Field(Field::Extra) => {
                    if let Ok(said) = serde_json::from_str(cell) {
                        said
                    } else {
                        let expected = "un objet JSON de textes, par exemple {\"phone\": \"poste 12\"}";
                        self.issue_at(Severity::Error, column, Some(position), cell, expected.to_owned());
                        continue;
                    }
                }
                _ => continue,
            };
            if said.values().any(|text| text.contains('\0') || text.chars().count() > LONGEST_TEXT) {
                let expected = format!("un texte d’au plus {LONGEST_TEXT} caractères, sans caractère nul");
                self.issue_at(Severity::Error, column, Some(position), cell, expected);
            } else {
                let said = said.into_iter().map(|(name, text)| (name, plain(&text).into_owned()));
                extra.extend(said.filter(|(_, text)| !text.is_empty()));
            }
        }
        if !extra.is_empty() {
            let extra = extra.into_iter().map(|(name, text)| (name, Value::String(text))).collect();
            self.values.insert(Field::Extra, Value::Object(extra));
        }
    }
}

/// Whether a field is somebody's own words, which may be HTML.
pub(super) fn is_words(field: Field) -> bool {
    matches!(
        field,
        Field::Name
            | Field::Acronym
            | Field::Organization
            | Field::Summary
            | Field::Description
            | Field::Address
            | Field::Referral
            | Field::Inclusion
            | Field::Exclusion
            | Field::Cost
    )
}

/// Reads a cell by the rules of the format, without any mapping.
fn strictly(field: Field, cell: &str) -> Read {
    let mut read = Read::default();
    match field.parse(cell) {
        Ok(value) => read.value = value,
        Err(expected) => read.issues.push((Severity::Error, cell.to_owned(), expected.0)),
    }
    if field == Field::Category
        && Category::from_code(cell).is_none()
        && let Some(Value::String(code)) = &read.value
    {
        let expected = format!("un code ; compris comme « {code} »");
        read.issues.push((Severity::Warning, cell.to_owned(), expected));
    }
    read
}

/// An identifier that can be one.
pub(crate) fn id_of(cell: &str) -> Option<String> {
    let id = cell.trim();
    let shaped = !id.is_empty() && id.chars().count() <= LONGEST_ID && !id.chars().any(char::is_control);
    shaped.then(|| id.to_owned())
}

/// The row as it was written, without its empty cells: a column added to the file changes no record that leaves it empty.
pub(super) fn payload(columns: &Columns, cells: &[String]) -> Map<String, Value> {
    let mut payload = Map::new();
    let mut names = columns.iter();
    for (position, cell) in cells.iter().enumerate() {
        // A row may have more cells than the header.
        let name = match names.next() {
            Some((_, _, Column::Anomaly)) => continue,
            Some((_, name, _)) => name.to_owned(),
            None => format!("colonne {}", position + 1),
        };
        if !cell.trim().is_empty() {
            payload.insert(name, Value::from(cell.as_str()));
        }
    }
    payload
}
