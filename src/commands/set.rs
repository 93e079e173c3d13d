//! `set`: a correction that stands over what sources say.

use anyhow::{Context, Result, bail};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use maille_domain::clock::{Clock, SystemClock};
use maille_domain::hours::time_zone;
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

/// The instant at which a day is over, where the directory's day begins.
fn end_of(day: NaiveDate, today: NaiveDate) -> Result<DateTime<Utc>> {
    if day < today {
        bail!("--until : le {day} est passé ; attendu : aujourd’hui ({today}) ou un jour à venir");
    }
    let after = day.succ_opt().with_context(|| format!("--until : le {day} est trop loin"))?;
    let midnight = after.and_time(NaiveTime::MIN).and_local_timezone(time_zone(None));
    Ok(midnight.earliest().context("ce jour n’a pas de fin à Paris")?.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_correction_holds_through_its_last_day_in_paris() {
        let today = day("2026-07-14");
        let end = |last| end_of(day(last), today).map(|end| end.to_rfc3339());
        assert_eq!(end("2026-07-14").unwrap(), "2026-07-14T22:00:00+00:00", "summer");
        assert_eq!(end("2026-12-31").unwrap(), "2026-12-31T23:00:00+00:00", "winter");
        assert!(end("2026-07-13").unwrap_err().to_string().contains("2026-07-13 est passé"));
    }
}
