//! From a request to an answer: place, words, filters, widening, order, page.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use maille_domain::Request;
use maille_domain::hours::time_zone;
use maille_domain::request::{MOST_LIMIT, MOST_OFFSET, Off, Sort};
use tantivy::{DocAddress, DocId, Term};

use crate::answer::{Answer, By, TerritoryOf, WideningStep};
use crate::coordination::coordination;
use crate::coverage::Scope;
use crate::criteria::{Criteria, Ease, Opening, Verdict};
use crate::error::{Error, SearchError};
use crate::facets::Counts;
use crate::hit::{Answered, Maker, Measure, day, halfway};
use crate::interpretation::interpretation;
use crate::matching::{Candidate, Matching};
use crate::place::{self, Here};
use crate::rank::{Answers, Facts, KindAsked, UNKNOWN_WITHIN_KM, Weights, steps, turn};
use crate::schema::FOUND;
use crate::segment::{Segment, each_of};
use crate::snapshot::Snapshot;
use crate::standing::{Standing, Standings, Unknowns, standings};
use crate::top::Top;
use crate::traits::{Traits, kinds, position};
use crate::trial::Followed;
use crate::understand::{self, Moment, Reading};

/// Answers a request from one commit.
pub fn search(
    snapshot: &Snapshot,
    weights: &Weights,
    request: &Request,
    now: DateTime<Utc>,
) -> Result<Answer, SearchError> {
    Ok(find(snapshot, weights, request, Keep::Page, now)?.answer)
}

/// What a search comes to.
pub struct Found {
    pub answer: Answer,
    /// Every match, when all are kept.
    pub all: Vec<Matched>,
    /// What came of the document that was followed.
    pub followed: Option<Followed>,
}

/// A match: its document, and whether it serves the place.
pub struct Matched {
    pub address: DocAddress,
    pub serves: bool,
}

/// What is kept of the matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// One page of the best, as hits.
    Page,
    /// Every one of those that may serve the place, in no order; no hit is made, and nothing is looked for elsewhere.
    All,
    /// A page, and what comes of this document, wherever it comes.
    Following(DocAddress),
}

/// The same, with what is kept.
pub fn find(
    snapshot: &Snapshot,
    weights: &Weights,
    request: &Request,
    keep: Keep,
    now: DateTime<Utc>,
) -> Result<Found, SearchError> {
    let local = now.with_timezone(&time_zone(None)).naive_local();
    let reading = understand::read(request, &request.off, local, snapshot);
    let here = place::resolve(request, reading.place.as_ref(), &snapshot.territories)?;
    let is_clear = here.understood.as_ref().is_none_or(|understood| !understood.ambiguous);
    if let (Some(radius_km), None, true) = (request.radius_km, here.origin, is_clear) {
        return Err(SearchError::RadiusOfNothing { radius_km });
    }
    let reading = if here.leaves_text(request, reading.place.as_ref()) {
        let off = [&request.off[..], &[Off::Place]].concat();
        understand::read(request, &off, local, snapshot)
    } else {
        reading
    };
    let departement = here.commune().map(|commune| &*commune.departement);
    let during =
        |moment: Moment| Some((instant(moment.from, departement)?, instant(moment.until, departement)?));
    let moment = reading.moment.as_ref().and_then(|read| during(read.what));
    let criteria = Criteria::of(request, &reading, moment);
    let kinds = kinds_asked(&reading);
    let answers = Answers::to(&kinds);
    let asked_kinds = reading.kinds.iter().map(|read| read.kind).collect();
    let matching = Matching::of(&reading.asked, asked_kinds, snapshot)?;
    let (limit, offset) = (request.limit.min(MOST_LIMIT), request.offset.min(MOST_OFFSET));
    let today = day(now);
    let measure = Measure {
        scope: here.scope.as_ref(),
        origin: here.origin,
        halfway_km: halfway(here.origin),
        criteria: &criteria,
        kinds: &kinds,
        // Without kinds, words are all that is asked: having them is nothing more.
        telling: if kinds.is_empty() { 0.0 } else { matching.telling(snapshot) },
        weights,
    };
    let maker = Maker {
        measure,
        place: here.place(),
        territories: &snapshot.territories,
        during: request.open_at.map(|at| (at, at)).or(moment).unwrap_or((now, now)),
        today,
    };
    let pass = Pass {
        snapshot,
        request,
        measure: &maker.measure,
        matching,
        answers,
        words: reading.asked.len(),
        radius_km: request.radius_km.filter(|_| here.origin.is_some()),
        sort: request.sort,
        keep: match keep {
            Keep::Page => limit + offset,
            Keep::All => 0,
            Keep::Following(_) => (snapshot.found_count as usize).max(limit + offset),
        },
        all: keep == Keep::All,
        facets: request.facets,
        today,
    };
    let standings = pass.standings(Reach::Here)?;
    let territory = match (here.commune(), here.place()) {
        (Some(commune), Some(place)) => {
            let own = Scope::of(place, &snapshot.territories);
            // A postal code is several communes: its standings are not those of the one that is shown.
            let known = standings
                .as_deref()
                .filter(|_| here.scope.as_ref().is_some_and(|scope| scope.tokens() == own.tokens()));
            Some(coordination(snapshot, commune, place, &own, known, weights, now)?)
        }
        _ => None,
    };
    let (outcome, widened) = match keep {
        Keep::Page | Keep::Following(_) => pass.widening(&here, standings.as_deref(), territory.as_ref())?,
        Keep::All => {
            let outcome = pass.eased(Reach::Here, standings.as_deref())?;
            let steps = eased_steps(outcome.eased);
            (outcome, steps)
        }
    };
    let followed = match keep {
        Keep::Following(address) => Some(pass.follow(&outcome, &maker, &reading, address)?),
        Keep::Page | Keep::All => None,
    };
    let mut hits = Vec::new();
    for found in outcome.found.into_iter().skip(offset).take(limit) {
        let mut hit = maker.hit(snapshot.listing(found.address)?, found.words);
        for twin in found.twins {
            hit.fold(snapshot.listing(twin)?);
        }
        hits.push(hit);
    }
    let answer = Answer {
        answered: outcome.serving > 0,
        total: outcome.total,
        hits,
        facets: outcome.counts.map(|counts| counts.facets()),
        widened,
        alerts: reading.alerts.clone(),
        territory,
        interpretation: interpretation(request, here, reading, moment),
    };
    Ok(Found { answer, all: outcome.all, followed })
}

/// The instant of a local time, in the time zone of a département.
fn instant(local: NaiveDateTime, departement: Option<&str>) -> Option<DateTime<Utc>> {
    let zone = time_zone(departement);
    // An hour that a change of clocks skips is the next one.
    let found = local.and_local_timezone(zone).earliest();
    let found = found.or_else(|| (local + TimeDelta::hours(1)).and_local_timezone(zone).earliest());
    found.map(|at| at.with_timezone(&Utc))
}

/// How each kind is asked, by position; empty when none is.
fn kinds_asked(reading: &Reading) -> Vec<KindAsked> {
    if reading.kinds.is_empty() {
        return Vec::new();
    }
    let mut asked = vec![KindAsked::No; kinds()];
    for read in &reading.kinds {
        let asked = &mut asked[position(read.kind)];
        *asked =
            if read.by == By::Need { KindAsked::Needed(read.weight) } else { KindAsked::Named(read.weight) };
    }
    asked
}

/// One way through the index for one request.
pub(crate) struct Pass<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) request: &'a Request,
    pub(crate) measure: &'a Measure<'a>,
    pub(crate) matching: Matching,
    answers: Answers,
    /// How many words.
    pub(crate) words: usize,
    pub(crate) radius_km: Option<f64>,
    sort: Sort,
    keep: usize,
    /// Whether every match is told.
    all: bool,
    facets: bool,
    today: NaiveDate,
}

/// What a pass found.
pub(crate) struct Outcome {
    total: u64,
    /// Of those, how many do what is asked, rather than mention it.
    answers: u64,
    /// Of those, how many serve the place; all of them, without a place.
    serving: u64,
    /// Who serves the place without being of a kind that is asked; whose zone nobody said; who serves other places.
    beside: u64,
    unsaid: u64,
    elsewhere: u64,
    /// The best, in order.
    pub(crate) found: Vec<Ranked>,
    /// When facets are asked for.
    counts: Option<Counts>,
    /// What was given up.
    pub(crate) eased: Eased,
    /// How many of the words were required, and whether who serves other places was let in.
    pub(crate) required: usize,
    pub(crate) reach: Reach,
    /// Matches to be folded, once all are known.
    twins: Vec<Twin>,
    /// Every match, when all are told.
    all: Vec<Matched>,
}

/// What was given up of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Eased {
    pub(crate) ease: Ease,
    words: bool,
}

pub(crate) struct Ranked {
    pub(crate) address: DocAddress,
    words: Answered,
    name: String,
    key: (u64, u64),
    /// What may be the same thing.
    pub(crate) twins: Vec<DocAddress>,
}

impl Ranked {
    /// The least comes first.
    fn order(&self) -> (&str, (u64, u64)) {
        (&self.name, self.key)
    }
}

/// A match that may be the same thing as others of its group.
struct Twin {
    group: u64,
    verdict: Verdict,
    traits: Traits,
    answers: bool,
    standing: Option<Standing>,
    found: Ranked,
}

/// Whether listings that serve other places are let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    Here,
    Everywhere,
}

impl Pass<'_> {
    /// All that is asked, here; else with less of it; else, when nothing serves the place, all that is elsewhere.
    fn widening(
        &self,
        here: &Here,
        standings: Option<&[Standings]>,
        territory: Option<&TerritoryOf>,
    ) -> Result<(Outcome, Vec<WideningStep>), Error> {
        let outcome = self.eased(Reach::Here, standings)?;
        let Some(place) = here.place().filter(|_| outcome.serving == 0) else {
            let steps = eased_steps(outcome.eased);
            return Ok((outcome, steps));
        };
        let standings = self.standings(Reach::Everywhere)?;
        let everywhere = self.eased(Reach::Everywhere, standings.as_deref())?;
        if everywhere.total == outcome.total && everywhere.eased == outcome.eased {
            let steps = eased_steps(outcome.eased);
            return Ok((outcome, steps));
        }
        let name = place.with_article();
        let dac = territory.and_then(|territory| territory.dac.first());
        let dac =
            dac.map(|dac| format!(" Le DAC {} : {}.", maille_territory::of(&name), dac.listing.fields.name));
        let label = format!("{}{}", self.let_in(&name, &everywhere), dac.unwrap_or_default());
        let mut steps = eased_steps(everywhere.eased);
        steps.push(WideningStep { step: "place", label });
        Ok((everywhere, steps))
    }

    /// That nobody who serves the place does what is asked, and who is shown instead.
    fn let_in(&self, name: &str, everywhere: &Outcome) -> String {
        let Outcome { beside, unsaid, elsewhere, .. } = everywhere;
        let request = self.request;
        let chosen = !request.categories.is_empty()
            || !request.audiences.is_empty()
            || !request.modes.is_empty()
            || !request.themes.is_empty()
            || request.age.is_some()
            || request.open_at.is_some()
            || self.radius_km.is_some();
        // Of a kind that is not asked, they have words of it all the same.
        let (answers, here) = if *beside > 0 {
            ("n’est du type demandé", Some("celles d’un autre type qui couvrent ce lieu"))
        } else {
            ("ne répond à cette demande", None)
        };
        let order = match self.sort {
            Sort::Relevance => ", les plus adaptées d’abord et, parmi elles, les plus proches",
            Sort::Distance => ", les plus proches d’abord",
            Sort::Name | Sort::Verified => "",
        };
        let unsaid = (*unsaid > 0).then_some("celles dont la zone n’est pas renseignée");
        let elsewhere = (*elsewhere > 0).then(|| format!("celles qui servent d’autres lieux{order}"));
        let shown: Vec<&str> = [here, unsaid, elsewhere.as_deref()].into_iter().flatten().collect();
        let given_up = if chosen { "Avec les critères choisis, aucune" } else { "Aucune" };
        format!("{given_up} fiche qui couvre {name} {answers} : voici {}.", shown.join(", puis "))
    }

    /// All that is asked; else without the moment or the age that the text tells; else with fewer of its words.
    fn eased(&self, reach: Reach, standings: Option<&[Standings]>) -> Result<Outcome, Error> {
        let eases: Vec<(Ease, Criteria)> = [Ease::Nothing, Ease::Time, Ease::Age]
            .into_iter()
            .filter_map(|ease| Some((ease, self.measure.criteria.eased(self.request, ease)?)))
            .collect();
        let mut first = None;
        let mut required = self.words;
        loop {
            for (ease, criteria) in &eases {
                let eased = Eased { ease: *ease, words: required < self.words };
                let outcome = self.run(required, criteria, reach, standings, eased)?;
                // Whoever has some of the words answers as well as anybody can.
                if outcome.answers > 0 || (eased.words && outcome.total > 0) {
                    return Ok(outcome);
                }
                first.get_or_insert(outcome);
            }
            if required <= 1 {
                break;
            }
            // One less, then halves: a long text must not be asked twenty times.
            required = if required == self.words { required - 1 } else { required / 2 };
            // What does it elsewhere is worth more than what has a word of it here.
            if self.measure.scope.is_some() && reach == Reach::Here && !self.measure.kinds.is_empty() {
                break;
            }
        }
        Ok(first.expect("the first pass is always made"))
    }

    /// How every document stands to the place, by segment; none without a place.
    fn standings(&self, reach: Reach) -> Result<Option<Vec<Standings>>, Error> {
        let unknowns = match reach {
            Reach::Here => Unknowns::Around(self.measure.origin),
            Reach::Everywhere => Unknowns::All,
        };
        self.measure.scope.map(|scope| standings(self.snapshot, scope, unknowns)).transpose()
    }

    fn run(
        &self,
        required: usize,
        criteria: &Criteria,
        reach: Reach,
        standings: Option<&[Standings]>,
        eased: Eased,
    ) -> Result<Outcome, Error> {
        let counts = self.facets.then(Counts::new);
        let mut outcome = Outcome {
            total: 0,
            answers: 0,
            serving: 0,
            beside: 0,
            unsaid: 0,
            elsewhere: 0,
            found: Vec::new(),
            counts,
            eased,
            required,
            reach,
            twins: Vec::new(),
            all: Vec::new(),
        };
        for (ordinal, reader, segment) in self.snapshot.segments() {
            let standings = standings.map(|standings| &standings[ordinal as usize]);
            let enough = self.enough(required);
            let candidates = self.candidates(enough, reach, ordinal as usize, standings)?;
            let mut visit =
                Visit::new(self, criteria, required, (ordinal, segment), reach, standings, &mut outcome);
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
                let (address, twins) = (DocAddress::new(ordinal, doc), Vec::new());
                outcome.found.push(Ranked { address, words, name, key, twins });
            }
        }
        outcome.fold(self.all);
        outcome.found.sort_by(|a, b| a.order().cmp(&b.order()));
        outcome.found.truncate(self.keep);
        Ok(outcome)
    }

    /// How many of the words a listing must have to be looked at: beside the kinds that a need leads to, most of them may
    /// tell nearly all.
    pub(crate) fn enough(&self, required: usize) -> usize {
        let beside_a_need = self.answers == Answers::OfAKind && self.measure.telling > 0.0;
        if beside_a_need { required.min(self.words.div_ceil(2)) } else { required }
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
        if !self.matching.is_empty() {
            let fields = self.snapshot.fields();
            return self.matching.candidates(ordinal, segment, fields, required.max(1), here);
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
                let steps = steps(facts, self.today, self.measure.weights);
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

/// Whole kilometres, then whose turn it is: no distance on earth has more than sixteen bits. Who is nowhere comes last.
pub(crate) fn nearer_first(km: Option<f64>, turn: u64) -> u64 {
    (km.map_or(u64::from(u16::MAX), |km| km as u64) << 48) | (turn >> 16)
}

/// The matches of one segment.
struct Visit<'a> {
    pass: &'a Pass<'a>,
    criteria: &'a Criteria,
    required: usize,
    ordinal: u32,
    segment: &'a Segment,
    reach: Reach,
    standings: Option<&'a Standings>,
    outcome: &'a mut Outcome,
    opening: Opening,
    top: Top<(DocId, Answered)>,
}

impl<'a> Visit<'a> {
    fn new(
        pass: &'a Pass<'a>,
        criteria: &'a Criteria,
        required: usize,
        (ordinal, segment): (u32, &'a Segment),
        reach: Reach,
        standings: Option<&'a Standings>,
        outcome: &'a mut Outcome,
    ) -> Visit<'a> {
        let (opening, top) = (Opening::default(), Top::new(pass.keep));
        Visit { pass, criteria, required, ordinal, segment, reach, standings, outcome, opening, top }
    }

    fn consider(&mut self, candidate: Candidate) -> Result<(), Error> {
        let (pass, segment) = (self.pass, self.segment);
        let Candidate { doc, share, told, answered, kept, least, .. } = candidate;
        let measure = pass.measure;
        let words = Answered { share, told, least, all: pass.words > 0 && answered == pass.words };
        if !kept && answered < self.required && measure.described(words) == 0.0 {
            return Ok(());
        }
        let traits = segment.traits(doc);
        let verdict = self.criteria.verdict(&traits);
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
        if !self.opening.is_open(self.criteria, segment, doc)? {
            return Ok(());
        }
        let twin = segment.twin(doc);
        if let Some(counts) = &mut self.outcome.counts
            && twin.is_none()
        {
            counts.add(verdict, &traits);
        }
        if verdict != Verdict::Fits && twin.is_none() {
            return Ok(());
        }
        let mut facts = measure.facts(&traits, segment.upkeep(doc), standing, words);
        let answers = pass.answers.is_answer(facts.kind);
        if let Some(group) = twin {
            facts.distance_km = distance_km();
            let key = self.key(doc, &facts, standing);
            let name = if pass.sort == Sort::Name {
                segment.name_of_rank(segment.name_rank(doc))?
            } else {
                String::new()
            };
            let key = if pass.sort == Sort::Name { (0, key.1) } else { key };
            let found =
                Ranked { address: DocAddress::new(self.ordinal, doc), words, name, key, twins: Vec::new() };
            self.outcome.twins.push(Twin { group, verdict, traits, answers, standing, found });
            return Ok(());
        }
        self.outcome.count(answers, standing);
        if pass.all {
            let serves = is_here(standing);
            self.outcome.all.push(Matched { address: DocAddress::new(self.ordinal, doc), serves });
            return Ok(());
        }
        // On the spot, it could not come later than it does: most need no measuring to be left behind.
        facts.distance_km = measure.origin.and(site).map(|_| 0.0);
        if !self.top.may_keep(pass.first_key(segment, doc, &facts)) {
            return Ok(());
        }
        facts.distance_km = distance_km();
        let key = self.key(doc, &facts, standing);
        self.top.push(key, (doc, words));
        Ok(())
    }

    fn key(&self, doc: DocId, facts: &Facts, standing: Option<Standing>) -> (u64, u64) {
        let turn = turn(self.segment.identity(doc), self.pass.today);
        // Who serves other places comes by distance, however far.
        let second = match standing {
            Some(Standing::Elsewhere) => nearer_first(facts.distance_km, turn),
            _ => turn,
        };
        (self.pass.first_key(self.segment, doc, facts), second)
    }
}

/// Whether it serves the place, or none is asked.
fn is_here(standing: Option<Standing>) -> bool {
    matches!(standing, None | Some(Standing::Serves(_)))
}

impl Outcome {
    /// Counts a match.
    fn count(&mut self, answers: bool, standing: Option<Standing>) {
        self.total += 1;
        self.answers += u64::from(answers);
        let counted = match standing {
            None | Some(Standing::Serves(_)) if answers => &mut self.serving,
            None | Some(Standing::Serves(_)) => &mut self.beside,
            Some(Standing::Unknown) => &mut self.unsaid,
            Some(Standing::Elsewhere) => &mut self.elsewhere,
        };
        *counted += 1;
    }

    /// Of the matches that may be one thing, counts one, and keeps the best that fits with the addresses of the others.
    fn fold(&mut self, all: bool) {
        let mut twins = std::mem::take(&mut self.twins);
        twins.sort_by(|a, b| {
            let fits = |twin: &Twin| twin.verdict != Verdict::Fits;
            let order = |twin: &Twin| (twin.group, fits(twin));
            order(a).cmp(&order(b)).then_with(|| a.found.order().cmp(&b.found.order()))
        });
        let mut twins = twins.into_iter().peekable();
        while let Some(mut best) = twins.next() {
            let mut counted = vec![(best.verdict, best.traits)];
            let fits = best.verdict == Verdict::Fits;
            while let Some(other) = twins.next_if(|other| other.group == best.group) {
                counted.push((other.verdict, other.traits));
                if other.verdict != Verdict::Fits {
                    continue;
                }
                best.answers |= other.answers;
                if is_here(other.standing) {
                    best.standing = other.standing;
                }
                best.found.twins.push(other.found.address);
            }
            if let Some(counts) = &mut self.counts {
                counts.add_one_of(&counted);
            }
            if fits {
                self.count(best.answers, best.standing);
                if all {
                    let serves = is_here(best.standing);
                    self.all.push(Matched { address: best.found.address, serves });
                }
                self.found.push(best.found);
            }
        }
    }
}

/// What was given up of what is asked, in sentences.
fn eased_steps(eased: Eased) -> Vec<WideningStep> {
    let step = |step, label: &str| WideningStep { step, label: label.to_owned() };
    let mut steps = Vec::new();
    if eased.ease >= Ease::Time {
        let label =
            "Aucune fiche n’est notée ouverte au moment demandé : l’horaire n’a pas été pris en compte.";
        steps.push(step("time", label));
    }
    if eased.ease >= Ease::Age {
        steps.push(step("age", "Aucune fiche n’accepte l’âge demandé : il n’a pas été pris en compte."));
    }
    if eased.words {
        let label = "Aucune ressource ne réunit tous ces mots : voici celles qui en ont une partie.";
        steps.push(step("words", label));
    }
    steps
}
