//! How anybody's spreadsheet is read as ours: a file written once beside it, in TOML, that says which column is which field,
//! which word is which code, what is the same for every row, and what is put together from several columns.
//! `docs/correspondance.md` is its guide.

mod near;
mod parse;
mod read;
mod template;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use maille_domain::field::Field;
use maille_domain::run::{Issue, Severity};
use serde_json::Value;

use super::columns::{COLUMNS, Column};
use crate::issue::Spot;
use crate::table::Headers;

pub(crate) use near::nearest;
pub(crate) use read::Read;
pub(super) use read::{is_coded, key, labels, reads};
pub(crate) use template::Template;

/// A mapping, read and checked.
#[derive(Debug, Clone, Default)]
pub struct Mapping {
    /// The file it was written in, as messages name it.
    name: String,
    /// The sheet of a workbook that holds the listings.
    sheet: Option<String>,
    /// The line of the header, from 1.
    header_line: Option<u64>,
    /// What separates several values in a cell, besides `|`.
    separators: Vec<String>,
    columns: Vec<Entry<Column>>,
    ignored: Vec<Entry<()>>,
    templates: Vec<(Column, Entry<Template>)>,
    constants: Vec<(Column, String)>,
    values: BTreeMap<Field, Words>,
}

/// Something that the mapping says of a column of the file, or of a field.
#[derive(Debug, Clone)]
struct Entry<T> {
    /// The column of the file, as the mapping writes it; empty for a template.
    name: String,
    /// The line of the mapping.
    line: u64,
    said: T,
}

/// What the words of a column mean.
#[derive(Debug, Clone, Default)]
struct Words {
    /// By the word, folded.
    known: HashMap<String, Word>,
    /// What any other word means.
    other: Option<Word>,
}

/// What a word means: the text of a cell of our format, and its storage form, none when it says nothing.
#[derive(Debug, Clone)]
struct Word {
    text: String,
    value: Option<Value>,
}

/// A mapping that cannot be followed: everything wrong in it, in the order of its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappingError {
    issues: Vec<Issue>,
}

impl MappingError {
    /// Each fault: line, what was found, what was expected.
    pub fn issues(&self) -> &[Issue] {
        &self.issues
    }
}

impl std::error::Error for MappingError {}

impl fmt::Display for MappingError {
    /// A line for each fault.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, Issue { file, line, found, expected, .. }) in self.issues.iter().enumerate() {
            let end = if position + 1 < self.issues.len() { "\n" } else { "" };
            let line = line.map(|line| format!(", ligne {line}")).unwrap_or_default();
            write!(f, "{file}{line} : trouvé : « {found} » ; attendu : {expected}.{end}")?;
        }
        Ok(())
    }
}

impl Mapping {
    /// Reads a mapping. `name` is the name of its file in messages.
    ///
    /// # Errors
    /// Everything in it that is not TOML, names no field, gives a field twice, or means a code that does not exist.
    pub fn parse(name: &str, text: &str) -> Result<Mapping, MappingError> {
        parse::parse(name, text)
    }

    /// The sheet of a workbook that it is for.
    pub(crate) fn sheet(&self) -> Option<&str> {
        self.sheet.as_deref()
    }

    /// How the header of the file it is for is recognised.
    pub(crate) fn headers(&self) -> Headers {
        let columns = self.columns.iter().map(|entry| entry.name.as_str());
        let ignored = self.ignored.iter().map(|entry| entry.name.as_str());
        let parts = self.templates.iter().flat_map(|(_, entry)| entry.said.columns());
        Headers::new(columns.chain(ignored).chain(parts).chain(COLUMNS), self.header_line)
    }

    /// The columns of the file that it speaks of, with the line where it does, and what they are.
    pub(super) fn wanted(&self) -> impl Iterator<Item = (&str, u64, Column)> {
        let columns = self.columns.iter().map(|entry| (entry.name.as_str(), entry.line, entry.said));
        let ignored = self.ignored.iter().map(|entry| (entry.name.as_str(), entry.line, Column::Ignored));
        columns.chain(ignored)
    }

    /// Whether it says where a column of the format comes from, row by row.
    pub(super) fn gives(&self, column: Column) -> bool {
        self.columns.iter().any(|entry| entry.said == column) || self.template(column).is_some()
    }

    /// What a column of the format is made of, and the line that says so.
    pub(super) fn template(&self, column: Column) -> Option<(&Template, u64)> {
        let found = self.templates.iter().find(|(other, _)| *other == column);
        found.map(|(_, entry)| (&entry.said, entry.line))
    }

    /// Whether a template has a column that `is` so.
    pub(super) fn uses(&self, is: impl Fn(&str) -> bool) -> bool {
        self.templates.iter().any(|(_, entry)| entry.said.columns().any(&is))
    }

    /// What a column of the format is when a row has nothing.
    pub(super) fn constant(&self, column: Column) -> Option<&str> {
        self.constants.iter().find(|(other, _)| *other == column).map(|(_, text)| text.as_str())
    }

    /// Says that the file has no such column.
    pub(super) fn absent(&self, wanted: &str, line: u64, names: &[String]) -> Issue {
        let near = nearest(wanted, names.iter().map(String::as_str));
        let near = near.map(|name| format!(" ; la plus proche : « {name} »")).unwrap_or_default();
        let spot = Spot { file: &self.name, line, ..Spot::default() };
        spot.issue(Severity::Warning, wanted, format!("une colonne du fichier, nommée une seule fois{near}"))
    }
}
