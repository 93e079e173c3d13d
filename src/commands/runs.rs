//! `runs`: the imports that were kept, or one with its issues.

use anyhow::{Context, Result};
use maille_domain::run::Report;
use maille_store::run::Run;
use serde::Serialize;

use crate::cli::{Runs, Settings};
use crate::commands::import::in_words;
use crate::commands::{print, print_json};
use crate::database::Database;

/// Runs listed.
const MOST: i64 = 1_000;

#[derive(Serialize)]
struct RunDocument {
    format: String,
    location: String,
    partial: bool,
    started_at: chrono::DateTime<chrono::Utc>,
    finished_at: chrono::DateTime<chrono::Utc>,
    #[serde(flatten)]
    report: Report,
}

impl From<Run> for RunDocument {
    fn from(run: Run) -> Self {
        RunDocument {
            format: run.format,
            location: run.location,
            partial: run.partial,
            started_at: run.started_at,
            finished_at: run.finished_at,
            report: run.report,
        }
    }
}

pub async fn run(settings: &Settings, options: Runs) -> Result<()> {
    match options.run {
        Some(id) => one(settings, id, options.json.wanted).await,
        None => all(settings, options.json.wanted).await,
    }
}

async fn one(settings: &Settings, id: i64, json: bool) -> Result<()> {
    let run = Database::with(settings, async |store| Ok(store.run(id).await?)).await?;
    let run = run.with_context(|| format!("aucun import n° {id}"))?;
    if json {
        print_json(&RunDocument::from(run))
    } else {
        print(&format!("{}\n{}", heading(&run), in_words(&run.report)))
    }
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
            let report = &run.report;
            format!(
                "n° {} · {} · {} · {} lues, {} nouvelles, {} modifiées, {} retirées, {} refusées",
                run.id,
                heading(run),
                report.source,
                report.read,
                report.created,
                report.updated,
                report.withdrawn,
                report.rejected
            )
        })
        .collect();
    print(&lines.join("\n"))
}

fn heading(run: &Run) -> String {
    let part = if run.partial { " (partiel)" } else { "" };
    format!("{} · {} {}{part}", run.started_at.format("%Y-%m-%d %H:%M UTC"), run.format, run.location)
}
