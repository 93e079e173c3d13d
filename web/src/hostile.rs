//! What sources write is untrusted: whatever they put in whatever field, every page that shows it stays a good page.

use axum::body::Body;
use axum::http::Request;
use maille_domain::listing::{Provenance, Said, SourceRef};
use maille_domain::{Field, Listing};
use serde_json::{Value, json};

use crate::state::WebState;
use crate::testing::{Answered, ask, html, listing, now, state_of};
use crate::visit::ShortId;

/// A word that nothing else has: what searches find the hostile listings by.
const WORD: &str = "zorglub";

/// What a field may hold, by what it attacks.
const TEXTS: [(&str, &str); 11] = [
    ("markup", "<script>alert(1)</script><img src=x onerror=alert(2)>"),
    ("an attribute", "\" onmouseover=\"alert(3)\" x='"),
    ("the end of a script", "</script><script>alert(4)</script>"),
    ("the end of a section", "]]><svg onload=alert(5)>"),
    ("a comment", "<!-- --!> <!--"),
    ("the direction", "\u{202e}gnireb eht\u{202c} \u{2067}x"),
    ("a link", "javascript:alert(6)"),
    ("Markdown", "[x](javascript:alert(7))![y](data:text/html,<script>alert(8)</script>) <b>z</b>"),
    ("a formula", "=HYPERLINK(\"http://example.org\",\"x\")"),
    ("entities", "&lt;script&gt;alert(9)&lt;/script&gt; &#0; &amp;amp"),
    ("control characters", "a\u{1}b\u{7f}c\u{85}d\u{2028}e\r\nf\tg"),
];

/// Where listings are shown. `{slug}` and `{selection}` are theirs.
const PAGES: &[&str] = &[
    "/",
    "/recherche?q=zorglub",
    "/recherche?q=zorglub&commune=92007&selection={selection}",
    "/recherche?commune=92007&category=ssiad",
    "/recherche?category=ssiad&sort=name",
    "/ressources/{slug}",
    "/ressources/{slug}?commune=92007&selection={selection}",
    "/ressources/retire",
    "/ressources/{slug}?commune=92007&sources=1",
    "/ressources/{slug}/signaler",
    "/ressources/{slug}/signaler/merci",
    "/selection?selection={selection}&commune=92007",
    "/carte?category=ssiad&commune=92007",
    "/carte?category=dac",
    "/dac",
    "/dac?commune=92007",
    "/dac?territoire=dac-92-sud",
    "/parcours/personnes-agees?commune=92007",
    "/sitemap.xml",
];

/// A listing with a text in every field that holds one.
fn hostile(number: usize, text: &str) -> Listing {
    let id = format!("hostile-{number}");
    let mut listing = listing(
        &id,
        &[
            (Field::Name, WORD),
            (Field::Category, if number.is_multiple_of(3) { "dac" } else { "ssiad" }),
            (Field::Commune, "92007"),
            (Field::Location, "48.7980, 2.3090"),
            (Field::Coverage, "territory:dac-92-sud"),
            (Field::Themes, "personnes-agees"),
            (Field::Phone, "01 99 00 00 01"),
        ],
    );
    listing.slug.clone_from(&id);
    let fields = &mut listing.fields;
    let some = || Some(text.to_owned());
    fields.name = format!("{WORD} {text}");
    fields.acronym = some();
    fields.organization = some();
    fields.finess = some();
    fields.siret = some();
    fields.ror_id = some();
    fields.summary = some();
    fields.description = some();
    fields.email = vec![text.to_owned()];
    fields.mssante = vec![text.to_owned()];
    fields.website = vec![text.to_owned(), format!("https://example.org/{text}")];
    fields.address = some();
    fields.postal_code = some();
    fields.hours =
        Field::Hours.parse(text).ok().flatten().and_then(|hours| serde_json::from_value(hours).ok());
    fields.referral = some();
    fields.inclusion = some();
    fields.exclusion = some();
    fields.cost = some();
    fields.languages = vec![text.to_owned()];
    fields.accessibility = vec![text.to_owned()];
    fields.source_url = some();
    fields.extra.insert(text.to_owned(), text.to_owned());
    listing.sources =
        vec![SourceRef { source: text.to_owned(), source_id: text.to_owned(), last_seen: now() }];
    let others = listing.fields.to_values().into_keys().chain([Field::Description, Field::VerifiedOn]);
    listing.others = others
        .map(|field| {
            let said =
                |value: Value| Said { source: text.to_owned(), source_id: text.to_owned(), value, at: now() };
            (field, vec![said(text.into()), said(vec![text, text].into()), said(json!({ text: text }))])
        })
        .collect();
    let decided =
        Provenance::Override { author: text.to_owned(), reason: text.to_owned(), at: now(), until: None };
    listing.provenance.insert(Field::Name, decided);
    listing
}

/// A directory of them; one word is longer than any screen.
pub fn listings() -> Vec<Listing> {
    let long = "m".repeat(10_000);
    let texts = TEXTS.iter().map(|(_, text)| *text).chain([long.as_str()]);
    let mut listings: Vec<Listing> = texts.enumerate().map(|(number, text)| hostile(number, text)).collect();
    let mut withdrawn = hostile(listings.len(), TEXTS[0].1);
    withdrawn.slug = "retire".into();
    withdrawn.withdrawn_at = Some(now());
    listings.push(withdrawn);
    listings
}

fn site(name: &str, listings: &[Listing]) -> WebState {
    state_of(name, listings).base_url(Some("https://annuaire.example.org".into()))
}

/// The addresses of a page, one for each listing where it shows one.
fn addresses(page: &str, listings: &[Listing]) -> Vec<String> {
    let ids: Vec<String> =
        listings.iter().take(12).map(|listing| ShortId::of(listing.id).to_string()).collect();
    let page = page.replace("{selection}", &ids.join(","));
    if !page.contains("{slug}") {
        return vec![page];
    }
    listings
        .iter()
        .filter(|listing| listing.withdrawn_at.is_none())
        .map(|listing| page.replace("{slug}", &listing.slug))
        .collect()
}

/// Panics when a page holds what a source wrote as it wrote it.
pub fn escapes(path: &str, body: &str) {
    for (attacked, text) in TEXTS {
        // Nothing of these means anything once escaped; the others are harmless as they are.
        if text.contains('<') || text.contains('"') {
            assert!(!body.contains(text), "{path}: {attacked} is not escaped");
        }
    }
    assert!(!body.contains("<script>"), "{path}: a script of somebody else");
}

fn judge(path: &str, answered: &Answered) {
    let body = &answered.body;
    escapes(path, body);
    assert_eq!(answered.header("x-content-type-options"), "nosniff", "{path}");
    match answered.header("content-type") {
        "text/html; charset=utf-8" => {
            html::check(body);
            for data in body.split("<script type=\"application/ld+json\">").skip(1) {
                let data = data.split("</script>").next().unwrap_or_default();
                let parsed: Result<serde_json::Value, _> = serde_json::from_str(data);
                assert!(parsed.is_ok(), "{path}: {data}");
            }
        }
        "application/xml; charset=utf-8" => {
            let text = body.replace("<loc>", "").replace("</loc>", "");
            assert!(!text.contains("<script") && !text.contains("javascript:"), "{path}");
        }
        "text/plain; charset=utf-8" => {
            let control =
                body.chars().find(|c| c.is_control() && *c != '\n' || ('\u{202a}'..='\u{202e}').contains(c));
            assert_eq!(control, None, "{path}");
        }
        other => panic!("{path}: nobody has said how {other:?} stays harmless"),
    }
}

async fn get(site: &WebState, path: &str) -> Answered {
    ask(site.clone(), Request::get(path).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn whatever_a_source_writes_every_page_is_a_good_one() {
    let listings = listings();
    let site = site("hostile", &listings);
    for page in PAGES {
        for path in addresses(page, &listings) {
            let answered = get(&site, &path).await;
            let expected = if path == "/ressources/retire" { 410 } else { 200 };
            assert_eq!(answered.status, expected, "{path}");
            judge(&path, &answered);
            // Not a good page because it is an empty one.
            if path.contains("zorglub") || path.starts_with("/ressources/") {
                assert!(answered.body.contains(WORD), "{path}");
            }
        }
    }
}

#[tokio::test]
async fn what_may_be_the_same_is_named_without_harm() {
    let mut listings = listings();
    let first = listings[0].id;
    for listing in &mut listings {
        listing.twin = Some(first);
    }
    let site = site("hostile-twins", &listings);
    for page in ["/recherche?q=zorglub", "/recherche?q=zorglub&offset=1", "/ressources/{slug}"] {
        for path in addresses(page, &listings) {
            let answered = get(&site, &path).await;
            judge(&path, &answered);
            assert_eq!(
                answered.body.contains("Peut-être la même ressource"),
                !path.contains("offset"),
                "{path}"
            );
        }
    }
}
