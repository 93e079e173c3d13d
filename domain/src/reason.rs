//! Why somebody changes something: what history keeps beside their name.

use crate::field::Expected;

/// Most characters of a reason.
pub const LONGEST: usize = 500;

/// Reads a reason: some words on one line.
///
/// # Errors
/// What was expected, when nothing is said, when it is too long, or when it holds what no text holds.
pub fn parse(text: &str) -> Result<String, Expected> {
    let words = text.split(['\r', '\n', '\t']).map(str::trim).filter(|line| !line.is_empty());
    let reason = words.collect::<Vec<_>>().join(" ");
    let expected = match reason.chars().count() {
        0 => "quelques mots qui disent pourquoi".to_owned(),
        long if long > LONGEST => format!("{LONGEST} caractères au plus, il y en a {long}"),
        _ if reason.chars().any(char::is_control) => {
            "un texte lisible, écrivez-la de nouveau : des caractères ont été abîmés".to_owned()
        }
        _ => return Ok(reason),
    };
    Err(Expected(expected))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_some_words_on_one_line() {
        assert_eq!(parse(" appelé,\r\n\r\nconfirmé\t"), Ok("appelé, confirmé".to_owned()));
        assert_eq!(parse(&"é".repeat(500)), Ok("é".repeat(500)));
        for refused in ["", " \n ", &"é".repeat(501), "a\u{0}b", "\u{1b}[31m"] {
            assert!(parse(refused).is_err(), "{refused:?}");
        }
    }
}
