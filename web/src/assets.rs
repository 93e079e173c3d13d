//! The stylesheet, the typeface and the icons, inside the program. Names hold their contents' hash, so that a browser
//! keeps them for ever.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::error::{Error, Missing};

/// One asset as served under `/assets/`.
struct Asset {
    name: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The icons, as one hidden `<svg>` of symbols.
pub const ICONS: &str = include_str!(concat!(env!("OUT_DIR"), "/icons.svg"));

/// `GET /assets/{name}`.
pub async fn get(path: Result<Path<String>, PathRejection>) -> Result<Response, Error> {
    let asset = path
        .ok()
        .and_then(|Path(name)| ASSETS.iter().find(|asset| asset.name == name))
        .ok_or(Error::NotFound(Missing::Page))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    Ok((headers, asset.bytes).into_response())
}
