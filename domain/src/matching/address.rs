//! Street addresses as people and registers write them.

use maille_territory::fold;

use super::keys::hash;
use super::words::{LEXICON, stem};

/// What is compared of an address.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Address {
    /// The numbers in the street: `12`, or `12` and `16` of `12-16`.
    numbers: Vec<u32>,
    /// The words of the street, folded, or of the place called when there is no street.
    street: Vec<Box<str>>,
    stems: Vec<u64>,
    /// Whether it is a street, rather than a place called.
    is_street: bool,
}

/// What two addresses say of two records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nearness {
    /// One says nothing, or one is a street and the other a place called.
    Unknown,
    Same,
    /// The same street, and a number in one only.
    SameStreet,
    /// The same street, at another number.
    OtherNumber,
    OtherStreet,
}

impl Address {
    /// Reads an address.
    pub fn of(text: &str) -> Address {
        let parts: Vec<Vec<String>> = text.split([',', ';', '\n', '|']).map(tokens).collect();
        let street_at = |part: &Vec<String>| {
            let types = part.iter().enumerate().filter(|(_, word)| LEXICON.streets.contains_key(*word));
            // "Pl" and "ch" are words like others, but after a number or at the start.
            let mut types = types.map(|(at, _)| at);
            types
                .find(|&at| at == 0 || number(&part[at - 1]).is_some() || is_repetition(&part[at - 1]))
                .or_else(|| {
                    part.iter()
                        .position(|word| LEXICON.streets.get(word).is_some_and(|street| street == word))
                })
        };
        for part in &parts {
            if let Some(at) = street_at(part) {
                let before = part[..at].iter().rev();
                let numbers = before.take_while(|word| number(word).is_some() || is_repetition(word));
                let mut numbers: Vec<u32> = numbers.filter_map(|word| number(word)).collect();
                if numbers.is_empty() && at == 0 {
                    // "12, rue X": the number is alone before the comma.
                    let alone = parts
                        .iter()
                        .find(|part| part.iter().all(|word| number(word).is_some() || is_repetition(word)));
                    numbers.extend(alone.into_iter().flatten().filter_map(|word| number(word)));
                }
                numbers.sort_unstable();
                return Address::from(numbers, street(&part[at + 1..]), true);
            }
        }
        let called: Vec<&str> = parts.iter().flatten().map(String::as_str).collect();
        let numbers = called.iter().take_while(|word| number(word).is_some() || is_repetition(word));
        let numbers: Vec<u32> = numbers.filter_map(|word| number(word)).collect();
        let words = called.into_iter().filter(|word| number(word).is_none() && !LEXICON.is_tool(word));
        Address::from(numbers, words.map(Into::into).collect(), false)
    }

    fn from(numbers: Vec<u32>, street: Vec<Box<str>>, is_street: bool) -> Address {
        let mut stems: Vec<u64> = street.iter().map(|word| hash(stem(word))).collect();
        stems.sort_unstable();
        stems.dedup();
        Address { numbers, street, stems, is_street }
    }

    /// The stems of the words of its street, or of the place called.
    pub fn stems(&self) -> &[u64] {
        &self.stems
    }

    /// What addresses written differently still share: a number, and the last word of the street.
    pub fn key(&self) -> Option<String> {
        let last = self.street.last()?;
        Some(format!("{} {}", self.numbers.first().copied().unwrap_or_default(), stem(last)))
    }

    /// What two addresses of one city say.
    pub fn nearness(&self, other: &Address) -> Nearness {
        if self.stems.is_empty() || other.stems.is_empty() {
            return Nearness::Unknown;
        }
        if !self.shares_its_street(other) {
            let both = self.is_street && other.is_street;
            return if both { Nearness::OtherStreet } else { Nearness::Unknown };
        }
        match (self.numbers.as_slice(), other.numbers.as_slice()) {
            ([], []) => Nearness::Same,
            ([], _) | (_, []) => Nearness::SameStreet,
            (one, another) => {
                let within = |of: &[u32], number: &u32| of[0] <= *number && *number <= of[of.len() - 1];
                let meet = one.iter().any(|number| within(another, number))
                    || another.iter().any(|number| within(one, number));
                if meet { Nearness::Same } else { Nearness::OtherNumber }
            }
        }
    }

    /// Whether most words of the shorter are in the longer, the last of it among them, typos forgiven.
    fn shares_its_street(&self, other: &Address) -> bool {
        let (few, many) = if self.stems.len() <= other.stems.len() { (self, other) } else { (other, self) };
        let like = |word: &str| {
            many.street.iter().any(|other| {
                stem(other) == stem(word)
                    || (word.len() >= 6 && other.len() >= 6 && strsim::osa_distance(other, word) <= 1)
            })
        };
        let shared = few.street.iter().filter(|word| like(word)).count();
        let last = |one: &Address, other: &Address| {
            one.street.last().is_some_and(|word| other.street.iter().any(|other| stem(other) == stem(word)))
        };
        2 * shared >= few.street.len() + usize::from(few.street.len() > 2)
            && shared > 0
            && (shared == few.street.len() || last(few, many) || last(many, few))
    }
}

/// The words of a part of an address, without what the post adds: CEDEX, boxes, the postal code and what follows it.
fn tokens(part: &str) -> Vec<String> {
    let folded = fold(part);
    let mut words: Vec<String> = Vec::new();
    let mut in_box = false;
    for word in folded.split(' ').filter(|word| !word.is_empty()) {
        let digits = word.bytes().all(|c| c.is_ascii_digit());
        if in_box && digits {
            in_box = false;
            continue;
        }
        if word == "cedex" || (digits && word.len() == 5) {
            break;
        }
        in_box = ["bp", "cs", "tsa"].contains(&word);
        if in_box {
            continue;
        }
        match number_and_letter(word) {
            Some((number, letters)) => words.extend([number.to_owned(), letters.to_owned()]),
            None => words.push(word.to_owned()),
        }
    }
    words
}

/// `12bis` as `12`, `bis`.
fn number_and_letter(word: &str) -> Option<(&str, &str)> {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let (number, letters) = word.split_at(digits);
    (digits > 0 && digits <= 4 && is_repetition(letters)).then_some((number, letters))
}

fn is_repetition(word: &str) -> bool {
    matches!(word, "bis" | "ter" | "quater" | "a" | "b" | "c" | "et")
}

fn number(word: &str) -> Option<u32> {
    (word.len() <= 4).then(|| word.parse().ok()).flatten()
}

fn street(words: &[String]) -> Vec<Box<str>> {
    let words = words.iter().flat_map(|word| LEXICON.written_out(word));
    words.filter(|word| !LEXICON.is_tool(word)).map(Into::into).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use Nearness::{OtherNumber, OtherStreet, Same, SameStreet, Unknown};

    #[test]
    fn addresses_meet_however_they_are_written() {
        for (one, other, expected) in [
            ("12 rue de la Paix", "12, RUE DE LA PAIX", Same),
            ("12 avenue du Général de Gaulle", "12 AV GAL DE GAULLE", Same),
            ("12-14 bd Jean Jaurès", "14 boulevard Jean-Jaurès", Same),
            ("12bis rue du Moulin", "12 bis, r. du Moulin", Same),
            (
                "Hôpital Antoine Béclère, 157 rue de la Porte de Trivaux",
                "157 R DE LA PORTE DE TRIVAUX BP 405",
                Same,
            ),
            ("3 place Dr Roux 92330 SCEAUX CEDEX", "3 pl. du Docteur Roux", Same),
            ("rue du Moulin", "4 rue du Moulin", SameStreet),
            ("2 rue du Moulin", "4 rue du Moulin", OtherNumber),
            ("2 rue du Moulin", "2 rue des Lilas", OtherStreet),
            ("2 rue du Moulin", "Lieu-dit Le Bourg", Unknown),
            ("LE BOURG", "Lieu dit le bourg", Same),
            ("2 rue du Moulin", "", Unknown),
        ] {
            let (one_read, other_read) = (Address::of(one), Address::of(other));
            assert_eq!(
                one_read.nearness(&other_read),
                expected,
                "{one} / {other}: {one_read:?} {other_read:?}"
            );
            assert_eq!(other_read.nearness(&one_read), expected, "{other} / {one}");
        }
    }
}
