//! One run of listings: what a source shows is compared with what was known of it, and written or, in a dry run, told.

use std::collections::{HashMap, HashSet};

use maille_domain::change::{diff, in_words};
use maille_domain::field::{Field, Values};
use maille_domain::run::{ChangeAction, Issue, ListingChange, Report, Severity, StandingCorrection};
use maille_domain::{Coverage, ListingId};
use maille_store::run::{Before, Import, Incoming, Known, Rejected};
use serde_json::Value;

use crate::pipeline::{ImportError, ImportOptions};
use crate::staged::{RefusedRecord, RefusedRecords, Rest};
use crate::table::ReadError;

/// Records held, compared and written at a time.
const PIECE: usize = 1_000;

/// A run of listings under way.
pub(crate) struct Pass<'a> {
    /// The run in the store.
    pub import: Import,
    /// What was done so far.
    pub report: Report,
    options: &'a ImportOptions,
    /// Codes of the territories of this directory.
    territories: HashSet<String>,
    /// Coverages that name a territory this directory does not have.
    unknown_territories: Vec<(String, Issue)>,
    /// What was known of the source that it has not shown yet.
    missing: HashMap<String, Known>,
    /// How many live records were known, by region and profile.
    live: HashMap<(Option<Box<str>>, Option<u8>), usize>,
    /// The regions that records of this run are filed under.
    regions: HashSet<String>,
    /// Records of another region than the one asked.
    elsewhere: u64,
    /// Records withdrawn because their source asks for it.
    hidden: u64,
    /// Records read that are new or changed, not written yet, with what was known of each.
    changed: Vec<(Incoming, Option<Known>)>,
}

impl<'a> Pass<'a> {
    /// Starts from what is known of the source.
    pub async fn new(
        mut import: Import,
        options: &'a ImportOptions,
        territories: HashSet<String>,
    ) -> Result<Self, ImportError> {
        let missing = import.known().await?;
        let mut live: HashMap<_, usize> = HashMap::new();
        for known in missing.values().filter(|known| !known.withdrawn) {
            *live.entry((known.region.clone(), known.profile)).or_default() += 1;
        }
        let changes = options.dry_run.then(Vec::new);
        Ok(Pass {
            import,
            report: Report { changes, ..Report::of(&*options.source) },
            options,
            territories,
            unknown_territories: Vec::new(),
            missing,
            live,
            regions: HashSet::new(),
            elsewhere: 0,
            hidden: 0,
            changed: Vec::new(),
        })
    }

    /// Takes the next record of the source.
    pub async fn take(&mut self, record: Incoming) -> Result<(), ImportError> {
        let known = self.missing.remove(&record.source_id);
        if let Some(region) = &record.region {
            if self.options.scope.region.as_ref().is_some_and(|asked| asked != region) {
                self.elsewhere += 1;
                return Ok(());
            }
            if !self.regions.contains(region) {
                self.regions.insert(region.clone());
            }
        }
        self.report.read += 1;
        self.note_unknown_territories(&record);
        if known.as_ref().is_some_and(|known| !known.withdrawn && known.fingerprint == record.fingerprint) {
            self.unchanged(record.source_id);
            Ok(())
        } else {
            self.changed.push((record, known));
            if self.changed.len() < PIECE { Ok(()) } else { self.change().await }
        }
    }

    fn unchanged(&mut self, source_id: String) {
        self.report.unchanged += 1;
        self.import.seen(source_id);
    }

    /// A coverage may name a territory before the territory is imported: kept, and said.
    fn note_unknown_territories(&mut self, record: &Incoming) {
        let parts = record.values.get(&Field::Coverage).and_then(Value::as_array).into_iter().flatten();
        for written in parts.filter_map(Value::as_str).filter(|written| written.starts_with("territory")) {
            if let Ok(Coverage::Territory(code)) = written.parse()
                && !self.territories.contains(&code)
            {
                let issue = Issue {
                    severity: Severity::Warning,
                    file: self.options.location.clone(),
                    line: None,
                    column: None,
                    id: Some(record.source_id.clone()),
                    field: Some(Field::Coverage.name().to_owned()),
                    found: written.to_owned(),
                    expected: "le code d’un territoire de cet annuaire (importez-le avec « maille import territories »)".to_owned(),
                };
                self.unknown_territories.push((code, issue));
            }
        }
    }

    /// Writes the changed records that are still held or, in a dry run, says what they change.
    pub async fn change(&mut self) -> Result<(), ImportError> {
        let held = std::mem::take(&mut self.changed);
        let scope = &self.options.scope;
        let blind = |record: &Incoming, known: &Known| {
            record.incomplete || !scope.silence_counts_after(known.profile)
        };
        let dry_run = self.options.dry_run;
        let before: Vec<String> = held
            .iter()
            .filter(|(record, known)| known.as_ref().is_some_and(|known| dry_run || blind(record, known)))
            .map(|(record, _)| record.source_id.clone())
            .collect();
        let before = if before.is_empty() { HashMap::new() } else { self.import.before(&before).await? };

        let mut records = Vec::with_capacity(held.len());
        for (mut record, known) in held {
            let old = before.get(&record.source_id);
            if let (Some(old), Some(known)) = (old, &known)
                && blind(&record, known)
            {
                record.see_through(&old.values);
                if !known.withdrawn && known.fingerprint == record.fingerprint {
                    self.report.unchanged += 1;
                    self.import.seen(record.source_id);
                    continue;
                }
            }
            let count = if known.is_some() { &mut self.report.updated } else { &mut self.report.created };
            *count += 1;
            if let Some(changes) = &mut self.report.changes {
                changes.push(change_of(&self.options.source, &record, old));
            } else {
                records.push(record);
            }
        }
        if !records.is_empty() {
            self.import.put(&records).await?;
        }
        Ok(())
    }

    /// Withdraws what the source no longer shows: in a complete run, what of the same scope it does not hold; in every run,
    /// what must not be shown any more. A record that was refused is still in it: it stays as it was.
    pub async fn withdraw(
        &mut self,
        complete: bool,
        rejected: &[String],
        hidden: &[String],
    ) -> Result<(), ImportError> {
        let mut ids: Vec<String> = hidden
            .iter()
            .filter(|id| self.missing.remove(*id).is_some_and(|known| !known.withdrawn))
            .cloned()
            .collect();
        self.hidden = ids.len() as u64;
        for id in rejected {
            self.missing.remove(id);
        }
        if complete {
            let missing = std::mem::take(&mut self.missing);
            let gone = missing.into_iter().filter(|(_, known)| {
                !known.withdrawn && self.in_scope(known.region.as_deref(), known.profile)
            });
            ids.extend(gone.map(|(id, _)| id));
        }
        ids.sort_unstable();
        self.report.withdrawn = ids.len() as u64;
        for piece in ids.chunks(PIECE) {
            let Some(changes) = &mut self.report.changes else {
                self.import.withdraw(piece).await?;
                continue;
            };
            let mut before = self.import.before(piece).await?;
            changes.extend(piece.iter().filter_map(|id| {
                let before = before.remove(id)?;
                Some(ListingChange {
                    source_id: id.clone(),
                    listing: before.listing,
                    name: name_in(&before.values),
                    action: ChangeAction::Withdrawn,
                    fields: Vec::new(),
                    hidden: hidden.contains(id),
                    conflicts: Vec::new(),
                })
            }));
        }
        Ok(())
    }

    /// Whether this run would have shown a record filed and last read so.
    fn in_scope(&self, region: Option<&str>, profile: Option<u8>) -> bool {
        let scope = &self.options.scope;
        let of_region = match (&scope.region, region) {
            (Some(asked), region) => region == Some(asked),
            // Files that say of which regions they are say nothing of the others.
            (None, Some(region)) => self.regions.is_empty() || self.regions.contains(region),
            (None, None) => true,
        };
        of_region && scope.silence_counts_after(profile)
    }

    /// How many live records of the scope were known.
    pub fn live(&self) -> usize {
        let counts = self.live.iter();
        counts
            .filter(|((region, profile), _)| self.in_scope(region.as_deref(), *profile))
            .map(|(_, count)| count)
            .sum()
    }

    /// Keeps the records that could not be taken, to be corrected.
    pub async fn reject(&mut self, refused: &RefusedRecords) -> Result<(), ImportError> {
        let mut piece = Vec::new();
        let mut records = refused.iter().peekable();
        while let Some(record) = records.next() {
            let record = record.map_err(|source| ReadError::Aside { source })?;
            let payload = RefusedRecord::stored(record.payload);
            piece.push(Rejected { source_id: record.source_id, payload, reasons: record.reasons });
            if piece.len() == PIECE || records.peek().is_none() {
                self.import.reject(&std::mem::take(&mut piece)).await?;
            }
        }
        Ok(())
    }

    /// What was noticed of the run as a whole, now that the source has said all.
    pub fn remarks(&mut self, rest: &Rest) -> Vec<Issue> {
        let unknown = std::mem::take(&mut self.unknown_territories);
        let described = |code: &str| rest.territories.iter().any(|territory| territory.code == code);
        let mut issues: Vec<Issue> =
            unknown.into_iter().filter(|(code, _)| !described(code)).map(|(_, issue)| issue).collect();
        let mut aside = |why: &str, count: u64, expected: String| {
            issues.push(Issue {
                severity: Severity::Warning,
                file: self.options.location.clone(),
                line: None,
                column: None,
                id: None,
                field: None,
                found: format!("{why} : {count}"),
                expected: format!("{expected} ; laissé de côté"),
            });
        };
        for (why, count) in &rest.skipped_for {
            aside(why, *count, "ce que la source laisse publier".to_owned());
        }
        if let (Some(region), true) = (&self.options.scope.region, self.elsewhere > 0) {
            aside("fiches d’une autre région", self.elsewhere, format!("des fiches de la région {region}"));
        }
        issues
    }

    /// Records withdrawn because their source asks for it: no sign that the file is not whole.
    pub fn hidden(&self) -> u64 {
        self.hidden
    }

    /// Records of another region than the one asked.
    pub fn elsewhere(&self) -> u64 {
        self.elsewhere
    }
}

/// What a new or changed record does to its listing.
fn change_of(source: &str, record: &Incoming, before: Option<&Before>) -> ListingChange {
    let nothing = Values::new();
    let action = match before {
        None => ChangeAction::Created,
        Some(before) if before.withdrawn => ChangeAction::Restored,
        Some(_) => ChangeAction::Updated,
    };
    let fields = diff(before.map_or(&nothing, |before| &before.values), &record.values);
    let standing = before.map(|before| before.overrides.as_slice()).unwrap_or_default();
    let conflicts = standing.iter().filter(|decision| {
        fields.iter().any(|change| change.field == decision.field && change.after != decision.value)
    });
    let conflicts = conflicts
        .map(|decision| {
            let told =
                |tell: &dyn Fn(&Value) -> String| decision.value.as_ref().map(tell).unwrap_or_default();
            StandingCorrection {
                field: decision.field,
                decided: told(&|value| decision.field.format(value)),
                words: told(&|value| in_words(decision.field, value)),
                author: decision.author.clone(),
                shared: before.is_some_and(|before| !before.alone),
            }
        })
        .collect();
    ListingChange {
        source_id: record.source_id.clone(),
        listing: before
            .map_or_else(|| ListingId::founded_by(source, &record.source_id), |before| before.listing),
        name: name_in(&record.values),
        action,
        fields,
        hidden: false,
        conflicts,
    }
}

fn name_in(values: &Values) -> String {
    values.get(&Field::Name).map(|name| Field::Name.format(name)).unwrap_or_default()
}
