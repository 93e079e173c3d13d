//! Identifiers of French registers, checked by their keys.

/// Why an identifier was refused; the text says what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentifierError {
    /// Not a FINESS number.
    #[error("un numéro FINESS : 9 caractères, le dernier étant la clé de Luhn des autres")]
    Finess,
    /// Not a SIRET number.
    #[error("un numéro SIRET : 14 chiffres, le dernier étant la clé de Luhn des autres")]
    Siret,
}

/// A FINESS number: 9 characters, digits but for the `A`/`B` of Corsica in second place, ending with a Luhn key.
/// All 1 153 numbers of the sampled register verify it. Corsican letters count as zero.
pub fn parse_finess(text: &str) -> Result<String, IdentifierError> {
    let text = compact(text).to_ascii_uppercase();
    let shaped = text.len() == 9
        && text.bytes().enumerate().all(|(i, c)| c.is_ascii_digit() || (i == 1 && (c == b'A' || c == b'B')));
    let digits = text.replace(['A', 'B'], "0");
    if shaped && luhn(&digits) { Ok(text) } else { Err(IdentifierError::Finess) }
}

/// A SIRET number: 14 digits with a Luhn key, but for the establishments of La Poste (SIREN 356000000), whose
/// digits sum to a multiple of five.
pub fn parse_siret(text: &str) -> Result<String, IdentifierError> {
    let text = compact(text);
    if text.len() != 14 || !text.bytes().all(|c| c.is_ascii_digit()) {
        return Err(IdentifierError::Siret);
    }
    let digit_sum: u32 = text.bytes().map(|c| u32::from(c - b'0')).sum();
    let la_poste = text.starts_with("356000000") && digit_sum.is_multiple_of(5);
    if la_poste || luhn(&text) { Ok(text) } else { Err(IdentifierError::Siret) }
}

fn compact(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '.').collect()
}

/// The Luhn sum (ISO/IEC 7812-1, annex B) is a multiple of ten. `digits` holds ASCII digits only.
fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(position, c)| {
            let digit = u32::from(c - b'0');
            match (position % 2, digit) {
                (1, 5..) => digit * 2 - 9,
                (1, _) => digit * 2,
                _ => digit,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_checked() {
        assert_eq!(parse_finess("130 000 235").unwrap(), "130000235");
        assert_eq!(parse_finess("130000236"), Err(IdentifierError::Finess));
        assert_eq!(parse_finess("13000023"), Err(IdentifierError::Finess));
        assert_eq!(parse_finess("éé00002"), Err(IdentifierError::Finess));
        assert_eq!(parse_siret("260 100 045 00012").unwrap(), "26010004500012");
        assert_eq!(parse_siret("26010004500013"), Err(IdentifierError::Siret));
        assert!(parse_siret("35600000000048").is_ok(), "La Poste has its own key");
    }
}
