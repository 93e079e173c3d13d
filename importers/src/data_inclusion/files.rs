//! From the bytes of a file, whatever it is, to the objects in it.

use std::io::{Cursor, Read};

use serde_json::{Map, Value};

use super::gather::Gathered;
use crate::register::{Where, read_items_of};
use crate::table::{Layout, ReadError, Row, Table, is_column};
use crate::xlsx;

/// Bytes that tell what a file is.
const START: u64 = 1024;
/// The lists of the API, and those of files that hold both.
const LISTS: &[&str] = &["items", "structures", "services"];
/// The tables of the open data: what every row needs, and the columns that tell the separator.
const LAYOUT: Layout = Layout {
    required: &["id", "nom"],
    known: &[
        "source",
        "structure_id",
        "id",
        "nom",
        "description",
        "date_maj",
        "thematiques",
        "adresse",
        "commune",
        "code_postal",
        "code_insee",
        "latitude",
        "longitude",
        "telephone",
        "courriel",
    ],
};

/// Reads a file: JSON of any shape, a workbook, or a CSV table. An empty one says nothing.
pub(super) fn read(file: &str, input: &mut dyn Read, gathered: &mut Gathered) -> Result<(), ReadError> {
    let mut start = Vec::new();
    let read = (&mut *input).take(START).read_to_end(&mut start);
    read.map_err(|source| ReadError::Io { file: file.to_owned(), source })?;
    let text = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&start).trim_ascii_start();
    let (first, workbook) = (text.first().copied(), is_workbook(&start));
    let whole = Cursor::new(start).chain(input);
    match first {
        None => Ok(()),
        Some(b'{' | b'[') => {
            let Gathered { register, known } = gathered;
            let take = |register: &mut _, spot: Where, list, value| known.take(register, spot, list, value);
            let envelope = read_items_of(file, whole, LISTS, register, take)?;
            known.envelope(&envelope);
            if envelope.contains_key("id") {
                // One structure with its services inside looks like an envelope of services.
                let spot = Where { file, line: 1 };
                known.take(register, spot, Some("structures"), Value::Object(envelope))?;
            }
            Ok(())
        }
        Some(_) if workbook => {
            for sheet in xlsx::tables(file, whole, LAYOUT)? {
                sheet.warnings.into_iter().for_each(|issue| gathered.register.note(issue));
                for row in sheet.rows {
                    take_row(&sheet.file, &sheet.header, row, gathered)?;
                }
            }
            Ok(())
        }
        Some(_) => {
            let mut quiet = |_| {};
            let mut table = Table::open(file, whole, LAYOUT, &mut quiet)?;
            let header = table.header().to_vec();
            while let Some(row) = table.next_row()? {
                take_row(file, &header, row, gathered)?;
            }
            table.into_warnings().into_iter().for_each(|issue| gathered.register.note(issue));
            Ok(())
        }
    }
}

/// XLSX, or an old workbook, which the reader of workbooks names.
fn is_workbook(start: &[u8]) -> bool {
    start.starts_with(b"PK\x03\x04") || start.starts_with(b"\xD0\xCF\x11\xE0")
}

fn take_row(file: &str, header: &[String], row: Row, gathered: &mut Gathered) -> Result<(), ReadError> {
    let Gathered { register, known } = gathered;
    let spot = Where { file, line: row.line };
    let width = row.cells.len();
    let object = object(header, row.cells);
    let Some(fault) = row.fault else { return known.take(register, spot, None, object) };
    // What stands before the fault can be trusted.
    let id = header
        .iter()
        .position(|name| is_column(name, "id"))
        .filter(|at| at + 1 < fault.column && *at < width);
    let id = id.and_then(|_| object["id"].as_str()).map(str::to_owned);
    if fault.damaged {
        register.damage();
    }
    let expected = format!("{} (colonne {})", fault.expected, fault.column);
    register.refuse(spot, id.as_deref(), &fault.found, &expected, object)
}

/// A row as an object: null where a cell says nothing; of two columns of one name, the first that says something.
fn object(header: &[String], cells: Vec<String>) -> Value {
    let mut members = Map::new();
    let mut cells = cells.into_iter();
    for (position, name) in header.iter().enumerate() {
        let text = cells.next().filter(|cell| !cell.trim().is_empty());
        let name =
            if name.is_empty() { format!("colonne {}", position + 1) } else { name.to_ascii_lowercase() };
        let known = members.entry(name).or_insert(Value::Null);
        if let (Value::Null, Some(text)) = (&*known, text) {
            *known = Value::String(text);
        }
    }
    Value::Object(members)
}
