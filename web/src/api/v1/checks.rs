//! `POST /api/v1/listings/{id}/checks`: somebody made sure of a listing, or of one of its fields.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::IntoResponse;
use chrono::NaiveDate;
use maille_domain::{Act, Check, Field, Means};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use crate::api::bearer::Bearer;
use crate::error::{Error, Missing, Problem};
use crate::extract::Json as Sent;
use crate::state::WebState;

/// A check.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Check)]
#[expect(dead_code, reason = "the shape that is published; what is sent is read property by property")]
pub struct MadeCheck {
    /// How: `telephone`, `courriel` or `visite`.
    means: String,
    /// Name of the field; the whole listing without it.
    field: Option<String>,
    /// The day (2026-11-30), within the last year; today without it.
    day: Option<NaiveDate>,
}

/// A check, once it is written.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WrittenCheck)]
pub struct WrittenCheck {
    /// Identifier of the listing (UUID); another than the one asked, when that listing was found to be this one.
    listing: String,
    /// Name of the field; null when it is the whole listing.
    field: Option<&'static str>,
    /// How.
    means: &'static str,
    /// The day.
    day: NaiveDate,
    /// Whether it says something new: not when the same was already written, nor when a later check was.
    new: bool,
}

/// Says that somebody made sure of a listing, or of what one of its fields says now.
#[utoipa::path(
    post,
    path = "/api/v1/listings/{id}/checks",
    tag = "curation",
    security(("token" = [])),
    params(("id" = String, Path, description = "Identifier (UUID) of the listing")),
    request_body = MadeCheck,
    responses(
        (status = 200, description = "The check", body = WrittenCheck),
        (status = 401, description = "No token, or one that opens nothing any more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token, the role or the territory does not allow it", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such listing", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "What was sent cannot be taken; `errors` names each property", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn check(
    State(state): State<WebState>,
    bearer: Bearer,
    id: Result<Path<String>, PathRejection>,
    Sent(sent): Sent,
) -> Result<impl IntoResponse, Error> {
    let id = id.ok().and_then(|Path(id)| id.parse().ok()).ok_or(Error::NotFound(Missing::Listing))?;
    let listing = bearer.listing(id, Act::Verify).await?;
    let mut body = Body::of(sent);
    let means = body.text("means").and_then(|code| {
        let means = code.parse::<Means>();
        means.map_err(|_| body.wrong("means", "attendu telephone, courriel ou visite")).ok()
    });
    let field = body.given("field").and_then(|name| {
        let field = name.parse::<Field>().ok().filter(|field| Check::is_of(*field));
        if field.is_none() {
            body.wrong("field", "attendu un champ qui se vérifie, ou null pour toute la fiche");
        }
        field
    });
    let today = state.today();
    let day = body.given("day").map_or(Some(today), |day| {
        let day = day.parse().ok().filter(|day| (Check::first_day(today)..=today).contains(day));
        if day.is_none() {
            body.wrong("day", "attendu un jour de l’année passée (2026-11-30), ou null pour aujourd’hui");
        }
        day
    });
    let (Some(means), Some(day), true) = (means, day, body.wrong.is_empty()) else {
        return Err(Error::Unacceptable(body.wrong));
    };
    let cause = bearer.cause(means.done(), state.now());
    let new = bearer
        .store
        .verify(listing.id, Check { field, day, means }, &bearer.reach(Act::Verify)?, &cause)
        .await?;
    let written = WrittenCheck {
        listing: listing.id.to_string(),
        field: field.map(Field::name),
        means: means.code(),
        day,
        new,
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(written)))
}
