//! Communes, and the municipal arrondissements of Paris, Lyon and Marseille.

use crate::point::Point;

/// A commune of the COG, or a municipal arrondissement, which every table of addresses treats as one.
#[derive(Clone, Debug)]
pub struct Commune {
    /// COG (INSEE) code: `92007`, `2A004`, `75115`.
    pub code: Box<str>,
    /// Official name with its article: `Le Havre`, `Paris 15e Arrondissement`.
    pub name: Box<str>,
    /// Commune or municipal arrondissement.
    pub kind: CommuneKind,
    /// Metropolitan France, overseas département or overseas collectivity.
    pub zone: Zone,
    /// Code of the département or of the overseas collectivity: `92`, `2A`, `974`, `988`.
    pub departement: Box<str>,
    /// Code of the region: `11`; that of the collectivity when it has none.
    pub region: Box<str>,
    /// SIREN of the EPCI with its own tax (perimeters of 1 January 2026). Four islands and the collectivities have none.
    pub epci: Option<Box<str>>,
    /// SIREN of the public territorial establishment (EPT), in Greater Paris only.
    pub ept: Option<Box<str>>,
    /// The city of an arrondissement: `75056` for `75115`.
    pub parent: Option<Box<str>>,
    /// Legal population 2023 (Mayotte 2017); 0 where nobody lives or nobody counts.
    pub population: u32,
    /// Where distances start: the town hall when its position is known (97 % of communes), else [`Commune::centre`].
    pub point: Point,
    /// Whether [`Commune::point`] is the town hall: a page may then say "depuis la mairie".
    pub point_is_town_hall: bool,
    /// A point always inside the contour: centroid, or centre of the largest inscribed circle.
    pub centre: Point,
    /// Postal codes, as La Poste gives them: a commune may have several, and share each with others.
    pub postal_codes: Box<[Box<str>]>,
    /// Surface of the simplified contour; 0 for the overseas collectivities, which have no contour here.
    pub surface_km2: f32,
    /// Whether the name starts with an article (`Le`, `La`, `Les`, `L'`, `Las`, `Los`), which people leave out.
    pub has_article: bool,
}

/// What a row of the table of communes is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommuneKind {
    /// A commune (`COM` in the COG).
    Commune,
    /// A municipal arrondissement of Paris, Lyon or Marseille (`ARM` in the COG).
    Arrondissement,
}

/// Where a commune is: distances never mix these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// Mainland France, Corsica and the coastal islands.
    Metropole,
    /// Guadeloupe, Martinique, Guyane, La Réunion, Mayotte.
    OverseasDepartement,
    /// Saint-Pierre-et-Miquelon, Saint-Barthélemy, Saint-Martin, Polynésie, Nouvelle-Calédonie…: no EPCI, no contour.
    OverseasCollectivity,
}

impl Commune {
    /// Name and département: `Bagneux (92)`, the shortest text that names one commune only (save two `Bors`).
    pub fn label(&self) -> String {
        format!("{} ({})", self.name, self.departement)
    }
}
