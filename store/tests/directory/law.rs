//! Whatever is imported, decided and undone, in whatever order: no decision of a person is lost, and the directory is the one
//! that would come of the same records and decisions from nothing.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use maille_domain::field::{Field, Values};
use maille_domain::listing::Provenance;
use maille_domain::run::Report;
use maille_domain::{Check, Fields, Listing, ListingId, Means, Presence, Reach};
use maille_store::listing::Cause;
use maille_store::overrides::{NewOverride, Settlement};
use maille_store::run::Incoming;
use maille_store::source::Standing;
use maille_store::{Error, Store};
use serde_json::{Value, json};
use sqlx::types::{Json, Uuid};
use sqlx::{FromRow, PgPool};

use crate::dice::{Dice, asked_for};
use crate::support::{because, begin_as, day, directory, elsewhere, hills, perhaps_hills, record};

const SEED: u64 = 20_261_128;
/// In `make test`; `make soak` asks for more.
const SEQUENCES: u64 = 100;
/// Steps of a sequence.
const STEPS: u64 = 12;
/// Two of one format: the freshest of equals speaks.
const SOURCES: [(&str, &str); 4] =
    [("tableur", "csv"), ("ville", "csv"), ("ror", "ror-fhir"), ("finess", "finess")];
const RECORDS: [&str; 3] = ["1", "2", "3"];
const DECIDED: [Field; 3] = [Field::Cost, Field::Summary, Field::Phone];

/// A directory, and what was done to it.
struct Life {
    store: Store,
    pool: PgPool,
    dice: Dice,
    now: DateTime<Utc>,
    /// What each source shows.
    shown: BTreeMap<(&'static str, &'static str), Values>,
    /// What each no longer shows, as it last was.
    left: BTreeMap<(&'static str, &'static str), Values>,
    /// The records that were ever shown.
    known: BTreeSet<(&'static str, &'static str)>,
    dropped: BTreeSet<&'static str>,
    /// The runs that were not undone.
    runs: Vec<Done>,
    story: Vec<String>,
}

/// A run, and what its source showed before it.
struct Done {
    run: i64,
    source: &'static str,
    shown: BTreeMap<(&'static str, &'static str), Values>,
    left: BTreeMap<(&'static str, &'static str), Values>,
}

/// A row of `listing_override`.
#[derive(Debug, Clone, PartialEq, FromRow)]
struct Decided {
    id: i64,
    listing: Uuid,
    field: String,
    value: Option<Value>,
    author: String,
    reason: String,
    at: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
}

/// A row of `source_record`, as it is to be found again.
#[derive(Debug, Clone, FromRow)]
struct Kept {
    source: String,
    source_id: String,
    values: Json<Values>,
    since: Value,
    first_seen: DateTime<Utc>,
    last_seen: DateTime<Utc>,
    seen_alone: bool,
    withdrawn_at: Option<DateTime<Utc>>,
    undone: bool,
}

impl Life {
    /// One that begins in an empty database.
    async fn new(pool: &PgPool, seed: u64) -> Life {
        empty(pool).await;
        Life {
            store: Store::on(pool.clone()),
            pool: pool.clone(),
            dice: Dice(seed),
            now: day(1),
            shown: BTreeMap::new(),
            left: BTreeMap::new(),
            known: BTreeSet::new(),
            dropped: BTreeSet::new(),
            runs: Vec::new(),
            story: Vec::new(),
        }
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.dice.roll(all.len() as u64) as usize]
    }

    fn chance(&mut self, in_all: u64) -> bool {
        self.dice.roll(in_all) == 0
    }

    fn tell(&mut self, what: String) {
        self.story.push(what);
    }

    /// The listing that some record founded.
    fn some_listing(&mut self) -> ListingId {
        let known: Vec<_> = self.known.iter().copied().collect();
        let (source, id) = self.one_of(&known);
        ListingId::founded_by(source, id)
    }

    /// What a source may say: of three things, which some describe surely and some perhaps.
    fn some_record(&mut self, id: &str) -> Incoming {
        let mut cells = Vec::new();
        if self.chance(2) {
            cells.push((Field::Cost, self.one_of(&["gratuit", "10 €", "sur devis"])));
        }
        if self.chance(2) {
            cells.push((Field::Summary, self.one_of(&["À domicile", "Au cabinet"])));
        }
        match self.dice.roll(8) {
            0..3 => hills(id, &cells),
            // Alike one and the other of two that are not as much alike.
            3 => hills(id, &[&cells[..], &[(Field::Phone, "01 99 00 00 02")]].concat()),
            4 => hills(id, &[&cells[..], &[(Field::Phone, "01 99 00 00 01 | 01 99 00 00 02")]].concat()),
            5 => perhaps_hills(id, &cells),
            6 => elsewhere(id),
            _ => {
                let ssiad = [
                    (Field::Name, "Service de soins infirmiers à domicile du Parc"),
                    (Field::Category, "ssiad"),
                    (Field::Phone, "01 99 00 00 66"),
                    (Field::Commune, "92002"),
                ];
                record(id, &[&ssiad[..], &cells].concat())
            }
        }
    }

    async fn step(&mut self) {
        self.now += TimeDelta::minutes(7);
        let before = self.decided().await;
        let of_overrides = self.known.len() > 1 && self.chance(3);
        let touched = if of_overrides {
            self.correct().await
        } else {
            match self.dice.roll(14) {
                0..5 => self.import().await,
                5..8 => self.decide().await,
                8..10 => self.stand().await,
                10 => self.undo().await,
                _ if self.known.is_empty() => {}
                11..13 => self.check().await,
                _ => self.hide_or_keep().await,
            }
            None
        };
        // No decision is ever deleted; it is ended by a decision about its field and its listing, and by nothing else.
        let after = self.decided().await;
        assert!(after.len() >= before.len(), "{:#?}", self.story);
        for (was, is) in before.iter().zip(&after) {
            if was != is {
                let ended = Decided { ended_at: is.ended_at, ..was.clone() };
                assert_eq!(*is, ended, "{:#?}", self.story);
                assert!(was.ended_at.is_none(), "{:#?}", self.story);
                let about = touched.as_ref().is_some_and(|(listings, field)| {
                    listings.contains(&was.listing) && field.is_none_or(|field| field.name() == was.field)
                });
                assert!(about, "{is:?} was ended by nobody: {:#?}", self.story);
            }
        }
    }

    /// Imports a source, whole or in part: its records change, leave and come back.
    async fn import(&mut self) {
        let (source, format) = self.one_of(&SOURCES);
        if self.dropped.contains(source) {
            return;
        }
        let (shown, left) = (self.shown.clone(), self.left.clone());
        let whole = self.chance(2);
        let (mut put, mut seen, mut gone) = (Vec::new(), Vec::new(), Vec::new());
        for id in RECORDS {
            if self.chance(3) {
                if whole && let Some(values) = self.shown.remove(&(source, id)) {
                    self.left.insert((source, id), values);
                    gone.push(id.to_owned());
                }
                continue;
            }
            let same = self.chance(3).then(|| self.shown.get(&(source, id))).flatten();
            if same.is_some() {
                seen.push(id.to_owned());
            } else {
                let as_it_was = self.left.remove(&(source, id)).filter(|_| self.chance(2));
                let record = match as_it_was {
                    Some(values) => Incoming::new(id.to_owned(), &json!({}), values, Vec::new()),
                    None => self.some_record(id),
                };
                self.shown.insert((source, id), record.values.clone());
                self.known.insert((source, id));
                put.push(record);
            }
        }
        let names: Vec<&str> =
            put.iter().map(|record| record.values[&Field::Name].as_str().unwrap()).collect();
        self.tell(format!("{source}: {:?} {names:?}, as they were {seen:?}, gone {gone:?}", ids(&put)));
        let mut run = begin_as(&self.store, source, format, self.now).await;
        if !put.is_empty() {
            run.put(&put).await.unwrap();
        }
        for id in seen {
            run.seen(id);
        }
        if !gone.is_empty() {
            run.withdraw(&gone).await.unwrap();
        }
        let report = run.finish(Report::of(source), self.now).await.unwrap();
        self.runs.push(Done { run: report.run.unwrap(), source, shown, left });
    }

    /// Undoes the last run of a source, that it may be the last of again.
    async fn undo(&mut self) {
        let (source, _) = self.one_of(&SOURCES);
        let Some(last) = self.runs.iter().rposition(|done| done.source == source) else { return };
        let Done { run, shown, left, .. } = self.runs.remove(last);
        for (now, before) in [(&mut self.shown, shown), (&mut self.left, left)] {
            now.retain(|(of, _), _| *of != source);
            now.extend(before.into_iter().filter(|((of, _), _)| *of == source));
        }
        self.tell(format!("{source}: undo {run}"));
        self.store.undo_run(run, &Reach::Everywhere, &because("essai", self.now)).await.unwrap();
    }

    /// Links, unlinks, or takes a decision back.
    async fn decide(&mut self) {
        if self.known.len() < 2 {
            return;
        }
        let cause = because(&format!("décision {}", self.story.len()), self.now);
        let decisions = self.store.pair_decisions().await.unwrap();
        if !decisions.is_empty() && self.chance(3) {
            let decision = &decisions[self.dice.roll(decisions.len() as u64) as usize];
            self.tell(format!("take back {}", decision.reason));
            self.store.take_back(&[decision.id], &Reach::Everywhere, &cause).await.unwrap();
            return;
        }
        let (a, b, same) = (self.some_listing(), self.some_listing(), self.chance(2));
        if a != b {
            self.tell(format!("décision {}: {a} {} {b}", self.story.len(), if same { "=" } else { "≠" }));
            self.store.decide(a, b, same, &Reach::Everywhere, &cause).await.unwrap();
        }
    }

    /// Drops a source, or brings back one that was.
    async fn stand(&mut self) {
        let (source, _) = self.one_of(&SOURCES);
        if !self.known.iter().any(|(of, _)| *of == source) {
            return;
        }
        let standing = if self.dropped.remove(source) { Standing::Kept } else { Standing::Dropped };
        if standing == Standing::Dropped {
            self.dropped.insert(source);
        }
        self.tell(format!("{source}: {standing:?}"));
        self.store.stand(source, standing, &because("essai", self.now)).await.unwrap();
    }

    /// Checks a listing or one of its fields, or takes the last check back.
    async fn check(&mut self) {
        let (listing, means) = (self.some_listing(), self.one_of(Means::ALL));
        let field = self.one_of(&[None, Some(Field::Cost), Some(Field::Phone)]);
        let cause = because(&format!("vérification {}", self.story.len()), self.now);
        if self.chance(4) {
            self.tell(format!("take the check back of {listing} {field:?}"));
            let ended = self.store.take_check_back(listing, field, &Reach::Everywhere, &cause).await;
            assert!(matches!(ended, Ok(()) | Err(Error::NoCheck(_))), "{ended:?}");
            return;
        }
        let day = self.now.date_naive() - TimeDelta::days(self.one_of(&[0, 1, 2]));
        self.tell(format!("{}: {listing} {field:?} {day} {means}", cause.reason));
        self.store.verify(listing, Check { field, day, means }, &Reach::Everywhere, &cause).await.unwrap();
    }

    /// Hides a listing, keeps it, or leaves it to its sources.
    async fn hide_or_keep(&mut self) {
        let listing = self.some_listing();
        let presence = self.one_of(&[None, Some(Presence::Hidden), Some(Presence::Kept)]);
        let cause = because(&format!("présence {}", self.story.len()), self.now);
        self.tell(format!("{}: {listing} {presence:?}", cause.reason));
        self.store.set_presence(listing, presence, &Reach::Everywhere, &cause).await.unwrap();
    }

    /// Sets, ends or settles a correction. Returns the listings whose corrections may end for it, and the field.
    async fn correct(&mut self) -> Option<(BTreeSet<Uuid>, Option<Field>)> {
        let (listing, field) = (self.some_listing(), self.one_of(&DECIDED));
        let together: Vec<Uuid> = sqlx::query_scalar(
            "select other.record from link as own join link as other on other.listing = own.listing where own.record = $1",
        )
        .bind(listing.0)
        .fetch_all(&self.pool)
        .await
        .unwrap();
        let named: Vec<Uuid> = sqlx::query_scalar("select listing from link where record = $1")
            .bind(listing.0)
            .fetch_all(&self.pool)
            .await
            .unwrap();
        let cause = because(&format!("correction {}", self.story.len()), self.now);
        // What is set ends what was set on the same listing; what stands on those merged into it stays.
        let mut touched = named;
        match self.dice.roll(6) {
            0..3 => {
                let value = if self.chance(5) {
                    None
                } else if field == Field::Phone {
                    Some(json!([self.one_of(&["+33199000041", "+33199000042"])]))
                } else {
                    Some(json!(self.one_of(&["gratuit", "autre chose"])))
                };
                let until = self.chance(4).then(|| self.now + TimeDelta::minutes(20));
                self.tell(format!("{}: {listing} {field} = {value:?} until {until:?}", cause.reason));
                let Cause { author, reason, .. } = cause;
                let new = NewOverride { listing, field, value, author, reason, until };
                self.store.set_override(new, self.now).await.unwrap();
            }
            3 => {
                self.tell(format!("end {listing} {field}"));
                touched = together;
                let ended = self.store.end_override(listing, field, &cause).await;
                assert!(matches!(ended, Ok(()) | Err(Error::NoOverride(_))), "{ended:?}");
            }
            4 => {
                let settlement = self.one_of(&[Settlement::Ours, Settlement::Theirs]);
                self.tell(format!("settle {listing} {field} {settlement:?}"));
                if settlement == Settlement::Theirs {
                    touched = together;
                }
                let settled = self.store.settle(listing, field, settlement, &Reach::Everywhere, &cause).await;
                assert!(
                    matches!(settled, Ok(()) | Err(Error::NoConflict(_) | Error::SeveralConflicts(_))),
                    "{settled:?}"
                );
            }
            _ => {
                self.tell("end those due".to_owned());
                let due = self.decided().await.into_iter().filter(|decided| {
                    decided.ended_at.is_none() && decided.until.is_some_and(|until| until <= self.now)
                });
                let due: BTreeSet<Uuid> = due.map(|decided| decided.listing).collect();
                self.store.end_overrides_due(self.now).await.unwrap();
                return Some((due, None));
            }
        }
        Some((touched.into_iter().collect(), Some(field)))
    }

    /// Every correction that was ever made.
    async fn decided(&self) -> Vec<Decided> {
        sqlx::query_as(
            "select id, listing, field, value, author, reason, at, until, ended_at from listing_override order by id",
        )
        .fetch_all(&self.pool)
        .await
        .unwrap()
    }

    /// What is decided is what is read: the latest decision of each field of each listing.
    async fn check_what_stands(&self, listings: &BTreeMap<ListingId, Listing>) {
        let mut standing = self.decided().await;
        standing.retain(|decided| decided.ended_at.is_none());
        standing.sort_by_key(|decided| decided.at);
        let mut latest = BTreeMap::new();
        for decided in standing {
            let listing = self.store.listing(ListingId(decided.listing)).await.unwrap().unwrap();
            latest.insert((listing.id, decided.field.clone()), decided);
        }
        for ((listing, field), decided) in latest {
            let field: Field = field.parse().unwrap();
            let Listing { fields, provenance, .. } = &listings[&listing];
            assert_eq!(fields.to_values().get(&field), decided.value.as_ref(), "{:#?}", self.story);
            let by = Provenance::Override {
                author: decided.author,
                reason: decided.reason,
                at: decided.at,
                until: decided.until,
            };
            assert_eq!(provenance[&field], by, "{:#?}", self.story);
        }
    }

    /// Which listing each record speaks for.
    async fn links(&self) -> BTreeMap<Uuid, Uuid> {
        let links: Vec<(Uuid, Uuid)> =
            sqlx::query_as("select record, listing from link").fetch_all(&self.pool).await.unwrap();
        links.into_iter().collect()
    }

    async fn kept(&self) -> Vec<Kept> {
        sqlx::query_as(
            r#"select source, source_id, "values", since, first_seen, last_seen, seen_alone, withdrawn_at, undone
               from source_record order by first_seen, source, source_id"#,
        )
        .fetch_all(&self.pool)
        .await
        .unwrap()
    }

    /// Gives a database emptied meanwhile the same records, read when they were, the standing decisions, and the sources that
    /// were dropped; by the same ways, but for dates, and decisions of pairs, which were made when listings were others.
    async fn replay(&self) {
        type Source = (String, String, Option<DateTime<Utc>>, Option<DateTime<Utc>>);
        type Decided = (i64, Uuid, Uuid, bool, String, String, DateTime<Utc>);
        type Placed = (Uuid, String, String, String, DateTime<Utc>);
        type Checked = (Uuid, Option<String>, Option<Value>, String, NaiveDate, String, DateTime<Utc>);
        let kept = self.kept().await;
        let mut decided = self.decided().await;
        decided.retain(|decided| decided.ended_at.is_none());
        decided.sort_by_key(|decided| (decided.at, decided.id));
        let sources: Vec<Source> = sqlx::query_as(
            "select name, format, seen_at, dropped_at from source
             where name in (select source from source_record) order by name",
        )
        .fetch_all(&self.pool)
        .await
        .unwrap();
        let decisions: Vec<Decided> = sqlx::query_as(
            "select id, a, b, same, author, reason, at from match_decision where ended_at is null order by id",
        )
        .fetch_all(&self.pool)
        .await
        .unwrap();
        let pairs: Vec<(i64, Uuid, Uuid)> =
            sqlx::query_as("select decision, a, b from decided_pair").fetch_all(&self.pool).await.unwrap();
        let placed: Vec<Placed> = sqlx::query_as(
            "select listing, presence, author, reason, at from presence where ended_at is null order by id",
        )
        .fetch_all(&self.pool)
        .await
        .unwrap();
        let checked: Vec<Checked> = sqlx::query_as(
            "select listing, field, value, means, day, author, at from verification where ended_at is null order by id",
        )
        .fetch_all(&self.pool)
        .await
        .unwrap();

        empty(&self.pool).await;
        let formats: BTreeMap<&str, &str> =
            sources.iter().map(|(name, format, ..)| (&**name, &**format)).collect();
        for run in kept.chunk_by(|a, b| (a.first_seen, &a.source) == (b.first_seen, &b.source)) {
            let (source, at) = (&*run[0].source, run[0].first_seen);
            let records: Vec<Incoming> = run.iter().map(incoming).collect();
            let mut import = begin_as(&self.store, source, formats[source], at).await;
            import.put(&records).await.unwrap();
            import.finish(Report::of(source), at).await.unwrap();
        }
        for kept in &kept {
            sqlx::query(
                "update source_record set since = $3, last_seen = $4, seen_alone = $5, withdrawn_at = $6, undone = $7
                 where source = $1 and source_id = $2",
            )
            .bind(&kept.source)
            .bind(&kept.source_id)
            .bind(&kept.since)
            .bind(kept.last_seen)
            .bind(kept.seen_alone)
            .bind(kept.withdrawn_at)
            .bind(kept.undone)
            .execute(&self.pool)
            .await
            .unwrap();
        }
        for (id, a, b, same, author, reason, at) in decisions {
            sqlx::query(
                "insert into match_decision (id, a, b, same, author, reason, at) overriding system value
                 values ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(id)
            .bind(a)
            .bind(b)
            .bind(same)
            .bind(author)
            .bind(reason)
            .bind(at)
            .execute(&self.pool)
            .await
            .unwrap();
        }
        for (decision, a, b) in pairs {
            sqlx::query("insert into match_decision_pair (decision, a, b) values ($1, $2, $3)")
                .bind(decision)
                .bind(a)
                .bind(b)
                .execute(&self.pool)
                .await
                .unwrap();
        }
        for (listing, presence, author, reason, at) in placed {
            sqlx::query(
                "insert into presence (listing, presence, author, reason, at) values ($1, $2, $3, $4, $5)",
            )
            .bind(listing)
            .bind(presence)
            .bind(author)
            .bind(reason)
            .bind(at)
            .execute(&self.pool)
            .await
            .unwrap();
        }
        for (listing, field, value, means, day, author, at) in checked {
            sqlx::query(
                "insert into verification (listing, field, value, means, day, author, at) values ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(listing)
            .bind(field)
            .bind(value)
            .bind(means)
            .bind(day)
            .bind(author)
            .bind(at)
            .execute(&self.pool)
            .await
            .unwrap();
        }
        let cause = because("rejoué", self.now);
        self.store.match_again(&cause).await.unwrap();
        for decided in decided {
            let new = NewOverride {
                listing: ListingId(decided.listing),
                field: decided.field.parse().unwrap(),
                value: decided.value,
                author: decided.author,
                reason: decided.reason,
                until: decided.until,
            };
            self.store.set_override(new, decided.at).await.unwrap();
        }
        for (source, _, seen_at, dropped_at) in sources {
            sqlx::query("update source set seen_at = $2 where name = $1")
                .bind(&source)
                .bind(seen_at)
                .execute(&self.pool)
                .await
                .unwrap();
            let standing = if dropped_at.is_some() { Standing::Dropped } else { Standing::Kept };
            let cause = because("rejoué", dropped_at.unwrap_or(self.now));
            self.store.stand(&source, standing, &cause).await.unwrap();
        }
    }
}

fn ids(records: &[Incoming]) -> Vec<&str> {
    records.iter().map(|record| &*record.source_id).collect()
}

fn incoming(kept: &Kept) -> Incoming {
    Incoming::new(kept.source_id.clone(), &json!({}), kept.values.0.clone(), Vec::new())
}

/// Empties a database: row by row, which is sooner done than table by table where there are few, and without a thought for
/// what refers to what.
async fn empty(pool: &PgPool) {
    sqlx::raw_sql(
        "do $$ declare name text; begin
             set local session_replication_role = replica;
             for name in select tablename from pg_tables where schemaname = 'public' and tablename <> '_sqlx_migrations' loop
                 execute format('delete from %I', name);
             end loop;
         end $$",
    )
    .execute(pool)
    .await
    .unwrap();
}

/// All of a listing but its addresses, which tell the names that it had on the way.
fn but_for_addresses(listings: BTreeMap<ListingId, Listing>) -> BTreeMap<ListingId, Listing> {
    let without = |listing| Listing { slug: String::new(), former_slugs: Vec::new(), ..listing };
    listings.into_iter().map(|(id, listing)| (id, without(listing))).collect()
}

/// The same, but for when records were last seen.
fn but_for_dates(listings: BTreeMap<ListingId, Listing>) -> BTreeMap<ListingId, Listing> {
    let mut listings = but_for_addresses(listings);
    for source in listings.values_mut().flat_map(|listing| &mut listing.sources) {
        source.last_seen = DateTime::UNIX_EPOCH;
    }
    listings
}

#[sqlx::test]
async fn nothing_decided_is_lost_and_all_is_as_from_scratch(pool: PgPool) {
    let (seed, sequences) =
        (asked_for("MAILLE_SEQUENCES_SEED", SEED), asked_for("MAILLE_SEQUENCES", SEQUENCES));
    println!("seed {seed}, {sequences} sequences");
    for number in 0..sequences {
        let mut life = Life::new(&pool, seed + number).await;
        for _ in 0..STEPS {
            life.step().await;
        }
        life.store.end_overrides_due(life.now).await.unwrap();
        let listings = directory(&life.store).await;
        life.check_what_stands(&listings).await;

        life.store.match_again(&because("pour voir", life.now)).await.unwrap();
        assert_eq!(directory(&life.store).await, listings, "seed {}: {:#?}", seed + number, life.story);

        life.replay().await;
        let again = but_for_addresses(directory(&life.store).await);
        assert_eq!(again, but_for_addresses(listings), "seed {}: {:#?}", seed + number, life.story);
    }
}

/// Listings are the same, whichever source was read first: which records each is made of, and its fields. (Its id is that of the
/// record that came first, and dates are those of the runs.)
#[sqlx::test]
async fn the_order_of_sources_never_matters(pool: PgPool) {
    const FORMATS: [&str; 4] = ["csv", "data-inclusion", "ror-fhir", "finess"];
    let (seed, sequences) =
        (asked_for("MAILLE_SEQUENCES_SEED", SEED), asked_for("MAILLE_SEQUENCES", SEQUENCES));
    for number in 0..sequences {
        let mut life = Life::new(&pool, seed + number).await;
        let sources: Vec<Vec<Incoming>> =
            SOURCES.map(|_| RECORDS.map(|id| life.some_record(id)).to_vec()).to_vec();
        let mut found: Vec<BTreeMap<Vec<String>, Fields>> = Vec::new();
        for _ in 0..2 {
            empty(&pool).await;
            let mut order: Vec<usize> = (0..SOURCES.len()).collect();
            while let Some(last) = order.len().checked_sub(1) {
                life.now += TimeDelta::minutes(7);
                let source = order.swap_remove(life.dice.roll(last as u64 + 1) as usize);
                let mut run = begin_as(&life.store, SOURCES[source].0, FORMATS[source], life.now).await;
                // Whole, or one record at a time.
                let piece = life.one_of(&[1, RECORDS.len()]);
                for records in sources[source].chunks(piece) {
                    run.put(records).await.unwrap();
                }
                run.finish(Report::of(SOURCES[source].0), life.now).await.unwrap();
            }
            let of = |listing: Listing| {
                let records =
                    listing.sources.iter().map(|record| format!("{}:{}", record.source, record.source_id));
                (records.collect(), listing.fields)
            };
            found.push(directory(&life.store).await.into_values().map(of).collect());
        }
        assert_eq!(found[0], found[1], "seed {}", seed + number);
    }
}

/// What a run changed, its undoing gives back: what is read of every listing that there was, which records each is made of, and
/// what may be the same. What it brought is out of the directory. (When a source was last read stays said of what it showed.)
#[sqlx::test]
async fn what_a_run_changed_its_undoing_gives_back(pool: PgPool) {
    let (seed, sequences) =
        (asked_for("MAILLE_SEQUENCES_SEED", SEED), asked_for("MAILLE_SEQUENCES", SEQUENCES));
    for number in 0..sequences {
        let mut life = Life::new(&pool, seed + number).await;
        for _ in 0..STEPS {
            life.step().await;
        }
        life.store.end_overrides_due(life.now).await.unwrap();
        let before = but_for_dates(directory(&life.store).await);
        let (links, runs) = (life.links().await, life.runs.len());
        life.now += TimeDelta::minutes(1);
        if life.dropped.len() == SOURCES.len() {
            continue;
        }
        while life.runs.len() == runs {
            life.import().await;
        }
        let source = life.runs[runs].source;
        let run = life.runs[runs].run;
        life.tell(format!("{source}: undo {run}"));
        life.store.undo_run(run, &Reach::Everywhere, &because("essai", life.now)).await.unwrap();

        let story = &life.story;
        let mut after = but_for_dates(directory(&life.store).await);
        after.retain(|id, listing| before.contains_key(id) || listing.withdrawn_at.is_none());
        assert_eq!(after, before, "seed {}: {story:#?}", seed + number);
        let mut linked = life.links().await;
        linked.retain(|record, _| links.contains_key(record));
        assert_eq!(linked, links, "seed {}: {story:#?}", seed + number);
    }
}
