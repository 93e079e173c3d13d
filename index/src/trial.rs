//! What one search makes of one listing: whether it comes out, at which position and why; and when it does not, all that
//! keeps it away. The answer is the one that everybody gets: it is asked, and the listing looked for in it.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, Utc};
use maille_domain::vocabulary::{Audience, Mode, Status, Theme};
use maille_domain::{Category, Coverage, Listing, Request};
use maille_territory::{Commune, Place, PlaceKind, france};
use tantivy::DocAddress;

use crate::analysis::words;
use crate::answer::{Answer, Hit, Serves};
use crate::coverage::{COMMUNES, Scope};
use crate::criteria::{Criterion, Opening};
use crate::document::texts;
use crate::error::{Error, SearchError};
use crate::hit::{Answered, Maker};
use crate::matching::Candidate;
use crate::query::{Asked, SHORTEST_BEGINNING};
use crate::rank::{UNKNOWN_WITHIN_KM, Weights};
use crate::schema::Part;
use crate::search::{self, Keep, Outcome, Pass, Reach};
use crate::snapshot::Snapshot;
use crate::supposed;
use crate::territories::{Territories, communes};
use crate::thesaurus::thesaurus;
use crate::traits::Site;
use crate::understand::Reading;

/// What a search makes of a listing.
#[derive(Debug, Clone)]
pub struct Trial {
    /// The answer, with a page of its hits; what it would be, when the listing is out.
    pub answer: Answer,
    /// Why no search finds the listing, if none does; the rest then says what one would make of it, back in the directory.
    pub out: Option<Out>,
    /// What came of it.
    pub followed: Followed,
}

/// Why no search finds a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Out {
    /// It was withdrawn: by its sources, or by somebody.
    Withdrawn,
    /// It is closed for good.
    Closed,
}

/// What came of a listing in a search.
#[derive(Debug, Clone)]
pub struct Followed {
    /// The listing as a hit, whether it comes out or not.
    pub hit: Hit,
    /// Where it comes, from 1; where the line does that it is folded into.
    pub position: Option<usize>,
    /// The listing that is shown in its place: they may be the same thing, and nobody has decided.
    pub under: Option<Arc<Listing>>,
    /// What keeps it away; nothing, when it comes out.
    pub lacks: Vec<Lack>,
}

/// Something that keeps a listing out of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Lack {
    /// It serves other places, and others serve this one.
    Zone,
    /// Nobody said whom it serves, and it is farther than anybody would call.
    Far {
        /// How far it is.
        km: f64,
    },
    /// It is not within the circle asked.
    Radius {
        /// How far it is; `None` when nobody said where it is.
        km: Option<f64>,
    },
    /// It has too few of the words, and is of no kind that is asked.
    Words {
        /// Those it has not, as typed.
        words: Vec<String>,
        /// The kinds that are asked.
        kinds: Vec<Category>,
    },
    /// It is of none of the kinds chosen.
    Category(Vec<Category>),
    /// It is for none of the audiences chosen.
    Audience(Vec<Audience>),
    /// It comes in none of the ways chosen.
    Mode(Vec<Mode>),
    /// It belongs to none of the parcours chosen.
    Theme(Vec<Theme>),
    /// It does not take this age.
    Age(u8),
    /// It is not known to be open then.
    Hours,
}

/// Tries a request on a listing; `None` when the directory does not hold it.
pub(crate) fn trial(
    snapshot: &Snapshot,
    weights: &Weights,
    address: DocAddress,
    request: &Request,
    now: DateTime<Utc>,
) -> Result<Trial, SearchError> {
    let listing = snapshot.listing(address)?;
    let out = if listing.withdrawn_at.is_some() {
        Some(Out::Withdrawn)
    } else {
        (listing.fields.status == Status::Ferme).then_some(Out::Closed)
    };
    let back;
    let (snapshot, address) = if out.is_some() {
        let mut listing = Listing { withdrawn_at: None, ..(*listing).clone() };
        if listing.fields.status == Status::Ferme {
            listing.fields.status = Status::Ouvert;
        }
        let id = listing.id;
        back = supposed::supposing(snapshot, listing)?;
        let address = back.address(id)?;
        (&back, address.ok_or_else(|| Error::Engine("what is supposed is not there".to_owned()))?)
    } else {
        (snapshot, address)
    };
    let found = search::find(snapshot, weights, request, Keep::Following(address), now)?;
    let followed = found.followed.ok_or_else(|| Error::Engine("nothing was followed".to_owned()))?;
    Ok(Trial { answer: found.answer, out, followed })
}

impl Pass<'_> {
    /// What came of a document.
    pub(crate) fn follow(
        &self,
        outcome: &Outcome,
        maker: &Maker,
        reading: &Reading,
        address: DocAddress,
    ) -> Result<Followed, Error> {
        let snapshot = self.snapshot;
        let listing = snapshot.listing(address)?;
        let candidate = self.candidate(address)?;
        let all = self.words > 0 && candidate.answered == self.words;
        let words = Answered { share: candidate.share, told: candidate.told, least: candidate.least, all };
        let hit = maker.hit(Arc::clone(&listing), words);
        let is_it = |shown: &search::Ranked| shown.address == address || shown.twins.contains(&address);
        let position = outcome.found.iter().position(is_it);
        let shown = position.map(|at| outcome.found[at].address).filter(|shown| *shown != address);
        let under = shown.map(|shown| snapshot.listing(shown)).transpose()?;
        let lacks = match position {
            Some(_) => Vec::new(),
            None => self.lacks(outcome, reading, address, &hit, &candidate, words)?,
        };
        Ok(Followed { hit, position: position.map(|at| at + 1), under, lacks })
    }

    /// How a document answers the words and the kinds, whether that is enough or not.
    fn candidate(&self, address: DocAddress) -> Result<Candidate, Error> {
        let unasked = Candidate::unasked(address.doc_id);
        if self.matching.is_empty() {
            return Ok(unasked);
        }
        let ordinal = address.segment_ord as usize;
        let (_, segment) = self.snapshot.segment(ordinal);
        let all = self.matching.candidates(ordinal, segment, self.snapshot.fields(), 1, None)?;
        Ok(all.into_iter().find(|candidate| candidate.doc == address.doc_id).unwrap_or(unasked))
    }

    fn lacks(
        &self,
        outcome: &Outcome,
        reading: &Reading,
        address: DocAddress,
        hit: &Hit,
        candidate: &Candidate,
        words: Answered,
    ) -> Result<Vec<Lack>, Error> {
        let (_, segment) = self.snapshot.segment(address.segment_ord as usize);
        let (request, traits) = (self.request, segment.traits(address.doc_id));
        let criteria = self.measure.criteria.eased(request, outcome.eased.ease);
        let criteria = criteria.unwrap_or_else(|| self.measure.criteria.clone());
        let mut lacks = Vec::new();
        if self.measure.scope.is_some() && outcome.reach == Reach::Here {
            match (hit.serves, hit.distance_km) {
                (Serves::No, _) => lacks.push(Lack::Zone),
                (Serves::Unknown, Some(km)) if km > UNKNOWN_WITHIN_KM => lacks.push(Lack::Far { km }),
                _ => {}
            }
        }
        if self.radius_km.is_some_and(|most| hit.distance_km.is_none_or(|km| km > most)) {
            lacks.push(Lack::Radius { km: hit.distance_km });
        }
        let answered = candidate.answered;
        let described =
            self.measure.described(words) > 0.0 && answered >= self.enough(outcome.required).max(1);
        if !(self.matching.is_empty() || candidate.kept || answered >= outcome.required.max(1) || described) {
            lacks.push(Lack::Words {
                words: missing(&hit.listing, &reading.asked, &request.text),
                kinds: reading.kinds.iter().map(|read| read.kind).collect(),
            });
        }
        lacks.extend(criteria.failed(&traits).map(|failed| match failed {
            Criterion::Category => Lack::Category(request.categories.clone()),
            Criterion::Audience => Lack::Audience(request.audiences.clone()),
            Criterion::Mode => Lack::Mode(request.modes.clone()),
            Criterion::Theme => Lack::Theme(request.themes.clone()),
        }));
        lacks.extend(criteria.refused_age(&traits).map(Lack::Age));
        if !Opening::default().is_open(&criteria, segment, address.doc_id)? {
            lacks.push(Lack::Hours);
        }
        Ok(lacks)
    }
}

/// The words asked that a listing has nowhere, as typed.
fn missing(listing: &Listing, asked: &Asked, text: &str) -> Vec<String> {
    let (mut plain, mut stems) = (HashSet::new(), HashSet::new());
    for word in Part::ALL.into_iter().flat_map(|part| texts(listing, part)).flat_map(words) {
        plain.insert(word.plain);
        stems.insert(word.stem);
    }
    let last = asked.len();
    let is_missing = |(position, word): &(usize, &crate::analysis::Word)| {
        let begins = asked.unfinished()
            && position + 1 == last
            && word.plain.chars().count() >= SHORTEST_BEGINNING
            && plain.iter().any(|known| known.starts_with(&word.plain));
        !(begins || plain.contains(&word.plain) || stems.contains(&word.stem))
    };
    let missing = asked.words().iter().enumerate().filter(is_missing);
    missing.map(|(_, word)| text.get(word.span.clone()).unwrap_or(&word.plain).to_owned()).collect()
}

/// Most needs that are proposed.
const MOST_NEEDS: usize = 3;
/// Most communes of a coverage that are proposed.
const MOST_COMMUNES: usize = 3;

/// What people are likely to type when this listing is what they need: its kind, its name, needs that lead to its kind.
pub fn likely_texts(listing: &Listing) -> Vec<String> {
    let category = listing.fields.category;
    let mut texts = vec![category.acronym().unwrap_or(category.label()).to_owned()];
    texts.push(listing.fields.name.clone());
    let entry = thesaurus().kinds.iter().find(|(kind, _)| *kind == category).map(|(_, entry)| entry);
    let said: Vec<&String> = entry.iter().flat_map(|entry| &entry.needs).collect();
    let shown = |need: &&&String| thesaurus().proposed.contains(&need.as_str());
    let needs: Vec<String> = said.iter().filter(shown).take(MOST_NEEDS).map(|need| (*need).clone()).collect();
    texts.extend(needs);
    let mut seen = HashSet::new();
    texts.retain(|text| seen.insert(maille_territory::fold(text)));
    texts
}

/// Where people who need this listing are likely to be: the largest communes that it serves, and the nearest that it does not.
#[derive(Debug, Clone, Default)]
pub struct LikelyPlaces {
    /// Served.
    pub inside: Vec<&'static Commune>,
    /// Not served, beside those.
    pub beside: Option<&'static Commune>,
}

/// See [`LikelyPlaces`].
pub(crate) fn likely_places(listing: &Listing, territories: &Territories) -> LikelyPlaces {
    let fields = &listing.fields;
    let site = Site::of(fields).map(|site| site.point);
    let is_served = |commune: &Commune| {
        let place = france().place(PlaceKind::Commune, &commune.code);
        let scope = place.map(|place: Place| Scope::of(&place, territories));
        scope.is_some_and(|scope| scope.best_part(&fields.coverage, site).is_some())
    };
    let mut inside: Vec<&'static Commune> = Vec::new();
    for part in &fields.coverage {
        match part {
            Coverage::Commune(code) => inside.extend(france().current_commune(code)),
            Coverage::Epci(code) => inside.extend(france().communes_of(PlaceKind::Epci, code)),
            Coverage::Departement(code) => inside.extend(france().communes_of(PlaceKind::Departement, code)),
            Coverage::Region(code) => inside.extend(france().communes_of(PlaceKind::Region, code)),
            Coverage::Territory(code) => {
                inside.extend(territories.get(code).map(|territory| communes(territory)).unwrap_or_default());
            }
            Coverage::Radius(km) => {
                let around = site.into_iter().flat_map(|site| COMMUNES.within(site, *km));
                inside.extend(around.map(|(at, _)| &france().communes()[at as usize]));
            }
            Coverage::National => inside.extend(LARGEST.iter().copied()),
        }
    }
    // Its own commune comes first: that is where it is known.
    let own = fields.commune().map(|commune| &commune.code);
    inside.sort_by_key(|commune| (Some(&commune.code) != own, std::cmp::Reverse(commune.population)));
    let mut seen = HashSet::new();
    inside.retain(|commune| seen.insert(&*commune.code));
    inside.truncate(MOST_COMMUNES);
    let from = site.or(inside.first().map(|commune| commune.point));
    let beside = from.and_then(|from| {
        let mut around = COMMUNES.within(from, BESIDE_KM).collect::<Vec<_>>();
        around.sort_by(|a, b| a.1.total_cmp(&b.1));
        around
            .into_iter()
            .map(|(at, _)| &france().communes()[at as usize])
            .find(|commune| !is_served(commune))
    });
    LikelyPlaces { inside, beside: beside.filter(|_| !fields.coverage.is_empty()) }
}

/// Kilometres beyond which a commune is not beside another.
const BESIDE_KM: f64 = 40.0;

/// The largest communes of the country.
static LARGEST: LazyLock<Vec<&'static Commune>> = LazyLock::new(|| {
    let mut all: Vec<&'static Commune> =
        france().communes().iter().filter(|commune| commune.parent.is_none()).collect();
    all.sort_by_key(|commune| std::cmp::Reverse(commune.population));
    all.truncate(MOST_COMMUNES);
    all
});

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::naive::{directory, listing, now, request, territory};
    use crate::{Change, Index};

    /// A folder for one index, which nobody needs once it is open.
    fn folder() -> std::path::PathBuf {
        static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        std::env::temp_dir().join(format!("maille-trial-{}-{number}", std::process::id()))
    }

    fn change(listing: &Listing) -> Change {
        Change::Listing(Box::new(listing.clone()))
    }

    /// Where a search shows a listing, on its own line or folded.
    fn shown(answer: &Answer, listing: &Listing) -> Option<usize> {
        let is_it =
            |hit: &Hit| hit.listing.id == listing.id || hit.also.iter().any(|twin| twin.id == listing.id);
        answer.hits.iter().position(is_it).map(|at| at + 1)
    }

    /// An answer, as far as it is compared.
    fn told(answer: &Answer) -> String {
        let hits: Vec<_> = answer.hits.iter().map(|hit| (hit.listing.id, hit.points, &hit.why)).collect();
        format!("{} {:?} {:?} {:?}", answer.total, answer.widened, answer.interpretation.categories, hits)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

        #[test]
        fn a_trial_says_what_the_search_does(
            written in directory(), requests in prop::collection::vec(request(), 4),
        ) {
            let folder = folder();
            let mut index = Index::open(&folder).unwrap();
            let mut changes = vec![Change::Territory(territory())];
            changes.extend(written.listings[written.replaced..].iter().map(change));
            index.apply(&changes, 1).unwrap();
            let node = index.node();
            for request in &requests {
                let request = Request { limit: maille_domain::request::MOST_LIMIT, offset: 0, ..request.clone() };
                let answer = node.search(&request, now()).unwrap();
                for listing in &written.listings[written.replaced..] {
                    let trial = node.trial(listing.id, &request, now()).unwrap().unwrap();
                    prop_assert_eq!(trial.out.is_none(), listing.searchable());
                    let followed = &trial.followed;
                    prop_assert_eq!(
                        followed.position.is_none(), !followed.lacks.is_empty(),
                        "{:?}: {:?} of {:?}", request, followed, listing.fields,
                    );
                    if trial.out.is_none() {
                        prop_assert_eq!(followed.position, shown(&answer, listing), "{:?}", request);
                        prop_assert_eq!(told(&trial.answer), told(&answer));
                    }
                    let own = answer.hits.iter().find(|hit| hit.listing.id == listing.id);
                    if let Some(own) = own {
                        prop_assert_eq!((&followed.hit.why, followed.hit.points), (&own.why, own.points));
                    }
                }
            }
            drop(index);
            std::fs::remove_dir_all(&folder).unwrap();
        }

        #[test]
        fn what_is_supposed_is_what_is_answered_once_it_is_written(
            written in directory(), draft in listing(), which in any::<prop::sample::Index>(),
            is_new in any::<bool>(), requests in prop::collection::vec(request(), 6),
        ) {
            let folder = folder();
            let mut index = Index::open(&folder).unwrap();
            // A document beside the others: a segment whose every document was written over is forgotten at once.
            let mut changes = vec![Change::Territory(territory())];
            let listings = &written.listings[written.replaced..];
            changes.extend(listings.iter().map(change));
            index.apply(&changes, 1).unwrap();
            let of = which.get(listings);
            let draft = if is_new { draft } else { Listing { id: of.id, slug: of.slug.clone(), ..draft } };
            let supposing = index.node().weighing(*index.node().weights()).supposing(draft.clone()).unwrap();
            index.apply(&[change(&draft)], 2).unwrap();
            let node = index.node();
            prop_assert_eq!(supposing.listing_count(), node.listing_count());
            prop_assert_eq!(supposing.listing(draft.id), node.listing(draft.id));
            for request in &requests {
                let supposed = supposing.search(request, now()).unwrap();
                prop_assert_eq!(told(&supposed), told(&node.search(request, now()).unwrap()), "{:?}", request);
            }
            drop(index);
            std::fs::remove_dir_all(&folder).unwrap();
        }
    }
}
