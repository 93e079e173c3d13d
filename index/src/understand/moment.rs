//! When help must be open, as a text tells it.

use std::ops::Range;
use std::sync::LazyLock;

use chrono::{Datelike, Days, NaiveDateTime, NaiveTime, Weekday};

use crate::analysis::{Word, all_words};
use crate::thesaurus::{Day, thesaurus};

use super::phrases::Phrases;

/// A stretch of local time; an instant, when it ends as it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    pub from: NaiveDateTime,
    pub until: NaiveDateTime,
}

/// A day, and the hours of it; the present time of it, without.
type Told = (Day, Option<(NaiveTime, NaiveTime)>);

static MOMENTS: LazyLock<Phrases<Told>> = LazyLock::new(|| {
    let mut moments = Phrases::default();
    let time = |text: &String| {
        NaiveTime::parse_from_str(text, "%H:%M").expect("moments.toml is embedded, and its hours tested")
    };
    for moment in &thesaurus().moments {
        let hours = moment.from.as_ref().map(time).zip(moment.until.as_ref().map(time));
        moment.words.iter().for_each(|text| moments.insert(&all_words(text), (moment.day, hours)));
    }
    moments
});

/// The time that words tell, and where: "ce soir", "ouvert samedi", "après 18h". Nothing of it is past.
pub fn read(words: &[Word], now: NaiveDateTime) -> Option<(Moment, Range<usize>)> {
    let found = MOMENTS.all(words).into_iter().max_by_key(|found| found.words.len());
    let (told, range) = match (found, hour(words)) {
        (Some(found), Some((hour, range)))
            if range.start == found.words.end || range.end == found.words.start =>
        {
            let range = range.start.min(found.words.start)..range.end.max(found.words.end);
            ((found.says.0, Some((hour, hour))), range)
        }
        (Some(found), _) => (*found.says, found.words),
        (None, Some((hour, range))) => ((Day::Today, Some((hour, hour))), range),
        (None, None) => return None,
    };
    let (day, hours) = told;
    let (from, until) = hours.unwrap_or((now.time(), now.time()));
    let mut date = now.date() + Days::new(days_until(day, now.weekday()));
    if !matches!(day, Day::Today) && date.and_time(until) < now {
        date = date + Days::new(7);
    }
    let from = date.and_time(from).max(now);
    Some((Moment { from, until: date.and_time(until).max(from) }, range))
}

fn days_until(day: Day, today: Weekday) -> u64 {
    let weekday = match day {
        Day::Today => return 0,
        Day::Tomorrow => return 1,
        Day::Monday => Weekday::Mon,
        Day::Tuesday => Weekday::Tue,
        Day::Wednesday => Weekday::Wed,
        Day::Thursday => Weekday::Thu,
        Day::Friday => Weekday::Fri,
        Day::Saturday => Weekday::Sat,
        Day::Sunday => Weekday::Sun,
    };
    u64::from(weekday.days_since(today))
}

/// "après 18h", "ouvert à 19 h 30": an hour alone tells nothing ("24h/24", "rendez-vous à 9h").
fn hour(words: &[Word]) -> Option<(NaiveTime, Range<usize>)> {
    (1..words.len()).find_map(|at| {
        let plain = &words[at].plain;
        let (hours, rest) = match plain.split_once('h') {
            Some((hours, minutes)) => (hours, Some((minutes, at + 1))),
            None if words.get(at + 1).is_some_and(|word| word.plain == "h") => {
                (plain.as_str(), Some(("", at + 2)))
            }
            None => return None,
        };
        let (minutes, end) = rest?;
        let minutes = if minutes.is_empty() { 0 } else { minutes.parse().ok()? };
        let time = NaiveTime::from_hms_opt(hours.parse().ok()?, minutes, 0)?;
        let before = |back: usize| at.checked_sub(back).map_or("", |at| words[at].plain.as_str());
        let start = match (before(2), before(1)) {
            (_, "apres")
            | ("ouvert" | "ouverte" | "ouverts" | "soir" | "demain" | "samedi" | "dimanche", "a") => at - 1,
            _ => return None,
        };
        Some((time, start..end))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Wednesday, at four in the afternoon.
    fn told(text: &str) -> Option<String> {
        let now = "2026-11-25T16:00:00".parse().unwrap();
        read(&all_words(text), now).map(|(moment, _)| {
            let until = moment.until.format("-%H:%M").to_string();
            let until = if moment.until == moment.from { String::new() } else { until };
            format!("{}{until}", moment.from.format("%a %H:%M"))
        })
    }

    #[test]
    fn moments_are_told_from_the_day_of_the_asking() {
        for (text, at) in [
            ("hébergement d'urgence ce soir", Some("Wed 19:00-22:00")),
            ("pharmacie ouverte maintenant", Some("Wed 16:00")),
            ("ccas ouvert samedi", Some("Sat 08:00-20:00")),
            ("dentiste dimanche", Some("Sun 08:00-20:00")),
            ("ouvert demain après-midi", Some("Thu 13:00-19:00")),
            ("csapa ouvert après 18h", Some("Wed 18:00")),
            ("ouvert ce matin", Some("Wed 16:00")),
            ("ouvert le soir à 21h30", Some("Wed 21:30")),
            ("sort de l'hôpital lundi", None),
            ("24h/24", None),
            ("urgent", None),
        ] {
            assert_eq!(told(text).as_deref(), at, "{text}");
        }
    }
}
