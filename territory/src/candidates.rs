//! The places a name can be: looked up in the index, by the words of EPCI, or a typo away.

use crate::france::{Entry, France};
use crate::names::{Bond, Name};
use crate::place::PlaceKind;
use crate::rank::{Hit, Tier};

/// Letters from which one typo, then two, are forgiven.
const ONE_TYPO_FROM: usize = 6;
const TWO_TYPOS_FROM: usize = 9;

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
                (true, Bond::Current) => Tier::Exact,
                (true, Bond::WithoutArticle) => Tier::WithoutArticle,
                (true, Bond::Other) => Tier::Other,
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

    /// Places a typo away: an inserted, missing, wrong or swapped letter, two from nine letters on, never the first one.
    pub(crate) fn misspelt(&self, key: &str, within: &[String]) -> Vec<Hit> {
        if let Some(hits) = self.glued_saint(key, within) {
            return hits;
        }
        let typos = match key.chars().filter(|c| *c != ' ').count() {
            TWO_TYPOS_FROM.. => 2,
            ONE_TYPO_FROM.. => 1,
            _ => return Vec::new(),
        };
        let first = key.chars().next().map(String::from).unwrap_or_default();
        let mut hits = Vec::new();
        for name in self.names.starting_with(&first) {
            if name.key.len().abs_diff(key.len()) > typos || !self.lies_within(name.entry, within) {
                continue;
            }
            let distance = strsim::osa_distance(&name.key, key);
            if distance <= typos {
                hits.push(Hit { distance, ..hit(name, Tier::Misspelt) });
            }
        }
        one_per_place(hits)
    }

    /// "saintdenis", as written without spaces or hyphens.
    fn glued_saint(&self, key: &str, within: &[String]) -> Option<Vec<Hit>> {
        let (folded, rest) = [("ste", key.strip_prefix("sainte")), ("st", key.strip_prefix("saint"))]
            .into_iter()
            .find_map(|(folded, rest)| Some((folded, rest?)))?;
        let mut hits = self.named(&format!("{folded} {rest}"), within);
        hits.retain(|hit| hit.tier <= Tier::Loose);
        (!hits.is_empty()).then_some(hits)
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
