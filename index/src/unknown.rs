//! The listings of a segment that say nothing of whom they serve, by squares of the globe: those around a place are
//! wanted by every question about it, and a tree would measure each of them.

use maille_territory::Point;
use tantivy::DocId;

/// Squares in a degree, along each axis.
const SQUARES: f64 = 4.0;
/// Kilometres of a degree of latitude, and of longitude at the equator; a little less than there are.
const DEGREE_KM: f64 = 111.0;

/// Documents by square.
#[derive(Debug, Default)]
pub struct Unknown {
    /// Those without a site.
    nowhere: Vec<DocId>,
    /// Row from the south pole, column from the antimeridian; sorted.
    placed: Vec<((u16, u16), DocId)>,
}

impl Unknown {
    /// These documents, at their sites.
    pub fn new(documents: impl IntoIterator<Item = (DocId, Option<Point>)>) -> Unknown {
        let mut unknown = Unknown::default();
        for (doc, site) in documents {
            match site {
                None => unknown.nowhere.push(doc),
                Some(point) => unknown.placed.push(((row(point.lat), column(point.lon)), doc)),
            }
        }
        unknown.placed.sort_unstable();
        unknown
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = DocId> + '_ {
        self.nowhere.iter().copied().chain(self.placed.iter().map(|(_, doc)| *doc))
    }

    /// At least those within so many kilometres, and those without a site: whole squares.
    pub fn around(&self, from: Point, km: f64) -> impl Iterator<Item = DocId> + '_ {
        let half = km / DEGREE_KM;
        let (south, north) = (from.lat - half, from.lat + half);
        // Degrees of longitude are shortest where the circle comes nearest to a pole.
        let farthest = south.abs().max(north.abs()).min(90.0);
        let aside = half / farthest.to_radians().cos().max(1e-9);
        let (west, east) = (from.lon - aside, from.lon + aside);
        let crosses = west < -180.0 || east > 180.0;
        let columns = if crosses { 0..=u16::MAX } else { column(west)..=column(east) };
        let near = (row(south)..=row(north)).flat_map(move |row| {
            let start = self.placed.partition_point(|(square, _)| *square < (row, *columns.start()));
            let end = self.placed.partition_point(|(square, _)| *square <= (row, *columns.end()));
            &self.placed[start..end]
        });
        self.nowhere.iter().copied().chain(near.map(|(_, doc)| *doc))
    }
}

fn row(lat: f64) -> u16 {
    ((lat.clamp(-90.0, 90.0) + 90.0) * SQUARES) as u16
}

fn column(lon: f64) -> u16 {
    ((lon.clamp(-180.0, 180.0) + 180.0) * SQUARES) as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn whoever_is_near_is_among_them(
            sites in prop::collection::vec((-90.0..=90.0, -180.0..=180.0), 0..60),
            lat in -90.0..=90.0, lon in -180.0..=180.0, km in 0.0..3_000.0,
        ) {
            let from = Point { lat, lon };
            let site = |(lat, lon): &(f64, f64)| Point { lat: *lat, lon: *lon };
            let documents = (0..).zip(sites.iter().map(|at| Some(site(at))).chain([None]));
            let unknown = Unknown::new(documents);
            let around: Vec<DocId> = unknown.around(from, km).collect();
            for (doc, at) in (0..).zip(&sites) {
                prop_assert!(site(at).distance_km(from) > km || around.contains(&doc), "{at:?}");
            }
            prop_assert!(around.contains(&(sites.len() as DocId)), "nobody knows where it is");
            prop_assert_eq!(unknown.all().count(), sites.len() + 1);
        }
    }
}
