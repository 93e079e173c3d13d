//! Needs: which kinds a request leads to, by what people say of them.
//!
//! Nobody says a phrasing of the thesaurus word for word. A request is compared with all of them by the stems of its words,
//! words that say the same counting as one, and rare ones more than common ones: a kind scores by the phrasing that is
//! nearest, and by how much of the request the whole of its phrasings speaks of.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use maille_domain::Category;

use crate::analysis::{Word, words};
use crate::thesaurus::thesaurus;
use crate::traits::{kind_at, kinds, position};

use super::phrases::Phrases;

/// Most kinds that words lead to.
const MOST_LEADS: usize = 12;

/// How phrasings are compared with requests.
struct Tuning {
    /// What a phrasing is worth that a kind only helps with, after others.
    helps: f32,
    /// How much words of the request that a phrasing does not have weigh against it.
    unanswered: f32,
    /// The same of words of the phrasing that the request does not have.
    unsaid: f32,
    /// The share of the nearest phrasing in a score; the rest is that of all the phrasings of the kind.
    nearest: f32,
    /// The weight of a word that no phrasing has, against that of the rarest.
    unknown_word: f32,
    /// Occurrences after which a word tells half of what it can of a kind.
    half_told: f32,
    /// Times that a word of the name of a kind counts as said.
    named: f32,
    /// The power of the rarity of a word in its weight.
    rarity: f32,
}

const TUNING: Tuning = Tuning {
    helps: 0.75,
    unanswered: 0.45,
    unsaid: 0.5,
    nearest: 0.32,
    unknown_word: 0.25,
    half_told: 3.2,
    named: 1.4,
    rarity: 0.7,
};

/// A kind that a request leads to.
#[derive(Debug, Clone, PartialEq)]
pub struct Lead {
    pub kind: Category,
    /// 0 to 1.
    pub score: f32,
    /// The words that led to it, by position.
    pub words: Vec<usize>,
}

struct Phrasing {
    kind: usize,
    worth: f32,
    /// What all its words weigh.
    weight: f32,
}

struct Needs {
    /// The meaning of a stem, and of expressions of several words.
    meanings: HashMap<String, usize>,
    expressions: Phrases<usize>,
    /// By meaning.
    weights: Vec<f32>,
    phrasings: Vec<Phrasing>,
    /// The phrasings that have a meaning.
    having: Vec<Vec<usize>>,
    /// The kinds that speak of a meaning, and how much.
    speaking: Vec<Vec<(usize, f32)>>,
    heaviest: f32,
    tuning: Tuning,
}

static NEEDS: LazyLock<Needs> = LazyLock::new(|| Needs::build(TUNING));

/// Words that say the same have one meaning; others have their own.
#[derive(Default)]
struct Meanings {
    of_stem: HashMap<String, usize>,
    expressions: Phrases<usize>,
    count: usize,
}

impl Meanings {
    fn new() -> Meanings {
        let mut meanings = Meanings::default();
        for group in &thesaurus().groups {
            let meaning = meanings.count;
            meanings.count += 1;
            for member in group {
                match &words(member)[..] {
                    [] => {}
                    [word] => {
                        meanings.of_stem.entry(word.stem.clone()).or_insert(meaning);
                    }
                    several => meanings.expressions.insert(several, meaning),
                }
            }
        }
        meanings
    }

    /// The meanings of words, each with the words that have it; new ones are made up.
    fn learn(&mut self, words: &[Word]) -> HashSet<usize> {
        let mut found = HashSet::new();
        let mut said = vec![false; words.len()];
        for expression in self.expressions.longest(words) {
            found.insert(*expression.says);
            said[expression.words].fill(true);
        }
        for (word, _) in words.iter().zip(said).filter(|(_, said)| !said) {
            let next = self.count;
            let meaning = *self.of_stem.entry(word.stem.clone()).or_insert(next);
            self.count = self.count.max(meaning + 1);
            found.insert(meaning);
        }
        found
    }
}

impl Needs {
    fn build(tuning: Tuning) -> Needs {
        let mut meanings = Meanings::new();
        let mut phrasings: Vec<(usize, f32, HashSet<usize>)> = Vec::new();
        let mut told: Vec<HashMap<usize, f32>> = vec![HashMap::new(); kinds()];
        for (kind, entry) in &thesaurus().kinds {
            let kind_at = position(*kind);
            let names = entry.names.iter().chain(&entry.old).map(String::as_str).chain([kind.label()]);
            let names = names.map(|text| (text, 1.0, tuning.named));
            let needs = entry.needs.iter().map(|text| (text.as_str(), 1.0, 1.0));
            let helps = entry.helps.iter().map(|text| (text.as_str(), tuning.helps, tuning.helps));
            for (text, worth, times) in names.chain(needs).chain(helps) {
                let said = meanings.learn(&words(text));
                for meaning in &said {
                    *told[kind_at].entry(*meaning).or_default() += times;
                }
                phrasings.push((kind_at, worth, said));
            }
        }
        let mut kinds_with = vec![0_usize; meanings.count];
        told.iter().flat_map(HashMap::keys).for_each(|meaning| kinds_with[*meaning] += 1);
        let all = kinds() as f32;
        let weights: Vec<f32> = kinds_with
            .iter()
            .map(|with| (1.0 + all / (*with as f32).max(1.0)).ln().powf(tuning.rarity))
            .collect();
        let mut needs = Needs {
            heaviest: (1.0 + all).ln().powf(tuning.rarity),
            having: vec![Vec::new(); meanings.count],
            speaking: vec![Vec::new(); meanings.count],
            meanings: meanings.of_stem,
            expressions: meanings.expressions,
            phrasings: Vec::new(),
            weights,
            tuning,
        };
        for (kind, worth, said) in phrasings {
            let weight = said.iter().map(|meaning| needs.weights[*meaning]).sum();
            for meaning in said {
                needs.having[meaning].push(needs.phrasings.len());
            }
            needs.phrasings.push(Phrasing { kind, worth, weight });
        }
        for (kind, told) in told.into_iter().enumerate() {
            for (meaning, times) in told {
                needs.speaking[meaning].push((kind, times / (times + needs.tuning.half_told)));
            }
        }
        needs
    }

    /// The meanings of the words of a request, with the positions of the words; and what the others weigh.
    fn heard(&self, words: &[Word]) -> (BTreeMap<usize, Vec<usize>>, f32) {
        let mut heard: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut said = vec![false; words.len()];
        for expression in self.expressions.longest(words) {
            said[expression.words.clone()].fill(true);
            heard.entry(*expression.says).or_default().extend(expression.words);
        }
        let mut others = 0.0;
        for (at, word) in words.iter().enumerate().filter(|(at, _)| !said[*at]) {
            match self.meanings.get(&word.stem).filter(|meaning| !self.having[**meaning].is_empty()) {
                Some(meaning) => heard.entry(*meaning).or_default().push(at),
                None => others += self.tuning.unknown_word * self.heaviest,
            }
        }
        (heard, others)
    }

    /// How near the nearest phrasing of each kind is, and how much of the words each speaks of; both between 0 and 1.
    fn compared(&self, heard: &BTreeMap<usize, Vec<usize>>, all: f32) -> Vec<(f32, f32)> {
        let mut matched = vec![0.0_f32; self.phrasings.len()];
        let mut compared = vec![(0.0_f32, 0.0_f32); kinds()];
        for meaning in heard.keys() {
            let weight = self.weights[*meaning];
            self.having[*meaning].iter().for_each(|phrasing| matched[*phrasing] += weight);
            self.speaking[*meaning]
                .iter()
                .for_each(|(kind, share)| compared[*kind].1 += weight * share / all);
        }
        let Tuning { unanswered, unsaid, .. } = self.tuning;
        for (phrasing, weight) in self.phrasings.iter().zip(matched).filter(|(_, weight)| *weight > 0.0) {
            let missing = unanswered * (all - weight) + unsaid * (phrasing.weight - weight);
            let nearest = &mut compared[phrasing.kind].0;
            *nearest = nearest.max(phrasing.worth * weight / (weight + missing));
        }
        compared
    }

    fn leads(&self, words: &[Word]) -> Vec<Lead> {
        let (heard, others) = self.heard(words);
        let said: f32 = heard.keys().map(|meaning| self.weights[*meaning]).sum();
        if said == 0.0 {
            return Vec::new();
        }
        let share = self.tuning.nearest;
        let compared = self.compared(&heard, said + others).into_iter().enumerate();
        let mut scored: Vec<(usize, f32)> = compared
            .map(|(kind, (nearest, spoken))| (kind, share * nearest + (1.0 - share) * spoken))
            .collect();
        scored.retain(|(_, score)| *score > 0.0);
        scored.sort_by(|a, b| b.1.total_cmp(&a.1));
        scored.truncate(MOST_LEADS);
        let lead = |(kind, score): (usize, f32)| {
            let speaks = |meaning: &usize| self.speaking[*meaning].iter().any(|(known, _)| *known == kind);
            let led = heard.iter().filter(|(meaning, _)| speaks(meaning));
            let mut words: Vec<usize> = led.flat_map(|(_, at)| at.clone()).collect();
            words.sort_unstable();
            Some(Lead { kind: kind_at(kind)?, score, words })
        };
        scored.into_iter().filter_map(lead).collect()
    }
}

/// The kinds that some words lead to, likeliest first, [`MOST_LEADS`] at most.
pub fn leads(words: &[Word]) -> Vec<Lead> {
    NEEDS.leads(words)
}

/// Whether the thesaurus has a word, by its stem.
pub fn is_known(word: &Word) -> bool {
    NEEDS.meanings.contains_key(&word.stem)
}
