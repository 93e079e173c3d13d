//! The lines of a file of the register, as cells.

use std::borrow::Cow;
use std::io::{self, Read};

use crate::table::{Input, LONGEST_RECORD, split};

/// A line that is not empty.
#[derive(Debug)]
pub(super) struct Line {
    /// Its number, from 1.
    pub number: u64,
    /// Its cells, the section first.
    pub cells: Vec<Vec<u8>>,
    /// Whether its quotes broke the rules.
    pub misquoted: bool,
    /// Whether the file ends without ending it.
    pub unended: bool,
}

/// The next line. No cell of the register holds a line break, so that a lost quote costs its line at most.
pub(super) fn next_line<R: Read>(input: &mut Input<R>) -> io::Result<Option<Line>> {
    let mut raw = Vec::new();
    loop {
        let number = input.line();
        raw.clear();
        let mut unended = true;
        while let Some(byte) = input.next()? {
            if byte == b'\n' || byte == b'\r' {
                unended = false;
                break;
            }
            if raw.len() < LONGEST_RECORD {
                raw.push(byte);
            }
        }
        if !raw.trim_ascii().is_empty() {
            let (cells, misquoted) = cells(&raw);
            return Ok(Some(Line { number, cells, misquoted, unended }));
        }
        if unended {
            return Ok(None);
        }
    }
}

/// Quotes follow RFC 4180, save that the publisher sometimes doubles them twice, and forgets some.
fn cells(raw: &[u8]) -> (Vec<Vec<u8>>, bool) {
    let record = split(raw, b';', 1);
    let misquoted = record.fault.is_some();
    let cells: Vec<Cow<[u8]>> = if misquoted {
        raw.split(|&byte| byte == b';').map(|cell| Cow::Borrowed(unquoted(cell))).collect()
    } else {
        record.cells().map(|cell| Cow::Owned(cell.to_vec())).collect()
    };
    (cells.into_iter().map(|cell| single_quotes(&cell)).collect(), misquoted)
}

fn unquoted(cell: &[u8]) -> &[u8] {
    let cell = cell.trim_ascii();
    let cell = cell.strip_prefix(b"\"").unwrap_or(cell);
    cell.strip_suffix(b"\"").unwrap_or(cell)
}

fn single_quotes(cell: &[u8]) -> Vec<u8> {
    let mut single = Vec::with_capacity(cell.len());
    for &byte in cell {
        if byte != b'"' || single.last() != Some(&b'"') {
            single.push(byte);
        }
    }
    single
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(u64, Vec<String>, bool)> {
        let mut progress = |_| {};
        let mut input = Input::new(text.as_bytes(), &mut progress);
        let mut lines = Vec::new();
        while let Some(line) = next_line(&mut input).unwrap() {
            let cells = line.cells.into_iter().map(|cell| String::from_utf8(cell).unwrap()).collect();
            lines.push((line.number, cells, line.misquoted));
        }
        lines
    }

    #[test]
    fn quotes_of_every_kind_are_read() {
        for (written, name, misquoted) in [
            ("LIEU DE VIE", "LIEU DE VIE", false),
            ("\"LIEU \"\"MAVOUNA\"\"\"", "LIEU \"MAVOUNA\"", false),
            ("\"LIEU \"\"\"\"MAVOUNA\"\"\"\"\"", "LIEU \"MAVOUNA\"", false),
            ("LIEU \"MAVOUNA\"", "LIEU \"MAVOUNA\"", false),
            ("\"LIEU MAVOUNA", "LIEU MAVOUNA", true),
            ("\"LIEU\" MAVOUNA", "LIEU\" MAVOUNA", true),
        ] {
            let lines = read(&format!("a;{written};b\nc;d;e"));
            assert_eq!(lines[0], (1, vec!["a".into(), name.into(), "b".into()], misquoted), "{written}");
            assert_eq!(lines[1].1, ["c", "d", "e"], "{written}");
        }
    }

    #[test]
    fn lines_end_as_every_system_writes_them() {
        let numbers = |text| read(text).into_iter().map(|(number, ..)| number).collect::<Vec<_>>();
        assert_eq!(numbers("a\r\nb\r\n\r\nc"), [1, 2, 4]);
        assert_eq!(numbers("a\n\n b\n"), [1, 3]);
        assert_eq!(numbers(""), [0_u64; 0]);
    }
}
