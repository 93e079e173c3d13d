//! From the rows of a spreadsheet to staged records.

use std::collections::HashMap;

use maille_domain::run::{Issue, Severity};

use super::columns::{Column, Columns};
use super::map::{id_of, map};
use crate::issue::Spot;
use crate::staged::{Staged, StagedRecord};
use crate::table::Row;

/// Gathers the rows of a spreadsheet, whatever file it came in, and sees that each id is there once.
pub(crate) struct Collector {
    file: String,
    header_line: u64,
    columns: Columns,
    records: Vec<StagedRecord>,
    seen: HashMap<String, Seen>,
    without_id: u64,
    rows: u64,
    damaged: bool,
    issues: Vec<Issue>,
}

/// An id of the file.
struct Seen {
    line: u64,
    rejected: bool,
    repeated: bool,
}

impl Collector {
    /// Starts from a header, which has the required columns.
    pub fn new(file: &str, header_line: u64, header: &[String]) -> Collector {
        let (columns, issues) = Columns::of(file, header_line, header);
        Collector {
            file: file.to_owned(),
            header_line,
            columns,
            records: Vec::new(),
            seen: HashMap::new(),
            without_id: 0,
            rows: 0,
            damaged: false,
            issues,
        }
    }

    /// Takes a row.
    pub fn row(&mut self, row: Row) {
        self.rows += 1;
        let line = row.line;
        let (id, record) = if let Some(fault) = row.fault {
            let position = self.columns.position(&Column::Id).filter(|&position| position + 1 < fault.column);
            let id = position.and_then(|position| row.cells.get(position)).and_then(|cell| id_of(cell));
            let field = Some(self.columns.name(fault.column - 1)).filter(|name| !name.is_empty());
            let spot =
                Spot { file: &self.file, line, column: Some(fault.column as u64), id: id.as_deref(), field };
            self.issues.push(spot.issue(Severity::Error, &fault.found, fault.expected));
            // A row that cannot be told apart may be any listing.
            self.damaged |= fault.damaged || id.is_none();
            (id, None)
        } else {
            let reading = map(&self.file, &self.columns, line, &row.cells);
            self.issues.extend(reading.issues);
            (reading.id, reading.record)
        };
        let Some(id) = id else {
            self.without_id += 1;
            return;
        };
        let rejected = record.is_none();
        let Some(seen) = self.seen.get_mut(&id) else {
            self.seen.insert(id, Seen { line, rejected, repeated: false });
            self.records.extend(record);
            return;
        };
        seen.rejected = true;
        let column = self.columns.position(&Column::Id).map(|position| position as u64 + 1);
        let mut twice = |line, other| {
            let spot = Spot { file: &self.file, line, column, id: Some(&id), field: Some("id") };
            let expected = format!("un identifiant par ligne ; il est aussi ligne {other}");
            self.issues.push(spot.issue(Severity::Error, &id, expected));
        };
        if !seen.repeated {
            twice(seen.line, line);
        }
        seen.repeated = true;
        twice(line, seen.line);
    }

    /// What was read, with the issues in the order of the file.
    pub fn finish(mut self, warnings: Vec<Issue>) -> Staged {
        self.issues.extend(warnings);
        if self.rows == 0 {
            let spot = Spot { file: &self.file, line: self.header_line, ..Spot::default() };
            let expected = "des lignes après l’en-tête";
            self.issues.push(spot.issue(Severity::Warning, "un en-tête sans aucune ligne", expected));
        }
        self.issues.sort_by_key(|issue| (issue.line, issue.column));
        let seen = self.seen;
        self.records.retain(|record| seen.get(&record.source_id).is_none_or(|seen| !seen.rejected));
        let mut rejected_ids: Vec<String> =
            seen.into_iter().filter(|(_, seen)| seen.rejected).map(|(id, _)| id).collect();
        rejected_ids.sort();
        Staged {
            records: self.records.into(),
            rejected: self.without_id + rejected_ids.len() as u64,
            rejected_ids,
            damaged: self.damaged,
            issues: self.issues,
            ..Staged::default()
        }
    }
}
