//! What spreadsheet programs do to codes that they take for numbers.

/// What to say of a code whose digits were abbreviated; follows what was expected.
pub(crate) const ABBREVIATED: &str = " ; le tableur a remplacé des chiffres par « E+ » : mettez la colonne au format Texte et saisissez-les à nouveau";

/// A code of `length` digits with the zero that was eaten on its left. None for what is not exactly one digit short.
pub(crate) fn with_its_zero(digits: &str, length: usize) -> Option<String> {
    let short = digits.len() + 1 == length && digits.bytes().all(|c| c.is_ascii_digit());
    short.then(|| format!("0{digits}"))
}

/// Whether a number was abbreviated, `2,601E+13`: its last digits are lost.
pub(crate) fn is_abbreviated(text: &str) -> bool {
    let Some((digits, power)) = text.trim().split_once(['E', 'e']) else { return false };
    let digits_only = |text: &str| !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
    let (whole, part) = digits.split_once([',', '.']).unwrap_or((digits, "0"));
    digits_only(whole) && digits_only(part) && power.strip_prefix('+').is_some_and(digits_only)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_zero_is_given_back() {
        assert_eq!(with_its_zero("146301814", 10).as_deref(), Some("0146301814"));
        for (digits, length) in [("46301814", 10), ("0146301814", 10), ("2A04", 5), ("", 1)] {
            assert_eq!(with_its_zero(digits, length).filter(|_| !digits.is_empty()), None, "{digits}");
        }
    }

    #[test]
    fn abbreviated_numbers_are_recognised() {
        for (text, expected) in [
            ("2,601E+13", true),
            ("2.601e+13", true),
            ("9E+08", true),
            ("26010004500012", false),
            ("E+", false),
            ("2A004", false),
            ("Étage 2E+3", false),
        ] {
            assert_eq!(is_abbreviated(text), expected, "{text}");
        }
    }
}
