//! The coordination territories of the directory, and who answers for each.

use std::collections::BTreeSet;
use std::sync::Arc;

use maille_domain::vocabulary::Status;
use maille_domain::{Category, Coverage, Listing, Request, Territory};
use maille_index::{Node, SearchError};
use maille_territory::{Commune, fold, france};

use crate::error::Error;
use crate::french;
use crate::pages::service::Service;
use crate::views::hit::Viewpoint;

/// Kinds of territories that a kind of resource answers for.
const ANSWERING: [&str; 2] = ["dac", "cpts"];

/// Further than this, a territory is nobody's neighbour.
pub const FURTHEST_KM: f64 = 100.0;

/// The territories and those who answer for them, at one instant.
pub struct Coordination<'a> {
    territories: Vec<Arc<Territory>>,
    listings: Vec<Arc<Listing>>,
    view: &'a Viewpoint,
}

impl<'a> Coordination<'a> {
    /// Those of a directory, by name.
    pub fn of(node: &Node, view: &'a Viewpoint) -> Result<Coordination<'a>, Error> {
        let mut territories = node.territories();
        territories.sort_by_cached_key(|territory| fold(&territory.name));
        let categories: Vec<Category> = ANSWERING.into_iter().filter_map(Category::from_code).collect();
        let spots = node.spots(&Request { categories, facets: false, ..Request::default() }, view.now)?;
        let listings = spots.all.iter().map(|spot| spots.listing(spot)).collect::<Result<Vec<_>, _>>();
        let mut listings = listings.map_err(|error| Error::internal(&SearchError::Internal(error)))?;
        listings.sort_by_cached_key(|listing| {
            (listing.fields.status != Status::Ouvert, fold(&listing.fields.name), listing.id)
        });
        Ok(Coordination { territories, listings, view })
    }

    /// A territory.
    pub fn territory(&self, code: &str) -> Option<&Arc<Territory>> {
        self.territories.iter().find(|territory| territory.code == code)
    }

    /// The territories of a kind, by name.
    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Arc<Territory>> {
        self.territories.iter().filter(move |territory| territory.kind == kind)
    }

    /// The kinds there are, the DACs first.
    pub fn kinds(&self) -> Vec<String> {
        let kinds: BTreeSet<(bool, bool, &str)> = self
            .territories
            .iter()
            .map(|territory| (territory.kind != "dac", territory.kind != "cpts", &*territory.kind))
            .collect();
        kinds.into_iter().map(|(.., kind)| kind.to_owned()).collect()
    }

    /// Who answers for a territory: those of its kind that say they serve it, or all of its département.
    pub fn services(&self, territory: &Territory) -> Vec<Service> {
        let kind = self.listings.iter().filter(|listing| listing.fields.category.code() == territory.kind);
        let departement = whole_departement(territory);
        let serves = |listing: &&Arc<Listing>| {
            listing.fields.coverage.iter().any(|part| match part {
                Coverage::Territory(code) => *code == territory.code,
                Coverage::Departement(code) => Some(&**code) == departement,
                _ => false,
            })
        };
        kind.filter(serves).map(|listing| Service::of(listing, self.view)).collect()
    }

    /// The nearest territory of a DAC that somebody answers for, how far it is, and who answers.
    pub fn nearest(&self, commune: &Commune) -> Option<(&Territory, f64, Vec<Service>)> {
        let distance = |territory: &Territory| {
            let communes = territory.communes.iter().filter_map(|code| france().current_commune(code));
            communes.map(|other| other.point.distance_km(commune.point)).min_by(f64::total_cmp)
        };
        let near = self.of_kind("dac").filter_map(|territory| Some((distance(territory)?, territory)));
        let mut near: Vec<(f64, &Arc<Territory>)> = near.filter(|(km, _)| *km <= FURTHEST_KM).collect();
        near.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        near.into_iter().find_map(|(km, territory)| {
            let services = self.services(territory);
            (!services.is_empty()).then_some((&**territory, km, services))
        })
    }
}

/// What is said of a place whose DAC nobody told, `territory` being the one that holds it.
pub fn unknown(place: &str, territory: Option<&str>) -> String {
    match territory {
        None => format!("Le DAC de {place} n’est pas renseigné dans cet annuaire."),
        Some(territory) => format!(
            "{place} est dans le territoire «\u{202f}{territory}\u{202f}», mais aucun numéro de son DAC n’est renseigné."
        ),
    }
}

/// Who may tell it then: the nearest territory that somebody answers for, if one is near.
pub fn who_may_know(nearest: Option<(&str, f64)>) -> String {
    match nearest {
        Some((name, km)) => format!(
            "Le territoire le plus proche est «\u{202f}{name}\u{202f}», à {}\u{202f}: chaque DAC réoriente vers celui qui couvre la commune.",
            french::distance(km, false)
        ),
        None => format!(
            "Aucun DAC n’est renseigné à moins de {FURTHEST_KM}\u{a0}km\u{202f}: l’agence régionale de santé (ARS) et la mairie savent lequel couvre la commune."
        ),
    }
}

/// The département that a territory is the whole of.
pub fn whole_departement(territory: &Territory) -> Option<&'static str> {
    let first = france().current_commune(territory.communes.first()?)?;
    let departement = &*first.departement;
    let whole = france().communes_of(maille_territory::PlaceKind::Departement, departement);
    let held = |commune: &&Commune| territory.communes.iter().any(|code| **code == *commune.code);
    (whole.len() == territory.communes.len() && whole.iter().all(held)).then_some(departement)
}

/// What a kind of territory is called: one, several. A kind nobody named here keeps the word of its source.
pub fn kind_label(kind: &str) -> (String, String) {
    let (one, several) = match kind {
        "dac" => (
            "Dispositif d’appui à la coordination (DAC)",
            "Territoires des dispositifs d’appui à la coordination (DAC)",
        ),
        "cpts" => (
            "Communauté professionnelle territoriale de santé (CPTS)",
            "Communautés professionnelles territoriales de santé (CPTS)",
        ),
        "secteur-psychiatrie" => ("Secteur de psychiatrie", "Secteurs de psychiatrie"),
        other => (other, other),
    };
    (one.to_owned(), several.to_owned())
}
