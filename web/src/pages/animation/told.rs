//! Changes in words, and when they were made, as the pages about history and imports show them.

use chrono::{DateTime, NaiveDateTime, Utc};
use maille_domain::Field;
use maille_domain::change::{self, FieldChange, diff};
use maille_domain::hours::time_zone;
use maille_store::revision::Revision;
use serde_json::Value;

use crate::french::{self, date};

/// A field that changed, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The field, of a line that is about one.
    pub field: Option<Field>,
    /// What changed.
    pub words: String,
    /// Where the field gets again the value that it had before, when that can be.
    pub revert: Option<String>,
}

impl Line {
    /// A line that is about no field.
    pub fn of(words: impl AsRef<str>) -> Line {
        Line { field: None, words: french::typography(words.as_ref()), revert: None }
    }

    /// The name of its field.
    pub fn label(&self) -> &'static str {
        self.field.map_or("", Field::label)
    }
}

/// Hours and days as one says them, not as they are kept; none of other fields.
fn spoken(field: Field, value: &Value) -> Option<String> {
    match field {
        Field::Hours => french::hours::in_short(value.as_str()?),
        Field::VerifiedOn => value.as_str()?.parse().ok().map(date::words),
        _ => None,
    }
}

/// A value as the team reads it.
pub fn in_words(field: Field, value: &Value) -> String {
    spoken(field, value).unwrap_or_else(|| change::in_words(field, value))
}

/// What changed, one line a field; `only` one field, when it is asked for.
pub fn changes(revision: &Revision, only: Option<Field>) -> Vec<Line> {
    let changes = diff(&revision.before, &revision.after);
    let shown = changes.iter().filter(|change| only.is_none_or(|only| only == change.field));
    let words = |change: &FieldChange| match &change.after {
        // Of what is new, nothing was said before.
        Some(value) if revision.is_first() => {
            format!("{} : {}", change.field.label(), in_words(change.field, value))
        }
        Some(value) if spoken(change.field, value).is_some() => {
            let after = in_words(change.field, value);
            match &change.before {
                Some(before) => {
                    let before = in_words(change.field, before);
                    format!("{} : « {before} » → « {after} »", change.field.label())
                }
                None => format!("{} : {after} (n’était pas dit)", change.field.label()),
            }
        }
        _ => change.in_words(),
    };
    let mut lines: Vec<Line> =
        shown.map(|change| Line { field: Some(change.field), ..Line::of(words(change)) }).collect();
    let others = changes.len() - lines.len();
    if only.is_some() && others > 0 {
        lines
            .push(Line::of(format!("et {}", french::counted(others as u64, "autre champ", "autres champs"))));
    }
    if !lines.is_empty() || only.is_none() {
        lines.extend(besides(revision));
    }
    if lines.is_empty() {
        // What differs by spacing, case or order alone is a change, and nothing to read.
        lines.push(Line::of("seules les espaces, les majuscules ou l’ordre changent"));
    }
    lines
}

/// What changed besides fields.
fn besides(revision: &Revision) -> Vec<Line> {
    let mut lines = Vec::new();
    for (verb, records) in [("réunit aussi", &revision.joined), ("ne réunit plus", &revision.parted)] {
        if !records.is_empty() {
            lines.push(Line::of(format!("{verb} : {}", records.join(", "))));
        }
    }
    match revision.withdrawn {
        (None, Some(_)) => lines.push(Line::of("sort de l’annuaire")),
        (Some(_), None) => lines.push(Line::of("revient dans l’annuaire")),
        _ => {}
    }
    lines
}

/// An instant where the directory's day begins.
pub fn here(at: DateTime<Utc>) -> NaiveDateTime {
    at.with_timezone(&time_zone(None)).naive_local()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use maille_domain::ListingId;
    use serde_json::json;

    use super::*;

    fn revision() -> Revision {
        Revision {
            id: 1,
            listing: ListingId::founded_by("annuaire", "emg-1"),
            at: "2026-11-20T08:05:00Z".parse().unwrap(),
            author: "Camille Durand".into(),
            reason: "appelé".into(),
            run: None,
            before: BTreeMap::from([(Field::Cost, json!("10 €")), (Field::Name, json!("EMG"))]),
            after: BTreeMap::from([(Field::Cost, json!("gratuit")), (Field::Name, json!("emg"))]),
            parted: Vec::new(),
            joined: vec!["ville:7".into()],
            presence: (None, None),
            checks: (Vec::new(), Vec::new()),
            withdrawn: (None, None),
        }
    }

    #[test]
    fn each_field_has_its_line() {
        let words = |only| changes(&revision(), only).into_iter().map(|line| line.words).collect::<Vec<_>>();
        let cost = "Coût\u{202f}: «\u{202f}10 €\u{202f}» → «\u{202f}gratuit\u{202f}»";
        assert_eq!(words(None), [cost, "réunit aussi\u{202f}: ville:7"]);
        assert_eq!(words(Some(Field::Cost))[0], cost);
        let noise =
            Revision { joined: Vec::new(), before: [(Field::Name, json!("EMG"))].into(), ..revision() };
        let noise = Revision { after: [(Field::Name, json!("emg"))].into(), ..noise };
        assert_eq!(changes(&noise, None).len(), 1);
        let first = Revision { before: BTreeMap::new(), joined: Vec::new(), ..revision() };
        assert_eq!(changes(&first, Some(Field::Cost))[0].words, "Coût\u{202f}: gratuit");
    }
}
