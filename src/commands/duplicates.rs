//! `duplicates`: records that may be, or are, one thing; what people decided of them.

use anyhow::Result;
use maille_domain::Field;
use maille_domain::change::in_words;
use maille_domain::matching::{LINKED, Reason};
use maille_store::Store;
use maille_store::duplicate::{Asked, Pair, PairDecision, Side};
use serde_json::{Value, json};

use crate::cli::{Duplicates, Settings};
use crate::commands::report::count;
use crate::commands::typed::{REASON, word};
use crate::commands::{day, print, print_json};
use crate::database::Database;

/// Pairs printed for people who did not say how many.
const MOST: usize = 50;

pub async fn run(settings: &Settings, options: Duplicates) -> Result<()> {
    if options.decisions {
        return decisions(settings, &options).await;
    }
    let asked = if options.linked { Asked::Linked } else { Asked::Proposed };
    let most = if options.json.wanted { None } else { Some(MOST) };
    let most = options.limit.or(most).unwrap_or(usize::MAX);
    let pairs = Database::with(settings, async |store| {
        let mut pairs = Vec::new();
        for (place, pair) in store.duplicates(asked).await?.into_iter().enumerate() {
            // Only of those that are shown.
            let apart = if place < most { apart(store, &pair).await? } else { None };
            pairs.push((pair, apart));
        }
        Ok(pairs)
    })
    .await?;
    let none = match asked {
        Asked::Proposed => "Aucune paire n’attend de décision.",
        Asked::Linked => "Aucune fiche n’est faite de plusieurs sources.",
    };
    show(&pairs, &options, |(pair, apart)| told(pair, apart.as_deref(), asked), document, none)
}

async fn decisions(settings: &Settings, options: &Duplicates) -> Result<()> {
    let decided = Database::with(settings, async |store| Ok(store.pair_decisions().await?)).await?;
    let document = |decision: &PairDecision| {
        json!({
            "id": decision.id,
            "same": decision.same,
            "author": decision.author,
            "reason": decision.reason,
            "at": decision.at,
            "a": side(&decision.a),
            "b": side(&decision.b),
        })
    };
    show(&decided, options, decision_told, document, "Aucune décision encore.")
}

/// Prints what was found, or as much of it as was asked.
fn show<T>(
    found: &[T],
    options: &Duplicates,
    told: impl Fn(&T) -> String,
    document: impl Fn(&T) -> Value,
    none: &str,
) -> Result<()> {
    if options.json.wanted {
        let most = options.limit.unwrap_or(found.len());
        return print_json(&found.iter().take(most).map(document).collect::<Vec<_>>());
    }
    if found.is_empty() {
        return print(none);
    }
    let most = options.limit.unwrap_or(MOST);
    let mut text: Vec<String> = found.iter().take(most).map(told).collect();
    if found.len() > most {
        let more = count((found.len() - most) as u64, "autre", "autres");
        text.push(format!("… et {more} (--limit {}, ou tout avec --json)", found.len()));
    }
    print(&text.join("\n\n"))
}

/// Why two records that are alike enough to be one listing are two all the same.
async fn apart(store: &Store, pair: &Pair) -> Result<Option<String>> {
    let Pair { a, b, .. } = pair;
    if a.listing == b.listing || pair.score.is_none_or(|score| score < LINKED) {
        return Ok(None);
    }
    if a.source == b.source {
        return Ok(Some(format!("« {} » en fait deux", a.source)));
    }
    let (Some(one), Some(other)) = (store.listing(a.listing).await?, store.listing(b.listing).await?) else {
        return Ok(None);
    };
    let twice = one.sources.iter().find_map(|of| {
        let same = other.sources.iter().find(|with| with.source == of.source)?;
        Some(format!("« {} » en fait deux : {} et {}", of.source, of.source_id, same.source_id))
    });
    Ok(Some(twice.unwrap_or_else(|| "une décision sur d’autres fiches les sépare".to_owned())))
}

fn document((pair, apart): &(Pair, Option<String>)) -> Value {
    json!({
        "score": pair.score.map(hundredths),
        "reasons": pair.reasons,
        "why": why(pair),
        "apart": apart,
        "a": side(&pair.a),
        "b": side(&pair.b),
    })
}

/// A score as far as it says something.
fn hundredths(score: f32) -> f64 {
    (f64::from(score) * 100.0).round() / 100.0
}

fn side(side: &Side) -> Value {
    json!({
        "listing": side.listing,
        "slug": side.slug,
        "name": side.name,
        "commune": side.commune,
        "source": side.source,
        "source_id": side.source_id,
    })
}

fn told(pair: &Pair, apart: Option<&str>, asked: Asked) -> String {
    let heading = match pair.score {
        Some(score) => format!("Ressemblance {score:.2}").replace('.', ","),
        None => "Réunies par une décision (« maille duplicates --decisions »)".to_owned(),
    };
    let mut lines = vec![heading, side_told(&pair.a), side_told(&pair.b)];
    if !pair.reasons.is_empty() {
        lines.push(format!("    pourquoi : {}", why(pair).join(" ; ")));
    }
    lines.extend(apart.map(|apart| format!("    pas réunies d’office : {apart}")));
    let (a, b) = (word(&pair.a.record()), word(&pair.b.record()));
    if asked == Asked::Proposed {
        lines.push(format!("    c’est une seule chose : maille link {a} {b} {REASON}"));
    }
    lines.push(format!("    ce sont deux choses : maille unlink {a} {b} {REASON}"));
    lines.join("\n")
}

/// The reasons in words.
fn why(pair: &Pair) -> Vec<String> {
    pair.reasons.iter().map(Reason::in_words).collect()
}

fn side_told(side: &Side) -> String {
    let commune = side.commune.as_ref().map(|code| in_words(Field::Commune, &json!(code)));
    let place = commune.map(|commune| format!(", {commune}")).unwrap_or_default();
    format!("    {}{place} · {} · {}", side.name, side.record(), side.slug)
}

fn decision_told(decision: &PairDecision) -> String {
    let PairDecision { id, a, b, same, author, reason, at } = decision;
    let what = if *same { "une seule chose" } else { "deux choses" };
    format!(
        "n° {id} · {} · {author} : {what} · {reason}\n{}\n{}\n    pour revenir dessus : maille undo {id} {REASON}",
        day(*at),
        side_told(a),
        side_told(b)
    )
}
