//! Passwords: which are admitted, and how they are kept (argon2id).

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

use crate::Error;

/// Each takes 19 MiB and a processor for some tens of milliseconds: many at once would take the machine from those who search.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// What an unknown account is compared with, so that it takes as long to refuse as a known one.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bWFpbGxlbWFpbGxlbWFpbA$S1mSBSfqrWZBq1iPqvpFrFbNyjcRlXn5wkWbWkGkPX0";

/// A password as somebody typed it. Never shown, never logged.
#[derive(Clone)]
pub struct Password(String);

/// Why a password is not admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    /// Too short to resist.
    #[error("au moins {} caractères", Password::SHORTEST)]
    Short,
    /// Longer than anybody types.
    #[error("au plus {} caractères", Password::LONGEST)]
    Long,
    /// Common, or made of what is known of the person.
    #[error("un mot de passe moins courant : plusieurs mots sans rapport entre eux, par exemple")]
    Common,
}

impl Password {
    /// Fewest characters of a new one.
    pub const SHORTEST: usize = 12;
    /// Most characters.
    pub const LONGEST: usize = 128;

    /// One that was typed to be compared.
    pub fn typed(text: &str) -> Password {
        Password(text.chars().take(Password::LONGEST + 1).collect())
    }

    /// One that somebody chooses; `known` is what anybody knows of them: their name, their mail address.
    ///
    /// # Errors
    /// [`Weak`].
    pub fn choose(text: &str, known: &[&str]) -> Result<Password, Weak> {
        match text.chars().count() {
            ..Password::SHORTEST => return Err(Weak::Short),
            Password::SHORTEST..=Password::LONGEST => {}
            _ => return Err(Weak::Long),
        }
        let known: Vec<&str> =
            known.iter().flat_map(|known| known.split(['@', '.', ' ', '-'])).chain(["maille"]).collect();
        // Words that anybody knows are worth nothing, however many there are: what is left must be something.
        let mut left = text.to_lowercase();
        for word in known.iter().filter(|word| word.chars().count() > 2) {
            left = left.replace(&word.to_lowercase(), "");
        }
        let strength = zxcvbn::zxcvbn(text, &known);
        if strength.score() < zxcvbn::Score::Three || left.chars().count() < Password::SHORTEST / 2 {
            Err(Weak::Common)
        } else {
            Ok(Password(text.to_owned()))
        }
    }

    /// What is kept of it.
    pub(crate) async fn hash(self) -> Result<String, Error> {
        work(move || Argon2::default().hash_password(self.0.as_bytes()).map(|hash| hash.to_string()))
            .await?
            .map_err(|_| Error::NoRandomness)
    }

    /// Whether it is the one that was kept; never, when none was.
    pub(crate) async fn is(self, kept: Option<String>) -> Result<bool, Error> {
        work(move || {
            let hash = PasswordHash::new(kept.as_deref().unwrap_or(NOBODYS));
            let same =
                hash.is_ok_and(|hash| Argon2::default().verify_password(self.0.as_bytes(), &hash).is_ok());
            same && kept.is_some()
        })
        .await
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password")
    }
}

async fn work<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let _turn = AT_ONCE.acquire().await.expect("nobody closes it");
    // A panic there is ours; the hook of the command has logged it.
    tokio::task::spawn_blocking(work).await.map_err(|_| Error::NoRandomness)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_would_guess_is_not_admitted() {
        let choose =
            |text: &str| Password::choose(text, &["Camille Durand", "camille.durand@dac92.fr"]).map(|_| ());
        assert_eq!(choose("trop court"), Err(Weak::Short));
        assert_eq!(choose(&"x1".repeat(65)), Err(Weak::Long));
        let of_the_person = ["camilledurand", "camilledurand1", "Durand-Camille-92"];
        for common in
            ["motdepasse123", "azertyuiop12", "aaaaaaaaaaaaaaaa", "password1234"].iter().chain(&of_the_person)
        {
            assert_eq!(choose(common), Err(Weak::Common), "{common}");
        }
        assert_eq!(choose("quatre girafes boivent dehors"), Ok(()));
    }

    #[tokio::test]
    async fn a_password_is_compared_with_what_was_kept() {
        let kept = Password::typed("quatre girafes boivent").hash().await.unwrap();
        assert!(kept.starts_with("$argon2id$"));
        assert!(Password::typed("quatre girafes boivent").is(Some(kept.clone())).await.unwrap());
        assert!(!Password::typed("quatre girafes boivent.").is(Some(kept)).await.unwrap());
        assert!(!Password::typed("").is(None).await.unwrap());
        assert!(PasswordHash::new(NOBODYS).is_ok(), "nobody's is as costly as somebody's");
    }
}
