//! Sessions: who is logged in, from which browser, since when.

use chrono::{DateTime, TimeDelta, Utc};
use maille_domain::{Account, AccountId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::password::Password;
use crate::secret::{Secret, random_id};
use crate::{Error, Store, account};

/// A session ends after so many hours without a page: a working day, and a meal.
const IDLE: TimeDelta = TimeDelta::hours(12);
/// And after so many days whatever happens.
const LONGEST: TimeDelta = TimeDelta::days(14);
/// What is noted of its use is as exact as this.
const NOTED_EVERY: TimeDelta = TimeDelta::minutes(5);
/// Most sessions of an account that are open at once; the oldest closes.
const MOST: i64 = 20;
/// How long what ended is remembered.
const REMEMBERED: TimeDelta = TimeDelta::days(30);
/// Longest name of a browser that is kept, in characters.
const LONGEST_AGENT: usize = 60;

/// One session, for its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Names it; opens nothing.
    pub id: Uuid,
    /// The browser, in a word or two.
    pub agent: String,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// When it was last used, about.
    pub seen_at: DateTime<Utc>,
}

/// That somebody knew the password that an account had when it was compared.
pub struct Proof {
    account: AccountId,
    kept: String,
}

impl std::fmt::Debug for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Proof({})", self.account)
    }
}

impl Store {
    /// Opens a session for whoever knows the password; none otherwise. The secret is for the browser alone.
    pub async fn log_in(
        &self,
        email: &str,
        password: Password,
        agent: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Secret>, Error> {
        match self.prove(email, password).await? {
            Some(proof) => self.open_session(&proof, agent, now).await,
            None => Ok(None),
        }
    }

    /// Compares a password with that of the account of a mail address, which takes a while; none when it is another.
    pub async fn prove(&self, email: &str, password: Password) -> Result<Option<Proof>, Error> {
        let known = sqlx::query!(
            "select id, password from account where email = $1 and closed_at is null",
            email.trim().to_lowercase()
        )
        .fetch_optional(&self.pool)
        .await?;
        let (id, kept) = known.map_or((None, None), |account| (Some(account.id), account.password));
        let right = password.is(kept.clone()).await?;
        Ok(id.zip(kept).filter(|_| right).map(|(id, kept)| Proof { account: AccountId(id), kept }))
    }

    /// Opens a session for whoever proved to know the password; none when it was changed, or the account closed, since.
    pub async fn open_session(
        &self,
        proof: &Proof,
        agent: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Secret>, Error> {
        let mut transaction = self.begin_writing().await?;
        if !still_holds(&mut transaction, proof).await? {
            return Ok(None);
        }
        let secret = open(&mut transaction, proof.account, agent, now).await?;
        transaction.commit().await?;
        Ok(Some(secret))
    }

    /// Changes the password of whoever proved to know it. Every session of the account ends, and so does every link that was
    /// mailed to it; the secret is that of a new session. None when the password was changed, or the account closed, since.
    pub async fn change_password(
        &self,
        proof: &Proof,
        wanted: Password,
        agent: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Secret>, Error> {
        let hash = wanted.hash().await?;
        let mut transaction = self.begin_writing().await?;
        if !still_holds(&mut transaction, proof).await? {
            return Ok(None);
        }
        account::write_password(&mut transaction, proof.account, &hash, now).await?;
        let secret = open(&mut transaction, proof.account, agent, now).await?;
        transaction.commit().await?;
        Ok(Some(secret))
    }

    /// Forgets the sessions and the mailed links that ended more than thirty days ago. The last session of an account stays: it
    /// says when somebody last came.
    pub async fn forget_ended(&self, now: DateTime<Utc>) -> Result<(), Error> {
        let before = now - REMEMBERED;
        sqlx::query!(
            "delete from session where (closed_at < $1 or expires_at < $1 or seen_at < $2)
             and exists (select from session later
                         where later.account = session.account and later.seen_at > session.seen_at)",
            before,
            before - IDLE
        )
        .execute(&self.pool)
        .await?;
        sqlx::query!("delete from mailed_link where used_at < $1 or expires_at < $1", before)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Whose session this secret opens, and which; none when it opens none any more.
    pub async fn session(
        &self,
        secret: &Secret,
        now: DateTime<Utc>,
    ) -> Result<Option<(Account, Uuid)>, Error> {
        let mut connection = self.pool.acquire().await?;
        let session = sqlx::query!(
            "select id, account, seen_at from session
             where secret = $1 and closed_at is null and expires_at > $2 and seen_at > $3",
            secret.hash(),
            now,
            now - IDLE
        )
        .fetch_optional(&mut *connection)
        .await?;
        let Some(session) = session else { return Ok(None) };
        if session.seen_at < now - NOTED_EVERY {
            sqlx::query!("update session set seen_at = $2 where id = $1", session.id, now)
                .execute(&mut *connection)
                .await?;
        }
        let account = account::read(&mut connection, session.account, &self.reaches).await?;
        Ok(account.map(|account| (account, session.id)))
    }

    /// The open sessions of an account, the last used first.
    pub async fn sessions(&self, account: AccountId, now: DateTime<Utc>) -> Result<Vec<Session>, Error> {
        Ok(sqlx::query_as!(
            Session,
            "select id, agent, opened_at, seen_at from session
             where account = $1 and closed_at is null and expires_at > $2 and seen_at > $3
             order by seen_at desc, id",
            account.0,
            now,
            now - IDLE
        )
        .fetch_all(&self.pool)
        .await?)
    }

    /// Closes a session of this account. Says whether there was one.
    pub async fn close_session(
        &self,
        account: AccountId,
        session: Uuid,
        now: DateTime<Utc>,
    ) -> Result<bool, Error> {
        self.writing(async {
            let mut transaction = self.begin_writing().await?;
            let closed = sqlx::query!(
                "update session set closed_at = $3 where id = $1 and account = $2 and closed_at is null",
                session,
                account.0,
                now
            )
            .execute(&mut *transaction)
            .await?;
            transaction.commit().await?;
            Ok(closed.rows_affected() > 0)
        })
        .await
    }

    /// Closes every session of this account but one. Says how many there were.
    pub async fn close_other_sessions(
        &self,
        account: AccountId,
        kept: Uuid,
        now: DateTime<Utc>,
    ) -> Result<u64, Error> {
        self.writing(async {
            let mut transaction = self.begin_writing().await?;
            let closed = sqlx::query!(
                "update session set closed_at = $3 where account = $1 and id <> $2 and closed_at is null",
                account.0,
                kept,
                now
            )
            .execute(&mut *transaction)
            .await?;
            transaction.commit().await?;
            Ok(closed.rows_affected())
        })
        .await
    }
}

/// Whether the password is still the one that was compared. Whoever changes it, or closes the account, waits until the
/// transaction ends.
async fn still_holds(connection: &mut PgConnection, proof: &Proof) -> Result<bool, Error> {
    let held = sqlx::query_scalar!(
        "select id from account where id = $1 and password = $2 and closed_at is null for update",
        proof.account.0,
        proof.kept
    )
    .fetch_optional(connection)
    .await?;
    Ok(held.is_some())
}

/// Opens a session of an account, whose row the transaction holds.
async fn open(
    connection: &mut PgConnection,
    account: AccountId,
    agent: &str,
    now: DateTime<Utc>,
) -> Result<Secret, Error> {
    let secret = Secret::random()?;
    let agent: String = agent.chars().take(LONGEST_AGENT).collect();
    sqlx::query!(
        "update session set closed_at = $2 where id in (
             select id from session where account = $1 and closed_at is null order by opened_at desc, id offset $3)",
        account.0,
        now,
        MOST - 1
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into session (id, secret, account, agent, opened_at, seen_at, expires_at)
         values ($1, $2, $3, $4, $5, $5, $6)",
        random_id()?,
        secret.hash(),
        account.0,
        agent,
        now,
        now + LONGEST
    )
    .execute(connection)
    .await?;
    Ok(secret)
}
