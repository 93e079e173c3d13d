//! Listings that people create: records of a source of their own, written as any import writes its own, and what may be the
//! same already.

use std::collections::{BTreeMap, BTreeSet};

use maille_domain::ListingId;
use maille_domain::field::{Field, Values};
use maille_domain::matching::{Traits, compare};
use maille_domain::run::{Report, Scope};
use serde_json::json;
use sqlx::types::Json;
use uuid::Uuid;

use crate::listing::Cause;
use crate::run::{Incoming, RunStart};
use crate::secret::random_id;
use crate::{Error, Store};

/// The source of what people create, and its format: `data/precedence.toml` says when it speaks.
pub const CREATED: &str = "saisie";

/// Records that are compared with what is to be created, and those that are told.
const MOST_COMPARED: i64 = 1_000;
const MOST_TOLD: usize = 8;
/// At least this much alike: well under what the matcher proposes, for a person is there to look.
const ALIKE: f32 = 0.3;

/// A listing that may be what is to be created.
#[derive(Debug, Clone, PartialEq)]
pub struct AlikeListing {
    /// Its identity.
    pub id: ListingId,
    /// Its name.
    pub name: String,
    /// COG code of its commune.
    pub commune: Option<String>,
    /// Whether it is out of the directory.
    pub withdrawn: bool,
}

impl Store {
    /// Creates a listing that says this. The one that it surely is already, if there is one, is what it becomes.
    ///
    /// # Errors
    /// [`Error::Required`] without a name or a category; [`Error::Value`] when it would not hold together;
    /// [`Error::Busy`] while an import writes; [`Error::SourceDropped`] when what people create was dropped.
    pub async fn create_listing(&self, values: Values, cause: &Cause) -> Result<ListingId, Error> {
        let id = random_id()?.simple().to_string();
        let created = self.write_creation(&id, values, cause).await;
        self.named(created).await?;
        let founded = ListingId::founded_by(CREATED, &id);
        let listing = sqlx::query_scalar!("select listing from link where record = $1", founded.0)
            .fetch_one(&self.pool)
            .await?;
        Ok(ListingId(listing))
    }

    async fn write_creation(&self, id: &str, values: Values, cause: &Cause) -> Result<(), Error> {
        for required in [Field::Name, Field::Category] {
            if !values.contains_key(&required) {
                return Err(Error::Required(required));
            }
        }
        let wanted: BTreeMap<_, _> =
            values.iter().map(|(field, value)| (*field, Some(value.clone()))).collect();
        crate::overrides::check_together(&Values::new(), &wanted)?;
        let mut transaction = self.begin_writing().await?;
        crate::overrides::check_territories(&mut transaction, &wanted).await?;
        // One after the other: whoever creates beside another waits, and is not sent away.
        sqlx::query!("select pg_advisory_xact_lock(hashtext('maille.import'), hashtext($1))", CREATED)
            .execute(&mut *transaction)
            .await?;
        let start = RunStart {
            source: CREATED,
            format: CREATED,
            location: CREATED,
            partial: true,
            scope: &Scope::default(),
            at: cause.at,
        };
        let payload = json!({ "author": cause.author, "values": values });
        let mut run = self.begin_run(transaction, start, Some(cause.clone())).await?;
        run.put(&[Incoming::new(id.to_owned(), &payload, values, Vec::new())]).await?;
        run.finish(Report { read: 1, created: 1, ..Report::of(CREATED) }, cause.at).await?;
        Ok(())
    }

    /// The listings that may be what would say this, the most alike first.
    pub async fn alike(&self, values: &Values) -> Result<Vec<AlikeListing>, Error> {
        let traits = Traits::of(values);
        let rows = sqlx::query!(
            r#"select link.listing, source_record."values" as "values: Json<Values>"
               from (select distinct record from match_key where key = any($1) limit $2) as sharing
               join link on link.record = sharing.record
               join source_record on source_record.source = link.source and source_record.source_id = link.source_id"#,
            &traits.keys(),
            MOST_COMPARED
        )
        .fetch_all(&self.pool)
        .await?;
        let mut alike: Vec<(f32, Uuid)> = rows
            .into_iter()
            .map(|row| (compare(&traits, &Traits::of(&row.values.0)).score, row.listing))
            .filter(|(score, _)| *score >= ALIKE)
            .collect();
        alike.sort_by(|(one, a), (other, b)| other.total_cmp(one).then(a.cmp(b)));
        let mut told = BTreeSet::new();
        alike.retain(|(_, listing)| told.insert(*listing));
        let ids: Vec<Uuid> = alike.into_iter().take(MOST_TOLD).map(|(_, listing)| listing).collect();
        let rows = sqlx::query!(
            r#"select listing.id, listing.name, site.commune as "commune?", listing.withdrawn_at is not null as "withdrawn!"
               from listing left join site on site.listing = listing.id and site.position = 0
               where listing.id = any($1) order by array_position($1, listing.id)"#,
            &ids
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| AlikeListing {
                id: ListingId(row.id),
                name: row.name,
                commune: row.commune,
                withdrawn: row.withdrawn,
            })
            .collect())
    }
}
