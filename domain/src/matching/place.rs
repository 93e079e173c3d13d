//! Where a record is: its city, its point.

use maille_territory::{Commune, CommuneKind, Point, france};

use crate::field::Values;
use crate::location::{Location, Precision};
use crate::{Coverage, Field};

/// Inhabitants of a town that has one thing of most kinds.
const SMALL_TOWN: u32 = 20_000;

/// Where a record is.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Place {
    /// The commune, that of an arrondissement.
    pub city: Option<&'static str>,
    /// The arrondissement, when it is known.
    pub district: Option<&'static str>,
    /// The département, that of its coverage when it has no commune; empty when unknown.
    pub departement: &'static str,
    /// Its own point, never that of its commune.
    pub point: Option<Point>,
}

/// What the places of two records say of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Distance {
    Unknown,
    SameCity,
    OtherDistrict,
    OtherCity,
}

/// Between the town halls of communes that are said for one another, in kilometres.
const NEXT_KM: f64 = 8.0;

impl Place {
    pub fn of(values: &Values, coverage: &[Coverage]) -> Place {
        let text = |field| values.get(&field).and_then(|value| value.as_str());
        let commune = text(Field::Commune).and_then(|code| france().current_commune(code)).or_else(|| {
            let communes = france().communes_of_postal_code(text(Field::PostalCode)?);
            let only_one = communes.len() == 1;
            communes.into_iter().next().filter(|_| only_one)
        });
        let location =
            values.get(&Field::Location).and_then(|value| serde::Deserialize::deserialize(value).ok());
        let exact = location.filter(|location: &Location| location.precision == Precision::Address);
        let served = || {
            coverage.iter().find_map(|part| match part {
                Coverage::Departement(code) => france().departement(code).map(|found| &*found.code),
                _ => None,
            })
        };
        Place {
            city: commune.map(|commune| commune.parent.as_deref().unwrap_or(&commune.code)),
            district: commune
                .filter(|commune| commune.kind == CommuneKind::Arrondissement)
                .map(|commune| &*commune.code),
            departement: commune.map(|commune| &*commune.departement).or_else(served).unwrap_or_default(),
            point: exact.map(|location| location.point()),
        }
    }

    /// The commune, and the city around an arrondissement.
    pub fn communes(&self) -> impl Iterator<Item = &'static Commune> {
        self.city.into_iter().chain(self.district).filter_map(|code| france().commune(code))
    }

    /// Whether it is in a town that has few things of a kind.
    pub fn is_small_town(&self) -> bool {
        let city = self.city.and_then(|code| france().commune(code));
        city.is_some_and(|commune| commune.population <= SMALL_TOWN)
    }

    pub fn distance(&self, other: &Place) -> Distance {
        match ((self.city, self.district), (other.city, other.district)) {
            ((None, _), _) | (_, (None, _)) => Distance::Unknown,
            ((one, _), (another, _)) if one != another => Distance::OtherCity,
            ((_, Some(one)), (_, Some(another))) if one != another => Distance::OtherDistrict,
            _ => Distance::SameCity,
        }
    }

    /// Whether its commune is near enough for the post, or people, to say one for the other.
    pub fn is_next_to(&self, other: &Place) -> bool {
        let hall = |place: &Place| Some(france().commune(place.city?)?.point);
        let km = hall(self).zip(hall(other)).map(|(one, another)| one.distance_km(another));
        km.is_some_and(|km| km <= NEXT_KM)
    }

    /// Kilometres between the points, when both are known.
    pub fn km(&self, other: &Place) -> Option<f64> {
        Some(self.point?.distance_km(other.point?))
    }
}
