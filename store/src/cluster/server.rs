//! The server itself: make its files, start it, stop it, see whether it is there.

use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::binaries::Binaries;
use super::error::ClusterError;
use super::folder::Folder;

/// The superuser, so that nothing depends on the name of the account that runs maille.
pub(super) const USER: &str = "maille";
/// The number in the socket's name; the server listens on no port.
pub(super) const PORT: u16 = 5432;

/// Longest wait for a start (which may have a crash to recover from) or a stop, in seconds, as `pg_ctl` takes it.
const PATIENCE: &str = "300";
/// A log longer than this is set aside when the server starts.
const LONG_LOG: u64 = 10_000_000;
/// Lines of output or log shown in an error.
const TAIL: usize = 15;

/// What is seen of a server in the list of processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// Its main process runs.
    Running,
    /// Its main process is dead, and others have not noticed yet.
    Leftovers,
    /// Nothing runs.
    Nothing,
}

/// The server of one folder.
#[derive(Debug, Clone)]
pub(super) struct Server {
    pub(super) folder: Folder,
    binaries: Binaries,
}

impl Server {
    /// Finds the programs for a folder, of the version that made its files, and makes the files the first time.
    pub(super) fn open(folder: Folder, search: &[PathBuf]) -> Result<Self, ClusterError> {
        let data = folder.data();
        let major = match fs::read_to_string(data.join("PG_VERSION")) {
            Ok(version) => version.trim().parse().ok(),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(ClusterError::folder(&data)(error)),
        };
        let binaries = Binaries::find(search, major)?.ok_or_else(|| match major {
            Some(major) => ClusterError::Version { folder: folder.path().to_path_buf(), major },
            None => ClusterError::NoBinaries,
        })?;
        let server = Self { folder, binaries };
        if !data.is_dir() {
            server.initialise(&data)?;
        }
        Ok(server)
    }

    /// Makes the files under another name first: an interruption leaves nothing that looks whole.
    fn initialise(&self, data: &Path) -> Result<(), ClusterError> {
        let folder = self.folder.path();
        for entry in fs::read_dir(folder).map_err(ClusterError::folder(folder))?.flatten() {
            if entry.file_name().to_string_lossy().starts_with("initdb-") {
                fs::remove_dir_all(entry.path()).map_err(ClusterError::folder(&entry.path()))?;
            }
        }
        tracing::info!(folder.path = %folder.display(), "création de la base");
        let draft = format!("initdb-{}", std::process::id());
        let mut command = self.folder.command(self.binaries.program("initdb"));
        command.args(["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]);
        command.arg(format!("--username={USER}")).arg("--pgdata").arg(&draft);
        run(command, None)?;
        fs::rename(folder.join(draft), data).map_err(ClusterError::folder(data))
    }

    /// Starts the server and waits until it is ready. It outlives this process.
    pub(super) fn start(&self) -> Result<(), ClusterError> {
        self.forget_a_dead_server()?;
        self.folder.make_socket_folder()?;
        self.configure()?;
        let log = self.log();
        if fs::metadata(&log).is_ok_and(|log| log.len() > LONG_LOG) {
            // Failing to set it aside is no reason not to start.
            let _ = fs::rename(&log, log.with_extension("log.1"));
        }
        // Names relative to the folder: pg_ctl hands them to a shell between double quotes.
        let mut command = self.pg_ctl("start");
        command.args(["--wait", "--timeout", PATIENCE, "--log", "server.log"]);
        run(command, Some(&log))
    }

    /// Stops the server, ending its sessions, and waits until it is gone.
    pub(super) fn stop(&self) -> Result<(), ClusterError> {
        // Looked at first, because pg_ctl would signal whatever process bears the number now.
        if self.look()? == Seen::Running {
            let mut command = self.pg_ctl("stop");
            command.args(["--mode", "fast", "--wait", "--timeout", PATIENCE]);
            run(command, Some(&self.log()))?;
        }
        self.folder.remove_socket_folder();
        Ok(())
    }

    /// What runs on this folder's files. The processes are known by the folder they work in, which neither a
    /// recycled number nor a copied or moved folder can confuse.
    pub(super) fn look(&self) -> Result<Seen, ClusterError> {
        const SCRIPT: &str = r#"for p in /proc/[0-9]*; do
            if [ "$p/cwd" -ef data ]; then read -r name <"$p/comm" && [ "$name" = postgres ] && echo "${p#/proc/}"; fi
        done 2>/dev/null; true"#;
        // By the server's own account: in a container root may not look into the processes of others.
        let mut command = self.folder.command("sh");
        command.args(["-c", SCRIPT]);
        let listed = run_for_output(command)?;
        let main = self.recorded_process();
        Ok(if main.is_some_and(|main| listed.lines().any(|line| line == main)) {
            Seen::Running
        } else if listed.is_empty() {
            Seen::Nothing
        } else {
            Seen::Leftovers
        })
    }

    /// Whether a server says it runs here: it may be one that this process cannot see, in another container.
    pub(super) fn is_recorded(&self) -> bool {
        self.recorded_process().is_some()
    }

    fn recorded_process(&self) -> Option<String> {
        let text = fs::read_to_string(self.folder.data().join("postmaster.pid")).ok()?;
        text.lines().next().map(|line| line.trim().to_owned())
    }

    /// Postgres clears the files of a dead server by itself, unless a living process bears its number now.
    fn forget_a_dead_server(&self) -> Result<(), ClusterError> {
        let Some(process) = self.recorded_process() else { return Ok(()) };
        if !Path::new("/proc").join(process).exists() {
            return Ok(());
        }
        let socket = self.folder.socket().join(format!(".s.PGSQL.{PORT}.lock"));
        for file in [self.folder.data().join("postmaster.pid"), socket] {
            match fs::remove_file(&file) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(ClusterError::folder(&file)(error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn configure(&self) -> Result<(), ClusterError> {
        let file = self.folder.data().join("postgresql.conf");
        let text = format!(
            "# Written by maille at every start. Settings of your own: ALTER SYSTEM SET …\n\
             listen_addresses = ''\n\
             port = {PORT}\n\
             unix_socket_directories = '{socket}'\n\
             unix_socket_permissions = 0700\n\
             max_connections = 50\n\
             shared_buffers = 256MB\n\
             # An import is one long burst of writes: pages are written once after it, not every few seconds during it.\n\
             max_wal_size = 2GB\n\
             checkpoint_timeout = 15min\n\
             timezone = 'UTC'\n\
             log_timezone = 'UTC'\n\
             lc_messages = 'C'\n\
             # No value of a row and no request in the log: they are about people.\n\
             log_error_verbosity = terse\n\
             log_min_error_statement = panic\n",
            socket = self.folder.socket().display(),
        );
        fs::write(&file, text).map_err(ClusterError::folder(&file))?;
        self.folder.give(&file)
    }

    /// For a server that started and is there no more.
    pub(super) fn died(&self) -> ClusterError {
        ClusterError::Failed { program: "postgres".to_owned(), tail: tail_of_file(&self.log()) }
    }

    fn pg_ctl(&self, action: &str) -> Command {
        let mut command = self.folder.command(self.binaries.program("pg_ctl"));
        command.args([action, "--pgdata", "data"]);
        command
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("server.log")
    }
}

/// Runs a program to its end; when it fails, shows the end of `log`, or else of what it wrote.
fn run(mut command: Command, log: Option<&Path>) -> Result<(), ClusterError> {
    let program = name_of(&command);
    let output = command
        .stdin(std::process::Stdio::null())
        .output()
        .map_err(|source| ClusterError::Program { program: program.clone(), source })?;
    if output.status.success() {
        return Ok(());
    }
    let mut written = String::from_utf8_lossy(&output.stdout).into_owned();
    written.push_str(&String::from_utf8_lossy(&output.stderr));
    let logged = log.map(tail_of_file).filter(|tail| !tail.is_empty());
    Err(ClusterError::Failed { program, tail: logged.unwrap_or_else(|| tail_of(&written)) })
}

fn run_for_output(mut command: Command) -> Result<String, ClusterError> {
    let program = name_of(&command);
    let output = command.output().map_err(|source| ClusterError::Program { program, source })?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn name_of(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(OsStr::new("?")).to_string_lossy().into_owned();
    match command.get_args().next().map(OsStr::to_string_lossy) {
        Some(action) if name == "pg_ctl" => format!("{name} {action}"),
        _ => name,
    }
}

fn tail_of_file(path: &Path) -> String {
    tail_of(&String::from_utf8_lossy(&fs::read(path).unwrap_or_default()))
}

fn tail_of(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(TAIL)..].join("\n")
}
