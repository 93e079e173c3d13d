//! Structures and services as they come, in any order, until the last is seen: only then is it known which structures have
//! services, and what a service can take from its structure.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, NaiveTime};
use maille_domain::run::Severity;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::map::map;
use crate::draft::Drafted;
use crate::issue::Spot;
use crate::json::{each, shape, shape_of, text};
use crate::register::{Record, Register, Where};
use crate::shelf::Shelf;
use crate::staged::Source;
use crate::table::ReadError;

/// Fields of the schema that other formats do not have.
const MARKS: [&str; 14] = [
    "structure_id",
    "source",
    "date_maj",
    "commune",
    "code_insee",
    "code_postal",
    "courriel",
    "site_web",
    "horaires_accueil",
    "reseaux_porteurs",
    "lien_source",
    "zone_eligibilite",
    "thematiques",
    "modes_accueil",
];
/// Fields of the former schema, v0.
const FORMER: [&str; 4] = ["zone_diffusion_code", "profils", "presentation_resume", "labels_nationaux"];
/// What may stand around one record: the result of a search of the API, and one thing where a list is due.
const WRAPPERS: [(&str, Option<&str>); 4] = [
    ("service", Some("services")),
    ("items", None),
    ("structures", Some("structures")),
    ("services", Some("services")),
];
const EXPECTED: &str = "des structures ou des services data·inclusion (schéma v1), en JSON, CSV ou XLSX";

/// All that the files hold.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// The services; in the end, the structures that have none too.
    pub register: Register,
    /// What the records refer to.
    pub known: Known,
}

/// What is known of structures and services while files are read.
#[derive(Debug, Default)]
pub(super) struct Known {
    structures: Shelf<Structure>,
    /// The structure of each service, by the id of the service.
    services: HashMap<Box<str>, Service>,
    files: Vec<String>,
    /// The first object of another format, and its file.
    foreign: Option<(String, String)>,
    /// Records of the former schema, and the first one's place.
    former: Option<(u64, usize, u64)>,
    /// Whether the last record was a service, and how many of each kind the API said there are.
    services_last: bool,
    announced: [u64; 2],
}

#[derive(Debug, Serialize, Deserialize)]
struct Structure {
    id: String,
    file: usize,
    line: u64,
    changed: Option<i64>,
    value: Value,
}

#[derive(Debug)]
struct Service {
    structure: Box<str>,
    file: usize,
    line: u64,
}

impl Known {
    /// Takes an object of a file, or of its list of this name.
    pub fn take(
        &mut self,
        register: &mut Register,
        spot: Where,
        list: Option<&str>,
        value: Value,
    ) -> Result<(), ReadError> {
        let Value::Object(mut members) = value else {
            let found = shape(&value);
            return register.refuse(spot, None, &found, "une structure ou un service : un objet", value);
        };
        // Headings and examples of the validator's workbook.
        let ignored = members.get("__ignore__").is_some_and(|mark| {
            !["", "0", "false", "non", "faux"].contains(&text(mark).to_lowercase().as_str())
        });
        if ignored {
            return Ok(());
        }
        if !members.keys().any(|key| MARKS.contains(&key.as_str())) {
            let found = shape_of(&members);
            let mut inside = false;
            for (key, list) in WRAPPERS {
                if let Some(item @ Value::Object(_)) = members.get_mut(key) {
                    inside = true;
                    let item = item.take();
                    self.take(register, spot, list, item)?;
                }
            }
            if inside {
                return Ok(());
            }
            self.foreign.get_or_insert_with(|| (spot.file.to_owned(), found.clone()));
            return register.refuse(spot, None, &found, EXPECTED, Value::Object(members));
        }
        if FORMER.iter().any(|key| members.contains_key(*key)) {
            let file = self.file(spot.file);
            self.former.get_or_insert((0, file, spot.line)).0 += 1;
        }
        let is_service = match list {
            Some("services") => true,
            Some("structures") => false,
            _ => members.contains_key("structure_id"),
        };
        self.services_last = is_service;
        if is_service {
            // The API puts the structure in the service that is asked alone.
            if let Some(structure @ Value::Object(_)) = members.get_mut("structure") {
                let structure = structure.take();
                self.take(register, spot, Some("structures"), structure)?;
                self.services_last = true;
            }
            return self.service(register, spot, Value::Object(members));
        }
        if let Some(services) = members.remove("services") {
            for service in each(&services) {
                self.take(register, spot, Some("services"), service.clone())?;
            }
            self.services_last = false;
        }
        self.structure(register, spot, Value::Object(members))
    }

    /// Takes what the API says of a page: how many records of the kind there are in all.
    pub fn envelope(&mut self, envelope: &Map<String, Value>) {
        let total = envelope.get("total").and_then(Value::as_u64).unwrap_or(0);
        let announced = &mut self.announced[usize::from(self.services_last)];
        *announced = total.max(*announced);
    }

    fn service(&mut self, register: &mut Register, spot: Where, value: Value) -> Result<(), ReadError> {
        let (id, changed) = (text(&value["id"]), changed(&value));
        if !register.knows_newer(&id, changed) {
            let structure = text(&value["structure_id"]).into();
            let service = Service { structure, file: self.file(spot.file), line: spot.line };
            self.services.insert(id.into(), service);
        }
        let id = value["id"].clone();
        register.take(spot, &id, changed, value)
    }

    fn structure(&mut self, register: &mut Register, spot: Where, value: Value) -> Result<(), ReadError> {
        let aside = |source| ReadError::Aside { source };
        let (id, changed) = (text(&value["id"]).into_owned(), changed(&value));
        if id.is_empty() {
            return register.take(spot, &Value::Null, changed, value);
        }
        if let Some(known) = self.structures.get(&id).map_err(aside)? {
            let older = known.changed > changed;
            if known.value != value {
                let kept = if older { "la première" } else { "celle-ci" };
                let expected = format!("une fois chaque structure ; {kept}, la plus récente, compte");
                register.warn(spot, Some(&id), &id, &expected);
            }
            if older {
                return Ok(());
            }
        }
        let (file, line) = (self.file(spot.file), spot.line);
        let structure = Structure { id: id.clone(), file, line, changed, value };
        self.structures.put(&id, &structure).map_err(aside)
    }

    fn file(&mut self, name: &str) -> usize {
        let known = self.files.iter().position(|file| file == name);
        known.unwrap_or_else(|| {
            self.files.push(name.to_owned());
            self.files.len() - 1
        })
    }

    /// Says, once each, what is wrong with the files as a whole.
    fn warn(&self, register: &mut Register, first_file: &str) {
        let unknown =
            self.services.values().filter(|service| self.structures.place(&service.structure).is_none());
        let count = unknown.clone().count();
        if let Some(first) = unknown.min_by_key(|service| (service.file, service.line)) {
            let spot = Where { file: &self.files[first.file], line: first.line };
            let found = match count {
                1 => format!("1 service d’une structure absente : {}", first.structure),
                _ => format!("{count} services de structures absentes, d’abord {}", first.structure),
            };
            let expected =
                "la structure de chaque service dans les fichiers ; ces services gardent leurs seuls champs";
            register.warn(spot, None, &found, expected);
        }
        if let Some((count, file, line)) = self.former {
            let spot = Where { file: &self.files[file], line };
            let found = format!("structures ou services au schéma v0 : {count}");
            let expected =
                "le schéma v1 de data·inclusion ; les champs qui ont changé de nom ne sont pas lus";
            register.warn(spot, None, &found, expected);
        }
        let read = [self.structures.places() as u64, self.services.len() as u64];
        for ((announced, read), kind) in self.announced.into_iter().zip(read).zip(["structures", "services"])
        {
            if read < announced {
                let expected =
                    format!("{announced}, que l’API annonce : des pages manquent ; rien n’est retiré");
                let spot = Where { file: first_file, line: 1 };
                register.warn(spot, None, &format!("nombre de {kind} : {read}"), &expected);
                register.damage();
            }
        }
    }
}

impl Gathered {
    /// The listings: every service, and every structure that no service refers to. `first_file` is named where nothing more
    /// precise can be.
    pub fn source(self, first_file: &str) -> Result<Box<dyn Source>, ReadError> {
        let Gathered { mut register, known } = self;
        let nothing = known.services.is_empty() && known.structures.places() == 0;
        if nothing && (known.foreign.is_some() || register.is_empty()) {
            let none = || (first_file.to_owned(), "ni structure ni service".to_owned());
            let (file, found) = known.foreign.unwrap_or_else(none);
            return Err(ReadError::NotATable { file, found, expected: EXPECTED.to_owned() });
        }
        known.warn(&mut register, first_file);
        let Known { structures, services, files, .. } = known;
        let with_services: HashSet<&str> = services.values().map(|service| &*service.structure).collect();
        let mut alone = HashSet::new();
        for place in 0..structures.places() {
            let structure = structures.at(place).map_err(|source| ReadError::Aside { source })?;
            let Some(structure) = structure.filter(|structure| !with_services.contains(&*structure.id))
            else {
                continue;
            };
            let spot = Where { file: &files[structure.file], line: structure.line };
            if services.contains_key(&*structure.id) {
                let expected =
                    "un identifiant qui n’est pas celui d’un service ; la structure n’est pas listée";
                register.warn(spot, Some(&structure.id), &structure.id, expected);
                continue;
            }
            let Structure { id, changed, value, .. } = structure;
            register.take(spot, &Value::from(&*id), changed, value)?;
            alone.insert(id);
        }
        Ok(register.mapped(mapper(structures, alone)))
    }
}

/// Maps a service with its structure, or a structure that is alone. Services of one structure often follow each other: it is
/// read once.
fn mapper(
    structures: Shelf<Structure>,
    alone: HashSet<String>,
) -> impl FnMut(Record) -> Drafted + Send + 'static {
    let mut last: Option<(String, Value)> = None;
    move |record| {
        if alone.contains(record.id) {
            return map(record, "structure", &Value::Null);
        }
        let id = text(&record.value["structure_id"]);
        if last.as_ref().is_none_or(|(last, _)| *last != id) {
            match structures.get(&id) {
                Ok(structure) => {
                    let value = structure.map_or(Value::Null, |structure| structure.value);
                    last = Some((id.into_owned(), value));
                }
                Err(error) => {
                    let Record { id, file, line, .. } = record;
                    let spot = Spot { file, line, id: Some(id), ..Spot::default() };
                    let expected = "la structure, relue dans un fichier temporaire";
                    return Drafted::Refused(vec![spot.issue(Severity::Error, &error.to_string(), expected)]);
                }
            }
        }
        map(record, "service", last.as_ref().map_or(&Value::Null, |(_, value)| value))
    }
}

/// When a record was last changed, in milliseconds since 1970.
fn changed(value: &Value) -> Option<i64> {
    let date = text(&value["date_maj"]);
    let instant = DateTime::parse_from_rfc3339(&date).map(|instant| instant.timestamp_millis());
    let day = || NaiveDate::parse_from_str(date.get(..10)?, "%Y-%m-%d").ok();
    instant.ok().or_else(|| day().map(|day| day.and_time(NaiveTime::default()).and_utc().timestamp_millis()))
}
