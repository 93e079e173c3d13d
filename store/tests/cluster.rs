//! The private Postgres, for real: servers are made, shared, killed and taken over.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops there")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use maille_store::cluster::{Cluster, ClusterError};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection, Executor, Row};

/// A folder that goes with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        Self::under(&std::env::temp_dir(), 0o755)
    }

    fn under(parent: &Path, mode: u32) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = parent.join(format!("maille-test-{}-{number}", std::process::id()));
        fs::DirBuilder::new().mode(mode).create(&path).unwrap();
        Self(path)
    }

    fn data_dir(&self) -> PathBuf {
        self.0.join("data")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

async fn connect(cluster: &Cluster) -> PgConnection {
    PgConnection::connect_with(&cluster.connect_options()).await.unwrap()
}

/// Writes a row that later starts must find.
async fn remember(cluster: &Cluster) {
    let mut connection = connect(cluster).await;
    connection
        .execute("CREATE TABLE memory (word text); INSERT INTO memory VALUES ('maille')")
        .await
        .unwrap();
    connection.close().await.unwrap();
}

async fn remembered(cluster: &Cluster) -> String {
    connect(cluster).await.fetch_one("SELECT word FROM memory").await.unwrap().get(0)
}

/// The number of the server's main process.
fn process(cluster: &Cluster) -> u32 {
    let text = fs::read_to_string(cluster.folder().join("data/postmaster.pid")).unwrap();
    text.lines().next().unwrap().parse().unwrap()
}

/// Whether a process runs. One that only waits to be buried does not.
fn runs(process: u32) -> bool {
    fs::read_to_string(format!("/proc/{process}/stat"))
        .is_ok_and(|stat| !stat.rsplit_once(") ").is_some_and(|(_, state)| state.starts_with('Z')))
}

/// A stop ends when the server has put everything away; the process then takes a moment to end.
async fn ends(process: u32) -> bool {
    let begin = Instant::now();
    while runs(process) && begin.elapsed() < Duration::from_secs(5) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    !runs(process)
}

fn kill(process: u32) {
    assert!(Command::new("kill").args(["-KILL", &process.to_string()]).status().unwrap().success());
}

fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

#[tokio::test]
async fn a_server_is_made_answers_and_stops() {
    let scratch = Scratch::new();
    let cluster = Cluster::start(&scratch.data_dir()).await.unwrap();
    let server = process(&cluster);

    let options = PgConnectOptions::from_str(&cluster.database_url()).unwrap();
    let mut by_address = PgConnection::connect_with(&options).await.unwrap();
    let facts = "SELECT current_database()::text || ' ' || current_user || ' ' || current_setting('server_encoding') \
                 || ' ' || current_setting('fsync') || ' [' || current_setting('listen_addresses') || ']'";
    let facts: String = by_address.fetch_one(facts).await.unwrap().get(0);
    assert_eq!(facts, "maille maille UTF8 on []");
    let collation: String = by_address
        .fetch_one("SELECT datcollate FROM pg_database WHERE datname = current_database()")
        .await
        .unwrap()
        .get(0);
    assert_eq!(collation, "C.UTF-8");

    for path in [cluster.folder(), &cluster.folder().join("data")] {
        assert_eq!(fs::metadata(path).unwrap().mode() & 0o777, 0o700, "{}", path.display());
    }
    // A session of its own: the terminal's Ctrl-C does not reach it.
    let stat = fs::read_to_string(format!("/proc/{server}/stat")).unwrap();
    let session = stat.rsplit_once(") ").unwrap().1.split(' ').nth(3).unwrap().to_owned();
    assert_eq!(session, server.to_string());

    cluster.stop().await.unwrap();
    assert!(ends(server).await);
}

#[tokio::test]
async fn the_server_stays_while_somebody_uses_it_and_keeps_its_data() {
    let scratch = Scratch::new();
    let first = Cluster::start(&scratch.data_dir()).await.unwrap();
    let server = process(&first);
    let second = Cluster::start(&scratch.data_dir()).await.unwrap();
    assert_eq!(process(&second), server);
    remember(&first).await;

    first.stop().await.unwrap();
    assert_eq!(remembered(&second).await, "maille");
    drop(second);
    assert!(ends(server).await, "dropping the last stops it as well");

    let again = Cluster::start(&scratch.data_dir()).await.unwrap();
    assert_eq!(remembered(&again).await, "maille");
    again.stop().await.unwrap();
}

#[tokio::test]
async fn those_who_arrive_while_others_leave_always_find_a_server() {
    let scratch = Scratch::new();
    let visitors: Vec<_> = (0..3)
        .map(|_| {
            let data_dir = scratch.data_dir();
            tokio::spawn(async move {
                for _ in 0..3 {
                    let cluster = Cluster::start(&data_dir).await.unwrap();
                    let one: i32 = connect(&cluster).await.fetch_one("SELECT 1").await.unwrap().get(0);
                    assert_eq!(one, 1);
                    cluster.stop().await.unwrap();
                }
            })
        })
        .collect();
    for visitor in visitors {
        visitor.await.unwrap();
    }
    assert!(!scratch.data_dir().join("postgres/data/postmaster.pid").exists());
}

#[tokio::test]
async fn a_start_that_is_given_up_leaves_nothing_behind() {
    let scratch = Scratch::new();
    Cluster::start(&scratch.data_dir()).await.unwrap().stop().await.unwrap();

    let data_dir = scratch.data_dir();
    let start = Cluster::start(&data_dir);
    assert!(
        tokio::time::timeout(Duration::from_millis(10), start).await.is_err(),
        "too quick to be given up"
    );
    // Arrives after the one that was given up has left.
    let cluster = Cluster::start(&scratch.data_dir()).await.unwrap();
    let server = process(&cluster);
    cluster.stop().await.unwrap();
    assert!(ends(server).await);
}

#[tokio::test]
async fn a_killed_server_recovers_at_the_next_start() {
    let scratch = Scratch::new();
    let cluster = Cluster::start(&scratch.data_dir()).await.unwrap();
    remember(&cluster).await;
    let server = process(&cluster);
    kill(server);

    // Beside the first, whose server it was, as a command beside `serve`.
    let other = Cluster::start(&scratch.data_dir()).await.unwrap();
    assert_ne!(process(&other), server);
    assert_eq!(remembered(&other).await, "maille");
    assert_eq!(remembered(&cluster).await, "maille", "the first finds it at the same address");
    other.stop().await.unwrap();
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_number_that_another_process_bears_now_is_not_mistaken_for_the_server() {
    let scratch = Scratch::new();
    let cluster = Cluster::start(&scratch.data_dir()).await.unwrap();
    remember(&cluster).await;
    let data = cluster.folder().join("data");
    let note = fs::read_to_string(data.join("postmaster.pid")).unwrap();
    cluster.stop().await.unwrap();

    let ours = std::process::id();
    let rest = note.split_once('\n').unwrap().1;
    fs::write(data.join("postmaster.pid"), format!("{ours}\n{rest}")).unwrap();
    fs::write(scratch.data_dir().join("postgres/.s.PGSQL.5432.lock"), format!("{ours}\n{rest}")).unwrap();
    let cluster = Cluster::start(&scratch.data_dir()).await.unwrap();
    assert_eq!(remembered(&cluster).await, "maille");
    cluster.stop().await.unwrap();
}

/// Plays two roles: the test, and the process it kills, which is this program with one variable more.
#[tokio::test]
async fn a_server_whose_users_were_all_killed_is_taken_over() {
    const ROLE: &str = "MAILLE_TEST_KILLED_USER";
    if let Some(data_dir) = std::env::var_os(ROLE) {
        let cluster = Cluster::start(Path::new(&data_dir)).await.unwrap();
        remember(&cluster).await;
        println!("\nready {}", process(&cluster));
        std::future::pending::<()>().await;
    }

    let scratch = Scratch::new();
    let mut user = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_server_whose_users_were_all_killed_is_taken_over", "--nocapture"])
        .env(ROLE, scratch.data_dir())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(user.stdout.take().unwrap()).lines().map(Result::unwrap);
    let server: u32 = lines.find_map(|line| line.strip_prefix("ready ")?.parse().ok()).unwrap();
    user.kill().unwrap();
    user.wait().unwrap();
    assert!(runs(server), "a killed process stops nothing");

    let cluster = Cluster::start(&scratch.data_dir()).await.unwrap();
    assert_eq!(process(&cluster), server, "taken over, not restarted");
    assert_eq!(remembered(&cluster).await, "maille");
    cluster.stop().await.unwrap();
    assert!(ends(server).await);
}

#[tokio::test]
async fn the_copy_of_a_data_directory_in_use_has_a_server_of_its_own() {
    let scratch = Scratch::new();
    let cluster = Cluster::start(&scratch.data_dir()).await.unwrap();
    remember(&cluster).await;
    connect(&cluster).await.execute("CHECKPOINT").await.unwrap();
    let copy = scratch.0.join("copy");
    assert!(
        Command::new("cp").arg("-a").args([scratch.data_dir(), copy.clone()]).status().unwrap().success()
    );

    let other = Cluster::start(&copy).await.unwrap();
    assert_ne!(process(&other), process(&cluster));
    connect(&other).await.execute("UPDATE memory SET word = 'copie'").await.unwrap();
    assert_eq!(remembered(&cluster).await, "maille");
    other.stop().await.unwrap();
    assert_eq!(remembered(&cluster).await, "maille");
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn long_and_odd_names_work() {
    let scratch = Scratch::new();
    let odd = r#"mes "données" d’été, $HOME `x` \ 100 %"#;
    let data_dir = scratch.0.join(odd).join("x".repeat(120));
    let cluster = Cluster::start(&data_dir).await.unwrap();
    remember(&cluster).await;
    let options = PgConnectOptions::from_str(&cluster.database_url()).unwrap();
    let socket = options.get_socket().unwrap().clone();
    assert!(socket.starts_with("/tmp"));
    assert_eq!(fs::metadata(&socket).unwrap().mode() & 0o777, 0o700);
    assert!(cluster.folder().starts_with(&data_dir), "only the socket is apart");

    let second = Cluster::start(&data_dir).await.unwrap();
    assert_eq!(remembered(&second).await, "maille");
    second.stop().await.unwrap();
    cluster.stop().await.unwrap();
    assert!(!socket.exists());
}

#[tokio::test]
async fn where_the_account_of_postgres_cannot_go_the_server_lives_elsewhere() {
    if !is_root() {
        println!("1 skipped: only root runs Postgres by another account");
        return;
    }
    let scratch = Scratch::under(Path::new("/root"), 0o700);
    let cluster = Cluster::start(&scratch.data_dir()).await.unwrap();
    remember(&cluster).await;
    let home = Scratch(cluster.folder().to_path_buf());
    assert!(home.0.starts_with("/var/lib/maille"), "{}", home.0.display());
    cluster.stop().await.unwrap();

    let moved = scratch.0.join("moved");
    fs::rename(scratch.data_dir(), &moved).unwrap();
    let cluster = Cluster::start(&moved).await.unwrap();
    assert_eq!(remembered(&cluster).await, "maille", "the data directory says where");

    let copy = scratch.0.join("copy");
    assert!(Command::new("cp").arg("-a").args([&moved, &copy]).status().unwrap().success());
    let refused = Cluster::start(&copy).await.unwrap_err();
    assert!(matches!(&refused, ClusterError::Copied { owner, .. } if *owner == moved), "{refused}");
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn what_is_not_installed_is_named() {
    let scratch = Scratch::new();
    let refused =
        Cluster::start_from(&scratch.data_dir(), std::slice::from_ref(&scratch.0)).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "aucun serveur Postgres n’est installé : « apt-get install postgresql », ou DATABASE_URL pour en désigner un"
    );

    let data = scratch.data_dir().join("postgres/data");
    fs::create_dir(&data).unwrap();
    fs::write(data.join("PG_VERSION"), "9\n").unwrap();
    let refused = Cluster::start(&scratch.data_dir()).await.unwrap_err();
    assert!(refused.to_string().ends_with("« apt-get install postgresql-9 »"), "{refused}");
}

#[tokio::test]
async fn a_server_that_cannot_start_says_why() {
    let scratch = Scratch::new();
    let cluster = Cluster::start(&scratch.data_dir()).await.unwrap();
    let settings = cluster.folder().join("data/postgresql.auto.conf");
    cluster.stop().await.unwrap();
    fs::write(settings, "no_such_setting = 1\n").unwrap();

    let begin = Instant::now();
    let refused = Cluster::start(&scratch.data_dir()).await.unwrap_err();
    assert!(refused.to_string().contains("no_such_setting"), "{refused}");
    assert!(begin.elapsed() < Duration::from_secs(25), "waited for a server that could not come");
}

#[tokio::test]
async fn a_data_directory_that_cannot_be_written_is_named() {
    let scratch = Scratch::new();
    let file = scratch.0.join("file");
    fs::write(&file, "").unwrap();
    let refused = Cluster::start(&file.join("data")).await.unwrap_err();
    assert!(refused.to_string().starts_with(&file.join("data").display().to_string()), "{refused}");
}

/// A server on its way down is there one moment and gone the next: whoever looks meanwhile must not take that for a death.
#[tokio::test]
async fn a_server_that_is_stopped_has_not_died_at_any_moment() {
    let scratch = Scratch::new();
    let cluster = Cluster::start(&scratch.data_dir()).await.unwrap();
    let server = process(&cluster);
    // SIGINT is Postgres's fast shutdown.
    assert!(Command::new("kill").args(["-INT", &server.to_string()]).status().unwrap().success());
    while runs(server) {
        assert!(!cluster.has_died().await, "it was stopped");
    }
    assert!(!cluster.has_died().await, "it was stopped");
}
