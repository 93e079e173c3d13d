//! When help must be open, as a text tells it.

use std::ops::Range;
use std::sync::LazyLock;

use chrono::{Datelike, Days, NaiveDateTime, NaiveTime, Weekday};

use crate::analysis::{Word, all_words};
use crate::thesaurus::{Day, thesaurus};

use super::phrases::Phrases;

static MOMENTS: LazyLock<Phrases<(Day, Option<NaiveTime>)>> = LazyLock::new(|| {
    let mut moments = Phrases::default();
    for moment in &thesaurus().moments {
        let at = moment.at.as_ref().map(|at| {
            NaiveTime::parse_from_str(at, "%H:%M").expect("moments.toml is embedded, and its hours tested")
        });
        moment.words.iter().for_each(|text| moments.insert(&all_words(text), (moment.day, at)));
    }
    moments
});

/// The local time that words tell, and where: "ce soir", "ouvert samedi", "après 18h". What is past today is now.
pub fn read(words: &[Word], now: NaiveDateTime) -> Option<(NaiveDateTime, Range<usize>)> {
    let found = MOMENTS.all(words).into_iter().max_by_key(|found| found.words.len());
    let hour = hour(words);
    let (day, at, range) = match (found, hour) {
        (Some(found), hour) => {
            let (day, at) = *found.says;
            let beside =
                hour.filter(|(_, range)| range.start == found.words.end || range.end == found.words.start);
            match beside {
                Some((hour, range)) => {
                    let range = range.start.min(found.words.start)..range.end.max(found.words.end);
                    (day, Some(hour), range)
                }
                None => (day, at, found.words),
            }
        }
        (None, Some((hour, range))) => (Day::Today, Some(hour), range),
        (None, None) => return None,
    };
    let date = now.date() + Days::new(days_until(day, now.weekday()));
    let moment = at.map_or(now, |at| date.and_time(at));
    let moment = if at.is_none() && date != now.date() { date.and_time(now.time()) } else { moment };
    Some((moment.max(now), range))
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
            (_, "apres") => at - 1,
            ("ouvert" | "ouverte" | "ouverts" | "soir" | "demain" | "samedi" | "dimanche", "a") => at - 1,
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
        read(&all_words(text), now).map(|(at, _)| at.format("%a %H:%M").to_string())
    }

    #[test]
    fn moments_are_told_from_the_day_of_the_asking() {
        for (text, at) in [
            ("hébergement d'urgence ce soir", Some("Wed 20:00")),
            ("pharmacie ouverte maintenant", Some("Wed 16:00")),
            ("ccas ouvert samedi", Some("Sat 10:00")),
            ("dentiste dimanche", Some("Sun 10:00")),
            ("ouvert demain après-midi", Some("Thu 15:00")),
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
