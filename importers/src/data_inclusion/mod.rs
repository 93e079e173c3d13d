//! data·inclusion, the shared schema of social services (v1): structures and services as JSON, NDJSON, CSV or XLSX, in any order
//! and in any number of files. What each field becomes is in the README of this folder.

mod codes;
mod files;
mod gather;
mod kind;
mod map;
mod zone;

#[cfg(test)]
mod tests;

use crate::parts::Parts;
use crate::staged::Source;
use crate::table::ReadError;
use gather::Gathered;

/// Reads files of structures and services. `progress` is told how many bytes were read so far.
pub fn read(parts: &Parts, progress: &mut dyn FnMut(u64)) -> Result<Box<dyn Source>, ReadError> {
    let mut gathered = Gathered::default();
    parts.each(progress, |file, input| files::read(file, input, &mut gathered))?;
    gathered.source(parts.names().next().unwrap_or_default())
}
