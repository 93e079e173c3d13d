//! A progress bar on a terminal; nothing elsewhere.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use maille_importers::pipeline::Progress;

/// The bar of one import, on standard error.
pub struct Bar(ProgressBar);

impl Bar {
    /// A bar, hidden when standard error is not a terminal.
    pub fn new() -> Bar {
        let bar = ProgressBar::new_spinner();
        if !std::io::stderr().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        Bar(bar)
    }
}

impl Progress for Bar {
    fn step(&mut self, name: &'static str, total: Option<u64>) {
        let template =
            if total.is_some() { "{msg:12} {bar:40} {percent:>3} %" } else { "{msg:12} {spinner}" };
        self.0.set_length(total.unwrap_or(0));
        self.0.set_position(0);
        self.0.set_style(
            ProgressStyle::with_template(template).expect("the two templates above are well formed"),
        );
        self.0.set_message(name);
        self.0.tick();
    }

    fn at(&mut self, done: u64) {
        self.0.set_position(done);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
