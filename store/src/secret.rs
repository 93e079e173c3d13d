//! Secrets that open something: a session, a mailed link, an API token. The database holds their SHA-256 alone; long and
//! random as they are, they need no more.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::Error;

/// A secret of 32 random bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 32]);

impl Secret {
    /// A new one.
    ///
    /// # Errors
    /// [`Error::NoRandomness`].
    pub fn random() -> Result<Secret, Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|_| Error::NoRandomness)?;
        Ok(Secret(bytes))
    }

    /// Reads what [`text`](Secret::text) wrote.
    pub fn parse(text: &str) -> Option<Secret> {
        let digits = text.as_bytes();
        if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
            *byte = u8::from_str_radix(&text[at..at + 2], 16).ok()?;
        }
        Some(Secret(bytes))
    }

    /// The secret itself, in hexadecimal: for its owner alone.
    pub fn text(&self) -> String {
        let (high, low) = self.0.split_at(16);
        let half = |half: &[u8]| half.iter().fold(0, |number: u128, byte| number << 8 | u128::from(*byte));
        format!("{:032x}{:032x}", half(high), half(low))
    }

    /// What the database keeps of it.
    pub(crate) fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0).to_vec()
    }
}

impl std::fmt::Debug for Secret {
    /// Nothing: what is logged by mistake opens nothing.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// A random identity.
pub fn random_id() -> Result<Uuid, Error> {
    let Secret(bytes) = Secret::random()?;
    let (id, _) = bytes.split_first_chunk().expect("32 bytes hold 16");
    Ok(uuid::Builder::from_random_bytes(*id).into_uuid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_back_and_says_nothing_of_itself() {
        let secret = Secret::random().unwrap();
        assert_eq!(Secret::parse(&secret.text()), Some(secret.clone()));
        assert_ne!(Secret::random().unwrap(), secret);
        assert_eq!(format!("{secret:?}"), "Secret");
        for text in ["", "00", &"g".repeat(64), &"é".repeat(32)] {
            assert_eq!(Secret::parse(text), None);
        }
    }
}
