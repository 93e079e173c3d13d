//! The definition of an answer, without an index: every listing is scored by the formula. What the engine answers must be
//! this, whatever it does to be quick.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use maille_domain::hours::time_zone;
use maille_domain::listing::SourceRef;
use maille_domain::location::{Location, Precision};
use maille_domain::request::{Off, PlaceAsked, Sort};
use maille_domain::vocabulary::{Audience, Mode, Status, Theme};
use maille_domain::{Category, Fields, Listing, ListingId, Request, Territory};
use maille_territory::{PlaceKind, Point, france};
use proptest::prelude::*;

use crate::analysis::{Word, words};
use crate::answer::{By, Serves};
use crate::coverage::{is_unknown, tokens};
use crate::criteria::{Criteria, Ease, Verdict};
use crate::document::{name_key, texts};
use crate::facets::Counts;
use crate::hit::{Answered, Measure, day, halfway};
use crate::place::{self, Here};
use crate::query::{Asked, BEGINNING_WORTH, STEM_WORTH, worth};
use crate::rank::{Answers, Facts, KindAsked, UNKNOWN_WITHIN_KM, WEIGHTS, steps, turn};
use crate::schema::{Part, hash, twin};
use crate::standing::Standing;
use crate::territories::Territories;
use crate::traits::{Site, Traits, Upkeep, kinds, position};
use crate::understand::{self, Dictionary, Reading};
use crate::{Change, Index};

/// A directory: what was written, in order, and how many of those first documents were written over since.
#[derive(Debug, Clone)]
pub struct Written {
    pub listings: Vec<Listing>,
    pub replaced: usize,
}

impl Written {
    fn live(&self) -> impl Iterator<Item = &Listing> {
        self.listings.iter().skip(self.replaced).filter(|listing| listing.searchable())
    }
}

/// An answer, as far as it is compared.
#[derive(Debug, PartialEq)]
struct Told {
    total: u64,
    answered: bool,
    widened: Vec<&'static str>,
    facets: Option<String>,
    /// The address of each hit, how it serves, and the addresses of those folded into it.
    hits: Vec<(String, Serves, Vec<String>)>,
}

struct Naive<'a> {
    written: &'a Written,
    request: &'a Request,
    here: &'a Here,
    reading: &'a Reading,
    asked: &'a Asked,
    now: DateTime<Utc>,
}

/// What one pass finds: the verdicts of facets, and the hits in order.
struct Pass<'a> {
    counts: Counts,
    answers: usize,
    serving: usize,
    found: Vec<Match<'a>>,
    eased: (Ease, bool),
}

struct Match<'a> {
    key: Vec<u64>,
    listing: &'a Listing,
    standing: Option<Standing>,
    verdict: (Verdict, Traits),
    answers: bool,
    also: Vec<String>,
}

impl Dictionary for Written {
    fn listings_with(&self, plain: &str) -> u32 {
        let has = |listing: &&Listing| listing.searchable() && Parts::of(listing).plain.contains_key(plain);
        self.listings.iter().filter(has).count() as u32
    }

    fn has_beginning(&self, beginning: &str) -> bool {
        let mut found = false;
        self.beginning_with(beginning, &mut |_, _| found = true);
        found
    }

    fn beginning_with(&self, letters: &str, each: &mut dyn FnMut(&str, u32)) {
        for listing in self.listings.iter().filter(|listing| listing.searchable()) {
            let parts = Parts::of(listing);
            parts.plain.keys().filter(|plain| plain.starts_with(letters)).for_each(|plain| each(plain, 1));
        }
    }
}

impl<'a> Naive<'a> {
    fn told(&self) -> Told {
        let mut pass = self.eased(false);
        let mut place = false;
        if self.here.place().is_some() && pass.serving == 0 {
            let everywhere = self.eased(true);
            if everywhere.found.len() != pass.found.len() || everywhere.eased != pass.eased {
                (pass, place) = (everywhere, true);
            }
        }
        let page = pass.found.iter().skip(self.request.offset).take(self.request.limit);
        Told {
            total: pass.found.len() as u64,
            answered: pass.serving > 0,
            widened: [
                ("time", pass.eased.0 >= Ease::Time),
                ("age", pass.eased.0 >= Ease::Age),
                ("words", pass.eased.1),
                ("place", place),
            ]
            .into_iter()
            .filter_map(|(step, taken)| taken.then_some(step))
            .collect(),
            facets: self.request.facets.then(|| format!("{:?}", pass.counts.facets())),
            hits: page
                .map(|Match { listing, standing, also, .. }| {
                    let serves = match standing {
                        Some(Standing::Serves(_)) => Serves::Yes,
                        Some(Standing::Elsewhere) => Serves::No,
                        Some(Standing::Unknown) | None => Serves::Unknown,
                    };
                    (listing.slug.clone(), serves, also.clone())
                })
                .collect(),
        }
    }

    fn eased(&self, everywhere: bool) -> Pass<'a> {
        let words = self.asked.words().len();
        let criteria = Criteria::of(self.request, self.reading, None);
        let eases: Vec<(Ease, Criteria)> = [Ease::Nothing, Ease::Time, Ease::Age]
            .into_iter()
            .filter_map(|ease| Some((ease, criteria.eased(self.request, ease)?)))
            .collect();
        let kinds_only = self.here.scope.is_some() && !everywhere && !self.reading.kinds.is_empty();
        let mut fewer = vec![words];
        while let Some(last @ 2..) = fewer.last().copied().filter(|_| !kinds_only) {
            fewer.push(if last == words { last - 1 } else { last / 2 });
        }
        let mut passes = fewer.into_iter().flat_map(|required| {
            eases.iter().map(move |(ease, criteria)| {
                self.pass(required, criteria, everywhere, (*ease, required < words))
            })
        });
        let first = passes.next().expect("nothing is given up at first");
        let good = |pass: &Pass| pass.answers > 0 || (pass.eased.1 && !pass.found.is_empty());
        if good(&first) { first } else { passes.find(good).unwrap_or(first) }
    }

    fn pass(&self, required: usize, criteria: &Criteria, everywhere: bool, eased: (Ease, bool)) -> Pass<'a> {
        let asked_kinds: Vec<Category> = self.reading.kinds.iter().map(|read| read.kind).collect();
        let mut named = Vec::new();
        for read in &self.reading.kinds {
            named.resize(kinds(), KindAsked::No);
            named[position(read.kind)] = if read.by == By::Need {
                KindAsked::Needed(read.weight)
            } else {
                KindAsked::Named(read.weight)
            };
        }
        let measure = Measure {
            scope: self.here.scope.as_ref(),
            origin: self.here.origin,
            halfway_km: halfway(self.here.origin),
            criteria: &Criteria::of(self.request, self.reading, None),
            kinds: &named,
            telling: if named.is_empty() { 0.0 } else { self.telling() },
            weights: &WEIGHTS,
        };
        let today = day(self.now);
        let mut pass = Pass { counts: Counts::new(), answers: 0, serving: 0, found: Vec::new(), eased };
        let mut matches = Vec::new();
        for listing in self.written.live() {
            let (answered, share, told, least) = self.words(listing);
            let (traits, upkeep) = (Traits::of(&listing.fields), Upkeep::of(&listing.fields));
            let site = Site::of(&listing.fields);
            let km = measure.distance_km(site);
            let standing = self.standing(listing);
            let near = everywhere
                || match standing {
                    Some(Standing::Elsewhere) => false,
                    Some(Standing::Unknown) => km.is_none_or(|km| km <= UNKNOWN_WITHIN_KM),
                    Some(Standing::Serves(_)) | None => true,
                };
            let around = self
                .request
                .radius_km
                .filter(|_| self.here.origin.is_some())
                .is_none_or(|radius| km.is_some_and(|km| km <= radius));
            let verdict = criteria.verdict(&traits);
            let of_kind = asked_kinds.contains(&listing.fields.category);
            let nothing_asked = self.asked.len() == 0 && asked_kinds.is_empty();
            let words =
                Answered { share, told, least, all: self.asked.len() > 0 && answered == self.asked.len() };
            let described = Answers::to(&named) == Answers::OfAKind
                && answered >= required.min(self.asked.len().div_ceil(2))
                && measure.described(words) > 0.0;
            let has_words = self.asked.len() > 0 && answered >= required.max(1);
            let enough = of_kind || nothing_asked || has_words || described;
            if !enough || !near || !around || !self.is_open(listing) || verdict == Verdict::Fails {
                continue;
            }
            let facts = Facts { distance_km: km, ..measure.facts(&traits, upkeep, standing, words) };
            let mut key = match self.request.sort {
                Sort::Relevance => {
                    let steps = steps(&facts, today, &WEIGHTS);
                    vec![(1_i64 << 32).saturating_sub(steps).cast_unsigned()]
                }
                Sort::Distance => vec![km.map_or(u64::MAX, f64::to_bits)],
                Sort::Name => {
                    name_key(&listing.fields.name).bytes().map(|byte| u64::from(byte) + 1).collect()
                }
                Sort::Verified => {
                    vec![upkeep.verified_on.map_or(u64::MAX, |day| (today - day).num_days() as u64)]
                }
            };
            if self.request.sort == Sort::Name {
                key.push(0);
            }
            key.push(match (standing, km) {
                (Some(Standing::Elsewhere), km) => {
                    crate::search::nearer_first(km, turn(hash(listing.id.0.as_bytes()), today))
                }
                _ => turn(hash(listing.id.0.as_bytes()), today),
            });
            let answers = Answers::to(&named).is_answer(facts.kind);
            let (verdict, also) = ((verdict, traits), Vec::new());
            matches.push(Match { key, listing, standing, verdict, answers, also });
        }
        // Those that fit first, best first: the first of each group is the one that is shown.
        matches.sort_by(|a, b| {
            (a.verdict.0 != Verdict::Fits, &a.key).cmp(&(b.verdict.0 != Verdict::Fits, &b.key))
        });
        let mut groups: Vec<(Option<u64>, Vec<Match>)> = Vec::new();
        for found in matches {
            let group = twin(found.listing);
            match groups.iter_mut().find(|(known, _)| group.is_some() && *known == group) {
                Some((_, twins)) => twins.push(found),
                None => groups.push((group, vec![found])),
            }
        }
        for (_, mut twins) in groups {
            let verdicts: Vec<(Verdict, Traits)> = twins.iter().map(|twin| twin.verdict).collect();
            match verdicts[..] {
                [(verdict, ref traits)] => pass.counts.add(verdict, traits),
                _ => pass.counts.add_one_of(&verdicts),
            }
            twins.retain(|twin| twin.verdict.0 == Verdict::Fits);
            if !twins.is_empty() {
                let serves = |twin: &Match| matches!(twin.standing, None | Some(Standing::Serves(_)));
                let answers = twins.iter().any(|twin| twin.answers);
                pass.answers += usize::from(answers);
                pass.serving += usize::from(answers && twins.iter().any(serves));
                let also = twins.iter().skip(1).map(|twin| twin.listing.slug.clone()).collect();
                pass.found.push(Match { also, ..twins.swap_remove(0) });
            }
        }
        pass.found.sort_by(|a, b| a.key.cmp(&b.key));
        pass
    }

    fn telling(&self) -> f32 {
        let all = (1.0 + self.written.live().count() as f32).ln();
        let has = |word: &Word| {
            let with =
                |listing: &&Listing| listing.searchable() && Parts::of(listing).stem.contains_key(&word.stem);
            self.written.listings.iter().filter(with).count()
        };
        let known = |(position, word): &(usize, &Word)| {
            let parts =
                |listing: &Listing| Parts::of(listing).worth(word, self.is_unfinished(*position)) > 0.0;
            self.written.listings.iter().any(|listing| listing.searchable() && parts(listing))
        };
        let words = self.asked.words().iter().enumerate();
        let rarest = words.filter(known).map(|(_, word)| has(word)).min();
        rarest.filter(|_| all > 0.0).map_or(0.0, |listings| 1.0 - (listings.max(1) as f32).ln() / all)
    }

    fn standing(&self, listing: &Listing) -> Option<Standing> {
        let point = Site::of(&listing.fields).map(|site| site.point);
        let tokens = tokens(&listing.fields.coverage, point);
        let scope = self.here.scope.as_ref()?;
        Some(match scope.best(tokens.given.into_iter().chain(tokens.reach)) {
            Some(found) => Standing::Serves(found),
            None if is_unknown(&listing.fields.coverage, point) => Standing::Unknown,
            None => Standing::Elsewhere,
        })
    }

    fn is_open(&self, listing: &Listing) -> bool {
        use maille_domain::hours::OpenState;
        let Some(at) = self.request.open_at else { return true };
        let departement = listing.fields.commune().map(|commune| &*commune.departement);
        let hours = listing.fields.hours.as_ref();
        hours.is_some_and(|hours| matches!(hours.state(at, departement), OpenState::Open { .. }))
    }

    fn is_unfinished(&self, position: usize) -> bool {
        self.asked.unfinished() && position + 1 == self.asked.len()
    }

    /// How many of the words a listing answers, the share of what was asked that this is, and how much they tell.
    fn words(&self, listing: &Listing) -> (usize, f32, f32, f32) {
        let asked = self.asked.words();
        let rarities: Vec<f32> = asked.iter().map(|word| self.rarity(word)).collect();
        let all: f32 = rarities.iter().sum();
        let is_known = |position: usize| {
            let parts = |listing: &Listing| {
                Parts::of(listing).worth(&asked[position], self.is_unfinished(position)) > 0.0
            };
            self.written.listings.iter().any(|listing| listing.searchable() && parts(listing))
        };
        let known: f32 =
            rarities.iter().enumerate().filter(|(at, _)| is_known(*at)).map(|(_, rarity)| rarity).sum();
        let parts = Parts::of(listing);
        let worths =
            asked.iter().enumerate().map(|(position, word)| parts.worth(word, self.is_unfinished(position)));
        let (mut share, mut told, mut least) = (0.0, 0.0, 1.0_f32);
        let mut answered = 0;
        for (worth, rarity) in worths.zip(&rarities) {
            answered += usize::from(worth > 0.0);
            least = if worth > 0.0 { least.min(worth) } else { least };
            share += worth * (rarity / all);
            told += if worth > 0.0 { rarity / known } else { 0.0 };
        }
        (answered, share, told, least)
    }

    /// Documents that were written over still weigh, until the engine forgets them.
    fn rarity(&self, word: &Word) -> f32 {
        let has =
            |listing: &&Listing| listing.searchable() && Parts::of(listing).stem.contains_key(&word.stem);
        let with = self.written.listings.iter().filter(has).count() as f32;
        let all = (self.written.live().count() as f32).max(with);
        1.0 + ((all + 1.0) / (with + 1.0)).ln()
    }
}

/// The best part of a listing that each word, and each stem, stands in.
struct Parts {
    plain: HashMap<String, Part>,
    stem: HashMap<String, Part>,
}

impl Parts {
    fn of(listing: &Listing) -> Parts {
        let mut parts = Parts { plain: HashMap::new(), stem: HashMap::new() };
        for part in Part::ALL {
            for word in texts(listing, part).iter().flat_map(|text| words(text)) {
                parts.plain.entry(word.plain).or_insert(part);
                parts.stem.entry(word.stem).or_insert(part);
            }
        }
        parts
    }

    fn worth(&self, word: &Word, unfinished: bool) -> f32 {
        let plain = self.plain.get(&word.plain).map_or(0.0, |part| worth(*part));
        let stem = self.stem.get(&word.stem).map_or(0.0, |part| worth(*part) * STEM_WORTH);
        let begun = self.plain.iter().filter(|(plain, _)| {
            unfinished
                && word.plain.chars().count() >= 2
                && plain.starts_with(&word.plain)
                && **plain != word.plain
        });
        begun.map(|(_, part)| worth(*part) * BEGINNING_WORTH).fold(plain.max(stem), f32::max)
    }
}

const KINDS: [&str; 5] = ["emg", "ccas", "ssiad", "mdph", "dac"];
const COMMUNES: [&str; 7] = ["92007", "92002", "92049", "91228", "75115", "31555", "97411"];
const WORDS: [&str; 12] = [
    "aidant",
    "aidants",
    "écoute",
    "écoutée",
    "gériatrie",
    "gériatrique",
    "équipe",
    "mobile",
    "domicile",
    "répit",
    "Bagneux",
    "gérontologie",
];
const COVERAGES: [&str; 14] = [
    "commune:92007",
    "commune:92002",
    "commune:75056",
    "commune:75115",
    "epci:200057966",
    "epci:200054781",
    "departement:92",
    "departement:31",
    "region:11",
    "national",
    "radius:4",
    "radius:12",
    "territory:dac-92-sud",
    "territory:inconnu",
];

fn some<T: std::fmt::Debug + Copy + 'static>(of: &'static [T], most: usize) -> impl Strategy<Value = Vec<T>> {
    prop::collection::vec(prop::sample::select(of), 0..=most)
}

fn one_in<T: std::fmt::Debug + Copy + 'static>(of: &'static [T]) -> impl Strategy<Value = Option<T>> {
    prop::option::of(prop::sample::select(of))
}

pub fn listing() -> impl Strategy<Value = Listing> {
    let said = (some(&WORDS, 3), some(&WORDS, 1), some(&WORDS, 4), prop::sample::select(&KINDS[..]));
    let place = (one_in(&COMMUNES), any::<bool>(), -0.3..0.3, some(&COVERAGES, 2));
    let people = (some(Audience::ALL, 2), some(Mode::ALL, 2), some(Theme::ALL, 1), one_in(&[10_u8, 75]));
    let upkeep = (
        one_in(&[0_u16, 7, 14]),
        one_in(&["2026-10-01", "2026-01-15", "2024-05-02"]),
        one_in(&["Mo-Fr 09:00-17:00", "Sa 09:00-12:00"]),
        prop::sample::select(Status::ALL),
        0..12_u8,
        prop::option::weighted(0.5, 0..3_u8),
    );
    (said, place, people, upkeep).prop_map(|(said, place, people, upkeep)| {
        let (name, organization, body, kind) = said;
        let mut fields = Fields::new(name.join(" "), Category::from_code(kind).expect("a kind"));
        fields.organization = organization.first().map(|word| (*word).to_owned());
        fields.description = (!body.is_empty()).then(|| body.join(" "));
        let (commune, sited, aside, coverage) = place;
        fields.commune = commune.map(str::to_owned);
        fields.location =
            commune.filter(|_| sited).and_then(|commune| france().commune(commune)).map(|commune| Location {
                lat: commune.point.lat + aside,
                lon: commune.point.lon,
                precision: Precision::Address,
            });
        fields.coverage = coverage.iter().map(|part| part.parse().expect("a coverage")).collect();
        (fields.audiences, fields.modes, fields.themes, fields.age_min) = people;
        let (delay, verified, hours, status, withdrawn, twin) = upkeep;
        fields.delay_days = delay;
        fields.verified_on = verified.map(|day| day.parse().expect("a day"));
        fields.hours = hours.map(|hours| hours.parse().expect("hours"));
        fields.status = status;
        Listing {
            id: ListingId::founded_by("essai", ""),
            slug: String::new(),
            former_slugs: Vec::new(),
            others: BTreeMap::new(),
            merged: Vec::new(),
            twin: twin.map(|first| ListingId::founded_by("jumeau", &first.to_string())),
            presence: None,
            checks: Vec::new(),
            fields,
            provenance: BTreeMap::new(),
            sources: vec![SourceRef { source: "essai".into(), source_id: String::new(), last_seen: now() }],
            withdrawn_at: (withdrawn == 0).then(now),
        }
    })
}

/// Some listings written over, then all of them as they are; each as its own document.
pub fn directory() -> impl Strategy<Value = Written> {
    let all = prop::collection::vec(listing(), 1..14);
    (all, prop::collection::vec(listing(), 0..4)).prop_map(|(all, mut written)| {
        written.truncate(all.len());
        let replaced = written.len();
        written.extend(all);
        for (number, listing) in written.iter_mut().enumerate() {
            let number = if number < replaced { number } else { number - replaced };
            listing.id = ListingId::founded_by("essai", &number.to_string());
            listing.slug = format!("ressource-{number}");
        }
        Written { listings: written, replaced }
    })
}

pub fn request() -> impl Strategy<Value = Request> {
    let text =
        (some(&WORDS, 3), one_in(&["gé", "ger", "aid", "m", "dom", "zzz", "emg", "mobil"]), any::<bool>());
    let place = prop_oneof![
        2 => Just(None),
        4 => prop::sample::select(&["92007", "92220", "75056", "75115", "31555", "92049"][..])
            .prop_map(|written| Some(PlaceAsked::Written(written.to_owned()))),
        2 => prop::sample::select(&[
            (PlaceKind::Departement, "92"),
            (PlaceKind::Region, "11"),
            (PlaceKind::Epci, "200057966"),
            (PlaceKind::Epci, "200054781"),
            (PlaceKind::Territory, "dac-92-sud"),
        ][..])
        .prop_map(|(kind, code)| Some(PlaceAsked::Known(kind, code.to_owned()))),
    ];
    let point = prop::option::weighted(0.2, Just(Point { lat: 48.7966, lon: 2.3094 }));
    let criteria = (
        prop::option::weighted(0.2, prop::sample::select(&KINDS[..])),
        prop::option::weighted(0.2, prop::sample::select(Audience::ALL)),
        prop::option::weighted(0.2, prop::sample::select(Mode::ALL)),
        prop::option::weighted(0.1, prop::sample::select(Theme::ALL)),
        prop::option::weighted(0.2, prop::sample::select(&[8_u8, 80][..])),
        prop::option::weighted(0.1, Just("2026-11-20T10:00:00Z")),
    );
    let radius = prop::option::weighted(0.15, prop::sample::select(&[5.0, 30.0][..]));
    let page = (prop::sample::select(Sort::ALL), 1..6_usize, 0..3_usize, any::<bool>(), any::<bool>());
    (text, place, point, radius, criteria, page).prop_map(
        |(text, place, point, radius_km, criteria, page)| {
            let (words, beginning, space) = text;
            let mut text = words.into_iter().chain(beginning).collect::<Vec<_>>().join(" ");
            text.push_str(if space { " " } else { "" });
            let (kind, audience, mode, theme, age, open_at) = criteria;
            let (sort, limit, offset, facets, text_first) = page;
            Request {
                text,
                radius_km: radius_km.filter(|_| place.is_some() || point.is_some()),
                place,
                text_first,
                point,
                categories: kind.and_then(Category::from_code).into_iter().collect(),
                audiences: audience.into_iter().collect(),
                modes: mode.into_iter().collect(),
                themes: theme.into_iter().collect(),
                age,
                open_at: open_at.map(|at| at.parse().expect("an instant")),
                sort,
                limit,
                offset,
                facets,
                ..Request::default()
            }
        },
    )
}

pub fn now() -> DateTime<Utc> {
    "2026-11-22T12:00:00Z".parse().expect("an instant")
}

pub fn territory() -> Territory {
    Territory {
        code: "dac-92-sud".into(),
        kind: "dac".into(),
        name: "DAC 92 SUD".into(),
        communes: vec!["92007".into(), "92002".into()],
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn the_engine_answers_what_scoring_every_listing_does(
        written in directory(), requests in prop::collection::vec(request(), 8),
    ) {
        static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("maille-naive-{}-{number}", std::process::id()));
        let mut index = Index::open(&folder).unwrap();
        let change = |listing: &Listing| Change::Listing(Box::new(listing.clone()));
        // A document beside those written over: a segment that holds nothing else is forgotten at once.
        let mut changes = vec![Change::Territory(territory())];
        changes.extend(written.listings[..written.replaced].iter().map(change));
        index.apply(&changes, 1).unwrap();
        index.apply(&written.listings[written.replaced..].iter().map(change).collect::<Vec<_>>(), 2).unwrap();
        let node = index.node();
        drop(index);
        std::fs::remove_dir_all(&folder).unwrap();

        let territories = Territories::new([std::sync::Arc::new(territory())]);
        for request in &requests {
            let local = now().with_timezone(&time_zone(None)).naive_local();
            let reading = understand::read(request, &request.off, local, &written);
            let here = place::resolve(request, reading.place.as_ref(), &territories).unwrap();
            let reading = if here.leaves_text(request, reading.place.as_ref()) {
                understand::read(request, &[Off::Place], local, &written)
            } else {
                reading
            };
            let (here, asked) = (&here, &reading.asked);
            let naive = Naive { written: &written, request, here, reading: &reading, asked, now: now() };
            let answer = node.search(request, now()).unwrap();
            // A map shows what the search counts, or nothing when that is elsewhere.
            let spots = node.spots(request, now()).unwrap();
            let elsewhere = answer.widened.iter().any(|step| step.step == "place");
            prop_assert_eq!(spots.all.len() as u64, spots.answer.total);
            prop_assert!(spots.answer.total == answer.total || elsewhere, "{:?}", request);
            prop_assert!(spots.answer.hits.is_empty());
            let told = Told {
                total: answer.total,
                answered: answer.answered,
                widened: answer.widened.iter().map(|step| step.step).collect(),
                facets: answer.facets.map(|facets| format!("{facets:?}")),
                hits: answer
                    .hits
                    .iter()
                    .map(|hit| {
                        let also = hit.also.iter().map(|twin| twin.slug.clone()).collect();
                        (hit.listing.slug.clone(), hit.serves, also)
                    })
                    .collect(),
            };
            prop_assert_eq!(told, naive.told(), "{:?}", request);
        }
    }
}
