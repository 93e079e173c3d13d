//! Which candidate leads, and whether it leads clearly.

use std::cmp::Reverse;

use crate::france::{Entry, France};
use crate::place::PlaceKind;

/// A homonym leads when it has this many times the people of the next, and yields to a former name that has as many more.
const CLEARLY_BIGGER: u64 = 10;

/// A name yields to a longer one that starts with it and has this many times its people: Nogent (3 500) to Nogent-sur-Marne.
const LIKELIER: u64 = 5;

/// Most longer names that go ahead of a name: what was typed must stay in sight.
const MOST_AHEAD: usize = 3;

/// An area counts for a hundredth of its people against a commune of the same name: "Vienne" is first the town of 32 000
/// people, "Landes" first the département and not the village of 700.
const AREA_DISCOUNT: u64 = 100;

/// An area that leads, so discounted, over a commune of the same name does so clearly from this many times its people:
/// "Loire" is not Loiré, 900 people, but "Doubs" may be the town.
const CLEAR_AREA: u64 = 3;

/// How well a candidate answers the text. The order is that of preference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tier {
    /// A code.
    Code,
    /// The current name.
    Exact,
    /// The current name, its article left out.
    WithoutArticle,
    /// A former name, an absorbed commune, a postal label, a name of use.
    Other,
    /// One of these, small words left out.
    Loose,
    /// The start of the current name.
    Prefix,
    /// The start of another name.
    OtherPrefix,
    /// The words of an EPCI, in any order.
    Words,
    /// A name one or two letters away.
    Misspelt,
}

/// A candidate.
#[derive(Clone, Debug)]
pub(crate) struct Hit {
    pub entry: Entry,
    pub tier: Tier,
    /// How far inside the tier: letters of a typo, words of an EPCI that were not typed.
    pub distance: usize,
    /// The current name is the text, or goes on after it with another word.
    pub whole_words: bool,
    pub matched: Option<String>,
}

impl Hit {
    pub fn new(entry: Entry, tier: Tier, matched: Option<String>) -> Hit {
        Hit { entry, tier, distance: 0, whole_words: false, matched }
    }
}

/// Candidates, best first.
#[derive(Debug, Default)]
pub(crate) struct Ranked {
    pub hits: Vec<Hit>,
    pub ambiguous: bool,
}

impl Ranked {
    pub fn clear(hits: Vec<Hit>) -> Ranked {
        Ranked { hits, ambiguous: false }
    }
}

impl France {
    /// Orders candidates, one per place. `settled` when something else than the name already chose among homonyms: a
    /// département, a postal code, "dans la".
    pub(crate) fn rank(&self, mut hits: Vec<Hit>, settled: bool) -> Ranked {
        hits.sort_by_cached_key(|hit| {
            // "Corrèze (19)" is the commune: for the département, the number would say nothing.
            let last = settled && is_area(hit);
            (hit.tier, hit.distance, last, Reverse(self.weight(hit)), hit.entry.kind, hit.entry.position)
        });
        let Some(leader) = hits.first().cloned() else { return Ranked::default() };
        let mut ambiguous = hits[1..].iter().any(|hit| self.contests(&leader, hit, settled));
        if !settled {
            let (ahead, behind) = self.rivals(&leader, &mut hits);
            ambiguous |= !ahead.is_empty() || !behind.is_empty();
            hits.splice(1..1, behind);
            hits.splice(0..0, ahead);
        }
        Ranked { hits, ambiguous }
    }

    /// Whether a candidate that answers as well as the leader is too big to be passed over.
    fn contests(&self, leader: &Hit, other: &Hit, settled: bool) -> bool {
        if (other.tier, other.distance) != (leader.tier, leader.distance)
            || self.same_extent(leader.entry, other.entry)
        {
            return false;
        }
        if settled && is_area(leader) != is_area(other) {
            return false;
        }
        let (people, leading) = (self.people(other), self.people(leader));
        match leader.tier {
            // The people of a commune say nothing of the part of it that bore the name.
            Tier::Other => true,
            // "Saint-Maur" is not the start of Saint-Maurice when it is the first word of Saint-Maur-des-Fossés.
            Tier::Prefix if leader.whole_words && !other.whole_words => false,
            Tier::Prefix | Tier::OtherPrefix => self.weight(other) * CLEARLY_BIGGER > self.weight(leader),
            // An EPCI named after its main town is not another place one could have meant, unless it dwarfs it.
            _ if other.entry.kind == PlaceKind::Epci && leader.entry.kind != PlaceKind::Epci => {
                people > leading * CLEARLY_BIGGER
            }
            _ if is_area(other) && !is_area(leader) => {
                self.weight(other) * CLEARLY_BIGGER > self.weight(leader)
            }
            _ if is_area(leader) && !is_area(other) => self.weight(other) * CLEAR_AREA > self.weight(leader),
            _ => people * CLEARLY_BIGGER > leading,
        }
    }

    /// Takes out the candidates that answer less well than the leader but are so much bigger that people likely mean them:
    /// longer current names, to be put ahead of it; former names and names whose article was left out, to be put behind it.
    fn rivals(&self, leader: &Hit, hits: &mut Vec<Hit>) -> (Vec<Hit>, Vec<Hit>) {
        if !(Tier::Exact..=Tier::Other).contains(&leader.tier) {
            let bigger = |hit: &Hit| self.people(hit) > self.people(leader) * CLEARLY_BIGGER;
            let misspelt = leader.tier == Tier::Misspelt;
            return (
                Vec::new(),
                extract(hits, |hit| misspelt && hit.distance > leader.distance && bigger(hit)),
            );
        }
        let leading = self.people(leader);
        let times = if leader.tier == Tier::Other { 1 } else { LIKELIER };
        let weaker = |hit: &Hit| hit.tier > leader.tier && hit.entry.kind == PlaceKind::Commune;
        let is_ahead = |hit: &Hit| weaker(hit) && hit.whole_words && self.people(hit) > leading * times;
        let mut sizes: Vec<u64> =
            hits.iter().filter(|hit| is_ahead(hit)).map(|hit| self.people(hit)).collect();
        sizes.sort_unstable_by_key(|people| Reverse(*people));
        let least = sizes.get(MOST_AHEAD - 1).copied().unwrap_or(0);
        let mut ahead = extract(hits, |hit| is_ahead(hit) && self.people(hit) >= least);
        ahead.sort_by_key(|hit| Reverse(self.people(hit)));
        let behind = extract(hits, |hit| {
            let people = self.people(hit);
            match hit.tier {
                // "Mées" may be Les Mées, which has more people.
                Tier::WithoutArticle => weaker(hit) && people > leading,
                Tier::Other => weaker(hit) && people > leading * CLEARLY_BIGGER,
                _ => false,
            }
        });
        (ahead, behind)
    }

    /// Paris and its département, La Réunion and its region are one place under two codes.
    fn same_extent(&self, a: Entry, b: Entry) -> bool {
        self.smallest(a) == self.smallest(b)
    }

    /// The code of the smallest place of the same extent.
    fn smallest(&self, entry: Entry) -> (PlaceKind, &str) {
        let departement = match entry.kind {
            PlaceKind::Region => {
                let code = &self.regions()[entry.position].code;
                let mut departements =
                    self.departements().iter().filter(|departement| departement.region == *code);
                match (departements.next(), departements.next()) {
                    (Some(only), None) => only,
                    _ => return (PlaceKind::Region, code),
                }
            }
            PlaceKind::Departement => &self.departements()[entry.position],
            PlaceKind::Epci => return (PlaceKind::Epci, &self.epcis()[entry.position].code),
            kind => return (kind, &self.communes()[entry.position].code),
        };
        if departement.communes == 1 {
            (PlaceKind::Commune, &departement.prefecture)
        } else {
            (PlaceKind::Departement, &departement.code)
        }
    }

    /// Nobody counted is one person: zero would make every other place infinitely bigger.
    fn people(&self, hit: &Hit) -> u64 {
        u64::from(self.population(hit.entry).max(1))
    }

    fn weight(&self, hit: &Hit) -> u64 {
        if is_area(hit) { self.people(hit) / AREA_DISCOUNT } else { self.people(hit) }
    }
}

fn is_area(hit: &Hit) -> bool {
    !matches!(hit.entry.kind, PlaceKind::Commune | PlaceKind::Arrondissement)
}

/// Takes the hits that pass out of the list, in order.
fn extract(hits: &mut Vec<Hit>, passes: impl Fn(&Hit) -> bool) -> Vec<Hit> {
    let (taken, left) = std::mem::take(hits).into_iter().partition(|hit| passes(hit));
    *hits = left;
    taken
}
