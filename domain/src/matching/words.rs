//! The words of names, and what each is worth (`data/matching/words.toml`): some name a thing, some say of what sort it is, some
//! say nothing.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use maille_territory::fold;
use serde::Deserialize;

use super::keys::hash;

/// What a word is worth: its share in two names that have it in common.
const NAMING: f32 = 1.0;
const DOMAIN: f32 = 0.5;
const GENERIC: f32 = 0.2;

/// Shorter words have no typo: another letter is another word.
const SHORTEST_TYPO: usize = 5;
/// From this length on, two letters may be wrong.
const TWO_TYPOS: usize = 9;

/// A word of a name.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
pub(super) struct Word {
    /// Folded, written out.
    pub text: Box<str>,
    /// Its stem, hashed: equal for singular and plural, noun and adjective.
    pub stem: u64,
    /// What it is worth.
    pub weight: f32,
    /// A former name, or what stands in brackets: known by some only.
    pub optional: bool,
    /// A former name.
    pub former: bool,
    /// It names what hosts the thing, not the thing.
    pub of_host: bool,
}

impl Word {
    /// Whether it tells things apart by itself.
    pub fn is_naming(&self) -> bool {
        self.weight >= NAMING
    }

    pub fn is_number(&self) -> bool {
        self.text.as_bytes().first().is_some_and(u8::is_ascii_digit)
    }

    /// Whether a word is a first name of which the other is the initial.
    pub fn is_initial_of(&self, other: &Word) -> bool {
        self.text.len() == 1
            && self.text.as_bytes()[0].is_ascii_lowercase()
            && other.is_naming()
            && other.text.starts_with(&*self.text)
    }

    /// Whether two words are one, but for a typo or its end cut off.
    pub fn is_like(&self, other: &Word) -> bool {
        if self.stem == other.stem {
            return true;
        }
        let (short, long) = if self.text.len() <= other.text.len() { (self, other) } else { (other, self) };
        if short.text.len() < SHORTEST_TYPO
            || short.text.as_bytes()[0] != long.text.as_bytes()[0]
            || self.is_number()
            || other.is_number()
        {
            return false;
        }
        if long.text.starts_with(&*short.text) && long.text.len() - short.text.len() > 2 {
            return !short.is_naming() || !long.is_naming();
        }
        let most = if short.text.len() >= TWO_TYPOS { 2 } else { 1 };
        long.text.len() - short.text.len() <= most && strsim::osa_distance(&self.text, &other.text) <= most
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    tools: String,
    generic: String,
    domain: String,
    apart: Vec<String>,
    special: String,
    whom: String,
    parts: String,
    names: Vec<String>,
    children: String,
    adults: String,
    formerly: String,
    short: HashMap<String, String>,
    streets: HashMap<String, String>,
}

/// The words that are known.
pub(super) struct Lexicon {
    tools: HashSet<String>,
    formerly: HashSet<String>,
    short: HashMap<String, Vec<String>>,
    /// By stem.
    weights: HashMap<u64, f32>,
    apart: HashSet<(u64, u64)>,
    one_of_two: HashSet<u64>,
    special: HashSet<u64>,
    whom: HashSet<u64>,
    parts: HashSet<u64>,
    names: HashSet<(String, String)>,
    children: HashSet<u64>,
    adults: HashSet<u64>,
    /// The type of a street, by how it is written.
    pub streets: HashMap<String, String>,
}

pub(super) static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let table: Table = toml::from_str(include_str!("../../../data/matching/words.toml"))
        .expect("the embedded words are read by a test");
    let stems = |text: &str| text.split_whitespace().map(|word| hash(stem(word))).collect::<HashSet<u64>>();
    let mut weights = HashMap::new();
    for (words, weight) in [(&table.domain, DOMAIN), (&table.generic, GENERIC)] {
        weights.extend(stems(words).into_iter().map(|stem| (stem, weight)));
    }
    let pairs = table.apart.iter().filter_map(|pair| pair.split_once(' '));
    let pairs: HashSet<(u64, u64)> =
        pairs.map(|(one, other)| ordered(hash(stem(one)), hash(stem(other)))).collect();
    Lexicon {
        tools: fold(&table.tools).split(' ').map(str::to_owned).collect(),
        formerly: table.formerly.split(' ').map(str::to_owned).collect(),
        short: table
            .short
            .into_iter()
            .map(|(short, long)| (short, long.split(' ').map(str::to_owned).collect()))
            .collect(),
        one_of_two: pairs.iter().flat_map(|&(one, other)| [one, other]).collect(),
        apart: pairs,
        weights,
        special: stems(&table.special),
        whom: stems(&table.whom),
        parts: stems(&table.parts),
        names: table
            .names
            .iter()
            .filter_map(|name| name.split_once(' '))
            .map(|(first, last)| (first.to_owned(), last.to_owned()))
            .collect(),
        children: stems(&table.children),
        adults: stems(&table.adults),
        streets: table
            .streets
            .into_iter()
            .flat_map(|(street, written)| {
                written.split(' ').map(|short| (short.to_owned(), street.clone())).collect::<Vec<_>>()
            })
            .collect(),
    }
});

impl Lexicon {
    /// Whether a word is one of two that exclude each other.
    pub fn is_one_of_two(&self, word: &Word) -> bool {
        self.one_of_two.contains(&word.stem)
    }

    /// Whether one of these words excludes the other.
    pub fn are_apart(&self, one: &Word, other: &Word) -> bool {
        self.apart.contains(&ordered(one.stem, other.stem))
    }

    /// Whether a word says a speciality.
    pub fn is_special(&self, word: &Word) -> bool {
        self.special.contains(&word.stem)
    }

    /// Whether a word says who is received: others are not.
    pub fn is_of_whom(&self, word: &Word) -> bool {
        self.whom.contains(&word.stem)
    }

    /// Whether a word says that what it names is a part of something.
    pub fn is_of_part(&self, word: &Word) -> bool {
        self.parts.contains(&word.stem)
    }

    /// Whether two words one after the other are a saint, or another name, whatever each says alone.
    fn is_name(&self, first: &str, last: &str) -> bool {
        self.names.contains(&(first.to_owned(), last.to_owned()))
    }

    pub fn is_of_children(&self, word: &Word) -> bool {
        self.children.contains(&word.stem)
    }

    pub fn is_of_adults(&self, word: &Word) -> bool {
        self.adults.contains(&word.stem)
    }

    /// Whether a folded word relates others and names nothing.
    pub fn is_tool(&self, word: &str) -> bool {
        self.tools.contains(word)
    }

    /// A folded word written out.
    pub fn written_out<'a>(&'a self, word: &'a str) -> impl Iterator<Item = &'a str> {
        let long = self.short.get(word).map(Vec::as_slice);
        long.unwrap_or_default().iter().map(String::as_str).chain(long.is_none().then_some(word))
    }
}

fn ordered(one: u64, other: u64) -> (u64, u64) {
    (one.min(other), one.max(other))
}

/// The words of a text, those that say nothing left out, abbreviations written out.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    for (part, bracketed) in parts(text) {
        let (mut optional, mut former) = (bracketed, false);
        let folded = fold(&without_points(part));
        for word in named(joined(&folded)) {
            if LEXICON.formerly.contains(&*word) {
                (optional, former) = (true, true);
                continue;
            }
            for word in LEXICON.written_out(&word).filter(|word| !LEXICON.is_tool(word)) {
                let stem = hash(stem(word));
                let weight = LEXICON.weights.get(&stem).copied().unwrap_or(NAMING);
                words.push(Word { text: word.into(), stem, weight, optional, former, of_host: false });
            }
        }
    }
    words
}

/// Names of two words as one, whatever each word says alone.
fn named(words: Vec<String>) -> Vec<String> {
    let mut named: Vec<String> = Vec::with_capacity(words.len());
    for word in words {
        match named.last_mut() {
            Some(before) if LEXICON.is_name(before, &word) => before.push_str(&word),
            _ => named.push(word),
        }
    }
    named
}

/// A text cut at its brackets: what is inside is said to be.
fn parts(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut inside = false;
    text.split_inclusive(['(', ')', '[', ']']).map(move |part| {
        let was_inside = inside;
        inside = part.ends_with(['(', '[']);
        (part, was_inside)
    })
}

/// `C.C.A.S.` as `CCAS`.
fn without_points(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let alone = |at: usize| {
        chars.get(at).is_some_and(|c| c.is_alphabetic())
            && !(at > 0 && chars[at - 1].is_alphanumeric())
            && !chars.get(at + 1).is_some_and(|c| c.is_alphanumeric())
    };
    let point = |at: usize| chars[at] == '.' && at > 0 && alone(at - 1) && alone(at + 1);
    (0..chars.len()).filter(|&at| !point(at)).map(|at| chars[at]).collect()
}

/// The words of a folded text; three or more letters in a row are one acronym.
fn joined(folded: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut letters: Vec<&str> = Vec::new();
    let flush = |letters: &mut Vec<&str>, words: &mut Vec<String>| {
        if letters.len() >= 3 {
            words.push(letters.concat());
        } else {
            words.extend(letters.iter().map(|&letter| letter.to_owned()));
        }
        letters.clear();
    };
    for word in folded.split(' ').filter(|word| !word.is_empty()) {
        if word.len() == 1 && word.as_bytes()[0].is_ascii_lowercase() {
            letters.push(word);
        } else {
            flush(&mut letters, &mut words);
            words.push(word.to_owned());
        }
    }
    flush(&mut letters, &mut words);
    words
}

/// What a folded word shares with its plural, its feminine, and the noun or adjective of the same thing.
pub(super) fn stem(word: &str) -> &str {
    let mut stem = word;
    // "PASS" is no plural.
    if stem.len() > 4 || (stem.len() == 4 && !stem.ends_with("ss")) {
        stem = stem.strip_suffix(['s', 'x']).unwrap_or(stem);
    }
    for (ending, least) in [("ique", 5), ("ie", 5), ("e", 4)] {
        if let Some(root) = stem.strip_suffix(ending).filter(|root| root.len() >= least) {
            return root;
        }
    }
    stem
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.text.into()).collect()
    }

    #[test]
    fn abbreviations_are_written_out_and_tool_words_left_out() {
        assert_eq!(texts("CTRE HOSP. de l’Estran"), ["centre", "hospitalier", "estran"]);
        assert_eq!(texts("C.C.A.S. d'Antony"), ["ccas", "antony"]);
        assert_eq!(texts("ASSOCIATION LA MAISON DE JO"), ["maison", "jo"]);
    }

    #[test]
    fn number_and_gender_do_not_matter() {
        for (one, other) in [
            ("Soins palliatifs", "SOIN PALLIATIF"),
            ("gériatrique", "gériatrie"),
            ("départementales", "départemental"),
        ] {
            let (one, other) = (words(one), words(other));
            let stems = |words: &[Word]| words.iter().map(|word| word.stem).collect::<Vec<_>>();
            assert_eq!(stems(&one), stems(&other), "{one:?} {other:?}");
        }
    }

    #[test]
    fn a_typo_is_forgiven_in_long_words_only() {
        let like = |one: &str, other: &str| words(one)[0].is_like(&words(other)[0]);
        assert!(like("Glycines", "Glicines"));
        assert!(!like("Rose", "Ross"));
        assert!(!like("92G12", "92G13"));
    }

    #[test]
    fn a_former_name_is_optional() {
        let optional = |text: &str| -> Vec<String> {
            words(text).into_iter().filter(|word| word.optional).map(|word| word.text.into()).collect()
        };
        assert_eq!(optional("EHPAD Les Roses (ex Les Lilas)"), ["lilas"]);
        assert_eq!(optional("EHPAD Les Roses ex-Les Lilas"), ["lilas"]);
    }
}
