//! Typos: words that neither the thesaurus nor any listing has, a letter or two from one that they have.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use tantivy::Term;

use crate::analysis::{Word, all_words, is_tool};
use crate::answer::Correction;
use crate::snapshot::Snapshot;
use crate::thesaurus::thesaurus;

/// Letters from which one typo, then two, are forgiven.
const ONE_TYPO_FROM: usize = 4;
const TWO_TYPOS_FROM: usize = 8;
/// Listings that may have the same typo.
const FEW_LISTINGS: u32 = 3;
/// Letters from which a word that a few listings have may be a typo all the same.
const SURE_FROM: usize = 6;
/// Phrasings that a word has which everybody says.
const SAID_BY_EVERYBODY: u32 = 8;
/// What a word of the thesaurus counts against one of a listing.
const OF_THE_FIELD: u32 = 10;

/// The words of the listings.
pub trait Dictionary {
    /// How many listings have this word, as written.
    fn listings_with(&self, plain: &str) -> u32;
    /// Whether a listing has a word that begins so, or is it.
    fn has_beginning(&self, plain: &str) -> bool;
    /// The words of listings that begin with these letters, with how many listings have each.
    fn beginning_with(&self, letters: &str, each: &mut dyn FnMut(&str, u32));
}

/// No listing at all: what the thesaurus alone answers by.
pub struct NoListing;

impl Dictionary for NoListing {
    fn listings_with(&self, _plain: &str) -> u32 {
        0
    }
    fn has_beginning(&self, _plain: &str) -> bool {
        false
    }
    fn beginning_with(&self, _letters: &str, _each: &mut dyn FnMut(&str, u32)) {}
}

impl Dictionary for Snapshot {
    fn listings_with(&self, plain: &str) -> u32 {
        let term = Term::from_field_text(self.fields().plain, plain);
        let found =
            self.segments().filter_map(|(_, _, segment)| segment.plain.get_term_info(&term).ok().flatten());
        found.map(|term| term.doc_freq).sum()
    }

    fn has_beginning(&self, plain: &str) -> bool {
        let mut found = false;
        self.beginning_with(plain, &mut |_, _| found = true);
        found
    }

    fn beginning_with(&self, letters: &str, each: &mut dyn FnMut(&str, u32)) {
        for (_, _, segment) in self.segments() {
            // A list that cannot be read corrects nothing: whoever asks it for listings will say so.
            let Ok(mut stream) = segment.plain.terms().range().ge(letters).into_stream() else { continue };
            while stream.advance() && stream.key().starts_with(letters.as_bytes()) {
                if let Ok(word) = std::str::from_utf8(stream.key()) {
                    each(word, stream.value().doc_freq);
                }
            }
        }
    }
}

/// How a word is written in the thesaurus, accents included, and how often.
#[derive(Default)]
struct Said {
    written: String,
    times: u32,
}

/// The words of the thesaurus, folded.
static WORDS: LazyLock<BTreeMap<String, Said>> = LazyLock::new(|| {
    let thesaurus = thesaurus();
    let mut words: BTreeMap<String, Said> = BTreeMap::new();
    let mut add = |text: &str| {
        for word in all_words(text) {
            let said = words.entry(word.plain).or_default();
            said.times += 1;
            if said.written.is_empty() {
                said.written = text[word.span].to_lowercase();
            }
        }
    };
    for (kind, entry) in &thesaurus.kinds {
        add(kind.label());
        kind.acronym().into_iter().for_each(&mut add);
        // Not the misspelt ones: nothing is to be corrected to them.
        for texts in [&entry.acronyms, &entry.names, &entry.old, &entry.needs, &entry.helps] {
            for text in texts {
                add(text);
            }
        }
    }
    thesaurus.groups.iter().flatten().for_each(|text| add(text));
    thesaurus.people.iter().flat_map(|people| &people.words).for_each(|text| add(text));
    thesaurus.modes.iter().flat_map(|manner| &manner.words).for_each(|text| add(text));
    thesaurus.moments.iter().flat_map(|moment| &moment.words).for_each(|text| add(text));
    thesaurus.alerts.iter().flat_map(|danger| &danger.words).for_each(|text| add(text));
    thesaurus.fillers.iter().for_each(|text| add(text));
    thesaurus.sigles.iter().for_each(|sigle| add(&sigle.written));
    words
});

/// The same words with their letters, to be gone through.
static TARGETS: LazyLock<Vec<(&'static str, Letters, u32)>> = LazyLock::new(|| {
    WORDS.iter().map(|(word, said)| (word.as_str(), Letters::of(word), said.times)).collect()
});

/// Which letters a word has, a bit each: measuring how far two words are is a hundred times dearer than comparing these.
#[derive(Clone, Copy)]
struct Letters(u32);

impl Letters {
    fn of(word: &str) -> Letters {
        Letters(word.bytes().fold(0, |letters, byte| letters | 1 << (byte & 31)))
    }

    /// Typos that there are at least between two words: each takes away one letter and brings one, at most.
    fn apart(self, other: Letters) -> usize {
        let missing = |from: u32, of: u32| (from & !of).count_ones() as usize;
        missing(self.0, other.0).max(missing(other.0, self.0))
    }
}

/// Those of the misspellings that are known as such: they lead to their kind as they are, unless everybody says what they
/// resemble.
static MISSPELT: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let misspelt = thesaurus().kinds.iter().flat_map(|(_, entry)| &entry.misspelt);
    misspelt.flat_map(|text| all_words(text)).map(|word| word.plain).collect()
});

/// Replaces the words that nobody knows by those they most resemble; what is in `elsewhere` is left.
pub fn correct(
    words: &mut [Word],
    elsewhere: &[bool],
    unfinished: bool,
    dictionary: &dyn Dictionary,
) -> Vec<Correction> {
    let mut corrections = Vec::new();
    let last = words.len().saturating_sub(1);
    for at in (0..words.len()).filter(|at| !elsewhere[*at]) {
        let plain = &words[at].plain;
        let letters = plain.chars().count();
        let number = plain.contains(|c: char| c.is_ascii_digit());
        let known = is_tool(plain) || is_word(plain) || super::needs::is_known(&words[at]);
        let begins = at == last && unfinished && begins_a_word(plain, dictionary);
        if letters < ONE_TYPO_FROM || number || known || begins {
            continue;
        }
        // Listings have typos too: a word of a few of them yields to one that everybody says.
        let listings = dictionary.listings_with(plain);
        let read = match listings {
            0 if !MISSPELT.contains(plain) => nearest(plain, dictionary),
            0..=FEW_LISTINGS if letters >= SURE_FROM => said_by_everybody(plain),
            _ => None,
        };
        let Some(read) = read else { continue };
        let Some(corrected) = all_words(&read).into_iter().next() else { continue };
        let read = WORDS.get(&read).map_or(read, |said| said.written.clone());
        let span = words[at].span.clone();
        let typed = std::mem::replace(&mut words[at], Word { span: span.clone(), ..corrected }).plain;
        corrections.push(Correction { typed, read, span: Some((span.start, span.end)) });
    }
    corrections
}

/// Whether the thesaurus has a word, as written.
pub fn is_word(plain: &str) -> bool {
    WORDS.contains_key(plain)
}

/// The word that phrasings have everywhere, one letter away.
fn said_by_everybody(plain: &str) -> Option<String> {
    let own = Letters::of(plain);
    let near = |(word, letters, times): &&(&str, Letters, u32)| {
        *times >= SAID_BY_EVERYBODY
            && own.apart(*letters) <= 1
            && word.as_bytes().first() == plain.as_bytes().first()
            && word.len().abs_diff(plain.len()) <= 1
            && strsim::osa_distance(word, plain) == 1
    };
    TARGETS.iter().find(near).map(|(word, ..)| (*word).to_owned())
}

fn begins_a_word(plain: &str, dictionary: &dyn Dictionary) -> bool {
    let thesaurus = WORDS.range(plain.to_owned()..).next();
    thesaurus.is_some_and(|(word, _)| word.starts_with(plain)) || dictionary.has_beginning(plain)
}

/// The known word that is fewest letters away, and most often said.
fn nearest(plain: &str, dictionary: &dyn Dictionary) -> Option<String> {
    let letters = plain.chars().count();
    let most = if letters >= TWO_TYPOS_FROM { 2 } else { 1 };
    let mut best: Option<(usize, bool, std::cmp::Reverse<u32>, String)> = None;
    let own = Letters::of(plain);
    let mut consider = |word: &str, letters_of_it: Letters, times: u32| {
        if word.len().abs_diff(plain.len()) > most || own.apart(letters_of_it) > most {
            return;
        }
        let distance = strsim::osa_distance(word, plain);
        // A short word is another when its first letter is.
        let same_start = word.as_bytes().first() == plain.as_bytes().first();
        if distance > most || (!same_start && (distance > 1 || letters < TWO_TYPOS_FROM - 2)) {
            return;
        }
        // Letters that changed places are likelier than one that fell.
        let others = word.len() != plain.len() || own.apart(letters_of_it) > 0;
        let found = (distance, others, std::cmp::Reverse(times), word.to_owned());
        if best.as_ref().is_none_or(|best| found < *best) {
            best = Some(found);
        }
    };
    // A word of the field is said in requests more than one that a listing happens to have.
    for (word, letters, times) in &*TARGETS {
        consider(word, *letters, times * OF_THE_FIELD);
    }
    let first: String = plain.chars().take(1).collect();
    dictionary.beginning_with(&first, &mut |word, listings| consider(word, Letters::of(word), listings));
    best.map(|(.., word)| word)
}
