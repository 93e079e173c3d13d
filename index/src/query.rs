//! The words of a request: which of them go to full text, what being found somewhere is worth, which kinds they name.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::LazyLock;

use maille_domain::Category;
use maille_domain::request::LONGEST_TEXT;
use tantivy::InvertedIndexReader;
use tantivy::postings::TermInfo;

use crate::analysis::{Word, words};
use crate::error::Error;
use crate::schema::Part;

/// Most words that are read: a pasted letter is not a query.
const MOST_WORDS: usize = 24;
/// Most words that a beginning stands for, in one segment.
const MOST_COMPLETIONS: usize = 512;
/// Most terms that are read of a dictionary to choose those from: one letter begins thousands.
const MOST_TERMS_SEEN: usize = 8_192;
/// Shortest beginning that is completed, in letters.
pub const SHORTEST_BEGINNING: usize = 2;

/// What a word found in a part is worth.
pub fn worth(part: Part) -> f32 {
    match part {
        Part::Name => 1.0,
        Part::Kind => 0.95,
        Part::Organization => 0.75,
        Part::Place => 0.7,
        Part::Body => 0.55,
    }
}

/// Of that, when only the stem is found.
pub const STEM_WORTH: f32 = 0.92;
/// Of that, when the word only begins what is found.
pub const BEGINNING_WORTH: f32 = 0.8;

/// The acronyms and the labels of kinds: each name is its kind, and how many words it has.
struct Names {
    kinds: Vec<(Category, usize)>,
    /// By a word as written or a stem: the names it is in, and at which place.
    plain: HashMap<String, Vec<(usize, usize)>>,
    stem: HashMap<String, Vec<(usize, usize)>>,
}

static NAMES_OF_KINDS: LazyLock<Names> = LazyLock::new(|| {
    let mut known = Names { kinds: Vec::new(), plain: HashMap::new(), stem: HashMap::new() };
    for kind in Category::all() {
        for name in kind.acronym().into_iter().chain([kind.label()]) {
            let words = words(name);
            for (place, word) in words.iter().enumerate() {
                let at = (known.kinds.len(), place);
                known.plain.entry(word.plain.clone()).or_default().push(at);
                known.stem.entry(word.stem.clone()).or_default().push(at);
            }
            known.kinds.push((kind, words.len()));
        }
    }
    known
});

/// The words of a request that go to full text.
#[derive(Debug, Default)]
pub struct Asked {
    words: Vec<Word>,
    /// Whether the last word may be one being typed.
    unfinished: bool,
}

impl Asked {
    /// Those of a text.
    pub fn of(text: &str) -> Asked {
        let text: String = text.chars().take(LONGEST_TEXT).collect();
        let mut seen = HashSet::new();
        let mut words = words(&text);
        // A last word dropped as a tool word is no beginning of anything.
        let ends_with_word = words.last().is_some_and(|word| word.span.end == text.trim_end().len());
        let unfinished = ends_with_word && !text.ends_with(char::is_whitespace);
        let last = words.last().cloned();
        words.retain(|word| seen.insert(word.plain.clone()));
        words.truncate(MOST_WORDS);
        let unfinished = unfinished && words.last() == last.as_ref();
        Asked { words, unfinished }
    }

    /// The words.
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// Whether the last of them may be one being typed.
    pub fn unfinished(&self) -> bool {
        self.unfinished
    }

    /// How many words.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// The kinds that the words name: by their acronym, or by every word of their label.
    pub fn kinds(&self) -> Vec<Category> {
        let mut asked: BTreeSet<(usize, usize)> = BTreeSet::new();
        for word in &self.words {
            let plain = NAMES_OF_KINDS.plain.get(&word.plain);
            let stem = NAMES_OF_KINDS.stem.get(&word.stem);
            asked.extend(plain.into_iter().chain(stem).flatten());
        }
        let named = |name: &usize| {
            let words = NAMES_OF_KINDS.kinds[*name].1;
            words > 0 && asked.range((*name, 0)..(*name + 1, 0)).count() == words
        };
        let mut names: Vec<usize> = asked.iter().map(|(name, _)| *name).filter(named).collect();
        names.dedup();
        let mut kinds: Vec<Category> = names.into_iter().map(|name| NAMES_OF_KINDS.kinds[name].0).collect();
        kinds.dedup();
        kinds
    }
}

/// The terms of a dictionary that a word begins, itself left out: those of most listings, when there are many.
pub fn completions(lists: &InvertedIndexReader, beginning: &str) -> Result<Vec<TermInfo>, Error> {
    let mut found: Vec<(Reverse<u32>, u32, TermInfo)> = Vec::new();
    let mut stream = lists.terms().range().gt(beginning).into_stream()?;
    while found.len() < MOST_TERMS_SEEN && stream.advance() && stream.key().starts_with(beginning.as_bytes())
    {
        let term = stream.value();
        found.push((Reverse(term.doc_freq), found.len() as u32, term.clone()));
    }
    if found.len() > MOST_COMPLETIONS {
        found.select_nth_unstable_by_key(MOST_COMPLETIONS, |(freq, rank, _)| (*freq, *rank));
        found.truncate(MOST_COMPLETIONS);
    }
    Ok(found.into_iter().map(|(.., term)| term).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_name_kinds_by_acronym_and_by_whole_label() {
        let kinds =
            |text: &str| -> Vec<&str> { Asked::of(text).kinds().into_iter().map(Category::code).collect() };
        assert_eq!(kinds("EMG à domicile"), ["emg"]);
        assert_eq!(kinds("équipes mobiles de gériatrie"), ["emg"]);
        assert_eq!(kinds("gériatrie"), [""; 0]);
        assert_eq!(kinds("MDA"), ["maison-ados"]);
    }

    #[test]
    fn only_a_last_word_without_space_is_unfinished() {
        assert!(Asked::of("équipe géria").unfinished);
        assert!(!Asked::of("équipe géria ").unfinished);
        assert!(!Asked::of("équipe de ").unfinished);
    }
}
