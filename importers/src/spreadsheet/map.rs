//! From the cells of a row to a record, or to everything that is wrong in it.

use std::collections::BTreeMap;

use maille_domain::Category;
use maille_domain::field::{Field, LONGEST_TEXT, Values};
use maille_domain::run::{Issue, Severity};
use serde_json::{Map, Value};

use super::columns::{Column, Columns};
use super::place;
use crate::excel::{ABBREVIATED, is_abbreviated};
use crate::issue::Spot;
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
}

/// Reads a row whose cells are as many as the columns, or fewer when the last ones are empty.
pub(crate) fn map(file: &str, columns: &Columns, line: u64, cells: &[String]) -> Reading {
    let mut row = Row { file, columns, line, cells, id: None, values: Values::new(), issues: Vec::new() };
    row.read_id();
    row.read_fields();
    row.check_ages();
    place::read(&mut row);
    row.read_extra();
    let good = row.issues.iter().all(|issue| issue.severity != Severity::Error);
    let record = row.id.clone().filter(|_| good).map(|source_id| StagedRecord {
        source_id,
        payload: payload(columns, cells),
        values: std::mem::take(&mut row.values),
    });
    Reading { id: row.id, record, issues: row.issues }
}

/// A row being read.
pub(super) struct Row<'a> {
    file: &'a str,
    columns: &'a Columns,
    line: u64,
    cells: &'a [String],
    id: Option<String>,
    /// What it says so far.
    pub values: Values,
    issues: Vec<Issue>,
}

impl Row<'_> {
    /// The text of a column, trimmed; empty when the file has no such column.
    pub fn cell(&self, column: &Column) -> &str {
        let position = self.columns.position(column);
        position.and_then(|position| self.cells.get(position)).map_or("", |cell| cell.trim())
    }

    /// Rejects the row for a column.
    pub fn error(&mut self, column: &Column, found: &str, expected: impl Into<String>) {
        self.issue(Severity::Error, column, found, expected.into());
    }

    /// Notes something in a column of a row that goes in.
    pub fn warning(&mut self, column: &Column, found: &str, expected: impl Into<String>) {
        self.issue(Severity::Warning, column, found, expected.into());
    }

    fn issue(&mut self, severity: Severity, column: &Column, found: &str, expected: String) {
        let position = self.columns.position(column);
        self.issue_at(severity, position, found, expected);
    }

    fn issue_at(&mut self, severity: Severity, position: Option<usize>, found: &str, expected: String) {
        let spot = Spot {
            file: self.file,
            line: self.line,
            column: position.map(|position| position as u64 + 1),
            id: self.id.as_deref(),
            field: position.map(|position| self.columns.name(position)),
        };
        self.issues.push(spot.issue(severity, found, expected));
    }

    fn read_id(&mut self) {
        let id = id_of(self.cell(&Column::Id));
        if id.is_none() {
            let found = self.cell(&Column::Id).to_owned();
            self.error(&Column::Id, &found, format!("un identifiant, d’au plus {LONGEST_ID} caractères"));
        }
        self.id = id;
    }

    fn read_fields(&mut self) {
        for (_, _, column) in self.columns.iter() {
            let Column::Field(field) = column else { continue };
            // The commune is read with the rest of the place.
            if *field == Field::Commune {
                continue;
            }
            let cell = self.cell(column).to_owned();
            match field.parse(&cell) {
                Ok(Some(value)) => {
                    self.values.insert(*field, value);
                }
                Ok(None) if matches!(field, Field::Name | Field::Category) => {
                    let expected = if *field == Field::Name { "un nom" } else { "un type de ressource" };
                    self.error(column, "", expected);
                }
                Ok(None) => {}
                Err(mut expected) => {
                    if is_abbreviated(&cell) {
                        expected.0.push_str(ABBREVIATED);
                    }
                    self.error(column, &cell, expected.0);
                }
            }
        }
        let column = Column::Field(Field::Category);
        let cell = self.cell(&column).to_owned();
        if Category::from_code(&cell).is_none()
            && let Some(Value::String(code)) = self.values.get(&Field::Category)
        {
            let expected = format!("un code ; compris comme « {code} »");
            self.warning(&column, &cell, expected);
        }
    }

    fn check_ages(&mut self) {
        let age = |field| self.values.get(&field).and_then(Value::as_u64);
        if let (Some(min), Some(max)) = (age(Field::AgeMin), age(Field::AgeMax))
            && min > max
        {
            let expected = format!("un âge inférieur ou égal à age_max ({max})");
            self.error(&Column::Field(Field::AgeMin), &min.to_string(), expected);
        }
    }

    fn read_extra(&mut self) {
        let mut extra: BTreeMap<String, String> = BTreeMap::new();
        for (position, name, column) in self.columns.iter() {
            let cell = self.cells.get(position).map_or("", |cell| cell.trim());
            if *column != Column::Extra || cell.is_empty() {
                continue;
            }
            if cell.contains('\0') || cell.chars().count() > LONGEST_TEXT {
                let expected = format!("un texte d’au plus {LONGEST_TEXT} caractères, sans caractère nul");
                self.issue_at(Severity::Error, Some(position), cell, expected);
            } else {
                extra.insert(name.to_owned(), cell.to_owned());
            }
        }
        if !extra.is_empty() {
            let extra = extra.into_iter().map(|(name, text)| (name, Value::String(text))).collect();
            self.values.insert(Field::Extra, Value::Object(extra));
        }
    }
}

/// An identifier that can be one.
pub(crate) fn id_of(cell: &str) -> Option<String> {
    let id = cell.trim();
    let shaped = !id.is_empty() && id.chars().count() <= LONGEST_ID && !id.chars().any(char::is_control);
    shaped.then(|| id.to_owned())
}

/// The row as it was written, without its empty cells: a column added to the file changes no record that leaves it empty.
fn payload(columns: &Columns, cells: &[String]) -> Value {
    let filled = columns.iter().zip(cells).filter(|(_, cell)| !cell.trim().is_empty());
    Value::Object(
        filled
            .map(|((_, name, _), cell)| (name.to_owned(), Value::from(cell.as_str())))
            .collect::<Map<_, _>>(),
    )
}
