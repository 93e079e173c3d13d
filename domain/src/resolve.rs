//! The resolver: one pure function from what sources say and what people decided to the listing everyone reads.
//!
//! Layer 1 is [`Record`], layer 2 is [`Curated`], layer 3 is [`Resolution`]. For each field: an override that has not
//! ended wins, the latest of them; else the source that [comes first](Precedence) and says something: of equals the one checked
//! last, then the freshest, then by name, so that the order of sources and runs never matters. An override remembers the
//! sources' value it was put upon: when that value moves, there is a [`Conflict`], shown to a facilitator; neither side wins in
//! silence. So there is when several records that were each decided of become one listing, unless the latest decision was
//! made knowing the others.
//!
//! Some values only make sense together: a street of one town with the name of another would be a third place. Those of a
//! place come from records that agree with its commune, said or decided; both ends of an age range come from one record, and
//! when decisions make them contradict each other, one gives way.
//!
//! Whether the listing is there is for its sources to say, unless a person decided: hidden, it is withdrawn whatever they know of
//! it; kept, it stays though none does. A check by a person dates the listing as one that a source tells does, by its day alone:
//! it corrects nothing, and is no conflict.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use maille_territory::{Point, france};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Category;
use crate::check::Check;
use crate::field::{Field, Values};
use crate::listing::{Provenance, Said, SourceRef};
use crate::location::{Location, Precision};
use crate::precedence::Precedence;
use crate::presence::Presence;

/// Layer 1: what one source says of one thing, normalised.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Name of the source.
    pub source: String,
    /// The format that the source is read in.
    pub format: String,
    /// Identifier of the record in the source.
    pub source_id: String,
    /// What it says.
    pub values: Values,
    /// When each field was first read with its present value.
    pub since: BTreeMap<Field, DateTime<Utc>>,
    /// When the record was last seen in its source.
    pub last_seen: DateTime<Utc>,
    /// When a complete run no longer held it, or its source was dropped.
    pub withdrawn_at: Option<DateTime<Utc>>,
}

/// Layer 2: all that people decided of a listing, and of those merged into it. The order of each is of no account.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Curated {
    /// Values of fields.
    pub overrides: Vec<Override>,
    /// Whether it is there.
    pub presence: Vec<PresenceDecision>,
    /// That it is right.
    pub checks: Vec<CheckMade>,
}

/// Layer 2: whether the listing is there, as a person decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PresenceDecision {
    /// Its number: the higher one is the later of two of the same instant.
    pub id: i64,
    /// What was decided.
    pub presence: Presence,
    /// When.
    pub at: DateTime<Utc>,
}

/// Layer 2: that somebody made sure.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckMade {
    /// Its number: the higher one is the later of two of the same instant.
    pub id: i64,
    /// Of what, which day, how.
    pub check: Check,
    /// What the field said then; what is said otherwise since was not checked.
    pub value: Option<Value>,
    /// Who.
    pub author: String,
    /// When it was written down, on the day of the check or later.
    pub at: DateTime<Utc>,
}

/// Layer 2: what a person decided for one field.
#[derive(Debug, Clone, PartialEq)]
pub struct Override {
    /// Its number: the higher one is the later of two of the same instant.
    pub id: i64,
    /// The field.
    pub field: Field,
    /// The value; `None` empties the field.
    pub value: Option<Value>,
    /// What the sources said when it was decided.
    pub base: Option<Value>,
    /// The decisions about other records of the listing that it was made over: they stand, and speak again without it.
    pub over: Vec<i64>,
    /// Who.
    pub author: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Until when it holds, if it ends.
    pub until: Option<DateTime<Utc>>,
}

/// An override under which the sources' value has moved, beside which somebody decided otherwise of a listing that was
/// found to be the same, or which the other end of an age range contradicts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conflict {
    /// The field.
    pub field: Field,
    /// What was decided here, and stands.
    pub ours: Option<Value>,
    /// What the sources said then.
    pub base: Option<Value>,
    /// What is said now.
    pub theirs: Option<Value>,
    /// Who says so, since when; nobody when the sources fell silent.
    pub their_origin: Option<Provenance>,
    /// The field that it is said of, when that is another: the end of an age range that gave way.
    pub against: Option<Field>,
}

/// Layer 3: the outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolution {
    /// The value of every field that has one.
    pub values: Values,
    /// Where each came from.
    pub provenance: BTreeMap<Field, Provenance>,
    /// What records say besides the value kept, the next to speak first.
    pub others: BTreeMap<Field, Vec<Said>>,
    /// The records, by source then identifier.
    pub sources: Vec<SourceRef>,
    /// When the last record was withdrawn, if all are; when it was hidden, if it is. Never, when it is kept.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// What a person decided of its being there.
    pub presence: Option<Presence>,
    /// The last check of the whole, then those of fields that say what they said then.
    pub checks: Vec<Check>,
    /// What a person must settle.
    pub conflicts: Vec<Conflict>,
}

/// Resolves one listing at `now`. Records that are withdrawn speak only when all are.
pub fn resolve(
    records: &[Record],
    curated: &Curated,
    precedence: &Precedence,
    now: DateTime<Utc>,
) -> Resolution {
    let overrides = &curated.overrides;
    let speaking = speaking(records);
    let all_withdrawn = speaking.iter().all(|record| record.withdrawn_at.is_some());
    let withdrawn_at =
        records.iter().filter_map(|record| record.withdrawn_at).max().filter(|_| all_withdrawn);
    let presence = curated.presence.iter().max_by_key(|decision| (decision.at, decision.id));

    let mut resolution = Resolution {
        values: Values::new(),
        provenance: BTreeMap::new(),
        others: BTreeMap::new(),
        sources: records
            .iter()
            .map(|record| SourceRef {
                source: record.source.clone(),
                source_id: record.source_id.clone(),
                last_seen: record.last_seen,
            })
            .collect(),
        withdrawn_at: match presence {
            None => withdrawn_at,
            Some(PresenceDecision { presence: Presence::Hidden, at, .. }) => Some(*at),
            Some(PresenceDecision { presence: Presence::Kept, .. }) => None,
        },
        presence: presence.map(|decision| decision.presence),
        checks: Vec::new(),
        conflicts: Vec::new(),
    };
    resolution.sources.sort();

    let speakers = Speakers::new(speaking, precedence);
    // Whoever says a commune that no source says completes the place that they tell, and moves nothing.
    let commune = speakers.commune.map(|said| match in_force(overrides, Field::Commune, now).first() {
        // Where a person decided that there is none, nobody's street is.
        Some(decision) => decision.value.as_ref().unwrap_or(&Value::Null),
        None => said,
    });
    for &field in Field::ALL {
        let said = speakers.of(field);
        let decided = in_force(overrides, field, now);
        let mut kept = None;
        if let Some((decision, older)) = decided.split_first() {
            resolution.conflicts.extend(speakers.conflict(decision, &said));
            let otherwise = older.iter().enumerate().filter(|(newer, older)| {
                let known = decided[..=*newer].iter().any(|newer| newer.over.contains(&older.id));
                older.value != decision.value && !known
            });
            resolution.conflicts.extend(
                otherwise.map(|(_, older)| decision.against(older.value.clone(), Some(decided_by(older)))),
            );
            if let Some(value) = &decision.value {
                resolution.values.insert(field, value.clone());
            }
            resolution.provenance.insert(field, decided_by(decision));
        } else if let Some(record) = speakers.first(field, &said, commune) {
            kept = Some(record);
            resolution.values.insert(field, record.values[&field].clone());
            resolution.provenance.insert(field, said_by(record, field));
        }
        let others: Vec<Said> = said
            .iter()
            .filter(|record| kept.is_none_or(|kept| !std::ptr::eq(kept, **record)))
            .map(|record| Said {
                source: record.source.clone(),
                source_id: record.source_id.clone(),
                value: record.values[&field].clone(),
                at: since(record, field),
            })
            .collect();
        if !others.is_empty() {
            resolution.others.insert(field, others);
        }
    }
    agree_on_ages(&mut resolution, overrides, now);
    follow_commune(&mut resolution);
    date_by_checks(&mut resolution, &curated.checks);
    resolution
}

impl CheckMade {
    /// The last check of a field, or of the whole.
    pub fn last(checks: &[CheckMade], field: Option<Field>) -> Option<&CheckMade> {
        let of = checks.iter().filter(|made| made.check.field == field);
        of.max_by_key(|made| (made.check.day, made.at, made.id))
    }
}

/// The day of the last check dates the listing, unless what is said of that day is as late.
fn date_by_checks(resolution: &mut Resolution, checks: &[CheckMade]) {
    let whole = CheckMade::last(checks, None);
    if let Some(made) = whole {
        // Days are written so that their order is that of their texts.
        let day = made.check.day.to_string();
        let said = resolution.values.get(&Field::VerifiedOn).and_then(Value::as_str);
        if said.is_none_or(|said| said < day.as_str()) {
            silence(resolution, Field::VerifiedOn);
            resolution.values.insert(Field::VerifiedOn, Value::String(day));
            resolution.provenance.insert(Field::VerifiedOn, checked_by(made));
        }
    }
    let of_fields = Field::ALL.iter().filter_map(|&field| {
        let made = CheckMade::last(checks, Some(field))?;
        (made.value.as_ref() == resolution.values.get(&field)).then_some(made)
    });
    resolution.checks = whole.into_iter().chain(of_fields).map(|made| made.check).collect();
}

fn checked_by(made: &CheckMade) -> Provenance {
    let reason = made.check.means.done().to_owned();
    Provenance::Override { author: made.author.clone(), reason, at: made.at, until: None }
}

/// What is decided of a field at this time, the latest first.
pub fn in_force(overrides: &[Override], field: Field, now: DateTime<Utc>) -> Vec<&Override> {
    let in_force =
        |decision: &&Override| decision.field == field && decision.until.is_none_or(|until| until > now);
    let mut decided: Vec<&Override> = overrides.iter().filter(in_force).collect();
    decided.sort_by_key(|decision| Reverse((decision.at, decision.id)));
    decided
}

/// What the sources alone say of a field: the base of a new override.
pub fn said_by_sources(records: &[Record], precedence: &Precedence, field: Field) -> Option<Value> {
    let speakers = Speakers::new(speaking(records), precedence);
    let first = speakers.first(field, &speakers.of(field), speakers.commune);
    first.map(|record| record.values[&field].clone())
}

/// The records that are not withdrawn, or all of them when all are.
fn speaking(records: &[Record]) -> Vec<&Record> {
    let live: Vec<&Record> = records.iter().filter(|record| record.withdrawn_at.is_none()).collect();
    if live.is_empty() { records.iter().collect() } else { live }
}

impl Override {
    /// That something is said against it.
    fn against(&self, theirs: Option<Value>, their_origin: Option<Provenance>) -> Conflict {
        Conflict {
            field: self.field,
            ours: self.value.clone(),
            base: self.base.clone(),
            theirs,
            their_origin,
            against: None,
        }
    }
}

/// The records that speak, and who may speak of what.
struct Speakers<'a> {
    records: Vec<&'a Record>,
    precedence: &'a Precedence,
    /// The commune of the place, if a record says one.
    commune: Option<&'a Value>,
    /// The record whose ages are taken, both ends.
    ages: Option<&'a Record>,
}

impl<'a> Speakers<'a> {
    fn new(records: Vec<&'a Record>, precedence: &'a Precedence) -> Speakers<'a> {
        let mut speakers = Speakers { records, precedence, commune: None, ages: None };
        speakers.commune = speakers.of(Field::Commune).first().map(|record| &record.values[&Field::Commune]);
        let ranked = |record: &&'a Record| {
            let says = |field: &Field| record.values.contains_key(field);
            let ends = [Field::AgeMin, Field::AgeMax].into_iter().filter(says);
            let freshest = ends.map(|field| since(record, field)).max()?;
            Some((speakers.turn(Field::AgeMin, record, freshest), *record))
        };
        let ages = speakers.records.iter().filter_map(ranked).min_by(|(a, _), (b, _)| a.cmp(b));
        speakers.ages = ages.map(|(_, record)| record);
        speakers
    }

    /// The records that say something of a field, the one that comes first before the others.
    fn of(&self, field: Field) -> Vec<&'a Record> {
        let mut said: Vec<&Record> =
            self.records.iter().copied().filter(|record| record.values.contains_key(&field)).collect();
        said.sort_by_cached_key(|record| {
            let value = &record.values[&field];
            // A check is as good as its date, whoever made it.
            let newest = (field == Field::VerifiedOn).then(|| Reverse(value.to_string()));
            (newest, is_vague(field, value), self.turn(field, record, since(record, field)))
        });
        said
    }

    /// When a record speaks of a field, what it says being as good as what others say: the lowest first. Of equals, the one
    /// that was checked last: what nobody checked is not to be shown under the check of another.
    fn turn(&self, field: Field, record: &'a Record, since: DateTime<Utc>) -> impl Ord + use<'a> {
        // One order for both ends, which come from one record.
        let ordered = if field == Field::AgeMax { Field::AgeMin } else { field };
        let rank = self.precedence.rank(ordered, &record.source, &record.format);
        let checked = record.values.get(&Field::VerifiedOn).and_then(Value::as_str);
        (rank, Reverse(checked), Reverse(since), &record.source, &record.source_id)
    }

    /// Of those, the one whose value is kept, in a place of this commune.
    fn first(&self, field: Field, said: &[&'a Record], commune: Option<&Value>) -> Option<&'a Record> {
        said.iter().copied().find(|record| match field {
            Field::Address | Field::PostalCode | Field::Location => {
                commune.is_none_or(|commune| record.values.get(&Field::Commune) == Some(commune))
            }
            Field::AgeMin | Field::AgeMax => self.ages.is_some_and(|ages| std::ptr::eq(ages, *record)),
            _ => true,
        })
    }

    /// Whether what the sources alone say has moved under a decision.
    fn conflict(&self, decision: &Override, said: &[&'a Record]) -> Option<Conflict> {
        let field = decision.field;
        let first = self.first(field, said, self.commune);
        let theirs = first.map(|record| &record.values[&field]);
        let moved = theirs != decision.base.as_ref() && theirs != decision.value.as_ref();
        moved.then(|| decision.against(theirs.cloned(), first.map(|record| said_by(record, field))))
    }
}

/// A value that says less than any other: a kind that is not known, the middle of a commune.
fn is_vague(field: Field, value: &Value) -> bool {
    match field {
        Field::Category => value.as_str() == Some(Category::other().code()),
        Field::Location => value.get("precision").and_then(Value::as_str) != Some(Precision::Address.code()),
        _ => false,
    }
}

fn said_by(record: &Record, field: Field) -> Provenance {
    Provenance::Source {
        source: record.source.clone(),
        source_id: record.source_id.clone(),
        at: since(record, field),
    }
}

fn decided_by(decision: &Override) -> Provenance {
    Provenance::Override {
        author: decision.author.clone(),
        reason: decision.reason.clone(),
        at: decision.at,
        until: decision.until,
    }
}

/// The lowest age is not above the highest: when a decision makes it so, the end that was said gives way to the one that was
/// decided, and of equals the older one.
fn agree_on_ages(resolution: &mut Resolution, overrides: &[Override], now: DateTime<Utc>) {
    let age = |field| resolution.values.get(&field).and_then(Value::as_u64);
    if age(Field::AgeMin).zip(age(Field::AgeMax)).is_none_or(|(min, max)| min <= max) {
        return;
    }
    let decided = |field| in_force(overrides, field, now).into_iter().next();
    let weight = |field| {
        let said = match resolution.provenance.get(&field) {
            Some(Provenance::Source { at, .. }) => Some(*at),
            _ => None,
        };
        (decided(field).map(|decision| (decision.at, decision.id)), said)
    };
    let (kept, gone) = if weight(Field::AgeMax) > weight(Field::AgeMin) {
        (Field::AgeMax, Field::AgeMin)
    } else {
        (Field::AgeMin, Field::AgeMax)
    };
    let (value, origin) = silence(resolution, gone);
    resolution.conflicts.extend(
        decided(kept).map(|decision| Conflict { against: Some(gone), ..decision.against(value, origin) }),
    );
}

/// A point that is only the middle of a commune, or none, goes with the commune that a person decided.
fn follow_commune(resolution: &mut Resolution) {
    let Some(decided @ Provenance::Override { .. }) = resolution.provenance.get(&Field::Commune) else {
        return;
    };
    let decided = decided.clone();
    let said_here = matches!(resolution.provenance.get(&Field::Location), Some(Provenance::Override { .. }));
    let exact =
        resolution.values.get(&Field::Location).is_some_and(|point| !is_vague(Field::Location, point));
    if said_here || exact {
        return;
    }
    silence(resolution, Field::Location);
    let code = resolution.values.get(&Field::Commune).and_then(Value::as_str);
    if let Some(commune) = code.and_then(|code| france().current_commune(code)) {
        let Point { lat, lon } = commune.point;
        let centre = Location { lat, lon, precision: Precision::Commune };
        let centre = serde_json::to_value(centre).expect("a point is plain JSON");
        resolution.values.insert(Field::Location, centre);
        resolution.provenance.insert(Field::Location, decided);
    }
}

/// Keeps no value of a field: what a source said of it is told with what the others say.
fn silence(resolution: &mut Resolution, field: Field) -> (Option<Value>, Option<Provenance>) {
    let value = resolution.values.remove(&field);
    let origin = resolution.provenance.remove(&field);
    if let (Some(value), Some(Provenance::Source { source, source_id, at })) = (&value, &origin) {
        let (source, source_id) = (source.clone(), source_id.clone());
        let said = Said { source, source_id, value: value.clone(), at: *at };
        resolution.others.entry(field).or_default().insert(0, said);
    }
    (value, origin)
}

fn since(record: &Record, field: Field) -> DateTime<Utc> {
    record.since.get(&field).copied().unwrap_or(record.last_seen)
}

#[cfg(test)]
mod tests;
