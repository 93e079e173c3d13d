//! Power cuts: at random instants of imports, edits, reindexes and index commits, a process is killed without warning.
//! What was accepted is there once, what was not is there whole or not at all, and the index answers as one made anew.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use maille_store::Store;
use maille_store::cluster::Cluster;
use sqlx::{Connection, PgConnection, Row};
use tokio::runtime::Runtime;

use crate::support::{DataDirectory, Dice, Server, asked_for, kill_all, twin, wait_until};

const SEED: u64 = 20_261_125;
const LISTINGS: u32 = 150;

/// Who is killed, and in the middle of what.
#[derive(Debug, Clone, Copy)]
enum Victim {
    Import,
    Edit,
    Reindex,
    /// While an import writes and the index follows.
    ServerDuringImport,
    /// While the index takes an edit in.
    ServerAfterEdit,
    /// While the index takes over a new generation.
    ServerDuringReindex,
    /// Every process of the database, while an import writes.
    PostgresDuringImport,
    /// The same while edits come.
    PostgresDuringEdit,
}

const VICTIMS: [Victim; 8] = [
    Victim::Import,
    Victim::Edit,
    Victim::Reindex,
    Victim::ServerDuringImport,
    Victim::ServerAfterEdit,
    Victim::ServerDuringReindex,
    Victim::PostgresDuringImport,
    Victim::PostgresDuringEdit,
];

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    Accepted,
    /// It said that it failed: nothing may have changed.
    Refused,
    /// It was killed: all may have changed, or nothing.
    Killed,
}

struct Town {
    data: DataDirectory,
    server: Option<Server>,
    runtime: Runtime,
    dice: Dice,
    /// Which editions of the file the directory may hold; one, but after a kill.
    editions: BTreeSet<u32>,
    /// Which corrections each listing may carry.
    corrections: BTreeMap<u32, BTreeSet<u32>>,
    /// Every correction tried, and how it ended.
    tried: Vec<Ended>,
    imports_accepted: i64,
    imports_perhaps: i64,
}

/// An edition of the file: every listing says its number.
fn edition(number: u32) -> String {
    let row = |i: u32| {
        let kind = ["emg", "ccas", "ssiad"][i as usize % 3];
        let place = ["92007,commune:92007", "31555,departement:31", "92002,"][i as usize % 3];
        format!("t-{i},Équipe {i},{kind},{place},01 99 00 00 01,Edition {number}\n")
    };
    let header = "id,name,category,commune,coverage,phone,summary\n".to_owned();
    std::iter::once(header).chain((0..LISTINGS).map(row)).collect()
}

#[test]
fn no_crash_at_any_instant_loses_an_accepted_write() {
    let instants = asked_for("MAILLE_CRASH_INSTANTS", 50);
    let seed = asked_for("MAILLE_CRASH_SEED", SEED);
    println!("seed {seed}, {instants} instants");
    let mut town = Town::new(seed);
    let mut killed = 0;
    for number in 0..instants {
        let victim = VICTIMS[town.dice.roll(VICTIMS.len() as u64) as usize];
        let (instant, ended) = town.strike(victim);
        println!("{number:3} {victim:?} after {} ms: {ended:?}", instant.as_millis());
        killed += u32::from(ended == Ended::Killed);
        town.check();
    }
    println!(
        "seed {seed}: {instants} instants, {killed} in the middle of a write, {} corrections, {} imports accepted",
        town.tried.iter().filter(|ended| **ended == Ended::Accepted).count(),
        town.imports_accepted
    );
    assert!(town.server.take().unwrap().stop());
}

impl Town {
    fn new(seed: u64) -> Town {
        let data = DataDirectory::new();
        let file = data.file("edition.csv", &edition(0));
        let server = data.serve(&["serve"]);
        data.json(&["import", "csv", &file, "--source", "essai", "--json"]);
        Town {
            data,
            server: Some(server),
            runtime: Runtime::new().unwrap(),
            dice: Dice(seed),
            editions: BTreeSet::from([0]),
            corrections: BTreeMap::new(),
            tried: Vec::new(),
            imports_accepted: 1,
            imports_perhaps: 0,
        }
    }

    /// Something is done, and somebody is killed at a random instant of it.
    fn strike(&mut self, victim: Victim) -> (Duration, Ended) {
        // Longer than each takes, so that some end before.
        let longest = match victim {
            Victim::Import | Victim::Reindex | Victim::Edit => 900,
            Victim::ServerDuringImport | Victim::ServerDuringReindex | Victim::PostgresDuringImport => 1_200,
            Victim::ServerAfterEdit => 120,
            Victim::PostgresDuringEdit => 700,
        };
        let instant = Duration::from_micros(self.dice.roll(longest * 1_000));
        let ended = match victim {
            Victim::Import => self.import(|child| until(child, instant)),
            Victim::Edit => self.correct(|child| until(child, instant)),
            Victim::Reindex => until(&mut self.begin(&["reindex", "--json"]), instant),
            Victim::ServerDuringImport => {
                let server = self.server.take().unwrap();
                self.import(|child| kill_meanwhile(child, instant, || server.kill()))
            }
            Victim::ServerDuringReindex => {
                let server = self.server.take().unwrap();
                kill_meanwhile(&mut self.begin(&["reindex", "--json"]), instant, || server.kill())
            }
            Victim::ServerAfterEdit => {
                let ended = self.correct(|child| until(child, Duration::MAX));
                let server = self.server.take().unwrap();
                wait(instant);
                server.kill();
                ended
            }
            Victim::PostgresDuringImport => {
                let main = self.data.postgres_process();
                self.import(|child| kill_meanwhile(child, instant, || kill_all(main)))
            }
            Victim::PostgresDuringEdit => {
                let main = self.data.postgres_process();
                self.correct(|child| kill_meanwhile(child, instant, || kill_all(main)))
            }
        };
        (instant, ended)
    }

    fn begin(&self, arguments: &[&str]) -> std::process::Child {
        self.data.maille(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    fn import(&mut self, strike: impl FnOnce(&mut std::process::Child) -> Ended) -> Ended {
        let next = self.editions.last().unwrap() + 1;
        let file = self.data.file("edition.csv", &edition(next));
        let ended = strike(&mut self.begin(&["import", "csv", &file, "--source", "essai", "--json"]));
        match ended {
            Ended::Accepted => {
                self.editions = BTreeSet::from([next]);
                self.imports_accepted += 1;
            }
            // A database that dies at the commit cannot say whether it was in time.
            Ended::Killed | Ended::Refused => {
                self.editions.insert(next);
                self.imports_perhaps += 1;
            }
        }
        ended
    }

    fn correct(&mut self, strike: impl FnOnce(&mut std::process::Child) -> Ended) -> Ended {
        let number = u32::try_from(self.tried.len()).unwrap();
        let listing = u32::try_from(self.dice.roll(u64::from(LISTINGS))).unwrap();
        let (id, reason) = (format!("t-{listing}"), format!("correction {number}"));
        let phone = format!("01 99 00 {:02} {:02}", number / 100, number % 100);
        let ended = strike(&mut self.begin(&["set", &id, "phone", &phone, "--reason", &reason]));
        self.tried.push(ended);
        let possible = self.corrections.entry(listing).or_default();
        if ended == Ended::Accepted {
            possible.clear();
        }
        possible.insert(number);
        ended
    }

    /// Starts what was killed again, and holds the directory to what was accepted and the index to the directory.
    fn check(&mut self) {
        if self.server.is_none() {
            self.server = Some(self.data.serve(&["serve"]));
        }
        // Held by the test itself while it looks: a server that comes back to its Postgres leaves it for a moment.
        let cluster = self.runtime.block_on(Cluster::start(self.data.path())).unwrap();
        let options = cluster.connect_options();
        let store = self.runtime.block_on(Store::open(std::slice::from_ref(&options))).unwrap();
        let mut connection = self.runtime.block_on(PgConnection::connect_with(&options)).unwrap();
        let mut ask = |query: &'static str| {
            self.runtime.block_on(sqlx::query(query).fetch_all(&mut connection)).unwrap()
        };

        let editions: BTreeSet<u32> =
            ask("select distinct substr(summary, 9)::int from listing where withdrawn_at is null")
                .iter()
                .map(|row| u32::try_from(row.get::<i32, _>(0)).unwrap())
                .collect();
        assert_eq!(editions.len(), 1, "an import is there whole or not at all: {editions:?}");
        assert!(editions.is_subset(&self.editions), "{editions:?} of {:?}", self.editions);
        let runs = ask("select count(*) from run")[0].get::<i64, _>(0);
        assert!((self.imports_accepted..=self.imports_accepted + self.imports_perhaps).contains(&runs));
        (self.editions, self.imports_accepted, self.imports_perhaps) = (editions, runs, 0);

        let mut times: BTreeMap<u32, i64> = BTreeMap::new();
        for row in ask("select substr(reason, 12)::int, count(*) from listing_override group by 1") {
            times.insert(u32::try_from(row.get::<i32, _>(0)).unwrap(), row.get(1));
        }
        for (number, ended) in (0..).zip(&self.tried) {
            let found = times.get(&number).copied().unwrap_or(0);
            assert!(
                found == 1 || (found == 0 && *ended != Ended::Accepted),
                "correction {number}, {ended:?}: {found} times"
            );
        }
        for row in ask(
            "select substr(link.source_id, 3)::int, substr(reason, 12)::int, contact.value, listing_override.value ->> 0
             from listing_override
             join link on link.listing = listing_override.listing
             left join contact on contact.listing = link.listing and contact.kind = 'phone'
             where ended_at is null",
        ) {
            let listing = u32::try_from(row.get::<i32, _>(0)).unwrap();
            let number = u32::try_from(row.get::<i32, _>(1)).unwrap();
            let possible = self.corrections.get_mut(&listing).unwrap();
            assert!(possible.contains(&number), "listing {listing}: correction {number} of {possible:?}");
            *possible = BTreeSet::from([number]);
            assert_eq!(row.get::<Option<String>, _>(2), row.get::<Option<String>, _>(3), "what stands is what is shown");
        }
        twin::wait_until_true(self.server.as_ref().unwrap(), &store, &self.runtime);
        self.runtime.block_on(store.close());
        // Not the last to leave: the server has its Postgres again.
        let server = self.server.as_ref().unwrap();
        wait_until("the server is back", || server.json("/health/ready")["status"] == "ok");
        self.runtime.block_on(cluster.stop()).unwrap();
    }
}

/// Kills a process at an instant, unless it has ended.
fn until(child: &mut std::process::Child, instant: Duration) -> Ended {
    let mut killed = false;
    let id = child.id().to_string();
    let status = at(
        instant,
        || child.wait().unwrap(),
        || {
            killed = true;
            let _ = Command::new("kill").args(["-KILL", &id]).status();
        },
    );
    match (killed, status.success()) {
        (_, true) => Ended::Accepted,
        (true, false) => Ended::Killed,
        (false, false) => Ended::Refused,
    }
}

/// Lets a process go to its end, and kills another one at an instant of it.
fn kill_meanwhile(child: &mut std::process::Child, instant: Duration, kill: impl FnOnce()) -> Ended {
    let begun = Instant::now();
    let mut kill = Some(kill);
    let status = at(instant, || child.wait().unwrap(), || kill.take().into_iter().for_each(|kill| kill()));
    if let Some(kill) = kill {
        wait(instant.saturating_sub(begun.elapsed()));
        kill();
    }
    if status.success() { Ended::Accepted } else { Ended::Refused }
}

/// Waits for an end, and strikes if the instant comes first.
fn at<T: Send>(instant: Duration, end: impl FnOnce() -> T + Send, strike: impl FnOnce()) -> T {
    std::thread::scope(|scope| {
        let (ended, ends) = mpsc::channel();
        let waiting = scope.spawn(move || {
            let outcome = end();
            let _ = ended.send(());
            outcome
        });
        let too_early = instant == Duration::MAX;
        if !too_early && ends.recv_timeout(instant).is_err() {
            strike();
        }
        waiting.join().unwrap()
    })
}

/// The instant itself is the event.
fn wait(instant: Duration) {
    let (_nobody, never) = mpsc::channel::<()>();
    let _ = never.recv_timeout(instant);
}
