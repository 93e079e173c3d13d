//! Whether the program lives, and whether it answers.

use std::sync::{PoisonError, RwLock};

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::Error;
use crate::state::WebState;

/// What the command knows of its own state; it writes, `/health/ready` and the pages read.
#[derive(Debug, Default)]
pub struct Health(RwLock<Known>);

#[derive(Debug, Default, Clone)]
struct Known {
    index: bool,
    /// Why the index does not follow the directory any more, although it answers.
    index_trouble: Option<&'static str>,
    demo_loading: bool,
    postgres: Option<Result<(), String>>,
}

impl Health {
    /// Nothing is known yet: not ready.
    pub fn new() -> Health {
        Health::default()
    }

    /// Whether there is an index to search in.
    pub fn set_index(&self, searchable: bool) {
        self.write(|known| known.index = searchable);
    }

    /// Why the index cannot be written, when it cannot: a word that the whole world may read (`disk_full`, `read_only`). It
    /// goes on answering from its last commit.
    pub fn set_index_trouble(&self, trouble: Option<&'static str>) {
        self.write(|known| known.index_trouble = trouble);
    }

    /// Whether the demonstration is still being loaded.
    pub fn set_demo_loading(&self, loading: bool) {
        self.write(|known| known.demo_loading = loading);
    }

    /// Whether Postgres answers, and why not: a word that the whole world may read (`unreachable` when absent).
    pub fn set_postgres(&self, answers: bool, reason: Option<String>) {
        let found = if answers { Ok(()) } else { Err(reason.unwrap_or_else(|| "unreachable".to_owned())) };
        self.write(|known| known.postgres = Some(found));
    }

    /// Whether a search is answered.
    pub fn ready(&self) -> bool {
        let known = self.read();
        known.index && !known.demo_loading
    }

    fn write(&self, change: impl FnOnce(&mut Known)) {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }

    fn read(&self) -> Known {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn report(&self) -> Ready {
        let known = self.read();
        let index = match (known.index, known.demo_loading) {
            (_, true) => "loading",
            (true, false) => known.index_trouble.unwrap_or("ok"),
            (false, false) => "absent",
        };
        let postgres = match known.postgres {
            None => "unknown".to_owned(),
            Some(Ok(())) => "ok".to_owned(),
            Some(Err(reason)) => reason,
        };
        let status = if index == "ok" && postgres == "ok" { "ok" } else { "degraded" };
        Ready { status, checks: Checks { index, postgres } }
    }
}

/// Whether the directory answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct Ready {
    /// `ok`, or `degraded` when a check is not `ok`.
    pub status: &'static str,
    /// What was looked at.
    pub checks: Checks,
}

/// What [`Ready`] looked at.
#[derive(Debug, Serialize, ToSchema)]
pub struct Checks {
    /// `ok`, `absent`, `loading`, or why it answers from an old commit: `disk_full`, `read_only`, `not_written`.
    pub index: &'static str,
    /// `ok`, `unknown`, or what is wrong: `unreachable`…
    pub postgres: String,
}

/// `GET /health/live`: the program listens.
#[utoipa::path(get, path = "/health/live", tag = "health", responses((status = 200, description = "It listens")))]
pub async fn live() -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "no-store")], Json(serde_json::json!({ "status": "ok" })))
}

/// `GET /health/ready`: 200 whenever a search is answered, Postgres or not; 503 before.
#[utoipa::path(get, path = "/health/ready", tag = "health", responses(
    (status = 200, description = "Searches are answered", body = Ready),
    (status = 503, description = "Not yet", body = Ready),
))]
pub async fn ready(State(state): State<WebState>) -> impl IntoResponse {
    let status = if state.health.ready() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, [(header::CACHE_CONTROL, "no-store")], Json(state.health.report()))
}

/// Answers [`Error::NotReady`] to what needs the index while there is none.
pub async fn require_ready(
    State(state): State<WebState>,
    request: axum::extract::Request,
    next: Next,
) -> Response {
    if state.health.ready() { next.run(request).await } else { Error::NotReady.into_response() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(health: &Health) -> (bool, &'static str, &'static str, String) {
        let report = health.report();
        (health.ready(), report.status, report.checks.index, report.checks.postgres)
    }

    #[test]
    fn ready_means_that_a_search_is_answered() {
        let health = Health::new();
        assert_eq!(told(&health), (false, "degraded", "absent", "unknown".into()));
        health.set_postgres(true, None);
        health.set_demo_loading(true);
        health.set_index(true);
        assert_eq!(told(&health), (false, "degraded", "loading", "ok".into()));
        health.set_demo_loading(false);
        assert_eq!(told(&health), (true, "ok", "ok", "ok".into()));
        health.set_postgres(false, None);
        assert_eq!(told(&health), (true, "degraded", "ok", "unreachable".into()), "search goes on");
        health.set_postgres(false, Some("read_only".into()));
        assert_eq!(told(&health).3, "read_only");
        health.set_postgres(true, None);
        health.set_index_trouble(Some("disk_full"));
        assert_eq!(told(&health), (true, "degraded", "disk_full", "ok".into()), "search goes on");
        health.set_index_trouble(None);
        assert_eq!(told(&health).1, "ok");
    }
}
