//! Coordination territories and their communes: those that their source names, and what people decided of some. An import
//! writes the first and never touches the second.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use maille_domain::Territory;
use sqlx::PgConnection;

use crate::listing::Cause;
use crate::{Error, Store};

/// What an import of territories changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TerritoriesWritten {
    /// New.
    pub created: u64,
    /// Changed in name, kind or communes.
    pub updated: u64,
    /// The same.
    pub unchanged: u64,
    /// Of this source and no longer in it.
    pub withdrawn: u64,
}

/// A territory, for those who look after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The territory.
    pub territory: Territory,
    /// The source that named it.
    pub source: String,
    /// Whether somebody has a role in it.
    pub held: bool,
    /// How many communes people decided of.
    pub decided: usize,
}

/// What somebody changed in a territory, at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TerritoryChange {
    /// Its number.
    pub number: i64,
    /// Who.
    pub author: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Codes of the communes added.
    pub added: Vec<String>,
    /// Codes of the communes removed.
    pub removed: Vec<String>,
    /// The communes of which it still holds.
    pub standing: Vec<String>,
    /// Who took it back, when and why, if anybody did.
    pub undone: Option<(String, DateTime<Utc>, String)>,
}

impl Store {
    /// Every territory, by code.
    pub async fn territories(&self) -> Result<Vec<Territory>, Error> {
        read_all(&mut *self.pool.acquire().await?).await
    }

    /// Every territory as those see it who look after it, by code.
    pub async fn territories_kept(&self) -> Result<Vec<Kept>, Error> {
        let mut connection = self.pool.acquire().await?;
        let mut about: HashMap<String, (String, bool, i64)> = sqlx::query!(
            r#"select code, source,
                      exists (select from account_role join account on account.id = account_role.account
                          where account_role.territory = code and ended_at is null and closed_at is null) as "held!",
                      (select count(*) from territory_decision where territory = code and ended_at is null) as "decided!"
               from territory where withdrawn_at is null"#
        )
        .fetch_all(&mut *connection)
        .await?
        .into_iter()
        .map(|row| (row.code, (row.source, row.held, row.decided)))
        .collect();
        let territories = read_all(&mut connection).await?.into_iter();
        Ok(territories
            .filter_map(|territory| {
                let (source, held, decided) = about.remove(&territory.code)?;
                Some(Kept { territory, source, held, decided: usize::try_from(decided).unwrap_or(0) })
            })
            .collect())
    }

    /// Adds communes to a territory and removes others, whatever its source says now and later. `seen` are the communes that
    /// whoever decides saw there: says whether they were still those, and nothing is written otherwise.
    ///
    /// # Errors
    /// [`Error::UnknownTerritory`]; [`Error::Busy`].
    pub async fn change_territory(
        &self,
        code: &str,
        seen: &[String],
        added: &[String],
        removed: &[String],
        cause: &Cause,
    ) -> Result<bool, Error> {
        let changed = self.write_change(code, seen, added, removed, cause).await;
        self.named(changed).await
    }

    async fn write_change(
        &self,
        code: &str,
        seen: &[String],
        added: &[String],
        removed: &[String],
        cause: &Cause,
    ) -> Result<bool, Error> {
        let mut transaction = self.begin_writing().await?;
        if hold(&mut transaction, code).await?.communes != seen {
            return Ok(false);
        }
        for (communes, included) in [(added, true), (removed, false)] {
            end(&mut transaction, code, communes, cause).await?;
            decide(&mut transaction, code, communes, included, cause).await?;
        }
        touch(&mut transaction, code, cause.at).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// What people changed in a territory, the latest first.
    pub async fn territory_history(&self, code: &str) -> Result<Vec<TerritoryChange>, Error> {
        let rows = sqlx::query!(
            "select id, commune, included, author, reason, at, ended_at, ended_by, ended_reason from territory_decision
             where territory = $1 order by at desc, author, commune collate \"C\"",
            code
        )
        .fetch_all(&self.pool)
        .await?;
        let mut changes: Vec<TerritoryChange> = Vec::new();
        for row in rows {
            if changes.last().is_none_or(|last| (last.at, &last.author) != (row.at, &row.author)) {
                changes.push(TerritoryChange {
                    number: row.id,
                    author: row.author,
                    reason: row.reason,
                    at: row.at,
                    added: Vec::new(),
                    removed: Vec::new(),
                    standing: Vec::new(),
                    undone: None,
                });
            }
            let Some(change) = changes.last_mut() else { continue };
            match (row.ended_at, row.ended_by, row.ended_reason) {
                (Some(at), Some(by), Some(reason)) => change.undone = Some((by, at, reason)),
                _ => change.standing.push(row.commune.clone()),
            }
            change.number = change.number.min(row.id);
            if row.included { &mut change.added } else { &mut change.removed }.push(row.commune);
        }
        Ok(changes)
    }

    /// Takes back what still holds of a change: each commune is again what it was before it, by decision or by its source.
    ///
    /// # Errors
    /// [`Error::UnknownDecision`] when nothing of it holds, or it is another territory's; [`Error::UnknownTerritory`];
    /// [`Error::Busy`].
    pub async fn undo_territory_change(&self, code: &str, number: i64, cause: &Cause) -> Result<(), Error> {
        let undone = self.write_undo(code, number, cause).await;
        self.named(undone).await
    }

    async fn write_undo(&self, code: &str, number: i64, cause: &Cause) -> Result<(), Error> {
        let mut transaction = self.begin_writing().await?;
        hold(&mut transaction, code).await?;
        let ended = sqlx::query!(
            "update territory_decision as decision set ended_at = $3, ended_by = $4, ended_reason = $5
             from territory_decision as first
             where first.id = $2 and first.territory = $1 and decision.territory = $1 and decision.at = first.at
                 and decision.author = first.author and decision.ended_at is null
             returning decision.commune, decision.at",
            code,
            number,
            cause.at,
            cause.author,
            cause.reason
        )
        .fetch_all(&mut *transaction)
        .await?;
        let Some(at) = ended.first().map(|row| row.at) else { return Err(Error::UnknownDecision(number)) };
        let communes: Vec<String> = ended.into_iter().map(|row| row.commune).collect();
        // What the change had put an end to.
        let before = sqlx::query!(
            "select distinct on (commune) commune, included from territory_decision
             where territory = $1 and commune = any($2) and ended_at = $3 order by commune, id desc",
            code,
            &communes,
            at
        )
        .fetch_all(&mut *transaction)
        .await?;
        for included in [true, false] {
            let again: Vec<String> =
                before.iter().filter(|row| row.included == included).map(|row| row.commune.clone()).collect();
            decide(&mut transaction, code, &again, included, cause).await?;
        }
        touch(&mut transaction, code, cause.at).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Locks a territory and reads it: whoever else changes it waits. Nothing else is held then.
async fn hold(connection: &mut PgConnection, code: &str) -> Result<Territory, Error> {
    sqlx::query!("select code from territory where code = $1 for no key update", code)
        .fetch_optional(&mut *connection)
        .await?;
    let found = read(connection, &[code.to_owned()]).await?.pop();
    found.ok_or_else(|| Error::UnknownTerritory(code.to_owned()))
}

/// Ends what was decided of communes.
async fn end(
    connection: &mut PgConnection,
    code: &str,
    communes: &[String],
    cause: &Cause,
) -> Result<(), Error> {
    sqlx::query!(
        "update territory_decision set ended_at = $3, ended_by = $4, ended_reason = $5
         where territory = $1 and commune = any($2) and ended_at is null",
        code,
        communes,
        cause.at,
        cause.author,
        cause.reason
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Decides of communes.
async fn decide(
    connection: &mut PgConnection,
    code: &str,
    communes: &[String],
    included: bool,
    cause: &Cause,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into territory_decision (territory, commune, included, author, reason, at)
         select $1, commune, $3, $4, $5, $6 from unnest($2::text[]) as commune",
        code,
        communes,
        included,
        cause.author,
        cause.reason,
        cause.at
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Puts a territory in the feed.
async fn touch(connection: &mut PgConnection, code: &str, at: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query!("update territory set updated_at = $2 where code = $1", code, at)
        .execute(connection)
        .await?;
    Ok(())
}

/// Territories as everybody reads them: what people decided stands over the source.
pub(crate) async fn read(connection: &mut PgConnection, codes: &[String]) -> Result<Vec<Territory>, Error> {
    let rows = sqlx::query!(
        r#"select territory.code, territory.kind, territory.name,
                  array(
                      select commune from (
                          select commune from territory_commune as said
                          where said.territory = territory.code and not exists (
                              select from territory_decision as decision
                              where decision.territory = said.territory and decision.commune = said.commune
                                  and not decision.included and decision.ended_at is null)
                          union
                          select commune from territory_decision as decision
                          where decision.territory = territory.code and decision.included and decision.ended_at is null
                      ) as held order by commune collate "C") as "communes!"
           from territory where code = any($1) and withdrawn_at is null order by code"#,
        codes
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Territory { code: row.code, kind: row.kind, name: row.name, communes: row.communes })
        .collect())
}

/// What sources say of their territories, whatever people decided.
async fn said(connection: &mut PgConnection) -> Result<HashMap<String, Territory>, Error> {
    let rows = sqlx::query!(
        r#"select territory.code, territory.kind, territory.name,
                  array(select commune from territory_commune where territory_commune.territory = territory.code order by commune collate "C") as "communes!"
           from territory where withdrawn_at is null"#
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let said = Territory { code: row.code, kind: row.kind, name: row.name, communes: row.communes };
            (said.code.clone(), said)
        })
        .collect())
}

pub(crate) async fn read_all(connection: &mut PgConnection) -> Result<Vec<Territory>, Error> {
    let codes = sqlx::query_scalar!("select code from territory").fetch_all(&mut *connection).await?;
    read(connection, &codes).await
}

/// Writes the territories of a source; with `withdraw_missing`, those the source no longer has are
/// withdrawn: kept, no longer read.
pub(crate) async fn write(
    connection: &mut PgConnection,
    source: &str,
    territories: &[Territory],
    withdraw_missing: bool,
    now: DateTime<Utc>,
) -> Result<TerritoriesWritten, Error> {
    let known = said(connection).await?;
    let mut written = TerritoriesWritten::default();
    for territory in territories {
        match known.get(&territory.code) {
            Some(same) if same == territory => {
                written.unchanged += 1;
                continue;
            }
            Some(_) => written.updated += 1,
            None => written.created += 1,
        }
        sqlx::query!(
            "insert into territory (code, kind, name, source, updated_at) values ($1, $2, $3, $4, $5)
             on conflict (code) do update set kind = excluded.kind, name = excluded.name, source = excluded.source,
                 updated_at = excluded.updated_at, withdrawn_at = null",
            territory.code,
            territory.kind,
            territory.name,
            source,
            now
        )
        .execute(&mut *connection)
        .await?;
        sqlx::query!(
            "delete from territory_commune where territory = $1 and commune <> all($2)",
            territory.code,
            &territory.communes
        )
        .execute(&mut *connection)
        .await?;
        sqlx::query!(
            "insert into territory_commune (territory, commune) select $1, unnest($2::text[]) on conflict do nothing",
            territory.code,
            &territory.communes
        )
        .execute(&mut *connection)
        .await?;
    }
    if withdraw_missing {
        let kept: Vec<String> = territories.iter().map(|territory| territory.code.clone()).collect();
        written.withdrawn = sqlx::query!(
            "update territory set withdrawn_at = $3 where source = $1 and code <> all($2) and withdrawn_at is null",
            source,
            &kept,
            now
        )
        .execute(&mut *connection)
        .await?
        .rows_affected();
    }
    Ok(written)
}
