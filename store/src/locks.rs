//! Who writes when: writers that need the same thing wait for each other, within bounds, and are told for whom.
//!
//! What a writer takes, always in this order, so that no two can embrace:
//!
//! 1. an import, the lock of its source: a second import of that source is refused at once; whoever drops the source or brings
//!    it back shares it, so that neither happens during an import;
//! 2. the turn: an import that writes listings (`run.rs`), a decision of two records or its end (`duplicate.rs`), a source that
//!    is dropped or brought back (`source.rs`), another order of sources (`precedence.rs`), all that is found again
//!    (`matching.rs`), a merge or a part of what a person saw (`duplicate/`), an import that is undone (`run/undo.rs`), a
//!    listing that is created, which is an import of its own source (`creation.rs`). They write one after the other, and may each found or regroup listings; an edit that renames takes it
//!    when it is free and never waits for it (`slug.rs`);
//! 3. the rows of the listings it changes; an edit holds nothing else when it waits for them;
//! 4. the rows of territories: an import of them, whose turn it is; whoever changes one by hand, and holds nothing else;
//! 5. whoever changes what accounts may do, `maille.roles`, then the row of the account (`role.rs`); whoever gives out or uses a
//!    link or a token, that row alone. They take none of the above. Whoever writes a call (`call.rs`), the row of that call, and
//!    then no more than what its foreign keys share: nobody else waits for a call while holding anything;
//! 6. at the commit, the lock of the feed (first migration), held until the commit is visible.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, Transaction};

use crate::{Error, Store};

/// Whoever takes the turn waits for it as many times longer than an edit waits for an import.
const TURNS_ARE_LONG: u32 = 10;

impl Store {
    /// A transaction that writes: what it waits for, it waits for within bounds.
    pub(crate) async fn begin_writing(&self) -> Result<Transaction<'static, Postgres>, Error> {
        let mut transaction = match self.writers.begin().await {
            Err(sqlx::Error::PoolTimedOut) if self.all_write() => {
                let waited = self.writers.options().get_acquire_timeout();
                return Err(Error::Busy { holder: self.holder().await?, waited });
            }
            begun => begun?,
        };
        be_patient(&mut transaction, self.patience).await?;
        Ok(transaction)
    }

    /// Whether as many write, or wait to, as may at once.
    fn all_write(&self) -> bool {
        let most = self.writers.options().get_max_connections();
        self.writers.size() >= most && self.writers.num_idle() == 0
    }

    /// The turn, until the transaction ends.
    pub(crate) async fn take_turn(&self, connection: &mut PgConnection) -> Result<(), Error> {
        let free =
            sqlx::query_scalar!(r#"select pg_try_advisory_xact_lock(hashtext('maille.turn'), 0) as "free!""#)
                .fetch_one(&mut *connection)
                .await?;
        if free {
            return Ok(());
        }
        let holder = self.holder().await?;
        tracing::info!(holder, "quelqu’un d’autre écrit encore : l’écriture attend son tour");
        let patience = self.patience * TURNS_ARE_LONG;
        be_patient(connection, patience).await?;
        let waited = sqlx::query!("select pg_advisory_xact_lock(hashtext('maille.turn'), 0)")
            .execute(&mut *connection)
            .await;
        self.named_after(waited.map_err(Error::from), patience).await?;
        be_patient(connection, self.patience).await
    }

    /// Runs a writer that has a transaction of its own; says for whom it waited in vain, if it did.
    pub(crate) async fn writing<T>(
        &self,
        writer: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        self.named(writer.await).await
    }

    /// Says for whom a writer waited in vain, if it did.
    pub(crate) async fn named<T>(&self, outcome: Result<T, Error>) -> Result<T, Error> {
        self.named_after(outcome, self.patience).await
    }

    async fn named_after<T>(&self, outcome: Result<T, Error>, waited: Duration) -> Result<T, Error> {
        match outcome {
            Err(error) if error.is_lock_timeout() => {
                Err(Error::Busy { holder: self.holder().await?, waited })
            }
            other => other,
        }
    }

    /// Whoever has the turn, in words that begin a sentence.
    async fn holder(&self) -> Result<String, Error> {
        let import = sqlx::query!(
            r#"select source.name as "source?", own.mode = 'ExclusiveLock' as "reads!", activity.xact_start as "since!: DateTime<Utc>",
                      clock_timestamp() as "now!: DateTime<Utc>"
               from pg_locks as turn
               join pg_database on pg_database.oid = turn.database and pg_database.datname = current_database()
               join pg_locks as own on own.pid = turn.pid and own.classid = hashtext('maille.import')::oid
                   and own.locktype = 'advisory' and own.objsubid = 2 and own.granted
               join pg_stat_activity as activity on activity.pid = turn.pid and activity.xact_start is not null
               left join source on hashtext(source.name)::oid = own.objid
               where turn.locktype = 'advisory' and turn.classid = hashtext('maille.turn')::oid and turn.objsubid = 2
                   and turn.granted
               limit 1"#
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(match import {
            None => "une autre correction, ou une autre décision,".to_owned(),
            Some(import) => {
                // The name of a source is not readable before its first import is committed.
                let which = match import.source {
                    None => "le premier import d’une source".to_owned(),
                    Some(source) if import.reads => format!("l’import de la source « {source} »"),
                    Some(source) => format!("la mise à l’écart, ou la reprise, de la source « {source} »"),
                };
                let minutes = (import.now - import.since).num_minutes();
                let since =
                    if minutes > 0 { format!(" (commencé il y a {minutes} min)") } else { String::new() };
                format!("{which}{since}")
            }
        })
    }
}

async fn be_patient(connection: &mut PgConnection, patience: Duration) -> Result<(), Error> {
    let patience = format!("{}ms", patience.as_millis());
    sqlx::query_scalar!(r#"select set_config('lock_timeout', $1, true) as "set!""#, patience)
        .fetch_one(connection)
        .await?;
    Ok(())
}
