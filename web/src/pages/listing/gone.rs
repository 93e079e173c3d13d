//! The page of a listing that no source knows any more, or that a person hid.

use askama::Template;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use maille_domain::hours::time_zone;
use maille_domain::{Listing, Presence};
use maille_index::Node;
use maille_territory::{PlaceKind, france};

use super::related::{self, Related};
use crate::french::date;
use crate::page::{Cache, Layout, Page};
use crate::parameters::place_label;
use crate::state::WebState;
use crate::views::Form;
use crate::views::twins::Twins;
use crate::visit::Visit;

#[derive(Debug, Template)]
#[template(path = "gone.html")]
pub struct GonePage {
    layout: Layout,
    name: String,
    withdrawn: String,
    /// Whether a person decided so, whatever its sources know.
    hidden: bool,
    href: String,
    label: String,
    around: Around,
    form: Form,
}

/// What the index knows that may do instead.
#[derive(Debug)]
pub struct Around {
    /// What may be the same thing, under another name.
    twins: Option<Twins>,
    /// What serves the same need here.
    related: Vec<Related>,
}

impl Around {
    pub fn of(node: &Node, listing: &Listing, visit: &Visit, now: DateTime<Utc>) -> Around {
        Around {
            twins: Twins::all(&node.twins(listing), visit),
            related: related::nearby(node, listing, visit, now),
        }
    }
}

impl Page for GonePage {
    const CACHE: Cache = Cache::Ask;

    fn status(&self) -> StatusCode {
        StatusCode::GONE
    }
}

impl GonePage {
    pub fn new(
        state: &WebState,
        visit: Visit,
        listing: &Listing,
        withdrawn_at: DateTime<Utc>,
        around: Around,
    ) -> GonePage {
        let fields = &listing.fields;
        let day = withdrawn_at.with_timezone(&time_zone(None)).date_naive();
        let link = visit.search().with("category", fields.category.code());
        let place = fields.commune().and_then(|commune| france().place(PlaceKind::Commune, &commune.code));
        let (link, label) = match place {
            Some(place) => (
                link.about(&place),
                format!("Chercher le même type de ressource pour {}", place_label(&place)),
            ),
            None => (link, "Chercher le même type de ressource".to_owned()),
        };
        GonePage {
            layout: Layout::new(state, &visit, &fields.name),
            name: fields.name.clone(),
            withdrawn: format!("le {}", date::words(day)),
            hidden: listing.presence == Some(Presence::Hidden),
            href: link.to_string(),
            label,
            around,
            form: Form { visit, ..Form::default() },
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use maille_domain::{Field, Presence};

    use crate::testing::{ask, html, listing, now, state_of};

    #[tokio::test]
    async fn a_hidden_listing_is_not_said_to_be_gone_from_its_sources() {
        let mut hidden = listing("hidden", &[(Field::Name, "Équipe du Sud"), (Field::Category, "emg")]);
        hidden.withdrawn_at = Some(now());
        hidden.presence = Some(Presence::Hidden);
        let path = format!("/ressources/{}", hidden.slug);
        let page = ask(state_of("hidden", &[hidden]), Request::get(path).body(Body::empty()).unwrap()).await;
        html::check(&page.body);
        assert_eq!(page.status, 410);
        assert!(page.body.contains("L’équipe de l’annuaire a retiré cette fiche le 20"), "{}", page.body);
        assert!(!page.body.contains("source de l’annuaire ne la mentionne"));
    }
}
