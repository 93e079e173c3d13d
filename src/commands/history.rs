//! `history`: who changed a listing, when, why.

use anyhow::{Context, Result};
use maille_domain::Presence;
use maille_domain::change::{FieldChange, diff};
use maille_store::revision::Revision;
use serde_json::{Value, json};

use crate::cli::{History, Settings};
use crate::commands::field::named;
use crate::commands::{print, print_json};
use crate::database::Database;

/// More fields than this are counted: a new listing has thirty.
const MOST_FIELDS: usize = 12;

pub async fn run(settings: &Settings, options: History) -> Result<()> {
    let (listing, revisions) = Database::with(settings, async |store| {
        let id = named(store, &options.listing).await?;
        let listing = store.listing(id).await?.context("la fiche a disparu entre-temps")?;
        Ok((listing, store.history(id).await?))
    })
    .await?;
    if options.json.wanted {
        return print_json(&revisions.iter().map(document).collect::<Vec<Value>>());
    }
    let mut lines = vec![format!("« {} » ({})", listing.fields.name, listing.slug)];
    for revision in &revisions {
        let of_another = if revision.listing == listing.id {
            String::new()
        } else {
            format!(" (de la fiche réunie {})", revision.listing)
        };
        lines.push(format!(
            "{} · {} : {}{of_another}",
            revision.at.format("%Y-%m-%d %H:%M"),
            revision.author,
            revision.reason
        ));
        lines.extend(in_words(revision).into_iter().map(|change| format!("    {change}")));
    }
    print(&lines.join("\n"))
}

fn document(revision: &Revision) -> Value {
    json!({
        "revision": revision.id,
        "listing": revision.listing,
        "at": revision.at,
        "author": revision.author,
        "reason": revision.reason,
        "run": revision.run,
        "changes": diff(&revision.before, &revision.after),
        "parted": revision.parted,
        "joined": revision.joined,
        "withdrawn_at": revision.withdrawn.1,
        "presence": revision.presence.1,
        "checks": revision.checks.1,
    })
}

fn in_words(revision: &Revision) -> Vec<String> {
    let changes = diff(&revision.before, &revision.after);
    let mut words: Vec<String> = if changes.len() > MOST_FIELDS && revision.before.is_empty() {
        vec![format!("première version, {} champs", changes.len())]
    } else {
        changes.iter().map(FieldChange::in_words).collect()
    };
    let mut records = |verb: &str, records: &[String]| {
        if !records.is_empty() {
            words.push(format!("{verb} : {}", records.join(", ")));
        }
    };
    records("réunit aussi", &revision.joined);
    records("ne réunit plus", &revision.parted);
    match revision.presence.1 {
        Some(Presence::Hidden) => words.push("masquée, quoi que disent ses sources".to_owned()),
        Some(Presence::Kept) => words.push("gardée, quoi que disent ses sources".to_owned()),
        None if revision.presence.0.is_some() => words.push("laissée à ses sources".to_owned()),
        None => {}
    }
    for check in revision.checks.1.iter().filter(|check| !revision.checks.0.contains(check)) {
        let what = check.field.map(|field| format!(" (champ « {field} »)")).unwrap_or_default();
        words.push(format!("vérifiée le {}, {}{what}", check.day, check.means.label().to_lowercase()));
    }
    match revision.withdrawn {
        _ if revision.presence != (None, None) => {}
        (None, Some(_)) => words.push("plus aucune source ne la décrit".to_owned()),
        (Some(_), None) => words.push("une source la décrit de nouveau".to_owned()),
        _ => {}
    }
    words
}
