//! API tokens: what a program shows to act in the name of an account.

use chrono::{DateTime, TimeDelta, Utc};
use maille_domain::api_token::Scope;
use maille_domain::{Account, AccountId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::secret::{Secret, random_id};
use crate::{Error, Store, account};

/// What is noted of its use is as exact as this.
const NOTED_EVERY: TimeDelta = TimeDelta::minutes(5);

/// One token, for its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Names it; opens nothing.
    pub id: Uuid,
    /// As its owner calls it.
    pub name: String,
    /// What it is for.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// When it ends, if it does.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, about.
    pub used_at: Option<DateTime<Utc>>,
}

impl Store {
    /// Makes a token of an account. The secret is for its owner alone.
    ///
    /// # Errors
    /// [`Error::UnknownAccount`].
    pub async fn make_token(
        &self,
        account: AccountId,
        name: &str,
        scopes: &[Scope],
        expires_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<Secret, Error> {
        let secret = Secret::random()?;
        let scopes: Vec<String> = scopes.iter().map(|scope| scope.code().to_owned()).collect();
        self.writing(async {
            let mut transaction = self.begin_writing().await?;
            // One that is being closed gets none.
            let open = sqlx::query!(
                "select id from account where id = $1 and closed_at is null for update",
                account.0
            )
            .fetch_optional(&mut *transaction)
            .await?;
            if open.is_none() {
                return Err(Error::UnknownAccount(account.to_string()));
            }
            sqlx::query!(
                "insert into api_token (id, secret, account, name, scopes, made_at, expires_at)
                 values ($1, $2, $3, $4, $5, $6, $7)",
                random_id()?,
                secret.hash(),
                account.0,
                name,
                &scopes,
                now,
                expires_at
            )
            .execute(&mut *transaction)
            .await?;
            transaction.commit().await?;
            Ok(secret)
        })
        .await
    }

    /// Whose token this is, and what it is for; none when it opens nothing any more.
    pub async fn token(
        &self,
        secret: &Secret,
        now: DateTime<Utc>,
    ) -> Result<Option<(Account, Vec<Scope>)>, Error> {
        let mut connection = self.pool.acquire().await?;
        let token = sqlx::query!(
            "select id, account, scopes, used_at from api_token
             where secret = $1 and revoked_at is null and (expires_at is null or expires_at > $2)",
            secret.hash(),
            now
        )
        .fetch_optional(&mut *connection)
        .await?;
        let Some(token) = token else { return Ok(None) };
        if token.used_at.is_none_or(|at| at < now - NOTED_EVERY) {
            sqlx::query!("update api_token set used_at = $2 where id = $1", token.id, now)
                .execute(&mut *connection)
                .await?;
        }
        let account = account::read(&mut connection, token.account, &self.reaches).await?;
        let scopes = scopes(token.id, &token.scopes)?;
        Ok(account.map(|account| (account, scopes)))
    }

    /// The tokens of an account that were not revoked, the latest first.
    pub async fn tokens(&self, account: AccountId) -> Result<Vec<ApiToken>, Error> {
        let rows = sqlx::query!(
            "select id, name, scopes, made_at, expires_at, used_at from api_token
             where account = $1 and revoked_at is null order by made_at desc, id",
            account.0
        )
        .fetch_all(&self.pool)
        .await?;
        let tokens = rows.into_iter().map(|row| {
            Ok(ApiToken {
                scopes: scopes(row.id, &row.scopes)?,
                id: row.id,
                name: row.name,
                made_at: row.made_at,
                expires_at: row.expires_at,
                used_at: row.used_at,
            })
        });
        tokens.collect()
    }

    /// Revokes a token of this account. Says whether there was one.
    pub async fn revoke_token(
        &self,
        account: AccountId,
        token: Uuid,
        now: DateTime<Utc>,
    ) -> Result<bool, Error> {
        self.writing(async {
            let mut transaction = self.begin_writing().await?;
            let revoked = sqlx::query!(
                "update api_token set revoked_at = $3 where id = $1 and account = $2 and revoked_at is null",
                token,
                account.0,
                now
            )
            .execute(&mut *transaction)
            .await?;
            transaction.commit().await?;
            Ok(revoked.rows_affected() > 0)
        })
        .await
    }

    /// Revokes every token of this account. Says how many there were.
    pub async fn revoke_tokens(&self, account: AccountId, now: DateTime<Utc>) -> Result<u64, Error> {
        revoke_all(&mut *self.pool.acquire().await?, account, now).await
    }
}

/// Revokes every token of an account. Says how many there were.
pub(crate) async fn revoke_all(
    connection: &mut PgConnection,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<u64, Error> {
    let revoked = sqlx::query!(
        "update api_token set revoked_at = $2 where account = $1 and revoked_at is null",
        account.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(revoked.rows_affected())
}

fn scopes(token: Uuid, codes: &[String]) -> Result<Vec<Scope>, Error> {
    let scopes = codes.iter().map(|code| {
        code.parse().map_err(|error: maille_domain::vocabulary::UnknownCode| Error::Inconsistent {
            table: "api_token",
            row: token.to_string(),
            found: error.to_string(),
        })
    });
    scopes.collect()
}
