//! The cells of anybody's spreadsheet, as far as a mapping says what they mean.

use std::borrow::Cow;

use chrono::{Datelike, NaiveDate};
use maille_domain::Category;
use maille_domain::field::{Expected, Field};
use maille_domain::run::Severity;
use maille_domain::vocabulary::{Audience, Mode, ReferredBy, Status, Theme};
use maille_territory::{fold, france};
use serde_json::{Value, json};

use super::{Mapping, Word};
use crate::excel::with_its_zero;

/// How a day may be written, besides ISO 8601.
const DAYS: [&str; 4] = ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d %m %Y"];

/// What a text says of a field.
#[derive(Debug, Default)]
pub(crate) struct Read {
    /// Its storage form, none when it says nothing that can be kept.
    pub value: Option<Value>,
    /// What was found, and what was expected; an error where the row cannot go in.
    pub issues: Vec<(Severity, String, String)>,
    /// The word for a kind that our vocabulary lacks.
    pub unknown_kind: Option<String>,
}

impl Read {
    fn add(&mut self, value: Option<Value>) {
        match (&mut self.value, value) {
            (Some(Value::Array(known)), Some(Value::Array(values))) => known.extend(values),
            (value, Some(new)) => *value = Some(new),
            (_, None) => {}
        }
    }
}

impl Mapping {
    /// What a text says of a field: first what the mapping says it means, then what the format reads. A code that nobody
    /// knows is left out with a warning, but for a kind: that is `autre`, and its word is kept.
    pub(crate) fn read(&self, field: Field, text: &str) -> Read {
        let mut read = Read::default();
        if !field.has_several() {
            self.read_one(field, text, &mut read);
            return read;
        }
        if let Some(word) = self.word(field, text) {
            read.add(word.value.clone());
            return read;
        }
        for part in text.split('|').map(str::trim).filter(|part| !part.is_empty()) {
            // What is one value already is not cut: a web address has slashes. For the accessibility anything is one.
            if field != Field::Accessibility && self.understand(field, part, &mut read).is_ok() {
                continue;
            }
            let mut pieces = vec![part];
            for separator in &self.separators {
                pieces = pieces.into_iter().flat_map(|piece| piece.split(separator.as_str())).collect();
            }
            for piece in pieces.into_iter().map(str::trim).filter(|piece| !piece.is_empty()) {
                self.read_one(field, piece, &mut read);
            }
        }
        read
    }

    /// The name or code of a commune that a cell means, and what to say of a code that lost its zero.
    pub(crate) fn commune(&self, text: &str) -> (String, Option<String>) {
        if let Some(word) = self.word(Field::Commune, text) {
            return (word.text.clone(), None);
        }
        let whole = with_its_zero(text, 5).filter(|code| france().current_commune(code).is_some());
        match whole {
            Some(whole) => (whole.clone(), Some(zero_eaten(&whole))),
            None => (text.to_owned(), None),
        }
    }

    fn word(&self, field: Field, text: &str) -> Option<&Word> {
        self.values.get(&field)?.known.get(&*key(text))
    }

    /// Adds what a text says, if the mapping or the format knows it.
    fn understand(&self, field: Field, text: &str, read: &mut Read) -> Result<(), Expected> {
        if let Some(word) = self.word(field, text) {
            read.add(word.value.clone());
            return Ok(());
        }
        let (value, whole) = native(field, text)?;
        read.add(value);
        read.issues.extend(whole.map(|whole| (Severity::Warning, text.to_owned(), zero_eaten(&whole))));
        Ok(())
    }

    fn read_one(&self, field: Field, text: &str, read: &mut Read) {
        let Err(Expected(expected)) = self.understand(field, text, read) else { return };
        if let Some(other) = self.values.get(&field).and_then(|words| words.other.as_ref()) {
            read.add(other.value.clone());
        } else if field == Field::Category {
            read.add(Some(json!(Category::other())));
            read.unknown_kind = Some(text.to_owned());
        } else if is_coded(field) {
            let expected = format!("{expected}, ou un mot de [values.{field}] ; laissé de côté");
            read.issues.push((Severity::Warning, text.to_owned(), expected));
        } else {
            read.issues.push((Severity::Error, text.to_owned(), expected));
        }
    }
}

fn zero_eaten(whole: &str) -> String {
    format!("« {whole} », lu ainsi : le tableur a ôté le zéro de gauche")
}

/// What a word is looked for by: its case, accents and spacing do not count.
pub(in super::super) fn key(text: &str) -> Cow<'_, str> {
    let folded = fold(text);
    // A cross, a tick.
    if folded.is_empty() { text.trim().into() } else { folded.into() }
}

/// Whether the values of a field are codes of a list, which a spreadsheet has words of its own for.
pub(in super::super) fn is_coded(field: Field) -> bool {
    matches!(field, Field::Category | Field::Coverage | Field::Languages) || !labels(field).is_empty()
}

/// The codes of a field and what people call them, where the list is a short one.
pub(in super::super) fn labels(field: Field) -> Vec<(&'static str, &'static str)> {
    match field {
        Field::Audiences => Audience::ALL.iter().map(|code| (code.code(), code.label())).collect(),
        Field::Themes => Theme::ALL.iter().map(|code| (code.code(), code.label())).collect(),
        Field::Modes => Mode::ALL.iter().map(|code| (code.code(), code.label())).collect(),
        Field::ReferredBy => ReferredBy::ALL.iter().map(|code| (code.code(), code.label())).collect(),
        Field::Status => Status::ALL.iter().map(|code| (code.code(), code.label())).collect(),
        _ => Vec::new(),
    }
}

/// Whether a text can be read as it is, without a mapping that says what it means.
pub(in super::super) fn reads(field: Field, text: &str) -> bool {
    native(field, text).is_ok()
}

/// What the format reads in a text, and what people write for it: a label for its code, a French day, a number without
/// the zero that a spreadsheet program ate. Gives the number with its zero.
fn native(field: Field, text: &str) -> Result<(Option<Value>, Option<String>), Expected> {
    let expected = match field.parse(text) {
        Ok(value) => return Ok((value, None)),
        Err(expected) => expected,
    };
    let folded = key(text);
    let same = |(code, label): &(&str, &str)| fold(code) == folded || fold(label) == folded;
    if let Some((code, _)) = labels(field).into_iter().find(same) {
        return Ok((field.parse(code)?, None));
    }
    let digits = match field {
        Field::PostalCode => 5,
        Field::Finess => 9,
        Field::Phone => 10,
        Field::Siret => 14,
        Field::VerifiedOn => {
            return match day(text) {
                Some(day) => Ok((Some(json!(day)), None)),
                None => Err(Expected("une date : 30/09/2026 ou 2026-09-30".to_owned())),
            };
        }
        _ => return Err(expected),
    };
    let whole = with_its_zero(text, digits).ok_or_else(|| expected.clone())?;
    match field.parse(&whole) {
        Ok(value) => Ok((value, Some(whole))),
        Err(_) => Err(expected),
    }
}

/// A day as people write it, the day of the month first; an hour may follow it.
fn day(text: &str) -> Option<NaiveDate> {
    let (date, hour) =
        text.split_once(['T', ' ']).filter(|(_, hour)| hour.contains(':')).unwrap_or((text, ""));
    let of_hours = |c: char| c.is_ascii_digit() || c.is_whitespace() || ":.hZ+".contains(c);
    if !hour.chars().all(of_hours) {
        return None;
    }
    let date = date.trim();
    let day = DAYS.iter().find_map(|format| NaiveDate::parse_from_str(date, format).ok());
    // A year of two digits is one of the first century for the parser.
    day.or_else(|| NaiveDate::parse_from_str(date, "%Y-%m-%d").ok())
        .filter(|day| (1900..=9999).contains(&day.year()))
}
