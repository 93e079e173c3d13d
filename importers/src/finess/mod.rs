//! FINESS, the register of health and social establishments, in every flow it is published in: the open CSV, the open JSON that
//! took its place, the XML of the standard flow. What each field becomes is in the README of this folder.

mod activities;
mod address;
pub(crate) mod category;
mod etalab;
mod lines;
mod map;
pub(crate) mod name;
mod projection;
mod said;
mod structures;
mod xml;

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashSet};
use std::io::{Cursor, Read};

use chrono::NaiveDate;
use serde_json::{Value, json};

pub(crate) use self::category::category;
use crate::parts::Parts;
use crate::register::{Register, Where, read_items_of};
use crate::shelf::Shelf;
use crate::staged::{Rest, Source, StagedRecord};
use crate::table::ReadError;
use activities::Activities;
use etalab::{Etalab, padded};
use xml::Section;

/// Bytes that tell which flow a file is of.
const START: u64 = 4096;

/// A flow that holds establishments. Of two that say something of the same day, the last of this list counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Flow {
    /// The open CSV, frozen since May 2026.
    Csv,
    /// The XML of the standard flow.
    Xml,
    /// The open JSON.
    Json,
}

/// What the files say besides their establishments.
#[derive(Debug, Default)]
struct Gathered {
    activities: Activities,
    /// Names of legal persons, by FINESS number.
    owners: Shelf<Value>,
    /// The flows that hold establishments.
    flows: BTreeSet<Flow>,
    /// Whether some file is one of establishments, were it empty.
    known: bool,
    /// Sections of the XML that are not read, each said once.
    sections: HashSet<String>,
}

/// Reads files of the register. Legal persons and activities complete the establishments of their number, wherever they stand;
/// without establishments, they are refused. `progress` is told how many bytes were read so far.
pub fn read(parts: &Parts, progress: &mut dyn FnMut(u64)) -> Result<Box<dyn Source>, ReadError> {
    let mut register = Register::default();
    let mut gathered = Gathered::default();
    let mut files = Vec::new();
    parts.each(progress, |file, input| {
        files.push(file.to_owned());
        let io = |source| ReadError::Io { file: file.to_owned(), source };
        let mut start = Vec::new();
        (&mut *input).take(START).read_to_end(&mut start).map_err(io)?;
        let text = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&start);
        let first = text.trim_ascii_start().first().copied();
        let mut whole = Cursor::new(start).chain(input);
        match first {
            Some(b'{' | b'[') => {
                let mut each = |register: &mut Register, spot: Where, list, item| {
                    structures::take(register, &mut gathered, spot, list, &item)
                };
                read_items_of(file, &mut whole, structures::LISTS, &mut register, &mut each).map(|_| ())
            }
            Some(b'<') => {
                let broken =
                    xml::read(file, whole, |spot, section| gathered.section(&mut register, spot, section))?;
                if let Some((line, found)) = broken {
                    register.break_off(Where { file, line }, &found);
                }
                Ok(())
            }
            _ => gathered.etalab(&mut register, file, Etalab::read(file, whole)?),
        }
    })?;
    if !gathered.known {
        return Err(gathered.without_establishments(parts, register.breaks_off()));
    }
    let Gathered { activities, owners, .. } = gathered;
    let source = register.mapped(move |record| map::map(record, &owners, &activities));
    Ok(Box::new(InOrder { source, files }))
}

impl Gathered {
    /// Takes an establishment. Of two with one number, the one that was changed last counts.
    fn take(
        &mut self,
        register: &mut Register,
        flow: Flow,
        spot: Where,
        id: &str,
        changed: &str,
        value: Value,
    ) -> Result<(), ReadError> {
        self.known = true;
        if self.flows.insert(flow) && self.flows.len() > 1 {
            let expected = "un seul flux par import ; un établissement qui est dans plusieurs compte une fois, tel qu’il a été modifié en dernier";
            register.warn(spot, None, "des établissements de plusieurs flux (CSV, XML, JSON)", expected);
        }
        let day = changed.get(..10).and_then(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").ok());
        let midnight = day.and_then(|day| day.and_hms_opt(0, 0, 0));
        let changed = midnight.map(|day| day.and_utc().timestamp_millis() + flow as i64);
        if self.flows.len() > 1 {
            register.take_quietly(spot, &id.into(), changed, value)
        } else {
            register.take(spot, &id.into(), changed, value)
        }
    }

    /// Takes the structures of the CSV.
    fn etalab(&mut self, register: &mut Register, file: &str, mut etalab: Etalab) -> Result<(), ReadError> {
        self.known = true;
        for refused in std::mem::take(&mut etalab.refused) {
            register.refuse_for(refused.issue, refused.id.as_deref(), refused.value)?;
        }
        for issue in std::mem::take(&mut etalab.issues) {
            register.note(issue);
        }
        if etalab.damaged {
            register.damage();
        }
        for structure in etalab.structures() {
            let spot = Where { file, line: structure.line };
            self.take(register, Flow::Csv, spot, structure.id, &structure.changed, structure.value)?;
        }
        Ok(())
    }

    /// Takes a section of the XML.
    fn section(&mut self, register: &mut Register, spot: Where, section: Section) -> Result<(), ReadError> {
        let Section { name, fields, broken, .. } = section;
        let field = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
        let id = padded(field("nofinesset"));
        let aside = |source| ReadError::Aside { source };
        if let Some(found) = broken {
            let expected = format!("un élément <{name}> entier, dont les champs se ferment dans l’ordre");
            let id = Some(&*id).filter(|id| !id.is_empty());
            if name == "structureet" {
                return register.refuse(spot, id, &found, &expected, fields.into());
            }
            register.warn(spot, id, &found, &format!("{expected} ; laissé de côté"));
            return Ok(());
        }
        match name.as_str() {
            // Files of equipments repeat the names of their establishments, and nothing else of them.
            "structureet" if !fields.contains_key("categetab") && !fields.contains_key("commune") => Ok(()),
            "structureet" => {
                let changed = field("datemaj").to_owned();
                self.take(register, Flow::Xml, spot, &id, &changed, json!({ "structureet": fields }))
            }
            "structureej" => {
                let names = json!({ "rs": field("rs"), "rslongue": field("rslongue") });
                self.owners.put(&padded(field("nofiness")), &names).map_err(aside)
            }
            "equipementsocial" if field("indsupinst") == "O" => Ok(()),
            "equipementsocial" => self.activities.put(&id, &fields.into()).map_err(aside),
            "horodatage" => Ok(()),
            _ => {
                if self.sections.insert(name.clone()) {
                    let expected = "un élément <structureet>, <structureej> ou <equipementsocial> ; ceux-ci ne sont pas lus";
                    register.warn(spot, None, &format!("<{name}>"), expected);
                }
                Ok(())
            }
        }
    }

    /// Why nothing can be made of files without establishments.
    fn without_establishments(&self, parts: &Parts, breaks_off: bool) -> ReadError {
        let (found, expected) = if breaks_off {
            (
                "un fichier tronqué, sans un établissement entier",
                "le fichier entier : téléchargez-le de nouveau",
            )
        } else if self.activities.is_empty() && self.owners.len() == 0 {
            (
                "aucun établissement",
                "un fichier du répertoire FINESS : le CSV ouvert, le JSON des structures, ou le XML cs1400102",
            )
        } else {
            (
                "des activités ou des entités juridiques, sans les établissements qu’elles décrivent",
                "un dossier où sont aussi les établissements (le JSON des structures, ou le XML cs1400102)",
            )
        };
        let file = parts.names().collect::<Vec<_>>().join(", ");
        ReadError::NotATable { file, found: found.to_owned(), expected: expected.to_owned() }
    }
}

/// The records of a source, which tells what was wrong in the order of the files: a structure of the CSV and its point are far from
/// each other.
struct InOrder {
    source: Box<dyn Source>,
    files: Vec<String>,
}

impl Iterator for InOrder {
    type Item = Result<StagedRecord, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.source.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.source.size_hint()
    }
}

impl Source for InOrder {
    fn rest(self: Box<Self>) -> Rest {
        let mut rest = self.source.rest();
        let place = |name: &str| self.files.iter().position(|file| file == name);
        rest.issues.sort_by_cached_key(|issue| (place(&issue.file), issue.line, issue.column));
        rest
    }
}
