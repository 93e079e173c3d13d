//! The directory of offers (ROR) as FHIR R4 resources: pages of a search, parts of an `$export`, deltas, together or not. One
//! `HealthcareService`, one listing. What each element becomes is in the README of this folder.

mod codes;
mod contact;
mod deviation;
mod fhir;
mod map;
mod offer;
mod opening;
mod organization;
mod people;
mod place;
mod resources;
#[cfg(test)]
mod tests;
mod zone;

use crate::parts::Parts;
use crate::register::{Register, read_items};
use crate::staged::Source;
use crate::table::ReadError;
use map::Mapper;
use resources::Resources;

/// The list of a `Bundle`.
const LISTS: &[&str] = &["entry"];

/// Reads files of the directory. `progress` is told how many bytes were read so far.
///
/// # Errors
/// When a file cannot be read, or when no file holds an offer.
pub fn read(parts: &Parts, progress: &mut dyn FnMut(u64)) -> Result<Box<dyn Source>, ReadError> {
    let mut register = Register::default();
    let mut resources = Resources::default();
    let envelopes = read_items(parts, LISTS, progress, &mut register, |register, spot, _, item| {
        resources.take(register, spot, item)
    })?;
    for (_, envelope) in &envelopes {
        resources.bundle(envelope);
    }
    let files: Vec<&str> = envelopes.iter().map(|(file, _)| file.as_str()).collect();
    if register.is_empty()
        && let Some((found, expected)) = resources.nothing()
    {
        return Err(ReadError::NotATable { file: files.join(", "), found, expected });
    }
    resources.check(&mut register, &files);
    Ok(register.mapped_by(Mapper::new(resources)))
}
