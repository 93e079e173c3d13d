//! Maps without a map service: drawings in SVG from the embedded outlines, with their words.
//!
//! A [`Land`] is what is drawn, a [`Frame`] where, a [`Drawing`] the layers of one image; [`Marker`] and its clusters are data
//! apart. [`of_listing`] and [`of_results`] make the figures of the pages.

mod areas;
pub mod directory;
mod drawing;
mod frame;
mod labels;
mod land;
mod listing;
mod pair;
mod path;
mod points;
mod results;
mod text;
pub mod zone;

use maille_index::Node;
use maille_territory::Place;

use crate::visit::Visit;

pub use drawing::{Area, Drawing};
pub use frame::Frame;
pub use land::Land;
pub use listing::of_listing;
pub use pair::of_pair;
pub use points::Marker;
pub use results::of_results;

/// Communes drawn one by one on the map of a page: it weighs 9 kB at most.
const GROUND: usize = 100;

/// A map as a page shows it (`templates/_map.html`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// The drawing: one `<svg>` with its title and description, safe to be shown as it is.
    pub svg: String,
    /// What the drawing shows, in a sentence.
    pub caption: String,
    /// What each mark means, in words.
    pub legend: Vec<Legend>,
}

/// One mark of a map and its meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Legend {
    /// Class of the mark, of `assets/css/map.css`.
    pub mark: &'static str,
    /// Its meaning.
    pub meaning: String,
}

/// The place that the visit is about, drawn and said.
fn with_place(drawing: Drawing, node: &Node, visit: &Visit, legend: &mut Vec<Legend>) -> Drawing {
    match &visit.place {
        Some(place) => place_land(drawing, node, place, legend),
        None => drawing,
    }
}

/// A place, drawn with its name and said.
fn place_land(drawing: Drawing, node: &Node, place: &Place, legend: &mut Vec<Legend>) -> Drawing {
    let land = Land::of_place(node, place);
    if !drawing.sees(&land) {
        return drawing;
    }
    legend.push(Legend { mark: "place", meaning: format!("{}, lieu demandé", place.name) });
    let drawing = drawing.place(&land);
    match place.point {
        Some(point) => drawing.label(point, &place.name.replace(" Arrondissement", "")),
        None => drawing,
    }
}
