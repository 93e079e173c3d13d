//! The machine: what it is, what its processes spend, and how much of it others took.

use std::collections::HashMap;
use std::fs;
use std::time::Instant;

use anyhow::{Context, Result};

/// Ticks of a second in `/proc` (USER_HZ, the same on every Linux).
const TICKS: f64 = 100.0;

/// `2 × AMD EPYC, 23 GB`.
pub fn description() -> Result<String> {
    let cpu = fs::read_to_string("/proc/cpuinfo")?;
    let memory = fs::read_to_string("/proc/meminfo")?;
    let value = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let model = value(&cpu, "model name").unwrap_or_else(|| "processeur inconnu".to_owned());
    let memory = value(&memory, "MemTotal").unwrap_or_default();
    let kilobytes: f64 = memory.trim_end_matches(" kB").parse().unwrap_or_default();
    Ok(format!("{} cœurs {model}, {:.0} Go de mémoire", cores(), kilobytes / 1e6))
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Anonymous memory and resident memory of a process, in megabytes.
pub fn memory(process: u32) -> Result<(f64, f64)> {
    let text = fs::read_to_string(format!("/proc/{process}/smaps_rollup"))?;
    let megabytes = |name: &str| -> Option<f64> {
        let line = text.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse::<f64>().ok().map(|kilobytes| kilobytes / 1e3)
    };
    let both = megabytes("Anonymous:").zip(megabytes("Rss:"));
    both.context("smaps_rollup names the anonymous and the resident memory")
}

/// The processes that a measure is made with: these and all that they started.
#[derive(Debug, Clone)]
pub struct Ours(Vec<u32>);

impl Ours {
    /// This process, whatever else its parent runs for it, and the servers that detached themselves.
    pub fn with(servers: &[u32]) -> Ours {
        let mut roots = vec![std::os::unix::process::parent_id()];
        roots.extend(servers);
        Ours(roots)
    }

    /// One process and what it started.
    pub fn only(process: u32) -> Ours {
        Ours(vec![process])
    }

    /// Seconds of processor spent so far, those of ended children included.
    pub fn seconds(&self) -> Result<f64> {
        let processes = processes()?;
        let ours = |mut process: u32| {
            while process > 1 {
                if self.0.contains(&process) {
                    return true;
                }
                process = processes.get(&process).map_or(0, |known| known.parent);
            }
            false
        };
        Ok(processes.iter().filter(|(id, _)| ours(**id)).map(|(_, process)| process.seconds).sum())
    }

    /// Begins to watch.
    pub fn watch(&self) -> Result<Watch> {
        Ok(Watch { ours: self.clone(), began: Instant::now(), busy: busy()?, spent: self.seconds()? })
    }
}

/// What happens on the machine from one moment on.
pub struct Watch {
    ours: Ours,
    began: Instant,
    busy: f64,
    spent: f64,
}

/// What was spent while something was watched.
#[derive(Debug, Clone, Copy)]
pub struct Spent {
    /// By the clock, in seconds.
    pub wall: f64,
    /// Of processors, by our processes, in seconds.
    pub cpu: f64,
    /// Share of the machine that others took, of 1.
    pub others: f64,
}

impl Watch {
    pub fn end(self) -> Result<Spent> {
        let wall = self.began.elapsed().as_secs_f64();
        let cpu = self.ours.seconds()? - self.spent;
        let others = (busy()? - self.busy - cpu) / (wall * cores() as f64);
        Ok(Spent { wall, cpu, others: others.clamp(0.0, 1.0) })
    }
}

/// Seconds that all processors were busy, or taken away by the host, since the machine started.
fn busy() -> Result<f64> {
    let text = fs::read_to_string("/proc/stat")?;
    let line = text.lines().next().context("/proc/stat begins with all processors")?;
    let ticks: Vec<f64> = line.split_whitespace().skip(1).filter_map(|ticks| ticks.parse().ok()).collect();
    // user nice system idle iowait irq softirq steal; guests are counted in user.
    let busy = [0, 1, 2, 5, 6, 7].iter().filter_map(|&at| ticks.get(at)).sum::<f64>();
    Ok(busy / TICKS)
}

struct Process {
    parent: u32,
    seconds: f64,
}

fn processes() -> Result<HashMap<u32, Process>> {
    let mut processes = HashMap::new();
    for entry in fs::read_dir("/proc")?.flatten() {
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        // It may have ended since.
        let Ok(text) = fs::read_to_string(entry.path().join("stat")) else { continue };
        let Some((_, rest)) = text.rsplit_once(") ") else { continue };
        let fields: Vec<&str> = rest.split(' ').collect();
        // From the state on: 1 is the parent, 11 to 14 are user, system, and those of ended children.
        let ticks = |at: usize| fields.get(at).and_then(|ticks| ticks.parse::<f64>().ok()).unwrap_or(0.0);
        let seconds = (11..=14).map(ticks).sum::<f64>() / TICKS;
        processes.insert(id, Process { parent: ticks(1) as u32, seconds });
    }
    Ok(processes)
}
