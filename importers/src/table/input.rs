//! Bytes one at a time, with the line they are on; some can be given back.

use std::io::{self, Read};

const CHUNK: usize = 64 * 1024;

/// A source of bytes that counts its lines and tells how far it is.
pub(crate) struct Input<'a, R> {
    reader: R,
    chunk: Vec<u8>,
    position: usize,
    total: u64,
    line: u64,
    after_return: bool,
    progress: &'a mut dyn FnMut(u64),
}

impl<'a, R: Read> Input<'a, R> {
    pub fn new(reader: R, progress: &'a mut dyn FnMut(u64)) -> Self {
        Input { reader, chunk: Vec::new(), position: 0, total: 0, line: 1, after_return: false, progress }
    }

    /// The line of the next byte, from 1. Lines end with LF, CR LF or CR.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The first bytes, which stay to be read, but for a byte order mark of UTF-8.
    pub fn open(&mut self) -> io::Result<&[u8]> {
        // More than one read: a pipe gives what it has.
        while self.chunk.len() < CHUNK && self.refill()? > 0 {}
        if self.chunk.starts_with(b"\xEF\xBB\xBF") {
            self.position = 3;
        }
        Ok(&self.chunk[self.position..])
    }

    pub fn next(&mut self) -> io::Result<Option<u8>> {
        if self.position == self.chunk.len() {
            self.chunk.clear();
            self.position = 0;
            if self.refill()? == 0 {
                return Ok(None);
            }
        }
        let byte = self.chunk[self.position];
        self.position += 1;
        if byte == b'\r' || (byte == b'\n' && !self.after_return) {
            self.line += 1;
        }
        self.after_return = byte == b'\r';
        Ok(Some(byte))
    }

    /// Gives back the last bytes read; they start `line`.
    pub fn give_back(&mut self, bytes: &[u8], line: u64) {
        self.chunk.splice(..self.position, bytes.iter().copied());
        self.position = 0;
        self.line = line;
        self.after_return = false;
    }

    /// Adds a read to the chunk: how many bytes came.
    fn refill(&mut self) -> io::Result<usize> {
        let count = (&mut self.reader).take(CHUNK as u64).read_to_end(&mut self.chunk)?;
        self.total += count as u64;
        (self.progress)(self.total);
        Ok(count)
    }
}
