//! The order of hits: one formula, over criteria that anybody can check on the sheet.
//!
//! ```text
//! points = WORDS      × share of the words answered, by where they were found
//!        + KIND         if the words name its kind
//!        + SERVES       if it serves the place (× PART when it serves part of it)
//!        + LEVEL      × how narrow that coverage is
//!        + UNKNOWN    × nearness          if nobody said whom it serves
//!        + ELSEWHERE  × nearness          if it serves other places
//!        + DISTANCE   × nearness
//!        + AUDIENCE   × fit, AGE × fit, THEME × fit
//!        + PROMPT     × how soon it answers
//!        + CHECKED    × how recently somebody checked
//!        − SATURATED or PAUSED
//! ```
//!
//! `nearness` is 1 on the spot and a half at [`HALFWAY_KM`]. Points are rounded to a quarter, so that what no criterion
//! tells apart is equal; equals take turns, day by day, in an order that is the same for everybody that day.
//!
//! [`SERVES`] outweighs whatever words can do: a team that serves the place and answers the words comes before any
//! whose coverage is unknown, which comes before any that serves elsewhere. Nothing here names a listing, an
//! organisation or a source: none can be favoured.

use chrono::NaiveDate;
use maille_domain::CoverageLevel;
use maille_domain::vocabulary::Status;

use crate::answer::Serves;

/// Found in the name or the kind, all words: the whole of it.
pub const WORDS: f64 = 30.0;
/// The words say what it is, not only what it mentions.
pub const KIND: f64 = 12.0;
/// More than all that words and nearness can do together for a listing of unknown coverage, beyond a mere mention.
pub const SERVES: f64 = 60.0;
/// Of [`SERVES`], for part of the place.
pub const PART: f64 = 0.9;
/// From the commune (all of it) to the nation (nothing).
pub const LEVEL: f64 = 4.0;
/// Unknown coverage, on the spot.
pub const UNKNOWN: f64 = 12.0;
/// Unknown coverage farther than this is not worth a call: it is as if it served other places.
pub const UNKNOWN_WITHIN_KM: f64 = 60.0;
/// Serving other places, on the spot: the nearest first.
pub const ELSEWHERE: f64 = 10.0;
/// On the spot.
pub const DISTANCE: f64 = 5.0;
/// For the very audience asked.
pub const AUDIENCE: f64 = 6.0;
/// For the age asked, said so.
pub const AGE: f64 = 5.0;
/// In the very parcours asked.
pub const THEME: f64 = 4.0;
/// Answers at once.
pub const PROMPT: f64 = 2.0;
/// Checked within six months.
pub const CHECKED: f64 = 2.0;
/// Cannot take anybody now.
pub const SATURATED: f64 = 6.0;
/// Closed for a time.
pub const PAUSED: f64 = 10.0;
/// Where nearness is a half.
pub const HALFWAY_KM: f64 = 25.0;
/// What is closer than this is equal.
const STEP: f64 = 0.25;

/// How a listing fits what was asked of a criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// Nothing was asked.
    NotAsked,
    /// It says so itself.
    Said,
    /// It is for everybody.
    Everybody,
    /// Nobody said.
    Unsaid,
}

impl Fit {
    fn share(self) -> f64 {
        match self {
            Fit::Said => 1.0,
            Fit::Everybody => 0.6,
            Fit::Unsaid => 0.3,
            Fit::NotAsked => 0.0,
        }
    }
}

/// All that the order of a hit depends on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Facts {
    /// Share of the words answered, 0 to 1; 0 without words.
    pub words: f64,
    /// Whether the words name its kind.
    pub kind: bool,
    /// Whether it serves the place; `None` without a place.
    pub serves: Option<Serves>,
    /// The level of the coverage that serves the place.
    pub level: CoverageLevel,
    /// Whether it serves part of the place only.
    pub part: bool,
    /// Kilometres.
    pub distance_km: Option<f64>,
    pub audience: Fit,
    pub age: Fit,
    pub theme: Fit,
    pub delay_days: Option<u16>,
    pub verified_on: Option<NaiveDate>,
    pub status: Status,
}

/// The points of a hit, on a day, in steps: what is less than half a step apart is equal.
pub fn steps(facts: &Facts, today: NaiveDate) -> i64 {
    let nearness = facts.distance_km.map_or(0.0, nearness);
    let coverage = match facts.serves {
        None => 0.0,
        Some(Serves::Yes) => SERVES * if facts.part { PART } else { 1.0 } + LEVEL * narrowness(facts.level),
        Some(Serves::Unknown) => UNKNOWN * nearness,
        Some(Serves::No) => ELSEWHERE * nearness,
    };
    let status = match facts.status {
        Status::Ouvert => 0.0,
        Status::Sature => SATURATED,
        Status::FermeTemporairement | Status::Ferme => PAUSED,
    };
    let points = WORDS * facts.words
        + if facts.kind { KIND } else { 0.0 }
        + coverage
        + DISTANCE * nearness
        + AUDIENCE * facts.audience.share()
        + AGE * facts.age.share()
        + THEME * facts.theme.share()
        + PROMPT * facts.delay_days.map_or(0.0, promptness)
        + CHECKED * facts.verified_on.map_or(0.0, |day| freshness(day, today))
        - status;
    // `round` without a call, half away from zero.
    let steps = points / STEP;
    (steps + 0.5_f64.copysign(steps)) as i64
}

fn nearness(km: f64) -> f64 {
    1.0 / (1.0 + km / HALFWAY_KM)
}

/// 1 for a commune, 0 for the nation, in equal steps.
fn narrowness(level: CoverageLevel) -> f64 {
    let steps = CoverageLevel::National as usize;
    steps.saturating_sub(level as usize) as f64 / steps as f64
}

/// A half at two weeks.
fn promptness(days: u16) -> f64 {
    1.0 / (1.0 + f64::from(days) / 14.0)
}

/// By steps, so that listings checked the same season are equals.
fn freshness(day: NaiveDate, today: NaiveDate) -> f64 {
    match (today - day).num_days() {
        ..=183 => 1.0,
        184..=365 => 0.7,
        366..=730 => 0.3,
        _ => 0.0,
    }
}

/// Whose turn it is among equals: the least first.
pub fn turn(identity: u64, today: NaiveDate) -> u64 {
    use chrono::Datelike;
    // SplitMix64's finaliser: neighbouring days give unrelated orders.
    let mut mixed =
        identity ^ (i64::from(today.num_days_from_ce()).cast_unsigned()).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::{BEGINNING_WORTH, worth};
    use crate::schema::Part;

    fn facts() -> Facts {
        Facts {
            words: 1.0,
            kind: false,
            serves: Some(Serves::Yes),
            level: CoverageLevel::Departement,
            part: false,
            distance_km: Some(10.0),
            audience: Fit::NotAsked,
            age: Fit::NotAsked,
            theme: Fit::NotAsked,
            delay_days: None,
            verified_on: None,
            status: Status::Ouvert,
        }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn serving_the_place_outweighs_whatever_words_can_do() {
        let today = day("2026-11-22");
        let worst = f64::from(worth(Part::Body) * BEGINNING_WORTH);
        let mention =
            Facts { words: worst, part: true, level: CoverageLevel::National, distance_km: None, ..facts() };
        let perfect = Facts { kind: true, serves: Some(Serves::Unknown), distance_km: Some(0.0), ..facts() };
        assert!(steps(&mention, today) > steps(&perfect, today));
        let elsewhere = Facts { serves: Some(Serves::No), ..perfect };
        assert!(steps(&perfect, today) > steps(&elsewhere, today));
    }

    #[test]
    fn each_criterion_pulls_its_way() {
        let today = day("2026-11-22");
        let base = steps(&facts(), today);
        for better in [
            Facts { kind: true, ..facts() },
            Facts { level: CoverageLevel::Commune, ..facts() },
            Facts { distance_km: Some(1.0), ..facts() },
            Facts { audience: Fit::Said, ..facts() },
            Facts { age: Fit::Said, ..facts() },
            Facts { theme: Fit::Said, ..facts() },
            Facts { delay_days: Some(3), ..facts() },
            Facts { verified_on: Some(day("2026-09-01")), ..facts() },
        ] {
            assert!(steps(&better, today) > base, "{better:?}");
        }
        for worse in [
            Facts { words: 0.55, ..facts() },
            Facts { part: true, ..facts() },
            Facts { status: Status::Sature, ..facts() },
            Facts { status: Status::FermeTemporairement, ..facts() },
        ] {
            assert!(steps(&worse, today) < base, "{worse:?}");
        }
    }

    #[test]
    fn equals_take_turns() {
        let first_of = |day: NaiveDate| (0..5_u64).min_by_key(|identity| turn(*identity, day)).unwrap();
        let days = (0..60).map(|offset| first_of(day("2026-11-01") + chrono::Days::new(offset)));
        let mut firsts: Vec<u64> = days.collect();
        firsts.sort_unstable();
        firsts.dedup();
        assert_eq!(firsts, [0, 1, 2, 3, 4], "within two months each came first");
    }
}
