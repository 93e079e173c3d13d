//! Who coordinates care in a commune.

use chrono::{DateTime, NaiveDate, Utc};
use maille_domain::Category;
use maille_territory::{Commune, Place, PlaceKind, france};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, Term};

use crate::answer::{Hit, TerritoryOf};
use crate::coverage::Scope;
use crate::criteria::Criteria;
use crate::error::Error;
use crate::hit::{Answered, Maker, Measure, day, halfway};
use crate::rank::{Weights, steps, turn};
use crate::segment::each_block;
use crate::snapshot::Snapshot;
use crate::standing::{Standing, Standings, Unknowns, standings};
use crate::territories;

/// Most listings of one kind that are named for a territory.
const MOST_OF_TERRITORY: usize = 5;

/// Who coordinates care in a commune.
pub fn territory_of(
    snapshot: &Snapshot,
    commune: &'static Commune,
    weights: &Weights,
    now: DateTime<Utc>,
) -> Result<TerritoryOf, Error> {
    let place = france().place(PlaceKind::Commune, &commune.code);
    let place = place.ok_or_else(|| Error::Engine(format!("the commune {} is no place", commune.code)))?;
    let scope = Scope::of(&place, &snapshot.territories);
    coordination(snapshot, commune, &place, &scope, None, weights, now)
}

/// The same of the commune of a place, whose standings may be known.
pub fn coordination(
    snapshot: &Snapshot,
    commune: &'static Commune,
    place: &Place,
    scope: &Scope,
    known: Option<&[Standings]>,
    weights: &Weights,
    now: DateTime<Utc>,
) -> Result<TerritoryOf, Error> {
    let found;
    let standings = if let Some(known) = known {
        known
    } else {
        found = standings(snapshot, scope, Unknowns::None)?;
        &found
    };
    let criteria = Criteria::default();
    let measure = Measure {
        scope: Some(scope),
        origin: place.point,
        halfway_km: halfway(place.point),
        criteria: &criteria,
        kinds: &[],
        telling: 0.0,
        weights,
    };
    let today = day(now);
    let maker =
        Maker { measure, place: Some(place), territories: &snapshot.territories, during: (now, now), today };
    let names = snapshot.territories.of_commune(commune);
    let of_kind = |code: &str| match Category::from_code(code) {
        Some(kind) => serving(snapshot, kind, standings, &maker, today),
        None => Ok(Vec::new()),
    };
    Ok(TerritoryOf {
        commune,
        territories: names.into_iter().map(|territory| territories::named(territory)).collect(),
        dac: of_kind("dac")?,
        cpts: of_kind("cpts")?,
        mdph: of_kind("mdph")?,
    })
}

/// The listings of a kind that serve a place, best first.
fn serving(
    snapshot: &Snapshot,
    kind: Category,
    standings: &[Standings],
    maker: &Maker,
    today: NaiveDate,
) -> Result<Vec<Hit>, Error> {
    let mut found = Vec::new();
    let term = Term::from_field_text(snapshot.fields().category, kind.code());
    for ((ordinal, reader, segment), standings) in snapshot.segments().zip(standings) {
        let Some(mut list) = segment.category.read_block_postings(&term, IndexRecordOption::Basic)? else {
            continue;
        };
        each_block(&mut list, |docs, _| {
            for doc in docs.iter().copied().filter(|doc| !reader.is_deleted(*doc)) {
                let standing = standings.get(doc);
                if matches!(standing, Standing::Serves(_)) {
                    let traits = segment.traits(doc);
                    let mut facts = maker.measure.facts(
                        &traits,
                        segment.upkeep(doc),
                        Some(standing),
                        Answered::default(),
                    );
                    facts.distance_km = maker.measure.distance_km(segment.site(doc));
                    let steps = steps(&facts, today, maker.measure.weights);
                    let turn = turn(segment.identity(doc), today);
                    found.push((std::cmp::Reverse(steps), turn, DocAddress::new(ordinal, doc)));
                }
            }
        });
    }
    found.sort_unstable();
    let best = found.into_iter().take(MOST_OF_TERRITORY);
    best.map(|(.., address)| Ok(maker.hit(snapshot.listing(address)?, Answered::default()))).collect()
}
