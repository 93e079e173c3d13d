//! A workbook from its bytes, and which of its sheets holds the listings.

use std::io::{Cursor, Read};

use calamine::{Reader, SheetType, SheetVisible, Xlsx, XlsxError};
use maille_domain::run::{Issue, Severity};
use zip::ZipArchive;

use super::sheet::{Header, Rows, Sheet};
use crate::issue::{Spot, shorten};
use crate::spreadsheet::LAYOUT;
use crate::table::{ReadError, header_expected, not_a_table};

/// Largest file read, in bytes.
const LARGEST: u64 = 100_000_000;
/// Largest size of its parts once unpacked, in bytes.
const LARGEST_UNPACKED: u64 = 1_000_000_000;
/// Read between two words of progress.
const CHUNK: u64 = 256 * 1024;
/// Where an ODS document, which is a ZIP archive too, says what it is.
const ODS: (usize, &[u8]) = (30, b"mimetypeapplication/vnd.oasis.opendocument");

/// The parts of a workbook, in memory.
pub(super) type Parts = Xlsx<Cursor<Vec<u8>>>;

/// A workbook, open.
pub(super) struct Workbook {
    file: String,
    parts: Parts,
    /// Name of each sheet of cells, and whether it is shown.
    sheets: Vec<(String, bool)>,
}

/// The sheet that holds the listings.
pub(super) struct Listings {
    name: String,
    header: Header,
}

impl Workbook {
    /// Opens a workbook.
    pub fn open(
        file: &str,
        mut input: impl Read,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Workbook, ReadError> {
        let mut bytes = Vec::new();
        loop {
            let read = (&mut input).take(CHUNK).read_to_end(&mut bytes);
            if read.map_err(|source| ReadError::Io { file: file.to_owned(), source })? == 0 {
                break;
            }
            progress(bytes.len() as u64);
            if bytes.len() as u64 > LARGEST {
                return Err(refused(file, "plus de 100 Mo", "un classeur plus petit"));
            }
        }
        if bytes.is_empty() {
            return Err(ReadError::Empty { file: file.to_owned(), expected: header_expected(LAYOUT) });
        }
        if let Some((found, expected)) = something_else(&bytes) {
            return Err(refused(file, found, expected));
        }
        let unpacked = unpacked(&bytes).ok_or_else(|| damaged(file, "archive ZIP incomplète"))?;
        if unpacked > LARGEST_UNPACKED {
            return Err(refused(file, "plus de 1 Go une fois décompressé", "un classeur plus petit"));
        }
        let parts = Xlsx::new(Cursor::new(bytes)).map_err(|error| error_of(file, &error))?;
        let sheets = parts
            .sheets_metadata()
            .iter()
            .filter(|sheet| sheet.typ == SheetType::WorkSheet)
            .map(|sheet| (sheet.name.clone(), sheet.visible == SheetVisible::Visible))
            .collect();
        Ok(Workbook { file: file.to_owned(), parts, sheets })
    }

    /// The first shown sheet whose header has the required columns, and a warning for each other sheet that has it.
    pub fn listings(&mut self) -> Result<(Listings, Vec<Issue>), ReadError> {
        let mut listings: Option<Listings> = None;
        let mut warnings = Vec::new();
        let mut hidden = None;
        let mut closest: Option<(String, Header)> = None;
        let mut failed = None;
        for (name, shown) in self.sheets.clone() {
            let label = self.label(&name);
            // What is wrong in a sheet of something else is not our business.
            let header = match Header::find(&label, &name, &mut self.parts) {
                Ok(Some(header)) => header,
                Ok(None) => continue,
                Err(error) => {
                    failed.get_or_insert(error);
                    continue;
                }
            };
            if !header.missing.is_empty() {
                if closest.as_ref().is_none_or(|(_, closest)| header.missing.len() < closest.missing.len()) {
                    closest = Some((label, header));
                }
            } else if shown && listings.is_none() {
                listings = Some(Listings { name, header });
            } else {
                let spot = Spot { file: &label, line: header.line(), ..Spot::default() };
                let found = if shown {
                    "une autre feuille de ressources"
                } else {
                    "une feuille masquée de ressources"
                };
                let expected = "une seule feuille de ressources ; celle-ci n’est pas lue";
                warnings.push(spot.issue(Severity::Warning, found, expected));
                if !shown {
                    hidden.get_or_insert(name);
                }
            }
        }
        if let Some(listings) = listings {
            return Ok((listings, warnings));
        }
        if let Some(name) = hidden {
            let found = format!("des ressources dans la seule feuille masquée « {} »", shorten(&name));
            return Err(refused(&self.file, &found, "une feuille affichée"));
        }
        Err(match (failed, closest) {
            (Some(error), _) => error,
            (None, Some((file, header))) => ReadError::MissingColumns {
                file,
                line: header.line(),
                found: header
                    .names
                    .iter()
                    .filter(|name| !name.is_empty())
                    .map(|name| shorten(name))
                    .collect(),
                missing: header.missing,
            },
            (None, None) => ReadError::Empty { file: self.file.clone(), expected: header_expected(LAYOUT) },
        })
    }

    /// Reads the rows of the sheet.
    pub fn read(&mut self, listings: Listings) -> Result<Sheet, ReadError> {
        let label = self.label(&listings.name);
        let merges = self.parts.merge_cells_by_sheet_name(&listings.name);
        let merges = merges.map_err(|error| error_of(&label, &error))?;
        let rows = Rows::of(&label, &listings.name, &mut self.parts)?;
        Sheet::read(label.clone(), listings.header, rows, &merges)
    }

    /// The file as messages name it: with the sheet, when there are several.
    fn label(&self, sheet: &str) -> String {
        if self.sheets.len() > 1 {
            format!("{}, feuille « {} »", self.file, shorten(sheet))
        } else {
            self.file.clone()
        }
    }
}

/// What a file is when it is no workbook, and what was expected.
fn something_else(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    const EXPECTED: &str = "un classeur XLSX";
    const SAVED: &str = "un classeur enregistré au format XLSX";
    if bytes.starts_with(b"PK") {
        let (at, mark) = ODS;
        return bytes
            .get(at..)
            .is_some_and(|rest| rest.starts_with(mark))
            .then_some(("un document ODS", SAVED));
    }
    if bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        // A workbook with a password hides in the container of the old format.
        return match Parts::new(Cursor::new(bytes.to_vec())) {
            Err(XlsxError::Password) => {
                Some(("un classeur protégé par un mot de passe", "un classeur XLSX sans mot de passe"))
            }
            _ => Some(("un ancien classeur XLS", SAVED)),
        };
    }
    Some(not_a_table(bytes).map_or(
        ("un fichier texte", "un classeur XLSX ; un tableau CSV s’importe avec « maille import csv »"),
        |found| (found, EXPECTED),
    ))
}

/// The size of the parts of an archive, as it declares them.
fn unpacked(bytes: &[u8]) -> Option<u64> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    (0..archive.len()).map(|part| archive.by_index_raw(part).ok().map(|part| part.size())).sum()
}

pub(super) fn error_of(file: &str, error: &XlsxError) -> ReadError {
    match error {
        XlsxError::Password => {
            refused(file, "un classeur protégé par un mot de passe", "un classeur XLSX sans mot de passe")
        }
        XlsxError::CellError(kind) => refused(
            file,
            &format!("une erreur de calcul inconnue : {}", shorten(kind)),
            "un classeur dont les formules sont remplacées par leurs valeurs",
        ),
        error => damaged(file, &error.to_string()),
    }
}

pub(super) fn damaged(file: &str, why: &str) -> ReadError {
    let found = format!("un classeur abîmé ({})", shorten(why));
    refused(file, &found, "un classeur XLSX qu’un tableur vient d’enregistrer")
}

pub(super) fn refused(file: &str, found: &str, expected: &str) -> ReadError {
    ReadError::NotATable { file: file.to_owned(), found: found.to_owned(), expected: expected.to_owned() }
}
