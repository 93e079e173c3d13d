//! The demonstration directory (`data/demo`), embedded and loaded through the normal pipeline.

use anyhow::Result;
use maille_domain::clock::Clock;
use maille_importers::format::Format;
use maille_importers::pipeline::{ImportOptions, Unwatched, import_from};
use maille_store::Store;
use tracing::{info, warn};

/// File, source, format, content. Territories first, so that coverages find them.
const FILES: &[(&str, &str, Format, &[u8])] = &[
    (
        "territories.csv",
        "demo-territoires",
        Format::Territories,
        include_bytes!("../data/demo/territories.csv"),
    ),
    ("listings.csv", "demo", Format::Csv, include_bytes!("../data/demo/listings.csv")),
    ("mairies.csv", "mairies", Format::Csv, include_bytes!("../data/demo/mairies.csv")),
    ("hopitaux.csv", "hopitaux", Format::Csv, include_bytes!("../data/demo/hopitaux.csv")),
];

/// Loads what is not loaded yet; loading again changes nothing.
pub async fn load(store: &Store, clock: &dyn Clock) -> Result<()> {
    for (file, source, format, content) in FILES {
        let options = ImportOptions {
            location: format!("data/demo/{file}"),
            source: (*source).to_owned(),
            dry_run: false,
            partial: false,
            force: false,
        };
        let size = Some(content.len() as u64);
        let outcome = import_from(store, *format, &options, *content, size, clock, &mut Unwatched).await?;
        for issue in
            outcome.report.issues.iter().filter(|issue| issue.severity == maille_domain::run::Severity::Error)
        {
            warn!(
                run.file = file,
                issue.line = issue.line,
                issue.field = issue.field,
                issue.expected = issue.expected,
                "une ligne de la démonstration est refusée"
            );
        }
        info!(
            run.source = source,
            run.read = outcome.report.read,
            run.rejected = outcome.report.rejected,
            "une partie de la démonstration est chargée"
        );
    }
    Ok(())
}
