//! What is asked: drawn from the listings themselves, so that words come as often as they are written, and communes as
//! often as they are lived in.

use std::fmt::Write;

use maille_domain::Listing;
use maille_importers::synthetic::Dice;
use maille_territory::{Commune, fold};

/// Queries of each kind.
const EACH: usize = 80;
/// Listings that queries are drawn from.
const SAMPLE: usize = 2_000;
/// Shorter words relate others, or tell little.
const SHORTEST_WORD: usize = 5;

/// Kinds of query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// One word.
    Word,
    /// Three words of one listing.
    Words,
    /// The beginning of a word.
    Prefix,
    /// Two words and a commune: what is asked all day.
    Need,
    /// The same, with facets and an exact total: the answer of the pages.
    Full,
    /// The nearest twenty.
    Nearest,
}

impl Kind {
    pub const ALL: [Kind; 6] = [Kind::Word, Kind::Words, Kind::Prefix, Kind::Need, Kind::Full, Kind::Nearest];

    pub fn label(self) -> &'static str {
        match self {
            Kind::Word => "un mot",
            Kind::Words => "trois mots",
            Kind::Prefix => "début de mot",
            Kind::Need => "besoin + couverture + distance",
            Kind::Full => "la même, facettes et total exact",
            Kind::Nearest => "les 20 plus proches",
        }
    }
}

/// One query.
#[derive(Debug, Clone)]
pub struct Query {
    pub words: String,
    pub commune: Option<&'static Commune>,
}

impl Query {
    /// Its path on maille.
    pub fn path(&self, kind: Kind) -> String {
        let answer = if kind == Kind::Full { "" } else { "&facets=false&total=estimate" };
        match (kind, self.commune) {
            (Kind::Nearest, Some(commune)) => {
                let point = commune.point;
                format!("/api/v1/search?lat={}&lon={}&sort=distance{answer}", point.lat, point.lon)
            }
            (_, Some(commune)) => {
                format!("/api/v1/search?q={}&commune={}{answer}", encoded(&self.words), commune.code)
            }
            (_, None) => format!("/api/v1/search?q={}{answer}", encoded(&self.words)),
        }
    }
}

/// A text as part of an address.
pub fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

/// Gathers the listings to draw from, evenly over the directory.
pub struct Sampler {
    every: usize,
    seen: usize,
    sample: Vec<(Vec<String>, &'static Commune)>,
}

impl Sampler {
    /// Of a directory of `listings`.
    pub fn new(listings: usize) -> Sampler {
        Sampler { every: (listings / SAMPLE).max(1), seen: 0, sample: Vec::new() }
    }

    pub fn take(&mut self, listing: &Listing) {
        self.seen += 1;
        if !self.seen.is_multiple_of(self.every) {
            return;
        }
        let fields = &listing.fields;
        let texts = [Some(&fields.name), fields.description.as_ref(), fields.summary.as_ref()];
        let words: Vec<String> = texts.into_iter().flatten().flat_map(|text| words(text)).collect();
        if let (true, Some(commune)) = (words.len() >= 6, fields.commune()) {
            self.sample.push((words, commune));
        }
    }

    /// The queries of a kind: the same ones for the same listings.
    pub fn queries(&self, kind: Kind) -> Vec<Query> {
        // The full answer is asked the same needs.
        let number = if kind == Kind::Full { Kind::Need } else { kind } as u64;
        let mut dice = Dice::of(1, number);
        (0..EACH)
            .map(|position| {
                let (listing, _) = dice.pick(&self.sample);
                let (_, commune) = dice.pick(&self.sample);
                let words = match kind {
                    Kind::Word => dice.pick(&listing),
                    Kind::Words => several(&listing, 3, &mut dice),
                    Kind::Prefix => {
                        let letters = 2 + dice.below(4) as usize;
                        dice.pick(&listing).chars().take(letters).collect()
                    }
                    Kind::Need | Kind::Full => several(&listing, 2, &mut dice),
                    Kind::Nearest => String::new(),
                };
                let words = if position % 2 == 0 { words } else { fold(&words) };
                let placed = matches!(kind, Kind::Need | Kind::Full | Kind::Nearest);
                Query { words, commune: placed.then_some(commune) }
            })
            .collect()
    }
}

/// Different words of a listing, the first half of them from its beginning, where its name is.
fn several(listing: &[String], count: usize, dice: &mut Dice) -> String {
    let mut chosen: Vec<String> = vec![listing[0].clone()];
    while chosen.len() < count {
        let word = dice.pick(listing);
        if !chosen.contains(&word) || chosen.len() >= listing.len() {
            chosen.push(word);
        }
    }
    chosen.join(" ")
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphabetic())
        .filter(|word| word.chars().count() >= SHORTEST_WORD)
        .map(str::to_lowercase)
        .collect()
}
