//! One file per subcommand.

mod conflicts;
mod evaluate;
mod export;
mod generate;
mod import;
mod reindex;
mod report;
mod reports;
mod runs;
mod search;
mod serve;
mod set;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::cli::{Cli, Command};

/// Runs one subcommand to its end.
pub async fn run(cli: Cli) -> Result<()> {
    let settings = cli.settings;
    match cli.command {
        Command::Demo(options) => serve::run(settings, options, serve::Directory::Demo).await,
        Command::Serve(options) => serve::run(settings, options, serve::Directory::Own).await,
        Command::Import(options) => import::run(&settings, options).await,
        Command::Runs(options) => runs::run(&settings, options).await,
        Command::Evaluate(options) => evaluate::run(&settings, options).await,
        Command::Search(options) => search::run(&settings, options, search::Asked::Search).await,
        Command::Suggest(options) => search::run(&settings, options, search::Asked::Suggest).await,
        Command::Set(options) => set::run(&settings, options).await,
        Command::Conflicts(json) => conflicts::run(&settings, json).await,
        Command::Reports(json) => reports::run(&settings, json).await,
        Command::Export(_) => export::run(&settings).await,
        Command::Generate(options) => generate::run(&settings, options).await,
        Command::Reindex(json) => reindex::run(&settings, json).await,
    }
}

/// Writes the result alone on standard output: exactly one document.
fn print_json(document: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(document).context("le résultat ne s’écrit pas en JSON")?;
    print(&text)
}

/// Writes on standard output; a reader that left (`| head`) is no error.
fn print(text: &str) -> Result<()> {
    use std::io::Write;
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(error).context("la sortie standard ne s’écrit pas")
        }
        _ => Ok(()),
    }
}
