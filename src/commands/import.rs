//! `import`: files through the pipeline, and the report.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use anyhow::{Context, Result, bail};
use maille_domain::clock::{Clock, SystemClock};
use maille_domain::run::{Report, Scope};
use maille_importers::csv::write_refused;
use maille_importers::format::Format;
use maille_importers::mapping::Mapping;
use maille_importers::pipeline::{self, ImportOptions, Outcome};
use maille_store::Store;
use serde::Serialize;

use crate::cli::{Import, Settings};
use crate::commands::report::{Left, Matching, Of, in_words};
use crate::commands::{print, print_json};
use crate::database::Database;
use crate::progress::Bar;

pub async fn run(settings: &Settings, options: Import) -> Result<()> {
    let format = options.format;
    let is_spreadsheet = matches!(format, Format::Csv | Format::Xlsx);
    if options.guess {
        if !is_spreadsheet {
            bail!("--guess propose une correspondance pour les formats csv et xlsx, pas pour {format}");
        }
        return print(pipeline::guess(format, &options.location, &mut Bar::new())?.trim_end());
    }
    if options.mapping.is_some() && !is_spreadsheet {
        bail!("--mapping vaut pour les formats csv et xlsx, pas pour {format}");
    }
    if (options.region.is_some() || options.profile.is_some()) && format != Format::RorFhir {
        bail!("--region et --profile valent pour le format ror-fhir, pas pour {format}");
    }
    let mapping = options.mapping.as_deref().map(read_mapping).transpose()?;
    let (json, refused) = (options.json.wanted, options.rejected);
    let options = ImportOptions {
        location: options.location,
        source: options.source.context(
            "--source NOM est attendu : les fiches d’une source sont reconnues d’un fichier au suivant",
        )?,
        dry_run: options.dry_run,
        partial: options.partial,
        force: options.force,
        scope: Scope { region: options.region, profile: options.profile },
        mapping,
    };
    let imported = Database::with(settings, async |store| {
        let mut bar = Bar::new();
        match pipeline::import(store, format, &options, &SystemClock, &mut bar).await {
            Ok(outcome) => Ok(Ok((left(store, &outcome).await?, outcome))),
            Err(error) => Ok(Err(error)),
        }
    })
    .await?;
    let (left, outcome) = match imported {
        Ok(imported) => imported,
        Err(error) => {
            if let (true, Some(issue)) = (json, error.issue(&options.location)) {
                print_json(&Report { issues: vec![issue], ..Report::of(options.source) })?;
            }
            return Err(error.into());
        }
    };
    if let Some(path) = refused {
        let write = || -> Result<()> {
            write_refused(BufWriter::new(File::create(&path)?), outcome.rejected.iter())?;
            Ok(())
        };
        write().with_context(|| format!("{} ne s’écrit pas", path.display()))?;
    }
    tell(outcome, left, Of::format(format.code()), json)
}

/// What a run that was applied leaves to people.
pub async fn left(store: &Store, outcome: &Outcome) -> Result<Option<Left>> {
    let Report { run: Some(run), source, .. } = &outcome.report else { return Ok(None) };
    let conflicts = store.conflicts_of(source, SystemClock.now()).await?;
    let matching = Matching { kinship: store.kinship(source).await?, parted: store.parted(*run).await? };
    Ok(Some(Left { conflicts, matching }))
}

fn read_mapping(path: &Path) -> Result<Mapping> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).with_context(|| format!("{name} ne se lit pas"))?;
    Ok(Mapping::parse(&name, &text)?)
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    report: &'a Report,
    #[serde(flatten)]
    left: Option<Left>,
}

/// Prints the report; a run that was refused is a failure.
pub fn tell(outcome: Outcome, left: Option<Left>, of: Of, json: bool) -> Result<()> {
    if json {
        print_json(&Document { report: &outcome.report, left })?;
    } else {
        print(&in_words(&outcome.report, of))?;
        if let Some(words) = left.and_then(Left::in_words) {
            print(&words)?;
        }
    }
    match outcome.refused {
        Some(reason) => bail!(reason),
        None => Ok(()),
    }
}
