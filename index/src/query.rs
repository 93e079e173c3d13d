//! Words asked to the engine's queries.
//!
//! A word is looked for in every part of a listing, as written and by its stem, the last one also as a beginning. Each way
//! of being found has a fixed worth, the best one counts, and it counts as much as the word is rare: the score of a
//! match is then the share of what was asked that it answers, between 0 and 1. Frequencies and lengths play no part:
//! they would put short names first, every day, for no reason that could be told.

use std::collections::HashSet;
use std::sync::LazyLock;

use maille_domain::Category;
use maille_domain::request::LONGEST_TEXT;
use tantivy::Term;
use tantivy::query::{
    BooleanQuery, ConstScoreQuery, DisjunctionMaxQuery, Occur, Query, TermQuery, TermSetQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

use crate::analysis::{Word, words};
use crate::coverage::Scope;
use crate::error::Error;
use crate::schema::{FOUND, Part};
use crate::snapshot::Snapshot;

/// Most words that are read: a pasted letter is not a query.
const MOST_WORDS: usize = 24;
/// Most words that a beginning stands for, in one field of one segment.
const MOST_COMPLETIONS: usize = 128;
/// Most terms that are read of a dictionary to choose those from: one letter begins thousands.
const MOST_TERMS_SEEN: usize = 8_192;
/// Shortest beginning that is completed, in letters.
const SHORTEST_BEGINNING: usize = 2;
/// Scopes of more tokens are checked match by match, never walked as lists.
const MOST_SCOPE_TERMS: usize = 256;

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

/// The acronym and the label of every kind, as words.
static NAMES_OF_KINDS: LazyLock<Vec<(Category, Vec<Vec<Word>>)>> = LazyLock::new(|| {
    let names = |kind: Category| kind.acronym().into_iter().chain([kind.label()]).map(words).collect();
    Category::all().map(|kind| (kind, names(kind))).collect()
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

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The kinds that the words name: by their acronym, or by every word of their label.
    pub fn kinds(&self) -> Vec<Category> {
        let asks =
            |word: &Word| self.words.iter().any(|asked| asked.plain == word.plain || asked.stem == word.stem);
        let named = |name: &Vec<Word>| !name.is_empty() && name.iter().all(asks);
        NAMES_OF_KINDS.iter().filter(|(_, names)| names.iter().any(named)).map(|(kind, _)| *kind).collect()
    }

    /// What finds the listings that have at least `required` of the words; everything, without words. The score is the
    /// share of the words that is answered.
    pub fn query(&self, required: usize, snapshot: &Snapshot) -> Result<Box<dyn Query>, Error> {
        if self.words.is_empty() {
            return Ok(exact(snapshot.fields().sort, FOUND, 1.0));
        }
        let mut found = Vec::new();
        for (position, word) in self.words.iter().enumerate() {
            let unfinished = self.unfinished && position + 1 == self.words.len();
            found.push((ways(word, unfinished, snapshot)?, rarity(word, snapshot)?));
        }
        let all: f32 = found.iter().map(|(_, rarity)| rarity).sum();
        let clauses: Vec<(Occur, Box<dyn Query>)> = found
            .into_iter()
            .map(|(ways, rarity)| {
                let weighed = ways.into_iter().map(|way| way.query(rarity / all)).collect();
                let occur = if required >= self.words.len() { Occur::Must } else { Occur::Should };
                (occur, Box::new(DisjunctionMaxQuery::new(weighed)) as Box<dyn Query>)
            })
            .collect();
        Ok(if required >= self.words.len() {
            Box::new(BooleanQuery::new(clauses))
        } else {
            Box::new(BooleanQuery::with_minimum_required_clauses(clauses, required.max(1)))
        })
    }
}

/// What finds everything that serves a place and, when asked, what is of unknown coverage; nothing when the lists of it
/// would be too many.
pub fn here(scope: &Scope, or_unknown: bool, snapshot: &Snapshot) -> Option<Box<dyn Query>> {
    if scope.tokens().len() > MOST_SCOPE_TERMS {
        return None;
    }
    let fields = snapshot.fields();
    let tokens =
        scope.tokens().map(|(token, reached)| (if reached { fields.reach } else { fields.coverage }, token));
    let unknown = or_unknown.then_some((fields.coverage, crate::coverage::Token::UNKNOWN.0));
    let terms = tokens.chain(unknown).map(|(field, token)| Term::from_field_u64(field, token));
    Some(Box::new(ConstScoreQuery::new(Box::new(TermSetQuery::new(terms)), 1.0)))
}

/// One way a word may be found.
struct Way {
    term: Term,
    worth: f32,
}

impl Way {
    fn query(self, weight: f32) -> Box<dyn Query> {
        let query = TermQuery::new(self.term, IndexRecordOption::Basic);
        Box::new(ConstScoreQuery::new(Box::new(query), self.worth * weight))
    }
}

fn ways(word: &Word, unfinished: bool, snapshot: &Snapshot) -> Result<Vec<Way>, Error> {
    let mut ways = Vec::new();
    for part in Part::ALL {
        let fields = snapshot.fields().words(part);
        let worth = worth(part);
        ways.push(Way { term: Term::from_field_text(fields.plain, &word.plain), worth });
        ways.push(Way { term: Term::from_field_text(fields.stem, &word.stem), worth: worth * STEM_WORTH });
        if unfinished && word.plain.chars().count() >= SHORTEST_BEGINNING {
            let completions = completions(fields.plain, &word.plain, snapshot)?;
            ways.extend(completions.into_iter().map(|term| Way { term, worth: worth * BEGINNING_WORTH }));
        }
    }
    Ok(ways)
}

/// The terms of a field that begin so, the word itself left out: those of most listings, when there are many.
pub fn completions(field: Field, beginning: &str, snapshot: &Snapshot) -> Result<HashSet<Term>, Error> {
    let mut completions = HashSet::new();
    for reader in snapshot.searcher.segment_readers() {
        let inverted = reader.inverted_index(field)?;
        let mut stream = inverted.terms().range().gt(beginning).into_stream()?;
        let mut found: Vec<(u32, String)> = Vec::new();
        while found.len() < MOST_TERMS_SEEN && stream.advance() {
            let Ok(text) = std::str::from_utf8(stream.key()) else { continue };
            if !text.starts_with(beginning) {
                break;
            }
            found.push((stream.value().doc_freq, text.to_owned()));
        }
        found.sort_unstable_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        let best = found.iter().take(MOST_COMPLETIONS);
        completions.extend(best.map(|(_, text)| Term::from_field_text(field, text)));
    }
    Ok(completions)
}

/// How much a word tells: the logarithm of how few listings have it, never quite nothing.
fn rarity(word: &Word, snapshot: &Snapshot) -> Result<f32, Error> {
    let mut listings = 0;
    for part in Part::ALL {
        // A listing has a stem in one part only, the best: parts add up.
        let term = Term::from_field_text(snapshot.fields().words(part).stem, &word.stem);
        listings += snapshot.searcher.doc_freq(&term)?;
    }
    let (with, all) = (listings as f32, snapshot.found_count.max(listings) as f32);
    Ok(1.0 + ((all + 1.0) / (with + 1.0)).ln())
}

/// What finds an exact term, at a fixed score.
pub fn exact(field: Field, text: &str, score: f32) -> Box<dyn Query> {
    let query = TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::Basic);
    Box::new(ConstScoreQuery::new(Box::new(query), score))
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
