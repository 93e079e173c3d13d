//! `/robots.txt`, `/sitemap.xml`, `/.well-known/security.txt`: what machines read first.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Days, Utc};

use crate::error::Error;
use crate::extract::Reader;
use crate::state::WebState;
use crate::theme::Contact;
use crate::visit::Visit;

/// What search engines leave alone: searches, and the work of one person or of the team.
const RULES: &str = "User-agent: *\nDisallow: /recherche\nDisallow: /selection\nDisallow: /ressources/*/signaler\n\
    Disallow: /api/\nDisallow: /animation\nDisallow: /accueil\nDisallow: /reponse\nDisallow: /connexion\n";
/// Pages that are not sheets, for search engines.
const PAGES: [&str; 6] =
    ["/", "/aide", "/classement", "/accessibilite", "/mentions-legales", "/confidentialite"];
/// Addresses in one map; more of them are several maps, which the first one lists. A search engine takes 50 000.
const MOST: usize = 10_000;
/// How long a promise to read reports holds (RFC 9116 asks for less than a year).
const PROMISED: Days = Days::new(364);

/// `GET /robots.txt`: everything but `RULES`; nothing of a demonstration.
pub async fn robots(State(state): State<WebState>) -> Response {
    if state.demo {
        return text(StatusCode::OK, "User-agent: *\nDisallow: /\n".to_owned());
    }
    let sitemap =
        state.base_url.as_ref().map_or_else(String::new, |base| format!("\nSitemap: {base}/sitemap.xml\n"));
    text(StatusCode::OK, format!("{RULES}{sitemap}"))
}

#[derive(Debug, Template)]
#[template(path = "sitemap.xml")]
struct Sitemap {
    /// Whether the addresses are those of other maps.
    index: bool,
    addresses: Vec<String>,
}

/// `GET /sitemap.xml`, and `?page=2` where there are many sheets.
pub async fn sitemap(State(state): State<WebState>, RawQuery(query): RawQuery) -> Result<Response, Error> {
    if state.demo {
        return Ok(absent("Un annuaire de démonstration n’a pas de plan pour les moteurs de recherche."));
    }
    let Some(base) = state.base_url.clone() else {
        return Ok(absent(
            "Pas de plan du site : maille ne connaît pas son adresse publique (--base-url, ou MAILLE_BASE_URL).",
        ));
    };
    let slugs = state.ask(maille_index::Node::slugs).await?.map_err(|error| Error::internal(&error))?;
    let visit = Visit::default();
    let pages = PAGES.iter().map(|page| (*page).to_owned());
    let all: Vec<String> = pages.chain(slugs.iter().map(|slug| visit.sheet(slug))).collect();
    let asked = Reader::new(query.as_deref().unwrap_or_default()).text("page");
    let Some(map) = map(&all, MOST, &base, &asked) else {
        return Ok(absent("Le plan du site n’a pas cette page."));
    };
    let xml = map.render().map_err(|error| Error::internal(&error))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/xml; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    Ok((headers, xml).into_response())
}

/// The map asked for: all, or the list of maps and each of them.
fn map(all: &[String], most: usize, base: &str, asked: &str) -> Option<Sitemap> {
    let absolute = |paths: &[String]| paths.iter().map(|path| format!("{base}{path}")).collect();
    if asked.is_empty() {
        let index = all.len() > most;
        let maps = 1..=all.len().div_ceil(most);
        let addresses = if index {
            maps.map(|page| format!("{base}/sitemap.xml?page={page}")).collect()
        } else {
            absolute(all)
        };
        return Some(Sitemap { index, addresses });
    }
    let page = asked.parse::<usize>().ok()?.checked_sub(1)?;
    all.chunks(most).nth(page).map(|paths| Sitemap { index: false, addresses: absolute(paths) })
}

/// `GET /.well-known/security.txt` (RFC 9116): whom to tell of a weakness, when the theme names somebody.
pub async fn security(State(state): State<WebState>) -> Response {
    match state.theme.contact.as_ref().and_then(reached) {
        Some(contact) => {
            text(StatusCode::OK, security_text(&contact, state.base_url.as_deref(), state.now()))
        }
        None => absent("Aucun contact n’est renseigné pour cet annuaire."),
    }
}

/// Where somebody is reached, as an address.
fn reached(contact: &Contact) -> Option<String> {
    let mail = contact.email.as_ref().map(|email| format!("mailto:{email}"));
    mail.or_else(|| contact.phone.as_ref().map(|phone| format!("tel:{}", phone.as_str())))
}

fn security_text(contact: &str, base: Option<&str>, now: DateTime<Utc>) -> String {
    let expires = now.checked_add_days(PROMISED).unwrap_or(now).format("%Y-%m-%dT00:00:00Z");
    let canonical =
        base.map_or_else(String::new, |base| format!("Canonical: {base}/.well-known/security.txt\n"));
    format!("Contact: {contact}\nExpires: {expires}\nPreferred-Languages: fr\n{canonical}")
}

fn absent(why: &str) -> Response {
    text(StatusCode::NOT_FOUND, format!("{why}\n"))
}

fn text(status: StatusCode, body: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (status, headers, body).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;

    use super::{Contact, PAGES, map};
    use crate::state::WebState;
    use crate::testing::{Answered, ask, get, state};
    use crate::theme::Theme;

    const BASE: &str = "https://annuaire.example.org";

    async fn at(state: WebState, path: &str) -> Answered {
        ask(state, Request::get(path).body(Body::empty()).unwrap()).await
    }

    fn ours() -> WebState {
        state().base_url(Some(BASE.into()))
    }

    fn addresses(xml: &str) -> Vec<&str> {
        xml.split("<loc>").skip(1).map(|rest| rest.split("</loc>").next().unwrap()).collect()
    }

    #[tokio::test]
    async fn search_engines_read_sheets_and_not_searches() {
        let robots = at(ours(), "/robots.txt").await;
        assert_eq!(
            (robots.status.as_u16(), robots.header("content-type")),
            (200, "text/plain; charset=utf-8")
        );
        let closed = ["/recherche", "/selection", "/api/", "/animation", "/accueil", "/connexion"];
        for line in closed.map(|path| format!("Disallow: {path}")) {
            assert!(robots.body.lines().any(|said| said == line), "{line}");
        }
        assert!(!robots.body.lines().any(|line| line == "Disallow: /" || line.contains("/ressources/\n")));
        assert!(robots.body.ends_with("Sitemap: https://annuaire.example.org/sitemap.xml\n"));
        assert!(!get("/robots.txt").await.body.contains("Sitemap"), "its address is not known");
    }

    #[tokio::test]
    async fn a_demonstration_is_read_by_nobody() {
        let robots = at(ours().demo(true), "/robots.txt").await;
        assert_eq!(robots.body, "User-agent: *\nDisallow: /\n");
        assert_eq!(at(ours().demo(true), "/sitemap.xml").await.status, 404);
    }

    #[tokio::test]
    async fn the_map_lists_what_is_there_and_each_answers() {
        let sitemap = at(ours(), "/sitemap.xml").await;
        assert_eq!(sitemap.header("content-type"), "application/xml; charset=utf-8");
        let addresses = addresses(&sitemap.body);
        assert_eq!(addresses.len(), PAGES.len() + 47, "every listing but the withdrawn one");
        assert!(!sitemap.body.contains("service-retire"), "a withdrawn listing is gone");
        for address in addresses {
            let path = address.strip_prefix(BASE).unwrap();
            let page = at(ours(), path).await;
            assert_eq!(page.status, 200, "{path}");
            assert!(page.body.contains(&format!("<link rel=\"canonical\" href=\"{address}\">")), "{path}");
            assert!(!page.body.contains("noindex"), "{path}");
        }
        assert_eq!(get("/sitemap.xml").await.status, 404, "its address is not known");
    }

    #[test]
    fn many_sheets_are_several_maps() {
        let all: Vec<String> = (0..25).map(|number| format!("/{number}")).collect();
        let index = map(&all, 10, BASE, "").unwrap();
        assert!(index.index);
        assert_eq!(index.addresses.len(), 3);
        assert_eq!(index.addresses[2], "https://annuaire.example.org/sitemap.xml?page=3");
        let maps: Vec<_> = ["1", "2", "3"].iter().map(|page| map(&all, 10, BASE, page).unwrap()).collect();
        assert_eq!(maps.iter().map(|map| map.addresses.len()).collect::<Vec<_>>(), [10, 10, 5]);
        assert_eq!(maps[2].addresses[4], "https://annuaire.example.org/24");
        for absent in ["0", "4", "-1", "x", "99999999999999999999999"] {
            assert!(map(&all, 10, BASE, absent).is_none(), "{absent}");
        }
    }

    #[tokio::test]
    async fn whom_to_tell_of_a_weakness_is_the_contact() {
        let named = |phone: Option<&str>, email: Option<&str>| {
            let contact = Contact {
                name: "DAC 92 Sud".into(),
                phone: phone.map(|phone| phone.parse().unwrap()),
                email: email.map(str::to_owned),
                hours: None,
            };
            ours().theme(Theme { contact: Some(contact), ..Theme::default() })
        };
        let path = "/.well-known/security.txt";
        let told = at(named(Some("01 99 00 00 11"), Some("dac@example.org")), path).await;
        assert_eq!(
            told.body,
            "Contact: mailto:dac@example.org\nExpires: 2027-11-19T00:00:00Z\nPreferred-Languages: fr\n\
             Canonical: https://annuaire.example.org/.well-known/security.txt\n"
        );
        let told = at(named(Some("01 99 00 00 11"), None), path).await;
        assert!(told.body.starts_with("Contact: tel:+33199000011\n"));
        assert_eq!(at(named(None, None), path).await.status, 404);
        assert_eq!(get(path).await.status, 404);
    }
}
