//! The JSON API. Shapes are structs of this module's files, never types of the domain: the domain may change, what is
//! published may not.

use axum::http::{HeaderName, HeaderValue, header};

pub(crate) mod bearer;
pub mod v1;

/// Answers change with the directory: a cache must ask again.
fn not_stored() -> [(HeaderName, HeaderValue); 1] {
    [(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))]
}
