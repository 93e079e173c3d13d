//! One file per subcommand.

mod account;
mod conflicts;
mod duplicates;
mod evaluate;
mod evaluate_matching;
mod export;
mod field;
mod generate;
mod history;
mod import;
mod pair;
mod precedence;
mod reindex;
mod report;
mod reports;
mod runs;
mod search;
pub mod serve;
mod set;
mod settle;
mod sources;
mod typed;
mod undo;
mod unset;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use maille_domain::hours::time_zone;
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
        Command::EvaluateMatching(options) => evaluate_matching::run(options).await,
        Command::Search(options) => search::run(&settings, options, search::Asked::Search).await,
        Command::Suggest(options) => search::run(&settings, options, search::Asked::Suggest).await,
        Command::Set(options) => set::run(&settings, options).await,
        Command::Unset(options) => unset::run(&settings, options).await,
        Command::Conflicts(json) => conflicts::run(&settings, json).await,
        Command::Settle(options) => settle::run(&settings, options).await,
        Command::Duplicates(options) => duplicates::run(&settings, options).await,
        Command::Link(options) => pair::run(&settings, options, pair::Decided::Same).await,
        Command::Unlink(options) => pair::run(&settings, options, pair::Decided::Apart).await,
        Command::History(options) => history::run(&settings, options).await,
        Command::Undo(options) => undo::run(&settings, options).await,
        Command::Sources(options) => sources::run(&settings, options).await,
        Command::Precedence(options) => precedence::run(&settings, options).await,
        Command::Account(options) => account::run(&settings, options).await,
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

/// The day of an instant, where the directory's day begins.
fn day(at: DateTime<Utc>) -> String {
    at.with_timezone(&time_zone(None)).format("%Y-%m-%d").to_string()
}
