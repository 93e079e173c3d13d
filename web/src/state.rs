//! What the handlers share. There is no store in it: "search answers while Postgres is down" is a fact of the types.

use std::sync::Arc;

use axum::extract::FromRef;
use chrono::{DateTime, Utc};
use maille_domain::clock::Clock;
use maille_index::Node;

use crate::error::Error;
use crate::health::Health;
use crate::inbox::Writing;
use crate::metrics::Metrics;
use crate::theme::{Livery, Theme};

/// What the handlers share; cheap to clone.
#[derive(Clone)]
pub struct WebState {
    pub(crate) node: Node,
    clock: Arc<dyn Clock>,
    pub(crate) health: Arc<Health>,
    pub(crate) metrics: Metrics,
    pub(crate) demo: bool,
    pub(crate) base_url: Option<Arc<str>>,
    pub(crate) theme: Arc<Theme>,
    pub(crate) livery: Arc<Livery>,
    // Private: only a handler that asks for `State<Writing>` has it.
    writing: Writing,
}

impl WebState {
    /// Answers from `node`; `health` is written by the command.
    pub fn new(node: Node, clock: Arc<dyn Clock>, health: Arc<Health>) -> WebState {
        WebState {
            node,
            clock,
            health,
            metrics: Metrics::new(),
            demo: false,
            base_url: None,
            livery: Arc::new(Livery::of(&Theme::default())),
            theme: Arc::new(Theme::default()),
            writing: Writing::nowhere(),
        }
    }

    /// Says on every page that the data are for demonstration.
    #[must_use]
    pub fn demo(mut self, demo: bool) -> WebState {
        self.demo = demo;
        self
    }

    /// The address people reach this server at (`MAILLE_BASE_URL`), for the canonical address of each page.
    #[must_use]
    pub fn base_url(mut self, base_url: Option<String>) -> WebState {
        self.base_url = base_url.map(|url| Arc::from(url.trim_end_matches('/')));
        self
    }

    /// Whose site it is.
    #[must_use]
    pub fn theme(mut self, theme: Theme) -> WebState {
        self.livery = Arc::new(Livery::of(&theme));
        self.theme = Arc::new(theme);
        self
    }

    /// Where what people write goes; nowhere until it is said.
    #[must_use]
    pub fn writing(mut self, writing: Writing) -> WebState {
        self.writing = writing;
        self
    }

    /// The measures of this server, for those who know what the handlers do not.
    pub fn metrics(&self) -> Metrics {
        self.metrics.clone()
    }

    /// The present instant.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Asks the index away from the threads that serve connections: a costly question must not hold the others up,
    /// and a panic ends this request alone; the hook of the command has logged where it was.
    pub async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Node) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let node = self.node.clone();
        let span = tracing::Span::current();
        tokio::task::spawn_blocking(move || span.in_scope(|| question(&node)))
            .await
            .map_err(|_| Error::Internal)
    }
}

impl FromRef<WebState> for Writing {
    fn from_ref(state: &WebState) -> Writing {
        state.writing.clone()
    }
}
