//! The order of hits: one formula, over criteria that anybody can check on the sheet.
//!
//! ```text
//! points = kind       × how surely its kind is the one asked
//!        + words      × share of the words answered, by where they were found
//!        + serves       if it serves the place (× PART when it serves part of it)
//!        + level      × how narrow that coverage is
//!        + unknown    × nearness          if nobody said whom it serves
//!        + distance   × nearness
//!        + audience × fit + age × fit + mode × fit + theme × fit
//!        + common_law   if it is open to everybody, whatever the illness or the situation
//!        + prompt     × how soon it answers
//!        + checked    × how recently somebody checked
//!        − saturated or paused
//! ```
//!
//! The weights are [`WEIGHTS`], the one place where they are written: `/classement` shows them, "why" is told from the points
//! they give. `nearness` is 1 on the spot and a half at a distance that fits how many people live around
//! ([`halfway_km`]). Points are rounded to a quarter, so that what no criterion tells apart is equal; equals take turns,
//! day by day, in an order that is the same for everybody that day.
//!
//! Who serves other places is only let in when nobody who serves the place does what is asked: then its kind and its words
//! count, these by halves, nothing else does, and equals come nearest first ([`FIT_OF_WORDS`]).
//!
//! A listing whose kind is asked comes before any that merely has the words; one that serves the place before the same of
//! unknown coverage, and that before any that serves elsewhere. Nothing here names a listing, an organisation or a
//! source: none can be favoured.

use chrono::NaiveDate;
use maille_domain::CoverageLevel;
use maille_domain::vocabulary::Status;

use crate::answer::Serves;

/// The points that each criterion gives at most.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// Its kind is what is asked, surely.
    pub kind: f64,
    /// All words are in its name: the whole of it.
    pub words: f64,
    /// It serves the place.
    pub serves: f64,
    /// From the commune (all of it) to the nation (nothing).
    pub level: f64,
    /// Unknown coverage, on the spot.
    pub unknown: f64,
    /// On the spot.
    pub distance: f64,
    /// For the very audience asked.
    pub audience: f64,
    /// For the age asked, said so.
    pub age: f64,
    /// In the very mode asked.
    pub mode: f64,
    /// In the very parcours asked.
    pub theme: f64,
    /// Of common law: subsidiarity, at equal fit.
    pub common_law: f64,
    /// Answers at once.
    pub prompt: f64,
    /// Checked today.
    pub checked: f64,
    /// Cannot take anybody now.
    pub saturated: f64,
    /// Closed for a time.
    pub paused: f64,
}

/// The weights of this program.
pub const WEIGHTS: Weights = Weights {
    kind: 40.0,
    words: 20.0,
    serves: 50.0,
    level: 4.0,
    unknown: 24.0,
    distance: 5.0,
    audience: 6.0,
    age: 6.0,
    mode: 6.0,
    theme: 4.0,
    common_law: 1.0,
    prompt: 2.0,
    checked: 2.0,
    saturated: 6.0,
    paused: 10.0,
};

/// Of [`Weights::serves`], for part of the place.
pub const PART: f64 = 0.9;
/// Unknown coverage farther than this is not worth a call: it is as if it served other places.
pub const UNKNOWN_WITHIN_KM: f64 = 60.0;
/// Days after a check at which half of [`Weights::checked`] is left.
pub const HALF_FRESH_DAYS: f64 = 365.0;
/// Days of delay at which half of [`Weights::prompt`] is left.
pub const HALF_PROMPT_DAYS: f64 = 14.0;
/// Points are rounded to this.
pub const STEP: f64 = 0.25;
/// Parts in which words count for who serves other places: in its name or hardly, more would part those that are to come by
/// distance.
pub const FIT_OF_WORDS: f64 = 2.0;
/// Of a criterion that is asked, for who says to be for everybody.
pub const FOR_EVERYBODY: f64 = 0.7;
/// Of a criterion that is asked, when nobody said.
pub const UNSAID: f64 = 0.4;

/// Kilometres at which nearness is a half where [`PEOPLE_AROUND`] live; nearer where more do, farther where fewer.
pub const HALFWAY_KM: f64 = 25.0;
/// People within [`AROUND_KM`] of a middling place.
pub const PEOPLE_AROUND: u64 = 100_000;
/// Kilometres around a place whose people are counted.
pub const AROUND_KM: f64 = 10.0;
/// [`HALFWAY_KM`] in the densest towns.
pub const LEAST_HALFWAY_KM: f64 = 4.0;
/// [`HALFWAY_KM`] in the emptiest country.
pub const MOST_HALFWAY_KM: f64 = 40.0;

/// The distance at which nearness is a half, from the people around.
pub fn halfway_km(people_around: u64) -> f64 {
    let crowd = (people_around.max(1) as f64) / PEOPLE_AROUND as f64;
    (HALFWAY_KM / crowd.cbrt()).clamp(LEAST_HALFWAY_KM, MOST_HALFWAY_KM)
}

/// What a hit's points are given for, in the order of the formula.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ground {
    /// Its kind.
    Kind,
    /// The words it has.
    Words,
    /// Whom it serves.
    Coverage,
    /// How far it is.
    Distance,
    /// Whom it is for.
    Audience,
    /// The ages it takes.
    Age,
    /// How it helps.
    Mode,
    /// Its parcours.
    Theme,
    /// Common law before specialised services.
    CommonLaw,
    /// How soon it answers.
    Delay,
    /// When it was last checked.
    Check,
    /// Whether it can be called upon.
    Status,
}

impl Ground {
    /// Every ground.
    pub const ALL: [Ground; 12] = [
        Ground::Kind,
        Ground::Words,
        Ground::Coverage,
        Ground::Distance,
        Ground::Audience,
        Ground::Age,
        Ground::Mode,
        Ground::Theme,
        Ground::CommonLaw,
        Ground::Delay,
        Ground::Check,
        Ground::Status,
    ];

    /// In French.
    pub const fn label(self) -> &'static str {
        match self {
            Ground::Kind => "Type de ressource",
            Ground::Words => "Mots cherchés",
            Ground::Coverage => "Zone desservie",
            Ground::Distance => "Distance",
            Ground::Audience => "Public",
            Ground::Age => "Âge",
            Ground::Mode => "Mode d’intervention",
            Ground::Theme => "Parcours",
            Ground::CommonLaw => "Droit commun",
            Ground::Delay => "Délai",
            Ground::Check => "Dernière vérification",
            Ground::Status => "État",
        }
    }

    /// What it looks at, in French, as a cell of a table says it.
    pub const fn explains(self) -> &'static str {
        match self {
            Ground::Kind => {
                "Si le service est de ceux que la demande nomme, ou de ceux auxquels le besoin conduit"
            }
            Ground::Words => {
                "Si les mots de la demande sont dans sa fiche : son nom compte plus que sa description"
            }
            Ground::Coverage => {
                "S’il dessert le lieu, et si cette zone est étroite (la commune) ou large (le pays)"
            }
            Ground::Distance => "S’il est près du lieu demandé",
            Ground::Audience => "S’il est fait pour le public demandé",
            Ground::Age => "S’il accueille l’âge demandé",
            Ground::Mode => "S’il intervient comme c’est demandé : à domicile, sur place, par téléphone…",
            Ground::Theme => "S’il relève du parcours choisi",
            Ground::CommonLaw => "S’il est ouvert à tous, quelle que soit la maladie ou la situation",
            Ground::Delay => "Si son délai habituel est court",
            Ground::Check => "Si sa fiche a été vérifiée récemment",
            Ground::Status => "S’il est saturé ou fermé pour un temps : des points en moins",
        }
    }

    /// The points it gives at most, and takes at most.
    pub fn bounds(self, weights: &Weights) -> (f64, f64) {
        match self {
            Ground::Kind => (weights.kind, 0.0),
            Ground::Words => (weights.words, 0.0),
            Ground::Coverage => ((weights.serves + weights.level).max(weights.unknown), 0.0),
            Ground::Distance => (weights.distance, 0.0),
            Ground::Audience => (weights.audience, 0.0),
            Ground::Age => (weights.age, 0.0),
            Ground::Mode => (weights.mode, 0.0),
            Ground::Theme => (weights.theme, 0.0),
            Ground::CommonLaw => (weights.common_law, 0.0),
            Ground::Delay => (weights.prompt, 0.0),
            Ground::Check => (weights.checked, 0.0),
            Ground::Status => (0.0, weights.saturated.max(weights.paused)),
        }
    }
}

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
    /// It says otherwise.
    Otherwise,
}

impl Fit {
    fn share(self) -> f64 {
        match self {
            Fit::Said => 1.0,
            Fit::Everybody => FOR_EVERYBODY,
            Fit::Unsaid => UNSAID,
            Fit::NotAsked | Fit::Otherwise => 0.0,
        }
    }
}

/// How the kind of a listing is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum KindAsked {
    /// It is not, or no kind is.
    No,
    /// By a name of it, this surely.
    Named(f32),
    /// By a need that leads to it, this surely.
    Needed(f32),
    /// It is asked itself, by its own name.
    Itself,
    /// It has every word, and few listings do: this surely.
    Described(f32),
}

impl KindAsked {
    /// How surely, 0 to 1.
    pub fn share(self) -> f64 {
        match self {
            KindAsked::No => 0.0,
            KindAsked::Named(share) | KindAsked::Needed(share) | KindAsked::Described(share) => {
                f64::from(share)
            }
            KindAsked::Itself => 1.0,
        }
    }
}

/// Which hits do what is asked, rather than mention it or stand beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// All: words are all that is asked.
    All,
    /// Those of a kind that is asked.
    OfAKind,
    /// Those of a kind that is surely named.
    OfANamedKind,
}

/// A kind named this surely is what is asked, and nothing else is.
const SURELY_NAMED: f32 = 0.75;

impl Answers {
    /// Those to a request that asks kinds so.
    pub fn to(kinds: &[KindAsked]) -> Answers {
        let is_named = |kind: &KindAsked| matches!(kind, KindAsked::Named(share) if *share >= SURELY_NAMED);
        match kinds {
            [] => Answers::All,
            kinds if kinds.iter().any(is_named) => Answers::OfANamedKind,
            _ => Answers::OfAKind,
        }
    }

    /// Whether a hit whose kind is asked so is one.
    pub fn is_answer(self, kind: KindAsked) -> bool {
        match (self, kind) {
            (Answers::All, _) => true,
            (Answers::OfANamedKind, KindAsked::Named(share)) => share >= SURELY_NAMED,
            (_, KindAsked::No) | (Answers::OfANamedKind, KindAsked::Needed(_) | KindAsked::Described(_)) => {
                false
            }
            _ => true,
        }
    }
}

/// All that the order of a hit depends on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Facts {
    /// Share of the words answered, 0 to 1; 0 without words.
    pub words: f64,
    /// Whether its kind is asked.
    pub kind: KindAsked,
    /// Whether it serves the place; `None` without a place.
    pub serves: Option<Serves>,
    /// The level of the coverage that serves the place.
    pub level: CoverageLevel,
    /// Whether it serves part of the place only.
    pub part: bool,
    /// Kilometres.
    pub distance_km: Option<f64>,
    /// Kilometres at which nearness is a half.
    pub halfway_km: f64,
    pub audience: Fit,
    pub age: Fit,
    pub mode: Fit,
    pub theme: Fit,
    pub common_law: bool,
    pub delay_days: Option<u16>,
    pub verified_on: Option<NaiveDate>,
    pub status: Status,
}

/// The points of a hit on a day, by ground.
pub fn points(facts: &Facts, today: NaiveDate, weights: &Weights) -> [f64; Ground::ALL.len()] {
    let nearness = facts.distance_km.map_or(0.0, |km| 1.0 / (1.0 + km / facts.halfway_km));
    let coverage = match facts.serves {
        None | Some(Serves::No) => 0.0,
        Some(Serves::Yes) => {
            weights.serves * if facts.part { PART } else { 1.0 } + weights.level * narrowness(facts.level)
        }
        Some(Serves::Unknown) => weights.unknown * nearness,
    };
    let status = match facts.status {
        Status::Ouvert => 0.0,
        Status::Sature => -weights.saturated,
        Status::FermeTemporairement | Status::Ferme => -weights.paused,
    };
    [
        weights.kind * facts.kind.share(),
        weights.words * facts.words,
        coverage,
        weights.distance * nearness,
        weights.audience * facts.audience.share(),
        weights.age * facts.age.share(),
        weights.mode * facts.mode.share(),
        weights.theme * facts.theme.share(),
        if facts.common_law { weights.common_law } else { 0.0 },
        weights.prompt
            * facts.delay_days.map_or(0.0, |days| 1.0 / (1.0 + f64::from(days) / HALF_PROMPT_DAYS)),
        weights.checked * facts.verified_on.map_or(0.0, |day| freshness(day, today)),
        status,
    ]
}

/// The points of a hit, on a day, in steps: what is less than half a step apart is equal.
pub fn steps(facts: &Facts, today: NaiveDate, weights: &Weights) -> i64 {
    let points: f64 = match facts.serves {
        Some(Serves::No) => {
            let words = (facts.words * FIT_OF_WORDS).round() / FIT_OF_WORDS;
            weights.kind * facts.kind.share() + weights.words * words
        }
        _ => points(facts, today, weights).iter().sum(),
    };
    // `round` without a call, half away from zero.
    let steps = points / STEP;
    (steps + 0.5_f64.copysign(steps)) as i64
}

/// 1 for a commune, 0 for the nation, in equal steps.
fn narrowness(level: CoverageLevel) -> f64 {
    let steps = CoverageLevel::National as usize;
    steps.saturating_sub(level as usize) as f64 / steps as f64
}

/// 1 today, and down without a step: nobody gains by being checked a day before another.
fn freshness(day: NaiveDate, today: NaiveDate) -> f64 {
    let days = (today - day).num_days().max(0) as f64;
    1.0 / (1.0 + days / HALF_FRESH_DAYS)
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
    use crate::query::worth;
    use crate::schema::Part;

    fn facts() -> Facts {
        Facts {
            words: 0.5,
            kind: KindAsked::No,
            serves: Some(Serves::Yes),
            level: CoverageLevel::Departement,
            part: false,
            distance_km: Some(10.0),
            halfway_km: 25.0,
            audience: Fit::NotAsked,
            age: Fit::NotAsked,
            mode: Fit::NotAsked,
            theme: Fit::NotAsked,
            common_law: false,
            delay_days: None,
            verified_on: None,
            status: Status::Ouvert,
        }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn told(facts: Facts) -> i64 {
        steps(&facts, day("2026-11-22"), &WEIGHTS)
    }

    #[test]
    fn whose_mission_it_is_comes_before_who_mentions_it() {
        let mention = Facts { words: f64::from(worth(Part::Body)), ..facts() };
        let mission = Facts { kind: KindAsked::Named(1.0), words: 0.0, ..facts() };
        let farther = Facts { distance_km: Some(40.0), level: CoverageLevel::National, ..mission };
        assert!(
            told(farther) > told(Facts { distance_km: Some(0.0), level: CoverageLevel::Commune, ..mention })
        );
        let elsewhere = Facts { serves: Some(Serves::No), ..mission };
        assert!(told(elsewhere) > told(Facts { serves: Some(Serves::No), ..mention }));
        // Even when nobody said whom it serves, if it is near.
        let unsaid = Facts { serves: Some(Serves::Unknown), distance_km: Some(2.0), ..mission };
        assert!(told(unsaid) > told(Facts { level: CoverageLevel::National, ..mention }));
    }

    #[test]
    fn at_equal_fit_who_serves_comes_first_then_who_may_then_who_does_not() {
        let by =
            |serves, distance_km| Facts { serves: Some(serves), distance_km: Some(distance_km), ..facts() };
        let national = Facts { level: CoverageLevel::National, part: true, ..by(Serves::Yes, 500.0) };
        assert!(told(national) > told(by(Serves::Unknown, 0.0)));
        assert!(told(by(Serves::Unknown, 10.0)) > told(by(Serves::No, 10.0)));
    }

    #[test]
    fn who_serves_other_places_is_told_apart_by_kind_and_words_alone() {
        let base = Facts { serves: Some(Serves::No), kind: KindAsked::Named(1.0), ..facts() };
        for same in [
            Facts { distance_km: Some(600.0), ..base },
            Facts { status: Status::Sature, common_law: true, ..base },
            Facts { mode: Fit::Said, delay_days: Some(1), ..base },
            Facts { words: 0.6, ..base },
        ] {
            assert_eq!(told(same), told(base), "{same:?}");
        }
        assert!(told(Facts { words: 1.0, ..base }) > told(base));
        assert!(told(Facts { kind: KindAsked::Needed(0.6), ..base }) < told(base));
    }

    #[test]
    fn each_criterion_pulls_its_way() {
        let base = told(facts());
        for better in [
            Facts { kind: KindAsked::Needed(0.3), ..facts() },
            Facts { words: 1.0, ..facts() },
            Facts { level: CoverageLevel::Commune, ..facts() },
            Facts { distance_km: Some(1.0), ..facts() },
            Facts { audience: Fit::Said, ..facts() },
            Facts { age: Fit::Said, ..facts() },
            Facts { mode: Fit::Said, ..facts() },
            Facts { theme: Fit::Said, ..facts() },
            Facts { common_law: true, ..facts() },
            Facts { delay_days: Some(3), ..facts() },
            Facts { verified_on: Some(day("2026-09-01")), ..facts() },
        ] {
            assert!(told(better) > base, "{better:?}");
        }
        for worse in [
            Facts { words: 0.2, ..facts() },
            Facts { part: true, ..facts() },
            Facts { status: Status::Sature, ..facts() },
            Facts { status: Status::FermeTemporairement, ..facts() },
        ] {
            assert!(told(worse) < base, "{worse:?}");
        }
    }

    #[test]
    fn nearness_fits_the_country() {
        assert!((halfway_km(100_000) - 25.0).abs() < 0.01);
        assert!(halfway_km(3_000_000) < 9.0, "Paris");
        assert!((halfway_km(2_000) - 40.0).abs() < 0.01, "the Lozère");
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
