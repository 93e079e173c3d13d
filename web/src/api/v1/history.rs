//! `GET /api/v1/listings/{id}/history`: who changed a listing, when, why, before and after. For the team's programs.

use axum::Json;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::header;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use maille_domain::Act;
use maille_domain::change::diff;
use maille_store::history::{Asked, Authors, What};
use maille_store::revision::Revision;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::api::bearer::Bearer;
use crate::error::{Error, Missing, Problem};

/// So much of what happened to a listing is read for an answer.
const MOST: i64 = 500;

/// A change of a listing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Revision)]
pub struct RevisionView {
    /// The listing that changed (UUID): the one asked, or one that was merged into it.
    listing: String,
    /// When.
    at: DateTime<Utc>,
    /// Who; `import` and the name of the source, when it was an import.
    author: String,
    /// Why.
    reason: String,
    /// The import that did it, if one did.
    run: Option<i64>,
    /// The fields that changed.
    changes: Vec<ChangeView>,
    /// The records that left the listing, as `source:id`.
    parted: Vec<String>,
    /// The records that came to it.
    joined: Vec<String>,
    /// Since when no source knew it any more, after the change.
    withdrawn_at: Option<DateTime<Utc>>,
}

/// A field that changed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RevisionChange)]
pub struct ChangeView {
    /// Name of the field.
    field: &'static str,
    /// The value before; null when there was none.
    before: Option<Value>,
    /// The value after; null when there is none.
    after: Option<Value>,
}

impl From<Revision> for RevisionView {
    fn from(revision: Revision) -> RevisionView {
        let changes = diff(&revision.before, &revision.after).into_iter().map(|change| ChangeView {
            field: change.field.name(),
            before: change.before,
            after: change.after,
        });
        RevisionView {
            listing: revision.listing.to_string(),
            at: revision.at,
            author: revision.author,
            reason: revision.reason,
            run: revision.run,
            changes: changes.collect(),
            parted: revision.parted,
            joined: revision.joined,
            withdrawn_at: revision.withdrawn.1,
        }
    }
}

/// The latest changes of a listing and of those merged into it, five hundred at most, the latest first.
#[utoipa::path(
    get,
    path = "/api/v1/listings/{id}/history",
    tag = "curation",
    security(("token" = [])),
    params(("id" = String, Path, description = "Identifier (UUID) of the listing")),
    responses(
        (status = 200, description = "Its changes", body = Vec<RevisionView>),
        (status = 401, description = "No token, or one that opens nothing any more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token, the role or the territory does not allow it", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such listing", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn history(
    bearer: Bearer,
    id: Result<Path<String>, PathRejection>,
) -> Result<impl IntoResponse, Error> {
    let id = id.ok().and_then(|Path(id)| id.parse().ok()).ok_or(Error::NotFound(Missing::Listing))?;
    let listing = bearer.listing(id, Act::Consult).await?;
    let asked = Asked { field: None, authors: Authors::All, most: MOST, after: 0 };
    let happened = bearer.store.what_happened(listing.id, asked).await?;
    let revisions: Vec<RevisionView> = happened
        .into_iter()
        .filter_map(|entry| match entry.what {
            What::Changed(revision) => Some(RevisionView::from(*revision)),
            _ => None,
        })
        .collect();
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(revisions)))
}
