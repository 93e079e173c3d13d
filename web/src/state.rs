//! What the handlers share. None of those that read the directory sees the store: "search answers while Postgres is down" is a
//! fact of the types.

use std::sync::Arc;

use axum::extract::FromRef;
use chrono::{DateTime, NaiveDate, Utc};
use maille_domain::clock::Clock;
use maille_index::Node;
use tokio::sync::Semaphore;

use crate::error::Error;
use crate::health::Health;
use crate::inbox::Writing;
use crate::metrics::Metrics;
use crate::signed::Curation;
use crate::theme::{Livery, Theme};

/// How many questions are asked at once, for each core; the others wait.
const QUESTIONS_PER_CORE: usize = 8;

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
    questions: Arc<Semaphore>,
    // Private: only a handler that asks for `State<Writing>` has it.
    writing: Writing,
    // Private: only a handler of whoever is logged in has it.
    curation: Curation,
}

impl WebState {
    /// Answers from `node`; `health` is written by the command.
    pub fn new(node: Node, clock: Arc<dyn Clock>, health: Arc<Health>) -> WebState {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        WebState {
            node,
            questions: Arc::new(Semaphore::new(cores * QUESTIONS_PER_CORE)),
            clock,
            health,
            metrics: Metrics::new(),
            demo: false,
            base_url: None,
            livery: Arc::new(Livery::of(&Theme::default())),
            theme: Arc::new(Theme::default()),
            writing: Writing::nowhere(),
            curation: Curation::nowhere(),
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

    /// What the team curates; nothing until it is said.
    #[must_use]
    pub fn curation(mut self, curation: Curation) -> WebState {
        self.curation = curation;
        self
    }

    /// Whether people reach this server over TLS alone.
    pub(crate) fn is_secure(&self) -> bool {
        self.base_url.as_ref().is_some_and(|url| url.starts_with("https:"))
    }

    /// The measures of this server, for those who know what the handlers do not.
    pub fn metrics(&self) -> Metrics {
        self.metrics.clone()
    }

    /// The present instant.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The present day, in Paris.
    pub fn today(&self) -> NaiveDate {
        self.clock.today()
    }

    /// Asks the index away from the threads that serve connections: a costly question must not hold the others up,
    /// and a panic ends this request alone; the hook of the command has logged where it was.
    pub async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Node) -> T + Send + 'static,
    ) -> Result<T, Error> {
        // It outlives a client that leaves: what is given back is given back by the thread that answers.
        let permit = Arc::clone(&self.questions).acquire_owned().await.map_err(|_| Error::Internal)?;
        let node = self.node.clone();
        let span = tracing::Span::current();
        let answering = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            span.in_scope(|| question(&node))
        });
        answering.await.map_err(|_| Error::Internal)
    }
}

impl FromRef<WebState> for Writing {
    fn from_ref(state: &WebState) -> Writing {
        state.writing.clone()
    }
}

impl FromRef<WebState> for Curation {
    fn from_ref(state: &WebState) -> Curation {
        state.curation.clone()
    }
}
