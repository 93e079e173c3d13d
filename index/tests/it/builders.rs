//! Invented directories, and the only way tests make listings.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, Utc};
use maille_domain::listing::SourceRef;
use maille_domain::location::{Location, Precision};
use maille_domain::request::PlaceAsked;
use maille_domain::vocabulary::{Audience, Mode, Status, Theme};
use maille_domain::{Category, Fields, Listing, ListingId, Request, Territory};
use maille_index::{Answer, Change, Index, Node};
use maille_territory::{PlaceKind, france};

/// The instant of every test.
pub fn now() -> DateTime<Utc> {
    at("2026-11-22T12:00:00Z")
}

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// A folder that goes away with the test.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Folder {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("maille-index-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("a temporary folder");
        Folder(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left in the temporary folder harms nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A listing being described.
#[derive(Debug, Clone)]
pub struct Draft(pub Listing);

/// A listing of a kind, open, the rest unknown.
pub fn listing(kind: &str, name: &str) -> Draft {
    let fields = Fields::new(name, Category::from_code(kind).expect("a kind"));
    Draft(Listing {
        id: ListingId::founded_by("essai", name),
        slug: maille_domain::slug::slug(name, None),
        former_slugs: Vec::new(),
        others: std::collections::BTreeMap::new(),
        merged: Vec::new(),
        twin: None,
        presence: None,
        checks: Vec::new(),
        fields,
        provenance: std::collections::BTreeMap::new(),
        sources: vec![SourceRef { source: "essai".to_owned(), source_id: name.to_owned(), last_seen: now() }],
        withdrawn_at: None,
    })
}

fn parsed<T: std::str::FromStr>(texts: &[&str]) -> Vec<T> {
    texts.iter().map(|text| text.parse().unwrap_or_else(|_| panic!("{text}"))).collect()
}

impl Draft {
    pub fn with(mut self, change: impl FnOnce(&mut Fields)) -> Draft {
        change(&mut self.0.fields);
        self
    }

    /// Perhaps the same thing as the listing of this name, which nobody has decided.
    pub fn twin_of(mut self, name: &str) -> Draft {
        self.0.twin = Some(ListingId::founded_by("essai", name));
        self
    }

    /// Found to be what these listings are.
    pub fn merging(mut self, names: &[&str]) -> Draft {
        self.0.merged = names.iter().map(|name| ListingId::founded_by("essai", name)).collect();
        self
    }

    /// In a commune, at its town hall, the address being known.
    pub fn at(self, commune: &str) -> Draft {
        let point = france().commune(commune).expect("a commune").point;
        self.at_point(commune, point.lat, point.lon)
    }

    pub fn at_point(self, commune: &str, lat: f64, lon: f64) -> Draft {
        self.with(|fields| {
            fields.commune = Some(commune.to_owned());
            fields.location = Some(Location { lat, lon, precision: Precision::Address });
        })
    }

    /// Somewhere in a commune.
    pub fn somewhere_in(self, commune: &str) -> Draft {
        self.with(|fields| fields.commune = Some(commune.to_owned()))
    }

    pub fn covers(self, coverage: &[&str]) -> Draft {
        self.with(|fields| fields.coverage = parsed(coverage))
    }

    pub fn audiences(self, audiences: &[Audience]) -> Draft {
        self.with(|fields| fields.audiences = audiences.to_vec())
    }

    pub fn ages(self, min: Option<u8>, max: Option<u8>) -> Draft {
        self.with(|fields| (fields.age_min, fields.age_max) = (min, max))
    }

    pub fn modes(self, modes: &[Mode]) -> Draft {
        self.with(|fields| fields.modes = modes.to_vec())
    }

    pub fn themes(self, themes: &[Theme]) -> Draft {
        self.with(|fields| fields.themes = themes.to_vec())
    }

    pub fn status(self, status: Status) -> Draft {
        self.with(|fields| fields.status = status)
    }

    pub fn verified(self, day: &str) -> Draft {
        self.with(|fields| fields.verified_on = Some(day.parse().expect("a day")))
    }

    pub fn delay(self, days: u16) -> Draft {
        self.with(|fields| fields.delay_days = Some(days))
    }

    pub fn hours(self, hours: &str) -> Draft {
        self.with(|fields| fields.hours = Some(hours.parse().expect("hours")))
    }

    pub fn says(self, description: &str) -> Draft {
        self.with(|fields| fields.description = Some(description.to_owned()))
    }

    pub fn acronym(self, acronym: &str) -> Draft {
        self.with(|fields| fields.acronym = Some(acronym.to_owned()))
    }

    pub fn withdrawn(mut self) -> Draft {
        self.0.withdrawn_at = Some(now());
        self
    }

    pub fn change(self) -> Change {
        Change::Listing(Box::new(self.0))
    }
}

pub fn territory(code: &str, kind: &str, communes: &[&str]) -> Territory {
    Territory {
        code: code.to_owned(),
        kind: kind.to_owned(),
        name: code.replace('-', " ").to_uppercase(),
        communes: communes.iter().map(|code| (*code).to_owned()).collect(),
    }
}

/// An index of a few listings.
pub struct Directory {
    pub folder: Folder,
    pub index: Index,
}

impl Directory {
    pub fn of(drafts: impl IntoIterator<Item = Draft>) -> Directory {
        let folder = Folder::new();
        let mut index = Index::open(folder.path()).expect("an index");
        let changes: Vec<Change> = drafts.into_iter().map(Draft::change).collect();
        index.apply(&changes, 1).expect("a commit");
        Directory { folder, index }
    }

    pub fn with_territories(mut self, territories: impl IntoIterator<Item = Territory>) -> Directory {
        let changes: Vec<Change> = territories.into_iter().map(Change::Territory).collect();
        self.index.apply(&changes, 2).expect("a commit");
        self
    }

    pub fn node(&self) -> Node {
        self.index.node()
    }

    pub fn search(&self, request: &Request) -> Answer {
        self.node().search(request, now()).unwrap_or_else(|error| panic!("{request:?}: {error}"))
    }

    /// The names found, in order.
    pub fn names(&self, request: &Request) -> Vec<String> {
        names(&self.search(request))
    }
}

pub fn names(answer: &Answer) -> Vec<String> {
    answer.hits.iter().map(|hit| hit.listing.fields.name.clone()).collect()
}

/// A request for words, in a commune when one is given.
pub fn asking(text: &str, commune: &str) -> Request {
    let place = (!commune.is_empty()).then(|| PlaceAsked::Written(commune.to_owned()));
    Request { text: text.to_owned(), place, ..Request::default() }
}

/// A request for words in a place of any kind.
pub fn asking_in(text: &str, kind: PlaceKind, code: &str) -> Request {
    let place = Some(PlaceAsked::Known(kind, code.to_owned()));
    Request { text: text.to_owned(), place, ..Request::default() }
}

/// An answer as a page would tell it.
pub fn told(answer: &Answer) -> String {
    use std::fmt::Write;
    let mut out = String::new();
    let place = answer.interpretation.place.as_ref();
    let place = place.map_or("-", |place| place.place.name.as_str());
    writeln!(out, "place {place}, answered {}, total {}", answer.answered, answer.total).expect("a string");
    for step in &answer.widened {
        writeln!(out, "widened ({}): {}", step.step, step.label).expect("a string");
    }
    for hit in &answer.hits {
        let name = &hit.listing.fields.name;
        writeln!(out, "{name} [{} {}: {}]", hit.serves.as_str(), hit.coverage.level, hit.coverage.label)
            .expect("a string");
        for reason in &hit.why {
            writeln!(out, "  {reason}").expect("a string");
        }
    }
    out
}
