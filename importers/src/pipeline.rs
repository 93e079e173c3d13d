//! The one pipeline of every source: fetch, parse, normalise, validate, match by the source's identifier, compare,
//! guard, apply in one transaction.

use std::collections::{HashMap, HashSet};
use std::io::Read;

use maille_domain::clock::Clock;
use maille_domain::field::{Field, Values, fingerprint};
use maille_domain::run::{ChangeAction, FieldChange, Issue, ListingChange, Report, Severity};
use maille_domain::{Coverage, ListingId};
use maille_store::Store;
use maille_store::run::{Import, Incoming, Known, RunStart};
use serde_json::Value;

use crate::fetch::{FetchError, fetch};
use crate::format::Format;
use crate::staged::{Staged, StagedRecord};
use crate::table::ReadError;
use crate::territories::StagedTerritories;
use crate::{csv, finess, territories, xlsx};

/// Records written in one statement.
const PIECE: usize = 1_000;
/// More than this share of the records refused: nothing is applied.
const MOST_REJECTED: f64 = 0.5;
/// More than this share of the source's listings withdrawn: nothing is applied.
const MOST_WITHDRAWN: f64 = 0.2;

/// What is imported, and how.
#[derive(Debug, Clone)]
pub struct ImportOptions {
    /// The format.
    pub format: Format,
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
    options: &ImportOptions,
    clock: &dyn Clock,
    progress: &mut dyn Progress,
) -> Result<Outcome, ImportError> {
    progress.step("réception", None);
    let fetched = fetch(&options.location, &mut |bytes| progress.at(bytes))?;
    import_from(store, options, fetched.file, Some(fetched.size), clock, progress).await
}

/// Imports what can be read already, `size` bytes of it when known.
pub async fn import_from(
    store: &Store,
    options: &ImportOptions,
    input: impl Read,
    size: Option<u64>,
    clock: &dyn Clock,
    progress: &mut dyn Progress,
) -> Result<Outcome, ImportError> {
    let name = &options.source;
    if name.is_empty()
        || name.chars().count() > 100
        || name.trim() != name
        || name.chars().any(char::is_control)
    {
        return Err(ImportError::SourceName(name.clone()));
    }
    progress.step("lecture", size);
    let (file, mut read) = (&*options.location, |bytes| progress.at(bytes));
    let staged = match options.format {
        Format::Csv => csv::read(file, input, &mut read)?,
        Format::Xlsx => xlsx::read(file, input, &mut read)?,
        Format::Finess => finess::read(file, input, &mut read)?,
        Format::Territories => {
            let staged = territories::read(file, input, &mut read)?;
            return import_territories(store, options, staged, clock).await;
        }
    };
    import_listings(store, options, staged, clock, progress).await
}

fn start<'a>(options: &'a ImportOptions, clock: &dyn Clock) -> RunStart<'a> {
    RunStart {
        source: &options.source,
        format: options.format.code(),
        location: &options.location,
        partial: options.partial,
        at: clock.now(),
    }
}

async fn import_listings(
    store: &Store,
    options: &ImportOptions,
    mut staged: Staged,
    clock: &dyn Clock,
    progress: &mut dyn Progress,
) -> Result<Outcome, ImportError> {
    staged.issues.extend(unknown_territories(store, options, &staged).await?);
    let mut import = store.begin_import(start(options, clock)).await?;
    progress.step("comparaison", None);
    let known = import.known().await?;
    let plan = Plan::of(&staged, &known, options.partial || staged.damaged);
    let report = Report {
        run: None,
        source: options.source.clone(),
        applied: false,
        read: staged.records.len() as u64 + staged.rejected,
        created: plan.created.len() as u64,
        updated: plan.updated.len() as u64,
        unchanged: plan.unchanged.len() as u64,
        withdrawn: plan.withdrawn.len() as u64,
        rejected: staged.rejected,
        skipped: staged.skipped,
        warnings: warnings(&staged.issues),
        issues: staged.issues.clone(),
        unmapped: staged.unmapped.clone(),
        changes: None,
    };
    let live = known.values().filter(|known| !known.withdrawn).count();
    let refused = if options.force { None } else { guard(&report, live) };
    if options.dry_run {
        let changes = Some(plan.changes(&mut import, &known, &options.source).await?);
        return Ok(Outcome { report: Report { changes, ..report }, refused });
    }
    if refused.is_some() {
        return Ok(Outcome { report, refused });
    }
    apply(&mut import, &plan, progress).await?;
    progress.step("validation", None);
    let report = import.finish(report, clock.now()).await?;
    Ok(Outcome { report, refused: None })
}

/// A coverage may name a territory before the territory is imported: kept, and said.
async fn unknown_territories(
    store: &Store,
    options: &ImportOptions,
    staged: &Staged,
) -> Result<Vec<Issue>, ImportError> {
    let known: HashSet<String> =
        store.territories().await?.into_iter().map(|territory| territory.code).collect();
    let mut issues = Vec::new();
    for record in &staged.records {
        let parts = record.values.get(&Field::Coverage).and_then(Value::as_array).into_iter().flatten();
        for written in parts.filter_map(Value::as_str) {
            if let Ok(Coverage::Territory(code)) = written.parse()
                && !known.contains(&code)
            {
                issues.push(Issue {
                    severity: Severity::Warning,
                    file: options.location.clone(),
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
    Ok(issues)
}

async fn apply(import: &mut Import, plan: &Plan<'_>, progress: &mut dyn Progress) -> Result<(), ImportError> {
    let written: Vec<&StagedRecord> = plan.created.iter().chain(&plan.updated).copied().collect();
    progress.step("écriture", Some(written.len() as u64));
    for (piece, records) in written.chunks(PIECE).enumerate() {
        let incoming: Vec<Incoming> = records
            .iter()
            .map(|record| Incoming {
                source_id: record.source_id.clone(),
                payload: record.payload.clone(),
                values: record.values.clone(),
            })
            .collect();
        import.put(&incoming).await?;
        progress.at((piece * PIECE + records.len()) as u64);
    }
    import.seen(&plan.unchanged).await?;
    for ids in plan.withdrawn.chunks(PIECE) {
        import.withdraw(ids).await?;
    }
    Ok(())
}

/// What a file changes, before anything is changed.
struct Plan<'a> {
    created: Vec<&'a StagedRecord>,
    updated: Vec<&'a StagedRecord>,
    unchanged: Vec<String>,
    withdrawn: Vec<String>,
}

impl<'a> Plan<'a> {
    fn of(staged: &'a Staged, known: &HashMap<String, Known>, partial: bool) -> Plan<'a> {
        let mut plan =
            Plan { created: Vec::new(), updated: Vec::new(), unchanged: Vec::new(), withdrawn: Vec::new() };
        for record in &staged.records {
            match known.get(&record.source_id) {
                None => plan.created.push(record),
                Some(known) if known.withdrawn || known.fingerprint != fingerprint(&record.values) => {
                    plan.updated.push(record);
                }
                Some(_) => plan.unchanged.push(record.source_id.clone()),
            }
        }
        if !partial {
            // A record that was refused is still in the file: it stays as it was.
            let present: HashSet<&str> = staged
                .records
                .iter()
                .map(|record| record.source_id.as_str())
                .chain(staged.rejected_ids.iter().map(String::as_str))
                .collect();
            plan.withdrawn = known
                .iter()
                .filter(|(id, known)| !known.withdrawn && !present.contains(id.as_str()))
                .map(|(id, _)| id.clone())
                .collect();
            plan.withdrawn.sort();
        }
        plan
    }

    /// Every change in words, in the order of the file, withdrawals last.
    async fn changes(
        &self,
        import: &mut Import,
        known: &HashMap<String, Known>,
        source: &str,
    ) -> Result<Vec<ListingChange>, ImportError> {
        let touched: Vec<String> = self
            .updated
            .iter()
            .map(|record| record.source_id.clone())
            .chain(self.withdrawn.iter().cloned())
            .collect();
        let before = import.values(&touched).await?;
        let nothing = Values::new();
        let listing_of =
            |id: &str| known.get(id).map_or_else(|| ListingId::founded_by(source, id), |known| known.listing);
        let change = |id: &str, action, old: &Values, new: &Values| ListingChange {
            source_id: id.to_owned(),
            listing: listing_of(id),
            name: new
                .get(&Field::Name)
                .or(old.get(&Field::Name))
                .map(|name| Field::Name.format(name))
                .unwrap_or_default(),
            action,
            fields: if action == ChangeAction::Withdrawn { Vec::new() } else { field_changes(old, new) },
        };
        let mut changes = Vec::new();
        for record in &self.created {
            changes.push(change(&record.source_id, ChangeAction::Created, &nothing, &record.values));
        }
        for record in &self.updated {
            let withdrawn = known.get(&record.source_id).is_some_and(|known| known.withdrawn);
            let action = if withdrawn { ChangeAction::Restored } else { ChangeAction::Updated };
            changes.push(change(
                &record.source_id,
                action,
                before.get(&record.source_id).unwrap_or(&nothing),
                &record.values,
            ));
        }
        for id in &self.withdrawn {
            changes.push(change(id, ChangeAction::Withdrawn, before.get(id).unwrap_or(&nothing), &nothing));
        }
        Ok(changes)
    }
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

async fn import_territories(
    store: &Store,
    options: &ImportOptions,
    staged: StagedTerritories,
    clock: &dyn Clock,
) -> Result<Outcome, ImportError> {
    let mut import = store.begin_import(start(options, clock)).await?;
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
