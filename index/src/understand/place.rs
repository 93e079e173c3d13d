//! The place inside a text.

use std::ops::Range;

use maille_territory::{PlaceKind, Spoken, france};

use crate::analysis::{Word, is_tool};
use crate::answer::{By, Correction};

use super::Read;
use super::correct::{Dictionary, is_word};
use super::needs::is_known;

/// Words that announce a place, whatever its spelling.
const ANNOUNCING: [&str; 9] =
    ["a", "sur", "vers", "habite", "habitant", "secteur", "commune", "ville", "vit"];
/// Parts of names of services as much as of places.
const DIRECTIONS: [&str; 5] = ["nord", "sud", "est", "ouest", "centre"];
/// Most words of a misspelt name.
const MOST_WORDS: usize = 4;
/// Fewest letters of a misspelt name.
const FEWEST_LETTERS: usize = 5;

/// The place of a text, and its words with what announces it.
pub fn read(text: &str, words: &[Word]) -> Option<(Read<String>, Range<usize>)> {
    let spoken: Vec<Spoken> = words
        .iter()
        .map(|word| Spoken { written: &text[word.span.clone()], is_word: is_common(word) })
        .collect();
    let mention = france().mention(&spoken)?;
    Some((said(mention.text, words, mention.words.clone()), mention.words))
}

/// The place of a text whose words were corrected: what was typed may have been the name of a town.
pub fn corrected(
    text: &str,
    words: &[Word],
    corrections: &[Correction],
) -> Option<(Read<String>, Range<usize>)> {
    if corrections.is_empty() {
        return None;
    }
    let read = |word: &Word| {
        let typed = Some((word.span.start, word.span.end));
        corrections.iter().find(|correction| correction.span == typed)
    };
    let spoken: Vec<Spoken> = words
        .iter()
        .map(|word| match read(word) {
            Some(correction) => Spoken { written: &correction.read, is_word: is_word(&word.plain) },
            None => Spoken { written: &text[word.span.clone()], is_word: is_common(word) },
        })
        .collect();
    let mention = france().mention(&spoken)?;
    Some((said(mention.text, words, mention.words.clone()), mention.words))
}

/// Whether a word is one of the field, or of none.
fn is_common(word: &Word) -> bool {
    is_tool(&word.plain) || is_word(&word.plain) || DIRECTIONS.contains(&word.plain.as_str())
}

/// A name that the gazetteer only has a typo away, after a word that announces a place or at the end of a text, when its
/// words are no words of the field nor of any listing.
pub fn misspelt(words: &[Word], dictionary: &dyn Dictionary) -> Option<(Read<String>, Range<usize>)> {
    let foreign = |word: &Word| {
        !is_tool(&word.plain)
            && !is_word(&word.plain)
            && !is_known(word)
            && dictionary.listings_with(&word.plain) == 0
    };
    for start in (0..words.len()).rev() {
        if !foreign(&words[start]) {
            continue;
        }
        let announced =
            start.checked_sub(1).is_some_and(|before| ANNOUNCING.contains(&words[before].plain.as_str()));
        let longest = (words.len() - start).min(MOST_WORDS);
        for length in (1..=longest).rev() {
            let range = start..start + length;
            let name =
                words[range.clone()].iter().map(|word| word.plain.as_str()).collect::<Vec<_>>().join(" ");
            let at_edge = range.end == words.len() || start == 0;
            if name.len() < FEWEST_LETTERS || !(announced || at_edge) || is_tool(&words[range.end - 1].plain)
            {
                continue;
            }
            let found = france().find(&name, 2);
            let close = found.places.first().is_some_and(|place| {
                let known = maille_territory::fold(&place.name);
                let near = place.matched.is_none() && known.len().abs_diff(name.len()) <= 2;
                near && matches!(place.kind, PlaceKind::Commune | PlaceKind::Departement | PlaceKind::Region)
            });
            if close {
                let from = if announced { start - 1 } else { start };
                return Some((said(name, words, from..range.end), from..range.end));
            }
        }
    }
    None
}

fn said(text: String, words: &[Word], range: Range<usize>) -> Read<String> {
    let span = (words[range.start].span.start, words[range.end - 1].span.end);
    Read { what: text, by: By::Text, span: Some(span) }
}
