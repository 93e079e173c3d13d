//! Records put aside in a temporary file until the last one is seen: what comes later may replace, refuse or complete what
//! came before, and no file is too large. About a hundred bytes a record stay in memory.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write};
use std::marker::PhantomData;
use std::os::unix::fs::FileExt;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Bytes gathered before they are written.
const BUFFER: usize = 1 << 20;

/// Records by key, in the order in which they first came.
#[derive(Debug)]
pub(crate) struct Shelf<T> {
    file: Option<File>,
    /// What is not written yet.
    tail: Vec<u8>,
    written: u64,
    places: HashMap<Box<str>, u32>,
    entries: Vec<Entry>,
    kind: PhantomData<fn() -> T>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    offset: u64,
    /// Zero when the record was taken off.
    length: u32,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Shelf {
            file: None,
            tail: Vec::new(),
            written: 0,
            places: HashMap::new(),
            entries: Vec::new(),
            kind: PhantomData,
        }
    }
}

impl<T: Serialize + DeserializeOwned> Shelf<T> {
    /// Puts a record, in the place of the one that has its key.
    pub fn put(&mut self, key: &str, record: &T) -> io::Result<()> {
        let start = self.tail.len();
        serde_json::to_writer(&mut self.tail, record)?;
        let entry = Entry { offset: self.written + start as u64, length: (self.tail.len() - start) as u32 };
        if let Some(place) = self.place(key) {
            self.entries[place] = entry;
        } else {
            self.places.insert(key.into(), self.entries.len() as u32);
            self.entries.push(entry);
        }
        if self.tail.len() >= BUFFER { self.flush() } else { Ok(()) }
    }

    /// Takes a record off; its key stays known.
    pub fn take_off(&mut self, key: &str) {
        if let Some(&place) = self.places.get(key) {
            self.entries[place as usize].length = 0;
        }
    }

    /// The place of a key, once a record of it was put.
    pub fn place(&self, key: &str) -> Option<usize> {
        self.places.get(key).map(|&place| place as usize)
    }

    /// The record of a key.
    pub fn get(&self, key: &str) -> io::Result<Option<T>> {
        self.place(key).map_or(Ok(None), |place| self.at(place))
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.entries.iter().filter(|entry| entry.length > 0).count()
    }

    /// The record that came at this place, from 0; none where it was taken off, or beyond [`Shelf::places`].
    pub fn at(&self, place: usize) -> io::Result<Option<T>> {
        let Some(&Entry { offset, length }) = self.entries.get(place).filter(|entry| entry.length > 0) else {
            return Ok(None);
        };
        if let Some(start) = offset.checked_sub(self.written) {
            return Ok(Some(serde_json::from_slice(&self.tail[start as usize..][..length as usize])?));
        }
        let mut bytes = vec![0; length as usize];
        let file = self.file.as_ref().expect("what was written is in the file");
        file.read_exact_at(&mut bytes, offset)?;
        Ok(Some(serde_json::from_slice(&bytes)?))
    }

    /// How many places there are, those of records taken off included.
    pub fn places(&self) -> usize {
        self.entries.len()
    }

    fn flush(&mut self) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile()?),
        };
        file.write_all(&self.tail)?;
        self.written += self.tail.len() as u64;
        self.tail.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(shelf: &Shelf<String>) -> Vec<String> {
        (0..shelf.places()).filter_map(|place| shelf.at(place).unwrap()).collect()
    }

    #[test]
    fn records_stay_in_order_and_can_be_replaced() {
        let mut shelf = Shelf::default();
        for (key, text) in [("a", "un"), ("b", "deux"), ("c", "trois"), ("a", "un bis")] {
            shelf.put(key, &text.to_owned()).unwrap();
        }
        shelf.take_off("b");
        assert_eq!(all(&shelf), ["un bis", "trois"]);
        assert_eq!((shelf.len(), shelf.places(), shelf.place("b"), shelf.place("d")), (2, 3, Some(1), None));
        assert_eq!(shelf.get("c").unwrap().as_deref(), Some("trois"));
        assert_eq!((shelf.get("b").unwrap(), shelf.get("d").unwrap()), (None, None));
    }

    #[test]
    fn what_does_not_fit_in_memory_is_on_disk() {
        let mut shelf = Shelf::default();
        let text = "x".repeat(BUFFER / 4);
        for number in 0..10 {
            shelf.put(&number.to_string(), &format!("{number}{text}")).unwrap();
        }
        assert!(shelf.tail.len() < BUFFER && shelf.written > 0);
        let firsts: String = all(&shelf).iter().map(|text| &text[..1]).collect();
        assert_eq!(firsts, "0123456789");
    }
}
