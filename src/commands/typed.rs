//! Commands as they are to be typed, ready to copy.

/// Where the person writes why.
pub const REASON: &str = "--reason \"…\"";

/// A word of a shell, quoted if it has to be: names of sources and their identifiers are anybody's.
pub fn word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_.:/@+,".contains(c);
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_when_a_shell_would_read_them_otherwise() {
        for (text, typed) in [
            ("finess:920000001", "finess:920000001"),
            ("équipe-mobile", "équipe-mobile"),
            ("mon tableau:1", "'mon tableau:1'"),
            ("l'annuaire:$(rm)", r"'l'\''annuaire:$(rm)'"),
            ("", "''"),
        ] {
            assert_eq!(word(text), typed);
        }
    }
}
