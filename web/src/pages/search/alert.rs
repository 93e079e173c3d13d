//! The national numbers that a request makes one say first.

use maille_domain::Phone;
use maille_index::answer::Answer;

use crate::french;

/// A national number to say first.
#[derive(Debug)]
pub struct Alert {
    pub number: &'static str,
    pub label: String,
    pub why: Vec<Said>,
}

/// A piece of a sentence: words, or a number that they tell to call.
#[derive(Debug, PartialEq, Eq)]
pub enum Said {
    Words(String),
    Number(String),
}

/// Those of an answer.
pub fn alerts(answer: &Answer) -> Vec<Alert> {
    answer
        .alerts
        .iter()
        .map(|alert| Alert {
            number: alert.number,
            label: french::typography(&alert.label),
            why: said(&french::typography(&alert.why)),
        })
        .collect()
}

/// Numbers that a sentence names as "le 15": a figure with anything else before it (24 h/24) is none.
fn said(sentence: &str) -> Vec<Said> {
    const NAMES: &str = "le ";
    let mut pieces = Vec::new();
    let mut rest = sentence;
    let mut from = 0;
    while let Some(at) = rest[from..].find(NAMES).map(|at| from + at + NAMES.len()) {
        let digits = rest[at..].bytes().take_while(u8::is_ascii_digit).count();
        let alone =
            rest[..at - NAMES.len()].chars().next_back().is_none_or(|before| !before.is_alphanumeric());
        let number = &rest[at..at + digits];
        if alone && number.parse::<Phone>().is_ok() {
            pieces.push(Said::Words(rest[..at].to_owned()));
            pieces.push(Said::Number(number.to_owned()));
            (rest, from) = (&rest[at + digits..], 0);
        } else {
            from = at;
        }
    }
    pieces.push(Said::Words(rest.to_owned()));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_named_in_a_reason_are_numbers_to_call() {
        let numbers = |sentence: &str| -> Vec<String> {
            let pieces = said(sentence);
            let whole: String = pieces
                .iter()
                .map(|piece| match piece {
                    Said::Words(text) | Said::Number(text) => text.as_str(),
                })
                .collect();
            assert_eq!(whole, sentence, "nothing is lost");
            pieces
                .into_iter()
                .filter_map(|piece| match piece {
                    Said::Number(number) => Some(number),
                    Said::Words(_) => None,
                })
                .collect()
        };
        assert_eq!(numbers("Confidentiel, 24 h/24. En cas de danger immédiat, le 15."), ["15"]);
        assert_eq!(numbers("appelez le 18 (ou le 112, ou le 114 par SMS)."), ["18", "112", "114"]);
        for none in ["", "le 9 h-19 h", "possible 15", "le ", "le samedi", "de 9 h à 15 h"] {
            assert!(numbers(none).is_empty(), "{none}");
        }
    }
}
