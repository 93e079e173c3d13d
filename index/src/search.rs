//! From a request to an answer: place, words, filters, widening, order, page.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use maille_domain::Request;
use maille_domain::hours::time_zone;
use maille_domain::request::{LONGEST_TEXT, MOST_LIMIT, MOST_OFFSET, Off, Sort};
use tantivy::{DocAddress, DocId, Term};

use crate::answer::{Answer, By, Interpretation, TerritoryOf, Understood, WideningStep};
use crate::coordination::coordination;
use crate::coverage::Scope;
use crate::criteria::{Criteria, Opening, Verdict};
use crate::error::{Error, SearchError};
use crate::facets::Counts;
use crate::french;
use crate::hit::{Maker, Measure, day};
use crate::matching::{Candidate, Matching};
use crate::place::{self, Here};
use crate::query::Asked;
use crate::rank::{Facts, UNKNOWN_WITHIN_KM, steps, turn};
use crate::schema::FOUND;
use crate::segment::{Segment, each_of};
use crate::snapshot::Snapshot;
use crate::standing::{Standing, Standings, Unknowns, standings};
use crate::top::Top;
use crate::traits::{kinds, position};

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
        matching: Matching::of(&asked, snapshot)?,
        words: asked.len(),
        radius_km: request.radius_km.filter(|_| here.origin.is_some()),
        sort: request.sort,
        keep: limit + offset,
        facets: request.facets,
        today: day(now),
    };
    let standings = pass.standings(Reach::Here)?;
    let territory = match (here.commune(), here.place()) {
        (Some(commune), Some(place)) => {
            let own = Scope::of(place, &snapshot.territories);
            // A postal code is several communes: its standings are not those of the one that is shown.
            let known = standings
                .as_deref()
                .filter(|_| here.scope.as_ref().is_some_and(|scope| scope.tokens() == own.tokens()));
            Some(coordination(snapshot, commune, place, &own, known, now)?)
        }
        _ => None,
    };
    let (outcome, widened) = pass.widening(&here, standings.as_deref(), territory.as_ref())?;
    let mut hits = Vec::new();
    for found in outcome.found.into_iter().skip(offset).take(limit) {
        hits.push(maker.hit(snapshot.listing(found.address)?, found.words));
    }
    Ok(Answer {
        interpretation: interpretation(request, here),
        answered: outcome.serving > 0,
        total: outcome.total,
        hits,
        facets: outcome.counts.map(|counts| counts.facets()),
        widened,
        alerts: Vec::new(),
        territory,
    })
}

/// One way through the index for one request.
struct Pass<'a> {
    snapshot: &'a Snapshot,
    measure: &'a Measure<'a>,
    matching: Matching,
    /// How many words.
    words: usize,
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
    /// When facets are asked for.
    counts: Option<Counts>,
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
        standings: Option<&[Standings]>,
        territory: Option<&TerritoryOf>,
    ) -> Result<(Outcome, Vec<WideningStep>), Error> {
        let (outcome, fewer_words) = self.with_fewer_words(Reach::Here, standings)?;
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
        let standings = self.standings(Reach::Everywhere)?;
        let (everywhere, fewer_words_everywhere) =
            self.with_fewer_words(Reach::Everywhere, standings.as_deref())?;
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
    fn with_fewer_words(
        &self,
        reach: Reach,
        standings: Option<&[Standings]>,
    ) -> Result<(Outcome, bool), Error> {
        let all = self.run(self.words, reach, standings)?;
        let mut required = self.words;
        if all.total > 0 || required <= 1 {
            return Ok((all, false));
        }
        while required > 1 {
            // One less, then halves: a long text must not be asked twenty times.
            required = if required == self.words { required - 1 } else { required / 2 };
            let fewer = self.run(required, reach, standings)?;
            if fewer.total > 0 {
                return Ok((fewer, true));
            }
        }
        Ok((all, false))
    }

    /// How every document stands to the place, by segment; none without a place.
    fn standings(&self, reach: Reach) -> Result<Option<Vec<Standings>>, Error> {
        let unknowns = match reach {
            Reach::Here => Unknowns::Around(self.measure.origin),
            Reach::Everywhere => Unknowns::All,
        };
        self.measure.scope.map(|scope| standings(self.snapshot, scope, unknowns)).transpose()
    }

    fn run(&self, required: usize, reach: Reach, standings: Option<&[Standings]>) -> Result<Outcome, Error> {
        let counts = self.facets.then(Counts::new);
        let mut outcome = Outcome { total: 0, serving: 0, found: Vec::new(), counts };
        for (ordinal, reader, segment) in self.snapshot.segments() {
            let standings = standings.map(|standings| &standings[ordinal as usize]);
            let candidates = self.candidates(required, reach, ordinal as usize, standings)?;
            let mut visit = Visit::new(self, segment, reach, standings, &mut outcome);
            for candidate in candidates {
                if !reader.is_deleted(candidate.doc) {
                    visit.consider(candidate)?;
                }
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

    /// The documents of a segment that have the words, or that nothing but words could leave out.
    fn candidates(
        &self,
        required: usize,
        reach: Reach,
        ordinal: usize,
        standings: Option<&Standings>,
    ) -> Result<Vec<Candidate>, Error> {
        let (reader, segment) = self.snapshot.segment(ordinal);
        let here = standings.filter(|_| reach == Reach::Here);
        if self.words > 0 {
            return self.matching.candidates(ordinal, segment, required.max(1), here);
        }
        // Without words, the tree of points knows who is around, and the standings who serves.
        Ok(match (self.measure.origin.zip(self.radius_km), here) {
            (Some((origin, km)), _) => {
                let around = segment.points.within(origin, km).map(|(doc, _)| doc);
                let wanted = |doc: &DocId| here.is_none_or(|standings| standings.is_here(*doc));
                around.filter(wanted).map(Candidate::unasked).collect()
            }
            (None, Some(standings)) => standings.here.iter().copied().map(Candidate::unasked).collect(),
            (None, None) => {
                let mut all = Vec::new();
                each_of(reader, &Term::from_field_text(self.snapshot.fields().sort, FOUND), |doc| {
                    all.push(Candidate::unasked(doc));
                    Ok(())
                })?;
                all
            }
        })
    }

    /// The least comes first; equals take turns.
    fn first_key(&self, segment: &Segment, doc: DocId, facts: &Facts) -> u64 {
        match self.sort {
            Sort::Relevance => {
                // Steps stay within a few thousands of zero.
                let steps = steps(facts, self.today);
                (1_i64 << 32).saturating_sub(steps).cast_unsigned()
            }
            // Positive floats order as their bits do.
            Sort::Distance => facts.distance_km.map_or(u64::MAX, f64::to_bits),
            Sort::Name => segment.name_rank(doc),
            Sort::Verified => {
                let age = facts.verified_on.map(|day| (self.today - day).num_days());
                age.map_or(u64::MAX, |days| days.saturating_add(1 << 32).cast_unsigned())
            }
        }
    }
}

/// The matches of one segment.
struct Visit<'a> {
    pass: &'a Pass<'a>,
    segment: &'a Segment,
    reach: Reach,
    standings: Option<&'a Standings>,
    outcome: &'a mut Outcome,
    opening: Opening,
    top: Top<(DocId, f32)>,
}

impl<'a> Visit<'a> {
    fn new(
        pass: &'a Pass<'a>,
        segment: &'a Segment,
        reach: Reach,
        standings: Option<&'a Standings>,
        outcome: &'a mut Outcome,
    ) -> Visit<'a> {
        let (opening, top) = (Opening::default(), Top::new(pass.keep));
        Visit { pass, segment, reach, standings, outcome, opening, top }
    }

    fn consider(&mut self, Candidate { doc, share, .. }: Candidate) -> Result<(), Error> {
        let (pass, segment) = (self.pass, self.segment);
        let measure = pass.measure;
        let traits = segment.traits(doc);
        let verdict = measure.criteria.verdict(&traits);
        if verdict == Verdict::Fails || (verdict != Verdict::Fits && !pass.facets) {
            return Ok(());
        }
        let standing = self.standings.map(|standings| standings.get(doc));
        if standing == Some(Standing::Elsewhere) && self.reach == Reach::Here {
            return Ok(());
        }
        let site = segment.site(doc);
        // Measured once, and only when something depends on it.
        let mut measured = None;
        let mut distance_km = || *measured.get_or_insert_with(|| measure.distance_km(site));
        if standing == Some(Standing::Unknown)
            && self.reach == Reach::Here
            && distance_km().is_some_and(|km| km > UNKNOWN_WITHIN_KM)
        {
            return Ok(());
        }
        if let Some(radius_km) = pass.radius_km
            && distance_km().is_none_or(|km| km > radius_km)
        {
            return Ok(());
        }
        if !self.opening.is_open(measure.criteria, segment, doc)? {
            return Ok(());
        }
        if let Some(counts) = &mut self.outcome.counts {
            counts.add(verdict, &traits);
        }
        if verdict != Verdict::Fits {
            return Ok(());
        }
        self.outcome.total += 1;
        self.outcome.serving += u64::from(matches!(standing, None | Some(Standing::Serves(_))));
        let mut facts = measure.facts(&traits, segment.upkeep(doc), standing, share);
        // On the spot, it could not come later than it does: most need no measuring to be left behind.
        facts.distance_km = measure.origin.and(site).map(|_| 0.0);
        if !self.top.may_keep(pass.first_key(segment, doc, &facts)) {
            return Ok(());
        }
        facts.distance_km = distance_km();
        let key = (pass.first_key(segment, doc, &facts), turn(segment.identity(doc), pass.today));
        self.top.push(key, (doc, share));
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
