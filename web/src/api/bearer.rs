//! Whose program asks: `Authorization: Bearer TOKEN`. A token opens no page, and the session of a browser opens nothing here.

use std::time::Duration;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use chrono::{DateTime, Utc};
use maille_domain::api_token::Scope;
use maille_domain::{Account, Act, Listing, ListingId, Reach};
use maille_store::Store;
use maille_store::listing::Cause;
use maille_store::secret::Secret;

use crate::error::Error;
use crate::signed::{Curation, theirs};
use crate::state::WebState;

/// What tokens begin with: programs that look for secrets in files know them.
const PREFIX: &str = "maille_";
/// How long a program waits to be known.
const PATIENCE: Duration = Duration::from_secs(5);

/// A program, and whoever trusts it.
#[derive(Clone)]
pub struct Bearer {
    /// In whose name it acts, and what they may do where.
    pub account: Account,
    /// What its token is for.
    pub scopes: Vec<Scope>,
    /// Where it writes.
    pub store: Store,
}

/// A token, as its owner keeps it.
pub(crate) fn written(secret: &Secret) -> String {
    format!("{PREFIX}{}", secret.text())
}

impl Bearer {
    /// How far it may do that: its token is for that, and so is a role of the account.
    ///
    /// # Errors
    /// [`Error::OutOfScope`]; [`Error::Forbidden`].
    pub fn reach(&self, act: Act) -> Result<Reach, Error> {
        if !self.scopes.iter().any(|scope| scope.is_for(act)) {
            return Err(Error::OutOfScope(act));
        }
        self.account.reach(act).ok_or(Error::Forbidden(act))
    }

    /// A listing that it may do that to; the one that it was merged into, if it was.
    ///
    /// # Errors
    /// As [`reach`](Bearer::reach); [`Error::NotFound`]; [`Error::Elsewhere`] when it is another territory's.
    pub async fn listing(&self, id: ListingId, act: Act) -> Result<Listing, Error> {
        theirs(&self.store, id, &self.reach(act)?).await
    }

    /// What history will say of a change of theirs.
    pub fn cause(&self, reason: impl Into<String>, at: DateTime<Utc>) -> Cause {
        Cause { author: self.account.name.clone(), reason: reason.into(), run: None, at }
    }
}

impl FromRequestParts<WebState> for Bearer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Bearer, Error> {
        let given = parts.headers.get(AUTHORIZATION).ok_or(Error::Unauthorized)?;
        let secret = given.to_str().ok().and_then(token).ok_or(Error::Unauthorized)?;
        let store = Curation::from_ref(state).store()?;
        let known = tokio::time::timeout(PATIENCE, store.token(&secret, state.now()));
        let known = known.await.map_err(|_| Error::Unavailable)??;
        let (account, scopes) = known.ok_or(Error::Unauthorized)?;
        Ok(Bearer { account, scopes, store })
    }
}

/// The token of a header.
fn token(header: &str) -> Option<Secret> {
    let (scheme, token) = header.split_once(' ')?;
    let token = token.trim().strip_prefix(PREFIX)?;
    scheme.eq_ignore_ascii_case("bearer").then(|| Secret::parse(token)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_as_it_was_written() {
        let secret = Secret::random().unwrap();
        for header in [format!("Bearer {}", written(&secret)), format!("bearer   {}", written(&secret))] {
            assert_eq!(token(&header), Some(secret.clone()));
        }
        let text = written(&secret);
        for header in
            ["", "Bearer", "Bearer x", &text, &format!("Basic {text}"), &format!("Bearer {}", secret.text())]
        {
            assert_eq!(token(header), None, "{header}");
        }
    }
}
