//! The one pipeline of every source: fetch, parse, normalise, validate, match by the source's identifier, compare,
//! guard, apply in one transaction.

use maille_domain::clock::Clock;
use maille_domain::invisible::is_invisible;
use maille_domain::run::{Issue, Report, Scope, Severity};
use maille_store::Store;
use maille_store::creation::CREATED;
use maille_store::run::RunStart;

use crate::ahead::Ahead;
use crate::fetch::{FetchError, fetch};
use crate::format::Format;
use crate::looks_like::looks_like;
use crate::mapping::Mapping;
use crate::parts::Parts;
use crate::pass::Pass;
use crate::staged::{RefusedRecords, Source};
use crate::table::ReadError;
use crate::territories::StagedTerritories;
use crate::{csv, territories, xlsx};

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
    /// What of the source is read.
    pub scope: Scope,
    /// What the columns and the words of a spreadsheet mean, where it is not in our format.
    pub mapping: Option<Mapping>,
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
    /// The same, and it looks like another format.
    #[error(
        "{error} Ce fichier ressemble au format « {looks_like} » : essayez « maille import {looks_like} »."
    )]
    WrongFormat {
        /// What was wrong.
        error: ReadError,
        /// The other format.
        looks_like: Format,
    },
    /// The name of the source cannot be used.
    #[error("nom de source « {name} » : {wrong}")]
    SourceName {
        /// Its beginning, in which nothing is invisible.
        name: String,
        /// What was found, what was expected.
        wrong: String,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] maille_store::Error),
}

impl ImportError {
    /// What is wrong with the file, where it is the file's fault: the one issue of a report in which nothing was read.
    pub fn issue(&self, location: &str) -> Option<Issue> {
        match self {
            ImportError::Read(error) => Some(error.issue()),
            ImportError::WrongFormat { error, looks_like } => {
                let issue = error.issue();
                let expected =
                    format!("{} ; ce fichier ressemble au format « {looks_like} »", issue.expected);
                Some(Issue { expected, ..issue })
            }
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
            ImportError::SourceName { .. } | ImportError::Store(_) => None,
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
    /// The records that could not be taken, as they were written.
    pub rejected: RefusedRecords,
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
    let parts = fetch(&options.location, format.takes_folders(), &mut |bytes| progress.at(bytes))?;
    import_parts(store, format, options, &parts, clock, progress).await
}

/// Imports files that are at hand.
pub async fn import_parts(
    store: &Store,
    format: Format,
    options: &ImportOptions,
    parts: &Parts,
    clock: &dyn Clock,
    progress: &mut dyn Progress,
) -> Result<Outcome, ImportError> {
    check_name(store, &options.source).await?;
    progress.step("lecture", Some(parts.size()));
    let mut read = |bytes| progress.at(bytes);
    let wrong = |error: ReadError| match looks_like(parts) {
        Some(other)
            if other != format && !matches!(error, ReadError::Io { .. } | ReadError::Aside { .. }) =>
        {
            ImportError::WrongFormat { error, looks_like: other }
        }
        _ => ImportError::Read(error),
    };
    if format == Format::Territories {
        let staged = parts.only(&mut read, |file, input, read| territories::read(file, input, read));
        return import_territories(store, format.code(), options, staged.map_err(wrong)?, clock).await;
    }
    let source = format.read(parts, options.mapping.as_ref(), &mut read).map_err(wrong)?;
    let mut outcome = import_listings(store, format.code(), options, source, clock, progress).await?;
    if let Some(reason) = &mut outcome.refused
        && outcome.report.rejected == outcome.report.read
        && let Some(other) = looks_like(parts).filter(|&other| other != format)
    {
        reason.push_str(&resembles(other));
    }
    Ok(outcome)
}

fn resembles(format: Format) -> String {
    format!(" Ce fichier ressemble au format « {format} » : essayez « maille import {format} ».")
}

/// Writes a first mapping of a spreadsheet that is not in our format, to be corrected.
pub fn guess(format: Format, location: &str, progress: &mut dyn Progress) -> Result<String, ImportError> {
    progress.step("réception", None);
    let parts = fetch(location, false, &mut |bytes| progress.at(bytes))?;
    progress.step("lecture", Some(parts.size()));
    Ok(parts.only(&mut |bytes| progress.at(bytes), |file, input, read| match format {
        Format::Xlsx => xlsx::guess(file, input, read),
        _ => csv::guess(file, input, read),
    })?)
}

/// The longest name of a source, in characters.
const LONGEST_NAME: usize = 100;

/// Refuses a name that a new source cannot have; one that there is already keeps its own. That of what people create is nobody
/// else's: a file under it would withdraw what it does not have.
pub async fn check_name(store: &Store, name: &str) -> Result<(), ImportError> {
    if name == CREATED {
        let wrong = "réservé aux fiches créées par l’équipe, attendu un autre nom".to_owned();
        return Err(ImportError::SourceName { name: name.to_owned(), wrong });
    }
    let Some(wrong) = wrong_with(name) else { return Ok(()) };
    if store.has_source(name).await? {
        return Ok(());
    }
    let plain = |c: char| if is_unseen(c) { '\u{fffd}' } else { c };
    let beginning: String = name.chars().take(40).map(plain).collect();
    let name = if name.chars().count() > 40 { format!("{beginning}…") } else { beginning };
    Err(ImportError::SourceName { name, wrong })
}

/// What is wrong with the name of a source: the first rule that it breaks.
fn wrong_with(name: &str) -> Option<String> {
    let length = name.chars().count();
    if length == 0 {
        return Some("trouvé un nom vide, attendu un caractère au moins".to_owned());
    }
    if length > LONGEST_NAME {
        return Some(format!("trouvé {length} caractères, attendu {LONGEST_NAME} au plus"));
    }
    if name.trim() != name {
        return Some("trouvé un espace au début ou à la fin, attendu aucun".to_owned());
    }
    if name.contains(':') {
        return Some(
            "trouvé « : », qui sépare une source de l’identifiant (SOURCE:ID), attendu un nom sans"
                .to_owned(),
        );
    }
    let unseen = name.chars().find(|c| is_unseen(*c))?;
    Some(format!("trouvé un caractère invisible (U+{:04X}), attendu un nom qui se lit", u32::from(unseen)))
}

/// What is in a name without being seen.
fn is_unseen(c: char) -> bool {
    c.is_control() || is_invisible(c) || matches!(c, '\u{200c}' | '\u{200d}' | '\u{2028}' | '\u{2029}')
}

fn start<'a>(format: &'a str, options: &'a ImportOptions, clock: &dyn Clock) -> RunStart<'a> {
    RunStart {
        source: &options.source,
        format,
        location: &options.location,
        partial: options.partial,
        scope: &options.scope,
        at: clock.now(),
    }
}

/// Imports the listings of a source: a thousand records are held at a time, whatever their number.
pub async fn import_listings(
    store: &Store,
    format: &str,
    options: &ImportOptions,
    source: Box<dyn Source>,
    clock: &dyn Clock,
    progress: &mut dyn Progress,
) -> Result<Outcome, ImportError> {
    let territories = store.territories().await?.into_iter().map(|territory| territory.code).collect();
    let import = store.begin_import(start(format, options, clock)).await?;
    progress.step("comparaison", None);
    let mut pass = Pass::new(import, options, territories).await?;

    let step = if options.dry_run { "comparaison" } else { "écriture" };
    progress.step(step, source.size_hint().1.map(|records| records as u64));
    let mut source = Ahead::of(source);
    while let Some(record) = source.next().await.transpose()? {
        pass.take(record).await?;
        progress.at(pass.report.read);
    }
    pass.change().await?;
    let rest = source.end().await.rest();
    let complete = !options.partial && !rest.damaged;
    pass.withdraw(complete, &rest.rejected_ids, &rest.skipped_ids).await?;
    if !options.dry_run {
        pass.reject(&rest.refused).await?;
        if !rest.territories.is_empty() {
            let complete = complete && rest.rejected == 0;
            pass.import.put_territories(&rest.territories, complete).await?;
        }
    }

    let remarks = pass.remarks(&rest);
    let (live, elsewhere, hidden) = (pass.live(), pass.elsewhere(), pass.hidden());
    let Pass { import, report, .. } = pass;
    let issues: Vec<Issue> = rest.issues.into_iter().chain(remarks).collect();
    let report = Report {
        read: report.read + rest.rejected,
        rejected: rest.rejected,
        skipped: rest.skipped + elsewhere,
        warnings: warnings(&issues),
        issues,
        unmapped: rest.unmapped,
        ..report
    };
    let rejected = rest.refused;
    let refused = if options.force { None } else { guard(&report, report.withdrawn - hidden, live, options) };
    if options.dry_run || refused.is_some() {
        // The run is dropped, and with it all that it wrote.
        return Ok(Outcome { report, refused, rejected });
    }
    progress.step("validation", None);
    let report = import.finish(report, clock.now()).await?;
    Ok(Outcome { report, refused: None, rejected })
}

fn warnings(issues: &[Issue]) -> u64 {
    issues.iter().filter(|issue| issue.severity == Severity::Warning).count() as u64
}

/// Why the thresholds stop this run, if they do.
///
/// `withdrawn` leaves out what the source itself asks to hide; `live` counts what this run could have shown.
fn guard(report: &Report, withdrawn: u64, live: usize, options: &ImportOptions) -> Option<String> {
    let Report { read, rejected, source, .. } = report;
    if *rejected as f64 > *read as f64 * MOST_REJECTED {
        return Some(format!(
            "{rejected} sur {read} refusés, plus de la moitié : rien n’a été changé. Corrigez le fichier, ou relancez avec --force."
        ));
    }
    if withdrawn as f64 > live as f64 * MOST_WITHDRAWN {
        let partial = if options.partial {
            ""
        } else {
            " Si le fichier est partiel, relancez avec --partial ; s’il est complet, avec --force."
        };
        return Some(format!(
            "{withdrawn} des {live} de la source « {source} » seraient retirés, plus de 20 % : rien n’a été changé.{partial}"
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
    let refused = if options.force {
        None
    } else {
        guard(&report, written.withdrawn, usize::try_from(live).unwrap_or(usize::MAX), options)
    };
    if options.dry_run {
        // Territories have no fields to compare: a dry run counts them.
        let report = Report { changes: Some(Vec::new()), ..report };
        return Ok(Outcome { report, refused, rejected: RefusedRecords::default() });
    }
    if refused.is_some() {
        return Ok(Outcome { report, refused, rejected: RefusedRecords::default() });
    }
    let report = import.finish(report, clock.now()).await?;
    Ok(Outcome { report, refused: None, rejected: RefusedRecords::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_breaks_a_rule_is_told_which() {
        for (name, said) in [
            ("", "un nom vide"),
            (&"x".repeat(101), "101 caractères, attendu 100 au plus"),
            (" ccas", "un espace au début"),
            ("ccas:92", "« : »"),
            ("cc\u{202e}as", "invisible (U+202E)"),
            ("cc\u{200b}as", "invisible (U+200B)"),
            ("cc\tas", "invisible (U+0009)"),
        ] {
            let wrong = wrong_with(name).unwrap();
            assert!(wrong.contains(said), "{name:?}: {wrong}");
        }
        for good in ["ccas", "CCAS d’Antony (92)", &"é".repeat(100)] {
            assert_eq!(wrong_with(good), None);
        }
    }
}
