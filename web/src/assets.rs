//! The stylesheet with the icons, the script, the typeface and the pictures, inside the program. Names hold their contents' hash, so that a browser
//! keeps them for ever.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::error::{Error, Missing};
use crate::state::WebState;

/// One asset as served under `/assets/`.
struct Asset {
    name: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// What a browser may do with a file whose name holds its contents' hash.
pub const KEPT_FOR_EVER: &str = "public, max-age=31536000, immutable";

/// A picture of a page, in the pages that explain the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Picture {
    name: &'static str,
    /// Where it is.
    pub address: &'static str,
    /// Where it is as taken in the dark.
    pub dark: &'static str,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

/// The picture of this name, one of those of `assets/help`.
pub fn picture(name: &str) -> Picture {
    *PICTURES.iter().find(|picture| picture.name == name).expect("build.rs lists it")
}

/// `GET /assets/{name}`: maille's own, then those of the theme.
pub async fn get(
    State(state): State<WebState>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Error> {
    let missing = Error::NotFound(Missing::Page);
    let Path(name) = path.map_err(|_| missing.clone())?;
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) else {
        return state.livery.serve(&name).ok_or(missing);
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static(KEPT_FOR_EVER)),
    ];
    Ok((headers, asset.bytes).into_response())
}

#[cfg(test)]
mod tests {
    use super::{ASSETS, PICTURES, SCRIPT, STYLESHEET};
    use crate::colour::Scheme;

    fn bytes(address: &str) -> &'static [u8] {
        let name = address.strip_prefix("/assets/").unwrap();
        ASSETS.iter().find(|asset| asset.name == name).unwrap().bytes
    }

    #[test]
    fn the_stylesheet_is_small_and_asks_nobody_else() {
        let stylesheet = std::str::from_utf8(bytes(STYLESHEET)).unwrap();
        assert!(stylesheet.len() < 58_000, "{} bytes", stylesheet.len());
        assert!(!stylesheet.contains("@import"));
        for asked in stylesheet.split("url(").skip(1) {
            assert!(
                asked.starts_with("\"atkinson-") || asked.starts_with("\"data:image/svg+xml,"),
                "url({}",
                &asked[..40]
            );
        }
    }

    #[test]
    fn the_script_is_small() {
        let script = bytes(SCRIPT).len();
        assert!(script < 60_000, "{script} bytes");
    }

    #[test]
    fn pictures_are_small() {
        for picture in PICTURES {
            let size = bytes(picture.address).len();
            assert!(size <= 40_000, "{}: {size} bytes", picture.name);
        }
    }

    #[test]
    fn the_bars_of_a_browser_have_the_colour_of_the_paper() {
        let base = include_str!("../templates/base.html");
        for (scheme, name) in [(Scheme::Light, "light"), (Scheme::Dark, "dark")] {
            let paper = scheme.palette()["paper"];
            let meta = format!(
                "<meta name=\"theme-color\" media=\"(prefers-color-scheme: {name})\" content=\"{paper}\">"
            );
            assert!(base.contains(&meta), "{meta}");
        }
    }
}
