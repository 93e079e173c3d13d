//! The order in which sources speak: the one an operator gave last, else the built-in one.

use std::collections::BTreeSet;

use maille_domain::Precedence;
use serde_json::json;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::listing::{Cause, Twins, resolve_again};
use crate::{Error, Store};

/// The order in force.
pub(crate) async fn in_force(connection: &mut PgConnection) -> Result<Precedence, Error> {
    let orders = sqlx::query_scalar!(
        r#"select orders as "orders: Json<Precedence>" from precedence order by id desc limit 1"#
    )
    .fetch_optional(connection)
    .await?;
    Ok(orders.map(|orders| orders.0).unwrap_or_default())
}

impl Store {
    /// The order in force.
    pub async fn precedence(&self) -> Result<Precedence, Error> {
        in_force(&mut *self.pool.acquire().await?).await
    }

    /// Gives another order; every listing that several records speak for is resolved again. Returns how many there are; nothing
    /// when the order is the one in force.
    ///
    /// # Errors
    /// [`Error::Busy`] when an import goes on for too long.
    pub async fn set_precedence(&self, precedence: &Precedence, cause: &Cause) -> Result<Option<u64>, Error> {
        let mut transaction = self.begin_writing().await?;
        self.take_turn(&mut transaction).await?;
        if in_force(&mut transaction).await? == *precedence {
            return Ok(None);
        }
        sqlx::query!(
            "insert into precedence (orders, author, reason, at) values ($1, $2, $3, $4)",
            json!(precedence),
            cause.author,
            cause.reason,
            cause.at
        )
        .execute(&mut *transaction)
        .await?;
        let listings: BTreeSet<Uuid> =
            sqlx::query_scalar!("select listing from link group by listing having count(*) > 1")
                .fetch_all(&mut *transaction)
                .await?
                .into_iter()
                .collect();
        let written = resolve_again(&mut transaction, &listings, &Twins::new(), cause).await;
        self.named(written).await?;
        let committed = transaction.commit().await;
        self.named(committed.map_err(Error::from)).await?;
        Ok(Some(listings.len() as u64))
    }
}
