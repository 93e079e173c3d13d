//! `runs`: the imports that were kept, or one with its issues.

use anyhow::{Context, Result};
use maille_domain::Reach;
use maille_domain::clock::{Clock, SystemClock};
use maille_domain::run::{Report, Scope};
use maille_importers::csv::write_refused;
use maille_importers::staged::RefusedRecord;
use maille_store::run::Run;
use serde::Serialize;
use serde_json::json;

use crate::cli::{Runs, Settings, Why};
use crate::commands::report::{Of, counts, in_words};
use crate::commands::{print, print_json};
use crate::database::Database;

/// Runs listed.
const MOST: i64 = 1_000;

#[derive(Serialize)]
struct RunDocument {
    format: String,
    location: String,
    partial: bool,
    #[serde(flatten)]
    scope: Scope,
    started_at: chrono::DateTime<chrono::Utc>,
    finished_at: chrono::DateTime<chrono::Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    undone_at: Option<chrono::DateTime<chrono::Utc>>,
    #[serde(flatten)]
    report: Report,
}

impl From<Run> for RunDocument {
    fn from(run: Run) -> Self {
        RunDocument {
            format: run.format,
            location: run.location,
            partial: run.partial,
            scope: run.scope,
            started_at: run.started_at,
            finished_at: run.finished_at,
            undone_at: run.undone.map(|undone| undone.at),
            report: run.report,
        }
    }
}

pub async fn run(settings: &Settings, options: Runs) -> Result<()> {
    match (options.run, options.undo) {
        (_, Some(id)) => {
            let why = Why { reason: options.reason.unwrap_or_default(), author: options.author };
            undo(settings, id, why, options.json.wanted).await
        }
        (Some(id), None) if options.rejected => rejected(settings, id).await,
        (Some(id), None) => one(settings, id, options.json.wanted).await,
        (None, None) => all(settings, options.json.wanted).await,
    }
}

async fn one(settings: &Settings, id: i64, json: bool) -> Result<()> {
    let run = Database::with(settings, async |store| Ok(store.run(id).await?)).await?;
    let run = run.with_context(|| format!("aucun import n° {id}"))?;
    if json {
        print_json(&RunDocument::from(run))
    } else {
        print(&format!("{}\n{}", heading(&run), in_words(&run.report, Of::format(&run.format))))
    }
}

async fn undo(settings: &Settings, id: i64, why: Why, json: bool) -> Result<()> {
    let cause = why.cause(SystemClock.now())?;
    let records =
        Database::with(settings, async |store| Ok(store.undo_run(id, &Reach::Everywhere, &cause).await?))
            .await?;
    if json {
        return print_json(&json!({ "run": id, "records": records }));
    }
    print(&format!(
        "L’import n° {id} est annulé : fiches de la source redevenues ce qu’elles étaient avant lui, {records}."
    ))
}

/// The records that a run could not take, as a spreadsheet.
async fn rejected(settings: &Settings, id: i64) -> Result<()> {
    let records = Database::with(settings, async |store| {
        let run = store.run(id).await?;
        run.with_context(|| format!("aucun import n° {id}"))?;
        Ok(store.rejected(id).await?)
    })
    .await?;
    let records = records.into_iter().map(|record| {
        let payload = RefusedRecord::of_stored(record.payload);
        Ok(RefusedRecord { source_id: record.source_id, payload, reasons: record.reasons })
    });
    write_refused(std::io::stdout().lock(), records).context("la sortie standard ne s’écrit pas")
}

async fn all(settings: &Settings, json: bool) -> Result<()> {
    let runs = Database::with(settings, async |store| Ok(store.runs(MOST).await?)).await?;
    if json {
        return print_json(&runs.into_iter().map(RunDocument::from).collect::<Vec<_>>());
    }
    if runs.is_empty() {
        return print("Aucun import encore.");
    }
    let lines: Vec<String> = runs
        .iter()
        .map(|run| {
            let said = counts(&run.report, Of::format(&run.format));
            format!("n° {} · {} · {} · {said}", run.id, heading(run), run.report.source)
        })
        .collect();
    print(&lines.join("\n"))
}

fn heading(run: &Run) -> String {
    let mut part = String::new();
    if run.partial {
        part.push_str(" (partiel)");
    }
    if let Some(region) = &run.scope.region {
        part = format!("{part} (région {region})");
    }
    if let Some(profile) = run.scope.profile {
        part = format!("{part} (profil {profile})");
    }
    if let Some(undone) = &run.undone {
        part = format!("{part} (annulé par {})", undone.by);
    }
    format!("{} · {} {}{part}", run.started_at.format("%Y-%m-%d %H:%M UTC"), run.format, run.location)
}
