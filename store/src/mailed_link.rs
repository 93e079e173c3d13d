//! Links that are mailed: whoever holds one chooses the password of its account, once.

use chrono::{DateTime, TimeDelta, Utc};
use maille_domain::AccountId;

use crate::password::Password;
use crate::secret::Secret;
use crate::{Error, Store, account, api_token};

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To somebody who was invited.
    Invitation,
    /// To somebody who forgot their password.
    Reset,
}

impl Purpose {
    /// How long a link of this purpose opens something.
    pub const fn lasts(self) -> TimeDelta {
        match self {
            Purpose::Invitation => TimeDelta::days(7),
            Purpose::Reset => TimeDelta::hours(1),
        }
    }

    const fn code(self) -> &'static str {
        match self {
            Purpose::Invitation => "invitation",
            Purpose::Reset => "reinitialisation",
        }
    }
}

/// Whose password a link sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkOf {
    /// The account.
    pub account: AccountId,
    /// Its mail address.
    pub email: String,
    /// Its name.
    pub name: String,
}

impl Store {
    /// Makes a link for an account; those that it had open nothing any more, unless they last longer than this one. The secret is for whoever reads its mail alone.
    ///
    /// # Errors
    /// [`Error::UnknownAccount`].
    pub async fn make_link(
        &self,
        account: AccountId,
        purpose: Purpose,
        now: DateTime<Utc>,
    ) -> Result<Secret, Error> {
        let secret = Secret::random()?;
        self.writing(async {
            let mut transaction = self.begin_writing().await?;
            // Whoever uses one takes the account first as well.
            let open =
                sqlx::query!("select id from account where id = $1 and closed_at is null for update", account.0)
                    .fetch_optional(&mut *transaction)
                    .await?;
            if open.is_none() {
                return Err(Error::UnknownAccount(account.to_string()));
            }
            sqlx::query!(
                "update mailed_link set used_at = $2 where account = $1 and used_at is null and expires_at <= $3",
                account.0,
                now,
                now + purpose.lasts()
            )
            .execute(&mut *transaction)
            .await?;
            sqlx::query!(
                "insert into mailed_link (secret, account, purpose, made_at, expires_at) values ($1, $2, $3, $4, $5)",
                secret.hash(),
                account.0,
                purpose.code(),
                now,
                now + purpose.lasts()
            )
            .execute(&mut *transaction)
            .await?;
            transaction.commit().await?;
            Ok(secret)
        })
        .await
    }

    /// Whose password this secret sets; none when it sets none any more.
    pub async fn link(&self, secret: &Secret, now: DateTime<Utc>) -> Result<Option<LinkOf>, Error> {
        let found = sqlx::query!(
            "select account.id, email, name from mailed_link join account on account.id = mailed_link.account
             where secret = $1 and used_at is null and expires_at > $2 and closed_at is null",
            secret.hash(),
            now
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(found.map(|found| LinkOf { account: AccountId(found.id), email: found.email, name: found.name }))
    }

    /// Sets the password of the account of a link, which is used up in the same transaction; every session of the account ends,
    /// and every token: whoever lost their password does not know who has it. None when the link opens nothing any more.
    pub async fn use_link(
        &self,
        secret: &Secret,
        password: Password,
        now: DateTime<Utc>,
    ) -> Result<Option<AccountId>, Error> {
        // Before the costly work.
        let Some(LinkOf { account, .. }) = self.link(secret, now).await? else { return Ok(None) };
        let hash = password.hash().await?;
        self.writing(async {
            let mut transaction = self.begin_writing().await?;
            sqlx::query!("select id from account where id = $1 for update", account.0)
                .fetch_optional(&mut *transaction)
                .await?;
            let used = sqlx::query!(
            "update mailed_link set used_at = $2 where secret = $1 and used_at is null and expires_at > $2",
            secret.hash(),
            now
        )
        .execute(&mut *transaction)
        .await?;
            if used.rows_affected() == 0 {
                return Ok(None);
            }
            match account::write_password(&mut transaction, account, &hash, now).await {
                Ok(()) => {
                    api_token::revoke_all(&mut transaction, account, now).await?;
                    transaction.commit().await?;
                }
                Err(Error::UnknownAccount(_)) => return Ok(None),
                Err(error) => return Err(error),
            }
            Ok(Some(account))
        })
        .await
    }
}
