//! Where a site is, and how well that is known.

use maille_territory::Point;
use serde::{Deserialize, Serialize};

use crate::codes::codes;

codes! {
    /// How well a point is known: never say "à 400 m" of a commune's centre.
    Precision {
        Address = "adresse", "À l’adresse";
        Commune = "commune", "Au centre de la commune";
    }
}

/// A point of the directory, WGS 84 decimal degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Location {
    /// Latitude, degrees north.
    pub lat: f64,
    /// Longitude, degrees east.
    pub lon: f64,
    /// How well it is known.
    pub precision: Precision,
}

impl Location {
    /// The point alone.
    pub fn point(&self) -> Point {
        Point { lat: self.lat, lon: self.lon }
    }
}
