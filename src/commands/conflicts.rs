//! `conflicts`: corrections whose source has changed since.

use anyhow::Result;
use maille_domain::change::in_words;
use maille_domain::clock::{Clock, SystemClock};
use maille_domain::field::Field;
use serde_json::{Value, json};

use crate::cli::{Json, Settings};
use crate::commands::{print, print_json};
use crate::database::Database;

pub async fn run(settings: &Settings, json: Json) -> Result<()> {
    let conflicts =
        Database::with(settings, async |store| Ok(store.conflicts(SystemClock.now()).await?)).await?;
    if json.wanted {
        let documents: Vec<Value> = conflicts
            .iter()
            .map(|found| {
                json!({
                    "listing": found.listing,
                    "slug": found.slug,
                    "name": found.name,
                    "field": found.conflict.field,
                    "ours": found.conflict.ours,
                    "base": found.conflict.base,
                    "theirs": found.conflict.theirs,
                    "author": found.decision.author,
                    "reason": found.decision.reason,
                    "at": found.decision.at,
                })
            })
            .collect();
        return print_json(&documents);
    }
    if conflicts.is_empty() {
        return print("Aucun conflit : les sources n’ont pas changé sous les corrections.");
    }
    let written = |field: Field, value: &Option<Value>| {
        value.as_ref().map(|value| in_words(field, value)).unwrap_or_default()
    };
    let lines: Vec<String> = conflicts
        .iter()
        .map(|found| {
            let field = found.conflict.field;
            format!(
                "{} ({}) · {} : ici « {} », la source dit maintenant « {} » au lieu de « {} » · décidé par {} le {} : {}",
                found.name,
                found.slug,
                field.label(),
                written(field, &found.conflict.ours),
                written(field, &found.conflict.theirs),
                written(field, &found.conflict.base),
                found.decision.author,
                found.decision.at.format("%Y-%m-%d"),
                found.decision.reason
            )
        })
        .collect();
    print(&lines.join("\n"))
}
