//! Times of the index alone, on an invented directory: `cargo run --release -p maille-index --example measure -- 100000 [DIR|-] [WHICH]`.
#![expect(clippy::disallowed_methods, reason = "a measure reads the clock")]
#![expect(clippy::print_stdout, reason = "that is its result")]

use std::path::Path;
use std::sync::LazyLock;
use std::time::Instant;

use chrono::Utc;
use maille_domain::listing::{Provenance, SourceRef};
use maille_domain::location::{Location, Precision};
use maille_domain::request::{PlaceAsked, Sort, Total};
use maille_domain::vocabulary::{Audience, Mode};
use maille_domain::{Category, Coverage, Fields, Listing, ListingId, Request};
use maille_index::{Change, Index};
use maille_territory::{Commune, Point, france};

const PARIS: Point = Point { lat: 48.8566, lon: 2.3522 };

/// A small generator of numbers: the same directory at every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % sides
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.roll(of.len())]
    }
}

/// Words that listings are made of: the first ones are everywhere, the last ones nearly nowhere.
struct Vocabulary(Vec<String>);

impl Vocabulary {
    fn new() -> Vocabulary {
        let syllables =
            ["ba", "cor", "di", "fen", "gu", "lan", "mé", "nor", "pi", "ques", "ra", "su", "té", "vin", "xo"];
        let mut words: Vec<String> = WORDS.iter().map(|word| (*word).to_owned()).collect();
        let mut dice = Dice(3);
        while words.len() < 8_000 {
            let count = 2 + dice.roll(3);
            words.push((0..count).map(|_| *dice.pick(&syllables)).collect());
        }
        Vocabulary(words)
    }

    /// As often as the inverse of its place.
    fn word(&self, dice: &mut Dice) -> &str {
        let share = dice.roll(1_000_000) as f64 / 1e6;
        let place = (self.0.len() as f64).powf(share) as usize - 1;
        &self.0[place.min(self.0.len() - 1)]
    }

    fn text(&self, dice: &mut Dice, count: usize) -> String {
        (0..count).map(|_| self.word(dice)).collect::<Vec<_>>().join(" ")
    }
}

const WORDS: &[&str] = &[
    "accompagnement",
    "personnes",
    "âgées",
    "domicile",
    "évaluation",
    "gérontologique",
    "aidants",
    "répit",
    "écoute",
    "mémoire",
    "Alzheimer",
    "psychiatrie",
    "précarité",
    "logement",
    "hébergement",
    "soins",
    "palliatifs",
    "handicap",
    "enfants",
    "famille",
    "médecin",
    "traitant",
    "orientation",
    "équipe",
    "pluridisciplinaire",
    "infirmière",
    "urgence",
    "consultation",
    "addictologie",
    "prévention",
    "santé",
    "social",
    "droits",
    "transport",
    "repas",
    "autonomie",
];

/// A commune, as often as people live there.
fn somewhere(dice: &mut Dice) -> &'static Commune {
    static UP_TO: LazyLock<Vec<u64>> = LazyLock::new(|| {
        let people = france().communes().iter().map(|commune| u64::from(commune.population));
        people
            .scan(0, |sum, people| {
                *sum += people;
                Some(*sum)
            })
            .collect()
    });
    let at = dice.roll(usize::try_from(*UP_TO.last().unwrap_or(&1)).unwrap_or(1)) as u64;
    &france().communes()[UP_TO.partition_point(|up_to| *up_to <= at)]
}

fn listing(number: usize, kinds: &[Category], vocabulary: &Vocabulary, dice: &mut Dice) -> Listing {
    let commune = somewhere(dice);
    let kind = *dice.pick(kinds);
    let mut fields = Fields::new(format!("{} {}", kind.label(), commune.name), kind);
    fields.organization = Some(format!("Association {}", vocabulary.text(dice, 2)));
    fields.summary = Some(vocabulary.text(dice, 12));
    fields.description = Some(vocabulary.text(dice, 40));
    fields.phone = "0146301814".parse().into_iter().collect();
    fields.commune = Some(commune.code.to_string());
    let mut near = || dice.roll(2_000) as f64 / 1e5 - 0.01;
    let (lat, lon) = (commune.point.lat + near(), commune.point.lon + near());
    fields.location = Some(Location { lat, lon, precision: Precision::Address });
    fields.hours = "Mo-Fr 09:00-12:00,14:00-18:00; PH off".parse().ok().filter(|_| dice.roll(2) == 0);
    fields.coverage = match dice.roll(10) {
        0..=1 => vec![],
        2..=4 => vec![Coverage::Commune(commune.code.to_string())],
        5 => commune.epci.iter().map(|epci| Coverage::Epci(epci.to_string())).collect(),
        6..=8 => vec![Coverage::Departement(commune.departement.to_string())],
        _ => vec![Coverage::Radius(20.0)],
    };
    fields.audiences = vec![*dice.pick(Audience::ALL)];
    fields.modes = vec![*dice.pick(Mode::ALL)];
    let source_id = number.to_string();
    let said =
        Provenance::Source { source: "mesure".to_owned(), source_id: source_id.clone(), at: Utc::now() };
    Listing {
        id: ListingId::founded_by("mesure", &source_id),
        slug: format!("ressource-{number}"),
        provenance: fields.to_values().into_keys().map(|field| (field, said.clone())).collect(),
        fields,
        sources: vec![SourceRef { source: "mesure".to_owned(), source_id, last_seen: Utc::now() }],
        withdrawn_at: None,
    }
}

/// Processor time of this thread, in nanoseconds.
fn processor() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|first| first.parse().ok()).unwrap_or(0)
}

fn timed(label: &str, runs: u32, mut run: impl FnMut(u32)) {
    if !std::env::args().nth(3).is_none_or(|only| label.contains(&only)) {
        return;
    }
    let runs = runs * std::env::var("TIMES").ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    for number in 0..runs {
        run(number);
    }
    let mut times: Vec<u64> = (0..runs)
        .map(|number| {
            let start = processor();
            run(number);
            processor() - start
        })
        .collect();
    let mean = times.iter().sum::<u64>() / u64::from(runs) / 1000;
    times.sort_unstable();
    let at = |share: usize| times[times.len() * share / 100] / 1000;
    println!("{label:40} mean {mean:>7} µs   p50 {:>7} µs   p95 {:>7} µs of processor", at(50), at(95));
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let count: usize = std::env::args().nth(1).map_or(Ok(100_000), |count| count.parse())?;
    let kept = std::env::args().nth(2).filter(|dir| dir != "-");
    let dir = kept.clone().map_or_else(
        || std::env::temp_dir().join(format!("maille-measure-{}", std::process::id())),
        std::path::PathBuf::from,
    );
    measure(&dir, count)?;
    if kept.is_none() {
        std::fs::remove_dir_all(&dir)?;
    }
    Ok(())
}

fn measure(dir: &Path, count: usize) -> Result<(), Box<dyn std::error::Error>> {
    let kinds: Vec<Category> = Category::all().collect();
    let vocabulary = Vocabulary::new();
    let mut dice = Dice(7);
    let start = Instant::now();
    if !dir.exists() {
        let mut rebuild = Index::rebuild(dir)?;
        for number in 0..count {
            let listing = listing(number, &kinds, &vocabulary, &mut dice);
            rebuild.apply(&[Change::Listing(Box::new(listing))], 1)?;
        }
        drop(rebuild.publish()?);
        println!("{count} listings indexed in {:.1?}", start.elapsed());
    }
    let start = Instant::now();
    let mut index = Index::open(dir)?;
    println!("reopened in {:.1?}", start.elapsed());

    let node = index.node();
    let now = Utc::now();
    let mut dice = Dice(11);
    let in_commune = |text: &str, commune: &str| Request {
        text: text.to_owned(),
        place: Some(PlaceAsked::Written(commune.to_owned())),
        ..Request::default()
    };
    let plain = |request: Request| Request { facets: false, total: Total::Estimate, ..request };
    let communes: Vec<&str> = (0..400).map(|_| &*somewhere(&mut dice).code).collect();
    let needs: Vec<&str> = (0..400).map(|_| dice.pick(&kinds).label()).collect();
    let threes: Vec<String> = (0..400).map(|_| vocabulary.text(&mut dice, 3)).collect();
    let ones: Vec<&str> = (0..400).map(|_| vocabulary.word(&mut dice)).collect();
    let beginnings: Vec<String> = (0..400).map(|at| ones[at].chars().take(2 + at % 3).collect()).collect();
    let search = |request: &Request| {
        let _ = node.search(request, now).map(|answer| answer.hits.len());
    };
    let at = |number: u32| number as usize % 400;
    let commune = |number: u32| communes[at(number)];
    timed("a need, a commune, plain", 400, |number| {
        search(&plain(in_commune(needs[at(number)], commune(number))));
    });
    timed("a need, a commune, whole", 400, |number| {
        search(&in_commune(needs[at(number)], commune(number)));
    });
    timed("three words, a commune, plain", 400, |number| {
        search(&plain(in_commune(&threes[at(number)], commune(number))));
    });
    timed("three words, a commune, whole", 400, |number| {
        search(&in_commune(&threes[at(number)], commune(number)));
    });
    timed("one word, a commune, plain", 400, |number| {
        search(&plain(in_commune(ones[at(number)], commune(number))));
    });
    timed("a beginning, a commune, plain", 400, |number| {
        search(&plain(in_commune(&beginnings[at(number)], commune(number))));
    });
    timed("three words anywhere, plain", 200, |number| {
        search(&plain(Request { text: threes[at(number)].clone(), ..Request::default() }));
    });
    timed("one word anywhere, plain", 200, |number| {
        search(&plain(Request { text: ones[at(number)].to_owned(), ..Request::default() }));
    });
    timed("one word anywhere, whole", 200, |number| {
        search(&Request { text: ones[at(number)].to_owned(), ..Request::default() });
    });
    timed("a beginning anywhere, plain", 200, |number| {
        search(&plain(Request { text: beginnings[at(number)].clone(), ..Request::default() }));
    });
    timed("what is here, plain", 200, |number| search(&plain(in_commune("", commune(number)))));
    timed("what is here, whole", 200, |number| search(&in_commune("", commune(number))));
    timed("everything by name", 10, |_| search(&Request { sort: Sort::Name, ..Request::default() }));
    timed("around a point, 10 km", 200, |number| {
        let point = france().commune(commune(number)).map(|commune| commune.point);
        search(&Request { point, radius_km: Some(10.0), ..Request::default() });
    });
    timed("nearest 20", 200, |number| {
        let point = france().commune(commune(number)).map_or(PARIS, |commune| commune.point);
        let _ = node.nearest(point, 20);
    });
    timed("suggest, one letter, a commune", 200, |number| {
        node.suggest(["a", "c", "m", "s", "é"][at(number) % 5], Some(commune(number)));
    });
    timed("suggest, one letter", 200, |number| {
        node.suggest(["a", "c", "m", "s", "é"][at(number) % 5], None);
    });
    timed("suggest, three letters, a commune", 200, |number| {
        let need: String = needs[at(number)].chars().take(3).collect();
        node.suggest(&need, Some(commune(number)));
    });
    timed("suggest, a name, a commune", 200, |number| {
        let need: String = needs[at(number)].chars().take(18).collect();
        node.suggest(&need, Some(commune(number)));
    });
    timed("places, a name", 200, |_| {
        node.places("bagneu", 5);
    });
    timed("places, one letter", 200, |number| {
        node.places(["a", "c", "m", "s"][number as usize % 4], 5);
    });
    timed("a sheet", 400, |number| {
        node.listing_by_slug(&format!("ressource-{}", number as usize % count));
    });
    let mut number = 0;
    timed("a change, applied and searchable", 40, |_| {
        number += 1;
        let start = Instant::now();
        let change = Change::Listing(Box::new(listing(number, &kinds, &vocabulary, &mut dice)));
        let _ = index.apply(&[change], 2);
        if number % 20 == 0 {
            println!("  wall {:.1?}", start.elapsed());
        }
    });
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    for line in status.lines().filter(|line| line.starts_with("Rss") || line.starts_with("VmRSS")) {
        println!("{line}");
    }
    Ok(())
}
