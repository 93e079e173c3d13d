//! A phone number inside a text: one word, however it is written, the same as that of the listing which is called so.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use maille_domain::Phone;
use maille_territory::fold;

use crate::analysis::Word;
use crate::thesaurus::thesaurus;

/// What a French number is written with, from the first digit to the last.
const BETWEEN: &[char] = &[' ', '\u{a0}', '\u{202f}', '.', '-', '/', '(', ')'];

/// The digits of numbers that are the name of a kind: 0800 360 360. They lead to it as they are.
static NAMES: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let names = thesaurus().kinds.iter().flat_map(|(_, entry)| entry.acronyms.iter().chain(&entry.names));
    let digits = names.map(|name| fold(name).replace(' ', ""));
    digits.filter(|name| name.bytes().all(|byte| byte.is_ascii_digit())).collect()
});

/// The word that a number is indexed and looked for by; none for short ones, which are words as they are.
pub fn word(phone: &Phone) -> Option<&str> {
    phone.as_str().strip_prefix('+')
}

/// Makes each number of a text one word.
pub fn join(text: &str, words: &mut Vec<Word>) {
    let mut at = 0;
    while at < words.len() {
        if let Some((length, number)) = number_at(text, words, at) {
            let span = words[at].span.start..words[at + length - 1].span.end;
            words.splice(at..at + length, [Word { plain: number.clone(), stem: number, span }]);
        }
        at += 1;
    }
}

/// The number that starts at a word: how many words, and its own.
fn number_at(text: &str, words: &[Word], start: usize) -> Option<(usize, String)> {
    let is_number = |word: &Word| word.plain.bytes().all(|byte| byte.is_ascii_digit());
    let between = |range: Range<usize>| text[range].chars().all(|c| BETWEEN.contains(&c));
    let mut digits = String::new();
    let plus = text[..words[start].span.start].ends_with('+');
    for (at, word) in words.iter().enumerate().skip(start) {
        let follows = at == start || between(words[at - 1].span.end..word.span.start);
        if !is_number(word) || !follows {
            return None;
        }
        digits.push_str(&word.plain);
        let national = match (plus, digits.strip_prefix("00")) {
            (false, None) => digits.strip_prefix('0'),
            (true, _) => digits.strip_prefix("33").map(|rest| rest.strip_prefix('0').unwrap_or(rest)),
            (false, Some(rest)) => rest.strip_prefix("33"),
        };
        if let Some(national) = national.filter(|national| national.len() == 9 && !NAMES.contains(&digits)) {
            let phone: Option<Phone> = format!("0{national}").parse().ok();
            // Nobody may have it: it is a number all the same.
            let number = phone.as_ref().and_then(self::word).map_or(format!("33{national}"), str::to_owned);
            return Some((at + 1 - start, number));
        }
        if digits.len() > 13 {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::all_words;

    fn joined(text: &str) -> Vec<String> {
        let mut words = all_words(text);
        join(text, &mut words);
        words.into_iter().map(|word| word.plain).collect()
    }

    #[test]
    fn a_number_is_one_word_however_it_is_written() {
        for text in [
            "01 99 00 05 66",
            "0199000566",
            "01.99.00.05.66",
            "01-99-00-05-66",
            "+33 1 99 00 05 66",
            "+33 (0)1 99 00 05 66",
            "0033199000566",
        ] {
            assert_eq!(joined(text), ["33199000566"], "{text}");
        }
        assert_eq!(joined("ssiad 01 99 00 05 66 Bagneux"), ["ssiad", "33199000566", "bagneux"]);
        assert_eq!(joined("01 00 00 00 00"), ["33100000000"], "nobody has it");
    }

    #[test]
    fn other_digits_are_left() {
        for (text, words) in [
            ("ehpad 01 ou 92", vec!["ehpad", "01", "ou", "92"]),
            ("0800 360 360", vec!["0800", "360", "360"]),
            ("92220", vec!["92220"]),
            ("01 99 00 05, 66 ans", vec!["01", "99", "00", "05", "66", "ans"]),
            ("12345678901234", vec!["12345678901234"]),
            ("01 99 00 05 661", vec!["01", "99", "00", "05", "661"]),
        ] {
            assert_eq!(joined(text), words, "{text}");
        }
    }
}
