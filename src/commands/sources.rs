//! `sources`: which there are, and whether what they say counts.

use anyhow::{Result, bail};
use maille_domain::clock::{Clock, SystemClock};
use maille_store::Store;
use maille_store::source::{Source, Standing};
use serde_json::{Value, json};

use crate::cli::{Settings, Sources, Why};
use crate::commands::report::{Of, count};
use crate::commands::typed::{REASON, word};
use crate::commands::{day, print, print_json};
use crate::database::Database;

pub async fn run(settings: &Settings, options: Sources) -> Result<()> {
    let json = options.json.wanted;
    let change = match (options.drop, options.restore) {
        (Some(source), _) => Some((source, Standing::Dropped)),
        (None, Some(source)) => Some((source, Standing::Kept)),
        (None, None) => None,
    };
    let Some((source, standing)) = change else { return show(settings, json).await };
    let why = Why { reason: options.reason.unwrap_or_default(), author: options.author };
    let cause = why.cause(SystemClock.now())?;
    let dropped = standing == Standing::Dropped;
    let listings = Database::with(settings, async |store| {
        let known = check(store, &source).await?;
        let changed = known.dropped_at.is_some() != dropped;
        Ok(if changed { Some(store.stand(&source, standing, &cause).await?) } else { None })
    })
    .await?;
    if json {
        let (changed, listings) = (listings.is_some(), listings.unwrap_or_default());
        return print_json(
            &json!({ "source": source, "dropped": dropped, "changed": changed, "listings": listings }),
        );
    }
    let Some(listings) = listings else {
        return print(&if dropped {
            format!("La source « {source} » est déjà écartée : rien n’a été changé.")
        } else {
            format!("La source « {source} » n’est pas écartée : rien n’a été changé.")
        });
    };
    let listings = count(listings, "fiche", "fiches");
    print(&match standing {
        Standing::Dropped => format!(
            "La source « {source} » est écartée : ce qu’elle disait de {listings} ne compte plus, et reste gardé.\n\
             Pour la reprendre : maille sources --restore {} {REASON}",
            word(&source)
        ),
        Standing::Kept => {
            format!("La source « {source} » est reprise : ce qu’elle dit de {listings} compte de nouveau.")
        }
    })
}

/// The source of this name. Refuses a name that none has, and sources without listings.
async fn check(store: &Store, name: &str) -> Result<Source> {
    let mut sources = store.sources().await?;
    let Some(place) = sources.iter().position(|source| source.name == name) else {
        let known: Vec<&str> = sources.iter().map(|source| &*source.name).collect();
        bail!("aucune source « {name} » ; sources connues : {}", known.join(", "));
    };
    let source = sources.swap_remove(place);
    if Of::format(&source.format) == Of::Territories {
        bail!("la source « {name} » donne des territoires, pas des fiches : elle ne s’écarte pas");
    }
    Ok(source)
}

async fn show(settings: &Settings, json: bool) -> Result<()> {
    let sources = Database::with(settings, async |store| Ok(store.sources().await?)).await?;
    if json {
        let documents: Vec<Value> = sources
            .iter()
            .map(|source| {
                json!({
                    "name": source.name,
                    "format": source.format,
                    "records": source.records,
                    "withdrawn": source.withdrawn,
                    "shared": source.shared,
                    "last_run_at": source.last_run_at,
                    "dropped_at": source.dropped_at,
                })
            })
            .collect();
        return print_json(&documents);
    }
    if sources.is_empty() {
        return print("Aucune source encore : « maille import » en fait la première.");
    }
    let lines: Vec<String> = sources.iter().map(told).collect();
    print(&lines.join("\n"))
}

fn told(source: &Source) -> String {
    let Source { name, format, .. } = source;
    let counted = |number: i64, one, several| count(number.unsigned_abs(), one, several);
    let what = if Of::format(format) == Of::Territories {
        "territoires de coordination".to_owned()
    } else {
        format!(
            "{}, dont {} avec d’autres sources ; {}",
            counted(source.records, "fiche", "fiches"),
            counted(source.shared, "partagée", "partagées"),
            counted(source.withdrawn, "retirée", "retirées")
        )
    };
    let read = source.last_run_at.map(|at| format!(" · lue le {}", day(at))).unwrap_or_default();
    let dropped = source.dropped_at.map(|at| format!(" · écartée le {}", day(at))).unwrap_or_default();
    format!("{name} · {format} · {what}{read}{dropped}")
}
