//! Which listing each record speaks for. What is alike is [`maille_domain::matching`]'s business; here it is kept: the keys of
//! each record, the pairs that are alike, and the listing of each record, which follows from the pairs and from what people
//! decided. A run costs in proportion to the records whose traits changed and to what they are alike.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use maille_domain::ListingId;
use maille_domain::field::Values;
use maille_domain::matching::cluster::{Alike, Decision, Member, Voice, clusters};
use maille_domain::matching::{Likeness, PROPOSED, Traits, VERSION, compare};
use serde_json::json;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::listing::{Cause, Move, Twins, note_moves, resolve_again, write_twins};
use crate::{Error, Store, plan};

/// A key that more records than this share says too little: they are not compared for its sake.
const COMMONPLACE: usize = 100;
/// Records compared at a time with what they share a key with.
const PIECE: i64 = 1_000;
/// Pairs compared at a time.
const PAIRS: usize = 5_000;

/// A record whose traits are new. One that came with a run which was undone has none.
pub(crate) struct Changed {
    /// The listing that it founds.
    pub record: Uuid,
    /// What it is compared by.
    pub traits: Traits,
}

/// What a regrouping leaves to do: listings to resolve, then moves and twins to write down.
#[derive(Debug, Default)]
pub(crate) struct Regrouped {
    /// Listings that records left or came to.
    pub listings: BTreeSet<Uuid>,
    /// The twin of every record that was looked at.
    pub twins: Twins,
    moves: Vec<Move>,
}

impl Regrouped {
    /// Writes down what was found, once the listings are resolved.
    pub async fn note(&self, connection: &mut PgConnection, cause: &Cause) -> Result<(), Error> {
        note_moves(connection, &self.moves, cause).await?;
        write_twins(connection, &self.twins).await
    }
}

/// Finds what these records are like, and regroups them and what they were or are alike; so too records that left their source
/// or came back to it, and are what they were.
pub(crate) async fn take(
    connection: &mut PgConnection,
    changed: &[Changed],
    came_or_left: &[Uuid],
) -> Result<Regrouped, Error> {
    let mut moved = if changed.is_empty() { BTreeSet::new() } else { find(connection, changed).await? };
    let records: Vec<Uuid> =
        changed.iter().map(|changed| changed.record).chain(came_or_left.iter().copied()).collect();
    let tied = sqlx::query_scalar!(
        r#"select record as "record!" from unnest($1::uuid[]) as own (record)
           where exists (select from decided_pair where a = own.record)
              or exists (select from decided_pair where b = own.record)
              or exists (select from match_pair where a = own.record)
              or exists (select from match_pair where b = own.record)
              or exists (select from link where link.record = own.record and link.listing <> own.record)
              or exists (select from link where link.listing = own.record and link.record <> own.record)"#,
        &records
    )
    .fetch_all(&mut *connection)
    .await?;
    moved.extend(tied);
    regroup(connection, &moved).await
}

/// Finds what these records are like. Returns them and what they were or are alike.
async fn find(connection: &mut PgConnection, changed: &[Changed]) -> Result<BTreeSet<Uuid>, Error> {
    let gone = write_keys(connection, changed).await?;
    let sharing = Sharing::read(connection, changed, &gone).await?;
    // What shares a key that became or ceased to be commonplace is alike by other keys than before.
    let strayed: Vec<Uuid> = sharing.strayed.iter().copied().collect();
    let strayed: Vec<Changed> = read_traits(connection, &strayed)
        .await?
        .into_iter()
        .map(|(record, traits)| Changed { record, traits })
        .collect();
    let all: Vec<Uuid> =
        changed.iter().map(|changed| changed.record).chain(sharing.strayed.iter().copied()).collect();
    let gone = sqlx::query!("delete from match_pair where a = any($1) or b = any($1) returning a, b", &all)
        .fetch_all(&mut *connection)
        .await?;
    let mut moved: BTreeSet<Uuid> = gone.into_iter().flat_map(|pair| [pair.a, pair.b]).collect();
    moved.extend(find_pairs(connection, changed, &sharing, |_| true).await?);
    if !strayed.is_empty() {
        let sharing = Sharing::read(connection, &strayed, &HashMap::new()).await?;
        moved.extend(find_pairs(connection, &strayed, &sharing, |_| true).await?);
    }
    Ok(moved)
}

impl Store {
    /// Finds everything again when the rules are not those that it was found by: an upgrade waits for no import. Returns
    /// whether it was so.
    ///
    /// # Errors
    /// [`Error::Busy`] when another writer has the turn for too long.
    pub async fn match_by_rules(&self, now: DateTime<Utc>) -> Result<bool, Error> {
        let mut transaction = self.begin_writing().await?;
        if found_by_rules(&mut transaction).await? {
            return Ok(false);
        }
        self.take_turn(&mut transaction).await?;
        let reason = "règles de rapprochement d’une autre version".to_owned();
        let cause = Cause { author: "maille".to_owned(), reason, run: None, at: now };
        let found = keep_up(&mut transaction, &cause).await;
        self.named(found).await?;
        let committed = transaction.commit().await;
        self.named(committed.map_err(Error::from)).await?;
        Ok(true)
    }
}

/// Whether the rules are those that everything was found by.
async fn found_by_rules(connection: &mut PgConnection) -> Result<bool, Error> {
    let version = sqlx::query_scalar!("select version from matched").fetch_optional(connection).await?;
    Ok(version == Some(VERSION))
}

/// Finds everything again when the rules are not those that it was found by.
pub(crate) async fn keep_up(connection: &mut PgConnection, cause: &Cause) -> Result<(), Error> {
    if found_by_rules(connection).await? { Ok(()) } else { find_again(connection, cause).await }
}

/// Finds everything again from nothing: keys, pairs, and the listing of each record.
pub(crate) async fn find_again(connection: &mut PgConnection, cause: &Cause) -> Result<(), Error> {
    plan::by_key(connection).await?;
    sqlx::query!("delete from match_key").execute(&mut *connection).await?;
    sqlx::query!("delete from match_pair").execute(&mut *connection).await?;
    let mut after = Uuid::nil();
    while let Some(piece) = read_after(connection, &mut after).await? {
        write_keys(connection, &piece).await?;
    }
    after = Uuid::nil();
    while let Some(piece) = read_after(connection, &mut after).await? {
        // Whoever goes through all the records meets each pair twice: it is taken at the first of the two.
        let own: HashSet<Uuid> = piece.iter().map(|changed| changed.record).collect();
        let sharing = Sharing::read(connection, &piece, &HashMap::new()).await?;
        find_pairs(connection, &piece, &sharing, |first| own.contains(&first)).await?;
    }
    regroup_all(connection, None, cause).await?;
    sqlx::query!("delete from matched").execute(&mut *connection).await?;
    sqlx::query!("insert into matched (version) values ($1)", VERSION).execute(connection).await?;
    Ok(())
}

/// Groups anew all records, or those of one source, and resolves the listings that they leave or come to.
pub(crate) async fn regroup_all(
    connection: &mut PgConnection,
    source: Option<&str>,
    cause: &Cause,
) -> Result<(), Error> {
    let mut after = Uuid::nil();
    // Those to come that were grouped with one that came.
    let mut grouped: HashSet<Uuid> = HashSet::new();
    loop {
        let records: Vec<Uuid> = sqlx::query_scalar!(
            "select record from link where record > $1 and ($3::text is null or source = $3) order by record limit $2",
            after,
            PIECE,
            source
        )
        .fetch_all(&mut *connection)
        .await?;
        let Some(last) = records.last() else { return Ok(()) };
        after = *last;
        let seeds = records.into_iter().filter(|record| !grouped.contains(record)).collect();
        let regrouped = regroup(connection, &seeds).await?;
        resolve_again(connection, &regrouped.listings, &regrouped.twins, cause).await?;
        regrouped.note(connection, cause).await?;
        grouped.extend(regrouped.twins.keys());
        grouped.retain(|record| *record > after);
    }
}

/// The records that follow, with their traits; nothing after the last.
async fn read_after(connection: &mut PgConnection, after: &mut Uuid) -> Result<Option<Vec<Changed>>, Error> {
    let rows = sqlx::query!(
        r#"select link.record, case when source_record.undone then '{}'::jsonb else source_record."values" end as "values!: Json<Values>"
           from link join source_record on source_record.source = link.source and source_record.source_id = link.source_id
           where record > $1 order by record limit $2"#,
        *after,
        PIECE
    )
    .fetch_all(connection)
    .await?;
    let Some(last) = rows.last() else { return Ok(None) };
    *after = last.record;
    let read = rows.into_iter().map(|row| Changed { record: row.record, traits: Traits::of(&row.values.0) });
    Ok(Some(read.collect()))
}

/// Writes the keys of these records. Returns how many of them had each key before.
async fn write_keys(
    connection: &mut PgConnection,
    changed: &[Changed],
) -> Result<HashMap<i64, usize>, Error> {
    let all: Vec<Uuid> = changed.iter().map(|changed| changed.record).collect();
    let old = sqlx::query_scalar!("delete from match_key where record = any($1) returning key", &all)
        .fetch_all(&mut *connection)
        .await?;
    let (mut records, mut keys) = (vec![], vec![]);
    for Changed { record, traits } in changed {
        for key in traits.keys() {
            records.push(*record);
            keys.push(key);
        }
    }
    sqlx::query!(
        "insert into match_key (key, record) select * from unnest($1::bigint[], $2::uuid[]) on conflict do nothing",
        &keys,
        &records
    )
    .execute(connection)
    .await?;
    let mut gone = HashMap::new();
    for key in old {
        *gone.entry(key).or_default() += 1;
    }
    Ok(gone)
}

/// What has which keys, around records whose keys were just written.
struct Sharing {
    /// For each key of theirs that says something, all that have it.
    having: BTreeMap<i64, Vec<Uuid>>,
    /// Other records that have a key which became commonplace with these, or ceased to be.
    strayed: BTreeSet<Uuid>,
}

impl Sharing {
    /// `gone` says how many of these records had each key before.
    async fn read(
        connection: &mut PgConnection,
        changed: &[Changed],
        gone: &HashMap<i64, usize>,
    ) -> Result<Sharing, Error> {
        let mut come: BTreeMap<i64, BTreeSet<Uuid>> =
            gone.keys().map(|&key| (key, BTreeSet::new())).collect();
        for Changed { record, traits } in changed {
            for key in traits.keys() {
                come.entry(key).or_default().insert(*record);
            }
        }
        let keys: Vec<i64> = come.keys().copied().collect();
        // As many as tell whether the key was commonplace without these records.
        let most = |come: &BTreeSet<Uuid>| i64::try_from(COMMONPLACE + 1 + come.len()).unwrap_or(i64::MAX);
        let most: Vec<i64> = come.values().map(most).collect();
        let rows = sqlx::query!(
            r#"select sought.key as "key!",
                      array(select record from match_key where match_key.key = sought.key limit sought.most) as "records!"
               from unnest($1::bigint[], $2::bigint[]) as sought (key, most)"#,
            &keys,
            &most
        )
        .fetch_all(connection)
        .await?;
        let mut sharing = Sharing { having: BTreeMap::new(), strayed: BTreeSet::new() };
        for row in rows {
            let come = &come[&row.key];
            let now = row.records.len();
            let before = now.saturating_sub(come.len()) + gone.get(&row.key).copied().unwrap_or(0);
            if (before > COMMONPLACE) != (now > COMMONPLACE) {
                sharing.strayed.extend(row.records.iter().filter(|record| !come.contains(record)));
            }
            if now <= COMMONPLACE && !come.is_empty() {
                sharing.having.insert(row.key, row.records);
            }
        }
        Ok(sharing)
    }
}

/// What these records are compared by.
async fn read_traits(
    connection: &mut PgConnection,
    records: &[Uuid],
) -> Result<HashMap<Uuid, Traits>, Error> {
    let rows = sqlx::query!(
        r#"select link.record, case when source_record.undone then '{}'::jsonb else source_record."values" end as "values!: Json<Values>"
           from unnest($1::uuid[]) as sought (record)
           join link on link.record = sought.record
           join source_record on source_record.source = link.source and source_record.source_id = link.source_id"#,
        records
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.record, Traits::of(&row.values.0))).collect())
}

/// Compares these records with all that share a key with them, if the first of the two is wanted, and keeps the pairs that are
/// alike. Returns their ends.
async fn find_pairs(
    connection: &mut PgConnection,
    changed: &[Changed],
    sharing: &Sharing,
    wanted: impl Fn(Uuid) -> bool,
) -> Result<BTreeSet<Uuid>, Error> {
    let own: HashMap<Uuid, &Traits> =
        changed.iter().map(|Changed { record, traits }| (*record, traits)).collect();
    let mut candidates: BTreeSet<(Uuid, Uuid)> = BTreeSet::new();
    for having in sharing.having.values() {
        for &one in having.iter().filter(|record| own.contains_key(record)) {
            let pairs =
                having.iter().filter(|other| **other != one).map(|&other| (one.min(other), one.max(other)));
            candidates.extend(pairs.filter(|&(first, _)| wanted(first)));
        }
    }
    let stranger = |&(a, b): &(Uuid, Uuid)| [a, b].into_iter().find(|record| !own.contains_key(record));
    // Pairs of one stranger together, so that it is read once.
    let mut candidates: Vec<(Uuid, Uuid)> = candidates.into_iter().collect();
    candidates.sort_by_key(stranger);
    let mut ends = BTreeSet::new();
    for candidates in candidates.chunks(PAIRS) {
        let mut sought: Vec<Uuid> = candidates.iter().filter_map(stranger).collect();
        sought.dedup();
        let strangers = read_traits(connection, &sought).await?;
        let traits = |record: &Uuid| own.get(record).copied().or_else(|| strangers.get(record));
        let (mut a, mut b, mut scores, mut reasons) = (vec![], vec![], vec![], vec![]);
        for (one, other) in candidates {
            let (Some(left), Some(right)) = (traits(one), traits(other)) else { continue };
            let Likeness { score, reasons: why } = compare(left, right);
            if score >= PROPOSED {
                a.push(*one);
                b.push(*other);
                scores.push(score);
                reasons.push(json!(why));
            }
        }
        sqlx::query!(
            "insert into match_pair (a, b, score, reasons)
             select * from unnest($1::uuid[], $2::uuid[], $3::real[], $4::jsonb[])
             on conflict (a, b) do update set score = excluded.score, reasons = excluded.reasons",
            &a,
            &b,
            &scores,
            &reasons
        )
        .execute(&mut *connection)
        .await?;
        ends.extend(a.into_iter().chain(b));
    }
    Ok(ends)
}

/// Groups anew these records and all that they are tied to, and writes which listing each speaks for.
pub(crate) async fn regroup(
    connection: &mut PgConnection,
    seeds: &BTreeSet<Uuid>,
) -> Result<Regrouped, Error> {
    let mut regrouped = Regrouped::default();
    if seeds.is_empty() {
        return Ok(regrouped);
    }
    let seeds: Vec<Uuid> = seeds.iter().copied().collect();
    // The oldest record names the listing, so that an address stays what it was when another source joins.
    let members = sqlx::query!(
        r#"with recursive reached (record) as (
               select * from unnest($1::uuid[])
               union
               select tied.record from reached
               cross join lateral (
                   select b as record from match_pair where a = reached.record
                   union all select a from match_pair where b = reached.record
                   union all select b from decided_pair where a = reached.record and same
                   union all select a from decided_pair where b = reached.record and same
                   union all select other.record from link as own join link as other on other.listing = own.listing
                       where own.record = reached.record
               ) as tied
           )
           select link.record, link.source, link.source_id, link.listing,
                  source_record.withdrawn_at is not null as "withdrawn!", source.dropped_at is not null as "dropped!"
           from reached
           join link on link.record = reached.record
           join source_record on source_record.source = link.source and source_record.source_id = link.source_id
           join source on source.name = link.source
           order by source_record.first_seen, link.source, link.source_id"#,
        &seeds
    )
    .fetch_all(&mut *connection)
    .await?;
    let position: HashMap<Uuid, usize> =
        members.iter().enumerate().map(|(position, member)| (member.record, position)).collect();
    let records: Vec<Uuid> = members.iter().map(|member| member.record).collect();
    let pair = |a: Uuid, b: Uuid| {
        let (a, b) = (*position.get(&a)?, *position.get(&b)?);
        Some((a.min(b), a.max(b)))
    };
    let alike: Vec<Alike> = sqlx::query!("select a, b, score from match_pair where a = any($1)", &records)
        .fetch_all(&mut *connection)
        .await?
        .into_iter()
        .filter_map(|row| Some(Alike { pair: pair(row.a, row.b)?, score: row.score }))
        .collect();
    let decisions: Vec<Decision> = sqlx::query!(
        r#"select a as "a!", b as "b!", same as "same!" from decided_pair where a = any($1) order by decision desc"#,
        &records
    )
    .fetch_all(&mut *connection)
    .await?
    .into_iter()
    .filter_map(|row| Some(Decision { pair: pair(row.a, row.b)?, same: row.same }))
    .collect();
    let grouped: Vec<Member<'_>> = members
        .iter()
        .map(|member| {
            let voice = match (member.withdrawn, member.dropped) {
                (true, _) => Voice::Withdrawn,
                (false, true) => Voice::Dropped,
                (false, false) => Voice::Speaks,
            };
            Member { source: &member.source, voice, record: ListingId(member.record) }
        })
        .collect();
    let found = clusters(&grouped, &decisions, &alike);

    let (mut moved, mut to) = (vec![], vec![]);
    for (at, member) in members.iter().enumerate() {
        let listing = members[found.listing[at]].record;
        if listing != member.listing {
            moved.push(member.record);
            to.push(listing);
            regrouped.listings.extend([member.listing, listing]);
            let record = format!("{}:{}", member.source, member.source_id);
            regrouped.moves.push(Move { record, from: member.listing, to: listing });
        }
        if listing == member.record {
            regrouped.twins.insert(listing, found.twin[at].map(|first| members[first].record));
        } else {
            regrouped.twins.insert(member.record, None);
        }
    }
    sqlx::query!(
        "update link set listing = row.listing from unnest($1::uuid[], $2::uuid[]) as row (record, listing)
         where link.record = row.record",
        &moved,
        &to
    )
    .execute(connection)
    .await?;
    Ok(regrouped)
}
