//! From a request to an answer: place, words, filters, widening, order, page.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use maille_domain::hours::time_zone;
use maille_domain::request::{LONGEST_TEXT, MOST_LIMIT, MOST_OFFSET, Off, Sort};
use maille_domain::{Category, Request};
use maille_territory::{Commune, PlaceKind, france};
use tantivy::query::{EnableScoring, Query};
use tantivy::{DocAddress, DocId};

use crate::answer::{Answer, By, Hit, Interpretation, TerritoryOf, Understood, WideningStep};
use crate::coverage::Scope;
use crate::criteria::{Criteria, Opening, Verdict};
use crate::error::{Error, SearchError};
use crate::facets::Counts;
use crate::french;
use crate::hit::{Maker, Measure, Standing, day};
use crate::place::{self, Here};
use crate::query::{self, Asked};
use crate::rank::{STEP, UNKNOWN_WITHIN_KM, points, turn};
use crate::segment::Segment;
use crate::snapshot::Snapshot;
use crate::territories;
use crate::top::Top;
use crate::traits::{kinds, position};

/// Most listings of one kind that are named for a territory.
const MOST_OF_TERRITORY: usize = 5;

/// Answers a request from one commit.
pub fn search(snapshot: &Snapshot, request: &Request, now: DateTime<Utc>) -> Result<Answer, SearchError> {
    let here = place::resolve(request, &snapshot.territories)?;
    let is_clear = here.understood.as_ref().is_none_or(|understood| !understood.ambiguous);
    if let (Some(radius_km), None, true) = (request.radius_km, here.origin, is_clear) {
        return Err(SearchError::RadiusOfNothing { radius_km });
    }
    let asked = Asked::of(&request.text);
    let criteria = Criteria::of(request);
    let mut named = vec![false; kinds()];
    for kind in asked.kinds() {
        named[position(kind)] = true;
    }
    let (limit, offset) = (request.limit.min(MOST_LIMIT), request.offset.min(MOST_OFFSET));
    let measure =
        Measure { scope: here.scope.as_ref(), origin: here.origin, criteria: &criteria, kinds: &named };
    let maker = Maker {
        measure,
        place: here.place(),
        territories: &snapshot.territories,
        at: request.open_at.unwrap_or(now),
    };
    let pass = Pass {
        snapshot,
        measure: &maker.measure,
        asked: &asked,
        radius_km: request.radius_km.filter(|_| here.origin.is_some()),
        sort: request.sort,
        keep: limit + offset,
        facets: request.facets,
        today: day(now),
    };
    let territory = match here.commune() {
        Some(commune) => Some(territory_of(snapshot, commune, now)?),
        None => None,
    };
    let (outcome, widened) = pass.widening(&here, territory.as_ref())?;
    let mut hits = Vec::new();
    for found in outcome.found.into_iter().skip(offset).take(limit) {
        hits.push(maker.hit(snapshot.listing(found.address)?, found.words));
    }
    Ok(Answer {
        interpretation: interpretation(request, here),
        answered: outcome.serving > 0,
        total: outcome.total,
        hits,
        facets: request.facets.then(|| outcome.counts.facets()),
        widened,
        alerts: Vec::new(),
        territory,
    })
}

/// One way through the index for one request.
struct Pass<'a> {
    snapshot: &'a Snapshot,
    measure: &'a Measure<'a>,
    asked: &'a Asked,
    radius_km: Option<f64>,
    sort: Sort,
    keep: usize,
    facets: bool,
    today: NaiveDate,
}

/// What a pass found.
struct Outcome {
    total: u64,
    /// Of those, how many serve the place; all of them, without a place.
    serving: u64,
    /// The best, in order.
    found: Vec<Found>,
    counts: Counts,
}

struct Found {
    address: DocAddress,
    words: f32,
    name: String,
    key: (u64, u64),
}

/// Whether listings that serve other places are let in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Here,
    Everywhere,
}

impl Pass<'_> {
    /// All the words here; else fewer of them here; else, when nothing serves the place, all that is elsewhere.
    fn widening(
        &self,
        here: &Here,
        territory: Option<&TerritoryOf>,
    ) -> Result<(Outcome, Vec<WideningStep>), Error> {
        let (outcome, fewer_words) = self.with_fewer_words(Reach::Here)?;
        let words_step = |fewer: bool| {
            fewer.then(|| WideningStep {
                step: "words",
                label: "Aucune ressource ne réunit tous ces mots : voici celles qui en ont une partie."
                    .to_owned(),
            })
        };
        let Some(place) = here.place().filter(|_| outcome.serving == 0) else {
            return Ok((outcome, words_step(fewer_words).into_iter().collect()));
        };
        let (everywhere, fewer_words_everywhere) = self.with_fewer_words(Reach::Everywhere)?;
        let nothing_more = everywhere.total == outcome.total && fewer_words == fewer_words_everywhere;
        if nothing_more {
            return Ok((outcome, words_step(fewer_words).into_iter().collect()));
        }
        let name = french::with_article(place);
        let dac = territory.and_then(|territory| territory.dac.first());
        let dac = dac.map(|dac| format!(" Le DAC {} : {}.", french::of(&name), dac.listing.fields.name));
        let label = format!(
            "Aucune fiche qui couvre {name} ne répond à cette demande : voici aussi celles qui servent d’autres lieux, les plus proches d’abord.{}",
            dac.unwrap_or_default()
        );
        let steps =
            words_step(fewer_words_everywhere).into_iter().chain([WideningStep { step: "place", label }]);
        Ok((everywhere, steps.collect()))
    }

    /// All the words, or as many as anything has; and whether some were given up.
    fn with_fewer_words(&self, reach: Reach) -> Result<(Outcome, bool), Error> {
        let all = self.run(self.asked.len(), reach)?;
        let mut required = self.asked.len();
        if all.total > 0 || required <= 1 {
            return Ok((all, false));
        }
        while required > 1 {
            // One less, then halves: a long text must not be asked twenty times.
            required = if required == self.asked.len() { required - 1 } else { required / 2 };
            let fewer = self.run(required, reach)?;
            if fewer.total > 0 {
                return Ok((fewer, true));
            }
        }
        Ok((all, false))
    }

    fn run(&self, required: usize, reach: Reach) -> Result<Outcome, Error> {
        let mut outcome = Outcome { total: 0, serving: 0, found: Vec::new(), counts: Counts::new() };
        let around = self.measure.origin.zip(self.radius_km).filter(|_| self.asked.is_empty());
        let query = self.query(required, reach)?;
        let weight = query.weight(EnableScoring::enabled_from_searcher(&self.snapshot.searcher))?;
        for (ordinal, reader, segment) in self.snapshot.segments() {
            let mut visit = Visit::new(self, segment, reach, &mut outcome);
            let mut failed = None;
            let mut consider = |doc: DocId, score: f32| {
                if !reader.is_deleted(doc)
                    && let Err(error) = visit.consider(doc, score)
                {
                    failed = Some(error);
                }
            };
            match around {
                // Without words, the tree of points knows who is around.
                Some((origin, km)) => {
                    segment.points.within(origin, km).for_each(|(doc, _)| consider(doc, 0.0));
                }
                None => weight.for_each(reader, &mut consider)?,
            }
            if let Some(error) = failed {
                return Err(error);
            }
            let best = visit.top.into_best();
            for (key, (doc, words)) in best {
                let name = if self.sort == Sort::Name { segment.name_of_rank(key.0)? } else { String::new() };
                // Ranks of names compare inside a segment only.
                let key = if self.sort == Sort::Name { (0, key.1) } else { key };
                outcome.found.push(Found { address: DocAddress::new(ordinal, doc), words, name, key });
            }
        }
        outcome.found.sort_by(|a, b| a.name.cmp(&b.name).then(a.key.cmp(&b.key)));
        outcome.found.truncate(self.keep);
        Ok(outcome)
    }

    fn query(&self, required: usize, reach: Reach) -> Result<Box<dyn Query>, Error> {
        if self.asked.is_empty()
            && reach == Reach::Here
            && let Some(query) = self.measure.scope.and_then(|scope| query::here(scope, true, self.snapshot))
        {
            return Ok(query);
        }
        self.asked.query(required, self.snapshot)
    }

    /// The least comes first.
    fn key(&self, segment: &Segment, doc: DocId, facts: &crate::rank::Facts) -> (u64, u64) {
        let first = match self.sort {
            Sort::Relevance => {
                // Points stay within a few hundreds of zero; steps make them whole.
                let steps = (points(facts, self.today) / STEP).round() as i64;
                (1_i64 << 32).saturating_sub(steps).cast_unsigned()
            }
            // Positive floats order as their bits do.
            Sort::Distance => facts.distance_km.map_or(u64::MAX, f64::to_bits),
            Sort::Name => segment.name_rank(doc),
            Sort::Verified => {
                let age = facts.verified_on.map(|day| (self.today - day).num_days());
                age.map_or(u64::MAX, |days| days.saturating_add(1 << 32).cast_unsigned())
            }
        };
        (first, turn(segment.identity(doc), self.today))
    }
}

/// The matches of one segment.
struct Visit<'a> {
    pass: &'a Pass<'a>,
    segment: &'a Segment,
    reach: Reach,
    outcome: &'a mut Outcome,
    opening: Opening,
    top: Top<(DocId, f32)>,
}

impl<'a> Visit<'a> {
    fn new(pass: &'a Pass<'a>, segment: &'a Segment, reach: Reach, outcome: &'a mut Outcome) -> Visit<'a> {
        Visit { pass, segment, reach, outcome, opening: Opening::default(), top: Top::new(pass.keep) }
    }

    fn consider(&mut self, doc: DocId, score: f32) -> Result<(), Error> {
        let (pass, segment) = (self.pass, self.segment);
        let measure = pass.measure;
        let traits = segment.traits(doc);
        let verdict = measure.criteria.verdict(&traits);
        if verdict == Verdict::Fails || (verdict != Verdict::Fits && !pass.facets) {
            return Ok(());
        }
        let standing = measure.scope.map(|scope| segment.standing(doc, scope));
        if standing == Some(Standing::Elsewhere) && self.reach == Reach::Here {
            return Ok(());
        }
        let site = segment.site(doc);
        let far = || measure.distance_km(site).is_some_and(|km| km > UNKNOWN_WITHIN_KM);
        if standing == Some(Standing::Unknown) && self.reach == Reach::Here && far() {
            return Ok(());
        }
        if let Some(radius_km) = pass.radius_km
            && measure.distance_km(site).is_none_or(|km| km > radius_km)
        {
            return Ok(());
        }
        if !self.opening.is_open(measure.criteria, segment, doc)? {
            return Ok(());
        }
        if pass.facets {
            self.outcome.counts.add(verdict, &traits);
        }
        if verdict != Verdict::Fits {
            return Ok(());
        }
        self.outcome.total += 1;
        self.outcome.serving += u64::from(matches!(standing, None | Some(Standing::Serves(_))));
        let words = if pass.asked.is_empty() { 0.0 } else { score };
        let facts = measure.facts(&traits, segment.upkeep(doc), site, standing, words);
        self.top.push(pass.key(segment, doc, &facts), (doc, words));
        Ok(())
    }
}

fn interpretation(request: &Request, here: Here) -> Interpretation {
    let understood = |code: String, label: String| Understood { code, label, by: By::Parameter, span: None };
    let obeyed = |off: Off| !request.off.contains(&off);
    Interpretation {
        place: here.understood,
        categories: request
            .categories
            .iter()
            .filter(|_| obeyed(Off::Category))
            .map(|code| understood(code.code().to_owned(), code.label().to_owned()))
            .collect(),
        audience: request
            .audiences
            .iter()
            .filter(|_| obeyed(Off::Audience))
            .map(|code| understood(code.code().to_owned(), code.label().to_owned()))
            .collect(),
        age: request
            .age
            .filter(|_| obeyed(Off::Age))
            .map(|age| understood(age.to_string(), format!("{age} an{}", if age > 1 { "s" } else { "" }))),
        modes: request
            .modes
            .iter()
            .filter(|_| obeyed(Off::Mode))
            .map(|code| understood(code.code().to_owned(), code.label().to_owned()))
            .collect(),
        time: request.open_at.filter(|_| obeyed(Off::Time)).map(|at| {
            let local = at.with_timezone(&time_zone(None));
            let label = local.format("Ouvert le %d/%m/%Y à %H:%M").to_string();
            understood(at.to_rfc3339_opts(SecondsFormat::Secs, true), label)
        }),
        text: request.text.trim().chars().take(LONGEST_TEXT).collect(),
        corrections: Vec::new(),
    }
}

/// Who coordinates care in a commune.
pub fn territory_of(
    snapshot: &Snapshot,
    commune: &'static Commune,
    now: DateTime<Utc>,
) -> Result<TerritoryOf, Error> {
    let territories = &snapshot.territories;
    let names =
        territories.of_commune(commune).into_iter().map(|territory| territories::named(territory)).collect();
    let of_kind = |code: &str| -> Result<Vec<Hit>, Error> {
        match (Category::from_code(code), france().place(PlaceKind::Commune, &commune.code)) {
            (Some(kind), Some(place)) => serving(snapshot, kind, &place, now),
            _ => Ok(Vec::new()),
        }
    };
    Ok(TerritoryOf {
        commune,
        territories: names,
        dac: of_kind("dac")?,
        cpts: of_kind("cpts")?,
        mdph: of_kind("mdph")?,
    })
}

/// The listings of a kind that serve a place, best first.
fn serving(
    snapshot: &Snapshot,
    kind: Category,
    place: &maille_territory::Place,
    now: DateTime<Utc>,
) -> Result<Vec<Hit>, Error> {
    let criteria = Criteria::of(&Request::default());
    let scope = Scope::of(place, &snapshot.territories);
    let measure = Measure { scope: Some(&scope), origin: place.point, criteria: &criteria, kinds: &[] };
    let today = day(now);
    let mut found = Vec::new();
    let query = query::exact(snapshot.fields().category, kind.code(), 1.0);
    let weight = query.weight(EnableScoring::enabled_from_searcher(&snapshot.searcher))?;
    for (ordinal, reader, segment) in snapshot.segments() {
        weight.for_each(reader, &mut |doc, _| {
            if reader.is_deleted(doc) {
                return;
            }
            let standing = segment.standing(doc, &scope);
            if matches!(standing, Standing::Serves(_)) {
                let (traits, upkeep) = (segment.traits(doc), segment.upkeep(doc));
                let facts = measure.facts(&traits, upkeep, segment.site(doc), Some(standing), 0.0);
                let steps = (points(&facts, today) / STEP).round() as i64;
                found.push((
                    std::cmp::Reverse(steps),
                    turn(segment.identity(doc), today),
                    DocAddress::new(ordinal, doc),
                ));
            }
        })?;
    }
    found.sort_unstable();
    let maker = Maker { measure, place: Some(place), territories: &snapshot.territories, at: now };
    let mut hits = Vec::new();
    for (.., address) in found.into_iter().take(MOST_OF_TERRITORY) {
        hits.push(maker.hit(snapshot.listing(address)?, 0.0));
    }
    Ok(hits)
}
