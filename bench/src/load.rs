//! Asking over HTTP, with wrk.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tokio::process::Command;

/// Seconds of a measure.
pub const SECONDS: u64 = 3;
/// Seconds before it, not counted.
const WARM_UP: u64 = 1;

/// How long answers took, and how many there were.
#[derive(Debug, Clone, Copy, Default)]
pub struct Figures {
    /// Half of the answers took less, in milliseconds.
    pub p50: f64,
    /// All but five in a hundred.
    pub p95: f64,
    /// All but one in a hundred.
    pub p99: f64,
    /// Answers a second.
    pub per_second: f64,
}

impl Figures {
    /// Of these times in milliseconds, in a number of seconds.
    pub fn of(mut times: Vec<f64>, seconds: f64) -> Figures {
        times.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let position = ((times.len() as f64 * share).ceil() as usize).clamp(1, times.len().max(1));
            times.get(position - 1).copied().unwrap_or_default()
        };
        Figures { p50: at(0.50), p95: at(0.95), p99: at(0.99), per_second: times.len() as f64 / seconds }
    }
}

/// Asks these paths in turn over so many connections.
pub async fn wrk(folder: &Path, address: &str, paths: &[String], connections: usize) -> Result<Figures> {
    let script = folder.join("paths.lua");
    std::fs::write(&script, lua(paths))?;
    run(address, &script, connections, WARM_UP).await?;
    run(address, &script, connections, SECONDS).await
}

fn lua(paths: &[String]) -> String {
    let mut script = "local paths = {\n".to_owned();
    for path in paths {
        let _ = writeln!(script, "  {path:?},");
    }
    script.push_str(
        r#"}
local at = 0
function request()
  at = at % #paths + 1
  return wrk.format("GET", paths[at])
end
function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format(
    '\n{"p50":%f,"p95":%f,"p99":%f,"per_second":%f,"failed":%d}\n',
    latency:percentile(50) / 1000, latency:percentile(95) / 1000, latency:percentile(99) / 1000,
    summary.requests / summary.duration * 1000000, failed))
end
"#,
    );
    script
}

async fn run(address: &str, script: &Path, connections: usize, seconds: u64) -> Result<Figures> {
    let output = Command::new("wrk")
        .args(["--threads", "1", "--connections", &connections.to_string()])
        .args(["--duration", &format!("{seconds}s"), "--script"])
        .arg(script)
        .arg(format!("http://{address}"))
        .output()
        .await
        .context("wrk did not start: scripts/setup bench")?;
    let text = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "wrk failed: {text}{}", String::from_utf8_lossy(&output.stderr));
    let line = text.lines().rfind(|line| line.starts_with('{')).context("wrk printed no figures")?;
    let figures: Value = serde_json::from_str(line)?;
    ensure!(figures["failed"] == 0, "{address} failed {} times", figures["failed"]);
    let figure = |name: &str| figures[name].as_f64().with_context(|| format!("wrk gave no {name}"));
    Ok(Figures {
        p50: figure("p50")?,
        p95: figure("p95")?,
        p99: figure("p99")?,
        per_second: figure("per_second")?,
    })
}
