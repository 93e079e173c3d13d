//! `reports`: what people reported of sheets, and waits for curation.

use anyhow::Result;
use maille_domain::hours::time_zone;
use maille_store::report::ListingReport;
use serde_json::{Value, json};

use crate::cli::{Json, Settings};
use crate::commands::{print, print_json};
use crate::database::Database;

pub async fn run(settings: &Settings, json: Json) -> Result<()> {
    let reports = Database::with(settings, async |store| Ok(store.waiting_reports().await?)).await?;
    if json.wanted {
        let documents: Vec<Value> = reports
            .iter()
            .map(|found| {
                json!({
                    "id": found.report.id,
                    "listing": found.report.listing,
                    "slug": found.slug,
                    "name": found.name,
                    "reason": found.report.reason,
                    "reporter": found.report.reporter,
                    "text": found.report.text,
                    "at": found.report.at,
                })
            })
            .collect();
        return print_json(&documents);
    }
    if reports.is_empty() {
        return print("Aucun signalement n’attend.");
    }
    let told: Vec<String> = reports.iter().map(told).collect();
    print(&told.join("\n"))
}

/// A line, and the text under it.
fn told(ListingReport { report, slug, name }: &ListingReport) -> String {
    let at = report.at.with_timezone(&time_zone(None)).format("%Y-%m-%d %H:%M");
    let mut told = format!("{at} · {name} ({slug}) · {}", report.reason.label());
    if let Some(reporter) = report.reporter {
        told = format!("{told} · dit par : {}", reporter.label());
    }
    for line in report.text.as_str().lines() {
        told = format!("{told}\n    {line}");
    }
    told
}
