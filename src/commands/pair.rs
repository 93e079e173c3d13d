//! `link` and `unlink`: what a person decides of two listings.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use maille_domain::clock::{Clock, SystemClock};
use maille_domain::reach::Reach;
use maille_domain::{Listing, ListingId};
use maille_store::Store;
use serde_json::{Value, json};

use crate::cli::{Pair, Settings};
use crate::commands::field::unknown;
use crate::commands::typed::REASON;
use crate::commands::{print, print_json};
use crate::database::Database;

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// They are one thing.
    Same,
    /// They are two.
    Apart,
}

pub async fn run(settings: &Settings, options: Pair, decided: Decided) -> Result<()> {
    let cause = options.why.cause(SystemClock.now())?;
    Database::with(settings, async |store| {
        let a = record(store, &options.a).await?;
        let b = record(store, &options.b).await?;
        if a == b {
            bail!(maille_store::Error::OneRecord(typed(&options.a, &options.b)));
        }
        let before = Standing::of(store, a, b).await?;
        let decision = store.decide(a, b, decided == Decided::Same, &Reach::Everywhere, &cause).await?;
        let told = Standing::of(store, a, b).await?;
        let moved = before.moved(store, &told, &[a, b]).await?;
        if options.json.wanted {
            let same = decided == Decided::Same;
            let (a, b) = (told.a, told.b);
            let moved: Vec<Value> = moved
                .iter()
                .map(|(record, listing)| json!({ "record": record, "listing": listing.id, "slug": listing.slug }))
                .collect();
            return print_json(
                &json!({ "decision": decision, "same": same, "a": a, "b": b, "moved": moved }),
            );
        }
        let mut lines = vec![told.words];
        lines.extend(moved.iter().map(|(record, listing)| {
            format!("{record} a aussi changé de fiche : maintenant {}", named(listing))
        }));
        lines.push(format!("Pour revenir dessus : maille undo {decision} {REASON}"));
        print(&lines.join("\n"))
    })
    .await
}

async fn record(store: &Store, name: &str) -> Result<ListingId> {
    store.find_record(name).await?.with_context(|| unknown(name))
}

/// The two names that were typed, once if they are one.
fn typed(a: &str, b: &str) -> String {
    if a == b { a.to_owned() } else { format!("{a} », « {b}") }
}

/// What two records are at present.
pub struct Standing {
    /// The listing of one.
    pub a: Value,
    /// The listing of the other.
    pub b: Value,
    words: String,
    /// The listings, by what each is made of.
    listings: BTreeMap<String, ListingId>,
}

impl Standing {
    /// Looks which listings two records speak for.
    pub async fn of(store: &Store, a: ListingId, b: ListingId) -> Result<Standing> {
        let (a, b) = (listing(store, a).await?, listing(store, b).await?);
        let words = if a.id == b.id {
            format!("C’est une seule fiche : {}, faite de {}", named(&a), records(&a).join(", "))
        } else {
            let made = |listing| format!("{}, faite de {}", named(listing), records(listing).join(", "));
            format!("Ce sont deux fiches : {} ; et {}", made(&a), made(&b))
        };
        let listings =
            [&a, &b].into_iter().flat_map(|listing| records(listing).into_iter().map(|of| (of, listing.id)));
        let listings = listings.collect();
        let [a, b] = [a, b].map(|listing| {
            json!({
                "listing": listing.id,
                "slug": listing.slug,
                "name": listing.fields.name,
                "records": records(&listing),
            })
        });
        Ok(Standing { a, b, words, listings })
    }

    /// The same in a sentence.
    pub fn in_words(&self) -> &str {
        &self.words
    }

    /// The records that are of another listing since, besides those that the decision is of.
    async fn moved(
        &self,
        store: &Store,
        now: &Standing,
        decided: &[ListingId],
    ) -> Result<Vec<(String, Listing)>> {
        let mut moved = Vec::new();
        for (name, before) in &self.listings {
            let Some(founded) = store.find_record(name).await? else { continue };
            if decided.contains(&founded) || now.listings.get(name) == Some(before) {
                continue;
            }
            let listing = listing(store, founded).await?;
            if listing.id != *before {
                moved.push((name.clone(), listing));
            }
        }
        for (name, listing_now) in now.listings.iter().filter(|(name, _)| !self.listings.contains_key(*name))
        {
            moved.push((name.clone(), listing(store, *listing_now).await?));
        }
        Ok(moved)
    }
}

async fn listing(store: &Store, id: ListingId) -> Result<Listing> {
    store.listing(id).await?.context("la fiche a disparu entre-temps")
}

fn named(listing: &Listing) -> String {
    format!("« {} » ({})", listing.fields.name, listing.slug)
}

/// What a listing is made of, as people name it.
fn records(listing: &Listing) -> Vec<String> {
    listing.sources.iter().map(|of| format!("{}:{}", of.source, of.source_id)).collect()
}
