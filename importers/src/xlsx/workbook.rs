//! A workbook from its bytes, and which of its sheets hold the tables of a format.

use std::io::{Cursor, Read};

use calamine::{Reader, SheetType, SheetVisible, Xlsx, XlsxError};
use maille_domain::run::{Issue, Severity};
use zip::ZipArchive;

use super::sheet::{Header, Rows, Sheet};
use crate::issue::{Spot, shorten};
use crate::mapping::Mapping;
use crate::table::{Headers, Layout, ReadError, header_expected, not_a_table};

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
    layout: Layout,
    parts: Parts,
    /// Name of each sheet of cells, and whether it is shown.
    sheets: Vec<(String, bool)>,
}

/// A sheet that holds a table.
pub(super) struct Table {
    /// The name of the sheet.
    pub name: String,
    header: Header,
}

/// The sheets of a workbook, looked at.
#[derive(Default)]
struct Looked {
    /// Those whose header has the required columns, and whether they are shown.
    tables: Vec<(Table, bool)>,
    /// The header that lacks fewest columns, where it is.
    closest: Option<(String, Header)>,
    /// The first sheet that cannot be read.
    failed: Option<ReadError>,
}

impl Workbook {
    /// Opens a workbook of tables of this layout.
    pub fn open(
        file: &str,
        mut input: impl Read,
        layout: Layout,
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
            return Err(ReadError::Empty { file: file.to_owned(), expected: header_expected(layout) });
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
        Ok(Workbook { file: file.to_owned(), layout, parts, sheets })
    }

    /// The first shown sheet whose header has the required columns, and a warning for each other sheet that has it.
    pub fn listings(&mut self) -> Result<(Table, Vec<Issue>), ReadError> {
        let mut looked = self.look();
        let Some(first) = looked.tables.iter().position(|(_, shown)| *shown) else {
            return Err(self.none(looked));
        };
        let (listings, _) = looked.tables.remove(first);
        let warnings = looked.tables.iter().map(|(table, shown)| {
            let label = self.label(&table.name);
            let spot = Spot { file: &label, line: table.header.line(), ..Spot::default() };
            let found =
                if *shown { "une autre feuille de ressources" } else { "une feuille masquée de ressources" };
            let expected = "une seule feuille de ressources ; celle-ci n’est pas lue";
            spot.issue(Severity::Warning, found, expected)
        });
        Ok((listings, warnings.collect()))
    }

    /// Every shown sheet whose header has the required columns.
    pub fn shown(&mut self) -> Result<Vec<Table>, ReadError> {
        let looked = self.look();
        if !looked.tables.iter().any(|(_, shown)| *shown) {
            return Err(self.none(looked));
        }
        Ok(looked.tables.into_iter().filter(|(_, shown)| *shown).map(|(table, _)| table).collect())
    }

    /// Looks for a header in every sheet. What is wrong in a sheet of something else is not our business.
    fn look(&mut self) -> Looked {
        let mut looked = Looked::default();
        for (name, shown) in self.sheets.clone() {
            let label = self.label(&name);
            let header = match Header::find(&label, &name, self.layout.required, &mut self.parts) {
                Ok(Some(header)) => header,
                Ok(None) => continue,
                Err(error) => {
                    looked.failed.get_or_insert(error);
                    continue;
                }
            };
            if header.missing.is_empty() {
                looked.tables.push((Table { name, header }, shown));
            } else if looked
                .closest
                .as_ref()
                .is_none_or(|(_, closest)| header.missing.len() < closest.missing.len())
            {
                looked.closest = Some((label, header));
            }
        }
        looked
    }

    /// Why no shown sheet holds a table.
    fn none(&self, looked: Looked) -> ReadError {
        if let Some((table, _)) = looked.tables.first() {
            let found = format!("des ressources dans la seule feuille masquée « {} »", shorten(&table.name));
            return refused(&self.file, &found, "une feuille affichée");
        }
        match (looked.failed, looked.closest) {
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
            (None, None) => {
                ReadError::Empty { file: self.file.clone(), expected: header_expected(self.layout) }
            }
        }
    }

    /// The sheet of anybody's table: the one that is asked, else the first shown one whose header names most columns. A
    /// warning for each other shown sheet that names as many.
    pub fn table(
        &mut self,
        headers: &Headers,
        asked: Option<&str>,
    ) -> Result<(Table, Vec<Issue>), ReadError> {
        let is_asked = |name: &str| asked.is_some_and(|asked| asked.trim() == name.trim());
        let mut found: Vec<(Table, usize)> = Vec::new();
        for (name, shown) in self.sheets.clone() {
            if if asked.is_some() { !is_asked(&name) } else { !shown } {
                continue;
            }
            let label = self.label(&name);
            if let Some((header, known)) = Header::best(&label, &name, &mut self.parts, headers)? {
                found.push((Table { name, header }, known));
            }
        }
        if found.is_empty() {
            let names: Vec<String> =
                self.sheets.iter().map(|(name, _)| format!("« {} »", shorten(name))).collect();
            let expected = match (asked, headers.line) {
                (Some(asked), _) => format!("la feuille « {asked} », avec une ligne de titres"),
                (None, Some(line)) => format!("une feuille affichée, avec les titres ligne {line}"),
                (None, None) => "une feuille affichée, avec une ligne de titres".to_owned(),
            };
            return Err(refused(&self.file, &format!("les feuilles {}", names.join(", ")), &expected));
        }
        let most = found.iter().map(|(_, known)| *known).max().unwrap_or_default();
        let mut best = found.into_iter().filter(|(_, known)| *known == most).map(|(listings, _)| listings);
        let first = best.next().ok_or_else(|| damaged(&self.file, "aucune feuille"))?;
        let warning = |other: Table| {
            let label = self.label(&other.name);
            let spot = Spot { file: &label, line: other.header.line(), ..Spot::default() };
            let expected =
                "une seule feuille, ou sheet dans la table de correspondance ; celle-ci n’est pas lue";
            spot.issue(Severity::Warning, "une autre feuille aux mêmes titres", expected)
        };
        let warnings = if most > 0 { best.map(warning).collect() } else { Vec::new() };
        Ok((first, warnings))
    }

    /// Whether its sheets are told apart.
    pub fn has_several_sheets(&self) -> bool {
        self.sheets.len() > 1
    }

    /// Reads the rows of the sheet.
    pub fn read(&mut self, table: Table, mapping: Option<&Mapping>) -> Result<Sheet, ReadError> {
        let label = self.label(&table.name);
        let merges = self.parts.merge_cells_by_sheet_name(&table.name);
        let merges = merges.map_err(|error| error_of(&label, &error))?;
        let rows = Rows::of(&label, &table.name, &mut self.parts)?;
        Sheet::read(label.clone(), table.header, rows, &merges, mapping)
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
