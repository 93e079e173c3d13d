//! Invented French: words of the field among tool words and a long tail, as frequent as words are, with the typos of
//! people in a hurry. The shares are those of the corpus that the engine was first measured on.

use std::sync::LazyLock;

use maille_domain::vocabulary::Theme;

use super::dice::{Dice, Shares};
use super::lists::{LISTS, Words};

/// Of a hundred words, how many relate others.
const FUNCTION: u64 = 38;
/// And how many are of the field; the others are of the tail.
const DOMAIN: u64 = 36;
/// Distinct words of the tail.
const TAIL: usize = 25_000;
/// Words with a typo, in a hundred.
const TYPOS: u64 = 3;

static TAIL_SHARES: LazyLock<Shares> = LazyLock::new(|| Shares::zipf(TAIL));

/// A text of so many words on a parcours.
pub fn text(words: u64, theme: Theme, dice: &mut Dice) -> String {
    let mut text = String::new();
    let mut left_in_sentence = 0;
    for position in 0..words {
        let mut word = word(theme, dice);
        if dice.chance(TYPOS) {
            word = typo(&word, dice);
        }
        if left_in_sentence == 0 {
            word = capitalised(&word);
            left_in_sentence = 6 + dice.below(13);
        }
        left_in_sentence -= 1;
        text.push_str(&word);
        let last = position + 1 == words;
        text.push_str(match (left_in_sentence == 0 || last, last) {
            (true, true) => ".",
            (true, false) => ". ",
            (false, _) if dice.chance(6) => ", ",
            (false, _) => " ",
        });
    }
    text
}

fn word(theme: Theme, dice: &mut Dice) -> String {
    let drawn = dice.below(100);
    if drawn < FUNCTION {
        of(&LISTS.function_words, dice).to_owned()
    } else if drawn < FUNCTION + DOMAIN {
        let theme = if dice.chance(60) { theme } else { Theme::Tous };
        of(&LISTS.parcours[&theme].words, dice).to_owned()
    } else {
        tail_word(TAIL_SHARES.draw(dice))
    }
}

fn of(words: &Words, dice: &mut Dice) -> &'static str {
    words.words[words.shares.draw(dice)]
}

/// The word of a rank of the tail: three syllables, each rank its own.
fn tail_word(rank: usize) -> String {
    // An odd factor goes through every number below a power of two, so that neighbours in rank are no neighbours in writing.
    let number = rank.wrapping_mul(20_117) % (1 << 15);
    [number >> 10, number >> 5, number].map(|syllable| LISTS.syllables[syllable % 32]).concat()
}

/// An invented family name.
pub fn surname(dice: &mut Dice) -> String {
    let syllables = 2 + dice.below(2);
    capitalised(&(0..syllables).map(|_| dice.pick(&LISTS.syllables)).collect::<String>())
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A word as it is mistyped: a letter lost, doubled, exchanged with the next, or all in capitals.
pub fn typo(word: &str, dice: &mut Dice) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    if letters.len() < 4 {
        return word.to_owned();
    }
    let at = 1 + dice.below(letters.len() as u64 - 2) as usize;
    match dice.below(4) {
        0 => {
            letters.remove(at);
        }
        1 => letters.insert(at, letters[at]),
        2 => letters.swap(at, at + 1),
        _ => return word.to_uppercase(),
    }
    letters.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_tail_has_no_word_twice() {
        assert_eq!(LISTS.syllables.len(), 32);
        let words: HashSet<String> = (0..TAIL).map(tail_word).collect();
        assert_eq!(words.len(), TAIL);
    }

    #[test]
    fn a_text_has_the_words_asked_for() {
        for words in [0, 1, 7, 150] {
            let text = text(words, Theme::Handicap, &mut Dice::of(1, words));
            assert_eq!(text.split_whitespace().count() as u64, words, "{text}");
            assert_eq!(text.ends_with('.'), words > 0);
        }
    }
}
