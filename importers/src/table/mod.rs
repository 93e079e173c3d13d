//! Tables in text files, for every format that has one: rows of cells under a header, read as a stream, with the encoding
//! and the separator found out.

mod encoding;
mod error;
mod headers;
mod input;
mod records;

use std::io::Read;

use maille_domain::run::{Issue, Severity};

pub(crate) use encoding::{Decoder, not_a_table};
pub use error::ReadError;
pub(crate) use headers::{FARTHEST, Headers};
pub(crate) use input::Input;
pub use records::LONGEST_RECORD;
pub(crate) use records::split;

use crate::issue::{Spot, shorten};
use headers::Start;
use records::{Fault, Record, Records};

/// Most columns of a header: a table with more is something else.
pub(crate) const MOST_COLUMNS: usize = 1_000;

/// What a format expects of a header.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// Columns without which the file says nothing.
    pub required: &'static [&'static str],
    /// Every column of the format.
    pub known: &'static [&'static str],
}

/// A table being read.
pub struct Table<'a, R> {
    file: String,
    records: Records<'a, R>,
    decoder: Decoder,
    header: Vec<String>,
    header_line: u64,
    warnings: Vec<Issue>,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Line where it starts, from 1.
    pub line: u64,
    /// Its cells, as many as the header has unless there is a fault; in a workbook, up to the last that is filled.
    pub cells: Vec<String>,
    /// Why it cannot be trusted.
    pub fault: Option<RowFault>,
}

/// Why the cells of a row cannot be trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// Column where it shows, from 1.
    pub column: usize,
    /// What was found.
    pub found: String,
    /// What was expected, in French.
    pub expected: String,
    /// Whether the file may lack rows it should hold.
    pub damaged: bool,
}

impl<'a, R: Read> Table<'a, R> {
    /// Reads the header. `file` is the name that messages give; `progress` is told how many bytes were read so far.
    pub fn open(
        file: &str,
        input: R,
        layout: Layout,
        progress: &'a mut dyn FnMut(u64),
    ) -> Result<Self, ReadError> {
        let first = |start: &[u8]| Start { separator: separator(start, layout), line: None };
        let table = Table::begin(file, input, progress, header_expected(layout), first)?;
        let missing: Vec<_> = layout
            .required
            .iter()
            .copied()
            .filter(|column| !table.header.iter().any(|name| is_column(name, column)))
            .collect();
        if missing.is_empty() {
            Ok(table)
        } else {
            let found = table.header.iter().map(|name| shorten(name)).collect();
            Err(ReadError::MissingColumns { file: table.file, line: table.header_line, missing, found })
        }
    }

    /// Reads the header of anybody's table, wherever it is.
    pub(crate) fn open_under(
        file: &str,
        input: R,
        headers: &Headers,
        progress: &'a mut dyn FnMut(u64),
    ) -> Result<Self, ReadError> {
        let expected = "une ligne de titres, puis une ligne par fiche".to_owned();
        Table::begin(file, input, progress, expected, |start| headers.find(start))
    }

    fn begin(
        file: &str,
        input: R,
        progress: &'a mut dyn FnMut(u64),
        expected: String,
        find: impl FnOnce(&[u8]) -> Start,
    ) -> Result<Self, ReadError> {
        let io = |source| ReadError::Io { file: file.to_owned(), source };
        let mut input = Input::new(input, progress);
        let start = input.open().map_err(io)?;
        if start.iter().all(u8::is_ascii_whitespace) {
            return Err(ReadError::Empty { file: file.to_owned(), expected });
        }
        if let Some(found) = not_a_table(start) {
            let elsewhere = if found.contains("XLSX") {
                " ; un classeur de ressources s’importe avec « maille import xlsx »"
            } else {
                ""
            };
            return Err(ReadError::NotATable {
                file: file.to_owned(),
                found: found.to_owned(),
                expected: format!("un fichier CSV en UTF-8 ou en Windows-1252{elsewhere}"),
            });
        }
        let Start { separator, line: wanted } = find(start);
        let mut records = Records::new(input, separator);
        let mut record = records.next().map_err(io)?.unwrap_or_default();
        while wanted.is_some_and(|line| record.line < line) {
            let Some(next) = records.next().map_err(io)? else {
                return Err(ReadError::NotATable {
                    file: file.to_owned(),
                    found: format!("{} lignes au plus", record.line),
                    expected: format!("la ligne des titres, ligne {}", wanted.unwrap_or_default()),
                });
            };
            record = next;
        }
        let (line, width) = (record.line, record.width());
        if separator != b',' && separator != b';' {
            return Err(ReadError::WrongSeparator {
                file: file.to_owned(),
                line,
                found: separator_name(separator).to_owned(),
                expected: "« , » ou « ; »".into(),
            });
        }
        records.width = Some(width);
        let mut table = Table {
            file: file.to_owned(),
            records,
            decoder: Decoder::default(),
            header: Vec::new(),
            header_line: line,
            warnings: Vec::new(),
        };
        let Row { cells, mut fault, .. } = table.decode(&record);
        if width > MOST_COLUMNS {
            fault.get_or_insert_with(|| RowFault {
                column: MOST_COLUMNS + 1,
                found: String::new(),
                expected: format!("un en-tête d’au plus {MOST_COLUMNS} colonnes"),
                damaged: false,
            });
        }
        if let Some(fault) = fault {
            return Err(ReadError::BadHeader {
                file: table.file,
                line,
                column: fault.column as u64,
                found: cells.get(fault.column - 1).map_or(fault.found, |name| shorten(name)),
                expected: fault.expected,
            });
        }
        table.header = cells.iter().map(|name| name.trim().to_owned()).collect();
        Ok(table)
    }

    /// The names of the columns, as written.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The line of the header.
    pub fn header_line(&self) -> u64 {
        self.header_line
    }

    /// The next row that says something.
    pub fn next_row(&mut self) -> Result<Option<Row>, ReadError> {
        let io = |source, file: &str| ReadError::Io { file: file.to_owned(), source };
        while let Some(record) = self.records.next().map_err(|error| io(error, &self.file))? {
            let silent = record.fault.is_none() && record.cells().all(|cell| cell.trim_ascii().is_empty());
            if !silent {
                return Ok(Some(self.decode(&record)));
            }
        }
        Ok(None)
    }

    /// What was noticed of the file as a whole.
    pub fn into_warnings(self) -> Vec<Issue> {
        self.warnings
    }

    fn decode(&mut self, record: &Record) -> Row {
        let mut fault =
            record.fault.map(|fault| row_fault(fault, record)).or_else(|| self.width_fault(record));
        let mut cells = Vec::with_capacity(record.width());
        for (position, cell) in record.cells().enumerate() {
            // A row cut in the middle of a character says nothing of the encoding.
            let decoded = if fault.is_some() { None } else { self.decoder.decode(cell) };
            cells.push(decoded.unwrap_or_else(|| {
                let lossy = String::from_utf8_lossy(cell).into_owned();
                fault.get_or_insert_with(|| RowFault {
                    column: position + 1,
                    found: lossy.clone(),
                    expected: "un texte en UTF-8, comme le reste du fichier, ou en Windows-1252".into(),
                    damaged: false,
                });
                lossy
            }));
            if self.decoder.just_found_windows_1252() {
                let column = Some(position as u64 + 1);
                let spot = Spot { file: &self.file, line: record.line, column, ..Spot::default() };
                let expected = "de l’UTF-8 ; le fichier est en Windows-1252, il a été converti";
                self.warnings.push(spot.issue(Severity::Warning, &cells[position], expected));
            }
        }
        if let Some(fault) = &mut fault
            && fault.found.is_empty()
        {
            fault.found = cells.get(fault.column - 1).cloned().unwrap_or_default();
        }
        Row { line: record.line, cells, fault }
    }

    fn width_fault(&self, record: &Record) -> Option<RowFault> {
        let (found, expected) = (record.width(), self.records.width?);
        if found == expected {
            return None;
        }
        let separator = self.records.separator;
        let other = if separator == b',' { b';' } else { b',' };
        let first = record.cells().next().unwrap_or_default();
        let name = separator_name(separator);
        if found == 1 && first.contains(&other) {
            return Some(RowFault {
                column: 1,
                found: String::new(),
                expected: format!("{expected} cellules séparées par {name}, comme dans l’en-tête"),
                damaged: false,
            });
        }
        Some(RowFault {
            column: found.min(expected) + 1,
            found: if found == 1 { "1 cellule".into() } else { format!("{found} cellules") },
            expected: format!(
                "{expected} cellules, comme dans l’en-tête (fichier tronqué, guillemet manquant ou {name} hors guillemets ?)"
            ),
            damaged: record.several_lines || (record.unended && found < expected),
        })
    }
}

fn row_fault(fault: Fault, record: &Record) -> RowFault {
    let found = String::new();
    match fault {
        Fault::TooLong { column } => RowFault {
            column,
            found,
            expected: "une ligne d’au plus 1 Mo (cellule trop longue, ou guillemet jamais fermé)".into(),
            damaged: true,
        },
        Fault::OpenQuote { column } => RowFault {
            column,
            found,
            expected: "un guillemet fermant (fichier tronqué, ou guillemet ouvert par erreur)".into(),
            damaged: true,
        },
        Fault::AfterQuote { column } => RowFault {
            column,
            found,
            expected: "un séparateur ou une fin de ligne après le guillemet fermant ; un guillemet dans un texte se double"
                .into(),
            damaged: record.several_lines,
        },
    }
}

/// Whether a name of a header is that of a column.
pub(crate) fn is_column(name: &str, column: &str) -> bool {
    name.trim().eq_ignore_ascii_case(column)
}

/// The separator under which the first line names most columns, the first of `,` `;` tab `|` when several do.
fn separator(start: &[u8], layout: Layout) -> u8 {
    let start = start.trim_ascii_start();
    let mut best = (b',', (0, 0));
    for candidate in *b",;\t|" {
        let record = split(start, candidate, 1);
        let names: Vec<_> = record.cells().map(String::from_utf8_lossy).collect();
        let known =
            names.iter().filter(|name| layout.known.iter().any(|column| is_column(name, column))).count();
        // Cells alone count for the two separators of the format only: a text with tabs is no table.
        let cells = if candidate == b',' || candidate == b';' { names.len() } else { 0 };
        if (known, cells) > best.1 {
            best = (candidate, (known, cells));
        }
    }
    best.0
}

fn separator_name(separator: u8) -> &'static str {
    match separator {
        b',' => "« , »",
        b';' => "« ; »",
        b'\t' => "tabulation",
        _ => "« | »",
    }
}

pub(crate) fn header_expected(layout: Layout) -> String {
    format!("une ligne d’en-tête avec au moins {}, puis une ligne par fiche", layout.required.join(", "))
}
