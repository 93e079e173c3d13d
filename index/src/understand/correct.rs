//! Typos: words that neither the thesaurus nor any listing has, a letter or two from one that they have.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use tantivy::Term;

use crate::analysis::{Word, all_words, is_tool};
use crate::answer::Correction;
use crate::snapshot::Snapshot;
use crate::thesaurus::thesaurus;

/// Letters from which one typo, then two, are forgiven.
const ONE_TYPO_FROM: usize = 4;
const TWO_TYPOS_FROM: usize = 8;

/// The words of the listings.
pub trait Dictionary {
    /// Whether a listing has this word, as written.
    fn has(&self, plain: &str) -> bool;
    /// Whether a listing has a word that begins so, or is it.
    fn has_beginning(&self, plain: &str) -> bool;
    /// The words of listings that begin with these letters, with how many listings have each.
    fn beginning_with(&self, letters: &str, each: &mut dyn FnMut(&str, u32));
}

impl Dictionary for Snapshot {
    fn has(&self, plain: &str) -> bool {
        let term = Term::from_field_text(self.fields().plain, plain);
        self.segments().any(|(_, _, segment)| segment.plain.get_term_info(&term).is_ok_and(|found| found.is_some()))
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

/// The words of the thesaurus, as written.
static WORDS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let thesaurus = thesaurus();
    let mut words = BTreeSet::new();
    let mut add = |text: &str| words.extend(all_words(text).into_iter().map(|word| word.plain));
    for (kind, entry) in &thesaurus.kinds {
        add(kind.label());
        kind.acronym().into_iter().for_each(&mut add);
        // Not the misspelt ones: nothing is to be corrected to them.
        for texts in [&entry.acronyms, &entry.names, &entry.old, &entry.needs, &entry.helps] {
            texts.iter().for_each(|text| add(text));
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

/// Those of the misspellings that are known as such: they need no correction, and nothing is corrected to them.
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
        let known = is_tool(plain) || super::needs::is_known(&words[at]) || WORDS.contains(plain) || MISSPELT.contains(plain) || dictionary.has(plain);
        let begins = at == last && unfinished && begins_a_word(plain, dictionary);
        if letters < ONE_TYPO_FROM || number || known || begins {
            continue;
        }
        let Some(read) = nearest(plain, dictionary) else { continue };
        let Some(corrected) = all_words(&read).into_iter().next() else { continue };
        let span = words[at].span.clone();
        let typed = std::mem::replace(&mut words[at], Word { span: span.clone(), ..corrected }).plain;
        corrections.push(Correction { typed, read, span: Some((span.start, span.end)) });
    }
    corrections
}

fn begins_a_word(plain: &str, dictionary: &dyn Dictionary) -> bool {
    let thesaurus = WORDS.range(plain.to_owned()..).next();
    thesaurus.is_some_and(|word| word.starts_with(plain)) || dictionary.has_beginning(plain)
}

/// The known word that is fewest letters away; of the thesaurus first, then of most listings.
fn nearest(plain: &str, dictionary: &dyn Dictionary) -> Option<String> {
    let letters = plain.chars().count();
    let most = if letters >= TWO_TYPOS_FROM { 2 } else { 1 };
    let mut best: Option<(usize, u8, std::cmp::Reverse<u32>, String)> = None;
    let mut consider = |word: &str, rank: u8, listings: u32| {
        if word.len().abs_diff(plain.len()) > most {
            return;
        }
        let distance = strsim::osa_distance(word, plain);
        // A short word is another when its first letter is.
        let same_start = word.as_bytes().first() == plain.as_bytes().first();
        if distance > most || (!same_start && (distance > 1 || letters < TWO_TYPOS_FROM - 2)) {
            return;
        }
        let found = (distance, rank, std::cmp::Reverse(listings), word.to_owned());
        if best.as_ref().is_none_or(|best| found < *best) {
            best = Some(found);
        }
    };
    WORDS.iter().for_each(|word| consider(word, 0, 0));
    let first: String = plain.chars().take(1).collect();
    dictionary.beginning_with(&first, &mut |word, listings| consider(word, 1, listings));
    best.map(|(.., word)| word)
}
