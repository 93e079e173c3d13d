//! France, embedded: communes, EPCI, départements, régions, contours; name to place, point to commune. No I/O.
//!
//! Everything starts at [`france`]. Codes are those of the *code officiel géographique* (COG) of 1 January 2026, always
//! as text (`01004`, `2A004`); former codes are followed by [`France::current_commune`] and [`France::place`].
//! What a person types in a place field goes to [`France::find`], a point to [`France::commune_at`].
//!
//! The files are in `data/gazetteer` of the repository, whose README gives the sources and their licences.

mod area;
mod candidates;
mod commune;
mod contours;
mod cues;
mod find;
mod fold;
mod france;
mod french;
mod mention;
mod mesh;
mod names;
mod neighbours;
mod place;
mod point;
mod rank;
mod tables;

pub use area::{Departement, Epci, EpciKind, Region};
pub use commune::{Commune, CommuneKind, Zone};
pub use fold::fold;
pub use france::{France, france};
pub use french::of;
pub use mention::{Mention, Spoken};
pub use mesh::Mesh;
pub use place::{Found, Place, PlaceKind, UnknownPlaceKind};
pub use point::Point;
