//! A Postgres of the test's own, to be stopped, killed, copied and promoted.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A server in a folder of its own, reached by the socket there.
pub struct Postgres {
    folder: PathBuf,
}

impl Postgres {
    /// A new server, started.
    pub fn new() -> Postgres {
        let postgres = Postgres { folder: new_folder() };
        postgres.run(
            "initdb",
            &[
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--username=maille",
                "--no-sync",
                "-D",
                "data",
            ],
        );
        postgres.start();
        postgres.run("createdb", &["--host", postgres.host(), "--username", "maille", "maille"]);
        postgres
    }

    /// A server that copies another one as it goes, started.
    pub fn copy_of(other: &Postgres) -> Postgres {
        let postgres = Postgres { folder: new_folder() };
        postgres.run(
            "pg_basebackup",
            &[
                "--host",
                other.host(),
                "--username",
                "maille",
                "--write-recovery-conf",
                "--checkpoint=fast",
                "--no-sync",
                "-D",
                "data",
            ],
        );
        postgres.start();
        postgres
    }

    fn host(&self) -> &str {
        self.folder.to_str().unwrap()
    }

    /// The address of one server, or of several, in order.
    pub fn address(servers: &[&Postgres]) -> String {
        let hosts: Vec<String> = servers.iter().map(|server| server.host().replace('/', "%2F")).collect();
        format!("postgres://maille@{}/maille", hosts.join(","))
    }

    pub fn start(&self) {
        let options =
            format!("-c listen_addresses= -c unix_socket_directories={} -c max_connections=60", self.host());
        self.run("pg_ctl", &["start", "--wait", "-D", "data", "--log", "log", "--options", &options]);
    }

    /// Ends every session, and waits until it is gone.
    pub fn stop(&self) {
        self.run("pg_ctl", &["stop", "--wait", "--mode", "fast", "-D", "data"]);
    }

    /// Ends as a power cut ends.
    pub fn crash(&self) {
        self.run("pg_ctl", &["stop", "--wait", "--mode", "immediate", "-D", "data"]);
    }

    /// A copy begins to take writes.
    pub fn promote(&self) {
        self.run("pg_ctl", &["promote", "--wait", "-D", "data"]);
    }

    /// Whether it has all that `other` has written.
    pub fn has_all_of(&self, other: &Postgres) -> bool {
        let written = other.ask("select pg_current_wal_lsn()");
        self.ask(&format!("select pg_last_wal_replay_lsn() >= '{written}'")) == "t"
    }

    /// The one value that a query gives.
    pub fn ask(&self, query: &str) -> String {
        let arguments =
            ["--host", self.host(), "--username", "maille", "--tuples-only", "--no-align", "--command"];
        self.run("psql", &[&arguments[..], &[query, "maille"]].concat())
    }

    /// Postgres refuses root.
    fn run(&self, program: &str, arguments: &[&str]) -> String {
        let mut command = as_postgres(&program_of(program));
        // Its output goes to a file: the server that `pg_ctl` starts would hold a pipe open.
        let output = self.folder.join("output");
        let written = std::fs::File::create(&output).unwrap();
        let status = command
            .args(arguments)
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(written.try_clone().unwrap())
            .stderr(written)
            .status()
            .unwrap();
        let output = std::fs::read_to_string(output).unwrap();
        assert!(status.success(), "{program} {arguments:?}: {output}");
        output.trim().to_owned()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if self.folder.join("data/postmaster.pid").exists() {
            self.crash();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn as_postgres(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(program);
    command
}

/// Short, as the address of a socket has to be, and owned by whom the server runs as.
fn new_folder() -> PathBuf {
    let folder = super::folder();
    if is_root() {
        let status = Command::new("chown").arg("postgres:").arg(&folder).status().unwrap();
        assert!(status.success());
    }
    folder
}

pub fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

/// In PATH, or where Debian puts the newest version.
pub fn program_of(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    if let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") {
        let mut versions: Vec<PathBuf> =
            versions.flatten().map(|version| version.path().join("bin")).collect();
        versions.sort();
        folders.extend(versions.into_iter().rev());
    }
    folders
        .iter()
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
        .unwrap_or_else(|| name.into())
}
