//! CPTS, the territorial communities of health professionals, and the communes they cover: a table of ours, or the
//! organisations that the ANS publishes. What each column becomes is in the README of this folder.

mod cell;
mod columns;
mod fhir;
mod map;
mod rows;

#[cfg(test)]
mod tests;

use crate::parts::{Parts, peeked};
use crate::register::{Register, Where};
use crate::staged::Source;
use crate::table::ReadError;
use rows::Rows;

const EXPECTED: &str = "des CPTS : un CSV avec au moins id (ou finess), name et communes, ou des Organization FHIR qui sont des CPTS";

/// Reads files of the format. `progress` is told how many bytes were read so far.
pub fn read(parts: &Parts, progress: &mut dyn FnMut(u64)) -> Result<Box<dyn Source>, ReadError> {
    let mut register = Register::default();
    let mut rows = Rows::default();
    let mut others = 0;
    parts.each(progress, |file, input| {
        let io = |source| ReadError::Io { file: file.to_owned(), source };
        let (first, mut input) = peeked(input).map_err(io)?;
        match first {
            None => Err(ReadError::Empty { file: file.to_owned(), expected: EXPECTED.to_owned() }),
            Some(b'{' | b'[') => fhir::read(file, &mut input, &mut register, &mut others),
            Some(_) => rows.read(file, &mut input, &mut register),
        }
    })?;
    rows.finish(&mut register)?;
    let file = parts.names().next().unwrap_or_default();
    if register.is_empty() {
        let found =
            if others == 0 { "aucune CPTS" } else { "des organisations, dont aucune n’est une CPTS" };
        let (file, found, expected) = (file.to_owned(), found.to_owned(), EXPECTED.to_owned());
        return Err(ReadError::NotATable { file, found, expected });
    }
    if others > 0 {
        let expected = "des CPTS seulement, par leur profil ou leur nom ; laissé de côté";
        register.warn(Where { file, line: 1 }, None, &format!("autres organisations : {others}"), expected);
    }
    Ok(register.mapped(map::map))
}
