//! The words that full text is asked for, and what being found somewhere is worth.

use std::cmp::Reverse;
use std::collections::HashSet;

use tantivy::InvertedIndexReader;
use tantivy::postings::TermInfo;

use crate::analysis::Word;
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
        Part::Kind => 0.9,
        Part::Organization => 0.75,
        Part::Place => 0.7,
        Part::Body => 0.55,
    }
}

/// Of that, when only the stem is found.
pub const STEM_WORTH: f32 = 0.92;
/// Of that, when the word only begins what is found.
pub const BEGINNING_WORTH: f32 = 0.8;

/// The words of a request that go to full text.
#[derive(Debug, Default)]
pub struct Asked {
    words: Vec<Word>,
    /// Whether the last word may be one being typed.
    unfinished: bool,
}

impl Asked {
    /// These words, once each. `unfinished` says that the last may be one being typed.
    pub fn new(mut words: Vec<Word>, unfinished: bool) -> Asked {
        let last = words.last().cloned();
        let mut seen = HashSet::new();
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
}

/// Whether a text ends with a word that may be one being typed.
pub fn is_unfinished(text: &str, words: &[Word]) -> bool {
    words.last().is_some_and(|word| word.span.end == text.len())
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
    use crate::analysis::all_words;

    #[test]
    fn only_a_last_word_without_space_is_unfinished() {
        for (text, unfinished) in
            [("équipe géria", true), ("équipe géria ", false), ("équipe de", true), ("", false)]
        {
            assert_eq!(is_unfinished(text, &all_words(text)), unfinished, "{text:?}");
        }
    }
}
