//! Times of the index alone, on an invented directory: `cargo run --release -p maille-index --example measure -- 10000`.
#![expect(clippy::disallowed_methods, reason = "a measure reads the clock")]
#![expect(clippy::print_stdout, reason = "that is its result")]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use chrono::Utc;
use maille_domain::listing::SourceRef;
use maille_domain::location::{Location, Precision};
use maille_domain::request::{PlaceAsked, Sort};
use maille_domain::vocabulary::{Audience, Mode};
use maille_domain::{Category, Coverage, Fields, Listing, ListingId, Request};
use maille_index::{Change, Index, Node};
use maille_territory::{Point, france};

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

fn listing(number: usize, kinds: &[Category], dice: &mut Dice) -> Listing {
    let communes = france().communes();
    let commune = dice.pick(communes);
    let kind = *dice.pick(kinds);
    let mut fields = Fields::new(format!("{} {} {number}", kind.label(), commune.name), kind);
    let text =
        |dice: &mut Dice, count: usize| (0..count).map(|_| *dice.pick(WORDS)).collect::<Vec<_>>().join(" ");
    fields.organization = Some(format!("Association {} {}", dice.pick(WORDS), dice.pick(WORDS)));
    fields.summary = Some(text(dice, 12));
    fields.description = Some(text(dice, 60));
    fields.commune = Some(commune.code.to_string());
    let point = commune.point;
    fields.location = Some(Location { lat: point.lat, lon: point.lon, precision: Precision::Address });
    fields.coverage = match dice.roll(10) {
        0..=2 => vec![],
        3..=4 => vec![Coverage::Commune(commune.code.to_string())],
        5 => commune.epci.iter().map(|epci| Coverage::Epci(epci.to_string())).collect(),
        6..=8 => vec![Coverage::Departement(commune.departement.to_string())],
        _ => vec![Coverage::Radius(20.0)],
    };
    fields.audiences = vec![*dice.pick(Audience::ALL)];
    fields.modes = vec![*dice.pick(Mode::ALL)];
    let source_id = number.to_string();
    Listing {
        id: ListingId::founded_by("mesure", &source_id),
        slug: format!("ressource-{number}"),
        fields,
        provenance: BTreeMap::new(),
        sources: vec![SourceRef { source: "mesure".to_owned(), source_id, last_seen: Utc::now() }],
        withdrawn_at: None,
    }
}

fn timed(label: &str, runs: u32, mut run: impl FnMut(u32)) {
    for number in 0..runs / 10 {
        run(number);
    }
    let mut times: Vec<Duration> = (0..runs)
        .map(|number| {
            let start = Instant::now();
            run(number);
            start.elapsed()
        })
        .collect();
    times.sort();
    let at = |share: usize| times[times.len() * share / 100].as_micros();
    println!("{label:40} p50 {:>7} µs   p95 {:>7} µs", at(50), at(95));
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let count: usize = std::env::args().nth(1).map_or(Ok(10_000), |count| count.parse())?;
    let dir = std::env::temp_dir().join(format!("maille-measure-{}", std::process::id()));
    measure(&dir, count)?;
    std::fs::remove_dir_all(&dir)?;
    Ok(())
}

fn measure(dir: &Path, count: usize) -> Result<(), Box<dyn std::error::Error>> {
    let kinds: Vec<Category> = Category::all().collect();
    let mut dice = Dice(7);
    let start = Instant::now();
    let mut rebuild = Index::rebuild(dir)?;
    for number in 0..count {
        rebuild.apply(&[Change::Listing(Box::new(listing(number, &kinds, &mut dice)))], 1)?;
    }
    let mut index = rebuild.publish()?;
    println!("{count} listings indexed in {:.1?}", start.elapsed());
    let start = Instant::now();
    drop(index);
    index = Index::open(dir)?;
    println!("reopened in {:.1?}", start.elapsed());

    let node = index.node();
    let now = Utc::now();
    let in_commune = |text: &str, commune: &str| Request {
        text: text.to_owned(),
        place: Some(PlaceAsked::Written(commune.to_owned())),
        ..Request::default()
    };
    let communes = ["92007", "31555", "75115", "59350", "29019", "97411", "33063", "35238"];
    let search = |node: &Node, request: &Request| node.search(request, now).map(|answer| answer.total);
    let commune = |number: u32| communes[number as usize % communes.len()];
    timed("words + commune + facets", 400, |number| {
        let _ = search(&node, &in_commune("équipe mobile gériatrie", commune(number)));
    });
    timed("words + commune, no facets", 400, |number| {
        let _ = search(&node, &Request { facets: false, ..in_commune("aidants répit", commune(number)) });
    });
    timed("words alone + facets", 200, |_| {
        let _ = search(&node, &Request { text: "aidants répit".to_owned(), ..Request::default() });
    });
    timed("prefix, 2 letters + commune", 200, |number| {
        let _ = search(&node, &in_commune("gé", commune(number)));
    });
    timed("what is here", 200, |number| {
        let _ = search(&node, &in_commune("", commune(number)));
    });
    timed("nothing asked, by name", 50, |_| {
        let _ = search(&node, &Request { sort: Sort::Name, ..Request::default() });
    });
    timed("around a point, 10 km", 200, |_| {
        let point = Some(Point { lat: 48.7966, lon: 2.3094 });
        let _ = search(&node, &Request { point, radius_km: Some(10.0), ..Request::default() });
    });
    timed("suggest, one letter", 200, |number| {
        node.suggest(["a", "c", "m", "s"][number as usize % 4], Some(commune(number)));
    });
    timed("suggest, a name", 200, |number| {
        node.suggest("équipe mobile de g", Some(commune(number)));
    });
    timed("places, a name", 200, |_| {
        node.places("bagneu", 5);
    });
    timed("places, several words", 200, |_| {
        node.places("équipe mobile de g", 5);
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
        let change = Change::Listing(Box::new(listing(number, &kinds, &mut dice)));
        let _ = index.apply(&[change], 2);
    });
    Ok(())
}
