//! Points of the globe: nearest, within a radius, in a window.
//!
//! Points are kept on the unit sphere, where the length of a chord orders as the distance over the ground does: degrees
//! would measure nothing, a degree of longitude being 73 km long in Paris and 105 km in Cayenne.

use maille_territory::Point;
use rstar::primitives::GeomWithData;
use rstar::{AABB, RTree};

/// As [`Point::distance_km`] has it.
const EARTH_RADIUS_KM: f64 = 6_371.008_8;

/// A window of the map. `west` is at most `east`: none crosses the antimeridian.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// Southern latitude.
    pub south: f64,
    /// Western longitude.
    pub west: f64,
    /// Northern latitude.
    pub north: f64,
    /// Eastern longitude.
    pub east: f64,
}

impl Window {
    /// Whether the window holds a point, edges included.
    pub fn contains(&self, point: Point) -> bool {
        (self.south..=self.north).contains(&point.lat) && (self.west..=self.east).contains(&point.lon)
    }

    /// The box of the unit sphere that holds the window.
    fn bounds(&self) -> AABB<[f64; 3]> {
        let (south, north) = (self.south.to_radians(), self.north.to_radians());
        // The circle of latitude is widest where the window comes nearest to the equator.
        let widest = if south <= 0.0 && north >= 0.0 { 1.0 } else { south.cos().max(north.cos()) };
        let narrowest = south.cos().min(north.cos()).max(0.0);
        let (cos_low, cos_high) =
            range_over(self.west, self.east, f64::cos, &[-360.0, -180.0, 0.0, 180.0, 360.0]);
        let (sin_low, sin_high) = range_over(self.west, self.east, f64::sin, &[-270.0, -90.0, 90.0, 270.0]);
        let scale = |low: f64, high: f64| {
            ((low * widest).min(low * narrowest), (high * widest).max(high * narrowest))
        };
        let ((x_low, x_high), (y_low, y_high)) = (scale(cos_low, cos_high), scale(sin_low, sin_high));
        // A margin for rounding: `contains` decides at the end.
        let margin = 1e-9;
        AABB::from_corners(
            [x_low - margin, y_low - margin, south.sin() - margin],
            [x_high + margin, y_high + margin, north.sin() + margin],
        )
    }
}

/// Least and greatest value of a function between two angles in degrees, given where it turns.
fn range_over(from: f64, to: f64, function: fn(f64) -> f64, turns: &[f64]) -> (f64, f64) {
    let inside = turns.iter().copied().filter(|turn| (from..=to).contains(turn));
    let values = [from, to].into_iter().chain(inside).map(|degrees| function(degrees.to_radians()));
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
}

#[derive(Debug, Clone, Copy)]
struct Pin {
    item: u32,
    point: Point,
}

/// An R-tree of points, each carrying a number.
#[derive(Debug, Default)]
pub struct PointTree {
    tree: RTree<GeomWithData<[f64; 3], Pin>>,
}

impl PointTree {
    /// The tree of these points; what is no position on Earth is left out.
    pub fn new(points: impl IntoIterator<Item = (u32, Point)>) -> PointTree {
        let pins = points
            .into_iter()
            .filter(|(_, point)| point.lat.abs() <= 90.0 && point.lon.abs() <= 180.0)
            .map(|(item, point)| GeomWithData::new(on_sphere(point), Pin { item, point }))
            .collect();
        PointTree { tree: RTree::bulk_load(pins) }
    }

    /// Every point, nearest first, with its distance in kilometres. Lazy: taking ten costs ten.
    pub fn nearest(&self, from: Point) -> impl Iterator<Item = (u32, f64)> + '_ {
        self.tree
            .nearest_neighbor_iter(on_sphere(from))
            .map(move |pin| (pin.data.item, pin.data.point.distance_km(from)))
    }

    /// The points at most so far, in no order.
    pub fn within(&self, from: Point, km: f64) -> impl Iterator<Item = (u32, f64)> + '_ {
        // Beyond half the way round, everything is within.
        let angle = (km.max(0.0) / EARTH_RADIUS_KM).min(std::f64::consts::PI);
        let chord = 2.0 * (angle / 2.0).sin();
        self.tree
            .locate_within_distance(on_sphere(from), chord * chord + 1e-12)
            .map(move |pin| (pin.data.item, pin.data.point.distance_km(from)))
            .filter(move |(_, distance)| *distance <= km)
    }

    /// The points of a window, in no order.
    pub fn in_window(&self, window: Window) -> impl Iterator<Item = (u32, Point)> + '_ {
        self.tree
            .locate_in_envelope(window.bounds())
            .map(|pin| (pin.data.item, pin.data.point))
            .filter(move |(_, point)| window.contains(*point))
    }
}

fn on_sphere(point: Point) -> [f64; 3] {
    let (lat, lon) = (point.lat.to_radians(), point.lon.to_radians());
    [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn points() -> impl Strategy<Value = Vec<Point>> {
        // From Polynésie to Nouvelle-Calédonie, poles included: nothing is special.
        prop::collection::vec((-90.0..=90.0, -180.0..=180.0).prop_map(|(lat, lon)| Point { lat, lon }), 0..80)
    }

    fn tree(points: &[Point]) -> PointTree {
        PointTree::new((0..).zip(points.iter().copied()))
    }

    proptest! {
        #[test]
        fn nearest_is_what_measuring_every_point_says(points in points(), lat in -90.0..=90.0, lon in -180.0..=180.0) {
            let from = Point { lat, lon };
            let found: Vec<f64> = tree(&points).nearest(from).map(|(_, km)| km).collect();
            let mut expected: Vec<f64> = points.iter().map(|point| point.distance_km(from)).collect();
            expected.sort_by(f64::total_cmp);
            prop_assert_eq!(found.len(), expected.len());
            for (found, expected) in found.iter().zip(&expected) {
                prop_assert!((found - expected).abs() < 0.001, "{} {}", found, expected);
            }
        }

        #[test]
        fn within_is_what_measuring_every_point_says(points in points(), lat in -90.0..=90.0, lon in -180.0..=180.0, km in 0.0..25_000.0) {
            let from = Point { lat, lon };
            let mut found: Vec<u32> = tree(&points).within(from, km).map(|(item, _)| item).collect();
            found.sort_unstable();
            let expected: Vec<u32> =
                (0..).zip(&points).filter(|(_, point)| point.distance_km(from) <= km).map(|(item, _)| item).collect();
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn a_window_holds_what_its_edges_say(points in points(), a in -90.0..=90.0, b in -90.0..=90.0, c in -180.0..=180.0, d in -180.0..=180.0) {
            let window = Window { south: f64::min(a, b), north: f64::max(a, b), west: f64::min(c, d), east: f64::max(c, d) };
            let mut found: Vec<u32> = tree(&points).in_window(window).map(|(item, _)| item).collect();
            found.sort_unstable();
            let expected: Vec<u32> =
                (0..).zip(&points).filter(|(_, point)| window.contains(**point)).map(|(item, _)| item).collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn what_is_no_position_is_left_out() {
        let nowhere = Point { lat: f64::NAN, lon: 2.0 };
        assert_eq!(tree(&[nowhere]).nearest(Point { lat: 48.0, lon: 2.0 }).count(), 0);
    }
}
