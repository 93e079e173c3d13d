//! What the handlers share. There is no store in it: "search answers while Postgres is down" is a fact of the types.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use maille_domain::clock::Clock;
use maille_domain::request::{PlaceAsked, Request, Total};
use maille_index::Node;
use maille_territory::PlaceKind;

use crate::error::Error;
use crate::health::Health;
use crate::metrics::Metrics;

/// What the handlers share; cheap to clone.
#[derive(Clone)]
pub struct WebState {
    pub(crate) node: Node,
    clock: Arc<dyn Clock>,
    pub(crate) health: Arc<Health>,
    pub(crate) metrics: Metrics,
    pub(crate) demo: bool,
    pub(crate) base_url: Option<Arc<str>>,
    pub(crate) territory: Option<Arc<str>>,
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
            territory: None,
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

    /// The name of the territory this directory covers, under the question of the first page.
    #[must_use]
    pub fn territory(mut self, territory: Option<String>) -> WebState {
        self.territory = territory.map(Arc::from);
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

    /// The name of a coordination territory of the directory; its code when nothing names it.
    pub(crate) fn territory_name(node: &Node, code: &str, now: DateTime<Utc>) -> String {
        let place = Some(PlaceAsked::Known(PlaceKind::Territory, code.to_owned()));
        let request =
            Request { place, limit: 1, facets: false, total: Total::Estimate, ..Request::default() };
        let name = node.search(&request, now).ok().and_then(|answer| answer.interpretation.place);
        name.map_or_else(|| code.to_owned(), |understood| understood.place.name)
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
