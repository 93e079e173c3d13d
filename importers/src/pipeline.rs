//! The one pipeline of every source: fetch, parse, normalise, validate, match by the source's identifier, compare,
//! guard, apply in one transaction.

use std::collections::{HashMap, HashSet};
use std::io::Read;

use maille_domain::clock::Clock;
use maille_domain::field::{Field, Values, fingerprint};
use maille_domain::run::{ChangeAction, FieldChange, Issue, ListingChange, Report, Severity};
use maille_domain::{Coverage, ListingId};
use maille_store::Store;
use maille_store::run::{Before, Import, Incoming, Known, RunStart};
use serde_json::Value;

use crate::fetch::{FetchError, fetch};
use crate::format::Format;
use crate::staged::{Source, StagedRecord};
use crate::table::ReadError;
use crate::territories::StagedTerritories;
use crate::{csv, finess, territories, xlsx};

/// Records held, compared and written at a time.
const PIECE: usize = 1_000;
/// More than this share of the records refused: nothing is applied.
const MOST_REJECTED: f64 = 0.5;
/// More than this share of the source's listings withdrawn: nothing is applied.
const MOST_WITHDRAWN: f64 = 0.2;

/// What is imported, and how.
#[derive(Debug, Clone)]
pub struct ImportOptions {
    /// A path or an http(s) address.
    pub location: String,
    /// Name of the source.
    pub source: String,
    /// Say what would change, change nothing.
    pub dry_run: bool,
    /// The file is not complete: what it does not hold is not withdrawn.
    pub partial: bool,
    /// Apply beyond the thresholds.
    pub force: bool,
}

/// Who watches an import.
pub trait Progress: Send {
    /// A step begins; `total` of its own unit when known.
    fn step(&mut self, name: &'static str, total: Option<u64>);
    /// The step has reached this.
    fn at(&mut self, done: u64);
}

/// Nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Progress for Unwatched {
    fn step(&mut self, _: &'static str, _: Option<u64>) {}
    fn at(&mut self, _: u64) {}
}

/// Why an import did not end.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file could not be had.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The file as a whole is not in the format.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The name of the source cannot be used.
    #[error("nom de source « {0} » : attendu 1 à 100 caractères, sans espace au début ni à la fin")]
    SourceName(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] maille_store::Error),
}

impl ImportError {
    /// What is wrong with the file, where it is the file's fault: the one issue of a report in which nothing was read.
    pub fn issue(&self, location: &str) -> Option<Issue> {
        match self {
            ImportError::Read(error) => Some(error.issue()),
            ImportError::Fetch(error) => Some(Issue {
                severity: Severity::Error,
                file: location.to_owned(),
                line: None,
                column: None,
                id: None,
                field: None,
                found: error.to_string(),
                expected: "un fichier lisible, avec des données".to_owned(),
            }),
            ImportError::SourceName(_) | ImportError::Store(_) => None,
        }
    }
}

/// How an import ended.
#[derive(Debug)]
pub struct Outcome {
    /// What was read and changed.
    pub report: Report,
    /// Why nothing was applied although it should have been.
    pub refused: Option<String>,
}

/// Imports one file.
pub async fn import(
    store: &Store,
    format: Format,
    options: &ImportOptions,
    clock: &dyn Clock,
    progress: &mut dyn Progress,
) -> Result<Outcome, ImportError> {
    progress.step("réception", None);
    let fetched = fetch(&options.location, &mut |bytes| progress.at(bytes))?;
    import_from(store, format, options, fetched.file, Some(fetched.size), clock, progress).await
}

/// Imports what can be read already, `size` bytes of it when known.
pub async fn import_from(
    store: &Store,
    format: Format,
    options: &ImportOptions,
    input: impl Read,
    size: Option<u64>,
    clock: &dyn Clock,
    progress: &mut dyn Progress,
) -> Result<Outcome, ImportError> {
    check_name(&options.source)?;
    progress.step("lecture", size);
    let (file, mut read) = (&*options.location, |bytes| progress.at(bytes));
    let staged = match format {
        Format::Csv => csv::read(file, input, &mut read)?,
        Format::Xlsx => xlsx::read(file, input, &mut read)?,
        Format::Finess => finess::read(file, input, &mut read)?,
        Format::Territories => {
            let staged = territories::read(file, input, &mut read)?;
            return import_territories(store, format.code(), options, staged, clock).await;
        }
    };
    import_listings(store, format.code(), options, staged, clock, progress).await
}

/// Whether a source can be called so.
pub fn check_name(name: &str) -> Result<(), ImportError> {
    let good = (1..=100).contains(&name.chars().count())
        && name.trim() == name
        && !name.chars().any(char::is_control);
    if good { Ok(()) } else { Err(ImportError::SourceName(name.to_owned())) }
}

fn start<'a>(format: &'a str, options: &'a ImportOptions, clock: &dyn Clock) -> RunStart<'a> {
    RunStart {
        source: &options.source,
        format,
        location: &options.location,
        partial: options.partial,
        at: clock.now(),
    }
}

/// Imports the listings of a source: a thousand records are held at a time, whatever their number.
pub async fn import_listings(
    store: &Store,
    format: &str,
    options: &ImportOptions,
    mut source: impl Source,
    clock: &dyn Clock,
    progress: &mut dyn Progress,
) -> Result<Outcome, ImportError> {
    let territories = store.territories().await?.into_iter().map(|territory| territory.code).collect();
    let mut import = store.begin_import(start(format, options, clock)).await?;
    progress.step("comparaison", None);
    let missing = import.known().await?;
    let live = missing.values().filter(|known| !known.withdrawn).count();
    let mut pass = Pass {
        import,
        options,
        territories,
        missing,
        changed: Vec::new(),
        unchanged: Vec::new(),
        report: Report { changes: options.dry_run.then(Vec::new), ..Report::of(&*options.source) },
    };

    let step = if options.dry_run { "comparaison" } else { "écriture" };
    progress.step(step, source.size_hint().1.map(|records| records as u64));
    while let Some(record) = source.next().transpose()? {
        pass.take(record).await?;
        progress.at(pass.report.read);
    }
    pass.change().await?;
    pass.see().await?;
    let rest = source.rest();
    if !options.partial && !rest.damaged {
        pass.withdraw_missing(rest.rejected_ids).await?;
    }

    let Pass { import, report, .. } = pass;
    let issues: Vec<Issue> = rest.issues.into_iter().chain(report.issues).collect();
    let report = Report {
        read: report.read + rest.rejected,
        rejected: rest.rejected,
        skipped: rest.skipped,
        warnings: warnings(&issues),
        issues,
        unmapped: rest.unmapped,
        ..report
    };
    let refused = if options.force { None } else { guard(&report, live) };
    if options.dry_run || refused.is_some() {
        // The run is dropped, and with it all that it wrote.
        return Ok(Outcome { report, refused });
    }
    progress.step("validation", None);
    let report = import.finish(report, clock.now()).await?;
    Ok(Outcome { report, refused: None })
}

/// A run of listings under way.
struct Pass<'a> {
    import: Import,
    options: &'a ImportOptions,
    /// Codes of the territories of this directory.
    territories: HashSet<String>,
    /// What was known of the source that it has not shown yet.
    missing: HashMap<String, Known>,
    /// Records read that are new or changed, not written yet.
    changed: Vec<StagedRecord>,
    /// Records read that are as they were, not noted yet.
    unchanged: Vec<String>,
    /// What was done so far.
    report: Report,
}

impl Pass<'_> {
    /// Takes the next record of the source.
    async fn take(&mut self, record: StagedRecord) -> Result<(), ImportError> {
        self.report.read += 1;
        self.note_unknown_territories(&record);
        match self.missing.remove(&record.source_id) {
            Some(known) if !known.withdrawn && known.fingerprint == fingerprint(&record.values) => {
                self.report.unchanged += 1;
                self.unchanged.push(record.source_id);
                if self.unchanged.len() == PIECE {
                    self.see().await?;
                }
            }
            known => {
                let count = if known.is_some() { &mut self.report.updated } else { &mut self.report.created };
                *count += 1;
                self.changed.push(record);
                if self.changed.len() == PIECE {
                    self.change().await?;
                }
            }
        }
        Ok(())
    }

    /// A coverage may name a territory before the territory is imported: kept, and said.
    fn note_unknown_territories(&mut self, record: &StagedRecord) {
        let parts = record.values.get(&Field::Coverage).and_then(Value::as_array).into_iter().flatten();
        for written in parts.filter_map(Value::as_str) {
            if let Ok(Coverage::Territory(code)) = written.parse()
                && !self.territories.contains(&code)
            {
                self.report.issues.push(Issue {
                    severity: Severity::Warning,
                    file: self.options.location.clone(),
                    line: None,
                    column: None,
                    id: Some(record.source_id.clone()),
                    field: Some(Field::Coverage.name().to_owned()),
                    found: written.to_owned(),
                    expected: "le code d’un territoire de cet annuaire (importez-le avec « maille import territories »)".to_owned(),
                });
            }
        }
    }

    /// Writes the changed records or, in a dry run, says what they change.
    async fn change(&mut self) -> Result<(), ImportError> {
        let records = std::mem::take(&mut self.changed);
        let Some(changes) = &mut self.report.changes else {
            let incoming: Vec<Incoming> = records
                .into_iter()
                .map(|StagedRecord { source_id, payload, values }| Incoming { source_id, payload, values })
                .collect();
            return Ok(self.import.put(&incoming).await?);
        };
        let ids: Vec<String> = records.iter().map(|record| record.source_id.clone()).collect();
        let before = self.import.before(&ids).await?;
        let source = &self.options.source;
        changes.extend(records.iter().map(|record| change_of(source, record, before.get(&record.source_id))));
        Ok(())
    }

    /// Notes the unchanged records as seen.
    async fn see(&mut self) -> Result<(), ImportError> {
        let ids = std::mem::take(&mut self.unchanged);
        if !self.options.dry_run {
            self.import.seen(&ids).await?;
        }
        Ok(())
    }

    /// Withdraws what a complete source no longer shows, by identifier. A record that was refused is still in it: it stays as it was.
    async fn withdraw_missing(&mut self, rejected: Vec<String>) -> Result<(), ImportError> {
        for id in rejected {
            self.missing.remove(&id);
        }
        let mut ids: Vec<String> =
            self.missing.drain().filter(|(_, known)| !known.withdrawn).map(|(id, _)| id).collect();
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
                })
            }));
        }
        Ok(())
    }
}

/// What a new or changed record does to its listing, in words.
fn change_of(source: &str, record: &StagedRecord, before: Option<&Before>) -> ListingChange {
    let nothing = Values::new();
    let action = match before {
        None => ChangeAction::Created,
        Some(before) if before.withdrawn => ChangeAction::Restored,
        Some(_) => ChangeAction::Updated,
    };
    ListingChange {
        source_id: record.source_id.clone(),
        listing: before
            .map_or_else(|| ListingId::founded_by(source, &record.source_id), |before| before.listing),
        name: name_in(&record.values),
        action,
        fields: field_changes(before.map_or(&nothing, |before| &before.values), &record.values),
    }
}

fn name_in(values: &Values) -> String {
    values.get(&Field::Name).map(|name| Field::Name.format(name)).unwrap_or_default()
}

fn field_changes(old: &Values, new: &Values) -> Vec<FieldChange> {
    Field::ALL
        .iter()
        .filter(|field| old.get(field) != new.get(field))
        .map(|&field| FieldChange {
            field,
            before: old.get(&field).map(|value| field.format(value)).unwrap_or_default(),
            after: new.get(&field).map(|value| field.format(value)).unwrap_or_default(),
        })
        .collect()
}

fn warnings(issues: &[Issue]) -> u64 {
    issues.iter().filter(|issue| issue.severity == Severity::Warning).count() as u64
}

/// Why the thresholds stop this run, if they do.
fn guard(report: &Report, live: usize) -> Option<String> {
    if report.rejected as f64 > report.read as f64 * MOST_REJECTED {
        return Some(format!(
            "{} fiches sur {} sont refusées, plus de la moitié : rien n’a été changé. Corrigez le fichier, ou relancez avec --force.",
            report.rejected, report.read
        ));
    }
    if report.withdrawn as f64 > live as f64 * MOST_WITHDRAWN {
        return Some(format!(
            "{} des {live} fiches de la source « {} » seraient retirées, plus de 20 % : rien n’a été changé. Si le fichier est partiel, relancez avec --partial ; s’il est complet, avec --force.",
            report.withdrawn, report.source
        ));
    }
    None
}

/// Imports the territories of a source.
pub async fn import_territories(
    store: &Store,
    format: &str,
    options: &ImportOptions,
    staged: StagedTerritories,
    clock: &dyn Clock,
) -> Result<Outcome, ImportError> {
    let mut import = store.begin_import(start(format, options, clock)).await?;
    // A territory whose rows are all bad is no longer named: nothing says that the file no longer has it.
    let complete = !options.partial && !staged.damaged && staged.rejected == 0;
    let written = import.put_territories(&staged.territories, complete).await?;
    let report = Report {
        run: None,
        source: options.source.clone(),
        applied: false,
        read: staged.territories.len() as u64 + staged.rejected,
        created: written.created,
        updated: written.updated,
        unchanged: written.unchanged,
        withdrawn: written.withdrawn,
        rejected: staged.rejected,
        skipped: 0,
        warnings: warnings(&staged.issues),
        issues: staged.issues,
        unmapped: Vec::new(),
        changes: None,
    };
    let live = written.updated + written.unchanged + written.withdrawn;
    let refused =
        if options.force { None } else { guard(&report, usize::try_from(live).unwrap_or(usize::MAX)) };
    if options.dry_run {
        // Territories have no fields to compare: a dry run counts them.
        return Ok(Outcome { report: Report { changes: Some(Vec::new()), ..report }, refused });
    }
    if refused.is_some() {
        return Ok(Outcome { report, refused });
    }
    let report = import.finish(report, clock.now()).await?;
    Ok(Outcome { report, refused: None })
}
