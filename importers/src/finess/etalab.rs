//! A file of the open CSV from its bytes to structures, each id once, each with its point.
//!
//! The points come after the structures: what was read is kept as text until then, some 400 bytes a structure.

use std::collections::{HashMap, HashSet};
use std::io::Read;

use maille_domain::run::{Issue, Severity};
use serde_json::{Map, Value, json};

use super::lines::{Line, next_line};
use crate::excel::{ABBREVIATED, is_abbreviated};
use crate::issue::{Spot, shorten};
use crate::table::{Decoder, Input, ReadError, not_a_table};

/// The cells of a structure, after the section.
pub(super) const STRUCTURE: [&str; 31] = [
    "nofinesset",
    "nofinessej",
    "rs",
    "rslongue",
    "complrs",
    "compldistrib",
    "numvoie",
    "typvoie",
    "voie",
    "compvoie",
    "lieuditbp",
    "commune",
    "departement",
    "libdepartement",
    "ligneacheminement",
    "telephone",
    "telecopie",
    "categetab",
    "libcategetab",
    "categagretab",
    "libcategagretab",
    "siret",
    "codeape",
    "codemft",
    "libmft",
    "codesph",
    "libsph",
    "dateouv",
    "dateautor",
    "datemaj",
    "numuai",
];
/// The cells of a point, after the section.
pub(super) const POINT: [&str; 5] = ["nofinesset", "coordxet", "coordyet", "sourcecoordet", "datemaj"];
/// Cells at the end that a line may lack: older files had no `numuai`.
const OPTIONAL: usize = 1;

/// A file of the open CSV, read.
pub(super) struct Etalab {
    entries: Vec<Entry>,
    points: HashMap<Box<str>, Entry>,
    /// Lines that cannot be told apart.
    pub refused: Vec<Refused>,
    /// Whether structures may be missing.
    pub damaged: bool,
    /// What was wrong in lines as lines.
    pub issues: Vec<Issue>,
}

/// A structure, with its point when it has one.
pub(super) struct Structure<'a> {
    /// Its FINESS number, nine characters.
    pub id: &'a str,
    /// Its line.
    pub line: u64,
    /// Day of its last change, ISO 8601.
    pub changed: String,
    /// What the lines say, by column, empty cells left out; `ligne` is the line of the point.
    pub value: Value,
}

/// A line that is no structure.
pub(super) struct Refused {
    /// Its number, when it could be read.
    pub id: Option<String>,
    /// Why.
    pub issue: Issue,
    /// What it holds.
    pub value: Value,
}

/// The column of a cell, from 1 since the section is the first, and whether it is one of a point.
pub(super) fn column(name: &str) -> Option<(u64, bool)> {
    let of = |names: &[&str]| names.iter().position(|known| *known == name).map(|at| at as u64 + 2);
    of(&STRUCTURE).map(|column| (column, false)).or_else(|| of(&POINT).map(|column| (column, true)))
}

/// A line kept: its cells end to end, apart by a character that none of them holds.
struct Entry {
    id: Box<str>,
    line: u64,
    text: Box<str>,
}

const APART: char = '\n';

impl Entry {
    fn cells(&self, names: &'static [&'static str]) -> impl Iterator<Item = (&'static str, &str)> {
        names.iter().copied().zip(self.text.split(APART))
    }

    /// The cells that are not empty.
    fn filled(&self, names: &'static [&'static str]) -> Map<String, Value> {
        let filled = self.cells(names).filter(|(_, text)| !text.is_empty());
        filled.map(|(name, text)| (name.to_owned(), Value::from(text))).collect()
    }

    /// Day of the last change, ISO 8601.
    fn changed(&self, names: &'static [&'static str]) -> String {
        let date = self.cells(names).find(|(name, _)| *name == "datemaj");
        iso(date.map_or("", |(_, text)| text))
    }
}

impl Etalab {
    /// Reads a whole file.
    pub fn read(file: &str, input: impl Read) -> Result<Etalab, ReadError> {
        let io = |source| ReadError::Io { file: file.to_owned(), source };
        let mut quiet = |_| {};
        let mut input = Input::new(input, &mut quiet);
        let start = input.open().map_err(io)?;
        if start.iter().all(u8::is_ascii_whitespace) {
            return Err(ReadError::Empty { file: file.to_owned(), expected: EXPECTED.to_owned() });
        }
        let refused = |found: String| ReadError::NotATable {
            file: file.to_owned(),
            found,
            expected: EXPECTED.to_owned(),
        };
        if let Some(found) = not_a_table(start) {
            return Err(refused(found.to_owned()));
        }
        let mut reading = Reading::new(file);
        let mut first = true;
        while let Some(line) = next_line(&mut input).map_err(io)? {
            let section = String::from_utf8_lossy(&line.cells[0]).trim().to_lowercase();
            match section.as_str() {
                "structureet" => reading.structure(&line),
                "geolocalisation" => reading.point(&line),
                "finess" if first => {}
                _ if first => return Err(refused(format!("une première ligne « {} »", shorten(&section)))),
                _ => reading.other(&section, &line),
            }
            first = false;
        }
        Ok(reading.finish())
    }

    /// Every structure, in the order of the file.
    pub fn structures(&self) -> impl Iterator<Item = Structure<'_>> {
        self.entries.iter().map(|entry| {
            let mut value = Map::from_iter([("structureet".to_owned(), entry.filled(&STRUCTURE).into())]);
            let point = self.points.get(&entry.id);
            if let Some(point) = point {
                value.insert("geolocalisation".to_owned(), point.filled(&POINT).into());
            }
            value.insert("ligne".to_owned(), point.map(|point| point.line).into());
            Structure {
                id: &entry.id,
                line: entry.line,
                changed: entry.changed(&STRUCTURE),
                value: value.into(),
            }
        })
    }
}

const EXPECTED: &str = "un fichier du répertoire FINESS : le CSV ouvert (etalab-cs1100502 ou etalab-cs1100507, une première ligne « finess;etalab;… », puis des lignes « structureet »), le JSON des structures ou des activités, ou le XML du flux standard";

struct Reading<'a> {
    file: &'a str,
    decoder: Decoder,
    entries: Vec<Entry>,
    /// Where the structure of an id is in `entries`.
    places: HashMap<Box<str>, usize>,
    points: HashMap<Box<str>, Entry>,
    refused: Vec<Refused>,
    rejected: HashSet<String>,
    damaged: bool,
    sections: HashSet<String>,
    issues: Vec<Issue>,
}

impl<'a> Reading<'a> {
    fn new(file: &'a str) -> Self {
        Reading {
            file,
            decoder: Decoder::default(),
            entries: Vec::new(),
            places: HashMap::new(),
            points: HashMap::new(),
            refused: Vec::new(),
            rejected: HashSet::new(),
            damaged: false,
            sections: HashSet::new(),
            issues: Vec::new(),
        }
    }

    fn structure(&mut self, line: &Line) {
        // A whole line has all its cells: without its end, a shorter one was cut.
        let cut = line.unended && line.cells.len() <= STRUCTURE.len();
        self.damaged |= cut;
        let id =
            line.cells.get(1).map(|cell| padded(String::from_utf8_lossy(cell).trim())).unwrap_or_default();
        let Some(entry) = self.entry(line, &STRUCTURE, Severity::Error) else {
            let issue = self.issues.pop().expect("a line that is no structure has its issue, the last");
            let id = Some(id).filter(|id| is_id(id));
            self.rejected.extend(id.clone());
            let cells: Vec<_> = line.cells.iter().map(|cell| String::from_utf8_lossy(cell)).collect();
            self.refused.push(Refused { id, issue, value: json!({ "ligne": cells.join(";") }) });
            return;
        };
        let Some(&place) = self.places.get(&entry.id) else {
            self.places.insert(entry.id.clone(), self.entries.len());
            self.entries.push(entry);
            return;
        };
        let known = &mut self.entries[place];
        let (kept, left) = if entry.changed(&STRUCTURE) >= known.changed(&STRUCTURE) {
            (entry.line, std::mem::replace(known, entry))
        } else {
            (known.line, entry)
        };
        let expected = format!("une seule ligne par établissement ; la plus récente, ligne {kept}, compte");
        self.issues.push(self.spot(left.line, "nofinesset", Some(&left.id)).issue(
            Severity::Warning,
            &left.id,
            expected,
        ));
    }

    fn point(&mut self, line: &Line) {
        let Some(entry) = self.entry(line, &POINT, Severity::Warning) else { return };
        let known = self.points.get(&entry.id);
        if known.is_none_or(|known| entry.changed(&POINT) >= known.changed(&POINT)) {
            self.points.insert(entry.id.clone(), entry);
        }
    }

    /// A line of a section that is not read: said once.
    fn other(&mut self, section: &str, line: &Line) {
        self.damaged |= line.unended;
        if self.sections.insert(section.to_owned()) {
            let expected = "une ligne « structureet » ou « geolocalisation » ; celles-ci ne sont pas lues";
            self.issues.push(self.spot(line.number, "", None).issue(Severity::Warning, section, expected));
        }
    }

    /// The cells of a line, if they are as many as they should be and the first is an id.
    fn entry(&mut self, line: &Line, names: &'static [&'static str], severity: Severity) -> Option<Entry> {
        let (found, most) = (line.cells.len() - 1, names.len());
        let extra = line.cells.iter().skip(1 + most).any(|cell| !cell.trim_ascii().is_empty());
        if found + OPTIONAL < most || extra {
            let cut = if line.unended { " ; le fichier semble tronqué" } else { "" };
            let expected = format!(
                "{most} cellules séparées par « ; » après « structureet » ou « geolocalisation »{cut}"
            );
            let id = line.cells.get(1).map(|cell| padded(String::from_utf8_lossy(cell).trim()));
            let id = id.filter(|id| is_id(id));
            let column = Some(found.min(most) as u64 + 1);
            let spot = Spot { column, ..self.spot(line.number, "", id.as_deref()) };
            self.issues.push(spot.issue(
                severity,
                &format!("{found} cellule{}", if found > 1 { "s" } else { "" }),
                expected,
            ));
            return None;
        }
        let mut text = String::new();
        for (position, cell) in line.cells.iter().enumerate().skip(1).take(most) {
            if position > 1 {
                text.push(APART);
            }
            let spot = Spot {
                column: Some(position as u64 + 1),
                ..self.spot(line.number, names[position - 1], None)
            };
            let warn = |issues: &mut Vec<Issue>, found: &str, expected| {
                issues.push(spot.issue(Severity::Warning, found, expected));
            };
            let Some(decoded) = self.decoder.decode(cell) else {
                let found = String::from_utf8_lossy(cell).into_owned();
                let expected = "un texte en UTF-8, comme le reste du fichier ; laissé de côté";
                warn(&mut self.issues, &found, expected);
                continue;
            };
            if self.decoder.just_found_windows_1252() {
                let expected = "de l’UTF-8 ; le fichier est en Windows-1252, il a été converti";
                warn(&mut self.issues, &decoded, expected);
            }
            for (place, word) in decoded
                .split(|c: char| c.is_whitespace() || c.is_control())
                .filter(|word| !word.is_empty())
                .enumerate()
            {
                text.push_str(if place > 0 { " " } else { "" });
                text.push_str(word);
            }
        }
        let written = text.split(APART).next().unwrap_or_default().to_owned();
        let id = padded(&written);
        if !is_id(&id) {
            let abbreviated = if is_abbreviated(&written) { ABBREVIATED } else { "" };
            let expected = format!("un numéro FINESS{abbreviated}");
            self.issues.push(self.spot(line.number, names[0], None).issue(severity, &written, expected));
            return None;
        }
        if line.misquoted {
            let expected =
                "des guillemets doublés dans un texte entre guillemets ; la ligne a été lue sans eux";
            let spot = Spot { column: None, ..self.spot(line.number, "", Some(&id)) };
            self.issues.push(spot.issue(Severity::Warning, &text.replace(APART, ";"), expected));
        }
        Some(Entry { id: id.into(), line: line.number, text: text.into() })
    }

    /// A place in a line: its id, or what `field` names, which is in the second column unless said.
    fn spot<'s>(&self, line: u64, field: &'s str, id: Option<&'s str>) -> Spot<'s>
    where
        'a: 's,
    {
        let column = if field.is_empty() { 1 } else { 2 };
        Spot {
            file: self.file,
            line,
            column: Some(column),
            id,
            field: Some(field).filter(|field| !field.is_empty()),
        }
    }

    fn finish(mut self) -> Etalab {
        let mut orphans: Vec<(u64, String)> = self
            .points
            .values()
            .filter(|point| !self.places.contains_key(&point.id) && !self.rejected.contains(&*point.id))
            .map(|point| (point.line, point.id.to_string()))
            .collect();
        orphans.sort();
        for (line, id) in orphans {
            let expected = "le numéro d’un établissement du fichier ; cette position n’est pas lue";
            self.issues.push(self.spot(line, "nofinesset", Some(&id)).issue(
                Severity::Warning,
                &id,
                expected,
            ));
        }
        if self.entries.is_empty() && self.refused.is_empty() {
            let expected = "des lignes « structureet »";
            self.issues.push(self.spot(1, "", None).issue(
                Severity::Warning,
                "aucun établissement",
                expected,
            ));
        }
        Etalab {
            entries: self.entries,
            points: self.points,
            refused: self.refused,
            damaged: self.damaged,
            issues: self.issues,
        }
    }
}

/// A FINESS number with the zeros that a spreadsheet program ate: its nine characters are the format's.
pub(super) fn padded(id: &str) -> String {
    let digits = !id.is_empty() && id.bytes().all(|c| c.is_ascii_digit());
    if digits { format!("{id:0>9}") } else { id.to_owned() }
}

fn is_id(id: &str) -> bool {
    (1..=20).contains(&id.len()) && id.bytes().all(|c| c.is_ascii_alphanumeric())
}

/// A date in ISO 8601, which Excel rewrites as `29/02/2016`.
fn iso(date: &str) -> String {
    let parts: Vec<&str> = date.split('/').collect();
    match parts[..] {
        [day, month, year] => format!("{year}-{month:0>2}-{day:0>2}"),
        _ => date.to_owned(),
    }
}
