//! The facilitator's spreadsheet as a text file: reading and writing CSV. What its rows and cells say is the business of
//! `../spreadsheet`.

use std::io::Read;

use crate::mapping::Mapping;
use crate::spreadsheet::{Collector, LAYOUT, PIECE, guess as guessing};
use crate::staged::Staged;
use crate::table::{ReadError, Table};

mod refused;
mod write;

#[cfg(test)]
mod tests;

pub use refused::write_refused;
pub use write::Export;

/// Reads a CSV file, by its mapping where it is not in our format. `file_name` is the name that messages give; `progress` is
/// told how many bytes were read so far.
pub fn read(
    file_name: &str,
    input: impl Read,
    mapping: Option<&Mapping>,
    progress: &mut dyn FnMut(u64),
) -> Result<Staged, ReadError> {
    let mut table = match mapping {
        Some(mapping) => Table::open_under(file_name, input, &mapping.headers(), progress)?,
        None => Table::open(file_name, input, LAYOUT, progress)?,
    };
    let mut collector = Collector::new(file_name, table.header_line(), table.header(), mapping)?;
    let mut rows = Vec::with_capacity(PIECE);
    while let Some(row) = table.next_row()? {
        rows.push(row);
        if rows.len() == PIECE {
            collector.rows(std::mem::take(&mut rows))?;
        }
    }
    collector.rows(rows)?;
    Ok(collector.finish(table.into_warnings()))
}

/// Writes a first mapping of a CSV file, to be corrected: TOML, in French, that [`Mapping::parse`] reads. `file_name` and
/// `progress` are those of [`read`].
pub fn guess(file_name: &str, input: impl Read, progress: &mut dyn FnMut(u64)) -> Result<String, ReadError> {
    let mut table = Table::open_under(file_name, input, &guessing::headers(), progress)?;
    let mut rows = Vec::new();
    while rows.len() < guessing::ROWS
        && let Some(row) = table.next_row()?
    {
        rows.push(row);
    }
    guessing::write(&guessing::Sample {
        file: file_name,
        sheet: None,
        header_line: table.header_line(),
        header: table.header().to_vec(),
        rows,
    })
}
