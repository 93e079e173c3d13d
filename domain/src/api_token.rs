//! API tokens: what a program that somebody trusts may do in their name.

use crate::codes::codes;
use crate::right::Act;

codes! {
    /// What a token is for. It never does more than the account that it was made by.
    Scope {
        Read = "lire", "Lire l’histoire et ce qui est à traiter";
        Correct = "corriger", "Corriger des champs";
        Verify = "verifier", "Dire qu’une fiche a été vérifiée";
    }
}

impl Scope {
    /// Whether a token of this scope is for that.
    pub const fn is_for(self, act: Act) -> bool {
        match self {
            Scope::Read => matches!(act, Act::Consult),
            Scope::Correct => matches!(act, Act::Correct),
            Scope::Verify => matches!(act, Act::Verify),
        }
    }
}

/// Longest name of a token, in characters.
pub const LONGEST_NAME: usize = 60;

/// Reads the name that its owner gives to a token.
///
/// # Errors
/// What was expected, in French.
pub fn parse_name(typed: &str) -> Result<String, &'static str> {
    let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    let visible = !name.chars().any(|c| c.is_control() || crate::invisible::is_invisible(c));
    match name.chars().count() {
        1..=LONGEST_NAME if visible => Ok(name),
        _ => Err("un nom, de 60 caractères au plus"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_a_name() {
        assert_eq!(parse_name("  Tableur  du DAC "), Ok("Tableur du DAC".to_owned()));
        for refused in ["", " ", "a\u{202e}b", &"x".repeat(61)] {
            assert!(parse_name(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn no_token_gives_rights() {
        for scope in Scope::ALL {
            assert!(!scope.is_for(Act::Accounts) && !scope.is_for(Act::RevertRun), "{scope}");
        }
        assert!(Scope::Correct.is_for(Act::Correct) && !Scope::Read.is_for(Act::Correct));
    }
}
