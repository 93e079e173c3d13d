//! A sheet from its cells to the rows of a spreadsheet.

use std::io::Cursor;

use calamine::{Data, Dimensions, XlsxCellReader};
use maille_domain::run::{Issue, Severity};

use super::cell::{Cell, Reading};
use super::workbook::{Parts, damaged, error_of, refused};
use crate::issue::Spot;
use crate::mapping::Mapping;
use crate::spreadsheet::{Column, Columns};
use crate::table::{FARTHEST, Headers, LONGEST_RECORD, MOST_COLUMNS, ReadError, Row, RowFault, is_column};

/// Most rows of a sheet: a larger one is a mistake, or belongs in a CSV file, which is not kept in memory.
const MOST_ROWS: usize = 100_000;

/// The row of a sheet that looks most like a header.
pub(super) struct Header {
    /// Where it is, from 0.
    row: u32,
    /// The names of the columns, as written, empty where there is none.
    pub names: Vec<String>,
    /// The required columns that it lacks.
    pub missing: Vec<&'static str>,
}

/// A sheet, read.
#[derive(Debug)]
pub(crate) struct Sheet {
    /// The file, and the sheet when there are several, as messages name them.
    pub file: String,
    /// Line of the header, from 1.
    pub header_line: u64,
    /// The names of the columns.
    pub header: Vec<String>,
    /// The rows that say something.
    pub rows: Vec<Row>,
    /// What was noticed in cells that go in.
    pub warnings: Vec<Issue>,
}

impl Header {
    /// The first row that has the required columns, else the one that lacks fewest; none in an empty sheet.
    pub fn find(
        file: &str,
        sheet: &str,
        required: &[&'static str],
        parts: &mut Parts,
    ) -> Result<Option<Header>, ReadError> {
        let mut rows = Rows::of(file, sheet, parts)?;
        let mut closest: Option<Header> = None;
        while let Some((row, cells)) = rows.next()? {
            let names = names(&cells);
            let has = |column: &str| names.iter().any(|name| is_column(name, column));
            let missing: Vec<_> = required.iter().copied().filter(|column| !has(column)).collect();
            let found = missing.is_empty();
            if closest.as_ref().is_none_or(|closest| missing.len() < closest.missing.len()) {
                closest = Some(Header { row, names, missing });
            }
            if found {
                break;
            }
        }
        Ok(closest)
    }

    /// The row that names most of the columns of anybody's table, the first of those that name as many, and how many it
    /// names; none in an empty sheet, or where the line asked is empty.
    pub fn best(
        file: &str,
        sheet: &str,
        parts: &mut Parts,
        headers: &Headers,
    ) -> Result<Option<(Header, usize)>, ReadError> {
        let mut rows = Rows::of(file, sheet, parts)?;
        let mut best: Option<(Header, usize)> = None;
        let mut looked_at = 0;
        while let Some((row, cells)) = rows.next()? {
            let line = u64::from(row) + 1;
            looked_at += 1;
            let names = names(&cells);
            let known = headers.count(names.iter().map(String::as_str));
            if looked_at == 1 && headers.comes_back(&names) {
                return Ok(Some((Header { row, names, missing: Vec::new() }, known)));
            }
            if headers.line.map_or(looked_at > FARTHEST, |wanted| line > wanted) {
                break;
            }
            if headers.line.is_some_and(|wanted| line < wanted) {
                continue;
            }
            if best.as_ref().is_none_or(|(_, most)| known > *most) {
                best = Some((Header { row, names, missing: Vec::new() }, known));
            }
        }
        Ok(best)
    }

    /// Its line, from 1.
    pub fn line(&self) -> u64 {
        u64::from(self.row) + 1
    }
}

impl Sheet {
    /// Reads the rows under a header.
    pub(super) fn read(
        file: String,
        header: Header,
        mut rows: Rows<'_>,
        merges: &[Dimensions],
        mapping: Option<&Mapping>,
    ) -> Result<Sheet, ReadError> {
        let (columns, _) = Columns::of(&file, header.line(), &header.names, mapping);
        let mut sheet = Sheet {
            file,
            header_line: header.line(),
            header: header.names,
            rows: Vec::new(),
            warnings: Vec::new(),
        };
        let mut merged = Merged::below(header.row, merges);
        while let Some((row, mut cells)) = rows.next()? {
            if row <= header.row {
                continue;
            }
            if sheet.rows.len() == MOST_ROWS {
                let found = format!("plus de {MOST_ROWS} lignes");
                return Err(refused(&sheet.file, &found, "un classeur plus petit, ou un fichier CSV"));
            }
            let line = u64::from(row) + 1;
            let repeated = merged.fill(row, &mut cells);
            let row = sheet.row(line, &columns, cells, &repeated);
            sheet.rows.push(row);
        }
        // A cell beyond the header is under a column without a name.
        let width = sheet.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0).max(sheet.header.len());
        sheet.header.resize(width, String::new());
        Ok(sheet)
    }

    fn row(&mut self, line: u64, columns: &Columns, cells: Cells, repeated: &[(usize, u64)]) -> Row {
        let mut row = Row { line, cells: Vec::new(), fault: None };
        let mut remarks = Vec::new();
        let mut length = 0;
        for (position, cell) in cells {
            let Reading { text, remark, error } = cell.read(columns.holds(position));
            length += text.len();
            let too_long = length > LONGEST_RECORD;
            let error = error.or_else(|| too_long.then(|| "une ligne d’au plus 1 Mo".to_owned()));
            if let Some(expected) = error {
                let (column, found) = (position + 1, text.clone());
                row.fault.get_or_insert(RowFault { column, found, expected, damaged: false });
            }
            if too_long {
                break;
            }
            remarks.extend(remark.map(|remark| {
                let found = if let Cell::Value(value) = &cell { value.to_string() } else { text.clone() };
                (position, found, remark)
            }));
            if let Some((_, last)) = repeated.iter().find(|(column, _)| *column == position) {
                let expected = format!(
                    "une cellule par ligne ; celle-ci est fusionnée, sa valeur est répétée jusqu’à la ligne {last}"
                );
                remarks.push((position, text.clone(), expected));
            }
            row.cells.resize(position, String::new());
            row.cells.push(text);
        }
        let id = columns.position(Column::Id).and_then(|position| row.cells.get(position));
        for (position, found, expected) in remarks {
            let column = Some(position as u64 + 1);
            let field = Some(columns.name(position)).filter(|name| !name.is_empty());
            let id = id.map(|id| id.trim()).filter(|id| !id.is_empty());
            let spot = Spot { file: &self.file, line, column, id, field };
            self.warnings.push(spot.issue(Severity::Warning, &found, expected));
        }
        row
    }
}

/// The texts of a row, empty where there is none.
fn names(cells: &Cells) -> Vec<String> {
    let mut names = Vec::new();
    for (position, cell) in cells {
        names.resize(names.len().max(position + 1), String::new());
        cell.read("").text.trim().clone_into(&mut names[*position]);
    }
    names
}

/// The cells of a row that hold something, by position from 0, in order.
type Cells = Vec<(usize, Cell)>;

/// The rows of a sheet that hold something.
pub(super) struct Rows<'a> {
    file: String,
    cells: XlsxCellReader<'a, Cursor<Vec<u8>>>,
    /// The first cell of the next row.
    next: Option<(u32, usize, Cell)>,
}

impl<'a> Rows<'a> {
    pub fn of(file: &str, sheet: &str, parts: &'a mut Parts) -> Result<Rows<'a>, ReadError> {
        let cells = parts.worksheet_cells_reader(sheet).map_err(|error| error_of(file, &error))?;
        let mut rows = Rows { file: file.to_owned(), cells, next: None };
        rows.next = rows.cell()?;
        Ok(rows)
    }

    /// The next row, with its position from 0.
    pub fn next(&mut self) -> Result<Option<(u32, Cells)>, ReadError> {
        let Some((row, column, cell)) = self.next.take() else { return Ok(None) };
        let mut cells = vec![(column, cell)];
        while let Some((other, column, cell)) = self.cell()? {
            if other != row {
                if other < row {
                    return Err(damaged(&self.file, "lignes en désordre"));
                }
                self.next = Some((other, column, cell));
                break;
            }
            cells.push((column, cell));
        }
        cells.sort_by_key(|(column, _)| *column);
        cells.dedup_by_key(|(column, _)| *column);
        Ok(Some((row, cells)))
    }

    /// The next cell that holds something.
    fn cell(&mut self) -> Result<Option<(u32, usize, Cell)>, ReadError> {
        loop {
            let record = self.cells.next_cell_with_formula_metadata();
            let Some(record) = record.map_err(|error| error_of(&self.file, &error))? else { return Ok(None) };
            let (row, column) = record.pos;
            let cell = match Data::from(record.value) {
                Data::Empty if record.formula.is_some() => Cell::NotComputed,
                value => Cell::Value(value),
            };
            if cell.is_blank() {
                continue;
            }
            let column = column as usize;
            if column >= MOST_COLUMNS {
                let found = format!("une cellule remplie ligne {}, colonne {}", row + 1, column + 1);
                return Err(refused(&self.file, &found, &format!("au plus {MOST_COLUMNS} colonnes")));
            }
            return Ok(Some((row, column, cell)));
        }
    }
}

/// The cells merged over several rows of listings: what stands in the first is repeated in the rows that hold something.
struct Merged {
    /// Those whose first row was not reached, the last first.
    to_come: Vec<Dimensions>,
    /// Those that go on: last row, column, value.
    open: Vec<(u32, usize, Cell)>,
}

impl Merged {
    fn below(header: u32, merges: &[Dimensions]) -> Merged {
        let over_rows = |merge: &&Dimensions| merge.start.0 > header && merge.end.0 > merge.start.0;
        let mut to_come: Vec<Dimensions> = merges.iter().filter(over_rows).copied().collect();
        to_come.sort_by_key(|merge| std::cmp::Reverse(merge.start));
        Merged { to_come, open: Vec::new() }
    }

    /// Repeats in a row what is merged down to it. Gives the columns where a value begins to be repeated, and the line
    /// where it ends.
    fn fill(&mut self, row: u32, cells: &mut Cells) -> Vec<(usize, u64)> {
        self.open.retain(|(last, _, _)| *last >= row);
        for (_, column, value) in &self.open {
            if let Err(place) = cells.binary_search_by_key(column, |(column, _)| *column) {
                cells.insert(place, (*column, value.clone()));
            }
        }
        let mut begun = Vec::new();
        while let Some(merge) = self.to_come.pop_if(|merge| merge.start.0 <= row) {
            let column = merge.start.1 as usize;
            if merge.start.0 == row
                && let Ok(place) = cells.binary_search_by_key(&column, |(column, _)| *column)
            {
                self.open.push((merge.end.0, column, cells[place].1.clone()));
                begun.push((column, u64::from(merge.end.0) + 1));
            }
        }
        begun
    }
}
