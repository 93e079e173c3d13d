//! French text to words, the same way for what is indexed and for what is asked.
//!
//! Each word has two forms. *Plain* is the word folded (lower case, no accents, ligatures opened): it recognises what was
//! typed as it was written, accents or not. *Stem* is the French stem of that: it brings singular and plural, `écoute` and
//! `écoutée` together. People type without accents, so the stem is that of the word without them; the endings that the
//! stemmer knows by their accent only are brought to their masculine first. A query asks both, plain counting more.

use std::ops::Range;

use maille_territory::fold;
use tantivy::tokenizer::{Language, Stemmer, TextAnalyzer, WhitespaceTokenizer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A shorter stem tells nothing, in letters.
const SHORTEST_STEM: usize = 4;
/// A longer run of letters is no word.
const LONGEST_WORD: usize = 64;

/// What elision leaves of a word before its apostrophe (`l’hôpital`), and single letters that people type instead.
const ELISIONS: &[&str] =
    &["c", "d", "j", "l", "m", "n", "s", "t", "qu", "jusqu", "lorsqu", "puisqu", "quelqu", "quoiqu"];

/// Words that relate others and name nothing, folded. Left out of the index and of queries: a description may say
/// "pour les aidants" where the query says "des aidants".
const TOOL_WORDS: &[&str] = &[
    "a", "afin", "au", "aux", "avec", "ce", "ces", "cet", "cette", "chez", "dans", "de", "des", "du", "elle",
    "en", "est", "et", "il", "ils", "je", "la", "le", "les", "leur", "leurs", "lui", "ma", "mes", "mon",
    "ne", "nos", "notre", "nous", "on", "ou", "par", "pour", "que", "qui", "sa", "se", "ses", "son", "sur",
    "un", "une", "vers", "vos", "votre", "vous", "y",
];

/// One word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Folded.
    pub plain: String,
    /// Folded, then stemmed.
    pub stem: String,
    /// Where it stands in the text, in bytes.
    pub span: Range<usize>,
}

/// The words of a text that mean something, in order.
pub fn words(text: &str) -> Vec<Word> {
    words_that(text, |plain| !is_tool(plain))
}

/// Every word of a text, in order, those that only relate others included.
pub fn all_words(text: &str) -> Vec<Word> {
    words_that(text, |_| true)
}

fn words_that(text: &str, wanted: impl Fn(&str) -> bool) -> Vec<Word> {
    let pieces: Vec<(String, Range<usize>)> = pieces(text)
        .into_iter()
        .map(|(lower, span)| (fold_word(&lower), span))
        .filter(|(plain, ..)| !plain.is_empty() && wanted(plain))
        .collect();
    let stems = stems(pieces.iter().map(|(plain, _)| plain.as_str()));
    debug_assert_eq!(stems.len(), pieces.len(), "the stemmer keeps every word");
    pieces.into_iter().zip(stems).map(|((plain, span), stem)| Word { plain, stem, span }).collect()
}

/// Whether a folded word says nothing by itself.
pub fn is_tool(plain: &str) -> bool {
    ELISIONS.contains(&plain) || TOOL_WORDS.binary_search(&plain).is_ok()
}

/// Runs of letters and digits, in lower case, accents composed. Letters separated by points are one word: `C.C.A.S.`.
fn pieces(text: &str) -> Vec<(String, Range<usize>)> {
    let mut spans: Vec<Range<usize>> = Vec::new();
    let mut open: Option<usize> = None;
    for (at, c) in text.char_indices() {
        match (is_letter(c), open) {
            (true, None) => open = Some(at),
            (false, Some(start)) => {
                spans.push(start..at);
                open = None;
            }
            _ => {}
        }
    }
    spans.extend(open.map(|start| start..text.len()));

    let mut pieces: Vec<(String, Range<usize>)> = Vec::new();
    // Whether the last piece is a letter alone, or letters joined by points, that a next one may join.
    let mut joining = false;
    for span in spans {
        let alone = text[span.clone()].chars().filter(|c| !is_combining_mark(*c)).count() == 1;
        let lower: String =
            text[span.clone()].nfc().flat_map(char::to_lowercase).take(LONGEST_WORD).collect();
        match pieces.last_mut() {
            Some((word, last)) if joining && alone && &text[last.end..span.start] == "." => {
                word.push_str(&lower);
                last.end = span.end;
            }
            _ => pieces.push((lower, span)),
        }
        joining = alone;
    }
    pieces
}

fn is_letter(c: char) -> bool {
    // U+02B0 to U+02FF are "letters" that people use as apostrophes.
    (c.is_alphanumeric() && !('\u{2b0}'..='\u{2ff}').contains(&c)) || is_combining_mark(c)
}

fn fold_word(lower: &str) -> String {
    // `fold` spares no allocation, and most words of an index have nothing to fold.
    if lower.bytes().all(|c| c.is_ascii_alphanumeric()) && !lower.starts_with('s') {
        return lower.to_owned();
    }
    let mut folded = fold(lower);
    folded.retain(|c| c != ' ');
    folded
}

/// `epuisee` → `epuise`, `infirmieres` → `infirmier`.
fn masculine(plain: &str) -> String {
    let singular = plain.strip_suffix('s').unwrap_or(plain);
    let endings = [("ee", "e"), ("iere", "ier")];
    let found = endings.iter().find_map(|(ending, masculine)| {
        singular.strip_suffix(ending).filter(|root| root.len() > 2).map(|root| format!("{root}{masculine}"))
    });
    found.unwrap_or_else(|| plain.to_owned())
}

fn stems<'a>(plain: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut analyzer =
        TextAnalyzer::builder(WhitespaceTokenizer::default()).filter(Stemmer::new(Language::French)).build();
    let words: Vec<String> = plain.map(masculine).collect();
    let text = words.join(" ");
    let mut stream = analyzer.token_stream(&text);
    let mut stems = Vec::with_capacity(words.len());
    for word in words {
        let stemmed = if stream.advance() { fold_word(&stream.token().text) } else { word.clone() };
        // Three letters are no stem: `repas` and `répit`, `aide` and `aidant` would be one.
        let too_short = stemmed.len() < SHORTEST_STEM && word.len() > SHORTEST_STEM;
        stems.push(if too_short { word.strip_suffix('s').unwrap_or(&word).to_owned() } else { stemmed });
    }
    stems
}

#[cfg(test)]
mod tests {
    use super::*;
    use maille_domain::Category;
    use proptest::prelude::*;

    fn plain(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.plain).collect()
    }

    fn stem(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.stem).collect()
    }

    #[test]
    fn elisions_and_tool_words_are_dropped_whatever_the_apostrophe() {
        for text in ["l'hôpital d'Antony", "l’hôpital d’Antony", "Lʼhôpital dʼAntony", "l hopital d antony"]
        {
            assert_eq!(plain(text), ["hopital", "antony"], "{text}");
        }
        assert_eq!(plain("jusqu'à la fin de la vie"), ["fin", "vie"]);
    }

    #[test]
    fn accents_ligatures_and_case_do_not_matter() {
        assert_eq!(plain("GÉRIATRIE Cœur saint-Étienne"), ["geriatrie", "coeur", "st", "etienne"]);
        assert_eq!(plain("ge\u{301}riatrie"), ["geriatrie"], "a decomposed accent");
    }

    #[test]
    fn plural_and_feminine_share_a_stem() {
        for (one, other) in [
            ("aidant", "aidants"),
            ("écoute", "écoutée"),
            ("infirmier", "infirmiers"),
            ("handicapé", "handicapées"),
            ("hébergement", "hébergements"),
        ] {
            assert_eq!(stem(one), stem(other), "{one} {other}");
        }
    }

    #[test]
    fn acronyms_lose_their_points() {
        assert_eq!(plain("C.C.A.S. de Bagneux"), ["ccas", "bagneux"]);
        assert_eq!(plain("l'E.H.P.A.D"), ["ehpad"]);
        assert_eq!(plain("M. Dupont"), ["dupont"]);
    }

    #[test]
    fn spans_lead_back_to_the_text() {
        let text = "L’équipe de gériatrie, C.C.A.S.";
        let spans: Vec<&str> = words(text).into_iter().map(|word| &text[word.span]).collect();
        assert_eq!(spans, ["équipe", "gériatrie", "C.C.A.S"]);
    }

    #[test]
    fn tool_words_are_sorted_and_no_kind_is_made_of_them() {
        assert!(TOOL_WORDS.is_sorted());
        for category in Category::all() {
            for name in [Some(category.label()), category.acronym()].into_iter().flatten() {
                assert!(!words(name).is_empty(), "{name}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_gives_words_inside_it(text in "\\PC{0,60}") {
            for word in words(&text) {
                prop_assert!(text.get(word.span.clone()).is_some());
                prop_assert!(!word.plain.is_empty());
            }
        }
    }
}
