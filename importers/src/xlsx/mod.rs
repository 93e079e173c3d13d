//! The facilitator's spreadsheet as a workbook: reading XLSX. What its rows and cells say is the business of
//! `../spreadsheet`. Rules and decisions are in the README of this folder.

mod cell;
mod sheet;
mod workbook;

#[cfg(test)]
mod tests;

use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::mapping::Mapping;
use crate::spreadsheet::{Collector, LAYOUT, guess as guessing};
use crate::staged::Staged;
use crate::table::{Layout, ReadError};
pub(crate) use sheet::Sheet;
use workbook::{Workbook, damaged};

/// Reads an XLSX workbook, by its mapping where it is not in our format. `file_name` is the name that messages give;
/// `progress` is told how many bytes were read so far.
pub fn read(
    file_name: &str,
    input: impl Read,
    mapping: Option<&Mapping>,
    progress: &mut dyn FnMut(u64),
) -> Result<Staged, ReadError> {
    guarded(file_name, || read_sheet(file_name, input, mapping, progress))
}

/// Writes a first mapping of a workbook, to be corrected: TOML, in French, that [`Mapping::parse`] reads. `file_name` and
/// `progress` are those of [`read`].
pub fn guess(file_name: &str, input: impl Read, progress: &mut dyn FnMut(u64)) -> Result<String, ReadError> {
    guarded(file_name, || guess_sheet(file_name, input, progress))
}

/// The tables of a workbook of another format: every shown sheet whose header has the required columns.
pub(crate) fn tables(file_name: &str, input: impl Read, layout: Layout) -> Result<Vec<Sheet>, ReadError> {
    guarded(file_name, || {
        let mut workbook = Workbook::open(file_name, input, layout, &mut |_| {})?;
        workbook.shown()?.into_iter().map(|table| workbook.read(table, None)).collect()
    })
}

/// The library computes with the references and the counts of a file without checking them.
fn guarded<T>(file_name: &str, read: impl FnOnce() -> Result<T, ReadError>) -> Result<T, ReadError> {
    let read = catch_unwind(AssertUnwindSafe(read));
    read.unwrap_or_else(|_| Err(damaged(file_name, "références ou comptes impossibles")))
}

fn read_sheet(
    file_name: &str,
    input: impl Read,
    mapping: Option<&Mapping>,
    progress: &mut dyn FnMut(u64),
) -> Result<Staged, ReadError> {
    let mut workbook = Workbook::open(file_name, input, LAYOUT, progress)?;
    let (listings, mut warnings) = match mapping {
        Some(mapping) => workbook.table(&mapping.headers(), mapping.sheet())?,
        None => workbook.listings()?,
    };
    let sheet = workbook.read(listings, mapping)?;
    let mut collector = Collector::new(&sheet.file, sheet.header_line, &sheet.header, mapping)?;
    collector.rows(sheet.rows)?;
    warnings.extend(sheet.warnings);
    Ok(collector.finish(warnings))
}

fn guess_sheet(
    file_name: &str,
    input: impl Read,
    progress: &mut dyn FnMut(u64),
) -> Result<String, ReadError> {
    let mut workbook = Workbook::open(file_name, input, LAYOUT, progress)?;
    let (listings, _) = workbook.table(&guessing::headers(), None)?;
    let name = workbook.has_several_sheets().then(|| listings.name.clone());
    let mut sheet = workbook.read(listings, None)?;
    sheet.rows.truncate(guessing::ROWS);
    guessing::write(&guessing::Sample {
        file: file_name,
        sheet: name,
        header_line: sheet.header_line,
        header: sheet.header,
        rows: sheet.rows,
    })
}
