//! Two listings field by field, what the one made of both would say, and what may be chosen.

use chrono::{DateTime, Utc};
use maille_domain::field::Values;
use maille_domain::hours::time_zone;
use maille_domain::listing::Provenance;
use maille_domain::{Field, Listing};
use maille_store::duplicate::Beside;
use serde_json::Value;

use crate::extract::Reader;
use crate::french::{self, date};
use crate::pages::listing::origin::{in_words, read_the_same};

/// Longest value that is shown unfolded, in characters.
const LONGEST: usize = 240;

/// Fields that only make sense together: whoever chooses one chooses them all.
const TOGETHER: [&[Field]; 2] =
    [&[Field::Commune, Field::Address, Field::PostalCode, Field::Location], &[Field::AgeMin, Field::AgeMax]];
/// What nobody chooses: the last check is the last, and what sources add is theirs.
const NOT_CHOSEN: [Field; 2] = [Field::VerifiedOn, Field::Extra];

/// A field of two listings.
#[derive(Debug, Clone)]
pub struct Row {
    pub label: &'static str,
    /// How they differ, in words.
    pub word: &'static str,
    pub a: Cell,
    pub b: Cell,
    /// What the listing made of both would say.
    pub merged: Cell,
    pub choice: Option<Choice>,
}

/// A value, and who says it.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    pub value: Option<String>,
    /// The beginning of a long one.
    pub short: Option<String>,
    pub origin: String,
}

/// Values to choose from.
#[derive(Debug, Clone)]
pub struct Choice {
    pub name: String,
    pub legend: String,
    pub options: Vec<Chosen>,
}

/// One of them.
#[derive(Debug, Clone)]
pub struct Chosen {
    pub id: String,
    pub value: &'static str,
    pub label: String,
    pub checked: bool,
}

/// Which listing a value is chosen from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    First,
    Second,
}

/// What was chosen: groups of fields, named by their first one.
pub type Choices = Vec<(Field, From)>;

/// The rows: those that differ, and those that are the same.
pub fn rows(beside: &Beside, choices: &Choices) -> (Vec<Row>, Vec<Row>) {
    let (a, b) = (beside.a.fields.to_values(), beside.b.fields.to_values());
    let merged = with_defaults(&beside.merged.values);
    let mut offered: Vec<Field> = Vec::new();
    let (mut differing, mut same) = (Vec::new(), Vec::new());
    for &field in Field::ALL {
        let (one, other) = (a.get(&field), b.get(&field));
        let word = match (one, other) {
            (None, None) => continue,
            (Some(one), Some(other)) if read_the_same(field, one, other) => "valeurs identiques",
            (Some(_), Some(_)) => "valeurs différentes",
            (Some(_), None) => "seulement dans la fiche 1",
            (None, Some(_)) => "seulement dans la fiche 2",
        };
        let head = group(field)[0];
        let choice = (word != "valeurs identiques" && !offered.contains(&head))
            .then(|| Choice::of(head, &a, &b, &merged, choices))
            .flatten();
        offered.extend(choice.is_some().then_some(head));
        let row = Row {
            label: field.label(),
            word,
            a: Cell::of(field, one, beside.a.provenance.get(&field)),
            b: Cell::of(field, other, beside.b.provenance.get(&field)),
            merged: Cell::of(field, merged.get(&field), beside.merged.provenance.get(&field)),
            choice,
        };
        if word == "valeurs identiques" { same.push(row) } else { differing.push(row) }
    }
    (differing, same)
}

/// What a listing says when nobody does: its state.
fn with_defaults(values: &Values) -> Values {
    maille_domain::Fields::from_values(values.clone())
        .map_or_else(|_| values.clone(), |fields| fields.to_values())
}

fn group(field: Field) -> Vec<Field> {
    let together = TOGETHER.iter().find(|group| group.contains(&field));
    together.map_or_else(|| vec![field], |group| group.to_vec())
}

impl Cell {
    fn of(field: Field, value: Option<&Value>, provenance: Option<&Provenance>) -> Cell {
        let said = value.map(|value| match (field, value.as_str()) {
            (Field::Hours, Some(text)) => french::hours::in_short(text).unwrap_or_else(|| text.to_owned()),
            _ => in_words(field, value),
        });
        let short = said.as_ref().filter(|said| said.chars().count() > LONGEST);
        let short =
            short.map(|said| format!("{}…", said.chars().take(LONGEST / 2).collect::<String>().trim_end()));
        Cell { short, origin: provenance.map(origin).unwrap_or_default(), value: said }
    }
}

fn origin(provenance: &Provenance) -> String {
    let day = |at: &DateTime<Utc>| date::words(at.with_timezone(&time_zone(None)).date_naive());
    let said = match provenance {
        Provenance::Source { source, source_id, at } => {
            format!("{source}, fiche {source_id}, depuis le {}", day(at))
        }
        Provenance::Override { author, reason, at, .. } => {
            format!("corrigé par {author} le {} : {reason}", day(at))
        }
    };
    french::typography(&said)
}

impl Choice {
    fn of(head: Field, a: &Values, b: &Values, merged: &Values, choices: &Choices) -> Option<Choice> {
        if NOT_CHOSEN.contains(&head) {
            return None;
        }
        let group = group(head);
        let is_kept = |side: &Values| group.iter().all(|field| side.get(field) == merged.get(field));
        // What a listing must have is not chosen empty.
        let whole =
            |side: &Values| !matches!(head, Field::Name | Field::Category) || side.contains_key(&head);
        let chosen = choices.iter().find(|(field, _)| *field == head).map(|(_, from)| *from);
        let sides = [(From::First, "1", a), (From::Second, "2", b)];
        let others: Vec<_> = sides.into_iter().filter(|(_, _, side)| !is_kept(side) && whole(side)).collect();
        if others.is_empty() {
            return None;
        }
        let name = format!("garder.{head}");
        let kept = sides.iter().find(|(_, _, side)| is_kept(side));
        let proposed = kept
            .map_or("Ce qui est proposé".to_owned(), |(_, number, _)| format!("Fiche {number} (proposé)"));
        let option = |value: &'static str, label, checked| Chosen {
            id: format!("{name}-{value}"),
            value,
            label,
            checked,
        };
        let mut options = vec![option("", proposed, !others.iter().any(|(from, ..)| chosen == Some(*from)))];
        options.extend(others.iter().map(|(from, number, side)| {
            let empty = if group.iter().any(|field| side.contains_key(field)) { "" } else { " (rien)" };
            option(number, format!("Fiche {number}{empty}"), chosen == Some(*from))
        }));
        let what = match group[..] {
            [one] => one.label().to_owned(),
            [Field::AgeMin, ..] => "Âges, ensemble".to_owned(),
            _ => "Lieu entier : commune, adresse, code postal et position".to_owned(),
        };
        Some(Choice {
            name,
            legend: french::typography(&format!("Garder pour la fiche réunie : {what}")),
            options,
        })
    }
}

/// Reads what was chosen; only of fields that may be.
pub fn read(sent: &mut Reader) -> Choices {
    let heads =
        Field::ALL.iter().copied().filter(|field| group(*field)[0] == *field && !NOT_CHOSEN.contains(field));
    let chosen = heads.filter_map(|head| {
        let from = match sent.text(&format!("garder.{head}")).as_str() {
            "1" => From::First,
            "2" => From::Second,
            _ => return None,
        };
        Some((head, from))
    });
    chosen.collect()
}

/// The corrections that these choices are, in an order in which each goes with those before.
pub fn corrections(beside: &Beside, choices: &Choices) -> Vec<(Field, Option<Value>)> {
    let merged = with_defaults(&beside.merged.values);
    let mut corrections = Vec::new();
    for (head, from) in choices {
        let (side, other): (&Listing, &Listing) = match from {
            From::First => (&beside.a, &beside.b),
            From::Second => (&beside.b, &beside.a),
        };
        let (side, other) = (side.fields.to_values(), other.fields.to_values());
        let mut group = group(*head);
        if group.iter().all(|field| side.get(field) == merged.get(field)) {
            continue;
        }
        // The lowest age is set first, unless it would be above the highest of before.
        let age = |values: &Values, field| values.get(&field).and_then(Value::as_u64);
        if age(&side, Field::AgeMin).zip(age(&merged, Field::AgeMax)).is_some_and(|(min, max)| min > max) {
            group.reverse();
        }
        for field in group {
            let value = side.get(&field).cloned();
            // Nothing is said over nothing.
            if value.is_some() || merged.contains_key(&field) || other.contains_key(&field) {
                corrections.push((field, value));
            }
        }
    }
    corrections
}
