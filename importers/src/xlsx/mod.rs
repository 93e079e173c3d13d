//! The facilitator's spreadsheet as a workbook: reading XLSX. What its rows and cells say is the business of
//! `../spreadsheet`. Rules and decisions are in the README of this folder.

mod cell;
mod sheet;
mod workbook;

#[cfg(test)]
mod tests;

use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::spreadsheet::Collector;
use crate::staged::Staged;
use crate::table::ReadError;
use workbook::{Workbook, damaged};

/// Reads an XLSX workbook. `file_name` is the name that messages give; `progress` is told how many bytes were read so far.
pub fn read(file_name: &str, input: impl Read, progress: &mut dyn FnMut(u64)) -> Result<Staged, ReadError> {
    // The library computes with the references and the counts of a file without checking them.
    let read = catch_unwind(AssertUnwindSafe(|| read_sheet(file_name, input, progress)));
    read.unwrap_or_else(|_| Err(damaged(file_name, "références ou comptes impossibles")))
}

fn read_sheet(file_name: &str, input: impl Read, progress: &mut dyn FnMut(u64)) -> Result<Staged, ReadError> {
    let mut workbook = Workbook::open(file_name, input, progress)?;
    let (listings, mut warnings) = workbook.listings()?;
    let sheet = workbook.read(listings)?;
    let mut collector = Collector::new(&sheet.file, sheet.header_line, &sheet.header);
    for row in sheet.rows {
        collector.row(row);
    }
    warnings.extend(sheet.warnings);
    Ok(collector.finish(warnings))
}
