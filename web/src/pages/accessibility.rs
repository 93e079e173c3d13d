//! `/accessibilite`: what was tested, and what does not conform.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;

use crate::french;
use crate::page::{Cache, Layout, Page, respond};
use crate::state::WebState;
use crate::views::contact::Contact;
use crate::visit::Visit;

/// The version of axe-core that `tests/browser` runs.
const AXE: &str = "4.14.1";
/// The day of the last whole run of the browser tests before a release.
const TESTED_ON: NaiveDate = NaiveDate::from_ymd_opt(2026, 11, 28).expect("a day of the calendar");

#[derive(Debug, Template)]
#[template(path = "accessibility.html")]
struct AccessibilityPage {
    layout: Layout,
    publisher: String,
    tested_on: String,
    axe: &'static str,
    contact: Option<Contact>,
}

impl Page for AccessibilityPage {
    const CACHE: Cache = Cache::Ask;
}

/// `GET /accessibilite`.
pub async fn accessibility(State(state): State<WebState>, visit: Visit) -> Response {
    let publisher = state.theme.legal.publisher.as_deref();
    respond(&AccessibilityPage {
        layout: Layout::at(&state, &visit, "Accessibilité", "/accessibilite"),
        publisher: publisher
            .map_or_else(|| "La structure qui tient cet annuaire".to_owned(), french::typography),
        tested_on: french::date::words(TESTED_ON),
        axe: AXE,
        contact: Contact::of(&state.theme),
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::page;

    #[tokio::test]
    async fn what_was_not_tested_is_said_too() {
        let page = page("/accessibilite").await;
        assert_eq!(page.status, 200);
        for said in [
            "non conforme",
            "n’a pas été audité",
            "lecteur d’écran",
            "28\u{a0}novembre\u{a0}2026",
            "Défenseur des droits",
        ] {
            assert!(page.body.contains(said), "{said}");
        }
    }

    #[test]
    fn as_many_states_are_tried_as_is_said() {
        let pages = include_str!("../../../tests/browser/pages.js");
        let states = pages.lines().filter(|line| line.starts_with("  [\"")).count();
        assert!(states > 30, "{states}");
    }

    #[test]
    fn the_version_of_axe_is_the_one_that_runs() {
        let package: serde_json::Value =
            serde_json::from_str(include_str!("../../../tests/browser/package.json")).unwrap();
        let version = package["devDependencies"].get("axe-core").or(package["dependencies"].get("axe-core"));
        assert_eq!(version.unwrap(), super::AXE);
    }
}
