//! The facilitator's spreadsheet as a text file: reading and writing CSV. What its rows and cells say is the business of
//! `../spreadsheet`.

use std::io::Read;

use crate::spreadsheet::{Collector, LAYOUT};
use crate::staged::Staged;
use crate::table::{ReadError, Table};

mod write;

#[cfg(test)]
mod tests;

pub use write::write;

/// Reads a CSV file. `file_name` is the name that messages give; `progress` is told how many bytes were read so far.
pub fn read(file_name: &str, input: impl Read, progress: &mut dyn FnMut(u64)) -> Result<Staged, ReadError> {
    let mut table = Table::open(file_name, input, LAYOUT, progress)?;
    let mut collector = Collector::new(file_name, table.header_line(), table.header());
    while let Some(row) = table.next_row()? {
        collector.row(row);
    }
    Ok(collector.finish(table.into_warnings()))
}
