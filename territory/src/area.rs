//! What groups communes: EPCI, départements, régions.

use crate::point::Point;

/// A département, or an overseas collectivity standing at the same level.
#[derive(Clone, Debug)]
pub struct Departement {
    /// COG code: `01`, `2A`, `974`, `988`.
    pub code: Box<str>,
    /// Name without article: `Haute-Garonne`, `La Réunion` (whose article is part of the name).
    pub name: Box<str>,
    /// The article people say before the name, if any: `la`, `les`, `l'`.
    pub article: Option<&'static str>,
    /// Code of its region.
    pub region: Box<str>,
    /// COG code of the commune of the prefecture.
    pub prefecture: Box<str>,
    /// Legal population: the sum of its communes.
    pub population: u32,
    /// How many communes it has.
    pub communes: u32,
    /// Centre of its contour.
    pub centre: Point,
    /// South-west and north-east corners.
    pub bounds: (Point, Point),
}

/// A region, or an overseas collectivity standing at the same level.
#[derive(Clone, Debug)]
pub struct Region {
    /// COG code: `11`, `04`, `988`. Regions 01 to 06 are not départements 01 to 06.
    pub code: Box<str>,
    /// Name: `Île-de-France`.
    pub name: Box<str>,
    /// The article people say before the name, if any.
    pub article: Option<&'static str>,
    /// Legal population: the sum of its communes.
    pub population: u32,
    /// Centre of its contour.
    pub centre: Point,
    /// South-west and north-east corners.
    pub bounds: (Point, Point),
}

/// A public establishment of cooperation between communes: those with their own tax, and the EPT of Greater Paris.
#[derive(Clone, Debug)]
pub struct Epci {
    /// SIREN, nine digits.
    pub code: Box<str>,
    /// Official name: `Communauté d'agglomération de Cergy-Pontoise`.
    pub name: Box<str>,
    /// Legal form.
    pub kind: EpciKind,
    /// Codes of the départements it spreads over.
    pub departements: Box<[Box<str>]>,
    /// Legal population: the sum of its communes.
    pub population: u32,
    /// Centre of its contour.
    pub centre: Point,
    /// South-west and north-east corners.
    pub bounds: (Point, Point),
}

/// Legal form of an EPCI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EpciKind {
    /// Communauté de communes.
    CommunauteDeCommunes,
    /// Communauté d'agglomération.
    CommunauteDAgglomeration,
    /// Communauté urbaine.
    CommunauteUrbaine,
    /// Métropole, that of Lyon included.
    Metropole,
    /// Établissement public territorial, inside the Métropole du Grand Paris.
    Ept,
}
