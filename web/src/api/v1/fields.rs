//! `PUT` and `DELETE /api/v1/listings/{id}/fields/{field}`: a correction, and its end. Whoever writes says what they had read:
//! nobody writes over what somebody else decided meanwhile.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::IntoResponse;
use chrono::NaiveDate;
use maille_domain::{Act, Field, Listing, ListingId};
use maille_store::Store;
use maille_store::edit::FieldEdit;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::body::Body;
use crate::api::bearer::Bearer;
use crate::error::{Error, Missing, Problem};
use crate::extract::Json as Sent;
use crate::state::WebState;

/// A correction.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "the shape that is published; what is sent is read field by field, so that all that is wrong is said"
)]
pub struct Correction {
    /// The value, as the text of a cell of the CSV format (`01 99 00 00 01 | 01 99 00 00 02`); null or empty for none.
    #[schema(required)]
    value: Option<String>,
    /// Why: kept in the history, 500 characters at most.
    reason: String,
    /// Last day of the correction (2026-12-31), which then ends by itself.
    until: Option<NaiveDate>,
    /// The value that was last read, as the text of a cell; null or empty for none. When it is another one by now, nothing is
    /// changed, and the answer (409) says which.
    #[schema(required)]
    seen: Option<String>,
}

/// The end of a correction.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "as the other")]
pub struct EndOfCorrection {
    /// Why: kept in the history, 500 characters at most.
    reason: String,
    /// The value that was last read, as the text of a cell; null or empty for none.
    #[schema(required)]
    seen: Option<String>,
}

/// A field, once it is written.
#[derive(Debug, Serialize, ToSchema)]
pub struct WrittenField {
    /// Identifier of the listing (UUID); another than the one asked, when that listing was found to be this one.
    listing: String,
    /// Name of the field.
    field: &'static str,
    /// The value, in the form of `fields` of the listing; null when there is none.
    value: Option<Value>,
    /// The value as the text of a cell: what `seen` will be next time.
    cell: String,
}

/// Corrects a field: what is said here stands over what the sources say.
#[utoipa::path(
    put,
    path = "/api/v1/listings/{id}/fields/{field}",
    tag = "curation",
    security(("token" = [])),
    params(
        ("id" = String, Path, description = "Identifier (UUID) of the listing"),
        ("field" = String, Path, description = "Name of the field, that of the column of the CSV format"),
    ),
    request_body = Correction,
    responses(
        (status = 200, description = "The field, as it is now", body = WrittenField),
        (status = 401, description = "No token, or one that opens nothing any more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token, the role or the territory does not allow it", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such listing, or no such field", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The field is not what was seen; `present` is what it is", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "What was sent cannot be taken; `errors` names each property", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn correct(
    State(state): State<WebState>,
    bearer: Bearer,
    path: Result<Path<(String, String)>, PathRejection>,
    Sent(sent): Sent,
) -> Result<impl IntoResponse, Error> {
    let (id, field) = named(path)?;
    let listing = bearer.listing(id, Act::Correct).await?;
    let mut body = Body::of(sent);
    let value = body.text("value");
    let value = value.and_then(|cell| {
        field.parse(&cell).map_err(|expected| body.wrong("value", &format!("attendu {expected}"))).ok()
    });
    let until = body.until(state.now());
    let reason = body.reason();
    let seen = body.text("seen");
    let (Some(value), Some(reason), Some(seen), Ok(until)) = (value, reason, seen, until) else {
        return Err(Error::Unacceptable(body.wrong));
    };
    let edit = FieldEdit { field, value, seen: Some(seen) };
    let reach = bearer.reach(Act::Correct)?;
    bearer.store.edit(listing.id, &reach, &[edit], until, &bearer.cause(reason, state.now())).await?;
    written(&bearer.store, listing.id, field).await
}

/// Ends the correction of a field: the sources speak again.
#[utoipa::path(
    delete,
    path = "/api/v1/listings/{id}/fields/{field}",
    tag = "curation",
    security(("token" = [])),
    params(
        ("id" = String, Path, description = "Identifier (UUID) of the listing"),
        ("field" = String, Path, description = "Name of the field, that of the column of the CSV format"),
    ),
    request_body = EndOfCorrection,
    responses(
        (status = 200, description = "The field, as it is now", body = WrittenField),
        (status = 401, description = "No token, or one that opens nothing any more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token, the role or the territory does not allow it", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such listing, no such field, or no correction of it", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The field is not what was seen; `present` is what it is", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "What was sent cannot be taken; `errors` names each property", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn end_correction(
    State(state): State<WebState>,
    bearer: Bearer,
    path: Result<Path<(String, String)>, PathRejection>,
    Sent(sent): Sent,
) -> Result<impl IntoResponse, Error> {
    let (id, field) = named(path)?;
    let listing = bearer.listing(id, Act::Correct).await?;
    let mut body = Body::of(sent);
    let (reason, seen) = (body.reason(), body.text("seen"));
    let (Some(reason), Some(seen)) = (reason, seen) else { return Err(Error::Unacceptable(body.wrong)) };
    let cause = bearer.cause(reason, state.now());
    let reach = bearer.reach(Act::Correct)?;
    bearer.store.return_to_sources(listing.id, &reach, field, &seen, &cause).await?;
    written(&bearer.store, listing.id, field).await
}

/// The listing and the field of an address.
fn named(path: Result<Path<(String, String)>, PathRejection>) -> Result<(ListingId, Field), Error> {
    let Path((id, field)) = path.map_err(|_| Error::NotFound(Missing::Listing))?;
    let id = id.parse().map_err(|_| Error::NotFound(Missing::Listing))?;
    let field: Field = field.parse().map_err(|_| Error::NotFound(Missing::Field))?;
    // Whatever else a source says is its own.
    if field == Field::Extra { Err(Error::NotFound(Missing::Field)) } else { Ok((id, field)) }
}

async fn written(store: &Store, id: ListingId, field: Field) -> Result<impl IntoResponse + use<>, Error> {
    let Listing { id, fields, .. } = store.listing(id).await?.ok_or(Error::NotFound(Missing::Listing))?;
    let value = fields.to_values().remove(&field);
    let cell = value.as_ref().map_or_else(String::new, |value| field.format(value));
    let headers: [(HeaderName, HeaderValue); 1] =
        [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((headers, Json(WrittenField { listing: id.to_string(), field: field.name(), value, cell })))
}
