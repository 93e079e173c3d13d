//! Whom to call for one commune.

use maille_index::answer::TerritoryOf;
use maille_territory::{PlaceKind, france};

use super::coordination::{self, Coordination, kind_label};
use super::to_territory;
use crate::french;
use crate::pages::service::Service;
use crate::parameters::place_label;
use crate::views::Choice;
use crate::views::hit::Viewpoint;

/// Whom to call for a commune.
#[derive(Debug)]
pub struct Answered {
    /// `Bagneux (92)`.
    pub place: String,
    /// The DACs that serve it.
    pub dac: Vec<Service>,
    /// What to do when none is known.
    pub unknown: Vec<String>,
    /// Who may know then.
    pub nearest: Vec<Service>,
    /// Who else answers there.
    pub others: Vec<Other>,
    /// A search for the same commune.
    pub search: String,
}

/// Who else answers for a commune, by kind.
#[derive(Debug)]
pub struct Other {
    /// The kind.
    pub term: String,
    /// Those to call.
    pub services: Vec<Service>,
    /// The territories of this kind, when nobody to call is known.
    pub territories: Vec<Choice>,
}

impl Answered {
    /// What is known of a commune.
    pub fn new(found: &TerritoryOf, coordination: &Coordination<'_>, view: &Viewpoint) -> Answered {
        let commune = found.commune;
        let place = france().place(PlaceKind::Commune, &commune.code);
        let label = place.as_ref().map_or_else(|| commune.name.to_string(), place_label);
        let services = |hits: &[maille_index::Hit]| -> Vec<Service> {
            hits.iter().map(|hit| Service::of(&hit.listing, view)).collect()
        };
        let names = |kind: &str| -> Vec<Choice> {
            let of_kind = found.territories.iter().filter(|territory| territory.kind == kind);
            let known = of_kind.filter_map(|territory| coordination.territory(&territory.code));
            known
                .map(|territory| Choice {
                    href: to_territory(&view.visit, territory),
                    label: territory.name.clone(),
                    detail: None,
                })
                .collect()
        };
        let dac = services(&found.dac);
        let mut unknown = Vec::new();
        let mut nearest = Vec::new();
        if dac.is_empty() {
            unknown.push(coordination::unknown(&label, names("dac").first().map(|own| own.label.as_str())));
            let near = coordination.nearest(commune);
            let named = near.as_ref().map(|(territory, km, _)| (territory.name.as_str(), *km));
            unknown.push(coordination::who_may_know(named));
            nearest = near.map(|(.., services)| services).unwrap_or_default();
        }
        let mut others = vec![
            Other { term: kind_label("cpts").0, services: services(&found.cpts), territories: names("cpts") },
            Other {
                term: "Maison départementale des personnes handicapées (MDPH)".to_owned(),
                services: services(&found.mdph),
                territories: Vec::new(),
            },
            Other {
                term: kind_label("secteur-psychiatrie").0,
                services: Vec::new(),
                territories: names("secteur-psychiatrie"),
            },
        ];
        let listed = ["dac", "cpts", "secteur-psychiatrie"];
        let mut more: Vec<&str> = found.territories.iter().map(|territory| &*territory.kind).collect();
        more.retain(|kind| !listed.contains(kind));
        more.sort_unstable();
        more.dedup();
        others.extend(more.into_iter().map(|kind| Other {
            term: french::upper_first(kind),
            services: Vec::new(),
            territories: names(kind),
        }));
        Answered {
            place: label,
            dac,
            unknown,
            nearest,
            others,
            search: view.visit.at(place.as_ref()).search().to_string(),
        }
    }
}
