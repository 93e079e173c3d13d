//! RFC 4180 records, one at a time, in bounded memory, with what is wrong in their quoting.
//!
//! Not the `csv` crate's reader: it gives records without saying that a quote was never closed or that a text follows a
//! closing quote, which is how rows swallow each other, and it keeps a record of any length. A test holds the two to
//! the same reading of every file that the crate writes.

use std::io::{self, Read};

use super::input::Input;

/// Longest record kept, in bytes. No listing is a hundredth of it.
pub const LONGEST_RECORD: usize = 1 << 20;

/// What is wrong in the quoting or the length of a record, and in which of its columns, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Longer than [`LONGEST_RECORD`]: the rest was passed over.
    TooLong { column: usize },
    /// A quote was opened and never closed.
    OpenQuote { column: usize },
    /// A text follows a closing quote.
    AfterQuote { column: usize },
}

/// A record as the bytes of its cells.
#[derive(Debug, Default)]
pub(crate) struct Record {
    /// Line where it starts, from 1.
    pub line: u64,
    pub fault: Option<Fault>,
    /// Whether it goes on after a line break, between quotes.
    pub several_lines: bool,
    /// Whether the file ends without ending it.
    pub unended: bool,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    quoted: bool,
}

impl Record {
    pub fn width(&self) -> usize {
        self.ends.len()
    }

    pub fn cells(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.bytes[start..end])
    }

    /// An empty line.
    fn is_blank(&self) -> bool {
        self.width() == 1 && self.bytes.is_empty() && !self.quoted
    }
}

/// The records of a file.
pub(crate) struct Records<'a, R> {
    pub input: Input<'a, R>,
    pub separator: u8,
    /// How many cells a record should have: what a row is recognised by after a broken one.
    pub width: Option<usize>,
    raw: Vec<u8>,
}

impl<'a, R: Read> Records<'a, R> {
    pub fn new(input: Input<'a, R>, separator: u8) -> Self {
        Records { input, separator, width: None, raw: Vec::new() }
    }

    /// The next record that is not an empty line.
    pub fn next(&mut self) -> io::Result<Option<Record>> {
        loop {
            let Some(record) = self.read()? else { return Ok(None) };
            if !record.is_blank() {
                return Ok(Some(record));
            }
        }
    }

    fn read(&mut self) -> io::Result<Option<Record>> {
        let line = self.input.line();
        let mut splitter = Splitter::new(self.separator);
        self.raw.clear();
        while let Some(byte) = self.input.next()? {
            if self.raw.len() < LONGEST_RECORD {
                self.raw.push(byte);
            } else if !splitter.full {
                splitter.fill();
                // Rather a quote never closed than a cell that long: the rows it swallowed are still there.
                if let Some(at) = self.resume_at() {
                    return Ok(Some(self.cut(line, at, Some(byte))));
                }
            }
            if splitter.push(byte) {
                break;
            }
        }
        if self.raw.is_empty() {
            return Ok(None);
        }
        let full = splitter.full;
        let mut record = splitter.finish(line);
        record.several_lines = self.input.line() > line + u64::from(!record.unended);
        let broken = record.fault.is_some() || self.width.is_some_and(|width| width != record.width());
        if broken
            && !full
            && let Some(at) = self.resume_at()
        {
            return Ok(Some(self.cut(line, at, None)));
        }
        Ok(Some(record))
    }

    /// Where the raw bytes of a broken record of several lines hold a line that is a whole row by itself.
    fn resume_at(&self) -> Option<usize> {
        let width = self.width?;
        let ends = line_ends(&self.raw).skip(1).chain([self.raw.len()]);
        line_ends(&self.raw).zip(ends).map(|(start, end)| (start, &self.raw[start..end])).find_map(
            |(start, line)| {
                let row = split(line, self.separator, 1);
                (!line.is_empty() && row.fault.is_none() && row.width() == width).then_some(start)
            },
        )
    }

    /// The record up to `at`, where the next one starts: what follows, `last` included, is to be read again.
    fn cut(&mut self, line: u64, at: usize, last: Option<u8>) -> Record {
        self.raw.extend(last);
        let record = split(&self.raw[..at], self.separator, line);
        let breaks = line_ends(&self.raw[..at]).count() as u64;
        self.input.give_back(&self.raw[at..], line + breaks);
        record
    }
}

/// Where the lines of a text end: after LF, CR LF or CR.
fn line_ends(text: &[u8]) -> impl Iterator<Item = usize> {
    text.iter().enumerate().filter_map(|(at, &byte)| {
        let ends = byte == b'\n' || (byte == b'\r' && text.get(at + 1) != Some(&b'\n'));
        ends.then_some(at + 1)
    })
}

/// The first record of a text.
pub(crate) fn split(text: &[u8], separator: u8, line: u64) -> Record {
    let mut splitter = Splitter::new(separator);
    for &byte in text {
        if splitter.push(byte) {
            break;
        }
    }
    splitter.finish(line)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the first byte of a cell.
    Start,
    /// In a cell without quotes.
    Plain,
    /// Between quotes.
    Quoted,
    /// After a quote that closes the cell, unless another one follows.
    Quote,
    /// After the white space that follows a closing quote.
    Closed,
}

struct Splitter {
    separator: u8,
    state: State,
    record: Record,
    ended: bool,
    full: bool,
}

impl Splitter {
    fn new(separator: u8) -> Self {
        Splitter { separator, state: State::Start, record: Record::default(), ended: false, full: false }
    }

    /// Takes a byte: whether it ended the record.
    fn push(&mut self, byte: u8) -> bool {
        match (self.state, byte) {
            (State::Quoted, b'"') => self.state = State::Quote,
            (State::Quoted, _) => self.keep(byte),
            (State::Quote, b'"') => {
                self.keep(byte);
                self.state = State::Quoted;
            }
            (_, b'\n' | b'\r') => {
                self.end_cell();
                self.ended = true;
            }
            (_, byte) if byte == self.separator => self.end_cell(),
            (State::Start, b'"') => {
                self.record.quoted = true;
                self.state = State::Quoted;
            }
            (State::Quote | State::Closed, b' ') => self.state = State::Closed,
            (State::Quote | State::Closed, _) => {
                let column = self.column();
                self.record.fault.get_or_insert(Fault::AfterQuote { column });
                self.state = State::Plain;
                self.keep(byte);
            }
            (State::Start | State::Plain, _) => {
                self.state = State::Plain;
                self.keep(byte);
            }
        }
        self.ended
    }

    /// Keeps nothing more: what follows is only looked at for the end of the record.
    fn fill(&mut self) {
        let column = self.column();
        self.record.fault = Some(Fault::TooLong { column });
        self.record.ends.push(self.record.bytes.len());
        self.full = true;
    }

    fn finish(mut self, line: u64) -> Record {
        self.record.unended = !self.ended;
        if !self.ended {
            if self.state == State::Quoted {
                self.record.fault = Some(Fault::OpenQuote { column: self.column() });
            }
            self.end_cell();
        }
        self.record.line = line;
        self.record
    }

    fn column(&self) -> usize {
        if self.full { self.record.ends.len() } else { self.record.ends.len() + 1 }
    }

    fn keep(&mut self, byte: u8) {
        if !self.full {
            self.record.bytes.push(byte);
        }
    }

    fn end_cell(&mut self) {
        if !self.full {
            self.record.ends.push(self.record.bytes.len());
        }
        self.state = State::Start;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &[u8], width: Option<usize>) -> Vec<(u64, Vec<String>, Option<Fault>)> {
        let mut progress = |_| {};
        let mut records = Records::new(Input::new(text, &mut progress), b',');
        records.width = width;
        let mut all = Vec::new();
        while let Some(record) = records.next().unwrap() {
            let cells = record.cells().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
            all.push((record.line, cells, record.fault));
        }
        all
    }

    fn row(line: u64, cells: &[&str]) -> (u64, Vec<String>, Option<Fault>) {
        (line, cells.iter().map(ToString::to_string).collect(), None)
    }

    #[test]
    fn lines_end_as_every_system_writes_them() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a,b", "\"c", "c\",d", "", "e,f"].join(end);
            let quoted = format!("c{end}c");
            let expected = [row(1, &["a", "b"]), row(2, &[&quoted, "d"]), row(5, &["e", "f"])];
            assert_eq!(read(text.as_bytes(), Some(2)), expected, "{end:?}");
        }
    }

    #[test]
    fn quotes_are_doubled_inside_quotes_and_plain_elsewhere() {
        let text = b"\"a \"\"b\"\"\",c \"d\" , \"e\n\"\",\"f\" ,g";
        assert_eq!(read(text, Some(3)), [row(1, &["a \"b\"", "c \"d\" ", " \"e"]), row(2, &["", "f", "g"])]);
    }

    #[test]
    fn a_quote_never_closed_swallows_no_good_row() {
        let text = b"1,\"open,x\n2,b,c\n3,\"b\",c\n4,b,c";
        let rows = read(text, Some(3));
        assert_eq!(rows[0].2, Some(Fault::OpenQuote { column: 2 }));
        assert_eq!(rows[1..], [row(2, &["2", "b", "c"]), row(3, &["3", "b", "c"]), row(4, &["4", "b", "c"])]);
        let text = b"1,b,c\r\n2,\"b";
        assert_eq!(read(text, Some(3))[1].2, Some(Fault::OpenQuote { column: 2 }));
    }

    #[test]
    fn a_record_too_long_is_passed_over() {
        let mut text = b"1,b,c\n2,\"".to_vec();
        text.extend(std::iter::repeat_n(b'x', 3 * LONGEST_RECORD));
        text.extend(b"\",c\n3,b,c\n");
        let rows = read(&text, Some(3));
        assert_eq!(rows[1].2, Some(Fault::TooLong { column: 2 }));
        assert_eq!(rows[2], row(3, &["3", "b", "c"]));
    }

    #[test]
    fn a_quote_never_closed_before_a_long_file_swallows_no_good_row() {
        let mut text = b"0,\"open,c\n".to_vec();
        for line in 1..=200_000 {
            text.extend(format!("{line},b,c\n").as_bytes());
        }
        let rows = read(&text, Some(3));
        assert_eq!(rows.len(), 200_001);
        assert_eq!(rows[200_000], row(200_001, &["200000", "b", "c"]));
    }

    proptest! {
        #[test]
        fn what_the_csv_crate_writes_is_read_back(
            rows in prop::collection::vec(prop::collection::vec("[a,\"\r\n é]{0,6}", 3), 1..6),
        ) {
            let mut writer = ::csv::Writer::from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let text = writer.into_inner().unwrap();
            let read: Vec<Vec<String>> = read(&text, Some(3)).into_iter().map(|(_, cells, _)| cells).collect();
            prop_assert_eq!(read, rows);
        }

        #[test]
        fn any_bytes_are_read(text in prop::collection::vec(prop::sample::select(b"a,\"\r\n".to_vec()), 0..60)) {
            read(&text, Some(2));
        }
    }
}
