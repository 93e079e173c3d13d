//! `undo`: decisions of pairs are taken back.

use anyhow::Result;
use maille_domain::ListingId;
use maille_domain::clock::{Clock, SystemClock};
use maille_domain::reach::Reach;
use maille_store::duplicate::Side;
use serde_json::json;

use crate::cli::{Settings, Undo};
use crate::commands::pair::Standing;
use crate::commands::{print, print_json};
use crate::database::Database;

pub async fn run(settings: &Settings, options: Undo) -> Result<()> {
    let cause = options.why.cause(SystemClock.now())?;
    Database::with(settings, async |store| {
        let standing = store.pair_decisions().await?;
        let mut decided = Vec::new();
        for &number in &options.decisions {
            let known = standing.iter().find(|decision| decision.id == number);
            decided.push(known.ok_or(maille_store::Error::UnknownDecision(number))?);
        }
        store.take_back(&options.decisions, &Reach::Everywhere, &cause).await?;
        let (mut documents, mut lines) = (Vec::new(), Vec::new());
        for decision in decided {
            let founded = |side: &Side| ListingId::founded_by(&side.source, &side.source_id);
            let told = Standing::of(store, founded(&decision.a), founded(&decision.b)).await?;
            lines.push(format!("La décision n° {} ne vaut plus. {}", decision.id, told.in_words()));
            documents.push(json!({ "decision": decision.id, "a": told.a, "b": told.b }));
        }
        if options.json.wanted { print_json(&documents) } else { print(&lines.join("\n")) }
    })
    .await
}
