//! Mail addresses and web sites, as far as a directory must judge them: could somebody write there, go there?

use serde::{Deserialize, Serialize};

use crate::field::Field;

/// A contact that its source does not give to everybody: kept apart from the listing, never published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestrictedContact {
    /// [`Field::Phone`], [`Field::Email`], [`Field::Mssante`] or [`Field::Website`].
    pub kind: Field,
    /// The number or the address, as the source writes it.
    pub value: String,
    /// What it is for, in the words of the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// 2, restricted; 3, very restricted (NOS, TRE_R283-NiveauConfidentialite).
    pub level: u8,
}

/// Why a contact was refused; the text says what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContactError {
    /// Not `local@domain.tld`.
    #[error("une adresse de courriel comme accueil@example.org")]
    Email,
    /// Not an http(s) address.
    #[error("une adresse web http:// ou https://, ou un nom de domaine comme example.org")]
    Website,
}

/// A mail address, trimmed. Looks only for what would make it unusable: RFC 5321 allows far more than anyone has.
pub fn parse_email(text: &str) -> Result<String, ContactError> {
    let text = text.trim().trim_start_matches("mailto:");
    let (local, domain) = text.split_once('@').ok_or(ContactError::Email)?;
    let shaped = !local.is_empty()
        && is_domain(domain)
        && text.len() <= 254
        && !text.chars().any(|c| c.is_whitespace() || c.is_control() || "<>()[],;:\\\"".contains(c));
    if shaped { Ok(text.to_owned()) } else { Err(ContactError::Email) }
}

/// A web address with its scheme. `example.org/x` gets `https://`; any scheme but http and https is refused,
/// so that no `javascript:` ever becomes a link.
pub fn parse_website(text: &str) -> Result<String, ContactError> {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    let (scheme, rest) = if lower.starts_with("https://") {
        ("https://", &text[8..])
    } else if lower.starts_with("http://") {
        ("http://", &text[7..])
    } else {
        ("https://", text)
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (name, port) = host.split_once(':').unwrap_or((host, "443"));
    let shaped = is_domain(name)
        && port.parse::<u16>().is_ok()
        && !rest.chars().any(|c| c.is_whitespace() || c.is_control() || "<>\"'`\\".contains(c));
    if shaped { Ok(format!("{scheme}{rest}")) } else { Err(ContactError::Website) }
}

fn is_domain(text: &str) -> bool {
    let labels: Vec<&str> = text.split('.').collect();
    labels.len() >= 2
        && labels.iter().all(|label| {
            !label.is_empty() && label.len() <= 63 && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        })
        && labels
            .last()
            .is_some_and(|tld| tld.chars().count() >= 2 && !tld.chars().all(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_people_write() {
        assert_eq!(parse_email(" accueil@dac92.example.org ").unwrap(), "accueil@dac92.example.org");
        for bad in ["accueil", "a@b", "a b@example.org", "@example.org", "a@example.org; b@example.org"] {
            assert_eq!(parse_email(bad), Err(ContactError::Email), "{bad}");
        }
        assert_eq!(parse_website("www.example.org/x").unwrap(), "https://www.example.org/x");
        assert_eq!(parse_website("HTTP://example.org").unwrap(), "http://example.org");
        for bad in [
            "javascript:alert(1)",
            "ftp://example.org",
            "exemple",
            "https://",
            "https://a b.fr",
            "http://example.org/\"><x",
        ] {
            assert_eq!(parse_website(bad), Err(ContactError::Website), "{bad}");
        }
    }
}
