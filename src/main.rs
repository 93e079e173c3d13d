//! The `maille` command: configuration, subcommands, wiring. Nothing else.

mod cli;
mod commands;
mod database;
mod demo;
mod follower;
mod inbox;
mod log;
mod misuse;
mod post;
mod progress;
mod scheduler;
mod sentence;
mod theme;

use std::process::ExitCode;

use clap::Parser;

/// An answer is many small texts: the system's allocator shows in every profile of a search.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What a command that is misused ends with.
const MISUSED: u8 = 2;

fn main() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => match misuse::told(&error) {
            Some(told) => {
                eprintln!("{told}");
                return ExitCode::from(MISUSED);
            }
            None => error.exit(),
        },
    };
    let form = cli.settings.log;
    log::begin(form);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            log::failure(form, &format!("le système refuse de lancer le programme : {error}"));
            return ExitCode::FAILURE;
        }
    };
    let ended = runtime.block_on(commands::run(cli));
    // A question that nobody waits for any more must not hold the end up.
    runtime.shutdown_timeout(commands::serve::PATIENCE);
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::failure(form, &sentence::sentence(&error));
            ExitCode::FAILURE
        }
    }
}
