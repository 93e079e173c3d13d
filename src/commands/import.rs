//! `import`: one file through the pipeline, and its report.

use anyhow::{Result, bail};
use maille_domain::clock::SystemClock;
use maille_domain::run::{ChangeAction, Issue, Report, Severity};
use maille_importers::pipeline::{self, ImportOptions, Outcome};

use crate::cli::{Import, Settings};
use crate::commands::{print, print_json};
use crate::database::Database;
use crate::progress::Bar;

/// Issues printed for people; the rest are counted, and all are kept with the run.
const MOST_ISSUES: usize = 50;

pub async fn run(settings: &Settings, options: Import) -> Result<()> {
    let (format, json) = (options.format, options.json.wanted);
    let options = ImportOptions {
        location: options.location,
        source: options.source,
        dry_run: options.dry_run,
        partial: options.partial,
        force: options.force,
    };
    let imported = Database::with(settings, async |store| {
        let mut bar = Bar::new();
        Ok(pipeline::import(store, format, &options, &SystemClock, &mut bar).await)
    })
    .await?;
    let outcome = match imported {
        Ok(outcome) => outcome,
        Err(error) => {
            if let (true, Some(issue)) = (json, error.issue(&options.location)) {
                print_json(&Report { issues: vec![issue], ..Report::of(options.source) })?;
            }
            return Err(error.into());
        }
    };
    tell(outcome, json)
}

/// Prints the report; a run that was refused is a failure.
pub fn tell(outcome: Outcome, json: bool) -> Result<()> {
    if json {
        print_json(&outcome.report)?;
    } else {
        print(&in_words(&outcome.report))?;
    }
    match outcome.refused {
        Some(reason) => bail!(reason),
        None => Ok(()),
    }
}

/// The report as people read it.
pub fn in_words(report: &Report) -> String {
    let mut text = String::new();
    let mut line = |words: String| {
        text.push_str(&words);
        text.push('\n');
    };
    match (report.run, report.applied) {
        (Some(run), _) => line(format!("Import n° {run} de la source « {} »", report.source)),
        (None, _) => line(format!("Source « {} » : rien n’a été changé", report.source)),
    }
    line(format!(
        "{} fiches lues : {} nouvelles, {} modifiées, {} inchangées, {} refusées ; {} retirées, {} laissées de côté",
        report.read,
        report.created,
        report.updated,
        report.unchanged,
        report.rejected,
        report.withdrawn,
        report.skipped
    ));
    for issue in report.issues.iter().take(MOST_ISSUES) {
        line(issue_in_words(issue));
    }
    if report.issues.len() > MOST_ISSUES {
        line(format!("… et {} autres anomalies", report.issues.len() - MOST_ISSUES));
    }
    for unmapped in &report.unmapped {
        line(format!("code inconnu {} {} : {} fiches", unmapped.system, unmapped.code, unmapped.count));
    }
    for change in report.changes.iter().flatten() {
        let action = match change.action {
            ChangeAction::Created => "serait créée",
            ChangeAction::Updated => "serait modifiée",
            ChangeAction::Withdrawn => "serait retirée",
            ChangeAction::Restored => "reviendrait",
        };
        line(format!("{} « {} » {action}", change.source_id, change.name));
        if change.action != ChangeAction::Created {
            for field in &change.fields {
                line(format!("    {} : « {} » → « {} »", field.field.label(), field.before, field.after));
            }
        }
    }
    text.trim_end().to_owned()
}

fn issue_in_words(issue: &Issue) -> String {
    let kind = match issue.severity {
        Severity::Error => "refusé",
        Severity::Warning => "à noter",
    };
    let mut place = issue.file.clone();
    if let Some(line) = issue.line {
        place = format!("{place}, ligne {line}");
    }
    if let Some(column) = issue.column {
        place = format!("{place}, colonne {column}");
    }
    if let Some(field) = &issue.field {
        place = format!("{place} ({field})");
    }
    format!("{kind} : {place} : trouvé « {} », attendu {}", issue.found, issue.expected)
}
