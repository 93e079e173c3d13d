//! What ranking and filters read of every match, packed in three numbers: one column read instead of ten.

use chrono::{Datelike, NaiveDate};
use maille_domain::location::Precision;
use maille_domain::vocabulary::{Audience, Mode, Status, Theme};
use maille_domain::{Category, Fields};
use maille_territory::{Commune, Point, france};
use std::collections::HashMap;
use std::sync::LazyLock;

static KINDS: LazyLock<Vec<Category>> = LazyLock::new(|| Category::all().collect());
static POSITIONS: LazyLock<HashMap<&'static str, usize>> =
    LazyLock::new(|| KINDS.iter().enumerate().map(|(position, kind)| (kind.code(), position)).collect());

/// The position of a kind in the vocabulary.
pub fn position(category: Category) -> usize {
    POSITIONS[category.code()]
}

/// How many kinds there are.
pub fn kinds() -> usize {
    KINDS.len()
}

/// The kind of a position, if there is one.
pub fn kind_at(position: usize) -> Option<Category> {
    KINDS.get(position).copied()
}

/// A set of codes of a vocabulary, as bits at their positions.
pub fn mask<T: Copy + PartialEq>(all: &[T], some: &[T]) -> u16 {
    all.iter()
        .enumerate()
        .filter(|(_, code)| some.contains(code))
        .fold(0, |mask, (position, _)| mask | 1 << position)
}

/// What a listing is and whom it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traits {
    /// Position of its kind.
    pub category: usize,
    /// Positions of its audiences; none: nobody said.
    pub audiences: u16,
    /// Positions of its modes.
    pub modes: u16,
    /// Positions of its parcours, those of its kind when nobody said.
    pub themes: u16,
    /// Whether it can be called upon.
    pub status: Status,
    /// Youngest age served.
    pub age_min: Option<u8>,
    /// Oldest age served.
    pub age_max: Option<u8>,
}

impl Traits {
    /// Those of a listing.
    pub fn of(fields: &Fields) -> Traits {
        let themes: &[Theme] =
            if fields.themes.is_empty() { &[fields.category.theme()] } else { &fields.themes };
        Traits {
            category: position(fields.category),
            audiences: mask(Audience::ALL, &fields.audiences),
            modes: mask(Mode::ALL, &fields.modes),
            themes: mask(Theme::ALL, themes),
            status: fields.status,
            age_min: fields.age_min,
            age_max: fields.age_max,
        }
    }

    /// Ten bits of kind, twelve of audiences, eight of modes, ten of parcours, three of status, eight of each age
    /// (255: unsaid; ages end at 130).
    pub fn pack(self) -> u64 {
        let status = Status::ALL.iter().position(|status| *status == self.status).unwrap_or_default();
        let parts = [
            (self.category as u64, 10),
            (u64::from(self.audiences), 12),
            (u64::from(self.modes), 8),
            (u64::from(self.themes), 10),
            (status as u64, 3),
            (u64::from(self.age_min.unwrap_or(u8::MAX)), 8),
            (u64::from(self.age_max.unwrap_or(u8::MAX)), 8),
        ];
        parts.iter().rev().fold(0, |packed, (value, width)| (packed << width) | (value & ((1 << width) - 1)))
    }

    /// What was packed.
    pub fn unpack(mut packed: u64) -> Traits {
        let mut take = |width: u32| {
            let value = packed & ((1 << width) - 1);
            packed >>= width;
            value
        };
        let age = |value: u64| u8::try_from(value).ok().filter(|age| *age != u8::MAX);
        Traits {
            category: take(10) as usize,
            audiences: take(12) as u16,
            modes: take(8) as u16,
            themes: take(10) as u16,
            status: Status::ALL.get(take(3) as usize).copied().unwrap_or(Status::Ouvert),
            age_min: age(take(8)),
            age_max: age(take(8)),
        }
    }
}

/// How long it takes to answer, and when somebody last checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Upkeep {
    /// Usual days before a first answer.
    pub delay_days: Option<u16>,
    /// Day of the last check.
    pub verified_on: Option<NaiveDate>,
}

impl Upkeep {
    /// That of a listing.
    pub fn of(fields: &Fields) -> Upkeep {
        Upkeep { delay_days: fields.delay_days, verified_on: fields.verified_on }
    }

    /// Sixteen bits of delay plus one, then the day counted from the year 1; zero is unsaid in both.
    pub fn pack(self) -> u64 {
        let delay = self.delay_days.map_or(0, |days| u64::from(days) + 1);
        let day = self.verified_on.map_or(0, |day| u64::try_from(day.num_days_from_ce()).unwrap_or(0));
        (day << 17) | delay
    }

    /// What was packed.
    pub fn unpack(packed: u64) -> Upkeep {
        let (delay, day) = (packed & 0x1_ffff, packed >> 17);
        Upkeep {
            delay_days: delay.checked_sub(1).map(|days| days as u16),
            verified_on: i32::try_from(day)
                .ok()
                .filter(|day| *day > 0)
                .and_then(NaiveDate::from_num_days_from_ce_opt),
        }
    }
}

/// Where a listing is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Site {
    /// The point.
    pub point: Point,
    /// Whether only the commune is known.
    pub approximate: bool,
}

impl Site {
    /// That of a listing: its own point, else that of its commune.
    pub fn of(fields: &Fields) -> Option<Site> {
        let own = fields.location.map(|location| Site {
            point: location.point(),
            approximate: location.precision == Precision::Commune,
        });
        own.or_else(|| fields.commune().map(|commune| Site { point: commune.point, approximate: true }))
    }

    /// No site.
    const NOWHERE: u64 = u64::MAX;
    /// Steps of a coordinate: 2e-7 degrees, two centimetres.
    const STEPS: f64 = 5e6;

    /// A bit of precision, thirty-one of latitude and thirty-two of longitude.
    pub fn pack(site: Option<Site>) -> u64 {
        let Some(Site { point, approximate }) = site else { return Self::NOWHERE };
        let lat = ((point.lat + 90.0) * Self::STEPS).round() as u64;
        let lon = ((point.lon + 180.0) * Self::STEPS).round() as u64;
        (u64::from(approximate) << 63) | ((lat & 0x7fff_ffff) << 32) | (lon & 0xffff_ffff)
    }

    /// What was packed.
    pub fn unpack(packed: u64) -> Option<Site> {
        if packed == Self::NOWHERE {
            return None;
        }
        let lat = ((packed >> 32) & 0x7fff_ffff) as f64 / Self::STEPS - 90.0;
        let lon = (packed & 0xffff_ffff) as f64 / Self::STEPS - 180.0;
        Some(Site { point: Point { lat, lon }, approximate: packed >> 63 == 1 })
    }
}

/// The commune a listing is in: the one it says, else the one its point is in.
pub fn commune_of(fields: &Fields, site: Option<Site>) -> Option<&'static Commune> {
    fields.commune().or_else(|| site.and_then(|site| france().commune_at(site.point.lat, site.point.lon)))
}

/// A COG code as a number, zero for none: its five characters, a byte each.
pub fn commune_number(code: &str) -> u64 {
    code.bytes().fold(0, |number, byte| (number << 8) | u64::from(byte))
}

/// The commune of a number.
pub fn commune_numbered(number: u64) -> Option<&'static Commune> {
    let bytes = number.to_be_bytes();
    let code = std::str::from_utf8(&bytes[3..]).ok()?;
    france().current_commune(code)
}

/// The text of the `hours` column: the département that sets the time, then the hours.
pub fn hours_key(fields: &Fields) -> Option<String> {
    let hours = fields.hours.as_ref()?;
    let departement = fields.commune().map_or("", |commune| &commune.departement);
    // Only overseas départements have another time: one key for the whole mainland is evaluated once.
    let departement = if departement.len() == 3 { departement } else { "" };
    Some(format!("{departement}|{}", hours.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn vocabularies_fit_their_bits() {
        assert!(kinds() < 1 << 10);
        assert!(Audience::ALL.len() <= 12 && Mode::ALL.len() <= 8 && Theme::ALL.len() <= 10);
        assert!(Status::ALL.len() <= 1 << 3);
    }

    #[test]
    fn a_commune_is_a_number() {
        for code in ["92007", "2A004", "97411"] {
            assert_eq!(&*commune_numbered(commune_number(code)).unwrap().code, code);
        }
        assert_eq!(commune_numbered(0).map(|commune| &*commune.code), None);
        // Without a commune of its own, a listing is where its point is.
        let site = Site { point: Point { lat: 48.798, lon: 2.309 }, approximate: false };
        let fields = Fields::new("Sans adresse", Category::from_code("ccas").unwrap());
        assert_eq!(&*commune_of(&fields, Some(site)).unwrap().name, "Bagneux");
        assert_eq!(commune_of(&fields, None).map(|commune| &*commune.code), None);
    }

    proptest! {
        #[test]
        fn what_is_packed_is_read_back(
            category in 0..138_usize, audiences in 0..1_u16 << 12, modes in 0..1_u16 << 7, themes in 0..1_u16 << 9,
            status in 0..4_usize, age_min in prop::option::of(0..=130_u8), age_max in prop::option::of(0..=130_u8),
            delay_days in prop::option::of(any::<u16>()), day in prop::option::of(700_000..760_000),
            lat in -90.0..=90.0, lon in -180.0..=180.0, approximate: bool,
        ) {
            let traits = Traits { category, audiences, modes, themes, status: Status::ALL[status], age_min, age_max };
            prop_assert_eq!(Traits::unpack(traits.pack()), traits);
            let verified_on = day.and_then(NaiveDate::from_num_days_from_ce_opt);
            let upkeep = Upkeep { delay_days, verified_on };
            prop_assert_eq!(Upkeep::unpack(upkeep.pack()), upkeep);
            let site = Site { point: Point { lat, lon }, approximate };
            let back = Site::unpack(Site::pack(Some(site))).unwrap();
            prop_assert!(back.point.distance_km(site.point) < 0.000_1);
            prop_assert_eq!(back.approximate, approximate);
            prop_assert_eq!(Site::unpack(Site::pack(None)), None);
        }
    }
}
