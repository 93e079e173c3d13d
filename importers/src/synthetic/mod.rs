//! A directory that nobody keeps: `maille generate`. The source that invents, for measures and trials.
//!
//! The same seed gives the same records, to the byte, on every machine and in every year, and fewer listings are the first
//! of more. Nothing is taken from a real listing: the lists are in `data/synthetic`, the places are those of the COG, and
//! every record says of itself that it is synthetic.

mod dice;
mod listing;
mod lists;
mod places;
mod territories;
mod text;

use maille_domain::clock::Clock;
use maille_domain::run::Scope;
use maille_store::Store;
use serde_json::Value;

use crate::pipeline::{self, ImportError, ImportOptions, Outcome, Progress};
use crate::staged::{Rest, Source, StagedRecord};
use crate::table::ReadError;
use crate::territories::StagedTerritories;
use listing::Maker;

pub use dice::Dice;

/// The name of the format in a run.
pub const FORMAT: &str = "generate";

/// What is invented.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// How many listings.
    pub listings: u64,
    /// Another seed, another directory.
    pub seed: u64,
}

/// Generates a directory: its territories, as the source `NAME-territoires`, then its listings.
pub async fn generate(
    store: &Store,
    wanted: Wanted,
    source: &str,
    force: bool,
    clock: &dyn Clock,
    progress: &mut dyn Progress,
) -> Result<Outcome, ImportError> {
    pipeline::check_name(store, source).await?;
    let options = ImportOptions {
        location: format!("{} fiches, graine {}", wanted.listings, wanted.seed),
        source: source.to_owned(),
        dry_run: false,
        partial: false,
        force,
        scope: Scope::default(),
        mapping: None,
    };
    let of_territories = ImportOptions { source: format!("{source}-territoires"), ..options.clone() };
    let territories =
        StagedTerritories { territories: territories::territories(), ..StagedTerritories::default() };
    pipeline::import_territories(store, FORMAT, &of_territories, territories, clock).await?;
    pipeline::import_listings(store, FORMAT, &options, Box::new(Synthetic::new(wanted)), clock, progress)
        .await
}

/// The records, made as they are asked for.
pub struct Synthetic {
    maker: Maker,
    /// Those that were made.
    made: u64,
    wanted: u64,
}

impl Synthetic {
    /// Those of a seed.
    pub fn new(wanted: Wanted) -> Synthetic {
        Synthetic { maker: Maker::new(wanted.seed), made: 0, wanted: wanted.listings }
    }
}

impl Iterator for Synthetic {
    type Item = Result<StagedRecord, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.made == self.wanted {
            return None;
        }
        self.made += 1;
        let values = self.maker.listing(self.made).to_values();
        let payload = values.iter().map(|(field, value)| (field.name().to_owned(), value.clone()));
        Some(Ok(StagedRecord {
            source_id: format!("fiche-{}", self.made),
            payload: Value::Object(payload.collect()),
            values,
            ..StagedRecord::default()
        }))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::try_from(self.wanted - self.made).unwrap_or(usize::MAX);
        (left, Some(left))
    }
}

impl Source for Synthetic {
    fn rest(self: Box<Self>) -> Rest {
        Rest::default()
    }
}

#[cfg(test)]
mod tests;
