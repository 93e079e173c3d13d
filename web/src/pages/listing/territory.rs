//! Whom a listing serves, in words.

use std::collections::BTreeMap;

use maille_domain::{Coverage, Fields};
use maille_index::Node;
use maille_territory::france;

use super::sections::Detail;
use crate::french;
use crate::visit::Visit;

/// Most communes that are read at once; longer lists are unfolded.
const MOST_COMMUNES: usize = 20;

/// A level of the coverage: its name, and what is served of it.
pub type Level = (&'static str, Vec<Detail>);

/// The coverage, level by level, the widest first; none when nobody said.
pub fn levels(node: &Node, fields: &Fields, visit: &Visit) -> Vec<Level> {
    let mut names: BTreeMap<u8, Vec<String>> = BTreeMap::new();
    let mut territories = Vec::new();
    for coverage in &fields.coverage {
        let (level, name) = match coverage {
            Coverage::National => (0, "Toute la France".to_owned()),
            Coverage::Territory(code) => {
                territories.push(code);
                continue;
            }
            Coverage::Region(_) => (1, name(coverage)),
            Coverage::Departement(_) => (2, name(coverage)),
            Coverage::Epci(_) => (4, name(coverage)),
            Coverage::Commune(_) => (5, name(coverage)),
            Coverage::Radius(km) => {
                (6, format!("À {}\u{a0}km à la ronde du site", km.to_string().replace('.', ",")))
            }
        };
        names.entry(level).or_default().push(name);
    }
    let mut levels: BTreeMap<u8, Level> = names
        .into_iter()
        .map(|(level, mut names)| {
            names.sort_by_cached_key(|name| maille_territory::fold(name));
            let many = names.len() > 1;
            let title = match level {
                0 => "Pays",
                1 if many => "Régions",
                1 => "Région",
                2 if many => "Départements",
                2 => "Département",
                4 if many => "Intercommunalités",
                4 => "Intercommunalité",
                5 if many => "Communes",
                5 => "Commune",
                _ => "Rayon",
            };
            (level, (title, named(names)))
        })
        .collect();
    if !territories.is_empty() {
        let title =
            if territories.len() == 1 { "Territoire de coordination" } else { "Territoires de coordination" };
        let details = territories.into_iter().flat_map(|code| territory(node, code, visit)).collect();
        levels.insert(3, (title, details));
    }
    levels.into_values().collect()
}

/// The name of what a part of a coverage serves, as a reader knows it; its code when nobody does.
pub fn name(coverage: &Coverage) -> String {
    let france = france();
    match coverage {
        Coverage::National => "France".to_owned(),
        Coverage::Region(code) => france.region(code).map_or(code.clone(), |region| region.name.to_string()),
        Coverage::Departement(code) => france
            .departement(code)
            .map_or(code.clone(), |departement| format!("{} ({code})", departement.name)),
        Coverage::Epci(code) => france.epci(code).map_or(code.clone(), |epci| epci.name.to_string()),
        Coverage::Commune(code) => {
            france.current_commune(code).map_or(code.clone(), |commune| commune.name.to_string())
        }
        Coverage::Territory(code) => code.clone(),
        Coverage::Radius(km) => format!("{km} km"),
    }
}

/// Names one after the other, or the first of them and the rest to unfold.
fn named(names: Vec<String>) -> Vec<Detail> {
    if names.len() <= MOST_COMMUNES + 1 {
        return vec![Detail::Text(french::list(&names))];
    }
    let count = names.len();
    let shown = names[..MOST_COMMUNES].join(", ");
    let others = french::counted((count - MOST_COMMUNES) as u64, "autre", "autres");
    vec![
        Detail::Text(format!("{shown} et {others}")),
        Detail::Folded { summary: format!("Lire les {}", french::number(count as u64)), names },
    ]
}

/// A coordination territory: its name, and its communes to unfold.
fn territory(node: &Node, code: &str, visit: &Visit) -> Vec<Detail> {
    let known = node.territories().into_iter().find(|territory| territory.code == code);
    let Some(territory) = known else { return vec![Detail::Text(code.to_owned())] };
    let communes = territory.communes.iter().filter_map(|code| france().current_commune(code));
    let mut names: Vec<String> = communes.map(|commune| commune.name.to_string()).collect();
    names.sort_by_cached_key(|name| maille_territory::fold(name));
    let count = french::counted(names.len() as u64, "commune", "communes");
    vec![
        Detail::Text(territory.name.clone()),
        Detail::Folded { summary: format!("Ses {count}"), names },
        Detail::Page { href: visit.link("/dac"), label: "Qui coordonne les parcours ici" },
    ]
}
