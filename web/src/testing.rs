//! A small invented directory behind the whole router, at eleven o'clock in Paris on Friday 20 November 2026; and what
//! every page must be.

pub mod dice;
pub mod html;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use chrono::{DateTime, Utc};
use maille_domain::clock::FixedClock;
use maille_domain::field::Values;
use maille_domain::listing::{Provenance, Said, SourceRef};
use maille_domain::slug::slug;
use maille_domain::{Field, Fields, Listing, ListingId, Territory};
use maille_index::{Change, Index, Node};
use tower::ServiceExt;

use crate::health::Health;
use crate::state::WebState;

/// Markup, quotes, and a character that turns the reading direction round.
pub const HOSTILE: &str = "<script>alert(1)</script> \"équipe\" & l'autre \u{202e}enver";

/// The instant of every test.
pub fn now() -> DateTime<Utc> {
    "2026-11-20T10:00:00Z".parse().unwrap()
}

/// What was answered.
pub struct Answered {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answered {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The parameters a problem names, in order.
    pub fn wrong(&self) -> Vec<String> {
        let problem = self.json();
        let errors = problem["errors"].as_array().unwrap();
        errors.iter().map(|error| error["parameter"].as_str().unwrap().to_owned()).collect()
    }
}

/// Asks the invented directory.
pub async fn get(path: &str) -> Answered {
    ask(state(), Request::get(path).body(Body::empty()).unwrap()).await
}

/// Asks for a page, which must be a good one whatever its status.
pub async fn page(path: &str) -> Answered {
    let answered = get(path).await;
    html::check(&answered.body);
    answered
}

/// Asks a state.
pub async fn ask(state: WebState, request: Request<Body>) -> Answered {
    answer(crate::router(state), request).await
}

/// Asks a site that is made already.
pub async fn answer(site: Router, request: Request<Body>) -> Answered {
    let response = site.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
    Answered { status: parts.status, headers: parts.headers, body }
}

/// The invented directory, ready.
pub fn state() -> WebState {
    ready(NODE.clone())
}

/// A directory of these listings alone, ready; `name` is that of the test.
pub fn state_of(name: &str, listings: &[Listing]) -> WebState {
    ready(node(name, listings))
}

fn ready(node: Node) -> WebState {
    let health = Health::new();
    health.set_index(true);
    health.set_postgres(true, None);
    WebState::new(node, Arc::new(FixedClock(now())), Arc::new(health))
}

static NODE: LazyLock<Node> = LazyLock::new(|| node("directory", &listings()));

fn node(name: &str, listings: &[Listing]) -> Node {
    let directory = std::env::temp_dir().join(format!("maille-web-test-{}-{name}", std::process::id()));
    let mut index = Index::open(&directory).unwrap();
    let mut changes: Vec<Change> =
        listings.iter().map(|listing| Change::Listing(Box::new(listing.clone()))).collect();
    changes.push(Change::Territory(Territory {
        code: "dac-92-sud".into(),
        kind: "dac".into(),
        name: "DAC 92 Sud".into(),
        communes: ["92002", "92007", "92023", "92071"].map(String::from).to_vec(),
    }));
    index.apply(&changes, 1).unwrap();
    let node = index.node();
    drop(index);
    // The files stay mapped; nothing of the test is left behind.
    let _ = std::fs::remove_dir_all(&directory);
    node
}

/// The listing of these cells, all said by the source `demo`.
pub fn listing(id: &str, cells: &[(Field, &str)]) -> Listing {
    let mut values = Values::new();
    for (field, cell) in cells {
        let value = field.parse(cell).unwrap_or_else(|error| panic!("{field} {cell:?}: {error}"));
        values.extend(value.map(|value| (*field, value)));
    }
    let fields = Fields::from_values(values.clone()).unwrap();
    let said = Provenance::Source { source: "demo".into(), source_id: id.into(), at: day("2026-11-01") };
    Listing {
        id: ListingId::founded_by("demo", id),
        slug: slug(&fields.name, fields.commune().map(|commune| &*commune.name)),
        former_slugs: Vec::new(),
        others: BTreeMap::new(),
        merged: Vec::new(),
        twin: None,
        presence: None,
        checks: Vec::new(),
        provenance: values.keys().map(|field| (*field, said.clone())).collect::<BTreeMap<_, _>>(),
        fields,
        sources: vec![SourceRef {
            source: "demo".into(),
            source_id: id.into(),
            last_seen: day("2026-11-19"),
        }],
        withdrawn_at: None,
    }
}

/// The same listing, of which a record of `finess` says these cells too, besides what is kept.
pub fn besides(mut listing: Listing, id: &str, cells: &[(Field, &str)]) -> Listing {
    for (field, cell) in cells {
        let value = field.parse(cell).unwrap_or_else(|error| panic!("{field} {cell:?}: {error}")).unwrap();
        let said = Said { source: "finess".into(), source_id: id.into(), value, at: day("2026-05-03") };
        listing.others.entry(*field).or_default().push(said);
    }
    let last_seen = day("2026-11-18");
    listing.sources.push(SourceRef { source: "finess".into(), source_id: id.into(), last_seen });
    listing
}

/// The same listing, of which the team decided a field: its value, or that there is nothing to say.
pub fn decided(mut listing: Listing, field: Field, cell: &str) -> Listing {
    let mut values = listing.fields.to_values();
    let said = values.remove(&field);
    values.extend(field.parse(cell).unwrap().map(|value| (field, value)));
    listing.fields = Fields::from_values(values).unwrap();
    let by = Provenance::Override {
        author: "Camille".into(),
        reason: "appelé ce matin".into(),
        at: "2026-11-02T09:00:00Z".parse().unwrap(),
        until: None,
    };
    if let (Some(Provenance::Source { source, source_id, at }), Some(value)) =
        (listing.provenance.insert(field, by), said)
    {
        let said = Said { source, source_id, value, at };
        listing.others.entry(field).or_default().insert(0, said);
    }
    listing
}

fn day(text: &str) -> DateTime<Utc> {
    format!("{text}T06:00:00Z").parse().unwrap()
}

/// The invented directory.
pub fn listings() -> Vec<Listing> {
    use Field::{
        Accessibility, Acronym, Address, AgeMin, Audiences, Category, Commune, Cost, Coverage, DelayDays,
        Description, Email, Hours, Inclusion, Languages, Location, Modes, Name, Organization, Phone,
        PostalCode, Referral, ReferredBy, Status, Summary, Themes, VerifiedOn, Website,
    };
    let mut listings = vec![
        listing(
            "emg",
            &[
                (Name, "Équipe mobile de gériatrie Sud 92"),
                (Acronym, "EMG"),
                (Category, "emg"),
                (Organization, "Hôpital invité de Clamart"),
                (Summary, "Évaluation gériatrique au lieu de vie, à la demande du médecin traitant."),
                (Description, "Une équipe de deux.\n\nElle vient en trois jours."),
                (Phone, "01 99 00 00 01 | 01 99 00 00 02"),
                (Email, "emg@example.org"),
                (Website, "https://example.org/emg"),
                (Address, "1 rue de l’Exemple"),
                (PostalCode, "92140"),
                (Commune, "92023"),
                (Location, "48.8012, 2.2628"),
                (Hours, "Mo-Fr 09:00-17:00; PH off"),
                (Coverage, "territory:dac-92-sud"),
                (Audiences, "personnes-agees"),
                (AgeMin, "75"),
                (Themes, "personnes-agees"),
                (Modes, "domicile | etablissement"),
                (Referral, "Appel du médecin traitant"),
                (ReferredBy, "medecin"),
                (Inclusion, "Perte d’autonomie récente"),
                (DelayDays, "3"),
                (Cost, "gratuit"),
                (Languages, "fr | ar"),
                (Accessibility, "pmr"),
                (VerifiedOn, "2026-10-30"),
            ],
        ),
        listing(
            "dac",
            &[
                (Name, "DAC 92 Sud"),
                (Category, "dac"),
                (Phone, "01 99 00 00 11"),
                (Commune, "92007"),
                (Location, "48.7980, 2.3090"),
                (Hours, "Mo-Fr 09:00-19:00; Sa 09:00-13:00"),
                (Coverage, "territory:dac-92-sud"),
                (Audiences, "tous"),
                (Modes, "telephone"),
                (VerifiedOn, "2024-01-15"),
            ],
        ),
        listing(
            "long",
            &[
                (Name, &"Anticonstitutionnellement".repeat(12)),
                (Category, "ssiad"),
                (Coverage, "commune:92071"),
            ],
        ),
        listing(
            "closed",
            &[
                (Name, "Accueil de jour des Glycines"),
                (Category, "accueil-jour"),
                (Commune, "92007"),
                (Coverage, "commune:92007"),
                (Hours, "Mo-Su 08:00-20:00"),
                (Status, "ferme-temporairement"),
            ],
        ),
        listing(
            "full",
            &[
                (Name, "Service saturé"),
                (Category, "ssiad"),
                (Coverage, "departement:92"),
                (Status, "sature"),
            ],
        ),
        listing(
            "line",
            &[
                (Name, "Prévention du suicide"),
                (Category, "prevention-suicide"),
                (Phone, "3114"),
                (Coverage, "national"),
                (Hours, "24/7"),
            ],
        ),
    ];
    let mut hostile = listing(
        "hostile",
        &[(Name, HOSTILE), (Category, "autre"), (Description, HOSTILE), (Hours, "Jan-Mar 10:00-12:00")],
    );
    hostile.slug = "hostile".into();
    hostile.fields.website = vec!["javascript:alert(1)".into()];
    hostile.fields.source_url = Some("javascript:alert(2)".into());
    hostile.fields.referral = Some(HOSTILE.into());
    hostile.fields.extra.insert(HOSTILE.into(), HOSTILE.into());
    let mut withdrawn = listing(
        "withdrawn",
        &[(Name, "Service retiré"), (Category, "ssiad"), (Commune, "92007"), (Coverage, "commune:92007")],
    );
    withdrawn.withdrawn_at = Some(day("2026-09-01"));
    listings.extend([hostile, withdrawn]);
    listings.extend((1..=40).map(|number| {
        listing(
            &format!("ccas-{number}"),
            &[
                (Name, &format!("CCAS numéro {number}")),
                (Category, "ccas"),
                (Commune, "92002"),
                (Coverage, "commune:92002"),
                (Modes, "sur-place"),
            ],
        )
    }));
    listings
}
