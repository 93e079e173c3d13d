//! The roles of accounts: given and ended, never deleted. Whoever gives or ends one does it within their own reach, and the whole
//! directory always has an administrator.

use chrono::{DateTime, Utc};
use maille_domain::account::Held;
use maille_domain::{Account, AccountId, Reach, Role};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::reach::{KnownReaches, Reaches};
use crate::{Error, Store, account, territory};

/// A role to give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRole {
    /// The role.
    pub role: Role,
    /// Code of the territory; none for the whole directory.
    pub territory: Option<String>,
}

/// A role that was given, in force or ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Its number.
    pub id: i64,
    /// The role, and where.
    pub held: Held,
    /// Who gave it.
    pub given_by: String,
    /// When.
    pub given_at: DateTime<Utc>,
    /// Who ended it and when, if somebody did.
    pub ended: Option<(String, DateTime<Utc>)>,
}

impl Store {
    /// Gives a role; the one that the account had in the same territory ends. `own` is how far whoever gives it administers
    /// accounts.
    ///
    /// # Errors
    /// [`Error::UnknownAccount`]; [`Error::UnknownTerritory`]; [`Error::BeyondReach`]; [`Error::LastAdministrator`].
    pub async fn give_role(
        &self,
        account: AccountId,
        role: &NewRole,
        own: &Reach,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        self.writing(async {
            let mut transaction = self.begin_writing().await?;
            let held = hold(&mut transaction, account).await?;
            if !is_within(&mut transaction, role, own).await? {
                return Err(Error::BeyondReach);
            }
            give(&mut transaction, account, role, by, now).await?;
            still_administered(&mut transaction, &held).await?;
            transaction.commit().await?;
            Ok(())
        })
        .await
    }

    /// Ends a role of this account, by its number.
    ///
    /// # Errors
    /// [`Error::UnknownAccount`]; [`Error::UnknownRole`]; [`Error::BeyondReach`]; [`Error::LastAdministrator`].
    pub async fn end_role(
        &self,
        account: AccountId,
        role: i64,
        own: &Reach,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        self.writing(async {
            let mut transaction = self.begin_writing().await?;
            let held = hold(&mut transaction, account).await?;
            let ended = sqlx::query!(
                "update account_role set ended_at = $3, ended_by = $4
                 where id = $1 and account = $2 and ended_at is null returning role, territory",
                role,
                account.0,
                now,
                by
            )
            .fetch_optional(&mut *transaction)
            .await?;
            let Some(ended) = ended else { return Err(Error::UnknownRole(role)) };
            let mut reaches = Reaches::among(territory::read_all(&mut transaction).await?);
            if !self::held(&ended.role, ended.territory, account.0, &mut reaches)?.is_within(own) {
                return Err(Error::BeyondReach);
            }
            still_administered(&mut transaction, &held).await?;
            transaction.commit().await?;
            Ok(())
        })
        .await
    }

    /// The roles that an account has and had within this reach, the latest first.
    pub async fn role_history(&self, account: AccountId, own: &Reach) -> Result<Vec<Given>, Error> {
        let mut connection = self.pool.acquire().await?;
        let rows = sqlx::query!(
            "select id, role, territory, given_by, given_at, ended_by, ended_at from account_role
             where account = $1 order by id desc",
            account.0
        )
        .fetch_all(&mut *connection)
        .await?;
        let mut reaches = Reaches::among(territory::read_all(&mut connection).await?);
        let given = rows.into_iter().map(|row| {
            Ok(Given {
                id: row.id,
                held: held(&row.role, row.territory, account.0, &mut reaches)?,
                given_by: row.given_by,
                given_at: row.given_at,
                ended: row.ended_by.zip(row.ended_at),
            })
        });
        let given = given.collect::<Result<Vec<Given>, Error>>()?;
        Ok(given.into_iter().filter(|given| given.held.is_within(own)).collect())
    }
}

/// Keeps an account for whoever changes what it may do: two who do it for two accounts wait for each other, so that the last
/// administrator stays one.
pub(crate) async fn hold(connection: &mut PgConnection, account: AccountId) -> Result<Account, Error> {
    sqlx::query!("select pg_advisory_xact_lock(hashtext('maille.roles'), 0)")
        .execute(&mut *connection)
        .await?;
    sqlx::query!("select id from account where id = $1 for update", account.0)
        .fetch_optional(&mut *connection)
        .await?;
    let read = account::read(connection, account.0, &KnownReaches::default()).await?;
    read.ok_or_else(|| Error::UnknownAccount(account.to_string()))
}

/// Refuses what would leave the whole directory without anybody who administers it and can log in; `held` is the account that
/// changed, as it was.
pub(crate) async fn still_administered(connection: &mut PgConnection, held: &Account) -> Result<(), Error> {
    if !held.administers_all() {
        return Ok(());
    }
    let left = sqlx::query_scalar!(
        r#"select exists (
               select from account_role join account on account.id = account_role.account
               where role = 'administration' and territory is null and ended_at is null
                   and account.closed_at is null and account.password is not null
           ) as "left!""#
    )
    .fetch_one(connection)
    .await?;
    if left { Ok(()) } else { Err(Error::LastAdministrator) }
}

async fn is_within(connection: &mut PgConnection, role: &NewRole, own: &Reach) -> Result<bool, Error> {
    let mut reaches = Reaches::among(territory::read_all(connection).await?);
    match &role.territory {
        Some(code) if !reaches.has(code) => Err(Error::UnknownTerritory(code.clone())),
        _ => {
            let reach = reaches.of(role.territory.as_deref());
            Ok(Held { role: role.role, territory: role.territory.clone(), reach }.is_within(own))
        }
    }
}

/// Gives a role to an account that is held.
pub(crate) async fn give(
    connection: &mut PgConnection,
    account: AccountId,
    NewRole { role, territory: code }: &NewRole,
    by: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    if let Some(code) = code
        && territory::read(connection, std::slice::from_ref(code)).await?.is_empty()
    {
        return Err(Error::UnknownTerritory(code.clone()));
    }
    sqlx::query!(
        "update account_role set ended_at = $3, ended_by = $4
         where account = $1 and territory is not distinct from $2 and ended_at is null",
        account.0,
        code.as_deref(),
        now,
        by
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into account_role (account, role, territory, given_by, given_at) values ($1, $2, $3, $4, $5)",
        account.0,
        role.code(),
        code.as_deref(),
        by,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A role as its row says it.
pub(crate) fn held(
    role: &str,
    territory: Option<String>,
    account: Uuid,
    reaches: &mut Reaches,
) -> Result<Held, Error> {
    let role = role.parse().map_err(|error: maille_domain::vocabulary::UnknownCode| Error::Inconsistent {
        table: "account_role",
        row: account.to_string(),
        found: error.to_string(),
    })?;
    let reach = reaches.of(territory.as_deref());
    Ok(Held { role, territory, reach })
}
