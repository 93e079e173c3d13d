//! The age that a text tells.

use std::ops::Range;

use crate::analysis::Word;

/// Nobody is older.
const OLDEST: u16 = 120;
/// What makes years a duration: "depuis 3 ans", "il y a 2 ans", "enceinte de 6 mois".
const DURATIONS: [&str; 9] =
    ["depuis", "pendant", "dans", "apres", "avant", "durant", "sous", "enceinte", "grossesse"];

/// An age in years, and its words: "5 ans", "18 mois", "80+", "de 6 à 12 ans" (the youngest), "moins de 3 ans".
pub fn age(text: &str, words: &[Word]) -> Option<(u8, Range<usize>)> {
    (0..words.len()).find_map(|at| {
        let (number, unit, mut end) = amount(text, words, at)?;
        let before = |back: usize| at.checked_sub(back).map_or("", |at| words[at].plain.as_str());
        let lasts = DURATIONS.contains(&before(1))
            || (before(1) == "de" && DURATIONS.contains(&before(2)))
            || (before(1) == "a" && before(2) == "y")
            || (before(1) == "en" && unit == Unit::Years);
        if lasts || number > OLDEST {
            return None;
        }
        let mut years = if unit == Unit::Months { number / 12 } else { number };
        let mut start = at;
        match before(1) {
            "de" if before(2) == "moins" => {
                years = years.saturating_sub(1);
                start = at - 2;
            }
            "de" if before(2) == "plus" => start = at - 2,
            "a" | "et" => {
                if let Ok(youngest) = before(2).parse::<u16>()
                    && youngest < number
                {
                    years = if unit == Unit::Months { youngest / 12 } else { youngest };
                    start = at - 2;
                }
            }
            _ => {}
        }
        if let [and, more, ..] = &words[end..]
            && and.plain == "et"
            && more.plain == "plus"
        {
            end += 2;
        }
        u8::try_from(years).ok().map(|years| (years, start..end))
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Years,
    Months,
}

/// A number and its unit, in one word or two, and where they end.
fn amount(text: &str, words: &[Word], at: usize) -> Option<(u16, Unit, usize)> {
    let plain = &words[at].plain;
    let digits = plain.find(|c: char| !c.is_ascii_digit()).unwrap_or(plain.len());
    let number: u16 = plain[..digits].parse().ok()?;
    let unit = |word: &str| match word {
        "ans" | "an" => Some(Unit::Years),
        "mois" => Some(Unit::Months),
        _ => None,
    };
    if digits < plain.len() {
        return unit(&plain[digits..]).map(|unit| (number, unit, at + 1));
    }
    if text[words[at].span.end..].starts_with('+') {
        return Some((number, Unit::Years, at + 1));
    }
    words.get(at + 1).and_then(|word| unit(&word.plain)).map(|unit| (number, unit, at + 2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::all_words;

    #[test]
    fn ages_are_told_in_many_ways() {
        for (text, years) in [
            ("PCO 5 ans retard langage", Some(5)),
            ("bébé de 18 mois", Some(1)),
            ("elle a 84 ans", Some(84)),
            ("emg 80+", Some(80)),
            ("75 ans et plus", Some(75)),
            ("plus de 60 ans", Some(60)),
            ("moins de 3 ans", Some(2)),
            ("de 6 à 12 ans", Some(6)),
            ("82ans confus", Some(82)),
            ("alcool depuis 3 ans", None),
            ("tombé il y a 2 ans", None),
            ("enceinte de 6 mois", None),
            ("12 séances", None),
            ("dans 500 ans", None),
        ] {
            let found = age(text, &all_words(text)).map(|(years, _)| years);
            assert_eq!(found, years, "{text}");
        }
    }
}
