//! Listings are written here alone, by resolving what sources say and what people decided; `document.rs` reads them.
//!
//! A test of the workspace reads the SQL of every other file and fails when one writes `listing`, `site`, `contact`,
//! `coverage` or `revision`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use maille_domain::field::{Field, Values};
use maille_domain::hours::Hours;
use maille_domain::listing::{Provenance, Said};
use maille_domain::location::Location;
use maille_domain::resolve::{Curated, Record, resolve};
use maille_domain::slug::slug as slug_of;
use maille_domain::{Check, Coverage, Fields, Listing, Phone, Precedence, Presence};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::document::read;
use crate::layers::{curated, records_of};
use crate::{Error, slug};

/// Listings resolved at a time.
pub(crate) const PIECE: usize = 1_000;

/// For listings, the first of those that may be the same, if others may.
pub(crate) type Twins = BTreeMap<Uuid, Option<Uuid>>;

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

/// Resolves listings again, a thousand at a time, from what the database holds.
pub(crate) async fn resolve_again(
    connection: &mut PgConnection,
    ids: &BTreeSet<Uuid>,
    twins: &Twins,
    cause: &Cause,
) -> Result<(), Error> {
    let precedence = crate::precedence::in_force(connection).await?;
    let ids: Vec<Uuid> = ids.iter().copied().collect();
    for ids in ids.chunks(PIECE) {
        lock(connection, ids).await?;
        let records = records_of(connection, ids).await?;
        resolve_and_write(connection, &records, &precedence, twins, cause).await?;
    }
    Ok(())
}

/// Locks listings before they are written, in one order: edits and imports wait for each other, never embrace. The key stays
/// free: what merely refers to a listing (a report) waits for nobody.
pub(crate) async fn lock(connection: &mut PgConnection, ids: &[Uuid]) -> Result<(), Error> {
    sqlx::query!("select id from listing where id = any($1) order by id for no key update", ids)
        .fetch_all(connection)
        .await?;
    Ok(())
}

/// Resolves listings from all that sources say of each, and writes those that changed, with their revision. The twins of those
/// that `twins` does not name stay what they are.
pub(crate) async fn resolve_and_write(
    connection: &mut PgConnection,
    records: &BTreeMap<Uuid, Vec<Record>>,
    precedence: &Precedence,
    twins: &Twins,
    cause: &Cause,
) -> Result<(), Error> {
    let ids: Vec<Uuid> = records.keys().copied().collect();
    let curated = curated(connection, &ids).await?;
    let nothing = Curated::default();
    let before: HashMap<Uuid, Listing> =
        read(connection, &ids).await?.into_iter().map(|listing| (listing.id.0, listing)).collect();

    let mut changed = Vec::new();
    for (id, records) in records {
        let mut resolution = resolve(records, curated.get(id).unwrap_or(&nothing), precedence, cause.at);
        let fields = fields_of(*id, std::mem::take(&mut resolution.values))?;
        let before = before.get(id);
        let same = before.is_some_and(|before| {
            before.fields == fields
                && before.withdrawn_at == resolution.withdrawn_at
                && before.provenance == resolution.provenance
                && before.others == resolution.others
                && before.presence == resolution.presence
                && before.checks == resolution.checks
        });
        if !same {
            changed.push(Changed {
                id: *id,
                slug: String::new(),
                fields,
                provenance: resolution.provenance,
                others: resolution.others,
                withdrawn_at: resolution.withdrawn_at,
                presence: resolution.presence,
                checks: resolution.checks,
                twin: twins
                    .get(id)
                    .copied()
                    .unwrap_or_else(|| before.and_then(|before| before.twin).map(|twin| twin.0)),
                before,
            });
        }
    }
    if !changed.is_empty() {
        write(connection, &mut changed, cause).await?;
    }
    Ok(())
}

struct Changed<'a> {
    id: Uuid,
    /// Empty until one is given.
    slug: String,
    fields: Fields,
    provenance: BTreeMap<Field, Provenance>,
    others: BTreeMap<Field, Vec<Said>>,
    withdrawn_at: Option<DateTime<Utc>>,
    presence: Option<Presence>,
    checks: Vec<Check>,
    twin: Option<Uuid>,
    before: Option<&'a Listing>,
}

fn fields_of(id: Uuid, values: Values) -> Result<Fields, Error> {
    for required in [Field::Name, Field::Category] {
        if !values.contains_key(&required) {
            return Err(Error::Required(required));
        }
    }
    Fields::from_values(values).map_err(|error| Error::Inconsistent {
        table: "source_record",
        row: id.to_string(),
        found: error.to_string(),
    })
}

/// A record that left a listing for another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Move {
    /// The record, as `source:id`.
    pub record: String,
    /// The listing it spoke for.
    pub from: Uuid,
    /// The listing it speaks for.
    pub to: Uuid,
}

/// Tells readers that what these listings are made of changed, though what they say may not have.
pub(crate) async fn touch(
    connection: &mut PgConnection,
    ids: &[Uuid],
    at: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!("update listing set updated_at = $2 where id = any($1)", ids, at)
        .execute(connection)
        .await?;
    Ok(())
}

/// The same of the listings that these records speak for beside others: what those say may be all that is read.
pub(crate) async fn touch_company(
    connection: &mut PgConnection,
    records: &[Uuid],
    at: DateTime<Utc>,
) -> Result<(), Error> {
    if records.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "update listing set updated_at = $2 where id in (
             select own.listing from unnest($1::uuid[]) as sought (record)
             join link as own on own.record = sought.record
             join link as other on other.listing = own.listing and other.record <> own.record)",
        records,
        at
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes down that records moved: on both listings, in their history and in the feed, for those that were ever read.
pub(crate) async fn note_moves(
    connection: &mut PgConnection,
    moves: &[Move],
    cause: &Cause,
) -> Result<(), Error> {
    if moves.is_empty() {
        return Ok(());
    }
    let mut notes: BTreeMap<Uuid, (Vec<&str>, Vec<&str>)> = BTreeMap::new();
    for Move { record, from, to } in moves {
        notes.entry(*from).or_default().0.push(record);
        notes.entry(*to).or_default().1.push(record);
    }
    let part = |records: &[&str]| {
        let part: Part = (!records.is_empty()).then(|| ("records", json!(records))).into_iter().collect();
        Json(part)
    };
    let ids: Vec<Uuid> = notes.keys().copied().collect();
    let before: Vec<_> = notes.values().map(|(gone, _)| part(gone)).collect();
    let after: Vec<_> = notes.values().map(|(_, come)| part(come)).collect();
    write_revisions(connection, &ids, before, after, cause).await?;
    touch(connection, &ids, cause.at).await
}

/// Writes down which listings may be the same, of those that were not written with it.
pub(crate) async fn write_twins(connection: &mut PgConnection, twins: &Twins) -> Result<(), Error> {
    let ids: Vec<Uuid> = twins.keys().copied().collect();
    let firsts: Vec<Option<Uuid>> = twins.values().copied().collect();
    sqlx::query!(
        "update listing set twin = row.twin
         from unnest($1::uuid[], $2::uuid[]) as row (id, twin)
         where listing.id = row.id and listing.twin is distinct from row.twin",
        &ids,
        firsts as _
    )
    .execute(connection)
    .await?;
    Ok(())
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
    let organizations: BTreeSet<&str> =
        changed.iter().filter_map(|changed| changed.fields.organization.as_deref()).collect();
    let organizations: Vec<String> = organizations.into_iter().map(str::to_owned).collect();
    sqlx::query!(
        "insert into organization (name) select unnest($1::text[]) on conflict (name) do nothing",
        &organizations
    )
    .execute(&mut *connection)
    .await?;
    let moved: Vec<slug::Move<'_>> = changed
        .iter()
        .filter_map(|changed| {
            Some(slug::Move { id: changed.id, from: &changed.before?.slug, to: &changed.slug })
        })
        .filter(|moved| moved.from != moved.to)
        .collect();
    write_slugs(connection, &moved).await?;
    write_listings(connection, changed, cause.at).await?;
    slug::keep_former(connection, &moved, cause.at).await?;

    let known: Vec<Uuid> =
        changed.iter().filter(|changed| changed.before.is_some()).map(|changed| changed.id).collect();
    if !known.is_empty() {
        sqlx::query!("delete from site where listing = any($1)", &known).execute(&mut *connection).await?;
        sqlx::query!("delete from contact where listing = any($1)", &known).execute(&mut *connection).await?;
        sqlx::query!("delete from coverage where listing = any($1)", &known)
            .execute(&mut *connection)
            .await?;
    }
    write_sites(connection, changed).await?;
    write_contacts(connection, changed).await?;
    write_coverage(connection, changed).await?;

    let (mut ids, mut before, mut after) = (vec![], vec![], vec![]);
    for changed in changed.iter() {
        let Some(known) = changed.before else {
            ids.push(changed.id);
            before.push(Json(Part::default()));
            after.push(Json(After::Founded(&changed.fields)));
            continue;
        };
        let (was, is) = difference(known, changed);
        if was != is {
            ids.push(changed.id);
            before.push(Json(was));
            after.push(Json(After::Changed(is)));
        }
    }
    write_revisions(connection, &ids, before, after, cause).await
}

/// Writes what changed in the history of those of these listings that were ever read.
async fn write_revisions(
    connection: &mut PgConnection,
    ids: &[Uuid],
    before: Vec<Json<Part>>,
    after: Vec<Json<impl Serialize>>,
    cause: &Cause,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into revision (listing, at, author, reason, run, before, after)
         select row.id, $4, $5, $6, $7, row.before, row.after
         from unnest($1::uuid[], $2::jsonb[], $3::jsonb[]) as row (id, before, after)
         join listing on listing.id = row.id",
        ids,
        before as _,
        after as _,
        cause.at,
        cause.author,
        cause.reason,
        cause.run
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn write_listings(
    connection: &mut PgConnection,
    changed: &[Changed<'_>],
    at: DateTime<Utc>,
) -> Result<(), Error> {
    let ids: Vec<Uuid> = changed.iter().map(|changed| changed.id).collect();
    let slugs: Vec<&str> = changed.iter().map(|changed| changed.slug.as_str()).collect();
    let others: Vec<Option<Json<_>>> =
        changed.iter().map(|changed| (!changed.others.is_empty()).then_some(Json(&changed.others))).collect();
    let provenance: Vec<Json<_>> = changed.iter().map(|changed| Json(&changed.provenance)).collect();
    let twins: Vec<Option<Uuid>> = changed.iter().map(|changed| changed.twin).collect();
    let withdrawn: Vec<Option<DateTime<Utc>>> = changed.iter().map(|changed| changed.withdrawn_at).collect();
    let presence: Vec<Option<&str>> =
        changed.iter().map(|changed| changed.presence.map(Presence::code)).collect();
    let checks: Vec<Option<Json<_>>> =
        changed.iter().map(|changed| (!changed.checks.is_empty()).then_some(Json(&changed.checks))).collect();
    let verified: Vec<Option<NaiveDate>> = changed.iter().map(|changed| changed.fields.verified_on).collect();
    let extra: Vec<Option<Json<_>>> = changed
        .iter()
        .map(|Changed { fields: Fields { extra, .. }, .. }| (!extra.is_empty()).then_some(Json(extra)))
        .collect();
    let text = |of: fn(&Fields) -> Option<&str>| -> Vec<Option<&str>> {
        changed.iter().map(|changed| of(&changed.fields)).collect()
    };
    let number = |of: fn(&Fields) -> Option<i32>| -> Vec<Option<i32>> {
        changed.iter().map(|changed| of(&changed.fields)).collect()
    };
    let list = |of: fn(&Fields) -> Vec<&str>| -> Vec<String> {
        changed.iter().map(|changed| array(&of(&changed.fields))).collect()
    };
    sqlx::query!(
        r#"insert into listing (
               id, slug, name, acronym, category, organization, finess, siret, ror_id, summary, description, hours,
               audiences, age_min, age_max, themes, modes, referral, referred_by, inclusion, exclusion, delay_days, cost,
               languages, accessibility, status, verified_on, source_url, extra, provenance, withdrawn_at, others,
               twin, presence, checks, created_at, updated_at)
           select
               row.id, row.slug, row.name, row.acronym, row.category, organization.id, row.finess, row.siret, row.ror_id,
               row.summary, row.description, row.hours, row.audiences::text[], row.age_min, row.age_max, row.themes::text[],
               row.modes::text[], row.referral, row.referred_by::text[], row.inclusion, row.exclusion, row.delay_days, row.cost,
               row.languages::text[], row.accessibility::text[], row.status, row.verified_on, row.source_url, row.extra,
               row.provenance, row.withdrawn_at, row.others, row.twin, row.presence, row.checks, $36, $36
           from unnest(
               $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
               $10::text[], $11::text[], $12::text[], $13::text[], $14::integer[], $15::integer[], $16::text[], $17::text[],
               $18::text[], $19::text[], $20::text[], $21::text[], $22::integer[], $23::text[], $24::text[], $25::text[],
               $26::text[], $27::date[], $28::text[], $29::jsonb[], $30::jsonb[], $31::timestamptz[],
               $32::jsonb[], $33::uuid[], $34::text[], $35::jsonb[]
           ) as row (
               id, slug, name, acronym, category, organization, finess, siret, ror_id, summary, description, hours, audiences,
               age_min, age_max, themes, modes, referral, referred_by, inclusion, exclusion, delay_days, cost, languages,
               accessibility, status, verified_on, source_url, extra, provenance, withdrawn_at, others, twin,
               presence, checks)
           left join organization on organization.name = row.organization
           on conflict (id) do update set
               name = excluded.name, acronym = excluded.acronym, category = excluded.category, organization = excluded.organization,
               finess = excluded.finess, siret = excluded.siret, ror_id = excluded.ror_id, summary = excluded.summary,
               description = excluded.description, hours = excluded.hours, audiences = excluded.audiences, age_min = excluded.age_min,
               age_max = excluded.age_max, themes = excluded.themes, modes = excluded.modes, referral = excluded.referral,
               referred_by = excluded.referred_by, inclusion = excluded.inclusion, exclusion = excluded.exclusion,
               delay_days = excluded.delay_days, cost = excluded.cost, languages = excluded.languages,
               accessibility = excluded.accessibility, status = excluded.status, verified_on = excluded.verified_on,
               source_url = excluded.source_url, extra = excluded.extra, provenance = excluded.provenance,
               withdrawn_at = excluded.withdrawn_at, others = excluded.others, twin = excluded.twin,
               presence = excluded.presence, checks = excluded.checks, updated_at = excluded.updated_at"#,
        &ids,
        slugs as _,
        text(|fields| Some(&fields.name)) as _,
        text(|fields| fields.acronym.as_deref()) as _,
        text(|fields| Some(fields.category.code())) as _,
        text(|fields| fields.organization.as_deref()) as _,
        text(|fields| fields.finess.as_deref()) as _,
        text(|fields| fields.siret.as_deref()) as _,
        text(|fields| fields.ror_id.as_deref()) as _,
        text(|fields| fields.summary.as_deref()) as _,
        text(|fields| fields.description.as_deref()) as _,
        text(|fields| fields.hours.as_ref().map(Hours::as_str)) as _,
        &list(|fields| codes(&fields.audiences, |audience| audience.code())),
        number(|fields| fields.age_min.map(i32::from)) as _,
        number(|fields| fields.age_max.map(i32::from)) as _,
        &list(|fields| codes(&fields.themes, |theme| theme.code())),
        &list(|fields| codes(&fields.modes, |mode| mode.code())),
        text(|fields| fields.referral.as_deref()) as _,
        &list(|fields| codes(&fields.referred_by, |who| who.code())),
        text(|fields| fields.inclusion.as_deref()) as _,
        text(|fields| fields.exclusion.as_deref()) as _,
        number(|fields| fields.delay_days.map(i32::from)) as _,
        text(|fields| fields.cost.as_deref()) as _,
        &list(|fields| texts(&fields.languages)),
        &list(|fields| texts(&fields.accessibility)),
        text(|fields| Some(fields.status.code())) as _,
        verified as _,
        text(|fields| fields.source_url.as_deref()) as _,
        extra as _,
        provenance as _,
        withdrawn as _,
        others as _,
        twins as _,
        presence as _,
        checks as _,
        at
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Moves listings to their new slugs, apart from the rest: writing a unique column, were it the same value, locks a listing
/// against whatever refers to it.
async fn write_slugs(connection: &mut PgConnection, moved: &[slug::Move<'_>]) -> Result<(), Error> {
    if moved.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = moved.iter().map(|moved| moved.id).collect();
    let slugs: Vec<&str> = moved.iter().map(|moved| moved.to).collect();
    sqlx::query!(
        "update listing set slug = moved.slug
         from unnest($1::uuid[], $2::text[]) as moved (id, slug) where listing.id = moved.id",
        &ids,
        slugs as _
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A list as Postgres writes it, for what a row of arrays cannot hold otherwise.
fn array(list: &[&str]) -> String {
    let quoted = list.iter().map(|text| format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\"")));
    format!("{{{}}}", quoted.collect::<Vec<_>>().join(","))
}

fn codes<T>(list: &[T], code: fn(&T) -> &str) -> Vec<&str> {
    list.iter().map(code).collect()
}

async fn write_sites(connection: &mut PgConnection, changed: &[Changed<'_>]) -> Result<(), Error> {
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

async fn write_contacts(connection: &mut PgConnection, changed: &[Changed<'_>]) -> Result<(), Error> {
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

async fn write_coverage(connection: &mut PgConnection, changed: &[Changed<'_>]) -> Result<(), Error> {
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

/// Some fields of a listing, by name; `withdrawn_at`, `presence` and `checks` count as such.
type Part = BTreeMap<&'static str, Value>;

/// What a revision holds afterwards.
#[derive(Serialize)]
#[serde(untagged)]
enum After<'a> {
    /// All the fields of a new listing.
    Founded(&'a Fields),
    /// Those that changed.
    Changed(Part),
}

/// The fields that changed, before and after.
fn difference(known: &Listing, changed: &Changed<'_>) -> (Part, Part) {
    let (mut before, mut after) = (Part::new(), Part::new());
    let mut old = known.fields.to_values();
    for (field, is) in changed.fields.to_values() {
        let was = old.remove(&field);
        if was.as_ref() != Some(&is) {
            before.extend(was.map(|value| (field.name(), value)));
            after.insert(field.name(), is);
        }
    }
    before.extend(old.into_iter().map(|(field, was)| (field.name(), was)));
    if known.withdrawn_at != changed.withdrawn_at {
        before.extend(known.withdrawn_at.map(|at| ("withdrawn_at", json!(at))));
        after.extend(changed.withdrawn_at.map(|at| ("withdrawn_at", json!(at))));
    }
    if known.presence != changed.presence {
        before.extend(known.presence.map(|presence| ("presence", json!(presence))));
        after.extend(changed.presence.map(|presence| ("presence", json!(presence))));
    }
    if known.checks != changed.checks {
        before.insert("checks", json!(known.checks));
        after.insert("checks", json!(changed.checks));
    }
    (before, after)
}

/// A listing keeps its slug as long as its name and its commune ask for the same.
async fn give_slugs(connection: &mut PgConnection, changed: &mut [Changed<'_>]) -> Result<(), Error> {
    let of = |fields: &Fields| slug_of(&fields.name, fields.commune().map(|commune| &*commune.name));
    let mut wishes = Vec::new();
    for changed in changed.iter_mut() {
        let Fields { name, commune, .. } = &changed.fields;
        match changed.before {
            Some(Listing { slug, fields: before, .. })
                if (&before.name, &before.commune) == (name, commune)
                    || of(before) == of(&changed.fields) =>
            {
                changed.slug.clone_from(slug);
            }
            before => wishes.push(slug::Wish {
                id: changed.id,
                slug: of(&changed.fields),
                now: before.map(|before| before.slug.clone()),
            }),
        }
    }
    let mut given = slug::give(connection, wishes).await?;
    for changed in changed {
        if let Some(slug) = given.remove(&changed.id) {
            changed.slug = slug;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::array;

    #[test]
    fn what_a_list_holds_is_quoted() {
        assert_eq!(array(&[]), "{}");
        assert_eq!(array(&["pmr", "a, b", r#"le "{x}" \ y"#]), r#"{"pmr","a, b","le \"{x}\" \\ y"}"#);
    }
}
