//! The real program in a data directory of its own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Longest that anything here may take: far beyond what it does take, so that a slow machine is not a failure.
pub const PATIENCE: Duration = Duration::from_mins(2);

/// A data directory that goes away with its owner.
pub struct DataDirectory(PathBuf);

impl DataDirectory {
    pub fn new() -> DataDirectory {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("maille-test-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        DataDirectory(path)
    }

    /// The program on this data directory.
    pub fn maille(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_maille"));
        command.arg("--data-dir").arg(&self.0).args(arguments).env_remove("DATABASE_URL");
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
        let path = self.0.join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Where the directory is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Starts the server and waits until it listens.
    pub fn serve(&self, arguments: &[&str]) -> Server {
        Server::start(self.maille(arguments))
    }

    /// Whether the private Postgres runs.
    pub fn has_postgres(&self) -> bool {
        self.find_cluster().is_some()
    }

    /// Stops the private Postgres behind everybody's back.
    pub fn stop_postgres(&self) {
        let pid = std::fs::read_to_string(self.cluster().join("postmaster.pid")).unwrap();
        let pid = pid.lines().next().unwrap().to_owned();
        // SIGINT is Postgres's fast shutdown.
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        let gone = Path::new("/proc").join(&pid);
        wait_until("Postgres is gone", || !gone.exists());
    }

    fn cluster(&self) -> PathBuf {
        self.find_cluster().expect("a cluster runs in the data directory")
    }

    fn find_cluster(&self) -> Option<PathBuf> {
        fn find(folder: &Path) -> Option<PathBuf> {
            if folder.join("postmaster.pid").exists() {
                return Some(folder.to_owned());
            }
            std::fs::read_dir(folder)
                .ok()?
                .flatten()
                .filter(|entry| entry.path().is_dir())
                .find_map(|entry| find(&entry.path()))
        }
        find(&self.0)
    }
}

impl Drop for DataDirectory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
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

/// Looks until it is so.
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "in vain: {what}");
        std::thread::yield_now();
    }
}

/// A spreadsheet of two teams.
pub const TWO_TEAMS: &str = "\
id,name,category,phone,commune,coverage,modes,verified_on
emg-1,Équipe mobile de gériatrie des Coteaux,emg,01 99 00 00 01,92007,commune:92007 | commune:92002,domicile,2026-10-01
emg-2,Équipe mobile de gériatrie du Nord,emg,01 99 00 00 02,92050,commune:92050,domicile,2026-10-01
";
