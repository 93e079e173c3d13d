//! Listings: read by everyone, written here alone, by resolving what sources say and what people decided.
//!
//! A test of the workspace reads the SQL of every other file and fails when one writes `listing`, `site`, `contact`,
//! `coverage` or `revision`.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use maille_domain::field::{Field, Values};
use maille_domain::listing::Provenance;
use maille_domain::location::Location;
use maille_domain::resolve::{Override, Record, Resolution, resolve};
use maille_domain::slug::slug;
use maille_domain::{Coverage, Fields, Listing, ListingId, Phone};
use serde_json::{Value, json};
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::{Error, Store};

/// Why listings are resolved again: what their revisions will say.
#[derive(Debug, Clone)]
pub struct Cause {
    /// Who.
    pub author: String,
    /// Why.
    pub reason: String,
    /// The import run, if it is one.
    pub run: Option<i64>,
    /// When.
    pub at: DateTime<Utc>,
}

impl Store {
    /// The listing of this id, withdrawn or not.
    pub async fn listing(&self, id: ListingId) -> Result<Option<Listing>, Error> {
        Ok(read(&mut *self.pool.acquire().await?, &[id.0]).await?.pop())
    }

    /// The listing that somebody names: by its id, its slug, a source's identifier (`emg-1`), or `source:emg-1`.
    ///
    /// # Errors
    /// [`Error::SeveralListings`] when several sources have the identifier.
    pub async fn find_listing(&self, name: &str) -> Result<Option<ListingId>, Error> {
        let ids = sqlx::query_scalar!(
            r#"select id as "id!" from listing where id::text = $1 or slug = $1
               union select listing from link where source_id = $1 or source || ':' || source_id = $1 limit 2"#,
            name
        )
        .fetch_all(&self.pool)
        .await?;
        match ids[..] {
            [] => Ok(None),
            [only] => Ok(Some(ListingId(only))),
            _ => Err(Error::SeveralListings(name.to_owned())),
        }
    }
}

/// Reads listings by id, those that exist, by id.
pub(crate) async fn read(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Listing>, Error> {
    let rows = sqlx::query!(
        r#"select id as "id!", slug as "slug!", fields as "fields!: Json<Values>",
                  provenance as "provenance!: Json<BTreeMap<Field, Provenance>>", sources, withdrawn_at
           from listing_document where id = any($1) order by id"#,
        ids
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| document(row.id, row.slug, row.fields.0, row.provenance.0, row.sources, row.withdrawn_at))
        .collect()
}

/// Reads the `most` listings that follow `after`, in the order of their ids.
pub(crate) async fn read_after(
    connection: &mut PgConnection,
    after: Uuid,
    most: i64,
) -> Result<Vec<Listing>, Error> {
    let rows = sqlx::query!(
        r#"select id as "id!", slug as "slug!", fields as "fields!: Json<Values>",
                  provenance as "provenance!: Json<BTreeMap<Field, Provenance>>", sources, withdrawn_at
           from listing_document where id > $1 order by id limit $2"#,
        after,
        most
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| document(row.id, row.slug, row.fields.0, row.provenance.0, row.sources, row.withdrawn_at))
        .collect()
}

/// Puts a row of `listing_document` together.
fn document(
    id: Uuid,
    slug: String,
    fields: Values,
    provenance: BTreeMap<Field, Provenance>,
    sources: Option<Value>,
    withdrawn_at: Option<DateTime<Utc>>,
) -> Result<Listing, Error> {
    let inconsistent = |error: serde_json::Error| Error::Inconsistent {
        table: "listing_document",
        row: id.to_string(),
        found: error.to_string(),
    };
    Ok(Listing {
        id: ListingId(id),
        slug,
        fields: Fields::from_values(fields).map_err(inconsistent)?,
        provenance,
        sources: sources.map(serde_json::from_value).transpose().map_err(inconsistent)?.unwrap_or_default(),
        withdrawn_at,
    })
}

/// Resolves these listings again and writes what changed, with its revision. Returns those that changed.
pub(crate) async fn resolve_and_write(
    connection: &mut PgConnection,
    ids: &[Uuid],
    cause: &Cause,
) -> Result<Vec<Uuid>, Error> {
    let records = records_of(connection, ids).await?;
    let overrides = crate::overrides::standing(connection, ids).await?;
    let before: HashMap<Uuid, Listing> =
        read(connection, ids).await?.into_iter().map(|listing| (listing.id.0, listing)).collect();

    let mut changed = Vec::new();
    for id in ids {
        let Some(records) = records.get(id) else { continue };
        let resolution = resolve(records, overrides.get(id).map_or(&[][..], Vec::as_slice), cause.at);
        let fields = fields_of(*id, &resolution)?;
        let before = before.get(id);
        let same = before.is_some_and(|before| {
            before.fields == fields
                && before.withdrawn_at == resolution.withdrawn_at
                && before.provenance == resolution.provenance
        });
        if !same {
            changed.push(Changed {
                id: *id,
                slug: before.map(|before| before.slug.clone()),
                fields,
                resolution,
                before,
            });
        }
    }
    if !changed.is_empty() {
        write(connection, &mut changed, cause).await?;
    }
    Ok(changed.iter().map(|changed| changed.id).collect())
}

struct Changed<'a> {
    id: Uuid,
    slug: Option<String>,
    fields: Fields,
    resolution: Resolution,
    before: Option<&'a Listing>,
}

fn fields_of(id: Uuid, resolution: &Resolution) -> Result<Fields, Error> {
    for required in [Field::Name, Field::Category] {
        if !resolution.values.contains_key(&required) {
            return Err(Error::Required(required));
        }
    }
    Fields::from_values(resolution.values.clone()).map_err(|error| Error::Inconsistent {
        table: "source_record",
        row: id.to_string(),
        found: error.to_string(),
    })
}

/// What every source says of these listings.
async fn records_of(
    connection: &mut PgConnection,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Record>>, Error> {
    let rows = sqlx::query!(
        r#"select link.listing, source_record.source, source.rank, source_record.source_id,
                  source_record."values" as "values: Json<Values>", source_record.since as "since: Json<BTreeMap<Field, DateTime<Utc>>>",
                  source_record.last_seen, source_record.withdrawn_at
           from link
           join source_record on source_record.source = link.source and source_record.source_id = link.source_id
           join source on source.name = link.source
           where link.listing = any($1)"#,
        ids
    )
    .fetch_all(connection)
    .await?;
    let mut records: HashMap<Uuid, Vec<Record>> = HashMap::new();
    for row in rows {
        records.entry(row.listing).or_default().push(Record {
            source: row.source,
            rank: row.rank,
            source_id: row.source_id,
            values: row.values.0,
            since: row.since.0,
            last_seen: row.last_seen,
            withdrawn_at: row.withdrawn_at,
        });
    }
    Ok(records)
}

/// What the sources say of one listing, and what stands over it.
pub(crate) async fn layers(
    connection: &mut PgConnection,
    id: Uuid,
) -> Result<(Vec<Record>, Vec<Override>), Error> {
    let records = records_of(connection, &[id]).await?.remove(&id).unwrap_or_default();
    let overrides = crate::overrides::standing(connection, &[id]).await?.remove(&id).unwrap_or_default();
    Ok((records, overrides))
}

/// Makes an organization known before a transaction needs it, so that an edit holds none while it waits for a listing.
pub(crate) async fn found_organization(connection: &mut PgConnection, name: &str) -> Result<(), Error> {
    sqlx::query!("insert into organization (name) values ($1) on conflict (name) do nothing", name)
        .execute(connection)
        .await?;
    Ok(())
}

async fn write(
    connection: &mut PgConnection,
    changed: &mut [Changed<'_>],
    cause: &Cause,
) -> Result<(), Error> {
    give_slugs(connection, changed).await?;
    let ids: Vec<Uuid> = changed.iter().map(|changed| changed.id).collect();
    let organizations: BTreeSet<&str> =
        changed.iter().filter_map(|changed| changed.fields.organization.as_deref()).collect();
    let organizations: Vec<String> = organizations.into_iter().map(str::to_owned).collect();
    sqlx::query!(
        "insert into organization (name) select unnest($1::text[]) on conflict (name) do nothing",
        &organizations
    )
    .execute(&mut *connection)
    .await?;
    let rows = Value::Array(changed.iter().map(row).collect());
    sqlx::query!(
        r#"insert into listing (
               id, slug, name, acronym, category, organization, finess, siret, ror_id, summary, description, hours,
               audiences, age_min, age_max, themes, modes, referral, referred_by, inclusion, exclusion, delay_days, cost,
               languages, accessibility, status, verified_on, source_url, extra, provenance, withdrawn_at, created_at, updated_at)
           select
               row.id, row.slug, f ->> 'name', f ->> 'acronym', f ->> 'category', organization.id, f ->> 'finess', f ->> 'siret',
               f ->> 'ror_id', f ->> 'summary', f ->> 'description', f ->> 'hours',
               array(select jsonb_array_elements_text(f -> 'audiences')), (f ->> 'age_min')::smallint, (f ->> 'age_max')::smallint,
               array(select jsonb_array_elements_text(f -> 'themes')), array(select jsonb_array_elements_text(f -> 'modes')),
               f ->> 'referral', array(select jsonb_array_elements_text(f -> 'referred_by')), f ->> 'inclusion', f ->> 'exclusion',
               (f ->> 'delay_days')::smallint, f ->> 'cost', array(select jsonb_array_elements_text(f -> 'languages')),
               array(select jsonb_array_elements_text(f -> 'accessibility')), f ->> 'status', (f ->> 'verified_on')::date,
               f ->> 'source_url', f -> 'extra', row.provenance, row.withdrawn_at, $2, $2
           from jsonb_to_recordset($1) as row (id uuid, slug text, fields jsonb, provenance jsonb, withdrawn_at timestamptz)
           cross join lateral (select row.fields as f) as fields
           left join organization on organization.name = f ->> 'organization'
           on conflict (id) do update set
               name = excluded.name, acronym = excluded.acronym, category = excluded.category, organization = excluded.organization,
               finess = excluded.finess, siret = excluded.siret, ror_id = excluded.ror_id, summary = excluded.summary,
               description = excluded.description, hours = excluded.hours, audiences = excluded.audiences, age_min = excluded.age_min,
               age_max = excluded.age_max, themes = excluded.themes, modes = excluded.modes, referral = excluded.referral,
               referred_by = excluded.referred_by, inclusion = excluded.inclusion, exclusion = excluded.exclusion,
               delay_days = excluded.delay_days, cost = excluded.cost, languages = excluded.languages,
               accessibility = excluded.accessibility, status = excluded.status, verified_on = excluded.verified_on,
               source_url = excluded.source_url, extra = excluded.extra, provenance = excluded.provenance,
               withdrawn_at = excluded.withdrawn_at, updated_at = excluded.updated_at"#,
        rows,
        cause.at
    )
    .execute(&mut *connection)
    .await?;

    write_sites(connection, changed, &ids).await?;
    write_contacts(connection, changed, &ids).await?;
    write_coverage(connection, changed, &ids).await?;

    let differences = changed.iter().map(|changed| {
        let (before, after) = difference(changed);
        json!({ "id": changed.id, "before": before, "after": after })
    });
    sqlx::query!(
        r#"insert into revision (listing, at, author, reason, run, before, after)
           select row.id, $2, $3, $4, $5, row.before, row.after
           from jsonb_to_recordset($1) as row (id uuid, before jsonb, after jsonb)
           where row.before <> row.after"#,
        Value::Array(differences.collect()),
        cause.at,
        cause.author,
        cause.reason,
        cause.run
    )
    .execute(&mut *connection)
    .await?;
    Ok(())
}

/// One changed listing as the statement above reads it.
fn row(changed: &Changed<'_>) -> Value {
    json!({
        "id": changed.id,
        "slug": changed.slug,
        "fields": changed.fields,
        "provenance": changed.resolution.provenance,
        "withdrawn_at": changed.resolution.withdrawn_at,
    })
}

async fn write_sites(
    connection: &mut PgConnection,
    changed: &[Changed<'_>],
    ids: &[Uuid],
) -> Result<(), Error> {
    let placed = || {
        changed.iter().filter(|changed| {
            let Fields { address, postal_code, commune, location, .. } = &changed.fields;
            address.is_some() || postal_code.is_some() || commune.is_some() || location.is_some()
        })
    };
    let listings: Vec<Uuid> = placed().map(|changed| changed.id).collect();
    let column = |of: fn(&Fields) -> Option<&str>| -> Vec<Option<&str>> {
        placed().map(|changed| of(&changed.fields)).collect()
    };
    let degrees = |of: fn(Location) -> f64| -> Vec<Option<f64>> {
        placed().map(|changed| changed.fields.location.map(of)).collect()
    };
    sqlx::query!("delete from site where listing = any($1)", ids).execute(&mut *connection).await?;
    sqlx::query!(
        r#"insert into site (listing, position, address, postal_code, commune, lat, lon, precision)
           select listing, 0, address, postal_code, commune, lat, lon, precision
           from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::float8[], $6::float8[], $7::text[])
               as row (listing, address, postal_code, commune, lat, lon, precision)"#,
        &listings,
        column(|fields| fields.address.as_deref()) as _,
        column(|fields| fields.postal_code.as_deref()) as _,
        column(|fields| fields.commune.as_deref()) as _,
        degrees(|location| location.lat) as _,
        degrees(|location| location.lon) as _,
        column(|fields| fields.location.map(|location| location.precision.code())) as _
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn write_contacts(
    connection: &mut PgConnection,
    changed: &[Changed<'_>],
    ids: &[Uuid],
) -> Result<(), Error> {
    let (mut listings, mut kinds, mut positions, mut values) = (vec![], vec![], vec![], vec![]);
    for Changed { id, fields, .. } in changed {
        let phones: Vec<&str> = fields.phone.iter().map(Phone::as_str).collect();
        let lists: [(&str, Vec<&str>); 4] = [
            ("phone", phones),
            ("email", texts(&fields.email)),
            ("mssante", texts(&fields.mssante)),
            ("website", texts(&fields.website)),
        ];
        for (kind, list) in lists {
            for (position, value) in (0..).zip(list) {
                listings.push(*id);
                kinds.push(kind);
                positions.push(position);
                values.push(value);
            }
        }
    }
    sqlx::query!("delete from contact where listing = any($1)", ids).execute(&mut *connection).await?;
    sqlx::query!(
        "insert into contact (listing, kind, position, value)
         select * from unnest($1::uuid[], $2::text[], $3::integer[], $4::text[])",
        &listings,
        kinds as _,
        &positions,
        values as _
    )
    .execute(connection)
    .await?;
    Ok(())
}

fn texts(list: &[String]) -> Vec<&str> {
    list.iter().map(String::as_str).collect()
}

async fn write_coverage(
    connection: &mut PgConnection,
    changed: &[Changed<'_>],
    ids: &[Uuid],
) -> Result<(), Error> {
    let (mut listings, mut positions, mut levels, mut codes, mut radii) =
        (vec![], vec![], vec![], vec![], vec![]);
    for Changed { id, fields, .. } in changed {
        for (position, part) in (0..).zip(&fields.coverage) {
            let (code, radius_km) = match part {
                Coverage::Commune(code)
                | Coverage::Epci(code)
                | Coverage::Departement(code)
                | Coverage::Region(code)
                | Coverage::Territory(code) => (Some(code.as_str()), None),
                Coverage::National => (None, None),
                Coverage::Radius(km) => (None, Some(*km)),
            };
            listings.push(*id);
            positions.push(position);
            levels.push(part.level().code());
            codes.push(code);
            radii.push(radius_km);
        }
    }
    sqlx::query!("delete from coverage where listing = any($1)", ids).execute(&mut *connection).await?;
    sqlx::query!(
        "insert into coverage (listing, position, level, code, radius_km)
         select * from unnest($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::float8[])",
        &listings,
        &positions,
        levels as _,
        codes as _,
        radii as _
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The fields that changed, before and after; `withdrawn_at` counts as one.
fn difference(changed: &Changed<'_>) -> (Value, Value) {
    let mut before: BTreeMap<String, Value> = BTreeMap::new();
    let mut after: BTreeMap<String, Value> = BTreeMap::new();
    let old = changed.before.map(|listing| listing.fields.to_values()).unwrap_or_default();
    let new = changed.fields.to_values();
    for field in old.keys().chain(new.keys()) {
        let (was, is) = (old.get(field), new.get(field));
        if was != is {
            before.extend(was.map(|value| (field.name().to_owned(), value.clone())));
            after.extend(is.map(|value| (field.name().to_owned(), value.clone())));
        }
    }
    let (was, is) =
        (changed.before.and_then(|listing| listing.withdrawn_at), changed.resolution.withdrawn_at);
    if was != is {
        before.extend(was.map(|at| ("withdrawn_at".to_owned(), json!(at))));
        after.extend(is.map(|at| ("withdrawn_at".to_owned(), json!(at))));
    }
    (json!(before), json!(after))
}

/// A new listing takes the slug of its name; where that is taken, the beginning of its id makes it its own.
async fn give_slugs(connection: &mut PgConnection, changed: &mut [Changed<'_>]) -> Result<(), Error> {
    let wanted = |fields: &Fields| slug(&fields.name, fields.commune().map(|commune| &*commune.name));
    let mut bases: Vec<String> = changed
        .iter()
        .filter(|changed| changed.slug.is_none())
        .map(|changed| wanted(&changed.fields))
        .collect();
    if bases.is_empty() {
        return Ok(());
    }
    bases.sort();
    bases.dedup();
    // Listings are founded by imports alone, in turn: a slug seen free stays free.
    let taken = sqlx::query_scalar!("select slug from listing where slug = any($1)", &bases)
        .fetch_all(connection)
        .await?;
    let mut taken: HashSet<String> = taken.into_iter().collect();
    for new in changed.iter_mut().filter(|changed| changed.slug.is_none()) {
        let base = wanted(&new.fields);
        let own = if taken.contains(&base) {
            format!("{base}-{}", &new.id.simple().to_string()[..8])
        } else {
            base
        };
        taken.insert(own.clone());
        new.slug = Some(own);
    }
    Ok(())
}
