//! `set`: a correction that stands over what sources say.

use anyhow::{Context, Result, bail};
use chrono::{DateTime, NaiveDate, Utc};
use maille_domain::clock::{self, Clock, SystemClock};
use maille_store::listing::Cause;
use maille_store::overrides::NewOverride;
use serde_json::json;

use crate::cli::{FieldOf, Set, Settings};
use crate::commands::field::{Standing, named};
use crate::commands::{print, print_json};
use crate::database::Database;

pub async fn run(settings: &Settings, options: Set) -> Result<()> {
    let FieldOf { listing, field } = options.of;
    let Cause { author, reason, at, .. } = options.why.cause(SystemClock.now())?;
    let until = options.until.map(|day| end_of(day, SystemClock.today())).transpose()?;
    let value = match field.parse(&options.value) {
        Ok(value) => value,
        Err(expected) => {
            bail!("champ « {field} » : trouvé « {} », attendu {expected}", options.value)
        }
    };
    let verb = match options.until {
        Some(day) => format!("est, jusqu’au {day} inclus,"),
        None => "est maintenant".to_owned(),
    };
    Database::with(settings, async |store| {
        let listing = named(store, &listing).await?;
        store.set_override(NewOverride { listing, field, value, author, reason, until }, at).await?;
        let mut standing = Standing::of(store, listing, field).await?;
        if options.json.wanted {
            standing.document["until"] = json!(until);
            return print_json(&standing.document);
        }
        print(&standing.in_words(&verb))
    })
    .await
}

/// The instant at which a correction ends that holds through this day.
fn end_of(day: NaiveDate, today: NaiveDate) -> Result<DateTime<Utc>> {
    if day < today {
        bail!("--until : le {day} est passé ; attendu : aujourd’hui ({today}) ou un jour à venir");
    }
    clock::end_of(day).with_context(|| format!("--until : le {day} est trop loin"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_correction_holds_until_a_day_to_come() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let today = day("2026-07-14");
        assert_eq!(end_of(today, today).unwrap(), clock::end_of(today).unwrap());
        assert!(end_of(day("2026-07-13"), today).unwrap_err().to_string().contains("2026-07-13 est passé"));
    }
}
