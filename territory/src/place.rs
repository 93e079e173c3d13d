//! A place as the rest of the program speaks of it: a kind, a code, a name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::point::Point;

/// What sort of place a code belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PlaceKind {
    /// A commune, whole cities of Paris, Lyon and Marseille included.
    Commune,
    /// A municipal arrondissement of Paris, Lyon or Marseille.
    Arrondissement,
    /// A département or an overseas collectivity.
    Departement,
    /// A region.
    Region,
    /// An EPCI or an EPT, by its SIREN.
    Epci,
    /// A coordination territory of the directory (DAC, CPTS, psychiatric sector): never produced here, known elsewhere.
    Territory,
}

impl PlaceKind {
    /// Every kind, in the order of the declaration.
    pub const ALL: [PlaceKind; 6] = [
        PlaceKind::Commune,
        PlaceKind::Arrondissement,
        PlaceKind::Departement,
        PlaceKind::Region,
        PlaceKind::Epci,
        PlaceKind::Territory,
    ];

    /// The word of the API: `commune`, `arrondissement`, `departement`, `region`, `epci`, `territory`.
    pub fn as_str(self) -> &'static str {
        match self {
            PlaceKind::Commune => "commune",
            PlaceKind::Arrondissement => "arrondissement",
            PlaceKind::Departement => "departement",
            PlaceKind::Region => "region",
            PlaceKind::Epci => "epci",
            PlaceKind::Territory => "territory",
        }
    }
}

impl fmt::Display for PlaceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is none of the words of [`PlaceKind::as_str`].
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a kind of place: commune, arrondissement, departement, region, epci or territory")]
pub struct UnknownPlaceKind;

impl FromStr for PlaceKind {
    type Err = UnknownPlaceKind;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        PlaceKind::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(UnknownPlaceKind)
    }
}

/// A place that answers what was typed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Place {
    /// What it is.
    pub kind: PlaceKind,
    /// COG code, or SIREN of an EPCI.
    pub code: String,
    /// Current official name.
    pub name: String,
    /// Code of the département, for communes and arrondissements, and for an EPCI that has one only.
    pub departement: Option<String>,
    /// Legal population.
    pub population: u32,
    /// Where distances start: town hall of a commune, centre of an area.
    pub point: Option<Point>,
    /// The alias, former name, postal or former code that answered, when it is not the name itself.
    pub matched: Option<String>,
}

/// The answer of a place field.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Found {
    /// Best first; empty when nothing answers.
    pub places: Vec<Place>,
    /// No clear leader: the caller must ask, and must not take the first silently.
    pub ambiguous: bool,
}
