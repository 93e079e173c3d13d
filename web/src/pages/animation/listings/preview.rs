//! The sheet as it would be with what is being typed, and the point on a small map.

use askama::Template;
use maille_domain::Listing;
use maille_index::Node;

use super::draft::Draft;
use crate::error::Error;
use crate::french;
use crate::map::{self, Figure};
use crate::page::{Cache, Layout, Page};
use crate::pages::animation::{Section as Part, layout};
use crate::pages::listing::sections::{Detail, Section, Sheet};
use crate::signed::Signed;
use crate::state::WebState;
use crate::views::hit::{self, Viewpoint};
use crate::views::{Fact, PhoneLink};
use crate::visit::Visit;

#[derive(Debug, Template)]
#[template(path = "animation/listings/preview.html")]
pub struct PreviewPage {
    layout: Layout,
    kind: &'static str,
    name: String,
    acronym: Option<String>,
    organization: Option<String>,
    facts: Vec<Fact>,
    phones: Vec<PhoneLink>,
    sections: Vec<Section>,
    /// What is typed, to be sent again.
    pairs: Vec<(String, String)>,
    reason: String,
    action: String,
}

impl Page for PreviewPage {
    const CACHE: Cache = Cache::Never;
}

impl PreviewPage {
    /// The sheet of a listing with what is typed.
    pub async fn of(
        state: &WebState,
        signed: &Signed,
        drafted: Listing,
        draft: &Draft,
        action: String,
    ) -> Result<PreviewPage, Error> {
        let view = Viewpoint { now: state.now(), during: None, place: None, visit: Visit::default() };
        let facts = hit::status(drafted.fields.status).into_iter().chain(hit::opening(&drafted, &view));
        let facts = facts.collect();
        let fields = drafted.fields.clone();
        let sections = state.ask(move |node| Sheet::new(&drafted, &view, false).sections(node)).await?;
        let mut pairs = draft.pairs();
        pairs.retain(|(name, _)| name != "raison");
        Ok(PreviewPage {
            layout: layout(state, signed, Part::Listings, &format!("Aperçu de {}", fields.name)),
            kind: french::kind(fields.category),
            acronym: fields.acronym.filter(|acronym| !fields.name.contains(acronym.as_str())),
            name: fields.name,
            organization: fields.organization,
            facts,
            phones: fields.phone.iter().map(PhoneLink::from).collect(),
            sections,
            pairs,
            reason: draft.reason.clone(),
            action,
        })
    }
}

/// Where the point of a listing is; none when it has none.
pub fn pin(node: &Node, mut listing: Listing) -> Option<Figure> {
    listing.fields.location?;
    listing.fields.coverage.clear();
    map::of_listing(node, &listing, &Visit::default())
}
