//! Accounts: who works here, and what they may do where.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use maille_domain::account::Held;
use maille_domain::{Account, AccountId, Reach};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::password::Password;
use crate::reach::{KnownReaches, Reaches};
use crate::role::NewRole;
use crate::secret::random_id;
use crate::{Error, Store, api_token, role};

/// An account beside others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Who, and what they may do where.
    pub account: Account,
    /// Whether a password was chosen; before, nobody logs in.
    pub has_password: bool,
    /// When a session of it was last used, about.
    pub seen_at: Option<DateTime<Utc>>,
}

impl Store {
    /// Makes an account, without a password yet: nobody logs in before one is chosen. One that was closed opens again, under the
    /// name that history knows.
    ///
    /// # Errors
    /// [`Error::EmailTaken`]; [`Error::NameTaken`]; [`Error::UnknownTerritory`].
    pub async fn create_account(
        &self,
        email: &str,
        name: &str,
        roles: &[NewRole],
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<AccountId, Error> {
        self.writing(async {
            let mut transaction = self.begin_writing().await?;
            let created = sqlx::query_scalar!(
                "insert into account (id, email, name, created_at, created_by) values ($1, $2, $3, $4, $5)
                 on conflict (email) do update set closed_at = null, closed_by = null, password = null
                     where account.closed_at is not null
                 returning id",
                random_id()?,
                email.to_lowercase(),
                name,
                now,
                by
            )
            .fetch_optional(&mut *transaction)
            .await;
            let id = match created {
                Ok(Some(id)) => AccountId(id),
                Ok(None) => return Err(Error::EmailTaken(email.to_owned())),
                Err(error) => {
                    let constraint = error.as_database_error().and_then(|error| error.constraint());
                    return Err(match constraint {
                        Some("account_name") => Error::NameTaken(name.to_owned()),
                        _ => error.into(),
                    });
                }
            };
            for role in roles {
                role::give(&mut transaction, id, role, by, now).await?;
            }
            transaction.commit().await?;
            Ok(id)
        })
        .await
    }

    /// Closes an account: nothing opens it any more, neither its sessions, nor its links, nor its tokens; its roles end. `own` is how
    /// far whoever closes it administers accounts.
    ///
    /// # Errors
    /// [`Error::UnknownAccount`]; [`Error::BeyondReach`]; [`Error::LastAdministrator`].
    pub async fn close_account(
        &self,
        account: AccountId,
        own: &Reach,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        self.writing(async {
            let mut transaction = self.begin_writing().await?;
            let held = role::hold(&mut transaction, account).await?;
            if !held.is_within(own) {
                return Err(Error::BeyondReach);
            }
            sqlx::query!(
                "update account set closed_at = $2, closed_by = $3, password = null where id = $1",
                account.0,
                now,
                by
            )
            .execute(&mut *transaction)
            .await?;
            sqlx::query!(
            "update account_role set ended_at = $2, ended_by = $3 where account = $1 and ended_at is null",
            account.0,
            now,
            by
        )
        .execute(&mut *transaction)
        .await?;
            shut(&mut transaction, account, now).await?;
            api_token::revoke_all(&mut transaction, account, now).await?;
            role::still_administered(&mut transaction, &held).await?;
            transaction.commit().await?;
            Ok(())
        })
        .await
    }

    /// The accounts that are open, of whoever administers them that far; by name.
    pub async fn accounts(&self, own: &Reach) -> Result<Vec<Listed>, Error> {
        let mut connection = self.pool.acquire().await?;
        let rows = sqlx::query!(
            r#"select id, email, name, password is not null as "has_password!",
                      (select max(seen_at) from session where session.account = account.id) as seen_at
               from account where closed_at is null order by lower(name), id"#
        )
        .fetch_all(&mut *connection)
        .await?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let mut roles = roles(&mut connection, &ids, &self.reaches).await?;
        let listed = rows.into_iter().map(|row| Listed {
            account: Account {
                id: AccountId(row.id),
                email: row.email,
                name: row.name,
                roles: roles.remove(&row.id).unwrap_or_default(),
            },
            has_password: row.has_password,
            seen_at: row.seen_at,
        });
        Ok(listed.filter(|listed| listed.account.is_among(own)).collect())
    }

    /// The account of a mail address, unless it was closed.
    pub async fn account_of(&self, email: &str) -> Result<Option<Account>, Error> {
        let mut connection = self.pool.acquire().await?;
        let id = sqlx::query_scalar!(
            "select id from account where email = $1 and closed_at is null",
            email.trim().to_lowercase()
        )
        .fetch_optional(&mut *connection)
        .await?;
        match id {
            Some(id) => read(&mut connection, id, &self.reaches).await,
            None => Ok(None),
        }
    }

    /// The account of this id, unless it was closed.
    pub async fn account(&self, id: AccountId) -> Result<Option<Account>, Error> {
        read(&mut *self.pool.acquire().await?, id.0, &self.reaches).await
    }

    /// Whether a password was chosen for it.
    pub async fn has_password(&self, account: AccountId) -> Result<bool, Error> {
        let found = sqlx::query_scalar!(
            r#"select password is not null as "has!" from account where id = $1 and closed_at is null"#,
            account.0
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(found.unwrap_or(false))
    }

    /// Sets a password. Every session of the account ends, and so does every link that was mailed to it.
    ///
    /// # Errors
    /// [`Error::UnknownAccount`].
    pub async fn set_password(
        &self,
        account: AccountId,
        password: Password,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        let hash = password.hash().await?;
        self.writing(async {
            let mut transaction = self.begin_writing().await?;
            write_password(&mut transaction, account, &hash, now).await?;
            transaction.commit().await?;
            Ok(())
        })
        .await
    }
}

/// Writes the hash of a password; whatever the former one opened is closed.
pub(crate) async fn write_password(
    connection: &mut PgConnection,
    account: AccountId,
    hash: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let written =
        sqlx::query!("update account set password = $2 where id = $1 and closed_at is null", account.0, hash)
            .execute(&mut *connection)
            .await?;
    if written.rows_affected() == 0 {
        return Err(Error::UnknownAccount(account.to_string()));
    }
    shut(connection, account, now).await
}

/// Ends every session of an account, and every link that was mailed to it.
async fn shut(connection: &mut PgConnection, account: AccountId, now: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query!(
        "update session set closed_at = $2 where account = $1 and closed_at is null",
        account.0,
        now
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "update mailed_link set used_at = $2 where account = $1 and used_at is null",
        account.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The account of this id with its roles, unless it was closed.
pub(crate) async fn read(
    connection: &mut PgConnection,
    id: Uuid,
    known: &KnownReaches,
) -> Result<Option<Account>, Error> {
    let found = sqlx::query!("select email, name from account where id = $1 and closed_at is null", id)
        .fetch_optional(&mut *connection)
        .await?;
    let Some(found) = found else { return Ok(None) };
    let roles = roles(connection, &[id], known).await?.remove(&id).unwrap_or_default();
    Ok(Some(Account { id: AccountId(id), email: found.email, name: found.name, roles }))
}

/// The roles of these accounts, that of the whole directory first.
async fn roles(
    connection: &mut PgConnection,
    ids: &[Uuid],
    known: &KnownReaches,
) -> Result<HashMap<Uuid, Vec<Held>>, Error> {
    let rows = sqlx::query!(
        "select account, role, territory from account_role where account = any($1) and ended_at is null
         order by territory nulls first",
        ids
    )
    .fetch_all(&mut *connection)
    .await?;
    let somewhere = rows.iter().any(|role| role.territory.is_some());
    let reaches = if somewhere { known.now(connection).await? } else { Arc::<Mutex<Reaches>>::default() };
    let mut reaches = reaches.lock().unwrap_or_else(PoisonError::into_inner);
    let mut roles: HashMap<Uuid, Vec<Held>> = HashMap::new();
    for row in rows {
        let held = role::held(&row.role, row.territory, row.account, &mut reaches)?;
        roles.entry(row.account).or_default().push(held);
    }
    Ok(roles)
}
