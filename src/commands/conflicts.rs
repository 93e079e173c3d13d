//! `conflicts`: corrections whose source has changed since, or that another decision contradicts.

use anyhow::Result;
use maille_domain::change::in_words;
use maille_domain::clock::{Clock, SystemClock};
use maille_domain::field::Field;
use maille_domain::listing::Provenance;
use maille_store::overrides::ListingConflict;
use serde_json::{Value, json};

use crate::cli::{Json, Settings};
use crate::commands::typed::{REASON, word};
use crate::commands::{day, print, print_json};
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
                    "their_origin": found.conflict.their_origin,
                    "against": found.conflict.against,
                    "author": found.decision.author,
                    "reason": found.decision.reason,
                    "at": found.decision.at,
                    "until": found.decision.until,
                })
            })
            .collect();
        return print_json(&documents);
    }
    if conflicts.is_empty() {
        return print("Aucun conflit : rien n’a été dit contre les corrections depuis qu’elles sont faites.");
    }
    let told: Vec<String> = conflicts
        .iter()
        .map(|conflict| {
            let of = |found: &ListingConflict| (found.listing, found.conflict.field);
            told(conflict, conflicts.iter().filter(|other| of(other) == of(conflict)).count() > 1)
        })
        .collect();
    print(&told.join("\n\n"))
}

/// What is to be settled, both sides, and the command for each. Of several conflicts of one field, none is the other side.
fn told(ListingConflict { slug, name, conflict, decision, .. }: &ListingConflict, several: bool) -> String {
    let field = conflict.field;
    let [ours, base] = [&conflict.ours, &conflict.base].map(|value| written(field, value.as_ref()));
    let theirs = written(conflict.against.unwrap_or(field), conflict.theirs.as_ref());
    let (said, follow) = match (conflict.against, &conflict.their_origin) {
        (Some(against), Some(origin)) => (
            format!(
                "{} : {theirs}, {}, contredit la correction, et n’est pas montré",
                against.label(),
                by(origin)
            ),
            "pour retirer la correction",
        ),
        (_, Some(Provenance::Override { author, reason, at, .. })) => (
            format!("autre décision : {theirs}, par {author} le {} : {reason}", day(*at)),
            "pour suivre l’autre décision",
        ),
        (_, Some(origin @ Provenance::Source { .. })) => (
            format!(
                "les sources disent maintenant {theirs} ({}) ; {}",
                by(origin),
                then(conflict.base.as_ref(), &base)
            ),
            "pour suivre la source",
        ),
        (_, None) => (
            format!("les sources ne disent plus rien ; {}", then(conflict.base.as_ref(), &base)),
            "pour retirer la correction",
        ),
    };
    let until = decision.until.map(|until| format!(", jusqu’au {}", last_day(until))).unwrap_or_default();
    let settle = |side| format!("maille settle {} {field} {side} {REASON}", word(slug));
    let (follow, command) = if several {
        ("pour choisir", format!("maille set {} {field} VALEUR {REASON}", word(slug)))
    } else {
        (follow, settle("suivre"))
    };
    format!(
        "{name} ({slug}) · {}\n    ici : {ours}, décidé par {} le {}{until} : {}\n    {said}\n    pour garder la correction : {}\n    {follow} : {command}",
        field.label(),
        decision.author,
        day(decision.at),
        decision.reason,
        settle("garder"),
    )
}

/// Who says something, since when.
fn by(origin: &Provenance) -> String {
    match origin {
        Provenance::Source { source, source_id, at } => {
            format!("{source}:{source_id}, depuis le {}", day(*at))
        }
        Provenance::Override { author, reason, at, .. } => {
            format!("décidé par {author} le {} ({reason})", day(*at))
        }
    }
}

/// What the sources said when the correction was made. Another source may have spoken then: nobody has to have changed its mind.
fn then(base: Option<&Value>, written: &str) -> String {
    match base {
        Some(_) => format!("quand la correction a été faite, elles disaient {written}"),
        None => "quand la correction a été faite, elles n’en disaient rien".to_owned(),
    }
}

/// A value between quotes, or that there is none.
fn written(field: Field, value: Option<&Value>) -> String {
    value.map_or_else(|| "rien".to_owned(), |value| format!("« {} »", in_words(field, value)))
}

/// The last day of what holds until an instant.
fn last_day(until: chrono::DateTime<chrono::Utc>) -> String {
    day(until - chrono::TimeDelta::seconds(1))
}
