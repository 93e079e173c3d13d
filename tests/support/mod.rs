//! The real program in a data directory of its own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use serde_json::Value;

mod dice;
pub mod mail;
pub mod postgres;
pub mod team;
pub mod twin;

pub use dice::{Dice, asked_for};

/// Longest that anything here may take: far beyond what it does take, so that a slow machine is not a failure.
pub const PATIENCE: Duration = Duration::from_mins(2);

/// What [`TWO_TEAMS`] answer to.
pub const TEAMS_OF_BAGNEUX: &str = "/api/v1/search?q=equipe+mobile&commune=92007";
/// The counts of a report: read, created, updated, unchanged, withdrawn, rejected.
pub fn counts(report: &Value) -> [u64; 6] {
    ["read", "created", "updated", "unchanged", "withdrawn", "rejected"]
        .map(|count| report[count].as_u64().unwrap())
}

/// A data directory that goes away with its owner.
pub struct DataDirectory {
    path: PathBuf,
    database_url: Option<String>,
}

impl DataDirectory {
    /// One with a private Postgres.
    pub fn new() -> DataDirectory {
        DataDirectory { path: folder(), database_url: None }
    }

    /// One on this Postgres.
    pub fn on(database_url: impl Into<String>) -> DataDirectory {
        DataDirectory { path: folder(), database_url: Some(database_url.into()) }
    }

    /// Where the directory is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The program on this data directory.
    pub fn maille(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_maille"));
        command.arg("--data-dir").arg(&self.path).args(arguments).env_remove("DATABASE_URL");
        command.envs(self.database_url.iter().map(|url| ("DATABASE_URL", url)));
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.maille(arguments).output().unwrap()
    }

    /// Runs the program to its end, which must be good, and reads the one document it printed.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
            panic!("{arguments:?}: {error}: {}", String::from_utf8_lossy(&output.stdout))
        })
    }

    /// Writes a file in the directory and gives its path.
    pub fn file(&self, name: &str, content: &str) -> String {
        let path = self.path.join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Starts the server and waits until it answers searches.
    pub fn serve(&self, arguments: &[&str]) -> Server {
        let server = Server::start(self.maille(arguments));
        server.wait_until_ready();
        server
    }

    /// Stops the private Postgres behind everybody's back.
    pub fn stop_postgres(&self) {
        let pid = self.postgres_process().to_string();
        // SIGINT is Postgres's fast shutdown.
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        let gone = Path::new("/proc").join(&pid);
        wait_until("Postgres is gone", || !gone.exists());
    }

    /// The main process of the private Postgres; 0 while none is recorded.
    pub fn postgres_process(&self) -> u32 {
        let text = std::fs::read_to_string(self.cluster().join("postmaster.pid")).unwrap_or_default();
        text.lines().next().and_then(|line| line.trim().parse().ok()).unwrap_or(0)
    }

    /// Whether the private Postgres runs.
    pub fn has_postgres(&self) -> bool {
        self.postgres_process() != 0
    }

    /// Where the private Postgres lives.
    pub fn cluster(&self) -> PathBuf {
        fn find(folder: &Path) -> Option<PathBuf> {
            if folder.join("PG_VERSION").exists() {
                return Some(folder.to_owned());
            }
            std::fs::read_dir(folder)
                .ok()?
                .flatten()
                .filter(|entry| entry.path().is_dir())
                .find_map(|entry| find(&entry.path()))
        }
        find(&self.path).expect("a cluster lives in the data directory")
    }
}

impl Drop for DataDirectory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// A running server.
pub struct Server {
    child: Child,
    pub address: String,
    log: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Starts this command, which serves, and waits until it listens.
    pub fn start(mut command: Command) -> Server {
        command.args(["--listen", "127.0.0.1:0"]).stderr(Stdio::piped()).stdout(Stdio::null());
        let mut child = command.spawn().unwrap();
        let (said, listening) = mpsc::channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let log = Arc::new(Mutex::new(Vec::new()));
        let lines = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                eprintln!("    {line}");
                if let Some((_, rest)) = line.split_once("maille répond sur ") {
                    let address = rest.split('"').next().unwrap_or_default();
                    let _ = said.send(address.trim().to_owned());
                }
                lines.lock().unwrap().push(line);
            }
        });
        let address = listening.recv_timeout(PATIENCE).expect("the server says where it listens");
        Server { child, address, log }
    }

    /// What it has logged, line by line.
    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    pub fn wait_until_logged(&self, words: &str) {
        wait_until(words, || self.log().iter().any(|line| line.contains(words)));
    }

    /// Sends it a signal (`TERM`).
    pub fn signal(&self, name: &str) {
        let process = self.child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &process]).status().unwrap().success());
    }

    /// Waits for its end.
    pub fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks; the status and the text.
    pub fn get(&self, path: &str) -> (u16, String) {
        let agent: ureq::Agent =
            ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build().into();
        let mut response = agent.get(format!("{}{path}", self.address)).call().unwrap();
        (response.status().as_u16(), response.body_mut().read_to_string().unwrap())
    }

    /// Asks for JSON that must be there.
    pub fn json(&self, path: &str) -> Value {
        let (status, text) = self.get(path);
        assert_eq!(status, 200, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    pub fn wait_until_ready(&self) {
        wait_until("the server is ready", || self.get("/health/ready").0 == 200);
    }

    /// Waits until the search of `path` finds this name, and says how long it took.
    pub fn wait_until_found(&self, path: &str, name: &str) -> Duration {
        let started = Instant::now();
        wait_until(name, || {
            self.json(path)["hits"].as_array().unwrap().iter().any(|hit| hit["name"] == name)
        });
        started.elapsed()
    }

    /// Kills without warning.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks politely, and waits for the end.
    pub fn stop(mut self) -> bool {
        self.terminate()
    }

    fn terminate(&mut self) -> bool {
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        self.child.wait().is_ok_and(|status| status.success())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.terminate();
        }
    }
}

/// Asks without rest while something happens; every answer must be right.
pub fn under_load(server: &Server, happens: impl FnOnce()) {
    let (over, answered) = (AtomicBool::new(false), AtomicU32::new(0));
    std::thread::scope(|scope| {
        let asking = || {
            while !over.load(Ordering::Relaxed) {
                let answer = server.json(TEAMS_OF_BAGNEUX);
                assert_eq!(answer["answered"], true, "{answer}");
                assert_eq!(server.get("/recherche?q=equipe+mobile&commune=92007").0, 200);
                answered.fetch_add(2, Ordering::Relaxed);
            }
        };
        let askers = [scope.spawn(asking), scope.spawn(asking)];
        happens();
        over.store(true, Ordering::Relaxed);
        for asker in askers {
            asker.join().expect("no search fails");
        }
    });
    println!("{} searches, none failed", answered.into_inner());
}

/// Kills every process of a Postgres at once: the main one first, which would start others in place of those killed.
pub fn kill_all(main: u32) {
    assert_ne!(main, 0, "no Postgres runs: 0 would be this very process");
    let processes = std::iter::once(main).chain(children(main)).map(|process| process.to_string());
    let _ = Command::new("kill").arg("-KILL").args(processes).stderr(Stdio::null()).status();
}

/// A new folder, anybody may enter.
pub fn folder() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("maille-test-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let path = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&path).unwrap();
    path
}

/// The processes whose parent is this one.
fn children(parent: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let processes = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    processes.filter(|process| parent_of(*process) == Some(parent)).collect()
}

fn parent_of(process: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name, in brackets, may hold anything.
    stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}

/// Looks until it is so.
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "in vain: {what}");
        // Who asks without rest takes the time of whom it waits for.
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

/// A file or a folder of `../shared/samples`, where it is: tests of real files are skipped elsewhere, and fail in CI.
pub fn shared(name: &str) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples").join(name);
    if path.exists() {
        return Some(path.to_str().unwrap().to_owned());
    }
    assert!(std::env::var_os("CI").is_none(), "{} is missing", path.display());
    println!("1 skipped: no ../shared");
    None
}

/// A spreadsheet of two teams.
pub const TWO_TEAMS: &str = "\
id,name,category,phone,commune,coverage,modes,verified_on
emg-1,Équipe mobile de gériatrie des Coteaux,emg,01 99 00 00 01,92007,commune:92007 | commune:92002,domicile,2026-10-01
emg-2,Équipe mobile de gériatrie du Nord,emg,01 99 00 00 02,92050,commune:92050,domicile,2026-10-01
";
