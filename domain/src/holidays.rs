//! Public holidays by département: the national ones, and the few that are kept in one part of the country only.
//!
//! Local law adds two days in Alsace and Moselle (ordonnance of 16 August 1892, Code du travail L3134-13) and the
//! commemoration of the abolition of slavery overseas (loi 83-550 of 30 June 1983, décret 83-1003 of 23 November 1983, Code du
//! travail L3422-2). Good Friday is legally a holiday only in the communes of Alsace and Moselle that have a Protestant
//! church or a shared one; nobody lists them, and offices close everywhere there: it counts in the three départements.
//!
//! The Code du travail of the Pacific collectivities is their own: only what is surely in it counts. Days that are kept by
//! custom (Carnival, Good Friday in the Antilles, the Muslim feasts in Mayotte) are in no law and not here.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::{Arc, LazyLock};

use chrono::{Datelike, Days, NaiveDate};
use opening_hours::localization::Country;
use opening_hours::{Context, ContextHolidays};

/// The years whose national holidays `opening-hours` knows.
const YEARS: RangeInclusive<i32> = 2000..=2076;

#[derive(Clone, Copy)]
enum Day {
    /// Month and day.
    Fixed(u32, u32),
    GoodFriday,
}

struct Local {
    departements: &'static [&'static str],
    days: &'static [Day],
    /// Days that may or may not be kept: what hours say of public holidays is unknown then.
    unsure: &'static [Day],
}

const LOCAL: [Local; 11] = [
    Local { departements: &["57", "67", "68"], days: &[Day::GoodFriday, Day::Fixed(12, 26)], unsure: &[] },
    Local { departements: &["971"], days: &[Day::Fixed(5, 27)], unsure: &[] },
    Local { departements: &["972"], days: &[Day::Fixed(5, 22)], unsure: &[] },
    Local { departements: &["973"], days: &[Day::Fixed(6, 10)], unsure: &[] },
    Local { departements: &["974"], days: &[Day::Fixed(12, 20)], unsure: &[] },
    Local { departements: &["976"], days: &[Day::Fixed(4, 27)], unsure: &[] },
    Local { departements: &["977"], days: &[Day::Fixed(10, 9)], unsure: &[] },
    // The Code du travail says the 27th; the collectivity has kept the 28th since 2018.
    Local { departements: &["978"], days: &[], unsure: &[Day::Fixed(5, 27), Day::Fixed(5, 28)] },
    Local {
        departements: &["986"],
        days: &[],
        unsure: &[Day::Fixed(4, 28), Day::Fixed(6, 29), Day::Fixed(7, 29)],
    },
    // In 2025 the day of the Pleiades was to replace that of autonomy.
    Local {
        departements: &["987"],
        days: &[Day::Fixed(3, 5), Day::GoodFriday],
        unsure: &[Day::Fixed(6, 29), Day::Fixed(11, 20)],
    },
    Local { departements: &["988"], days: &[Day::Fixed(9, 24)], unsure: &[] },
];

/// What the school holidays, which depend on the year and the zone, are taken to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum School {
    Never,
    Always,
}

struct Calendars {
    never: ContextHolidays,
    always: ContextHolidays,
    unsure: ContextHolidays,
}

static NATIONAL: LazyLock<Calendars> = LazyLock::new(|| calendars(&[], &[]));

static BY_DEPARTEMENT: LazyLock<HashMap<&str, Calendars>> = LazyLock::new(|| {
    let pairs = LOCAL.iter().flat_map(|local| local.departements.iter().map(move |code| (*code, local)));
    pairs.map(|(code, local)| (code, calendars(local.days, local.unsure))).collect()
});

/// What hours of a département are evaluated with.
pub(crate) fn context(departement: Option<&str>, school: School) -> Context {
    let local = departement.and_then(|code| BY_DEPARTEMENT.get(code));
    let calendars = local.unwrap_or(&NATIONAL);
    let holidays = match school {
        School::Never => &calendars.never,
        School::Always => &calendars.always,
    };
    Context::default().with_holidays(holidays.clone()).with_holidays_unknown(calendars.unsure.clone())
}

/// What the public holiday that a département keeps on a day is called; `None` on any other day.
pub(crate) fn name(departement: Option<&str>, day: NaiveDate) -> Option<&'static str> {
    let calendars = departement.and_then(|code| BY_DEPARTEMENT.get(code)).unwrap_or(&NATIONAL);
    if !calendars.never.get_public().contains(day) {
        return None;
    }
    match (day.month(), day.day(), (day - easter(day.year())).num_days()) {
        (1, 1, _) => Some("jour de l’An"),
        (5, 1, _) => Some("fête du Travail"),
        (5, 8, _) => Some("Victoire de 1945"),
        (7, 14, _) => Some("fête nationale"),
        (8, 15, _) => Some("Assomption"),
        (11, 1, _) => Some("Toussaint"),
        (11, 11, _) => Some("Armistice de 1918"),
        (12, 25, _) => Some("Noël"),
        (.., -2) => Some("Vendredi saint"),
        (.., 1) => Some("lundi de Pâques"),
        (.., 39) => Some("Ascension"),
        (.., 50) => Some("lundi de Pentecôte"),
        (12, 26, _) => Some("Saint-Étienne"),
        (5, 22 | 27, _) | (6, 10, _) | (12, 20, _) | (4, 27, _) | (10, 9, _) => {
            Some("abolition de l’esclavage")
        }
        (3, 5, _) => Some("arrivée de l’Évangile"),
        (9, 24, _) => Some("fête de la Citoyenneté"),
        _ => None,
    }
}

fn calendars(days: &[Day], unsure: &[Day]) -> Calendars {
    let none = ContextHolidays::default().get_public().clone();
    let mut public = Country::FR.holidays().get_public().clone();
    let mut maybe = none.clone();
    let mut every_day = none.clone();
    for year in YEARS {
        for day in days {
            public.insert(day.of(year));
        }
        for day in unsure {
            maybe.insert(day.of(year));
        }
        let first = NaiveDate::from_ymd_opt(year, 1, 1).expect("every year has a first day");
        for day in first.iter_days().take_while(|day| *day < first + chrono::Months::new(12)) {
            every_day.insert(day);
        }
    }
    let (public, none) = (Arc::new(public), Arc::new(none));
    Calendars {
        never: ContextHolidays::new(Arc::clone(&public), Arc::clone(&none)),
        always: ContextHolidays::new(public, Arc::new(every_day)),
        unsure: ContextHolidays::new(Arc::new(maybe), none),
    }
}

impl Day {
    fn of(self, year: i32) -> NaiveDate {
        match self {
            Day::Fixed(month, day) => {
                NaiveDate::from_ymd_opt(year, month, day).expect("the table has no 29 February")
            }
            Day::GoodFriday => easter(year) - Days::new(2),
        }
    }
}

/// Easter Sunday of the Gregorian calendar, by the computation of Meeus (*Astronomical Algorithms*, chapter 8).
fn easter(year: i32) -> NaiveDate {
    let (century, of_century) = (year / 100, year % 100);
    let golden = year % 19;
    let solar = century - century / 4 - (century - (century + 8) / 25 + 1) / 3 + 15;
    let moon = (19 * golden + solar) % 30;
    let sunday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - moon - of_century % 4) % 7;
    let late = (golden + 11 * moon + 22 * sunday) / 451;
    let after_22_march = moon + sunday - 7 * late;
    NaiveDate::from_ymd_opt(year, 3, 22).expect("March has 22 days")
        + Days::new(u64::try_from(after_22_march).expect("Easter is never before 22 March"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn easter_is_where_the_almanacs_put_it() {
        for known in [
            "2000-04-23",
            "2008-03-23",
            "2019-04-21",
            "2024-03-31",
            "2025-04-20",
            "2026-04-05",
            "2027-03-28",
            "2038-04-25",
            "2049-04-18",
            "2076-04-19",
        ] {
            let known = day(known);
            assert_eq!(easter(known.year()), known);
        }
    }

    /// The crate has the national feasts that move; were it to lose them, or a year, this table would have to hold them.
    #[test]
    fn the_national_feasts_that_move_are_known() {
        let context = context(None, School::Never);
        for year in YEARS {
            for (feast, after) in [("Easter Monday", 1), ("Ascension", 39), ("Pentecost Monday", 50)] {
                let date = easter(year) + Days::new(after);
                assert!(context.holidays.get_public().contains(date), "{feast} of {year}");
            }
        }
    }

    #[test]
    fn a_day_is_kept_where_the_law_says() {
        let kept = |departement, date| {
            let context = context(departement, School::Never);
            context.holidays.get_public().contains(day(date))
        };
        for (departement, date) in [
            ("67", "2027-03-26"),
            ("68", "2027-03-26"),
            ("57", "2026-12-26"),
            ("971", "2026-05-27"),
            ("972", "2026-05-22"),
            ("973", "2026-06-10"),
            ("974", "2026-12-20"),
            ("976", "2026-04-27"),
            ("977", "2026-10-09"),
            ("988", "2026-09-24"),
            ("987", "2026-03-05"),
            ("92", "2026-07-14"),
            ("974", "2026-07-14"),
        ] {
            assert!(kept(Some(departement), date), "{date} in {departement}");
        }
        for (departement, date) in [
            (Some("54"), "2027-03-26"),
            (Some("92"), "2026-12-26"),
            (Some("972"), "2026-05-27"),
            (Some("978"), "2026-05-27"),
            (None, "2026-12-20"),
        ] {
            assert!(!kept(departement, date), "{date} in {departement:?}");
        }
    }

    #[test]
    fn every_day_that_is_kept_has_a_name() {
        let everywhere = LOCAL.iter().flat_map(|local| local.departements.iter().map(|code| Some(*code)));
        for departement in everywhere.chain([None]) {
            let context = context(departement, School::Never);
            let first = day("2024-01-01");
            for date in first.iter_days().take(12 * 365) {
                let kept = context.holidays.get_public().contains(date);
                assert_eq!(name(departement, date).is_some(), kept, "{date} in {departement:?}");
            }
        }
        assert_eq!(name(Some("67"), day("2027-03-26")), Some("Vendredi saint"));
        assert_eq!(name(Some("974"), day("2026-12-20")), Some("abolition de l’esclavage"));
    }
}
