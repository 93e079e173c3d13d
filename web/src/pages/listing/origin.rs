//! Who said a field, and when, and what the other sources say of it: shown beside it when asked (`?sources=1`).

use chrono::{DateTime, Utc};
use maille_domain::field::Values;
use maille_domain::hours::time_zone;
use maille_domain::listing::{Provenance, Said};
use maille_domain::location::Location;
use maille_domain::{Field, Listing, change};
use serde_json::Value;

use crate::french::{self, codes, date};
use crate::views::hit::by_means;

/// Longest value of another source that is shown unfolded, in characters.
const LONGEST_SAID: usize = 300;

/// Where what is said of a field came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Who said what is kept; `None` when nothing is.
    pub kept: Option<Kept>,
    /// The sources that say the same.
    pub alike: Option<String>,
    /// When somebody of the team made sure of it alone, and how: `le 3 novembre 2026, par téléphone`.
    pub checked: Option<String>,
    /// What the others say.
    pub others: Vec<Other>,
    /// Why nothing is kept of what they say.
    pub why: Option<&'static str>,
}

/// Who said what is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The source, or the team when none.
    pub source: Option<String>,
    /// Whether the team said that there is nothing to say.
    pub emptied: bool,
    /// Whether it is the day of a check by the team, which corrected nothing.
    pub checked: bool,
    /// The day, in words.
    pub on: String,
}

/// What another source says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    /// The source.
    pub source: String,
    /// Since which day, in words.
    pub on: String,
    /// What, in words.
    pub said: String,
    /// Whether it is to be unfolded.
    pub long: bool,
}

impl Kept {
    /// Who said a field. Who of the team corrected it, and why, stays with the team.
    pub fn of(listing: &Listing, field: Field) -> Option<Kept> {
        let (source, at) = match listing.provenance.get(&field)? {
            Provenance::Source { source, source_id, at } => (Some(name(listing, source, source_id)), *at),
            Provenance::Override { at, .. } => (None, *at),
        };
        let checked = field == Field::VerifiedOn && listing.last_check().is_some();
        Some(Kept { source, emptied: false, checked, on: on(at) })
    }
}

impl Origin {
    /// Where what is said of a field came from, if anybody says or said something. `values` are those of the listing.
    pub fn of(listing: &Listing, values: &Values, field: Field) -> Option<Origin> {
        let value = values.get(&field);
        let kept = Kept::of(listing, field).map(|kept| Kept { emptied: value.is_none(), ..kept });
        let others = listing.others.get(&field).map_or(&[][..], Vec::as_slice);
        let says_the_same =
            |said: &&Said| value.is_some_and(|value| read_the_same(field, value, &said.value));
        let (alike, others): (Vec<&Said>, Vec<&Said>) = others.iter().partition(says_the_same);
        if kept.is_none() && others.is_empty() {
            return None;
        }
        let alike: Vec<String> =
            alike.iter().map(|said| name(listing, &said.source, &said.source_id)).collect();
        Some(Origin {
            checked: listing
                .check_of(field)
                .map(|check| format!("le {}{}", date::words(check.day), by_means(Some(check)))),
            why: kept.is_none().then(|| why_not_kept(field)).flatten(),
            kept,
            alike: (!alike.is_empty()).then(|| french::list(&alike)),
            others: others.into_iter().map(|said| Other::of(listing, field, said)).collect(),
        })
    }

    /// The same, without what the other sources say: for what they say no part of.
    #[must_use]
    pub fn of_a_part(self) -> Origin {
        Origin { others: Vec::new(), ..self }
    }

    /// The same, of something that is not shown: what was decided of it, and what the others say.
    pub fn of_nothing(self) -> Option<Origin> {
        let kept = self.kept.filter(|kept| kept.emptied);
        (kept.is_some() || !self.others.is_empty()).then_some(Origin { kept, alike: None, ..self })
    }
}

impl Other {
    fn of(listing: &Listing, field: Field, said: &Said) -> Other {
        let words = in_words(field, &said.value);
        Other {
            source: name(listing, &said.source, &said.source_id),
            on: on(said.at),
            long: words.chars().count() > LONGEST_SAID,
            said: words,
        }
    }
}

/// Whether two values of a field are the same to whoever reads them: registers write names in capitals without accents.
pub fn read_the_same(field: Field, one: &Value, other: &Value) -> bool {
    let written = matches!(field, Field::Name | Field::Acronym | Field::Organization | Field::Address);
    let folded = |value: &Value| value.as_str().map(maille_territory::fold);
    change::same(field, one, other) || (written && folded(one) == folded(other))
}

/// A value as a sheet says it, on one line.
pub fn in_words(field: Field, value: &Value) -> String {
    let each = |label: fn(&str) -> &str| {
        let codes = value.as_array().into_iter().flatten().filter_map(Value::as_str);
        codes.map(|code| french::lower_first(label(code))).collect::<Vec<_>>().join(", ")
    };
    let number = |singular, plural| value.as_u64().map(|number| french::counted(number, singular, plural));
    let said = match field {
        Field::Languages => Some(each(codes::language)),
        Field::Accessibility => Some(each(codes::accessibility)),
        Field::Cost => value.as_str().map(|cost| codes::cost(cost).to_owned()),
        Field::AgeMin | Field::AgeMax => number("an", "ans"),
        Field::DelayDays => number("jour", "jours"),
        Field::VerifiedOn => value.as_str().and_then(|day| day.parse().ok()).map(date::words),
        Field::Location => {
            serde_json::from_value(value.clone()).ok().map(|Location { lat, lon, precision }| {
                format!("{lat}, {lon} ({})", french::lower_first(precision.label()))
            })
        }
        _ => None,
    };
    let said = said.unwrap_or_else(|| change::in_words(field, value));
    match field {
        // What is dialled, written to or read by programs stays as it is.
        Field::Phone | Field::Email | Field::Mssante | Field::Website | Field::SourceUrl | Field::Hours => {
            said
        }
        _ => french::typography(&said),
    }
}

/// The name of a source; with that of the record, where a listing is made of several of one source.
fn name(listing: &Listing, source: &str, source_id: &str) -> String {
    let records = listing.sources.iter().filter(|record| record.source == source).count();
    if records > 1 { format!("{source} (fiche {source_id})") } else { source.to_owned() }
}

fn on(at: DateTime<Utc>) -> String {
    date::words(at.with_timezone(&time_zone(None)).date_naive())
}

/// Some values only make sense together, and come from records that agree.
fn why_not_kept(field: Field) -> Option<&'static str> {
    match field {
        Field::AgeMin | Field::AgeMax => {
            Some("non repris\u{202f}: les deux âges viennent d’une même source, et ne se contredisent pas")
        }
        Field::Address | Field::PostalCode | Field::Location => {
            Some("non repris, faute de situer la ressource dans la même commune que la fiche")
        }
        _ => None,
    }
}
