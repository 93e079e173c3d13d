//! maille itself: the built program in a data directory of its own, and the node without a server.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use maille_domain::Request;
use maille_domain::clock::{Clock, SystemClock};
use maille_domain::request::{PlaceAsked, Total};
use maille_index::Node;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::load::Figures;
use crate::queries::{Kind, Query};

/// Seconds that each kind of query is asked of the node.
const SECONDS: f64 = 2.0;

/// The program on a data directory.
pub struct Program {
    binary: PathBuf,
    data: PathBuf,
}

impl Program {
    pub fn new(binary: &Path, data: &Path) -> Program {
        Program { binary: binary.to_owned(), data: data.to_owned() }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        // The private database, whatever server this measure has for others.
        command.arg("--data-dir").arg(&self.data).args(arguments).env_remove("DATABASE_URL");
        command
    }

    /// The program.
    pub fn binary(&self) -> &Path {
        &self.binary
    }

    /// Runs it to its end, which must be good: the most memory it held, in megabytes.
    pub async fn peak(&self, arguments: &[&str]) -> Result<f64> {
        let mut process = self.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let status = process.id().map(|id| format!("/proc/{id}/status")).context("maille is running")?;
        let mut peak = 0.0_f64;
        loop {
            // The kernel keeps the high-water mark until the process is gone.
            if let Ok(text) = std::fs::read_to_string(&status)
                && let Some(line) = text.lines().find(|line| line.starts_with("VmHWM:"))
                && let Some(kilobytes) =
                    line.split_whitespace().nth(1).and_then(|number| number.parse::<f64>().ok())
            {
                peak = peak.max(kilobytes / 1e3);
            }
            let ended = tokio::time::timeout(Duration::from_millis(20), process.wait()).await;
            if let Ok(ended) = ended {
                ensure!(ended?.success(), "maille {arguments:?} failed");
                return Ok(peak);
            }
        }
    }

    /// Runs it to its end, which must be good.
    pub async fn run(&self, arguments: &[&str]) -> Result<()> {
        let output = self.command(arguments).output().await.context("maille did not start")?;
        ensure!(
            output.status.success(),
            "maille {arguments:?} failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(())
    }

    /// Starts the server; ready when this returns.
    pub async fn serve(&self) -> Result<Server> {
        let began = Instant::now();
        let mut process = self
            .command(&["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("maille did not start")?;
        let log = process.stderr.take().context("maille logs")?;
        let mut lines = BufReader::new(log).lines();
        while let Some(line) = lines.next_line().await? {
            if let Some((_, address)) = line.split_once("maille répond sur http://") {
                let (address, seconds) = (address.trim().to_owned(), began.elapsed().as_secs_f64());
                // Read on: a server whose log nobody reads stands still.
                tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
                return Ok(Server { process, address, seconds });
            }
        }
        anyhow::bail!("maille ended before it answered")
    }

    pub fn index(&self) -> PathBuf {
        self.data.join("index")
    }
}

/// The server, running.
pub struct Server {
    process: Child,
    pub address: String,
    /// From its start to its first answer.
    pub seconds: f64,
}

impl Server {
    pub fn process(&self) -> Result<u32> {
        self.process.id().context("the server is running")
    }

    pub async fn stop(mut self) -> Result<()> {
        self.process.kill().await.context("the server does not stop")
    }
}

/// The size of a folder, in megabytes.
pub fn megabytes(folder: &Path) -> Result<f64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            bytes += (megabytes(&entry.path())? * 1e6) as u64;
        } else {
            bytes += entry.metadata()?.len();
        }
    }
    Ok(bytes as f64 / 1e6)
}

/// Asks the node itself, on one thread.
pub fn ask(node: &Node, kind: Kind, queries: &[Query]) -> Result<Figures> {
    let now = SystemClock.now();
    let ask = |query: &Query| -> Result<()> {
        if let (Kind::Nearest, Some(commune)) = (kind, query.commune) {
            node.nearest(commune.point, 20)?;
            return Ok(());
        }
        let request = Request {
            text: query.words.clone(),
            place: query.commune.map(|commune| PlaceAsked::Written(commune.code.to_string())),
            facets: kind == Kind::Full,
            total: if kind == Kind::Full { Total::Exact } else { Total::Estimate },
            ..Request::default()
        };
        node.search(&request, now)?;
        Ok(())
    };
    for query in queries {
        ask(query)?;
    }
    let (began, mut times) = (Instant::now(), Vec::new());
    for query in queries.iter().cycle() {
        let asked = Instant::now();
        ask(query)?;
        times.push(asked.elapsed().as_secs_f64() * 1e3);
        if began.elapsed().as_secs_f64() > SECONDS && times.len() >= queries.len() {
            break;
        }
    }
    Ok(Figures::of(times, began.elapsed().as_secs_f64()))
}
