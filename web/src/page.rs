//! A page: a struct, its template, and how long anybody may keep it, declared together.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::assets;
use crate::error::Error;
use crate::state::WebState;

/// What a browser may do with a page it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cache {
    /// Show it again after asking whether it changed: the directory lives.
    Ask,
    /// Forget it.
    Never,
}

impl Cache {
    fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Cache::Ask => "no-cache",
            Cache::Never => "no-store",
        })
    }
}

/// A page of the site.
pub trait Page: Template {
    /// How long anybody may keep it.
    const CACHE: Cache;

    /// The HTTP status it is served with.
    fn status(&self) -> StatusCode {
        StatusCode::OK
    }
}

/// Renders a page.
pub fn respond(page: &impl Page) -> Response {
    respond_with(page, page.status())
}

/// Renders a page with the status of what went wrong.
pub fn respond_with<P: Page>(page: &P, status: StatusCode) -> Response {
    match page.render() {
        Ok(html) => {
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
                (header::CACHE_CONTROL, P::CACHE.header()),
            ];
            (status, headers, html).into_response()
        }
        Err(error) => Error::internal(&error).into_response(),
    }
}

/// What every page has around its content.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Title of the window: what is particular first.
    pub title: String,
    /// Whether the data are for demonstration.
    pub demo: bool,
    /// The one address of this page, when the site knows its own.
    pub canonical: Option<String>,
    /// Whether search engines may list it: sheets and the first page, not every search ever typed.
    pub indexed: bool,
}

impl Layout {
    /// The surroundings of a page that search engines leave alone.
    pub fn new(state: &WebState, title: &str) -> Layout {
        Layout { title: format!("{title} – maille"), demo: state.demo, canonical: None, indexed: false }
    }

    /// The surroundings of a page that has an address of its own.
    pub fn at(state: &WebState, title: &str, path: &str) -> Layout {
        let canonical = state.base_url.as_ref().map(|base| format!("{base}{path}"));
        Layout { canonical, indexed: !state.demo, ..Layout::new(state, title) }
    }

    /// Address of the stylesheet.
    #[expect(clippy::unused_self, reason = "templates see the layout only")]
    pub fn stylesheet(&self) -> &'static str {
        assets::STYLESHEET
    }

    /// Address of the face that every page is set in: asked for before the stylesheet names it.
    #[expect(clippy::unused_self, reason = "templates see the layout only")]
    pub fn font(&self) -> &'static str {
        assets::FONT
    }

    /// The icons, as symbols.
    #[expect(clippy::unused_self, reason = "templates see the layout only")]
    pub fn icons(&self) -> &'static str {
        assets::ICONS
    }
}
