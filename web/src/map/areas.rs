//! The outlines of many areas at once: their borders are simplified together, so that neighbours meet, and once.

use maille_territory::{Mesh, france};

use super::frame::{Frame, Panel};
use super::land::{Detail, Land, communes_of_departement, departement_mesh};
use super::path;

/// The path of each land in a frame.
pub(super) fn paths(frame: &Frame, lands: &[&Land]) -> Vec<String> {
    let mut paths = vec![String::new(); lands.len()];
    for panel in frame.panels() {
        let (mesh, areas) = mesh(panel, lands);
        let mesh = path::drawn(&mesh, panel);
        for (path, area) in paths.iter_mut().zip(areas) {
            if let Some(area) = area {
                path::rings(&mesh, panel, |known| known == area, path);
            }
        }
    }
    paths
}

/// A mesh that holds what a panel shows of the lands, and the position there of each.
fn mesh(panel: &Panel, lands: &[&Land]) -> (Mesh, Vec<Option<usize>>) {
    let departements = france().departements();
    let whole = |land: &&Land| match land {
        Land::Departements(codes) => match codes[..] {
            [code] => departements.binary_search_by(|known| (*known.code).cmp(code)).ok(),
            _ => None,
        },
        Land::Communes(_) => None,
    };
    let positions: Vec<Option<usize>> = lands.iter().map(whole).collect();
    if panel.detail() != Detail::Communes && positions.iter().all(Option::is_some) {
        let shown = |area: &usize| panel.shows(&departements[*area].code);
        let positions: Vec<Option<usize>> =
            positions.into_iter().map(|area| area.filter(|area| shown(area))).collect();
        let mesh = departement_mesh(panel.detail()).only(|area| positions.contains(&Some(area)));
        return (mesh, positions);
    }
    let communes = lands.iter().map(|land| -> Vec<&'static str> {
        let codes = match land {
            Land::Communes(codes) => codes.clone(),
            Land::Departements(codes) => {
                codes.iter().flat_map(|code| communes_of_departement(code)).collect()
            }
        };
        let shown = |code: &&str| france().commune(code).is_some_and(|found| panel.shows(&found.departement));
        codes.into_iter().filter(shown).collect()
    });
    (france().mesh(communes), (0..lands.len()).map(Some).collect())
}
