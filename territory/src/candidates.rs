//! The places a name can be: looked up in the index, by the words of EPCI, or a typo away.

use crate::france::{Entry, France};
use crate::names::{Bond, Name};
use crate::place::PlaceKind;
use crate::rank::{Hit, Tier};

/// Letters from which one typo, then two, are forgiven. The name itself has at least [`LEAST_NAME`] letters.
const ONE_TYPO_FROM: usize = 4;
const TWO_TYPOS_FROM: usize = 9;
/// Shorter names are all a typo away from each other.
const LEAST_NAME: usize = 5;
/// Letters from which a text without spaces may be several words.
const GLUED_FROM: usize = 6;

impl France {
    /// Every place whose name is, loosely is or starts with this key, and the EPCI that have its words; one hit per place.
    pub(crate) fn named(&self, key: &str, within: &[String]) -> Vec<Hit> {
        if key.is_empty() {
            return Vec::new();
        }
        let mut hits: Vec<Hit> = Vec::new();
        for name in self.names.starting_with(key) {
            let rest = &name.key[key.len()..];
            let tier = match (rest.is_empty(), name.bond) {
                (true, _) => whole(name),
                (false, Bond::Other) => Tier::OtherPrefix,
                (false, _) => Tier::Prefix,
            };
            let whole_words = name.bond != Bond::Other && (rest.is_empty() || rest.starts_with(' '));
            hits.push(Hit { whole_words, ..hit(name, tier) });
        }
        hits.extend(self.names.loosely(key).map(|name| hit(name, Tier::Loose)));
        hits.extend(self.names.epcis_with_words(key).into_iter().map(|(position, distance)| {
            let entry = Entry { kind: PlaceKind::Epci, position };
            Hit { distance, ..Hit::new(entry, Tier::Words, None) }
        }));
        hits.retain(|hit| self.lies_within(hit.entry, within));
        one_per_place(hits)
    }

    /// Places a typo away: an inserted, missing, wrong or swapped letter, two from nine letters on, never the first one. Words
    /// that run into each other are no typo.
    pub(crate) fn misspelt(&self, key: &str, within: &[String]) -> Vec<Hit> {
        let hits = self.glued(key, within);
        if !hits.is_empty() {
            return hits;
        }
        let letters = |key: &str| key.chars().filter(|c| *c != ' ').count();
        let typos = match letters(key) {
            TWO_TYPOS_FROM.. => 2,
            ONE_TYPO_FROM.. => 1,
            _ => return Vec::new(),
        };
        // "saiint martin": the names say "st martin".
        let saint = saint_mended(key);
        let keys = [Some((key, 0)), saint.as_deref().map(|mended| (mended, 1))];
        let keys = keys.map(|key| key.map(|(key, already)| (key, already, Letters::of(key))));
        let first = key.chars().next().map(String::from).unwrap_or_default();
        let mut hits = Vec::new();
        for name in self.names.starting_with(&first) {
            let distances = keys.iter().flatten().filter_map(|(key, already, letters)| {
                let near = name.key.len().abs_diff(key.len()) + already <= typos
                    && letters.may_be(&name.key, typos - already);
                near.then(|| strsim::osa_distance(&name.key, key) + already)
            });
            let Some(distance) = distances.min().filter(|distance| *distance <= typos) else { continue };
            if letters(&name.key) >= LEAST_NAME && self.lies_within(name.entry, within) {
                hits.push(Hit { distance, ..hit(name, Tier::Misspelt) });
            }
        }
        one_per_place(hits)
    }

    /// Places whose name is this key, spaces set aside: "saintdenis", "villeneuveloubet", "mont dor".
    pub(crate) fn glued(&self, key: &str, within: &[String]) -> Vec<Hit> {
        let typed = key.replace(' ', "").replace("saint", "st");
        let Some(first) = typed.get(..1).filter(|_| typed.len() >= GLUED_FROM) else { return Vec::new() };
        let is = |name: &Name| {
            name.key.len() >= typed.len() && name.key.bytes().filter(|byte| *byte != b' ').eq(typed.bytes())
        };
        let names = self.names.starting_with(first).filter(|name| is(name));
        let names = names.filter(|name| self.lies_within(name.entry, within));
        one_per_place(names.map(|name| hit(name, whole(name))).collect())
    }
}

/// How many times a key has each byte: cheap to compare, where a distance between thousands of names is not.
struct Letters([i16; 128]);

impl Letters {
    fn of(key: &str) -> Letters {
        let mut counts = [0; 128];
        for byte in key.bytes() {
            counts[usize::from(byte & 127)] += 1;
        }
        Letters(counts)
    }

    /// Whether so many typos may lead to this name: each takes a letter away, adds one, or both.
    fn may_be(&self, name: &str, typos: usize) -> bool {
        let mut counts = self.0;
        for byte in name.bytes() {
            counts[usize::from(byte & 127)] -= 1;
        }
        counts.iter().map(|count| usize::from(count.unsigned_abs())).sum::<usize>() <= 2 * typos
    }
}

/// The key with the words that are a letter away from "saint" or "sainte" as names have them; none when there are none.
fn saint_mended(key: &str) -> Option<String> {
    let mend = |word: &str| {
        let near = |saint| word.starts_with('s') && strsim::osa_distance(word, saint) == 1;
        if near("saint") {
            Some("st")
        } else if near("sainte") {
            Some("ste")
        } else {
            None
        }
    };
    let words: Vec<&str> = key.split(' ').collect();
    let mended: Vec<&str> = words.iter().map(|word| mend(word).unwrap_or(word)).collect();
    (words.len() > 1 && mended != words).then(|| mended.join(" "))
}

/// The tier of a name that is the whole text.
fn whole(name: &Name) -> Tier {
    match name.bond {
        Bond::Current => Tier::Exact,
        Bond::WithoutArticle => Tier::WithoutArticle,
        Bond::Other => Tier::Other,
    }
}

fn hit(name: &Name, tier: Tier) -> Hit {
    Hit::new(name.entry, tier, name.label.as_deref().map(str::to_owned))
}

/// Keeps the best hit of each place. What the current name starts with needs no other name to explain it.
fn one_per_place(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_by_key(|hit| (hit.entry, hit.tier, hit.distance));
    hits.dedup_by(|worse, kept| {
        let same = worse.entry == kept.entry;
        kept.whole_words |= same && worse.whole_words;
        same
    });
    for hit in hits.iter_mut().filter(|hit| hit.whole_words) {
        hit.matched = None;
    }
    hits
}
