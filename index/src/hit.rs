//! A listing as a hit: what the formula reads of it, and what is shown.

use std::sync::{Arc, LazyLock};

use chrono::{DateTime, NaiveDate, Utc};
use maille_domain::hours::time_zone;
use maille_domain::vocabulary::Status;
use maille_domain::{Coverage, CoverageLevel, Listing};
use maille_territory::{Place, Point, france};

use crate::answer::{CoverageOf, Hit, Serves};
use crate::coverage::{COMMUNES, Scope, is_unknown};
use crate::criteria::Criteria;
use crate::french;
use crate::query::STEM_WORTH;
use crate::rank::{AROUND_KM, Facts, KindAsked, Weights, halfway_km, points};
use crate::reasons;
use crate::standing::Standing;
use crate::territories::Territories;
use crate::thesaurus::thesaurus;
use crate::traits::{Site, Traits, Upkeep, kind_at, kinds, position};

/// What hits of one request are measured against.
pub struct Measure<'a> {
    /// Whom the place holds.
    pub scope: Option<&'a Scope>,
    /// Where distances start.
    pub origin: Option<Point>,
    /// Kilometres at which nearness is a half there.
    pub halfway_km: f64,
    pub criteria: &'a Criteria,
    /// How each kind is asked, by position; empty: none is.
    pub kinds: &'a [KindAsked],
    /// How much having every word tells, 0 to 1: the fewer listings have the rarest, the more.
    pub telling: f32,
    pub weights: &'a Weights,
}

impl Measure<'_> {
    /// What the formula reads of a listing, but for the distance: measuring is the dearest part.
    pub fn facts(
        &self,
        traits: &Traits,
        upkeep: Upkeep,
        standing: Option<Standing>,
        words: Answered,
    ) -> Facts {
        let (serves, found) = match standing {
            None => (None, None),
            Some(Standing::Serves(found)) => (Some(Serves::Yes), Some(found)),
            Some(Standing::Unknown) => (Some(Serves::Unknown), None),
            Some(Standing::Elsewhere) => (Some(Serves::No), None),
        };
        let kind = self.kinds.get(traits.category).copied().unwrap_or(KindAsked::No);
        let described = self.described(words);
        let kind = match words {
            Answered { all: true, least, .. } if least >= ITS_NAME && kind.share() < 1.0 => KindAsked::Itself,
            _ if kind.share() < f64::from(described) => KindAsked::Described(described),
            _ => kind,
        };
        Facts {
            words: f64::from(words.share.min(1.0)),
            kind,
            serves,
            level: found.map_or(CoverageLevel::Unknown, |found| found.level),
            part: found.is_some_and(|found| found.part),
            distance_km: None,
            halfway_km: self.halfway_km,
            audience: self.criteria.audience(traits),
            age: self.criteria.age(traits),
            mode: self.criteria.mode(traits),
            theme: self.criteria.theme(traits),
            common_law: is_common_law(traits.category),
            delay_days: upkeep.delay_days,
            verified_on: upkeep.verified_on,
            status: traits.status,
        }
    }

    /// How surely a listing is what is asked for having the words it has: all of them or nearly, and few listings do.
    pub fn described(&self, words: Answered) -> f32 {
        if self.telling >= TELLING && words.told >= NEARLY_ALL { self.telling * words.told } else { 0.0 }
    }

    /// Kilometres to a site.
    pub fn distance_km(&self, site: Option<Site>) -> Option<f64> {
        Some(self.origin?.distance_km(site?.point))
    }
}

/// How a listing answers the words of a request.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Answered {
    /// The share of what was asked, 0 to 1.
    pub share: f32,
    /// How much of what was asked the words it has tell, wherever they stand; 0 to 1.
    pub told: f32,
    /// What the least of the words it has is worth there.
    pub least: f32,
    /// Whether every word stands in it.
    pub all: bool,
}

/// Having every word tells enough from this on: about one listing in thirty thousand, or five in a thousand.
const TELLING: f32 = 0.7;

/// Words tell nearly all that is asked from this on.
const NEARLY_ALL: f32 = 0.75;

/// Every word stands in its name, by its stem at least: it is what is asked, whatever its kind. A word of its kind is worth
/// less.
const ITS_NAME: f32 = STEM_WORTH;

/// Kilometres at which nearness is a half around a point: as far as people there are used to go.
pub fn halfway(origin: Option<Point>) -> f64 {
    let people = origin.map_or(0, |origin| {
        COMMUNES
            .within(origin, AROUND_KM)
            .map(|(at, _)| u64::from(france().communes()[at as usize].population))
            .sum()
    });
    halfway_km(people)
}

fn is_common_law(kind: usize) -> bool {
    static COMMON_LAW: LazyLock<Vec<bool>> = LazyLock::new(|| {
        let known = &thesaurus().common_law;
        (0..kinds()).map(|at| kind_at(at).is_some_and(|kind| known.contains(&kind))).collect()
    });
    COMMON_LAW.get(kind).copied().unwrap_or(false)
}

/// The day in Paris, where the directory's day begins.
pub fn day(now: DateTime<Utc>) -> NaiveDate {
    now.with_timezone(&time_zone(None)).date_naive()
}

/// Makes hits of listings.
pub struct Maker<'a> {
    pub measure: Measure<'a>,
    /// The place asked, when it is clear.
    pub place: Option<&'a Place>,
    pub territories: &'a Territories,
    /// When opening is judged: at some moment of these.
    pub during: (DateTime<Utc>, DateTime<Utc>),
    /// The day of the asking.
    pub today: NaiveDate,
}

impl Maker<'_> {
    /// A listing as a hit, which answers the words so.
    pub fn hit(&self, listing: Arc<Listing>, words: Answered) -> Hit {
        let fields = &listing.fields;
        let site = Site::of(fields);
        let point = site.map(|site| site.point);
        let part = self.measure.scope.and_then(|scope| scope.best_part(&fields.coverage, point));
        let standing = self.measure.scope.map(|_| match part {
            Some((_, found)) => Standing::Serves(found),
            None if is_unknown(&fields.coverage, point) => Standing::Unknown,
            None => Standing::Elsewhere,
        });
        let (traits, upkeep) = (Traits::of(fields), Upkeep::of(fields));
        let distance_km = self.measure.distance_km(site);
        let facts = Facts { distance_km, ..self.measure.facts(&traits, upkeep, standing, words) };
        let (coverage, said) = match part {
            Some((part, found)) => {
                let (label, said) = french::coverage(part, self.territories);
                (CoverageOf { level: found.level, label, said: said.clone() }, Some(said))
            }
            None => (summary(&fields.coverage, self.territories), None),
        };
        let open_now = fields.hours.as_ref().and_then(|hours| {
            let departement = fields.commune().map(|commune| &*commune.departement);
            hours.is_open_during(self.during.0, self.during.1, departement)
        });
        let closed = matches!(fields.status, Status::Ferme | Status::FermeTemporairement);
        let open_now = if closed { Some(false) } else { open_now };
        let points = points(&facts, self.today, self.measure.weights);
        let why = reasons::why(&reasons::Told {
            facts: &facts,
            points,
            weights: self.measure.weights,
            all_words: words.all,
            listing: &listing,
            part: said.as_deref(),
            place: self.place,
            approximate: site.is_some_and(|site| site.approximate),
        });
        debug_assert_eq!(traits.category, position(fields.category));
        Hit {
            distance_km: facts.distance_km,
            coverage,
            serves: facts.serves.unwrap_or(Serves::Unknown),
            open_now,
            sources: listing.sources.clone(),
            also: Vec::new(),
            points,
            why,
            listing,
        }
    }
}

/// A whole coverage in words: its narrowest part, and how many others.
fn summary(coverage: &[Coverage], territories: &Territories) -> CoverageOf {
    let Some(narrowest) = coverage.iter().min_by_key(|part| part.level()) else {
        let level = CoverageLevel::Unknown;
        return CoverageOf { level, label: level.label().to_owned(), said: level.label().to_owned() };
    };
    let (name, said) = french::coverage(narrowest, territories);
    let others = match coverage.len() - 1 {
        0 => String::new(),
        1 => " et une autre zone".to_owned(),
        others => format!(" et {others} autres zones"),
    };
    let [label, said] = [name, said].map(|name| name + &others);
    CoverageOf { level: narrowest.level(), label, said }
}
