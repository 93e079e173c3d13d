//! The log: a sentence in French and dotted fields, on standard error. `RUST_LOG` says how much.
//!
//! Never in it, whatever `RUST_LOG` says (`docs/exploitation.md` promises it, `tests/operators.rs` searches a server and
//! reads its log): what is searched, or anything else of an address's query; the address, browser or account of who asks;
//! the values of a listing, the author of a correction and the reason given; a password.

use std::io::IsTerminal;
use std::panic::PanicHookInfo;

use clap::ValueEnum;
use tracing::{error, warn};
use tracing_subscriber::EnvFilter;

/// What is said when `RUST_LOG` does not choose.
const USUAL: &str = "info,sqlx=warn,tantivy=warn";

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// Lines for people.
    Text,
    /// A JSON object a line, for programs.
    Json,
}

/// Begins the log of this process.
pub fn begin(form: Form) {
    let asked = std::env::var("RUST_LOG").unwrap_or_default();
    let filter = EnvFilter::builder().parse(if asked.is_empty() { USUAL } else { &asked });
    let unreadable = filter.as_ref().err().map(ToString::to_string);
    let filter = filter.unwrap_or_else(|_| EnvFilter::new(USUAL));
    // It would write the address of every request, whatever was typed in it.
    let silent = "tower_http::csrf=off".parse().expect("a target and a level");
    let filter = filter.add_directive(silent);
    let log =
        tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(filter).with_target(false);
    match form {
        Form::Text => log.with_ansi(std::io::stderr().is_terminal()).init(),
        Form::Json => log.json().flatten_event(true).with_span_list(false).init(),
    }
    std::panic::set_hook(Box::new(say_panic));
    if let Some(reason) = unreadable {
        warn!(
            log.filter = asked,
            error.message = reason,
            "RUST_LOG est illisible, le niveau habituel est gardé"
        );
    }
}

/// Says why the command failed.
pub fn failure(form: Form, sentence: &str) {
    match form {
        Form::Text => eprintln!("maille : {sentence}"),
        Form::Json => error!("{sentence}"),
    }
}

/// Where it was, and not the message: that one may quote what was being searched.
fn say_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    error!(
        panic.location = place,
        "défaut du programme : ce qui était en cours est abandonné, le reste continue"
    );
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_panic_says_where_and_not_what_was_asked() {
        let written = Written::default();
        let writer = written.clone();
        let log = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(say_panic));
        let failed = tracing::subscriber::with_default(log, || {
            std::panic::catch_unwind(|| panic!("no boundary in « vertiges de Mme M. »"))
        });
        std::panic::set_hook(before);
        assert!(failed.is_err());
        let said = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        assert!(said.contains("défaut du programme") && said.contains("src/log.rs:"), "{said}");
        assert!(!said.contains("vertiges"), "{said}");
    }
}
