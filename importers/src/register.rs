//! A register: items of a file that are put aside until the last is seen, the newest of an id winning, then mapped one by
//! one as the pipeline asks for them.

use std::collections::{HashMap, HashSet};
use std::io::{self, Read};

use maille_domain::run::{Issue, Severity, Unmapped};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::draft::{Drafted, ForeignCode};
use crate::issue::{Spot, shorten};
use crate::json::{Items, text};
use crate::parts::Parts;
use crate::shelf::Shelf;
use crate::staged::{RefusedRecord, Rest, Source, StagedRecord};
use crate::table::ReadError;

/// Longest identifier, in characters.
const LONGEST_ID: usize = 200;

/// What is expected where a file breaks off.
const TRUNCATED: &str = "la suite du fichier, qui semble tronqué";

/// The records of a register, while its files are read.
#[derive(Debug, Default)]
pub(crate) struct Register {
    shelf: Shelf<Kept>,
    /// When each record was last changed, by its place on the shelf.
    changed: Vec<Option<i64>>,
    /// The records that came several times, of different days, and where that was first seen: which, in which file, at which line.
    several: HashSet<usize>,
    first_of_several: Option<(String, usize, u64)>,
    files: Vec<String>,
    rejected: HashSet<String>,
    breaks_off: bool,
    rest: Rest,
}

/// A record on the shelf.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    id: String,
    file: usize,
    line: u64,
    value: Value,
}

/// A record of a register, to be mapped.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record<'a> {
    /// Its identifier.
    pub id: &'a str,
    /// The file it is in, as messages name it.
    pub file: &'a str,
    /// The line where it starts, from 1.
    pub line: u64,
    /// What it says.
    pub value: &'a Value,
}

/// Where something stands in the files of a register.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Where<'a> {
    /// The file, as messages name it.
    pub file: &'a str,
    /// The line, from 1.
    pub line: u64,
}

/// What makes listings of the records of a register, one by one.
pub(crate) trait RecordMap: Send {
    /// What becomes of a record.
    ///
    /// # Errors
    /// When what was put aside to describe it cannot be taken back.
    fn map(&mut self, record: Record) -> Result<Drafted, ReadError>;

    /// Adds what is known once every record was mapped.
    fn finish(&mut self, rest: &mut Rest);
}

impl<M: FnMut(Record) -> Drafted + Send> RecordMap for M {
    fn map(&mut self, record: Record) -> Result<Drafted, ReadError> {
        Ok(self(record))
    }

    fn finish(&mut self, _: &mut Rest) {}
}

impl Register {
    /// Puts a record. Of two with one id, the one that was changed last counts, else the one that comes last; when nothing
    /// tells them apart but what they say, that is said. Older versions are said once, at the end; a record that is repeated word
    /// for word is not.
    ///
    /// `changed` is a time in milliseconds since 1970, when the source gives one.
    pub fn take(
        &mut self,
        spot: Where,
        id: &Value,
        changed: Option<i64>,
        value: Value,
    ) -> Result<(), ReadError> {
        self.keep(spot, id, changed, value, true)
    }

    /// As [`Register::take`], without a word on what is there twice: said once by who reads files that overlap.
    pub fn take_quietly(
        &mut self,
        spot: Where,
        id: &Value,
        changed: Option<i64>,
        value: Value,
    ) -> Result<(), ReadError> {
        self.keep(spot, id, changed, value, false)
    }

    fn keep(
        &mut self,
        spot: Where,
        id: &Value,
        changed: Option<i64>,
        value: Value,
        aloud: bool,
    ) -> Result<(), ReadError> {
        let id = text(id);
        let good = !id.is_empty() && id.chars().count() <= LONGEST_ID && !id.chars().any(char::is_control);
        if !good {
            let expected = format!("un identifiant, d’au plus {LONGEST_ID} caractères");
            return self.refuse(spot, None, &id, &expected, value);
        }
        let aside = |source| ReadError::Aside { source };
        if let Some(place) = self.shelf.place(&id) {
            let known = if aloud { self.shelf.at(place).map_err(aside)? } else { None };
            let older = self.knows_newer(&id, changed);
            // A newer version of a record is what it is; two at one time, or at no time, are a mistake.
            if known.is_some_and(|known| known.value != value) {
                if self.changed[place] == changed {
                    let expected = "une fois chaque identifiant ; celle-ci, la dernière, compte";
                    self.warn(spot, Some(&id), &id, expected);
                } else {
                    self.several.insert(place);
                    if self.first_of_several.is_none() {
                        let file = self.file(spot.file);
                        self.first_of_several = Some((id.clone().into_owned(), file, spot.line));
                    }
                }
            }
            if older {
                return Ok(());
            }
            self.changed[place] = changed;
        } else {
            self.changed.push(changed);
        }
        let file = self.file(spot.file);
        let kept = Kept { id: id.clone().into_owned(), file, line: spot.line, value };
        self.shelf.put(&id, &kept).map_err(aside)
    }

    /// Whether a record of this id that was changed later is known: another one would not count.
    pub fn knows_newer(&self, id: &str, changed: Option<i64>) -> bool {
        self.shelf.place(id).is_some_and(|place| self.changed[place] > changed)
    }

    /// Refuses something that cannot be a record.
    pub fn refuse(
        &mut self,
        spot: Where,
        id: Option<&str>,
        found: &str,
        expected: &str,
        value: Value,
    ) -> Result<(), ReadError> {
        let issue = Spot { file: spot.file, line: spot.line, id, ..Spot::default() };
        self.refuse_for(issue.issue(Severity::Error, found, expected), id, value)
    }

    /// Refuses something for a reason that is written already.
    pub fn refuse_for(&mut self, issue: Issue, id: Option<&str>, value: Value) -> Result<(), ReadError> {
        let reasons = vec![reason(&issue)];
        self.rest.issues.push(issue);
        if let Some(id) = id {
            self.rejected.insert(id.to_owned());
        } else {
            self.rest.rejected += 1;
            // It may be any record.
            self.rest.damaged = true;
        }
        let refused = RefusedRecord { source_id: id.map(str::to_owned), payload: members(value), reasons };
        self.rest.refused.push(&refused).map_err(|source| ReadError::Aside { source })?;
        Ok(())
    }

    /// Notes something that costs no record.
    pub fn warn(&mut self, spot: Where, id: Option<&str>, found: &str, expected: &str) {
        let spot = Spot { file: spot.file, line: spot.line, id, ..Spot::default() };
        self.rest.issues.push(spot.issue(Severity::Warning, found, expected));
    }

    /// Notes something that is written already.
    pub fn note(&mut self, issue: Issue) {
        self.rest.issues.push(issue);
    }

    /// Counts something that is no listing, and whose absence means nothing; `why` is a plural.
    pub fn skip(&mut self, id: Option<&str>, why: &'static str) {
        self.rest.skipped += 1;
        *self.rest.skipped_for.entry(why).or_default() += 1;
        self.rest.skipped_ids.extend(id.map(str::to_owned));
    }

    /// Whether a record of this identifier was taken or refused.
    pub fn knows(&self, id: &str) -> bool {
        self.shelf.place(id).is_some() || self.rejected.contains(id)
    }

    /// Says that a file breaks off.
    pub fn break_off(&mut self, spot: Where, found: &str) {
        self.warn(spot, None, found, &format!("{TRUNCATED} ; ce qui précède est lu, rien n’est retiré"));
        self.damage();
        self.breaks_off = true;
    }

    /// Whether a file breaks off.
    pub fn breaks_off(&self) -> bool {
        self.breaks_off
    }

    /// Says that records may be missing from the files.
    pub fn damage(&mut self) {
        self.rest.damaged = true;
    }

    /// Adds a territory that the register describes.
    pub fn territory(&mut self, territory: maille_domain::Territory) {
        self.rest.territories.push(territory);
    }

    /// Whether nothing was taken nor refused.
    pub fn is_empty(&self) -> bool {
        self.shelf.places() == 0 && self.rest.rejected == 0 && self.rejected.is_empty()
    }

    /// The records, to be mapped by `map` as they are asked for.
    pub fn mapped<M>(self, map: M) -> Box<dyn Source>
    where
        M: FnMut(Record) -> Drafted + Send + 'static,
    {
        self.mapped_by(map)
    }

    /// The same, by something that can fail, or has more to say at the end.
    pub fn mapped_by(self, map: impl RecordMap + 'static) -> Box<dyn Source> {
        Box::new(Mapped { register: self, map, next: 0, unmapped: HashMap::new() })
    }

    /// Says how many records came several times.
    fn tell_several(&mut self) {
        let Some((id, file, line)) = self.first_of_several.take() else { return };
        let found = match self.several.len() {
            1 => format!("1 fiche présente plusieurs fois : {id}"),
            count => format!("{count} fiches présentes plusieurs fois, d’abord {id}"),
        };
        let spot = Spot { file: &self.files[file], line, ..Spot::default() };
        let expected = "une fois chaque identifiant ; la plus récente compte";
        self.rest.issues.push(spot.issue(Severity::Warning, &found, expected));
    }

    fn file(&mut self, name: &str) -> usize {
        let known = self.files.iter().position(|file| file == name);
        known.unwrap_or_else(|| {
            self.files.push(name.to_owned());
            self.files.len() - 1
        })
    }
}

/// The name of a file, and what it says besides its lists.
pub(crate) type Envelope = (String, Map<String, Value>);

/// The items of JSON files, one by one; those that cannot be read are refused, and a file that breaks off is said. Gives back
/// what each file said besides its lists, by name.
pub(crate) fn read_items(
    parts: &Parts,
    lists: &'static [&'static str],
    progress: &mut dyn FnMut(u64),
    register: &mut Register,
    mut each: impl FnMut(&mut Register, Where, Option<&'static str>, Value) -> Result<(), ReadError>,
) -> Result<Vec<Envelope>, ReadError> {
    let mut envelopes = Vec::new();
    parts.each(progress, |file, input| {
        let envelope = read_items_of(file, input, lists, register, &mut each)?;
        envelopes.push((file.to_owned(), envelope));
        Ok(())
    })?;
    Ok(envelopes)
}

/// The items of one JSON file, as [`read_items`] gives those of all.
pub(crate) fn read_items_of(
    file: &str,
    input: impl Read,
    lists: &'static [&'static str],
    register: &mut Register,
    mut each: impl FnMut(&mut Register, Where, Option<&'static str>, Value) -> Result<(), ReadError>,
) -> Result<Map<String, Value>, ReadError> {
    let io = |source: io::Error| ReadError::Io { file: file.to_owned(), source };
    let mut quiet = |_| {};
    let mut items = Items::new(input, lists, &mut quiet).map_err(io)?;
    let mut any = false;
    while let Some(item) = items.next().map_err(io)? {
        let spot = Where { file, line: item.line };
        match item.value {
            Ok(value) => each(register, spot, item.list, value)?,
            Err(expected) => {
                register.refuse(spot, None, "un élément illisible", &expected, Value::Null)?;
            }
        }
        any = true;
    }
    if let Some(damage) = items.damage() {
        let spot = Where { file, line: damage.line };
        if !any && items.envelope().is_empty() {
            let expected =
                if damage.cut { TRUNCATED } else { "du JSON : un objet, un tableau, ou un objet par ligne" };
            return Err(ReadError::NotATable {
                file: file.to_owned(),
                found: damage.found.clone(),
                expected: expected.to_owned(),
            });
        }
        register.break_off(spot, &damage.found);
    }
    Ok(items.envelope().clone())
}

/// A register being mapped.
struct Mapped<M> {
    register: Register,
    map: M,
    next: usize,
    unmapped: HashMap<(&'static str, String), Unmapped>,
}

impl<M: RecordMap> Iterator for Mapped<M> {
    type Item = Result<StagedRecord, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.next < self.register.shelf.places() {
            self.next += 1;
            let kept = match self.register.shelf.at(self.next - 1) {
                Ok(Some(kept)) => kept,
                Ok(None) => continue,
                Err(source) => return Some(Err(ReadError::Aside { source })),
            };
            let file = &self.register.files[kept.file];
            let record = Record { id: &kept.id, file, line: kept.line, value: &kept.value };
            let drafted = match self.map.map(record) {
                Ok(drafted) => drafted,
                Err(error) => return Some(Err(error)),
            };
            let rest = &mut self.register.rest;
            match drafted {
                Drafted::Skipped(why) => {
                    rest.skipped += 1;
                    *rest.skipped_for.entry(why).or_default() += 1;
                    rest.skipped_ids.push(kept.id);
                }
                Drafted::Refused(issues) => {
                    let reasons = issues.iter().filter(|issue| issue.severity == Severity::Error).map(reason);
                    let refused = RefusedRecord {
                        source_id: Some(kept.id.clone()),
                        reasons: reasons.collect(),
                        payload: members(kept.value),
                    };
                    if let Err(source) = rest.refused.push(&refused) {
                        return Some(Err(ReadError::Aside { source }));
                    }
                    rest.issues.extend(issues);
                    self.register.rejected.insert(kept.id);
                }
                Drafted::Record { record, issues, unmapped } => {
                    rest.issues.extend(issues);
                    for ForeignCode { system, code, label } in unmapped {
                        let new =
                            || Unmapped { system: system.to_owned(), code: code.clone(), label, count: 0 };
                        self.unmapped.entry((system, code.clone())).or_insert_with(new).count += 1;
                    }
                    self.register.rejected.remove(&kept.id);
                    return Some(Ok(*record));
                }
            }
        }
        None
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.register.shelf.places() - self.next))
    }
}

impl<M: RecordMap> Source for Mapped<M> {
    fn rest(mut self: Box<Self>) -> Rest {
        self.map.finish(&mut self.register.rest);
        self.register.tell_several();
        let Register { mut rest, rejected, .. } = self.register;
        rest.rejected += rejected.len() as u64;
        rest.rejected_ids.extend(rejected);
        rest.rejected_ids.sort();
        rest.unmapped = self.unmapped.into_values().collect();
        rest.unmapped.sort_by(|a, b| (b.count, &a.system, &a.code).cmp(&(a.count, &b.system, &b.code)));
        rest
    }
}

/// Why a record was refused, as the spreadsheet of refused records says it.
pub(crate) fn reason(issue: &Issue) -> String {
    let field = issue.field.as_deref().map(|field| format!("{field} : ")).unwrap_or_default();
    let found = shorten(&issue.found);
    let found = if found.is_empty() { "vide".to_owned() } else { format!("trouvé « {found} »") };
    format!("{field}{found}, attendu {}", issue.expected)
}

fn members(value: Value) -> Vec<(String, Value)> {
    match value {
        Value::Object(members) => members.into_iter().collect(),
        Value::Null => Vec::new(),
        other => vec![("valeur".to_owned(), other)],
    }
}
