//! From the rows of a spreadsheet to staged records.

use std::collections::HashMap;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread;

use maille_domain::run::{Issue, Severity, Unmapped};
use serde_json::{Map, Value};

use super::columns::{Column, Columns, LAYOUT};
use super::map::{Reading, id_of, map, payload};
use super::mapping::Mapping;
use crate::issue::{Spot, shorten};
use crate::register::reason;
use crate::shelf::Shelf;
use crate::staged::{RefusedRecord, RefusedRecords, Rest, Staged, StagedRecord};
use crate::table::{ReadError, Row};

/// Rows to hand over at a time.
pub(crate) const PIECE: usize = 2_000;
/// Fewer rows are not worth a thread.
const LEAST_SHARE: usize = 100;

/// Gathers the rows of a spreadsheet, whatever file it came in, and sees that each id is there once.
pub(crate) struct Collector<'m> {
    file: String,
    header_line: u64,
    columns: Columns<'m>,
    records: Shelf<StagedRecord>,
    refused: RefusedRecords,
    seen: HashMap<String, Seen>,
    without_id: u64,
    rows: u64,
    damaged: bool,
    /// How many records have each kind that our vocabulary lacks.
    unmapped: Vec<Unmapped>,
    /// Where each of them stands, by column and kind.
    places: HashMap<(String, String), usize>,
    /// What was noticed of the columns.
    noticed: Vec<Issue>,
    issues: Vec<Issue>,
}

/// An id of the file.
struct Seen {
    line: u64,
    rejected: bool,
    /// Where its row stands among the refused ones.
    refused: Option<usize>,
    repeated: bool,
    /// Where its kind stands among the unmapped ones.
    unmapped: Option<usize>,
}

impl<'m> Collector<'m> {
    /// Starts from a header. Without a mapping it has the required columns.
    ///
    /// # Errors
    /// Nothing in the file is the identifier, the name or the kind, as far as the mapping says.
    pub fn new(
        file: &str,
        header_line: u64,
        header: &[String],
        mapping: Option<&'m Mapping>,
    ) -> Result<Collector<'m>, ReadError> {
        let (columns, noticed) = Columns::of(file, header_line, header, mapping);
        let lacks = |name: &&&str| Column::named(name).is_none_or(|column| columns.feed(column).is_none());
        let missing: Vec<&str> = LAYOUT.required.iter().filter(lacks).copied().collect();
        if !missing.is_empty() {
            let found = columns.iter().map(|(_, name, _)| shorten(name)).collect();
            return Err(ReadError::MissingColumns {
                file: file.to_owned(),
                line: header_line,
                missing,
                found,
            });
        }
        Ok(Collector {
            file: file.to_owned(),
            header_line,
            columns,
            records: Shelf::default(),
            refused: RefusedRecords::default(),
            seen: HashMap::new(),
            without_id: 0,
            rows: 0,
            damaged: false,
            unmapped: Vec::new(),
            places: HashMap::new(),
            noticed,
            issues: Vec::new(),
        })
    }

    /// Takes rows in their order. What their cells say is read on every core: that is most of an import that changes nothing.
    pub fn rows(&mut self, rows: Vec<Row>) -> Result<(), ReadError> {
        let readings = self.readings(&rows);
        rows.into_iter().zip(readings).try_for_each(|(row, reading)| self.take(row, reading))
    }

    /// What rows say, but for those that cannot be trusted.
    fn readings(&self, rows: &[Row]) -> Vec<Option<Reading>> {
        let (file, columns) = (&self.file, &self.columns);
        let read = |row: &Row| row.fault.is_none().then(|| map(file, columns, row.line, &row.cells));
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let share = rows.len().div_ceil(cores).max(LEAST_SHARE);
        if share >= rows.len() {
            return rows.iter().map(read).collect();
        }
        thread::scope(|scope| {
            let shares: Vec<_> = rows
                .chunks(share)
                .map(|rows| scope.spawn(move || rows.iter().map(read).collect::<Vec<_>>()))
                .collect();
            let joined =
                shares.into_iter().map(|share| share.join().unwrap_or_else(|panic| resume_unwind(panic)));
            joined.flatten().collect()
        })
    }

    fn take(&mut self, row: Row, reading: Option<Reading>) -> Result<(), ReadError> {
        self.rows += 1;
        let line = row.line;
        let Reading { id, record, issues, unknown_kind } = if let Some(fault) = row.fault {
            let position = self.columns.position(Column::Id).filter(|&position| position + 1 < fault.column);
            let id = position.and_then(|position| row.cells.get(position)).and_then(|cell| id_of(cell));
            let field = Some(self.columns.name(fault.column - 1)).filter(|name| !name.is_empty());
            let spot =
                Spot { file: &self.file, line, column: Some(fault.column as u64), id: id.as_deref(), field };
            let issue = spot.issue(Severity::Error, &fault.found, fault.expected);
            // A row that cannot be told apart may be any listing.
            self.damaged |= fault.damaged || id.is_none();
            Reading { id, record: None, issues: vec![issue], unknown_kind: None }
        } else {
            reading.unwrap_or_else(|| map(&self.file, &self.columns, line, &row.cells))
        };
        let refused = if record.is_none() {
            let payload = payload(&self.columns, &row.cells);
            Some(self.refuse(id.clone(), payload, &issues)?)
        } else {
            None
        };
        self.issues.extend(issues);
        let Some(id) = id else {
            self.without_id += 1;
            return Ok(());
        };
        let rejected = record.is_none();
        let Some(seen) = self.seen.get_mut(&id) else {
            let mut unmapped = None;
            if let Some(record) = record {
                self.records.put(&id, &record).map_err(|source| ReadError::Aside { source })?;
                unmapped = unknown_kind.map(|kind| self.count(kind));
            }
            self.seen.insert(id, Seen { line, rejected, refused, repeated: false, unmapped });
            return Ok(());
        };
        seen.rejected = true;
        if let Some(place) = seen.unmapped.take() {
            self.unmapped[place].count -= 1;
        }
        let column = self.columns.position(Column::Id).map(|position| position as u64 + 1);
        let twice = |line, other| {
            let spot = Spot { file: &self.file, line, column, id: Some(&id), field: Some("id") };
            let expected = format!("un identifiant par ligne ; il est aussi ligne {other}");
            spot.issue(Severity::Error, &id, expected)
        };
        let (first, again) = (twice(seen.line, line), twice(line, seen.line));
        let is_first = !std::mem::replace(&mut seen.repeated, true);
        let aside = |source| ReadError::Aside { source };
        if is_first {
            if let Some(place) = seen.refused {
                self.refused.blame(place, reason(&first)).map_err(aside)?;
            }
            let known = self.records.get(&id).map_err(aside)?;
            if let Some(StagedRecord { payload: Value::Object(payload), .. }) = known {
                self.refuse(Some(id.clone()), payload, std::slice::from_ref(&first))?;
            }
            self.records.take_off(&id);
            self.issues.push(first);
        }
        if let Some(place) = refused {
            self.refused.blame(place, reason(&again)).map_err(aside)?;
        }
        if let Some(record) = record
            && let Value::Object(payload) = record.payload
        {
            self.refuse(Some(id), payload, std::slice::from_ref(&again))?;
        }
        self.issues.push(again);
        Ok(())
    }

    /// Refuses a row: its place among those that are.
    fn refuse(
        &mut self,
        source_id: Option<String>,
        mut payload: Map<String, Value>,
        issues: &[Issue],
    ) -> Result<usize, ReadError> {
        // Every column is there to be filled, in the order of the file, those that no refused row fills too.
        let columns = self.columns.iter().filter(|(_, _, column)| *column != Column::Anomaly);
        let mut written: Vec<(String, Value)> = columns
            .map(|(_, name, _)| (name.to_owned(), payload.remove(name).unwrap_or_else(|| "".into())))
            .collect();
        // A row may have more cells than the header.
        written.extend(payload);
        let errors = issues.iter().filter(|issue| issue.severity == Severity::Error);
        let refused = RefusedRecord { source_id, payload: written, reasons: errors.map(reason).collect() };
        self.refused.push(&refused).map_err(|source| ReadError::Aside { source })
    }

    /// Counts a kind that our vocabulary lacks, after the name of its column: where it stands.
    fn count(&mut self, (system, code): (String, String)) -> usize {
        let next = self.unmapped.len();
        let place = *self.places.entry((system.clone(), code.clone())).or_insert(next);
        if place == next {
            self.unmapped.push(Unmapped { system, code, label: None, count: 0 });
        }
        self.unmapped[place].count += 1;
        place
    }

    /// What was read, with the issues in the order of the file.
    pub fn finish(mut self, warnings: Vec<Issue>) -> Staged {
        self.issues.extend(warnings);
        if self.rows == 0 {
            let spot = Spot { file: &self.file, line: self.header_line, ..Spot::default() };
            let expected = "des lignes après l’en-tête";
            self.issues.push(spot.issue(Severity::Warning, "un en-tête sans aucune ligne", expected));
        }
        // What is wrong with the mapping has lines of another file.
        let of_file = self.noticed.iter().filter(|issue| issue.file == self.file).cloned();
        self.issues.extend(of_file);
        self.issues.sort_by_key(|issue| (issue.line, issue.column));
        let others = self.noticed.into_iter().filter(|issue| issue.file != self.file);
        let issues = others.chain(self.issues).collect();
        self.unmapped.retain(|unmapped| unmapped.count > 0);
        self.unmapped.sort_by(|a, b| (b.count, &a.code).cmp(&(a.count, &b.code)));
        let mut rejected_ids: Vec<String> =
            self.seen.into_iter().filter(|(_, seen)| seen.rejected).map(|(id, _)| id).collect();
        rejected_ids.sort();
        let rest = Rest {
            rejected: self.without_id + rejected_ids.len() as u64,
            rejected_ids,
            refused: self.refused,
            damaged: self.damaged,
            issues,
            unmapped: self.unmapped,
            ..Rest::default()
        };
        Staged { records: self.records, rest, ..Staged::default() }
    }
}
