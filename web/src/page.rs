//! A page: a struct, its template, and how long anybody may keep it, declared together.

use std::sync::Arc;

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::assets;
use crate::error::Error;
use crate::extract::encode;
use crate::french::date;
use crate::pages::animation::Team;
use crate::plain_text::is_invisible;
use crate::state::WebState;
use crate::theme::{Livery, Theme};
use crate::views::{self, Choice};
use crate::visit::{Visit, place_pair};

/// What a browser may do with a page it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cache {
    /// Show it again after asking whether it changed: the directory lives.
    Ask,
    /// Forget it.
    Never,
}

impl Cache {
    /// The header that says so.
    pub fn header(self) -> HeaderValue {
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
    /// Today, in words: what is printed says when.
    pub printed_on: String,
    /// Whose site it is.
    pub theme: Arc<Theme>,
    /// What it is dressed in.
    livery: Arc<Livery>,
    /// The place and the selection that follow the person.
    pub visit: Visit,
    /// Who is logged in, on the pages of the team.
    pub team: Option<Team>,
    /// What the address of this page keeps when the place is changed or dropped.
    kept: Vec<(&'static str, String)>,
}

/// A title for a window, which isolates nothing: without the characters that turn the direction of what follows.
fn plain(title: &str) -> String {
    title.chars().filter(|c| !is_invisible(*c)).collect()
}

impl Layout {
    /// The surroundings of a page that search engines leave alone.
    pub fn new(state: &WebState, visit: &Visit, title: &str) -> Layout {
        Layout {
            kept: visit.at(None).pairs(),
            title: match &visit.unsettled {
                None => format!("{} – {}", plain(title), state.theme.name),
                // What went wrong is heard first.
                Some(unsettled) if unsettled.places.is_empty() => {
                    format!("Lieu inconnu – {} – {}", plain(title), state.theme.name)
                }
                Some(_) => format!("Quel lieu\u{202f}? – {} – {}", plain(title), state.theme.name),
            },
            demo: state.demo,
            printed_on: date::words(state.today()),
            canonical: None,
            indexed: false,
            theme: Arc::clone(&state.theme),
            livery: Arc::clone(&state.livery),
            visit: visit.clone(),
            team: None,
        }
    }

    /// The surroundings of a page that has an address of its own.
    pub fn at(state: &WebState, visit: &Visit, title: &str, path: &str) -> Layout {
        let canonical = state.base_url.as_ref().map(|base| format!("{base}{path}"));
        Layout { canonical, indexed: !state.demo, ..Layout::new(state, visit, title) }
    }

    /// The same, of a page whose address has parameters beside the place and the selection: these, all of them, are kept when
    /// the place is changed.
    #[must_use]
    pub fn keeping(self, kept: Vec<(&'static str, String)>) -> Layout {
        Layout { kept, ..self }
    }

    /// The address of this page as it is asked about, when the site knows it: what is printed says where it was read.
    pub fn address(&self) -> Option<String> {
        let query = self.here(self.visit.place.as_ref().map(place_pair));
        Some(self.canonical.as_ref()?.to_owned() + query.trim_end_matches('?'))
    }

    /// The hidden fields of the form of the place. It goes to the address of the page itself, as do its links.
    pub fn kept(&self) -> &[(&'static str, String)] {
        &self.kept
    }

    /// Address of this page about no place.
    pub fn without_place(&self) -> String {
        self.here(None)
    }

    /// The places that the one typed could be.
    pub fn places(&self) -> Vec<Choice> {
        let places = self.visit.unsettled.iter().flat_map(|unsettled| &unsettled.places);
        let choice = |place| views::place::choice(place, self.here(Some(place_pair(place))));
        places.map(choice).collect()
    }

    fn here(&self, place: Option<(&'static str, String)>) -> String {
        let pairs = self.kept.iter().cloned().chain(place);
        let pairs = pairs.map(|(name, value)| {
            let mut pair = format!("{name}=");
            encode(&value, &mut pair);
            pair
        });
        format!("?{}", pairs.collect::<Vec<_>>().join("&"))
    }

    /// Address of the stylesheet.
    #[expect(clippy::unused_self, reason = "templates see the layout only")]
    pub fn stylesheet(&self) -> &'static str {
        assets::STYLESHEET
    }

    /// Address of what the team's pages have besides.
    #[expect(clippy::unused_self, reason = "templates see the layout only")]
    pub fn team_stylesheet(&self) -> &'static str {
        assets::TEAM_STYLESHEET
    }

    /// Address of the theme's own stylesheet, if it has one.
    pub fn theme_stylesheet(&self) -> Option<String> {
        self.livery.stylesheet()
    }

    /// Address of the logo, if there is one.
    pub fn logo(&self) -> Option<String> {
        self.livery.logo()
    }

    /// Address of the icon.
    pub fn icon(&self) -> String {
        self.livery.icon()
    }

    /// Address of the script.
    #[expect(clippy::unused_self, reason = "templates see the layout only")]
    pub fn script(&self) -> &'static str {
        assets::SCRIPT
    }

    /// Address of the face that every page is set in: asked for before the stylesheet names it.
    #[expect(clippy::unused_self, reason = "templates see the layout only")]
    pub fn font(&self) -> &'static str {
        assets::FONT
    }
}
